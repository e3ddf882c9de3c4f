"""One of several: `(•)` and `( )`, one line each."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from .text import Part, TextBlock


class Choice(TextBlock, can_focus=True):
    """The choice. Lines are shown with `offer`; `chosen` is the index of one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("enter", "submit", show=False),
    ]

    chosen: reactive[int] = reactive(0)

    class Changed(Message):
        """Another line was chosen."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            """The choice."""
            return self.choice

    class Submitted(Message):
        """Enter on a line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[Sequence[Part]] = ()

    def offer(self, lines: Sequence[Sequence[Part]]) -> None:
        """Show the lines that there are now."""
        grown = len(lines) != len(self._lines)
        self._lines = lines
        self.chosen = min(self.chosen, max(0, len(lines) - 1))
        self.refresh(layout=grown)

    def render(self) -> Content:
        """The lines."""
        parts: list[Part] = []
        for index, line in enumerate(self._lines):
            here = index == self.chosen
            mark = "(•) " if here else "( ) "
            parts.append((mark, "here" if here and self.has_focus else "strong" if here else ""))
            parts += [*line, "\n"]
        return self.assemble(*parts[:-1])

    def action_move(self, step: int) -> None:
        """Choose the line above or below."""
        self._choose(self.chosen + step)

    def action_submit(self) -> None:
        """Go on with this line."""
        self.post_message(self.Submitted())

    def on_click(self, event: events.Click) -> None:
        """Choose the line that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self._choose(offset.y)

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._lines) and index != self.chosen:
            self.chosen = index
            self.post_message(self.Changed(self))
