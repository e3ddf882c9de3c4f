"""«Подбор тарифа»: what an account's own usage would have cost on another tariff.

The usage of the last full months is rated anew, record by record and in its order, by the very
rating that bills it. Packages are full on the first of each month (or each day), and are used up as
they are in life. Options that make it cheaper are added one by one, the most helpful first, each
for its full price; one-offs of a month are bought only in months in which they pay. Options charged
by days of use are left out: who is to use them cannot be known beforehand.
"""

import threading
from calendar import monthrange
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from zoneinfo import ZoneInfo

import msgspec

from mts_tui import formatting
from mts_tui.backend.contract.archive import OperationKind
from mts_tui.backend.contract.errors import TariffRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.tariffs import Fit, FitMonth, FitPart
from mts_tui.backend.contract.tariffs import Tariff as Offered
from mts_tui.backend.operator.catalogue import Kind, Option, Tariff
from mts_tui.backend.operator.rating import Plan, Usage, effective, route_of
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .billing import tariff_of
from .held import option_of, options_of
from .periods import month_start

KINDS: tuple[Kind, ...] = ("call", "sms", "mms", "data")
REMEMBERED = 16
"""How many accounts' usage a process keeps, so that one tariff after another is quick."""
A_MONTH = range(28, 32)
"""Days of a one-off that is good for a month."""
FREE_ANYWHERE = frozenset({"sms", "mms", "data"})
"""Kinds of which what comes in costs nothing on any tariff, wherever one is."""

Costs = dict[tuple[Kind, str], int]
"""Minor units, by kind and by where one was: home, country or roaming."""
Records = dict[Kind, list[tuple[int, Usage]]]
_LOCK = threading.Lock()


class Month(msgspec.Struct, frozen=True):
    """A calendar month of usage, in the account's own time.

    Attributes:
        start: Its first moment.
        days: How many it has.
        count: How many records it has.
        records: Day of the month and usage, by kind, in their order: what may cost anything.
    """

    start: datetime
    days: int
    count: int
    records: Records


class Bill(msgspec.Struct):
    """What a month would cost.

    Attributes:
        options: That are on in it.
        usage: Beyond the packages.
        fee: For the tariff.
        connected: For switching options on.
    """

    options: list[Option]
    usage: Costs
    fee: int
    connected: int = 0

    def parts(self, days: int) -> dict[OperationKind, int]:
        """What it comes to, by kind of operation."""
        found: dict[OperationKind, int] = dict.fromkeys(KINDS, 0)
        for (kind, _where), cost in self.usage.items():
            found[kind] += cost
        options = sum(_price(one, days) for one in self.options)
        return {**found, "fee": self.fee, "option": options + self.connected}


def fit(tx: Transaction, account: Row, tariff: Tariff, shown: Offered, months: int) -> Fit:
    """What the last full months would have cost on a tariff.

    Args:
        tx: The transaction.
        account: Whose usage.
        tariff: Rated on this.
        shown: The same as the list shows it.
        months: How many.

    Raises:
        TariffRefused: There is not one full month yet.
    """
    used = usage_of(tx, account, months)
    if not used:
        raise TariffRefused(
            reason="Подбор считает по полным месяцам, а такого у номера ещё нет. Вернитесь к нему "
            "в следующем месяце."
        )
    options = [one for one in options_of(tx, tariff.country) if _is_sensible(one, tariff)]
    bills = cheapest(tariff, options, used)
    parts = [bill.parts(month.days) for bill, month in zip(bills, used, strict=True)]
    paid: int = tx.ledger.spent_between(
        account_id=account["id"],
        since=to_ms(used[0].start),
        until=to_ms(_next(used[-1].start)),
    )
    currency = account["currency"]
    chosen = {one.id: one for bill in bills for one in bill.options}
    return Fit(
        tariff=shown,
        options=[one.title for one in options if one.id in chosen],
        total=_money(sum(sum(one.values()) for one in parts), currency),
        actual=_money(paid, currency),
        months=[
            FitMonth(
                month=month.start.astimezone(UTC),
                cost=_money(sum(one.values()), currency),
                parts=[
                    FitPart(kind=kind, cost=_money(cost, currency))
                    for kind, cost in one.items()
                    if cost
                ],
            )
            for month, one in zip(used, parts, strict=True)
        ],
        records=sum(month.count for month in used),
        lost=_lost(tx, account, effective(tariff, chosen.values()), bills, used),
    )


# ------------------------------------------------------------------ usage


