"""«Импорт»: a real detalization from a file of this machine, looked at and then kept.

The file is read on a worker thread, twice: first to show what is in it, then, once the person says
so, to send its rows. Nothing is kept of the file itself, and nothing at all before «Импортировать».

Without a session, and with the operator inside, the file opens a cabinet of one's own: there is
nobody to ask for a code, and whoever has the program's file has everything in it.
"""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.imports import BATCH_ROWS, Import, ImportBatch, ImportOrder
from mts_tui.imports.document import Document, Row, Total
from mts_tui.imports.paths import WINDOWS, path_of
from mts_tui.imports.source import Cancelled, FileRefused
from mts_tui.imports.summary import Summary, sum_up
from mts_tui.turns import brief_turns
from mts_tui.widgets.alive import alive
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.phone_field import PhoneField
from mts_tui.widgets.text import Paragraph

from .import_parts import PathField, TariffField, UnreadDialog
from .import_words import known_parts, number_line, result_parts, summary_parts, terms

if TYPE_CHECKING:
    from mts_tui.backend.contract.access import SignedIn

LOOK_SECONDS = 0.2
"""Between two looks how far a file is."""
COUNTED_EVERY = 500
NUMBERS_SHOWN = 6
CHANGED = "Файл изменился, пока был открыт. Прочитайте его снова."
STOPPED = "Остановлено, ничего не сохранено."
PHASES = ("path", "work", "known", "done")


