"""A statement as PDF: landscape A4, the heading of the columns on every page, totals at the end."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.statements import StatementRow

from .pdf import LEADING, Column, Pages
from .statement import (
    FOOTNOTE,
    HEADINGS,
    NOTHING,
    TITLE,
    Paper,
    amount,
    cost_heading,
    head,
    line,
    totals,
)

LANDSCAPE_A4 = (297.0, 210.0)
MARGIN = 12.0
SIZE = 7.5
COLUMNS = (
    Column(19), Column(16), Column(15), Column(47), Column(42), Column(61), Column(24),
    Column(29, right=True), Column(20, right=True),
)  # fmt: skip
TOTAL_COLUMNS = (Column(80), Column(30, right=True), Column(40, right=True), Column(40, right=True))
TOTAL_SIZE = 9.0
TOTAL_LINES = 5
"""Besides one for each kind: a gap, the headings, the whole, the footnote."""
TOTAL_HEADINGS = ("Итого", "Записей", "Длительность/Объем")


class StatementPdf:
    """See `forms.Form`.

    Args:
        path: The file, there and empty.
        paper: The statement.
    """

    def __init__(self, path: Path, paper: Paper) -> None:
        self._paper = paper
        self._zone = ZoneInfo(paper.zone)
        self._file = path.open("wb")
        self._pages = Pages(f"{TITLE} {paper.phone}", LANDSCAPE_A4, MARGIN, self._file)
        self._head()

    def add(self, rows: Sequence[StatementRow]) -> None:
        """See `forms.Form`."""
        for row in rows:
            _at, *texts, minor = line(row, self._zone)
            self._pages.cells((*texts, amount(minor)), COLUMNS, size=SIZE)

    def close(self) -> None:
        """See `forms.Form`."""
        self._pages.begin_page = None
        if not self._paper.totals.count:
            self._pages.line(NOTHING, size=9)
        self._totals()
        self._pages.finish()
        self._file.close()

    def abandon(self) -> None:
        """See `forms.Form`."""
        self._file.close()

    def _head(self) -> None:
        pages, paper = self._pages, self._paper
        if paper.mark:
            pages.banner(paper.mark, size=11)
            pages.space(4)
        pages.line(TITLE, size=16, bold=True)
        pages.space(2)
        for name, value in head(paper):
            pages.line(f"{name}: {value}", size=9)
        pages.space(6)
        self._headings()
        pages.begin_page = self._headings

    def _headings(self) -> None:
        titles = (*HEADINGS, cost_heading(self._paper.currency))
        self._pages.cells(titles, COLUMNS, size=SIZE, bold=True, ruled=True)

    def _totals(self) -> None:
        """Write them on one page: a sum is not looked for overleaf."""
        pages, paper = self._pages, self._paper
        pages.keep_together((len(paper.totals.kinds) + TOTAL_LINES) * TOTAL_SIZE * LEADING)
        pages.space(8)
        titles = (*TOTAL_HEADINGS, cost_heading(paper.currency))
        pages.cells(titles, TOTAL_COLUMNS, size=TOTAL_SIZE, bold=True, ruled=True)
        for one in totals(paper):
            cells = (one.title, formatting.number(one.rows), one.volume, amount(one.minor))
            pages.cells(cells, TOTAL_COLUMNS, size=TOTAL_SIZE)
        whole = (
            "Всего",
            formatting.number(paper.totals.count),
            "",
            amount(paper.totals.cost.amount_minor),
        )
        pages.cells(whole, TOTAL_COLUMNS, size=TOTAL_SIZE, bold=True)
        pages.space(6)
        pages.line(FOOTNOTE, size=7.5, grey=True)
