"""PostgreSQL: many processes on one database lose nothing, do nothing twice, and say what is wrong."""

import logging
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg.pq.abc import PGresult

from mts_tui import __version__
from mts_tui.backend.contract.access import Access, CodeOrder, SignIn
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.demo import Demo, ShortMessage
from mts_tui.backend.contract.errors import (
    CabinetError,
    DatabaseBusy,
    DatabaseForeign,
    DatabaseNewer,
    DatabaseRefused,
    DatabaseStandby,
    DatabaseUnreachable,
    NumberClosed,
    TooManyCodes,
    Unavailable,
    WrongCode,
    WrongPassword,
)
from mts_tui.backend.contract.numbers import LinkOrder, Numbers
from mts_tui.backend.contract.trust import Trust
from mts_tui.backend.operator.people import put_catalogue
from mts_tui.backend.services import passwords
from mts_tui.backend.store import Store, Transaction, migrations
from mts_tui.backend.store.connection import Connection
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.postgres import RETRIES, PostgresStore

from .conftest import Stores
from .desk import ANNA, LONG_PASSWORD, UNLINKED, Clock, Window, at_once, change, number, rows
from .postgres import Server

MAIN, SECOND = "anna-moscow", "anna-petersburg"
ROOT = Path(__file__).parents[2]
SECRET = "geheimes-wort"


@pytest.fixture
def engine() -> str:
    return "postgres"


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """An empty database's name."""
    name = server.new_database()
    yield name
    server.drop_database(name)


