"""The cheapest bill for months of usage on a tariff: rated record by record, with options.

Packages are full on the first of each month (or each day), and are used up as they are in life.
Options that make it cheaper are added one by one, the most helpful first, each for its full price.
One-offs of a month, and options that are charged by days of use, are taken only in months in which
they pay; a day of use begins as it does in life, with the first usage that it makes cheaper.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import chain
from operator import itemgetter

import msgspec

from mts_tui.backend.contract.archive import OperationKind
from mts_tui.backend.operator.catalogue import Kind, Option, Tariff
from mts_tui.backend.operator.rating import Charge, Plan, Usage, effective

KINDS: tuple[Kind, ...] = ("call", "sms", "mms", "data")
A_MONTH = range(28, 32)
"""Days of a one-off that is good for a month."""

Costs = dict[tuple[Kind, str], int]
"""Minor units, by kind and by where one was: home, country or roaming."""
Records = dict[Kind, list[tuple[int, Usage]]]


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
        begun: On how many days each of those that are paid by days of use was used, by its id.
    """

    options: list[Option]
    usage: Costs
    fee: int
    connected: int = 0
    begun: dict[str, int] = {}

    def parts(self, days: int) -> dict[OperationKind, int]:
        """What it comes to, by kind of operation."""
        found: dict[OperationKind, int] = dict.fromkeys(KINDS, 0)
        for (kind, _where), cost in self.usage.items():
            found[kind] += cost
        options = sum(
            one.daily * self.begun.get(one.id, 0) if one.on_use else _price(one, days)
            for one in self.options
        )
        return {**found, "fee": self.fee, "option": options + self.connected}

    def total(self, days: int) -> int:
        """What it comes to."""
        return sum(self.parts(days).values())


