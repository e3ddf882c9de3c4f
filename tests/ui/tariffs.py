"""«Тарифы и услуги» as a person sees it, and what happens at the operator meanwhile."""

from typing import Any

from textual.widgets import Button, Static

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.tariffs import Tariffs
from mts_tui.backend.services.billing import Book
from mts_tui.screens.tariff import OfferDialog, TariffDialog
from mts_tui.screens.tariff_change import TariffChangeDialog
from mts_tui.screens.tariff_compare import CompareScreen
from mts_tui.screens.tariffs import TariffsScreen
from mts_tui.widgets.rows import Rows
from tests.backend.desk import change
from tests.backend.quiet import plain

from .pages import Cabinet, Person, text_of, until
from .world import World

MAIN = "anna-moscow"
HERE = {
    TariffDialog: "own",
    OfferDialog: "offer",
    TariffsScreen: "list",
    CompareScreen: "comparison",
    TariffChangeDialog: "change",
}


def current(home: World, account: str = MAIN) -> str:
    """The id of the account's tariff."""
    found: str = home.answer(Tariffs.current, account).tariff.id
    return found


def changes(home: World) -> list[Any]:
    """The account's changes, the latest first."""
    items: list[Any] = home.answer(Tariffs.changes, MAIN).items
    return items


def balance(home: World) -> int:
    minor: int = home.answer(Account.overview, MAIN).number.balance.amount_minor
    return minor


def stay(home: World, seconds: float) -> None:
    """The clock goes on, the session lives; nobody has told the screens yet."""
    home.pass_time(seconds)
    with home.store.write() as tx:
        change(tx, "UPDATE sessions SET seen_at = ?, opened_at = ?", tx.now_ms, tx.now_ms)


def let_pass(home: World, seconds: float) -> None:
    """Time passes, and what fell due for the account happens; the session lives on."""
    stay(home, seconds)
    with home.store.write() as tx:
        book = Book(tx, MAIN)
        book.pass_time(tx.now_ms)
        book.write()


class TariffPages(Person):
    """The page, the lists and dialogs behind it."""

    async def open(self, key: str = "") -> None:
        """The page, and what a key opens there."""
        await Cabinet(self.pilot).open("services")
        if key:
            await self.press(key)

    async def open_change(self, tariff: str) -> None:
        """The form of a change, by the list and its search."""
        await self.open("d")
        await self.choose(tariff)
        await self.press("enter", "enter")

    async def choose(self, tariff: str) -> None:
        """Put the cursor of the list on a tariff of this name."""
        titles = [row.split("\t")[1] for row in self.rows]
        self.screen.query_one(Rows).go_to(titles.index(tariff))

    @property
    def here(self) -> str:
        """What is on top."""
        return HERE.get(type(self.screen), type(self.screen).__name__)

    @property
    def rows(self) -> list[str]:
        rows = self.screen.query_one(Rows)
        return [plain(rows.text_of(index)) for index in range(rows.row_count)]

    @property
    def titles(self) -> list[str]:
        """The names in the list."""
        return [row.split("\t")[1] for row in self.rows]

    def text(self, where: str) -> str:
        widget = self.screen.query_one(where)
        words = str(widget.content) if isinstance(widget, Static) else text_of(widget)
        return " ".join(plain(words).split())

    @property
    def cost(self) -> str:
        """What a change says first."""
        return self.text("#change-cost")

    @property
    def message(self) -> str:
        return self.text("#change-message")

    def button(self, name: str) -> str:
        """The label of a button; empty while it is not there."""
        button = self.screen.query_one(f"#{name}", Button)
        return str(button.label) if button.display else ""

    async def push(self, name: str) -> None:
        """Go to a button by Tab and press it."""
        button = self.screen.query_one(f"#{name}", Button)
        for _ in range(8):
            if self.app.focused is button:
                break
            await self.press("tab")
        assert self.app.focused is button, "no way there by the keyboard"
        await until(self.pilot, lambda: not button.has_class("-active"))
        await self.press("enter")
