"""A list of any length as the screen holds it: a stretch of it is here, the rest is asked for.

However long the list, no more than `KEPT` rows are held. Pages are keyset pages, so a place in the
list is known by counting: from its top down, or from its end up and the total.
"""

from collections.abc import AsyncIterator
from typing import Generic, Protocol, TypeVar

from mts_tui.backend.contract.model import Page

FIRST = 60
"""Rows of the first page from an end: a screenful, to be there at once."""
PAGE = 200
KEPT = 1_000


class Counted(Protocol):
    """What a list comes to."""

    @property
    def count(self) -> int:
        """How many rows it has."""


T = TypeVar("T")
C = TypeVar("C", bound=Counted)
C_co = TypeVar("C_co", bound=Counted, covariant=True)


class Source(Protocol[T, C_co]):
    """Whoever has the list. Raises what the operator answers."""

    async def page(self, count: int, place: str | None, *, down: bool) -> Page[T]:
        """Rows that come below a place, or above it, the nearest first; without one from an end."""

    async def totals(self) -> C_co:
        """What the list comes to."""

    def place(self, row: T) -> str:
        """The place of a row."""


class Feed(Generic[T, C]):
    """The list.

    Args:
        source: Who is asked.
    """

    def __init__(self, source: Source[T, C]) -> None:
        self._source = source
        self.items: list[T] = []
        self.first = 0
        """The place in the list of the first row that is here."""
        self.totals: C | None = None
        self._below: str | None = None
        """Where the list goes on below; None at its end."""

    @property
    def count(self) -> int:
        """How many rows the list has; one more than are here where that is not known yet."""
        end = self.first + len(self.items)
        if self._below is None:
            return end
        return max(self.totals.count if self.totals is not None else 0, end + 1)

    @property
    def here(self) -> range:
        """Places of the rows that are here."""
        return range(self.first, self.first + len(self.items))

    def goes_on(self, *, down: bool) -> bool:
        """Whether there are rows below, or above, those that are here."""
        return self._below is not None if down else self.first > 0

    def at(self, place: int) -> T | None:
        """The row at a place in the list, if it is here."""
        return self.items[place - self.first] if place in self.here else None

    async def begin(self) -> None:
        """Ask for the first rows. Raises what the operator answers, as all of these do."""
        items, below = await self._pages(FIRST, None, down=True)
        self.items, self._below, self.first = items, below, 0

    async def sum_up(self) -> None:
        """Ask what the list comes to."""
        self.totals = await self._source.totals()

    async def go_on(self) -> None:
        """Ask for what comes below."""
        items, self._below = await self._pages(PAGE, self._below, down=True)
        self.items += items
        gone = max(0, len(self.items) - KEPT)
        del self.items[:gone]
        self.first += gone

    async def go_back(self) -> None:
        """Ask for what comes above."""
        items, above = await self._pages(PAGE, self._source.place(self.items[0]), down=False)
        self._put_above(items[::-1])
        if above is None:
            self.first = 0
        else:  # What came meanwhile was not counted.
            self.first = max(self.first, 1)

    async def end(self) -> None:
        """Go to the last rows."""
        items, above = await self._pages(FIRST, None, down=False)
        if self.totals is None:
            await self.sum_up()
        assert self.totals is not None
        self.items, self._below = items[::-1], None
        self.first = 0 if above is None else max(1, self.totals.count - len(items))

    async def catch_up(self) -> int:
        """Ask for what has come on top since; how far that moved every row down."""
        before = self.totals.count if self.totals is not None else None
        if self.first:
            await self.sum_up()
            moved = self.totals.count - before if self.totals and before is not None else 0
            self.first = max(1, self.first + moved)
            return moved
        known = {self._source.place(one) for one in self.items[:1]}
        items, below = await self._pages(FIRST, None, down=True)
        await self.sum_up()
        places = (place for place, one in enumerate(items) if self._source.place(one) in known)
        moved = next(places, -1)
        if moved < 0:  # More came than a page holds, or there was nothing.
            self.items, self._below, self.first = items, below, 0
            return 0
        self._put_above(items[:moved])
        self.first = 0
        return moved

    def _put_above(self, items: list[T]) -> None:
        self.items[:0] = items
        self.first -= len(items)
        if len(self.items) > KEPT:
            del self.items[KEPT:]
            self._below = self._source.place(self.items[-1])

    async def _pages(
        self, count: int, place: str | None, *, down: bool
    ) -> tuple[list[T], str | None]:
        """A page, or as many as it takes to have something to show: a search may come short."""
        found: list[T] = []
        while True:
            page = await self._source.page(count, place, down=down)
            found += page.items
            place = page.next_cursor
            if place is None or len(found) >= FIRST or len(found) >= count:
                return found, place


async def pages(source: Source[T, C]) -> AsyncIterator[list[T]]:
    """All of a list, page by page. Raises what the operator answers."""
    place: str | None = None
    while True:
        page = await source.page(PAGE, place, down=True)
        yield page.items
        place = page.next_cursor
        if place is None:
            return
