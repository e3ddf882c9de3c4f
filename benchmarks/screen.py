"""What a terminal would show after the bytes a program wrote: text and modes, no colours."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ALTERNATE = {47, 1047, 1049}
CURSOR, WRAP = 25, 7

_TOKEN = re.compile(
    r"""
      (?P<text>[^\x00-\x1f\x7f]+)
    | \x1b\[(?P<private>[<=>?]?)(?P<numbers>[\d:;]*)(?P<middle>[ -/]*)(?P<final>[@-~])
    | \x1b[\]PX^_].*?(?:\x07|\x1b\\)      # A string: title, colour, clipboard.
    | \x1b[ -/]+[0-~]                     # A character set.
    | \x1b[0-OQ-WYZ\\`-~]
    | (?P<control>[\x00-\x1a\x1c-\x1f\x7f])
    """,
    re.VERBOSE | re.DOTALL,
)


class Screen:
    """A grid of cells that follows the output of a program.

    It knows cursor moves, erasing, scrolling by a line feed and the DEC private modes. Scroll
    regions and inserted cells are unknown to it: no program measured here sends them.

    Args:
        columns: Width in cells.
        rows: Height in cells.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.modes = {CURSOR, WRAP}
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._cut = ""  # An escape sequence whose end has not come yet.
        self._finals: dict[str, Callable[[list[int]], None]] = {
            "A": lambda n: self._move(self._x, self._y - (n[0] or 1)),
            "B": lambda n: self._move(self._x, self._y + (n[0] or 1)),
            "C": lambda n: self._move(self._x + (n[0] or 1), self._y),
            "D": lambda n: self._move(self._x - (n[0] or 1), self._y),
            "E": lambda n: self._move(0, self._y + (n[0] or 1)),
            "F": lambda n: self._move(0, self._y - (n[0] or 1)),
            "G": lambda n: self._move((n[0] or 1) - 1, self._y),
            "d": lambda n: self._move(self._x, (n[0] or 1) - 1),
            "H": self._place,
            "f": self._place,
            "J": self._erase_screen,
            "K": self._erase_line,
            "X": lambda n: self._blank(self._y, self._x, self._x + (n[0] or 1)),
        }
        self._clear()

    def feed(self, data: bytes) -> None:
        """Follow a piece of output, which may begin and end anywhere."""
        text = self._cut + self._decode(data)
        position = 0
        while position < len(text) and (token := _TOKEN.match(text, position)):
            position = token.end()
            if token["text"]:
                self._write(token["text"])
            elif token["control"]:
                self._control(token["control"])
            elif token["final"] and not token["middle"]:
                self._sequence(token["private"], token["numbers"], token["final"])
        self._cut = text[position:]

    def text(self) -> str:
        """The rows, without spaces at their ends."""
        return "\n".join("".join(row).rstrip() for row in self._cells)

    def filled(self) -> int:
        """Count the cells with content. Lines, borders and blocks are a frame around nothing."""
        return sum(
            not cell.isspace() and not "\u2500" <= cell <= "\u259f"
            for row in self._cells
            for cell in row
            if cell
        )

    @property
    def alternate(self) -> bool:
        """Whether the program holds the alternate screen."""
        return bool(self.modes & ALTERNATE)

    def _clear(self) -> None:
        self._cells = [[" "] * self.columns for _ in range(self.rows)]
        self._x = self._y = 0

    def _move(self, x: int, y: int) -> None:
        self._x = min(max(x, 0), self.columns - 1)
        self._y = min(max(y, 0), self.rows - 1)

    def _place(self, numbers: list[int]) -> None:
        row, column = numbers if len(numbers) == 2 else (numbers[0], 1)
        self._move((column or 1) - 1, (row or 1) - 1)

    def _write(self, text: str) -> None:
        for char in text:
            if unicodedata.combining(char):
                continue
            width = 2 if unicodedata.east_asian_width(char) in "WF" else 1
            # The cursor stays past the last column until the next character: a terminal wraps late.
            if self._x + width > self.columns:
                if WRAP in self.modes:
                    self._x = 0
                    self._line_feed()
                else:
                    self._x = self.columns - width
            self._cells[self._y][self._x : self._x + width] = [char, ""][:width]
            self._x += width

    def _line_feed(self) -> None:
        if self._y < self.rows - 1:
            self._y += 1
        else:
            del self._cells[0]
            self._cells.append([" "] * self.columns)

    def _control(self, char: str) -> None:
        if char == "\r":
            self._x = 0
        elif char in "\n\v\f":
            self._line_feed()
        elif char == "\b":
            self._move(self._x - 1, self._y)
        elif char == "\t":
            self._move(self._x // 8 * 8 + 8, self._y)

    def _sequence(self, private: str, numbers: str, final: str) -> None:
        values = [int(part.partition(":")[0] or 0) for part in numbers.split(";")]
        if private == "?" and final == "h":
            self.modes.update(values)
            if ALTERNATE.intersection(values):
                self._clear()
        elif private == "?" and final == "l":
            self.modes.difference_update(values)
        elif not private and final in self._finals:
            self._finals[final](values)

    def _blank(self, y: int, begin: int, end: int) -> None:
        begin, end = min(begin, self.columns), min(end, self.columns)
        self._cells[y][begin:end] = [" "] * (end - begin)

    def _erase_line(self, numbers: list[int]) -> None:
        begin = self._x if numbers[0] == 0 else 0
        end = self._x + 1 if numbers[0] == 1 else self.columns
        self._blank(self._y, begin, end)

    def _erase_screen(self, numbers: list[int]) -> None:
        if numbers[0] < 2:
            self._erase_line(numbers)
        first = self._y + 1 if numbers[0] == 0 else 0
        last = self._y if numbers[0] == 1 else self.rows
        for y in range(first, last):
            self._blank(y, 0, self.columns)
