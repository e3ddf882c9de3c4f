"""A disk that forgets what was not flushed to it, and a store that writes to it.

What it does: every write of SQLite to the database, its log (WAL) and its rollback journal goes
through `Disk`, which keeps apart what was flushed (`xSync`) and what was only written. `Disk.cut`
tells what a cut of the power at this moment would leave: of what was not flushed any part, file by
file: nothing, all, a beginning, or single sectors of 512 bytes in any choice, so that a page is
torn. A file's name is durable once its folder was flushed (SQLite does that with the first flush of
a new log or journal); a deletion that was not flushed may be undone. The index of the log (`-shm`)
is no part of a file's truth: of it anything or nothing is left.

What it does not do:
- The SQLite below is the one that APSW brings, not the one of Python's `sqlite3`; statements,
  transactions and PRAGMAs are those of `SqliteStore`, whose connections alone are replaced. What a
  cut leaves is opened by Python's `sqlite3`.
- SQLite's own belief that a write does not harm bytes beside it (powersafe overwrite) is shared.
- Disks that say they have flushed and have not, and bits that rot, are not played.
- The folders above the file, and its second birth after somebody deleted it, do not go through it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import apsw

from mts_tui.backend.store import SqliteStore

SECTOR = 512
_names = count(1)
_LOGS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL


class _Platter:
    """One file: what is safe of it, and what was written since, in its order.

    Args:
        safe: What was flushed.
        named: Whether its name is in the flushed folder.
        before: What the flushed folder has under this name instead.
    """

    def __init__(self, safe: bytes = b"", *, named: bool, before: bytes | None = None) -> None:
        self.safe = bytearray(safe)
        self.named = named
        self.before = before
        self.written: list[tuple[int, bytes | None]] = []

    def flush(self) -> None:
        for place, data in self.written:
            _apply(self.safe, place, data)
        self.written.clear()

    def left(self, rng: Random) -> bytes:
        """What a cut leaves."""
        image = bytearray(self.safe)
        for place, data in _survivors(self.written, rng):
            _apply(image, place, data)
        return bytes(image)


def _apply(image: bytearray, place: int, data: bytes | None) -> None:
    """Write, or cut off the file where there are no data."""
    if data is None:
        del image[place:]
        return
    image.extend(bytes(max(0, place - len(image))))
    image[place : place + len(data)] = data


def _survivors(
    written: Sequence[tuple[int, bytes | None]], rng: Random
) -> Iterator[tuple[int, bytes | None]]:
    manner = rng.choice(("nothing", "all", "beginning", "sectors"))
    if manner == "all":
        yield from written
    elif manner == "beginning":
        yield from written[: rng.randint(0, len(written))]
    elif manner == "sectors":
        share = rng.random()
        for place, data in written:
            for piece in _sectors(place, data):
                if rng.random() < share:
                    yield piece


def _sectors(place: int, data: bytes | None) -> Iterator[tuple[int, bytes | None]]:
    if data is None:
        yield place, None
        return
    begin = 0
    while begin < len(data):
        end = min(len(data), begin + SECTOR - (place + begin) % SECTOR)
        yield place + begin, data[begin:end]
        begin = end


class Disk(apsw.VFS):
    """A folder on a disk that forgets.

    Args:
        folder: Where the files are, as the running program sees them.
        seed: Of what a cut leaves.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.name = f"forgetful-{next(_names)}"
        self.folder = folder
        self.happened = 0
        self.watch: Callable[[], None] | None = None
        """Called before each write, flush and deletion: the moments at which a cut differs."""
        self._rng = Random(seed)
        folder.mkdir(parents=True, exist_ok=True)
        self._files = {
            path.name: _Platter(path.read_bytes(), named=True) for path in _lasting(folder)
        }
        self._deleted: dict[str, bytes] = {}
        super().__init__(self.name, base="")

    def cut(self) -> dict[str, bytes]:
        """What a cut of the power at this moment would leave, by the names of files."""
        left = {}
        for name, platter in self._files.items():
            if platter.named or self._rng.random() < 0.5:
                left[name] = platter.left(self._rng)
            elif platter.before is not None:
                left[name] = platter.before
        left |= {name: safe for name, safe in self._deleted.items() if self._rng.random() < 0.5}
        for path in self.folder.glob("*-shm"):
            if self._rng.random() < 0.5:
                data = path.read_bytes()
                left[path.name] = data[: self._rng.randint(0, len(data))]
        return left

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        if path.name not in self._files:
            before = self._deleted.pop(path.name, None)
            self._files[path.name] = _Platter(named=False, before=before)
        return _File(self, self._files[path.name], name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: FBT001, N802
        self.happens()
        super().xDelete(name, syncdir)
        platter = self._files.pop(Path(name).name, None)
        if platter is not None and platter.named and not syncdir:
            self._deleted[Path(name).name] = platter.left(self._rng)
        if syncdir:
            self.name_all()

    @property
    def in_file(self) -> bool:
        """Whether the log is being brought into the database file."""
        return any(one.written for name, one in self._files.items() if name.endswith(".db"))

    def happens(self) -> None:
        self.happened += 1
        if self.watch is not None:
            self.watch()

    def name_all(self) -> None:
        """The folder is flushed."""
        self._deleted.clear()
        for platter in self._files.values():
            platter.named, platter.before = True, None


class _File(apsw.VFSFile):
    """An open file of a disk."""

    def __init__(self, disk: Disk, platter: _Platter, name: Any, flags: list[int]) -> None:
        self._disk, self._platter = disk, platter
        self._is_log = bool(flags[0] & _LOGS)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.happens()
        self._platter.written.append((offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.happens()
        self._platter.written.append((size, None))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.happens()
        self._platter.flush()
        if self._is_log and not self._platter.named:
            self._disk.name_all()


def _lasting(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.endswith("-shm")]


def restore(left: Mapping[str, bytes], folder: Path) -> Path:
    """Put what a cut has left into a folder of its own."""
    folder.mkdir(parents=True)
    for name, data in left.items():
        (folder / name).write_bytes(data)
    return folder


# ------------------------------------------------------------------------------ the store


class _Row(tuple[Any, ...]):  # noqa: SLOT001 - a tuple of any length cannot have slots
    """As `sqlite3.Row`: values by place and by name."""

    names: tuple[str, ...]

    def __getitem__(self, place: Any) -> Any:
        return super().__getitem__(self.names.index(place) if isinstance(place, str) else place)

    def keys(self) -> tuple[str, ...]:
        return self.names


def _row(cursor: apsw.Cursor, values: tuple[Any, ...]) -> _Row:
    row = _Row(values)
    row.names = tuple(column[0] for column in cursor.get_description())
    return row


class _Cursor:
    """As a cursor of `sqlite3`; rows are fetched at once."""

    row_factory: Any = staticmethod(_row)

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: Iterator[_Row] = iter(())
        self.rowcount = -1

    def execute(self, sql: str, values: Any = ()) -> "_Cursor":
        return self._keep(self._connection.cursor().execute(sql, values or None))

    def executemany(self, sql: str, values: Iterable[Any]) -> "_Cursor":
        return self._keep(self._connection.cursor().executemany(sql, list(values)))

    def _keep(self, cursor: apsw.Cursor) -> "_Cursor":
        cursor.row_trace = self.row_factory
        found: list[_Row] = cursor.fetchall()
        self.rowcount = self._connection.changes()
        self._rows = iter(found)
        return self

    def fetchone(self) -> _Row | None:
        return next(self._rows, None)

    def fetchall(self) -> list[_Row]:
        return list(self._rows)

    def __iter__(self) -> Iterator[_Row]:
        return self._rows

    def close(self) -> None:
        pass


class _Connection:
    """As a connection of `sqlite3` in autocommit mode. Errors are APSW's: none is expected."""

    row_factory: Any = None

    def __init__(self, path: Path, disk: Disk) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE
        self._connection = apsw.Connection(str(path), flags=flags, vfs=disk.name)
        self._connection.set_busy_timeout(5000)

    def cursor(self) -> _Cursor:
        return _Cursor(self._connection)

    def execute(self, sql: str, values: Any = ()) -> _Cursor:
        return self.cursor().execute(sql, values)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def close(self) -> None:
        self._connection.close()


class PoweredStore(SqliteStore):
    """The store, its connections on a disk that forgets.

    Args:
        disk: The disk.
        options: As of `SqliteStore`.
    """

    def __init__(self, disk: Disk, *options: Any) -> None:
        super().__init__(disk.folder / "operator.db", *options)
        self._disk = disk

    def _new_connection(self) -> sqlite3.Connection:
        connection: Any = _Connection(self.path, self._disk)
        self._prepare(connection)
        self._connections.append(connection)
        return connection

    def die(self) -> None:
        """End as at a cut: the files of the folder go, nothing is written any more."""
        self._disk.watch = None
        for path in self._disk.folder.iterdir():
            path.unlink()
        self.close()


class CarelessStore(PoweredStore):
    """The same with `synchronous=NORMAL`, as SQLite's own advice for WAL is: a commit is not flushed."""

    def _prepare(self, connection: sqlite3.Connection) -> None:
        super()._prepare(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
