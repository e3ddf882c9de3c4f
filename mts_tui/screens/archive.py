"""«Архив операций»: all that happened, found as one types, summed up, explained, taken along."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.archive import Operation, OperationDetail, Totals
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.keyboard import shown
from mts_tui.widgets.alive import alive
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Rows
from mts_tui.widgets.text import Part, TextBlock

from .archive_filters import KINDS, Filters, KindsDialog, LeastDialog, PeriodDialog
from .feed import Feed
from .history import COLUMNS, line_of, row_of
from .operation import OperationDialog, OperationView
from .page import Page

if TYPE_CHECKING:
    from textual.timer import Timer

    from mts_tui.documents.tables import Table

SLOW_SECONDS = 0.3
"""A search that takes longer says that it is at work."""
PANE_FROM = 92
"""Cells of a page that has room for the operation beside the list."""
LONGEST_SEARCH = 100


class Search(Input):
    """The line in which one types what to look for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,enter", "to_list", show=False),
    ]

    def on_mount(self) -> None:
        """Nothing blinks."""
        self.cursor_blink = False

    def action_leave(self) -> None:
        """Look for nothing any more, and go back to the list."""
        self.value = ""
        self.action_to_list()

    def action_to_list(self) -> None:
        """Go to what was found."""
        self.screen.query_one("#archive-rows").focus()


class Summary(TextBlock):
    """Which filters are on, and what the selection comes to."""

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
            key = shown("x", KeyBar.layout_name)
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


