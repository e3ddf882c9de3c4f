"""Start-up, keys and idling of this project's program, next to the limit and the yardstick."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks.harness import Settings
from benchmarks.programs import EMPTY, YARDSTICK, known
from benchmarks.registry import Options, Outcome, benchmark
from benchmarks.rounds import alternate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rounds import Results


@dataclass(frozen=True, slots=True)
class Target:
    """A promise about a figure.

    Args:
        figure: The field of a run.
        label: What the table calls it.
        limit: The largest allowed value.
        base: The program it is divided by; none: the figure itself is limited.
        strict: The limit itself is already too much.
    """

    figure: str
    label: str
    limit: float
    base: str = ""
    strict: bool = False

    def met(self, value: float) -> bool:
        """Judge a value, which is a median of rounds."""
        return value < self.limit if self.strict else value <= self.limit

    def bound(self) -> str:
        """The limit in words."""
        sign = "<" if self.strict else "≤"
        return f"{sign} {self.limit:g}" + (f" × {self.base}" if self.base else "")


TARGETS = (
    Target("first_frame", "first frame", 1.4, base=EMPTY),
    Target("ready", "ready", 1.3, base=YARDSTICK),
    Target("key_first", "key → first byte", 1.2, base=YARDSTICK),
    Target("key_last", "key → last byte", 1.2, base=YARDSTICK),
    Target("idle_cpu", "idle CPU, %", 0.5, strict=True),
    Target("idle_bytes", "idle bytes/s", 0),
)

# Figure, label, digits.
FIGURES = (
    ("first_frame", "first frame, ms", 0),
    ("ready", "ready, ms", 0),
    ("quiet", "quiet, ms", 0),
    ("cpu", "CPU until quiet, ms", 0),
    ("bytes_first_frame", "bytes until first frame", 0),
    ("bytes_quiet", "bytes until quiet", 0),
    ("peak", "peak memory, MiB", 0),
    ("key_first", "key → first byte, ms", 1),
    ("key_last", "key → last byte, ms", 1),
    ("key_bytes", "bytes a key", 0),
    ("key_cpu", "CPU a key, ms", 1),
    ("idle_bytes", "idle bytes/s", 0),
    ("idle_cpu", "idle CPU, %", 2),
    ("exit_time", "exit, ms", 0),
)

COMPARED = ("first_frame", "ready", "cpu", "key_first", "key_last", "exit_time")


@benchmark("startup")
def startup(options: Options) -> Outcome:
    """Measure all programs in turn and judge the targets."""
    chosen = [
        program for program in known() if not options.programs or program.name in options.programs
    ]
    results = alternate(chosen, options.runs, Settings())
    parts = [_medians(results), _ratios(results), _verdicts(results), _notes(results)]
    return Outcome(
        markdown="\n\n".join(part for part in parts if part),
        figures={name: [asdict(run) for run in runs] for name, runs in results.runs.items()},
        measured=bool(results.runs) and not {EMPTY, YARDSTICK} & results.skipped.keys(),
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _medians(results: Results) -> str:
    names = list(results.runs)
    rows = [[label] for _, label, _ in FIGURES]
    for name in names:
        for row, (figure, _, digits) in zip(rows, FIGURES, strict=True):
            value = results.median(name, figure)
            row.append("–" if value is None else f"{value:,.{digits}f}")
    for label, good in (("keys answered", _answered), ("terminal restored, exit 0", _clean)):
        rows.append([label, *(good(results, name) for name in names)])
    return _table(["median", *names], rows)


def _answered(results: Results, name: str) -> str:
    return str(min(run.keys_answered for run in results.runs[name]))


def _clean(results: Results, name: str) -> str:
    runs = results.runs[name]
    clean = [run.restored and run.exit_code == 0 and not run.left_running for run in runs]
    return f"{sum(clean)}/{len(runs)}"


def _ratios(results: Results) -> str:
    rows = []
    for base in (EMPTY, YARDSTICK):
        if base not in results.runs:
            continue
        for figure, label, _ in FIGURES:
            if figure not in COMPARED or results.median(base, figure) is None:
                continue
            cells = [
                _spread(results.ratios(name, base, figure)) if name != base else "1"
                for name in results.runs
            ]
            rows.append([f"{label.partition(',')[0]} ÷ {base}", *cells])
    return _table(["median of ratios (range)", *results.runs], rows) if rows else ""


def _spread(values: list[float], digits: int = 2) -> str:
    if not values:
        return "–"
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def judge(results: Results, name: str) -> Iterator[tuple[Target, list[float], bool | None]]:
    """Compare a program with the targets.

    Args:
        results: The rounds.
        name: The program.

    Yields:
        Each target, the value of each round, and whether their median meets it; nothing to judge
        by is no verdict.
    """
    for target in TARGETS:
        if target.base:
            values = results.ratios(name, target.base, target.figure)
        else:
            found = (getattr(run, target.figure) for run in results.runs[name])
            values = [value for value in found if value is not None]
        yield target, values, target.met(statistics.median(values)) if values else None


def _verdicts(results: Results) -> str:
    words = {True: "met", False: "**not met**", None: "not measured"}
    rows = [
        [name, target.label, target.bound(), _spread(values), words[verdict]]
        for name in results.runs
        if name not in {EMPTY, YARDSTICK}
        for target, values, verdict in judge(results, name)
    ]
    head = ["program", "target", "limit", "measured (range)", "verdict"]
    return _table(head, rows) if rows else ""


def _notes(results: Results) -> str:
    return "\n".join(
        f"{name}: skipped, {reason.splitlines()[0]}" for name, reason in results.skipped.items()
    )
