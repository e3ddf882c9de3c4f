"""A process that spends money until it is killed, and one that bears such processes quickly.

`python -m tests.safety.victim` reads lines `number seed now path` and lets a child of its own spend
from the store there. On the output, a line for each thing that happens, each written at once:
`{"pid": …}`, `{"begun": …}` before a command, `{"told": …}` after its answer, `{"ended": …}`.
"""

import os
import sys
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from mts_tui.backend.contract import endpoints
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.store import SqliteStore
from tests.backend.desk import Clock

from . import town
from .errands import Shopper, do, use

OPERATIONS = {endpoint.id: endpoint for endpoint in endpoints()}


class Begun(msgspec.Struct):
    """A command, so that it can be given again."""

    key: str
    operation: str
    arguments: dict[str, Any]
    now: datetime


class Told(msgspec.Struct):
    """Its answer as JSON, or the code of the error."""

    key: str
    answer: msgspec.Raw
    error: str


def say(**words: Any) -> None:
    """One line, written at once."""
    os.write(1, msgspec.json.encode(words) + b"\n")


def spend(number: int, seed: int, now: datetime, path: Path) -> None:
    """Give commands until the end comes."""
    rng, clock = Random(f"{seed}:{number}"), Clock(now)
    store = SqliteStore(path, clock, Random(f"{seed}:{number}:ids"))
    store.open()
    window = town.window(store)
    shopper = Shopper(window, rng)
    for place in range(10**6):
        clock.move(seconds=rng.choice((1, 5, 30)))
        if rng.random() < 0.2:
            use(store, town.ANNA, rng.randrange(1, 3600))
            town.live_one(store)
        errand = shopper.next()
        key = f"{number}-{place}"
        endpoint = errand.endpoint
        arguments = endpoint.bind(errand.arguments, {})
        say(begun=Begun(key, endpoint.id, arguments, clock.now))
        say(told=told_of(key, do(window, errand, key)))


def told_of(key: str, answer: Any) -> Told:
    """What is told of an answer."""
    if isinstance(answer, CabinetError):
        return Told(key, msgspec.Raw(b"null"), answer.code)
    return Told(key, msgspec.Raw(msgspec.json.encode(answer)), "")


def main() -> None:
    """Bear a child for each line."""
    for line in sys.stdin:
        number, seed, now, path = line.rstrip("\n").split(" ", 3)
        pid = os.fork()
        if pid == 0:
            say(pid=os.getpid())
            spend(int(number), int(seed), datetime.fromisoformat(now), Path(path))
        _, status = os.waitpid(pid, 0)
        say(ended=status)


if __name__ == "__main__":
    main()
