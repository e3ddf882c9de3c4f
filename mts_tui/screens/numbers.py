"""«Мои номера»: every number of the cabinet; Enter opens its account."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import TextBlock

from .page import Page

COLUMNS = (
    Column(2),
    Column(18),
    Column(0, needs=60),
    Column(20, needs=74),
    Column(28, needs=120),
    Column(14, right=True),
    Column(22, needs=100),
)
MARKS = {"active": " ", "no_money": "▲", "blocked": "■"}
STATES = {"active": "", "no_money": "▲ нужны деньги", "blocked": "■ заблокирован"}


class NumbersPage(Page):
    """The list of numbers."""

    def __init__(self) -> None:
        super().__init__(id="numbers")
        self._numbers: list[Number] = []

    def compose(self) -> ComposeResult:
        """Title, sums by currency, list."""
        yield Static("Мои номера", classes="title", markup=False)
        yield TextBlock(id="totals")
        yield Rows(COLUMNS, "Номеров пока нет.", id="number-list")

    def take_focus(self) -> None:
        """The list."""
        self.query_one(Rows).focus()

    def load(self) -> None:
        """Show the numbers that the screen has, and ask for them anew."""
        if self.cabinet_screen.numbers:
            self.numbers_came()
        self.cabinet_screen.load_numbers()

    def numbers_came(self) -> None:
        """Show the numbers that the screen has now."""
        if not alive(self):
            return
        self._numbers = self.cabinet_screen.numbers
        totals: dict[str, int] = {}
        for number in self._numbers:
            money = number.balance
            totals[money.currency] = totals.get(money.currency, 0) + money.amount_minor
        sums = " · ".join(formatting.money(total, unit) for unit, total in totals.items())
        self.query_one("#totals", TextBlock).show(
            f"{formatting.count(len(self._numbers), 'номер', 'номера', 'номеров')}",
            (f"   на всех счетах: {sums}   Enter откроет счёт номера", "muted"),
        )
        rows = self.query_one(Rows)
        here = self.cabinet_screen.account
        rows.show(len(self._numbers), lambda index: _row(self._numbers[index], here), keep=True)

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        self.cabinet_screen.switch_to(self._numbers[chosen.index].account)
        self.cabinet_screen.open_page("account")

    def text_to_copy(self) -> str:
        """The number under the cursor."""
        rows = self.query_one(Rows)
        return self._numbers[rows.cursor].phone if self._numbers else ""


def _row(number: Number, here: str) -> tuple[Cell, ...]:
    money = number.balance
    role = (
        " (ребёнок)" if number.role == "child" else " (городской)" if number.kind == "city" else ""
    )
    return (
        Cell(("▌" if number.account == here else " ") + MARKS[number.state], "bad"),
        Cell(phones.display(number.phone), "strong"),
        Cell(formatting.clean(f"{number.name}{role} · {number.owner}")),
        Cell(number.tariff),
        Cell(number.region, "muted"),
        Cell(
            formatting.money(money.amount_minor, money.currency),
            "bad" if money.amount_minor < 0 else "",
        ),
        Cell(STATES[number.state], "bad"),
    )
