"""Where the demo's children are: days of two towns, invented, in places everybody knows.

Where a phone is at a moment follows from the seed, the account and the moment alone, so a moved
clock finds the child where a clock that ran would have.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from random import Random

from msgspec import Struct

EARTH_M = 6_371_000
METRES_OF_DEGREE = 111_320
STAYING_M, MOVING_M = 40, 250
"""How exactly the network knows a phone at rest, and one under way."""
_MORNING, _CHARGER, _FULL = 7 * 60, 22 * 60, 100
"""Minutes of the day: the phone leaves its charger and comes back to it."""
_CHARGES_A_MINUTE = 0.9


class Spot(Struct, frozen=True):
    """A place of a town.

    Attributes:
        name: As people call it.
        latitude: Degrees.
        longitude: Degrees.
    """

    name: str
    latitude: float
    longitude: float


class Seen(Struct, frozen=True):
    """A phone as the network sees it; `accuracy_m` is a radius in metres."""

    latitude: float
    longitude: float
    accuracy_m: int
    place: str


class Town(Struct, frozen=True):
    """A child's town: where it goes, and by which stations.

    Attributes:
        home: Where the nights are.
        ways: Places by name, each with the stops between home and it.
    """

    home: Spot
    ways: dict[str, tuple[Spot, ...]]


MOSCOW = Town(
    Spot("Русаковская улица", 55.7877, 37.6822),
    {
        "school": (
            Spot("улица Стромынка", 55.7920, 37.6970),
            Spot("м. «Преображенская площадь»", 55.7963, 37.7136),
            Spot("Большая Черкизовская улица", 55.7985, 37.7235),
        ),
        "club": (
            Spot("м. «Комсомольская»", 55.7741, 37.6546),
            Spot("м. «Проспект Мира»", 55.7818, 37.6332),
            Spot("м. «Алексеевская»", 55.8078, 37.6387),
            Spot("м. «ВДНХ»", 55.8196, 37.6408),
            Spot("ВДНХ", 55.8297, 37.6327),
        ),
        "grandmother": (
            Spot("м. «Комсомольская»", 55.7741, 37.6546),
            Spot("м. «Чистые пруды»", 55.7650, 37.6383),
            Spot("м. «Китай-город»", 55.7565, 37.6313),
            Spot("Пятницкая улица", 55.7400, 37.6287),
        ),
        "park": (
            Spot("м. «Сокольники»", 55.7893, 37.6799),
            Spot("парк «Сокольники»", 55.7951, 37.6762),
        ),
    },
)
PETERSBURG = Town(
    Spot("Средний проспект В. О.", 59.9425, 30.2730),
    {
        "school": (
            Spot("м. «Василеостровская»", 59.9426, 30.2783),
            Spot("Университетская набережная", 59.9408, 30.2990),
        ),
        "club": (
            Spot("м. «Невский проспект»", 59.9355, 30.3271),
            Spot("Аничков дворец", 59.9330, 30.3395),
        ),
        "grandmother": (
            Spot("м. «Горьковская»", 59.9563, 30.3189),
            Spot("м. «Петроградская»", 59.9664, 30.3113),
            Spot("м. «Чёрная речка»", 59.9855, 30.3008),
        ),
        "park": (
            Spot("Дворцовый мост", 59.9413, 30.3080),
            Spot("Летний сад", 59.9449, 30.3355),
        ),
    },
)
_SCHOOL = (8 * 60, 25, 14 * 60 + 10)
"""Minutes of the day: leaving home, the way there, leaving for home."""
_DAYS: tuple[tuple[tuple[str, int, int, int], ...], ...] = (
    (("school", *_SCHOOL), ("club", 15 * 60 + 20, 45, 18 * 60)),
    (("school", *_SCHOOL), ("park", 16 * 60 + 30, 15, 18 * 60)),
    (("school", *_SCHOOL), ("club", 15 * 60 + 20, 45, 18 * 60)),
    (("school", *_SCHOOL),),
    (("school", *_SCHOOL), ("grandmother", 15 * 60 + 30, 40, 19 * 60)),
    (("park", 12 * 60, 15, 15 * 60),),
    (("grandmother", 11 * 60 + 30, 40, 17 * 60 + 30),),
)
"""By weekday: where to, when it leaves home, the way in minutes, when it leaves for home."""


def seen(seed: int, account: str, region: str, at: datetime) -> Seen:
    """Where a phone is.

    Args:
        seed: The demo's.
        account: Whose.
        region: Of the number, which tells the town.
        at: When, in the account's own zone.
    """
    town = PETERSBURG if region.startswith("Санкт-Петербург") else MOSCOW
    where, moving = _found(town, Random(f"{seed}:{account}:{at.date()}:day"), at)
    accuracy = MOVING_M if moving else STAYING_M
    rng = Random(f"{seed}:{account}:{at.timestamp():.0f}:seen")
    accuracy += rng.randrange(accuracy)
    north, east = (rng.uniform(-0.4, 0.4) * accuracy for _ in range(2))
    return Seen(
        round(where.latitude + north / METRES_OF_DEGREE, 5),
        round(
            where.longitude + east / METRES_OF_DEGREE / cos(radians(where.latitude)),
            5,
        ),
        accuracy,
        where.name,
    )


def battery(seed: int, account: str, at: datetime) -> int:
    """How full a phone's battery is, per cent: it falls all day and is charged at night.

    Args:
        seed: The demo's.
        account: Whose.
        at: When, in the account's own zone.
    """
    minute = at.hour * 60 + at.minute
    if minute < _MORNING:
        return _FULL
    low = _evening(seed, account, at.date())
    if minute < _CHARGER:
        return round(_FULL - (_FULL - low) * (minute - _MORNING) / (_CHARGER - _MORNING))
    return min(_FULL, round(low + (minute - _CHARGER) * _CHARGES_A_MINUTE))


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How far two points, latitude and longitude in degrees, are from one another."""
    north, east = radians(other[0] - one[0]), radians(other[1] - one[1])
    along = cos(radians(one[0])) * cos(radians(other[0])) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(sin(north / 2) ** 2 + along))


def _evening(seed: int, account: str, day: date) -> int:
    return Random(f"{seed}:{account}:{day}:battery").randrange(18, 52)


def _found(town: Town, rng: Random, at: datetime) -> tuple[Spot, bool]:
    """The place, and whether it is one of a way."""
    minute = at.hour * 60 + at.minute + at.second / 60
    for name, leaves, takes, returns in _DAYS[at.weekday()]:
        late = rng.randrange(-9, 10)
        way = (town.home, *town.ways[name])
        there, back = minute - leaves - late, minute - returns - late
        if 0 <= there < takes:
            return _along(way, there / takes), True
        if takes <= there and back < 0:
            return way[-1], False
        if 0 <= back < takes:
            return _along(way[::-1], back / takes), True
    return town.home, False


def _along(way: Sequence[Spot], share: float) -> Spot:
    """The point at a share of a way, called by the nearest of its stops."""
    lengths = [
        hypot(b.latitude - a.latitude, (b.longitude - a.longitude) * cos(radians(a.latitude)))
        for a, b in pairwise(way)
    ]
    left = share * sum(lengths)
    for (a, b), length in zip(pairwise(way), lengths, strict=True):
        if left <= length:
            part = left / length
            near = a if part < 0.5 else b  # noqa: PLR2004 - half of the way
            return Spot(
                near.name,
                a.latitude + (b.latitude - a.latitude) * part,
                a.longitude + (b.longitude - a.longitude) * part,
            )
        left -= length
    return way[-1]
