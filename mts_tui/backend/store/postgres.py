"""The store on PostgreSQL: many processes, one database; the SQL is the same as on SQLite.

A change runs at READ COMMITTED: what must not be done twice at once takes a row's lock first, and a
statement that waited for one sees what the holder committed. A read is one snapshot. What is told
as done is on the disk of the server (and of its synchronous standbys): `synchronous_commit` is
asserted on every connection.
"""

import contextlib
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any

import aiosql
import psycopg
from aiosql.adapters.pyformat import PyFormatAdapter
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg.types.string import StrDumperUnknown
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
from .base import Health, T, operator_time, system_clock
from .transaction import Transaction

POOL_SIZE = 16
WAIT_SECONDS = 5.0
"""For a connection, and for a row that another transaction holds."""
RETRIES = 5
CHANNEL = "mts_events"
_MIGRATING = 0x6D74735F74756931
"""The advisory lock under which one process at a time changes the schema."""
_TIME = "SELECT value FROM meta WHERE name = 'clock_ahead'"
_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {_TIME}"
_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; {_TIME}"
_HEALTH = """
    SELECT 'postgresql' AS engine, current_setting('fsync') AS fsync,
        CASE WHEN pg_is_in_recovery() THEN 'on' ELSE 'off' END AS recovery,
        current_setting('synchronous_commit') AS synchronous_commit,
        current_setting('synchronous_standby_names') AS synchronous_standby_names
"""
_COLLISIONS = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
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
Connection = psycopg.Connection[DictRow]


class _Text(StrDumperUnknown):
    """Text as PostgreSQL can hold it: everything but NUL."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


class _Adapter(PyFormatAdapter):
    """aiosql over psycopg; rows come as a list, as on SQLite."""

    def select(
        self, conn: Any, query_name: str, sql: str, parameters: Any, record_class: Any = None
    ) -> Any:
        return list(super().select(conn, query_name, sql, parameters, record_class))


aiosql.register_adapter("postgres", _Adapter)


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

    def look(self, work: Callable[[Transaction], T]) -> T:
        """Run a function that only reads."""
        return self._again(work, self._reading)

    def change(self, work: Callable[[Transaction], T], key: str = "") -> T:
        """Run a function that changes something, all of it or nothing.

        It is run anew, in a new transaction, where it collided with another.
        """
        return self._again(work, lambda: self._writing(key))

    def changed_elsewhere(self) -> bool:
        """Whether a transaction (an own one, too) has ended since this thread last asked. Cheap."""
        with self._working(), self._connection() as connection:
            row = connection.execute("SELECT pg_current_snapshot()::text AS seen").fetchone()
        seen = None if row is None else row["seen"]
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
        with self.read() as tx:
            found = [*tx.ledger.audit(), *tx.ledger.audit_buckets()]
        return [str(dict(row)) for row in found]

    def health(self) -> Health:
        """See `Store.health`. Names what durability rests on: `fsync`, synchronous standbys."""
        with self._working(), self._connection() as connection:
            row = connection.execute(_HEALTH).fetchone() or {}
            followers = connection.execute(
                "SELECT application_name AS name, COALESCE(sync_state, '?') AS state"
                " FROM pg_stat_replication ORDER BY 1"
            ).fetchall()
            schema = _version(connection)
        details = {name: str(value) for name, value in row.items()}
        details["schema"] = str(schema)
        details["standbys"] = ", ".join(f"{one['name']} {one['state']}" for one in followers)
        ready = schema == migrations.LATEST and details["recovery"] == "off"
        return Health(ready=ready, details=details)

    # ------------------------------------------------------------------ connections

    def _connect(self) -> Connection:
        return psycopg.connect(
            make_conninfo(self._url, **_defaults(self._url)), autocommit=True, row_factory=dict_row
        )

    def _new_pool(self) -> ConnectionPool[Connection]:
        return ConnectionPool(
            make_conninfo(self._url, **_defaults(self._url)),
            kwargs={"autocommit": True, "row_factory": dict_row},
            min_size=1,
            max_size=self._pool_size,
            timeout=WAIT_SECONDS,
            configure=_prepare,
            check=ConnectionPool.check_connection,
            name="mts-tui",
            open=False,
        )

    def _renew(self) -> None:
        """Take new connections: what these have prepared is older than the schema."""
        if self._pool is not None:
            self._pool.drain()

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection of the pool; a transaction that is still open is taken back."""
        pool = self._pool
        if pool is None:
            raise Unavailable
        connection = pool.getconn()
        try:
            yield connection
        finally:
            if connection.info.transaction_status is not TransactionStatus.IDLE:
                with contextlib.suppress(psycopg.Error):
                    connection.rollback()
            pool.putconn(connection)

    # ------------------------------------------------------------------ transactions

    def _begin(self, connection: Connection, statements: str, key: str = "") -> Transaction:
        cursor = connection.execute(statements, prepare=False)
        cursor.nextset()
        row = cursor.fetchone()
        now = operator_time(self.clock, None if row is None else row["value"])
        return Transaction(connection, now, self.random, key, driver="postgres")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Transaction]:
        with self._connection() as connection:
            yield self._begin(connection, _READ)

    @contextlib.contextmanager
    def _writing(self, key: str) -> Iterator[Transaction]:
        committed: list[Event] = []
        try:
            with self._connection() as connection:
                tx = self._begin(connection, _WRITE, key)
                try:
                    yield tx
                except BaseException as error:
                    if error is tx.kept_error:
                        _commit(connection, tx.events)
                        committed = tx.events
                    raise
                _commit(connection, tx.events)
                committed = tx.events
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
                except _COLLISIONS:
                    time.sleep(self.random.uniform(0, 0.005 * 2**retry))
                except psycopg.errors.FeatureNotSupported:
                    self._renew()
            with begin() as tx:
                return work(tx)

    # ------------------------------------------------------------------ the schema

    def _migrate(self, connection: Connection, target: int) -> None:
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
        except psycopg.Error as error:
            # Not chained: the text of an address that cannot be parsed holds the password.
            raise self._sentence(error) from None

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """Turn errors into sentences for whoever uses it; how the database is called is not told.

        The log gets no text of the database: it quotes values.
        """
        try:
            yield
        except psycopg.Error as error:
            kind = type(self._sentence(error))
            log.warning("the database: %s %s", error.sqlstate or type(error).__name__, kind.code)
            collided = isinstance(error, (*_COLLISIONS, psycopg.errors.LockNotAvailable))
            if collided or (issubclass(kind, Unavailable) and kind is not DatabaseForeign):
                raise Unavailable from error
            raise CabinetError from error

    def _sentence(self, error: psycopg.Error) -> CabinetError:
        state = error.sqlstate or ""
        kind = _SENTENCES.get(state) or _SENTENCES.get(state[:2])
        if kind is None and not state and isinstance(error, psycopg.OperationalError):
            text = str(error).casefold()
            kinds = (kind for words, kind in _WORDS.items() if re.search(words, text))
            kind = next(kinds, DatabaseUnreachable)
        if kind is None and isinstance(error, psycopg.ProgrammingError) and not state:
            kind = DatabaseUnreachable  # The address cannot be parsed.
        return kind(path=self.place) if kind is not None else CabinetError()


