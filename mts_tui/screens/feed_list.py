"""A list over a feed: rows are asked for as one moves, and anew when something else is wanted."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from mts_tui.app import MtsApp  # noqa: TC001 - Textual resolves it
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.widgets.alive import alive
from mts_tui.widgets.headings import Headings
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows

from .feed import C, Feed, T

if TYPE_CHECKING:
    from textual.timer import Timer

W = TypeVar("W", bound=Hashable)
SLOW_SECONDS = 0.3
"""An answer that takes longer is waited for in words."""


class FeedList(Vertical, Generic[W, T, C]):
    """The list.

    Args:
        columns: Of a row; titles stand above them where they have any.
        begin: Makes the feed of what is wanted.
        draw: The cells of a row.
        nothing: What is said where there are no rows.
        failed: What is said where the first rows did not come.
        rows_id: Id of the rows.
    """

    app: "MtsApp"

    class Changed(Message):
        """Other rows are shown, or it is known now what they come to."""

    class Waiting(Message):
        """An answer takes long, or has come."""

        def __init__(self, *, waiting: bool) -> None:
            super().__init__()
            self.waiting = waiting

    def __init__(
        self,
        columns: tuple[Column, ...],
        begin: Callable[[W], Awaitable[Feed[T, C]]],
        draw: Callable[[T], tuple[Cell, ...]],
        nothing: Callable[[], str],
        *,
        failed: str,
        rows_id: str,
    ) -> None:
        super().__init__()
        self.rows = Rows(columns, "", id=rows_id)
        self.feed: Feed[T, C] | None = None
        self._begin = begin
        self._draw = draw
        self._nothing = nothing
        self._failed = failed
        self._titled = any(column.title for column in columns)
        self._wanted: W | None = None
        self.shown: W | None = None
        """What is shown now."""
        self._slow: Timer | None = None

    def compose(self) -> ComposeResult:
        """The rows, and what stands above them."""
        if self._titled:
            yield Headings(self.rows)
        yield self.rows

    @property
    def current(self) -> T | None:
        """The row under the cursor."""
        return self.feed.at(self.rows.cursor) if self.feed is not None else None

    # ------------------------------------------------------------------ asking

    def look_at(self, wanted: W, *, anew: bool = False) -> None:
        """Show the list of something.

        Args:
            wanted: What `begin` takes.
            anew: Ask again even where it is shown already.
        """
        self._wanted = wanted
        if anew:
            self.shown = None
        self._keep_up()

    @work(group="feed")
    @once("keep up")
    async def _keep_up(self) -> None:
        """Ask until what is shown is what is wanted. Who types quickly does not wait for each."""
        self._slow = self._slow or self.set_timer(SLOW_SECONDS, self._say_slow)
        try:
            while alive(self) and self._wanted is not None and self.shown != self._wanted:
                await self._ask(self._wanted)
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self.feed is None:
                self.rows.say(self._failed)
        finally:
            self._slow.stop()
            self._slow = None
            if alive(self):
                self.post_message(self.Waiting(waiting=False))

    async def _ask(self, wanted: W) -> None:
        feed = await self._begin(wanted)
        await feed.begin()
        if alive(self) and wanted == self._wanted:
            self.shown, self.feed = wanted, feed
            self._show(keep=False)
            self._sum_up(feed)

    def _say_slow(self) -> None:
        self.post_message(self.Waiting(waiting=True))

    @work(exclusive=True, group="feed-totals")
    async def _sum_up(self, feed: Feed[T, C]) -> None:
        try:
            await feed.sum_up()
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self) and feed is self.feed:
            self._show(keep=True)

    @on(Rows.NearEnd)
    @on(Rows.NearStart)
    def _near(self, message: Rows.NearEnd | Rows.NearStart) -> None:
        feed, down = self.feed, isinstance(message, Rows.NearEnd)
        if feed is not None and feed.goes_on(down=down):
            self._reach(feed, down=down)

    @work(group="feed-more")
    @once("more")
    async def _reach(self, feed: Feed[T, C], *, down: bool) -> None:
        """Ask for more rows below or above those that are here."""
        try:
            await (feed.go_on() if down else feed.go_back())
        except CabinetError as error:
            self.app.explain(error)
            if alive(self):
                self.rows.ask_again()
            return
        if alive(self) and feed is self.feed:
            self._show(keep=True)

    @on(Rows.Far)
    @work(group="feed-more")
    @once("more")
    async def _jump(self, far: Rows.Far) -> None:
        """Go to the other end of the list."""
        feed = self.feed
        if feed is None:
            return
        try:
            await (feed.begin() if far.direction < 0 else feed.end())
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self) and feed is self.feed:
            self._show(keep=True)
            self.rows.go_to(0 if far.direction < 0 else feed.count - 1)

    @work(group="feed-more")
    @once("more")
    async def catch_up(self) -> None:
        """Show what is new on top, without moving what is looked at."""
        feed = self.feed
        if feed is None:
            return
        try:
            moved = await feed.catch_up()
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self) and feed is self.feed:
            self._show(keep=True, above=moved)

    # ------------------------------------------------------------------ showing

    def _show(self, *, keep: bool, above: int = 0) -> None:
        feed, rows = self.feed, self.rows
        assert feed is not None
        if not feed.count:
            rows.say(self._nothing())
        rows.show(feed.count, self._cells, keep=keep, above=above, here=feed.here)
        if not feed.count:
            rows.say(self._nothing())
        self.post_message(self.Changed())

    def _cells(self, index: int) -> tuple[Cell, ...]:
        one = self.feed.at(index) if self.feed is not None else None
        return () if one is None else self._draw(one)
