"""What a call, a message or a session costs: pure arithmetic over a tariff and what is left of it.

Rules (facts 1.2 and 2.1): what comes in at home is free, a call shorter than three seconds is
free, a minute begun is a minute used, packages pay first and the remainder goes at the rate. Of
several packages the one that ends first is used first; where it has too little, the next goes on.
Everything is an integer: money in minor units, time in seconds, traffic in bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from mts_tui.backend.operator.catalogue import (
    MEGABYTE,
    Changes,
    Kind,
    Option,
    Rates,
    Route,
    SmsRates,
    Tariff,
    TripRates,
)
from mts_tui.backend.operator.catalogue.countries import works_in, zone_of

__all__ = [
    "UNLIMITED",
    "Charge",
    "Plan",
    "Share",
    "Usage",
    "country_of",
    "effective",
    "rate",
    "route_of",
]

Direction = Literal["out", "in", "missed"]
Unit = Literal["minute", "second", "piece", "megabyte"]

UNLIMITED: Final = -1
"""What a `Charge` shows before and after when the bucket has no bottom."""

_UNIT_SIZES: Final[dict[Unit, int]] = {
    "minute": 60,
    "second": 1,
    "piece": 1,
    "megabyte": MEGABYTE,
}
_UNIT_OF: Final[dict[Kind, Unit]] = {
    "call": "minute",
    "sms": "piece",
    "mms": "piece",
    "data": "megabyte",
}
_ABROAD: Final = frozenset({"cis", "europe", "world"})
_FAR: Final = frozenset({"own_country", "other_country"})


class Usage(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened.

    Args:
        kind: call, sms, mms or data.
        direction: "out", "in" or "missed"; a data session is "out".
        peer: who is at the other end: E.164 with «+», a short number or an access point.
        zone: where the subscriber was: "home", "country" or "roaming:TR".
        route: who is called or written to, see `route_of`; "internet" for data.
        units: seconds of talk, parts of an SMS, pieces of MMS or bytes.
    """

    kind: Kind
    direction: Direction
    peer: str
    zone: str
    route: Route
    units: int


