"""«Квитанции и платежи»: Enter opens the receipt, or goes on with an unfinished payment."""

from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.payments import Payment
from mts_tui.widgets.alive import alive
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import TextBlock

from .base import AppScreen
from .payment_steps import ENDED, receiver

if TYPE_CHECKING:
    from datetime import datetime

COLUMNS = (
    Column(14),
    Column(10, needs=80),
    Column(0),
    Column(13, right=True),
    Column(14),
)
PAGE = 50
KINDS = {"top_up": "Пополнение", "transfer": "Перевод", "purchase": "Оплата"}
STATES = {
    "created": ("▲ ждёт карту", "warn"),
    "code_sent": ("▲ ждёт код", "warn"),
    "waiting": ("▲ ждёт банк", "warn"),
    "done": ("✓ выполнен", "good"),
    "declined": ("✗ отклонён", "bad"),
    "cancelled": ("отменён", "muted"),
    "expired": ("время вышло", "muted"),
}


class RecentScreen(AppScreen[bool]):
    """The list.

    Args:
        account: Whose payments.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("recent_payments"))

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._zone = ZoneInfo("UTC")
        self._today: datetime | None = None
        self._payments: list[Payment] = []
        self._cursor: str | None = None

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("recent_payments",)

    def compose(self) -> ComposeResult:
        """List, and what is to be said of the row under the cursor."""
        key = key_of(self.app, "top_up")
        with Vertical(id="recent"):
            yield Static("Квитанции и платежи", classes="title", markup=False)
            yield Rows(
                COLUMNS,
                f"Платежей пока нет. Пополните счёт: клавиша {key} в кабинете.",
                id="payments-list",
            )
            yield TextBlock(id="recent-detail")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the list."""
        rows = self.query_one(Rows)
        rows.focus()
        self.watch(rows, "cursor", self._show_detail, init=False)
        self.load()

    @work(exclusive=True, group="recent")
    async def load(self) -> None:
        """Ask for the newest payments."""
        cabinet = self.app.cabinet
        try:
            overview = await cabinet.account.overview(self._account)
            page = await cabinet.payments.recent(self._account, PAGE)
        except CabinetError as error:
            self.app.explain(error)
            if alive(self):
                self.query_one(Rows).say("Список не загрузился. Закройте его и откройте снова.")
            return
        self._zone = ZoneInfo(overview.number.zone)
        self._today = overview.as_of.astimezone(self._zone)
        self._payments, self._cursor = page.items, page.next_cursor
        self._show()

    @on(Rows.NearEnd)
    @work(exclusive=True, group="more")
    async def _more(self) -> None:
        if self._cursor is None:
            return
        try:
            page = await self.app.cabinet.payments.recent(self._account, PAGE, self._cursor)
        except CabinetError as error:
            self.app.explain(error)
            self.query_one(Rows).ask_again()
            return
        self._payments = self._payments + page.items
        self._cursor = page.next_cursor
        self._show()

    def _show(self) -> None:
        if alive(self):
            self.query_one(Rows).show(len(self._payments), self._row, keep=True)
            self._show_detail()

    def _row(self, index: int) -> tuple[Cell, ...]:
        one = self._payments[index]
        at = one.at.astimezone(self._zone)
        when = f"{formatting.date_short(at)} {formatting.clock(at)}"
        if self._today is not None and at.year != self._today.year:
            when = formatting.date_numeric(at)
        return (
            Cell(when, "muted"),
            Cell(KINDS[one.kind], "muted"),
            Cell(receiver(one)),
            Cell(sum_of(one.amount), "strong"),
            Cell(*STATES[one.state]),
        )

    def _show_detail(self) -> None:
        detail = self.query_one("#recent-detail", TextBlock)
        if not self._payments:
            detail.show()
            return
        one = self._payments[self.query_one(Rows).cursor]
        words = f"{formatting.clean(one.means, 40)}. " if one.means else ""
        if one.commission:
            words += f"Комиссия {sum_of(one.commission)}. "
        if one.reason:
            words += formatting.clean(one.reason)
        elif one.state not in ENDED:
            words += "Enter — продолжить."
        elif one.operation is not None:
            words += "Enter — квитанция."
        detail.show((words, "muted"))

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        one = self._payments[chosen.index]
        if one.state not in ENDED:
            self._go_on(one)
        elif one.operation is not None:
            from .receipt import ReceiptScreen

            self.app.push_screen(ReceiptScreen(self._account, one.operation))
        else:
            self.app.say("Этот платёж не прошёл, и квитанции у него нет.")

    def _go_on(self, payment: Payment) -> None:
        from .purchase import PurchaseScreen
        from .top_up import TopUpScreen
        from .transfer import TransferScreen

        kinds = {"top_up": TopUpScreen, "transfer": TransferScreen, "purchase": PurchaseScreen}
        self.app.push_screen(kinds[payment.kind](self._account, payment))

    def on_happened(self, happened: Happened) -> None:
        """Show what is new."""
        event = happened.event
        for handset in self.query("Handset"):
            handset.post_message(Happened(event))
        if event.account == self._account and event.kind == "account":
            self.load()

    def action_close(self) -> None:
        """Close the list."""
        self.dismiss(None)
