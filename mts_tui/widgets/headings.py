"""The titles of a list's columns, in line with them."""

from textual.content import Content

from .rows import Rows
from .text import TextBlock


class Headings(TextBlock):
    """One line above a list.

    Args:
        rows: The list below.
    """

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self._rows = rows

    def render(self) -> Content:
        """The titles of the columns that the list shows at its width."""
        return self.assemble((self._rows.headings(self._rows.size.width), "muted"))
