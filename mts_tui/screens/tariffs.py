"""«Все тарифы»: a list that is narrowed by a key for each filter, and tariffs marked to compare."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.app import Happened, MtsApp
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.tariffs import Tariff
from mts_tui.widgets.alive import alive
from mts_tui.widgets.filter import Filter
from mts_tui.widgets.headings import Headings
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .base import AppScreen
from .tariff_filters import Filters, Shelf
from .tariff_words import (
    LATER,
    amount_in_short,
    fee_in_short,
    included,
    only_money_lacks,
    state_of,
    title_of,
)

if TYPE_CHECKING:
    from mts_tui.backend.contract.account import Overview

COLUMNS = (
    Column(3),
    Column(18, title="Тариф"),
    Column(12, right=True, title="Плата"),
    Column(8, right=True, needs=60, title="Минуты"),
    Column(6, right=True, needs=76, title="SMS"),
    Column(8, right=True, needs=60, title="Интернет"),
    Column(12, needs=76, title="Для вас"),
    Column(0, needs=150, title="Что это"),
)
NOTHING = "Таких тарифов нет. Снимите отбор: клавиша внизу экрана."
FAILED = "Список не загрузился. F5 — ещё раз."
MOST_MARKED = 4
SOUGHT = "Часть названия или описания: smart, безлимитный, семья"
GAP = 2
ROOM_FOR_WORDS = 60


class FilterLine(Paragraph):
    """The filters, each with its key and what is chosen."""

    app: MtsApp
    filters: reactive[Filters] = reactive(Filters())
    shelf: reactive[Shelf] = reactive(Shelf(()))

    NAMES = ("price", "minutes", "data", "audience", "archive")

    def render(self) -> Content:
        """One line, or as many as it takes: a key stands beside what it changes."""
        parts: list[Part] = []
        taken = 0
        for name in self.NAMES:
            place = getattr(self.filters, name)
            key = key_of(self.app, f"tariff_{name}")
            words = self.shelf.words(name)[place]
            length = len(key) + 1 + len(words)
            if taken:
                fits = taken + GAP + length <= self.size.width
                parts.append(" " * GAP if fits else "\n")
                taken = taken + GAP if fits else 0
            taken += length
            parts += [(f"{key} ", "key"), (words, "strong" if place else "muted")]
        return self.assemble(*parts)


class Detail(Paragraph):
    """The tariff under the cursor: what it is, and whether it can be had.

    Attributes:
        tariff: Which.
        may_wait: Whether a change to it can be planned, though it cannot be had now.
    """

    tariff: reactive[Tariff | None] = reactive(None)
    may_wait: reactive[bool] = reactive(default=False)

    def render(self) -> Content:
        """All of it; beside the phone a refusal stands alone, so that it is whole."""
        one, wide = self.tariff, self.size.width >= ROOM_FOR_WORDS
        if one is None:
            return Content()
        parts: list[Part] = [formatting.clean(one.description, 200), "\n"]
        if one.current:
            parts.append(("Это ваш тариф. Enter — всё о нём.", "good"))
        elif not one.refusal:
            parts.append(("Enter — подробно и смена.", "muted"))
        else:
            later = f" {LATER}" if wide and self.may_wait else ""
            why = (formatting.clean(one.refusal) + later, "warn" if one.fits else "muted")
            parts = [*parts, why] if wide else [why]
        return self.assemble(*parts)


class TariffsScreen(AppScreen[bool]):
    """The list; answers True where the tariff was changed.

    Args:
        account: Whose.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("tariffs"))

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._shelf = Shelf(())
        self._found: list[Tariff] = []
        self._filters = Filters()
        self._marked: list[str] = []
        self._overview: Overview | None = None

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("tariffs", "list")

    def compose(self) -> ComposeResult:
        """Title with figures, search, filters, list, the tariff under the cursor in words."""
        rows = Rows(COLUMNS, NOTHING, id="tariff-list")
        with Vertical(id="tariffs"):
            yield TextBlock(id="tariffs-title")
            yield Filter(SOUGHT, rows, id="tariff-search")
            yield FilterLine(id="tariff-filters")
            yield Headings(rows)
            yield rows
            yield Detail(id="tariff-detail")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the list."""
        self.query_one(Rows).focus()
        self._show_title()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for every tariff."""
        cabinet = self.app.cabinet
        try:
            overview = await cabinet.account.overview(self._account)
            tariffs = (await cabinet.tariffs.offered(self._account)).items
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._overview is None:
                self.query_one(Rows).say(FAILED)
            return
        if alive(self):
            self._overview = overview
            self._shelf = Shelf(tariffs)
            self.query_one(FilterLine).shelf = self._shelf
            self._show(keep=True)

    def on_happened(self, happened: Happened) -> None:
        """What can be had follows the balance."""
        event = happened.event
        for handset in self.query("Handset"):
            handset.post_message(Happened(event))
        if event.account == self._account and event.kind == "account":
            self.load()

    # ------------------------------------------------------------------ showing

    @property
    def chosen(self) -> Tariff | None:
        """The tariff under the cursor."""
        cursor = self.query_one(Rows).cursor
        return self._found[cursor] if cursor < len(self._found) else None

    def _show(self, *, keep: bool) -> None:
        if self._overview is None:
            return
        self._found = self._shelf.found(self._filters)
        rows = self.query_one(Rows)
        rows.show(len(self._found), self._row, keep=keep)
        if keep:
            rows.go_to(min(rows.cursor, max(0, len(self._found) - 1)))
        self.query_one(FilterLine).filters = self._filters
        self._show_title()

    def _show_title(self) -> None:
        parts: list[Part] = [("Все тарифы", "strong")]
        if self._overview is not None:
            shown_now, whole = len(self._found), len(self._shelf.tariffs)
            parts.append((f"   показано {shown_now} из {whole}", "muted"))
        if self._marked:
            parts.append(f" · отмечено {len(self._marked)}")
        self.query_one("#tariffs-title", TextBlock).show(*parts)

    def _row(self, index: int) -> tuple[Cell, ...]:
        one = self._found[index]
        marked = one.id in self._marked
        look = "muted" if one.archived or not one.fits else ""
        return (
            Cell("[x]" if marked else "[ ]", "strong" if marked else "muted"),
            Cell(title_of(one), "strong" if one.current else look),
            Cell(fee_in_short(one), look),
            *(Cell(amount_in_short(included(one, kind)), look) for kind in ("call", "sms", "data")),
            Cell(*state_of(one)),
            Cell(formatting.clean(one.description, 120), "muted"),
        )

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        one, detail = self.chosen, self.query_one(Detail)
        detail.tariff = one
        detail.may_wait = (
            one is not None and self._overview is not None and only_money_lacks(one, self._overview)
        )

    # ------------------------------------------------------------------ what a person does

    @on(Input.Changed, "#tariff-search")
    def _typed(self, changed: Input.Changed) -> None:
        self._filters = self._filters._replace(text=changed.value)
        self._show(keep=False)

    def action_tariff_find(self) -> None:
        """Go to the line of the search."""
        self.query_one(Filter).open()

    def action_narrow(self, name: str) -> None:
        """Choose the next of what a filter offers."""
        words = self._shelf.words(name)
        place = (getattr(self._filters, name) + 1) % len(words)
        self._filters = self._filters._replace(**{name: place})
        self._show(keep=False)

    def action_tariffs_all(self) -> None:
        """Take every filter away."""
        search = self.query_one(Filter)
        search.value = ""
        search.display = False
        self._filters = Filters()
        self._show(keep=False)

    def action_tariff_mark(self) -> None:
        """Mark the tariff under the cursor to be compared, or take the mark away."""
        one = self.chosen
        if one is None:
            return
        if one.id in self._marked:
            self._marked.remove(one.id)
        elif one.current:
            self.app.say("Ваш тариф и так стоит в сравнении. Отметьте другие.")
            return
        elif len(self._marked) == MOST_MARKED:
            self.app.say("Сравнить можно не больше четырёх. Снимите одну отметку пробелом.")
            return
        else:
            self._marked.append(one.id)
        self.query_one(Rows).refresh()
        self._show_title()

    def action_tariff_compare(self) -> None:
        """Put the marked ones side by side; without marks the one under the cursor."""
        marked = [one for one in self._shelf.tariffs if one.id in self._marked]
        if not marked and self.chosen is not None and not self.chosen.current:
            marked = [self.chosen]
        if not marked:
            self.app.say("Отметьте пробелом тарифы, которые хотите сравнить со своим.")
            return
        from .tariff_compare import CompareScreen

        own = [one for one in self._shelf.tariffs if one.current]
        self.app.push_screen(CompareScreen(self._account, [*own, *marked]))

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        one = self._found[chosen.index]
        from .tariff import OfferDialog, TariffDialog

        dialog = TariffDialog if one.current else OfferDialog
        self.app.push_screen(dialog(self._account, one), self._came_back)

    def _came_back(self, changed: object) -> None:
        """Who has changed the tariff is done here."""
        if changed:
            self.dismiss(result=True)

    def action_refresh(self) -> None:
        """Ask anew."""
        self.load()

    def action_close(self) -> None:
        """Close the list."""
        self.dismiss(result=False)