def _defaults(url: str) -> Mapping[str, Any]:
    """Settings of a connection that the address does not name itself."""
    named = conninfo_to_dict(url)
    wanted = {"connect_timeout": 5, "application_name": "mts-tui"}
    return {name: value for name, value in wanted.items() if name not in named}


def _prepare(connection: Connection) -> None:
    """Make a connection what every transaction counts on."""
    connection.adapters.register_dumper(str, _Text)
    connection.execute(
        f"SET lock_timeout = {int(WAIT_SECONDS * 1000)};"
        "SET idle_in_transaction_session_timeout = 30000;"
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') <> 'remote_apply'",
        prepare=False,
    )
    row = connection.execute("SHOW synchronous_commit").fetchone()
    if row is None or row["synchronous_commit"] not in {"on", "remote_apply"}:
        raise psycopg.OperationalError("synchronous_commit is not on")


def _version(connection: Connection) -> int:
    # Not `to_regclass`: whoever has waited for another's migration would still see no table.
    made = connection.execute(
        "SELECT FROM pg_class WHERE relname = 'schema_version' AND pg_table_is_visible(oid)"
    ).fetchone()
    if made is None:
        return 0
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    return 0 if row is None else int(row["version"])


def _commit(connection: Connection, events: list[Event]) -> None:
    """Commit, and wake whoever listens: the database tells them after the commit only."""
    if events:
        newest = {event.account: event.seq for event in events}
        connection.execute(
            "SELECT pg_notify(%s, notice) FROM unnest(%s::text[]) AS notice",
            (CHANNEL, [f"{account} {seq}" for account, seq in newest.items()]),
        )
    if connection.execute("COMMIT").statusmessage != "COMMIT":
        raise CabinetError  # A statement had failed: PostgreSQL has rolled everything back.
