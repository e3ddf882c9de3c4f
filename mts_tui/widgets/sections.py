"""A list whose rows stand under headings; the cursor passes over these."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from mts_tui.actions import bindings

from .rows import Cell, Column, Rows


class Sections(Rows):
    """The list.

    Args:
        columns: Of a row; a heading stands in the first one that shares the width.
        empty: What is said where there is nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("sections"))

    def __init__(
        self,
        columns: tuple[Column, ...],
        empty: str,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(columns, empty, id=id)
        self._headings: list[int] = []

    def show_sections(
        self,
        sections: Sequence[tuple[str, int]],
        draw: Callable[[int], tuple[Cell, ...]],
    ) -> None:
        """Show rows under headings.

        Args:
            sections: Each heading and how many rows it has.
            draw: The cells of a row, counted without the headings.
        """
        titles: dict[int, str] = {}
        place = 0
        for title, count in sections:
            titles[place] = title
            place += 1 + count
        self._headings = list(titles)
        wide = next(place for place, one in enumerate(self.columns) if not one.width)

        def cells(index: int) -> tuple[Cell, ...]:
            if index not in titles:
                return draw(self.row_of(index))
            return tuple(
                Cell(titles[index] if place == wide else "", "strong")
                for place in range(len(self.columns))
            )

        self.show(place, cells, keep=True)

    def row_of(self, index: int) -> int:
        """Which row a line is, counted without the headings."""
        return index - bisect_right(self._headings, index)

    @property
    def row(self) -> int:
        """The row under the cursor, counted without the headings."""
        return self.row_of(self.cursor)

    def go_to_row(self, row: int) -> None:
        """Put the cursor on a row, counted without the headings."""
        line = row
        for heading in self._headings:
            line += heading <= line
        self.go_to(line)

    def action_section(self, step: int) -> None:
        """Put the cursor on the first row of a section above or below."""
        place = bisect_right(self._headings, self.cursor) - 1 + step
        if 0 <= place < len(self._headings):
            self.go_to(self._headings[place] + 1)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row that is no heading."""
        cursor = super().validate_cursor(cursor)
        if cursor in self._headings:
            cursor += -1 if 0 < cursor < self.cursor else 1
        return cursor

    def _reveal(self) -> None:
        """Show the heading, too, where the first row under it is at the top."""
        super()._reveal()
        if self.scroll_offset.y == self.cursor and self.cursor - 1 in self._headings:
            self.scroll_to(y=self.cursor - 1, animate=False, immediate=True)
