"""«Выгрузить»: the selection as a file, page by page, while the screen goes on answering."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Input, Static

from mts_tui import files, formatting
from mts_tui.app import MtsApp  # noqa: TC001 - Textual resolves it
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number
from mts_tui.documents.tables import Table
from mts_tui.keyboard import shown
from mts_tui.widgets.alive import alive
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.text import TextBlock

PAGE = 200
LONGEST_PATH = 1000
FORMS = {
    ".csv": "CSV — откроется в Excel",
    ".xlsx": "XLSX — таблица с датами и суммами",
    ".json": "JSON — для программ",
}
TOLD_EVERY = 5_000
"""Operations between two looks of the line: one for each page would cost more than it says."""
BRIEF_SWITCH = 0.0005
"""Seconds after which a thread lets another one run: the one that draws is not to wait for long."""


class ExportDialog(Dialog[Table]):
    """Asks for the form and the place; answers a table that is ready to be filled.

    Args:
        number: Whose history.
        total: How many operations there will be; 0 where that is not known.
    """

    def __init__(self, number: Number, total: int) -> None:
        super().__init__()
        self._number = number
        self._total = total
        self._may_replace = ""

    def compose(self) -> ComposeResult:
        """Form and path."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._heading, classes="title", markup=False)
            yield Choice(id="form")
            yield Field("Файл", longest=LONGEST_PATH, id="path")
            yield Static("", id="export-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Выгрузить", variant="primary", id="export")
                yield Button("Отмена", id="cancel")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer a name in the usual folder."""
        choice = self.query_one(Choice)
        choice.offer([[title] for title in FORMS.values()])
        choice.focus()
        folder = files.folder_for_downloads()
        name = f"operations-{self._number.phone.removeprefix('+')}"
        self.query_one("#path", Input).value = str(folder / f"{name}.csv")

    @property
    def _heading(self) -> str:
        return f"Выгрузить: {_counted(self._total)}" if self._total else "Выгрузить операции"

    @property
    def _suffix(self) -> str:
        return list(FORMS)[self.query_one(Choice).chosen]

    @on(Choice.Changed)
    def _other_form(self) -> None:
        field = self.query_one("#path", Input)
        path = Path(field.value)
        if path.suffix in FORMS:
            field.value = str(path.with_suffix(self._suffix))

    @on(Choice.Submitted)
    def _to_path(self) -> None:
        self.query_one("#path", Input).focus()

    @on(Input.Changed, "#path")
    def _other_path(self, changed: Input.Changed) -> None:
        if changed.value != self._may_replace:
            self._may_replace = ""

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#export")
    @on(Input.Submitted, "#path")
    @work(group="export")
    @once("export")
    async def export(self) -> None:
        """Begin the file, or say why that cannot be."""
        typed = self.query_one("#path", Input).value
        if not typed.strip():
            self._refuse("Введите путь к файлу.")
            return
        zone, replace = ZoneInfo(self._number.zone), self._may_replace == typed
        try:
            table = await asyncio.to_thread(
                Table, self._place(typed.strip()), zone, replace=replace
            )
        except FileExistsError as error:
            self._may_replace = typed
            self._refuse(files.refusal(error))
        except OSError as error:
            self._refuse(files.refusal(error))
        except ValueError:  # A null byte, say.
            self._refuse("Такого имени у файла быть не может.")
        else:
            if alive(self):
                self.dismiss(table)
            else:
                table.abandon()

    def _place(self, typed: str) -> Path:
        """The file that was meant; its ending tells what is in it."""
        path = Path(typed).expanduser().absolute()
        return path if path.suffix == self._suffix else path.with_name(path.name + self._suffix)

    def _refuse(self, text: str) -> None:
        if alive(self):
            self.query_one("#export-message", Static).update(text)
            self.query_one("#path").focus()


class Exporting(TextBlock):
    """The line that tells how far an export is; it stays while one goes about in the cabinet.

    Args:
        table: The file that was begun.
        account: Whose history.
        asked: The filters, as `Archive.operations` takes them.
        total: How many operations there will be; 0 where that is not known.
    """

    app: "MtsApp"
    count: reactive[int] = reactive(0)

    def __init__(self, table: Table, account: str, asked: dict[str, Any], total: int) -> None:
        super().__init__(id="exporting")
        self._table = table
        self._account = account
        self._asked = asked
        self._total = total
        self._cancelled = False

    def on_mount(self) -> None:
        """Begin."""
        self.export()

    def render(self) -> Content:
        """One line."""
        of = f" из {formatting.number(self._total)}" if self._total else ""
        share = f"{min(99, 100 * self.count // self._total)}{formatting.NBSP}% · " if of else ""
        key = shown("e", KeyBar.layout_name)
        return self.assemble(
            (" Выгружаем ", "strong"),
            f"{share}{formatting.number(self.count)}{of}",
            (f"   {key} в «Архиве» — отменить", "muted"),
        )

    def cancel(self) -> None:
        """Leave off; nothing is left behind."""
        self._cancelled = True

    @work(group="export")
    async def export(self) -> None:
        """Write page after page, tell how it ended, and go."""
        try:
            with _brief_switches():
                await self._write()
        except OSError as error:
            self.app.say(f"Файла нет. {files.refusal(error)}", severity="error")
        except CabinetError as error:
            self.app.say(f"Не выгружено, файла нет. {error}", severity="error")
        else:
            if self._cancelled:
                self.app.say("Выгрузка отменена: файла нет.")
            else:
                self.app.say(f"✓ {_counted(self.count)} в файле {self._table.path}")
        finally:
            if self.is_attached:
                self.app.call_later(self.remove)

    async def _write(self) -> None:
        archive, whole = self.app.cabinet.archive, False
        try:
            cursor, written = None, 0
            while not self._cancelled:
                page = await archive.operations(self._account, PAGE, cursor, **self._asked)
                await asyncio.to_thread(self._table.add, page.items)
                written += len(page.items)
                cursor = page.next_cursor
                if cursor is None or written - self.count >= TOLD_EVERY:
                    self.count = written
                if cursor is None:
                    await asyncio.to_thread(self._table.finish)
                    break
            if not self._cancelled:
                await asyncio.to_thread(self._table.put)
                whole = True
        finally:
            if not whole:  # However it ended, the end of the program included.
                self._table.abandon()


def _counted(count: int) -> str:
    return formatting.count(count, "операция", "операции", "операций")


@contextmanager
def _brief_switches() -> Iterator[None]:
    """Threads take short turns meanwhile."""
    known = sys.getswitchinterval()
    sys.setswitchinterval(BRIEF_SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(known)
