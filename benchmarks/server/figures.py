"""How a figure is judged and shown: its limit, what was measured, whether it is met."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from benchmarks.registry import Outcome

from .load import spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that has a limit.

    Args:
        label: What it is.
        values: One of each round; the median counts.
        least: The smallest allowed value, if there is one.
        most: The largest allowed value, if there is one.
        digits: Shown behind the decimal point.
        raw: What it was made from, for whoever doubts it.
    """

    label: str
    values: list[float]
    least: float | None = None
    most: float | None = None
    digits: int = 2
    raw: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the median is within the limit; None where one of the two is missing."""
        if not self.values or self.least is None is self.most:
            return None
        middle = statistics.median(self.values)
        return (self.least is None or middle >= self.least) and (
            self.most is None or middle <= self.most
        )

    @property
    def bound(self) -> str:
        """The limit in words."""
        if self.least is not None:
            return f"≥ {self.least:,g}"
        return f"≤ {self.most:,g}" if self.most is not None else "–"


@dataclass(slots=True)
class Sheet:
    """What a benchmark writes down while it measures."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def outcome(self) -> Outcome:
        """The table, and everything for JSON."""
        words = {True: "met", False: "**not met**", None: "–"}
        head = "| figure | limit | measured (range) | verdict | from |\n|---|---|---|---|---|"
        rows = [
            f"| {one.label} | {one.bound} | {spread(one.values, one.digits)}"
            f" | {words[one.met]} | {one.raw} |"
            for one in self.figures
        ]
        return Outcome(
            markdown="\n".join([head, *rows, *(f"\n{note}" for note in self.notes)]),
            figures={
                one.label: {"limit": one.bound, "values": one.values, "from": one.raw}
                for one in self.figures
            },
            measured=bool(self.figures) and all(one.values for one in self.figures),
        )


def numbers(label: str, values: list[float], digits: int = 0) -> str:
    """Raw numbers for the last column."""
    return f"{label} {spread(values, digits)}"
