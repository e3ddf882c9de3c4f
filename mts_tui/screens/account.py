"""«Счет»: the balance first and biggest, packages with their outlook, the month, the history."""

import asyncio
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.account import Overview
from mts_tui.backend.contract.archive import Operation
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.widgets.alive import alive
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import TextBlock

from .history import row_of
from .overview import Beside, Buckets, Coming, Month, ViewBlock
from .page import Page

PAGE = 50
COMING_SHOWN_FROM = 150
"""Cells of a screen that has room for what comes next."""
COLUMNS = (
    Column(14),
    Column(0),
    Column(12, right=True, needs=84),
    Column(12, right=True),
    Column(13, right=True, needs=72),
)


class AccountPage(Page):
    """The first page."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("account"))
    action_places = ("account",)

    def __init__(self) -> None:
        super().__init__(id="account")
        self._overview: Overview | None = None
        self._operations: list[Operation] = []
        self._cursor: str | None = None

    def compose(self) -> ComposeResult:
        """Answer, packages, month, history."""
        with Vertical(id="summary"):
            with Horizontal(id="answer"):
                yield Digits("", id="balance")
                yield Beside("Загружаем счёт…", id="beside")
            yield Buckets(id="buckets")
            yield Month(id="month")
            yield Coming(id="coming")
        yield Rows(
            COLUMNS, "Операций пока нет. Здесь будут звонки, SMS, платежи и списания.", id="history"
        )

    def take_focus(self) -> None:
        """The history scrolls at once."""
        self.query_one(Rows).focus()

    @work(exclusive=True, group="account")
    async def load(self) -> None:
        """Ask for the account and the first page of its history."""
        account, cabinet = self.cabinet_screen.account, self.app.cabinet
        try:
            overview, page = await asyncio.gather(
                cabinet.account.overview(account), cabinet.archive.operations(account, PAGE)
            )
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._overview is None:
                self.query_one("#beside", TextBlock).show("Счёт не загрузился.")
                self.query_one(Rows).say("F5 — попробовать ещё раз.")
            return
        if not alive(self):
            return
        same = self._overview is not None and self._overview.number.account == account
        self._overview = overview
        above = self._merge(page.items, page.next_cursor, keep=same)
        self._show_overview(overview)
        self._show_history(keep=same, above=above)
        self.load_coming()

    @work(exclusive=True, group="coming")
    async def load_coming(self) -> None:
        """Ask what is charged next, where there is room for it; after all that comes first."""
        if self.app.size.width < COMING_SHOWN_FROM or self._overview is None:
            return
        account = self.cabinet_screen.account
        try:
            page = await self.app.cabinet.account.charges(account)
        except CabinetError:
            return  # The rest of the page has said so.
        if alive(self) and account == self.cabinet_screen.account:
            self.query_one(Coming).show_charges(page.items, self._zone)

    def on_resize(self) -> None:
        """A wider screen has room for what comes next."""
        coming = self.query_one(Coming)
        if not coming.charges:
            self.load_coming()

    def action_charges(self) -> None:
        """What is charged in the next month."""
        from .charges import ChargesDialog

        self.app.push_screen(ChargesDialog(self.cabinet_screen.account, self._zone))

    def action_budget(self) -> None:
        """The month's budget."""
        from .budget import BudgetDialog

        number = self.cabinet_screen.number
        dialog = BudgetDialog(
            self.cabinet_screen.account, imported=number is not None and number.imported
        )
        self.app.push_screen(dialog, self._changed)

    def action_subscriptions(self) -> None:
        """Paid subscriptions."""
        from .subscriptions import SubscriptionsDialog

        dialog = SubscriptionsDialog(self.cabinet_screen.account, self._zone)
        self.app.push_screen(dialog, self._changed)

    def _changed(self, changed: object) -> None:
        if changed and alive(self):
            self.load()

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._overview.number.zone if self._overview is not None else "UTC")

    def _merge(self, newest: list[Operation], cursor: str | None, *, keep: bool) -> int:
        """Put news on top of what was scrolled through; how many they are."""
        known = self._operations if keep else []
        last = newest[-1].id if newest else ""
        places = [index for index, one in enumerate(known) if one.id == last]
        if places and len(known) > places[0] + 1:
            self._operations = newest + known[places[0] + 1 :]
        else:
            self._operations = newest
            self._cursor = cursor
        first = known[0].id if known else ""
        return next((place for place, one in enumerate(newest) if one.id == first), 0)

    @on(Rows.NearEnd)
    @work(exclusive=True, group="more")
    async def _more(self) -> None:
        if self._cursor is None or self._overview is None:
            return
        account = self._overview.number.account
        try:
            page = await self.app.cabinet.archive.operations(account, 200, self._cursor)
        except CabinetError as error:
            self.app.explain(error)
            self.query_one(Rows).ask_again()
            return
        if alive(self) and account == self._overview.number.account:
            self._operations += page.items
            self._cursor = page.next_cursor
            self._show_history(keep=True)

    @on(Rows.Chosen)
    def _explain(self, chosen: Rows.Chosen) -> None:
        from .operation import OperationDialog

        one = self._operations[chosen.index]
        self.app.push_screen(OperationDialog(self.cabinet_screen.account, one, self._zone))

    def happened(self, event: Event) -> None:
        """Show changes of this account at once."""
        if event.account == self.cabinet_screen.account and event.kind == "account":
            self.load()

    def text_to_copy(self) -> str:
        """The row under the cursor."""
        rows = self.query_one(Rows)
        return rows.text_of(rows.cursor) if rows.has_focus and rows.row_count else ""

    # ------------------------------------------------------------------ showing

    def _show_overview(self, view: Overview) -> None:
        balance = view.number.balance
        text = formatting.money(balance.amount_minor, balance.currency)
        amount = text.rpartition("\N{NO-BREAK SPACE}")[0]
        digits = self.query_one("#balance", Digits)
        if view.number.imported:
            amount = "-"  # There is no balance.
        digits.update(amount.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-"))
        digits.set_class(balance.amount_minor < 0, "error")
        for block in self.query(ViewBlock):
            block.view = view

    def _show_history(self, *, keep: bool, above: int = 0) -> None:
        if self._overview is None:
            return
        zone = ZoneInfo(self._overview.number.zone)
        today = self._overview.as_of.astimezone(zone)
        self.query_one(Rows).show(
            len(self._operations),
            lambda index: _row(self._operations[index], zone, today),
            keep=keep,
            above=above,
        )


def _row(one: Operation, zone: ZoneInfo, today: datetime) -> tuple[Cell, ...]:
    """An operation as everywhere, and whether a package paid; the units where there is room."""
    when, title, units, amount = row_of(one, zone, today)
    note = ""
    if one.bucket:
        note = "сверх пакета" if one.amount else "из пакета"
    return (when, title, units, amount, Cell(note, "muted"))
