"""Known answers, worked out by hand from the tariff table (facts 2.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui.backend.operator.catalogue import MEGABYTE, load
from mts_tui.backend.operator.rating import UNLIMITED, Charge, Usage, country_of, rate, route_of

TARIFFS = load().tariffs
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
ZONES = ["home", "country", "roaming:TR"]


@given(
    tariff=st.sampled_from(list(TARIFFS.values())),
    kind=st.sampled_from(["call", "sms", "mms", "data"]),
    direction=st.sampled_from(["out", "in", "missed"]),
    zone=st.sampled_from(ZONES),
    route=st.sampled_from(ROUTES),
    units=st.integers(0, 10**10),
    left=st.dictionaries(st.sampled_from(["call", "sms", "mms", "data"]), st.integers(0, 10**8)),
)
def test_nothing_is_lost_between_package_and_money(
    *, tariff, kind, direction, zone, route, units, left
):
    usage = Usage(kind, direction, "+79560000000", zone, route, units)
    charge = rate(usage, tariff, left)
    assert charge.amount_minor >= 0
    assert 0 <= charge.bucket_units <= charge.rated_units
    if charge.rated_units:
        assert charge.rated_units >= units
    if charge.bucket is None:
        assert charge.bucket_units == charge.before == charge.after == 0
    elif charge.before != UNLIMITED:
        assert charge.before == left[charge.bucket]
        assert charge.after == charge.before - charge.bucket_units >= 0
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
