"""`client`: the program with a server on this machine, next to itself with the operator inside.

The same person, the same page, the same keys: End asks for the next part of the history each time,
and a key is answered when the last byte of the new rows is painted. Both keep their data in SQLite.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.harness import Settings
from benchmarks.programs import Program
from benchmarks.registry import Options, Outcome, benchmark
from benchmarks.rounds import alternate
from benchmarks.seed import PASSWORD
from mts_tui.backend.operator.people import MAIN_PHONE

from .figures import Figure, Sheet, numbers
from .load import HOST
from .processes import free_port, served

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchmarks.programs import Prepare

INSIDE, SERVER = "operator inside", "server on loopback"
TIMES = 3.0
SIGN_IN = (MAIN_PHONE.removeprefix("+7"), "tab", PASSWORD, "enter")
READY = "Пароль"
PAGES = ("end",) * 8
"""Each asks for 200 more rows."""


def programs() -> tuple[Program, ...]:
    """The program both ways."""
    port = free_port()
    command = (sys.executable, "-m", "mts_tui", "--at", "{home}/cabinet", "--still")
    remote = ("--server", f"http://{HOST}:{port}")

    @contextmanager
    def settled(home: Path) -> Iterator[Mapping[str, str]]:
        _seed(home)
        yield {}

    @contextmanager
    def serving(home: Path) -> Iterator[Mapping[str, str]]:
        database = str(_seed(home))
        with served(home / "server", database, "--demo", port=port):
            yield {}

    return (
        _program(INSIDE, (*command, "demo"), settled),
        _program(SERVER, (*command, *remote), serving),
    )


def _program(name: str, command: tuple[str, ...], prepare: Prepare) -> Program:
    return Program(
        name=name, command=command, ready=READY, setup=SIGN_IN, keys=PAGES, prepare=prepare
    )


def _seed(home: Path) -> Path:
    """Settle the demo and give its main person a password; the data's file."""
    folder = home / "cabinet"
    command = (sys.executable, "-m", "benchmarks.seed", "--no-keyring", str(folder))
    subprocess.run(command, check=True)
    return next(folder.rglob("operator.db"))


@benchmark("client")
def client(options: Options) -> Outcome:
    """Measure keys whose answer the operator gives, by turns."""
    results = alternate(programs(), options.runs, Settings(key_silence=0.3))
    sheet = Sheet()
    for figure, label in (("key_last", "key → rows painted"), ("key_first", "key → first byte")):
        both = {
            name: [getattr(run, figure) for run in results.runs.get(name, [])]
            for name in (INSIDE, SERVER)
        }
        sheet.figures.append(
            Figure(
                label=f"{label}, {SERVER} ÷ {INSIDE}",
                values=results.ratios(SERVER, INSIDE, figure),
                most=TIMES,
                raw=", ".join(
                    numbers(f"{name}, ms", [*filter(None, both[name])], 1) for name in both
                ),
            )
        )
    sheet.notes += [f"{name}: skipped, {why}" for name, why in results.skipped.items()]
    return sheet.outcome()
