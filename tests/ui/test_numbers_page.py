"""«Мои номера»: every number with its own money, and the way to each account."""

import asyncio
import time
from typing import Any

import pytest
from textual.widgets import Input, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract import Endpoint
from mts_tui.backend.contract.demo import Demo, Dial
from mts_tui.backend.contract.errors import StoreLocked
from mts_tui.backend.contract.numbers import LinkOrder, Number, Numbers
from mts_tui.backend.store.ledger import Entry, post
from tests.backend.desk import UNLINKED
from tests.backend.quiet import plain
from tests.backend.test_ledger import new_account

from .pages import Cabinet, Phone, settle, text_of, until
from .world import LARGE, NORMAL, SMALL, World


def numbers(home: World) -> list[Number]:
    items: list[Number] = home.answer(Numbers.linked).items
    return items


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])
async def test_numbers_are_the_contracts_answer(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        told = numbers(home)
        assert len(told) == len(cabinet.rows) == 5
        for row, number in zip(cabinet.rows, told, strict=True):
            assert phones.display(number.phone) in row
            assert f"{number.name}" in row
            assert number.owner in row
            assert number.tariff in row
            assert number.region in row
            assert formatting.money(number.balance.amount_minor, number.balance.currency) in row
            assert phones.display(number.phone) in cabinet.seen
        assert "Миша (ребёнок)" in cabinet.rows[3]
        assert "Дом (городской)" in cabinet.rows[4]
        assert [row.startswith("▌") for row in cabinet.rows] == [True, False, False, False, False]


async def test_sums_of_currencies_are_not_added(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        roubles = sum(
            one.balance.amount_minor for one in numbers(home) if one.balance.currency == "RUB"
        )
        belarus = sum(
            one.balance.amount_minor for one in numbers(home) if one.balance.currency == "BYN"
        )
        assert formatting.count(5, "номер", "номера", "номеров") in cabinet.seen
        assert formatting.money(roubles) in cabinet.seen
        assert formatting.money(belarus, "BYN") in cabinet.seen


@pytest.mark.parametrize("key", ["enter", "mouse"])
async def test_a_number_opens_its_account(home: World, key: str) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        if key == "enter":
            await cabinet.press("down", "down", "enter")
        else:
            await cabinet.click("#number-list", offset=(5, 2))
            await cabinet.click("#number-list", offset=(5, 2))
        assert cabinet.page == "account"
        assert cabinet.balance.endswith("BYN")
        assert "+375 33 000-00-01" in cabinet.top
        await cabinet.open("numbers")
        assert cabinet.rows[2].startswith("▌")


async def test_balances_are_live(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        with home.store.write() as tx:
            entry = Entry(at=tx.now_ms, kind="correction", title="x", amount=77_00, contra="x")
            post(tx, "anna-petersburg", [entry])
        await until(pilot, lambda: "211,61" in cabinet.rows[1])
        assert "211,61" in cabinet.seen


async def test_number_that_was_added_elsewhere(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        window = home.window()
        window.token = home.backend.token
        code = window.order_code(UNLINKED)
        window.ask(Numbers.link, LinkOrder(phone=UNLINKED, code=code, name="Новый"))
        await until(pilot, lambda: len(cabinet.rows) == 6)
        assert "Новый" in cabinet.rows[5]
        assert formatting.count(6, "номер", "номера", "номеров") in cabinet.seen


async def test_refresh_shows_what_is_new(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        with home.store.write() as tx:
            tx._connection.execute("UPDATE linked_numbers SET name = 'Иначе'")
        await cabinet.do("refresh")
        assert "Иначе" in cabinet.rows[0]


async def test_page_opened_before_the_numbers_came(home: World) -> None:
    async with home.run(app=home.app()) as pilot:
        cabinet = Cabinet(pilot)
        cabinet.screen.numbers = []
        home.backend.gate = asyncio.Event()
        cabinet.screen.load_numbers()
        await pilot.press("1")
        home.backend.gate.set()
        await settle(pilot)
        assert len(cabinet.rows) == 5


@pytest.mark.parametrize(
    ("state", "told"), [("no_money", "▲ нужны деньги"), ("blocked", "■ заблокирован")]
)
async def test_states_are_said_in_words(home: World, state: str, told: str) -> None:
    async with home.run(LARGE) as pilot:
        cabinet = Cabinet(pilot)
        with home.store.write() as tx:
            tx._connection.execute(
                "UPDATE accounts SET state = ? WHERE id = 'anna-petersburg'", (state,)
            )
        await cabinet.do("refresh")
        await cabinet.open("numbers")
        assert told in cabinet.rows[1]
        assert told in cabinet.seen


async def test_states_are_seen_in_a_narrow_terminal(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        with home.store.write() as tx:
            tx._connection.execute("UPDATE accounts SET state = 'blocked'")
        await cabinet.do("refresh")
        await cabinet.open("numbers")
        assert "■" in cabinet.seen


async def test_copy_the_number_under_the_cursor(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        await cabinet.press("down", "c")
        assert pilot.app.clipboard == "+79810531122"
        assert "Скопировано." in cabinet.toasts


async def test_next_number_marks_its_row(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("numbers")
        await cabinet.press("f4")
        assert cabinet.rows[1].startswith("▌")
        assert not cabinet.rows[0].startswith("▌")


# ------------------------------------------------------------------ adding, naming, order


class Forms(Cabinet):
    """The page with its forms."""

    @property
    def detail(self) -> str:
        return text_of(self.screen.query_one("#number-detail"))

    @property
    def added(self) -> str:
        return str(self.screen.query_one("#add-message", Static).content)


SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


@SIZES
async def test_columns_have_headings_in_line_with_them(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Forms(pilot)
        await page.open("numbers")
        lines = page.seen.splitlines()
        head = next(line for line in lines if "Имя и владелец" in line)
        row = next(line for line in lines if "Основной ·" in line)
        assert head.index("Номер") == row.index("+7 985")
        assert head.index("Имя") == row.index("Основной")
        assert head.rstrip().endswith("Баланс")
        assert len(head.rstrip()) == len(row.rstrip())


async def test_the_region_is_whole_where_there_is_room(home: World):
    async with home.run(LARGE) as pilot:
        page = Forms(pilot)
        await page.open("numbers")
        assert "Санкт-Петербург и Ленинградская область" in page.seen
        assert "Регион" in page.seen


async def test_the_number_under_the_cursor_is_told_in_full(home: World):
    async with home.run() as pilot:
        page = Forms(pilot)
        await page.open("numbers")
        await page.press("down")
        assert "Для объявлений · Анна Ветрова" in page.detail
        assert "Санкт-Петербург и Ленинградская область · Супер МТС" in page.detail


@SIZES
async def test_add_a_number_by_its_code(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page, phone = Forms(pilot), Phone(pilot)
        await page.open("numbers")
        await page.press("plus")
        await page.type("9853709900")
        await page.press("enter")
        assert "Код отправлен на +7 985 370-99-00" in plain(page.added)
        assert not page.screen.query_one("#add-message").has_class("error")
        assert any("— код" in toast for toast in page.toasts)  # Of that number's own phone.
        assert page.focus == "new-code"
        code = home.window().sms_code(UNLINKED)
        await page.type("000000" if code != "000000" else "111111")
        await page.press("enter")
        assert "Код не подошёл" in page.added
        assert page.screen.query_one("#new-number", Input).value.endswith("99-00")
        await page.type(code)
        await page.press("tab")
        await page.type("[b]Дача")
        await page.press("enter")
        assert len(page.rows) == 6
        assert "[b]Дача" in page.rows[5]
        assert not phone.is_open


async def test_the_phones_own_code_is_as_good(home: World):
    """Who asks for one more too soon goes on with the code that came."""
    async with home.run() as pilot:
        home.window().ask(Demo.dial, UNLINKED, Dial(code="*111*828*1#"))
        page = Forms(pilot)
        await page.open("numbers")
        await page.press("plus")
        await page.type("9853709900")
        await page.press("enter")
        assert "последний присланный код действует" in page.added
        assert page.focus == "new-code"
        await page.type(home.window().sms_code(UNLINKED))
        await page.press("enter")
        assert len(page.rows) == 6


async def test_a_lost_answer_is_asked_for_again(home: World, monkeypatch: pytest.MonkeyPatch):
    """The code is spent, and the number is there: the same Enter answers so."""
    async with home.run() as pilot:
        home.window().ask(Demo.dial, UNLINKED, Dial(code="*111*828*1#"))
        page = Forms(pilot)
        await page.open("numbers")
        await page.press("plus")
        await page.type("9853709900")
        await page.press("tab")
        code = home.window().sms_code(UNLINKED)
        await page.type(code)
        answers = home.backend.call

        async def lose(endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
            await answers(endpoint, arguments, key)
            raise StoreLocked(path="x")

        monkeypatch.setattr(home.backend, "call", lose)
        await page.press("enter")
        assert "занят другой программой" in page.added
        monkeypatch.setattr(home.backend, "call", answers)
        await page.type(code)
        await page.press("enter")
        assert len(page.rows) == 6


async def test_add_a_city_number_by_a_call(home: World):
    async with home.run() as pilot:
        home.answer(Numbers.unlink, "anna-city")
        page = Forms(pilot)
        await page.open("numbers")
        assert len(page.rows) == 4
        await page.press("plus")
        await page.type("84950001234")
        await page.press("enter")
        assert "Робот звонит на +7 495 000-12-34" in plain(page.added)
        phone = home.window()
        await page.type(phone.sms_code("+74950001234"))
        await page.press("enter")
        assert "городской" in page.rows[4]


@pytest.mark.parametrize(("typed", "words"), [("123", "целиком"), ("", "Введите номер")])
async def test_no_number_no_code(home: World, typed: str, words: str):
    async with home.run() as pilot:
        page = Forms(pilot)
        await page.open("numbers")
        await page.press("plus")
        await page.type(typed)
        await page.press("enter")
        assert words in page.added
        assert "request_code" not in home.backend.asked
        await page.press("tab", "enter")
        assert words in page.added


async def test_rename_with_hostile_text(home: World):
    async with home.run() as pilot:
        page = Forms(pilot)
        await page.open("numbers")
        await page.press("down", "e")
        await page.fill("#name", "[/b] \u202eзло")
        await page.press("enter")
        assert "[/b]" in page.rows[1]
        assert "\u202e" not in page.rows[1]
        assert page.page == "numbers"
        await page.press("e")
        await page.fill("#name", "")
        await page.press("enter")
        assert numbers(home)[1].name == ""
        assert "Без имени" in page.detail


async def test_put_in_order_by_keys(home: World):
    async with home.run() as pilot:
        page = Forms(pilot)
        await page.open("numbers")
        first = [one.account for one in numbers(home)]
        await page.press("shift+down", "shift+down")
        assert [one.account for one in numbers(home)] == [first[1], first[2], first[0], *first[3:]]
        assert page.table.cursor == 2
        await page.press("left_square_bracket", "х", "[")
        assert [one.account for one in numbers(home)] == first
        assert page.table.cursor == 0


async def test_take_out_and_take_back(home: World):
    async with home.run() as pilot:
        page = Forms(pilot)
        await page.open("numbers")
        await page.press("delete")
        assert "С этим номером вы вошли" in page.toasts[-1]
        await page.press("end", "delete")
        assert len(page.rows) == 4
        assert "Вернуть можно 10 минут" in page.toasts[-1]
        await page.press("u", "enter")
        assert len(page.rows) == 5


@SIZES
async def test_a_number_taken_out_elsewhere_is_left(home: World, size: tuple[int, int]):
    """This terminal looks at it: it goes on with the number of its login."""
    async with home.run(size) as pilot:
        page = Forms(pilot)
        await page.press("f4", "f4")
        assert "+375" in page.top
        window = home.window()
        window.token = home.backend.token
        window.ask(Numbers.unlink, "anna-belarus")
        await settle(pilot)
        assert "+7 985 370-12-34" in page.top
        assert "больше нет в кабинете" in " ".join(page.toasts)
        assert page.balance.endswith("₽")


# ------------------------------------------------------------------ two hundred


def crowd(world: World, count: int = 195) -> None:
    with world.store.write() as tx:
        for _ in range(count):
            account = new_account(tx, 10_00)
            tx.accounts.link(subscriber_id="anna", account_id=account, name="", role="own")


@SIZES
async def test_two_hundred_numbers_are_found_and_scrolled(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Forms(pilot)
        crowd(home)
        await page.do("refresh")
        await page.open("numbers")
        assert len(page.rows) == 200
        assert "200 номеров" in plain(page.seen)
        assert "₽ · 25,38 BYN" in plain(page.seen)
        await page.press("end")
        assert phones.display(numbers(home)[-1].phone) in page.seen
        await page.press("slash")
        await page.type("минск")
        assert len(page.rows) == 1
        assert "1 из 200" in page.seen
        await page.press("enter", "enter")
        assert "+375" in page.top
        await page.open("numbers")
        assert len(page.rows) == 200
        await page.press("slash")
        await page.type("нет такого")
        assert "Такого номера нет" in page.seen
        await page.press("escape")
        assert len(page.rows) == 200
        await page.press("f4")
        assert page.rows[3].startswith("▌")


async def test_two_hundred_are_as_quick_as_five(home: World):
    """From the key to the page that stands: the processor's time, the best of several."""

    async def opened(pilot: object, page: Forms) -> float:
        times = []
        for _ in range(7):
            await page.open("account")
            began = time.process_time()
            await page.open("numbers")
            times.append(time.process_time() - began)
        return min(times)

    async with home.run() as pilot:
        page = Forms(pilot)
        few = await opened(pilot, page)
        crowd(home)
        await page.do("refresh")
        assert await opened(pilot, page) <= 1.5 * few
