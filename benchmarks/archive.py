"""«Архив операций» with a million operations: opening, memory, keys, both ends, search, export.

Everything is a ratio within one run on one machine: a million operations to some thousand, keys to
the yardstick's, a page of the store to the bare statement in `sqlite3`, a search to a page, keys
while a million operations are exported to keys before and after. What a person sees is timed from
outside, on a terminal. The programs that are compared stand side by side and take turns, key by
key, so that a slow second of the machine hits them alike; a figure is the median of the rounds, and
its range says how far to trust it.
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
OPENINGS = 8
RESTING = 150
"""Moves before an export, and after it."""
TOTALS = r"операци\w* · потрачено"
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
    rounds = max(3, options.runs // 3)
    figures: dict[str, Any] = {"rounds": [], "exports": []}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        few, many = (settled(Path(folder) / name) for name in ("few", "many"))
        lengthen(many / "cabinet" / "data" / "operator.db", MANY)
        figures["store"] = asyncio.run(_store(many / "cabinet" / "data"))
        for _ in range(rounds):
            figures["rounds"].append(_round(few, many))
        for _ in range(rounds):
            figures["exports"].append(_export(many))
    return Outcome(markdown=_table(figures), figures=figures)


def settled(home: Path) -> Path:
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


def sit_down(home: Path) -> Seat:
    command = (sys.executable, "-m", "benchmarks.apps.cabinet", str(home / "cabinet"))
    seat = Seat(command, home)
    seat.wait("Доступно")
    seat.rest()
    return seat


def _round(few: Path, many: Path) -> dict[str, Any]:
    """Open the archives, move, go to both ends of the long one, look at the memory."""
    seats = {"few": sit_down(few), "many": sit_down(many)}
    found: dict[str, Any] = {}
    try:
        seats["yardstick"] = yardstick = Seat(programs.yardstick().command, few)
        yardstick.wait("Operation number 0")
        yardstick.rest()
        found["open"] = {name: [] for name in ("few", "many")}
        for _ in range(OPENINGS):
            for name, values in found["open"].items():
                seats[name].press("2")
                values.append(seats[name].until("6", TOTALS))
                seats[name].rest()
        found["keys"] = {name: [] for name in seats}
        for key in MOVES:
            for name, seat in seats.items():
                found["keys"][name].append(seat.press(key))
        found["page"], found["end"] = [], []
        for place in range(20):
            found["page"] += [seats["many"].press("pagedown") for _ in range(2)]
            found["end"].append(seats["many"].press("home" if place % 2 else "end"))
        found["peak"] = {
            name: processes.peak_mib(seats[name].terminal.pid) for name in ("few", "many")
        }
    finally:
        for seat in seats.values():
            seat.leave()
    return found


def _export(home: Path) -> dict[str, Any]:
    """Move in the list: at rest, and while a million rows are written."""
    seat = sit_down(home)
    try:
        seat.until("6", TOTALS)
        seat.rest()
        idle = [move(seat, place) for place in range(RESTING)]
        for key in ("home", "e", "enter"):
            seat.press(key)
        seat.terminal.read_until_silent(1.0, PATIENCE)  # Until the path has the focus for sure.
        begun = seat.terminal.now()
        seat.until("enter", "Выгружаем")
        busy: list[float] = []
        while "в файле" not in seat.text:
            busy.append(move(seat, len(busy)))
        seconds = seat.terminal.now() - begun
        seat.rest()
        idle += [move(seat, place) for place in range(RESTING)]
        (file,) = home.glob("**/operations-*.csv")
        size = file.stat().st_size
        file.unlink()
    finally:
        seat.leave()
    return {"idle": idle, "busy": busy, "seconds": seconds, "bytes": size}


def move(seat: Seat, place: int) -> float:
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


def _median(values: list[float | None]) -> float:
    """Of the keys that brought something: one that is late counts for the next."""
    return statistics.median(value for value in values if value is not None)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _row(name: str, values: list[float], most: float, form: str = ".2f") -> str:
    told = f"{statistics.median(values):{form}}"
    if len(values) > 1:
        told += f" ({min(values):{form}}…{max(values):{form}})"
    return f"| {name} | {told} | ≤ {most:g} |"


def _table(figures: dict[str, Any]) -> str:
    rounds, exports, store = figures["rounds"], figures["exports"], figures["store"]

    def by(figure: str, name: str, base: str) -> list[float]:
        return [_median(one[figure][name]) / _median(one[figure][base]) for one in rounds]

    page = statistics.median(store["page"])
    raw = statistics.median(store["raw"])
    search = quantile(store["search"], 0.95)
    busy = [quantile(one["busy"], 0.99) for one in exports]
    calm = [quantile(one["idle"], 0.99) for one in exports]
    peaks = [one["peak"] for one in rounds]
    rows = [
        _row("opening, a million : thousands", by("open", "many", "few"), 1.2),
        _row("memory, a million : thousands", [one["many"] / one["few"] for one in peaks], 1.15),
        _row("key → paint p50 : the yardstick's", by("keys", "many", "yardstick"), 1.0),
        _row(
            "to an end of a million : a page",
            [_median(one["end"]) / _median(one["page"]) for one in rounds],
            3.0,
        ),
        _row(
            "a page of the store : bare sqlite3", [statistics.median(store["service"]) / raw], 2.0
        ),
        _row("search p95 : a page", [search / page], 10.0),
        _row(
            "exporting, key → paint p99 : at rest",
            [one / other for one, other in zip(busy, calm, strict=True)],
            5.0,
        ),
        _row("exporting, key → paint p99, ms", busy, 50.0, ".0f"),
    ]

    def of(figure: str, name: str) -> float:
        return statistics.median(_median(one[figure][name]) for one in rounds)

    pressed = [value for one in rounds for values in one["keys"].values() for value in values]
    peak = statistics.median(one["many"] for one in peaks)
    seconds = statistics.median(one["seconds"] for one in exports)
    told = (
        f"\n\nMedian of {len(rounds)} rounds (range). Opening {of('open', 'many'):.0f} ms, peak"
        f" {peak:.0f} MiB, a key {of('keys', 'many'):.1f} ms, a page {page:.2f} ms, search p95"
        f" {search:.2f} ms; a million rows to CSV in {seconds:.0f} s. Keys without an answer:"
        f" {pressed.count(None)} of {len(pressed)}."
    )
    return "| figure | reached | goal |\n|---|---|---|\n" + "\n".join(rows) + told
