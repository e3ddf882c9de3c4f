"""The whole help: its pages, what was looked for in them, and a page to read."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import handbook
from mts_tui.actions import bindings
from mts_tui.handbook.search import search
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.search import Search
from mts_tui.widgets.text import Paragraph

from .handbook_words import page_parts

COLUMNS = (Column(30), Column(0, needs=50))
MOST = 30
NOTHING = "Ничего не нашлось. Спросите другими словами или напишите в поддержку."


class HandbookDialog(Dialog[None]):
    """The list of pages, or what was found; Enter opens a page.

    Args:
        text: What to look for at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("handbook"))
    action_places = ("handbook", "list")

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._text = text
        self._found: list[tuple[handbook.Page, str]] = []

    def compose(self) -> ComposeResult:
        """The search and what it finds."""
        rows = Rows(COLUMNS, NOTHING, id="handbook-list")
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Справка", classes="title", markup=False)
            yield Search("/ — найти: слова вопроса", rows, id="handbook-search")
            yield rows
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show every page, or look for what was asked."""
        self.query_one(Search).value = self._text
        self._look(self._text)
        self.query_one(Rows).focus()

    @on(Input.Changed, "#handbook-search")
    def _typed(self, changed: Input.Changed) -> None:
        self._look(changed.value)

    def _look(self, text: str) -> None:
        if text.strip():
            self._found = [
                (one.page, f"{one.section.title}: {one.excerpt}".removeprefix(": "))
                for one in search(text, MOST)
            ]
        else:
            self._found = [(page, handbook.without_keys(page.lead)) for page in handbook.pages()]
        rows = self.query_one(Rows)
        rows.show(len(self._found), self._row, keep=False)

    def _row(self, index: int) -> tuple[Cell, ...]:
        page, words = self._found[index]
        return (Cell(page.title, "strong"), Cell(words, "muted"))

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        self.app.push_screen(PageDialog(self._found[chosen.index][0]))

    def action_find_help(self) -> None:
        """Go to the line of the search."""
        self.query_one(Search).focus()


class PageDialog(Dialog[None]):
    """One page, to read.

    Args:
        page: The page.
    """

    def __init__(self, page: handbook.Page) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        """Title and text."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static(self._page.title, classes="title", markup=False)
            with VerticalScroll(id="page-scroll", can_focus=True):
                yield Paragraph(id="page-text")
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the text."""
        self.query_one(Paragraph).show(*page_parts(self.app, self._page))
        self.query_one("#page-scroll").focus()
