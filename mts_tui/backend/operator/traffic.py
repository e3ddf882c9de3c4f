"""What people of the demo do with their phones: the same seed makes the same life.

A day is made from `Random(f"{seed}:{account}:{day}")` and nothing before it, so any day can be
made alone. What a month comes to (minutes, SMS, traffic) is planned for the month and divided
over its days, so packages are used as people use them. Only `random()` is drawn: its sequence is
promised by Python for ever, while that of `sample` or `expovariate` is not.

Every number is one that cannot belong to anyone (facts 4.6): the codes without rows in the
registry, the gaps of the operator's own codes, and abroad the ranges that are reserved for
fiction. The beginning of each gap is left to the subscribers of the demo themselves: +7 985 370,
+7 981 053, +7 982 0575, +7 983 080, +7 984 001, +375 33 000-00-0x, +380 50 000-00-0x.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from math import fsum
from operator import itemgetter
from random import Random
from typing import Final, NamedTuple

import msgspec

from mts_tui.backend.operator.catalogue import MEGABYTE, Kind, Route
from mts_tui.backend.operator.rating import Direction, Usage, country_of, route_of

__all__ = [
    "ACCESS_POINTS",
    "PROFILES",
    "Contact",
    "Profile",
    "contacts",
    "day_usage",
    "is_invented",
    "live_usage",
]

Record = tuple[int, Usage]
"""Seconds since midnight of the account's own day, and what happened."""

ACCESS_POINTS: Final = {"RU": "internet.mts.ru", "BY": "internet.mts.by", "UA": "internet"}


class Profile(msgspec.Struct, frozen=True):
    """How a person uses a phone. Ranges are lowest and highest.

    Args:
        minutes: outgoing minutes in a month, each call rounded up.
        sms: outgoing SMS in a month.
        traffic: megabytes in a month; every fourth month or so comes near the highest.
        circle: how many of the account's contacts are in use.
        calls_in: incoming calls in a day, on average; other averages below are the same.
        missed: missed calls.
        sms_in: incoming SMS.
        sessions: data sessions.
        mms: chance of an MMS in a day.
        foreign: chance of a call to another country in a day.
        trips: how many trips in the country and how many abroad a year has at most.
        weekend: how much a day off is used, 1.0 being a working day.
        hours: 24 weights of the hours of a working day.
        hours_off: the same for a day off.
    """

    minutes: tuple[int, int]
    sms: tuple[int, int]
    traffic: tuple[int, int]
    circle: int
    calls_in: float
    missed: float
    sms_in: float
    sessions: float
    mms: float = 0.0
    foreign: float = 0.0
    trips: tuple[int, int] = (0, 0)
    weekend: float = 0.7
    hours: str = "000000135889789888976532"
    hours_off: str = "100000001357888888888753"


PROFILES: Final[dict[str, Profile]] = {
    # Smart Nonstop: 400 minutes, 400 SMS, 10 GB.
    "adult": Profile(
        minutes=(265, 390),
        sms=(18, 60),
        traffic=(5_600, 9_900),
        circle=15,
        calls_in=3.4,
        missed=0.8,
        sms_in=2.6,
        sessions=5.5,
        mms=0.012,
        foreign=0.008,
        trips=(2, 1),
    ),
    # A second SIM card without a monthly fee, kept for advertisements and couriers.
    "second": Profile(
        minutes=(20, 60),
        sms=(2, 10),
        traffic=(4, 20),
        circle=6,
        calls_in=1.2,
        missed=0.5,
        sms_in=1.0,
        sessions=0.5,
        trips=(1, 0),
    ),
    # Безлимитище 2.0 of Belarus: 400 minutes, 100 SMS, unlimited traffic.
    "belarus": Profile(
        minutes=(180, 360),
        sms=(8, 40),
        traffic=(4_000, 14_000),
        circle=10,
        calls_in=2.6,
        missed=0.6,
        sms_in=1.6,
        sessions=5.0,
        mms=0.006,
        foreign=0.010,
        trips=(0, 1),
    ),
    # МТС Junior: 300 minutes, 100 SMS, 5 GB.
    "child": Profile(
        minutes=(70, 170),
        sms=(12, 60),
        traffic=(2_200, 4_900),
        circle=6,
        calls_in=2.2,
        missed=1.0,
        sms_in=1.6,
        sessions=4.0,
        mms=0.02,
        trips=(1, 0),
        weekend=1.2,
        hours="000000269622599988752000",
        hours_off="000000001368999999986300",
    ),
    # A city phone: 600 minutes, neither messages nor internet.
    "city": Profile(
        minutes=(150, 420),
        sms=(0, 0),
        traffic=(0, 0),
        circle=12,
        calls_in=3.0,
        missed=1.4,
        sms_in=0.0,
        sessions=0.0,
        weekend=0.4,
        hours="000000000689878776532100",
        hours_off="000000000035666654321000",
    ),
}


