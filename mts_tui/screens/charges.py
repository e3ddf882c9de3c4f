"""«Списания»: what falls due in the next month, and what will be left then."""

from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.account import Charge
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Part, TextBlock

COLUMNS = (Column(10), Column(0), Column(12, right=True), Column(16, right=True))


class ChargesDialog(Dialog[None]):
    """The calendar of an account's charges.

    Args:
        account: Whose.
        zone: In which days are counted.
    """

    def __init__(self, account: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._zone = zone

    def compose(self) -> ComposeResult:
        """What it comes to, and the list."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Что спишется за 31 день", classes="title", markup=False)
            yield TextBlock(id="charges-total")
            yield Static("Справа — сколько тогда будет на счёте.", classes="hint", markup=False)
            yield Rows(COLUMNS, "В ближайший месяц ничего не спишется.", id="charges-list")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        try:
            charges = (await self.app.cabinet.account.charges(self._account)).items
        except CabinetError as error:
            if alive(self):
                self.query_one(Rows).say(str(error))
            return
        if not alive(self):
            return
        out = -sum(one.amount.amount_minor for one in charges if one.amount.amount_minor < 0)
        short = next((one for one in charges if one.balance.amount_minor < 0), None)
        if charges:
            total = formatting.money(out, charges[0].amount.currency)
            parts: list[Part] = ["Всего ", (total, "strong")]
            if short is not None:
                day = formatting.date_day(short.at.astimezone(self._zone))
                parts.append((f"   ▲ {day} денег не хватит: пополните счёт", "warn"))
            self.query_one("#charges-total", TextBlock).show(*parts)
        self.query_one(Rows).show(
            len(charges), lambda index: charge_row(charges[index], self._zone), keep=False
        )


def charge_row(one: Charge, zone: ZoneInfo) -> tuple[Cell, ...]:
    """The cells of `COLUMNS`: when, what, how much, what will be left then."""
    money, left = one.amount, one.balance
    short = left.amount_minor < 0
    at = one.at.astimezone(zone)
    return (
        Cell(formatting.date_short(at), "muted"),
        Cell(formatting.clean(one.title)),
        Cell(
            sum_of(money, sign=True),
            "good" if money.amount_minor > 0 else "",
        ),
        Cell(("▲ " if short else "") + sum_of(left), "bad" if short else "muted"),
    )
