"""The store on SQLite keeps what it acknowledged, and says in words what is wrong with its file."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.errors import (
    StoreDamaged,
    StoreFull,
    StoreLocked,
    StoreNewer,
    StoreReadOnly,
    Unavailable,
)
from mts_tui.backend.store import SqliteStore, migrations, sqlite

from .desk import Clock, Window

FULL = 2
ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def demo(demo_file: Path, clock: Clock) -> Iterator[SqliteStore]:
    """The settled demo, in the very file that a test may get hold of."""
    opened = SqliteStore(demo_file, clock, random.Random(3))
    opened.open()
    yield opened
    opened.close()


def schema(store: SqliteStore) -> list[tuple[str, str]]:
    connection = sqlite3.connect(store.path)
    found = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return found


def note(store: SqliteStore, value: str) -> None:
    with store.write() as tx:
        tx.common.set_meta(name="note", value=value)


def noted(store: SqliteStore) -> str | None:
    with store.read() as tx:
        return tx.common.get_meta(name="note")


def in_thread(work: Callable[[], object]) -> object:
    """What a function answers, or raises, in a thread of its own."""
    answers: list[object] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return answers[0]


def child(script: str, *args: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, args)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        **options,
    )


def test_every_connection_is_durable(store: SqliteStore):
    def pragmas() -> list[object]:
        with store.write() as tx:
            return [
                tx._connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]

    assert pragmas() == ["wal", FULL, 1]
    assert in_thread(pragmas) == ["wal", FULL, 1]


@posix
def test_the_file_is_its_owners_only(store: SqliteStore):
    assert store.path.stat().st_mode & 0o077 == 0


def test_a_read_cannot_change_anything(store: SqliteStore):
    with store.read() as tx:
        tx.common.set_meta(name="note", value="lost")
    assert noted(store) is None


def test_the_newest_migration_is_the_known_one():
    folder = Path(migrations.__file__).parent
    ups = sorted(path.name[:4] for path in folder.glob("*.up.sql"))
    downs = sorted(path.name[:4] for path in folder.glob("*.down.sql"))
    assert ups == downs == [f"{number:04}" for number in range(1, migrations.LATEST + 1)]
    with pytest.raises(LookupError):
        migrations.script(migrations.LATEST + 1, "up")


def test_migrations_go_down_and_up_on_a_filled_file(demo: SqliteStore, store: SqliteStore):
    fresh = schema(store)
    before = schema(demo)
    assert before == fresh
    demo.migrate(0)
    assert schema(demo) == []
    demo.migrate(migrations.LATEST)
    assert schema(demo) == fresh
    with demo.read() as tx:
        assert tx.accounts.all_ids() == []
    assert demo.sound() == []


@pytest.mark.parametrize("version", range(1, migrations.LATEST + 1))
def test_each_step_can_be_taken_back(store: SqliteStore, version: int):
    store.migrate(version - 1)
    before = schema(store)
    store.migrate(version)
    assert schema(store) != before
    store.migrate(version - 1)
    assert schema(store) == before


def test_opening_again_changes_nothing(demo_file: Path, clock: Clock):
    before = demo_file.read_bytes()
    again = SqliteStore(demo_file, clock)
    again.open()
    again.close()
    assert demo_file.read_bytes() == before


def test_many_may_open_a_new_file_at_once(tmp_path: Path, clock: Clock):
    path = tmp_path / "deep" / "folder" / "new.db"
    start = threading.Barrier(8)
    failures: list[BaseException] = []

    def begin() -> None:
        mine = SqliteStore(path, clock)
        start.wait()
        try:
            mine.open()
            mine.close()
        except BaseException as error:  # noqa: BLE001 - asserted below
            failures.append(error)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def refused(store: SqliteStore, kind: type[Unavailable]) -> None:
    """Opening fails with a sentence of its own that names the file."""
    with pytest.raises(Unavailable) as caught:
        store.open()
    store.close()
    assert type(caught.value) is kind
    assert str(store.path) in str(caught.value)


def spoil_header(path: Path) -> None:
    body = path.read_bytes()
    path.write_bytes(random.Random(1).randbytes(100) + body[100:])


def spoil_schema(path: Path) -> None:
    body = path.read_bytes()
    path.write_bytes(body[:100] + random.Random(1).randbytes(3996) + body[4096:])


def cut_to_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_to_a_stump(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def write_text(path: Path) -> None:
    path.write_text("Это не база данных, а письмо.\n" * 500, "utf-8")


def another_program(path: Path) -> None:
    """A sound database, but somebody else's."""
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.execute(f"PRAGMA user_version = {migrations.LATEST}")
    other.close()


