"""Kill -9 at any moment: the store opens at once, sound; nothing told is lost, nothing doubled."""

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.store import SqliteStore
from tests.backend.desk import Clock, Window, rows

from . import town
from .victim import OPERATIONS, Begun, Told, told_of

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("SAFETY_SEED", "2026"))
KILLS = int(os.environ.get("SAFETY_KILLS", "200"))
PATIENCE = 30.0
STARTS_IN = 1.0
"""Seconds in which a store opens after a kill."""
ONE_PAYMENT = frozenset({"payments.top_up", "transfers.transfer", "transfers.purchase"})

log = logging.getLogger(__name__)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")


class Word(msgspec.Struct, omit_defaults=True):
    """A line of a victim."""

    pid: int | None = None
    begun: Begun | None = None
    told: Told | None = None
    ended: int | None = None


class Mother:
    """The process that bears victims."""

    def __init__(self) -> None:
        environment = {name: text for name, text in os.environ.items() if name != "PYTHONWARNINGS"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.safety.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            bufsize=0,
        )
        self._rest = b""

    def bear(self, number: int, now: datetime, path: Path) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number} {SEED} {now.isoformat()} {path}\n".encode())
        (word,) = self._hear(1)
        assert word.pid is not None
        return word.pid

    def hear_until_killed(self, pid: int, rng: Random) -> list[Word]:
        """Let a victim say some lines and a moment pass, kill it, and hear what it still said."""
        heard = self._hear(rng.randint(0, 25))
        select.select([], [], [], rng.random() * 0.004)
        os.kill(pid, signal.SIGKILL)
        while not heard or heard[-1].ended is None:
            heard += self._hear(1)
        assert heard[-1].ended == signal.SIGKILL, heard[-1]
        return heard

    def _hear(self, lines: int) -> list[Word]:
        assert self._process.stdout is not None
        heard: list[Word] = []
        while len(heard) < lines:
            line, end, rest = self._rest.partition(b"\n")
            if end:
                self._rest = rest
                heard.append(msgspec.json.decode(line, type=Word))
                continue
            assert select.select([self._process.stdout], [], [], PATIENCE)[0], "it is silent"
            more = self._process.stdout.read(65536)
            assert more, "it has ended"
            self._rest += more
        return heard

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def mother() -> Iterator[Mother]:
    made = Mother()
    yield made
    made.end()


def repeat(window: Window, begun: Begun) -> Told:
    """Give a command again, with its key."""
    endpoint = OPERATIONS[begun.operation]
    try:
        answer = window.dispatcher.answer(
            endpoint, begun.arguments, token=window.token, key=begun.key
        )
    except CabinetError as error:
        if error.code == CabinetError.code:
            raise  # A defect: it has no sentence.
        return told_of(begun.key, error)
    return told_of(begun.key, answer)


@pytest.mark.timeout(max(300, KILLS * 2))
def test_nothing_told_is_lost_by_a_kill_and_nothing_doubled(mother: Mother, tmp_path: Path) -> None:
    rng = Random(f"{SEED}:kills")
    path, clock = tmp_path / "operator.db", Clock()
    with contextlib.closing(SqliteStore(path, clock, Random(1))) as store:
        store.open()
        with store.write() as tx:
            town.found(tx)
    paid: set[str] = set()
    in_doubt = told = 0
    for kill in range(KILLS):
        words = mother.hear_until_killed(mother.bear(kill, clock.now, path), rng)
        begun = [word.begun for word in words if word.begun is not None]
        answers = {word.told.key: word.told for word in words if word.told is not None}
        told += len(answers)
        if begun:
            clock.now = begun[-1].now
        store = SqliteStore(path, clock, Random(f"{kill}:again"))
        started = time.monotonic()
        store.open()
        assert time.monotonic() - started < STARTS_IN
        with contextlib.closing(store):
            where = f"kill {kill} of seed {SEED}"
            assert store.sound() == [], where
            assert town.faults(store) == [], where
            assert lost(store, answers) == [], where
            if begun:
                last = begun[-1]
                window = town.window(store)
                again = repeat(window, last)
                if last.key in answers and not answers[last.key].error:
                    assert again == answers[last.key], where
                else:
                    in_doubt += last.key not in answers
                    answers[last.key] = again
                known = town.content(store)
                assert again.error or repeat(window, last) == again, where
                assert again.error or town.content(store) == known, where
            paid |= {
                msgspec.json.decode(answers[one.key].answer)["id"]
                for one in begun
                if one.operation in ONE_PAYMENT and not answers[one.key].error
            }
            assert payments_of(store) == paid, where
            assert town.faults(store) == [], where
    log.info("%s kills, %s commands told, %s in doubt", KILLS, told, in_doubt)
    assert in_doubt > KILLS // 20


def lost(store: SqliteStore, answers: dict[str, Told]) -> list[str]:
    """Keys whose answer was told and is not known any more."""
    with store.read() as tx:
        found = {
            row["key"]: msgspec.json.decode(row["answer"])
            for row in rows(tx, "SELECT key, answer FROM idempotency")
        }
    wrong = []
    for key, told in answers.items():
        kept: Any = found.get(key, {})
        if not told.error and kept.get("answer") != msgspec.json.decode(told.answer):
            wrong.append(key)
    return wrong


def payments_of(store: SqliteStore) -> set[str]:
    with store.read() as tx:
        return {row["id"] for row in rows(tx, "SELECT id FROM payments")}
