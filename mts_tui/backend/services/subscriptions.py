"""Paid subscriptions to other people's content: charged when their day comes, switched off at once.

A subscription that cannot be paid is tried again the next day; it never brings the balance below
the floor. While the number is blocked nothing is taken for it.
"""

from datetime import timedelta

import msgspec

from mts_tui.backend.contract.account import Subscription, SubscriptionPeriod
from mts_tui.backend.contract.errors import NotFound, UndoRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .billing import Book, Due
from .caller import Caller
from .undo import offer

_DAY = 86_400_000
PERIODS: dict[SubscriptionPeriod, int] = {"day": _DAY, "week": 7 * _DAY, "month": 30 * _DAY}
"""Milliseconds."""
SPENT_WITHIN = timedelta(days=30)


class Offer(msgspec.Struct, frozen=True):
    """A subscription, as its provider offers it.

    Attributes:
        id: Opaque.
        title: What people know it by.
        provider: Who gets the money.
        price: Minor units for a period.
        period: How often it is charged.
        trial_days: Days without charge at the beginning.
    """

    id: str
    title: str
    provider: str
    price: int
    period: SubscriptionPeriod
    trial_days: int = 0


def subscribe(tx: Transaction, account_id: str, offer: Offer, since: int) -> None:
    """Begin a subscription.

    Args:
        tx: The transaction; nobody holds a book of the account in it.
        account_id: Whose it is.
        offer: What.
        since: When, ms.
    """
    first = since + offer.trial_days * _DAY
    tx.payments.subscribe(
        account_id=account_id,
        id=offer.id,
        title=offer.title,
        provider=offer.provider,
        price=offer.price,
        period=offer.period,
        since=since,
        trial_until=first if offer.trial_days else 0,
        next_at=first,
    )
    book = Book(tx, account_id)
    book.owe(_due(offer.id, first))
    book.write()


def charge(book: Book, due: Due) -> None:
    """Take a period's price; called when it falls due."""
    row = book.tx.payments.subscription(account_id=book.id, id=due.body["id"])
    if row is None or row["off_at"] is not None:
        return
    paid = book.state != "blocked" and book.balance - row["price"] >= book.floor
    if paid:
        book.move(
            Entry(
                at=due.at,
                kind="subscription",
                title=row["title"],
                amount=-row["price"],
                contra=f"partners:{row['id']}",
                rule=f"subscription.{row['period']}",
                rate=row["price"],
                rated_units=1,
            )
        )
    next_at = due.at + (PERIODS[row["period"]] if paid else _DAY)
    book.owe(_due(row["id"], next_at))
    book.tx.payments.plan_subscription(
        account_id=book.id, id=row["id"], next_at=next_at, off_at=None
    )


def listed(tx: Transaction, account: Row) -> list[Subscription]:
    """All of an account's, those that are on first."""
    since = to_ms(tx.now - SPENT_WITHIN)
    rows = tx.payments.subscriptions(account_id=account["id"], since=since)
    return [_subscription(tx, row, account["currency"]) for row in rows]


def switch_off(tx: Transaction, caller: Caller, account: Row, subscription: str) -> Subscription:
    """Stop a subscription at once; it can be taken back for ten minutes.

    Raises:
        NotFound: The account has no such subscription.
    """
    book = Book(tx, account["id"])
    row = tx.payments.subscription(account_id=account["id"], id=subscription)
    if row is None:
        raise NotFound
    if row["off_at"] is None:
        tx.payments.plan_subscription(
            account_id=account["id"], id=subscription, next_at=None, off_at=tx.now_ms
        )
        book.drop_due(_due(subscription, 0).id)
        book.write()
        tx.emit(account["id"], "account")
        title = f"Подписка «{row['title']}» отключена"
        offer(
            tx, caller, account["id"], title, "subscriptions.switch_on_again",
            id=subscription, next_at=row["next_at"],
        )  # fmt: skip
    found = listed(tx, account)
    return next(one for one in found if one.id == subscription)


def switch_on_again(tx: Transaction, caller: Caller, account_id: str, body: dict[str, str]) -> None:
    """Take a switching off back; a charge that fell due meanwhile is taken now."""
    del caller
    row = tx.payments.subscription(account_id=account_id, id=body["id"])
    if row is None or row["off_at"] is None:
        raise UndoRefused(reason="Подписка уже включена.")
    next_at = int(body["next_at"])
    tx.payments.plan_subscription(
        account_id=account_id, id=body["id"], next_at=next_at, off_at=None
    )
    book = Book(tx, account_id)
    book.owe(_due(body["id"], next_at))
    book.write()


def _due(subscription: str, at: int) -> Due:
    return Due(f"subscription:{subscription}", at, "subscriptions.charge", {"id": subscription})


def _subscription(tx: Transaction, row: Row, currency: str) -> Subscription:
    on = row["off_at"] is None
    return Subscription(
        id=row["id"],
        title=row["title"],
        provider=row["provider"],
        price=Money(amount_minor=row["price"], currency=currency),
        period=row["period"],
        since=from_ms(row["since"]),
        next_at=from_ms(row["next_at"]) if on and row["next_at"] is not None else None,
        trial=on and row["trial_until"] > tx.now_ms,
        on=on,
        spent=Money(amount_minor=row["spent"], currency=currency),
    )
