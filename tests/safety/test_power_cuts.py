"""Whoever was told that their payment is done finds it done after a power cut; see `power`.

After each cut the store is, row for row, what it was before the command that was cut or after it;
after one that was acknowledged, what it was after it.
"""

import contextlib
import logging
import os
import shutil
import sqlite3
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from mts_tui.backend.store import SqliteStore
from tests.backend.desk import NOW, Clock

from . import town
from .errands import Shopper, do, use
from .power import CarelessStore, Disk, PoweredStore, restore

log = logging.getLogger(__name__)
SEED = int(os.environ.get("SAFETY_SEED", "2026"))
CUTS = int(os.environ.get("SAFETY_CUTS", "500"))
COMMANDS_BETWEEN_STARTS = 150
"""Enough for the log to be brought into the file once or twice meanwhile."""
WATCHED = 0.3
"""The share of commands during which the power is cut."""


class Photo(NamedTuple):
    """What a cut would leave, and how much was acknowledged then."""

    left: dict[str, bytes]
    told: bool
    """Whether the command was acknowledged by then."""


class Photographer:
    """Takes photos of a disk at random moments of what happens to it."""

    def __init__(self, disk: Disk, rng: Random) -> None:
        self._disk, self._rng = disk, rng
        self._at = 0
        self.photos: list[Photo] = []
        self._choose()

    def ready(self) -> None:
        self._disk.watch = self._look

    def _choose(self) -> None:
        self._at = self._disk.happened + self._rng.randint(1, 40)

    def _look(self) -> None:
        rare = self._disk.in_file and self._rng.random() < 0.1
        if rare or self._disk.happened >= self._at:
            self.photos.append(Photo(self._disk.cut(), told=False))
            self._choose()

    def acknowledged(self) -> None:
        self._disk.watch = None
        if self._rng.random() < 0.4:
            self.photos.append(Photo(self._disk.cut(), told=True))


def opened(folder: Path, clock: Clock) -> SqliteStore:
    """What is left, opened by an ordinary program; sound, or this fails."""
    with contextlib.closing(sqlite3.connect(folder / "operator.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    store = SqliteStore(folder / "operator.db", clock, Random(9))
    store.open()
    return store


def looked_at(photo: Photo, folder: Path, clock: Clock) -> str:
    """The content of a store after a cut. Its money must be right."""
    store = opened(restore(photo.left, folder), clock)
    with contextlib.closing(store):
        assert town.faults(store) == []
        content = town.content(store)
    shutil.rmtree(folder)
    return content


@pytest.mark.timeout(max(300, CUTS))
def test_the_store_survives_cuts_while_money_moves(quick_place: Path) -> None:
    rng = Random(f"{SEED}:cuts")
    clock = Clock()
    disk = Disk(quick_place / "first", SEED)
    store = PoweredStore(disk, clock, Random(1))
    store.open()
    with store.write() as tx:
        town.found(tx)
    cuts = done = starts = 0
    while cuts < CUTS:
        photographer = Photographer(disk, rng)
        shopper = Shopper(town.window(store), rng)
        for _ in range(COMMANDS_BETWEEN_STARTS):
            done += 1
            clock.move(seconds=rng.choice((2, 20, 200)))
            if rng.random() > WATCHED:
                _step(store, shopper, rng, f"key-{done}")
                continue
            before = town.content(store)
            photographer.ready()
            _step(store, shopper, rng, f"key-{done}")
            photographer.acknowledged()
            after = town.content(store)
            for photo in photographer.photos:
                content = looked_at(photo, quick_place / f"cut-{cuts}", clock)
                allowed = {after} if photo.told else {before, after}
                assert content in allowed, f"cut {cuts} of seed {SEED}: told {photo.told}"
                cuts += 1
            photographer.photos.clear()
        # The power is really cut now: the program begins again on what is left.
        known = town.content(store)
        left = disk.cut()
        store.die()
        starts += 1
        disk = Disk(restore(left, quick_place / f"start-{starts}"), SEED + starts)
        store = PoweredStore(disk, clock, Random(1 + starts))
        store.open()
        assert town.content(store) == known
    store.die()
    assert starts > 0
    log.info("%s cuts, %s starts, %s commands", cuts, starts, done)


def _step(store: PoweredStore, shopper: Shopper, rng: Random, key: str) -> Any:
    """One transaction of its own: a command, a call, or what has fallen due."""
    what = rng.random()
    if what < 0.15:
        return use(store, town.ANNA, rng.randrange(1, 3600))
    if what < 0.3:
        return town.live_one(store)
    return do(town.window(store), shopper.next(), key)


def test_a_store_that_is_being_made_survives_cuts(quick_place: Path) -> None:
    """What is left opens, empty or whole: the next start goes on where this one was cut."""
    rng = Random(f"{SEED}:births")
    clock = Clock()
    disk = Disk(quick_place / "birth", SEED)
    photos: list[dict[str, bytes]] = []

    def look() -> None:
        if rng.random() < 0.3:
            photos.append(disk.cut())

    disk.watch = look
    store = PoweredStore(disk, clock, Random(1))
    store.open()
    store.close()
    assert len(photos) > 50
    for number, left in enumerate(photos):
        folder = restore(left, quick_place / f"birth-{number}")
        newborn = SqliteStore(folder / "operator.db", Clock(NOW), Random(1))
        with contextlib.closing(newborn):
            newborn.open()
            assert newborn.sound() == []
            with newborn.write() as tx:
                town.found(tx)


def test_cuts_are_felt_without_flushing(quick_place: Path) -> None:
    """The disk is not blind: what is not flushed is lost, though nothing breaks."""
    rng = Random(f"{SEED}:careless")
    clock = Clock()
    disk = Disk(quick_place / "careless", SEED)
    store = CarelessStore(disk, clock, Random(1))
    store.open()
    with store.write() as tx:
        town.found(tx)
    window = town.window(store)
    shopper = Shopper(window, rng)
    lost = 0
    for number in range(40):
        clock.move(seconds=20)
        do(window, shopper.next(), f"key-{number}")
        photo = Photo(disk.cut(), told=True)
        try:
            lost += looked_at(photo, quick_place / f"cut-{number}", clock) != town.content(store)
        except sqlite3.OperationalError:
            lost += 1  # Not even the schema was there yet.
    store.die()
    assert lost > 0
    log.info("%s of 40 acknowledged commands lost", lost)
