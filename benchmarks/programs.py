"""The programs that are measured: the commands, what says that they are ready, and the keys.

Everything the figures of this project's own program depend on is in `cabinet`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import session_bus

APPS = Path(__file__).parent / "apps"
KEYS = ("down",) * 6 + ("up",) * 2

EMPTY = "empty"
YARDSTICK = "yardstick"

Prepare = Callable[[Path], AbstractContextManager[Mapping[str, str]]]


def _nothing_missing() -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A full-screen program and how it is driven.

    Args:
        name: What the tables call it.
        command: The program and its arguments. "{home}" becomes its temporary home folder, the
            same for all runs, so that the discarded first run makes its files and caches.
        ready: A regular expression for the screen's text once the data is there; none: the first
            frame is all there is.
        setup: Keys sent before anything is measured, each after the screen fell silent.
        keys: Keys that are measured one by one.
        quit: Keys that end the program.
        environment: Variables besides the fixed ones.
        prepare: Entered once before all rounds with the home folder, left after them; gives
            variables for every run. It is the place for a server, a seeded folder, a keyring.
        missing: Says why the program cannot be measured here, or nothing.
        settle: Seconds the program has to become ready and silent.
    """

    name: str
    command: tuple[str, ...]
    ready: str = ""
    setup: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    quit: tuple[str, ...] = ("ctrl+q",)
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Prepare | None = None
    missing: Callable[[], str] = _nothing_missing
    settle: float = 20.0


def empty() -> Program:
    """The limit: nothing but Textual."""
    return Program(name=EMPTY, command=(sys.executable, str(APPS / "empty.py")))


def yardstick() -> Program:
    """A table of 1,000 rows with a header and a footer: 1.00 in every ratio."""
    return Program(
        name=YARDSTICK,
        command=(sys.executable, str(APPS / "table.py")),
        ready="Operation number 0",
        keys=KEYS,
    )


def cabinet(*, keyring: bool = False) -> Program:
    """This project's program in its demo.

    Args:
        keyring: Run it on a session bus with an unlocked keyring, as on a desktop.
    """
    return Program(
        name="mts-tui with keyring" if keyring else "mts-tui",
        command=(sys.executable, "-m", "mts_tui", "--at", "{home}/cabinet", "--still", "demo"),
        ready=r"Доступно .*(.|\n)*Входящий" if keyring else "Это демо",
        keys=KEYS if keyring else tuple("98537012"),
        prepare=_signed_in if keyring else None,
        missing=session_bus.missing if keyring else _nothing_missing,
    )


@contextmanager
def _signed_in(home: Path) -> Iterator[Mapping[str, str]]:
    """A session bus with an unlocked keyring, and in it the password of the demo's person."""
    with session_bus.unlocked_keyring(home) as environment:
        command = (sys.executable, "-m", "benchmarks.seed", str(home / "cabinet"))
        subprocess.run(command, check=True, env={**os.environ, **environment})
        yield environment


def known() -> tuple[Program, ...]:
    """All programs of a round, in the order they run in."""
    return (empty(), yardstick(), cabinet(), cabinet(keyring=True))
