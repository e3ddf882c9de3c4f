"""The store on PostgreSQL: many processes, one database; the SQL is the same as on SQLite.

A change runs at READ COMMITTED: what must not be done twice at once takes a row's lock first, and a
statement that waited for one sees what the holder committed. A read is one snapshot. What is told
as done is on the disk of the server (and of its synchronous standbys): `synchronous_commit` is
asserted on every connection.
"""

import contextlib
import logging
import operator
import re
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from mts_tui.backend.contract.errors import (
    CabinetError,
    DatabaseBusy,
    DatabaseForeign,
    DatabaseNewer,
    DatabaseRefused,
    DatabaseStandby,
    DatabaseUnreachable,
    StoreFull,
    Unavailable,
)
from mts_tui.backend.contract.events import Event

from . import migrations
from .base import Ahead, Health, T, operator_time, system_clock
from .connection import Connection, Row, SilentError, value_of
from .transaction import Soon, Transaction

POOL_SIZE = 16
WAIT_SECONDS = 5.0
"""For a connection, and for a row that another transaction holds."""
SILENCE_SECONDS = 10.0
"""After which a database that says nothing is given up: longer than anything waits for a row."""
IDLE_SILENCE_SECONDS = 2.0
"""The same for the first answer of a connection: it has nothing to wait for."""
AUDIT_SECONDS = 24 * 3600.0
"""The same for an audit, which reads everything there is."""
RETRIES = 5
CHANNEL = "mts_events"
_MIGRATING = 0x6D74735F74756931
"""The advisory lock under which one process at a time changes the schema."""
_TIME = "SELECT value FROM meta WHERE name = 'clock_ahead'"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"
_SNAPSHOT = "SELECT pg_current_snapshot()::text AS seen"
_NOTICE = "SELECT pg_notify(:channel, id || ' ' || event_seq) FROM accounts WHERE id = :account"
_HEALTH = """
    SELECT 'postgresql' AS engine, current_setting('fsync') AS fsync,
        CASE WHEN pg_is_in_recovery() THEN 'on' ELSE 'off' END AS recovery,
        current_setting('synchronous_commit') AS synchronous_commit,
        current_setting('synchronous_standby_names') AS synchronous_standby_names
"""
_COLLISIONS = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
_OUTLIVED = (SilentError, psycopg.errors.FeatureNotSupported)
"""Connections older than this lead to nobody, or have prepared what the schema was before."""
_SENTENCES: dict[str, type[Unavailable]] = {
    "08": DatabaseUnreachable,
    "57": DatabaseUnreachable,
    "28": DatabaseRefused,
    "3D": DatabaseRefused,
    "42501": DatabaseRefused,
    "25006": DatabaseStandby,
    "42": DatabaseForeign,
    "53100": StoreFull,
    "53": DatabaseBusy,
}
"""By SQLSTATE, or by its class."""
_WORDS: dict[str, type[Unavailable]] = {
    r"too many|connection slots|слишком много": DatabaseBusy,
    r"read-only|hot standby|только чтение": DatabaseStandby,
    r"authentication|password|pg_hba|does not exist|permission|подлинност|парол|не существует":
    DatabaseRefused,
}  # fmt: skip
"""A connection that is not made has no SQLSTATE; the server's words are in its own language."""

log = logging.getLogger(__name__)


class _First(NamedTuple):
    """What a transaction begins with: how far the clock was moved, what was asked for ahead."""

    moved: str | None
    ahead: Any


