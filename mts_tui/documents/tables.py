"""Operations as a table in a file: CSV for Excel, JSON, XLSX; row by row, whatever their number.

What others wrote (titles, numbers) is never read as a formula by a spreadsheet: CSV has no type for
text, so what looks like a formula gets an apostrophe before it; XLSX says that it is text.
"""

import csv
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from mts_tui import files, formatting, phones
from mts_tui.backend.contract.archive import Operation

HEADINGS = (
    "Дата", "Время", "Вид", "Направление", "Операция", "Номер или получатель", "Единиц",
    "Единица", "Сумма", "Валюта", "Баланс после",
)  # fmt: skip
WIDTHS = (11, 9, 18, 12, 38, 24, 12, 8, 12, 8, 14)
KINDS = {
    "call": "звонок", "sms": "SMS", "mms": "MMS", "data": "интернет", "fee": "плата за тариф",
    "option": "услуга", "subscription": "подписка", "top_up": "пополнение",
    "compensation": "возврат комиссии", "transfer": "перевод", "purchase": "покупка",
    "promise": "обещанный платёж", "correction": "перерасчёт",
}  # fmt: skip
DIRECTIONS = {"in": "входящее", "out": "исходящее", "missed": "пропущенное", "none": ""}
UNITS = {"call": "с", "data": "байт", "sms": "шт.", "mms": "шт."}
SHEET_ROWS = 1_048_576
"""More than so many rows, the heading included, do not fit a sheet of Excel."""
_FORMULA = re.compile(r"[\s\0]*[=+\-@|%\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
                      r"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]")  # fmt: skip
_PHONE = re.compile(r"\+\d{1,3}( \d[\d-]*)+\Z", re.ASCII)
"""As `phones.display` writes one: the spaces between digits make it no arithmetic."""


class Form(Protocol):
    """A kind of file, being written."""

    def add(self, operations: Sequence[Operation]) -> None:
        """Write rows."""

    def close(self) -> None:
        """Write what comes last."""

    def abandon(self) -> None:
        """Let go of everything; the file is not needed any more."""


class Table:
    """A file of operations: there as a whole after `finish`, or not at all.

    Args:
        path: Where.
        zone: In which moments are written.
        replace: Whether a file that is there may be replaced.

    Raises:
        FileExistsError: There is one.
        OSError: Nothing can be written there.
    """

    def __init__(self, path: Path, zone: ZoneInfo, *, replace: bool = False) -> None:
        self.path = path
        self._replace = replace
        form = FORMS[path.suffix]
        self._part = files.part_of(path, replace=replace)
        try:
            self._form: Form = form(self._part, zone)
        except BaseException:
            self._part.unlink(missing_ok=True)
            raise

    def add(self, operations: Sequence[Operation]) -> None:
        """Write rows; not for two threads at once."""
        self._form.add(operations)

    def finish(self) -> None:
        """Make the file whole; `put` gives it its name."""
        self._form.close()

    def put(self) -> None:
        """Give the finished file its name."""
        files.put(self._part, self.path, replace=self._replace)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._form.abandon()
        self._part.unlink(missing_ok=True)


class Csv:
    """CSV as a Russian Excel opens it: UTF-8 with a mark, semicolons, a decimal comma."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        self._zone = zone
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, delimiter=";", lineterminator="\r\n")
        self._writer.writerow(HEADINGS)

    def add(self, operations: Sequence[Operation]) -> None:
        """See `Form`."""
        self._writer.writerows(self._row(one) for one in operations)

    def _row(self, one: Operation) -> tuple[str, ...]:
        at = one.at.astimezone(self._zone)
        return (
            formatting.date_numeric(at), formatting.clock_seconds(at), KINDS[one.kind],
            DIRECTIONS[one.direction], as_text(formatting.clean(one.title)), as_text(peer(one)),
            str(one.units) if one.kind in UNITS else "", UNITS.get(one.kind, ""),
            decimal(one.amount.amount_minor), one.amount.currency,
            decimal(one.balance.amount_minor),
        )  # fmt: skip

    def close(self) -> None:
        """See `Form`."""
        self._file.close()

    def abandon(self) -> None:
        """See `Form`."""
        self._file.close()


class Json:
    """JSON: a list of operations as the contract has them, one a line."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        del zone  # Moments carry their own: UTC.
        self._file = path.open("wb")
        self._encode = msgspec.json.Encoder().encode
        self._file.write(b"[")
        self._between = b"\n"

    def add(self, operations: Sequence[Operation]) -> None:
        """See `Form`."""
        if operations:
            self._file.write(self._between + b",\n".join(map(self._encode, operations)))
            self._between = b",\n"

    def close(self) -> None:
        """See `Form`."""
        self._file.write(b"\n]\n")
        self._file.close()

    def abandon(self) -> None:
        """See `Form`."""
        self._file.close()


