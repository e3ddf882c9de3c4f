"""«Оплата»: top-ups by bank card and by СБП, and the end of every payment that a code confirms.

Limits and commissions are those of facts 1.5. Amount and limits are in the receiver's currency. By
card: the bank takes the card or declines it, sends a code (3-D Secure), and pays once the code is
shown; the money moves in that transaction. By СБП: the bank answers by itself, see
`operator.bank.sbp_answer`; nine seconds after the money has come, the operator gives the commission
back (facts 1.2).

A card's number and CVV live in the arguments of `give_card` and nowhere else.
"""

from typing import Any

import msgspec
from msgspec import structs

from mts_tui import amounts, formatting, phones
from mts_tui.backend.contract.errors import NotFound, PaymentDeclined, PaymentOver, PaymentRefused
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.payments import (
    Card,
    CardDetails,
    MeansTerms,
    Payment,
    PaymentCode,
    TopUpOrder,
    TopUpTerms,
)
from mts_tui.backend.operator import bank
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction
from mts_tui.cards import luhn

from . import paying, transfers
from .billing import Book, Due
from .caller import Caller, own_account

LIMITS = {"RUB": (10_00, 15_000_00), "BYN": (1_00, 500_00), "UAH": (5_00, 7_000_00)}
"""Least and most of one top-up, minor units (facts 1.5; the most of BYN and UAH is ours)."""
CARD_PERMILLE = 10
SBP_PERMILLE = 4
CARDS_KEPT = 10
GIVEN_BACK_AFTER_MS = 9_000
"""Between a payment by СБП and the compensation of its commission (facts 1.2)."""
_ARRIVES_LATER_MS = 1_000
BANK_SENDER = "BANK"
_TITLES = {
    "card": ("Регистрация платежа: Банковская карта", "bank:card"),
    "sbp": ("Регистрация платежа: СБП", "bank:sbp"),
}
_CVV_DIGITS = 3
_NEWEST = "z"
"""Comes after every id."""


class _KeptLater(msgspec.Struct):
    """What of a card is kept once it has paid."""

    brand: str
    last4: str
    month: int
    year: int


def terms(tx: Transaction, caller: Caller, account: str) -> TopUpTerms:
    """See `contract.payments.Payments.terms`."""
    currency = own_account(tx, caller, account)["currency"]
    least, most = LIMITS[currency]
    means = [MeansTerms(means="card", commission_permille=CARD_PERMILLE, compensated=False)]
    if currency == "RUB":
        means.append(MeansTerms(means="sbp", commission_permille=SBP_PERMILLE, compensated=True))
    return TopUpTerms(
        currency=currency,
        least=Money(amount_minor=least, currency=currency),
        most=Money(amount_minor=most, currency=currency),
        means=means,
    )


def recent(
    tx: Transaction, caller: Caller, account: str, limit: int, cursor: str | None
) -> Page[Payment]:
    """See `contract.payments.Payments.recent`."""
    own_account(tx, caller, account)
    rows = list(
        tx.payments.payments_before(account_id=account, before=cursor or _NEWEST, count=limit + 1)
    )
    items = [paying.payment_of(row, tx.now_ms) for row in rows[:limit]]
    return Page(items=items, next_cursor=items[-1].id if len(rows) > limit else None)


def payment(tx: Transaction, caller: Caller, account: str, payment: str) -> Payment:
    """See `contract.payments.Payments.payment`."""
    own_account(tx, caller, account)
    return paying.payment_of(paying.found(tx, account, payment), tx.now_ms)


def cancel(tx: Transaction, caller: Caller, account: str, payment: str) -> Payment:
    """See `contract.payments.Payments.cancel`."""
    own_account(tx, caller, account)
    if paying.found(tx, account, payment)["state"] == "waiting":
        book = Book(tx, account)  # The bank may have answered: what is due happens first.
        book.pass_time(tx.now_ms)
        book.drop_due(payment)
        book.write()
    else:
        paying.hold(tx, account)
    try:
        row = paying.unfinished(tx, account, payment)
    except PaymentOver as over:
        raise tx.keep(over) from None  # What was due has happened all the same.
    return paying.payment_of(paying.end(tx, row, "cancelled"), tx.now_ms)


