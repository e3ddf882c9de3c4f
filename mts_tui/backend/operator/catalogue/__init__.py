"""The catalogue of the demo operator: tariffs and options, read from the data files here.

One file for each country and kind: `tariffs_ru.toml`, `options_ru.toml` and so on. Names and
prices come from facts 2.1, 2.2 and 3; what is marked P there, or «(P)» in a file, is the
project's own. Money is an integer of minor units (kopecks), prices are never summed across
currencies.

A data file holds `[defaults]`, merged under every entry of the file, and then

- tariffs as `[tariffs.<id>]`, the id being unique over all countries;
- options as `[<category>.<id>]`, in the order in which a list shows them.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from .countries import RoamingZone

__all__ = [
    "CATEGORY_TITLES",
    "MEGABYTE",
    "CallRates",
    "Catalogue",
    "Changes",
    "Kind",
    "Option",
    "Package",
    "Rates",
    "Route",
    "SmsRates",
    "Tariff",
    "TripRates",
    "load",
]

Kind = Literal["call", "sms", "mms", "data"]
"""What is used. It is also the kind of package that covers it."""

Route = Literal[
    "own",  # the operator's network, home region
    "other",  # another mobile network, home region
    "city",  # a city phone, home region
    "own_country",  # the operator's network, another region
    "other_country",  # anyone else in another region
    "cis",
    "europe",
    "world",
    "short",  # a service number of the operator: 111, 0890, 8 800 …
    "internet",  # a data session has no one at the other end
]
"""Who is at the other end, as tariffs tell people apart."""

Country = Literal["RU", "BY", "UA"]
Currency = Literal["RUB", "BYN", "UAH"]
Audience = Literal["all", "family", "child", "city", "device", "business"]
Category = Literal[
    "internet",
    "calls",
    "sms",
    "mms",
    "abroad",
    "roaming",
    "control",
    "security",
    "family",
    "subscriptions",
    "points",  # Only «МТС Бонус» and promotions give these; `once` is what they are worth.
]

CATEGORY_TITLES: Final[dict[Category, str]] = {
    "internet": "Интернет",
    "calls": "Звонки",
    "sms": "SMS",
    "mms": "MMS",
    "abroad": "Звонки за границу",
    "roaming": "Роуминг",
    "control": "Управление",
    "security": "Безопасность",
    "family": "Семья",
    "subscriptions": "Подписки",
    "points": "За баллы и по акциям",
}

MEGABYTE: Final = 1024 * 1024
"""Facts 8: whether the operator counts 1,000 or 1,024 is not known; this is the one constant."""

_UNITS: Final[dict[Kind, int]] = {"call": 60, "sms": 1, "mms": 1, "data": MEGABYTE}


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A frozen record of a data file; an unknown field is a typing error there."""


class Package(_Entry, frozen=True):
    """What is included in a tariff or an option.

    Args:
        id: bucket that holds the rest: the kind for a tariff, `<option>.<kind>` for an option.
        kind: what it covers.
        size: minutes, pieces or megabytes; zero where `unlimited`.
        unlimited: there is no end to it.
        period: when it is filled again; "once" is filled only at connection.
        routes: whom it covers; a package of data needs none.
        zones: where it works: "home", "country", "roaming".
        places: where abroad it works, as its option says; empty is everywhere.
    """

    id: str
    kind: Kind
    size: int = 0
    unlimited: bool = False
    period: Literal["day", "month", "once"] = "month"
    routes: tuple[Route, ...] = ("own", "other", "city", "own_country")
    zones: tuple[str, ...] = ("home", "country")
    places: tuple[str, ...] = ()

    @property
    def amount(self) -> int:
        """The size in units of usage: seconds, pieces or bytes."""
        return self.size * _UNITS[self.kind]


