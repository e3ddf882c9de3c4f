"""«Подписки»: paid content, what it costs, and the key that switches it off."""

from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.backend.contract.account import Subscription
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import TextBlock

COLUMNS = (
    Column(2),
    Column(0),
    Column(22, needs=94),
    Column(20, right=True),
    Column(23),
)
PERIODS = {"day": "в день", "week": "в неделю", "month": "в 30 дней"}
NONE = "Платных подписок нет. Если появится, её будет видно здесь, и отключить можно будет сразу."


class SubscriptionsDialog(ChangingDialog):
    """The list; answers True where something was switched off.

    Args:
        account: Whose.
        zone: In which days are counted.
    """

    def __init__(self, account: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._zone = zone
        self._found: list[Subscription] = []
        self._asked = ""

    def compose(self) -> ComposeResult:
        """What they cost, the list, a button."""
        with Vertical(id="dialog", classes="subscriptions-dialog"):
            yield Static("Платные подписки", classes="title", markup=False)
            yield TextBlock(id="subscriptions-total")
            yield Rows(COLUMNS, NONE, id="subscriptions-list")
            yield Static("", id="subscription-message", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Отключить", variant="primary", id="switch-off")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        try:
            self._found = (await self.app.cabinet.account.subscriptions(self._account)).items
        except CabinetError as error:
            if alive(self):
                self.query_one(Rows).say(str(error))
            return
        if not alive(self):
            return
        spent = sum(one.spent.amount_minor for one in self._found)
        if self._found:
            currency = self._found[0].spent.currency
            self.query_one("#subscriptions-total", TextBlock).show(
                "За 30 дней: ", (formatting.money(spent, currency), "strong")
            )
        self.query_one(Rows).show(
            len(self._found), lambda index: _row(self._found[index], self._zone), keep=True
        )

    @on(Rows.Chosen)
    @on(Button.Pressed, "#switch-off")
    @work
    @once("off")
    async def switch_off(self) -> None:
        """Switch the one under the cursor off: the second press does it."""
        if not self._found:
            return
        one = self._found[self.query_one(Rows).cursor]
        message = self.query_one("#subscription-message", Static)
        title = formatting.clean(one.title, 60)
        if not one.on:
            message.update(f"«{title}» уже отключена.")
            return
        if self._asked != one.id:
            self._asked = one.id
            message.update(
                f"Отключить «{title}»? Больше она списываться не будет, уже заплаченное не "
                "возвращается. Нажмите Enter ещё раз."
            )
            return
        self._asked = ""
        try:
            await self.app.cabinet.account.unsubscribe(self._account, one.id)
        except CabinetError as error:
            if alive(self):
                message.update(str(error))
            return
        self._changed = True
        if alive(self):
            message.update(f"«{title}» отключена. {can_undo(self.app)}")
            self.load()


def _row(one: Subscription, zone: ZoneInfo) -> tuple[Cell, ...]:
    price = f"{formatting.money(one.price.amount_minor, one.price.currency)} {PERIODS[one.period]}"
    if not one.on:
        return (
            Cell("○", "muted"),
            Cell(formatting.clean(one.title), "muted"),
            Cell(formatting.clean(one.provider), "muted"),
            Cell(price, "muted"),
            Cell("отключена"),
        )
    when = ""
    if one.next_at is not None:
        when = formatting.date_short(one.next_at.astimezone(zone))
    state = f"бесплатно до {when}" if one.trial else f"спишется {when}"
    return (
        Cell("●", "good"),
        Cell(formatting.clean(one.title)),
        Cell(formatting.clean(one.provider), "muted"),
        Cell(price),
        Cell(f"▲ {state}" if one.trial else state, "warn" if one.trial else "muted"),
    )
