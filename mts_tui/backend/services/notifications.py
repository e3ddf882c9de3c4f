"""Notices of the cabinet: kept three days, and sent as SMS where the owner must know at once."""

from datetime import timedelta

import msgspec

from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.notifications import (
    KEPT_HOURS,
    Inbox,
    Notification,
    NotificationKind,
    Place,
    ReadNotifications,
)
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .caller import Caller, own_account

KEPT = timedelta(hours=KEPT_HOURS)
SENDER = "MTS"
MOST = 200
NoticeKind = NotificationKind
PLACES: dict[NoticeKind, Place] = {
    "access": "settings",
    "account": "account",
    "numbers": "numbers",
    "trust": "payments",
    "fee": "account",
    "payment": "payments",
    "autopay": "payments",
    "budget": "account",
    "services": "services",
    "statement": "statements",
    "message": "messages",
    "bonus": "bonus",
    "promo": "promos",
    "family": "family",
    "support": "support",
}
"""The page that a notice of a kind speaks of, unless whoever writes it knows better."""


def notify(
    tx: Transaction,
    account_id: str,
    kind: NoticeKind,
    title: str,
    text: str,
    *,
    sms: bool = False,
    place: Place | None = None,
    subject: str = "",
) -> None:
    """Write a notice; with `sms`, its text goes to the owner's phone as well.

    An imported number gets none: there is nobody to warn, and its pages say what happens.

    Args:
        tx: The transaction.
        account_id: Whose.
        kind: What it is about.
        title: In a few words.
        text: Whole sentences.
        sms: Whether it is an SMS, too.
        place: The page it speaks of; the kind's own where it is not given.
        subject: Id of the thing there; empty for the page itself.
    """
    imported = tx.imported.get(account_id)
    if imported is None:
        imported = tx.accounts.by_id(id=account_id)["imported"]
    if imported:
        return
    tx.notifications.add(
        account_id=account_id,
        id=tx.new_id(),
        at=tx.now_ms,
        expires_at=to_ms(tx.now + KEPT),
        kind=kind,
        title=title,
        text=text,
        place=PLACES[kind] if place is None else place,
        subject=subject,
    )
    tx.emit(account_id, "notice")
    if sms:
        tx.message(account_id, SENDER, text)


def kept(tx: Transaction, caller: Caller, account: str) -> Page[Notification]:
    """See `contract.notifications.Notifications.kept`."""
    own_account(tx, caller, account)
    rows = tx.notifications.kept(account_id=account, now=tx.now_ms, count=MOST)
    return Page(items=[_notification(row) for row in rows])


def inbox(tx: Transaction, caller: Caller, account: str) -> Inbox:
    """See `contract.notifications.Notifications.inbox`."""
    own_account(tx, caller, account)
    return _inbox(tx, account)


def mark_read(tx: Transaction, caller: Caller, account: str, order: ReadNotifications) -> Inbox:
    """See `contract.notifications.Notifications.mark_read`."""
    own_account(tx, caller, account)
    ids = msgspec.json.encode(dict.fromkeys(order.ids, 1)).decode()
    if list(tx.notifications.mark_read(account_id=account, ids=ids, now=tx.now_ms)):
        tx.emit(account, "notice")
    return _inbox(tx, account)


def _inbox(tx: Transaction, account_id: str) -> Inbox:
    return Inbox(unread=tx.notifications.unread(account_id=account_id, now=tx.now_ms))


def _notification(row: Row) -> Notification:
    return Notification(
        id=row["id"],
        at=from_ms(row["at"]),
        expires_at=from_ms(row["expires_at"]),
        kind=row["kind"],
        title=row["title"],
        text=row["text"],
        read=row["read_at"] is not None,
        place=row["place"],
        subject=row["subject"],
    )