class PostgresStore:
    """A store in a database.

    Args:
        url: `postgresql://…`, as libpq knows it.
        clock: Tells the time.
        random: Random numbers for codes, tokens and ids.
        pool_size: How many connections at most.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] = system_clock,
        random: Random | None = None,
        pool_size: int = POOL_SIZE,
    ) -> None:
        self.clock = clock
        self.random = random or secrets.SystemRandom()
        self.on_commit: list[Callable[[list[Event]], None]] = []
        self._memory: dict[str, Any] = {}
        self._url = url
        self._pool_size = pool_size
        self._pool: ConnectionPool[Connection] | None = None
        self._local = threading.local()

    @property
    def place(self) -> str:
        """Host and database, for people: never the user, never the password."""
        try:
            parts = conninfo_to_dict(self._url)
        except psycopg.Error:
            return "адрес не разобран"
        return f"{parts.get('host') or 'localhost'}/{parts.get('dbname') or ''}"

    def open(self) -> None:
        """Make the database ready: reachable, writable, of the current schema.

        Raises:
            Unavailable: One of its kinds, with a sentence.
        """
        with self._opening(), self._connect() as connection:
            state = connection.execute("SHOW transaction_read_only").fetchone()
            if state is None or state["transaction_read_only"] == "on":
                raise DatabaseStandby(path=self.place)
            version = _version(connection)
            if version > migrations.LATEST:
                raise DatabaseNewer(path=self.place)
            if version < migrations.LATEST:
                self._migrate(connection, migrations.LATEST)
            connection.execute("SELECT COUNT(*) FROM accounts LIMIT 0")
        self.close()
        self._pool = self._new_pool()
        with self._opening():
            self._pool.open(wait=True, timeout=WAIT_SECONDS)

    def migrate(self, target: int) -> None:
        """Bring the schema to a version, up or down, each step in a transaction of its own."""
        with self._opening(), self._connect() as connection:
            self._migrate(connection, target)
        if self._pool is not None:
            self._pool.drain()

    def close(self) -> None:
        """Close every connection. Threads must be done with theirs."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent view; nothing can be changed in it."""
        with self._working(), self._reading() as tx:
            yield tx

    @contextlib.contextmanager
    def write(self, key: str = "") -> Iterator[Transaction]:
        """A change: committed when the block ends, rolled back when it raises.

        An error marked with `Transaction.keep` commits and is raised all the same.
        """
        with self._working(), self._writing(key) as tx:
            yield tx

    def look(self, work: Callable[[Transaction], T], ahead: Ahead | None = None) -> T:
        """Run a function that only reads."""
        return self._again(work, lambda: self._reading(ahead))

    def change(
        self, work: Callable[[Transaction], T], key: str = "", ahead: Ahead | None = None
    ) -> T:
        """Run a function that changes something, all of it or nothing.

        It is run anew, in a new transaction, where it collided with another.
        """
        return self._again(work, lambda: self._writing(key, ahead))

    def changed_elsewhere(self) -> bool:
        """Whether a transaction (an own one, too) has ended since this thread last asked. Cheap."""
        with self._working(), self._connection(_asks(_SNAPSHOT)) as (_, row):
            seen = row["seen"]
        last = getattr(self._local, "seen", None)
        self._local.seen = seen
        return bool(seen != last)

    def listen(self, every: float) -> Iterator[frozenset[str] | None]:
        """See `Store.listen`. A notice may get lost: each `every` seconds it is looked anyway."""
        while True:
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    yield None  # Somebody may have committed before we listened.
                    while True:
                        told = frozenset(
                            notice.payload.rpartition(" ")[0]
                            for notice in connection.notifies(timeout=every, stop_after=1)
                        )
                        yield told or (None if self.changed_elsewhere() else told)
            except (psycopg.Error, Unavailable):
                log.warning("the database does not answer whoever listens")
                time.sleep(every)
                yield None

    def sound(self) -> list[str]:
        """What the ledger's audits find wrong; empty for a sound store. Slow."""
        with self._working(), self._connection(_begins(_READ)) as (connection, first):
            connection.patience = AUDIT_SECONDS
            tx = self._transaction(connection, first)
            found = [*tx.ledger.audit(), *tx.ledger.audit_buckets()]
        return [str(row) for row in found]

    def health(self) -> Health:
        """See `Store.health`. Names what durability rests on: `fsync`, synchronous standbys."""
        with self._working(), self._connection(_asks(_HEALTH)) as (connection, row):
            followers = connection.execute(
                "SELECT application_name AS name, COALESCE(sync_state, '?') AS state"
                " FROM pg_stat_replication ORDER BY 1"
            ).fetchall()
            schema = _version(connection)
        details = {name: str(value) for name, value in row.items()}
        details["schema"] = str(schema)
        details["standbys"] = ", ".join(f"{one['name']} {one['state']}" for one in followers)
        # A newer schema serves older programs: each step only adds to what the one before had.
        ready = schema >= migrations.LATEST and details["recovery"] == "off"
        return Health(ready=ready, details=details)

    # ------------------------------------------------------------------ connections

    def _connect(self) -> psycopg.Connection[DictRow]:
        return psycopg.connect(
            make_conninfo(self._url, **_defaults(self._url)), autocommit=True, row_factory=dict_row
        )

    def _new_pool(self) -> ConnectionPool[Connection]:
        return ConnectionPool(
            make_conninfo(self._url, **_defaults(self._url)),
            connection_class=Connection,
            kwargs={"autocommit": True, "row_factory": dict_row},
            min_size=1,
            max_size=self._pool_size,
            timeout=WAIT_SECONDS,
            # Longer, and its tries would come ever more seldom: a new primary is found late.
            reconnect_timeout=WAIT_SECONDS,
            configure=_prepare,
            name="mts-tui",
            open=False,
        )

    @contextlib.contextmanager
    def _connection(
        self, first: Callable[[Connection], Callable[[], T]]
    ) -> Iterator[tuple[Connection, T]]:
        """A connection of the pool, and what its first statements have answered.

        Args:
            first: Asks them; see `_answering`.
        """
        pool = self._pool
        if pool is None:
            raise Unavailable
        connection, found = self._answering(pool, first)
        try:
            yield connection, found()
        except _OUTLIVED:
            pool.drain()
            raise
        except psycopg.OperationalError as error:
            if error.sqlstate is None and not connection.closed:
                # libpq was asked for something out of turn: nothing is lost, and we are wrong.
                wrong = psycopg.InterfaceError(*error.args)
                raise wrong.with_traceback(error.__traceback__) from error
            raise
        finally:
            _put_back(pool, connection)

    def _answering(
        self, pool: ConnectionPool[Connection], first: Callable[[Connection], T]
    ) -> tuple[Connection, T]:
        """See `_connection`. The first statements show whether a connection leads anywhere.

        They wait for nobody and change nothing. A connection that is silent or gone is given up
        soon, and all that are older with it; another is asked then.
        """
        until = time.monotonic() + WAIT_SECONDS
        while True:
            connection = pool.getconn()
            connection.patience = IDLE_SILENCE_SECONDS
            try:
                found = first(connection)
                connection.flush()
            except BaseException as error:
                lost = isinstance(error, psycopg.OperationalError) and connection.closed
                _put_back(pool, connection)
                if not lost or time.monotonic() > until:
                    raise
                pool.drain()
            else:
                connection.patience = SILENCE_SECONDS
                return connection, found

    # ------------------------------------------------------------------ transactions

    def _transaction(self, connection: Connection, first: _First, key: str = "") -> Transaction:
        now = operator_time(self.clock, first.moved)
        tx = Transaction(connection, now, self.random, key, driver="postgres", memory=self._memory)
        tx.ahead = first.ahead
        return tx

    @contextlib.contextmanager
    def _reading(self, ahead: Ahead | None = None) -> Iterator[Transaction]:
        with self._connection(_begins(_READ, ahead)) as (connection, first):
            yield self._transaction(connection, first)
            connection.flush()

    @contextlib.contextmanager
    def _writing(self, key: str, ahead: Ahead | None = None) -> Iterator[Transaction]:
        committed: list[Event] = []
        try:
            with self._connection(_begins(_WRITE, ahead)) as (connection, first):
                tx = self._transaction(connection, first, key)
                try:
                    yield tx
                except BaseException as error:
                    if error is tx.kept_error:
                        committed = _commit(connection, tx)
                    raise
                committed = _commit(connection, tx)
        finally:
            if committed:
                for listener in self.on_commit:
                    listener(committed)

    def _again(
        self,
        work: Callable[[Transaction], T],
        begin: Callable[[], contextlib.AbstractContextManager[Transaction]],
    ) -> T:
        with self._working():
            for retry in range(1, RETRIES + 1):
                try:
                    with begin() as tx:
                        return work(tx)
                except (*_COLLISIONS, psycopg.errors.FeatureNotSupported):
                    time.sleep(self.random.uniform(0, 0.005 * 2**retry))
            with begin() as tx:
                return work(tx)

    # ------------------------------------------------------------------ the schema

    def _migrate(self, connection: psycopg.Connection[DictRow], target: int) -> None:
        while True:
            with connection.transaction():
                # Whoever comes second waits here, and then finds that there is nothing to do.
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATING,))
                version = _version(connection)
                if version > migrations.LATEST:
                    raise DatabaseNewer(path=self.place)
                if version == target:
                    return
                up = version < target
                step = version + 1 if up else version
                script = migrations.script(step, "up" if up else "down")
                for statement in migrations.statements(script):
                    connection.execute(statement.encode())
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"
                )
                connection.execute("DELETE FROM schema_version")
                connection.execute(
                    "INSERT INTO schema_version VALUES (%s)", (step if up else step - 1,)
                )

    # ------------------------------------------------------------------ errors

    @contextlib.contextmanager
    def _opening(self) -> Iterator[None]:
        """Turn errors into sentences for whoever runs the server."""
        try:
            yield
        except psycopg.ProgrammingError as error:
            if error.sqlstate is not None:
                raise self._sentence(error) from None
            # Not chained: the text of an address that cannot be parsed holds the password.
            raise DatabaseUnreachable(path=self.place) from None
        except psycopg.Error as error:
            raise self._sentence(error) from None

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """Turn errors into sentences for whoever uses it; how the database is called is not told.

        The log gets no text of the database: it quotes values.
        """
        try:
            yield
        except psycopg.Error as error:
            kind, name = type(self._sentence(error)), error.sqlstate or type(error).__name__
            collided = isinstance(error, (*_COLLISIONS, psycopg.errors.LockNotAvailable))
            if collided or (issubclass(kind, Unavailable) and kind is not DatabaseForeign):
                log.warning("the database: %s %s", name, kind.code)
                raise Unavailable from error
            log.error("the database: %s %s at %s", name, kind.code, _places(error))  # noqa: TRY400
            raise CabinetError from error

    def _sentence(self, error: psycopg.Error) -> CabinetError:
        state = error.sqlstate or ""
        kind = _SENTENCES.get(state) or _SENTENCES.get(state[:2])
        if kind is None and not state and isinstance(error, psycopg.OperationalError):
            text = str(error).casefold()
            kinds = (kind for words, kind in _WORDS.items() if re.search(words, text))
            kind = next(kinds, DatabaseUnreachable)
        return kind(path=self.place) if kind is not None else CabinetError()


