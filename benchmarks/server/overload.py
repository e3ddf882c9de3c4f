"""Requests that come at their own pace: what the server keeps up with, and what it does beyond.

`server-pace`: the highest rate, of those tried, at which the 99th percentile stays within 100 ms;
for payments and for reads. It is set against what pgbench does with the payment's statements: how
many a second a machine can do is its own affair. `server-overload`: three times what the server
can, for a minute; then a little, to see how soon it is itself again.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.registry import Options, Outcome, benchmark

from .database import prepared
from .figures import Figure, Sheet, numbers
from .load import closed, milliseconds, opened, percentile
from .operations import READS, asking, paying, payment_scripts
from .processes import served
from .rates import pgbench

if TYPE_CHECKING:
    from collections.abc import Callable

    from .load import Load, Request

PAYMENTS_A_SECOND = 500.0
READS_A_SECOND = 1500.0
SOON_MS = 100.0
STEPS = (0.95, 0.85, 0.75, 0.65, 0.5, 0.35)
"""Of what eight clients get out of it: the rates tried, the highest first."""
TIMES = 3
LASTS = 60.0
GOODPUT = 0.8
RECOVERS_WITHIN = 5.0
CLIENTS = 16


@benchmark("server-pace")
def pace(options: Options) -> Outcome:
    """Measure at which pace answers are still soon."""
    seconds = 1.0 if options.quick else 8.0
    sheet = Sheet()
    with prepared(options.people) as database, tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        scripts = payment_scripts(database, folder)
        people = database.accounts
        kinds: dict[str, tuple[Callable[[], Request], float]] = {
            "payments": (paying(people), PAYMENTS_A_SECOND),
            "overviews": (asking(READS["overview"], people), READS_A_SECOND),
        }
        with served(folder / "at", database.url) as (port, _pid):
            for name, (following, least) in kinds.items():
                reached, ceilings, loads = [], [], []
                for _ in range(1 if options.quick else min(3, options.runs)):
                    ceilings.append(pgbench(database, scripts, max(1, round(seconds / 2))))
                    rate, load = _soon(port, following, seconds)
                    reached.append(rate)
                    loads.append(milliseconds(load.answers, 0.99))
                raw = numbers("p99, ms", loads)
                sheet.figures += [
                    Figure(
                        label=f"{name}/s with p99 ≤ {SOON_MS:g} ms",
                        values=reached,
                        least=least,
                        digits=0,
                        raw=raw,
                    ),
                    Figure(
                        label=f"the same ÷ pgbench's payments/s ({name})",
                        values=[one / all_ for one, all_ in zip(reached, ceilings, strict=True)],
                        raw=numbers("pgbench/s", ceilings),
                    ),
                ]
    return sheet.outcome()


def _soon(port: int, following: Callable[[], Request], seconds: float) -> tuple[float, Load]:
    """The highest rate that is answered soon, and the load that showed it; 0 where none is."""
    most = asyncio.run(closed(port, following, CLIENTS, seconds)).rate()
    load = None
    for part in STEPS:
        load = asyncio.run(opened(port, following, most * part, seconds))
        all_good = len(load.good()) == len(load.answers)
        if all_good and milliseconds(load.answers, 0.99) <= SOON_MS:
            return load.rate(), load
    assert load is not None
    return 0.0, load


@benchmark("server-overload")
def overload(options: Options) -> Outcome:
    """Measure what is left of the server under three times what it can do."""
    lasts = 3.0 if options.quick else LASTS
    sheet = Sheet()
    with (
        prepared(options.people) as database,
        tempfile.TemporaryDirectory() as home,
        served(Path(home) / "at", database.url) as (port, _pid),
    ):
        pay = paying(database.accounts, by_chance=True)
        asyncio.run(closed(port, pay, CLIENTS, min(5.0, lasts)))
        # The peak before and after: what others do on the machine changes meanwhile.
        peaks = [asyncio.run(closed(port, pay, CLIENTS, min(10.0, lasts))).rate()]
        before = asyncio.run(opened(port, pay, peaks[0] / 4, RECOVERS_WITHIN))
        load = asyncio.run(opened(port, pay, TIMES * peaks[0], lasts))
        after = asyncio.run(opened(port, pay, peaks[0] / 4, 2 * RECOVERS_WITHIN))
        peaks.append(asyncio.run(closed(port, pay, CLIENTS, min(10.0, lasts))).rate())
    peak = sum(peaks) / len(peaks)
    # 0: a connection that the server let go of for its silence, just as it was used again.
    refused = [one for one in load.answers if one.status and not 200 <= one.status < 300]
    told = sum(one.status in {429, 503} and one.waits for one in refused)
    sheet.figures += [
        Figure(
            label=f"goodput at {TIMES} × capacity for {lasts:g} s ÷ peak",
            values=[load.rate() / peak],
            least=GOODPUT,
            raw=f"{numbers('peak/s', peaks)}, good/s {load.rate():,.0f},"
            f" answers {load.statuses()},"
            f" good p99 {milliseconds(load.good(), 0.99):,.0f} ms",
        ),
        Figure(
            label="refused with 429 or 503 and Retry-After, part",
            values=[told / len(refused)] if refused else [1.0],
            least=1.0,
            digits=3,
            raw=f"{len(refused):,} refused,"
            f" median {milliseconds(refused) if refused else 0:,.0f} ms",
        ),
        Figure(
            label="seconds until answers are good and soon again",
            values=[_recovered(before, after)],
            most=RECOVERS_WITHIN,
            raw=f"answers {after.statuses()},"
            f" p99 before {milliseconds(before.answers, 0.99):,.0f} ms,"
            f" after {milliseconds(after.answers, 0.99):,.0f} ms",
        ),
    ]
    return sheet.outcome()


def _recovered(before: Load, after: Load) -> float:
    """Seconds from the end of the overload to the last second that was worse than before it.

    A second is good whose answers are, but for one of a hundred, within 100 ms or twice what the
    same light load took before: a busy machine is not the overload's doing.
    """
    soon = max(SOON_MS / 1000, 2 * percentile((one.took for one in before.answers), 0.99))
    worst = 0.0
    for _second, group in itertools.groupby(
        sorted(after.answers), key=lambda one: int(one.due - after.begun)
    ):
        answers = list(group)
        bad = [one for one in answers if one.status != 200 or one.took > soon]
        if len(bad) > max(1, len(answers) / 100):
            worst = max(one.due + one.took for one in bad) - after.begun
    return worst
