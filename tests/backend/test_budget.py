"""The month's budget: what counts, when the owner is told, and the stop."""

from datetime import UTC, datetime, timedelta

import pytest

from mts_tui.backend.contract.account import Account, Budget, BudgetOrder
from mts_tui.backend.contract.errors import BudgetRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.operator.rating import Usage
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store.ledger import Entry

from .desk import ANNA, Clock, Window, rows

MAIN = "anna-moscow"


def rub(minor: int) -> Money:
    return Money(amount_minor=minor, currency="RUB")


def spend(window: Window, amount: int, at: datetime | None = None) -> None:
    with window.store.write() as tx:
        book = Book(tx, MAIN)
        when = tx.now_ms if at is None else int(at.timestamp() * 1000)
        book.move(Entry(at=when, kind="purchase", title="Покупка", amount=-amount, contra="shop"))
        book.write()


def call(window: Window, minutes: int) -> bool:
    with window.store.write() as tx:
        book = Book(tx, MAIN)
        usage = Usage("call", "out", "+442079460000", "home", "europe", minutes * 60)
        done = book.use(usage, tx.now_ms) is not None
        book.write()
        return done


def budget(window: Window) -> Budget:
    return window.ask(Account.budget, MAIN)


def told(window: Window) -> list[str]:
    with window.store.read() as tx:
        found = rows(
            tx, "SELECT title FROM notifications WHERE account_id = ? AND kind = 'budget'", MAIN
        )
        return sorted(row["title"] for row in found)


def set_budget(window: Window, limit: int, *, hard: bool = False) -> Budget:
    return window.ask(Account.set_budget, MAIN, BudgetOrder(limit=rub(limit), hard=hard))


def test_without_a_budget_spending_is_told(anna: Window):
    before = budget(anna)
    assert (before.limit, before.hard) == (None, False)
    spend(anna, 10_00)
    assert budget(anna).spent == rub(before.spent.amount_minor + 10_00)
    assert told(anna) == []
    assert anna.ask(Account.overview, MAIN).budget is None


def test_a_budget_is_set_shown_and_dropped(anna: Window):
    assert set_budget(anna, 2_000_00, hard=True).limit == rub(2_000_00)
    view = anna.ask(Account.overview, MAIN).budget
    assert (view.limit, view.hard) == (rub(2_000_00), True)
    assert anna.ask(Account.drop_budget, MAIN).limit is None
    assert budget(anna).limit is None


@pytest.mark.parametrize(
    ("limit", "currency", "word"),
    [(0, "RUB", "больше нуля"), (-1, "RUB", "больше нуля"), (10**12, "RUB", "меньше"),
     (100_00, "BYN", "валюте")],
)  # fmt: skip
def test_a_budget_that_makes_no_sense_is_refused(
    anna: Window, limit: int, currency: str, word: str
):
    order = BudgetOrder(limit=Money(amount_minor=limit, currency=currency))
    with pytest.raises(BudgetRefused, match=word):
        anna.ask(Account.set_budget, MAIN, order)
    assert budget(anna).limit is None


def test_each_warning_comes_once(anna: Window):
    spend(anna, -1_000_00)
    spent = budget(anna).spent.amount_minor
    set_budget(anna, 4 * spent)
    assert told(anna) == []
    spend(anna, spent - 1)
    assert told(anna) == []
    spend(anna, 1)
    spend(anna, 1)
    assert told(anna) == ["Потрачено 50 % бюджета".replace(" %", "\N{NO-BREAK SPACE}%")]


def test_warnings_passed_at_once_are_told_as_the_highest(anna: Window):
    spent = budget(anna).spent.amount_minor
    set_budget(anna, spent + 100_00)
    anna_balance = anna.ask(Account.overview, MAIN).number.balance.amount_minor
    assert anna_balance > 100_00
    spend(anna, 100_00)
    assert told(anna) == ["Бюджет месяца исчерпан"]
    assert "исчерпан" not in anna.sms(ANNA)[0]
    assert "бюджет" in anna.sms(ANNA)[0]


def test_a_new_month_begins_anew(anna: Window, clock: Clock):
    spend(anna, -1_000_00)
    set_budget(anna, 100_00)
    spend(anna, 1_00)
    assert told(anna) == ["Бюджет месяца исчерпан"]
    clock.now = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)  # Midnight in Moscow.
    anna.sign_in()
    assert budget(anna).spent == rub(0)
    spend(anna, 50_00)
    assert budget(anna).spent.amount_minor >= 50_00
    assert len(told(anna)) == 2


def test_the_last_moment_of_a_month_belongs_to_it(anna: Window, clock: Clock):
    clock.now = datetime(2026, 11, 30, 20, 59, 59, tzinfo=UTC)
    anna.sign_in()
    assert budget(anna).spent.amount_minor > 0
    clock.move(seconds=1)
    assert budget(anna).spent.amount_minor == 0


def test_a_hard_budget_stops_paid_calls_and_nothing_else(anna: Window):
    assert call(anna, 1)
    set_budget(anna, budget(anna).spent.amount_minor, hard=True)
    assert not call(anna, 1)
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        free = Usage("call", "in", "+79853705678", "home", "own", 60)
        assert book.use(free, tx.now_ms) is not None
        assert not book.affords(1, tx.now_ms)
    set_budget(anna, 10_000_00, hard=True)
    assert call(anna, 1)


def test_a_soft_budget_stops_nothing(anna: Window):
    set_budget(anna, 1)
    assert call(anna, 1)


def test_the_fee_is_taken_whatever_the_budget_says(anna: Window, clock: Clock):
    set_budget(anna, 1, hard=True)
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.move(Entry(at=tx.now_ms, kind="top_up", title="", amount=2_000_00, contra="bank:card"))
        book.pass_time(tx.now_ms + int(timedelta(days=31).total_seconds() * 1000))
        book.write()
        fees = rows(
            tx, "SELECT amount FROM operations WHERE account_id = ? AND kind = 'fee' AND at > ?",
            MAIN, tx.now_ms,
        )  # fmt: skip
    assert [row["amount"] for row in fees] == [-500_00]
