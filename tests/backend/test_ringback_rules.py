"""Which rule decides: the documented priority against a naive model, hour by hour."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui.backend.contract.errors import RingbackRefused
from mts_tui.backend.contract.ringback import RuleOrder
from mts_tui.backend.services.ringback_rules import Rule, deciding, ordered

CALLERS = ["+79853705678", "+79853709900", "+79810531122"]
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def hours_of(rule: Rule) -> set[tuple[int, int]]:
    """Every weekday and hour of a rule, counted on from each day on which it begins."""
    begin, end = rule.from_hour, rule.to_hour
    length = end - begin if begin < end else 24 - begin + end
    found = set()
    for day in rule.weekdays or range(1, 8):
        for hour in range(begin, begin + length):
            found.add(((day - 1 + hour // 24) % 7 + 1, hour % 24))
    return found


def naive(rules: list[Rule], caller: str, local: datetime) -> list[str]:
    timed = [
        one.id
        for one in rules
        if one.applies == "time" and (local.isoweekday(), local.hour) in hours_of(one)
    ]
    if timed:
        return timed
    named = [
        one.id
        for one in rules
        if (one.applies == "caller" and one.caller == caller)
        or (one.applies == "group" and caller in one.callers)
    ]
    return named or [one.id for one in rules if one.applies == "everyone"]


hours = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda both: both[0] != both[1])


@st.composite
def some_rules(draw: st.DrawFn) -> list[Rule]:
    rules = []
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["everyone", "caller", "group", "time"]))
        name = str(number)
        if kind == "time":
            days = draw(st.sets(st.integers(1, 7), max_size=3))
            begin, end = draw(hours)
            rules.append(Rule(name, "m", kind, weekdays=tuple(days), from_hour=begin, to_hour=end))
        elif kind == "group":
            callers = draw(st.lists(st.sampled_from(CALLERS), min_size=1, unique=True))
            rules.append(Rule(name, "m", kind, group="g", callers=tuple(callers)))
        elif kind == "caller":
            rules.append(Rule(name, "m", kind, caller=draw(st.sampled_from(CALLERS))))
        else:
            rules.append(Rule(name, "m", kind))
    return rules


@given(some_rules(), st.sampled_from(CALLERS), st.integers(0, 7 * 24 - 1))
def test_the_documented_priority(rules: list[Rule], caller: str, hour: int):
    local = MONDAY + timedelta(hours=hour, minutes=59)
    assert [rule.id for rule in deciding(rules, caller, local)] == naive(rules, caller, local)


def test_a_night_belongs_to_the_day_it_begins_on():
    friday = Rule("1", "m", "time", weekdays=(5,), from_hour=22, to_hour=7)
    assert friday.told == "пт с 22:00 до 7:00"
    assert friday.fits("", datetime(2026, 11, 27, 22, 0, tzinfo=UTC))
    assert friday.fits("", datetime(2026, 11, 28, 6, 59, tzinfo=UTC))
    assert not friday.fits("", datetime(2026, 11, 28, 7, 0, tzinfo=UTC))
    assert not friday.fits("", datetime(2026, 11, 27, 6, 59, tzinfo=UTC))
    sunday = Rule("2", "m", "time", weekdays=(7,), from_hour=23, to_hour=1)
    assert sunday.fits("", datetime(2026, 11, 30, 0, 30, tzinfo=UTC))  # A Monday.


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (RuleOrder(melody="m", applies="caller"), "Укажите номер"),
        (RuleOrder(melody="m", applies="group", callers=CALLERS), "Назовите группу"),
        (RuleOrder(melody="m", applies="group", group="Семья"), "Назовите группу"),
        (RuleOrder(melody="m", applies="group", group="\u200b ", callers=CALLERS), "Назовите"),
        (RuleOrder(melody="m", applies="time"), "дни недели или часы"),
        (RuleOrder(melody="m", applies="time", from_hour=0, to_hour=24), "дни недели или часы"),
        (RuleOrder(melody="m", applies="time", from_hour=8, to_hour=8), "совпадают"),
    ],
)
def test_an_order_that_lacks_something(order: RuleOrder, told: str):
    with pytest.raises(RingbackRefused, match=told):
        ordered("1", order)


def test_what_another_kind_needs_is_left_out():
    order = RuleOrder(
        melody="m", applies="everyone", caller=CALLERS[0], group="g", callers=CALLERS,
        weekdays=[1], from_hour=3, to_hour=5,
    )  # fmt: skip
    assert ordered("1", order) == Rule("1", "m", "everyone")
