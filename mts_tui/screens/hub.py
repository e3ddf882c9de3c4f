"""A page of ways: a line for each thing behind it, with the key that opens it and its state."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from textual import on

from mts_tui.widgets.keys import key_of
from mts_tui.widgets.rows import Cell, Column, Rows

from .page import Page

UNKNOWN = "не удалось узнать"
State = tuple[str, str]
"""A text and the name of its look."""


class Way(NamedTuple):
    """A line: its action, its title, its state by what is known, what is there."""

    id: str
    title: str
    state: Callable[[Any], State]
    what: str = ""


class Hub(Page):
    """A page whose first list is ways. Subclasses say what is known and open a way."""

    columns: ClassVar[tuple[Column, ...]]
    """The key, the title, the state, and, where there is a fourth, what is there."""

    @property
    def ways(self) -> tuple[Way, ...]:
        """The lines."""
        raise NotImplementedError

    def known(self) -> Any:
        """What states are made of; None while nothing is known."""
        raise NotImplementedError

    def open_way(self, way: str) -> None:
        """Open what is behind a line, by its action's id."""
        raise NotImplementedError

    def new_list(self) -> Rows:
        """The list, for `compose`."""
        return Rows(self.columns, "", id=f"{self.id}-ways")

    @property
    def lines(self) -> Rows:
        """The list that is shown."""
        return self.query_one(f"#{self.id}-ways", Rows)

    def on_mount(self) -> None:
        """The lines are there at once, their states come."""
        self.show_ways()

    def take_focus(self) -> None:
        """The list."""
        self.lines.focus()

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        if chosen.control is self.lines:
            self.open_way(self.ways[chosen.index].id)

    def text_to_copy(self) -> str:
        """The line under the cursor with its state."""
        return self.lines.text_of(self.lines.cursor) if self.lines.has_focus else ""

    def show_ways(self) -> None:
        """Show every line as it is known now."""
        self.lines.show(len(self.ways), self._row, keep=True)

    def _row(self, index: int) -> tuple[Cell, ...]:
        way, known = self.ways[index], self.known()
        state, look = way.state(known) if known is not None else ("", "muted")
        cells = (
            Cell(key_of(self.app, way.id), "key"),
            Cell(way.title, "strong"),
            Cell(state, look),
            Cell(way.what, "muted"),
        )
        return cells[: len(self.columns)]