class Contact(msgspec.Struct, frozen=True):
    """Someone whom the account calls: an invented name and a number that nobody has."""

    name: str
    phone: str


_NAMES: Final = (
    "Мама|Папа|Бабушка|Оля|Сергей|Лена работа|Игорь|Настя|Дима гараж|Катя|Павел Андреевич|Юля|"
    "Миша|Света|Антон шиномонтаж|Вика|Андрей|Марина Викторовна|Женя|Таня|Костя|Ира соседка|"
    "Никита|Аня|Роман дача|Даша|Максим|Людмила Петровна|Илья|Ксюша|Курьер Олег|Тимур|Полина|"
    "Стоматолог Вера|Глеб|Алина|Денис тренер|Соня|Валентин Ильич|Рита"
)

# Gaps of the operator's own codes (facts 4.6): code, first and last free block of 10,000.
_OWN_GAPS: Final = {
    "985": (371, 379),
    "981": (54, 76),
    "982": (58, 76),
    "983": (81, 89),
    "984": (2, 98),
}
# Codes without any row in the registry: other operators at home and in other regions.
_OTHER_NEAR: Final = ("956", "957")
_OTHER_FAR: Final = ("972", "973", "974", "975", "976", "998")
# Ranges that regulators keep for films, and how many digits are free: Ofcom's mobile drama
# numbers and the American 555-01xx.
_FICTION: Final = (("+447700900", 3), ("+120255501", 2))
_BELARUS: Final = "+37533000"
_UKRAINE: Final = "+38050000"

_SERVICES: Final = ("3339", "8111", "4555", "0890")
_ABROAD_ZONES: Final = ("roaming:TR", "roaming:EG", "roaming:GE", "roaming:RS", "roaming:AE")
_CALL_MINUTES: Final = (1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 11)
_LIVE_DATA: Final = 0.7  # Shares of what happens while one looks: data, then SMS, then calls.
_LIVE_SMS: Final = 0.88
_NEAREST: Final = 4  # People talk mostly to a few, and those live nearby.


@lru_cache(maxsize=1024)
def contacts(seed: int, account: str, phone: str) -> tuple[Contact, ...]:
    """List an account's 6 to 15 interlocutors, the nearest first; they never change.

    Args:
        seed: of the demo.
        account: whose contacts.
        phone: the account's number, E.164: it decides in which country they live.
    """
    rng = Random(f"{seed}:{account}:contacts")
    names = _NAMES.split("|")
    people: dict[str, Contact] = {}
    for place in range(6 + int(rng.random() * 10)):
        peer = _peer(rng, phone, place)
        while peer in people:
            peer = _peer(rng, phone, place)
        people[peer] = Contact(names.pop(int(rng.random() * len(names))), peer)
    return tuple(people.values())


def _peer(rng: Random, phone: str, place: int) -> str:
    """Draw a number that nobody has, for a contact of a given place in the circle."""
    country = country_of(phone)
    if country != "RU":
        # Two digits are free here; the first ten of them are the demo's subscribers.
        return f"{_UKRAINE if country == 'UA' else _BELARUS}{10 + int(rng.random() * 90):04}"
    far = place >= _NEAREST and _happens(rng, 0.3)
    if _happens(rng, 0.5):
        home = phone[2:5] if phone[2:5] in _OWN_GAPS else "985"
        codes = tuple(code for code in _OWN_GAPS if (code == home) != far)
        code = codes[int(rng.random() * len(codes))]
        first, last = _OWN_GAPS[code]
        return f"+7{code}{first + int(rng.random() * (last - first + 1)):03}{_digits(rng, 4)}"
    codes = _OTHER_FAR if far else _OTHER_NEAR
    return f"+7{codes[int(rng.random() * len(codes))]}{_digits(rng, 7)}"


def is_invented(phone: str) -> bool:
    """Tell whether a number, E.164, is one of those that the demo's interlocutors have."""
    if any(phone.startswith(start) for start, _free in _FICTION):
        return True
    if phone.startswith((_BELARUS, _UKRAINE)):
        return phone[-4:] >= "0010"  # The first ten are the demo's subscribers.
    code, block = phone[2:5], phone[5:8]
    if not phone.startswith("+7"):
        return False
    if code in (*_OTHER_NEAR, *_OTHER_FAR):
        return True
    first, last = _OWN_GAPS.get(code, (1, 0))
    return first <= int(block) <= last


def _happens(rng: Random, chance: float) -> bool:
    return rng.random() < chance


def _digits(rng: Random, count: int) -> str:
    return f"{int(rng.random() * 10**count):0{count}}"


