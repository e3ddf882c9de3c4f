"""«Архив операций»: all that happened, found as one types, summed up, explained, taken along."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.app import MtsApp
from mts_tui.backend.contract.archive import (
    Archive,
    Operation,
    OperationDetail,
    OperationKind,
    Order,
    Totals,
)
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.model import Page as PageOf
from mts_tui.widgets.alive import alive
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Rows
from mts_tui.widgets.search import Search
from mts_tui.widgets.text import Part, TextBlock

from .archive_filters import KINDS, Filters, LeastDialog, PeriodDialog
from .feed import Feed
from .feed_list import FeedList
from .history import COLUMNS, line_of, row_of
from .kinds import KindsDialog
from .operation import OperationDialog, OperationView
from .page import Page

PANE_FROM = 92
"""Cells of a page that has room for the operation beside the list."""
SOUGHT = "/ — найти: часть названия или номера"
FAILED = "Операции не загрузились. F5 — попробовать ещё раз."


class Summary(TextBlock):
    """Which filters are on, and what the selection comes to."""

    app: MtsApp
    filters: reactive[Filters] = reactive(Filters(), layout=True)
    totals: reactive[Totals | None] = reactive(None, layout=True)
    busy: reactive[bool] = reactive(False)  # noqa: FBT003 - a reactive's default
    now: datetime = datetime.now(UTC)
    currency = "RUB"

    def render(self) -> Content:
        """Two lines, and one by kind where there is room."""
        width = self.size.width
        told = self.filters.told(self.now.date(), self.currency)
        parts: list[Part] = []
        if told:
            parts += [("Отбор: ", "muted"), (" · ".join(told), "strong")]
        elif self.filters.text:
            parts.append(("Поиск по всем операциям", "muted"))
        else:
            parts.append(("Все операции за всё время", "muted"))
        if told or self.filters.text:
            key = key_of(self.app, "archive_all")
            parts.append((f"   {key} — показать всё", "muted"))
        if self.busy:
            parts.append(("   ищем…", "warn"))
        parts.append("\n")
        totals = self.totals
        if totals is None:
            return self.assemble(*parts, ("считаем…", "muted"))
        found = formatting.count(totals.count, "операция", "операции", "операций")
        parts.append((found, "strong"))
        if totals.spent:
            parts.append(f" · потрачено {self._money(totals.spent.amount_minor)}")
        if totals.received:
            parts.append(f" · поступило {self._money(totals.received.amount_minor)}")
        if width >= PANE_FROM and totals.spent:
            parts.append("\n")
            parts += self._by_kind(totals, width)
        return self.assemble(*parts)

    def _by_kind(self, totals: Totals, room: int) -> list[Part]:
        """What was spent on what, the dearest first, as much as fits a line."""
        parts: list[Part] = []
        for one in totals.kinds:
            text = f"{KINDS[one.kind]} {self._money(one.spent.amount_minor)}   "
            room -= len(text)
            if not one.spent or room < 0:
                break
            parts.append((text, "muted"))
        return parts

    def _money(self, minor: int) -> str:
        return formatting.money(minor, self.currency)


class History:
    """A selection of an account's history, the newest on top; see `feed.Source`.

    Args:
        archive: Who is asked.
        account: Whose history.
        asked: The filters, as `Archive.operations` takes them.
    """

    def __init__(self, archive: Archive, account: str, asked: dict[str, Any]) -> None:
        self._archive = archive
        self._account = account
        self._asked = asked

    async def page(self, count: int, place: str | None, *, down: bool) -> PageOf[Operation]:
        """See `feed.Source`."""
        order: Order = "newest" if down else "oldest"
        return await self._archive.operations(
            self._account, count, place, order=order, **self._asked
        )

    async def totals(self) -> Totals:
        """See `feed.Source`."""
        return await self._archive.totals(self._account, **self._asked)

    def place(self, row: Operation) -> str:
        """See `feed.Source`."""
        return row.id


class ArchivePage(Page):
    """The page."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("archive"))
    action_places = ("archive",)

    def __init__(self) -> None:
        super().__init__(id="archive")
        self._filters = Filters()
        self._known = ""
        """The account whose zone and day are known."""
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(UTC)
        self._explained: dict[tuple[str, Operation], OperationDetail] = {}

    def compose(self) -> ComposeResult:
        """Search, filters, totals; the list and the operation under the cursor."""
        self._list: FeedList[tuple[str, Filters], Operation, Totals] = FeedList(
            COLUMNS, self._begin, self._draw, self._nothing, failed=FAILED, rows_id="archive-rows"
        )
        yield Search(SOUGHT, self._rows, id="archive-search")
        yield Summary(id="archive-summary")
        with Horizontal(id="archive-body"):
            yield self._list
            with VerticalScroll(id="archive-pane", can_focus=False):
                yield OperationView(id="archive-operation")

    def take_focus(self) -> None:
        """The list scrolls at once."""
        self._rows.focus()

    def on_resize(self) -> None:
        """The operation stands beside the list where there is room for both."""
        self.query_one("#archive-pane").display = self.size.width >= PANE_FROM
        self._follow()

    @property
    def _rows(self) -> Rows:
        return self._list.rows

    @property
    def _account(self) -> str:
        return self.cabinet_screen.account

    # ------------------------------------------------------------------ asking

    def on_mount(self) -> None:
        """An operation that a person came for is explained at once."""
        if self.subject:
            self._explain_one(self.subject)

    @work(group="subject")
    async def _explain_one(self, operation: str) -> None:
        account, number = self._account, self.cabinet_screen.number
        try:
            detail = await self.app.cabinet.archive.operation(account, operation)
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self):
            zone = ZoneInfo(number.zone) if number is not None else self._zone
            self.app.push_screen(OperationDialog(account, detail.operation, zone))

    def load(self) -> None:
        """Ask for everything anew."""
        self._list.look_at((self._account, self._filters), anew=True)

    def numbers_came(self) -> None:
        """The account's zone is known with its number."""
        self._list.look_at((self._account, self._filters))

    def _choose(self, filters: Filters | None) -> None:
        """Look at another selection."""
        if filters is not None and filters != self._filters:
            self._filters = filters
            self.query_one(Summary).filters = filters
            self._list.look_at((self._account, filters))

    async def _begin(self, wanted: tuple[str, Filters]) -> Feed[Operation, Totals]:
        account, filters = wanted
        if account != self._known:
            summary = self.query_one(Summary)
            overview = await self.app.cabinet.account.overview(account)
            self._known = account
            self._zone = ZoneInfo(overview.number.zone)
            self._now = overview.as_of.astimezone(self._zone)
            summary.currency = overview.number.balance.currency
            summary.now = self._now
        return Feed(History(self.app.cabinet.archive, account, filters.asked(self._now)))

    @on(FeedList.Waiting)
    def _say_waiting(self, message: FeedList.Waiting) -> None:
        self.query_one(Summary).busy = message.waiting

    def happened(self, event: Event) -> None:
        """Show what is new on top, without moving what is looked at."""
        if event.account == self._account and event.kind == "account":
            self._list.catch_up()

    # ------------------------------------------------------------------ showing

    @on(FeedList.Changed)
    def _sum_up(self) -> None:
        feed, summary = self._list.feed, self.query_one(Summary)
        summary.filters = self._filters
        summary.totals = feed.totals if feed is not None else None

    def _draw(self, one: Operation) -> tuple[Cell, ...]:
        return row_of(one, self._zone, self._now)

    def _nothing(self) -> str:
        """What would be here, and how to get it."""
        if self._filters == Filters():
            return "Операций пока нет. Здесь будут звонки, SMS, платежи и списания."
        if self._filters.text:
            return "Ничего не нашлось. Проверьте, что написано, или снимите отбор."
        return "Таких операций нет. Выберите другое время или другие виды, или снимите отбор."

    @property
    def _current(self) -> tuple[str, Operation] | None:
        """The account that is shown, and the operation under the cursor."""
        one, shown_now = self._list.current, self._list.shown
        return None if one is None or shown_now is None else (shown_now[0], one)

    @on(Rows.Moved)
    def _follow(self) -> None:
        """Show the operation under the cursor, where there is room for it."""
        if not self.query_one("#archive-pane").display:
            return
        current, view = self._current, self.query_one(OperationView)
        if current is None:
            view.shown = None
            return
        detail = self._explained.get(current)
        view.shown = (current[1], detail, self._zone)
        if detail is None:
            self._explain_current()

    @work(group="archive-detail")
    @once("detail")
    async def _explain_current(self) -> None:
        """Explain the operation under the cursor; who moves on meanwhile gets the next one."""
        while alive(self):
            current = self._current
            if current is None or current in self._explained:
                return
            account, one = current
            try:
                detail = await self.app.cabinet.archive.operation(account, one.id)
            except CabinetError:
                return  # What the list knows of it is shown all the same.
            self._explained = {current: detail}
            if alive(self) and self._current == current:
                self.query_one(OperationView).shown = (detail.operation, detail, self._zone)

    @on(Rows.Chosen)
    def _open(self) -> None:
        if self._current is not None:
            self.app.push_screen(OperationDialog(*self._current, self._zone))

    def text_to_copy(self) -> str:
        """The row under the cursor."""
        one = self._list.current
        return line_of(one, self._zone) if one is not None else ""

    # ------------------------------------------------------------------ what a person does

    @on(Input.Changed, "#archive-search")
    def _typed(self, changed: Input.Changed) -> None:
        self._choose(self._filters._replace(text=changed.value))

    def action_find(self) -> None:
        """Go to the line of the search."""
        self.query_one(Search).focus()

    def action_period(self) -> None:
        """Choose the days."""
        self.app.push_screen(PeriodDialog(self._filters, self._now.date()), self._choose)

    def action_kinds(self) -> None:
        """Choose kinds."""

        def choose(kinds: tuple[OperationKind, ...] | None) -> None:
            if kinds is not None:
                self._choose(self._filters._replace(kinds=kinds))

        self.app.push_screen(KindsDialog("Какие операции", KINDS, self._filters.kinds), choose)

    def action_least(self) -> None:
        """Choose the smallest sum."""
        currency = self.query_one(Summary).currency
        self.app.push_screen(LeastDialog(self._filters, currency), self._choose)

    def action_show_all(self) -> None:
        """Take every filter away."""
        self.query_one(Search).value = ""
        self._choose(Filters())

    def action_export(self) -> None:
        """Take the selection along as a file; leave off where that is under way."""
        from .export import begin_export

        feed, number = self._list.feed, self.cabinet_screen.number
        if feed is not None and number is not None:
            total = feed.totals.count if feed.totals is not None else 0
            begin_export(
                self.cabinet_screen,
                number,
                History(self.app.cabinet.archive, number.account, self._filters.asked(self._now)),
                total if feed.count else None,
            )
