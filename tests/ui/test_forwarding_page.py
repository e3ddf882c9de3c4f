"""«Переадресация» by the keyboard alone."""

import pytest
from textual.widgets import Static

from mts_tui.backend.contract.forwarding import Forwarding, ForwardingOrder
from mts_tui.screens.forwarding import CallDialog, ForwardingDialog, ForwardingForm
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.rows import Rows
from tests.backend.desk import ANNA, ANNA_SECOND
from tests.backend.quiet import plain

from .pages import Cabinet, Person, Phone, settle, text_of
from .world import NORMAL, SMALL, World

MAIN, SECOND = "anna-moscow", "anna-petersburg"
FRIEND = "+79561234567"


class Pages(Person):
    """The list, a rule's form, the call."""

    async def open(self, account: str = MAIN) -> None:
        self.answers: list[bool | None] = []
        self.app.push_screen(ForwardingDialog(account), self.answers.append)
        await settle(self.pilot)

    @property
    def lines(self) -> list[str]:
        rows = self.screen.query_one(Rows)
        return [plain(rows.text_of(index)) for index in range(rows.row_count)]

    @property
    def price(self) -> str:
        return plain(text_of(self.screen.query_one("#target-price")))

    @property
    def result(self) -> str:
        return plain(text_of(self.screen.query_one("#call-result")))

    @property
    def message(self) -> str:
        return plain(str(self.screen.query_one("#target-message", Static).content))


def targets(world: World, account: str = MAIN) -> list[str | None]:
    return [one.target for one in world.answer(Forwarding.rules, account).items]


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
async def test_a_rule_is_switched_on_changed_and_off(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = Pages(pilot)
        await pages.open()
        assert "Когда не отвечаю" in pages.seen
        assert "Цена минуты" in pages.seen
        await pages.press("down", "down", "enter")
        assert isinstance(pages.screen, ForwardingForm)
        await pages.type("89561234567")
        assert pages.price == "Это мобильный номер. Минута звонка — 2,00 ₽, сверх пакета минут."
        await pages.press("tab", "down")
        assert pages.screen.query_one(Choice).chosen == 4
        await pages.press("enter")
        assert targets(home) == [None, None, FRIEND, None]
        assert "+7 956 123-45-67\t2,00 ₽, через 25 с" in pages.lines[2]
        assert "звонки пойдут на +7 956 123-45-67" in pages.toasts[-1]
        await pages.press("enter")
        await pages.fill("#target", "84950001234")
        assert "городской номер" in pages.price
        await pages.press("enter")
        assert targets(home)[2] == "+74950001234"
        await pages.press("enter")
        await pages.click("#clear")
        assert targets(home) == [None] * 4
        await pages.press("escape")
        assert pages.answers == [True]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("112", "экстренных служб"),
        ("0890", "Короткие номера"),
        ("9853701234", "тот же номер"),
        ("+19001234567", "платные"),
        ("98561", "не хватает"),
        ("", "Введите номер"),
        ("[bold]x", "буквы"),
    ],
)
async def test_what_is_no_target_stays_with_a_sentence(home: World, typed: str, words: str):
    async with home.run() as pilot:
        pages = Pages(pilot)
        await pages.open()
        await pages.press("enter")
        await pages.type(typed)
        await pages.press("enter")
        assert words in pages.message
        assert isinstance(pages.screen, ForwardingForm)
        assert targets(home) == [None] * 4


async def test_a_ring_is_told(home: World):
    async with home.run() as pilot:
        home.answer(Forwarding.set, SECOND, "busy", ForwardingOrder(target=ANNA))
        pages = Pages(pilot)
        await pages.open()
        await pages.press("enter", "f4")  # The next of one's own numbers.
        await pages.press("enter")
        assert "по кругу" in pages.message
        assert targets(home) == [None] * 4


async def test_abroad_has_its_price(home: World):
    async with home.run() as pilot:
        pages = Pages(pilot)
        await pages.open()
        await pages.press("enter")
        await pages.type("+447700900123")
        assert "номер другой страны" in pages.price
        await pages.press("enter")
        assert targets(home)[0] == "+447700900123"


async def test_all_off_and_undo(home: World):
    async with home.run() as pilot:
        for kind in ("busy", "unreachable"):
            home.answer(Forwarding.set, MAIN, kind, ForwardingOrder(target=ANNA_SECOND))
        home.clock.move(seconds=1)
        pages = Pages(pilot)
        await pages.open()
        await pages.click("#clear-all")
        assert targets(home) == [None] * 4
        await pages.press("escape", "u", "enter")
        assert targets(home) == [None, ANNA_SECOND, None, ANNA_SECOND]


async def test_the_phones_codes_are_seen_at_once(home: World):
    async with home.run() as pilot:
        pages, phone = Pages(pilot), Phone(pilot)
        await phone.open()
        await phone.dial("**21*89561234567#")
        assert "включена на +7 956 123-45-67" in plain(phone.reply)
        await phone.close()
        await pages.open()
        assert pages.lines[0].startswith("●")
        home.answer(Forwarding.clear, MAIN, "all")
        await settle(pilot)
        assert "выключена" in pages.lines[0]


async def test_a_call_shows_where_it_goes_and_what_it_cost(home: World):
    async with home.run(NORMAL) as pilot:
        home.answer(Forwarding.set, MAIN, "busy", ForwardingOrder(target="+447700900123"))
        pages = Pages(pilot)
        await pages.open()
        await pages.click("#try")
        assert isinstance(pages.screen, CallDialog)
        await pages.press("enter")
        assert "поговорили" in pages.result
        await pages.press("down", "enter")
        assert "Звонок ушёл на +44 7700 900123: 1 мин 05 с, это 2 минуты" in pages.result
        await pages.press("escape", "escape")
        assert "Переадресованный звонок" in Cabinet(pilot).rows[0]
