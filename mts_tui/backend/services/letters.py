"""Documents by e-mail: a letter is written down here, `backend.mail` sends it."""

from datetime import timedelta

from mts_tui.backend.contract.errors import MailRefused
from mts_tui.backend.contract.receipts import Mail
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

IN_A_DAY = 20
"""Letters of an account: nobody's letter box is to be filled from here."""


def refuse_without_mail(tx: Transaction, instead: str) -> None:
    """See that mail is set up.

    Args:
        tx: The transaction.
        instead: What a person can do otherwise: «сохраните чек в файл».

    Raises:
        MailRefused: It is not.
    """
    if not tx.mails:
        raise MailRefused(
            reason="Почта здесь не настроена, и отправить письмо нельзя. "
            f"{instead[:1].upper()}{instead[1:]}."
        )


def post(
    tx: Transaction, account_id: str, to: str, document: str, reference: str, *, instead: str
) -> Mail:
    """Write a letter down; the account is locked.

    Args:
        tx: The transaction.
        account_id: Whose document it carries.
        to: The address.
        document: What it is: `receipt`, `statement`.
        reference: Which one.
        instead: See `refuse_without_mail`.

    Raises:
        MailRefused: Too many letters were sent already.
    """
    tx.ledger.hold(id=account_id)
    since = to_ms(tx.now - timedelta(days=1))
    if tx.payments.mails_since(account_id=account_id, since=since) >= IN_A_DAY:
        raise MailRefused(
            reason=f"За сутки отправлено уже {IN_A_DAY} писем. Повторите завтра или {instead}."
        )
    return _add(tx, account_id, to, document, reference)


def fail(
    tx: Transaction, account_id: str, to: str, document: str, reference: str, reason: str
) -> Mail:
    """Write down that a letter which was asked for is not sent, and why; see `post`."""
    letter = _add(tx, account_id, to, document, reference)
    tx.payments.end_mail(
        account_id=account_id, id=letter.id, tries=0, state="failed", reason=reason
    )
    return mail_of(tx.payments.mail(account_id=account_id, id=letter.id))


def mail_of(row: Row) -> Mail:
    """The contract's form of a letter."""
    return Mail(
        id=row["id"],
        to=row["recipient"],
        at=from_ms(row["at"]),
        state=row["state"],
        reason=row["reason"],
    )


def _add(tx: Transaction, account_id: str, to: str, document: str, reference: str) -> Mail:
    mail_id = tx.new_id()
    tx.payments.add_mail(
        account_id=account_id,
        id=mail_id,
        at=tx.now_ms,
        recipient=to,
        document=document,
        reference=reference,
    )
    return mail_of(tx.payments.mail(account_id=account_id, id=mail_id))
