"""«Бюджет»: how much a month may cost, with warnings on the way and a stop where it is wanted."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting
from mts_tui.backend.contract.account import Budget, BudgetOrder
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.model import Money
from mts_tui.widgets.alive import alive
from mts_tui.widgets.amount_field import AmountField, typed
from mts_tui.widgets.check import Check
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.text import TextBlock

WHAT = (
    "Предупредим, когда потрачены 50, 75, 90 и 100 % бюджета. Плата за тариф и подписки "
    "списываются всегда."
)
WHAT_OF_FILES = "Номер из файла: покажем на «Счете», сколько бюджета ушло. Остановить нечего."


class BudgetDialog(Dialog[bool]):
    """Set or drop the budget; answers True where it changed.

    Args:
        account: Whose.
        imported: Whether it is an imported number's: no operator is there to stop anything.
    """

    def __init__(self, account: str, *, imported: bool = False) -> None:
        super().__init__()
        self._account = account
        self._imported = imported
        self._currency = "RUB"

    def compose(self) -> ComposeResult:
        """What was spent, the limit, the choice, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Бюджет месяца", classes="title", markup=False)
            yield TextBlock(id="budget-state")
            what = WHAT_OF_FILES if self._imported else WHAT
            yield Static(what, classes="hint", markup=False)
            yield AmountField("Тратить в месяц не больше", id="budget-limit")
            yield Check("Остановить платные звонки и покупки", id="budget-hard")
            yield Static("", id="budget-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="save")
                yield Button("Снять бюджет", id="drop")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask what there is."""
        self.query_one("#budget-hard").display = not self._imported
        self.query_one("#budget-limit", Input).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        try:
            budget = await self.app.cabinet.account.budget(self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        if not alive(self):
            return
        self._currency = budget.spent.currency
        self.query_one("#budget-limit", AmountField).currency = self._currency
        self._show(budget)

    def _show(self, budget: Budget) -> None:
        spent = formatting.money(budget.spent.amount_minor, budget.spent.currency)
        self.query_one("#budget-state", TextBlock).show(
            "В последнем месяце из файлов потрачено "
            if self._imported
            else "С начала месяца потрачено ",
            (spent, "strong"),
        )
        self.query_one("#drop", Button).display = budget.limit is not None
        field = self.query_one("#budget-limit", AmountField)
        if budget.limit is not None and not field.value:
            field.value = typed(budget.limit.amount_minor)
            self.query_one("#budget-hard", Check).value = budget.hard

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    @work
    @once("save")
    async def save(self) -> None:
        """Set the budget."""
        field = self.query_one("#budget-limit", AmountField)
        amount = field.amount
        if amount is None:
            self._say(field.problem or "Введите сумму.")
            field.focus()
            return
        hard = self.query_one("#budget-hard", Check).value
        order = BudgetOrder(limit=Money(amount_minor=amount, currency=self._currency), hard=hard)
        try:
            await self.app.cabinet.account.set_budget(self._account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"Бюджет месяца: {formatting.money(amount, self._currency)}.")
        self.dismiss(result=True)

    @on(Button.Pressed, "#drop")
    @work
    @once("save")
    async def drop(self) -> None:
        """Do without a budget."""
        try:
            await self.app.cabinet.account.drop_budget(self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"Бюджета больше нет. {can_undo(self.app, 'Вернуть его')}")
        self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#budget-message", Static).update(text)
