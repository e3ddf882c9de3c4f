"""The countries of the world, in Russian, and what roaming costs there: their price zones.

Names follow the Unicode CLDR, shortened to what people say; zones are the project's own (P).
"""

import csv
from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

import msgspec

RoamingZone = Literal["cis", "europe", "popular", "world", "none"]
ZONE_TITLES: Final[dict[RoamingZone, str]] = {
    "cis": "СНГ и соседи",
    "europe": "Европа",
    "popular": "Популярные страны",
    "world": "Остальной мир",
    "none": "Нет роуминга",
}
EUROPE: Final = "europe"
"""Where an option for Europe works: not only in the zone of this name."""


class Place(msgspec.Struct, frozen=True):
    """A country or a territory.

    Args:
        code: ISO 3166.
        title: its name.
        zone: what roaming costs there; "none" where there is no network to roam in.
        in_europe: options for Europe work there.
        also: other names by which it is looked for.
    """

    code: str
    title: str
    zone: RoamingZone
    in_europe: bool
    also: str


@cache
def places() -> dict[str, Place]:
    """Every country by its code, in the order of names."""
    text = resources.files(__package__).joinpath("countries.csv").read_text("utf-8")
    return {
        row["code"]: Place(
            row["code"], row["title"], _zone(row["zone"]), row["europe"] == "yes", row["also"]
        )
        for row in csv.DictReader(text.splitlines())
    }


def zone_of(code: str) -> RoamingZone:
    """The price zone of a country; the most usual one where the code is not known."""
    place = places().get(code)
    return place.zone if place is not None else "popular"


def works_in(where: tuple[str, ...], code: str) -> bool:
    """Whether a country is one of those named, or in Europe where that is named."""
    place = places().get(code)
    return code in where or (EUROPE in where and place is not None and place.in_europe)


def _zone(text: str) -> RoamingZone:
    zones: tuple[RoamingZone, ...] = get_args(RoamingZone)
    return zones[zones.index(text)]
