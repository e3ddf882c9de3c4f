"""«Счет»: the figures are the operator's own, they change by themselves, and nothing jumps."""

import asyncio
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from textual.widgets import Digits

from mts_tui import formatting, phones
from mts_tui.backend.contract.account import Account, Overview
from mts_tui.backend.contract.errors import StoreLocked
from mts_tui.backend.operator.rating import Usage
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import from_ms
from mts_tui.screens.operation import OperationDialog
from tests.backend.desk import NOW, change

from .pages import Cabinet, Person, Phone, SignIn, settle
from .world import LARGE, NORMAL, SMALL, World

MOSCOW = ZoneInfo("Europe/Moscow")
ANNA = "anna-moscow"
CALL = Usage("call", "out", "+79567654321", "home", "other", 125)


def plain(text: str) -> str:
    return text.replace(formatting.NBSP, " ")


def overview(home: World, account: str = ANNA) -> Overview:
    answer: Overview = home.answer(Account.overview, account)
    return answer


def use(home: World, usage: Usage = CALL, account: str = ANNA) -> None:
    """Somebody uses the phone: written as the operator's own life does it."""
    with home.store.write() as tx:
        book = Book(tx, account)
        assert book.use(usage, tx.now_ms) is not None
        book.write()


def put(
    home: World, amount: int, title: str = "Проба", account: str = ANNA, count: int = 1
) -> None:
    with home.store.write() as tx:
        entry = Entry(at=tx.now_ms, kind="correction", title=title, amount=amount, contra="x")
        post(tx, account, [entry] * count)


def history(home: World, account: str = ANNA) -> list[tuple[int, str, int]]:
    """The whole history in the store, the newest first: moment, title, amount."""
    with home.store.read() as tx:
        return [
            (row["at"], row["title"], row["amount"])
            for row in tx.ledger.page(account_id=account, before=2**62, count=10**6)
        ]


