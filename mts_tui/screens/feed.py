"""A selection of the history as a list: a stretch of it is here, the rest is asked for as needed.

However long the list, no more than `KEPT` operations are held. Pages are keyset pages, so a place
in the list is known by counting: from the newest down, or from the oldest up and the total.
"""

from typing import Any

from mts_tui.backend.contract.archive import Archive, Operation, Order, Totals

FIRST = 60
"""Operations of the first page from an end: a screenful, to be there at once."""
PAGE = 200
KEPT = 1_000


class Feed:
    """The list.

    Args:
        archive: Who is asked.
        account: Whose history.
        asked: The filters, as `Archive.operations` takes them.
    """

    def __init__(self, archive: Archive, account: str, asked: dict[str, Any]) -> None:
        self._archive = archive
        self.account = account
        self.asked = asked
        self.items: list[Operation] = []
        self.first = 0
        """The place in the list of the first operation that is here."""
        self.totals: Totals | None = None
        self._older: str | None = None
        """Where the list goes on below; None at its end."""

    @property
    def count(self) -> int:
        """How many operations the list has; one more than are here where that is not known yet."""
        end = self.first + len(self.items)
        if self._older is None:
            return end
        return max(self.totals.count if self.totals is not None else 0, end + 1)

    @property
    def here(self) -> range:
        """Places of the operations that are here."""
        return range(self.first, self.first + len(self.items))

    def goes_on(self, *, down: bool) -> bool:
        """Whether there are operations below, or above, those that are here."""
        return self._older is not None if down else self.first > 0

    def at(self, place: int) -> Operation | None:
        """The operation at a place in the list, if it is here."""
        return self.items[place - self.first] if place in self.here else None

    async def begin(self) -> None:
        """Ask for the newest operations. Raises what the operator answers, as all of these do."""
        items, older = await self._pages(FIRST, "newest", None)
        self.items, self._older, self.first = items, older, 0

    async def sum_up(self) -> None:
        """Ask what the list comes to."""
        self.totals = await self._archive.totals(self.account, **self.asked)

    async def go_on(self) -> None:
        """Ask for what comes below."""
        items, self._older = await self._pages(PAGE, "newest", self._older)
        self.items += items
        gone = max(0, len(self.items) - KEPT)
        del self.items[:gone]
        self.first += gone

    async def go_back(self) -> None:
        """Ask for what comes above."""
        items, newer = await self._pages(PAGE, "oldest", self.items[0].id)
        self._put_above(items[::-1])
        if newer is None:
            self.first = 0
        else:  # What came meanwhile was not counted.
            self.first = max(self.first, 1)

    async def end(self) -> None:
        """Go to the oldest operations."""
        items, newer = await self._pages(FIRST, "oldest", None)
        if self.totals is None:
            await self.sum_up()
        assert self.totals is not None
        self.items, self._older = items[::-1], None
        self.first = 0 if newer is None else max(1, self.totals.count - len(items))

    async def catch_up(self) -> int:
        """Ask for what has happened since; how far that moved every operation down."""
        before = self.totals.count if self.totals is not None else None
        if self.first:
            await self.sum_up()
            moved = self.totals.count - before if self.totals and before is not None else 0
            self.first = max(1, self.first + moved)
            return moved
        known = {one.id: place for place, one in enumerate(self.items[:1])}
        items, older = await self._pages(FIRST, "newest", None)
        await self.sum_up()
        moved = next((place for place, one in enumerate(items) if one.id in known), -1)
        if moved < 0:  # More came than a page holds, or there was nothing.
            self.items, self._older, self.first = items, older, 0
            return 0
        self._put_above(items[:moved])
        self.first = 0
        return moved

    def _put_above(self, items: list[Operation]) -> None:
        self.items[:0] = items
        self.first -= len(items)
        if len(self.items) > KEPT:
            del self.items[KEPT:]
            self._older = self.items[-1].id

    async def _pages(
        self, count: int, order: Order, cursor: str | None
    ) -> tuple[list[Operation], str | None]:
        """A page, or as many as it takes to have something to show: a search may come short."""
        found: list[Operation] = []
        while True:
            page = await self._archive.operations(
                self.account, count, cursor, order=order, **self.asked
            )
            found += page.items
            cursor = page.next_cursor
            if cursor is None or len(found) >= FIRST or len(found) >= count:
                return found, cursor