class ArchivePage(Page):
    """The page."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("archive"))
    action_places = ("archive",)

    def __init__(self) -> None:
        super().__init__(id="archive")
        self._filters = Filters()
        self._feed: Feed | None = None
        self._shown: tuple[str, Filters] | None = None
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(UTC)
        self._slow: Timer | None = None
        self._explained: dict[str, OperationDetail] = {}

    def compose(self) -> ComposeResult:
        """Search, filters, totals; the list and the operation under the cursor."""
        yield Search(
            placeholder="/ — найти: часть названия или номера",
            max_length=LONGEST_SEARCH,
            id="archive-search",
            compact=True,
        )
        yield Summary(id="archive-summary")
        with Horizontal(id="archive-body"):
            yield Rows(COLUMNS, "", id="archive-rows")
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
        return self.query_one(Rows)

    @property
    def _account(self) -> str:
        return self.cabinet_screen.account

    # ------------------------------------------------------------------ asking

    def load(self) -> None:
        """Ask for everything anew."""
        self._shown = None
        self._keep_up()

    def numbers_came(self) -> None:
        """The account's zone is known with its number."""
        if self._shown is None:
            self._keep_up()

    def _choose(self, filters: Filters | None) -> None:
        """Look at another selection."""
        if filters is not None and filters != self._filters:
            self._filters = filters
            self.query_one(Summary).filters = filters
            self._keep_up()

    @work(group="archive")
    @once("keep up")
    async def _keep_up(self) -> None:
        """Ask until what is shown is what is wanted. Who types quickly does not wait for each."""
        self._slow = self._slow or self.set_timer(SLOW_SECONDS, self._say_busy)
        try:
            while alive(self) and self._shown != (self._account, self._filters):
                await self._ask(self._account, self._filters)
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._feed is None:
                self._rows.say("Операции не загрузились. F5 — попробовать ещё раз.")
        finally:
            self._slow.stop()
            self._slow = None
            if alive(self):
                self.query_one(Summary).busy = False

    async def _ask(self, account: str, filters: Filters) -> None:
        if self._feed is None or self._feed.account != account:
            overview = await self.app.cabinet.account.overview(account)
            self._zone = ZoneInfo(overview.number.zone)
            self._now = overview.as_of.astimezone(self._zone)
            self.query_one(Summary).currency = overview.number.balance.currency
            self.query_one(Summary).now = self._now
        feed = Feed(self.app.cabinet.archive, account, filters.asked(self._now))
        await feed.begin()
        if not alive(self) or (self._account, self._filters) != (account, filters):
            return
        self._shown = account, filters
        self._feed = feed
        self._explained.clear()
        self._show(keep=False)
        self._sum_up(feed)

    def _say_busy(self) -> None:
        self.query_one(Summary).busy = True

    @work(exclusive=True, group="archive-totals")
    async def _sum_up(self, feed: Feed) -> None:
        try:
            await feed.sum_up()
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self) and feed is self._feed:
            self._show(keep=True)

    @on(Rows.NearEnd)
    @on(Rows.NearStart)
    def _near(self, message: Rows.NearEnd | Rows.NearStart) -> None:
        feed, down = self._feed, isinstance(message, Rows.NearEnd)
        if feed is not None and feed.goes_on(down=down):
            self._reach(feed, down=down)

    @work(group="archive-more")
    @once("more")
    async def _reach(self, feed: Feed, *, down: bool) -> None:
        """Ask for more rows below or above those that are here."""
        try:
            await (feed.go_on() if down else feed.go_back())
        except CabinetError as error:
            self.app.explain(error)
            if alive(self):
                self._rows.ask_again()
            return
        if alive(self) and feed is self._feed:
            self._show(keep=True)

    @on(Rows.Far)
    @work(group="archive-more")
    @once("more")
    async def _jump(self, far: Rows.Far) -> None:
        """Go to the other end of the list."""
        feed = self._feed
        if feed is None:
            return
        try:
            await (feed.begin() if far.direction < 0 else feed.end())
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self) and feed is self._feed:
            self._show(keep=True)
            self._rows.go_to(0 if far.direction < 0 else feed.count - 1)

    def happened(self, event: Event) -> None:
        """Show what is new on top, without moving what is looked at."""
        if event.account == self._account and event.kind == "account":
            self._catch_up()

    @work(group="archive-more")
    @once("more")
    async def _catch_up(self) -> None:
        feed = self._feed
        if feed is None:
            return
        try:
            moved = await feed.catch_up()
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self) and feed is self._feed:
            self._show(keep=True, above=moved)

    # ------------------------------------------------------------------ showing

    def _show(self, *, keep: bool, above: int = 0) -> None:
        feed = self._feed
        assert feed is not None
        summary = self.query_one(Summary)
        summary.filters = self._filters
        summary.totals = feed.totals
        rows = self._rows
        if not feed.count:
            rows.say(self._nothing())
        rows.show(feed.count, self._draw, keep=keep, above=above, here=feed.here)
        if not feed.count:
            rows.say(self._nothing())

    def _draw(self, index: int) -> tuple[Cell, ...]:
        one = self._feed.at(index) if self._feed is not None else None
        return () if one is None else row_of(one, self._zone, self._now)

    def _nothing(self) -> str:
        """What would be here, and how to get it."""
        if self._filters == Filters():
            return "Операций пока нет. Здесь будут звонки, SMS, платежи и списания."
        if self._filters.text:
            return "Ничего не нашлось. Проверьте, что написано, или снимите отбор."
        return "Таких операций нет. Выберите другое время или другие виды, или снимите отбор."

    @property
    def _current(self) -> Operation | None:
        return self._feed.at(self._rows.cursor) if self._feed is not None else None

    @on(Rows.Moved)
    def _follow(self) -> None:
        """Show the operation under the cursor, where there is room for it."""
        if not self.query_one("#archive-pane").display:
            return
        one, view = self._current, self.query_one(OperationView)
        detail = self._explained.get(one.id) if one is not None else None
        view.shown = (one, detail, self._zone) if one is not None else None
        if one is not None and detail is None:
            self._explain_current()

    @work(group="archive-detail")
    @once("detail")
    async def _explain_current(self) -> None:
        """Explain the operation under the cursor; who moves on meanwhile gets the next one."""
        while alive(self):
            one, account = self._current, self._account
            if one is None or one.id in self._explained:
                return
            try:
                detail = await self.app.cabinet.archive.operation(account, one.id)
            except CabinetError:
                return  # What the list knows of it is shown all the same.
            self._explained = {one.id: detail}
            if alive(self) and self._current == one:
                self.query_one(OperationView).shown = (detail.operation, detail, self._zone)

    @on(Rows.Chosen)
    def _open(self) -> None:
        if self._current is not None:
            self.app.push_screen(OperationDialog(self._account, self._current, self._zone))

    def text_to_copy(self) -> str:
        """The row under the cursor."""
        one = self._current
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
        self.app.push_screen(KindsDialog(self._filters), self._choose)

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
        from .export import ExportDialog, Exporting

        for running in self.screen.query(Exporting):
            running.cancel()
            return
        feed, number = self._feed, self.cabinet_screen.number
        if feed is None or number is None:
            return
        if not feed.count:
            self.app.say("Выгружать нечего: в отборе нет операций.")
            return
        screen, account, asked = self.screen, feed.account, feed.asked
        total = feed.totals.count if feed.totals is not None else 0

        def begin(table: "Table | None") -> None:
            if table is not None:
                line = Exporting(table, account, asked, total)
                screen.mount(line, before=screen.query_one(KeyBar))

        self.app.push_screen(ExportDialog(number, total), begin)
