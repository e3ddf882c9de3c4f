"""«Подбор тарифа»: what an account's own usage would have cost on another tariff.

The usage of the last full months is rated anew, record by record and in its order, by the very
rating that bills it; `fitting_bills` finds the options that go with it.

Options that make no usage cheaper (the child's whereabouts, films) are no matter of the tariff:
what was paid for them is left out of both sums.
"""

import threading
from calendar import monthrange
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.errors import TariffRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.tariffs import Fit, FitMonth, FitPart
from mts_tui.backend.contract.tariffs import Tariff as Offered
from mts_tui.backend.operator.catalogue import Kind, Option, Tariff
from mts_tui.backend.operator.rating import Usage, effective, route_of
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .billing import tariff_of
from .fitting_bills import KINDS, Bill, Month, Records, cheapest, helps, is_sensible
from .held import option_of, options_of
from .periods import month_start

REMEMBERED = 16
"""How many accounts' usage a process keeps, so that one tariff after another is quick."""
FREE_ANYWHERE = frozenset({"sms", "mms", "data"})
"""Kinds of which what comes in costs nothing on any tariff, wherever one is."""

_LOCK = threading.Lock()

_NO_MONTH = (
    "Подбор считает по полным месяцам, а такого у номера ещё нет. Вернитесь к нему в следующем "
    "месяце."
)
_NO_MONTH_IN_FILES = (
    "Подбор считает по полным месяцам, а в файлах этого номера такого нет. Импортируйте "
    "детализацию за весь месяц."
)


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
        raise TariffRefused(reason=_NO_MONTH_IN_FILES if account["imported"] else _NO_MONTH)
    known = options_of(tx, tariff.country)
    options = [one for one in known if is_sensible(one, tariff)]
    bills = cheapest(tariff, options, used)
    parts = [bill.parts(month.days) for bill, month in zip(bills, used, strict=True)]
    currency = account["currency"]
    chosen = {one.id: one for bill in bills for one in bill.options}
    return Fit(
        tariff=shown,
        options=[one.title for one in options if one.id in chosen],
        total=_money(sum(sum(one.values()) for one in parts), currency),
        actual=_money(_paid(tx, account, known, used), currency),
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


def _paid(tx: Transaction, account: Row, known: Sequence[Option], used: Sequence[Month]) -> int:
    """What was really paid in these months, but for options that make no usage cheaper."""
    period = {
        "account_id": account["id"],
        "since": to_ms(used[0].start),
        "until": to_ms(_next(used[-1].start)),
    }
    paid: int = tx.ledger.spent_between(**period)
    apart = {one.title for one in known if not helps(one)}
    for row in tx.ledger.spent_on_options(**period):
        if row["title"].rpartition(": ")[2] in apart:  # `Ежемесячная плата: KION`
            paid -= row["paid"]
    return paid


# ------------------------------------------------------------------ usage


def usage_of(tx: Transaction, account: Row, months: int) -> list[Month]:
    """The last full months of an account, at most so many, the earliest first."""
    zone = ZoneInfo(account["zone"])
    # What is known of an imported number ends with its files.
    now = from_ms(account["lived_until"]) if account["imported"] else tx.now
    until = month_start(now.astimezone(zone))
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
    if account["lived_until"] >= to_ms(until) and not account["imported"]:
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