@contextmanager
def child(script: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    """Python code in a process of its own, killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, args)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def entry(amount: int, title: str = "") -> Entry:
    return Entry(at=0, kind="correction", title=title, amount=amount, contra="test")


def schema(store: Store) -> list[dict[str, object]]:
    with store.read() as tx:
        return rows(
            tx,
            "SELECT table_name, column_name, data_type, is_nullable, column_default"
            " FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name <> 'schema_version' ORDER BY 1, ordinal_position",
        ) + rows(
            tx,
            "SELECT indexdef, relname FROM pg_indexes JOIN pg_class ON relname = indexname"
            " WHERE schemaname = 'public' ORDER BY 1",
        )


# ------------------------------------------------------------------ the schema


def test_migrations_go_down_and_up_on_a_filled_database(demo: Store, store: Store):
    fresh = schema(store)
    assert schema(demo) == fresh != []
    with demo.read() as tx:
        assert tx.ledger.audit() == []
    demo.migrate(0)
    assert demo.health().ready is False
    demo.migrate(migrations.LATEST)
    assert demo.health().ready is True
    assert schema(demo) == fresh
    with demo.write() as tx:
        put_catalogue(tx, __version__)
        assert tx.accounts.all_ids() == []


@pytest.mark.parametrize("version", range(1, migrations.LATEST + 1))
def test_each_step_can_be_taken_back(store: Store, version: int):
    with psycopg.connect(store._url) as connection:

        def tables() -> list[tuple[object, ...]]:
            return connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()

        store.migrate(version - 1)
        before = tables()
        connection.rollback()
        store.migrate(version)
        assert tables() != before
        connection.rollback()
        store.migrate(version - 1)
        assert tables() == before


def test_many_may_open_a_new_database_at_once(server: Server, database: str, clock: Clock):
    made = [PostgresStore(server.url(database), clock) for _ in range(8)]
    assert at_once(*(store.open for store in made)) == [None] * 8
    assert all(store.health().ready for store in made)
    for store in made:
        store.close()


def test_a_step_that_fails_leaves_nothing(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
):
    broken = "CREATE TABLE one (id BIGINT);\nCREATE TABLE one (id BIGINT);\n"
    monkeypatch.setattr(migrations, "script", lambda _version, _direction: broken)
    with pytest.raises(CabinetError):
        PostgresStore(server.url(database)).open()
    with psycopg.connect(server.url(database)) as connection:
        assert connection.execute("SELECT to_regclass('one')").fetchone() == (None,)


def test_a_running_process_survives_a_column_that_another_adds(demo: Store):
    """Its prepared statements are older than the schema then."""
    for _ in range(30):
        demo.look(lambda tx: tx.accounts.by_id(id=MAIN))
    with psycopg.connect(demo._url) as other:
        other.execute("ALTER TABLE accounts ADD COLUMN nickname TEXT")
    at_once(*[lambda: demo.look(lambda tx: tx.accounts.by_id(id=MAIN)["nickname"])] * 8)
    assert demo.look(lambda tx: tx.accounts.by_id(id=MAIN)["nickname"]) is None


# ------------------------------------------------------------------ what is wrong, in words


def refused(kind: type[Unavailable], url: str) -> str:
    """Opening fails with a sentence of its own, and the password is nowhere."""
    store = PostgresStore(url)
    with pytest.raises(Unavailable) as caught:
        store.open()
    store.close()
    assert type(caught.value) is kind
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told + repr(caught.value.details)
    return str(caught.value)


def test_a_wrong_password_is_told(server: Server, database: str):
    server.ask("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    try:
        told = refused(DatabaseRefused, server.url(database, "guarded", SECRET))
        assert database in told
        refused(DatabaseRefused, server.url(database, "guarded"))
        # The right one lets in, but makes nobody an owner.
        refused(DatabaseRefused, server.url(database, "guarded", "right"))
    finally:
        server.ask("DROP ROLE guarded")


def test_what_is_not_there_is_told(server: Server, tmp_path: Path):
    refused(DatabaseRefused, server.url("nowhere", password=SECRET))
    refused(DatabaseRefused, server.url(user="nobody-here", password=SECRET))
    refused(DatabaseUnreachable, f"postgresql://mts:{SECRET}@/postgres?host={tmp_path}")
    refused(DatabaseUnreachable, f"postgresql://mts:{SECRET}@localhost:1/postgres")
    refused(DatabaseUnreachable, f"postgresql://mts:{SECRET}@host:{SECRET}/postgres")
    refused(DatabaseUnreachable, f"mts:{SECRET}")


def test_too_many_connections_are_told(server: Server, database: str):
    server.ask("CREATE ROLE few LOGIN CONNECTION LIMIT 1")
    try:
        with psycopg.connect(server.url(database, "few")):
            refused(DatabaseBusy, server.url(database, "few", SECRET))
    finally:
        server.ask("DROP ROLE few")


def test_a_database_for_reading_only_is_told(server: Server, database: str):
    server.ask("ALTER DATABASE {} SET default_transaction_read_only = on", database)
    refused(DatabaseStandby, server.url(database, password=SECRET))


def test_a_newer_database_is_left_as_it_is(store: Store):
    with store.write() as tx:
        change(tx, "UPDATE schema_version SET version = 99")
    before = schema(store)
    refused(DatabaseNewer, store._url)
    with pytest.raises(DatabaseNewer):
        store.migrate(0)
    assert schema(store) == before


def test_who_runs_already_goes_on_with_a_newer_schema(store: Store):
    """Its steps only add to what there was: the old processes work until the new ones are there."""
    with store.write() as tx:
        change(tx, "UPDATE schema_version SET version = ?", migrations.LATEST + 1)
    assert store.health().ready is True
    with store.write() as tx:
        change(tx, "UPDATE schema_version SET version = ?", migrations.LATEST - 1)
    assert store.health().ready is False


def test_somebody_elses_database_is_left_as_it_is(server: Server, database: str):
    with psycopg.connect(server.url(database)) as other:
        other.execute("CREATE TABLE accounts (url TEXT)")
    refused(DatabaseForeign, server.url(database, password=SECRET))
    with psycopg.connect(server.url(database)) as other:
        found = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert found.fetchall() == [("accounts",)]


def test_at_work_nobody_is_told_how_the_database_is_called(
    server: Server,
    demo: Store,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    with pytest.raises(CabinetError) as caught, demo.write() as tx:
        change(tx, "UPDATE accounts SET phone = ? WHERE id = ?", ANNA, SECOND)
    assert type(caught.value) is CabinetError
    assert caught.value.details == {}
    assert "23505" in caplog.text
    assert ANNA not in caplog.text
    caplog.set_level(logging.CRITICAL, "psycopg.pool")
    monkeypatch.setattr("mts_tui.backend.store.postgres.WAIT_SECONDS", 0.3)
    demo.close()
    demo.open()
    server.stop()
    try:
        with pytest.raises(Unavailable) as caught:
            demo.look(lambda tx: tx.now)
        assert type(caught.value) is Unavailable
        assert caught.value.details == {}
        with pytest.raises(Unavailable):
            demo.health()
    finally:
        server.start()


@pytest.mark.parametrize(
    "defect",
    [
        psycopg.OperationalError("another command is already in progress"),
        psycopg.ProgrammingError("the query has 2 placeholders"),
        psycopg.InterfaceError("no result available"),
        psycopg.DataError("integer out of range"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_defect_of_ours_is_no_outage(
    demo: Store, caplog: pytest.LogCaptureFixture, defect: psycopg.Error
):
    """Whoever is told that the operator is not there tries again for ever, and nobody looks."""

    def fail(tx: Transaction) -> None:
        tx.common.get_meta(name="note")
        raise defect

    with pytest.raises(CabinetError) as caught:
        demo.look(fail)
    assert type(caught.value) is CabinetError
    assert caught.value.status == 500
    (record,) = [one for one in caplog.records if one.name == "mts_tui.backend.store.postgres"]
    assert record.levelname == "ERROR"
    assert "test_postgres.py:" in record.getMessage()
    assert str(defect) not in caplog.text


def test_a_connection_that_is_lost_is_an_outage(demo: Store):
    def lose(tx: Transaction) -> None:
        own = number(tx, "SELECT pg_backend_pid()")
        with demo.write() as other:
            number(other, f"SELECT pg_terminate_backend({own})::int")
        number(tx, "SELECT 1")

    with pytest.raises(Unavailable):
        demo.look(lose)
    assert demo.look(lambda tx: number(tx, "SELECT 1")) == 1


def test_a_closed_store_answers_nobody(store: Store):
    store.close()
    with pytest.raises(Unavailable):
        store.look(lambda tx: tx.now)


def test_a_server_that_was_started_again_is_found_again(server: Server, demo: Store):
    demo.look(lambda tx: tx.now)
    heard = demo.listen(0.05)
    next(heard)
    server.stop()
    server.start()
    assert demo.change(lambda tx: tx.accounts.by_id(id=MAIN)["id"]) == MAIN
    assert next(heard) is None
    heard.close()


def busy(store: Store, until: threading.Event) -> None:
    with store.read():
        until.wait(5)


def wait_until(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not come():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def frozen(server: Server, store: Store) -> Iterator[None]:
    """Every connection that the store has now leads to a database that says nothing more."""
    name = store._url.split("/")[3].split("?")[0]
    found = server.ask(
        f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
    )
    for (pid,) in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for (pid,) in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_a_database_that_is_silent_is_given_up(demo: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mts_tui.backend.store.postgres.SILENCE_SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        demo.change(lambda tx: rows(tx, "SELECT pg_sleep(3)"))
    assert time.monotonic() - started < 2
    assert demo.change(lambda tx: tx.accounts.by_id(id=MAIN)["id"]) == MAIN


def test_a_database_that_freezes_in_the_middle_is_given_up(
    server: Server, demo: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mts_tui.backend.store.postgres.SILENCE_SECONDS", 0.3)
    started = time.monotonic()

    def freeze(tx: Transaction) -> None:
        tx.common.set_meta(name="note", value="lost")
        with frozen(server, demo):
            tx.ledger.hold(id=MAIN)

    with pytest.raises(Unavailable):
        demo.change(freeze)
    assert time.monotonic() - started < 2
    assert demo.change(lambda tx: tx.ledger.hold(id=MAIN))["id"] == MAIN
    assert demo.look(lambda tx: tx.common.get_meta(name="note")) is None


def test_who_talks_all_the_time_is_waited_for(demo: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mts_tui.backend.store.postgres.SILENCE_SECONDS", 0.3)
    told = "SELECT repeat('x', 9000), pg_sleep(0.1) FROM generate_series(1, 8)"
    started = time.monotonic()
    with demo.read() as tx:
        assert len(rows(tx, told)) == 8
    assert time.monotonic() - started > 0.7


def test_idle_connections_to_a_frozen_database_are_given_up_at_once(
    server: Server, demo: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mts_tui.backend.store.postgres.IDLE_SILENCE_SECONDS", 0.2)
    done = threading.Event()
    threads = [threading.Thread(target=busy, args=(demo, done)) for _ in range(6)]
    for thread in threads:
        thread.start()
    wait_until(lambda: demo._pool.get_stats()["pool_size"] >= 6)
    done.set()
    for thread in threads:
        thread.join()
    with frozen(server, demo):
        started = time.monotonic()
        assert demo.change(lambda tx: tx.accounts.by_id(id=MAIN)["id"]) == MAIN
        assert time.monotonic() - started < 2


def test_after_a_long_absence_a_database_is_found_soon(
    server: Server, store: Store, monkeypatch: pytest.MonkeyPatch
):
    """The pool's own pauses double: it would look again when the absence has lasted twice."""
    monkeypatch.setattr("mts_tui.backend.store.postgres.WAIT_SECONDS", 0.4)
    monkeypatch.setattr("psycopg_pool.base.AttemptWithBackoff.INITIAL_DELAY", 0.1)
    store.close()
    store.open()
    server.stop()
    gone_until = time.monotonic() + 1.8
    while time.monotonic() < gone_until:
        with pytest.raises(Unavailable):
            store.look(lambda tx: tx.now)
    server.start()
    started = time.monotonic()
    while True:
        with suppress(Unavailable):
            store.look(lambda tx: tx.now)
            break
    assert time.monotonic() - started < 0.7


# ------------------------------------------------------------------ durability


def test_every_connection_waits_for_the_disk(server: Server, store: Store):
    name = store._url.split("/")[3].split("?")[0]
    store.close()
    server.ask("ALTER DATABASE {} SET synchronous_commit = off", name)
    store.open()
    with store.write() as tx:
        assert rows(tx, "SHOW synchronous_commit") == [{"synchronous_commit": "on"}]
    server.ask("ALTER DATABASE {} SET synchronous_commit = remote_apply", name)
    store.close()
    store.open()
    with store.write() as tx:
        assert rows(tx, "SHOW synchronous_commit") == [{"synchronous_commit": "remote_apply"}]


def test_health_tells_what_durability_rests_on(store: Store):
    assert store.health().details == {
        "engine": "postgresql",
        "schema": str(migrations.LATEST),
        "fsync": "off",  # In tests only.
        "recovery": "off",
        "synchronous_commit": "on",
        "synchronous_standby_names": "",
        "standbys": "",
    }


def test_a_read_cannot_change_anything(demo: Store):
    with pytest.raises(CabinetError), demo.read() as tx:
        tx.common.set_meta(name="note", value="lost")
    assert demo.look(lambda tx: tx.common.get_meta(name="note")) is None


def test_a_failed_statement_cannot_be_committed(demo: Store):
    """Whoever swallows the error must not be told that all is done."""

    def swallow(tx: Transaction) -> None:
        tx.common.set_meta(name="note", value="lost")
        with pytest.raises(psycopg.errors.UndefinedTable):
            change(tx, "DELETE FROM nothing")

    with pytest.raises(CabinetError):
        demo.change(swallow)
    assert demo.look(lambda tx: tx.common.get_meta(name="note")) is None


def test_a_change_whose_last_statement_fails_is_not_told_as_done(demo: Store):
    """Nobody asks for its answer: it goes to the database with the commit."""

    def twice(tx: Transaction) -> str:
        tx.common.set_meta(name="note", value="lost")
        for _ in range(2):
            tx.accounts.add_subscriber(id="s", name="Дважды")
        return "done"

    for _ in range(2):
        with pytest.raises(CabinetError):
            demo.change(twice)
    assert demo.look(lambda tx: tx.common.get_meta(name="note")) is None


def test_what_is_told_is_seen_by_what_comes_after(demo: Store):
    with demo.write() as tx:
        tx.common.set_meta(name="note", value="one")
        assert number(tx, "SELECT COUNT(*) FROM meta WHERE name = 'note'") == 1
        with tx.undone():
            tx.common.set_meta(name="note", value="two")
        assert tx.common.get_meta(name="note") == "one"
        tx.common.set_meta(name="note", value="three")

    def leave(tx: Transaction) -> None:
        tx.common.set_meta(name="note", value="four")
        raise ValueError("left")

    with pytest.raises(ValueError, match="left"):
        demo.change(leave)
    assert demo.look(lambda tx: tx.common.get_meta(name="note")) == "three"


def test_a_command_takes_few_trips(demo: Store, monkeypatch: pytest.MonkeyPatch):
    """A trip to the database costs more than most statements: the throughput rests on this."""
    anna = Window(demo)
    anna.sign_in()
    anna.ask(Trust.switch_on, MAIN)
    anna.ask(Trust.switch_off, MAIN)  # From now on the statements are prepared.
    trips: list[int] = []
    send = Connection._send

    def counted(connection: Connection, sends: Sequence[Callable[[], None]]) -> list[PGresult]:
        trips.append(len(sends))
        return send(connection, sends)

    monkeypatch.setattr(Connection, "_send", counted)
    anna.ask(Trust.switch_on, MAIN)
    # Begin and who it is; the account; its conditions; all that is written, and the commit.
    assert len(trips) == 4
    trips.clear()
    anna.ask(Trust.switch_off, MAIN)
    assert len(trips) == 3


def test_values_come_back_as_they_went(store: Store):
    sql = """
        SELECT CAST(:big AS BIGINT) AS big, CAST(:none AS BIGINT) AS none, CAST(:raw AS BYTEA) AS raw,
            CAST(:text AS TEXT) AS text, CAST(:text AS TEXT) = :text AS same, ': none' AS quoted
    """
    given = {"big": -(2**63), "raw": b"\0\xff'\\", "text": "ё'\\:big $1 %s\t", "none": None}
    with store.read() as tx:
        for none in (None, 2**40, None):
            (row,) = tx._connection.ask(sql, given | {"none": none})
            assert row == given | {"none": none, "same": True, "quoted": ": none"}


def test_more_than_the_line_holds_is_told_at_once(store: Store):
    names = [f"note {place}" for place in range(1200)]
    with store.write() as tx:
        for name in names:
            tx.common.set_meta(name=name, value="x" * 20_000)
        kept = number(tx, "SELECT COUNT(*) FROM meta WHERE LENGTH(value) = 20000")
        assert kept == len(names)


def test_a_database_in_another_encoding_keeps_its_texts(server: Server):
    server.ask("CREATE DATABASE {} TEMPLATE template0 ENCODING 'WIN1251'", "cyrillic")
    store = PostgresStore(server.url("cyrillic"))
    try:
        store.open()
        store.change(lambda tx: tx.common.set_meta(name="note", value="Счёт №1"))
        with psycopg.connect(store._url) as other:
            found = other.execute("SELECT value, LENGTH(value) FROM meta WHERE name = 'note'")
            assert found.fetchone() == ("Счёт №1", 7)
        assert store.look(lambda tx: tx.common.get_meta(name="note")) == "Счёт №1"
    finally:
        store.close()
        server.drop_database("cyrillic")


# ------------------------------------------------------------------ many at once

SPEND = """
    import random, sys
    from mts_tui.backend.contract.errors import NotEnoughMoney
    from mts_tui.backend.store.ledger import Entry, post
    from mts_tui.backend.store.postgres import PostgresStore
    from tests.backend.desk import at_once

    store = PostgresStore(sys.argv[1])
    store.open()

    def spend(seed):
        rng, spent = random.Random(seed), 0
        for _ in range(12):
            amount = rng.randrange(1, 8_000)
            entry = Entry(at=0, kind="correction", title="", amount=-amount, contra="test")
            try:
                balance = store.change(lambda tx: post(tx, "anna-moscow", [entry]))
            except NotEnoughMoney:
                continue
            assert balance >= int(sys.argv[3]), balance
            spent += amount
        return spent

    sys.stdin.readline()
    first = int(sys.argv[2])
    print(sum(at_once(*(lambda seed=seed: spend(seed) for seed in range(first, first + 8)))))
    store.close()
"""


@pytest.mark.parametrize("floor", [0, -300_00])
def test_the_floor_holds_while_thirty_two_spend_from_four_processes(demo: Store, floor: int):
    with demo.write() as tx:
        tx.accounts.set_trust(id=MAIN, floor=floor, state="active")
        start = post(tx, MAIN, [entry(1_000_00)])
    with (
        child(SPEND, demo._url, 0, floor) as one,
        child(SPEND, demo._url, 8, floor) as two,
        child(SPEND, demo._url, 16, floor) as three,
        child(SPEND, demo._url, 24, floor) as four,
    ):
        processes = (one, two, three, four)
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        spent = sum(int(process.stdout.readline()) for process in processes)
    with demo.read() as tx:
        balance = tx.accounts.by_id(id=MAIN)["balance"]
        assert floor <= balance == start - spent
        assert balance - floor < 8_000  # As much was spent as could be.
        lowest = "SELECT MIN(balance) FROM operations WHERE account_id = ? AND contra = 'test'"
        assert number(tx, lowest, MAIN) >= floor
    assert demo.sound() == []


def test_fifty_guesses_at_once_are_three_guesses(
    demo: Store, stores: Stores, monkeypatch: pytest.MonkeyPatch
):
    """Twenty-five by password and as many by code, from two processes: five may be looked at."""
    windows = [Window(demo), Window(stores.again(demo))]
    looked: list[str] = []
    fits, same = passwords.fits, passwords.same
    monkeypatch.setattr(
        passwords, "fits", lambda word, known: looked.append("password") or fits(word, known)
    )
    monkeypatch.setattr(
        passwords, "same", lambda left, right: looked.append("code") or same(left, right)
    )
    windows[0].order_code(ANNA)
    words = [{"password": "certainly not it"}, {"code": "not it"}] * 25
    guesses = [
        partial(windows[place % 4 // 2].ask, Access.sign_in, SignIn(phone=ANNA, **word))
        for place, word in enumerate(words)
    ]
    kinds = [type(outcome) for outcome in at_once(*guesses)]
    assert set(kinds) <= {WrongPassword, WrongCode, NumberClosed}
    wrong = kinds.count(WrongPassword) + kinds.count(WrongCode)
    assert 2 <= wrong <= 4
    assert kinds.count(NumberClosed) == 50 - wrong
    assert max(looked.count("password"), looked.count("code")) == 3
    assert len(looked) == wrong + 1  # The third of its kind closed the number to both.
    with demo.read() as tx:
        assert number(tx, "SELECT COUNT(*) FROM notifications") == 1


def test_codes_asked_for_at_once_are_one_code(demo: Store, stores: Stores):
    windows = [Window(demo), Window(stores.again(demo))]
    order = CodeOrder(phone=ANNA)
    outcomes = at_once(
        *(partial(windows[n % 2].ask, Access.request_code, order) for n in range(12))
    )
    assert sum(isinstance(outcome, TooManyCodes) for outcome in outcomes) == 11
    assert len(windows[0].sms(ANNA)) == 1


def test_twenty_sends_of_one_key_are_one_effect(demo: Store, stores: Stores):
    windows = [Window(demo), Window(stores.again(demo))]
    for key in map(str, range(50)):
        order = ShortMessage(to="111", text=key)
        sends = [partial(windows[n % 2].ask, Demo.send, ANNA, order, key=key) for n in range(20)]
        answers = at_once(*sends)
        assert answers == [answers[0]] * 20
        assert not isinstance(answers[0], BaseException)
    with demo.read() as tx:
        sent = rows(tx, "SELECT text FROM messages WHERE outgoing = 1 ORDER BY seq")
        assert [row["text"] for row in sent] == list(map(str, range(50)))
        assert number(tx, "SELECT COUNT(*) FROM idempotency WHERE answer = ''") == 0


def test_a_refusal_leaves_its_key_to_whoever_waits(demo: Store, stores: Stores):
    """The first is refused and takes its claim back; the second is not told that it was done."""
    first, second = Window(demo), Window(stores.again(demo))
    first.order_code(UNLINKED)
    order = CodeOrder(phone=UNLINKED)
    outcomes = at_once(
        *(partial(window.ask, Access.request_code, order, key="k") for window in (first, second))
    )
    assert [type(outcome) for outcome in outcomes] == [TooManyCodes] * 2


def test_a_number_is_linked_once_by_two_windows(demo: Store, stores: Stores):
    windows = [Window(demo), Window(stores.again(demo))]
    windows[0].sign_in()
    windows[1].token = windows[0].token
    order = LinkOrder(phone=UNLINKED, code=windows[0].order_code(UNLINKED))
    outcomes = at_once(*(partial(windows[n % 2].ask, Numbers.link, order) for n in range(6)))
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    kinds = {type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)}
    assert kinds <= {WrongCode, NumberClosed}
    found = windows[0].ask(Numbers.linked).items
    assert [one.phone for one in found].count(UNLINKED) == 1


# ------------------------------------------------------------------ collisions


def test_who_collides_is_run_again(demo: Store):
    """Two lock two accounts in opposite order: the database ends one of them."""
    met = threading.Barrier(2)
    runs: list[str] = []

    def move(first: str, second: str, tx: Transaction) -> None:
        runs.append(first)
        post(tx, first, [entry(-1)])
        if len(runs) <= 2:
            met.wait()
        post(tx, second, [entry(1)])

    outcomes = at_once(
        lambda: demo.change(partial(move, MAIN, SECOND)),
        lambda: demo.change(partial(move, SECOND, MAIN)),
    )
    assert outcomes == [None, None]
    assert len(runs) == 3
    with demo.read() as tx:
        assert number(tx, "SELECT COUNT(*) FROM operations WHERE contra = 'test'") == 4
    assert demo.sound() == []


@pytest.mark.parametrize("times", [RETRIES, RETRIES + 1])
def test_it_is_run_again_five_times_and_no_more(demo: Store, times: int):
    runs: list[int] = []

    def collide(tx: Transaction) -> str:
        tx.common.set_meta(name="note", value=str(len(runs)))
        runs.append(1)
        if len(runs) <= times:
            raise psycopg.errors.SerializationFailure
        return "done"

    if times == RETRIES:
        assert demo.change(collide) == "done"
        assert demo.look(lambda tx: tx.common.get_meta(name="note")) == str(RETRIES)
    else:
        with pytest.raises(Unavailable):
            demo.change(collide)
        assert demo.look(lambda tx: tx.common.get_meta(name="note")) is None
    assert len(runs) == RETRIES + 1


def test_nobody_waits_for_an_account_for_ever(demo: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mts_tui.backend.store.postgres.WAIT_SECONDS", 0.2)
    demo.close()
    demo.open()
    with demo.write() as holder:
        holder.ledger.hold(id=MAIN)
        started = time.perf_counter()
        with pytest.raises(Unavailable):
            demo.change(lambda tx: tx.ledger.hold(id=MAIN))
        assert time.perf_counter() - started < 2
    assert demo.change(lambda tx: tx.ledger.hold(id=MAIN))["id"] == MAIN


# ------------------------------------------------------------------ other processes

READ = """
    import sys
    from mts_tui.backend.store.postgres import PostgresStore

    store = PostgresStore(sys.argv[1])
    store.open()
    told = {pair.split("=")[0]: int(pair.split("=")[1]) for pair in sys.argv[2:]}
    for news in store.listen(0.2):
        if news is not None and not news & set(told):
            continue
        with store.read() as tx:
            for account, seq in told.items():
                for row in tx.common.events_after(account_id=account, seq=seq, count=1000):
                    print(account, row["seq"], row["kind"], flush=True)
                    told[account] = row["seq"]
"""


def read_on(reader: subprocess.Popen[str], lines: int) -> Iterator[tuple[str, int]]:
    """So many events from a reader, and what it had told when it was killed after them."""
    for _ in range(lines):
        account, seq, _ = reader.stdout.readline().split()
        yield account, int(seq)
    reader.kill()
    for line in reader.stdout.read().splitlines(keepends=True):
        if line.endswith("\n"):
            account, seq, _ = line.split()
            yield account, int(seq)


def test_a_reader_that_is_killed_and_goes_on_misses_nothing(demo: Store, stores: Stores):
    """Twelve write, some commit late; the reader knows only (account, number) of its last event."""
    accounts, each = (MAIN, SECOND, "misha-moscow"), 40
    with demo.read() as tx:
        begun = {row["id"]: row["event_seq"] for row in tx.accounts.event_seqs()}
    both = (demo, stores.again(demo))
    written: list[tuple[str, int]] = []
    for store in both:
        store.on_commit.append(lambda news: written.extend((one.account, one.seq) for one in news))

    def write(place: int) -> None:
        rng = random.Random(place)
        for _ in range(each):
            with both[place % 2].write() as tx:
                post(tx, rng.choice(accounts), [entry(1)])
                time.sleep(rng.choice((0, 0, 0, 0.02)))

    outcomes: list[object] = []
    writers = threading.Thread(
        target=lambda: outcomes.extend(at_once(*(partial(write, place) for place in range(12))))
    )
    writers.start()
    delivered: list[tuple[str, int]] = []
    rng, kills = random.Random(), 0
    while len(delivered) < 12 * each:
        told = {account: begun[account] for account in accounts} | dict(delivered)
        lines = min(rng.randrange(60, 160), 12 * each - len(delivered))
        with child(READ, demo._url, *(f"{name}={seq}" for name, seq in told.items())) as reader:
            delivered += read_on(reader, lines)
        kills += 1
    writers.join()
    assert outcomes == [None] * 12
    assert kills > 2
    assert len(delivered) == len(set(delivered)) == 12 * each
    assert set(delivered) == set(written)
    for account in accounts:
        seqs = [seq for name, seq in delivered if name == account]
        assert seqs == list(range(begun[account] + 1, begun[account] + len(seqs) + 1))


ASK = """
    import sys, time
    from mts_tui.backend.contract.access import Access
    from mts_tui.backend.contract.errors import NotSignedIn
    from mts_tui.backend.store.postgres import PostgresStore
    from tests.backend.desk import Clock, Window

    store = PostgresStore(sys.argv[1], Clock())
    store.open()
    window = Window(store)
    window.token = sys.argv[2]
    window.ask(Access.keep_alive)
    print("in", flush=True)
    try:
        while True:
            window.ask(Access.sessions)
            time.sleep(0.01)
    except NotSignedIn:
        print("out", flush=True)
    store.close()
"""


@pytest.mark.parametrize("way", ["sign out", "end session"])
def test_a_session_ended_in_one_process_is_refused_in_another(demo: Store, clock: Clock, way: str):
    lost, here = Window(demo), Window(demo)
    lost.sign_in(device="d" * 64)
    clock.move(minutes=1)
    here.sign_in()
    clock.move(minutes=-1)
    with child(ASK, demo._url, lost.token) as process:
        assert process.stdout.readline() == "in\n"
        if way == "sign out":
            lost.ask(Access.sign_out)
        else:
            found = here.ask(Access.sessions).items
            here.ask(Access.end_session, next(one.id for one in found if not one.current))
        ended = time.perf_counter()
        assert process.stdout.readline() == "out\n"
        assert time.perf_counter() - ended < 1


def test_a_commit_wakes_whoever_listens_at_once(demo: Store, stores: Stores):
    other = stores.again(demo)
    heard = demo.listen(5)
    assert next(heard) is None
    waits: list[float] = []
    for _ in range(20):
        with other.write() as tx:
            post(tx, MAIN, [entry(1)])
            post(tx, SECOND, [entry(1)])
        committed = time.perf_counter()
        woken = next(heard) or frozenset()
        waits.append(time.perf_counter() - committed)
        assert woken <= {MAIN, SECOND}
        assert woken
        if woken != {MAIN, SECOND}:
            assert woken | next(heard) == {MAIN, SECOND}
    assert sorted(waits)[len(waits) // 2] < 0.25
    heard.close()


def test_a_lost_notice_is_made_up_for(demo: Store, stores: Stores):
    other = stores.again(demo)
    heard = demo.listen(0.05)
    assert next(heard) is None
    while next(heard) is None:
        pass
    with psycopg.connect(other._url) as connection:  # A commit that tells nobody.
        connection.execute("UPDATE meta SET value = value")
    while next(heard) is not None:
        pass
    heard.close()


def test_two_programs_settle_a_new_database_once(server: Server, database: str, clock: Clock):
    from mts_tui.backend.operator.life import Life

    def begin() -> int:
        store = PostgresStore(server.url(database), clock)
        life = Life(store, seed=5, live=False, tell=lambda _events: None)
        life.begin()
        life.end()
        with store.read() as tx:
            people = number(tx, "SELECT COUNT(*) FROM subscribers")
        store.close()
        return people

    assert at_once(begin, begin) == [2, 2]


WITHOUT = """
    import sys
    from pathlib import Path
    import asyncio
    from mts_tui.backend.contract import Cabinet
    from mts_tui.backend.embedded import Embedded

    async def main():
        backend = Embedded.at(Path(sys.argv[1]), live=False)
        await backend.open()
        await Cabinet(backend).demo.sims()
        await backend.close()

    asyncio.run(main())
    print([name for name in sys.modules if name.partition(".")[0] in {"psycopg", "psycopg_pool"}])
"""


def test_whoever_uses_sqlite_never_loads_psycopg(tmp_path: Path):
    with child(WITHOUT, tmp_path) as process:
        assert process.stdout.read() == "[]\n"


def test_text_that_the_database_cannot_hold_is_kept_without_its_zero(demo: Store):
    with demo.write() as tx:
        tx.common.set_meta(name="no\0te", value="a\0b")
    with demo.read() as tx:
        assert tx.common.get_meta(name="no\N{REPLACEMENT CHARACTER}te") == (
            "a\N{REPLACEMENT CHARACTER}b"
        )


def test_a_password_is_set_and_used_across_processes(
    demo: Store, stores: Stores, open_window: Callable[[], Window], clock: Clock
):
    from mts_tui.backend.contract.access import NewPassword

    here, there = open_window(), Window(stores.again(demo))
    here.sign_in()
    here.ask(Access.set_password, NewPassword(password=LONG_PASSWORD))
    clock.move(minutes=1)
    assert there.sign_in(password=LONG_PASSWORD).session.way == "password"
    assert there.ask(Account.overview, MAIN) == here.ask(Account.overview, MAIN)
