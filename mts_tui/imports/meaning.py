"""What the cells of a detalization mean: each different cell of a column is read once.

Most of what a column says repeats from row to row, so rows are understood column by column, many at
a time, nearly without a step of Python for each. That way is exact or nothing: where one cell does
not fit, nothing is told, and the rows have to be read one by one.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import repeat
from operator import sub
from typing import TypeVar

from mts_tui.backend.contract.archive import Direction
from mts_tui.backend.contract.imports import ImportedRecord, RecordKind

from . import values

REMEMBERED = 16_384
"""Different cells of a column; memory does not grow with the file."""
_CLOCK = len("09:12:44")
_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")
_Service = tuple[str, RecordKind | None, Direction | None]
"""A service code as it may be shown; kind and direction that it tells."""
_Usage = tuple[str, int, RecordKind, Direction | None]
"""The same, and units: what the amount tells beside it."""


class Memory(dict[_K, _V]):
    """What a function tells of cells, remembered; `memory[cell]` asks it.

    Args:
        find: The function. What it raises is not remembered.
    """

    def __init__(self, find: Callable[[_K], _V]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, cell: _K) -> _V:
        found = self._find(cell)
        if len(self) >= REMEMBERED:
            self.clear()
        self[cell] = found
        return found

    def of(self, column: Iterable[_K]) -> Iterator[_V]:
        """What each cell of a column means."""
        return map(self.__getitem__, column)


class Meaning:
    """Understands rows of ten cells, in the order of `columns.ALL`; raises `values.Unreadable`."""

    def __init__(self) -> None:
        self._days: Memory[str, date] = Memory(values.day_of)
        self._clocks: Memory[str, time] = Memory(values.clock_of)
        self._offsets: Memory[str, timedelta] = Memory(values.offset_of)
        self._texts: Memory[str, str] = Memory(values.text_of)
        self._peers: Memory[str, tuple[str, bool]] = Memory(values.peer_of)
        self._costs: Memory[str, int] = Memory(values.cost_of)
        self._services: Memory[tuple[str, str], _Service] = Memory(_service)
        self._usages: Memory[tuple[str, str, str], _Usage] = Memory(self._usage)
        self._directions: Memory[tuple[Direction | None, RecordKind, bool], Direction] = Memory(
            _direction
        )

    def record(self, cells: Sequence[str], zone: tzinfo) -> ImportedRecord:
        """What a row means.

        Args:
            cells: The row.
            zone: Of a time that stands without an offset.
        """
        day, clock, gmt, number, here, there, code, area, amount, cost = cells
        service, units, kind, direction = self._usages[code, area, amount]
        peer, incoming = self._peers[number]
        return ImportedRecord(
            at=self._moment(day.strip(), clock.strip(), gmt.strip(), zone),
            kind=kind,
            direction=self._directions[direction, kind, incoming],
            peer=peer,
            zone=self._texts[here],
            peer_zone=self._texts[there],
            service=service,
            units=units,
            cost=self._costs[cost],
        )

    def records(self, columns: Sequence[Sequence[str]], zone: tzinfo) -> list[ImportedRecord]:
        """What many rows mean, all of them.

        Args:
            columns: Their cells by column, each as long as the others.
            zone: Of times that stand without an offset.

        Raises:
            ValueError: A row cannot be read, or not in this way.
        """
        days, clocks, gmts, numbers, here, there, codes, areas, amounts, costs = columns
        used = self._usages.of(zip(codes, areas, amounts, strict=True))
        services, units, kinds, directions = zip(*used, strict=True)
        peers, incoming = zip(*self._peers.of(numbers), strict=True)
        return list(
            map(
                ImportedRecord,
                self._moments(days, clocks, gmts, zone),
                kinds,
                self._directions.of(zip(directions, kinds, incoming, strict=True)),
                peers,
                self._texts.of(here),
                self._texts.of(there),
                services,
                units,
                self._costs.of(costs),
            )
        )

    def _usage(self, said: tuple[str, str, str]) -> _Usage:
        """What a code, an area and an amount tell."""
        code, area, amount = said
        service, kind, direction = self._services[code, area]
        return service, *values.units_of(amount, kind), direction

    def _moment(self, day: str, clock: str, gmt: str, zone: tzinfo) -> datetime:
        """When a row happened, in UTC; date and time may stand in one cell."""
        if not clock:
            day, _space, clock = day.replace("T", " ", 1).partition(" ")
            clock = clock.strip() or "00:00:00"
        read = self._days[day], self._clocks[clock]
        if gmt:
            return datetime.combine(*read, UTC) - self._offsets[gmt]
        return datetime.combine(*read, zone).astimezone(UTC)

    def _moments(
        self, days: Sequence[str], clocks: Sequence[str], gmts: Sequence[str], zone: tzinfo
    ) -> Iterator[datetime]:
        if not any(clocks):
            apart = map(str.partition, days, repeat("T" if "T" in days[0] else " "))
            days, _spaces, clocks = zip(*apart, strict=True)
        read = self._days.of(days), self._times(clocks)
        if any(gmts):
            return map(sub, map(datetime.combine, *read, repeat(UTC)), self._offsets.of(gmts))
        return map(datetime.astimezone, map(datetime.combine, *read, repeat(zone)), repeat(UTC))

    def _times(self, clocks: Sequence[str]) -> Iterator[time]:
        """Times of the day: too many are different to be remembered where that can be helped."""
        text = "".join(clocks)
        if (
            set(map(len, clocks)) == {_CLOCK}
            and max(clocks) < "24"  # What ISO 8601 calls the end of a day is no time here.
            and text[2::_CLOCK] == text[5::_CLOCK] == ":" * len(clocks)
        ):
            return map(time.fromisoformat, clocks)
        return self._clocks.of(clocks)


def _service(said: tuple[str, str]) -> _Service:
    """What a code and an area tell."""
    code, area = said
    text = values.text_of(code)
    return text, *values.service_of(text, area)


def _direction(said: tuple[Direction | None, RecordKind, bool]) -> Direction:
    """What a service, a kind and an arrow before the number tell."""
    known, kind, incoming = said
    if kind in {"data", "fee"}:
        return "none"
    if known is not None:
        return known
    return "in" if incoming else "out"
