"""What the money of the small town should be: the rules once more, as short as they can be said.

Of Anna's account: balance, floor, limits, autopay, promises, subscriptions, a budget, payments on
their way. Of everybody else: what came to them. Kopecks; moments in ms; a day is Moscow's, which is
three hours ahead the year round.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
SHIFT = 3 * HOUR
ANNA = "anna"


def day_of(at: int) -> int:
    return (at + SHIFT) // DAY


def month_of(at: int) -> tuple[int, int]:
    local = datetime.fromtimestamp((at + SHIFT) / 1000, UTC)
    return local.year, local.month


@dataclass
class Rule:
    """Of autopay: by `threshold`, or on a `day` of the month at 10:00."""

    amount: int
    card: str
    threshold: int | None = None
    day: int | None = None
    day_limit: int | None = None
    active: bool = True
    wake: int | None = None
    failures: int = 0
    order: tuple[int, str] = (0, "")

    def ordered(self) -> "Rule":
        """What its owner has decided."""
        return replace(self, active=True, wake=None, failures=0)


@dataclass
class Payment:
    """One on its way; `means` is a card's behaviour once it is known."""

    kind: str
    to: str
    amount: int
    fee: int
    at: int
    state: str
    expires: int
    means: str = ""
    keep: str = ""
    tries: int = 0

    @property
    def goes_to(self) -> str:
        """The other side of a transfer or a purchase."""
        if self.kind == "purchase":
            return f"provider:{self.to}"
        return "network:other" if self.to == "other" else f"account:{self.to}"


