"""What can be taken back: the list of the last ten minutes."""

from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.undo import Undoable
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows

COLUMNS = (Column(0), Column(9, right=True))
NONE = "Отменять нечего: вернуть можно то, что сделано за последние 10 минут."


class UndoDialog(Dialog[bool]):
    """Choose what to take back; answers True where something was.

    Args:
        zone: In which times are shown.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self._found: list[Undoable] = []

    def compose(self) -> ComposeResult:
        """The list, the latest first."""
        with Vertical(id="dialog"):
            yield Static("Отменить действие", classes="title", markup=False)
            yield Static("Выберите, что отменить, и нажмите Enter.", classes="hint", markup=False)
            yield Rows(COLUMNS, NONE, id="undo-list")
            yield Static("", id="undo-message", classes="error", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask what there is."""
        self.query_one(Rows).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        try:
            self._found = (await self.app.cabinet.undo.pending()).items
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self.query_one(Rows).show(
                len(self._found), lambda index: _row(self._found[index], self._zone), keep=False
            )

    @on(Rows.Chosen)
    @work
    @once("undo")
    async def take_back(self, chosen: Rows.Chosen) -> None:
        """Take the chosen one back."""
        one = self._found[chosen.index]
        try:
            await self.app.cabinet.undo.take_back(one.id)
        except CabinetError as error:
            self._say(str(error))
            self.load()
            return
        self.app.say(f"Отменено: {formatting.clean(one.title)}.")
        self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#undo-message", Static).update(text)


def _row(one: Undoable, zone: ZoneInfo) -> tuple[Cell, ...]:
    until = formatting.clock(one.until.astimezone(zone))
    return (Cell(formatting.clean(one.title)), Cell(f"до {until}", "muted"))
