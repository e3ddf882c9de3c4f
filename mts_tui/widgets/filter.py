"""The line in which one types what to look for in a list; it is there while it is needed."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from .rows import Rows

LONGEST = 40


class Filter(Input):
    """The line.

    Args:
        hint: What can be looked for.
        rows: The list below.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,enter", "to_list", show=False),
    ]

    def __init__(self, hint: str, rows: Rows, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(placeholder=hint, max_length=LONGEST, id=id)
        self.cursor_blink = False
        self.display = False
        self._rows = rows

    def open(self) -> None:
        """Begin to type."""
        self.display = True
        self.focus()

    def action_leave(self) -> None:
        """Look for nothing any more, and go back to the list."""
        self.value = ""
        self.action_to_list()

    def action_to_list(self) -> None:
        """Go to what was found."""
        self._rows.focus()
        self.display = bool(self.value)
