"""Money from an account: to another number, or to a provider.

Everything that `transfer_rules` say is checked when a payment begins and once more, under the
locks, when its code is shown. What a receiver may still get today is looked at only
then: before that, nothing is told of anybody.
"""

import re
from typing import Any

from mts_tui import amounts, formatting, phones
from mts_tui.backend.contract.errors import (
    CabinetError,
    NotFound,
    PaymentDeclined,
    PaymentRefused,
    UndoRefused,
)
from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.payments import Payment
from mts_tui.backend.contract.transfers import (
    Provider,
    PurchaseOrder,
    SavedOrder,
    SavedPayment,
    TransferOrder,
    TransferTerms,
)
from mts_tui.backend.operator.catalogue import providers as catalogue
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction

from . import paying, undo
from .billing import Book
from .caller import Caller, own_account
from .notifications import SENDER
from .transfer_rules import (
    OTHER,
    OWN,
    RUB,
    Charge,
    charge_now,
    charge_of,
    refuse_payer,
    refuse_unpayable,
    rub,
    terms_of,
)

SAVED_AT_MOST = 50
MEANS = "Счёт телефона"


def terms(tx: Transaction, caller: Caller, account: str, to: str) -> TransferTerms:
    """See `contract.transfers.Transfers.terms`."""
    return terms_of(tx, own_account(tx, caller, account), to)


def transfer(tx: Transaction, caller: Caller, account: str, order: TransferOrder) -> Payment:
    """See `contract.transfers.Transfers.transfer`."""
    row = own_account(tx, caller, account)
    return begin(tx, row, order, caller.subscriber_id, caller.account_id)


def begin(
    tx: Transaction, account: Row, order: TransferOrder, subscriber_id: str, code_to: str
) -> Payment:
    """Begin a transfer, from the cabinet or from the phone itself.

    Args:
        tx: The transaction.
        account: Who pays.
        order: How much, and to whom.
        subscriber_id: In whose cabinet it is done.
        code_to: The account whose phone gets the code.

    Raises:
        CabinetError: As `contract.transfers.Transfers.transfer` says; nothing is written.
    """
    receiver = tx.accounts.by_phone(phone=order.to)
    also = [receiver["id"]] if receiver is not None and tx.rehearsal else []
    paying.hold(tx, account["id"], code_to, *also)
    limits = terms_of(tx, account, order.to)
    charge = charge_of(limits, order.amount)
    outside = limits.own_network and paying.is_outside(tx, subscriber_id, order.to)
    if outside:
        paying.refuse_guessing(tx, account)
    return _begin(
        tx,
        account,
        code_to,
        charge,
        receiver,
        kind="transfer",
        receiver_name=order.to,
        title=phones.display(order.to),
        outside=outside,
    )


def providers(tx: Transaction, caller: Caller, text: str) -> Page[Provider]:
    """See `contract.transfers.Transfers.providers`."""
    del tx, caller
    sought = formatting.fold(text.strip())
    known = catalogue.load().values()
    return Page(
        items=[
            _provider_of(one)
            for one in known
            if sought in formatting.fold(one.title) or sought in formatting.fold(one.category)
        ]
    )


def purchase(tx: Transaction, caller: Caller, account: str, order: PurchaseOrder) -> Payment:
    """See `contract.transfers.Transfers.purchase`."""
    row = own_account(tx, caller, account)
    paying.hold(tx, account, caller.account_id)
    provider, number = _checked(row, order)
    amount = order.amount.amount_minor
    charge = Charge(amount, amounts.commission(amount, provider.fee_permille))
    return _begin(
        tx,
        row,
        caller.account_id,
        charge,
        None,
        kind="purchase",
        receiver_name=number,
        title=provider.title,
        provider=provider.id,
    )


def saved(tx: Transaction, caller: Caller, account: str) -> Page[SavedPayment]:
    """See `contract.transfers.Transfers.saved`."""
    own_account(tx, caller, account)
    known = catalogue.load()
    rows = tx.payments.saved_payments(account_id=account)
    return Page(items=[_saved_of(row) for row in rows if row["provider"] in known])


