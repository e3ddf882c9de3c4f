"""Files of an imported number: what each brought, what could not be read, and the way out.

The number goes with its last file.
"""

from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.imports import Import
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows

from .import_parts import UnreadDialog

COLUMNS = (Column(0), Column(24, needs=70), Column(14, right=True), Column(16, right=True))


class FilesDialog(ChangingDialog):
    """The list; answers True where a file was deleted.

    Args:
        number: Whose.
    """

    def __init__(self, number: Number) -> None:
        super().__init__()
        self._number = number
        self._files: list[Import] = []
        self._asked = ""

    def compose(self) -> ComposeResult:
        """The list and what can be done."""
        with Vertical(id="dialog", classes="wide-dialog"):
            phone = phones.display(self._number.phone)
            yield Static(f"Файлы номера {phone}", classes="title", markup=False)
            yield Rows(COLUMNS, "Файлов нет.", id="import-files")
            yield Static("", id="files-message", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Удалить файл", variant="primary", id="drop-file")
                yield Button("Что не прочитано", id="file-unread")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the files and show them."""
        try:
            found = (await self.app.cabinet.imports.imported(self._number.account)).items
        except CabinetError as error:
            if alive(self):
                self.query_one(Rows).say(str(error))
            return
        if alive(self):
            self._files = found
            zone = ZoneInfo(self._number.zone)
            self.query_one(Rows).show(
                len(found), lambda index: _row(self._files[index], zone), keep=True
            )

    @property
    def _chosen(self) -> Import | None:
        place = self.query_one(Rows).cursor
        return self._files[place] if place < len(self._files) else None

    @on(Button.Pressed, "#drop-file")
    @work(group="drop")
    @once("drop")
    async def drop(self) -> None:
        """Delete the file under the cursor: the second press does it."""
        one = self._chosen
        if one is None:
            return
        name = formatting.clean(one.file, 40)
        if self._asked != one.id:
            self._asked = one.id
            last = " Это последний файл: номер уйдёт из кабинета." if len(self._files) == 1 else ""
            self._say(
                f"Убрать из истории строки файла «{name}»?{last} Сам файл на диске останется. "
                "Нажмите ещё раз."
            )
            return
        self._asked = ""
        self._say("Убираем строки…")
        try:
            await self.app.cabinet.imports.remove(one.account, one.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self._changed = True
        if not alive(self):
            return
        if len(self._files) == 1:
            self.action_close()
        else:
            self._say(f"Строки файла «{name}» убраны.")
            self.load()

    @on(Rows.Chosen)
    @on(Button.Pressed, "#file-unread")
    @work(group="unread")
    @once("unread")
    async def show_unread(self) -> None:
        """Show the rows of the file that could not be read."""
        one = self._chosen
        if one is None:
            return
        if not one.unread:
            self._say("В этом файле прочитаны все строки.")
            return
        try:
            rows = (await self.app.cabinet.imports.unread(one.account, one.id)).items
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self.app.push_screen(UnreadDialog(rows, one.unread))

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#files-message", Static).update(text)


def _row(one: Import, zone: ZoneInfo) -> tuple[Cell, ...]:
    rows = formatting.count(one.added + one.known, "строка", "строки", "строк")
    span = ""
    if one.since is not None and one.until is not None:
        first, last = (
            formatting.date_numeric(at.astimezone(zone)) for at in (one.since, one.until)
        )
        span = first if first == last else f"{first}—{last}"
    note, look = ("", "muted")
    if not one.complete:
        note, look = "▲ не закончен", "warn"
    elif one.unread:
        note, look = f"▲ пропущено {one.unread}", "warn"
    return (
        Cell(formatting.clean(one.file), "strong"),
        Cell(span, "muted"),
        Cell(rows),
        Cell(note, look),
    )