class Share(msgspec.Struct, frozen=True, gc=False):
    """What one more package gave, where the first had too little: units, and what it had before."""

    bucket: str
    units: int
    before: int


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What it cost and why.

    Args:
        amount_minor: money, minor units of the tariff's currency; never negative.
        rule: which rule decided: `<kind>.<where>.<how>`. Where is home, country or roaming. How is
            missed, in (free incoming), short (service number), brief (under three seconds),
            package (all of it), mixed (package, then money), zero (a rate of nothing) or rate.
        rate_minor: price of one `unit`, minor units; 0 where the rule asks for none.
        unit: what `rate_minor` is for: minute, second, piece or megabyte.
        rated_units: units after rounding up: seconds, pieces or bytes; 0 where nothing counts.
        bucket: first package that paid, or None.
        bucket_units: how much of it was taken.
        before: what was left of the bucket, or `UNLIMITED`.
        after: what is left of it now, or `UNLIMITED`.
        more: further packages that paid, in their order. What no package paid of `rated_units`
            went at the rate.
    """

    amount_minor: int
    rule: str
    rate_minor: int
    unit: Unit
    rated_units: int
    bucket: str | None = None
    bucket_units: int = 0
    before: int = 0
    after: int = 0
    more: tuple[Share, ...] = ()


def effective(tariff: Tariff, options: Iterable[Option]) -> Tariff:
    """The tariff as options change it: their packages join its own, prices are as they say."""
    for option in options:
        if option.changes is not None:
            tariff = _changed(tariff, option.changes)
        added = option.packages
        if option.places:
            added = tuple(replace(one, places=option.places) for one in added)
        if added:
            tariff = replace(tariff, packages=tariff.packages + added)
    return tariff


def _changed(tariff: Tariff, changes: Changes) -> Tariff:
    rates = tariff.rates
    cheaper = {
        route: price for route, price in changes.call.items() if price < getattr(rates.call, route)
    }
    trip, roaming = rates.trip, rates.roaming
    if changes.trip_in is not None and trip is not None:
        trip = replace(trip, call_in=changes.trip_in)
    zones_abroad = rates.roaming_zones
    if changes.roaming_in is not None:
        roaming = replace(roaming, call_in=changes.roaming_in)
        zones_abroad = {
            zone: replace(one, call_in=changes.roaming_in) for zone, one in zones_abroad.items()
        }
    rates = replace(
        rates,
        call=replace(rates.call, **cheaper) if cheaper else rates.call,
        mms=-(-rates.mms * changes.mms_percent // 100),
        trip=None if changes.as_home else trip,
        roaming=roaming,
        roaming_zones=zones_abroad,
    )
    zones = ("country",) if changes.as_home else changes.zones
    packages = tuple(
        replace(one, zones=(*one.zones, *(zone for zone in zones if zone not in one.zones)))
        if "home" in one.zones
        else one
        for one in tariff.packages
    )
    return replace(tariff, rates=rates, packages=packages)


class _Line(msgspec.Struct, frozen=True, gc=False):
    """All that a plan has to say of one sort of usage.

    Attributes:
        free: What it costs where nothing is counted.
        brief_under: Calls of fewer seconds cost `brief`.
        brief: That.
        price: Of one unit, minor units.
        unit: See `Charge`.
        size: Of the unit, in units of usage.
        step: To which usage is rounded up.
        packages: Ids of those that cover it, in the order of use, and which have no end.
        rules: Of a charge from packages, from packages and money, of money alone.
    """

    free: Charge | None
    brief_under: int
    brief: Charge | None
    price: int
    unit: Unit
    size: int
    step: int
    packages: tuple[tuple[str, bool], ...]
    rules: tuple[str, str, str]


class Plan:
    """A tariff, ready to rate: what it says of a sort of usage is looked up once.

    Args:
        tariff: With all that options add and change, see `effective`.
        order: Ids of packages in the order in which they are used up: the one that ends first goes
            first. Those that are not named come after these, in the tariff's own order.
    """

    def __init__(self, tariff: Tariff, order: Sequence[str] = ()) -> None:
        self.tariff = tariff
        places = {package: place for place, package in enumerate(order)}
        self._packages = sorted(
            tariff.packages, key=lambda package: places.get(package.id, len(places))
        )
        self._lines: dict[tuple[str, str, str, str], _Line] = {}

    def rate(self, usage: Usage, packages: Mapping[str, int]) -> Charge:
        """Rate one usage.

        Args:
            usage: What happened.
            packages: What is left of each bucket, by package id: seconds, pieces or bytes. A
                missing bucket is an empty one; an unlimited package needs no entry.

        Returns:
            The charge; taking units out of the buckets is the caller's work.
        """
        sort = usage.kind, usage.direction, usage.zone, usage.route
        line = self._lines.get(sort)
        if line is None:
            line = self._lines[sort] = self._line(usage)
        units = usage.units
        if units < line.brief_under and line.brief is not None:
            return line.brief
        if line.free is not None:
            return line.free
        rated = -(-units // line.step) * line.step
        rest = rated
        taken: list[Share] = []
        for package, unlimited in line.packages:
            before = UNLIMITED if unlimited else packages.get(package, 0)
            if before:
                units = rest if unlimited or before >= rest else before
                taken.append(Share(package, units, before))
                rest -= units
                if not rest:
                    break
        price, size = line.price, line.size
        amount = (price * rest + size // 2) // size  # Half a minor unit rounds up (facts 7.3).
        in_packages, mixed, paid = line.rules
        if not taken:
            return Charge(amount, paid, price, line.unit, rated)
        first = taken[0]
        return Charge(
            amount,
            mixed if rest else in_packages,
            price if rest else 0,
            line.unit,
            rated,
            first.bucket,
            first.units,
            first.before,
            UNLIMITED if first.before == UNLIMITED else first.before - first.units,
            tuple(taken[1:]),
        )

    def _line(self, usage: Usage) -> _Line:
        tariff, kind, direction = self.tariff, usage.kind, usage.direction
        where = "roaming" if usage.zone.startswith("roaming") else usage.zone
        sort = f"{kind}.{where}"
        unit = _UNIT_OF[kind]
        free = brief = None
        how = _free_because(usage, tariff)
        if how:
            free = Charge(0, f"{sort}.{how}", 0, unit, 0)
        if kind == "call" and direction == "out" and where != "roaming":
            brief = Charge(0, f"{sort}.brief", 0, unit, 0)
        price, unit, step = _price(usage, tariff, where)
        covering = [] if direction == "in" else [
            (package.id, package.unlimited)
            for package in self._packages
            if package.kind == kind
            and where in package.zones
            and (kind == "data" or usage.route in package.routes)
            and (not package.places or works_in(package.places, usage.zone.partition(":")[2]))
        ]  # fmt: skip
        return _Line(
            free=free,
            brief_under=tariff.free_seconds if brief else 0,
            brief=brief,
            price=price,
            unit=unit,
            size=_UNIT_SIZES[unit],
            step=step,
            packages=tuple(covering),
            rules=(f"{sort}.package", f"{sort}.mixed", f"{sort}.{'rate' if price else 'zero'}"),
        )


def rate(usage: Usage, tariff: Tariff, packages: Mapping[str, int]) -> Charge:
    """Rate one usage on a tariff alone. For more than one, make a `Plan`."""
    return Plan(tariff).rate(usage, packages)


def _free_because(usage: Usage, tariff: Tariff) -> str:
    """Name the reason for which nothing is counted, or "" when something is."""
    if usage.direction == "missed":
        return "missed"
    if usage.direction == "in":
        return "" if usage.kind == "call" and _trip_price_in(tariff.rates, usage.zone) else "in"
    return "short" if usage.route == "short" else ""


def _trip(rates: Rates, zone: str) -> TripRates | None:
    """The prices away from home, by a usage's zone; None where they are those of home."""
    where, _colon, country = zone.partition(":")
    if where == "roaming":
        return rates.abroad(zone_of(country))
    return rates.trip if where == "country" else None


