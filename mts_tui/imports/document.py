"""A detalization as records: whose it is, its rows understood, and those that are not, with why."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from importlib import import_module
from itertools import islice, repeat, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from mts_tui import phones
from mts_tui.backend.contract.imports import ImportedRecord, ImportFormat, UnreadRow
from mts_tui.formatting import clean, fold

from . import values
from .columns import ALL, GMT, Column, heading
from .meaning import Meaning
from .raw import Broken, Progress, Raw, Rows, Sheet
from .source import DAMAGED, Cancelled, FileRefused, Source, look_at
from .text import NO_TABLE

LONGEST_LINE = 2000
AT_ONCE = 200
"""Rows that are read together; between two such parts the person may leave off."""
ONE_BY_ONE = 8
"""So few rows are read one by one where they cannot be read together."""
_READERS: dict[ImportFormat, tuple[str, str]] = {
    "html": ("html", "rows"),
    "xlsx": ("sheets", "xlsx_rows"),
    "xls": ("sheets", "xls_rows"),
    "xml": ("xml", "rows"),
    "csv": ("text", "rows"),
}
_OWNERS = re.compile(
    r"сетевой ресурс|абонентский номер|номер абонента|мобильный номер|телефонный номер"
    r"|номер телефона"
)
_NUMBER = re.compile(r"\+?\d[\d\s()-]{8,17}\d")
_TOTAL = re.compile(r"итого|всего")
_SUM = re.compile(r"-?\d[\d\s]*[.,]\d{2,4}(?!\d)|-?\d+(?![\d.,])")
_NO_CLOCK = ZoneInfo("Europe/Moscow")
TOO_FEW = "В строке меньше ячеек, чем столбцов в таблице."
TOO_MANY = "В строке больше ячеек, чем столбцов в таблице."


class Row(Struct, frozen=True, gc=False):
    """One row of the table: a record, or one that could not be read."""

    number: str
    """Whose, E.164; empty where the file does not say."""
    record: ImportedRecord | None
    unread: UnreadRow | None


class Total(Struct, frozen=True, gc=False):
    """What the file itself says its rows come to, 1/10,000 of a rouble."""

    number: str
    cost: int


class Document:
    """A file, ready to be read as often as it takes.

    Args:
        path: Where it lies.
        cancelled: Whether to leave off; asked now and then, from the thread that reads.

    Raises:
        FileRefused: It is no detalization, with a sentence.
        Cancelled: It was left off.
    """

    def __init__(self, path: Path, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.source: Source = look_at(path, cancelled)
        self.dated_by_zone = False
        """Whether some times stand there without an offset: they are the number's own clock."""
        self._cancelled = cancelled

    def read(
        self, zone: tzinfo | None = None, progress: Progress = lambda _share: None
    ) -> Iterator[Row | Total]:
        """The rows, in the file's order.

        Args:
            zone: Of times that stand without an offset; None for that of the number's region.
            progress: Told how far it is, 0 to 1.

        Raises:
            FileRefused: There is no table in it, or it is damaged from its beginning.
            Cancelled: The person left off.
        """
        module, function = _READERS[self.source.format]
        reader = import_module(f".{module}", __package__)
        rows: Rows = getattr(reader, function)(self.source, progress)
        return _Reading(self, zone).run(rows)

    def check(self) -> None:
        """Leave off where the person wants that."""
        if self._cancelled():
            raise Cancelled


