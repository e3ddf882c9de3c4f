"""A line of the account's history, drawn alike on «Счет» and in the archive."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.archive import Operation
from mts_tui.widgets.rows import Cell, Column

COLUMNS = (Column(14), Column(0), Column(9, right=True, needs=64), Column(12, right=True))
LONGEST_PEER = 40


def row_of(one: Operation, zone: ZoneInfo, today: datetime) -> tuple[Cell, ...]:
    """The cells of `COLUMNS` for an operation: when, what, how much, for what sum."""
    at = one.at.astimezone(zone)
    when = f"{formatting.date_short(at)} {formatting.clock(at)}"
    if at.year != today.year:
        when = formatting.date_numeric(at)
    money = one.amount.amount_minor
    style = "good" if money > 0 else "" if money < 0 else "muted"
    peer = peer_of(one)
    return (
        Cell(when, "muted"),
        Cell(f"{formatting.clean(one.title)} {peer}" if peer else formatting.clean(one.title)),
        Cell(units_of(one), "muted"),
        Cell(formatting.money(money, one.amount.currency, sign=money > 0), style),
    )


def peer_of(one: Operation) -> str:
    """The other side, as people read it."""
    return phones.display(formatting.clean(one.peer, LONGEST_PEER)) if one.peer else ""


def units_of(one: Operation) -> str:
    """Units of a usage: how long, how much."""
    if one.kind == "call":
        return formatting.duration_table(one.units) if one.units else "—"
    return formatting.traffic(one.units) if one.kind == "data" else ""


def line_of(one: Operation, zone: ZoneInfo) -> str:
    """An operation as one line of text, for the clipboard."""
    at = one.at.astimezone(zone)
    when = f"{formatting.date_numeric(at)} {formatting.clock_seconds(at)}"
    money = formatting.money(one.amount.amount_minor, one.amount.currency, sign=True)
    parts = (when, formatting.clean(one.title), peer_of(one), units_of(one), money)
    return "\t".join(part for part in parts if part)
