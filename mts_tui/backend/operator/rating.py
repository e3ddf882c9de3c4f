"""What a call, a message or a session costs: pure arithmetic over a tariff and what is left of it.

Rules (facts 1.2 and 2.1): what comes in at home is free, a call shorter than three seconds is
free, a minute begun is a minute used, the package pays first and the remainder goes at the rate.
Everything is an integer: money in minor units, time in seconds, traffic in bytes.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

import msgspec

from mts_tui.backend.operator.catalogue import (
    MEGABYTE,
    Kind,
    Package,
    Rates,
    Route,
    SmsRates,
    Tariff,
)

__all__ = ["UNLIMITED", "Charge", "Usage", "country_of", "rate", "route_of"]

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
        bucket: package that paid, or None.
        bucket_units: how much of it was taken; `rated_units - bucket_units` went at the rate.
        before: what was left of the bucket, or `UNLIMITED`.
        after: what is left of it now, or `UNLIMITED`.
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


def rate(usage: Usage, tariff: Tariff, packages: Mapping[str, int]) -> Charge:
    """Rate one usage.

    Args:
        usage: what happened.
        tariff: on which tariff.
        packages: what is left of each bucket, by package id: seconds, pieces or bytes. A missing
            bucket is an empty one; an unlimited package needs no entry.

    Returns:
        The charge; taking `bucket_units` out of the bucket is the caller's work.
    """
    kind = usage.kind
    where = "roaming" if usage.zone.startswith("roaming") else usage.zone
    free = _free_because(usage, tariff, where)
    if free:
        return Charge(0, f"{kind}.{where}.{free}", 0, _UNIT_OF[kind], 0)
    price, unit, step = _price(usage, tariff, where)
    rated = -(-usage.units // step) * step
    package = _package(usage, tariff, packages, where)
    if package is None:
        amount = _amount(price, unit, rated)
        how = "rate" if price else "zero"
        return Charge(amount, f"{kind}.{where}.{how}", price, unit, rated)
    if package.unlimited:
        rule = f"{kind}.{where}.package"
        return Charge(0, rule, 0, unit, rated, package.id, rated, UNLIMITED, UNLIMITED)
    left = packages[package.id]
    if left >= rated:
        rule = f"{kind}.{where}.package"
        return Charge(0, rule, 0, unit, rated, package.id, rated, left, left - rated)
    amount = _amount(price, unit, rated - left)
    return Charge(amount, f"{kind}.{where}.mixed", price, unit, rated, package.id, left, left, 0)


def _free_because(usage: Usage, tariff: Tariff, where: str) -> str:
    """Name the reason for which nothing is counted, or "" when something is."""
    if usage.direction == "missed":
        return "missed"
    if usage.direction == "in":
        return "" if usage.kind == "call" and _trip_price_in(tariff.rates, where) else "in"
    if usage.kind == "call" and usage.units < tariff.free_seconds and where != "roaming":
        return "brief"
    return "short" if usage.route == "short" else ""


def _trip_price_in(rates: Rates, where: str) -> int:
    """Price of a minute of an incoming call: nothing, unless away from home."""
    if where == "home":
        return 0
    trip = rates.roaming if where == "roaming" else rates.trip
    return trip.call_in if trip else 0


def _price(usage: Usage, tariff: Tariff, where: str) -> tuple[int, Unit, int]:
    """Find the price, what it is for, and the step to which usage is rounded up."""
    kind, rates = usage.kind, tariff.rates
    trip = None if where == "home" else rates.roaming if where == "roaming" else rates.trip
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
    price: int = getattr(rates.call, route)
    return (price, "second", 1) if route in rates.call.per_second else (price, "minute", 60)


def _sms_price(sms: SmsRates, route: Route) -> int:
    """Find the price of an SMS sent from home."""
    return sms.abroad if route in _ABROAD else sms.country if route in _FAR else sms.home


def _package(
    usage: Usage, tariff: Tariff, packages: Mapping[str, int], where: str
) -> Package | None:
    """Find the first package that covers the usage and has something left."""
    if usage.direction == "in":
        return None
    kind, route = usage.kind, usage.route
    for package in tariff.packages:
        if (
            package.kind == kind
            and where in package.zones
            and (kind == "data" or route in package.routes)
            and (package.unlimited or packages.get(package.id, 0) > 0)
        ):
            return package
    return None


def _amount(price: int, unit: Unit, units: int) -> int:
    """Multiply a price by what is to be paid, half a minor unit rounding up (facts 7.3)."""
    size = _UNIT_SIZES[unit]
    return (price * units + size // 2) // size


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
