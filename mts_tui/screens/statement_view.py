"""Parts of a statement's screen: its head, what it comes to, a row in full."""

from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Static

from mts_tui import formatting, phones
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.statements import StatementRow, StatementTotals
from mts_tui.documents.statement import KINDS
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .operation import OperationDialog
from .statement_rows import named

LONGEST_PEER = 30
NO_ROWS = "Складывать нечего: записей нет."


class TotalsView(TextBlock):
    """What rows come to: by kind, and by number."""

    totals: reactive[StatementTotals | None] = reactive(None, layout=True)

    def render(self) -> Content:
        """For the width of now."""
        totals = self.totals
        if totals is None:
            return self.assemble(("считаем…", "muted"))
        if not totals.count:
            return self.assemble((NO_ROWS, "muted"))
        parts: list[Part] = [("По видам", "strong"), "\n"]
        for one in totals.kinds:
            parts += self._pair(KINDS[one.kind], sum_of(one.cost))
            parts += [(f"  {_amount(one.kind, one.count, one.units)}", "muted"), "\n"]
        if totals.peers:
            parts += ["\n", ("По номерам", "strong"), "\n"]
        for peer in totals.peers:
            name = phones.display(formatting.clean(peer.peer, LONGEST_PEER))
            parts += self._pair(name or "Без номера", sum_of(peer.cost))
            parts += [(f"  {_talks(peer.seconds, peer.messages)}", "muted"), "\n"]
        return self.assemble(*parts[:-1])

    def _pair(self, name: str, value: str) -> list[Part]:
        """A name, dots, and a value at the right edge."""
        gap = self.size.width - cell_len(name) - cell_len(value) - 2
        return [f"{name} ", ("·" * max(1, gap), "track"), f" {value}", "\n"]


def _amount(kind: str, count: int, units: int) -> str:
    """How many rows of a kind there are, and how much that was."""
    told = formatting.count(count, "запись", "записи", "записей")
    if kind == "data":
        return f"{told}, {formatting.traffic(units)}"
    return f"{told}, {formatting.duration(units)}" if kind.startswith("call") and units else told


def _talks(seconds: int, messages: int) -> str:
    """How long one talked with a number, and how many messages there were."""
    parts = [formatting.duration(seconds)] if seconds else []
    if messages:
        parts.append(formatting.count(messages, "сообщение", "сообщения", "сообщений"))
    return ", ".join(parts) or "разговоров не было"


class TotalsDialog(Dialog[None]):
    """The totals over the list, where there is no room beside it.

    Args:
        totals: They.
    """

    def __init__(self, totals: StatementTotals) -> None:
        super().__init__()
        self._totals = totals

    def compose(self) -> ComposeResult:
        """Title and totals."""
        with VerticalScroll(id="dialog"):
            yield Static("Итоги", classes="title", markup=False)
            yield TotalsView(id="dialog-totals")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show them."""
        self.query_one(TotalsView).totals = self._totals
        self.query_one("#dialog").focus()


class RowDialog(Dialog[None]):
    """A row with all the columns of the document, and the way to its explanation.

    Args:
        account: Whose.
        row: The row.
        zone: The account's.
    """

    def __init__(self, account: str, row: StatementRow, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._row = row
        self._zone = zone

    def compose(self) -> ComposeResult:
        """The row, and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(KINDS[self._row.kind], classes="title", markup=False)
            yield Paragraph(id="row-columns")
            yield Static("", id="row-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Разобрать списание", variant="primary", id="explain")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the columns."""
        parts: list[Part] = []
        for title, value in named(self._row, self._zone):
            parts += [(f"{title}: ", "muted"), value, "\n"]
        self.query_one("#row-columns", Paragraph).show(*parts[:-1])
        self.query_one("#explain").focus()

    @on(Button.Pressed, "#explain")
    @work(group="explain")
    @once("explain")
    async def explain(self) -> None:
        """Ask for the operation, and show why it cost what it cost."""
        try:
            detail = await self.app.cabinet.archive.operation(self._account, self._row.operation)
        except CabinetError as error:
            if alive(self):
                self.query_one("#row-message", Static).update(str(error))
            return
        if alive(self):
            self.query_one("#row-message", Static).update("")
            self.app.push_screen(OperationDialog(self._account, detail.operation, self._zone))
