"""Messages by their other side: what the phone has, and what was sent from the cabinet.

One-time codes are hidden. They prove that somebody holds the phone; a cabinet that showed them
would let whoever found it open confirm anything with them.
"""

import re

from mts_tui import formatting, phones
from mts_tui.backend.contract.messages import Thread, ThreadMessage
from mts_tui.backend.contract.model import Page
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from .contacts import names_of

MOST_SHOWN = 200
MOST_SEARCHED = 5_000
NEWEST = 2**62
_CODE = re.compile(r"[0-9]{4,8}(?= — код)")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NOT_DIGITS = re.compile(r"\D+")
_HIDDEN = "••••••"


def threads_of(tx: Transaction, account_id: str, text: str) -> Page[Thread]:
    """Who one writes with, the newest first; those that have a text in name, number or words."""
    names = names_of(tx, account_id)
    rows = list(tx.sms.threads(account_id=account_id))
    sought = formatting.fold(" ".join(text.split()))
    if sought:
        written = _written(tx, account_id, sought)
        rows = [
            row
            for row in rows
            if row["peer"] in written or _named(row["peer"], names.get(row["peer"], ""), sought)
        ]
    return Page(items=[_thread(row, names) for row in rows[:MOST_SHOWN]])


def thread_of(
    tx: Transaction, account_id: str, peer: str, limit: int, cursor: str | None
) -> Page[ThreadMessage]:
    """Messages with one other side, the newest first."""
    before = int(cursor) if cursor is not None and cursor.isdecimal() else NEWEST
    rows = list(
        tx.sms.thread(account_id=account_id, peer=peer, before=min(before, NEWEST), count=limit + 1)
    )
    items = [_message(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)


def can_answer(peer: str) -> bool:
    """Whether an SMS can be sent to the other side: short names and numbers take none."""
    return _E164.fullmatch(peer) is not None and not phones.is_city(peer)


def _named(peer: str, name: str, sought: str) -> bool:
    digits = _NOT_DIGITS.sub("", sought)
    if sought in formatting.fold(name) or sought in formatting.fold(peer):
        return True
    looks_like_number = bool(digits) and not any(sign.isalpha() for sign in sought)
    return looks_like_number and digits.removeprefix("8") in peer


def _written(tx: Transaction, account_id: str, sought: str) -> set[str]:
    """Other sides with whom a text was written, hidden codes left out."""
    rows = tx.sms.words(account_id=account_id, count=MOST_SEARCHED)
    return {row["peer"] for row in rows if sought in formatting.fold(_seen(row["text"]))}


def _seen(text: str) -> str:
    return _CODE.sub(_HIDDEN, text)


def _thread(row: Row, names: dict[str, str]) -> Thread:
    return Thread(
        peer=row["peer"],
        name=names.get(row["peer"], ""),
        last=_seen(row["text"]),
        at=from_ms(row["at"]),
        outgoing=bool(row["outgoing"]),
        unread=row["unread"],
        can_answer=can_answer(row["peer"]),
    )


def _message(row: Row) -> ThreadMessage:
    outgoing = bool(row["outgoing"])
    return ThreadMessage(
        id=row["seq"],
        at=from_ms(row["at"]),
        outgoing=outgoing,
        kind=row["kind"] or "sms",
        text=_seen(row["text"]),
        state=row["state"] or ("sent" if outgoing else "delivered"),
        reason=row["reason"] or "",
        sending=row["sending_id"],
    )
