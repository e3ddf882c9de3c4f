"""Paid subscriptions: charged when their day comes, off at once; the calendar of charges."""

from datetime import timedelta
from itertools import pairwise

import pytest

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.account import Account, Subscription
from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import from_ms

from .desk import Clock, Window, rows

MAIN = "anna-moscow"


def of(window: Window, subscription: str) -> Subscription:
    page = window.ask(Account.subscriptions, MAIN)
    return next(one for one in page.items if one.id == subscription)


def charged(window: Window, title: str) -> list[tuple[int, int]]:
    """Moment in ms and amount of each charge."""
    with window.store.read() as tx:
        found = rows(
            tx,
            "SELECT at, amount FROM operations WHERE account_id = ? AND kind = 'subscription'"
            " AND title = ? ORDER BY seq",
            *(MAIN, title),
        )
        return [(row["at"], row["amount"]) for row in found]


def live(window: Window, clock: Clock, **parts: float) -> None:
    clock.move(**parts)
    with window.store.write() as tx:
        pass_time(tx, MAIN)
    if timedelta(**parts) > timedelta(minutes=20):  # The session has ended meanwhile.
        window.sign_in()


def drain(window: Window) -> None:
    with window.store.write() as tx:
        book = Book(tx, MAIN)
        entry = Entry(at=tx.now_ms, kind="correction", title="", amount=-book.balance, contra="x")
        book.move(entry)
        book.write()


def test_a_daily_one_was_charged_every_day(anna: Window):
    moments = [at for at, _amount in charged(anna, "Гороскоп на день")]
    assert len(moments) > 200
    gaps = {after - before for before, after in pairwise(moments)}
    assert min(gaps) == 86_400_000
    assert all(gap % 86_400_000 == 0 for gap in gaps)  # There were days without money.
    assert of(anna, "horoscope").next_at == from_ms(moments[-1]) + timedelta(days=1)
    assert of(anna, "horoscope").spent.amount_minor == 30 * 3_00


def test_a_trial_costs_nothing_until_it_ends(anna: Window, clock: Clock):
    lesson = of(anna, "lessons")
    assert lesson.trial
    assert charged(anna, "Английский за завтраком") == []
    left = lesson.next_at - clock.now
    live(anna, clock, seconds=left.total_seconds() - 1)
    assert charged(anna, "Английский за завтраком") == []
    live(anna, clock, seconds=1)
    assert [amount for _at, amount in charged(anna, "Английский за завтраком")] == [-49_00]
    assert not of(anna, "lessons").trial


def test_one_that_cannot_be_paid_is_tried_the_next_day(anna: Window, clock: Clock):
    before = charged(anna, "Гороскоп на день")
    drain(anna)
    live(anna, clock, days=3)
    assert charged(anna, "Гороскоп на день") == before
    overview = anna.ask(Account.overview, MAIN)
    assert overview.available.amount_minor == 0
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.move(Entry(at=tx.now_ms, kind="top_up", title="", amount=10_00, contra="bank:card"))
        book.write()
    live(anna, clock, days=1)
    assert len(charged(anna, "Гороскоп на день")) == len(before) + 1


def test_switched_off_is_never_charged_again(anna: Window, clock: Clock):
    before = charged(anna, "Гороскоп на день")
    off = anna.ask(Account.unsubscribe, MAIN, "horoscope")
    assert (off.on, off.next_at, off.trial) == (False, None, False)
    live(anna, clock, days=5)
    assert charged(anna, "Гороскоп на день") == before
    again = anna.ask(Account.unsubscribe, MAIN, "horoscope")
    assert again.on is False
    assert anna.ask(Account.subscriptions, MAIN).items[-1].id == "horoscope"


def test_switching_off_can_be_taken_back(anna: Window, clock: Clock):
    was = of(anna, "horoscope")
    anna.ask(Account.unsubscribe, MAIN, "horoscope")
    (entry,) = anna.ask(Undo.pending).items
    assert "Гороскоп" in entry.title
    anna.ask(Undo.take_back, entry.id)
    assert of(anna, "horoscope") == was
    before = charged(anna, "Гороскоп на день")
    live(anna, clock, days=1)
    assert len(charged(anna, "Гороскоп на день")) == len(before) + 1


def test_an_unknown_one_is_not_found(anna: Window):
    with pytest.raises(NotFound):
        anna.ask(Account.unsubscribe, MAIN, "nothing")
    with pytest.raises(NotFound):
        anna.ask(Account.unsubscribe, "anna-new", "horoscope")


def test_the_calendar_tells_what_then_happens(anna: Window, clock: Clock):
    """Everything it told for the month came to pass, in its order, to the kopeck."""
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.move(Entry(at=tx.now_ms, kind="top_up", title="", amount=5_000_00, contra="bank:card"))
        book.write()
        known = tx.accounts.by_id(id=MAIN)["operation_seq"]
    told = anna.ask(Account.charges, MAIN).items
    assert {one.kind for one in told} == {"fee", "option", "subscription"}
    live(anna, clock, days=31)
    with anna.store.read() as tx:
        found = rows(
            tx, "SELECT at, kind, amount, balance FROM operations WHERE account_id = ? AND seq > ?"
            " ORDER BY seq", MAIN, known,
        )  # fmt: skip
    happened = [(from_ms(r["at"]), r["kind"], r["amount"], r["balance"]) for r in found]
    expected = [
        (one.at, one.kind, one.amount.amount_minor, one.balance.amount_minor) for one in told
    ]
    assert happened == expected


def test_the_calendar_ends_after_thirty_one_days(anna: Window, clock: Clock):
    told = anna.ask(Account.charges, MAIN).items
    assert all(clock.now < one.at <= clock.now + timedelta(days=31) for one in told)
    assert [one.at for one in told] == sorted(one.at for one in told)


def test_a_line_without_anything_due_has_an_empty_calendar(anna: Window):
    assert anna.ask(Account.charges, "anna-city").items
    with anna.store.write() as tx:
        rows(tx, "UPDATE accounts SET fee_at = NULL WHERE id = ?", "anna-city")
    assert anna.ask(Account.charges, "anna-city").items == []
