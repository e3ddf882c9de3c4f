"""Sends the letters that services have written down: documents, to the address they were asked for.

A letter is taken under a lease: its next try is pushed beyond the longest that a try can last, in a
transaction of its own, before the try. So any number of senders on one store share the letters, and
one that the server has taken is not sent again. Should a sender die after the server's answer and
before that is written down, the lease ends and the letter goes out once more, under the same
`Message-ID`, by which mail programs know it is the same.
"""

import logging
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import partial
from zoneinfo import ZoneInfo

from msgspec import Struct

from mts_tui import formatting

from .connectors.mail import MailFailed, MailSettings, deliver
from .contract.receipts import Receipt
from .services.receipts import RECEIPT, SELLER, receipt_of
from .services.statements import STATEMENT
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
LATER = "Попробуйте отправить его позже."

log = logging.getLogger(__name__)


Unlock = Callable[[MailSettings], MailSettings]
"""Completes settings by the password that is kept elsewhere. Raises `MailFailed`."""


class Enclosed(Struct):
    """A document and what is said of it.

    Attributes:
        subject: Of the letter.
        text: What it is, for the letter itself.
        kind: Its media type.
        name: Of the file.
        make: Gives its content.
    """

    subject: str
    text: str
    kind: str
    name: str
    make: Callable[[], bytes]


class _Task(Struct):
    """A letter that was taken."""

    mail: Row
    enclosed: Enclosed


def send_one(store: Store, settings: MailSettings, unlock: Unlock | None = None) -> bool:
    """Take a letter that is due, and try to send it.

    Args:
        store: Where letters wait.
        settings: The server that takes them.
        unlock: Gets the password, where the settings have none.

    Returns:
        Whether there was one.
    """
    if not store.look(_is_due):
        return False
    task = store.change(_take)
    if task is None:  # Another sender was quicker.
        return False
    try:
        if unlock is not None:
            settings = unlock(settings)
        deliver(settings, letter(settings, task.mail, task.enclosed), task.mail["recipient"])
    except MailFailed as failure:
        log.warning("a letter was not taken, try %d: %s", task.mail["tries"], failure.reason)
        store.change(partial(_failed, mail=task.mail, failure=failure))
    else:
        store.change(partial(_end, mail=task.mail, state="sent"))
    return True


def letter(settings: MailSettings, mail: Row, enclosed: Enclosed) -> EmailMessage:
    """The letter with a document."""
    made = EmailMessage()
    made["Subject"] = enclosed.subject
    made["From"] = formataddr((SELLER, settings.sender))
    made["To"] = mail["recipient"]
    made["Date"] = format_datetime(from_ms(mail["at"]))
    made["Message-ID"] = f"<{mail['id']}@mts-tui.example>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(
        f"{enclosed.text}\n\nПисьмо отправлено из «МТС-Помощника» по просьбе абонента.\n"
    )
    main, _slash, sub = enclosed.kind.partition("/")
    made.add_attachment(enclosed.make(), maintype=main, subtype=sub, filename=enclosed.name)
    return made


def _receipt(tx: Transaction, mail: Row) -> Enclosed:
    receipt = receipt_of(tx, tx.accounts.by_id(id=mail["account_id"]), mail["reference"])
    total = formatting.money(receipt.total.amount_minor, receipt.total.currency)
    return Enclosed(
        subject=f"Чек № {receipt.number}, {total}",
        text=f"{receipt.title} № {receipt.number} на {total} — в приложенном файле.\n"
        f"{receipt.mark}",
        kind="application/pdf",
        name=f"receipt-{receipt.number}.pdf",
        make=partial(_receipt_pdf, receipt),
    )


def _receipt_pdf(receipt: Receipt) -> bytes:
    from mts_tui.documents import receipt_pdf

    return receipt_pdf.receipt_pdf(receipt)


def _statement(tx: Transaction, mail: Row) -> Enclosed:
    from mts_tui.documents.statement import MARK, MEDIA_TYPES, TITLE, file_name

    account_id, statement_id = mail["account_id"], mail["reference"]
    account = tx.accounts.by_id(id=account_id)
    row = tx.statements.one(account_id=account_id, id=statement_id, now=tx.now_ms)
    zone = ZoneInfo(account["zone"])
    since, until = (from_ms(row[name]).astimezone(zone) for name in ("since", "until"))
    content = b"".join(
        b64decode(part["content"])
        for part in tx.statements.parts(account_id=account_id, id=statement_id)
    )
    what = f"{TITLE} номера {account['phone']}, {formatting.period(since, until)}"
    return Enclosed(
        subject=what,
        text=f"{what} — в приложенном файле.\n{MARK}",
        kind=MEDIA_TYPES[row["format"]],
        name=file_name(account["phone"], since, until, row["format"]),
        make=lambda: content,
    )


_DOCUMENTS = {RECEIPT: _receipt, STATEMENT: _statement}


def _is_due(tx: Transaction) -> bool:
    first = tx.payments.first_mail()
    return first is not None and first <= tx.now_ms


def _take(tx: Transaction) -> _Task | None:
    row = tx.payments.take_mail(now=tx.now_ms, until=to_ms(tx.now + LEASE))
    if row is None:
        return None
    return _Task(row, _DOCUMENTS[row["document"]](tx, row))


def _failed(tx: Transaction, mail: Row, failure: MailFailed) -> None:
    """Put a letter off, or give it up; either way it is told why."""
    tries: int = mail["tries"]
    if not failure.again:
        _end(tx, mail, "failed", failure.reason)
    elif tries > len(PAUSES):
        _end(tx, mail, "failed", f"{failure.reason} {LATER}")
    else:
        tx.payments.put_off_mail(
            account_id=mail["account_id"],
            id=mail["id"],
            tries=tries,
            next_at=to_ms(tx.now + PAUSES[tries - 1]),
            reason=failure.reason,
        )
        _tell(tx, mail)


def _end(tx: Transaction, mail: Row, state: str, reason: str = "") -> None:
    ended = tx.payments.end_mail(
        account_id=mail["account_id"],
        id=mail["id"],
        tries=mail["tries"],
        state=state,
        reason=reason,
    )
    if ended is not None:
        _tell(tx, mail)


def _tell(tx: Transaction, mail: Row) -> None:
    """Tell whoever looks at its document."""
    tx.emit(mail["account_id"], "statement" if mail["document"] == STATEMENT else "account")
