"""Help: what can be done on the screen below, and by which keys."""

from textwrap import wrap
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from mts_tui import actions
from mts_tui.keyboard import shown
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.text import Part, TextBlock

TEXT_WIDTH = 40
PARTS = (("Rows", "list"), ("Handset", "handset"))
"""Widgets that bring actions of their own."""
GENERAL = (
    ("Tab", "Перейти к следующему полю или списку."),
    ("Enter", "Открыть или подтвердить."),
    ("Esc", "Вернуться или закрыть."),
)


class HelpDialog(Dialog[None]):
    """The keys of a screen, from the table of actions."""

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        parts = [place for kind, place in PARTS if below.query(kind)]
        self._places = ("app", *getattr(below, "action_places", ()), *parts)

    def compose(self) -> ComposeResult:
        """Title and lines."""
        with VerticalScroll(id="dialog"):
            yield Static("Что можно сделать здесь", classes="title", markup=False)
            yield TextBlock(id="help-lines")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the lines."""
        lines: list[tuple[str, str]] = [
            (" / ".join(self._names(action)), action.help)
            for action in actions.ACTIONS
            if action.place in self._places and action.keys
        ]
        parts: list[Part] = []
        for keys, text in (*GENERAL, *lines):
            first, *rest = wrap(text, TEXT_WIDTH)
            parts += [(f"{keys:<14}", "key"), f" {first}\n"]
            parts += [f"{'':<15}{line}\n" for line in rest]
        parts.append(("\nБуквы работают в обеих раскладках клавиатуры.", "muted"))
        self.query_one("#help-lines", TextBlock).show(*parts)

    def _names(self, action: actions.Action) -> list[str]:
        keys = self.app.settings.keys.get(action.id, action.keys)
        return [shown(key, KeyBar.layout_name) for key in keys.split(",")]
