"""A person who does everything with money that the cabinet can, at random, from a seed."""

import re
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from mts_tui.backend.contract.account import Account, BudgetOrder
from mts_tui.backend.contract.autopay import Autopay, AutopayOrder
from mts_tui.backend.contract.endpoint import Endpoint
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import CardDetails, PaymentCode, Payments, TopUpOrder
from mts_tui.backend.contract.transfers import PurchaseOrder, TransferOrder, Transfers
from mts_tui.backend.contract.trust import PromiseOrder, Trust
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.rating import Usage
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store import Store
from tests.backend.desk import Window, other_than

from .town import ANNA, BORIS, OTHER_NETWORK, PHONES, SECOND, SUBSCRIPTIONS

CARDS = ("2200000000000004", "4111111111111111", "4000000000009995", "4000000000000341")
"""Two pay; one has no money; the last pays only with its owner there."""


class Errand(NamedTuple):
    """A command that somebody gives."""

    operation: Callable[..., Any]
    arguments: tuple[Any, ...]

    @property
    def endpoint(self) -> Endpoint:
        return self.operation.endpoint


def rub(minor: int) -> Money:
    return Money(amount_minor=minor, currency="RUB")


def use(store: Store, account: str, seconds: int) -> bool:
    """Call for so long, if there is money for it."""
    with store.write() as tx:
        book = Book(tx, account)
        usage = Usage("call", "out", PHONES[BORIS], "home", "own", seconds)
        done = book.use(usage, tx.now_ms) is not None
        book.write()
    return done


class Shopper:
    """Gives errands one after another: what was begun is mostly ended.

    Args:
        window: Where to look what is there.
        rng: What decides.
    """

    def __init__(self, window: Window, rng: Random) -> None:
        self._window = window
        self._rng = rng

    def next(self) -> Errand:
        """The next errand."""
        for payment in self._window.ask(Payments.recent, ANNA, 3).items:
            if payment.state == "created":
                return self._with_card(payment.id)
            if payment.state == "code_sent":
                return self._with_code(payment.id)
        kinds = (
            [self._top_up] * 5
            + [self._transfer] * 5
            + [self._purchase] * 4
            + [self._trust] * 3
            + [self._rule] * 3
            + [self._undo] * 3
            + [self._budget, self._unsubscribe]
        )
        return self._rng.choice(kinds)()

    def _with_card(self, payment: str) -> Errand:
        if self._rng.random() < 0.1:
            return Errand(Payments.cancel, (ANNA, payment))
        card = CardDetails(
            number=self._rng.choice(CARDS),
            month=12,
            year=2029,
            cvv="123",
            keep=self._rng.random() < 0.5,
        )
        return Errand(Payments.give_card, (ANNA, payment, card))

    def _with_code(self, payment: str) -> Errand:
        luck = self._rng.random()
        if luck < 0.1:
            return Errand(Payments.cancel, (ANNA, payment))
        code = payment_code(self._window, PHONES[ANNA])
        if luck < 0.2:
            code = other_than(code)
        return Errand(Payments.confirm, (ANNA, payment, PaymentCode(code=code)))

    def _top_up(self) -> Errand:
        to = self._rng.choice((ANNA, ANNA, SECOND, BORIS))
        cards = self._window.ask(Payments.cards, ANNA).items
        kept = self._rng.choice([None, *cards])
        means = "card" if kept else self._rng.choice(("card", "sbp"))
        order = TopUpOrder(
            to=PHONES[to],
            amount=rub(self._rng.randrange(10_00, 900_00)),
            means=means,
            card=kept.id if kept else None,
        )
        return Errand(Payments.top_up, (ANNA, order))

    def _transfer(self) -> Errand:
        to = self._rng.choice((PHONES[SECOND], PHONES[BORIS], OTHER_NETWORK))
        order = TransferOrder(to=to, amount=rub(self._rng.randrange(10_00, 300_00)))
        return Errand(Transfers.transfer, (ANNA, order))

    def _purchase(self) -> Errand:
        order = PurchaseOrder(
            provider="rodnik", number="70605040", amount=rub(self._rng.randrange(10_00, 400_00))
        )
        return Errand(Transfers.purchase, (ANNA, order))

    def _trust(self) -> Errand:
        order = PromiseOrder(amount=rub(self._rng.choice((50_00, 100_00, 200_00))))
        return self._rng.choice(
            [
                Errand(Trust.switch_on, (ANNA,)),
                Errand(Trust.switch_off, (ANNA,)),
                Errand(Trust.promise, (ANNA, order)),
            ]
        )

    def _rule(self) -> Errand:
        known = self._window.ask(Autopay.rules, ANNA).items
        cards = self._window.ask(Payments.cards, ANNA).items
        if not known or self._rng.random() < 0.4:
            card = self._rng.choice(cards).id if cards else "none"
            order = AutopayOrder(
                kind="threshold",
                amount=rub(self._rng.randrange(50_00, 300_00)),
                card=card,
                threshold=rub(self._rng.randrange(30_00, 300_00)),
            )
            return Errand(Autopay.create, (ANNA, order))
        rule = self._rng.choice(known)
        what = self._rng.choice((Autopay.remove, Autopay.pause, Autopay.resume))
        return Errand(what, (ANNA, rule.id))

    def _undo(self) -> Errand:
        known = self._window.ask(Undo.pending).items
        return Errand(Undo.take_back, (self._rng.choice(known).id if known else "none",))

    def _budget(self) -> Errand:
        if self._rng.random() < 0.4:
            return Errand(Account.drop_budget, (ANNA,))
        limit = rub(self._rng.randrange(100_00, 3_000_00))
        order = BudgetOrder(limit=limit, hard=self._rng.random() < 0.5)
        return Errand(Account.set_budget, (ANNA, order))

    def _unsubscribe(self) -> Errand:
        return Errand(Account.unsubscribe, (ANNA, self._rng.choice(SUBSCRIPTIONS).id))


def payment_code(window: Window, phone: str) -> str:
    """The newest code of a payment."""
    for text in window.sms(phone):
        code = re.match(r"(\d{6}) — код для платежа", text)
        if code:
            return code[1]
    raise AssertionError(f"no code came to {phone}")


def do(window: Window, errand: Errand, key: str) -> Any:
    """The answer of an errand, or the error with which it was refused."""
    try:
        return window.ask(errand.operation, *errand.arguments, key=key)
    except CabinetError as error:
        if error.code == CabinetError.code:
            raise  # A defect: it has no sentence.
        return error
