"""Drawing with the dots of braille: eight to a cell, so that a line is a line in a terminal.

What a line is shows in its pattern, not only in its colour; letters lie above the dots.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

ACROSS, DOWN = 2, 4
"""Dots of a cell."""
_BITS = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)
"""Of the dot at x + 2·y of its cell."""
BRAILLE = 0x2800


class Pen(NamedTuple):
    """How a line is drawn.

    Attributes:
        look: Name of its style, see `looks`.
        on: Dots drawn in a row.
        off: Dots left out after them.
        broad: Whether it is two dots broad.
    """

    look: str
    on: int = 1
    off: int = 0
    broad: bool = False


class Dots:
    """A canvas.

    Args:
        width: Cells.
        height: Cells.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.across, self.down = width * ACROSS, height * DOWN
        self._bits = bytearray(width * height)
        self._looks = [""] * (width * height)
        self._letters: dict[int, tuple[str, str]] = {}

    def line(self, points: Sequence[tuple[int, int]], pen: Pen) -> None:
        """Draw a line through points, in dots from the upper left corner; the pattern runs on."""
        right, bottom = self.across - 1, self.down - 1
        count = 0
        ax, ay = points[0]
        for bx, by in points[1:]:
            x, y, to_x, to_y = ax, ay, bx, by
            ax, ay = bx, by
            if (
                (x < 0 and to_x < 0)
                or (y < 0 and to_y < 0)
                or (x > right and to_x > right)
                or (y > bottom and to_y > bottom)
            ):
                continue
            if not (0 <= x <= right and 0 <= y <= bottom) or not (
                0 <= to_x <= right and 0 <= to_y <= bottom
            ):
                clipped = clip(x, y, to_x, to_y, right, bottom)
                if clipped is None:
                    continue
                x, y, to_x, to_y = clipped
            count = self._stroke(x, y, to_x, to_y, pen, count)

    def _stroke(self, x: int, y: int, to_x: int, to_y: int, pen: Pen, count: int) -> int:
        """A straight line by Bresenham; all of it lies on the canvas."""
        bits, looks, width, look = self._bits, self._looks, self.width, pen.look
        on, period, broad = pen.on, pen.on + pen.off, pen.broad
        long_x, long_y = abs(to_x - x), -abs(to_y - y)
        step_x, step_y = (1 if x < to_x else -1), (1 if y < to_y else -1)
        error = long_x + long_y
        while True:
            if count % period < on:
                cell = (y >> 2) * width + (x >> 1)
                bits[cell] |= _BITS[(x & 1) + (y & 3) * 2]
                looks[cell] = look
                if broad:
                    self._broaden(x, y, look, flat=long_x > -long_y)
            count += 1
            if x == to_x and y == to_y:
                return count
            twice = 2 * error
            if twice >= long_y:
                error += long_y
                x += step_x
            if twice <= long_x:
                error += long_x
                y += step_y

    def _broaden(self, x: int, y: int, look: str, *, flat: bool) -> None:
        """Draw a second dot beside one of a line."""
        x, y = (x, y + 1) if flat else (x + 1, y)
        if x < self.across and y < self.down:
            cell = (y >> 2) * self.width + (x >> 1)
            self._bits[cell] |= _BITS[(x & 1) + (y & 3) * 2]
            self._looks[cell] = look

    def write(self, column: int, row: int, text: str, look: str = "") -> bool:
        """Put a text above the dots, where it fits and nothing is written yet.

        Returns:
            Whether it was.
        """
        length = cell_len(text)
        if not (0 <= row < self.height and column >= 0 and column + length <= self.width):
            return False
        if length != len(text):
            return False  # A letter of two cells has no place in a grid of single ones.
        first = row * self.width + column
        if any(cell in self._letters for cell in range(first - 1, first + length + 1)):
            return False
        for place, letter in enumerate(text):
            self._letters[first + place] = letter, look
        for beside, shown in ((first - 1, column), (first + length, column + length < self.width)):
            if shown:
                self._bits[beside] = 0  # A name is read more easily with air around it.
        return True

    def mark(self, column: int, row: int, letter: str, look: str) -> None:
        """Put one letter into a cell, whatever is there."""
        if 0 <= row < self.height and 0 <= column < self.width:
            self._letters[row * self.width + column] = letter, look

    def rows(self) -> list[list[tuple[str, str]]]:
        """The lines, each as texts and the names of their looks."""
        letters, bits, looks = self._letters, self._bits, self._looks
        lines = []
        for start in range(0, self.width * self.height, self.width):
            runs: list[tuple[str, str]] = []
            text, last = "", ""
            for cell in range(start, start + self.width):
                if cell in letters:
                    letter, look = letters[cell]
                elif bits[cell]:
                    letter, look = chr(BRAILLE + bits[cell]), looks[cell]
                else:
                    letter, look = " ", last
                if look != last:
                    if text:
                        runs.append((text, last))
                    text, last = "", look
                text += letter
            runs.append((text, last))
            lines.append(runs)
        return lines


def clip(
    x: int, y: int, to_x: int, to_y: int, right: int, bottom: int
) -> tuple[int, int, int, int] | None:
    """The part of a straight line that lies between 0 and a corner (Liang and Barsky)."""
    along_x, along_y = to_x - x, to_y - y
    first, last = 0.0, 1.0
    for way, room in ((-along_x, x), (along_x, right - x), (-along_y, y), (along_y, bottom - y)):
        if not way:
            if room < 0:
                return None
            continue
        share = room / way
        if way < 0:
            first = max(first, share)
        else:
            last = min(last, share)
        if first > last:
            return None
    return (
        min(right, max(0, round(x + first * along_x))),
        min(bottom, max(0, round(y + first * along_y))),
        min(right, max(0, round(x + last * along_x))),
        min(bottom, max(0, round(y + last * along_y))),
    )
