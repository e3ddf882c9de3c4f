"""Rows of a statement on a screen: the columns of the real document, as many as there is room."""

from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.statements import RowOrder, StatementRow, Statements, StatementTotals
from mts_tui.documents.statement import HEADINGS, Line, cost_heading, line
from mts_tui.widgets.rows import Cell, Column

COLUMNS = (
    Column(10, title=HEADINGS[0]),
    Column(8, needs=44, title=HEADINGS[1]),
    Column(6, needs=128, title=HEADINGS[2]),
    Column(0, title=HEADINGS[3]),
    Column(16, needs=110, title=HEADINGS[4]),
    Column(0, needs=92, title=HEADINGS[5]),
    Column(11, needs=64, title=HEADINGS[6]),
    Column(11, right=True, needs=50, title="Длит./Объем"),
    Column(9, right=True, title="Стоимость"),
)
"""The narrower the list, the fewer of them: what tells least goes first."""


def cells(row: StatementRow, zone: ZoneInfo) -> tuple[Cell, ...]:
    """The cells of `COLUMNS` for a row."""
    one = line(row, zone)
    paid = "" if one.minor else "muted"
    return (
        Cell(formatting.date_numeric(one.at), "muted"),
        Cell(one.time, "muted"),
        Cell(one.gmt, "muted"),
        Cell(one.number, "strong"),
        Cell(one.zone),
        Cell(one.peer_zone),
        Cell(one.service),
        Cell(one.volume),
        Cell(formatting.amount(one.minor), paid),
    )


def named(row: StatementRow, zone: ZoneInfo) -> list[tuple[str, str]]:
    """A row with the names of its columns; what is empty is left out."""
    one = line(row, zone)
    titles = (*HEADINGS, cost_heading(row.cost.currency))
    return [pair for pair in zip(titles, _texts(one), strict=True) if pair[1]]


def line_of(row: StatementRow, zone: ZoneInfo) -> str:
    """A row as one line of text, for the clipboard."""
    return "\t".join(_texts(line(row, zone)))


def _texts(one: Line) -> tuple[str, ...]:
    at, _date, *texts, minor = one
    return (formatting.date_numeric(at), *texts, formatting.amount(minor))


class RowsOf:
    """Rows of a statement as they stand in it, the oldest on top; see `feed.Source`.

    Args:
        statements: Who is asked.
        account: Whose.
        statement: Its id.
        kinds: Which kinds, by commas; empty for all.
        text: What is searched for.
    """

    def __init__(
        self, statements: Statements, account: str, statement: str, kinds: str, text: str
    ) -> None:
        self._statements = statements
        self._which = account, statement
        self._kinds = kinds
        self._text = text

    async def page(self, count: int, place: str | None, *, down: bool) -> Page[StatementRow]:
        """See `feed.Source`."""
        order: RowOrder = "oldest" if down else "newest"
        return await self._statements.rows(
            *self._which, count, place, self._kinds, self._text, order
        )

    async def totals(self) -> StatementTotals:
        """See `feed.Source`."""
        return await self._statements.totals(*self._which, self._kinds, self._text)

    def place(self, row: StatementRow) -> str:
        """See `feed.Source`."""
        return row.operation