class CallRates(_Entry, frozen=True):
    """Prices of outgoing calls from home, in minor units for a minute.

    Args:
        own, other, city, own_country, other_country, cis, europe, world: see `Route`.
        short: service numbers.
        per_second: the routes whose price above is for a second, without rounding to minutes.
    """

    own: int
    other: int
    city: int
    own_country: int
    other_country: int
    cis: int
    europe: int
    world: int
    short: int = 0
    per_second: tuple[Route, ...] = ()


class SmsRates(_Entry, frozen=True):
    """Prices of one part of an SMS, in minor units: home region, country, abroad."""

    home: int
    country: int
    abroad: int


class TripRates(_Entry, frozen=True):
    """Prices away from home, in minor units: a minute in, a minute out, SMS, MMS, a megabyte."""

    call_in: int
    call_out: int
    sms: int
    mms: int
    data_mb: int


class Rates(_Entry, frozen=True):
    """Prices outside the packages.

    Args:
        call: minutes, by route.
        sms: parts of SMS.
        mms: one MMS, minor units.
        data_mb: one megabyte, minor units.
        roaming: prices in another country where its zone has none of its own.
        roaming_zones: prices in the countries of a zone.
        trip: prices on a trip in one's own country; None is «as at home, packages too».
    """

    call: CallRates
    sms: SmsRates
    mms: int
    data_mb: int
    roaming: TripRates
    trip: TripRates | None = None
    roaming_zones: dict[RoamingZone, TripRates] = {}

    def abroad(self, zone: RoamingZone) -> TripRates:
        """Prices in the countries of a zone."""
        return self.roaming_zones.get(zone, self.roaming)


class Changes(_Entry, frozen=True):
    """How an option changes the tariff while it is on. Prices are in minor units.

    Args:
        call: prices of a minute from home, by route; they hold where they are lower.
        mms_percent: what is left of the price of an MMS.
        as_home: a trip in one's own country is no trip: prices and packages are as at home.
        trip_in: price of an incoming minute on such a trip.
        roaming_in: price of an incoming minute in another country.
        zones: where else the tariff's packages work.
    """

    call: dict[Route, int] = {}
    mms_percent: int = 100
    as_home: bool = False
    trip_in: int | None = None
    roaming_in: int | None = None
    zones: tuple[str, ...] = ()


class Tariff(_Entry, frozen=True):
    """A tariff. All money is in minor units of `currency`.

    Args:
        id: slug, unique over all countries.
        title: its name, as people know it.
        description: one Russian sentence.
        country: where it is offered.
        currency: of every price in it.
        rates: prices outside the packages.
        packages: what is included.
        monthly: fee for a month.
        daily: fee for a day, in tariffs that have no monthly one.
        charging: "month" takes the whole fee at once, "day" takes it in equal daily parts, and
            "day_if_short" does so only when there is not enough money for the month (facts 1.2).
        switch_fee: for changing to it.
        free_seconds: a call shorter than this costs nothing (facts 1.2).
        data_step: bytes to which a data session is rounded up; 100 KB (P).
        audience: who may have it; "family" only inside a family group.
        ussd: code that switches to it, or "".
        archived: kept by those who have it, not to be entered again.
    """

    id: str
    title: str
    description: str
    country: Country
    currency: Currency
    rates: Rates
    packages: tuple[Package, ...] = ()
    monthly: int = 0
    daily: int = 0
    charging: Literal["month", "day", "day_if_short"] = "month"
    switch_fee: int = 0
    free_seconds: int = 3
    data_step: int = 100 * 1024
    audience: Audience = "all"
    ussd: str = ""
    archived: bool = False