def usage_of(tx: Transaction, account: Row, months: int) -> list[Month]:
    """The last full months of an account, at most so many, the earliest first."""
    zone = ZoneInfo(account["zone"])
    until = month_start(tx.now.astimezone(zone))
    opened = from_ms(account["opened_at"]).astimezone(zone)
    starts: list[datetime] = []
    start = month_start(until - timedelta(days=1))
    while len(starts) < months and start >= opened:
        starts.insert(0, start)
        start = month_start(start - timedelta(days=1))
    # What is past and lived through never changes: it may be remembered.
    known: OrderedDict[tuple[str, int, int], list[Month]] = tx.memory.setdefault(
        "fitting", OrderedDict()
    )
    key = account["id"], to_ms(until), len(starts)
    with _LOCK:
        if key in known:
            known.move_to_end(key)
            return known[key]
    found = [_month(tx, account, start) for start in starts]
    if account["lived_until"] >= to_ms(until):
        with _LOCK:
            known[key] = found
            if len(known) > REMEMBERED:
                known.popitem(last=False)
    return found


def _month(tx: Transaction, account: Row, start: datetime) -> Month:
    days = monthrange(start.year, start.month)[1]
    midnights = [to_ms(start.replace(day=day + 1)) for day in range(days)]
    midnights.append(to_ms(_next(start)))
    rows = tx.services.usage_between(
        account_id=account["id"], since=midnights[0], until=midnights[-1]
    )
    records: Records = {kind: [] for kind in KINDS}
    count = day = 0
    for row in rows:
        count += 1
        while row["at"] >= midnights[day + 1]:
            day += 1
        kind, direction, peer, zone = row["kind"], row["direction"], row["peer"], row["zone"]
        if kind == "data":
            usage = Usage(kind, "out", peer, zone, "internet", row["units"])
        else:
            if direction != "out" and (kind in FREE_ANYWHERE or zone == "home"):
                continue
            route = route_of(account["phone"], peer)
            usage = Usage(kind, direction, peer, zone, route, row["units"])
        records[usage.kind].append((day, usage))
    return Month(start=start, days=days, count=count, records=records)


def _next(start: datetime) -> datetime:
    return month_start(start + timedelta(days=32))


# ------------------------------------------------------------------ the bill


def cheapest(tariff: Tariff, options: Sequence[Option], used: Sequence[Month]) -> list[Bill]:
    """What each month costs on a tariff, with the options that make it cheaper."""
    bills = [
        Bill(options=[], usage=_usage(tariff, month, KINDS), fee=_fee(tariff, month.days))
        for month in used
    ]
    # What an option saves shrinks as others are chosen: one that promises less than another does
    # now need not be tried before that one is chosen.
    hopes = [(-_most(option, bills, used), place) for place, option in enumerate(options)]
    heapify(hopes)
    chosen: list[Option] = []
    tried: dict[int, list[Bill]] = {}
    while hopes:
        hope, place = heappop(hopes)
        option = options[place]
        if hope >= 0 or any(_excludes(one, option) for one in chosen):
            continue
        if place in tried:
            bills = tried[place]
            chosen.append(option)
            tried.clear()
        else:
            tried[place] = _with(tariff, option, bills, used)
            heappush(hopes, (_total(tried[place], used) - _total(bills, used), place))
    return bills


def _most(option: Option, bills: Sequence[Bill], used: Sequence[Month]) -> int:
    """More than this an option cannot save."""
    kinds, places = _helps(option), {zone for one in option.packages for zone in one.zones}
    most = 0
    for bill, month in zip(bills, used, strict=True):
        beyond = sum(
            cost
            for (kind, where), cost in bill.usage.items()
            if kind in kinds and (option.changes is not None or where in places)
        )
        less = beyond - _price(option, month.days)
        most += max(0, less) if option.once else less
    return most - option.connect


def _with(
    tariff: Tariff, option: Option, bills: Sequence[Bill], used: Sequence[Month]
) -> list[Bill]:
    """The bills with one more option: a one-off in the months in which it pays, or in all."""
    kinds = _helps(option)
    tried = []
    for bill, month in zip(bills, used, strict=True):
        price = _price(option, month.days)
        beyond = sum(cost for (kind, _where), cost in bill.usage.items() if kind in kinds)
        if option.once and beyond <= price:
            tried.append(bill)
            continue
        usage = bill.usage
        if beyond:
            changed = effective(tariff, [*bill.options, option])
            kept = {key: cost for key, cost in usage.items() if key[0] not in kinds}
            usage = {**kept, **_usage(changed, month, kinds)}
        if option.once and sum(bill.usage.values()) - sum(usage.values()) <= price:
            tried.append(bill)
            continue
        connected = bill.connected + (0 if tried else option.connect)
        tried.append(Bill([*bill.options, option], usage, bill.fee, connected))
    return tried


