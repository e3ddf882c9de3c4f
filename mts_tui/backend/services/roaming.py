"""«Роуминг»: countries, prices on the account's tariff, and options that make them cheaper.

An option pays from so many minutes, messages or megabytes on as its price has of the price that
one of them costs without it; one that never pays in a country is not offered there.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mts_tui import formatting
from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.roaming import (
    RoamingCountries,
    RoamingCountry,
    RoamingHelp,
    RoamingTerms,
)
from mts_tui.backend.contract.tariffs import Price
from mts_tui.backend.operator import catalogue
from mts_tui.backend.operator.catalogue import Option, Tariff, TripRates
from mts_tui.backend.operator.catalogue.countries import ZONE_TITLES, Place, places, works_in
from mts_tui.backend.store.transaction import Row, Transaction

from .billing import tariff_of
from .caller import Caller, own_account

WORKS = [
    "Звонки и SMS",
    "Интернет",
    "Входящие SMS — бесплатно",
    "Команды вроде *100# — бесплатно",
    "Экстренный вызов 112",
]
NOTE = (
    "Разговор за границей считается целыми минутами, интернет — по 100 КБ. Чтобы он не начался "
    "сам, отключите передачу данных в роуминге в настройках телефона."
)
NOTE_RU = "Если роуминг ещё не подключён, наберите до поездки *111*2158#: это бесплатно."
NOTHING = "Здесь нет сети, с которой есть роуминг. Связь возможна только через спутниковый телефон."
CITY = "Городской номер работает только дома. Включите переадресацию на мобильный номер."
_UNITS = {"call": "минута", "sms": "SMS", "mms": "MMS", "data": "МБ"}
_FROM = {
    "call": ("минуты разговора", "минут разговора"),
    "incoming": ("минуты входящих", "минут входящих"),
    "sms": ("SMS", "SMS"),
    "mms": ("MMS", "MMS"),
    "data": ("МБ", "МБ"),
}
"""What it pays from, after «от»: of one, of more."""


class Fee(NamedTuple):
    """What an option costs, and how often.

    Attributes:
        amount: Minor units.
        unit: For what, in words.
        within: In which time what it covers is counted.
    """

    amount: int
    unit: str
    within: str


def countries(tx: Transaction, caller: Caller, account: str, text: str) -> RoamingCountries:
    """See `contract.roaming.Roaming.countries`."""
    row = own_account(tx, caller, account)
    wanted = formatting.fold(text.strip())
    home = tariff_of(tx, row["tariff_id"]).country
    found = [one for one in places().values() if one.code != home and wanted in _names(one)]
    if wanted:  # What people mean comes first: the name's beginning, and where people go.
        found.sort(key=lambda one: (not _begins(one, wanted), one.zone != "popular"))
    return RoamingCountries(items=[_country(one) for one in found])


def terms(tx: Transaction, caller: Caller, account: str, country: str) -> RoamingTerms:
    """See `contract.roaming.Roaming.terms`."""
    row = own_account(tx, caller, account)
    tariff = tariff_of(tx, row["tariff_id"])
    place = places().get(country)
    if place is None or country == tariff.country:
        raise NotFound
    if why := _nothing(row, place):
        return RoamingTerms(country=_country(place), works=[], prices=[], help=[], note=why)
    rates = tariff.rates.abroad(place.zone)
    return RoamingTerms(
        country=_country(place),
        works=WORKS,
        prices=_prices(rates, tariff.currency),
        help=sorted(_help(tariff, place, rates), key=lambda one: one.least),
        note=f"{NOTE} {NOTE_RU}" if tariff.country == "RU" else NOTE,
    )


def _nothing(account: Row, place: Place) -> str:
    if account["kind"] != "mobile":
        return CITY
    return NOTHING if place.zone == "none" else ""


def _names(place: Place) -> str:
    return formatting.fold(f"{place.title} {place.also} {place.code}")


def _begins(place: Place, wanted: str) -> bool:
    return formatting.fold(place.title).startswith(wanted)


def _country(place: Place) -> RoamingCountry:
    return RoamingCountry(code=place.code, title=place.title, zone=ZONE_TITLES[place.zone])


def _prices(rates: TripRates, currency: str) -> list[Price]:
    listed = (
        ("Входящий звонок", rates.call_in, "call"),
        ("Исходящий звонок", rates.call_out, "call"),
        ("Исходящее SMS", rates.sms, "sms"),
        ("Исходящее MMS", rates.mms, "mms"),
        ("Интернет", rates.data_mb, "data"),
    )
    return [
        Price(
            title=title,
            price=Money(amount_minor=amount, currency=currency),
            unit=_UNITS[kind],
        )
        for title, amount, kind in listed
    ]


def _one_of(parts: list[str]) -> str:
    """«6 минут, 21 SMS или 1 МБ»."""
    *first, last = parts
    return f"{', '.join(first)} или {last}" if first else last


def _help(tariff: Tariff, place: Place, rates: TripRates) -> Iterator[RoamingHelp]:
    for option in catalogue.load().options_for(tariff):
        if option.archived or option.requires or not _works_in(option, place):
            continue
        fee = _fee(option)
        found = [(least, what) for least, what in _pays_from(option, tariff, rates, fee) if least]
        if not found:
            continue
        parts = [f"{least} {_FROM[what][least != 1]}" for least, what in found]
        yield RoamingHelp(
            option=option.id,
            title=option.title,
            description=option.description,
            price=Money(amount_minor=fee.amount, currency=option.currency),
            unit=fee.unit,
            pays_from=f"Окупается от {_one_of(parts)} {fee.within}.",
            least=min(least for least, _what in found),
            code=option.ussd,
        )


def _works_in(option: Option, place: Place) -> bool:
    return not option.places or works_in(option.places, place.code)


def _pays_from(
    option: Option, tariff: Tariff, rates: TripRates, fee: Fee
) -> Iterator[tuple[int, str]]:
    """From how many units it pays, 0 where it never does, and units of what."""
    per = {"call": rates.call_out, "sms": rates.sms, "mms": rates.mms, "data": rates.data_mb}
    if option.abroad == "incoming":
        yield _least(fee.amount, rates.call_in), "incoming"
    packages = option.packages
    if option.abroad == "packages":
        packages = tariff.packages
    for package in packages:
        if option.abroad == "packages" or "roaming" in package.zones:
            least = _least(fee.amount, per[package.kind])
            yield least if package.unlimited or least <= package.size else 0, package.kind


def _least(fee: int, price: int) -> int:
    """How many units of a price are worth a fee; 0 where no number is."""
    return max(1, -(-fee // price)) if price else 0


def _fee(option: Option) -> Fee:
    if option.daily:
        unit = "в день пользования" if option.on_use else "в день"
        return Fee(option.daily, unit, "в день")
    if option.once:
        days = formatting.count(option.days, "день", "дня", "дней")
        return Fee(option.once, f"на {days}", f"за {days}")
    return Fee(option.monthly, "в месяц", "в месяц")
