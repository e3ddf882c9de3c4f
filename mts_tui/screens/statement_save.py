"""A statement as a file, or on paper: the document that was ordered, or one made of its rows."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mts_tui import files, formatting, printing
from mts_tui.backend.contract.numbers import Number
from mts_tui.backend.contract.statements import (
    Statement,
    StatementFormat,
    Statements,
    StatementTotals,
)
from mts_tui.documents.forms import Whole
from mts_tui.documents.statement import MARK, Paper, file_name
from mts_tui.documents.statement_file import Aside
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of

from .feed import pages
from .statement_rows import RowsOf
from .statement_words import FORMATS, counted
from .writing import BUSY, Contents, FileDialog, NotDone, Writing

if TYPE_CHECKING:
    from .cabinet import CabinetScreen

PAPER: StatementFormat = "pdf"
"""What goes to a printer."""
ENDINGS = {kind: f".{kind}" for kind in FORMATS}


class Copied:
    """A document that is written as it comes; see `forms.Form`.

    Args:
        path: The file, there and empty.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def add(self, rows: Sequence[bytes]) -> None:
        """See `forms.Form`."""
        self._file.writelines(rows)

    def close(self) -> None:
        """See `forms.Form`."""
        self._file.close()

    def abandon(self) -> None:
        """See `forms.Form`."""
        self._file.close()


class Ready:
    """A statement that is ready, to be written in any format.

    Args:
        statements: Who has it.
        number: Whose it is.
        statement: It.
        totals: What all of its rows come to.
    """

    def __init__(
        self, statements: Statements, number: Number, statement: Statement, totals: StatementTotals
    ) -> None:
        self._statements = statements
        self.number = number
        self.statement = statement
        self._totals = totals

    def begin(self, path: Path, *, replace: bool = False) -> Whole[Any]:
        """Begin a file of the kind that its ending names; see `forms.Whole`."""
        kind = next(kind for kind, ending in ENDINGS.items() if ending == path.suffix)
        if kind == self.statement.format:
            return Whole(path, Copied, replace=replace)
        return Whole(path, lambda part: Aside(kind, part, self._paper()), replace=replace)

    def contents(self, file: Whole[Any]) -> Contents[Any]:
        """What belongs into a file that was begun."""
        one = self.statement
        if isinstance(file.form, Copied):
            return Contents(self._parts(), one.size, _length, formatting.traffic)
        rows = RowsOf(self._statements, self.number.account, one.id, "", "")
        return Contents(pages(rows), one.rows, len, counted)

    def name(self) -> str:
        """A name for its file, without an ending."""
        one, zone = self.statement, ZoneInfo(self.statement.zone)
        since, until = one.since.astimezone(zone), one.until.astimezone(zone)
        return file_name(self.number.phone, since, until, "").removesuffix(".")

    async def _parts(self) -> AsyncIterator[Sequence[bytes]]:
        """The document that was ordered, part by part."""
        place, last = 0, False
        while not last:
            part = await self._statements.part(self.number.account, self.statement.id, place)
            yield [part.content]
            place, last = place + 1, part.last

    def _paper(self) -> Paper:
        one = self.statement
        return Paper(
            mark=MARK,
            phone=self.number.phone,
            owner=self.number.owner,
            tariff=self.number.tariff,
            zone=one.zone,
            currency=one.total.currency,
            since=one.since,
            until=one.until,
            made_at=one.ready_at or one.ordered_at,
            kinds=one.kinds,
            totals=self._totals,
        )


class Saving(Writing[Any]):
    """The line of a statement that is saved."""

    what = "Сохраняем детализацию"
    undone = "Детализация не сохранена, файла нет"
    stopped = "Сохранение отменено: файла нет."
    action = "save_statement"

    def hint(self) -> str:
        """See `Writing`."""
        return f"{key_of(self.app, self.action)} в детализации — отменить"

    def cancel(self) -> None:
        """Leave off at once; the process that writes is not waited for."""
        super().cancel()
        if isinstance(self.file.form, Aside):
            self.file.form.abandon()


class Printing(Saving):
    """The line of a statement that is printed.

    Args:
        file: The document that was begun, in a folder of its own.
        contents: What is written to it.
        folder: The folder.
        title: What the printer's queue calls it.
    """

    what = "Готовим к печати"
    undone = "Детализация не напечатана"
    stopped = "Печать отменена."
    action = "print_statement"

    def __init__(
        self, file: Whole[Any], contents: Contents[Any], folder: TemporaryDirectory[str], title: str
    ) -> None:
        super().__init__(file, contents)
        self._folder = folder
        self._title = title

    def done(self, written: str) -> str:
        """See `Writing`."""
        del written
        try:
            printing.print_file(self.file.path, self._title)
        except printing.NotPrinted as error:
            raise NotDone(str(error)) from None
        return "✓ Детализация отправлена на печать."

    def tidy(self) -> None:
        """See `Writing`."""
        self._folder.cleanup()


def running(screen: "CabinetScreen") -> Writing[Any] | None:
    """The file that is being written now."""
    return next(iter(screen.query(Writing)), None)


def begin_saving(screen: "CabinetScreen", ready: Ready) -> None:
    """Ask for a file and write it, while one goes about; leave off where that is under way.

    Args:
        screen: Where the line stands: it outlives the screen of the statement.
        ready: The statement.
    """
    if not _may_begin(screen, Saving):
        return
    forms = {ENDINGS[kind]: _offered(ready, kind) for kind in FORMATS}

    def begin(path: Path, replace: bool) -> Whole[Any]:  # noqa: FBT001 - as it is called
        return ready.begin(path, replace=replace)

    def write(file: Whole[Any] | None) -> None:
        if file is not None:
            _mount(screen, Saving(file, ready.contents(file)))

    title = f"Сохранить детализацию: {counted(ready.statement.rows)}"
    path = files.folder_for_downloads() / ready.name()
    chosen = ENDINGS[ready.statement.format]
    screen.app.push_screen(FileDialog(title, "Сохранить", forms, chosen, path, begin), write)


def begin_printing(screen: "CabinetScreen", ready: Ready) -> None:
    """Print it by the system's own printer; leave off where that is under way."""
    if not _may_begin(screen, Printing):
        return
    if not printing.can_print():
        key = key_of(screen.app, Saving.action)
        screen.app.say(
            "На этом компьютере нет команды печати lp. Сохраните детализацию как PDF (клавиша "
            f"{key}) и напечатайте её там, где есть принтер.",
            severity="warning",
        )
        return
    folder = TemporaryDirectory(prefix="mts-tui-")
    try:
        file = ready.begin(Path(folder.name) / f"{ready.name()}{ENDINGS[PAPER]}")
    except OSError as error:
        folder.cleanup()
        screen.app.say(f"{Printing.undone}. {files.refusal(error)}", severity="error")
        return
    _mount(screen, Printing(file, ready.contents(file), folder, ready.name()))


def _offered(ready: Ready, kind: StatementFormat) -> str:
    as_ordered = " · так заказано" if kind == ready.statement.format else ""
    return f"{FORMATS[kind]}{as_ordered}"


def _may_begin(screen: "CabinetScreen", kind: type[Saving]) -> bool:
    """Whether nothing else is written now; what is of this kind is left off."""
    under_way = running(screen)
    if type(under_way) is kind:
        under_way.cancel()
    elif under_way is not None:
        screen.app.say(BUSY)
    return under_way is None


def _mount(screen: "CabinetScreen", line: Saving) -> None:
    screen.mount(line, before=screen.query_one(KeyBar))


def _length(parts: Sequence[bytes]) -> int:
    return sum(map(len, parts))