def cheapest(tariff: Tariff, options: Sequence[Option], used: Sequence[Month]) -> list[Bill]:
    """What each month costs on a tariff, with the options that make it cheaper."""
    bills = [
        Bill(options=[], usage=_usage(tariff, [], month, KINDS)[0], fee=_fee(tariff, month.days))
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
    kinds, places = helps(option), {zone for one in option.packages for zone in one.zones}
    most = 0
    for bill, month in zip(bills, used, strict=True):
        beyond = sum(
            cost
            for (kind, where), cost in bill.usage.items()
            if kind in kinds and (option.changes is not None or where in places)
        )
        # A day of use is paid at least once in a month in which it helps.
        less = beyond - (option.daily if option.on_use else _price(option, month.days))
        most += max(0, less) if _is_occasional(option) else less
    return most - option.connect


def _with(
    tariff: Tariff, option: Option, bills: Sequence[Bill], used: Sequence[Month]
) -> list[Bill]:
    """The bills with one more option: an occasional one in the months in which it pays."""
    tried: list[Bill] = []
    for bill, month in zip(bills, used, strict=True):
        chosen = [*bill.options, option]
        # Whether a day of use begins may turn on any kind of usage that the option helps.
        kinds = helps(option).union(*(helps(one) for one in bill.options if one.on_use))
        usage, begun = bill.usage, bill.begun
        if any(cost for (kind, _where), cost in usage.items() if kind in kinds):
            kept = {key: cost for key, cost in usage.items() if key[0] not in kinds}
            changed, begun = _usage(tariff, chosen, month, kinds)
            usage = {**kept, **changed}
        made = Bill(chosen, usage, bill.fee, bill.connected, begun)
        if _is_occasional(option) and made.total(month.days) >= bill.total(month.days):
            made = bill
        elif not any(option in one.options for one in tried):
            made.connected += option.connect
        tried.append(made)
    return tried


def _usage(
    tariff: Tariff, options: Sequence[Option], month: Month, kinds: Iterable[Kind]
) -> tuple[Costs, dict[str, int]]:
    """What usage costs beyond the packages, of which those of a day are used first.

    Returns:
        The costs, and on how many days each option that is paid by days of use was used.
    """
    days = _Days(tariff, options)
    left = days.left
    costs: Costs = {}
    today = -1
    for day, usage in _in_order(month, kinds, by_day=bool(days.by_use)):
        if day != today:
            days.dawn()
            today = day
        charge = days.plan.rate(usage, left)
        if charge.amount_minor:
            charge = days.begin(usage, charge)
        if charge.amount_minor:
            where = "roaming" if usage.zone.startswith("roaming") else usage.zone
            costs[usage.kind, where] = costs.get((usage.kind, where), 0) + charge.amount_minor
        if charge.bucket in left:
            left[charge.bucket] -= charge.bucket_units
        for share in charge.more:
            if share.bucket in left:
                left[share.bucket] -= share.units
    return costs, days.begun


class _Days:
    """The days of a month: packages for a day, and days of use that begin.

    Args:
        tariff: On which is rated.
        options: That are on.

    Attributes:
        by_use: Those of them that are paid by days of use.
        left: What is left of each package.
        plan: By which is rated now.
        begun: How many days each of those was used, by its id.
    """

    def __init__(self, tariff: Tariff, options: Sequence[Option]) -> None:
        self.by_use = [one for one in options if one.on_use]
        self._steady = effective(tariff, [one for one in options if not one.on_use])
        self.left = {one.id: one.amount for one in self._steady.packages if not one.unlimited}
        self._daily = {one: self.left[one] for one in _daily(self._steady) if one in self.left}
        self._today: tuple[str, ...] = ()
        self._plans: dict[tuple[str, ...], Plan] = {}
        self.plan = self._plan_of(())
        self.begun: dict[str, int] = {}

    def dawn(self) -> None:
        """A new day: nothing of it is used yet."""
        self.left.update(self._daily)
        self._today, self.plan = (), self._plan_of(())

    def begin(self, usage: Usage, charge: Charge) -> Charge:
        """Begin the days of options that make a usage cheaper; what it costs then."""
        for option in self.by_use:
            if option.id in self._today:
                continue
            there = (*self._today, option.id)
            full = {one.id: one.amount for one in option.packages}
            cheaper = self._plan_of(there).rate(usage, {**self.left, **full})
            if cheaper.amount_minor < charge.amount_minor:
                self._today, self.plan, charge = there, self._plan_of(there), cheaper
                self.left.update(full)
                self.begun[option.id] = self.begun.get(option.id, 0) + 1
        return charge

    def _plan_of(self, begun: tuple[str, ...]) -> Plan:
        if begun not in self._plans:
            tariff = effective(self._steady, [one for one in self.by_use if one.id in begun])
            self._plans[begun] = Plan(tariff, _daily(tariff))
        return self._plans[begun]


def _in_order(month: Month, kinds: Iterable[Kind], *, by_day: bool) -> Iterable[tuple[int, Usage]]:
    """The records of some kinds, each kind in its order; day by day where that matters."""
    records = chain.from_iterable(month.records[kind] for kind in kinds)
    return sorted(records, key=itemgetter(0)) if by_day else records


def _daily(tariff: Tariff) -> list[str]:
    """Packages that end with the day: they are used up first."""
    return [one.id for one in tariff.packages if one.period == "day"]


def _total(bills: Sequence[Bill], used: Sequence[Month]) -> int:
    return sum(bill.total(month.days) for bill, month in zip(bills, used, strict=True))


def _fee(tariff: Tariff, days: int) -> int:
    return tariff.monthly or tariff.daily * days


def _price(option: Option, days: int) -> int:
    return option.once or option.monthly or option.daily * days


def helps(option: Option) -> frozenset[Kind]:
    """Which kinds of usage an option makes cheaper."""
    changes = option.changes
    if changes is not None and (changes.as_home or changes.zones):
        return frozenset(KINDS)
    helped: set[Kind] = {package.kind for package in option.packages}
    if changes is not None:
        helped.add("mms" if changes.mms_percent < 100 else "call")  # noqa: PLR2004 - per cent
    return frozenset(helped)


def is_sensible(option: Option, tariff: Tariff) -> bool:
    """Whether an option may be a part of the fitting: sold, for this tariff, by itself."""
    return (
        option.is_sold
        and option.fits(tariff)
        and not option.archived
        and not option.requires
        and bool(helps(option))
        and (not option.once or option.days in A_MONTH)
    )


def _is_occasional(option: Option) -> bool:
    """Whether a month without it costs nothing for it."""
    return bool(option.once) or option.on_use


def _excludes(chosen: Option, other: Option) -> bool:
    return chosen is other or (bool(other.group) and chosen.group == other.group)
