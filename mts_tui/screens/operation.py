"""«Разобрать списание»: an operation in full, beside its list or over any screen."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.archive import Operation, OperationDetail
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Rows
from mts_tui.widgets.text import Part, TextBlock

from .history import COLUMNS, line_of, peer_of, row_of


class OperationView(TextBlock):
    """An operation, and its explanation once that is there."""

    shown: reactive[tuple[Operation, OperationDetail | None, ZoneInfo] | None] = reactive(
        None, layout=True
    )

    def render(self) -> Content:
        """For the width of now."""
        if self.shown is None:
            return Content("")
        one, detail, zone = self.shown
        at = one.at.astimezone(zone)
        money = one.amount.amount_minor
        parts: list[Part] = [(formatting.clean(one.title), "strong"), "\n"]
        if one.peer:
            parts += [peer_of(one), "\n"]
        when = f"{formatting.date_long(at)}, {formatting.clock_seconds(at)}"
        amount = formatting.money(money, one.amount.currency, sign=money > 0)
        parts += [(when, "muted"), "\n\n", (amount, "good" if money > 0 else "strong")]
        if one.bucket and not money:
            parts.append((" из пакета", "muted"))
        if detail is not None:
            parts += ["\n\n", formatting.clean(detail.explanation, keep_lines=True), "\n"]
            for step in detail.steps:
                parts += ["\n", *self._step(step.title, step.value)]
        return self.assemble(*parts)

    def _step(self, title: str, value: str) -> list[Part]:
        """A name, dots, and a value at the right edge; below each other where that is too long."""
        title, value = formatting.clean(title), formatting.clean(value)
        gap = self.size.width - cell_len(title) - cell_len(value) - 2
        if gap < 1:
            return [(f"{title}: ", "muted"), value]
        return [(f"{title} {'·' * gap} ", "muted"), value]


class OperationDialog(Dialog[None]):
    """An operation in full, its receipt and what belongs to it.

    Args:
        account: Whose.
        one: The operation.
        zone: The account's.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("operation"))

    def __init__(self, account: str, one: Operation, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._one = one
        self._zone = zone
        self._detail: OperationDetail | None = None

    def compose(self) -> ComposeResult:
        """The operation, what belongs to it, the receipt."""
        with Vertical(id="dialog", classes="wide-dialog operation"):
            with VerticalScroll(id="operation-scroll"):
                yield OperationView(id="operation-view")
            yield TextBlock(id="related-title")
            yield Rows(COLUMNS, "", id="related")
            with Horizontal(classes="buttons", id="operation-buttons"):
                yield Button("Квитанция", id="receipt")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        self.query_one(OperationView).shown = (self._one, None, self._zone)
        for name in ("#related", "#related-title", "#operation-buttons"):
            self.query_one(name).display = False
        self.query_one("#operation-scroll").focus()
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        """Ask why it cost what it cost."""
        try:
            detail = await self.app.cabinet.archive.operation(self._account, self._one.id)
        except CabinetError as error:
            self.app.explain(error)
            return
        if not alive(self):
            return
        self._detail = detail
        self.query_one(OperationView).shown = (detail.operation, detail, self._zone)
        self.query_one("#operation-buttons").display = detail.receipt
        related = detail.related
        if related:
            for name in ("#related", "#related-title"):
                self.query_one(name).display = True
            self.query_one("#related-title", TextBlock).show(("Связано с этим", "strong"))
            rows, today = self.query_one(Rows), detail.operation.at.astimezone(self._zone)
            rows.styles.height = min(len(related), 6)
            rows.show(
                len(related),
                lambda index: row_of(related[index], self._zone, today),
                keep=False,
            )
            rows.focus()

    @on(Rows.Chosen)
    def _open_related(self, chosen: Rows.Chosen) -> None:
        if self._detail is not None:
            other = self._detail.related[chosen.index]
            self.app.push_screen(OperationDialog(self._account, other, self._zone))

    @on(Button.Pressed, "#receipt")
    def _open_receipt(self) -> None:
        from .receipt import ReceiptScreen

        self.app.push_screen(ReceiptScreen(self._account, self._one.id))

    def action_receipt(self) -> None:
        """Open the receipt, where there is one."""
        if self._detail is not None and self._detail.receipt:
            self._open_receipt()
        elif self._detail is not None:
            self.app.say("У этой операции нет квитанции: она бывает у платежей.")

    def action_copy(self) -> None:
        """Copy the operation with its explanation."""
        text = line_of(self._one, self._zone)
        if self._detail is not None:
            steps = [f"{step.title}: {step.value}" for step in self._detail.steps]
            text = "\n".join([text, self._detail.explanation, *steps])
        self.app.copy(formatting.clean(text, keep_lines=True))
