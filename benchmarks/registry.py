"""The benchmarks there are. A module that defines one is imported by `benchmarks.__main__`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks of every benchmark.

    Args:
        runs: How often to measure.
        programs: Names of the programs to measure; none: all.
        quick: Whether a rough look is enough: short loads, few people.
    """

    runs: int = 9
    programs: frozenset[str] = frozenset()
    quick: bool = False

    @property
    def people(self) -> int:
        """Subscribers of a server that is measured."""
        return 20 if self.quick else 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a benchmark found.

    Args:
        markdown: For people.
        figures: For JSON: every single measurement.
        measured: Whether there is anything to judge by.
    """

    markdown: str
    figures: dict[str, Any] = field(default_factory=dict)
    measured: bool = True


Benchmark = Callable[[Options], Outcome]
BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(name: str) -> Callable[[Benchmark], Benchmark]:
    """Enter a function into the registry under a name."""

    def enter(function: Benchmark) -> Benchmark:
        BENCHMARKS[name] = function
        return function

    return enter
