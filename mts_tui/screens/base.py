"""What every screen of the program has in common."""

from typing import Generic, TypeVar

from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from mts_tui.app import MtsApp
from mts_tui.widgets.looks import LOOKS

T = TypeVar("T")


class AppScreen(Screen[T], Generic[T]):
    """A screen of the program."""

    app: MtsApp
    COMPONENT_CLASSES = LOOKS
    # Textual repaints the whole screen when the focus moves; the two widgets repaint by themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    @property
    def action_places(self) -> tuple[str, ...]:
        """Where the screen's actions stand in the table."""
        return ()
