"""An account taken in hand: usage is rated, fees fall due, packages renew, points are earned.

A `Book` works in memory between reading the account (its row locked) and writing everything at
once, so that two years of history and a single call go the same way.

Whatever else falls due (autopay, a promise, a subscription) is a `Due`: the function of its area
that it names is called when its moment comes, in the order of time.

Fees are taken at night, about 03:00 of the account's own zone, for the month ahead; where there is
not enough money, the packages wait and the fee is tried again each night (facts 1.2). A tariff may
take its fee in daily parts instead.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from mts_tui.backend.contract.notifications import Place
from mts_tui.backend.operator.catalogue import Option, Tariff
from mts_tui.backend.operator.catalogue import Package as Included
from mts_tui.backend.operator.rating import Charge, Usage
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .budget import BudgetWatch
from .held import Held, held_of, option_of
from .nights import month_after, next_month, night_after
from .notifications import NoticeKind, notify
from .packages import Package, Packages
from .plans import Plans

POINTS_DAY = 20
"""Day of the month on which the month before is rewarded (facts 1.10: the 20th to the 25th)."""
DAYS_OF_A_PART = 30
"""A month's fee taken by days is divided into so many parts where money is short."""
COMMUNICATION = frozenset({"call", "sms", "mms", "data", "fee", "option"})
"""Kinds of charges that are the operator's own services: they earn points and trust."""
USAGE_TITLES = {
    ("call", "out"): "Исходящий звонок",
    ("call", "in"): "Входящий звонок",
    ("call", "missed"): "Пропущенный звонок",
    ("sms", "out"): "Исходящее SMS",
    ("sms", "in"): "Входящее SMS",
    ("mms", "out"): "Исходящее MMS",
    ("mms", "in"): "Входящее MMS",
    ("data", "out"): "Интернет",
}


class Due(msgspec.Struct):
    """Something that falls due.

    Attributes:
        id: Unique within the account; a new one of the same id takes its place.
        at: When, ms.
        call: `area.function` of the services; called with the book and this.
        body: What the function needs, as JSON keeps it.
    """

    id: str
    at: int
    call: str
    body: dict[str, Any] = msgspec.field(default_factory=dict)


class Standing(msgspec.Struct):
    """The tariff and options of an account, so that they can be put back as they were."""

    tariff: str
    fee_at: int | None
    fee_day: int
    suspended: bool
    options: list[Held]
    packages: list[Package]
    dues: list[Due]


PROMISE = "promise"
"""The id under which an account's promised payment falls due."""
PROMOTION = "promo:"
"""How the id begins under which a promotion ends."""
_SERVICES = ("option_life.", "tariffs.")
"""Modules whose dues belong to the tariff and the options."""


@lru_cache(maxsize=256)
def _decoded(body: str) -> Tariff:
    return msgspec.json.decode(body, type=Tariff)


def tariff_of(tx: Transaction, tariff_id: str) -> Tariff:
    """The tariff, as the store's catalogue has it."""
    return _decoded(tx.common.tariff(id=tariff_id)["body"])


def tariffs_of(tx: Transaction, country: str) -> list[Tariff]:
    """A country's tariffs, in the catalogue's order."""
    return [_decoded(row["body"]) for row in tx.common.tariffs(country=country)]


@lru_cache(maxsize=64)
def _function(call: str) -> Callable[..., Any]:
    area, _dot, name = call.partition(".")
    function: Callable[..., Any] = getattr(import_module(f"{__package__}.{area}"), name)
    return function


def state_of(state: str, balance: int, floor: int, *, suspended: bool) -> str:
    """The state of an account in which nothing else has changed."""
    if state == "blocked":
        return state
    return "no_money" if suspended or balance <= floor else "active"


def next_fee(tariff: Tariff, local: datetime) -> int:
    """What a tariff takes at a moment of the account's own zone: a month, or its part of a day."""
    if tariff.charging != "day" or not tariff.monthly:
        return tariff.daily or tariff.monthly
    days = monthrange(local.year, local.month)[1]
    return tariff.monthly // days + (local.day <= tariff.monthly % days)


