"""A list of rows in columns, of any length: only what is seen is drawn.

Rows come in pages; when the cursor nears the end of those that are here, `NearEnd` asks for more.
Of a very long list only a stretch is here: `NearStart` asks for rows above it, and `Far` for the
first or the last ones.
"""

from collections.abc import Callable
from textwrap import wrap
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from mts_tui.actions import bindings

from .looks import look

AHEAD = 40


class Column(NamedTuple):
    """A column of the list.

    Attributes:
        width: Cells; 0 shares what is left.
        right: Whether its text ends at its right edge.
        needs: Cells the whole list must have for the column to be shown.
        title: What stands above it, see `Headings`.
    """

    width: int
    right: bool = False
    needs: int = 0
    title: str = ""


class Cell(NamedTuple):
    """A text and the name of its style, see `looks`."""

    text: str
    style: str = ""


class Rows(ScrollView, can_focus=True):
    """The list. Give it rows with `show`, more of them with `add`."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("list"))

    cursor: reactive[int] = reactive(0, repaint=False)

    class Chosen(Message):
        """Enter or a click on a row."""

        def __init__(self, rows: "Rows", index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> "Rows":
            """The list."""
            return self.rows

    class Moved(Message):
        """The cursor is on another row, or on another thing in it."""

        def __init__(self, rows: "Rows") -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> "Rows":
            """The list."""
            return self.rows

    class NearEnd(Message):
        """The cursor nears the end of the rows that are here."""

    class NearStart(Message):
        """The cursor nears the first of the rows that are here, and there are others above."""

    class Far(Message):
        """The first or the last row is wanted, and it is not here."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    def __init__(
        self,
        columns: tuple[Column, ...],
        empty: str,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self._empty = empty
        self._shown = "Загружаем…"
        self._count = 0
        self._draw: Callable[[int], tuple[Cell, ...]] = lambda _index: ()
        self._here = range(0)
        self._told: set[tuple[int, range]] = set()
        self._drawn: dict[int, tuple[int, tuple[Cell, ...]]] = {}
        """Which row stands on each line of the window, and its cells."""

    def show(
        self,
        count: int,
        draw: Callable[[int], tuple[Cell, ...]],
        *,
        keep: bool,
        above: int = 0,
        here: range | None = None,
    ) -> None:
        """Show rows.

        Args:
            count: How many there are.
            draw: The cells of the row with a given index.
            keep: Whether the cursor stays on its row; else it goes to the first one here.
            above: How many rows came above since; a cursor at the very top stays there.
            here: Which of them can be drawn; None for all. The cursor stays among them.
        """
        self._shown = self._empty
        self._count = count
        self._here = range(count) if here is None else here
        self._draw = draw
        self._told.clear()
        self.virtual_size = Size(self.size.width, max(1, count))
        if not keep:
            self.cursor = self._here.start
            self.scroll_to(y=self._here.start, animate=False, immediate=True)
        elif self.cursor:
            if above:
                top = self.scroll_offset.y + above
                self.scroll_to(y=top, animate=False, immediate=True)
            self.cursor += above
        self._redraw_changed()
        self.post_message(self.Moved(self))
        self._ask_for_more()

    def go_to(self, index: int) -> None:
        """Put the cursor on a row, and the row on the screen."""
        self.cursor = index
        self._reveal()

    def say(self, text: str) -> None:
        """Say something in place of rows, while there are none."""
        self._shown = text
        self.refresh()

    def ask_again(self) -> None:
        """More rows did not come: the next move may ask for them anew."""
        self._told.clear()

    @property
    def row_count(self) -> int:
        """How many rows are here."""
        return self._count

    def on_resize(self) -> None:
        """Columns share the new width."""
        self.virtual_size = Size(self.size.width, max(1, self._count))
        self._reveal()
        self._ask_for_more()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, self._here.start, min(cursor, self._here.stop - 1))

    def validate_scroll_y(self, value: float) -> float:
        """Show no place whose rows are not here."""
        last = max(self._here.start, self._here.stop - self.size.height)
        return super().validate_scroll_y(min(max(value, self._here.start), last))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel and the bar come near an end, too."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more()

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw only the two rows that changed."""
        if old == new or not self.is_mounted:
            return
        self._reveal()
        for index in (old, new):
            self._redraw(index)
        self.post_message(self.Moved(self))
        self._ask_for_more()

    def _ask_for_more(self) -> None:
        top = self.scroll_offset.y
        if not self._count:
            return
        if max(self.cursor + AHEAD, top + self.size.height) >= self._here.stop:
            self._ask(1)
        if self._here.start and min(self.cursor, top) - AHEAD < self._here.start:
            self._ask(-1)

    def _ask(self, direction: int) -> None:
        """Ask for rows beyond an end, once for the rows that are here."""
        asked = (direction, self._here)
        if asked not in self._told:
            self._told.add(asked)
            self.post_message(self.NearEnd() if direction > 0 else self.NearStart())

    def _redraw_changed(self) -> None:
        """Draw the lines that are to look different: rows that come out of sight cost nothing."""
        lines = range(self.scroll_offset.y, self.scroll_offset.y + self.size.height)
        changed = [
            index
            for y, index in enumerate(lines)
            if self._drawn.get(y) != (index, self._cells(index))
        ]
        if len(changed) > len(lines) // 2:
            self.refresh()
            return
        for index in changed:
            self._redraw(index)

    def _redraw(self, index: int) -> None:
        y = index - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)

    def on_focus(self) -> None:
        """Show the cursor."""
        self._redraw(self.cursor)

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._redraw(self.cursor)

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self.cursor += step

    def action_page(self, direction: int) -> None:
        """Move the cursor by a page."""
        self.cursor += direction * max(1, self.size.height - 1)

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or the last row; ask for it where it is not here."""
        there = self._here.start == 0 if direction < 0 else self._here.stop == self._count
        if there:
            self.cursor = self._here.start if direction < 0 else self._here.stop - 1
        else:
            self.post_message(self.Far(direction))

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self._count:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor; a second one opens."""
        index = event.y + self.scroll_offset.y
        if index not in self._here:
            return
        if index == self.cursor:
            self.action_choose()
        self.cursor = index

    def text_of(self, index: int) -> str:
        """A row as plain text, cells by tabs: for the clipboard."""
        return "\t".join(cell.text for cell in self._draw(index))

    def headings(self, width: int) -> str:
        """The columns' titles in one line, for a list of this width."""
        shown = zip(self.columns, self._widths(width), strict=True)
        return "".join(
            " " + (column.title.rjust(size) if column.right else column.title.ljust(size))[:size]
            for column, size in shown
            if size
        )

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window."""
        width = self.size.width
        index = y + self.scroll_offset.y
        base = self.visual_style
        cells = self._cells(index)
        self._drawn[y] = index, cells
        if not self._count:
            text = cells[0].text if cells else ""
            muted = (base + look(self, "muted")).rich_style
            return Strip([Segment(set_cell_size(f" {text}", width), muted)], width)
        if not cells:
            return Strip.blank(width, base.rich_style)
        over = look(self, "cursor") if index == self.cursor and self.has_focus else Style()
        segments = []
        for cell, column, size in zip(cells, self.columns, self._widths(width), strict=True):
            if size:
                segments += self._cell(cell, column, size, base, over)
        return Strip(segments).adjust_cell_length(width, (base + over).rich_style)

    def _cells(self, index: int) -> tuple[Cell, ...]:
        """What is to stand on a row's line."""
        if not self._count:
            lines = wrap(self._shown, max(1, self.size.width - 2))
            return (Cell(lines[index]),) if index < len(lines) else ()
        return self._draw(index) if index in self._here else ()

    def _cell(
        self, cell: Cell, column: Column, size: int, base: Style, over: Style
    ) -> list[Segment]:
        style = base
        if cell.style:
            style += look(self, cell.style)
        style += over
        text, length = cell.text, cell_len(cell.text)
        if length > size:
            text = set_cell_size(text, size - 1) + "…"
        elif column.right:
            text = " " * (size - length) + text
        else:
            text = set_cell_size(text, size)
        return [Segment(" ", (base + over).rich_style), Segment(text, style.rich_style)]

    def _widths(self, width: int) -> list[int]:
        fixed = [column.width if width >= column.needs else -1 for column in self.columns]
        taken = sum(size + 1 for size in fixed if size >= 0) + 2  # A cell before the bar.
        shared = sum(1 for size in fixed if size == 0)
        left = max(0, width - taken)
        sizes, given = [], 0
        for size in fixed:
            if size == 0 and shared:
                given += 1
                size = left // shared + (left % shared if given == shared else 0)  # noqa: PLW2901
            sizes.append(max(0, size))
        return sizes