@pytest.mark.parametrize(
    "spoil",
    [spoil_header, spoil_schema, cut_to_half, cut_to_a_stump, write_text],
    ids=lambda spoil: spoil.__name__,
)
def test_a_damaged_file_is_left_as_it_is(
    demo_file: Path, clock: Clock, spoil: Callable[[Path], None]
):
    spoil(demo_file)
    before = demo_file.read_bytes()
    refused(SqliteStore(demo_file, clock), StoreDamaged)
    assert demo_file.read_bytes() == before


def test_somebody_elses_database_is_refused(demo_file: Path, clock: Clock):
    another_program(demo_file)
    refused(SqliteStore(demo_file, clock), StoreDamaged)
    other = sqlite3.connect(demo_file)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    other.close()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_newer_file_is_left_as_it_is(demo_file: Path, clock: Clock, journal: str):
    newer = sqlite3.connect(demo_file)
    newer.execute(f"PRAGMA journal_mode = {journal}")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = demo_file.read_bytes()
    refused(SqliteStore(demo_file, clock), StoreNewer)
    assert demo_file.read_bytes() == before


@pytest.mark.parametrize("mode", ["BEGIN EXCLUSIVE", "PRAGMA locking_mode = EXCLUSIVE"])
def test_a_file_held_by_another_program_is_left_as_it_is(
    demo_file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, mode: str
):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
    holder = sqlite3.connect(demo_file, isolation_level=None)
    holder.execute(mode)
    if not holder.in_transaction:
        holder.execute("BEGIN EXCLUSIVE")
    before = demo_file.read_bytes()
    refused(SqliteStore(demo_file, clock), StoreLocked)
    assert demo_file.read_bytes() == before
    holder.execute("ROLLBACK")
    holder.close()
    later = SqliteStore(demo_file, clock)
    later.open()
    later.close()


def test_a_file_held_while_open_is_waited_for_and_then_refused(
    demo: SqliteStore, demo_file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
    holder = sqlite3.connect(demo_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked):
        in_thread(lambda: note(demo, "refused"))
    assert in_thread(lambda: noted(demo)) is None  # Reading goes on.
    holder.execute("COMMIT")
    holder.close()
    note(demo, "done")
    assert noted(demo) == "done"


READ_ONLY = """
    import os, sys
    from pathlib import Path
    from mts_tui.backend.contract.errors import Unavailable
    from mts_tui.backend.store import SqliteStore

    if os.geteuid() == 0:
        os.seteuid(65534)
    store = SqliteStore(Path(sys.argv[1]))
    try:
        store.open()
    except Unavailable as error:
        print(error.code, error)
    else:
        print("OPENED")
"""


@posix
@pytest.mark.parametrize("what", ["file", "folder", "new file in the folder", "both"])
def test_a_file_that_may_not_be_written_is_left_as_it_is(settled_file: Path, what: str):
    # Not below tmp_path: its parents are closed to the user that root becomes.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        path = folder / "operator.db"
        if what != "new file in the folder":
            shutil.copyfile(settled_file, path)
        before = path.read_bytes() if path.exists() else None
        if path.exists():
            path.chmod(0o444 if what in {"file", "both"} else 0o666)
        folder.chmod(0o777 if what == "file" else 0o555)
        Path(name).chmod(0o755)
        told = child(READ_ONLY, path).stdout
        folder.chmod(0o755)
        assert told.startswith("STORE_READ_ONLY")
        assert str(path) in told
        assert (path.read_bytes() if path.exists() else None) == before


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path, clock: Clock):
    (tmp_path / "folder").write_text("not a folder")
    refused(SqliteStore(tmp_path / "folder" / "operator.db", clock), StoreReadOnly)


