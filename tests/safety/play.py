"""Every operation with money, given to the store and to the model; they must agree after each.

An action takes two whole numbers that decide what exactly is done, so that both Hypothesis and a
plain run of a million steps can play.
"""

import shutil
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from mts_tui.backend.contract.account import Account, BudgetOrder
from mts_tui.backend.contract.autopay import Autopay, AutopayOrder
from mts_tui.backend.contract.errors import CabinetError, KeyReused
from mts_tui.backend.contract.payments import CardDetails, PaymentCode, Payments, TopUpOrder
from mts_tui.backend.contract.transfers import PurchaseOrder, TransferOrder, Transfers
from mts_tui.backend.contract.trust import PromiseOrder, Trust
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator import bank
from mts_tui.backend.services.subscriptions import PERIODS
from mts_tui.backend.store import SqliteStore
from mts_tui.backend.store.transaction import from_ms, to_ms
from tests.backend.desk import NOW, Clock, other_than, rows

from . import town
from .errands import CARDS, Errand, do, payment_code, rub, use
from .model import ANNA, DAY, Model, Payment, Rule

BEHAVIOUR = {number: bank.known(number).behaviour for number in CARDS}
TO = {**town.PHONES, "other": town.OTHER_NETWORK}
JUMPS = (1, 5, 9, 15, 60, 300, 900, 3600, 6 * 3600, 86_400, 3 * 86_400, 31 * 86_400)
"""Seconds."""
REMEMBERED = 30
"""How many commands may be repeated with their keys."""


def template(folder: Path) -> Path:
    """A town's file, to be copied."""
    path = folder / "template.db"
    store = SqliteStore(path, Clock(), Random(1))
    store.open()
    with store.write() as tx:
        town.found(tx)
    store.close()
    return path


def first_model() -> Model:
    """The town's model, as `town.found` leaves it."""
    opened, month = to_ms(town.OPENED), 30 * DAY
    model = Model(
        now=to_ms(NOW),
        balance=Counter(dict.fromkeys(town.PHONES, town.FIRST_MONEY)),
        spent=[(opened + month * place + 2 * DAY, 130_00) for place in range(3)],
        subscriptions={one.id: (one.price, PERIODS[one.period]) for one in town.SUBSCRIPTIONS},
    )
    model.paid += model.spent
    for one in town.SUBSCRIPTIONS:
        model.subscribe(one.id, to_ms(NOW) + one.trial_days * DAY)
    return model


