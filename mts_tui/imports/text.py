"""CSV as rows: whatever stands between its columns. A formula is a text like any other."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import TextIO

from .columns import heading
from .raw import LONGEST_ROW, Broken, Progress, Rows
from .source import FileRefused, Source

DELIMITERS = ";\t,|"
HEAD_LINES = 200
"""The table begins within so many lines, or pieces of a long one."""
LONGEST_LINE = 64 * 1024
"""Of the lines among which the heading is looked for."""
LONGEST_FIELD = 1024 * 1024
_AT_ONCE = 16 * 1024
"""Letters of the lines that are read together."""
NO_TABLE = (
    "В файле нет таблицы детализации: не нашлось строки со столбцами «Дата», «Номер», «Услуга» и "
    "«Стоимость». Выберите файл, который прислал оператор."
)
_QUOTES = ("'", "=")
NOT_CLOSED = "Кавычка открыта и не закрыта: где кончается строка, непонятно."


def rows(source: Source, progress: Progress) -> Rows:
    """The rows of a CSV file."""
    delimiter = _delimiter(source)
    csv.field_size_limit(LONGEST_FIELD)
    with source.open_text() as file:
        lines = _Lines(file, source.size, progress)
        reader = csv.reader(chain.from_iterable(lines), delimiter=delimiter)
        while True:
            try:
                for cells in reader:
                    if len(cells) > LONGEST_ROW:
                        del cells[LONGEST_ROW:]
                    yield reader.line_num, unquoted(cells) if lines.quoted else cells
            except csv.Error:
                yield reader.line_num, Broken("", NOT_CLOSED)
            else:
                return


def unquoted(cells: list[str]) -> list[str]:
    """Cells without what spreadsheets put around a text that is not to become a number."""
    return [_unquoted(cell) if cell[:1] in _QUOTES else cell for cell in cells]


def _unquoted(cell: str) -> str:
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell.removeprefix("'")


class _Lines:
    """The lines of a file, many at a time.

    Attributes:
        quoted: Whether what has come so far may hold a cell that is to be unquoted: to look at
            each cell takes longer than to take the row apart.
    """

    def __init__(self, file: TextIO, size: int, progress: Progress) -> None:
        self.quoted = False
        self._file = file
        self._size = size
        self._progress = progress

    def __iter__(self) -> Iterator[list[str]]:
        read = 0
        while lines := self._file.readlines(_AT_ONCE):
            text = "".join(lines)
            self.quoted = self.quoted or any(quote in text for quote in _QUOTES)
            self._progress(min(1.0, read / self._size))
            read += len(text)
            yield lines


def _delimiter(source: Source) -> str:
    with source.open_text() as file:
        for _number in range(HEAD_LINES):
            line = file.readline(LONGEST_LINE)
            if not line:
                break
            for delimiter in DELIMITERS:
                try:
                    cells = next(csv.reader([line], delimiter=delimiter), [])
                except csv.Error:
                    continue
                if heading(unquoted(cells)):
                    return delimiter
    raise FileRefused(NO_TABLE)
