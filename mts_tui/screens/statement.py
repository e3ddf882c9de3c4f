"""A statement that is ready: its rows, found as one types, summed up, explained, taken along."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input

from mts_tui import phones
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError, NotFound
from mts_tui.backend.contract.numbers import Number
from mts_tui.backend.contract.receipts import Mail, MailOrder
from mts_tui.backend.contract.statements import (
    Statement,
    StatementKind,
    StatementRow,
    StatementTotals,
)
from mts_tui.documents.statement import KINDS, NOTHING
from mts_tui.widgets.alive import alive
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Rows
from mts_tui.widgets.search import Search
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .base import AppScreen
from .cabinet import CabinetScreen
from .feed import Feed
from .feed_list import FeedList
from .kinds import KindsDialog
from .mail import MailDialog, told_of
from .statement_rows import COLUMNS, RowsOf, cells, line_of
from .statement_save import Ready, begin_printing, begin_saving, running
from .statement_view import RowDialog, TotalsDialog, TotalsView
from .statement_words import counted, days, kept_until, kinds_in_words
from .writing import TOLD_EVERY, Writing

Wanted = tuple[tuple[StatementKind, ...], str]
"""Kinds, none for all, and what is searched for."""

PANE_FROM = 110
"""Cells of a screen that has room for the totals beside the list."""
SOUGHT = "/ — найти: номер, зона, услуга"
FAILED = "Записи не загрузились. F5 — попробовать ещё раз."
FOUND_NOTHING = "Ничего не нашлось. Проверьте, что написано, или снимите отбор."
GONE = "Этой детализации больше нет: её хранят три дня. Закажите новую."


class Body(Horizontal):
    """List and totals: these stand beside it where there is room, and they are wanted."""

    wanted = True

    def on_resize(self) -> None:
        """The phone may have come, or gone."""
        self.lay()

    @property
    def has_room(self) -> bool:
        """Whether both fit."""
        return self.size.width >= PANE_FROM

    def lay(self) -> None:
        """Show the totals, or not."""
        self.query_one("#statement-pane").display = self.has_room and self.wanted


class Progress(TextBlock):
    """How far a file is that is being written; nothing where none is.

    Args:
        line: The line of the screen below, if there is one.
    """

    def __init__(self, line: Callable[[], Writing[Any] | None]) -> None:
        super().__init__(id="statement-progress")
        self._line = line

    def on_mount(self) -> None:
        """Look now and then."""
        self.display = False
        self.set_interval(TOLD_EVERY, self.look)

    def look(self) -> None:
        """Show the line of the screen below."""
        line = self._line()
        self.display = line is not None
        self._content = line.render() if line is not None else Content()
        self.refresh()


class StatementScreen(AppScreen[None]):
    """The statement.

    Args:
        number: Whose.
        statement: It.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("statement"))

    def __init__(self, number: Number, statement: Statement) -> None:
        super().__init__()
        self._number = number
        self._statement = statement
        self._zone = ZoneInfo(statement.zone)
        self._kinds: tuple[StatementKind, ...] = ()
        self._all: StatementTotals | None = None
        """What all rows come to."""
        self._slow = False

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("statement", "list")

    def compose(self) -> ComposeResult:
        """Title, search, filters; the list and what it comes to; the way of a letter, of a file."""
        self._list: FeedList[Wanted, StatementRow, StatementTotals] = FeedList(
            COLUMNS, self._begin, self._draw, self._nothing, failed=FAILED, rows_id="statement-rows"
        )
        with Vertical(id="statement"):
            yield TextBlock(id="statement-title")
            yield Search(SOUGHT, self._list.rows, id="statement-search")
            yield TextBlock(id="statement-summary")
            with Body(id="statement-body"):
                yield self._list
                with VerticalScroll(id="statement-pane"):
                    yield TotalsView(id="statement-totals")
            yield Paragraph(id="statement-mail")
            yield Progress(lambda: running(self.cabinet_screen))
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the rows."""
        self._list.rows.focus()
        self._show_head()
        self.load()

    @property
    def cabinet_screen(self) -> CabinetScreen:
        """The cabinet below."""
        return next(one for one in self.app.screen_stack if isinstance(one, CabinetScreen))

    # ------------------------------------------------------------------ asking

    def load(self) -> None:
        """Ask for the rows anew."""
        self._list.look_at(self._wanted, anew=True)

    @property
    def _wanted(self) -> Wanted:
        return self._kinds, self.query_one(Search).value

    async def _begin(self, wanted: Wanted) -> Feed[StatementRow, StatementTotals]:
        kinds, text = wanted
        statements, account = self.app.cabinet.statements, self._number.account
        return Feed(RowsOf(statements, account, self._statement.id, ",".join(kinds), text))

    @on(FeedList.Waiting)
    def _say_slow(self, message: FeedList.Waiting) -> None:
        self._slow = message.waiting
        self._show_head()

    def on_happened(self, happened: Happened) -> None:
        """It may be gone, or its letter on the way."""
        event = happened.event
        for handset in self.query("Handset"):
            handset.post_message(Happened(event))
        if event.account == self._number.account and event.kind == "statement":
            self._look_again()

    @work(group="statement")
    @once("look again")
    async def _look_again(self) -> None:
        try:
            found = await self.app.cabinet.statements.statement(
                self._number.account, self._statement.id
            )
        except NotFound:
            self.app.say(GONE, severity="warning")
            if alive(self):
                self.dismiss(None)
            return
        except CabinetError:
            return  # What is shown is still right.
        if alive(self):
            self._statement = found
            self._show_head()

    # ------------------------------------------------------------------ showing

    def _draw(self, row: StatementRow) -> tuple[Cell, ...]:
        return cells(row, self._zone)

    def _nothing(self) -> str:
        return FOUND_NOTHING if self._wanted != ((), "") else NOTHING

    @on(FeedList.Changed)
    def _sum_up(self) -> None:
        feed = self._list.feed
        totals = feed.totals if feed is not None else None
        if totals is not None and self._list.shown == ((), ""):
            self._all = totals
        self.query_one(TotalsView).totals = totals
        self._show_head()

    def _show_head(self) -> None:
        """Title, what is selected, and the letter."""
        one = self._statement
        self.query_one("#statement-title", TextBlock).show(
            ("Детализация ", "strong"),
            (phones.display(self._number.phone), "strong"),
            f" за {days(one)}",
        )
        self.query_one("#statement-summary", TextBlock).show(*self._selection())
        mail = self.query_one("#statement-mail", Paragraph)
        mail.display = one.mail is not None
        if one.mail is not None:
            mail.show(told_of(one.mail))

    def _selection(self) -> list[Part]:
        kinds, text = self._wanted
        parts: list[Part] = []
        if kinds:
            parts += [("Отбор: ", "muted"), (kinds_in_words(kinds), "strong"), " · "]
        feed = self._list.feed
        if feed is None or feed.totals is None:
            parts.append(("считаем…", "muted"))
        else:
            cost = sum_of(feed.totals.cost)
            parts += [(counted(feed.totals.count), "strong"), " · ", (cost, "strong")]
        if kinds or text:
            key = key_of(self.app, "statement_all")
            parts.append((f"   {key} — показать всё", "muted"))
        else:
            parts.append((f"   хранится до {kept_until(self._statement)}", "muted"))
        if self._slow:
            parts.append(("   ищем…", "warn"))
        return parts

    @on(Rows.Chosen)
    def _open(self) -> None:
        row = self._list.current
        if row is not None:
            self.app.push_screen(RowDialog(self._number.account, row, self._zone))

    # ------------------------------------------------------------------ what a person does

    @on(Input.Changed, "#statement-search")
    def _typed(self) -> None:
        self._choose(self._kinds)

    def _choose(self, kinds: tuple[StatementKind, ...] | None) -> None:
        if kinds is not None:
            self._kinds = kinds
            self._show_head()
            self._list.look_at(self._wanted)

    def action_find(self) -> None:
        """Go to the line of the search."""
        self.query_one(Search).focus()

    def action_kinds(self) -> None:
        """Choose kinds, of those that stand in it."""
        titles = {kind: KINDS[kind] for kind in KINDS if kind in self._statement.kinds}
        self.app.push_screen(KindsDialog("Какие записи", titles, self._kinds), self._choose)

    def action_show_all(self) -> None:
        """Take every filter away."""
        self.query_one(Search).value = ""
        self._choose(())

    def action_totals(self) -> None:
        """Show the totals: beside the list, or over it where there is no room."""
        body = self.query_one(Body)
        feed = self._list.feed
        if body.has_room:
            body.wanted = not body.wanted
            body.lay()
        elif feed is not None and feed.totals is not None:
            self.app.push_screen(TotalsDialog(feed.totals))

    def action_copy(self) -> None:
        """Copy the row under the cursor."""
        row = self._list.current
        if row is not None:
            self.app.copy(line_of(row, self._zone))

    def action_save(self) -> None:
        """Save it as a file; leave off where that is under way."""
        self._take(begin_saving)

    def action_print(self) -> None:
        """Print it; leave off where that is under way."""
        self._take(begin_printing)

    @work(group="take")
    @once("take")
    async def _take(self, begin: Callable[[CabinetScreen, Ready], None]) -> None:
        statements, number, one = self.app.cabinet.statements, self._number, self._statement
        if self._all is None:
            try:
                self._all = await statements.totals(number.account, one.id)
            except CabinetError as error:
                self.app.explain(error)
                return
        if alive(self):
            begin(self.cabinet_screen, Ready(statements, number, one, self._all))
            self.query_one(Progress).look()

    def action_mail(self) -> None:
        """Send the document by e-mail."""

        def send(order: MailOrder, key: str) -> Awaitable[Mail]:
            statements = self.app.cabinet.keyed(key).statements
            return statements.send(self._number.account, self._statement.id, order)

        def sent(mail: Mail | None) -> None:
            if mail is not None:
                self._look_again()

        self.app.push_screen(MailDialog("Послать детализацию по почте", send), sent)

    def action_refresh(self) -> None:
        """Ask anew."""
        self._look_again()
        self.load()

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)