def _day_off(weekday: int) -> bool:
    """Saturday and Sunday, counting from a Monday of zero."""
    return weekday % 7 in (5, 6)


class _Month(NamedTuple):
    """What each day of a month comes to: minutes, SMS, bytes."""

    minutes: tuple[int, ...]
    sms: tuple[int, ...]
    traffic: tuple[int, ...]


@lru_cache(maxsize=512)
def _month(seed: int, account: str, profile: Profile, year: int, month: int) -> _Month:
    """Plan a month: how much in all, and how it falls on the days."""
    rng = Random(f"{seed}:{account}:{year}-{month:02}")
    first = date(year, month, 1)
    days = (date(year + month // 12, month % 12 + 1, 1) - first).days
    weights = [
        (profile.weekend if _day_off(first.weekday() + day) else 1.0) * (0.4 + 1.2 * rng.random())
        for day in range(days)
    ]
    low, high = profile.traffic
    heavy = _happens(rng, 0.25)
    share = 0.9 + 0.1 * rng.random() if heavy else 0.8 * rng.random()
    return _Month(
        _spread(_between(rng, profile.minutes), weights),
        _spread(_between(rng, profile.sms), weights),
        _spread(int((low + (high - low) * share) * MEGABYTE), weights[::-1]),
    )


def _between(rng: Random, bounds: tuple[int, int]) -> int:
    low, high = bounds
    return low + int(rng.random() * (high - low + 1))


def _spread(total: int, weights: Sequence[float]) -> tuple[int, ...]:
    """Divide a whole by weights so that the parts make the whole exactly."""
    # fsum, because sum() of floats differs between versions of Python.
    scale, run, parts, given = total / fsum(weights), 0.0, [], 0
    for weight in weights[:-1]:
        run += weight
        parts.append(int(run * scale) - given)
        given += parts[-1]
    return (*parts, total - given)


@lru_cache(maxsize=128)
def _trips(seed: int, account: str, profile: Profile, year: int) -> dict[date, str]:
    """Find the days of a year that are spent away, and the zone of each."""
    rng = Random(f"{seed}:{account}:trips:{year}")
    away: dict[date, str] = {}
    for abroad, most in enumerate(profile.trips):
        for _ in range(int(rng.random() * (most + 1))):
            start = date(year, 1, 1) + timedelta(int(rng.random() * 350))
            zone = _ABROAD_ZONES[int(rng.random() * len(_ABROAD_ZONES))] if abroad else "country"
            for day in range(3 + int(rng.random() * 5)):
                away.setdefault(start + timedelta(day), zone)
    return away


@lru_cache(maxsize=256)
def _circle(seed: int, account: str, phone: str, size: int) -> tuple[tuple[str, Route], ...]:
    """Repeat each contact as often as it is called, to draw one in a single step."""
    people = contacts(seed, account, phone)[:size]
    return tuple(
        (person.phone, route_of(phone, person.phone))
        for place, person in enumerate(people)
        for _ in range(1 + 12 // (place + 1))
    )


@lru_cache(maxsize=64)
def _clock(weights: str) -> tuple[int, ...]:
    """Repeat the start of each hour as often as its weight, to draw one in a single step."""
    return tuple(hour * 3600 for hour, weight in enumerate(weights) for _ in range(int(weight)))


class _Day(NamedTuple):
    """What the makers of one day share."""

    rng: Random
    circle: tuple[tuple[str, Route], ...]
    clock: tuple[int, ...]
    zone: str

    def second(self) -> int:
        """Draw a moment of the day."""
        rng = self.rng
        return self.clock[int(rng.random() * len(self.clock))] + int(rng.random() * 3600)

    def times(self, mean: float) -> range:
        """Draw how often something happens."""
        return range(int(self.rng.random() * (2 * mean + 1)))

    def with_someone(self, kind: Kind, direction: Direction, units: int) -> Record:
        """Make one usage with a contact."""
        peer, route = self.circle[int(self.rng.random() * len(self.circle))]
        return self.second(), Usage(kind, direction, peer, self.zone, route, units)

    def talk(self, most: int) -> tuple[int, int]:
        """Draw a call: its minutes, rounded up, and its seconds."""
        minutes = min(most, _CALL_MINUTES[int(self.rng.random() * len(_CALL_MINUTES))])
        return minutes, minutes * 60 - int(self.rng.random() * 54)


def day_usage(seed: int, account: str, phone: str, profile: Profile, day: date) -> list[Record]:
    """Make everything that one account does on one day, by time.

    Args:
        seed: of the demo.
        account: whose day.
        phone: the account's number, E.164 with «+».
        profile: how the account uses its phone, see `PROFILES`.
        day: which day, in the account's own time zone.

    Returns:
        Seconds since midnight and the usage. Nothing is rated yet.
    """
    plan = _month(seed, account, profile, day.year, day.month)
    index = day.day - 1
    scene = _Day(
        Random(f"{seed}:{account}:{day}"),
        _circle(seed, account, phone, profile.circle),
        _clock(profile.hours_off if _day_off(day.weekday()) else profile.hours),
        _trips(seed, account, profile, day.year).get(day, "home"),
    )
    if scene.zone.startswith("roaming"):
        # Abroad people keep silent and use the hotel's Wi-Fi.
        records = [
            *(scene.with_someone("call", "out", scene.talk(2)[1]) for _ in scene.times(0.4)),
            *(scene.with_someone("call", "in", scene.talk(1)[1]) for _ in scene.times(0.2)),
            *(scene.with_someone("sms", "out", 1) for _ in scene.times(0.6)),
            *(scene.with_someone("sms", "in", 1) for _ in scene.times(profile.sms_in)),
        ]
    else:
        records = [
            *_calls(scene, profile, plan.minutes[index]),
            *_messages(scene, profile, plan.sms[index]),
            *_sessions(scene, profile, phone, plan.traffic[index]),
            *_foreign(scene, profile, phone),
        ]
    records.sort(key=itemgetter(0))
    return records


def _calls(day: _Day, profile: Profile, minutes: int) -> Iterator[Record]:
    """Make the calls of a day; those going out use up its minutes."""
    while minutes > 0:
        used, seconds = day.talk(minutes)
        minutes -= used
        yield day.with_someone("call", "out", seconds)
        if _happens(day.rng, 0.06):
            # Dropped at once: it is in the statement and costs nothing.
            yield day.with_someone("call", "out", 1 + int(day.rng.random() * 2))
    for _ in day.times(profile.calls_in):
        yield day.with_someone("call", "in", day.talk(60)[1])
    for _ in day.times(profile.missed):
        yield day.with_someone("call", "missed", 0)


def _messages(day: _Day, profile: Profile, sms: int) -> Iterator[Record]:
    """Make the messages of a day; a long SMS uses several parts."""
    while sms > 0:
        parts = min(sms, 1 if _happens(day.rng, 0.8) else 2)
        sms -= parts
        yield day.with_someone("sms", "out", parts)
    for _ in day.times(profile.sms_in):
        if _happens(day.rng, 0.5):
            yield day.with_someone("sms", "in", 1)
        else:
            sender = _SERVICES[int(day.rng.random() * len(_SERVICES))]
            yield day.second(), Usage("sms", "in", sender, day.zone, "short", 1)
    if _happens(day.rng, profile.mms):
        yield day.with_someone("mms", "out" if _happens(day.rng, 0.6) else "in", 1)


def _sessions(day: _Day, profile: Profile, phone: str, traffic: int) -> Iterator[Record]:
    """Divide the traffic of a day into sessions of uneven size."""
    if traffic <= 0:
        return
    weights = [
        0.1 + day.rng.random() * day.rng.random() for _ in (0, *day.times(profile.sessions - 1))
    ]
    point = ACCESS_POINTS[country_of(phone)]
    for size in _spread(traffic, weights):
        yield day.second(), Usage("data", "out", point, day.zone, "internet", size)


def _foreign(day: _Day, profile: Profile, phone: str) -> Iterator[Record]:
    """Once in months, call someone in another country."""
    if not _happens(day.rng, profile.foreign):
        return
    country = country_of(phone)
    if _happens(day.rng, 0.5):
        peer = _peer(day.rng, "+7985" if country == "BY" else "+375", _NEAREST - 1)
    else:
        start, free = _FICTION[int(day.rng.random() * len(_FICTION))]
        peer = start + _digits(day.rng, free)
    usage = Usage("call", "out", peer, day.zone, route_of(phone, peer), day.talk(4)[1])
    yield day.second(), usage


def live_usage(rng: Random, phone: str, people: Sequence[Contact]) -> Usage:
    """Make one small usage that happens while the application is open.

    Args:
        rng: where chance comes from; it moves on.
        phone: the account's number, E.164 with «+».
        people: its contacts; with none there is only data.
    """
    chance = rng.random()
    if chance < _LIVE_DATA or not people:
        size = int((0.3 + 2.7 * rng.random()) * MEGABYTE)
        return Usage("data", "out", ACCESS_POINTS[country_of(phone)], "home", "internet", size)
    peer = people[int(rng.random() * len(people))].phone
    direction: Direction = "in" if _happens(rng, 0.6) else "out"
    if chance < _LIVE_SMS:
        return Usage("sms", direction, peer, "home", route_of(phone, peer), 1)
    seconds = 8 + int(rng.random() * 150)
    return Usage("call", direction, peer, "home", route_of(phone, peer), seconds)