class _Reading:
    """One reading of a document: the table that is open, and whose it is."""

    def __init__(self, document: Document, zone: tzinfo | None) -> None:
        self._document = document
        self._zone = zone
        self._clock: tzinfo = zone or _NO_CLOCK
        self._columns: dict[Column, int] | None = None
        self._width = 0
        self._pick: Callable[[Sequence[Any]], Sequence[Any]] = tuple
        self._ragged = document.source.format in {"xlsx", "xls", "xml"}
        self._meaning = Meaning()
        self._number = ""
        self._broken = False
        self._seen = False

    def run(self, rows: Rows) -> Iterator[Row | Total]:
        for part in _parts(rows):
            self._document.check()
            yield from self._read(part)
        if not self._seen:
            raise FileRefused(DAMAGED if self._broken else NO_TABLE)

    def _read(self, part: Sequence[Raw]) -> Sequence[Row | Total]:
        """Rows together; where one does not fit, those around it, and that one by itself."""
        try:
            return self._together([cells for _line, cells in part])
        except ValueError:
            if len(part) <= ONE_BY_ONE:
                return [found for line, cells in part if (found := self._one(line, cells))]
            middle = len(part) // 2
            return [*self._read(part[:middle]), *self._read(part[middle:])]

    def _together(self, part: Sequence[list[str] | Broken | Sheet]) -> Sequence[Row]:
        """Rows of the table that are all sound; raises ValueError where they are not."""
        if self._columns is None or set(map(type, part)) != {list}:
            raise ValueError("not rows of a table")
        across: list[Sequence[str]] = (
            [*zip_longest(*part, fillvalue="")] if self._ragged else [*zip(*part, strict=True)]
        )
        empty = ("",) * len(part)
        if any(any(map(str.strip, column)) for column in across[self._width :]):
            raise values.Unreadable(TOO_MANY)
        across[self._width :] = ()
        if len(across) < self._width:
            if not self._ragged:
                raise values.Unreadable(TOO_FEW)
            across += [empty] * (self._width - len(across))
        columns = self._pick([*across, empty])
        records = self._meaning.records(columns, self._clock)
        self._look_for_offsets(columns[GMT])
        return list(map(Row, repeat(self._number), records, repeat(None)))

    def _one(self, line: int, cells: list[str] | Broken | Sheet) -> Row | Total | None:
        if isinstance(cells, Sheet):
            self._columns = None
            self._belongs(cells.title, named=False)
        elif isinstance(cells, Broken):
            self._broken = True
            if self._columns is not None:
                return Row(self._number, None, _unread(line, [cells.text], cells.reason))
        else:
            return self._row(line, cells)
        return None

    def _row(self, line: int, cells: Sequence[str]) -> Row | Total | None:
        columns = self._columns
        if columns is not None:
            first = cells[columns["date"]] if columns["date"] < len(cells) else ""
            if first[:1].isdigit():
                return self._told(line, cells)
        filled = [cell for cell in cells if cell and not cell.isspace()]
        if not filled:
            return None
        found = heading(cells)
        if found is not None:
            self._columns, self._width, self._seen = found, len(cells), True
            # A column that is not there is the empty cell that is put behind the others.
            self._pick = itemgetter(*(found.get(column, -1) for column in ALL))
            return None
        return self._beside(line, cells, filled)

    def _beside(self, line: int, cells: Sequence[str], filled: list[str]) -> Row | Total | None:
        """A row that is none of the table's: whose it is, a sum, a note; or a damaged one."""
        text = " ".join(filled)
        folded = fold(text[:LONGEST_LINE])
        if _OWNERS.search(folded):
            self._belongs(text)
            return None
        if self._columns is None:
            return None
        if _TOTAL.match(folded):
            return self._total(text)
        page = self._document.source.format == "html" and len(cells) == 1 < self._width
        if page or (len(filled) == 1 and folded.startswith("*")):
            return None  # Text between and behind the tables of a page, a note.
        return Row(self._number, None, _unread(line, cells, "Дата не читается: её нет в строке."))

    def _total(self, text: str) -> Total | None:
        sums = _SUM.findall(text)
        try:
            return Total(self._number, values.cost_of(sums[-1])) if sums else None
        except values.Unreadable:
            return None

    def _belongs(self, text: str, *, named: bool = True) -> None:
        """Take the number that a text tells."""
        if named:
            place = _OWNERS.search(fold(text))
            text = text[place.end() :] if place else text
        found = _NUMBER.search(text)
        if not found or (not named and found[0] != text.strip()):
            return
        try:
            self._number = phones.parse(found[0], city=True)
        except phones.PhoneError:
            return
        self._seen_number()

    def _seen_number(self) -> None:
        if self._zone is None:
            region = phones.region(self._number)
            self._clock = ZoneInfo(region.zone) if region else _NO_CLOCK

    def _told(self, line: int, cells: Sequence[str]) -> Row:
        try:
            return Row(self._number, self._record(cells), None)
        except values.Unreadable as error:
            return Row(self._number, None, _unread(line, cells, str(error)))

    def _record(self, cells: Sequence[str]) -> ImportedRecord:
        picked = self._pick([*self._whole(cells), ""])
        self._look_for_offsets(picked[GMT : GMT + 1])
        return self._meaning.record(picked, self._clock)

    def _look_for_offsets(self, gmts: Sequence[str]) -> None:
        if not all(gmts):
            self._document.dated_by_zone = True

    def _whole(self, cells: Sequence[str]) -> Sequence[str]:
        """A row of as many cells as the heading has."""
        count = len(cells)
        if count > self._width:
            if any(cell.strip() for cell in cells[self._width :]):
                raise values.Unreadable(TOO_MANY)
            return cells[: self._width]
        if count < self._width:
            if not self._ragged:
                raise values.Unreadable(TOO_FEW)
            return [*cells, *[""] * (self._width - count)]
        return cells


def _parts(rows: Rows) -> Iterator[list[Raw]]:
    """So many rows at once; what stands before the place where a file is refused is a part too."""
    while True:
        part: list[Raw] = []
        try:
            part.extend(islice(rows, AT_ONCE))
        except FileRefused:
            yield part
            raise
        if not part:
            return
        yield part


def _unread(line: int, cells: Sequence[str], reason: str) -> UnreadRow:
    text = clean(" · ".join(cell for cell in cells if cell), LONGEST_LINE)
    return UnreadRow(line=line, text=text, reason=reason)
