"""«Списания», «Бюджет», «Подписки» and taking back, by keys alone."""

import pytest
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.backend.contract.account import Account, Budget, Charge, Subscription
from mts_tui.backend.contract.errors import StoreLocked
from mts_tui.backend.contract.undo import Undo
from mts_tui.screens.budget import BudgetDialog
from mts_tui.screens.charges import ChargesDialog
from mts_tui.screens.overview import Coming
from mts_tui.screens.subscriptions import SubscriptionsDialog
from mts_tui.screens.undo import UndoDialog
from mts_tui.widgets.check import Check

from .pages import Cabinet, settle, text_of
from .world import LARGE, NORMAL, SMALL, World

ANNA = "anna-moscow"
SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


def budget(home: World) -> Budget:
    return home.answer(Account.budget, ANNA)


def charges(home: World) -> list[Charge]:
    return home.answer(Account.charges, ANNA).items


def subscription(home: World, name: str) -> Subscription:
    page = home.answer(Account.subscriptions, ANNA)
    return next(one for one in page.items if one.id == name)


def message(cabinet: Cabinet, where: str) -> str:
    return str(cabinet.screen.query_one(where, Static).content)


@SIZES
async def test_the_calendar_of_charges(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("d")
        assert isinstance(cabinet.screen, ChargesDialog)
        told = charges(home)
        assert len(cabinet.rows) == len(told) > 30
        for row, charge in zip(cabinet.rows, told, strict=True):
            assert charge.title in row
            assert formatting.money(charge.amount.amount_minor, sign=True) in row
            assert ("▲" in row) == (charge.balance.amount_minor < 0)
        short = next(one for one in told if one.balance.amount_minor < 0)
        assert f"▲ {formatting.date_day(short.at)} денег не хватит" in cabinet.seen
        await cabinet.press("escape")
        assert cabinet.is_open


async def test_the_calendar_in_the_russian_layout(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("в")
        assert isinstance(cabinet.screen, ChargesDialog)


async def test_what_comes_next_stands_on_a_wide_screen(home: World) -> None:
    async with home.run(LARGE) as pilot:
        cabinet = Cabinet(pilot)
        coming = text_of(cabinet.screen.query_one(Coming))
        titles = {one.title for one in charges(home)}
        assert coming.startswith("\nСкоро спишется")
        assert all(coming.count(title) == 1 for title in titles)


async def test_a_narrower_screen_does_not_ask_what_comes_next(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        assert text_of(Cabinet(pilot).screen.query_one(Coming)) == ""
        assert "charges" not in home.backend.asked
        await pilot.resize_terminal(*LARGE)
        await settle(pilot)
        assert "Скоро спишется" in text_of(Cabinet(pilot).screen.query_one(Coming))


@SIZES
async def test_a_budget_is_set_seen_and_dropped(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("b")
        assert isinstance(cabinet.screen, BudgetDialog)
        await cabinet.type("1 000,50")
        cabinet.screen.query_one("#budget-hard", Check).focus()
        await cabinet.press("space", "tab", "enter")
        assert cabinet.is_open
        assert (budget(home).limit.amount_minor, budget(home).hard) == (1_000_50, True)
        share = budget(home).spent.amount_minor * 100 // 1_000_50
        assert f"{formatting.percent(share)} из {formatting.money(1_000_50)}" in cabinet.month
        await cabinet.press("b")
        assert cabinet.screen.query_one("#budget-hard", Check).value
        cabinet.screen.query_one("#drop").focus()
        await cabinet.press("enter")
        assert budget(home).limit is None
        assert "бюджет" not in cabinet.month


@pytest.mark.parametrize("typed", ["", "0", "-1", "сто", "0,001", "1e9", "NaN", "99999999999"])
async def test_a_wrong_budget_is_a_sentence(home: World, typed: str) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("b")
        await cabinet.type(typed)
        await cabinet.press("enter")
        assert isinstance(cabinet.screen, BudgetDialog)
        assert message(cabinet, "#budget-message").endswith(".")
        assert budget(home).limit is None


@SIZES
async def test_a_subscription_is_switched_off_by_a_second_enter_and_taken_back(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("s")
        assert isinstance(cabinet.screen, SubscriptionsDialog)
        place = next(at for at, row in enumerate(cabinet.rows) if "Гороскоп" in row)
        await cabinet.press(*["down"] * place, "enter")
        assert "Нажмите Enter ещё раз" in message(cabinet, "#subscription-message")
        assert subscription(home, "horoscope").on
        await cabinet.press("enter")
        assert not subscription(home, "horoscope").on
        assert "Отменить можно 10 минут" in message(cabinet, "#subscription-message")
        assert "отключена" in cabinet.rows[-1]
        await cabinet.press("escape", "u")
        assert isinstance(cabinet.screen, UndoDialog)
        assert "до 21:44" in cabinet.rows[0], "the number's own time"
        await cabinet.press("enter")
        assert subscription(home, "horoscope").on
        assert cabinet.is_open
        assert any("Отменено: Подписка «Гороскоп на день»" in one for one in cabinet.toasts)


async def test_moving_away_takes_the_question_back(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("s", "enter", "down", "enter")
        assert "Отключить" in message(cabinet, "#subscription-message")
        assert all(one.on for one in home.answer(Account.subscriptions, ANNA).items)


async def test_nothing_to_take_back_says_what_would_be_here(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("u")
        assert "Отменять нечего" in cabinet.seen
        assert "10 минут." in cabinet.seen  # To its end, in a second line.
        await cabinet.press("enter", "escape")
        assert cabinet.is_open


async def test_what_is_too_late_to_take_back_is_said(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("s", "enter", "enter", "escape", "u")
        (entry,) = home.answer(Undo.pending).items
        home.pass_time(600)
        await cabinet.press("enter")
        assert "Десять минут прошли" in message(cabinet, "#undo-message")
        assert entry.title


@pytest.mark.parametrize(
    ("key", "operation"),
    [("d", "charges"), ("b", "budget"), ("s", "subscriptions"), ("u", "pending")],
)
async def test_an_operator_that_cannot_answer_is_a_sentence(
    home: World, key: str, operation: str
) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.backend.refuse[operation] = StoreLocked(path="operator.db")
        await cabinet.press(key)
        await settle(pilot)
        assert "занят другой программой" in " ".join(cabinet.seen.split())
        await cabinet.press("escape")
        assert cabinet.is_open
