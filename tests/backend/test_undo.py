"""Taking back: ten minutes to the second, once, by the cabinet that did it."""

from collections.abc import Callable

import pytest

from mts_tui.backend.contract.account import Account, BudgetOrder
from mts_tui.backend.contract.errors import CabinetError, NotFound, UndoRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.undo import Undo, Undoable

from .desk import MISHA, Clock, Window, at_once

MAIN = "anna-moscow"


def set_budget(window: Window, minor: int) -> None:
    limit = Money(amount_minor=minor, currency="RUB")
    window.ask(Account.set_budget, MAIN, BudgetOrder(limit=limit))


def limit(window: Window) -> int | None:
    found = window.ask(Account.budget, MAIN).limit
    return None if found is None else found.amount_minor


def pending(window: Window) -> list[Undoable]:
    return window.ask(Undo.pending).items


def test_the_latest_stands_first_and_goes_when_taken_back(anna: Window, clock: Clock):
    set_budget(anna, 100_00)
    clock.move(minutes=1)
    set_budget(anna, 200_00)
    latest, first = pending(anna)
    assert latest.at > first.at
    anna.ask(Undo.take_back, latest.id)
    assert limit(anna) == 100_00
    anna.ask(Undo.take_back, first.id)
    assert limit(anna) is None
    assert pending(anna) == []


def test_it_holds_for_ten_minutes_to_the_second(anna: Window, clock: Clock):
    set_budget(anna, 100_00)
    (entry,) = pending(anna)
    clock.move(minutes=9, seconds=59)
    assert pending(anna) == [entry]
    clock.move(seconds=1)
    assert pending(anna) == []
    with pytest.raises(UndoRefused, match="Десять минут"):
        anna.ask(Undo.take_back, entry.id)
    assert limit(anna) == 100_00


def test_it_is_taken_back_once_however_many_ask(anna: Window):
    set_budget(anna, 100_00)
    (entry,) = pending(anna)
    outcomes = at_once(*(lambda: anna.ask(Undo.take_back, entry.id) for _ in range(6)))
    refused = [one for one in outcomes if isinstance(one, CabinetError)]
    assert [type(one) for one in refused] == [UndoRefused] * 5
    assert limit(anna) is None


def test_nobody_else_sees_or_takes_it_back(anna: Window, open_window: Callable[[], Window]):
    set_budget(anna, 100_00)
    (entry,) = pending(anna)
    misha = open_window()
    misha.sign_in(MISHA)
    assert pending(misha) == []
    with pytest.raises(NotFound):
        misha.ask(Undo.take_back, entry.id)
    assert limit(anna) == 100_00


def test_what_changes_nothing_leaves_nothing_to_take_back(anna: Window):
    set_budget(anna, 100_00)
    set_budget(anna, 100_00)
    assert len(pending(anna)) == 1
    anna.ask(Account.drop_budget, MAIN)
    anna.ask(Account.drop_budget, MAIN)
    assert len(pending(anna)) == 2
