"""An account where nothing happens by itself: no fee, no usage, only what a test does."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.operator import bank
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store import Store, Transaction
from mts_tui.backend.store.ledger import Entry

from .desk import Clock, Window, change, rows
from .test_ledger import balance_of, new_account

MIR = "МИР •••• 0004"


class Quiet:
    """The account, in Anna's cabinet.

    Args:
        window: A window where Anna is signed in.
        clock: The operator's.
        balance: What is on it, kopecks.
    """

    def __init__(self, window: Window, clock: Clock, balance: int = 500_00) -> None:
        self.window = window
        self.clock = clock
        with self.store.write() as tx:
            self.id = new_account(tx, balance)
            tx.accounts.link(subscriber_id="anna", account_id=self.id, name="", role="own")
            self.phone: str = tx.accounts.by_id(id=self.id)["phone"]
        self.set(points_at=2**60)

    @property
    def store(self) -> Store:
        return self.window.store

    def set(self, **columns: object) -> None:
        """Put values into the account's row."""
        with self.store.write() as tx:
            for name, value in columns.items():
                sql = f"UPDATE accounts SET {name} = ? WHERE id = ?"  # noqa: S608 - a test's own
                change(tx, sql, value, self.id)

    def ask(self, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Ask for something of this account; the session lives however long ago it was proved."""
        with self.store.write() as tx:
            change(tx, "UPDATE sessions SET seen_at = ?, opened_at = ?", tx.now_ms, tx.now_ms)
        return self.window.ask(operation, self.id, *args, **kwargs)

    def prove(self) -> None:
        """The person showed a code just now."""
        with self.store.write() as tx:
            change(tx, "UPDATE sessions SET proved_at = ?", tx.now_ms)

    def keep_card(self, behaviour: str = bank.PAYS, **more: Any) -> str:
        """A kept card that answers in a way; its id."""
        card = {"id": behaviour, "brand": "МИР", "last4": "0004", "month": 12, "year": 2039, **more}
        with self.store.write() as tx:
            tx.payments.keep_card(account_id=self.id, bank=behaviour, added_at=tx.now_ms, **card)
        return str(card["id"])

    def spend(self, amount: int) -> None:
        """A charge of so many kopecks, now."""

        def work(tx: Transaction) -> None:
            book = Book(tx, self.id)
            book.move(
                Entry(at=tx.now_ms, kind="purchase", title="Проба", amount=-amount, contra="test")
            )
            book.write()

        self.store.change(work)

    def pay(self, amount: int) -> None:
        """A top-up by hand."""
        self.spend(-amount)

    def live(self, until: datetime | None = None, **parts: float) -> None:
        """Let time pass for the account."""
        if until is not None:
            self.clock.now = until
        self.clock.move(**parts)
        self.store.change(lambda tx: pass_time(tx, self.id))

    def live_and_crash(self) -> None:
        """Let what is due happen, and end before the commit."""

        def work(tx: Transaction) -> None:
            pass_time(tx, self.id)
            raise CabinetError

        self.store.change(work)

    @property
    def balance(self) -> int:
        with self.store.read() as tx:
            assert tx.ledger.audit() == []
            return balance_of(tx, self.id)

    @property
    def row(self) -> dict[str, Any]:
        with self.store.read() as tx:
            return dict(tx.accounts.by_id(id=self.id))

    @property
    def history(self) -> list[tuple[str, int]]:
        """Titles and amounts, the newest first."""
        with self.store.read() as tx:
            found = tx.ledger.page(account_id=self.id, before=2**62, count=200)
            return [(row["title"], row["amount"]) for row in found]

    @property
    def sms(self) -> list[str]:
        """Texts that came to the phone, the newest first, with plain spaces."""
        return [plain(text) for text in self.window.sms(self.phone)]

    @property
    def notices(self) -> list[str]:
        """Titles of the account's notices."""
        sql = "SELECT title FROM notifications WHERE account_id = ?"
        with self.store.read() as tx:
            return [row["title"] for row in rows(tx, sql, self.id)]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
