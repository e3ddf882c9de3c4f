"""Programs measured in turn, so that a slow minute of the machine hits all of them alike."""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.environment import PreparationError
from benchmarks.harness import Run, Settings, measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.programs import Program


@dataclass(slots=True)
class Results:
    """What all rounds showed.

    Args:
        runs: The runs of each program, by its name, one a round.
        skipped: Why a program has no runs, by its name.
    """

    runs: dict[str, list[Run]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def median(self, name: str, figure: str) -> float | None:
        """The median of a figure of a program, where it has one."""
        values = [value for run in self.runs[name] if (value := getattr(run, figure)) is not None]
        return statistics.median(values) if values else None

    def ratios(self, name: str, base: str, figure: str) -> list[float]:
        """A figure of a program by that of another, round by round: drift cancels out."""
        pairs = zip(self.runs.get(name, []), self.runs.get(base, []), strict=False)
        return [
            getattr(one, figure) / getattr(other, figure)
            for one, other in pairs
            if getattr(one, figure) is not None and getattr(other, figure)
        ]


def alternate(programs: Sequence[Program], rounds: int, settings: Settings) -> Results:
    """Measure programs in turn, after one discarded round.

    A program that is missing or does not paint in the discarded round is left out, with a line that
    says why.

    Args:
        programs: What to measure, in the order of a round.
        rounds: How many runs of each program count.
        settings: How to measure.

    Returns:
        The runs of each program.
    """
    results = Results()
    with ExitStack() as stack:
        ready: list[tuple[Program, Path, Mapping[str, str]]] = []
        for program in programs:
            if reason := program.missing():
                _skip(results, program, reason)
                continue
            folder = tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True)
            home = Path(stack.enter_context(folder))
            try:
                given = stack.enter_context(program.prepare(home)) if program.prepare else {}
            except PreparationError as error:
                _skip(results, program, str(error))
                continue
            trouble = _trouble(measure(program, home, settings, given))
            if trouble:
                _skip(results, program, trouble)
                continue
            results.runs[program.name] = []
            ready.append((program, home, given))
        _warn_of_slow_imports()
        for number in range(rounds):
            for program, home, given in ready:
                run = measure(program, home, settings, given)
                results.runs[program.name].append(run)
                _tell(f"round {number + 1}/{rounds}, {program.name}: {_summary(run)}")
    return results


def _trouble(run: Run) -> str:
    """Why a run is of no use, or nothing."""
    if run.first_frame is None:
        return f"it never painted (exit code {run.exit_code}):\n{run.screen.strip()}"
    if run.died:
        return f"it ended by itself (exit code {run.exit_code}):\n{run.screen.strip()}"
    if run.cpu is None:
        return f"it was not ready in time:\n{run.screen.strip()}"
    return ""


def _summary(run: Run) -> str:
    if trouble := _trouble(run):
        return trouble
    quiet = "never" if run.quiet is None else f"{run.quiet:.0f} ms"
    return f"first frame {run.first_frame:.0f} ms, quiet {quiet}, CPU {run.cpu:.0f} ms"


def _warn_of_slow_imports() -> None:
    # The discarded round compiled everything that was not compiled, unless it was not allowed to.
    textual = importlib.util.find_spec("textual")
    if textual and textual.cached and not Path(textual.cached).exists():
        _tell(
            "warning: no .pyc files can be written next to Textual; every start is four times slow"
        )


def _skip(results: Results, program: Program, reason: str) -> None:
    results.skipped[program.name] = reason
    print(f"{program.name}: skipped, {reason}", flush=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
