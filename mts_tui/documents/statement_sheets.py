"""A statement for programs: CSV and XLSX with its head, rows and totals, JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mts_tui.backend.contract.statements import StatementRow

from .forms import CsvForm, JsonForm, XlsxForm, as_text, decimal
from .statement import FOOTNOTE, HEADINGS, TITLE, Paper, cost_heading, head, line, totals

SUMMARY = "Общая сводка"
"""The first sheet, as the operator's own file has it (facts 1.8)."""
TOTAL_HEADINGS = ("Итого", "Записей", "Длительность/Объем")
WIDTHS = (11, 10, 8, 24, 22, 36, 14, 18, 14)


class StatementCsv(CsvForm[StatementRow]):
    """See `CsvForm`: the head, an empty line, the rows, an empty line, the totals.

    Args:
        path: The file, there and empty.
        paper: The statement.
    """

    def __init__(self, path: Path, paper: Paper) -> None:
        super().__init__(path)
        self._paper = paper
        self._zone = ZoneInfo(paper.zone)
        marks = [(paper.mark,)] if paper.mark else []
        known = ((name, as_text(value)) for name, value in head(paper))
        self.write([*marks, (TITLE,), *known, (), (*HEADINGS, cost_heading(paper.currency))])

    def cells(self, row: StatementRow) -> Sequence[str]:
        """See `CsvForm`."""
        _at, date, time, gmt, number, zone, peer_zone, service, volume, minor = line(
            row, self._zone
        )
        others = map(as_text, (number, zone, peer_zone, service))
        return date, time, gmt, *others, volume, decimal(minor)

    def close(self) -> None:
        """See `Form`."""
        paper = self._paper
        known = (
            (one.title, str(one.rows), one.volume, decimal(one.minor)) for one in totals(paper)
        )
        whole = str(paper.totals.count), "", decimal(paper.totals.cost.amount_minor)
        titles = (*TOTAL_HEADINGS, cost_heading(paper.currency))
        self.write([(), titles, *known, ("Всего", *whole), (), (FOOTNOTE,)])
        super().close()


class StatementXlsx(XlsxForm[StatementRow]):
    """See `XlsxForm`: a summary, then the rows on a sheet that is named after the number.

    Args:
        path: The file, there and empty.
        paper: The statement.
    """

    widths = WIDTHS

    def __init__(self, path: Path, paper: Paper) -> None:
        super().__init__(path)
        self.headings = (*HEADINGS, cost_heading(paper.currency))
        self._phone = paper.phone.removeprefix("+")
        self._zone = ZoneInfo(paper.zone)
        self._sheets = 0
        self._summary(paper)

    def sheet_name(self) -> str:
        """See `XlsxForm`."""
        self._sheets += 1
        return self._phone if self._sheets == 1 else f"{self._phone} ({self._sheets})"

    def write(self, sheet: Any, place: int, row: StatementRow) -> None:
        """See `XlsxForm`."""
        at, _date, _time, *texts, minor = line(row, self._zone)
        local = at.replace(tzinfo=None, microsecond=0)
        sheet.write_datetime(place, 0, local.replace(hour=0, minute=0, second=0), self.date)
        sheet.write_datetime(place, 1, local.time(), self.time)
        for column, text in enumerate(texts, 2):
            if text:
                sheet.write_string(place, column, text)
        sheet.write_number(place, 8, minor / 100, self.money)

    def _summary(self, paper: Paper) -> None:
        sheet = self.book.add_worksheet(SUMMARY)
        for column, width in enumerate((28, 44, 20, 16)):
            sheet.set_column(column, column, width)
        place = 0
        for text in (paper.mark, TITLE):
            sheet.write_string(place, 0, text, self.bold)
            place += 1
        for name, value in head(paper):
            sheet.write_string(place, 0, name)
            sheet.write_string(place, 1, value)
            place += 1
        place += 1
        titles = (*TOTAL_HEADINGS, cost_heading(paper.currency))
        for column, text in enumerate(titles):
            sheet.write_string(place, column, text, self.bold)
        for one in totals(paper):
            place += 1
            sheet.write_string(place, 0, one.title)
            sheet.write_number(place, 1, one.rows)
            sheet.write_string(place, 2, one.volume)
            sheet.write_number(place, 3, one.minor / 100, self.money)
        sheet.write_string(place + 1, 0, "Всего", self.bold)
        sheet.write_number(place + 1, 1, paper.totals.count)
        sheet.write_number(place + 1, 3, paper.totals.cost.amount_minor / 100, self.money)


class StatementJson(JsonForm[StatementRow]):
    """See `JsonForm`: an object with all of the statement, its rows last.

    Args:
        path: The file, there and empty.
        paper: The statement.
    """

    def __init__(self, path: Path, paper: Paper) -> None:
        known = msgspec.json.encode(paper)
        super().__init__(path, known[:-1] + b',"rows":', b"}")