def _trip_price_in(rates: Rates, zone: str) -> int:
    """Price of a minute of an incoming call: nothing, unless away from home."""
    trip = _trip(rates, zone)
    return trip.call_in if trip else 0


def _price(usage: Usage, tariff: Tariff, where: str) -> tuple[int, Unit, int]:
    """Find the price, what it is for, and the step to which usage is rounded up."""
    kind, rates = usage.kind, tariff.rates
    trip = _trip(rates, usage.zone)
    if kind == "data":
        return trip.data_mb if trip else rates.data_mb, "megabyte", tariff.data_step
    if kind == "mms":
        return trip.mms if trip else rates.mms, "piece", 1
    route = usage.route
    if where == "country" and route in _ABROAD and usage.direction == "out":
        trip = None  # From any region another country costs what it costs from home.
    if kind == "sms":
        return trip.sms if trip else _sms_price(rates.sms, route), "piece", 1
    if trip:
        return trip.call_in if usage.direction == "in" else trip.call_out, "minute", 60
    price: int = getattr(rates.call, route, 0)  # Nobody is called by the internet.
    return (price, "second", 1) if route in rates.call.per_second else (price, "minute", 60)


def _sms_price(sms: SmsRates, route: Route) -> int:
    """Find the price of an SMS sent from home."""
    return sms.abroad if route in _ABROAD else sms.country if route in _FAR else sms.home