# ------------------------------------------------------------------ the figures


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])
async def test_figures_are_the_contracts_answers(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet, view = Cabinet(pilot), overview(home)
        money = view.number.balance
        assert cabinet.balance == plain(formatting.money(money.amount_minor))
        assert formatting.money(money.amount_minor) in cabinet.top
        assert f"Доступно {formatting.money(view.available.amount_minor)}" in cabinet.beside
        assert view.points is not None
        assert formatting.points(view.points.amount) in cabinet.beside
        assert f"≈ {formatting.money(view.points.worth.amount_minor)}" in cabinet.beside
        assert view.next_fee is not None
        assert formatting.money(view.next_fee.amount.amount_minor) in cabinet.beside
        assert formatting.date_day(view.next_fee.at.astimezone(MOSCOW)) in cabinet.beside
        for bucket in view.buckets:
            left = bucket.granted - bucket.used
            words = {"call": f"{left // 60} из", "sms": f"{left} из"}.get(
                bucket.kind, f"{formatting.traffic(left)} из"
            )
            assert words in cabinet.packages
        spent = sum(part.spent.amount_minor for part in view.month)
        assert f"Ноябрь: {formatting.money(-spent)}" in cabinet.month
        for text in ("Минуты", "SMS", "Интернет", "Пакеты обновятся", "Ноябрь"):
            assert text in cabinet.seen


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])
async def test_rows_are_the_stores_newest(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        told = history(home)[:50]
        for row, (at, title, amount) in zip(cabinet.rows, told, strict=False):
            local = from_ms(at).astimezone(MOSCOW)
            when, what, _units, money, _note = row.split("\t")
            assert when == f"{formatting.date_short(local)} {formatting.clock(local)}"
            assert what.startswith(title)
            assert money == formatting.money(amount, sign=amount > 0)
        assert cabinet.rows[0].split("\t")[3] in cabinet.seen


async def test_iso_8601_is_not_cut(home: World) -> None:
    home.change(formats="iso")
    async with home.run(SMALL) as pilot:
        cabinet = Cabinet(pilot)
        put(home, 12_345_67)
        await settle(pilot)
        assert cabinet.balance == "12 645.97 ₽"
        assert cabinet.screen.query_one("#balance", Digits).value == "12 645.97"
        assert "2026-12-01" in cabinet.seen
        for page in ("account", "archive"):
            await cabinet.open(page)
            seen = cabinet.seen
            for at, _title, money in history(home)[:8]:
                when = f"{from_ms(at).astimezone(MOSCOW):%m-%d %H:%M}"
                line = next(one for one in seen.split("\n") if f" {when} " in one)
                assert f" {formatting.money(money, sign=money > 0)} " in line
            assert not re.search(r"\d,\d\d\b", seen)
            assert "нояб." not in seen


async def test_trust_limit_is_shown(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet, phone = Cabinet(pilot), Phone(pilot)
        put(home, 100_00)
        await phone.open()
        await phone.dial("*111*32#")
        assert phone.reply.startswith("Заявка принята")
        await phone.close()
        view = overview(home)
        assert view.trust_limit is not None
        assert "на полном доверии до −300,00" in plain(cabinet.beside)
        assert f"Доступно {formatting.money(view.available.amount_minor)}" in cabinet.beside


async def test_negative_balance(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet, phone = Cabinet(pilot), Phone(pilot)
        await phone.open()
        await phone.dial("*111*32#")
        await phone.close()
        put(home, -overview(home).number.balance.amount_minor - 123_45)
        await settle(pilot)
        assert cabinet.balance == "-123,45 ₽"
        assert pilot.app.screen.query_one("#balance", Digits).has_class("error")
        assert "−123,45" in cabinet.top
        await cabinet.open("numbers")
        assert "−123,45" in cabinet.rows[0]


async def test_suspended_packages(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        put(home, -overview(home).number.balance.amount_minor + 1_00)
        with home.store.write() as tx:
            change(tx, "UPDATE accounts SET fee_at = ? WHERE id = ?", tx.now_ms, ANNA)
            book = Book(tx, ANNA)
            book.pass_time(tx.now_ms)
            book.write()
        await cabinet.do("refresh")
        assert overview(home).suspended
        assert "▲ Пакеты приостановлены: пополните счёт" in cabinet.beside
        assert "приостановлены" in cabinet.seen


async def test_fee_that_the_money_is_not_enough_for(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        assert "▲ 1 декабря спишется 500,00 ₽ за тариф, на счёте меньше" in plain(cabinet.beside)
        put(home, 500_00)
        await settle(pilot)
        assert "1 декабря спишется 500,00 ₽ за тариф" in plain(cabinet.beside)
        assert "▲" not in cabinet.beside


async def test_package_that_will_run_out_or_has(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        minutes = next(one for one in overview(home).buckets if one.kind == "call")
        left = (minutes.granted - minutes.used) // 60
        use(home, Usage("call", "out", "+79567654321", "home", "other", (left - 5) * 60))
        await settle(pilot)
        assert "▲ кончится" in cabinet.packages
        use(home, Usage("call", "out", "+79567654321", "home", "other", 5 * 60))
        await settle(pilot)
        assert "▲ закончились" in cabinet.packages


async def test_tariff_without_packages(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        with home.store.write() as tx:
            tx.accounts.link(subscriber_id="anna", account_id="anna-new", name="", role="own")
        await cabinet.press("f5", "f4", "f4", "f4", "f4", "f4")
        assert cabinet.packages == "На этом тарифе нет пакетов: оплата за использованное."


# ------------------------------------------------------------------ live


async def test_changes_are_seen_without_a_key(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        first, count = cabinet.rows[0], cabinet.table.row_count
        put(home, 150_00, "Регистрация платежа: СБП")
        await settle(pilot)
        assert cabinet.balance == plain(
            formatting.money(overview(home).number.balance.amount_minor)
        )
        assert cabinet.balance == "450,30 ₽"
        assert "450,30" in cabinet.top
        assert "Регистрация платежа: СБП" in cabinet.rows[0]
        assert "+150,00" in cabinet.seen
        assert cabinet.rows[1] == first
        assert cabinet.table.row_count == count + 1


async def test_a_call_takes_minutes_at_once(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        before = next(one for one in overview(home).buckets if one.kind == "call")
        use(home)
        await settle(pilot)
        left = (before.granted - before.used) // 60 - 3
        assert f"{left} из 400" in plain(cabinet.packages)
        assert phones.display(CALL.peer) in cabinet.rows[0]
        assert "02:05" in cabinet.rows[0]
        assert "из пакета" in cabinet.rows[0]


async def test_other_numbers_changes_leave_the_page_alone(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.backend.asked.clear()
        put(home, 5_00, account="anna-petersburg")
        await settle(pilot)
        assert "overview" not in home.backend.asked
        assert cabinet.balance == "300,30 ₽"


async def test_news_while_another_page_is_open(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("password")
        put(home, 10_00)
        await settle(pilot)
        assert "310,30" in cabinet.top
        await cabinet.open("account")
        assert cabinet.balance == "310,30 ₽"


async def test_news_under_a_dialog(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("f1")
        put(home, 10_00)
        await settle(pilot)
        await cabinet.press("escape")
        assert cabinet.balance == "310,30 ₽"


async def test_row_under_the_cursor_stays_when_news_come(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("down", "down", "down")
        mine = cabinet.rows[cabinet.table.cursor]
        put(home, 1_00, count=2)
        await settle(pilot)
        assert cabinet.rows[cabinet.table.cursor] == mine


async def test_time_that_is_moved(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await pilot.app.run_action("clock_month")
        await settle(pilot)
        assert any("У оператора теперь 22 декабря 2026" in plain(toast) for toast in cabinet.toasts)
        assert cabinet.month.strip().startswith("Декабрь")
        assert cabinet.balance == plain(
            formatting.money(overview(home).number.balance.amount_minor)
        )


# ------------------------------------------------------------------ the history to its end


async def test_history_to_its_end(home: World) -> None:
    async with home.run() as pilot:
        cabinet, told = Cabinet(pilot), history(home)
        assert len(told) > 2000
        seen = -1
        while seen < cabinet.table.row_count:
            seen = cabinet.table.row_count
            await cabinet.press("end")
        assert cabinet.table.row_count == len(told)
        assert cabinet.table.cursor == len(told) - 1
        for row, (_at, title, amount) in zip(cabinet.rows, told, strict=True):
            _when, what, _units, money, _note = row.split("\t")
            assert what.startswith(title)
            assert money == formatting.money(amount, sign=amount > 0)
        assert "Наличные" in cabinet.seen
        first_day = (NOW - timedelta(days=751)).astimezone(MOSCOW)
        assert cabinet.rows[-1].startswith(formatting.date_numeric(first_day))
        await cabinet.press("home")
        assert cabinet.table.cursor == 0
        assert cabinet.table.scroll_offset.y == 0


async def test_page_down_meets_every_row(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        told = history(home)[:300]
        met: list[int] = []
        while cabinet.table.cursor < 250:
            top = cabinet.table.scroll_offset.y
            met += range(top, top + cabinet.table.size.height)
            await cabinet.press("pagedown")
        assert set(range(met[-1])) <= set(met)
        titles = [row.split("\t")[1] for row in cabinet.rows[:300]]
        assert all(
            text.startswith(title) for text, (_at, title, _amount) in zip(titles, told, strict=True)
        )
        bottom = cabinet.table.cursor
        await cabinet.press("pageup")
        assert cabinet.table.cursor < bottom


async def test_news_while_the_history_is_scrolled(home: World) -> None:
    """What came is put on top of all that was loaded: nothing twice, nothing lost."""
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("end", "end")
        put(home, 1_00, count=3)
        await settle(pilot)
        await cabinet.press("end", "end")
        told = history(home)[: cabinet.table.row_count]
        assert len(told) > 600
        for row, (_at, title, amount) in zip(cabinet.rows, told, strict=True):
            assert row.split("\t")[1].startswith(title)
            assert row.split("\t")[3] == formatting.money(amount, sign=amount > 0)


async def test_more_news_than_a_page_while_the_history_is_scrolled(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("end", "end")
        put(home, 1_00, count=120)
        await settle(pilot)
        await cabinet.press("home", "end", "end")
        told = history(home)[: cabinet.table.row_count]
        assert [row.split("\t")[3] for row in cabinet.rows] == [
            formatting.money(amount, sign=amount > 0) for _at, _title, amount in told
        ]


async def test_more_comes_while_news_arrive(home: World) -> None:
    """The next page is on its way when the list begins anew."""
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.backend.gate = asyncio.Event()
        await pilot.press("end")
        put(home, 1_00, count=120)
        await pilot.pause()
        home.backend.gate.set()
        home.backend.gate = None
        await settle(pilot)
        await cabinet.press("end", "end")
        told = history(home)[: cabinet.table.row_count]
        assert [row.split("\t")[3] for row in cabinet.rows] == [
            formatting.money(amount, sign=amount > 0) for _at, _title, amount in told
        ]


async def test_next_page_after_a_failure(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        before = cabinet.table.row_count
        home.backend.refuse["operations"] = StoreLocked(path="operator.db")
        await cabinet.press("end")
        assert cabinet.toasts
        home.backend.refuse.clear()
        await cabinet.press("home", "end")
        assert cabinet.table.row_count > before


async def test_keys_of_the_list(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        for keys, place in (("jj", 2), ("k", 1), ("оо", 3), ("л", 2)):
            await cabinet.press(*keys)
            assert cabinet.table.cursor == place
        await cabinet.press("home", "up")
        assert cabinet.table.cursor == 0


async def test_mouse_in_the_list(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("tab")
        await cabinet.click("#history", offset=(5, 4))
        assert cabinet.table.cursor == 4
        assert cabinet.focus == "history"


# ------------------------------------------------------------------ other numbers, clipboard


async def test_next_number(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        accounts = ["anna-petersburg", "anna-belarus", "misha-moscow", "anna-city", ANNA]
        for account in accounts:
            await cabinet.press("f4")
            number = overview(home, account).number
            money = formatting.money(number.balance.amount_minor, number.balance.currency)
            assert cabinet.balance == plain(money)
            assert phones.display(number.phone) in cabinet.top
            assert number.tariff in cabinet.top
            assert money in cabinet.top
            assert cabinet.table.cursor == 0
            told = history(home, account)
            assert told[0][1] in cabinet.rows[0]


async def test_account_of_belarus_is_in_its_own_money(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("f4", "f4")
        assert cabinet.balance.endswith(" BYN")
        assert "BYN" in cabinet.beside
        assert "BYN" in cabinet.month
        assert all("₽" not in row for row in cabinet.rows)
        assert "₽" not in cabinet.seen
        assert "без ограничения" in cabinet.packages


async def test_long_history_of_one_number_is_not_mixed_with_anothers(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("end", "end")
        await cabinet.press("f4", "end")
        told = history(home, "anna-petersburg")[: cabinet.table.row_count]
        assert [row.split("\t")[3] for row in cabinet.rows] == [
            formatting.money(amount, sign=amount > 0) for _at, _title, amount in told
        ]


async def test_quick_switching_shows_the_last(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        for _ in range(7):
            pilot.app.screen.action_next_number()
        await settle(pilot)
        assert phones.display(overview(home, "anna-belarus").number.phone) in cabinet.top
        assert cabinet.balance.endswith("BYN")


async def test_copy_a_row(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("down", "c")
        assert pilot.app.clipboard == cabinet.rows[1]
        assert "Скопировано." in cabinet.toasts


async def test_copy_the_number_where_no_row_is_chosen(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("shift+tab")
        assert cabinet.focus == "Menu"
        await cabinet.press("с")  # The Russian letter.
        assert pilot.app.clipboard == "+79853701234"


async def test_loading_shows_its_shape(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.backend.gate = asyncio.Event()
        await pilot.press("1")
        await pilot.press("2")
        await pilot.pause()
        assert "Загружаем счёт…" in cabinet.seen
        assert "Операций пока нет" not in cabinet.seen
        home.backend.gate.set()
        home.backend.gate = None
        await settle(pilot)
        assert "Загружаем счёт…" not in cabinet.seen


async def test_leaving_while_it_loads(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.backend.gate = asyncio.Event()
        await pilot.press("f5")
        await pilot.press("w")
        home.backend.gate.set()
        home.backend.gate = None
        await settle(pilot)
        assert cabinet.page == "password"
        await cabinet.press("escape")
        assert Person(pilot).app.is_running
        assert not SignIn(pilot).is_open


# ------------------------------------------------------------------ what a look has found


async def test_next_fee_of_a_tariff_that_charges_by_the_day(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("f4", "f4")
        assert "23 ноября спишется 0,78 BYN за тариф" in plain(cabinet.beside)


async def test_parts_of_the_month_make_its_sum(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        sums = [int(text.replace(",", "")) for text in re.findall(r"(\d+,\d\d)", cabinet.month)]
        assert sums[0] == sum(sums[1:])


async def test_top_bar_of_every_number_fits(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        for _ in range(5):
            await cabinet.press("f4")
            assert len(cabinet.top) == SMALL[0], cabinet.top


async def test_warning_of_the_fee_beside_the_phone(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await Phone(pilot).open()
        assert "на счёте меньше" in cabinet.words


async def test_enter_explains_an_operation(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        paid = next(at for at, row in enumerate(cabinet.rows) if "Исходящий звонок" in row)
        await cabinet.press(*["down"] * paid, "enter")
        assert isinstance(cabinet.screen, OperationDialog)
        assert "Исходящий звонок" in cabinet.words
        assert "Правило" in cabinet.words
        await cabinet.press("escape")
        assert cabinet.is_open
