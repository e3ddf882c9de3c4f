"""Known answers, worked out by hand from the tariff table (facts 2.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui.backend.operator.catalogue import MEGABYTE, load
from mts_tui.backend.operator.rating import (
    UNLIMITED,
    Charge,
    Plan,
    Share,
    Usage,
    country_of,
    effective,
    rate,
    route_of,
)

TARIFFS = load().tariffs
OPTIONS = load().options
MOSCOW = "+79853701234"
KB100 = 100 * 1024


def call(route: str, seconds: int, *, direction: str = "out", zone: str = "home") -> Usage:
    return Usage("call", direction, "+79560000000", zone, route, seconds)


def sms(route: str, parts: int = 1, *, direction: str = "out", zone: str = "home") -> Usage:
    return Usage("sms", direction, "+79560000000", zone, route, parts)


def mms(pieces: int = 1, *, direction: str = "out", zone: str = "home") -> Usage:
    return Usage("mms", direction, "+79560000000", zone, "own", pieces)


def data(size: int, *, zone: str = "home") -> Usage:
    return Usage("data", "out", "internet.mts.ru", zone, "internet", size)


# Tariff, usage, what is left, then: money, rule, rated units, taken from the package.
# fmt: off
KNOWN = [
    # Smart Nonstop: package first, then 0 / 2 / 0 / 3 a minute.
    ("smart-nonstop", call("other", 61), {"call": 600}, 0, "call.home.package", 120, 120),  # 2 min
    ("smart-nonstop", call("other", 60), {"call": 600}, 0, "call.home.package", 60, 60),  # exactly 1
    ("smart-nonstop", call("other", 3), {"call": 600}, 0, "call.home.package", 60, 60),  # 3 s count
    ("smart-nonstop", call("other", 2), {"call": 600}, 0, "call.home.brief", 0, 0),  # 2 s do not
    ("smart-nonstop", call("other", 300), {"call": 120}, 600, "call.home.mixed", 300, 120),  # 5 − 2 = 3 × 2.00
    ("smart-nonstop", call("other", 121), {"call": 60}, 400, "call.home.mixed", 180, 60),  # 3 − 1 = 2 × 2.00
    ("smart-nonstop", call("other", 121), {}, 600, "call.home.rate", 180, 0),  # 3 × 2.00
    ("smart-nonstop", call("city", 30), {}, 200, "call.home.rate", 60, 0),  # 1 × 2.00
    ("smart-nonstop", call("own", 600), {"call": 60}, 0, "call.home.mixed", 600, 60),  # 9 × 0.00
    ("smart-nonstop", call("own", 600), {}, 0, "call.home.zero", 600, 0),  # 10 × 0.00
    ("smart-nonstop", call("own_country", 61), {}, 0, "call.home.zero", 120, 0),  # 2 × 0.00
    ("smart-nonstop", call("other_country", 61), {"call": 600}, 600, "call.home.rate", 120, 0),  # 2 × 3.00, not in the package
    ("smart-nonstop", call("cis", 125), {"call": 600}, 10_500, "call.home.rate", 180, 0),  # 3 × 35.00
    ("smart-nonstop", call("europe", 59), {}, 4_900, "call.home.rate", 60, 0),  # 1 × 49.00
    ("smart-nonstop", call("world", 61), {}, 14_000, "call.home.rate", 120, 0),  # 2 × 70.00
    ("smart-nonstop", call("short", 300), {"call": 600}, 0, "call.home.short", 0, 0),
    ("smart-nonstop", call("other", 300, direction="in"), {}, 0, "call.home.in", 0, 0),
    ("smart-nonstop", call("other", 0, direction="missed"), {}, 0, "call.home.missed", 0, 0),
    # The same in another region: as at home.
    ("smart-nonstop", call("other", 61, zone="country"), {"call": 600}, 0, "call.country.package", 120, 120),
    ("smart-nonstop", call("other", 61, direction="in", zone="country"), {}, 0, "call.country.in", 0, 0),
    # Abroad: 65.00 a minute both ways (P), the package stays at home, two seconds are a minute.
    ("smart-nonstop", call("own", 61, zone="roaming:TR"), {"call": 600}, 13_000, "call.roaming.rate", 120, 0),  # 2 × 65.00
    ("smart-nonstop", call("own", 20, direction="in", zone="roaming:TR"), {}, 6_500, "call.roaming.rate", 60, 0),  # 1 × 65.00
    ("smart-nonstop", call("own", 2, zone="roaming:TR"), {}, 6_500, "call.roaming.rate", 60, 0),  # 1 × 65.00
    ("smart-nonstop", sms("own", zone="roaming:TR"), {"sms": 5}, 1_900, "sms.roaming.rate", 1, 0),  # 1 × 19.00
    ("smart-nonstop", data(MEGABYTE, zone="roaming:TR"), {"data": MEGABYTE}, 80_566, "data.roaming.rate", 11 * KB100, 0),  # 1100 / 1024 × 750.00 = 805.664
    # SMS 1.00 home, 3.80 country, 5.25 abroad; the package is for home.
    ("smart-nonstop", sms("other"), {"sms": 5}, 0, "sms.home.package", 1, 1),
    ("smart-nonstop", sms("other", 3), {"sms": 2}, 100, "sms.home.mixed", 3, 2),  # 3 − 2 = 1 × 1.00
    ("smart-nonstop", sms("own", 2), {}, 200, "sms.home.rate", 2, 0),  # 2 × 1.00
    ("smart-nonstop", sms("own_country"), {"sms": 5}, 380, "sms.home.rate", 1, 0),  # 1 × 3.80
    ("smart-nonstop", sms("europe", 2), {"sms": 5}, 1_050, "sms.home.rate", 2, 0),  # 2 × 5.25
    ("smart-nonstop", sms("short"), {}, 0, "sms.home.short", 0, 0),
    ("smart-nonstop", sms("own", direction="in", zone="roaming:TR"), {}, 0, "sms.roaming.in", 0, 0),
    ("smart-nonstop", mms(), {}, 650, "mms.home.rate", 1, 0),  # 1 × 6.50
    ("smart-nonstop", mms(direction="in"), {}, 0, "mms.home.in", 0, 0),
    # Traffic goes by 100 KB: 1 byte is 100 KB; 1 MB is 11 of them.
    ("smart-nonstop", data(1), {"data": MEGABYTE}, 0, "data.home.package", KB100, KB100),
    ("smart-nonstop", data(MEGABYTE), {"data": 10 * MEGABYTE}, 0, "data.home.package", 11 * KB100, 11 * KB100),
    ("smart-nonstop", data(1), {}, 97, "data.home.rate", KB100, 0),  # 100 / 1024 × 9.90 = 0.9668
    ("smart-nonstop", data(5 * KB100), {"data": 2 * KB100}, 290, "data.home.mixed", 5 * KB100, 2 * KB100),  # 300 / 1024 × 9.90 = 2.9004
    ("smart-nonstop", data(256 * KB100), {}, 24_750, "data.home.rate", 256 * KB100, 0),  # 25 MB × 9.90
    # Smart mini: calls to the own network are free without the package, the rest of Russia is in it.
    ("smart-mini", call("own", 300), {"call": 600}, 0, "call.home.zero", 300, 0),
    ("smart-mini", call("other_country", 61), {"call": 60}, 1_400, "call.home.mixed", 120, 60),  # 2 − 1 = 1 × 14.00
    ("smart-mini", call("own_country", 61), {}, 400, "call.home.rate", 120, 0),  # 2 × 2.00
    ("smart-mini", sms("own"), {}, 150, "sms.home.rate", 1, 0),  # 1 × 1.50
    # On a trip it has its own prices: 8.90 a minute, SMS 3.95; other countries as from home.
    ("smart-mini", call("other", 61, zone="country"), {"call": 600}, 1_780, "call.country.rate", 120, 0),  # 2 × 8.90
    ("smart-mini", call("other", 61, direction="in", zone="country"), {}, 1_780, "call.country.rate", 120, 0),  # 2 × 8.90
    ("smart-mini", call("cis", 20, zone="country"), {}, 3_500, "call.country.rate", 60, 0),  # 1 × 35.00
    ("smart-mini", sms("other", 2, zone="country"), {"sms": 5}, 790, "sms.country.rate", 2, 0),  # 2 × 3.95
    ("smart-mini", sms("world", zone="country"), {}, 525, "sms.country.rate", 1, 0),  # 1 × 5.25
    # Ultra: 1.50 to other networks, SMS 0.50.
    ("ultra", call("other", 181), {}, 600, "call.home.rate", 240, 0),  # 4 × 1.50
    ("ultra", sms("other", 3), {}, 150, "sms.home.rate", 3, 0),  # 3 × 0.50
    # No monthly fee.
    ("red-energy", call("own", 61), {}, 320, "call.home.rate", 120, 0),  # 2 × 1.60
    ("red-energy", call("other_country", 61), {}, 1_600, "call.home.rate", 120, 0),  # 2 × 8.00
    ("super-mts", call("own", 1_260), {"call": 1_200}, 150, "call.home.mixed", 1_260, 1_200),  # 21 − 20 = 1 × 1.50
    ("super-mts", call("other", 61), {"call": 1_200}, 500, "call.home.rate", 120, 0),  # 2 × 2.50
    ("super-mts", call("other_country", 61), {}, 7_000, "call.home.rate", 120, 0),  # 2 × 35.00
    ("tvoya-strana", call("cis", 121), {}, 3_000, "call.home.rate", 180, 0),  # 3 × 10.00
    # By the second at home, by the minute elsewhere.
    ("posekundnyi", call("other", 61), {}, 305, "call.home.rate", 61, 0),  # 61 × 0.05
    ("posekundnyi", call("own", 3), {}, 15, "call.home.rate", 3, 0),  # 3 × 0.05
    ("posekundnyi", call("own_country", 61), {}, 1_000, "call.home.rate", 120, 0),  # 2 × 5.00
    # Unlimited traffic.
    ("smart-bezlimitishe", data(50 * MEGABYTE), {}, 0, "data.home.package", 512 * KB100, 512 * KB100),
    # Belarus: 0.13 and 0.19 BYN a minute.
    ("by-gostevoi", call("own", 121), {}, 39, "call.home.rate", 180, 0),  # 3 × 0.13
    ("by-gostevoi", call("other", 61), {}, 38, "call.home.rate", 120, 0),  # 2 × 0.19
    ("by-bezlimitishche-2", call("other", 121), {"call": 60}, 38, "call.home.mixed", 180, 60),  # 2 × 0.19
]
# fmt: on


@pytest.mark.parametrize(
    ("tariff", "usage", "left", "amount", "rule", "rated", "taken"),
    KNOWN,
    ids=[f"{case[0]}-{case[4]}-{case[1].route}-{case[1].units}" for case in KNOWN],
)
def test_known_answer(*, tariff, usage, left, amount, rule, rated, taken):
    charge = rate(usage, TARIFFS[tariff], left)
    assert (charge.amount_minor, charge.rule) == (amount, rule)
    assert (charge.rated_units, charge.bucket_units) == (rated, taken)


# Tariff, options that are on, usage, what is left, then: money, rule, what each package gave.
# fmt: off
WITH_OPTIONS = [
    # «Пакет 100 SMS»: after the tariff's own 2 of 5 parts, 3 more; then nothing is left: 2 × 1.00.
    ("smart-nonstop", ["sms-100"], sms("other", 5), {"sms": 2, "sms-100.sms": 100}, 0, "sms.home.package", [2, 3]),
    ("smart-nonstop", ["sms-100"], sms("other", 5), {"sms": 2, "sms-100.sms": 1}, 200, "sms.home.mixed", [2, 1]),  # 5 − 2 − 1 = 2 × 1.00
    ("smart-nonstop", ["sms-100"], sms("own_country"), {"sms-100.sms": 9}, 0, "sms.home.package", [1]),  # it covers the country
    # Traffic: 500 MB more.
    ("smart", ["turbo-500"], data(3 * KB100), {"data": KB100, "turbo-500.data": MEGABYTE}, 0, "data.home.package", [KB100, 2 * KB100]),
    ("smart", ["turbo-500", "extra-500"], data(3 * KB100), {"data": KB100, "turbo-500.data": KB100, "extra-500.data": KB100}, 0, "data.home.package", [KB100] * 3),
    # «Ноль на МТС»: 100 minutes a day to the own network beside the tariff's 20.
    ("super-mts", ["zero-mts"], call("own", 180), {"call": 60, "zero-mts.call": 6_000}, 0, "call.home.package", [60, 120]),
    ("super-mts", ["zero-mts"], call("own_country", 61), {"zero-mts.call": 6_000}, 1_000, "call.home.rate", []),  # 2 × 5.00
    ("super-mts", ["free-mts-100"], call("own_country", 61), {"free-mts-100.call": 6_000}, 0, "call.home.package", [120]),
    # «Дополнительные минуты 150» are for the rest of Russia.
    ("smart", ["minutes-150"], call("other_country", 61), {"call": 600, "minutes-150.call": 9_000}, 0, "call.home.package", [120]),
    ("smart", ["minutes-150"], call("other_country", 121), {"minutes-150.call": 60}, 600, "call.home.mixed", [60]),  # 3 − 1 = 2 × 3.00
    # «Звонки за границу от 11,9 ₽»: 11.90, 24.90 and 39.90 a minute (P).
    ("smart", ["abroad-calls"], call("cis", 121), {}, 3_570, "call.home.rate", []),  # 3 × 11.90
    ("smart", ["abroad-calls"], call("europe", 61), {}, 4_980, "call.home.rate", []),  # 2 × 24.90
    ("smart", ["abroad-calls"], call("world", 60), {}, 3_990, "call.home.rate", []),  # 1 × 39.90
    ("tvoya-strana", ["abroad-calls"], call("cis", 121), {}, 3_000, "call.home.rate", []),  # the tariff's 3 × 10.00 is less
    ("smart", ["abroad-calls", "favourite-world"], call("europe", 61), {}, 1_580, "call.home.rate", []),  # 2 × 7.90
    # «95 копеек»: 0.95 at home instead of 1.60.
    ("red-energy", ["kopecks-95"], call("other", 181), {}, 380, "call.home.rate", []),  # 4 × 0.95
    # «MMS+»: half of 6.50.
    ("smart", ["mms-plus"], mms(3), {}, 975, "mms.home.rate", []),  # 3 × 3.25
    ("smart", ["mms-10"], mms(3), {"mms-10.mms": 2}, 650, "mms.home.mixed", [2]),  # 3 − 2 = 1 × 6.50
    # On a trip in the country: «Везде как дома», «Входящие в поездках по России».
    ("super-mts", ["as-home"], call("other", 61, zone="country"), {}, 500, "call.country.rate", []),  # 2 × 2.50, not 8.90
    ("smart-mini", ["as-home"], call("other", 61, zone="country"), {"call": 600}, 0, "call.country.package", [120]),
    ("smart-mini", ["as-home"], call("own", 61, direction="in", zone="country"), {}, 0, "call.country.in", []),
    ("smart-mini", ["incoming-russia"], call("own", 61, direction="in", zone="country"), {}, 0, "call.country.in", []),
    ("smart-mini", ["incoming-russia"], call("own", 61, zone="country"), {}, 1_780, "call.country.rate", []),  # 2 × 8.90
    ("smart-mini", ["as-home-smart"], call("other", 61, zone="country"), {"call": 600, "as-home-smart.call": 60}, 890, "call.country.mixed", [60]),  # 2 − 1 = 1 × 8.90
    # Abroad: «Ноль без границ», «Свободное путешествие», «БИТ за границей», «Забугорище».
    ("smart", ["zero-abroad"], call("own", 61, direction="in", zone="roaming:TR"), {}, 0, "call.roaming.in", []),
    ("smart", ["zero-abroad"], call("own", 61, zone="roaming:TR"), {}, 13_000, "call.roaming.rate", []),  # 2 × 65.00
    ("smart", ["free-journey"], call("own", 121, zone="roaming:TR"), {"free-journey.call": 60}, 13_000, "call.roaming.mixed", [60]),  # 3 − 1 = 2 × 65.00
    ("smart", ["bit-abroad"], data(KB100, zone="roaming:TR"), {"data": MEGABYTE, "bit-abroad.data": MEGABYTE}, 0, "data.roaming.package", [KB100]),
    ("smart", ["super-bit-abroad"], data(9 * KB100, zone="roaming:TR"), {}, 0, "data.roaming.package", [9 * KB100]),
    ("smart", ["zabugorishche"], call("own", 61, zone="roaming:TR"), {"call": 600}, 0, "call.roaming.package", [120]),
    ("smart", ["zabugorishche"], sms("own", 2, zone="roaming:TR"), {"sms": 1}, 1_900, "sms.roaming.mixed", [1]),  # 2 − 1 = 1 × 19.00
    # «50 SMS в Европе» is for Europe: in Serbia, not in Turkey.
    ("smart", ["sms-europe-50"], sms("own", 2, zone="roaming:RS"), {"sms-europe-50.sms": 50}, 0, "sms.roaming.package", [2]),
    ("smart", ["sms-europe-50"], sms("own", 2, zone="roaming:TR"), {"sms-europe-50.sms": 50}, 3_800, "sms.roaming.rate", []),  # 2 × 19.00
    # Belarus: 60 minutes more.
    ("by-bezlimitishche-2", ["by-all-networks"], call("other", 121), {"call": 60, "by-all-networks.call": 60}, 19, "call.home.mixed", [60, 60]),  # 3 − 2 = 1 × 0.19
]
# fmt: on


@pytest.mark.parametrize(
    ("tariff", "options", "usage", "left", "amount", "rule", "given"),
    WITH_OPTIONS,
    ids=[f"{case[0]}-{'-'.join(case[1])}-{case[2].units}" for case in WITH_OPTIONS],
)
def test_known_answer_with_options(*, tariff, options, usage, left, amount, rule, given):
    plan = Plan(effective(TARIFFS[tariff], [OPTIONS[one] for one in options]))
    charge = plan.rate(usage, left)
    assert (charge.amount_minor, charge.rule) == (amount, rule)
    taken = [charge.bucket_units] * (charge.bucket is not None)
    assert taken + [one.units for one in charge.more] == given
    assert plan.rate(usage, left) == charge, "what is looked up once stays the same"


def test_known_answers_are_enough():
    assert len(KNOWN) + len(WITH_OPTIONS) >= 60


def test_the_package_that_ends_first_is_used_first():
    tariff = effective(TARIFFS["smart"], [OPTIONS["turbo-500"], OPTIONS["extra-500"]])
    left = {"data": KB100, "turbo-500.data": KB100, "extra-500.data": KB100}
    order = ("extra-500.data", "data", "turbo-500.data")
    charge = Plan(tariff, order).rate(data(3 * KB100), left)
    assert charge.bucket == "extra-500.data"
    assert charge.more == (Share("data", KB100, KB100), Share("turbo-500.data", KB100, KB100))


def test_an_unlimited_package_leaves_nothing_to_the_next():
    tariff = effective(TARIFFS["smart-bezlimitishe"], [OPTIONS["turbo-500"]])
    charge = Plan(tariff).rate(data(3 * KB100), {"turbo-500.data": KB100})
    assert (charge.bucket, charge.before, charge.more) == ("data", UNLIMITED, ())
    first = Plan(tariff, ("turbo-500.data",)).rate(data(3 * KB100), {"turbo-500.data": KB100})
    assert (first.bucket, first.after) == ("turbo-500.data", 0)
    assert first.more == (Share("data", 2 * KB100, UNLIMITED),)


def test_options_leave_the_tariff_as_it_is():
    tariff = TARIFFS["smart-mini"]
    before = str(tariff)
    effective(tariff, OPTIONS.values())
    assert str(tariff) == before
    assert effective(tariff, []) is tariff


def test_charge_tells_what_the_package_had():
    charge = rate(call("other", 300), TARIFFS["smart-nonstop"], {"call": 120})
    assert charge == Charge(
        amount_minor=600,
        rule="call.home.mixed",
        rate_minor=200,
        unit="minute",
        rated_units=300,
        bucket="call",
        bucket_units=120,
        before=120,
        after=0,
    )


def test_unlimited_package_has_no_bottom():
    charge = rate(data(1), TARIFFS["smart-bezlimitishe"], {})
    assert (charge.bucket, charge.before, charge.after) == ("data", UNLIMITED, UNLIMITED)


def test_second_rate_says_so():
    charge = rate(call("own", 10), TARIFFS["posekundnyi"], {})
    assert (charge.rate_minor, charge.unit) == (5, "second")


ROUTES = ["own", "other", "city", "own_country", "other_country", "cis", "europe", "world", "short"]
BUCKETS = sorted(
    {one.id for entry in (*TARIFFS.values(), *OPTIONS.values()) for one in entry.packages}
)
ZONES = ["home", "country", "roaming:TR"]


@given(
    tariff=st.sampled_from(list(TARIFFS.values())),
    options=st.lists(st.sampled_from(list(OPTIONS)), max_size=4, unique=True),
    kind=st.sampled_from(["call", "sms", "mms", "data"]),
    direction=st.sampled_from(["out", "in", "missed"]),
    zone=st.sampled_from(ZONES),
    route=st.sampled_from(ROUTES),
    units=st.integers(0, 10**10),
    left=st.dictionaries(st.sampled_from(BUCKETS), st.integers(0, 10**8), max_size=12),
)
def test_nothing_is_lost_between_package_and_money(
    *, tariff, options, kind, direction, zone, route, units, left
):
    usage = Usage(kind, direction, "+79560000000", zone, route, units)
    charge = Plan(effective(tariff, [OPTIONS[one] for one in options])).rate(usage, left)
    assert charge.amount_minor >= 0
    assert 0 <= charge.bucket_units <= charge.rated_units
    if charge.rated_units:
        assert charge.rated_units >= units
    if charge.bucket is None:
        assert charge.bucket_units == charge.before == charge.after == 0
    elif charge.before != UNLIMITED:
        assert charge.before == left[charge.bucket]
        assert charge.after == charge.before - charge.bucket_units >= 0
    taken = charge.bucket_units
    for share in charge.more:
        assert share.before in (UNLIMITED, left.get(share.bucket))
        assert share.units > 0
        taken += share.units
    assert taken <= charge.rated_units
    paid = charge.rated_units - taken
    assert (charge.amount_minor > 0) <= (paid > 0)
    how = charge.rule.rsplit(".", 1)[1]
    if how in {"missed", "in", "short", "brief", "package", "zero"}:
        assert charge.amount_minor == 0
    assert how in {"missed", "in", "short", "brief", "package", "mixed", "zero", "rate"}


@pytest.mark.parametrize(
    ("own", "peer", "route"),
    [
        (MOSCOW, "+79853751122", "own"),
        (MOSCOW, "+79161234567", "own"),
        (MOSCOW, "+79810601234", "own_country"),
        (MOSCOW, "+79840201234", "own_country"),
        (MOSCOW, "+79561234567", "other"),
        (MOSCOW, "+79571234567", "other"),
        (MOSCOW, "+79721234567", "other_country"),
        (MOSCOW, "+79981234567", "other_country"),
        (MOSCOW, "+74950000001", "city"),
        (MOSCOW, "+78120000001", "other_country"),
        (MOSCOW, "+78000000001", "short"),
        (MOSCOW, "+77010000001", "cis"),
        (MOSCOW, "+375330000010", "cis"),
        (MOSCOW, "+998000000001", "cis"),
        (MOSCOW, "+447700900123", "europe"),
        (MOSCOW, "+3530000000", "europe"),
        (MOSCOW, "+12025550123", "world"),
        (MOSCOW, "+8500000000", "world"),
        (MOSCOW, "0890", "short"),
        (MOSCOW, "MTS", "short"),
        ("+79810530012", "+79810601234", "own"),
        ("+79810530012", "+79853751122", "own_country"),
        ("+74950000001", "+79853751122", "own"),
        ("+74950000001", "+74990000001", "city"),
        ("+375330000001", "+375330000010", "own"),
        ("+375330000001", "+375292000010", "own"),
        ("+375330000001", "+375291000010", "other"),
        ("+375330000001", "+375170000010", "city"),
        ("+375330000001", "+79853751122", "cis"),
        ("+380500000001", "+380500000010", "own"),
        ("+380500000001", "+380670000010", "other"),
        ("+380500000001", "+380440000010", "city"),
        ("+380500000001", "+375330000010", "cis"),
    ],
)
def test_route(own: str, peer: str, route: str):
    assert route_of(own, peer) == route


def test_country():
    phones = (MOSCOW, "+375330000001", "+380500000001", "+77010000001", "+447700900123")
    assert [country_of(phone) for phone in phones] == ["RU", "BY", "UA", "", ""]