class Play:
    """A town and its model.

    Args:
        path: The town's file, this play's own.
    """

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.store = SqliteStore(path, self.clock, Random(path.name))
        self.store.open()
        self.window = town.window(self.store)
        self.model = first_model()
        self.undos: dict[str, tuple[int, Callable[[], bool]]] = {}
        self._given: deque[tuple[Errand, str, Any]] = deque(maxlen=REMEMBERED)
        self.jumps = JUMPS
        self.done = 0
        """How many commands were given, calls made, times waited."""
        self._codes: dict[str, str] = {}
        self._first = self._contras()
        self.model.pass_time(self.model.now)
        town.live(self.store)

    def close(self) -> None:
        self.store.close()

    # ------------------------------------------------------------------ what may be done

    def order_top_up(self, one: int, two: int) -> None:
        to = (ANNA, ANNA, "second", "boris")[one % 4]
        means = ("card", "sbp", "sbp")[one // 4 % 3]
        kept = sorted(self.model.cards)[two % 7 :][:1] if means == "card" else []
        amount = 10_00 + two % 90_000
        order = TopUpOrder(
            to=TO[to], amount=rub(amount), means=means, card=kept[0] if kept else None
        )
        may = self.model.room(to) and (not kept or self.model.may_try())
        answer = self._ask(Payments.top_up, order, expected=may)
        if may:
            permille = 10 if means == "card" else 4
            now = self.model.now
            made = Payment(
                "top_up", to, amount, (amount * permille + 500) // 1000, now, answer.state,
                now + (5 if kept else 15) * 60_000,
                means=self.model.cards[kept[0]] if kept else "",
            )  # fmt: skip
            self.model.payments[answer.id] = made
            if means == "sbp":
                self.model.ask_by_sbp(answer.id)

    def give_card(self, one: int, two: int) -> None:
        payment = self._some("created", one)
        if payment is None:
            return
        number = CARDS[two % len(CARDS)]
        card = CardDetails(number=number, month=12, year=2099, cvv="123", keep=bool(two // 7 % 2))
        made = self.model.payments[payment]
        may = self.model.waits(made) and self.model.may_try()
        self._ask(Payments.give_card, payment, card, expected=may)
        if may:
            made.state, made.means = "code_sent", BEHAVIOUR[number]
            made.expires = self.model.now + 300_000
            made.keep = number if card.keep else ""

    def confirm(self, one: int, two: int) -> None:
        payment = self._some("code_sent", one)
        if payment is None:
            return
        made = self.model.payments[payment]
        # Who was wrong once is often wrong again: three end the payment, ten the day.
        right, code = two % 8 > (5 if made.tries else 0), self._codes[payment]
        proof = PaymentCode(code=code if right else other_than(code))
        done = self.model.confirm(payment, right=right)
        self._ask(Payments.confirm, payment, proof, expected=done)
        state = self.window.ask(Payments.payment, ANNA, payment).state
        assert state in {made.state, "expired"} or made.state == "expired", (state, made)
        if done and made.keep and len(self.model.cards) < 10:
            for card in self.window.ask(Payments.cards, ANNA).items:
                if card.label.endswith(made.keep[-4:]):
                    self.model.cards.setdefault(card.id, BEHAVIOUR[made.keep])

    def cancel(self, one: int, two: int) -> None:
        payment = self._some(("created", "code_sent", "waiting")[two % 3], one)
        if payment is not None:
            self._ask(Payments.cancel, payment, expected=self.model.cancel(payment))

    def transfer(self, one: int, two: int) -> None:
        to = ("second", "boris", "other")[one % 3]
        have, edge = self.model.balance[ANNA], two // 4 % 3 - 1
        if to == "other":
            amount = (10_00 + two % 60_00, 1 + two % 3_000_00, 10_00 + edge)[one // 3 % 3]
            fee = (amount * 104 + 500) // 1000
        else:
            # Random, or around what may be sent once, today, or with 90 roubles remaining.
            today = 1_500_00 - self.model.sent_today()
            amount = (1 + two % 310_00, 300_00 + edge, today + edge, have - 97_00 + edge)[two % 4]
            amount, fee = max(1, amount), 7_00
        order = TransferOrder(to=TO[to], amount=rub(amount))
        self._pay(Transfers.transfer, order, "transfer", to, amount, fee)

    def purchase(self, _one: int, two: int) -> None:
        amount = 10_00 + two % 500_00
        if two % 4 == 0:  # About all that there is.
            about = (self.model.balance[ANNA] * 1000 - 500) // 1010 + two // 4 % 3 - 1
            amount = min(15_000_00, max(10_00, about))
        order = PurchaseOrder(provider="rodnik", number="70605040", amount=rub(amount))
        fee = (amount * 10 + 500) // 1000
        self._pay(Transfers.purchase, order, "purchase", "rodnik", amount, fee)

    def call(self, one: int, two: int) -> None:
        self.done += 1
        seconds = 1 + two % (20 if one % 3 == 0 else 7200)
        if one % 4 == 0:  # Down to the floor, or a second beyond it.
            seconds = max(1, (self.model.balance[ANNA] - self.model.floor) // 5 + two % 2)
        assert use(self.store, ANNA, seconds) == self.model.call(seconds)

    def switch_trust(self, one: int, _two: int) -> None:
        model, was = self.model, self.model.trust
        if one % 2:
            self._ask(Trust.switch_on, expected=model.trust_on())
        else:
            self._ask(Trust.switch_off, expected=model.trust_off())
        if model.trust != was:
            self._offered(self._undo_trust(to=was))

    def promise(self, one: int, two: int) -> None:
        amount = 100 * (5 + two % 250) if one % 4 else 50_00 * (1 + two % 16)
        order = PromiseOrder(amount=rub(amount))
        model = self.model
        given = model.give_promise(amount)
        self._ask(Trust.promise, order, expected=given)
        if given:
            mine, had = model.dues["promise"], model.balance[ANNA]

            def undo() -> bool:
                if model.dues.get("promise") is not mine or model.balance[ANNA] < min(0, had):
                    return False
                del model.dues["promise"]
                model.promise = None
                return True

            self._offered(undo)

    def set_budget(self, one: int, two: int) -> None:
        model, was = self.model, self.model.budget
        if one % 3 == 0:
            model.budget = None
            self._ask(Account.drop_budget, expected=True)
        else:
            limit, hard = 10_00 + two % 5_000_00, one % 3 == 1
            model.budget = limit, hard
            self._ask(Account.set_budget, BudgetOrder(limit=rub(limit), hard=hard), expected=True)
        if model.budget != was:

            def undo() -> bool:
                model.budget = was
                return True

            self._offered(undo)

    def unsubscribe(self, one: int, _two: int) -> None:
        model, name = self.model, town.SUBSCRIPTIONS[one % 2].id
        planned = model.dues.pop(f"subscription:{name}", None)
        self._ask(Account.unsubscribe, name, expected=True)
        if planned is not None:

            def undo() -> bool:
                if f"subscription:{name}" in model.dues:
                    return False
                model.subscribe(name, planned[0])
                return True

            self._offered(undo)

    def create_rule(self, one: int, two: int) -> None:
        model, rule = self.model, self._rule(one, two)
        may = rule.card in model.cards and len(model.rules) < 10
        answer = self._ask(Autopay.create, _order(rule), expected=may)
        if may:
            rule.order = model.now, answer.id
            model.rules[answer.id] = rule
            model.come_into_force(answer.id)

    def change_rule(self, one: int, two: int) -> None:
        name = _pick(self.model.rules, one)
        if name is None:
            return
        model, old, new = self.model, self.model.rules[name], self._rule(one // 16, two)
        may = new.card in model.cards
        self._ask(Autopay.change, name, _order(new), expected=may)
        if may:
            model.rules[name] = replace(new, active=old.active, order=old.order)
            self._offered(self._undo_rule(name, replace(old), model.rules[name].ordered()))
            model.come_into_force(name)

    def remove_rule(self, one: int, _two: int) -> None:
        name = _pick(self.model.rules, one)
        if name is not None:
            self._ask(Autopay.remove, name, expected=True)
            self.model.plan(name, None)
            self._offered(self._undo_rule(name, self.model.rules.pop(name), None))

    def rest_rule(self, one: int, two: int) -> None:
        name = _pick(self.model.rules, one)
        if name is None:
            return
        rule, run = self.model.rules[name], bool(two % 2)
        self._ask(Autopay.resume if run else Autopay.pause, name, expected=True)
        if not run or not rule.active:
            rule.active = run
            self.model.come_into_force(name)
        if not run:
            rule.failures = 0

    def forget_card(self, one: int, _two: int) -> None:
        card = _pick(self.model.cards, one)
        if card is not None and one % 4 == 0:
            needed = any(rule.card == card for rule in self.model.rules.values())
            self._ask(Payments.forget_card, card, expected=not needed)
            if not needed:
                del self.model.cards[card]

    def take_back(self, one: int, _two: int) -> None:
        name = _pick(dict(list(self.undos.items())[-6:]), one)
        if name is None:
            return
        until, undo = self.undos[name]
        done = self.model.now < until and undo()
        if done:
            self.undos[name] = (0, undo)
        self._command(Errand(Undo.take_back, (name,)), expected=done)

    def repeat(self, one: int, _two: int) -> None:
        """The same key again: the same answer, and nothing happens."""
        if self._given:
            self.done += 1
            errand, key, answer = self._given[one % len(self._given)]
            again = do(self.window, errand, key)
            if isinstance(answer, CabinetError):
                assert (type(again), again.details) == (type(answer), answer.details)
            else:
                assert again == answer
            other = (*errand.arguments[:-1], "another")
            if errand.operation in {Autopay.remove, Autopay.pause, Account.unsubscribe}:
                assert isinstance(do(self.window, Errand(errand.operation, other), key), KeyReused)

    def wait(self, one: int, two: int) -> None:
        """Time passes; whatever falls due happens."""
        self.done += 1
        seconds = self.jumps[one % len(self.jumps)] + two % 3
        if one % 7 == 0:  # To the minute around a midnight of Moscow.
            seconds = (DAY - (self.model.now + 3 * 3_600_000) % DAY) // 1000 + two % 3 - 1
        until = self.clock.now + timedelta(seconds=seconds)
        self.model.pass_time(to_ms(until))
        if self._others_wait():
            # Whoever sleeps over both gets it a second late, if the receiver is looked after first.
            self._stay_awake(to_ms(until))
        self.clock.now = until
        town.live(self.store)

    # ------------------------------------------------------------------ whether they agree

    def check(self) -> None:
        """The store is as the model, and sound by itself."""
        model = self.model
        with self.store.read() as tx:
            found = {row["id"]: row for row in rows(tx, "SELECT * FROM accounts")}
            assert {name: row["balance"] for name, row in found.items()} == dict(model.balance)
            anna = found[ANNA]
            assert (anna["floor"], anna["base_floor"]) == (model.floor, model.trust)
            assert all(row["balance"] >= row["floor"] for row in found.values())
            dues = {row["id"]: row["at"] for row in tx.ledger.dues(account_id=ANNA)}
            assert {name: at for name, at in dues.items() if _is_told_apart(name)} == {
                name: at for name, (at, _) in model.dues.items() if _is_told_apart(name)
            }
            assert tx.ledger.audit() == []
            world = self._contras_in(tx)
            moved = {name: amount - self._first.get(name, 0) for name, amount in world.items()}
            expected = {name: -amount for name, amount in model.world.items() if amount}
            assert {name: amount for name, amount in moved.items() if amount} == expected
            assert sum(row["balance"] for row in found.values()) == sum(world.values())

    # ------------------------------------------------------------------ what actions share

    def _ask(self, operation: Callable[..., Any], *arguments: Any, expected: bool) -> Any:
        answer = self._command(Errand(operation, (ANNA, *arguments)), expected=expected)
        if getattr(answer, "state", "") == "code_sent":
            self._codes[answer.id] = payment_code(self.window, TO[ANNA])
        return answer

    def _command(self, errand: Errand, *, expected: bool) -> Any:
        self.done += 1
        key = f"key-{self.done}"
        answer = do(self.window, errand, key)
        refused = isinstance(answer, CabinetError)
        assert refused is not expected, (errand, answer)
        if not refused or answer.code == "WRONG_CODE":
            self._given.append((errand, key, answer))
        return answer

    def _pay(
        self, operation: Callable[..., Any], order: Any, kind: str, to: str, amount: int, fee: int
    ) -> None:
        model = self.model
        may = model.room(to) and model.may_try() and model.allowed(kind, to, amount, fee)
        answer = self._ask(operation, order, expected=may)
        if may:
            now = model.now
            model.payments[answer.id] = Payment(
                kind, to, amount, fee, now, "code_sent", now + 300_000
            )

    def _others_wait(self) -> bool:
        """Whether money for others may be on its way by СБП."""
        last = list(self.model.payments.values())[-12:]
        return any(made.to != ANNA and made.kind == "top_up" for made in last)

    def _stay_awake(self, until: int) -> None:
        """Let each thing happen at its moment."""
        while True:
            with self.store.read() as tx:
                first = tx.ledger.first_due()
            if first > until:
                return
            self.clock.now = max(self.clock.now, from_ms(first))
            town.live(self.store)

    def _some(self, state: str, one: int) -> str | None:
        """One of the last payments in a state; it may be too late for it."""
        last = list(self.model.payments.items())[-12:]
        return _pick({name: made for name, made in last if made.state == state}, one)

    def _rule(self, one: int, two: int) -> Rule:
        cards = sorted(self.model.cards)
        card = cards[one % len(cards)] if cards else "none"
        rule = Rule(amount=50_00 + two % 400_00, card=card)
        if one // 8 % 3:
            rule.threshold = 30_00 + two // 7 % 600_00
        else:
            rule.day = 1 + two % 31
        if one // 24 % 4 == 0:
            rule.day_limit = rule.amount * (1 + two % 2)
        return rule

    def _undo_trust(self, to: int) -> Callable[[], bool]:
        model = self.model

        def undo() -> bool:
            if model.trust == to or (to and model.promise) or (not to and model.balance[ANNA] < 0):
                return False
            model.trust = to
            return True

        return undo

    def _undo_rule(self, name: str, old: Rule, left: Rule | None) -> Callable[[], bool]:
        model = self.model

        def undo() -> bool:
            now = model.rules.get(name)
            seen = (
                None
                if now is None
                else replace(now.ordered(), order=left.order if left else (0, ""))
            )
            if seen != left or old.card not in model.cards:
                return False
            if now is None and len(model.rules) >= 10:
                return False
            model.rules[name] = replace(old, active=old.active if now is None else now.active)
            model.come_into_force(name)
            return True

        return undo

    def _offered(self, undo: Callable[[], bool]) -> None:
        with self.store.read() as tx:
            (last,) = rows(tx, "SELECT id FROM undos ORDER BY rowid DESC LIMIT 1")
        self.undos[last["id"]] = (self.model.now + 600_000, undo)

    def _contras(self) -> dict[str, int]:
        with self.store.read() as tx:
            return self._contras_in(tx)

    def _contras_in(self, tx: Any) -> dict[str, int]:
        statement = "SELECT contra, SUM(amount) AS amount FROM operations GROUP BY contra"
        return {row["contra"]: row["amount"] for row in rows(tx, statement)}


def _is_told_apart(due: str) -> bool:
    """Whether both call it the same: a compensation has an id of its own, a reminder is no money."""
    return not due.startswith(("give_back:", "arrive:", "promise-reminder"))


def _pick(known: dict[str, Any], number: int) -> str | None:
    return list(known)[number % len(known)] if known else None


def _order(rule: Rule) -> AutopayOrder:
    return AutopayOrder(
        kind="month" if rule.threshold is None else "threshold",
        amount=rub(rule.amount),
        card=rule.card,
        threshold=None if rule.threshold is None else rub(rule.threshold),
        day=rule.day,
        day_limit=None if rule.day_limit is None else rub(rule.day_limit),
    )


ACTIONS = (
    *(("order_top_up", 4), ("give_card", 4), ("confirm", 8), ("cancel", 1), ("transfer", 3)),
    *(("purchase", 2), ("call", 4), ("switch_trust", 2), ("promise", 2), ("set_budget", 1)),
    *(("unsubscribe", 1), ("create_rule", 2), ("change_rule", 1), ("remove_rule", 1)),
    *(("rest_rule", 1), ("forget_card", 1), ("take_back", 3), ("repeat", 2), ("wait", 6)),
)
"""What may be done, and how often next to the others."""


def fresh(made: Path, folder: Path, name: str) -> Play:
    """A play of its own on a copy of the town."""
    path = folder / f"{name}.db"
    shutil.copyfile(made, path)
    return Play(path)
