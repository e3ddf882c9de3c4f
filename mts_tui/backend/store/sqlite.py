"""The store on SQLite: one file, many threads, several processes.

WAL and `synchronous=FULL` are asserted, not hoped for: what was acknowledged survives a power cut.
"""

import contextlib
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiosql
from aiosql.adapters.sqlite3 import SQLite3Adapter

from mts_tui.backend.contract.errors import (
    CabinetError,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    StoreNewer,
    StoreReadOnly,
    Unavailable,
)
from mts_tui.backend.contract.events import Event

from . import migrations
from .transaction import Transaction

BUSY_SECONDS = 5.0
_SENTENCES: dict[int, type[Unavailable]] = {
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_NOTADB: StoreDamaged,
    sqlite3.SQLITE_BUSY: StoreLocked,
    sqlite3.SQLITE_LOCKED: StoreLocked,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_CANTOPEN: StoreReadOnly,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_IOERR: StoreFull,
}


class _Adapter(SQLite3Adapter):
    """aiosql over `sqlite3.Row`, which its own adapter does not take a single value from."""

    def select_value(self, conn: Any, query_name: str, sql: str, parameters: Any) -> Any:
        row = self.select_one(conn, query_name, sql, parameters)  # type: ignore[no-untyped-call]
        return None if row is None else row[0]


aiosql.register_adapter("sqlite", _Adapter)


def system_clock() -> datetime:
    """This machine's time, UTC."""
    return datetime.now(UTC)


class SqliteStore:
    """A store in one file.

    Args:
        path: The file; made when missing, its folder too.
        clock: Tells the time.
        random: Random numbers for codes, tokens and ids.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime] = system_clock,
        random: Random | None = None,
    ) -> None:
        self.path = path
        self.clock = clock
        self.random = random or secrets.SystemRandom()
        self.on_commit: list[Callable[[list[Event]], None]] = []
        self._local = threading.local()
        self._writer = threading.RLock()
        self._connections: list[sqlite3.Connection] = []
        self._generation = 0
        self._inode = 0

    def open(self) -> None:
        """Make the file ready: sound, writable, of the current schema.

        Raises:
            Unavailable: One of its kinds, with a sentence. The file is left as it is.
        """
        with self._speaking():
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not self.path.exists():
                    self.path.touch(mode=0o600)
            except OSError as error:
                raise StoreReadOnly(path=str(self.path)) from error
            connection = self._connect()
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > migrations.LATEST:
                raise StoreNewer(path=str(self.path))
            if version < migrations.LATEST:
                self.migrate(migrations.LATEST)
            connection.execute("SELECT COUNT(*) FROM accounts LIMIT 0")
            connection.execute("BEGIN IMMEDIATE")  # Finds a read-only or locked file now.
            connection.execute("ROLLBACK")

    def migrate(self, target: int) -> None:
        """Bring the schema to a version, up or down, each step in a transaction of its own."""
        connection = self._connect()
        with self._writer, self._speaking():
            while True:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    # Read under the lock: another process may have been quicker.
                    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
                    if version == target:
                        connection.execute("ROLLBACK")
                        return
                    up = version < target
                    step = version + 1 if up else version
                    script = migrations.script(step, "up" if up else "down")
                    for statement in migrations.statements(script):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {step if up else step - 1}")
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise

    def close(self) -> None:
        """Close every connection. Threads must be done with theirs."""
        with self._writer:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
            self._generation += 1

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent view; nothing can be changed in it."""
        with self._speaking():
            connection = self._connect()
            connection.execute("BEGIN")
            try:
                yield self._transaction(connection, "")
            finally:
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def write(self, key: str = "") -> Iterator[Transaction]:
        """A change: committed when the block ends, rolled back when it raises.

        An error marked with `Transaction.keep` commits and is raised all the same.
        """
        with self._writer, self._speaking():
            connection = self._connect()
            if not self._still_there():
                connection = self._rescue(connection)
            connection.execute("BEGIN IMMEDIATE")
            transaction = self._transaction(connection, key)
            try:
                yield transaction
            except BaseException as error:
                if error is not transaction.kept_error:
                    connection.execute("ROLLBACK")
                    raise
                self._commit(connection)
                self._tell(transaction.events)
                raise
            self._commit(connection)
            self._tell(transaction.events)

    def changed_elsewhere(self) -> bool:
        """Whether another connection has committed since this thread last asked. Cheap."""
        with self._speaking():
            version: int = self._connect().execute("PRAGMA data_version").fetchone()[0]
        last: int = getattr(self._local, "data_version", 0)
        self._local.data_version = version
        return version != last

    def sound(self) -> list[str]:
        """What SQLite's own full check finds wrong; empty for a sound file. Slow."""
        with self._speaking():
            connection = self._connect()
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        return [line for line in found if line != "ok"] + [str(tuple(row)) for row in broken]

    def _transaction(self, connection: sqlite3.Connection, key: str) -> Transaction:
        row = connection.execute("SELECT value FROM meta WHERE name = 'clock_ahead'").fetchone()
        now = self.clock()
        now -= timedelta(microseconds=now.microsecond % 1000)
        if row is not None:
            now += timedelta(seconds=int(row[0]))
        return Transaction(connection, now, self.random, key)

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _tell(self, events: list[Event]) -> None:
        if events:
            for listener in self.on_commit:
                listener(events)

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None and self._local.generation == self._generation:
            return connection
        connection = sqlite3.connect(
            self.path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        full = connection.execute("PRAGMA synchronous").fetchone()[0]
        if mode != "wal" or full != 2:  # noqa: PLR2004 - 2 is FULL
            connection.close()
            raise StoreReadOnly(path=str(self.path))
        self._local.connection = connection
        self._local.generation = self._generation
        self._connections.append(connection)
        if not self._inode:
            self._inode = self.path.stat().st_ino
        return connection

    def _still_there(self) -> bool:
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def _rescue(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """Write the file again from the open connection after somebody deleted it."""
        if self.path.exists():  # Another file was put in its place: that one is now the store.
            self._inode = 0
        else:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for leftover in ("-wal", "-shm"):
                self.path.with_name(self.path.name + leftover).unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(self.path),))
            self.path.chmod(0o600)
            self._inode = 0
        self._generation += 1
        return self._connect()

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turn SQLite's errors into sentences."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._sentence(error) from error

    def _sentence(self, error: sqlite3.DatabaseError) -> CabinetError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        kind = _SENTENCES.get(code)
        if kind is None:
            # No such table, a broken constraint: a file that is not ours, or a defect of ours.
            return (
                StoreDamaged(path=str(self.path))
                if "no such table" in str(error)
                else (CabinetError())
            )
        return kind(path=str(self.path))
