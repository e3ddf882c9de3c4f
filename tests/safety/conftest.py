"""Small towns on both engines."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from mts_tui.backend.store import SqliteStore, Store
from tests.backend.conftest import clock, engine, server
from tests.backend.desk import Clock

from . import town

__all__ = ["clock", "engine", "server"]


@pytest.fixture
def quick_place() -> Iterator[Path]:
    """A folder in memory where there is one: flushing costs nothing there."""
    quick = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=quick if os.access(quick, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def open_town(
    engine: str, clock: Clock, quick_place: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Store]]:
    """Opens stores of one town, as many processes have it."""
    opened: list[Store] = []
    make: Callable[[Random], Store]
    if engine == "sqlite":

        def make(random: Random) -> Store:
            return SqliteStore(quick_place / "operator.db", clock, random)

        name = ""
    else:
        from mts_tui.backend.store.postgres import PostgresStore

        running = request.getfixturevalue("server")
        name = running.new_database()

        def make(random: Random) -> Store:
            return PostgresStore(running.url(name), clock, random)

    def opening() -> Store:
        store = make(Random(len(opened)))
        store.open()
        if not opened:
            with store.write() as tx:
                town.found(tx)
        opened.append(store)
        return store

    yield opening
    for store in opened:
        store.close()
    if name:
        running.drop_database(name)
