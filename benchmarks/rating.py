"""Rating: how many records a second, and how that compares with a bare loop over the same records.

Two years of the demo's main account, over and over, on its tariff with an option: packages that
last, and packages that are used up. The yardstick is a loop of Python that only sums the records'
units, so that the machine's own speed falls out.
"""

from __future__ import annotations

import statistics
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

from benchmarks.registry import Options, Outcome, benchmark
from mts_tui.backend.operator import catalogue
from mts_tui.backend.operator.people import LINES
from mts_tui.backend.operator.rating import Plan, Usage, effective
from mts_tui.backend.operator.traffic import PROFILES, day_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RECORDS = 200_000
QUICK = 20_000
AIM = 150_000
"""Records a second."""


@benchmark("rating")
def rating(options: Options) -> Outcome:
    """Measure; a round rates all records three ways."""
    known = catalogue.load()
    tariff = effective(known.tariffs["smart-nonstop"], [known.options["turbo-500"]])
    full = {"call": 10**12, "sms": 10**12, "data": 10**15, "turbo-500.data": 10**15}
    records = _records(QUICK if options.quick else RECORDS)
    ways: dict[str, Callable[[], None]] = {
        "a bare loop": lambda: _sum(records),
        "packages that last": lambda: _rate(Plan(tariff), records, full),
        "packages used up": lambda: _rate(Plan(tariff), records, {}),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.runs):
        for name, work in ways.items():
            begun = time.perf_counter()
            work()
            found[name].append(time.perf_counter() - begun)
    return Outcome(markdown=_table(found, len(records)), figures={**found, "records": len(records)})


def _records(count: int) -> list[Usage]:
    line, day = LINES[0], date(2025, 1, 1)
    made: list[Usage] = []
    while len(made) < count:
        usage = day_usage(2026, line.id, line.phone, PROFILES[line.profile], day)
        made += [one for _second, one in usage]
        day += timedelta(days=1)
    return made[:count]


def _sum(records: Sequence[Usage]) -> None:
    total = 0
    for one in records:
        total += one.units


def _rate(plan: Plan, records: Sequence[Usage], left: dict[str, int]) -> None:
    total = 0
    for one in records:
        total += plan.rate(one, left).amount_minor


def _table(found: dict[str, list[float]], count: int) -> str:
    yardstick = statistics.median(found["a bare loop"])
    lines = ["| | records a second | times the bare loop |", "|---|---|---|"]
    for name, seconds in found.items():
        median = statistics.median(seconds)
        lines.append(f"| {name} | {count / median:,.0f} | {median / yardstick:.1f} |")
    slowest = count / max(statistics.median(seconds) for seconds in found.values())
    met = "met" if slowest >= AIM else "missed"
    return "\n".join([*lines, "", f"Aim: {AIM:,} records a second: {met}."])
