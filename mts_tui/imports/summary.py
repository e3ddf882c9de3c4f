"""What a whole file comes to, before anything of it is kept: for each number that it tells of."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from mts_tui.backend.contract.imports import RecordKind, UnreadRow

from .document import Row, Total

SHOWN = 200
"""Rows that could not be read are kept for showing, the first ones."""


class KindSum(Struct):
    """Records of one kind."""

    count: int = 0
    units: int = 0
    cost: int = 0
    """1/10,000 of a rouble."""


class Summary(Struct):
    """What a file says of one number.

    Attributes:
        number: E.164; empty where the file does not say.
        kinds: By kind of record.
        since: Of the first record.
        until: Of the last one.
        unread_count: How many rows could not be read.
        unread: The first of these.
        printed: What the file itself says it comes to, 1/10,000 of a rouble; None where it does
            not say.
    """

    number: str
    kinds: dict[RecordKind, KindSum]
    since: datetime | None = None
    until: datetime | None = None
    unread_count: int = 0
    unread: list[UnreadRow] = []
    printed: int | None = None

    @property
    def count(self) -> int:
        """How many records."""
        return sum(one.count for one in self.kinds.values())

    @property
    def cost(self) -> int:
        """What they come to, 1/10,000 of a rouble."""
        return sum(one.cost for one in self.kinds.values())


def sum_up(rows: Iterable[Row | Total]) -> list[Summary]:
    """What rows come to, by number, those with the most records first."""
    found: dict[str, Summary] = {}
    for row in rows:
        number = row.number
        summary = found.get(number)
        if summary is None:
            summary = found[number] = Summary(number=number, kinds={}, unread=[])
        if isinstance(row, Total):
            summary.printed = row.cost  # The last one: sums of parts go before it.
            continue
        record = row.record
        if record is None:
            summary.unread_count += 1
            if row.unread is not None and len(summary.unread) < SHOWN:
                summary.unread.append(row.unread)
            continue
        known = summary.kinds.get(record.kind)
        if known is None:
            known = summary.kinds[record.kind] = KindSum()
        known.count += 1
        known.units += record.units
        known.cost += record.cost
        at = record.at
        if summary.since is None or at < summary.since:
            summary.since = at
        if summary.until is None or at > summary.until:
            summary.until = at
    return sorted(found.values(), key=lambda one: -one.count)