class Option(_Entry, frozen=True):
    """An option or service. All money is in minor units of `currency`.

    Args:
        id: slug, unique over all countries.
        title: its name.
        description: one Russian line.
        category: its section, see `CATEGORY_TITLES`.
        country: where it is offered.
        currency: of every price in it.
        connect: price of switching it on.
        monthly: fee for a month.
        daily: fee for a day.
        once: price of a one-off, paid at each order.
        first_of_month: the month that is paid for is the calendar's, not the option's own.
        on_use: the daily fee is taken only on days when it was used.
        days: how long a one-off lasts; 0 is until it is used up or switched off.
        trial_days: days without the fee after the first connection.
        group: of one group only one option is on at a time; "" is none.
        repeatable: may be ordered again while it is on.
        requires: options of which one must be on first; empty is none.
        tariffs: the only tariffs it goes with; empty is any.
        excluded: tariffs it does not go with.
        packages: what it includes.
        changes: how it changes the tariff's prices; None is not at all.
        ussd: code that switches it on, or "".
        ussd_off: code that switches it off, or "".
        removable: False where only an office with a passport switches it off.
        archived: kept by those who have it, not to be connected again.
        places: where it works abroad: codes of countries, or "europe"; empty is everywhere.
    """

    id: str
    title: str
    description: str
    category: Category
    country: Country
    currency: Currency
    connect: int = 0
    monthly: int = 0
    daily: int = 0
    once: int = 0
    first_of_month: bool = False
    on_use: bool = False
    days: int = 0
    trial_days: int = 0
    group: str = ""
    repeatable: bool = False
    requires: tuple[str, ...] = ()
    tariffs: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    changes: Changes | None = None
    ussd: str = ""
    ussd_off: str = ""
    removable: bool = True
    archived: bool = False
    places: tuple[str, ...] = ()

    @property
    def abroad(self) -> Literal["", "incoming", "packages"]:
        """What it does in another country besides its own packages.

        It makes incoming calls free, or lets the tariff's packages work.
        """
        if self.changes is None:
            return ""
        if "roaming" in self.changes.zones:
            return "packages"
        return "incoming" if self.changes.roaming_in == 0 else ""

    @property
    def is_sold(self) -> bool:
        """Whether money buys it."""
        return self.category != "points"

    def fits(self, tariff: Tariff) -> bool:
        """Tell whether the option may be on together with the tariff."""
        return (
            self.country == tariff.country
            and tariff.id not in self.excluded
            and (not self.tariffs or tariff.id in self.tariffs)
        )


class Catalogue(msgspec.Struct, frozen=True):
    """Everything on offer, by id, in the order in which lists show it."""

    tariffs: dict[str, Tariff]
    options: dict[str, Option]

    def tariffs_of(self, country: Country) -> list[Tariff]:
        """List the tariffs of a country, archived ones included."""
        return [tariff for tariff in self.tariffs.values() if tariff.country == country]

    def options_for(self, tariff: Tariff) -> list[Option]:
        """List the options that are sold with a tariff, archived ones included."""
        return [one for one in self.options.values() if one.is_sold and one.fits(tariff)]


@cache
def load() -> Catalogue:
    """Read the data files, once.

    Raises:
        msgspec.ValidationError: a data file has an unknown, missing or wrong field.
    """
    tariffs: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for country in ("ru", "by", "ua"):
        content, defaults = _read(f"tariffs_{country}.toml")
        for key, body in content["tariffs"].items():
            tariffs[key] = _complete(key, defaults, body, "{kind}")
        content, defaults = _read(f"options_{country}.toml")
        for category, bodies in content.items():
            for key, body in bodies.items():
                entry = _complete(key, defaults, body, key + ".{kind}")
                options[key] = {"category": category, **entry}
    return msgspec.convert({"tariffs": tariffs, "options": options}, Catalogue)


def _read(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read one data file; its defaults come apart."""
    content = tomllib.loads((Path(__file__).parent / name).read_text("utf-8"))
    return content, content.pop("defaults")


def _complete(
    key: str, defaults: dict[str, Any], body: dict[str, Any], bucket: str
) -> dict[str, Any]:
    """Put the defaults under an entry and the ids into it."""
    entry = _merge(defaults, body)
    entry["packages"] = [
        {"id": bucket.format(kind=package["kind"]), **package}
        for package in entry.get("packages", ())
    ]
    return {"id": key, **entry}


def _merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Lay one table over another, table by table."""
    merged = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], dict):
            merged[key] = _merge(under[key], over[key])
    return merged