def top_up(tx: Transaction, caller: Caller, account: str, order: TopUpOrder) -> Payment:
    """See `contract.payments.Payments.top_up`."""
    row = own_account(tx, caller, account)
    currency = phones.currency(order.to)
    if currency is None:
        raise PaymentRefused(reason="Номера этой страны здесь не обслуживаются. Проверьте номер.")
    if not paying.own_network(order.to):
        raise PaymentRefused(
            reason="Это номер другого оператора, и здесь его не пополнить. На мобильный номер "
            "России можно отправить перевод со счёта телефона."
        )
    paying.check_amount(order.amount, currency, *LIMITS[currency])
    if order.means == "sbp" and currency != "RUB":
        raise PaymentRefused(reason="СБП работает только в рублях. Заплатите картой.")
    if order.means == "sbp" and order.card is not None:
        raise PaymentRefused(reason="Для СБП карта не нужна: платёж подтверждают в банке.")
    card = _kept_card(tx, account, order.card) if order.card is not None else None
    receiver = tx.accounts.by_phone(phone=order.to) if order.means == "sbp" else None
    also = [receiver["id"]] if receiver is not None else []
    paying.hold(tx, account, caller.account_id, *also)
    outside = paying.is_outside(tx, caller.subscriber_id, order.to)
    if outside:
        paying.refuse_guessing(tx, row)
    amount = order.amount.amount_minor
    permille = SBP_PERMILLE if order.means == "sbp" else CARD_PERMILLE
    begun = paying.begin(
        tx,
        account,
        paying.Order(
            kind="top_up",
            state="waiting" if order.means == "sbp" else "created",
            lives=paying.BANK_WAITS,
            receiver=order.to,
            title=phones.display(order.to),
            currency=currency,
            amount=amount,
            commission=amounts.commission(amount, permille),
            means=order.means,
            means_title="СБП" if order.means == "sbp" else "",
            outside=outside,
        ),
    )
    if order.means == "sbp":
        _ask_by_sbp(tx, begun, receiver)
    elif card is not None:
        begun = paying.send_code(
            tx,
            begun,
            row["zone"],
            caller.account_id,
            BANK_SENDER,
            card=_card_title(card["brand"], card["last4"]),
            behaviour=card["bank"],
        )
    return paying.payment_of(begun, tx.now_ms)


def give_card(
    tx: Transaction, caller: Caller, account: str, payment: str, card: CardDetails
) -> Payment:
    """See `contract.payments.Payments.give_card`."""
    zone = own_account(tx, caller, account)["zone"]
    paying.hold(tx, account, caller.account_id)
    row = paying.unfinished(tx, account, payment)
    if row["state"] != "created":
        raise PaymentRefused(reason="Для этого платежа карта уже не нужна. Подтвердите его.")
    known = _read_card(tx, card)
    kept = ""
    if card.keep:
        _refuse_too_many(tx, account, known, card)
        facts = _KeptLater(known.brand, known.last4, card.month, card.year)
        kept = msgspec.json.encode(facts).decode()
    reason = bank.refusal(known.behaviour, "given")
    if reason is not None:
        paying.decline(tx, row, PaymentDeclined(reason=reason))
    sent = paying.send_code(
        tx,
        row,
        zone,
        caller.account_id,
        BANK_SENDER,
        card=_card_title(known.brand, known.last4),
        behaviour=known.behaviour,
        keep=kept,
    )
    tx.emit(account, "account")
    return paying.payment_of(sent, tx.now_ms)


def confirm(
    tx: Transaction, caller: Caller, account: str, payment: str, proof: PaymentCode
) -> Payment:
    """See `contract.payments.Payments.confirm`."""
    return confirm_by_code(tx, own_account(tx, caller, account), payment, proof.code)


def confirm_by_code(tx: Transaction, account: Row, payment_id: str, code: str) -> Payment:
    """Confirm a payment of an account by its code, whoever shows it.

    Raises:
        CabinetError: As `contract.payments.Payments.confirm` says.
    """
    row = paying.found(tx, account["id"], payment_id)
    receiver = tx.accounts.by_phone(phone=row["receiver"])
    others = [receiver["id"]] if receiver is not None else []
    paying.hold(tx, account["id"], *others)
    row = paying.unfinished(tx, account["id"], payment_id)
    if row["state"] != "code_sent":
        raise PaymentRefused(
            reason="Этот платёж подтверждают в приложении банка."
            if row["state"] == "waiting"
            else "Сначала укажите карту: код придёт после этого."
        )
    paying.check_code(tx, row, account["zone"], code)
    if row["kind"] == "top_up":
        done = _pay_by_card(tx, row, receiver)
    else:
        done = transfers.complete(tx, row, receiver)
    return paying.payment_of(done, tx.now_ms)


