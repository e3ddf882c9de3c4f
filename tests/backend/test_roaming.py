"""«Роуминг»: every country has its zone, prices are those that are charged, options pay when told."""

from collections.abc import Callable

import pytest

from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.roaming import Roaming, RoamingHelp, RoamingTerms
from mts_tui.backend.operator import catalogue
from mts_tui.backend.operator.catalogue.countries import ZONE_TITLES, places, zone_of
from mts_tui.backend.operator.rating import Usage, rate

from .desk import Window
from .paydesk import CITY, MAIN, MINSK

Terms = Callable[[str], RoamingTerms]


@pytest.fixture
def terms(anna: Window) -> Terms:
    return lambda country: anna.ask(Roaming.terms, MAIN, country)


def titles(window: Window, text: str = "", account: str = MAIN) -> list[str]:
    return [one.title for one in window.ask(Roaming.countries, account, text).items]


def test_every_country_is_there_but_ones_own(anna: Window):
    found = titles(anna)
    assert len(found) == len(places()) - 1 > 240
    assert "Россия" not in found
    assert "Россия" in titles(anna, account=MINSK)
    assert "Беларусь" not in titles(anna, account=MINSK)
    assert set(ZONE_TITLES) == {one.zone for one in places().values()}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("тур", "Турция"),
        ("ТУРЦИЯ", "Турция"),
        ("tr", "Турция"),
        ("белоруссия", "Беларусь"),
        ("англия", "Великобритания"),
        ("эмираты", "ОАЭ"),
        ("бали", "Индонезия"),
        ("тёркс", "Тёркс и Кайкос"),
        ("теркс", "Тёркс и Кайкос"),
    ],
)
def test_a_country_is_found_by_what_people_call_it(anna: Window, text: str, first: str):
    assert titles(anna, text)[0] == first


def test_nothing_fits(anna: Window):
    assert titles(anna, "Лукоморье") == []


@pytest.mark.parametrize("country", ["RU", "XX", "ZZ"])
def test_no_such_country_abroad(anna: Window, country: str):
    with pytest.raises(NotFound):
        anna.ask(Roaming.terms, MAIN, country)


@pytest.mark.parametrize("country", ["TR", "KZ", "DE", "BR"])
def test_what_is_told_is_what_is_charged(terms: Terms, country: str):
    told = {price.title: price.price.amount_minor for price in terms(country).prices}
    tariff = catalogue.load().tariffs["smart-nonstop"]

    def charged(kind: str, direction: str, units: int) -> int:
        usage = Usage(kind, direction, "+79161234567", f"roaming:{country}", "own", units)
        return rate(usage, tariff, {}).amount_minor

    assert told["Входящий звонок"] == charged("call", "in", 60)
    assert told["Исходящий звонок"] == charged("call", "out", 60)
    assert told["Исходящее SMS"] == charged("sms", "out", 1)
    assert told["Исходящее MMS"] == charged("mms", "out", 1)
    assert zone_of("??") == "popular"


def test_zones_differ(terms: Terms):
    minute = {code: terms(code).prices[0].price.amount_minor for code in ("KZ", "TR", "DE", "BR")}
    assert minute == {"KZ": 35_00, "TR": 65_00, "DE": 85_00, "BR": 155_00}


def unit_price(terms: RoamingTerms, one: RoamingHelp) -> int:
    """What one unit of the cheapest thing that it covers costs without it."""
    prices = {price.unit: price.price.amount_minor for price in terms.prices}
    first = one.pays_from.removeprefix("Окупается от ").split()[1]
    return prices[{"минут": "минута", "минуты": "минута"}.get(first, first)]


@pytest.mark.parametrize("country", ["TR", "KZ", "LV", "BR"])
def test_an_option_pays_exactly_from_there_on(terms: Terms, country: str):
    found = terms(country)
    assert len(found.help) > 5
    assert [one.least for one in found.help] == sorted(one.least for one in found.help)
    for one in found.help:
        if "или" not in one.pays_from:
            price, fee = unit_price(found, one), one.price.amount_minor
            assert (one.least - 1) * price < fee <= one.least * price, one.title


def offered(terms: RoamingTerms) -> set[str]:
    return {one.option for one in terms.help}


def test_options_are_offered_where_they_work(terms: Terms):
    assert "sms-europe-50" in offered(terms("LV"))
    assert "sms-europe-50" in offered(terms("ES"))  # In Europe, though of another price zone.
    assert "sms-europe-50" not in offered(terms("TR"))
    assert "baltic-100" not in offered(terms("LV"))  # Archived.
    assert "turbo-abroad" not in offered(terms("TR"))  # Only on top of another one.
    assert not any("russia" in option for option in offered(terms("TR")))


def test_sentences_agree_with_their_numbers(terms: Terms):
    told = {one.option: one.pays_from for one in terms("TR").help}
    assert told["zero-abroad"] == "Окупается от 2 минут входящих в день."
    assert told["free-journey"] == "Окупается от 4 минут разговора в день."
    assert told["bit-abroad"] == "Окупается от 1 МБ в день."
    assert told["sms-world-50"] == "Окупается от 27 SMS за 30\u00a0дней."
    assert told["zabugorishche"] == "Окупается от 6 минут разговора, 21 SMS или 1 МБ в день."


def test_where_nothing_works_that_is_said(terms: Terms, anna: Window):
    nowhere = terms("AQ")
    assert (nowhere.works, nowhere.prices, nowhere.help) == ([], [], [])
    assert "спутниковый" in nowhere.note
    city = anna.ask(Roaming.terms, CITY, "TR")
    assert (city.works, city.prices) == ([], [])
    assert "только дома" in city.note


def test_another_country_has_its_own_money(anna: Window):
    found = anna.ask(Roaming.terms, MINSK, "RU")
    assert {price.price.currency for price in found.prices} == {"BYN"}
    assert found.prices[0].price.amount_minor == 90