def save(tx: Transaction, caller: Caller, account: str, order: SavedOrder) -> SavedPayment:
    """See `contract.transfers.Transfers.save`."""
    row = own_account(tx, caller, account)
    provider, number = _checked(row, order)
    paying.hold(tx, account)
    _refuse_more(tx, account)
    saved_id = tx.new_id()
    tx.payments.save_payment(
        account_id=account,
        id=saved_id,
        at=tx.now_ms,
        name=formatting.clean(order.name).strip() or provider.title,
        provider=provider.id,
        number=number,
        amount=order.amount.amount_minor,
    )
    tx.emit(account, "account")
    return _saved_of(tx.payments.saved_payment(account_id=account, id=saved_id))


def forget(tx: Transaction, caller: Caller, account: str, saved: str) -> None:
    """See `contract.transfers.Transfers.forget`."""
    own_account(tx, caller, account)
    paying.hold(tx, account)
    row = tx.payments.saved_payment(account_id=account, id=saved)
    if row is None:
        raise NotFound
    tx.payments.forget_saved(account_id=account, id=saved)
    tx.emit(account, "account")
    undo.offer(
        tx, caller, account, "Сохранённый платёж удалён", "transfers.put_back", saved=dict(row)
    )


def put_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take back that a kept payment was forgotten; the account is held."""
    del caller
    try:
        _refuse_more(tx, account_id)
    except PaymentRefused as error:
        raise UndoRefused(reason=str(error)) from None
    tx.payments.save_payment(**body["saved"])


def complete(tx: Transaction, row: Row, receiver: Row | None) -> Row:
    """Move the money of a payment whose code was shown; both accounts are held.

    Raises:
        CabinetError: Why it cannot be by now; the payment has ended, which is kept.
    """
    until_now = Book(tx, row["account_id"])
    until_now.pass_time(tx.now_ms)
    until_now.write()
    book = Book(tx, row["account_id"])
    try:
        charge = charge_now(tx, tx.accounts.by_id(id=book.id), row, receiver)
        refuse_unpayable(book, charge)
    except CabinetError as error:
        paying.decline(tx, row, error)
    if row["outside"] and receiver is None and not tx.rehearsal:
        paying.decline(tx, row, PaymentDeclined(reason=paying.NOT_ACCEPTED), missed=True)
    operation = _take(tx, book, row, charge, receiver)
    if row["kind"] == "transfer" and receiver is not None:
        _give(tx, receiver["id"], book.phone, row)
    return paying.end(tx, row, "done", operation=operation)


# ------------------------------------------------------------------------------ the movement


def _begin(
    tx: Transaction,
    account: Row,
    code_to: str,
    charge: Charge,
    receiver: Row | None,
    *,
    kind: Any,
    receiver_name: str,
    title: str,
    provider: str = "",
    outside: bool = False,
) -> Payment:
    """Write a payment that the rules allow, and send its code; a rehearsal carries it out too."""
    paying.refuse_trying(tx, account["id"], account["zone"])
    refuse_unpayable(Book(tx, account["id"]), charge)
    begun = paying.begin(
        tx,
        account["id"],
        paying.Order(
            kind=kind,
            state="created",
            lives=paying.CODE_LIVES,
            receiver=receiver_name,
            title=title,
            provider=provider,
            amount=charge.amount,
            commission=charge.fee,
            means="account",
            means_title=MEANS,
            outside=outside,
        ),
    )
    begun = paying.send_code(tx, begun, account["zone"], code_to, SENDER)
    if tx.rehearsal:
        complete(tx, begun, receiver)
    return paying.payment_of(begun, tx.now_ms)


def _take(tx: Transaction, book: Book, row: Row, charge: Charge, receiver: Row | None) -> int:
    """Take the amount and the fee; the number of the operation."""
    if row["kind"] == "purchase":
        rule, title, contra = "purchase", row["title"], f"provider:{row['provider']}"
    elif paying.own_network(row["receiver"]):
        rule, title = OWN, "Перевод абоненту"
        contra = f"account:{receiver['id']}" if receiver is not None else "account:"
    else:
        rule, title, contra = OTHER, "Перевод на номер другого оператора", "network:other"
    paid = Entry(
        at=tx.now_ms,
        kind=row["kind"],
        title=title,
        amount=-charge.amount,
        contra=contra,
        direction="out",
        peer=row["receiver"],
        rule=rule,
    )
    book.move(paid)
    if charge.fee:
        book.move(
            Entry(
                at=tx.now_ms,
                kind=row["kind"],
                title=_FEE_TITLES[row["kind"]],
                amount=-charge.fee,
                contra="revenue:commission",
                direction="out",
                peer=row["receiver"],
                rule=f"{row['kind']}.fee",
            )
        )
    fee = f", комиссия {formatting.money(charge.fee)}" if charge.fee else ""
    done = "Переведено" if row["kind"] == "transfer" else "Оплачено"
    operation = paying.place_of(book, paid)
    book.notice(
        "Перевод выполнен" if row["kind"] == "transfer" else "Покупка оплачена",
        f"{done} {formatting.money(charge.amount)}{fee}: {row['title']}. "
        f"На счёте {formatting.money(book.balance)}.",
        kind="payment",
        sms=phones.is_mobile(book.phone),
        place="archive",
        subject=str(operation),
    )
    book.write()
    return operation


_FEE_TITLES = {"transfer": "Комиссия за перевод", "purchase": "Комиссия за платёж"}


def _give(tx: Transaction, receiver: str, payer_phone: str, row: Row) -> None:
    """Put a transfer into the receiver's history."""
    book = Book(tx, receiver)
    book.pass_time(tx.now_ms)
    entry = Entry(
        at=tx.now_ms,
        kind="transfer",
        title="Перевод от абонента",
        amount=row["amount"],
        contra=f"account:{row['account_id']}",
        direction="in",
        peer=payer_phone,
        rule=OWN,
    )
    book.move(entry)
    book.notice(
        "Вам перевели деньги",
        f"Вам перевели {formatting.money(row['amount'])} с номера {phones.display(payer_phone)}. "
        f"На счёте {formatting.money(book.balance)}.",
        kind="payment",
        sms=phones.is_mobile(book.phone),
        place="archive",
        subject=str(paying.place_of(book, entry)),
    )
    book.write()


