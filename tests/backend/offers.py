"""What the tests of tariffs and options share: exact balances, time that passes, usage, the books."""

from datetime import timedelta
from typing import Any

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.options import Basket, BasketResult, Option, Options
from mts_tui.backend.contract.tariffs import ChangeOrder, TariffChange, Tariffs
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.catalogue import MEGABYTE
from mts_tui.backend.operator.rating import Charge, Usage
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store import Store
from mts_tui.backend.store.ledger import Entry

from .desk import Clock, Window, rows

MAIN, SECOND, MINSK, CITY = "anna-moscow", "anna-petersburg", "anna-belarus", "anna-city"
CHILD = "misha-moscow"


def set_balance(store: Store, kopecks: int, account: str = MAIN) -> None:
    """Bring an account to a balance exactly, and up to now."""
    with store.write() as tx:
        pass_time(tx, account)
    with store.write() as tx:
        book = Book(tx, account)
        if book.balance != kopecks:
            entry = Entry(
                at=tx.now_ms, kind="correction", title="", amount=kopecks - book.balance, contra="x"
            )
            book.move(entry)
            book.write()


def live(window: Window, clock: Clock, account: str = MAIN, **parts: float) -> None:
    """Let time pass for an account; nobody uses the phone meanwhile."""
    clock.move(**parts)
    with window.store.write() as tx:
        pass_time(tx, account)
    if timedelta(**parts) > timedelta(minutes=20):  # The session has ended meanwhile.
        window.sign_in()


def use(store: Store, usage: Usage, account: str = MAIN) -> Charge | None:
    """Use the phone now."""
    with store.write() as tx:
        book = Book(tx, account)
        charge = book.use(usage, tx.now_ms)
        book.write()
    return charge


def call(minutes: int, route: str = "other", zone: str = "home", direction: str = "out") -> Usage:
    return Usage("call", direction, "+79561234567", zone, route, minutes * 60)


def sms(parts: int = 1, zone: str = "home") -> Usage:
    return Usage("sms", "out", "+79561234567", zone, "other", parts)


def data(megabytes: int, zone: str = "home") -> Usage:
    return Usage("data", "out", "internet.mts.ru", zone, "internet", megabytes * MEGABYTE)


def switch(
    window: Window, on: tuple[str, ...] = (), off: tuple[str, ...] = (), account: str = MAIN
) -> BasketResult:
    return window.ask(Options.change, account, Basket(on=list(on), off=list(off)))


def preview(window: Window, operation: Any, *args: Any) -> Any:
    endpoint = operation.endpoint.preview
    return window.dispatcher.answer(endpoint, endpoint.bind(args, {}), token=window.token, key="")


def option(window: Window, option_id: str, account: str = MAIN) -> Option:
    page = window.ask(Options.offered, account)
    return next(one for one in page.items if one.id == option_id)


def change(window: Window, tariff: str, account: str = MAIN, **more: Any) -> TariffChange:
    return window.ask(Tariffs.change, account, ChangeOrder(tariff=tariff, **more))


def take_back(window: Window) -> None:
    """Take the last thing back."""
    window.ask(Undo.take_back, window.ask(Undo.pending).items[0].id)


def packages(store: Store, account: str = MAIN) -> dict[str, int]:
    """What is left of each open package."""
    with store.read() as tx:
        found = tx.ledger.buckets(account_id=account, at=tx.now_ms)
        return {row["id"]: row["granted"] - row["used"] for row in found}


def balance(store: Store, account: str = MAIN) -> int:
    with store.read() as tx:
        return tx.accounts.by_id(id=account)["balance"]


def charged(store: Store, rule: str, account: str = MAIN) -> list[tuple[int, int]]:
    """Moment and amount of each operation of a rule."""
    with store.read() as tx:
        found = rows(
            tx,
            "SELECT at, amount FROM operations WHERE account_id = ? AND rule = ? ORDER BY seq",
            *(account, rule),
        )
    return [(row["at"], row["amount"]) for row in found]


def everything(store: Store, account: str = MAIN) -> list[dict[str, Any]]:
    """All of an account that a tariff or an option could change, history aside."""
    tables = ("accounts", "account_options", "buckets", "due", "tariff_changes", "notifications")
    with store.read() as tx:
        return [
            row
            for table in tables
            for row in rows(
                tx,
                f"SELECT * FROM {table}"  # noqa: S608
                f" WHERE {'id' if table == 'accounts' else 'account_id'} = ? ORDER BY 1, 2, 3",
                account,
            )
        ]


def standing(store: Store, account: str = MAIN) -> tuple[object, ...]:
    """Money, tariff, options, packages and what falls due, as a person would compare them."""
    with store.read() as tx:
        row = tx.accounts.by_id(id=account)
        told = [row[name] for name in ("balance", "tariff_id", "fee_at", "fee_day", "suspended")]
        return (
            *told,
            *rows(tx, "SELECT * FROM account_options WHERE account_id = ? ORDER BY id", account),
            *rows(tx, "SELECT * FROM buckets WHERE account_id = ? ORDER BY id, starts_at", account),
            *rows(tx, "SELECT * FROM due WHERE account_id = ? ORDER BY id", account),
        )


def check_books(store: Store) -> None:
    with store.read() as tx:
        assert tx.ledger.audit() == tx.ledger.audit_buckets() == tx.ledger.audit_labels() == []
