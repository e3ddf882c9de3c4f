"""Stores in folders of their own, a settled demo, and windows to it."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from mts_tui import __version__
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.life import Life
from mts_tui.backend.operator.people import put_catalogue, settle
from mts_tui.backend.store import SqliteStore

from .desk import Clock, Window

SEED = 2026


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    """An empty store, its schema made."""
    empty = SqliteStore(tmp_path / "empty.db", clock, Random(1))
    empty.open()
    yield empty
    empty.close()


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


@pytest.fixture
def demo_file(settled_file: Path, tmp_path: Path) -> Path:
    """A copy of the settled demo's file."""
    path = tmp_path / "operator.db"
    shutil.copyfile(settled_file, path)
    return path


@pytest.fixture
def demo(demo_file: Path, clock: Clock) -> Iterator[SqliteStore]:
    """The settled demo, opened."""
    opened = SqliteStore(demo_file, clock, Random(3))
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def open_window(demo: SqliteStore) -> Callable[[], Window]:
    """Makes windows to the settled demo."""
    return lambda: Window(demo)


@pytest.fixture
def window(demo: SqliteStore) -> Window:
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
    monkeypatch.setattr(Life, "_run", lambda _life: None)
    backend = Embedded(SqliteStore(demo_file, clock, Random(4)), live=False)
    await backend.open()
    yield backend
    await backend.close()


@pytest.fixture
def cabinet(embedded: Embedded) -> Cabinet:
    return Cabinet(embedded)
