"""32 people spend from one account at once: it never ends below its floor, on either engine.

Several stores stand for several processes. Each attempt is a whole payment, a call, or a switch of
«На полном доверии»; a little money comes in all the while, so that the floor is always near.
"""

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from mts_tui.backend.contract.errors import CabinetError, Unavailable
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import PaymentCode
from mts_tui.backend.contract.transfers import PurchaseOrder, TransferOrder
from mts_tui.backend.services import payments, transfers, trust
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.caller import Caller
from mts_tui.backend.store import Store, Transaction
from mts_tui.backend.store.ledger import Entry
from tests.backend.desk import Clock, rows

from . import town
from .errands import use

log = logging.getLogger(__name__)
SEED = int(os.environ.get("SAFETY_SEED", "2026"))
ATTEMPTS = int(os.environ.get("SAFETY_ATTEMPTS", "2000"))
SPENDERS = 32
PROCESSES = 4
LIMIT = -300_00
_FAR = 2**53

CALLER = Caller(
    subscriber_id=town.ANNA,
    account_id=town.ANNA,
    phone=town.PHONES[town.ANNA],
    session_id="",
    device_hash="",
    proved_at=_FAR,
)


@dataclass
class Floor:
    """A floor, and from which operation on.

    Attributes:
        after: Number of the last operation before it.
        amount: Kopecks.
        holds: Whether its transaction was committed: it may have been tried anew.
    """

    after: int
    amount: int
    holds: bool = False


class Spender:
    """One of those who spend.

    Args:
        store: Its process's store.
        clock: Moved on so that limits of a day do not end the fun.
        rng: What decides.
        floors: Where to write the account's floors, one after another.
    """

    def __init__(self, store: Store, clock: Clock, rng: Random, floors: list[Floor]) -> None:
        self._store, self._clock, self._rng, self._floors = store, clock, rng, floors
        self.outcomes: Counter[str] = Counter()

    def run(self, attempts: int) -> None:
        for _ in range(attempts):
            what = self._rng.choices(
                (self._purchase, self._transfer, self._call, self._switch, self._earn),
                (4, 4, 4, 1, 3),
            )[0]
            try:
                outcome = what()
            except Unavailable:
                outcome = "busy"
            except CabinetError as error:
                if error.code == CabinetError.code:
                    raise  # A defect: it has no sentence.
                outcome = error.code
            self.outcomes[f"{what.__name__[1:]} {outcome}"] += 1

    def _purchase(self) -> str:
        order = PurchaseOrder(provider="rodnik", number="70605040", amount=self._sum(10_00, 150_00))
        return self._pay(lambda tx: transfers.purchase(tx, CALLER, town.ANNA, order))

    def _transfer(self) -> str:
        to = self._rng.choice((town.PHONES[town.SECOND], town.PHONES[town.BORIS]))
        order = TransferOrder(to=to, amount=self._sum(1_00, 100_00))
        return self._pay(lambda tx: transfers.transfer(tx, CALLER, town.ANNA, order))

    def _pay(self, begin: Callable[[Transaction], Any]) -> str:
        """Begin a payment and confirm it by its code."""

        def begun(tx: Transaction) -> tuple[str, str]:
            payment = begin(tx)
            return payment.id, next(text[:6] for who, text in tx.messages if who == town.ANNA)

        payment, code = self._store.change(begun)
        proof = PaymentCode(code=code)
        with self._store.write() as tx:
            return payments.confirm(tx, CALLER, town.ANNA, payment, proof).state

    def _call(self) -> str:
        return "done" if use(self._store, town.ANNA, self._rng.randrange(1, 2000)) else "no money"

    def _switch(self) -> str:
        switch = self._rng.choice((trust.switch_on, trust.switch_off))

        def work(tx: Transaction) -> Floor:
            switch(tx, CALLER, town.ANNA)
            row = tx.accounts.by_id(id=town.ANNA)
            floor = Floor(row["operation_seq"], row["floor"])
            self._floors.append(floor)  # While the account is held: in the order of the commits.
            return floor

        self._store.change(work).holds = True
        return "done"

    def _earn(self) -> str:
        if self._rng.random() < 0.02:
            self._clock.now += timedelta(hours=9)

        def work(tx: Transaction) -> None:
            book = Book(tx, town.ANNA)
            amount = self._rng.randrange(1_00, 120_00)
            book.move(
                Entry(at=tx.now_ms, kind="top_up", title="Касса", amount=amount, contra="cash:shop")
            )
            book.write()

        self._store.change(work)
        return "done"

    def _sum(self, least: int, most: int) -> Money:
        return Money(amount_minor=self._rng.randrange(least, most), currency="RUB")


@pytest.mark.timeout(max(300, ATTEMPTS // 20))
def test_the_floor_holds_under_32_spenders(open_town: Callable[[], Store], clock: Clock) -> None:
    stores = [open_town() for _ in range(PROCESSES)]
    floors: list[Floor] = []
    spenders = [
        Spender(stores[number % PROCESSES], clock, Random(f"{SEED}:{number}"), floors)
        for number in range(SPENDERS)
    ]
    broken: list[BaseException] = []

    def run(spender: Spender) -> None:
        try:
            spender.run(-(-ATTEMPTS // SPENDERS))
        except BaseException as error:  # noqa: BLE001 - told below
            broken.append(error)

    threads = [threading.Thread(target=run, args=(spender,)) for spender in spenders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == [], f"seed {SEED}"
    outcomes = sum((spender.outcomes for spender in spenders), Counter())
    log.info("%s", dict(sorted(outcomes.items())))
    assert town.faults(stores[0]) == []
    assert below_floor(stores[0], floors) == []
    refused = sum(count for name, count in outcomes.items() if name.endswith(("MONEY", "no money")))
    assert refused > ATTEMPTS // 100  # The floor was near.
    assert min(outcomes[name] for name in ("purchase done", "transfer done", "call done")) > 0
    assert (
        outcomes.total() - sum(outcomes[name] for name in outcomes if "busy" in name)
        > ATTEMPTS // 2
    )


def below_floor(store: Store, floors: list[Floor]) -> list[dict[str, Any]]:
    """Operations after which the balance was below the floor of then, or below what must remain.

    Other people's money is paid from one's own only, and 90 ₽ remain after a transfer.
    """
    with store.read() as tx:
        found = rows(
            tx,
            "SELECT seq, kind, direction, amount, balance, rule FROM operations"
            " WHERE account_id = ? ORDER BY seq",
            town.ANNA,
        )
    changes = [one for one in floors if one.holds]
    wrong, floor = [], 0
    for row in found:
        while changes and changes[0].after < row["seq"]:
            floor = changes.pop(0).amount
        least = floor
        if row["direction"] == "out" and row["kind"] in {"purchase", "transfer"}:
            least = max(floor, 90_00 if row["rule"] == "transfer.fee" else 0)
        if row["balance"] < least and row["amount"] < 0:
            wrong.append({**row, "least": least})
    return wrong
