"""What the tests of payments share: orders, codes from the phone, time that passes for everybody."""

import re
from typing import Any

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.archive import Archive, Operation
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import (
    CardDetails,
    Means,
    Payment,
    PaymentCode,
    Payments,
    TopUpOrder,
)
from mts_tui.backend.contract.transfers import PurchaseOrder, TransferOrder, Transfers
from mts_tui.backend.store import Store
from mts_tui.backend.store.ledger import Entry, post

from .desk import ANNA, Window, change

MAIN, SECOND, MINSK, CITY = "anna-moscow", "anna-petersburg", "anna-belarus", "anna-city"
CHILD, UNLINKED_ACCOUNT = "misha-moscow", "anna-new"
MIR = "2200 0000 0000 0004"
CVV = "917"


def rub(kopecks: int) -> Money:
    return Money(amount_minor=kopecks, currency="RUB")


def card(number: str = MIR, *, month: int = 12, year: int = 2029, **more: Any) -> CardDetails:
    return CardDetails(number=number, month=month, year=year, **{"cvv": CVV, **more})


def order(
    amount: int | Money = 300_00, to: str = ANNA, means: Means = "card", card: str | None = None
) -> TopUpOrder:
    money = rub(amount) if isinstance(amount, int) else amount
    return TopUpOrder(to=to, amount=money, means=means, card=card)


def code(window: Window, phone: str = ANNA) -> str:
    """The newest code of a payment in a phone."""
    for text in window.sms(phone):
        if found := re.match(r"(\d{6}) — код для платежа", text):
            return found[1]
    raise AssertionError("no code of a payment came")


def give_card(window: Window, payment: Payment, details: CardDetails | None = None) -> Payment:
    return window.ask(Payments.give_card, MAIN, payment.id, details or card())


def confirm(window: Window, payment: Payment, shown: str = "", key: str = "") -> Payment:
    proof = PaymentCode(code=shown or code(window))
    return window.ask(Payments.confirm, MAIN, payment.id, proof, key=key)


def pay(window: Window, amount: int = 300_00, to: str = ANNA, number: str = MIR) -> Payment:
    """A top-up by card, from its order to its end."""
    begun = window.ask(Payments.top_up, MAIN, order(amount, to))
    give_card(window, begun, card(number))
    return confirm(window, begun)


def send(window: Window, to: str, amount: int) -> Payment:
    """A transfer that waits for its code."""
    return window.ask(Transfers.transfer, MAIN, TransferOrder(to=to, amount=rub(amount)))


def buy(window: Window, amount: int, provider: str = "ryadom", number: str = "4017") -> Payment:
    """A purchase that waits for its code."""
    wanted = PurchaseOrder(provider=provider, number=number, amount=rub(amount))
    return window.ask(Transfers.purchase, MAIN, wanted)


def state(window: Window, payment: Payment) -> str:
    return window.ask(Payments.payment, MAIN, payment.id).state


def refusal(window: Window, kind: type[CabinetError], *asked: Any) -> str:
    """The sentence with which an operation is refused."""
    try:
        window.ask(*asked)
    except kind as error:
        return str(error).replace("\N{NO-BREAK SPACE}", " ")
    raise AssertionError(f"not refused: {asked}")


def balance(window: Window, account: str = MAIN) -> int:
    with window.store.read() as tx:
        return tx.accounts.by_id(id=account)["balance"]


def history(window: Window, account: str = MAIN, count: int = 3) -> list[Operation]:
    page = window.ask(Archive.operations, account, limit=count)
    return page.items


def give(store: Store, amount: int, account: str = MAIN) -> None:
    """Put money on an account, or take it, without any rule."""
    with store.write() as tx:
        entry = Entry(at=tx.now_ms, kind="correction", title="", amount=amount, contra="test")
        post(tx, account, [entry])


def set_balance(window: Window, wanted: int, account: str = MAIN) -> None:
    if wanted != balance(window, account):
        give(window.store, wanted - balance(window, account), account)


def spoil(window: Window, sql: str, *values: object) -> None:
    with window.store.write() as tx:
        change(tx, sql, *values)


def let_time_pass(window: Window) -> None:
    """Let everything happen that has fallen due, as the operator's background does."""
    while True:
        with window.store.write() as tx:
            account = tx.ledger.take_due(now=tx.now_ms)
            if account is None:
                return
            pass_time(tx, account)
