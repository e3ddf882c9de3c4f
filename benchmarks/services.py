"""«Услуги» and «Подбор тарифа» on a terminal: a long list, and keys while tariffs are counted.

A list of 80 options opens in a time that is compared with that of a list of ten. «Подбор тарифа»
rates 20,000 records for every tariff; meanwhile keys are answered, and compared with keys at rest.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
import statistics
import sys
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from benchmarks.archive import Seat, move, quantile, settled
from benchmarks.registry import Options, Outcome, benchmark
from mts_tui.backend.operator import catalogue
from mts_tui.backend.operator.people import LINES

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW, MANY = 10, 80
OPENED = 9
"""How often a list is opened; the first time, which loads its module, is left out."""
RECORDS = 20_000
AHEAD, ROOM = 1_000_000_000, 100
LINE, ZONE = LINES[0], ZoneInfo("Europe/Moscow")


@benchmark("options")
def options(options: Options) -> Outcome:
    """Open a list of few and a list of many, in turns."""
    found: dict[int, list[float]] = {FEW: [], MANY: []}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        homes = {count: settled(Path(folder) / str(count)) for count in found}
        for count, home in homes.items():
            offer(_store_of(home), count)
        for _ in range(max(1, options.runs // 3)):
            for count, home in homes.items():
                found[count] += _open(home, count)
    few, many = (statistics.median(found[count]) for count in (FEW, MANY))
    markdown = (
        "| figure | reached | goal |\n|---|---|---|\n"
        f"| opening, {MANY} options : {FEW} | {many / few:.2f} | ≤ 1.5 |\n\n"
        f"Opening {many:.0f} ms and {few:.0f} ms."
    )
    return Outcome(markdown=markdown, figures={str(count): times for count, times in found.items()})


@benchmark("fitting")
def fitting(options: Options) -> Outcome:
    """Move in the list while every tariff is counted, and at rest."""
    busy: list[float] = []
    idle: list[float] = []
    seconds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        home = settled(Path(folder) / "fitting")
        records = use_much(_store_of(home), RECORDS)
        for _ in range(max(1, options.runs // 3)):
            seat = _sit_down(home, "fitting")
            try:
                begun = seat.terminal.now()
                seat.until("f10", r"1 из \d+")
                places = itertools.count()
                while not _nearly_done(seat.text):
                    busy.append(move(seat, next(places)))
                seat.wait("Сначала выгодные")
                seconds.append(seat.terminal.now() - begun)
                seat.rest()
                seat.press("home")
                idle += [move(seat, place) for place in range(60)]
            finally:
                seat.leave()
    slow, rest = (quantile(values, 0.99) for values in (busy, idle))
    markdown = (
        "| figure | reached | goal |\n|---|---|---|\n"
        f"| counting, key → paint p99, ms | {slow:.0f} | ≤ 50 |\n"
        f"| the same, median | {statistics.median(busy):.0f} | ≤ 25 |\n\n"
        f"At rest p99 {rest:.0f} ms. {records:,} records on every tariff in"
        f" {statistics.median(seconds):.1f} s."
    )
    figures = {"busy": busy, "idle": idle, "seconds": seconds, "records": records}
    return Outcome(markdown=markdown, figures=figures)


def offer(path: Path, count: int) -> None:
    """Let the demo's main account be offered just so many options.

    Args:
        path: The store's file; nobody else has it open.
        count: How many.
    """
    known = catalogue.load()
    offered = known.options_for(known.tariffs[LINE.tariff])
    with closing(sqlite3.connect(path)) as store:
        store.executemany(
            "UPDATE options SET country = '' WHERE id = ?", [(one.id,) for one in offered[count:]]
        )
        store.executemany(
            "INSERT INTO options (id, title, country, body, position) VALUES (?, ?, 'RU', ?, ?)",
            _more(offered, count - len(offered)),
        )
        store.commit()


def _more(
    offered: list[catalogue.Option], count: int
) -> Iterator[tuple[str, str, bytes | str, int]]:
    for place in range(count):
        like = offered[place % len(offered)]
        title = f"{like.title}, ещё {place + 1}"
        one = msgspec.structs.replace(like, id=f"more-{place}", title=title, requires=())
        yield one.id, title, msgspec.json.encode(one).decode(), 1_000 + place


def use_much(path: Path, count: int) -> int:
    """Repeat what the demo's main account used in the last three full months.

    Args:
        path: The store's file; nobody else has it open.
        count: How many records at least.

    Returns:
        How many there are now.
    """
    with closing(sqlite3.connect(path)) as store:
        (last,) = store.execute(
            "SELECT MAX(at) FROM operations WHERE account_id = ?", (LINE.id,)
        ).fetchone()
        until = datetime.fromtimestamp(last / 1000, ZONE).replace(
            day=1, hour=0, minute=0, second=0, microsecond=0
        )
        since = until
        for _ in range(3):
            since = (since - timedelta(days=1)).replace(day=1)
        span = {
            "account": LINE.id,
            "since": since.timestamp() * 1000,
            "until": until.timestamp() * 1000,
        }
        columns = [row[1] for row in store.execute("PRAGMA table_info(operations)")]
        where = (
            "account_id = :account AND at >= :since AND at < :until"
            " AND kind IN ('call', 'sms', 'mms', 'data')"
        )
        counted = f"SELECT COUNT(*) FROM operations WHERE {where}"  # noqa: S608 - our own words
        (known,) = store.execute(counted, span).fetchone()
        # Room between two operations, so that repetitions stand beside what they repeat.
        store.execute(
            "UPDATE operations SET seq = :ahead + seq * :room WHERE account_id = :account",
            {**span, "ahead": AHEAD, "room": ROOM},
        )
        new = {"seq": "seq + :copy", "amount": "0", "contra": "''"}
        names = ", ".join(new.get(name, name) for name in columns)
        for copy in range(1, count // known + 1):
            store.execute(
                f"INSERT INTO operations ({', '.join(columns)}) SELECT {names} FROM operations"  # noqa: S608
                f" WHERE {where} AND seq % :room = 0",
                {**span, "copy": copy, "room": ROOM},
            )
        store.execute(
            "UPDATE accounts SET operation_seq = 2 * :ahead WHERE id = :account",
            {**span, "ahead": AHEAD},
        )
        store.commit()
        (made,) = store.execute(counted, span).fetchone()
    return int(made)


def _open(home: Path, count: int) -> list[float]:
    """Milliseconds from the key to a list of so many options."""
    seat = _sit_down(home, "options")
    try:
        times = []
        for _ in range(OPENED):
            times.append(seat.until("f10", rf"Подключено: \d+ из {count}\b"))
            seat.rest()
            seat.until("escape", "Подключено:", gone=True)
            seat.rest()
        return times[1:]
    finally:
        seat.leave()


def _nearly_done(text: str) -> bool:
    """Whether only the last tariffs are left: after them the rows change their places."""
    come = re.search(r"(\d+) из (\d+)", text)
    return come is None or int(come[1]) >= int(come[2]) - 2


def _store_of(home: Path) -> Path:
    return home / "cabinet" / "data" / "operator.db"


def _sit_down(home: Path, which: str) -> Seat:
    command = (sys.executable, "-m", "benchmarks.apps.services", str(home / "cabinet"), which)
    seat = Seat(command, home)
    seat.wait("Доступно")
    seat.rest()
    return seat