# ------------------------------------------------------------------------------ providers


def _checked(account: Row, order: PurchaseOrder | SavedOrder) -> tuple[catalogue.Provider, str]:
    """The provider of an order, and the payer's account with it.

    Raises:
        NotFound: There is no such provider.
        PaymentRefused: The account's form or the amount is not right.
    """
    refuse_payer(account)
    provider = catalogue.load().get(order.provider)
    if provider is None:
        raise NotFound
    number = formatting.clean(order.number).strip()
    if not re.fullmatch(provider.pattern, number):
        raise PaymentRefused(
            reason=f"«{provider.asks}» указан не по форме. Нужно так: {provider.example}."
        )
    paying.check_amount(order.amount, RUB, provider.least, provider.most)
    return provider, number


def _refuse_more(tx: Transaction, account: str) -> None:
    if len(list(tx.payments.saved_payments(account_id=account))) >= SAVED_AT_MOST:
        raise PaymentRefused(
            reason=f"Сохранить можно не больше {SAVED_AT_MOST} платежей. Удалите ненужный."
        )


def _provider_of(one: catalogue.Provider) -> Provider:
    return Provider(
        id=one.id,
        title=one.title,
        category=one.category,
        asks=one.asks,
        pattern=one.pattern,
        example=one.example,
        fee_permille=one.fee_permille,
        least=rub(one.least),
        most=rub(one.most),
    )


def _saved_of(row: Row) -> SavedPayment:
    return SavedPayment(
        id=row["id"],
        name=row["name"],
        provider=_provider_of(catalogue.load()[row["provider"]]),
        number=row["number"],
        amount=rub(row["amount"]),
    )
