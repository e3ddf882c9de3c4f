"""Help: the page of the screen below, then what can be done there and by which keys."""

from textwrap import wrap
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Static

from mts_tui import actions, handbook
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.menu import Menu
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .handbook_words import key_names, page_parts

TEXT_WIDTH = 40
PARTS = (("Sections", "sections"), ("Rows", "list"), ("Handset", "handset"))
"""Widgets that bring actions of their own."""
GENERAL = (
    ("Tab", "Перейти к следующему полю или списку."),
    ("Enter", "Открыть или подтвердить."),
    ("Esc", "Вернуться или закрыть."),
)
KEYS = "Что можно сделать здесь"
PHONE = "handset"
"""The phone of the demo, in which somebody types: on whichever screen."""


def page_for(below: Screen[Any]) -> handbook.Page | None:
    """The page of the help that explains a screen, or what lies under it where it has none."""
    focused = below.focused
    if focused is not None and any(node.id == PHONE for node in focused.ancestors_with_self):
        return handbook.page_of(PHONE)
    stack = below.app.screen_stack
    under = reversed(stack[: stack.index(below) + 1])
    return next((page for page in map(_own_page, under) if page is not None), None)


def _own_page(screen: Screen[Any]) -> handbook.Page | None:
    """By the id of the cabinet's open page, or by the screen's kind."""
    menus = screen.query(Menu)
    if menus:
        return handbook.page_of(menus.first().here)
    found = (handbook.page_of(kind.__name__) for kind in type(screen).__mro__)
    return next((page for page in found if page is not None), None)


class HelpDialog(Dialog[None]):
    """A screen's page of the help, and its keys from the table of actions."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings("help"))
    action_places = ("help",)

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        parts = [place for kind, place in PARTS if below.query(kind)]
        self._places = ("app", *getattr(below, "action_places", ()), *parts)
        self._page = page_for(below)

    def compose(self) -> ComposeResult:
        """The page, the keys, the way to the whole help."""
        title = self._page.title if self._page is not None else KEYS
        with Vertical(id="dialog", classes="help-dialog"):
            yield Static(title, classes="title", markup=False)
            with VerticalScroll(id="help-scroll", can_focus=True):
                if self._page is not None:
                    yield Paragraph(id="help-page")
                    yield Static(KEYS, classes="title", id="help-keys", markup=False)
                yield TextBlock(id="help-lines")
            with Horizontal(classes="buttons"):
                yield Button("Вся справка и поиск", id="handbook")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the texts."""
        if self._page is not None:
            self.query_one("#help-page", Paragraph).show(*page_parts(self.app, self._page))
        lines: list[tuple[str, str]] = [
            (" / ".join(key_names(self.app, action.id)), action.help)
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
        self.query_one("#help-scroll").focus()

    @on(Button.Pressed, "#handbook")
    def action_find_help(self) -> None:
        """Open the whole help."""
        from .handbook import HandbookDialog

        self.app.push_screen(HandbookDialog())
