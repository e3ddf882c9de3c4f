"""A payment's way from its order to its end: what top-ups, transfers and purchases share.

A payment ends once. Each step holds the lock of the account that the payment belongs to and of
every account that money comes to, in the order of ids; the store refuses a second end.

**Whether a number is a subscriber is not told.** Any number of the operator's ranges is taken as
receiver, with the same terms, codes and previews; that it is nobody's is told only where the money
should arrive, in a sentence that fits closed and unwilling receivers too, and nothing is taken. So
that nobody asks number by number, an account has three such misses in a day, and at most three
unfinished payments to receivers outside its cabinet at a time.
"""

import re
from datetime import timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

import msgspec

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import (
    CabinetError,
    NotFound,
    PaymentDeclined,
    PaymentOver,
    PaymentRefused,
    WrongCode,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import Payment, PaymentKind, PaymentState
from mts_tui.backend.operator import bank
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import passwords
from .billing import Book
from .periods import day_start_ms
from .proofs import code_hash

CODE_LIVES = timedelta(minutes=5)
BANK_WAITS = timedelta(minutes=15)
"""For the card, or for the bank's application."""
TRIES = 3
WRONG_IN_A_DAY = 10
"""Wrong codes of all payments together: six digits are not found by beginning anew."""
MISSES_IN_A_DAY = 3
UNFINISHED_OUTSIDE = 3
NOT_ACCEPTED = "Получатель не принимает платежи. Проверьте номер. Деньги не списаны."
_TOO_MANY_WRONG = (
    "Сегодня код слишком часто вводили неверно, и платежи с кодом остановлены до завтра. "
    "Деньги не списаны."
)
_TOO_LATE = "Время платежа вышло. Деньги не списаны."
_UNFINISHED = frozenset({"created", "code_sent", "waiting"})
_ENDED_BY_TIME = frozenset({"created", "code_sent"})
"""СБП is ended by what falls due: its bank may have answered while nobody looked."""
_ABROAD = {"BY": re.compile(r"\+375(33|29[2578])"), "UA": re.compile(r"\+380(50|66|75|95|99)")}
"""The operator's codes where there is no table of ranges (facts 3)."""


def own_network(phone: str) -> bool:
    """Whether a number is of the operator's ranges by the numbering plan, used or not."""
    codes = _ABROAD.get(phones.country(phone) or "")
    return codes.match(phone) is not None if codes else phones.region(phone) is not None


def check_amount(money: Money, currency: str, least: int, most: int) -> None:
    """Let an amount through that is of the currency and within its limits.

    Raises:
        PaymentRefused: It is not.
    """
    if money.currency != currency:
        raise PaymentRefused(reason=f"Сумму указывают в валюте получателя: {_NAMES[currency]}.")
    amount = money.amount_minor
    if amount <= 0:
        raise PaymentRefused(reason="Сумма должна быть больше нуля.")
    if amount < least:
        lowest = formatting.money(least, currency)
        raise PaymentRefused(reason=f"Это слишком мало: самая маленькая сумма — {lowest}.")
    if amount > most:
        highest = formatting.money(most, currency)
        raise PaymentRefused(reason=f"Это слишком много: сейчас можно не больше {highest}.")


_NAMES = {"RUB": "российские рубли", "BYN": "белорусские рубли", "UAH": "гривны"}


def hold(tx: Transaction, *account_ids: str) -> None:
    """Take the locks of accounts, in an order that everybody keeps."""
    for account_id in sorted(set(account_ids)):
        tx.soon.ledger.hold(id=account_id)


def is_outside(tx: Transaction, subscriber_id: str, phone: str) -> bool:
    """Whether a number is not one of a person's cabinet."""
    linked = tx.accounts.linked(subscriber_id=subscriber_id)
    return phone not in {row["phone"] for row in linked}


def refuse_guessing(tx: Transaction, account: Row) -> None:
    """Stop whoever tries receivers number by number. The account is held.

    Raises:
        PaymentRefused: Three were nobody today, or three payments are not at their end.
    """
    found = tx.payments.outside_payments(
        account_id=account["id"],
        since=day_start_ms(tx.now_ms, ZoneInfo(account["zone"])),
        now=tx.now_ms,
    )
    if found["missed"] >= MISSES_IN_A_DAY:
        raise PaymentRefused(
            reason="Сегодня несколько получателей не приняли платёж, поэтому до завтра платить "
            "можно только на номера из «Моих номеров»."
        )
    if found["unfinished"] >= UNFINISHED_OUTSIDE:
        raise PaymentRefused(
            reason="Начато несколько платежей на чужие номера. Завершите или отмените их, и "
            "можно будет начать новый."
        )


class Order(msgspec.Struct, kw_only=True):
    """A payment to be written. Money in minor units of `currency`, `lives` until it is too late.

    `outside`: the receiver is of the operator's, and not of the payer's cabinet.
    """

    kind: PaymentKind
    state: PaymentState
    lives: timedelta
    receiver: str
    title: str
    amount: int
    commission: int
    means: str
    provider: str = ""
    currency: str = "RUB"
    means_title: str = ""
    bank: str = ""
    outside: bool = False


def begin(tx: Transaction, account_id: str, order: Order) -> Row:
    """Write a payment that has just begun."""
    payment_id = tx.new_id()
    fields = msgspec.structs.asdict(order)
    lives = fields.pop("lives")
    fields["outside"] = int(order.outside)
    tx.payments.add_payment(
        account_id=account_id,
        id=payment_id,
        at=tx.now_ms,
        expires_at=to_ms(tx.now + lives),
        **fields,
    )
    tx.emit(account_id, "account")
    return tx.payments.payment(account_id=account_id, id=payment_id)


def found(tx: Transaction, account_id: str, payment_id: str) -> Row:
    """A payment of an account.

    Raises:
        NotFound: There is none.
    """
    row = tx.payments.payment(account_id=account_id, id=payment_id)
    if row is None:
        raise NotFound
    return row


def unfinished(tx: Transaction, account_id: str, payment_id: str) -> Row:
    """A payment that is not at its end; its account is held.

    Raises:
        NotFound: There is none.
        PaymentOver: It has ended, by time too.
    """
    row = found(tx, account_id, payment_id)
    if _state(row, tx.now_ms) not in _UNFINISHED:
        raise PaymentOver
    return row


def end(
    tx: Transaction,
    row: Row,
    state: PaymentState,
    *,
    reason: str = "",
    operation: int | None = None,
    missed: bool = False,
) -> Row:
    """Bring a payment to its end; its account is held."""
    ended = tx.payments.end_payment(
        account_id=row["account_id"],
        id=row["id"],
        state=state,
        reason=reason,
        operation=operation,
        missed=int(missed),
    )
    assert ended is not None, "the account is held, and the payment was not at its end"
    tx.emit(row["account_id"], "account")
    return ended


def decline(tx: Transaction, row: Row, error: CabinetError, *, missed: bool = False) -> NoReturn:
    """End a payment as declined, and say why; the end is kept."""
    end(tx, row, "declined", reason=str(error), missed=missed)
    raise tx.keep(error)


def refuse_trying(tx: Transaction, account_id: str, zone: str) -> None:
    """Stop whoever tries codes payment by payment.

    Raises:
        PaymentRefused: Ten were wrong today.
    """
    if _wrong_today(tx, account_id, zone) >= WRONG_IN_A_DAY:
        raise PaymentRefused(reason=_TOO_MANY_WRONG)


def _wrong_today(tx: Transaction, account_id: str, zone: str) -> int:
    wrong: int = tx.payments.wrong_codes(
        account_id=account_id, since=day_start_ms(tx.now_ms, ZoneInfo(zone))
    )
    return wrong


def send_code(
    tx: Transaction,
    row: Row,
    zone: str,
    to: str,
    sender: str,
    *,
    card: str = "",
    behaviour: str = "",
    keep: str = "",
) -> Row:
    """Let a payment wait for its code, and send that.

    Args:
        tx: The transaction; `to` is held.
        row: The payment.
        zone: The payment's account's.
        to: The account whose phone gets the code.
        sender: Whose code it is.
        card: What people see of the card, if one pays.
        behaviour: How the bank answers for the card.
        keep: What of the card is kept once it has paid.

    Raises:
        PaymentRefused: Too many wrong codes today.
    """
    refuse_trying(tx, row["account_id"], zone)
    code = f"{tx.random.randrange(10**6):06}"
    tx.payments.await_code(
        account_id=row["account_id"],
        id=row["id"],
        code_hash=code_hash(row["id"], code),
        expires_at=to_ms(tx.now + CODE_LIVES),
        means_title=card or row["means_title"],
        bank=behaviour,
        keep=keep,
    )
    if not tx.rehearsal:  # A code that is taken back would only mislead.
        total = formatting.money(row["amount"] + row["commission"], row["currency"])
        by_card = f" картой {card}" if card else ""
        tx.message(
            to,
            sender,
            f"{code} — код для платежа {total}{by_card}: {row['title']}. Действует 5 минут. "
            "Никому его не сообщайте.",
        )
    return found(tx, row["account_id"], row["id"])


def check_code(tx: Transaction, row: Row, zone: str, code: str) -> None:
    """Look at a payment's code, a try having been counted where it is wrong.

    Raises:
        WrongCode: With how many tries are left.
        PaymentDeclined: That was the third, or the tenth of the day: the payment has ended.
    """
    if _wrong_today(tx, row["account_id"], zone) >= WRONG_IN_A_DAY:
        decline(tx, row, PaymentDeclined(reason=_TOO_MANY_WRONG))
    if passwords.same(row["code_hash"], code_hash(row["id"], code)):
        return
    tries: int = tx.payments.count_wrong_code(account_id=row["account_id"], id=row["id"])
    if tries < TRIES:
        raise tx.keep(WrongCode(left=TRIES - tries))
    reason = "Код трижды введён неверно, и платёж отменён. Деньги не списаны."
    decline(tx, row, PaymentDeclined(reason=reason))


def place_of(book: Book, entry: Entry) -> int:
    """The number that an entry of a book gets in the history, once the book is written."""
    for place in range(len(book.entries), 0, -1):
        if book.entries[place - 1] is entry:
            return book.written + place
    raise ValueError("not an entry of this book")


def _state(row: Row, now: int) -> PaymentState:
    state: PaymentState = row["state"]
    return "expired" if state in _ENDED_BY_TIME and row["expires_at"] <= now else state


def payment_of(row: Row, now: int) -> Payment:
    """The contract's form of a payment, at a moment in ms: time ends what waits for a person."""
    state = _state(row, now)
    total = row["amount"] + row["commission"]
    link = bill = ""
    if state == "waiting":
        link = bank.sbp_link(row["id"], total)
        bill = bank.bill(
            total, f"Пополнение {row['title']}. {bank.PAYEE}", row["receiver"].removeprefix("+")
        )

    def money(amount: int) -> Money:
        return Money(amount_minor=amount, currency=row["currency"])

    return Payment(
        id=row["id"],
        kind=row["kind"],
        at=from_ms(row["at"]),
        state=state,
        to=row["receiver"],
        title=row["title"],
        amount=money(row["amount"]),
        commission=money(row["commission"]),
        total=money(total),
        means=row["means_title"],
        reason=row["reason"] or (_TOO_LATE if state == "expired" else ""),
        link=link,
        bill=bill,
        expires_at=from_ms(row["expires_at"]) if state in _UNFINISHED else None,
        operation=None if row["operation"] is None else str(row["operation"]),
    )
