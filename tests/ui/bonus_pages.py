"""«МТС Бонус» and «Акции» as a person sees them."""

from textual import events
from textual.widgets import Static

from mts_tui.backend.contract.bonus import Bonus, BonusState
from mts_tui.backend.contract.promos import Promo, Promos
from mts_tui.backend.services import points
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store.transaction import Transaction
from mts_tui.widgets.rows import Rows
from tests.backend.quiet import plain

from .pages import Cabinet, settle, text_of
from .world import World

MAIN, SECOND = "anna-moscow", "anna-petersburg"


def have(world: World, count: int, account: str = MAIN, days: int = 365) -> None:
    """Let an account have exactly so many points, which burn in so many days."""

    def work(tx: Transaction) -> None:
        book = Book(tx, account)
        book.pass_time(tx.now_ms)
        if known := tx.accounts.by_id(id=account)["points"]:
            points.go(book, tx.now_ms, "burnt", "Проба", known, "test")
        if count:
            ends = tx.now_ms + days * points.DAY
            points.come(book, tx.now_ms, "earned", "Проба", count, "test", ends)
        book.write()

    world.store.change(work)


def state(world: World, account: str = MAIN) -> BonusState:
    """The points, as the operator tells them."""
    return world.answer(Bonus.state, account)


def promo(world: World, promo_id: str, account: str = MAIN) -> Promo:
    """A promotion, as the operator tells it."""
    found = world.answer(Promos.offered, account).items
    return next(one for one in found if one.id == promo_id)


class BonusPages(Cabinet):
    """The two pages and what opens over them."""

    async def way(self, action: str) -> None:
        """Open «МТС Бонус» and one of its ways by its key."""
        await self.open("bonus")
        await self.do(action)

    async def promo(self, title: str) -> None:
        """Open «Акции» and one of them."""
        await self.open("promos")
        await self.go_to("#promo-list", title)
        await self.press("enter")

    async def go_to(self, rows: str, title: str) -> None:
        """Put the cursor on the first row that tells something."""
        found = self.screen.query_one(rows, Rows)
        found.focus()
        lines = [plain(found.text_of(index)) for index in range(found.row_count)]
        place = next(index for index, line in enumerate(lines) if title in line)
        await self.press("home", *["down"] * found.row_count)
        while found.cursor != place:
            before = found.cursor
            await self.press("up")
            assert found.cursor != before, f"no way to {title}"

    async def enter_twice(self) -> None:
        """Two presses before anything answers."""
        for _ in range(2):
            self.app.post_message(events.Key("enter", "\r"))
        await settle(self.pilot)

    def lines(self, rows: str) -> list[str]:
        """The rows of a list as text."""
        found = self.screen.query_one(rows, Rows)
        return [plain(found.text_of(index)) for index in range(found.row_count)]

    def text(self, widget: str) -> str:
        """What a widget says, in one line."""
        found = self.screen.query_one(widget)
        content = str(found.content) if isinstance(found, Static) else text_of(found)
        return " ".join(content.split())
