"""What every store promises, whichever engine keeps it."""

import time
from functools import partial

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.errors import AlreadyLinked, CabinetError
from mts_tui.backend.store import Store, Transaction, migrations
from mts_tui.backend.store.ledger import Entry, post

from .conftest import Stores
from .desk import MISHA, Window, at_once

MAIN = "anna-moscow"
PLACES = 4


def note(store: Store, value: str) -> None:
    with store.write() as tx:
        tx.common.set_meta(name="note", value=value)


def noted(store: Store) -> str | None:
    with store.read() as tx:
        return tx.common.get_meta(name="note")


def top_up(tx: Transaction, account: str = MAIN) -> None:
    post(tx, account, [Entry(at=tx.now_ms, kind="top_up", title="", amount=1, contra="test")])


def test_a_raised_error_takes_everything_back(store: Store):
    def fail() -> None:
        with store.write() as tx:
            tx.common.set_meta(name="note", value="lost")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert noted(store) is None


def test_a_kept_error_is_raised_after_the_commit(store: Store):
    def fail() -> None:
        with store.write() as tx:
            tx.common.set_meta(name="note", value="kept")
            raise tx.keep(CabinetError())

    with pytest.raises(CabinetError):
        fail()
    assert noted(store) == "kept"


def test_a_function_is_run_in_a_transaction(store: Store):
    def fail(tx: Transaction) -> None:
        tx.common.set_meta(name="note", value="lost")
        raise ValueError("no")

    def keep(tx: Transaction) -> None:
        tx.common.set_meta(name="note", value=tx.key)
        raise tx.keep(CabinetError())

    with pytest.raises(ValueError, match="no"):
        store.change(fail)
    assert store.look(lambda tx: tx.common.get_meta(name="note")) is None
    with pytest.raises(CabinetError):
        store.change(keep, "the key")
    assert store.look(lambda tx: tx.common.get_meta(name="note")) == "the key"
    assert store.change(lambda tx: tx.common.hold_number(name="count")) == "0"


def test_listeners_hear_of_what_was_committed_only(demo: Store):
    heard: list[str] = []
    demo.on_commit.append(lambda events: heard.extend(event.kind for event in events))
    with demo.write() as tx:
        tx.emit(MAIN, "account")
        tx.emit(MAIN, "account")
        assert heard == []
    assert heard == ["account"]

    def fail() -> None:
        with demo.write() as tx:
            tx.emit(MAIN, "account")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert heard == ["account"]


def test_a_closed_store_can_be_opened_again(demo: Store):
    note(demo, "before")
    demo.close()
    demo.open()
    assert noted(demo) == "before"


def test_a_read_sees_one_moment(demo: Store, stores: Stores):
    note(demo, "before")
    other = stores.again(demo)
    with demo.read() as tx:
        assert tx.common.get_meta(name="note") == "before"
        note(other, "after")
        assert tx.common.get_meta(name="note") == "before"
    assert noted(demo) == "after"


def test_what_others_commit_is_noticed(demo: Store, stores: Stores):
    other = stores.again(demo)
    demo.changed_elsewhere()
    assert demo.changed_elsewhere() is False
    note(other, "another's")
    assert demo.changed_elsewhere() is True
    assert demo.changed_elsewhere() is False


def test_whoever_listens_is_woken(demo: Store, stores: Stores):
    other = stores.again(demo)
    heard = demo.listen(0.05)
    assert next(heard) is None  # Anything may have happened before.
    while next(heard) != frozenset():
        pass
    with other.write() as tx:
        top_up(tx)
    assert next(heard) in {None, frozenset({MAIN})}
    heard.close()


def test_a_store_tells_how_it_is(store: Store, engine: str):
    health = store.health()
    assert health.ready is True
    assert health.details["schema"] == str(migrations.LATEST)
    assert health.details["engine"] == {"sqlite": "sqlite", "postgres": "postgresql"}[engine]
    store.migrate(migrations.LATEST - 1)
    assert store.health().ready is False


def test_a_sound_store_has_nothing_to_tell(demo: Store):
    assert demo.sound() == []


def test_writes_of_many_threads_and_stores_do_not_fail(demo: Store, stores: Stores):
    other = stores.again(demo)

    def write(store: Store) -> None:
        for _ in range(10):
            with store.write() as tx:
                top_up(tx)

    assert at_once(*(partial(write, store) for store in (demo, other) * 4)) == [None] * 8
    with demo.read() as tx:
        assert tx.ledger.audit() == []
        found = tx.common.events_after(account_id=MAIN, seq=0, count=10**6)
        seqs = [row["seq"] for row in found]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert len(seqs) >= 80


@pytest.mark.parametrize("pause", [0, 0.002])
def test_a_number_is_counted_up_one_by_one(store: Store, pause: float):
    def count(tx: Transaction) -> None:
        known = int(tx.common.hold_number(name="count"))
        time.sleep(pause)
        tx.common.set_meta(name="count", value=str(known + 1))

    assert at_once(*[lambda: store.change(count)] * 20) == [None] * 20
    assert store.look(lambda tx: tx.common.get_meta(name="count")) == "20"


def test_a_number_is_linked_once_however_many_ask(demo: Store, stores: Stores):
    """Straight at the store: no code stands in the way."""
    other = stores.again(demo)

    def link(tx: Transaction) -> object:
        known = {"subscriber_id": "misha", "account_id": "anna-new", "name": "", "role": "own"}
        if tx.accounts.link(**known) is None:
            raise AlreadyLinked
        return tx.accounts.by_phone(phone=MISHA)["id"]

    outcomes = at_once(*(partial(store.change, link) for store in (demo, other) * PLACES))
    assert sum(outcome == "misha-moscow" for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyLinked) for outcome in outcomes) == 2 * PLACES - 1


def test_answers_are_the_same_from_two_stores(demo: Store, stores: Stores):
    here, there = Window(demo), Window(stores.again(demo))
    here.sign_in()
    there.token = here.token
    assert here.ask(Account.overview, MAIN) == there.ask(Account.overview, MAIN)
