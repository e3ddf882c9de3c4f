"""«Выгрузить»: the selection of the archive as a file."""

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mts_tui import files, formatting
from mts_tui.backend.contract.archive import Operation, Totals
from mts_tui.backend.contract.numbers import Number
from mts_tui.documents.forms import Whole
from mts_tui.documents.tables import Table
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of

from .feed import Source, pages
from .writing import BUSY, Contents, FileDialog, Writing

if TYPE_CHECKING:
    from .cabinet import CabinetScreen

FORMS = {
    ".csv": "CSV — откроется в Excel",
    ".xlsx": "XLSX — таблица с датами и суммами",
    ".json": "JSON — для программ",
}


class Exporting(Writing[Operation]):
    """The line of an export."""

    what = "Выгружаем"
    undone = "Не выгружено, файла нет"
    stopped = "Выгрузка отменена: файла нет."

    def hint(self) -> str:
        """See `Writing`."""
        return f"{key_of(self.app, 'export')} в «Архиве» — отменить"


def begin_export(
    screen: "CabinetScreen",
    number: Number,
    source: Source[Operation, Totals],
    total: int | None,
) -> None:
    """Ask for a file and write a selection; leave off where that is under way.

    Args:
        screen: Where the line stands.
        number: Whose history.
        source: The selection.
        total: How many operations there will be; 0 where that is not known, None for nothing.
    """
    running = next(iter(screen.query(Writing)), None)
    if isinstance(running, Exporting):
        running.cancel()
        return
    if running is not None or total is None:
        told = "Выгружать нечего: в отборе нет операций." if running is None else BUSY
        screen.app.say(told)
        return
    zone = ZoneInfo(number.zone)

    def begin(path: Path, replace: bool) -> Whole[Operation]:  # noqa: FBT001 - as it is called
        return Table(path, zone, replace=replace)

    def write(file: Whole[Operation] | None) -> None:
        if file is not None:
            line = Exporting(file, Contents(pages(source), total, len, counted))
            screen.mount(line, before=screen.query_one(KeyBar))

    title = f"Выгрузить: {counted(total)}" if total else "Выгрузить операции"
    path = files.folder_for_downloads() / f"operations-{number.phone.removeprefix('+')}"
    screen.app.push_screen(FileDialog(title, "Выгрузить", FORMS, ".csv", path, begin), write)


def counted(count: int) -> str:
    """So many operations, in words."""
    return formatting.count(count, "операция", "операции", "операций")
