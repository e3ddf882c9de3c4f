"""What nobody needs any more is deleted on every server, a little at a time."""

import pytest

from mts_tui.backend.background import FORGETS_EVERY, FORGETS_FIRST, Forgetting
from mts_tui.backend.contract.demo import Demo, ShortMessage
from mts_tui.backend.contract.trust import Trust
from mts_tui.backend.services import forgetting
from mts_tui.backend.store import Store

from .conftest import Stores
from .desk import ANNA, Clock, Window, at_once, change, number

MAIN = "anna-moscow"
TABLES = ("idempotency", "events", "notifications", "undos", "sessions", "codes")


def left(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return {one: number(tx, f"SELECT COUNT(*) FROM {one}") for one in TABLES}  # noqa: S608


class Ticks:
    """The job's own clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def busy(anna: Window) -> Window:
    """Somebody has left something of every kind, and a dead code."""
    anna.ask(Trust.switch_on, MAIN)
    for text in "абв":
        anna.ask(Demo.send, ANNA, ShortMessage(to="111", text=text))
    assert all(left(anna.store).values())
    return anna


def test_old_things_are_deleted_and_new_ones_stay(busy: Window, clock: Clock):
    before = left(busy.store)
    busy.store.change(forgetting.forget)
    assert left(busy.store) == before
    clock.move(days=3, milliseconds=-1)
    busy.ask(Demo.send, ANNA, ShortMessage(to="111", text="новое"))
    new = left(busy.store)["events"] - before["events"]
    clock.move(minutes=1)
    while busy.store.change(forgetting.forget):
        pass
    assert left(busy.store) == {
        **dict.fromkeys(TABLES, 0),
        "idempotency": 1,
        "events": new,
        "undos": 1,  # Kept by its end.
    }


def test_it_is_done_in_small_parts(busy: Window, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    clock.move(days=4)
    before = left(busy.store)["events"]
    ticks = Ticks()
    job = Forgetting(busy.store, ticks)
    job()
    assert left(busy.store)["events"] == before  # A start has other things to do.
    ticks.now = FORGETS_FIRST
    for part in range(1, before // 2 + 2):
        assert job() is False  # Other jobs come before the next part.
        assert left(busy.store)["events"] == max(0, before - 2 * part)
    assert set(left(busy.store).values()) == {0}


def test_it_rests_for_an_hour(busy: Window, clock: Clock):
    clock.move(days=4)
    ticks = Ticks()
    job = Forgetting(busy.store, ticks)
    ticks.now = FORGETS_FIRST
    job()
    with busy.store.write() as tx:
        change(tx, "INSERT INTO rates (name, window_start, count) VALUES ('a', 0, 1)")

    def kept() -> int:
        with busy.store.read() as tx:
            return number(tx, "SELECT COUNT(*) FROM rates WHERE name = 'a'")

    ticks.now += FORGETS_EVERY - 1
    job()
    assert kept() == 1
    ticks.now += 1
    job()
    assert kept() == 0


def test_processes_that_forget_at_once_do_not_disturb_each_other(
    busy: Window, clock: Clock, stores: Stores, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    clock.move(days=4)

    def all_of(store: Store) -> None:
        while store.change(forgetting.forget):
            pass

    others = [busy.store, stores.again(busy.store), stores.again(busy.store)]
    outcomes = at_once(*(lambda store=store: all_of(store) for store in others))
    assert outcomes == [None, None, None]
    all_of(busy.store)
    assert set(left(busy.store).values()) == {0}
