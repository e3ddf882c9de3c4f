"""Stores of both engines, a settled demo, and windows to it."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from mts_tui import __version__
from mts_tui.backend.background import Background
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.people import put_catalogue, settle
from mts_tui.backend.store import SqliteStore, Store
from tests.programs import missing

from .desk import Clock, Window
from .postgres import NoServerError, Server

SEED = 2026


class Stores:
    """What a test has of stores; they are closed after it.

    Args:
        clock: The test's.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._opened: list[Store] = []

    def empty(self) -> Store:
        """An empty store, its schema made."""
        raise NotImplementedError

    def settled(self) -> Store:
        """The demo after two years of life; each time another copy."""
        raise NotImplementedError

    def again(self, store: Store) -> Store:
        """Another store on the same data, as another process has it."""
        raise NotImplementedError

    def close(self) -> None:
        for store in self._opened:
            store.close()

    def _open(self, store: Store) -> Store:
        self._opened.append(store)
        store.open()
        return store


class Files(Stores):
    """Stores on SQLite."""

    def __init__(self, clock: Clock, folder: Path, settled: Path) -> None:
        super().__init__(clock)
        self._folder = folder
        self._settled = settled
        self._numbers = count(1)

    def empty(self) -> SqliteStore:
        path = self._folder / f"empty-{next(self._numbers)}.db"
        return self._open(SqliteStore(path, self.clock, Random(1)))

    def settled(self) -> SqliteStore:
        path = self._folder / f"settled-{next(self._numbers)}.db"
        shutil.copyfile(self._settled, path)
        return self._open(SqliteStore(path, self.clock, Random(3)))

    def again(self, store: SqliteStore) -> SqliteStore:
        return self._open(SqliteStore(store.path, self.clock, Random(5)))


class Databases(Stores):
    """Stores on PostgreSQL."""

    def __init__(self, clock: Clock, server: Server, settled: str) -> None:
        super().__init__(clock)
        self._server = server
        self._settled = settled
        self._made: list[str] = []

    def empty(self) -> Store:
        return self._new("template0", Random(1))

    def settled(self) -> Store:
        return self._new(self._settled, Random(3))

    def again(self, store: Store) -> Store:
        return self._at(store._url, Random(5))

    def close(self) -> None:
        super().close()
        for name in self._made:
            self._server.drop_database(name)

    def _new(self, template: str, random: Random) -> Store:
        name = self._server.new_database(template)
        self._made.append(name)
        return self._at(self._server.url(name), random)

    def _at(self, url: str, random: Random) -> Store:
        from mts_tui.backend.store.postgres import PostgresStore

        return self._open(PostgresStore(url, self.clock, random))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """What keeps the stores. A module about one engine has a fixture of its own."""
    return request.param


@pytest.fixture(scope="session")
def settled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's file after two years of life, made once; copy it before use."""
    path = tmp_path_factory.mktemp("settled") / "operator.db"
    made = SqliteStore(path, Clock(), Random(2))
    made.open()
    with made.write() as tx:
        put_catalogue(tx, __version__)
        settle(tx, SEED)
    made.close()
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL for the tests of this process."""
    try:
        running = Server()
    except NoServerError as error:
        missing(f"PostgreSQL cannot run here: {error}")
    yield running
    running.remove()


@pytest.fixture(scope="session")
def settled_database(server: Server, settled_file: Path) -> str:
    """The same in a database, to be copied. (That both are made alike has a test of its own.)"""
    from mts_tui.backend.store.postgres import PostgresStore

    name = server.new_database()
    made = PostgresStore(server.url(name), Clock(), Random(2))
    made.open()
    made.close()
    server.fill(name, settled_file)
    return name


@pytest.fixture
def stores(
    engine: str, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Stores]:
    """Makes stores of the engine."""
    made: Stores
    if engine == "sqlite":
        made = Files(clock, tmp_path, request.getfixturevalue("settled_file"))
    else:
        server = request.getfixturevalue("server")
        made = Databases(clock, server, request.getfixturevalue("settled_database"))
    yield made
    made.close()


@pytest.fixture
def store(stores: Stores) -> Store:
    """An empty store, its schema made."""
    return stores.empty()


@pytest.fixture
def demo(stores: Stores) -> Store:
    """The settled demo, opened."""
    return stores.settled()


@pytest.fixture
def demo_file(settled_file: Path, tmp_path: Path) -> Path:
    """A copy of the settled demo's file."""
    path = tmp_path / "operator.db"
    shutil.copyfile(settled_file, path)
    return path


@pytest.fixture
def open_window(demo: Store) -> Callable[[], Window]:
    """Makes windows to the settled demo."""
    return lambda: Window(demo)


@pytest.fixture
def window(demo: Store) -> Window:
    """A window to the settled demo."""
    return Window(demo)


@pytest.fixture
def anna(window: Window) -> Window:
    """A window where Anna is signed in by a code."""
    window.sign_in()
    return window


@pytest.fixture
async def embedded(
    demo_file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Embedded]:
    """The operator inside, over the settled demo; its life's thread does nothing by itself."""
    monkeypatch.setattr(Background, "_run", lambda _background: None)
    backend = Embedded(SqliteStore(demo_file, clock, Random(4)), live=False)
    await backend.open()
    yield backend
    await backend.close()


@pytest.fixture
def cabinet(embedded: Embedded) -> Cabinet:
    return Cabinet(embedded)
