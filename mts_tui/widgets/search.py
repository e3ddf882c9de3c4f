"""The line above a list in which one types what to look for; it is always there."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from .rows import Rows

LONGEST = 100


class Search(Input):
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
        super().__init__(placeholder=hint, max_length=LONGEST, id=id, compact=True)
        self.cursor_blink = False
        self._rows = rows

    def action_leave(self) -> None:
        """Look for nothing any more, and go back to the list."""
        self.value = ""
        self.action_to_list()

    def action_to_list(self) -> None:
        """Go to what was found."""
        self._rows.focus()