def delete(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


@posix
def test_a_deleted_file_comes_back_with_the_next_write(demo: SqliteStore, clock: Clock):
    note(demo, "before")
    delete(demo.path)
    assert noted(demo) == "before"
    window = Window(demo)
    window.sign_in()
    assert noted(demo) == "before"
    again = SqliteStore(demo.path, clock)
    again.open()
    assert noted(again) == "before"
    assert again.sound() == []
    with again.read() as tx:
        assert tx.ledger.audit() == []
        assert len(tx.accounts.all_ids()) == 6
    again.close()
    assert window.ask(Account.overview, "anna-moscow").number.phone
    assert demo.path.stat().st_mode & 0o077 == 0


@posix
@pytest.mark.parametrize("first", ["read", "write"])
def test_a_deleted_file_comes_back_from_a_thread_that_never_had_it(demo: SqliteStore, first: str):
    """Each worker thread has its own connection; a new one must not begin an empty file."""
    note(demo, "before")
    delete(demo.path)
    if first == "read":
        assert in_thread(lambda: noted(demo)) == "before"
    in_thread(lambda: note(demo, "after"))
    assert noted(demo) == "after"
    with demo.read() as tx:
        assert len(tx.accounts.all_ids()) == 6
    assert demo.sound() == []


@posix
def test_a_deleted_file_comes_back_while_another_thread_reads(demo: SqliteStore):
    note(demo, "before")
    with demo.read() as tx:
        assert tx.common.get_meta(name="note") == "before"
        delete(demo.path)
        in_thread(lambda: note(demo, "after"))
        assert tx.common.get_meta(name="note") == "before"
    assert noted(demo) == "after"


@posix
def test_a_deleted_folder_comes_back(tmp_path: Path, clock: Clock):
    store = SqliteStore(tmp_path / "folder" / "operator.db", clock)
    store.open()
    note(store, "before")
    shutil.rmtree(store.path.parent)
    with store.write() as tx:
        tx.common.set_meta(name="other", value="after")
    assert noted(store) == "before"
    assert store.path.exists()
    store.close()


def test_other_connections_commits_are_noticed(demo: SqliteStore, demo_file: Path, clock: Clock):
    demo.changed_elsewhere()
    assert demo.changed_elsewhere() is False
    note(demo, "my own")
    assert demo.changed_elsewhere() is False
    other = SqliteStore(demo_file, clock)
    other.open()
    note(other, "another's")
    assert demo.changed_elsewhere() is True
    assert demo.changed_elsewhere() is False
    other.close()


FILL = """
    import sys
    from pathlib import Path
    from mts_tui.backend.contract.errors import CabinetError
    from mts_tui.backend.store import SqliteStore

    path, rows, limit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    store = SqliteStore(path)
    store.open()
    if limit:  # A disk that is full, as far as this process can tell.
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    written = 0
    try:
        while True:
            with store.write() as tx:
                for row in range(rows):
                    tx.common.set_meta(name=f"filler {written} {row}", value="x" * 10_000)
            written += 1
    except CabinetError as error:
        print(error.code, written, error)
    with store.read() as tx:  # The same process goes on reading.
        print(tx._connection.execute("SELECT COUNT(*) FROM meta").fetchone()[0])
"""


def filled(path: Path, said: str, clock: Clock, rows: int) -> None:
    """The disk was told to be full in words, and nothing of before is lost."""
    first, second = said.splitlines()
    code, written, sentence = first.split(" ", 2)
    assert code == "STORE_FULL"
    assert str(path) in sentence
    assert int(second) == int(written) * rows + NOTES
    store = SqliteStore(path, clock)
    store.open()
    assert store.sound() == []
    with store.read() as tx:
        assert tx.ledger.audit() == []
        count = tx._connection.execute("SELECT COUNT(*) FROM meta").fetchone()[0]
        assert count == int(written) * rows + NOTES
    store.close()


NOTES = 2
"""What the settled demo's `meta` holds: its seed and the catalogue's version."""


@posix
@pytest.mark.parametrize("rows", [1, 600], ids=["at a commit", "in the middle"])
def test_a_full_disk_loses_nothing(demo_file: Path, clock: Clock, rows: int):
    """600 rows of 10 kB are more than SQLite holds in memory: it writes before the commit."""
    limit = demo_file.stat().st_size + 3_000_000
    filled(demo_file, child(FILL, demo_file, rows, limit).stdout, clock, rows)


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_really_full_disk_loses_nothing(demo_file: Path, clock: Clock, tmp_path: Path):
    """A small file system of its own, in a process of its own, gone with it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = (
        'mount -t tmpfs -o size=24m tmpfs "$1" || exit 77; cp "$2" "$1/operator.db"; '
        '"$3" -c "$4" "$1/operator.db" 1 0; status=$?; cp "$1"/operator.db* "$5"; exit $status'
    )
    saved = tmp_path / "saved"
    saved.mkdir()
    done = subprocess.run(
        [
            *("unshare", "--mount", "--map-root-user", "sh", "-c", command, "sh"),
            *(str(disk), str(demo_file), sys.executable, textwrap.dedent(FILL), str(saved)),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("may not mount here")
    assert done.returncode == 0, done.stderr
    said = done.stdout.replace(str(disk), str(saved))
    filled(saved / "operator.db", said, clock, 1)


def test_a_full_disk_is_told_as_such(store: SqliteStore):
    """A limit of pages makes SQLite itself say that the disk is full."""

    def fill() -> None:
        with store.write() as tx:
            pages = tx._connection.execute("PRAGMA page_count").fetchone()[0]
            tx._connection.execute(f"PRAGMA max_page_count = {pages + 10}")
            tx.common.set_meta(name="filler", value="x" * 10**6)

    note(store, "before")
    with pytest.raises(StoreFull):
        fill()
    assert noted(store) == "before"
    note(store, "after")


WRITE = """
    import os, sys
    from pathlib import Path
    from mts_tui.backend.store import SqliteStore
    from mts_tui.backend.store.ledger import Entry, post

    store = SqliteStore(Path(sys.argv[1]))
    store.open()
    number = int(sys.argv[2])
    while True:
        number += 1
        with store.write() as tx:
            post(tx, "anna-moscow", [
                Entry(at=tx.now_ms, kind="top_up", title=f"{number}", amount=number, contra="test"),
                Entry(at=tx.now_ms, kind="correction", title="", amount=-1, contra="test"),
            ])
            tx.message("anna-moscow", "MTS", f"{number}")
        os.write(1, b"%d\\n" % number)
"""


def test_killed_at_any_moment_nothing_acknowledged_is_lost(demo_file: Path, clock: Clock):
    rng = random.Random()
    seed = rng.randrange(10**6)
    rng.seed(seed)
    acknowledged = 0
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITE), str(demo_file), str(acknowledged)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        ) as writer:
            assert writer.stdout is not None
            for _ in range(rng.randrange(1, 12)):
                acknowledged = int(writer.stdout.readline())
            until = time.perf_counter() + rng.random() * 0.004
            while time.perf_counter() < until:
                pass
            writer.kill()
            for line in writer.stdout.read().splitlines():
                acknowledged = int(line)
        started = time.perf_counter()
        store = SqliteStore(demo_file, clock)
        store.open()
        assert time.perf_counter() - started < 1
        assert store.sound() == [], seed
        with store.read() as tx:
            assert tx.ledger.audit() == [], seed
            titles = {
                row[0]
                for row in tx._connection.execute(
                    "SELECT title FROM operations WHERE contra = 'test' AND kind = 'top_up'"
                )
            }
            told = {row[0] for row in tx._connection.execute("SELECT text FROM messages")}
        store.close()
        assert told == titles, seed
        kept = sorted(map(int, titles))
        assert kept[:acknowledged] == list(range(1, acknowledged + 1)), seed
        assert len(kept) - acknowledged in {0, 1}, seed  # One may be done and not yet told.
        acknowledged = len(kept)
