"""A field to type in, with its name in its border, and without a blinking cursor.

A blinking cursor redraws the whole field twice a second: 2 KB/s for ever, over any SSH line.
"""

import unicodedata

from textual import events
from textual.widgets import Input

from .rows import Rows

CODE_DIGITS = 6


class Field(Input):
    """The field."""

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        hint: str = "",
        secret: bool = False,
        longest: int = 256,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(value, placeholder=hint, password=secret, max_length=longest, id=id)
        self.border_title = title
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        """Take what fits of what is pasted; the bell tells that it was more."""
        event.stop()
        event.prevent_default()
        line = event.text.strip().splitlines()[0] if event.text.strip() else ""
        start, end = sorted(self.selection)
        room = (self.max_length or len(line)) - len(self.value) + end - start
        if len(line) > room:
            self.app.bell()
        self.replace(line[: max(0, room)], start, end)

    def key_down(self) -> None:
        """Go on to the list below, where the field searches one."""
        chain = self.screen.focus_chain
        below = chain[chain.index(self) + 1 :]
        if below and isinstance(below[0], Rows):
            below[0].focus()

    def action_copy(self) -> None:
        """Copy the selection, but never out of a field that hides what is typed."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut the selection; a hidden text is only deleted."""
        if self.password:
            self.delete_selection()
        else:
            super().action_cut()


def code_of(typed: str) -> str | None:
    """The one-time code that somebody typed, however it was pasted; None where it is none."""
    code = "".join(unicodedata.normalize("NFKC", typed).split())
    good = code.isascii() and code.isdigit() and len(code) == CODE_DIGITS
    return code if good else None