# Who is who by number plan. It is coarse on purpose: a prefix tells the owner of the plan, not
# today's operator (facts 4.1), and regions are needed only to tell home from the rest. The demo
# numbers stand in the gaps of facts 4.6: they belong to the block around them.
_AREAS: Final[dict[str, str]] = {
    "910": "centre",
    "911": "north-west",
    "912": "ural",
    "913": "siberia",
    "914": "far-east",
    "915": "moscow",
    "916": "moscow",
    "917": "volga",
    "918": "south",
    "919": "country",
    "978": "south",
    "980": "centre",
    "981": "north-west",
    "982": "ural",
    "983": "siberia",
    "984": "far-east",
    "985": "moscow",
    "986": "country",
    "987": "volga",
    "988": "south",
    "989": "country",
}
_CITY_AREAS: Final[dict[str, str]] = {
    "495": "moscow",
    "496": "moscow",
    "498": "moscow",
    "499": "moscow",
    "812": "north-west",
    "813": "north-west",
}
# The demo's interlocutors of other operators: 956 and 957 at home, these in other regions.
_OTHER_FAR: Final = frozenset({"972", "973", "974", "975", "976", "998"})
_CIS: Final = frozenset(
    {"76", "77", "373", "374", "375", "380", "992", "993", "994", "995", "996", "998", "7"}
)
_EUROPE: Final = frozenset(
    str(code)
    for code in (
        *(30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49),
        *(*range(350, 360), 370, 371, 372, 376, 377, 378),
        *(381, 382, 383, 385, 386, 387, 389, 420, 421, 423),
    )
)


def country_of(phone: str) -> str:
    """Name the country of an E.164 number: RU, BY, UA, or "" for any other."""
    if phone.startswith("+7"):
        return "" if phone[2:3] in ("6", "7") else "RU"  # +7 is shared with Kazakhstan
    return {"+375": "BY", "+380": "UA"}.get(phone[:4], "")


@lru_cache(maxsize=8192)
def route_of(own: str, peer: str) -> Route:
    """Tell how a tariff sees the other end.

    Args:
        own: the subscriber's number, E.164 with «+».
        peer: the other number, E.164 with «+»; anything else is a service number.
    """
    if not peer.startswith("+"):
        return "short"
    country = country_of(peer)
    if not country or country != country_of(own):
        return _abroad(peer[1:])
    return _NATIONAL[country](own, peer)


def _russian(own: str, peer: str) -> Route:
    """Tell Russian numbers apart: own network and others, home and other regions."""
    code = peer[2:5]
    home = _AREAS.get(own[2:5]) or _CITY_AREAS.get(own[2:5], "")
    if code == "800":
        return "short"
    if not code.startswith("9"):
        return "city" if _CITY_AREAS.get(code) == home else "other_country"
    area = _AREAS.get(code)
    if area:
        return "own" if area == home else "own_country"
    return "other_country" if code in _OTHER_FAR else "other"


def _belarusian(_own: str, peer: str) -> Route:
    """Tell Belarusian numbers apart: 33 and 29-2/5/7/8 are the operator's (facts 3)."""
    code = peer[4:6]
    if code == "33" or (code == "29" and peer[6:7] in ("2", "5", "7", "8")):
        return "own"
    return "other" if code in ("25", "29", "44") else "city"


def _ukrainian(_own: str, peer: str) -> Route:
    """Tell Ukrainian numbers apart: 50, 66, 75, 95 and 99 are the operator's (facts 3)."""
    code = peer[4:6]
    if code in ("50", "66", "75", "95", "99"):
        return "own"
    return "other" if code[:1] in ("6", "7", "9") or code == "39" else "city"


_NATIONAL: Final = {"RU": _russian, "BY": _belarusian, "UA": _ukrainian}


def _abroad(digits: str) -> Route:
    """Tell the group of countries by the longest known code."""
    for length in (3, 2, 1):
        code = digits[:length]
        if code in _CIS:
            return "cis"
        if code in _EUROPE:
            return "europe"
    return "world"