def cards(tx: Transaction, caller: Caller, account: str) -> Page[Card]:
    """See `contract.payments.Payments.cards`."""
    own_account(tx, caller, account)
    return Page(items=[card_of(row) for row in tx.payments.kept_cards(account_id=account)])


def card_of(row: Row) -> Card:
    """The contract's form of a kept card."""
    return Card(
        id=row["id"],
        label=_card_title(row["brand"], row["last4"]),
        expires=f"{row['month']:02}/{row['year'] % 100:02}",
    )


def forget_card(tx: Transaction, caller: Caller, account: str, card: str) -> None:
    """See `contract.payments.Payments.forget_card`."""
    own_account(tx, caller, account)
    paying.hold(tx, account)
    if tx.payments.kept_card(account_id=account, id=card) is None:
        raise NotFound
    if tx.payments.rules_of_card(account_id=account, card_id=card):
        raise PaymentRefused(
            reason="С этой карты платит автоплатёж. Сначала удалите его правило или выберите в "
            "нём другую карту."
        )
    tx.payments.forget_card(account_id=account, id=card)
    tx.emit(account, "account")


# ------------------------------------------------------------------------- what falls due


def bank_answers(book: Book, due: Due) -> None:
    """The bank's application has answered a payment by СБП; the book is the payer's."""
    tx = book.tx
    row = paying.found(tx, book.id, due.body["payment"])
    if row["state"] != "waiting":
        return
    if bank.sbp_answer(row["amount"]) == "declines":
        _decline_later(book, row, bank.SBP_DECLINED)
    elif due.body["to"] is None:
        _decline_later(book, row, paying.NOT_ACCEPTED, missed=True)
    elif due.body["to"] == book.id:
        entry = _arrive(book, "sbp", due.at, row["amount"], row["commission"])
        paying.end(tx, row, "done", operation=paying.place_of(book, entry))
    else:
        paying.end(tx, row, "done")


def arrive(book: Book, due: Due) -> None:
    """Money that somebody else pays by СБП comes; the book is the receiver's.

    The receiver has a due of its own, a moment after the payer's: whoever has one account in hand
    cannot take another one's lock, which might be on its way here.
    """
    row = paying.found(book.tx, due.body["payer"], due.body["payment"])
    if row["state"] == "waiting":  # Nobody has looked after the payer yet.
        book.owe(structs.replace(due, at=max(due.at, book.tx.now_ms) + _ARRIVES_LATER_MS))
    elif row["state"] == "done":
        _arrive(book, "sbp", due.at, row["amount"], row["commission"])


def give_back(book: Book, due: Due) -> None:
    """The operator compensates what the bank took."""
    book.move(
        Entry(
            at=due.at,
            kind="compensation",
            title="Компенсация комиссии за платёж",
            amount=due.body["amount"],
            contra="costs:commission",
            direction="in",
        )
    )


def expire(book: Book, due: Due) -> None:
    """No bank has answered a payment by СБП in time; the book is the payer's."""
    row = paying.found(book.tx, book.id, due.body["payment"])
    if row["state"] == "waiting":
        paying.end(book.tx, row, "expired", reason="Банк не ответил вовремя. Деньги не списаны.")


def _ask_by_sbp(tx: Transaction, row: Row, receiver: Row | None) -> None:
    """Hand a payment to the bank's application, which answers or lets it expire; both are held."""
    payer, answer = row["account_id"], bank.sbp_answer(row["amount"])
    to = receiver["id"] if receiver is not None else None
    at, call = row["at"] + bank.SBP_ANSWERS_AFTER_MS, "payments.bank_answers"
    if answer == "silent":
        at, call = row["expires_at"], "payments.expire"
    _owe(tx, payer, Due(row["id"], at, call, {"payment": row["id"], "to": to}))
    if to not in {None, payer} and answer == "pays":
        body = {"payer": payer, "payment": row["id"]}
        name = f"arrive:{row['id']}"
        _owe(tx, to, Due(name, at + _ARRIVES_LATER_MS, "payments.arrive", body))


def _owe(tx: Transaction, account_id: str, due: Due) -> None:
    book = Book(tx, account_id)
    book.owe(due)
    book.write()


def _decline_later(book: Book, row: Row, reason: str, *, missed: bool = False) -> None:
    paying.end(book.tx, row, "declined", reason=reason, missed=missed)
    book.notice("Платёж не прошёл", reason, kind="payment")


