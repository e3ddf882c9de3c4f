"""An account taken in hand: usage is rated, fees fall due, packages renew, points are earned.

A `Book` works in memory between reading the account (its row locked) and writing everything at
once, so that two years of history and a single call go the same way.

Fees are taken at night, about 03:00 of the account's own zone, for the month ahead; where there is
not enough money, the packages wait and the fee is tried again each night (facts 1.2). A tariff may
take its fee in daily parts instead.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from mts_tui.backend.operator.catalogue import Tariff
from mts_tui.backend.operator.rating import Charge, Usage, rate
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .notifications import notify

POINT_COSTS_MINOR = 500
"""Kopecks of communication that earn one bonus point (facts 1.10)."""
POINTS_DAY = 20
"""Day of the month on which the month before is rewarded (facts 1.10: the 20th to the 25th)."""
DAYS_OF_A_PART = 30
"""A month's fee taken by days is divided into so many parts where money is short."""
_TITLES = {
    ("call", "out"): "Исходящий звонок",
    ("call", "in"): "Входящий звонок",
    ("call", "missed"): "Пропущенный звонок",
    ("sms", "out"): "Исходящее SMS",
    ("sms", "in"): "Входящее SMS",
    ("mms", "out"): "Исходящее MMS",
    ("mms", "in"): "Входящее MMS",
    ("data", "out"): "Интернет",
}


class Package(msgspec.Struct):
    """A bucket of the running period. Units by kind: seconds, pieces, bytes; moments in ms."""

    id: str
    kind: str
    starts_at: int
    ends_at: int
    granted: int
    used: int
    unlimited: int


@lru_cache(maxsize=256)
def _decoded(body: str) -> Tariff:
    return msgspec.json.decode(body, type=Tariff)


