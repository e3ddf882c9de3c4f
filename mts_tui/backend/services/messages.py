"""«Отправка SMS/MMS»: the operations of the area.

Rules of sending are in `sending`, what becomes of a message in `deliveries`, the phone's messages
in `threads`, what is kept in `contacts`.
"""

from base64 import b64decode
from collections.abc import Sequence

import msgspec

from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.messages import (
    Contact,
    ContactOrder,
    MmsOrder,
    Picture,
    ReadMark,
    Recipient,
    Sending,
    SmsOrder,
    Template,
    TemplateOrder,
    Terms,
    Thread,
    ThreadMessage,
)
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import contacts as kept
from . import sending as going
from . import threads as phone
from .caller import Caller, own_account

NEWEST = 2**62
_LAST_ID = "~"


def terms(tx: Transaction, caller: Caller, account: str) -> Terms:
    """See `contract.messages.Messages.terms`."""
    return going.terms_of(tx, own_account(tx, caller, account))


def send(tx: Transaction, caller: Caller, account: str, order: SmsOrder) -> Sending:
    """See `contract.messages.Messages.send`."""
    row = own_account(tx, caller, account)
    return _one(tx, row, going.send(tx, row, going.sms_of(order)))


def send_mms(tx: Transaction, caller: Caller, account: str, order: MmsOrder) -> Sending:
    """See `contract.messages.Messages.send_mms`."""
    row = own_account(tx, caller, account)
    message = going.mms_of(order)  # Takes its time: before anything is locked.
    return _one(tx, row, going.send(tx, row, message))


def sendings(
    tx: Transaction, caller: Caller, account: str, limit: int, cursor: str | None
) -> Page[Sending]:
    """See `contract.messages.Messages.sendings`."""
    row = own_account(tx, caller, account)
    before_at, before_id = _place(cursor)
    found = list(
        tx.sms.sendings(
            account_id=account, before_at=before_at, before_id=before_id, count=limit + 1
        )
    )
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    return Page(
        items=_told(tx, row, page),
        next_cursor=None if last is None else f"{last['at']}.{last['id']}",
    )


def sending(tx: Transaction, caller: Caller, account: str, sending: str) -> Sending:
    """See `contract.messages.Messages.sending`."""
    return _one(tx, own_account(tx, caller, account), sending)


def picture(tx: Transaction, caller: Caller, account: str, sending: str) -> Picture:
    """See `contract.messages.Messages.picture`."""
    own_account(tx, caller, account)
    row = tx.sms.picture(account_id=account, id=sending)
    if row is None or not row["picture"]:
        raise NotFound
    return Picture(content=b64decode(row["picture"]), media_type=row["media_type"])


def cancel(tx: Transaction, caller: Caller, account: str, sending: str) -> Sending:
    """See `contract.messages.Messages.cancel`."""
    row = own_account(tx, caller, account)
    going.cancel(tx, row, sending)
    return _one(tx, row, sending)


def threads(tx: Transaction, caller: Caller, account: str, text: str) -> Page[Thread]:
    """See `contract.messages.Messages.threads`."""
    own_account(tx, caller, account)
    return phone.threads_of(tx, account, text)


def thread(
    tx: Transaction, caller: Caller, account: str, peer: str, limit: int, cursor: str | None
) -> Page[ThreadMessage]:
    """See `contract.messages.Messages.thread`."""
    own_account(tx, caller, account)
    return phone.thread_of(tx, account, peer, limit, cursor)


def mark_read(tx: Transaction, caller: Caller, account: str, mark: ReadMark) -> None:
    """See `contract.messages.Messages.mark_read`."""
    own_account(tx, caller, account)
    tx.sms.mark_read(account_id=account, peer=mark.peer)
    tx.emit(account, "message")


def contacts(tx: Transaction, caller: Caller, account: str, text: str) -> Page[Contact]:
    """See `contract.messages.Messages.contacts`."""
    own_account(tx, caller, account)
    return kept.contacts_with(tx, account, text)


def keep_contact(tx: Transaction, caller: Caller, account: str, contact: ContactOrder) -> Contact:
    """See `contract.messages.Messages.keep_contact`."""
    own_account(tx, caller, account)
    return kept.keep_contact(tx, account, contact)


def drop_contact(tx: Transaction, caller: Caller, account: str, contact: str) -> None:
    """See `contract.messages.Messages.drop_contact`."""
    own_account(tx, caller, account)
    kept.drop_contact(tx, caller, account, contact)


def templates(tx: Transaction, caller: Caller, account: str) -> Page[Template]:
    """See `contract.messages.Messages.templates`."""
    own_account(tx, caller, account)
    return kept.templates_of(tx, account)


def keep_template(
    tx: Transaction, caller: Caller, account: str, template: TemplateOrder
) -> Template:
    """See `contract.messages.Messages.keep_template`."""
    own_account(tx, caller, account)
    return kept.keep_template(tx, account, template)


def drop_template(tx: Transaction, caller: Caller, account: str, template: str) -> None:
    """See `contract.messages.Messages.drop_template`."""
    own_account(tx, caller, account)
    kept.drop_template(tx, caller, account, template)


def _place(cursor: str | None) -> tuple[int, str]:
    """Where a page begins; a cursor of somebody's own making begins at the newest."""
    at, _dot, sending_id = (cursor or "").partition(".")
    if at.isascii() and at.isdecimal() and int(at) < NEWEST and sending_id:
        return int(at), sending_id
    return NEWEST, _LAST_ID


def _one(tx: Transaction, account: Row, sending_id: str) -> Sending:
    row = tx.sms.sending(account_id=account["id"], id=sending_id)
    if row is None:
        raise NotFound
    return _told(tx, account, [row])[0]


def _told(tx: Transaction, account: Row, rows: Sequence[Row]) -> list[Sending]:
    """Sendings as they are answered."""
    if not rows:
        return []
    ids = msgspec.json.encode(dict.fromkeys((row["id"] for row in rows), 1)).decode()
    by_sending: dict[str, list[Row]] = {}
    for one in tx.sms.recipients_of(account_id=account["id"], ids=ids):
        by_sending.setdefault(one["sending_id"], []).append(one)
    names = kept.names_of(tx, account["id"])
    return [_sending(row, by_sending[row["id"]], names, account["currency"]) for row in rows]


def _sending(row: Row, found: Sequence[Row], names: dict[str, str], currency: str) -> Sending:
    recipients = [
        Recipient(
            phone=one["phone"],
            name=names.get(one["phone"], ""),
            state=one["state"],
            at=from_ms(one["at"]),
            cost=Money(amount_minor=one["cost"], currency=currency),
            reason=one["reason"],
        )
        for one in found
    ]
    return Sending(
        id=row["id"],
        kind=row["kind"],
        ordered_at=from_ms(row["ordered_at"]),
        at=from_ms(row["at"]),
        text=row["text"],
        alphabet=row["alphabet"],
        parts=row["parts"],
        picture=row["kind"] == "mms",
        cost=Money(
            amount_minor=sum(one.cost.amount_minor for one in recipients), currency=currency
        ),
        covered=sum(one["covered"] for one in found),
        recipients=recipients,
    )