def _usage(tariff: Tariff, month: Month, kinds: Iterable[Kind]) -> Costs:
    """What usage costs beyond the packages, of which those of a day are used first."""
    daily = {one.id: one.amount for one in tariff.packages if one.period == "day"}
    plan = Plan(tariff, list(daily))
    left = {one.id: one.amount for one in tariff.packages if not one.unlimited}
    daily = {one: amount for one, amount in daily.items() if one in left}
    costs: Costs = {}
    for kind in kinds:
        today = -1
        for day, usage in month.records[kind]:
            if day != today and daily:
                left.update(daily)
                today = day
            charge = plan.rate(usage, left)
            if charge.amount_minor:
                where = "roaming" if usage.zone.startswith("roaming") else usage.zone
                costs[kind, where] = costs.get((kind, where), 0) + charge.amount_minor
            if charge.bucket in left:
                left[charge.bucket] -= charge.bucket_units
            for share in charge.more:
                if share.bucket in left:
                    left[share.bucket] -= share.units
    return costs


def _total(bills: Sequence[Bill], used: Sequence[Month]) -> int:
    return sum(
        sum(bill.parts(month.days).values()) for bill, month in zip(bills, used, strict=True)
    )


def _fee(tariff: Tariff, days: int) -> int:
    return tariff.monthly or tariff.daily * days


def _price(option: Option, days: int) -> int:
    return option.once or option.monthly or option.daily * days


def _helps(option: Option) -> frozenset[Kind]:
    """Which kinds of usage an option makes cheaper."""
    changes = option.changes
    if changes is not None and (changes.as_home or changes.zones):
        return frozenset(KINDS)
    helped: set[Kind] = {package.kind for package in option.packages}
    if changes is not None:
        helped.add("mms" if changes.mms_percent < 100 else "call")  # noqa: PLR2004 - per cent
    return frozenset(helped)


def _is_sensible(option: Option, tariff: Tariff) -> bool:
    return (
        option.fits(tariff)
        and not option.archived
        and not option.on_use
        and not option.requires
        and bool(_helps(option))
        and (not option.once or option.days in A_MONTH)
    )


def _excludes(chosen: Option, other: Option) -> bool:
    return chosen is other or (bool(other.group) and chosen.group == other.group)


# ------------------------------------------------------------------ what one would do without


def _lost(
    tx: Transaction, account: Row, tariff: Tariff, bills: Sequence[Bill], used: Sequence[Month]
) -> list[str]:
    """What there is now and would not be there, and what nothing covers."""
    currency = account["currency"]
    now = tariff_of(tx, account["tariff_id"])
    covered = {package.kind for package in tariff.packages}
    lost = []
    for kind, name in _NAMES.items():
        units = sum(_units(usage) for month in used for _day, usage in month.records[kind])
        missed = {one.kind for one in now.packages} - covered
        if units and (kind in missed or (kind == "mms" and kind not in covered)):
            cost = _cost(bills, kind=kind)
            lost.append(
                f"{name} нет: {_told(kind, units)} — это {formatting.money(cost, currency)}."
            )
    for where, place in _PLACES.items():
        away = {
            usage.kind
            for month in used
            for records in month.records.values()
            for _day, usage in records
            if usage.zone.startswith(where)
        }
        at_work = {one.kind for one in tariff.packages if where in one.zones}
        cost = _cost(bills, where=where)
        if away - at_work and cost:
            lost.append(
                f"{place} пакеты тарифа действуют не на всё: связь там стоила бы "
                f"{formatting.money(cost, currency)}."
            )
    for row in tx.services.options(account_id=account["id"]):
        option = option_of(tx, row["id"])
        if row["off_at"] is None and not option.fits(tariff):
            lost.append(f"Услуга «{option.title}» на этом тарифе не действует.")
    return lost


_NAMES: dict[Kind, str] = {
    "call": "Пакета минут",
    "sms": "Пакета SMS",
    "mms": "Пакета MMS",
    "data": "Пакета интернета",
}
_PLACES = {"country": "В поездках по стране", "roaming": "За границей"}


def _cost(bills: Sequence[Bill], kind: Kind | None = None, where: str = "") -> int:
    return sum(
        cost
        for bill in bills
        for (one, place), cost in bill.usage.items()
        if (kind is None or one == kind) and (not where or place == where)
    )


def _units(usage: Usage) -> int:
    """Minutes begun, pieces or bytes that went out."""
    if usage.direction != "out":
        return 0
    return -(-usage.units // 60) if usage.kind == "call" else usage.units


def _told(kind: Kind, units: int) -> str:
    if kind == "call":
        return formatting.count(units, "минута", "минуты", "минут")
    if kind == "data":
        return formatting.traffic(units)
    return f"{formatting.number(units)} {kind.upper()}"


def _money(amount: int, currency: str) -> Money:
    return Money(amount_minor=amount, currency=currency)
