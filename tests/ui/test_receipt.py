# ruff: noqa: ASYNC240 - A test may wait for the disk.
"""A receipt on screen; saved whole or not at all; sent, with the letter's way seen."""

from pathlib import Path

import pytest
from pypdf import PdfReader
from textual.widgets import Input, Static

from mts_tui.backend.contract.receipts import Mail, Receipts
from mts_tui.screens.mail import MailDialog
from mts_tui.screens.receipt import Paper
from mts_tui.screens.save import SaveDialog
from tests.backend.desk import NOW

from .pages import settle, text_of, tick
from .paying import ACCOUNT, Paying
from .world import NORMAL, SMALL, World


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "Загрузки"
    place.mkdir()
    monkeypatch.setattr("mts_tui.files.folder_for_downloads", lambda: place)
    return place


async def paid(pay: Paying) -> None:
    """A receipt of a payment that was just made."""
    await pay.open()
    await pay.order("300")
    await pay.give_card()
    await pay.confirm()
    await pay.button("receipt")


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
async def test_the_paper(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        paper = text_of(pay.screen.query_one(Paper)).replace("\N{NO-BREAK SPACE}", " ")
        assert paper.split("\n")[0].strip() == "НЕФИСКАЛЬНЫЙ, ДЕМО"
        width = pay.screen.query_one(Paper).size.width
        sums = [line for line in paper.split("\n") if line.endswith("₽")]
        assert len(sums) >= 2
        assert all(len(line) == width for line in sums)
        assert "ИТОГО" in paper
        await pay.press("c")
        assert "ИТОГО" in pay.app.clipboard


async def test_the_operators_papers_are_russian_whatever_the_person_reads(
    home: World, downloads: Path
) -> None:
    home.change(formats="iso")
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        paper = text_of(pay.screen.query_one(Paper)).replace("\N{NO-BREAK SPACE}", " ")
        assert "22.11.2026 21:34" in paper
        assert "303,00 ₽" in paper
        await pay.press("p", "enter")
        (file,) = downloads.iterdir()
        printed = PdfReader(file).pages[0].extract_text().replace("\N{NO-BREAK SPACE}", " ")
        assert "22.11.2026 21:34" in printed
        assert "303,00 ₽" in printed
        with home.store.read() as tx:
            texts = [row["text"] for row in tx.common.messages(account_id=ACCOUNT, count=3)]
        assert any("303,00\N{NO-BREAK SPACE}₽" in text for text in texts)
        await pay.press("escape", "escape")
        assert "600.30 ₽" in pay.words


async def test_saved_as_pdf_by_the_keyboard(home: World, downloads: Path) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        await pay.press("з")  # P in the other layout.
        assert str(downloads) in pay.screen.query_one(Input).value
        await pay.press("enter")
        assert pay.receipt_is_open
        (file,) = downloads.iterdir()
        assert "Сохранено" in pay.seen
        assert str(file) in "".join(text_of(pay.screen.query_one("#receipt-state")).split("\n"))
        assert "НЕФИСКАЛЬНЫЙ, ДЕМО" in PdfReader(file).pages[0].extract_text()


async def test_a_file_that_is_there_is_replaced_when_asked_twice(
    home: World, downloads: Path
) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        await pay.press("h")
        name = Path(pay.screen.query_one(Input).value)
        name.write_bytes(b"mine")
        await pay.press("enter")
        message = pay.screen.query_one("#save-message", Static)
        assert "уже есть" in str(message.content)
        assert name.read_bytes() == b"mine"
        await pay.type("x")
        await pay.press("backspace", "enter")
        assert name.read_bytes() == b"mine", "the name was changed in between"
        await pay.press("enter")
        assert name.read_bytes().startswith(b"<!DOCTYPE html>")
        assert list(downloads.iterdir()) == [name]


@pytest.mark.parametrize(
    ("path", "words"),
    [("", "Введите путь"), ("{}", "Это папка"), ("{}/нет/a.pdf", "Такой папки нет"),
     ("{}/" + "я" * 300 + ".pdf", "не записан")],
    ids=["empty", "folder", "no-folder", "long"],
)  # fmt: skip
async def test_a_bad_path_is_said_in_place(
    home: World, downloads: Path, path: str, words: str
) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        await pay.press("p")
        pay.screen.query_one(Input).value = path.format(downloads)
        await pay.press("enter")
        assert isinstance(pay.screen, SaveDialog)
        assert words in str(pay.screen.query_one("#save-message", Static).content)
        assert list(downloads.iterdir()) == []
        await pay.press("escape")
        assert pay.receipt_is_open


async def test_no_mail_is_set_up_here(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        await pay.press("m")
        await pay.type("анна")
        await pay.press("enter")
        assert "Это не адрес" in str(pay.screen.query_one("#mail-message", Static).content)
        await pay.fill("#address", "anna@example.com")
        await pay.press("enter")
        assert isinstance(pay.screen, MailDialog)
        assert "не настроена" in str(pay.screen.query_one("#mail-message", Static).content)


async def test_the_letter_is_followed(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await paid(pay)
        states, real = ["queued", "failed"], home.backend.call

        async def post_office(endpoint, arguments, key):
            if endpoint.name in {"send", "mail"} and endpoint.area == Receipts.name:
                state = states.pop(0)
                return Mail(id="1", to="anna@example.com", at=NOW, state=state,
                            reason="Ящик переполнен." if state == "failed" else "")  # fmt: skip
            return await real(endpoint, arguments, key)

        home.backend.call = post_office
        await pay.press("m")
        await pay.type("anna@example.com")
        await pay.press("enter")
        assert "в очереди" in pay.seen
        await tick(pilot, pay.screen, 2)
        await settle(pilot)
        assert "не ушло. Ящик переполнен." in text_of(pay.screen.query_one("#receipt-state"))
