"""The cabinet's menu: a column on the left, or a strip where the terminal is narrow."""

from typing import ClassVar

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from mts_tui.actions import MENU

from .text import TextBlock


class Menu(TextBlock, can_focus=True):
    """The menu. The page that is open is marked; the cursor shows where Enter would go."""

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("up,left", "move(-1)", show=False),
        Binding("down,right", "move(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    here: reactive[str] = reactive("account")
    cursor: reactive[int] = reactive(0)

    class Chosen(Message):
        """A line of the menu was chosen."""

        def __init__(self, item: str) -> None:
            super().__init__()
            self.item = item

    def watch_here(self, here: str) -> None:
        """The cursor follows the open page."""
        self.cursor = next(number for number, item in enumerate(MENU) if item.id == here)

    def action_move(self, step: int) -> None:
        """Move the cursor, around the ends."""
        self.cursor = (self.cursor + step) % len(MENU)

    def action_choose(self) -> None:
        """Open what the cursor is on."""
        self.post_message(self.Chosen(MENU[self.cursor].id))

    def on_click(self, event: events.Click) -> None:
        """Open what was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if self.size.height > 1:
            if offset.y < len(MENU):
                self.post_message(self.Chosen(MENU[offset.y].id))
            return
        edge = 0
        for item in MENU:
            edge += len(item.short) + 5  # Its letter, three blanks, and the gap behind it.
            if offset.x < edge:
                self.post_message(self.Chosen(item.id))
                return

    def render(self) -> Content:
        """Lines of a column, or one line of a strip."""
        strip = self.size.height <= 1
        parts: list[tuple[str, str] | str] = []
        for number, item in enumerate(MENU):
            text = f" {item.key} {item.short if strip else item.title} "
            if not strip:
                mark = "▌" if item.id == self.here else " "
                text = f"{mark}{item.key} {item.title}".ljust(self.size.width)
            marked = item.id == self.here or (self.has_focus and number == self.cursor)
            style = "here" if marked else ""
            if strip:
                parts += [(text, style) if style else text, " "]
            else:
                parts += [(text, style) if style else text, "\n"]
        return self.assemble(*parts[:-1])
