"""«Архив операций» with a million operations: opening, memory, keys, both ends, search, export.

Everything is a ratio within one run on one machine: a million operations to some thousand, keys to
the yardstick's, a page of the store to the bare statement in `sqlite3`, a search to a page, keys
while a million operations are exported to keys while nothing happens. What a person sees is timed
from outside, on a terminal.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import keys, processes, programs
from benchmarks.environment import fixed
from benchmarks.history import ACCOUNT, lengthen
from benchmarks.registry import Options, Outcome, benchmark
from benchmarks.screen import Screen
from benchmarks.seed import PASSWORD
from benchmarks.terminal import Terminal
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.access import SignIn
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.people import MAIN_PHONE
from mts_tui.backend.services import archive as service
from mts_tui.backend.services.caller import Caller
from mts_tui.backend.store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MANY = 1_000_000
COLUMNS, ROWS = 100, 30
SILENCE = 0.2
PATIENCE = 60.0
MOVES = ("down",) * 60 + ("up",) * 40
CURSOR = b"48;2;46;55;67"
"""The background of the cursor's row, and of nothing else that changes on this page."""
SEARCHES = (
    "985", "звонок 95", "сбп", "8 (956) 1", "исходящий", "нет такого", "12 34", "комп", "+7956",
)  # fmt: skip
RAW = (
    "SELECT seq, at, kind, direction, title, peer, units, amount, balance, bucket FROM operations"
    " WHERE account_id = ? AND seq < ? ORDER BY seq DESC LIMIT 200"
)


