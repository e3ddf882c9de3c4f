"""Sends the letters that services have written down: documents, to the address they were asked for.

A letter is taken under a lease: its next try is pushed beyond the longest that a try can last, in a
transaction of its own, before the try. So any number of senders on one store share the letters, and
one that the server has taken is not sent again. Should a sender die after the server's answer and
before that is written down, the lease ends and the letter goes out once more, under the same
`Message-ID`, by which mail programs know it is the same.
"""

import logging
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import partial

from msgspec import Struct

from mts_tui import formatting

from .connectors.mail import MailFailed, MailSettings, deliver
from .contract.receipts import Receipt
from .services.receipts import SELLER, receipt_of
from .store import Store, Transaction
from .store.transaction import Row, from_ms, to_ms

LEASE = timedelta(minutes=10)
"""Longer than the time-outs of a whole conversation with a server."""
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
"""Before each further try; after the last the letter has failed."""

log = logging.getLogger(__name__)


class _Task(Struct):
    """A letter that was taken."""

    mail: Row
    receipt: Receipt


def send_one(store: Store, settings: MailSettings) -> bool:
    """Take a letter that is due, and try to send it.

    Args:
        store: Where letters wait.
        settings: The server that takes them.

    Returns:
        Whether there was one.
    """
    if not store.look(_is_due):
        return False
    task = store.change(_take)
    if task is None:  # Another sender was quicker.
        return False
    try:
        deliver(settings, letter(settings, task.mail, task.receipt), task.mail["recipient"])
    except MailFailed as failure:
        log.warning("a letter was not taken, try %d: %s", task.mail["tries"], failure.reason)
        store.change(partial(_failed, mail=task.mail, failure=failure))
    else:
        store.change(partial(_end, mail=task.mail, state="sent"))
    return True


def letter(settings: MailSettings, mail: Row, receipt: Receipt) -> EmailMessage:
    """The letter with a receipt as PDF."""
    from mts_tui.documents.receipt_pdf import receipt_pdf

    total = formatting.money(receipt.total.amount_minor, receipt.total.currency)
    made = EmailMessage()
    made["Subject"] = f"Чек № {receipt.number}, {total}"
    made["From"] = formataddr((SELLER, settings.sender))
    made["To"] = mail["recipient"]
    made["Date"] = format_datetime(from_ms(mail["at"]))
    made["Message-ID"] = f"<{mail['id']}@mts-tui.example>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(
        f"{receipt.title} № {receipt.number} на {total} — в приложенном файле.\n"
        f"{receipt.mark}\n\nПисьмо отправлено из «МТС-Помощника» по просьбе абонента.\n"
    )
    made.add_attachment(
        receipt_pdf(receipt),
        maintype="application",
        subtype="pdf",
        filename=f"receipt-{receipt.number}.pdf",
    )
    return made


def _is_due(tx: Transaction) -> bool:
    first = tx.payments.first_mail()
    return first is not None and first <= tx.now_ms


def _take(tx: Transaction) -> _Task | None:
    row = tx.payments.take_mail(now=tx.now_ms, until=to_ms(tx.now + LEASE))
    if row is None:
        return None
    account = tx.accounts.by_id(id=row["account_id"])
    return _Task(row, receipt_of(tx, account, row["reference"]))


def _failed(tx: Transaction, mail: Row, failure: MailFailed) -> None:
    """Put a letter off, or give it up."""
    tries: int = mail["tries"]
    if not failure.again or tries > len(PAUSES):
        _end(tx, mail, "failed", failure.reason)
        return
    tx.payments.put_off_mail(
        account_id=mail["account_id"],
        id=mail["id"],
        tries=tries,
        next_at=to_ms(tx.now + PAUSES[tries - 1]),
    )


def _end(tx: Transaction, mail: Row, state: str, reason: str = "") -> None:
    ended = tx.payments.end_mail(
        account_id=mail["account_id"],
        id=mail["id"],
        tries=mail["tries"],
        state=state,
        reason=reason,
    )
    if ended is not None:
        tx.emit(mail["account_id"], "account")
