"""«Мои номера»: every number with its own money, and the way to each account."""

import asyncio

import pytest

from mts_tui import formatting, phones
from mts_tui.backend.contract.numbers import LinkOrder, Number, Numbers
from mts_tui.backend.store.ledger import Entry, post
from tests.backend.desk import UNLINKED

from .pages import Cabinet, settle, until
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
        await until(pilot, lambda: "177,61" in cabinet.rows[1])
        assert "177,61" in cabinet.seen


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