class Book:
    """An account in hand. Make it, let things happen in order of time, then `write` it.

    Args:
        tx: The transaction; the account stays locked until it ends.
        account_id: Whose book.

    Attributes:
        found: The account's row as it was when it was locked.
    """

    def __init__(self, tx: Transaction, account_id: str) -> None:
        held = tx.soon.ledger.hold(id=account_id)
        tariff = tx.soon.common.tariff_of(account_id=account_id)
        packages = tx.soon.ledger.open_buckets(account_id=account_id)
        options = tx.soon.services.options(account_id=account_id)
        dues = tx.soon.ledger.dues(account_id=account_id)
        row: Row = held()
        tx.imported[account_id] = bool(row["imported"])
        self.tx = tx
        self.id = account_id
        self.found = row
        self.phone: str = row["phone"]
        self.zone = ZoneInfo(row["zone"])
        self.tariff = _decoded(tariff()["body"])
        self.balance: int = row["balance"]
        self.floor: int = row["floor"]
        self.state: str = row["state"]
        self.suspended = bool(row["suspended"])
        self.fee_at: int | None = row["fee_at"]
        self.lived_until: int = row["lived_until"]
        self._fee_day: int = row["fee_day"]
        self.bonus_since: int | None = row["bonus_since"]
        self._points_at: int = row["points_at"]
        self.currency: str = row["currency"]
        self.base_floor: int = row["base_floor"]
        self.autopay_below: int | None = row["autopay_below"]
        self.written: int = row["operation_seq"]
        self.entries: list[Entry] = []
        self._known_floor = self.floor
        self._budget = BudgetWatch(tx, row) if row["budget"] is not None else None
        self.packages = Packages(Package(**dict(one)) for one in packages())
        self.options = {one["id"]: held_of(one) for one in options()}
        self._known_options = {one.id: structs.replace(one) for one in self.options.values()}
        self._catalogue: dict[str, Option] = {}
        self.plans = Plans(self)
        self._new_notices: list[Callable[[Transaction, str], None]] = []
        self.dues = {
            one["id"]: Due(one["id"], one["at"], one["call"], msgspec.json.decode(one["body"]))
            for one in dues()
        }
        self._known_dues = {one.id: structs.replace(one) for one in self.dues.values()}
        self._next = 0
        self._happening = False
        self._look_ahead()

    def use(self, usage: Usage, at: int, *, title: str = "") -> Charge | None:
        """Rate a usage that begins at `at` and record it, under its usual title or another.

        Returns:
            The charge, or None where there was no money for it or the number is blocked, and so
            it did not happen.
        """
        if self.state == "blocked":
            return None
        at = max(at, self.lived_until)  # Who waited for the account comes after who had it.
        self.pass_time(at)
        charge = self.plans.now().rate(usage, self.packages.left)
        if charge.amount_minor and any(one.on for one in self.options.values()):
            charge = _function("option_life.begin_day")(self, usage, at, charge)
        if charge.amount_minor and not self.affords(charge.amount_minor, at):
            return None
        if charge.bucket is not None and charge.bucket_units:
            self.packages.take(charge.bucket, charge.bucket_units)
            for share in charge.more:
                self.packages.take(share.bucket, share.units)
        self._record(
            Entry(
                at=at,
                kind=usage.kind,
                title=title or USAGE_TITLES[usage.kind, usage.direction],
                amount=-charge.amount_minor,
                contra="revenue:usage" if charge.amount_minor else "",
                direction="none" if usage.kind == "data" else usage.direction,
                peer=usage.peer,
                zone=usage.zone,
                units=usage.units,
                rule=charge.rule,
                rate=charge.rate_minor,
                rated_units=charge.rated_units,
                bucket=charge.bucket,
                bucket_units=charge.bucket_units,
                bucket_before=max(0, charge.before),
                more=tuple((one.bucket, one.units, max(0, one.before)) for one in charge.more),
            )
        )
        return charge

    def services_changed(self) -> None:
        """The tariff, an option or a package has become another one."""
        self.plans.forget()
        self._look_ahead()

    def option(self, option_id: str) -> Option:
        """An option, as the catalogue has it. Raises `NotFound`."""
        if option_id not in self._catalogue:
            self._catalogue[option_id] = option_of(self.tx, option_id)
        return self._catalogue[option_id]

    def affords(self, amount: int, at: int) -> bool:
        """Whether there is money for a charge by choice, and a hard budget allows it.

        Args:
            amount: Minor units.
            at: When, ms.
        """
        if self.balance - amount < self.floor:
            return False
        return self._budget is None or self._budget.allows(amount, at, self.entries)

    def move(self, entry: Entry) -> None:
        """Record a payment or a charge that is not usage; the caller has checked the floor."""
        entry.at = max(entry.at, self.lived_until)
        self.pass_time(entry.at)
        self._record(entry)
        if entry.amount > 0 and self.suspended and self.state != "blocked":
            self._take_fee(entry.at)
        if entry.amount > 0 and any(one.suspended for one in self.options.values()):
            _function("option_life.pay_waiting")(self, entry.at)

    def take_back(self, entry: Entry) -> None:
        """Take what is owed, below the floor too: the floor follows until the debt is paid."""
        entry.at = max(entry.at, self.lived_until)
        self.floor = min(self.floor, self.balance + entry.amount)
        self._record(entry)

    def pass_time(self, until: int) -> None:
        """Let everything happen that falls due up to a moment: fees, renewals, points, dues.

        Asked for while something happens, it waits: what is due goes on in its own order.
        """
        while self._next <= until and not self._happening:
            self._happen(self._next)
        self.lived_until = max(self.lived_until, until)

    def falls_due(self, until: int) -> bool:
        """Whether anything happens up to a moment, ms."""
        return self._next <= until

    def block(self) -> None:
        """Stop usage and the tariff's fee: the time that is paid for goes on, no new is bought."""
        self.state = "blocked"
        self._look_ahead()

    def unblock(self) -> None:
        """Let usage and fees go on; where no paid time is left, a new month begins now."""
        self.state = "active"
        at = self.lived_until
        if self.fee_at is not None and (self.suspended or self.fee_at <= at):
            self._fee_day = from_ms(at).astimezone(self.zone).day
            self._take_fee(at)
        if any(one.suspended for one in self.options.values()):
            _function("option_life.pay_waiting")(self, at)
        self._look_ahead()

    def owe(self, due: Due) -> None:
        """Let something fall due later; one of the same id is replaced."""
        self.dues[due.id] = due
        self._look_ahead()

    def drop_due(self, due_id: str) -> None:
        """Let something not fall due any more."""
        self.dues.pop(due_id, None)
        self._look_ahead()

    def notice(
        self,
        title: str,
        text: str,
        *,
        kind: NoticeKind = "fee",
        sms: bool = False,
        place: Place | None = None,
        subject: str = "",
    ) -> None:
        """Tell the owner, once the book is written; see `notifications.notify`."""
        self._new_notices.append(
            partial(
                notify, kind=kind, title=title, text=text, sms=sms, place=place, subject=subject
            )
        )

    @property
    def own_floor(self) -> int:
        """The floor without any debt: what trust and a promised payment grant."""
        promise = self.dues.get(PROMISE)
        return self.base_floor - (promise.body["amount"] if promise is not None else 0)

    def mind_floor(self) -> None:
        """Bring the floor to where it belongs, or as near as the debt allows."""
        self.floor = min(self.own_floor, self.balance)

    def write(self) -> None:
        """Put everything into the store; tells nobody where nothing happened."""
        tx = self.tx
        if self.floor < self._known_floor:
            tx.ledger.set_floor(id=self.id, floor=self.floor)
        if self.entries:
            post(tx, self.id, self.entries)
        if self.floor > self._known_floor:
            tx.ledger.set_floor(id=self.id, floor=self.floor)
        if self.floor != self._known_floor and not self.entries:
            tx.emit(self.id, "account")
        tx.ledger.put_buckets([{"account_id": self.id, **one} for one in self.packages.changed])
        self._write_options()
        self._write_dues()
        self.state = state_of(self.state, self.balance, self.floor, suspended=self.suspended)
        tx.ledger.settle(
            id=self.id,
            lived_until=self.lived_until,
            fee_at=self.fee_at,
            fee_day=self._fee_day,
            points_at=self._points_at,
            suspended=int(self.suspended),
            state=self.state,
            autopay_below=self.autopay_below,
            budget_told=self._budget.told if self._budget is not None else 0,
            due_at=self._next,
        )
        for notice in self._new_notices:
            notice(tx, self.id)

    def _write_options(self) -> None:
        dropped = [{"account_id": self.id, **one} for one in self.packages.dropped]
        if dropped:
            self.tx.services.drop_buckets(dropped)
        gone = sorted(self._known_options.keys() - self.options.keys())
        if gone:
            self.tx.services.drop_options([{"account_id": self.id, "id": one} for one in gone])
        new = [one for one in self.options.values() if self._known_options.get(one.id) != one]
        if new:
            self.tx.services.put_options(
                [
                    {"account_id": self.id, **structs.asdict(one), "suspended": int(one.suspended)}
                    for one in new
                ]
            )

    def _write_dues(self) -> None:
        gone = self._known_dues.keys() - self.dues.keys()
        if gone:
            self.tx.ledger.drop_due([{"account_id": self.id, "id": one} for one in sorted(gone)])
        new = [one for one in self.dues.values() if self._known_dues.get(one.id) != one]
        if new:
            self.tx.ledger.put_due(
                [
                    {
                        "account_id": self.id,
                        "id": one.id,
                        "at": one.at,
                        "call": one.call,
                        "body": msgspec.json.encode(one.body).decode(),
                    }
                    for one in new
                ]
            )

    def _record(self, entry: Entry) -> None:
        """Write a movement into the book, and mind what follows from the new balance."""
        self.balance += entry.amount
        self.entries.append(entry)
        if entry.amount > 0 and self.floor < self.own_floor:
            self.mind_floor()
        if entry.amount < 0:
            if self._budget is not None:
                self._budget.spend(entry, self)
            if self.autopay_below is not None and self.balance < self.autopay_below:
                _function("autopay_runs.run_low")(self, entry.at)

    def _happen(self, at: int) -> None:
        """Let fall due what is due at a moment: what brings money before what takes it."""
        ready = [one for one in self.dues.values() if one.at <= at]
        self._happening = True
        for due in sorted(ready, key=lambda one: (one.at, one.id)):
            if self.dues.get(due.id) is due:  # One that went before may have put it off.
                del self.dues[due.id]
                _function(due.call)(self, due)
        if self._fee_falls_due is not None and self._fee_falls_due <= at:
            self._take_fee(self._fee_falls_due)
        if self._points_at <= at:
            _function("points.earn")(self, self._points_at)
            local = from_ms(self._points_at).astimezone(self.zone)
            self._points_at = to_ms(next_month(local, POINTS_DAY))
        self._happening = False
        self._look_ahead()

    @property
    def _fee_falls_due(self) -> int | None:
        """When the tariff's fee does, ms; None while the number is blocked."""
        return None if self.state == "blocked" else self.fee_at

    def _look_ahead(self) -> None:
        moments = [self._points_at, *(one.at for one in self.dues.values())]
        fee_at = self._fee_falls_due
        self._next = min(moments if fee_at is None else [*moments, fee_at])

    def _take_fee(self, at: int) -> None:
        tariff = self.tariff
        local = from_ms(at).astimezone(self.zone)
        daily = tariff.charging == "day" or not tariff.monthly
        fee = next_fee(tariff, local)
        if fee and self.balance - fee < self.floor:
            part = -(-tariff.monthly // DAYS_OF_A_PART)
            if tariff.charging != "day_if_short" or self.balance - part < self.floor:
                self._suspend(at)
                return
            fee, daily = part, True
        if self.suspended:  # The month begins anew on the day it was paid for.
            self._fee_day = local.day
        self.suspended = False
        self.fee_at = self.night_after(at) if daily else self.month_after(at, self._fee_day)
        if fee:
            title = "Плата за день" if daily else "Ежемесячная плата"
            self._record(
                Entry(
                    at=at,
                    kind="fee",
                    title=f"{title} {tariff.title}",
                    amount=-fee,
                    contra="revenue:fees",
                    rule=f"fee.{'day' if daily else 'month'}",
                    rate=fee,
                    rated_units=1,
                )
            )
            if self._promotions:
                _function("promotions.fee_taken")(self, at, fee)
        self._renew(at)
        self._look_ahead()

    @property
    def _promotions(self) -> bool:
        """Whether the account takes part in promotions that look at its fees: those end one day."""
        return any(one.startswith(PROMOTION) for one in self.dues)

    def _suspend(self, at: int) -> None:
        """No money for the fee: the packages wait, and the fee is tried again each night."""
        if not self.suspended:
            self.notice(
                "Пакеты тарифа приостановлены",
                f"На плату за тариф {self.tariff.title} не хватило денег. Пополните счёт: "
                "плата спишется сразу, и пакеты снова заработают.",
            )
            if self._promotions:
                _function("promotions.fee_missed")(self)
        self.suspended = True
        if self.fee_at is None or self.fee_at <= at:
            self.fee_at = self.night_after(at)
        self.services_changed()

    def _renew(self, at: int) -> None:
        """Fill the packages whose period is over."""
        for package in self.tariff.packages:
            old = self.packages.get(package.id)
            if old is None or old.ends_at <= at:
                daily = package.period == "day"
                ends = self.night_after(at) if daily else self.month_after(at, self._fee_day)
                self.open_package(package, at, ends)
        self.packages.end(at)
        self.services_changed()

    def open_package(self, package: Included, at: int, ends: int) -> None:
        """Open a package of the tariff or an option for its time, ms."""
        self.packages.open(
            Package(package.id, package.kind, at, ends, package.amount, 0, int(package.unlimited))
        )

    def switch_tariff(self, tariff: Tariff, at: int) -> None:
        """Go over to another tariff: its first fee is taken and its packages are opened.

        The caller has seen to it that there is the money, and has closed the old packages.
        """
        local = from_ms(at).astimezone(self.zone)
        self.tariff = tariff
        self.suspended = False
        self._fee_day = local.day
        if next_fee(tariff, local) or tariff.packages:
            self._take_fee(at)
        else:
            self.fee_at = None
        self.services_changed()

    def after_usage(self) -> int:
        """The first moment at which a package may begin or end: use of it has a moment as well."""
        last = self.tx.services.last_use(account_id=self.id, since=self.lived_until)
        used = [one.at for one in self.entries[-1:] if one.bucket is not None]
        return max(self.lived_until, *(one + 1 for one in used), 0 if last is None else last + 1)

    def standing(self) -> Standing:
        """The tariff and the options as they are."""
        return Standing(
            tariff=self.tariff.id,
            fee_at=self.fee_at,
            fee_day=self._fee_day,
            suspended=self.suspended,
            options=[structs.replace(one) for one in self.options.values()],
            packages=[structs.replace(one) for one in self.packages.in_order_of_use()],
            dues=[one for one in self.dues.values() if one.call.startswith(_SERVICES)],
        )

    def put_back(self, before: Standing) -> None:
        """Bring the tariff and the options back to where they were.

        Packages that were opened since must be unused; what was used meanwhile of those that
        stayed open stays used.
        """
        self.tariff = tariff_of(self.tx, before.tariff)
        self.fee_at, self._fee_day = before.fee_at, before.fee_day
        self.suspended = before.suspended
        self.options = {one.id: one for one in before.options}
        known = {(one.id, one.starts_at) for one in before.packages}
        for package in self.packages.in_order_of_use():
            if (package.id, package.starts_at) not in known:
                self.packages.drop(package.id)
        for package in before.packages:
            now = self.packages.get(package.id)
            self.packages.open(package if now is None else structs.replace(package, used=now.used))
        self.dues = {
            one.id: one for one in self.dues.values() if not one.call.startswith(_SERVICES)
        } | {one.id: one for one in before.dues}
        self.services_changed()

    def spent(self, since: int, until: int) -> int:
        """Minor units spent in `[since, until)`, the entries in hand included."""
        spent: int = self.tx.ledger.spent_between(account_id=self.id, since=since, until=until)
        for entry in reversed(self.entries):
            if entry.at < since:
                break
            if entry.at < until and entry.kind in COMMUNICATION:
                spent -= entry.amount
        return spent

    def night_after(self, at: int) -> int:
        """The next of the account's nights, ms."""
        return to_ms(night_after(self.id, from_ms(at), self.zone))

    def month_after(self, at: int, day: int) -> int:
        """The night of a day in the next month (the last day of a short month), ms."""
        return to_ms(month_after(self.id, from_ms(at), day, self.zone))
