"""The codes as a camera sees them: read from the cells of the screen, in every theme."""

import pytest
import zxingcpp
from PIL import Image, ImageOps
from textual.pilot import Pilot

from mts_tui.screens.qr import bill_codes
from mts_tui.widgets.qr import Qr, size_of

from .pages import settle
from .paying import Paying, payments
from .test_receipt import paid
from .world import NORMAL, SMALL, World

HALVES = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}


def photo(pilot: Pilot[None], *, colours: bool = True) -> Image.Image:
    """The code as light falls from the terminal; without colours blocks are light, on dark."""
    widget = pilot.app.screen.query_one(Qr)
    rows: list[list[int]] = []
    lines = pilot.app.screen._compositor.render_strips()
    area = widget.region
    for y in range(area.y, area.bottom):
        upper, lower = [], []
        for segment in lines[y].crop(area.x, area.right):
            for sign in segment.text:
                above, below = HALVES[sign]
                if colours:
                    style = segment.style
                    light = style.color.get_truecolor().red
                    dark = style.bgcolor.get_truecolor().red
                    above, below = (light if above else dark), (light if below else dark)
                else:
                    above, below = 255 * above, 255 * below
                upper.append(above)
                lower.append(below)
        rows += [upper, lower]
    height, width = len(rows), len(rows[0])
    picture = Image.frombytes("L", (width, height), bytes(light for row in rows for light in row))
    large = picture.resize((6 * width, 6 * height), Image.Resampling.NEAREST)
    return ImageOps.expand(large, 12, fill=255 if colours else 0)


def read(pilot: Pilot[None], *, colours: bool = True) -> str:
    (code,) = zxingcpp.read_barcodes(photo(pilot, colours=colours), try_invert=False)
    return code.text


@pytest.mark.parametrize("theme", ["mts-dark", "mts-light", "mts-ansi"])
async def test_the_link_is_read_from_a_small_screen(home: World, theme: str) -> None:
    home.settings = type(home.settings)(theme=theme, phone=home.settings.phone)
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300", means=1)
        link = payments(home)[0].link
        assert read(pilot) == link
        assert read(pilot, colours=False) == link, "NO_COLOR on a dark terminal"


async def test_the_bill_is_read_where_it_fits(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300", means=1)
        await pay.press("b")
        assert read(pilot) == payments(home)[0].bill
        await pay.press("и")
        assert read(pilot) == payments(home)[0].link


async def test_a_smaller_form_of_the_bill_where_that_one_fits(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300", means=1)
        await pay.press("b")
        bill = payments(home)[0].bill
        full, short = (size_of(form) for form in bill_codes(bill))
        assert short.height < full.height
        await pilot.resize_terminal(120, short.height + 1)
        await settle(pilot)
        (code,) = zxingcpp.read_barcodes(photo(pilot))
        assert code.bytes == bill.replace("ST00012", "ST00011", 1).encode("cp1251")


async def test_no_room_is_said_and_the_code_comes_with_the_room(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300", means=1)
        await pay.press("b")
        assert not pay.screen.query(Qr)
        assert "не помещается" in pay.seen
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert read(pilot) == payments(home)[0].bill


async def test_the_code_of_a_receipt(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        await pay.press("v")
        assert "s=303.00" in read(pilot)
        assert "НЕФИСКАЛЬНЫЙ" in pay.seen
        await pay.press("escape")
        assert pay.receipt_is_open