@benchmark("archive")
def archive(options: Options) -> Outcome:
    """Measure; most of the time goes into making a million operations."""
    rounds = max(1, options.runs // 3)
    figures: dict[str, Any] = {name: [] for name in ("few", "many", "yardstick", "export")}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        few, many = (_settled(Path(folder) / name) for name in ("few", "many"))
        lengthen(many / "cabinet" / "data" / "operator.db", MANY)
        figures["store"] = asyncio.run(_store(many / "cabinet" / "data"))
        for _ in range(rounds):
            figures["few"].append(_walk(few))
            figures["many"].append(_walk(many))
            figures["yardstick"].append(_yardstick(few))
        figures["export"].append(_export(many))
    return Outcome(markdown=_table(figures), figures=figures)


def _settled(home: Path) -> Path:
    home.mkdir()
    subprocess.run(
        (sys.executable, "-m", "benchmarks.seed", "--no-keyring", str(home / "cabinet")),
        check=True,
        env={**os.environ, **fixed(home)},
    )
    return home


# ------------------------------------------------------------------ the store


async def _store(folder: Path) -> dict[str, list[float]]:
    """Milliseconds of a page and of searches, asked as the screen asks, and of the statement."""
    backend = Embedded.at(folder, live=False)
    await backend.open()
    operations = Cabinet(backend).archive.operations
    signed = await Cabinet(backend).access.sign_in(SignIn(phone=MAIN_PHONE, password=PASSWORD))
    backend.token = signed.token
    await operations(ACCOUNT, 200, text="первый поиск")
    found: dict[str, list[float]] = {"raw": [], "service": [], "page": [], "search": [], "end": []}
    store = SqliteStore(folder / "operator.db")
    store.open()
    caller = Caller("anna", ACCOUNT, "", "", "", 0)
    with closing(sqlite3.connect(folder / "operator.db")) as bare, store.read() as tx:
        bare.row_factory = sqlite3.Row
        for place in range(20_000, MANY, 9_973):
            begun = time.perf_counter()
            bare.execute(RAW, (ACCOUNT, place)).fetchall()
            found["raw"].append(_ms(begun))
            begun = time.perf_counter()
            service.operations(
                tx, caller, ACCOUNT, 200, str(place), None, None, "", "", 0, "newest"
            )
            found["service"].append(_ms(begun))
            found["page"].append(await _timed(lambda at=place: operations(ACCOUNT, 200, str(at))))
            text = SEARCHES[place % len(SEARCHES)]
            found["search"].append(await _timed(lambda it=text: operations(ACCOUNT, 60, text=it)))
            found["end"].append(await _timed(lambda: operations(ACCOUNT, 200, order="oldest")))
    store.close()
    await backend.close()
    return found


async def _timed(ask: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await ask()
    return _ms(begun)


def _ms(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


# ------------------------------------------------------------------ the terminal


class Seat:
    """Somebody before a program on a terminal."""

    def __init__(self, command: tuple[str, ...], home: Path) -> None:
        self.terminal = Terminal(command, fixed(home), COLUMNS, ROWS)
        self._screen = Screen(COLUMNS, ROWS)
        self._next = 0

    @property
    def text(self) -> str:
        for chunk in self.terminal.chunks[self._next :]:
            self._screen.feed(chunk.data)
        self._next = len(self.terminal.chunks)
        return self._screen.text()

    def wait(self, pattern: str, *, gone: bool = False) -> None:
        """Wait until the screen shows something, or no longer shows it."""
        end = self.terminal.now() + PATIENCE
        while bool(re.search(pattern, self.text)) == gone:
            if self.terminal.now() > end or self.terminal.ended:
                raise RuntimeError(f"no {pattern!r} on\n{self.text}")
            self.terminal.read(0.05)

    def rest(self) -> None:
        self.terminal.read_until_silent(SILENCE, PATIENCE)

    def press(self, key: str) -> float | None:
        """Milliseconds from a key to the last byte of what it brought; None where nothing came."""
        while self.terminal.read(0):
            pass
        known, sent = len(self.terminal.chunks), self.terminal.now()
        self.terminal.send(keys.encode(key))
        self.terminal.read_until_silent(SILENCE, PATIENCE)
        answer = self.terminal.chunks[known:]
        return (answer[-1].at - sent) * 1000 if answer else None

    def until(self, key: str, pattern: str, *, gone: bool = False) -> float:
        """Milliseconds from a key to a screen that shows what it is for."""
        sent = self.terminal.now()
        self.terminal.send(keys.encode(key))
        self.wait(pattern, gone=gone)
        return (self.terminal.chunks[-1].at - sent) * 1000

    def leave(self) -> None:
        self.terminal.send(keys.encode("ctrl+q"))
        self.terminal.close(3.0)


def _sit_down(home: Path) -> Seat:
    command = (sys.executable, "-m", "benchmarks.apps.cabinet", str(home / "cabinet"))
    seat = Seat(command, home)
    seat.wait("Доступно")
    seat.rest()
    return seat


def _walk(home: Path) -> dict[str, Any]:
    """Open the archive, move, go to both ends, look at the memory."""
    seat = _sit_down(home)
    try:
        found: dict[str, Any] = {"open": seat.until("6", r"операци\w* · потрачено")}
        seat.rest()
        found["keys"] = [seat.press(key) for key in MOVES]
        found["page"] = [seat.press("pagedown") for _ in range(30)]
        found["end"] = [seat.press(key) for key in ("end", "home") * 5]
        for _ in range(40):
            seat.press("pagedown")
        found["peak"] = processes.peak_mib(seat.terminal.pid)
    finally:
        seat.leave()
    return found


def _yardstick(home: Path) -> list[float | None]:
    seat = Seat(programs.yardstick().command, home)
    try:
        seat.wait("Operation number 0")
        seat.rest()
        return [seat.press(key) for key in MOVES]
    finally:
        seat.leave()


def _export(home: Path) -> dict[str, Any]:
    """Move in the list: at rest, and while a million rows are written."""
    seat = _sit_down(home)
    try:
        seat.until("6", r"операци\w* · потрачено")
        seat.rest()
        idle = [_move(seat, place) for place in range(60)]
        for key in ("home", "e", "enter"):
            seat.press(key)
        begun = seat.terminal.now()
        seat.terminal.send(keys.encode("enter"))
        seat.wait("Выгружаем")
        seat.wait("Сохранить|Выгрузить:", gone=True)
        busy: list[float] = []
        while "в файле" not in seat.text:
            busy.append(_move(seat, len(busy)))
        seconds = seat.terminal.now() - begun
        sizes = [one.stat().st_size for one in home.glob("**/operations-*.csv")]
    finally:
        seat.leave()
    return {"idle": idle, "busy": busy, "seconds": seconds, "bytes": sizes}


def _move(seat: Seat, place: int) -> float:
    """Milliseconds from a key to the first byte of the row that it brings the cursor to.

    While a line tells how far the export is, bytes come by themselves: the cursor's row is known
    by its background, which nothing else changes.
    """
    seat.terminal.read_until_silent(0.02, 0.1)
    known, sent = len(seat.terminal.chunks), seat.terminal.now()
    seat.terminal.send(keys.encode("down" if place % 20 < 10 else "up"))
    while seat.terminal.now() - sent < PATIENCE and not seat.terminal.ended:
        seat.terminal.read(0.05)
        for chunk in seat.terminal.chunks[known:]:
            if CURSOR in chunk.data:
                return (chunk.at - sent) * 1000
    raise RuntimeError(f"no cursor on\n{seat.text}")


# ------------------------------------------------------------------ the answer


def _answered(values: list[float | None]) -> list[float]:
    """The keys that brought something. One that is late counts for the next, so they are told."""
    return [value for value in values if value is not None]


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _table(figures: dict[str, Any]) -> str:
    def all_of(name: str, figure: str) -> list[float | None]:
        values = [run[figure] for run in figures[name]]
        return [value for one in values for value in (one if isinstance(one, list) else [one])]

    def of(name: str, figure: str) -> float:
        return statistics.median(_answered(all_of(name, figure)))

    store, export = figures["store"], figures["export"][0]
    page = statistics.median(store["page"])
    pressed = [value for run in figures["yardstick"] for value in run]
    yard = statistics.median(_answered(pressed))
    pressed += all_of("few", "keys") + all_of("many", "keys")
    silent = len(pressed) - len(_answered(pressed))
    idle, busy = _quantile(export["idle"], 0.99), _quantile(export["busy"], 0.99)
    lines = [
        ("opening, a million : thousands", of("many", "open") / of("few", "open"), 1.2),
        ("memory, a million : thousands", of("many", "peak") / of("few", "peak"), 1.15),
        ("key → paint p50 : the yardstick's", of("many", "keys") / yard, 1.0),
        ("to an end of a million : a page", of("many", "end") / of("many", "page"), 3.0),
        (
            "a page of the store : bare sqlite3",
            statistics.median(store["service"]) / statistics.median(store["raw"]),
            2.0,
        ),
        ("search p95 : a page", _quantile(store["search"], 0.95) / page, 10.0),
        ("exporting, key → paint p99 : at rest", busy / idle, 5.0),
    ]
    rows = [f"| {name} | {value:.2f} | ≤ {most:g} |" for name, value, most in lines]
    rows.append(f"| exporting, key → paint p99, ms | {busy:.0f} | ≤ 50 |")
    told = (
        f"\n\nOpening {of('many', 'open'):.0f} ms, peak {of('many', 'peak'):.0f} MiB, a key"
        f" {of('many', 'keys'):.1f} ms, a page {page:.2f} ms, search p95"
        f" {_quantile(store['search'], 0.95):.2f} ms; a million rows to CSV in"
        f" {export['seconds']:.0f} s. Keys without an answer: {silent} of {len(pressed)}."
    )
    return "| figure | reached | goal |\n|---|---|---|\n" + "\n".join(rows) + told