def _places(error: BaseException) -> str:
    """Where it was raised and on whose behalf, the innermost first; nothing of what it says."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in frames)


def _defaults(url: str) -> Mapping[str, Any]:
    """Settings of a connection that the address does not name itself."""
    named = conninfo_to_dict(url)
    wanted = {
        "connect_timeout": 5,
        "application_name": "mts-tui",
        # Whoever listens asks nothing: without these it would follow a lost machine for hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    return {name: value for name, value in wanted.items() if name not in named}


def _asks(statement: str) -> Callable[[Connection], Callable[[], Row]]:
    """Asks a statement that always has a row."""
    return lambda connection: connection.later(statement, found=operator.itemgetter(0))


def _begins(how: str, ahead: Ahead | None = None) -> Callable[[Connection], Callable[[], _First]]:
    """Begins a transaction, and asks for what it needs first."""

    def first(connection: Connection) -> Callable[[], _First]:
        connection.tell(how)
        moved = connection.later(_TIME, found=value_of)
        asked = None if ahead is None else ahead(Soon(connection, "postgres"))
        return lambda: _First(moved(), asked)

    return first


def _prepare(connection: Connection) -> None:
    """Make a connection what every transaction counts on."""
    connection.execute(
        "SET client_encoding = 'UTF8';"
        f"SET lock_timeout = {int(WAIT_SECONDS * 1000)};"
        "SET idle_in_transaction_session_timeout = 30000;"
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') <> 'remote_apply'",
        prepare=False,
    )
    row = connection.execute("SHOW synchronous_commit").fetchone()
    if row is None or row["synchronous_commit"] not in {"on", "remote_apply"}:
        raise psycopg.OperationalError("synchronous_commit is not on")


def _put_back(pool: ConnectionPool[Connection], connection: Connection) -> None:
    with contextlib.suppress(psycopg.Error):
        connection.take_back()
    pool.putconn(connection)


def _version(connection: psycopg.Connection[DictRow]) -> int:
    # Not `to_regclass`: whoever has waited for another's migration would still see no table.
    made = connection.execute(
        "SELECT FROM pg_class WHERE relname = 'schema_version' AND pg_table_is_visible(oid)"
    ).fetchone()
    if made is None:
        return 0
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    return 0 if row is None else int(row["version"])


def _commit(connection: Connection, tx: Transaction) -> list[Event]:
    """Commit, and wake whoever listens: the database tells them after the commit only."""
    events = tx.number()
    for account in sorted({account for account, _ in tx.changes}):
        connection.tell(_NOTICE, {"channel": CHANNEL, "account": account})
    if not connection.complete():
        raise CabinetError  # A statement had failed: PostgreSQL has rolled everything back.
    return events()