class Going:
    """How far a file is: written by the thread that reads, looked at by the screen.

    Attributes:
        what: What is done, for people.
        share: 0 to 1; below zero where it cannot be told.
        rows: Read or sent so far.
        stopped: Set when the person leaves off.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.share = -1.0
        self.rows = 0
        self.stopped = threading.Event()

    def tell(self, share: float) -> None:
        """Take note of how far it is."""
        self.share = share


class ImportDialog(Dialog[Import]):
    """Asks for a file, shows what is in it, keeps it; answers the import.

    Args:
        path: A file to begin with; read at once.
    """

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self._given = path
        self._going = Going("")
        self._document: Document | None = None
        self._found: list[Summary] = []
        self._order: ImportOrder | None = None
        self._done: Import | None = None
        self._signed: SignedIn | None = None

    def compose(self) -> ComposeResult:
        """The four steps, one seen at a time."""
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static("Импорт детализации", classes="title", markup=False)
            with Vertical(id="import-path", classes="step"):
                yield Static(terms(self.app.server), classes="hint", markup=False)
                yield PathField(id="import-file")
                with Horizontal(classes="buttons"):
                    yield Button("Прочитать", variant="primary", id="read")
                    yield Button("Отмена", id="leave")
            with Vertical(id="import-work", classes="step"):
                yield Paragraph(id="import-progress")
                with Horizontal(classes="buttons"):
                    yield Button("Остановить", id="stop")
            with Vertical(id="import-known", classes="step"):
                yield Paragraph(id="import-summary")
                yield Choice(id="import-numbers")
                yield PhoneField(id="import-phone")
                yield TariffField(id="import-tariff")
                with Horizontal(classes="buttons"):
                    yield Button("Импортировать", variant="primary", id="import")
                    yield Button("Другой файл", id="another")
                    yield Button("Что не прочитано", id="unread")
            with Vertical(id="import-done", classes="step"):
                yield Paragraph(id="import-result")
                yield TariffField(id="done-tariff")
                with Horizontal(classes="buttons"):
                    yield Button("Готово", variant="primary", id="ready")
            yield Static("", id="import-message", classes="error", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the file that was given, if one was."""
        self._show("path")
        self.set_interval(LOOK_SECONDS, self._look_at_progress)
        self.query_one(PathField).value = self._given
        if self._given:
            self.read()

    def on_unmount(self) -> None:
        """Whatever takes the dialog away, its thread leaves off."""
        self._going.stopped.set()

    # ------------------------------------------------------------------ what is read

    @on(Input.Submitted, "#import-file")
    @on(Button.Pressed, "#read")
    @work(group="import")
    @once("import")
    async def read(self) -> None:
        """Read the file, and show what is in it."""
        path = path_of(self.query_one(PathField).value, windows=WINDOWS)
        if path is None:
            self._say("Введите путь к файлу.")
            return
        going = self._begin("Читаем")
        try:
            with brief_turns():
                self._document, self._found = await asyncio.to_thread(_looked, path, going)
        except FileRefused as error:
            self._back("path", str(error))
        except Cancelled:
            self._back("path", STOPPED)
        except ValueError:  # A null byte, say.
            self._back("path", "Такого имени у файла быть не может.")
        else:
            self._back("known")
            await self._offer_tariffs()

    def _show_summary(self) -> None:
        chosen = self.query_one("#import-numbers", Choice)
        several = len(self._found) > 1
        chosen.display = several
        if several:
            chosen.offer([number_line(one) for one in self._found[:NUMBERS_SHOWN]])
        summary = self._summary
        assert self._document is not None
        parts = summary_parts(self._document.source, summary)
        self.query_one("#import-summary", Paragraph).show(*parts)
        self.query_one("#import-phone").display = not summary.number
        self.query_one("#unread").display = bool(summary.unread_count)

    @property
    def _summary(self) -> Summary:
        return self._found[self.query_one("#import-numbers", Choice).chosen]

    @on(Choice.Changed)
    def _other_number(self) -> None:
        self._show_summary()

    async def _offer_tariffs(self) -> None:
        """Let the tariff be told, where there is somebody to ask which there are."""
        field = self.query_one("#import-tariff", TariffField)
        field.display = False
        if not self.app.signed_in:
            return
        country = phones.country(self._summary.number or self.app.phone)
        try:
            numbers = (await self.app.cabinet.numbers.linked()).items
            here = next((one for one in numbers if one.country == country), None)
            if here is not None:
                offered = (await self.app.cabinet.tariffs.offered(here.account)).items
                field.offer(offered)
        except CabinetError:
            return  # It can be told later.

    @on(Button.Pressed, "#another")
    def _another(self) -> None:
        self._back("path")

    @on(Button.Pressed, "#unread")
    def _show_unread(self) -> None:
        summary = self._summary
        self.app.push_screen(UnreadDialog(summary.unread, summary.unread_count))

    # ------------------------------------------------------------------ what is kept

    @on(Input.Submitted, "#import-phone")
    @on(Input.Submitted, "#import-tariff")
    @on(Choice.Submitted)
    @on(Button.Pressed, "#import")
    @work(group="import")
    @once("import")
    async def keep(self) -> None:
        """Send the rows, and tell what came of them."""
        order = self._ordered()
        if order is None:
            return
        self._order = order
        summary = self._summary
        going = self._begin("Импортируем")
        begun: Import | None = None
        try:
            begun = await self._begun(order)
            if not begun.complete:
                with brief_turns():
                    self._done = await self._sent(begun, order, summary, going)
                parts = result_parts(self._done, summary.cost)
            else:
                self._done, parts = begun, known_parts(begun)
        except (CabinetError, FileRefused, Cancelled) as error:
            await self._take_back(begun)
            self._back("known", STOPPED if isinstance(error, Cancelled) else str(error))
            return
        if not alive(self):
            return
        self.query_one("#import-result", Paragraph).show(*parts)
        self._back("done")
        if self._signed is not None:
            self.app.remember_own()
        await self._offer_later()

    def _ordered(self) -> ImportOrder | None:
        """What is to be imported; None where something is still to be told."""
        summary, tariff = self._summary, self.query_one("#import-tariff", TariffField)
        assert self._document is not None
        if not summary.count:
            self._say("В файле нет ни одной строки, которую удалось прочитать.")
            return None
        phone = summary.number
        if not phone:
            try:
                phone = self.query_one(PhoneField).number
            except phones.PhoneError as error:
                self._say(str(error))
                self.query_one(PhoneField).focus()
                return None
        if tariff.display and tariff.is_unclear:
            self._say("Уточните название тарифа или сотрите его.")
            tariff.focus()
            return None
        source = self._document.source
        return ImportOrder(
            phone=phone,
            file=formatting.clean(source.path.name, 200),
            format=source.format,
            digest=source.digest,
            tariff=tariff.tariff.id if tariff.tariff is not None else None,
        )

    async def _begun(self, order: ImportOrder) -> Import:
        imports = self.app.cabinet.imports
        if not self.app.signed_in:
            self._signed = await imports.begin_own(order)
            self.app.adopt(self._signed)
        return await imports.begin(order)

    async def _sent(
        self, begun: Import, order: ImportOrder, summary: Summary, going: Going
    ) -> Import:
        """Send the rows, batch by batch, and let them be put into the history."""
        assert self._document is not None
        imports = self.app.cabinet.imports
        zone = None if summary.number else ZoneInfo(begun.zone)
        batches = _batches(self._document.source.path, order.digest, summary.number, zone, going)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            begun = await imports.add(begun.account, begun.id, batch)
            going.rows += len(batch.records)
            going.share = going.rows / max(1, summary.count)
        going.what, going.share = "Складываем историю", -1.0
        while not begun.complete:
            if going.stopped.is_set():
                raise Cancelled
            begun = await imports.end(begun.account, begun.id)
        return begun

    async def _take_back(self, begun: Import | None) -> None:
        """Leave nothing of an import that was not finished."""
        try:
            if begun is not None and not begun.complete:
                await self.app.cabinet.imports.remove(begun.account, begun.id)
        except CabinetError as error:
            self.log(f"the half import stays: {error.code}")
        if self._signed is not None:
            self.app.disown()
            self._signed = None

    async def _offer_later(self) -> None:
        """Let the tariff be told now, where it could not be before."""
        field = self.query_one("#done-tariff", TariffField)
        assert self._done is not None
        if self._order is None or self._order.tariff or self._signed is None:
            return
        try:
            field.offer((await self.app.cabinet.tariffs.offered(self._done.account)).items)
        except CabinetError:
            return

    @on(Button.Pressed, "#ready")
    @on(Input.Submitted, "#done-tariff")
    @work(group="import")
    @once("import")
    async def ready(self) -> None:
        """Tell the tariff, if one was named, and close."""
        field = self.query_one("#done-tariff", TariffField)
        if field.display and field.is_unclear:
            self._say("Уточните название тарифа или сотрите его.")
            return
        if field.display and field.tariff is not None and self._order is not None:
            order = ImportOrder(
                phone=self._order.phone,
                file=self._order.file,
                format=self._order.format,
                digest=self._order.digest,
                tariff=field.tariff.id,
            )
            try:
                await self.app.cabinet.imports.begin(order)
            except CabinetError as error:
                self._say(str(error))
                return
        self.action_close()

    # ------------------------------------------------------------------ steps

    def action_close(self) -> None:
        """Leave off what is under way, or close with what is done."""
        if self.query_one("#import-work").display:
            self._stop()
            return
        if self._signed is not None:
            self.app.open_soon(self._signed)
        self.dismiss(self._done)

    @on(Button.Pressed, "#stop")
    def _stop(self) -> None:
        self._going.stopped.set()
        self._look_at_progress()

    def _begin(self, what: str) -> Going:
        self._going = Going(what)
        self._say("")
        self._show("work")
        self._look_at_progress()
        return self._going

    def _back(self, phase: str, message: str = "") -> None:
        if alive(self):
            if phase == "known":
                self._show_summary()
            self._show(phase)
            self._say(message)

    def _show(self, phase: str) -> None:
        for name in PHASES:
            self.query_one(f"#import-{name}").display = name == phase
        first = {"path": "#import-file", "work": "#stop", "known": "#import", "done": "#ready"}
        self.query_one(first[phase]).focus()
        if phase == "known" and not self._summary.number:
            self.query_one(PhoneField).focus()

    def _look_at_progress(self) -> None:
        """Show how far it is, while something is under way."""
        if not self.query_one("#import-work").display:
            return
        going = self._going
        what = "Останавливаем" if going.stopped.is_set() else going.what
        share = f" {formatting.percent(int(100 * going.share))} ·" if going.share >= 0 else ""
        count = formatting.count(going.rows, "строка", "строки", "строк")
        self.query_one("#import-progress", Paragraph).show(
            (f"{what}…", "strong"), f"{share} {count}"
        )

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#import-message", Static).update(text)


def _looked(path: Path, going: Going) -> tuple[Document, list[Summary]]:
    """Read a file through, on a thread."""
    document = Document(path, going.stopped.is_set)
    rows = document.read(progress=going.tell)

    def counted() -> Iterator[Row | Total]:
        for count, row in enumerate(rows, 1):
            if not count % COUNTED_EVERY:
                going.rows = count
            yield row

    return document, sum_up(counted())


def _batches(
    path: Path, digest: str, number: str, zone: ZoneInfo | None, going: Going
) -> Iterator[ImportBatch]:
    """The rows of one number, in batches as they are sent; made on a thread."""
    document = Document(path, going.stopped.is_set)
    if document.source.digest != digest:
        raise FileRefused(CHANGED)
    batch = ImportBatch()
    for row in document.read(zone):
        if not isinstance(row, Row) or row.number != number:
            continue
        if row.record is not None:
            batch.records.append(row.record)
        elif row.unread is not None:
            batch.unread.append(row.unread)
        if max(len(batch.records), len(batch.unread)) >= BATCH_ROWS:
            yield batch
            batch = ImportBatch()
    yield batch
