"""The cabinet's menu: a column on the left, or a strip where the terminal is narrow.

A strip that is too short for all lines shows a part of them, the one with the cursor, and marks
that there is more to the left or the right, with a point where something there is new. Which lines
stand together never changes while it is as wide as it is, and a badge has its place whether it is
there or not.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from mts_tui.actions import MENU, MenuItem
from mts_tui.keyboard import shown

from .key_bar import KeyBar
from .text import TextBlock

MORE_WIDTH = 2
"""Of the mark that there is more: `‹ `, ` ›`."""
BADGED = frozenset({"support", "notifications"})
"""Lines that may have a badge."""
BADGE_WIDTH = 3
_MOST = 9


class Menu(TextBlock, can_focus=True):
    """The menu. The page that is open is marked; the cursor shows where Enter would go."""

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("up,left", "move(-1)", show=False),
        Binding("down,right", "move(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    here: reactive[str] = reactive("account")
    cursor: reactive[int] = reactive(0)
    badges: reactive[dict[str, int]] = reactive(dict[str, int])
    """How much is new behind a line; only those of `BADGED` are shown."""

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
        """Open what was clicked; a mark of more shows more."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if self.size.height > 1:
            if offset.y < len(MENU):
                self.post_message(self.Chosen(MENU[offset.y].id))
            return
        part, edge = self._part(), MORE_WIDTH
        if offset.x < edge:
            self.cursor = max(0, part.start - 1)
            return
        for number in part:
            edge += len(self._text(MENU[number], short=True))
            if offset.x < edge:
                self.post_message(self.Chosen(MENU[number].id))
                return
        self.cursor = min(part.stop, len(MENU) - 1)

    def _text(self, item: MenuItem, *, short: bool) -> str:
        key = shown(item.key, KeyBar.layout_name)
        if not short:
            return f"{key} {item.title}"
        return f" {key} {item.short}{self._badge(item)} "

    def _badge(self, item: MenuItem) -> str:
        """How much is new, in the cells that are kept for it."""
        if item.id not in BADGED:
            return ""
        count = self.badges.get(item.id, 0)
        told = f"{_MOST}+" if count > _MOST else str(count)
        return (f" {told}" if count else "").ljust(BADGE_WIDTH)

    def _part(self) -> range:
        """The lines of the strip that are shown now."""
        room = self.size.width - 2 * MORE_WIDTH
        first, taken = 0, 0
        for number, item in enumerate(MENU):
            width = len(self._text(item, short=True))
            if taken + width > room and number > first:
                if number > self.cursor:
                    return range(first, number)
                first, taken = number, 0
            taken += width
        return range(first, len(MENU))

    def render(self) -> Content:
        """Lines of a column, or one line of a strip."""
        strip = self.size.height <= 1
        part = self._part() if strip else range(len(MENU))
        parts: list[tuple[str, str] | str] = []
        for number in part:
            item = MENU[number]
            if strip:
                text = self._text(item, short=True)
            else:
                mark = "▌" if item.id == self.here else " "
                badge = self._badge(item)
                room = self.size.width - len(badge)
                text = f"{mark}{self._text(item, short=False)}".ljust(room) + badge
            marked = item.id == self.here or (self.has_focus and number == self.cursor)
            parts.append((text, "here") if marked else text)
            parts.append("" if strip else "\n")
        if not strip:
            return self.assemble(*parts[:-1])
        left, right = self._mark(MENU[: part.start]), self._mark(MENU[part.stop :])
        before = ("‹" + left[0], left[1]) if part.start else "  "
        after = (right[0] + "›", right[1]) if part.stop < len(MENU) else ""
        return self.assemble(before, *parts, after)

    def _mark(self, hidden: Sequence[MenuItem]) -> tuple[str, str]:
        """What stands beside a mark of more, and how it looks: whether anything is new there."""
        new = any(self.badges.get(item.id, 0) for item in hidden if item.id in BADGED)
        return ("●", "key") if new else (" ", "muted")