class Xlsx:
    """XLSX with real dates and sums; a sheet more where the rows do not fit one."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        import xlsxwriter

        self._zone = zone
        # Rows wait in files of XlsxWriter's own: they lie beside the table and go with it.
        self._folder = tempfile.mkdtemp(dir=path.parent, prefix=f"{path.name}.")
        options = {
            "constant_memory": True, "tmpdir": self._folder, "strings_to_formulas": False,
            "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        self._book = xlsxwriter.Workbook(str(path), options)
        self._date = self._book.add_format({"num_format": "dd.mm.yyyy"})
        self._time = self._book.add_format({"num_format": "hh:mm:ss"})
        self._money = self._book.add_format({"num_format": "#,##0.00"})
        self._bold = self._book.add_format({"bold": True})
        self._sheet: Any = None
        self._next = SHEET_ROWS

    def add(self, operations: Sequence[Operation]) -> None:
        """See `Form`."""
        for one in operations:
            if self._next >= SHEET_ROWS:
                self._new_sheet()
            self._write(one)
            self._next += 1

    def _new_sheet(self) -> None:
        sheet = self._sheet = self._book.add_worksheet()
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(0, column, heading, self._bold)
        self._next = 1

    def _write(self, one: Operation) -> None:
        sheet, row = self._sheet, self._next
        at = one.at.astimezone(self._zone)
        sheet.write_datetime(row, 0, at.replace(tzinfo=None, hour=0, minute=0, second=0,
                                                microsecond=0), self._date)  # fmt: skip
        sheet.write_datetime(row, 1, at.time().replace(microsecond=0), self._time)
        sheet.write_string(row, 2, KINDS[one.kind])
        sheet.write_string(row, 3, DIRECTIONS[one.direction])
        sheet.write_string(row, 4, formatting.clean(one.title))
        sheet.write_string(row, 5, peer(one))
        if one.kind in UNITS:
            sheet.write_number(row, 6, one.units)
            sheet.write_string(row, 7, UNITS[one.kind])
        sheet.write_number(row, 8, one.amount.amount_minor / 100, self._money)
        sheet.write_string(row, 9, one.amount.currency)
        sheet.write_number(row, 10, one.balance.amount_minor / 100, self._money)

    def close(self) -> None:
        """See `Form`."""
        if self._sheet is None:
            self._new_sheet()
        self._book.use_zip64()
        self._book.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def abandon(self) -> None:
        """See `Form`."""
        for sheet in self._book.worksheets():
            if sheet.row_data_fh is not None and not sheet.row_data_fh.closed:
                sheet.row_data_fh.close()
        self._book.fileclosed = True  # Else it complains when it is forgotten.
        shutil.rmtree(self._folder, ignore_errors=True)


FORMS: dict[str, type[Csv | Json | Xlsx]] = {".csv": Csv, ".json": Json, ".xlsx": Xlsx}


def peer(one: Operation) -> str:
    """The other side, as people read it."""
    return phones.display(formatting.clean(one.peer)) if one.peer else ""


def as_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _PHONE.match(text) else text


def decimal(minor: int) -> str:
    """A sum as Excel reads one: `-1234,56`."""
    units, rest = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{units},{rest:02}"