@dataclass
class Model:
    """Everything that is known of the town."""

    now: int
    balance: Counter[str]
    spent: list[tuple[int, int]]
    """On communication: when, how much."""
    subscriptions: dict[str, tuple[int, int]]
    """Price and period of those that are on."""
    trust: int = 0
    promise: tuple[int, int] | None = None
    """Amount and fee."""
    budget: tuple[int, bool] | None = None
    paid: list[tuple[int, int]] = field(default_factory=list)
    """Everything that was taken: when, how much."""
    sent: list[tuple[int, str, int]] = field(default_factory=list)
    """Transfers: when, to whom, how much."""
    world: Counter[str] = field(default_factory=Counter)
    """What the other sides have: with the balances of the accounts it comes to nothing."""
    dues: dict[str, tuple[int, Callable[[int], None]]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    runs: list[tuple[int, str, int]] = field(default_factory=list)
    """Of autopay, those that paid: when, which rule, how much."""
    cards: dict[str, str] = field(default_factory=dict)
    """Kept cards: id, and how the bank answers."""
    payments: dict[str, Payment] = field(default_factory=dict)

    # ------------------------------------------------------------------ money and time

    @property
    def own_floor(self) -> int:
        return self.trust - (self.promise[0] if self.promise else 0)

    @property
    def floor(self) -> int:
        """A debt lowers it until it is paid."""
        return min(self.own_floor, self.balance[ANNA])

    def pass_time(self, now: int) -> None:
        self.now = now
        while self.dues:
            name, (at, happen) = min(self.dues.items(), key=lambda one: (one[1][0], one[0]))
            if at > now:
                return
            del self.dues[name]
            happen(at)

    def come(self, who: str, amount: int, source: str) -> None:
        self.balance[who] += amount
        self.world[source] -= amount

    def take(self, amount: int, at: int, target: str) -> None:
        self.come(ANNA, -amount, target)
        self.paid.append((at, amount))
        self.run_low(at)

    def affords(self, amount: int) -> bool:
        within = True
        if self.budget is not None and self.budget[1]:
            this = month_of(self.now)
            within = (
                sum(paid for at, paid in self.paid if month_of(at) == this) + amount
                <= self.budget[0]
            )
        return self.balance[ANNA] - amount >= self.floor and within

    def call(self, seconds: int) -> bool:
        price = 5 * seconds if seconds >= 3 else 0
        if price and not self.affords(price):
            return False
        if price:
            self.spent.append((self.now, price))
            self.take(price, self.now, "revenue:usage")
        return True

    # ------------------------------------------------------------------ payments

    def room(self, to: str) -> bool:
        """Whether somebody outside of the cabinet may be paid: at most three wait at a time."""
        waiting = [one for one in self.payments.values() if one.to == "boris" and self.waits(one)]
        return to != "boris" or len(waiting) < 3

    def waits(self, one: Payment) -> bool:
        return one.state in {"created", "code_sent", "waiting"} and one.expires > self.now

    def may_try(self) -> bool:
        wrong = sum(
            one.tries for one in self.payments.values() if day_of(one.at) == day_of(self.now)
        )
        return wrong < 10

    def sent_today(self) -> int:
        """To numbers of the operator's."""
        day = day_of(self.now)
        return sum(amount for at, to, amount in self.sent if day_of(at) == day and to != "other")

    def allowed(self, kind: str, to: str, amount: int, fee: int) -> bool:
        """Whether money may leave by the rules of this moment."""
        remain, day = 0, day_of(self.now)
        if kind == "transfer" and to != "other":
            remain = 90_00
            if not 1_00 <= amount <= min(300_00, 1_500_00 - self.sent_today()):
                return False
        elif kind == "transfer":
            sums = [(at, sum_) for at, who, sum_ in self.sent if who == "other"]
            today_sums = [sum_ for at, sum_ in sums if day_of(at) == day]
            month = sum(sum_ for at, sum_ in sums if month_of(at) == month_of(self.now))
            most = min(14_999_00, 30_000_00 - sum(today_sums), 40_000_00 - month)
            if not 10_00 <= amount <= most or len(today_sums) >= 5:
                return False
        return self.balance[ANNA] - amount - fee >= remain and self.affords(amount + fee)

    def confirm(self, payment: str, *, right: bool) -> bool:
        """Whether the payment is done."""
        one = self.payments[payment]
        if not self.waits(one) or one.state != "code_sent":
            return False
        if not self.may_try():
            one.state = "declined"
            return False
        if not right:
            one.tries += 1
            one.state = "declined" if one.tries == 3 else one.state
            return False
        one.state = "declined"
        if one.kind == "top_up":
            if one.means == "no_money":
                return False
            self.come(one.to, one.amount, "bank:card")
        else:
            if not self.allowed(one.kind, one.to, one.amount, one.fee):
                return False
            self.take(one.amount, self.now, one.goes_to)
            if one.fee:
                self.take(one.fee, self.now, "revenue:commission")
            if one.kind == "transfer":
                self.sent.append((self.now, one.to, one.amount))
                if one.to != "other":
                    self.come(one.to, one.amount, f"account:{ANNA}")
        one.state = "done"
        return True

    def ask_by_sbp(self, payment: str) -> None:
        one = self.payments[payment]

        def answer(at: int) -> None:
            one.state = "declined" if one.amount % 100 == 44 else "done"
            if one.state == "done" and one.to == ANNA:
                arrive(at)
            elif one.state == "done":  # To others it comes a second later.
                self.dues[f"arrive:{payment}"] = (at + SECOND, arrive)

        def arrive(at: int) -> None:
            self.come(one.to, one.amount, "bank:sbp")
            if one.fee:
                self.dues[f"give_back:{payment}"] = (at + 9 * SECOND, give_back)

        def give_back(_at: int) -> None:
            self.come(one.to, one.fee, "costs:commission")

        def expire(_at: int) -> None:
            one.state = "expired"

        silent = one.amount % 100 == 13
        self.dues[payment] = (one.expires, expire) if silent else (one.at + 5 * SECOND, answer)

    def cancel(self, payment: str) -> bool:
        one = self.payments[payment]
        if not self.waits(one):
            return False
        one.state = "cancelled"
        self.dues.pop(payment, None)
        return True

    # ------------------------------------------------------------------ trust and promises

    def communication(self, month: int) -> int:
        since, until = self.now - (month + 1) * 30 * DAY, self.now - month * 30 * DAY
        return sum(amount for at, amount in self.spent if since <= at < until)

    def trust_on(self) -> bool:
        enough = min(self.communication(month) for month in range(3)) >= 125_00
        may = enough and self.balance[ANNA] > 0 and self.promise is None
        if may:
            self.trust = -300_00
        return may or bool(self.trust)

    def trust_off(self) -> bool:
        if self.trust and self.balance[ANNA] < 0:
            return False
        self.trust = 0
        return True

    def give_promise(self, amount: int) -> bool:
        spent = self.communication(0)
        most = 200_00 if spent <= 300_00 else 400_00 if spent <= 500_00 else 800_00
        if self.trust or self.promise or self.balance[ANNA] < -30_00 or not 10_00 <= amount <= most:
            return False
        fees = ((30_00, 0), (99_99, 7_00), (199_99, 10_00), (499_99, 25_00), (800_00, 50_00))
        self.promise = amount, next(fee for most, fee in fees if amount <= most)
        self.dues["promise"] = (self.now + 3 * DAY, self.return_promise)
        return True

    def return_promise(self, at: int) -> None:
        assert self.promise is not None
        fee, self.promise = self.promise[1], None
        if fee:
            self.take(fee, at, "revenue:promise")

    # ------------------------------------------------------------------ subscriptions

    def charge(self, name: str, at: int) -> None:
        price, period = self.subscriptions[name]
        paid = self.balance[ANNA] - price >= self.floor
        if paid:
            self.take(price, at, f"partners:{name}")
        self.subscribe(name, at + (period if paid else DAY))

    def subscribe(self, name: str, at: int) -> None:
        self.dues[f"subscription:{name}"] = (at, lambda moment: self.charge(name, moment))

    # ------------------------------------------------------------------ autopay

    def next_day(self, rule: Rule, after: int) -> int | None:
        if rule.day is None:
            return None
        for days in range(64):
            local = datetime.fromtimestamp((after + SHIFT) / 1000, UTC) + timedelta(days=days)
            last = monthrange(local.year, local.month)[1]
            moment = (day_of(after) + days) * DAY - SHIFT + 10 * HOUR
            if local.day == min(rule.day, last) and moment > after:
                return moment
        raise AssertionError

    def plan(self, name: str, wake: int | None) -> None:
        self.rules[name].wake = wake
        self.dues.pop(f"autopay:{name}", None)
        if wake is not None:
            self.dues[f"autopay:{name}"] = (wake, lambda at: self.run_due(name, at))

    def come_into_force(self, name: str) -> None:
        rule = self.rules[name]
        rule.failures = 0
        if not rule.active:
            self.plan(name, None)
            return
        self.plan(name, self.next_day(rule, self.now))
        if rule.threshold is not None and self.balance[ANNA] < rule.threshold:
            self.run_low(self.now)

    def run_due(self, name: str, at: int) -> None:
        rule = self.rules[name]
        rule.wake = None
        if rule.threshold is None:
            self.run(name, at)
            return
        if self.balance[ANNA] >= rule.threshold:
            rule.failures = 0
        self.run_low(at)

    def run_low(self, at: int) -> None:
        ran: set[str] = set()
        while True:
            ready = [
                (-rule.threshold, rule.order, name)
                for name, rule in self.rules.items()
                if rule.threshold is not None and rule.active and rule.wake is None
                and name not in ran and self.balance[ANNA] < rule.threshold
            ]  # fmt: skip
            if not ready:
                return
            name = min(ready)[2]
            ran.add(name)
            self.run(name, at)

    def run(self, name: str, at: int) -> None:
        rule, tomorrow = self.rules[name], (day_of(at) + 1) * DAY - SHIFT
        today = [(which, amount) for when, which, amount in self.runs if day_of(when) == day_of(at)]
        own = sum(amount for which, amount in today if which == name) + rule.amount
        next_day = self.next_day(rule, at)
        if len(today) >= 3 or (rule.day_limit is not None and own > rule.day_limit):
            rule.failures = 0
            self.plan(name, tomorrow if rule.threshold is not None else next_day)
        elif self.cards[rule.card] != "pays":
            waits = (HOUR, 6 * HOUR, 24 * HOUR)
            rule.active = rule.failures < 3
            self.plan(name, at + waits[rule.failures] if rule.active else None)
            rule.failures += 1
        else:
            rule.failures = 0
            self.runs.append((at, name, rule.amount))
            self.plan(name, next_day)
            self.come(ANNA, rule.amount, "bank:autopay")
