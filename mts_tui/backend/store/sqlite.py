"""The store on SQLite: one file, many threads, several processes.

WAL and `synchronous=FULL` are asserted, not hoped for: what was acknowledged survives a power cut.
"""

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

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

from . import migrations
from .base import Ahead, Health, T, operator_time, system_clock
from .transaction import Transaction

if TYPE_CHECKING:
    from mts_tui.backend.contract.events import Event

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
    """aiosql over `sqlite3.Row`, which its own adapter does not take a single value from.

    Rows come as a list: a generator that is not read to its end would run, or be closed, late.
    """

    def select(
        self, conn: Any, query_name: str, sql: str, parameters: Any, record_class: Any = None
    ) -> Any:
        return list(super().select(conn, query_name, sql, parameters, record_class))

    def select_value(self, conn: Any, query_name: str, sql: str, parameters: Any) -> Any:
        row = self.select_one(conn, query_name, sql, parameters)  # type: ignore[no-untyped-call]
        return None if row is None else row[0]


aiosql.register_adapter("sqlite", _Adapter)


def _log_ahead(connection: sqlite3.Connection) -> str:
    """Switch to WAL. SQLite does not wait for other programs that do it now, so this does."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(0.005)
        else:
            return mode


def _faults(connection: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [line for line in found if line != "ok"] + [str(tuple(row)) for row in broken]


def _flush(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
        self._spare: sqlite3.Connection | None = None
        self._memory: dict[str, Any] = {}

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
            if version < migrations.LATEST:
                self.migrate(migrations.LATEST)
            connection.execute("SELECT COUNT(*) FROM accounts LIMIT 0")
            connection.execute("BEGIN IMMEDIATE")  # Finds a locked file now, and by trying to
            try:  # write a read-only one, in which SQLite begins a reading transaction instead.
                connection.execute(f"PRAGMA user_version = {migrations.LATEST}")
            finally:
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
            self._spare = None
            self._inode = 0
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
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def write(self, key: str = "") -> Iterator[Transaction]:
        """A change: committed when the block ends, rolled back when it raises.

        An error marked with `Transaction.keep` commits and is raised all the same.
        """
        with self._writer, self._speaking():
            self._mind_file()
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            transaction = self._transaction(connection, key)
            try:
                yield transaction
            except BaseException as error:
                if error is not transaction.kept_error:
                    if connection.in_transaction:  # A full disk has ended it already.
                        connection.execute("ROLLBACK")
                    raise
                self._commit(connection, transaction)
                raise
            self._commit(connection, transaction)

    def look(self, work: Callable[[Transaction], T], ahead: Ahead | None = None) -> T:
        """Run a function that only reads."""
        with self.read() as tx:
            return work(_asked(tx, ahead))

    def change(
        self, work: Callable[[Transaction], T], key: str = "", ahead: Ahead | None = None
    ) -> T:
        """Run a function that changes something, all of it or nothing."""
        with self.write(key) as tx:
            return work(_asked(tx, ahead))

    def changed_elsewhere(self) -> bool:
        """Whether another connection has committed since this thread last asked. Cheap."""
        with self._speaking():
            version: int = self._connect().execute("PRAGMA data_version").fetchone()[0]
        last: int = getattr(self._local, "data_version", 0)
        self._local.data_version = version
        return version != last

    def listen(self, every: float) -> Iterator[frozenset[str] | None]:
        """See `Store.listen`: SQLite tells nobody, so the file is looked at from time to time."""
        while True:
            yield None if self.changed_elsewhere() else frozenset()
            time.sleep(every)

    def health(self) -> Health:
        """See `Store.health`."""
        with self._speaking():
            version: int = self._connect().execute("PRAGMA user_version").fetchone()[0]
        details = {"engine": "sqlite", "schema": str(version)}
        return Health(ready=version >= migrations.LATEST, details=details)

    def sound(self) -> list[str]:
        """What SQLite's own full check finds wrong; empty for a sound file. Slow."""
        with self._speaking():
            return _faults(self._connect())

    def inspect(self) -> tuple[int, list[str]]:
        """The file's schema version and what `sound` would say, changing nothing at all. Slow.

        Raises:
            Unavailable: One of its kinds, with a sentence.
        """
        # Whoever has the file open keeps a log beside it. Without one nobody writes, and SQLite
        # can do without locks and without files of its own.
        log = self.path.with_name(f"{self.path.name}-wal")
        how = "mode=ro" if log.exists() else "immutable=1"
        with self._speaking():
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS
            )
            with contextlib.closing(connection):
                version: int = connection.execute("PRAGMA user_version").fetchone()[0]
                if version > migrations.LATEST:
                    raise StoreNewer(path=str(self.path))
                if version:
                    connection.execute("SELECT COUNT(*) FROM accounts LIMIT 0")
                return version, _faults(connection)

    def _transaction(self, connection: sqlite3.Connection, key: str) -> Transaction:
        row = connection.execute("SELECT value FROM meta WHERE name = 'clock_ahead'").fetchone()
        now = operator_time(self.clock, None if row is None else row[0])
        return Transaction(connection, now, self.random, key, memory=self._memory)

    def _commit(self, connection: sqlite3.Connection, transaction: Transaction) -> None:
        try:
            events = transaction.number()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if transaction.changes:
            for listener in self.on_commit:
                listener(events())

    def _connect(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._local.generation != self._generation:
            self._mind_file()
            generation = self._generation
            self._local.connection = connection = self._new_connection()
            self._local.generation = generation
        return connection

    def _new_connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw",  # A missing file is not made anew here.
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connections.append(connection)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        # Before anything that would change the file of a newer version.
        if connection.execute("PRAGMA user_version").fetchone()[0] > migrations.LATEST:
            raise StoreNewer(path=str(self.path))
        mode = _log_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Takes the log in hand now: it would not be found after somebody deleted the file.
        connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone()
        full = connection.execute("PRAGMA synchronous").fetchone()[0]
        if mode != "wal" or full != 2:  # noqa: PLR2004 - 2 is FULL
            raise StoreReadOnly(path=str(self.path))

    def _still_there(self) -> bool:
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def _mind_file(self) -> None:
        """Write the file again after somebody deleted it, from a connection that still has it.

        That connection is a spare one: any other may be in the middle of a transaction.
        """
        with self._writer:
            if self._still_there():
                return
            if self._spare is not None:  # Otherwise this is the first connection.
                if not self.path.exists():
                    self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    whole = self.path.with_name(f"{self.path.name}-new")
                    for leftover in ("-wal", "-shm", "-new"):
                        self.path.with_name(self.path.name + leftover).unlink(missing_ok=True)
                    self._spare.execute("VACUUM INTO ?", (str(whole),))
                    whole.chmod(0o600)
                    _flush(whole)
                    whole.rename(self.path)  # Only a whole file gets the name.
                    _flush(self.path.parent)
                self._generation += 1  # A file put in its place is now the store.
            self._spare = self._new_connection()
            self._inode = self.path.stat().st_ino

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


def _asked(tx: Transaction, ahead: Ahead | None) -> Transaction:
    if ahead is not None:
        tx.ahead = ahead(tx.soon)
    return tx
