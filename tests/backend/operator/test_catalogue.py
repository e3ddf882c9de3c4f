"""The data files are whole: ids meet, prices are sane, what people look for is there."""

import re

import msgspec
import pytest

from mts_tui.backend.operator import catalogue
from mts_tui.backend.operator.catalogue import CATEGORY_TITLES, Option, Package, Tariff, load

CATALOGUE = load()
TARIFFS = list(CATALOGUE.tariffs.values())
OPTIONS = list(CATALOGUE.options.values())
CURRENCIES = {"RU": "RUB", "BY": "BYN", "UA": "UAH"}


def by_id(entry: Tariff | Option) -> str:
    return entry.id


def test_is_read_once():
    assert load() is CATALOGUE


def test_has_enough_to_choose_from():
    assert len(CATALOGUE.tariffs_of("RU")) >= 16
    assert len(CATALOGUE.tariffs_of("BY")) >= 3
    assert len(CATALOGUE.tariffs_of("UA")) == 1
    assert sum(option.country == "RU" for option in OPTIONS) >= 60


def test_every_category_is_used():
    assert {option.category for option in OPTIONS} == set(CATEGORY_TITLES)


def test_ids_are_unique_over_tariffs_and_options():
    assert not CATALOGUE.tariffs.keys() & CATALOGUE.options.keys()


@pytest.mark.parametrize("entry", [*TARIFFS, *OPTIONS], ids=by_id)
def test_entry_reads_well(entry: Tariff | Option):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id)
    assert entry.title.strip() == entry.title != ""
    assert entry.description
    assert not entry.description.endswith(".")
    assert "\n" not in entry.description
    assert entry.currency == CURRENCIES[entry.country]
    assert "vodafone" not in (entry.title + entry.description).lower()
    buckets = [package.id for package in entry.packages]
    assert len(set(buckets)) == len(buckets)
    for package in entry.packages:
        assert package.unlimited != (package.size > 0)


@pytest.mark.parametrize("tariff", TARIFFS, ids=by_id)
def test_tariff_prices_are_sane(tariff: Tariff):
    rates = tariff.rates
    assert min(tariff.monthly, tariff.daily, tariff.switch_fee) >= 0
    assert not (tariff.monthly and tariff.daily)
    prices = msgspec.to_builtins(rates.call)
    routes = prices.pop("per_second")
    assert all(price >= 0 for price in prices.values())
    assert set(routes) <= prices.keys()
    assert rates.call.short == 0
    assert rates.call.cis <= rates.call.europe <= rates.call.world
    assert rates.sms.home <= rates.sms.country <= rates.sms.abroad
    assert rates.data_mb < rates.roaming.data_mb
    if rates.trip:
        # Where a trip has its own prices, the packages of the tariff stay at home.
        assert all(package.zones == ("home",) for package in tariff.packages)


@pytest.mark.parametrize("option", OPTIONS, ids=by_id)
def test_option_refers_to_what_exists(option: Option):
    assert set(option.requires) <= CATALOGUE.options.keys() - {option.id}
    for tariff in (*option.tariffs, *option.excluded):
        assert CATALOGUE.tariffs[tariff].country == option.country
    for required in option.requires:
        assert CATALOGUE.options[required].country == option.country
    assert not set(option.tariffs) & set(option.excluded)
    assert any(option.fits(tariff) for tariff in CATALOGUE.tariffs_of(option.country))


@pytest.mark.parametrize("option", OPTIONS, ids=by_id)
def test_option_prices_are_sane(option: Option):
    assert min(option.connect, option.monthly, option.daily, option.once) >= 0
    assert sum(price > 0 for price in (option.monthly, option.daily, option.once)) <= 1
    assert (option.days > 0) <= (option.once > 0)
    assert not (option.on_use and not option.daily)
    if option.trial_days:
        assert option.monthly or option.daily


def test_required_options_do_not_exclude_the_one_that_requires_them():
    for option in OPTIONS:
        for required in option.requires:
            assert not option.group or CATALOGUE.options[required].group != option.group


def test_groups_hold_more_than_one():
    groups = [option.group for option in OPTIONS if option.group]
    lonely = {group for group in groups if groups.count(group) == 1}
    assert lonely <= {"single_country"}


@pytest.mark.parametrize(
    ("tariff", "monthly", "minutes", "sms", "megabytes"),
    [
        ("smart-mini", 300_00, 250, 250, 2 * 1024),
        ("smart", 450_00, 500, 500, 3 * 1024),
        ("smart-nonstop", 500_00, 400, 400, 10 * 1024),
        ("smart-bezlimitishe", 570_00, 200, 1100, 0),
        ("smart-plus", 900_00, 1100, 1100, 5 * 1024),
        ("smart-top", 1500_00, 2000, 2000, 10 * 1024),
        ("ultra", 2700_00, 5000, 5000, 15 * 1024),
        ("smart-dlya-svoikh", 310_00, 600, 600, 10 * 1024),
        ("tarifishche", 650_00, 900, 900, 0),
        ("moi-smart", 550_00, 400, 400, 15 * 1024),
    ],
)
def test_tariff_is_as_in_facts(tariff: str, monthly: int, minutes: int, sms: int, megabytes: int):
    entry = CATALOGUE.tariffs[tariff]
    assert entry.monthly == monthly
    assert [package.size for package in entry.packages] == [minutes, sms, megabytes]
    assert entry.packages[2].unlimited == (megabytes == 0)


def test_package_amount_is_in_units_of_usage():
    nonstop = CATALOGUE.tariffs["smart-nonstop"]
    assert [package.amount for package in nonstop.packages] == [400 * 60, 400, 10 * 1024**3]


def test_bucket_ids():
    assert [package.id for package in CATALOGUE.tariffs["smart"].packages] == [
        "call",
        "sms",
        "data",
    ]
    assert [package.id for package in CATALOGUE.options["sms-100"].packages] == ["sms-100.sms"]


def test_special_plans_are_there():
    tariffs = CATALOGUE.tariffs
    assert tariffs["posekundnyi"].archived
    assert tariffs["mts-junior"].audience == "child"
    assert tariffs["gorodskoi-nomer"].audience == "city"
    assert tariffs["smart-dlya-svoikh"].audience == "family"
    assert tariffs["smart"].charging == "day_if_short"
    assert {tariff.charging for tariff in CATALOGUE.tariffs_of("BY")} == {"day"}


def test_options_for_a_tariff():
    nonstop = {option.id for option in CATALOGUE.options_for(CATALOGUE.tariffs["smart-nonstop"])}
    assert {"extra-1gb", "sms-100", "blacklist"} <= nonstop
    assert not nonstop & {"extra-500", "bit", "as-home", "zero-mts", "by-forwarding"}
    super_mts = {option.id for option in CATALOGUE.options_for(CATALOGUE.tariffs["super-mts"])}
    assert {"zero-mts", "free-mts-100", "bit"} <= super_mts


def test_unknown_field_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": "call", "kind": "call", "minutes": 5}, Package)


def test_merge_keeps_what_lies_under():
    under = {"rates": {"mms": 1, "call": {"own": 1}}, "country": "RU"}
    over = {"rates": {"call": {"other": 2}}}
    assert catalogue._merge(under, over) == {
        "rates": {"mms": 1, "call": {"own": 1, "other": 2}},
        "country": "RU",
    }
    assert under == {"rates": {"mms": 1, "call": {"own": 1}}, "country": "RU"}