def tariff_of(tx: Transaction, tariff_id: str) -> Tariff:
    """The tariff, as the store's catalogue has it."""
    return _decoded(tx.common.tariff(id=tariff_id)["body"])


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
    """

    def __init__(self, tx: Transaction, account_id: str) -> None:
        row: Row = tx.ledger.hold(id=account_id)
        self._tx = tx
        self.id = account_id
        self.phone: str = row["phone"]
        self.zone = ZoneInfo(row["zone"])
        self.tariff = tariff_of(tx, row["tariff_id"])
        self._bare_tariff = msgspec.structs.replace(self.tariff, packages=())
        self.balance: int = row["balance"]
        self.floor: int = row["floor"]
        self.state: str = row["state"]
        self.suspended = bool(row["suspended"])
        self.fee_at: int | None = row["fee_at"]
        self.lived_until: int = row["lived_until"]
        self._fee_day: int = row["fee_day"]
        self._points: int = row["points"]
        self._points_at: int = row["points_at"]
        self.entries: list[Entry] = []
        self._packages: dict[str, Package] = {}
        self._left: dict[str, int] = {}
        self._touched: dict[tuple[str, int], Package] = {}
        for found in tx.ledger.buckets(account_id=account_id, at=self.lived_until):
            self._open(Package(**dict(found)))
        self._new_notices: list[tuple[str, str]] = []

    def use(self, usage: Usage, at: int) -> Charge | None:
        """Rate a usage that begins at `at` and record it.

        Returns:
            The charge, or None where there was no money for it, and so it did not happen.
        """
        at = max(at, self.lived_until)  # Who waited for the account comes after who had it.
        self.pass_time(at)
        # While the fee is not paid the packages wait, unlimited and unfinished ones too.
        charge = rate(usage, self._bare_tariff if self.suspended else self.tariff, self._left)
        if charge.amount_minor and self.balance - charge.amount_minor < self.floor:
            return None
        package = self._packages.get(charge.bucket) if charge.bucket else None
        if package is not None and charge.bucket_units:
            package.used += charge.bucket_units
            self._left[package.id] = package.granted - package.used
            self._touched[package.id, package.starts_at] = package
        self.balance -= charge.amount_minor
        self.entries.append(
            Entry(
                at=at,
                kind=usage.kind,
                title=_TITLES[usage.kind, usage.direction],
                amount=-charge.amount_minor,
                contra="revenue:usage" if charge.amount_minor else "",
                direction="none" if usage.kind == "data" else usage.direction,
                peer=usage.peer,
                zone=usage.zone,
                units=usage.units,
                rule=charge.rule,
                rate=charge.rate_minor,
                rated_units=charge.rated_units,
                bucket=charge.bucket if package is not None else None,
                bucket_units=charge.bucket_units if package is not None else 0,
                bucket_before=max(0, charge.before),
            )
        )
        return charge

    def move(self, entry: Entry) -> None:
        """Record a payment or a charge that is not usage; the caller has checked the floor."""
        entry.at = max(entry.at, self.lived_until)
        self.pass_time(entry.at)
        self.balance += entry.amount
        self.entries.append(entry)
        if entry.amount > 0 and self.suspended:
            self._take_fee(entry.at)

    def pass_time(self, until: int) -> None:
        """Let everything happen that falls due up to a moment: fees, renewals, points."""
        while self.fee_at is not None and self.fee_at <= until:
            self._take_fee(self.fee_at)
        while self._points_at <= until:
            self._earn(self._points_at)
        self.lived_until = max(self.lived_until, until)

    def write(self) -> None:
        """Put everything into the store; tells nobody where nothing happened."""
        if self.entries:
            post(self._tx, self.id, self.entries)
        self._tx.ledger.put_buckets(
            [
                {"account_id": self.id, **msgspec.structs.asdict(package)}
                for package in self._touched.values()
            ]
        )
        if self.state != "blocked":
            short = self.suspended or self.balance <= self.floor
            self.state = "no_money" if short else "active"
        self._tx.ledger.settle(
            id=self.id,
            lived_until=self.lived_until,
            fee_at=self.fee_at,
            fee_day=self._fee_day,
            points=self._points,
            points_at=self._points_at,
            suspended=int(self.suspended),
            state=self.state,
        )
        for title, text in self._new_notices:
            notify(self._tx, self.id, "fee", title, text)

    def _take_fee(self, at: int) -> None:
        tariff = self.tariff
        local = from_ms(at).astimezone(self.zone)
        daily = tariff.charging == "day" or not tariff.monthly
        fee = next_fee(tariff, local)
        if fee and self.balance - fee < self.floor:
            part = -(-tariff.monthly // DAYS_OF_A_PART)
            if tariff.charging != "day_if_short" or self.balance - part < self.floor:
                self._suspend(at, local)
                return
            fee, daily = part, True
        if self.suspended:  # The month begins anew on the day it was paid for.
            self._fee_day = local.day
        self.suspended = False
        self.fee_at = self._night(local, 1) if daily else self._month_on(local)
        if fee:
            title = "Плата за день" if daily else "Ежемесячная плата"
            self.balance -= fee
            self.entries.append(
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
        self._renew(at, local)

    def _suspend(self, at: int, local: datetime) -> None:
        """No money for the fee: the packages wait, and the fee is tried again each night."""
        if not self.suspended:
            self._new_notices.append(
                (
                    "Пакеты тарифа приостановлены",
                    (
                        f"На плату за тариф {self.tariff.title} не хватило денег. Пополните счёт: "
                        "плата спишется сразу, и пакеты снова заработают."
                    ),
                )
            )
        self.suspended = True
        if self.fee_at is None or self.fee_at <= at:
            self.fee_at = self._night(local, 1)

    def _renew(self, at: int, local: datetime) -> None:
        """Fill the packages whose period is over."""
        for package in self.tariff.packages:
            old = self._packages.get(package.id)
            if old is not None and old.ends_at > at:
                continue
            ends = self._night(local, 1) if package.period == "day" else self._month_on(local)
            new = Package(
                package.id, package.kind, at, ends, package.amount, 0, int(package.unlimited)
            )
            self._open(new)
            self._touched[new.id, new.starts_at] = new
        for gone in [one.id for one in self._packages.values() if one.ends_at <= at]:
            del self._packages[gone]
            self._left.pop(gone, None)

    def _open(self, package: Package) -> None:
        self._packages[package.id] = package
        self._left[package.id] = package.granted - package.used

    def _earn(self, at: int) -> None:
        """Points for what was spent in the calendar month before."""
        local = from_ms(at).astimezone(self.zone)
        this = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        last = (this - timedelta(days=1)).replace(day=1)
        if self.tariff.country == "RU":
            self._points += self._spent(to_ms(last), to_ms(this)) // POINT_COSTS_MINOR
        self._points_at = to_ms(_next_month(local, POINTS_DAY))

    def _spent(self, since: int, until: int) -> int:
        """Minor units spent in `[since, until)`, the entries in hand included."""
        spent: int = self._tx.ledger.spent_between(account_id=self.id, since=since, until=until)
        for entry in reversed(self.entries):
            if entry.at < since:
                break
            if entry.at < until and entry.amount < 0:
                spent -= entry.amount
        return spent

    def _night(self, local: datetime, days: int) -> int:
        """About 03:00 some days later; each account has its own minute of the night."""
        minute = sum(map(ord, self.id)) % 32
        night = datetime.combine(local.date() + timedelta(days=days), datetime.min.time())
        return to_ms(night.replace(hour=3, minute=minute, second=9, tzinfo=self.zone))

    def _month_on(self, local: datetime) -> int:
        """The night of the account's day in the next month (the last day of a short month)."""
        later = _next_month(local, self._fee_day)
        return self._night(later, 0)


def _next_month(local: datetime, day: int) -> datetime:
    """The given day of the next month, or its last day; the time of day stays."""
    first: date = (local.replace(day=1) + timedelta(days=32)).date().replace(day=1)
    last = monthrange(first.year, first.month)[1]
    return datetime.combine(first.replace(day=min(day, last)), local.timetz())
