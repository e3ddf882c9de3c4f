"""What files of many rows share: CSV for Excel, JSON, XLSX; row by row, whatever their number.

What others wrote (titles, numbers) is never read as a formula by a spreadsheet: CSV has no type for
text, so what looks like a formula gets an apostrophe before it; XLSX says that it is text.
"""

import csv
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from mts_tui import files

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)

SHEET_ROWS = 1_048_576
"""More than so many rows, the heading included, do not fit a sheet of Excel."""
_FORMULA = re.compile(r"[\s\0]*[=+\-@|%\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
                      r"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]")  # fmt: skip
_PHONE = re.compile(r"\+\d{1,3}( \d[\d-]*)+\Z", re.ASCII)
"""As `phones.display` writes one: the spaces between digits make it no arithmetic."""


class Form(Protocol[R_contra]):
    """A kind of file, being written."""

    def add(self, rows: Sequence[R_contra], /) -> None:
        """Write rows."""

    def close(self) -> None:
        """Write what comes last."""

    def abandon(self) -> None:
        """Let go of everything; the file is not needed any more."""


class Whole(Generic[R]):
    """A file of rows: there as a whole after `put`, or not at all.

    Args:
        path: Where.
        begin: Begins the form in a file that is there and empty.
        replace: Whether a file that is there may be replaced.

    Attributes:
        form: What was begun.

    Raises:
        FileExistsError: There is one.
        OSError: Nothing can be written there.
    """

    def __init__(
        self, path: Path, begin: Callable[[Path], Form[R]], *, replace: bool = False
    ) -> None:
        self.path = path
        self._replace = replace
        self._part = files.part_of(path, replace=replace)
        try:
            self.form = begin(self._part)
        except BaseException:
            self._part.unlink(missing_ok=True)
            raise

    def add(self, rows: Sequence[R]) -> None:
        """Write rows; not for two threads at once."""
        self.form.add(rows)

    def finish(self) -> None:
        """Make the file whole; `put` gives it its name."""
        self.form.close()

    def put(self) -> None:
        """Give the finished file its name."""
        files.put(self._part, self.path, replace=self._replace)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self.form.abandon()
        self._part.unlink(missing_ok=True)
        shutil.rmtree(rows_folder(self._part), ignore_errors=True)  # Of a process that was killed.


class CsvForm(ABC, Generic[R]):
    """CSV as a Russian Excel opens it: UTF-8 with a mark, semicolons, a decimal comma."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        writer = csv.writer(self._file, delimiter=";", lineterminator="\r\n")
        self.write: Callable[[Iterable[Sequence[str]]], Any] = writer.writerows

    @abstractmethod
    def cells(self, row: R) -> Sequence[str]:
        """A row as it is written."""

    def add(self, rows: Sequence[R]) -> None:
        """See `Form`."""
        self.write(map(self.cells, rows))

    def close(self) -> None:
        """See `Form`."""
        self._file.close()

    def abandon(self) -> None:
        """See `Form`."""
        self._file.close()


class JsonForm(Generic[R]):
    """JSON: a list of rows as the contract has them, one a line.

    Args:
        path: The file.
        before: What stands before the list.
        after: What stands after it.
    """

    def __init__(self, path: Path, before: bytes = b"", after: bytes = b"") -> None:
        self._file = path.open("wb")
        self._encode = msgspec.json.Encoder().encode
        self._file.write(before + b"[")
        self._after = after
        self._between = b"\n"

    def add(self, rows: Sequence[R]) -> None:
        """See `Form`."""
        if rows:
            self._file.write(self._between + b",\n".join(map(self._encode, rows)))
            self._between = b",\n"

    def close(self) -> None:
        """See `Form`."""
        self._file.write(b"\n]" + self._after + b"\n")
        self._file.close()

    def abandon(self) -> None:
        """See `Form`."""
        self._file.close()


class XlsxForm(ABC, Generic[R]):
    """XLSX with real dates and sums; a sheet more where the rows do not fit one.

    Attributes:
        book: XlsxWriter's.
        bold: The format of headings.
        date: The format of days.
        time: The format of times of day.
        money: The format of sums.
        headings: Of the columns.
        widths: Of the columns, in letters.
    """

    headings: Sequence[str]
    widths: Sequence[int]

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        # Rows wait in files of XlsxWriter's own: they lie beside the table and go with it.
        self._folder = rows_folder(path)
        self._folder.mkdir(mode=0o700)
        options = {
            "constant_memory": True, "tmpdir": str(self._folder), "strings_to_formulas": False,
            "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        self.book: Any = xlsxwriter.Workbook(str(path), options)
        self.date = self.book.add_format({"num_format": "dd.mm.yyyy"})
        self.time = self.book.add_format({"num_format": "hh:mm:ss"})
        self.money = self.book.add_format({"num_format": "#,##0.00"})
        self.bold = self.book.add_format({"bold": True})
        self._sheet: Any = None
        self._next = SHEET_ROWS

    @abstractmethod
    def write(self, sheet: Any, place: int, row: R) -> None:
        """Write a row of a sheet."""

    def sheet_name(self) -> str | None:
        """What a new sheet is called; None for the usual."""
        return None

    def add(self, rows: Sequence[R]) -> None:
        """See `Form`."""
        for row in rows:
            if self._next >= SHEET_ROWS:
                self._new_sheet()
            self.write(self._sheet, self._next, row)
            self._next += 1

    def _new_sheet(self) -> None:
        sheet = self._sheet = self.book.add_worksheet(self.sheet_name())
        for column, width in enumerate(self.widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(self.headings):
            sheet.write_string(0, column, heading, self.bold)
        self._next = 1

    def close(self) -> None:
        """See `Form`."""
        if self._sheet is None:
            self._new_sheet()
        self.book.use_zip64()
        self.book.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def abandon(self) -> None:
        """See `Form`."""
        for sheet in self.book.worksheets():
            if sheet.row_data_fh is not None and not sheet.row_data_fh.closed:
                sheet.row_data_fh.close()
        self.book.fileclosed = True  # Else it complains when it is forgotten.
        shutil.rmtree(self._folder, ignore_errors=True)


def rows_folder(path: Path) -> Path:
    """Where XlsxWriter keeps rows that wait to be put into a file."""
    return path.with_name(f"{path.name}.rows")


def as_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _PHONE.match(text) else text


def decimal(minor: int) -> str:
    """A sum as Excel reads one: `-1234,56`."""
    units, rest = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{units},{rest:02}"
