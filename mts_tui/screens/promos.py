"""«Акции»: what one takes part in and how far it is, what is offered, each with its terms."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.promos import Promo
from mts_tui.widgets.alive import alive
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph

from .page import Page
from .promo import PromoDialog, standing, told

COLUMNS = (Column(2), Column(24), Column(0, needs=64), Column(24, right=True, needs=50))
NONE = "Сейчас акций нет. Когда они появятся, они будут здесь."
FAILED = "Акции не загрузились. F5 — попробовать ещё раз."
MARKS = {
    "joined": ("●", "good"),
    "offered": ("", ""),
    "done": ("✓", "good"),
    "ended": ("✗", "muted"),
}


class PromosPage(Page):
    """The promotions of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("promos"))
    action_places = ("promos", "list")

    def __init__(self) -> None:
        super().__init__(id="promos")
        self._found: list[Promo] = []
        self._shown_for = ""

    def compose(self) -> ComposeResult:
        """The list, the terms of the one under the cursor."""
        yield Static("Акции", classes="title", markup=False)
        yield Rows(COLUMNS, NONE, id="promo-list")
        with VerticalScroll(id="promo-scroll", can_focus=False):
            yield Paragraph(id="promo-detail")

    def take_focus(self) -> None:
        """The list."""
        self.query_one(Rows).focus()

    @property
    def _account(self) -> str:
        return self.cabinet_screen.account

    @property
    def _current(self) -> Promo | None:
        place = self.query_one(Rows).cursor
        return self._found[place] if place < len(self._found) else None

    def happened(self, event: Event) -> None:
        """A fee, a friend or another client may have got one further."""
        if event.account == self._account and event.kind == "account":
            self.load()

    def numbers_came(self) -> None:
        """The zone is known now."""
        self._show()

    @work(exclusive=True, group="promos")
    async def load(self) -> None:
        """Ask for them anew."""
        account = self._account
        try:
            found = (await self.app.cabinet.promos.offered(account)).items
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and not self._found:
                self.query_one(Rows).say(FAILED)
            return
        if alive(self) and account == self._account:
            here = self._current.id if self._current and account == self._shown_for else ""
            here, self.subject = self.subject or here, ""
            self._found, self._shown_for = found, account
            self._show()
            places = {one.id: place for place, one in enumerate(found)}
            self.query_one(Rows).go_to(places.get(here, 0))
            self._show_detail()

    def _show(self) -> None:
        if self._shown_for:
            self.query_one(Rows).show(len(self._found), self._row, keep=True)
            self._show_detail()

    def _row(self, place: int) -> tuple[Cell, ...]:
        one = self._found[place]
        barred = one.state == "offered" and bool(one.refusal)
        return (
            Cell(*MARKS[one.state]),
            Cell(formatting.clean(one.title, 60), "muted" if barred else "strong"),
            Cell(formatting.clean(one.short, 120), "muted" if barred else ""),
            Cell(*standing(one, self.zone)),
        )

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        one = self._current
        detail = self.query_one("#promo-detail", Paragraph)
        detail.show(*(told(one, self.zone) if one is not None else ()))
        self.query_one("#promo-scroll").scroll_home(animate=False)

    def text_to_copy(self) -> str:
        """The one under the cursor, with its terms."""
        one = self._current
        if one is None:
            return ""
        parts = told(one, self.zone)
        return "".join(part if isinstance(part, str) else part[0] for part in parts)

    @on(Rows.Chosen)
    def action_open_promo(self) -> None:
        """The promotion under the cursor: take part, answer, leave."""
        one, number = self._current, self.cabinet_screen.number
        if one is not None and number is not None:
            self.app.push_screen(PromoDialog(number, one), self._came_back)

    def _came_back(self, changed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if changed and alive(self):
            self.load()
