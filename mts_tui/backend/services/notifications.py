"""Notices of the cabinet: kept three days, and sent as SMS where the owner must know at once."""

from datetime import timedelta
from typing import Literal

from mts_tui.backend.store.transaction import Transaction, to_ms

KEPT = timedelta(days=3)
SENDER = "MTS"
NoticeKind = Literal[
    "access",
    "account",
    "numbers",
    "trust",
    "fee",
    "payment",
    "autopay",
    "budget",
    "services",
]


def notify(
    tx: Transaction, account_id: str, kind: NoticeKind, title: str, text: str, *, sms: bool = False
) -> None:
    """Write a notice; with `sms`, its text goes to the owner's phone as well."""
    tx.common.add_notification(
        account_id=account_id,
        id=tx.new_id(),
        at=tx.now_ms,
        expires_at=to_ms(tx.now + KEPT),
        kind=kind,
        title=title,
        text=text,
    )
    tx.emit(account_id, "notice")
    if sms:
        tx.message(account_id, SENDER, text)
