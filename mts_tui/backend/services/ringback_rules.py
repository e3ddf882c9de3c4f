"""Which rule of «GOOD'OK» decides: pure functions of the rules, the caller and the local time.

Time goes before a caller or a group, and those before everyone; of several that are equal, one is
taken by chance (facts 1.9).
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from mts_tui.backend.contract.errors import RingbackRefused
from mts_tui.backend.contract.ringback import RingbackRule, RuleFor, RuleOrder
from mts_tui.formatting import clean

PRIORITY: dict[RuleFor, int] = {"time": 0, "caller": 1, "group": 1, "everyone": 2}
"""The least decides."""
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
DAY_HOURS = 24
LONGEST_GROUP = 40


class Rule(msgspec.Struct, frozen=True):
    """A rule, as it is kept. See `contract.ringback.RingbackRule`."""

    id: str
    melody: str
    applies: RuleFor
    caller: str | None = None
    group: str = ""
    callers: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    from_hour: int = 0
    to_hour: int = DAY_HOURS

    def fits(self, caller: str, local: datetime) -> bool:
        """Whether it is about a call that comes now.

        Args:
            caller: Who calls, E.164.
            local: The account's own time.
        """
        if self.applies == "caller":
            return caller == self.caller
        if self.applies == "group":
            return caller in self.callers
        return self.applies == "everyone" or self._is_time(local)

    def _is_time(self, local: datetime) -> bool:
        day, hour = local.isoweekday(), local.hour
        if self.from_hour < self.to_hour:
            return self.from_hour <= hour < self.to_hour and self._is_day(day)
        if hour >= self.from_hour:
            return self._is_day(day)
        return hour < self.to_hour and self._is_day(day - 1 or 7)  # Begun the evening before.

    def _is_day(self, day: int) -> bool:
        return not self.weekdays or day in self.weekdays

    @property
    def told(self) -> str:
        """For whom or when, in a few words: `пт с 22:00 до 7:00`."""
        if self.applies == "everyone":
            return "для всех"
        if self.applies == "caller":
            return "для одного номера"
        if self.applies == "group":
            return f"для группы «{self.group}»"
        parts = [", ".join(WEEKDAYS[day - 1] for day in self.weekdays)] if self.weekdays else []
        if (self.from_hour, self.to_hour) != (0, DAY_HOURS):
            parts.append(f"с {self.from_hour}:00 до {self.to_hour}:00")
        return " ".join(parts)


def deciding(rules: Iterable[Rule], caller: str, local: datetime) -> list[Rule]:
    """The rules that decide about a call: equals among themselves; none is the usual ringing."""
    fitting = [rule for rule in rules if rule.fits(caller, local)]
    best = min((PRIORITY[rule.applies] for rule in fitting), default=0)
    return [rule for rule in fitting if PRIORITY[rule.applies] == best]


def ordered(rule_id: str, order: RuleOrder) -> Rule:
    """The rule that an order asks for; what another kind needs is left out.

    Raises:
        RingbackRefused: With what is missing.
    """
    if order.applies == "caller":
        if order.caller is None:
            raise RingbackRefused(reason="Укажите номер, для которого эта мелодия.")
        return Rule(rule_id, order.melody, "caller", caller=order.caller)
    if order.applies == "group":
        name = clean(order.group, LONGEST_GROUP).strip()
        if not name or not order.callers:
            raise RingbackRefused(reason="Назовите группу и укажите её номера, хотя бы один.")
        callers = tuple(dict.fromkeys(order.callers))
        return Rule(rule_id, order.melody, "group", group=name, callers=callers)
    if order.applies == "everyone":
        return Rule(rule_id, order.melody, "everyone")
    return _of_time(rule_id, order)


def view(rule: Rule, title: str) -> RingbackRule:
    """The rule, as it is answered.

    Args:
        rule: The rule.
        title: Its melody's.
    """
    timed = rule.applies == "time"
    return RingbackRule(
        id=rule.id,
        melody=rule.melody,
        title=title,
        applies=rule.applies,
        caller=rule.caller,
        group=rule.group,
        callers=list(rule.callers),
        weekdays=list(rule.weekdays),
        from_hour=rule.from_hour if timed else None,
        to_hour=rule.to_hour if timed else None,
    )


def _of_time(rule_id: str, order: RuleOrder) -> Rule:
    begin = order.from_hour or 0
    end = DAY_HOURS if order.to_hour is None else order.to_hour
    if not order.weekdays and (begin, end) == (0, DAY_HOURS):
        raise RingbackRefused(reason="Укажите дни недели или часы.")
    if begin == end:
        raise RingbackRefused(reason="Начало и конец совпадают: укажите разные часы.")
    days = tuple(sorted(set(order.weekdays)))
    return Rule(rule_id, order.melody, "time", weekdays=days, from_hour=begin, to_hour=end)