def _pay_by_card(tx: Transaction, row: Row, receiver: Row | None) -> Row:
    """Let the bank take the money, and put it on the receiver's account; both are held."""
    reason = bank.refusal(row["bank"], "confirmed")
    if reason is not None:
        paying.decline(tx, row, PaymentDeclined(reason=reason))
    if receiver is None:
        paying.decline(tx, row, PaymentDeclined(reason=paying.NOT_ACCEPTED), missed=True)
    if row["keep"]:
        _keep_card(tx, row)
    book = Book(tx, receiver["id"])
    book.pass_time(tx.now_ms)
    entry = _arrive(book, "card", tx.now_ms, row["amount"], 0)
    own = receiver["id"] == row["account_id"]
    operation = paying.place_of(book, entry) if own else None
    book.write()
    return paying.end(tx, row, "done", operation=operation)


def _arrive(book: Book, means: str, at: int, amount: int, commission: int) -> Entry:
    """Put money into a receiver's book; a commission is given back later."""
    title, contra = _TITLES[means]
    entry = Entry(at=at, kind="top_up", title=title, amount=amount, contra=contra, direction="in")
    book.move(entry)
    if commission:
        when = entry.at + GIVEN_BACK_AFTER_MS
        name = f"give_back:{book.tx.new_id()}"
        book.owe(Due(name, when, "payments.give_back", {"amount": commission}))
    told = formatting.money(amount, book.currency)
    have = formatting.money(book.balance, book.currency)
    book.notice(
        "Счёт пополнен",
        f"Счёт {phones.display(book.phone)} пополнен на {told}. На счёте {have}.",
        kind="payment",
        sms=phones.is_mobile(book.phone),
        place="archive",
        subject=str(paying.place_of(book, entry)),
    )
    return entry


# ---------------------------------------------------------------------------------- cards


def _read_card(tx: Transaction, card: CardDetails) -> bank.KnownCard:
    """The test card that was typed.

    Raises:
        PaymentRefused: It is typed wrong, or is no test card; what was typed is not repeated.
    """
    digits = bank.digits_of(card.number)
    if digits is None:
        raise PaymentRefused(reason="В номере карты от 13 до 19 цифр. Проверьте его.")
    if not luhn(digits):
        raise PaymentRefused(reason="В номере карты опечатка: проверьте цифры.")
    known = bank.known(digits)
    if known is None:
        raise PaymentRefused(
            reason="Это демо: настоящую карту сюда вводить нельзя, и её номер не сохранён. "
            "Введите тестовую, например 2200 0000 0000 0004."
        )
    if bank.is_over(card.month, card.year, tx.now):
        raise PaymentRefused(reason="Срок действия карты истёк. Проверьте месяц и год.")
    if len(card.cvv) != _CVV_DIGITS or not (card.cvv.isascii() and card.cvv.isdigit()):
        raise PaymentRefused(reason="CVV — это три цифры на обороте карты.")
    return known


def _kept_card(tx: Transaction, account: str, card_id: str) -> Row:
    card = tx.payments.kept_card(account_id=account, id=card_id)
    if card is None:
        raise NotFound
    if bank.is_over(card["month"], card["year"], tx.now):
        raise PaymentRefused(reason="Срок действия этой карты истёк. Забудьте её и введите новую.")
    return card


def _refuse_too_many(
    tx: Transaction, account: str, known: bank.KnownCard, card: CardDetails
) -> None:
    kept = [_facts_of(row) for row in tx.payments.kept_cards(account_id=account)]
    facts = _KeptLater(known.brand, known.last4, card.month, card.year)
    if len(kept) >= CARDS_KEPT and facts not in kept:
        raise PaymentRefused(
            reason=f"Сохранить можно не больше {CARDS_KEPT} карт. Забудьте лишнюю или заплатите "
            "без сохранения."
        )


def _keep_card(tx: Transaction, row: Row) -> None:
    """Keep the card that has paid, once, and no more of them than allowed."""
    facts = msgspec.json.decode(row["keep"], type=_KeptLater)
    kept = [_facts_of(one) for one in tx.payments.kept_cards(account_id=row["account_id"])]
    if facts in kept or len(kept) >= CARDS_KEPT:
        return
    fields: dict[str, Any] = structs.asdict(facts)
    tx.payments.keep_card(
        account_id=row["account_id"],
        id=tx.new_id(),
        bank=row["bank"],
        added_at=tx.now_ms,
        **fields,
    )


def _facts_of(row: Row) -> _KeptLater:
    return _KeptLater(row["brand"], row["last4"], row["month"], row["year"])


def _card_title(brand: str, last4: str) -> str:
    return f"{brand} •••• {last4}"
