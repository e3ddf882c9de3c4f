"""Workbooks as rows: XLSX as a stream, old XLS sheet by sheet. A formula is never worked out."""

import contextlib
import datetime as dt
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from .raw import LONGEST_CELL, LONGEST_ROW, Progress, Rows, Sheet
from .source import DAMAGED, FileRefused, Source

MOST_SHEETS = 250
MOST_ROWS = 2_000_000
TOLD_EVERY = 500
_DAY = 24 * 60 * 60
_PASSWORD = "Файл закрыт паролем. Снимите пароль и откройте его снова."  # noqa: S105


def xlsx_rows(source: Source, progress: Progress) -> Rows:
    """The rows of a workbook of today."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with source.open() as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Of styles and the like, which nobody asked for.
                book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            with contextlib.closing(book):
                for place, sheet in enumerate(book.worksheets[:MOST_SHEETS]):
                    yield 0, Sheet(_text(sheet.title))
                    sheet.reset_dimensions()  # What a file says of its size need not be true.
                    shown = sheet.iter_rows(values_only=True, max_col=LONGEST_ROW)
                    share = 1 / len(book.worksheets)
                    for number, cells in enumerate(shown, 1):
                        if number > MOST_ROWS:
                            break
                        if not number % TOLD_EVERY:
                            done = number / (number + 50_000)  # Nobody says how many.
                            progress(min(1.0, (place + done) * share))
                        yield number, [_text(cell) for cell in cells]
        except FileRefused:
            raise
        except (InvalidFileException, zipfile.BadZipFile, zlib.error, OSError) as error:
            raise FileRefused(DAMAGED) from error
        except GeneratorExit:
            raise
        except Exception as error:  # The library raises whatever it stumbles on.
            raise FileRefused(DAMAGED) from error


def xls_rows(source: Source, progress: Progress) -> Rows:
    """The rows of an old workbook."""
    import xlrd

    with source.open() as file:
        content = file.read()
    try:
        book = xlrd.open_workbook(
            file_contents=content, on_demand=True, ragged_rows=True, logfile=_Nowhere()
        )
    except xlrd.XLRDError as error:
        raise FileRefused(_PASSWORD if "encrypted" in str(error) else DAMAGED) from error
    except Exception as error:
        raise FileRefused(DAMAGED) from error
    count = min(book.nsheets, MOST_SHEETS)
    for place in range(count):
        try:
            sheet = book.sheet_by_index(place)
        except Exception as error:
            raise FileRefused(DAMAGED) from error
        yield 0, Sheet(_text(sheet.name))
        for number in range(sheet.nrows):
            if not number % TOLD_EVERY:
                progress((place + number / sheet.nrows) / count)
            yield number + 1, list(_old_cells(sheet, number, book.datemode))
        book.unload_sheet(place)


class _Nowhere(io.StringIO):
    """xlrd prints what it wonders about; nobody is to read that."""

    def write(self, text: str) -> int:
        return len(text)


def _old_cells(sheet: Any, row: int, date_mode: int) -> Iterator[str]:
    import xlrd

    types: Sequence[int] = sheet.row_types(row)[:LONGEST_ROW]
    for kind, value in zip(types, sheet.row_values(row)[:LONGEST_ROW], strict=True):
        if kind == xlrd.XL_CELL_DATE:
            try:
                yield _text(_moment(value, date_mode))
            except (xlrd.xldate.XLDateError, ValueError, OverflowError):
                yield _text(value)
        elif kind in {xlrd.XL_CELL_ERROR, xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
            yield ""
        else:
            yield _text(value)


def _moment(value: float, date_mode: int) -> dt.datetime | dt.time:
    import xlrd

    if 0 <= value < 1:
        seconds = round(value * _DAY) % _DAY
        return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    found: dt.datetime = xlrd.xldate.xldate_as_datetime(value, date_mode)
    return found


def _text(value: object) -> str:  # noqa: PLR0911 - one for each type
    """A cell as it is read by a person."""
    match value:
        case None:
            return ""
        case str():
            return " ".join(value[:LONGEST_CELL].split())
        case bool():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.4f}".rstrip("0")
        case dt.datetime():
            midnight = value.time() == dt.time()
            return value.strftime("%d.%m.%Y" if midnight else "%d.%m.%Y %H:%M:%S")
        case dt.date():
            return value.strftime("%d.%m.%Y")
        case dt.time():
            return value.strftime("%H:%M:%S")
        case dt.timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(value)[:LONGEST_CELL]
