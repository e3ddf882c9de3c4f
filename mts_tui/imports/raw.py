"""What the readers of all kinds of files tell: rows of texts."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

LONGEST_CELL = 2000
LONGEST_ROW = 200
"""Cells of a row; what stands behind them is no detalization."""


class Broken(NamedTuple):
    """A row that could not even be taken apart into cells."""

    text: str
    reason: str
    """A whole sentence."""


class Sheet(NamedTuple):
    """From here on another table may begin."""

    title: str


Raw = tuple[int, list[str] | Broken | Sheet]
"""Line or row of the file, and what stands there."""
Rows = Iterator[Raw]
Progress = Callable[[float], None]
"""Told how far the file is read, 0 to 1."""
