"""Open map data that comes along: coast and regions of Russia, Moscow and Saint Petersburg.

What it is, where it is from and under which licence stands in `README.md` beside the files; they
are made by `tools/build_maps.py`. A file is read when a map is drawn for the first time.

Places are in parts of the world's map in Mercator's projection: x grows from Greenwich to the
east, all round the world, y from north to south, both up to `WORLD`.
"""

import zlib
from functools import cache
from importlib.resources import files
from math import asinh, atan, cos, degrees, pi, radians, sinh, tan
from typing import NamedTuple

WORLD = 1 << 24
EQUATOR_M = 40_075_016.7
PIECE = 48
"""Points of a line at most: what is far from the window is passed over piece by piece."""

ATTRIBUTION = "© участники OpenStreetMap, GSHHG, DCW"


class Line(NamedTuple):
    """A piece of a line.

    Attributes:
        kind: `coast`, `lake`, `river`, `border`, `region`, `road` or `metro`.
        name: As people call it; empty for none.
        points: x and y of each.
        west: The least x; `east` is the greatest.
        north: The least y; `south` is the greatest.
    """

    kind: str
    name: str
    points: tuple[tuple[int, int], ...]
    west: int
    north: int
    east: int
    south: int


class Station(NamedTuple):
    """A station of the metro."""

    name: str
    x: int
    y: int


def to_map(latitude: float, longitude: float) -> tuple[float, float]:
    """The place on the map of a place on the earth, degrees."""
    y = (1 - asinh(tan(radians(latitude))) / pi) / 2
    return longitude % 360 / 360 * WORLD, y * WORLD


def to_earth(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude, degrees, of a place on the map."""
    longitude = x / WORLD * 360 % 360
    latitude = degrees(atan(sinh(pi * (1 - 2 * y / WORLD))))
    return latitude, longitude - 360 if longitude > 180 else longitude  # noqa: PLR2004 - half round


def metres_of(y: float) -> float:
    """Metres of the earth in one part of the map, at a height of it."""
    return EQUATOR_M / WORLD * cos(radians(to_earth(0, y)[0]))


@cache
def lines(name: str) -> tuple[Line, ...]:
    """The lines of a file, cut into pieces."""
    found = []
    for kind, title, points in _read(name):
        for start in range(0, len(points) - 1, PIECE - 1):
            piece = points[start : start + PIECE]
            xs, ys = [x for x, _y in piece], [y for _x, y in piece]
            found.append(Line(kind, title, tuple(piece), min(xs), min(ys), max(xs), max(ys)))
    return tuple(found)


@cache
def stations() -> tuple[Station, ...]:
    """All stations, one for each name and neighbourhood."""
    found: dict[tuple[str, int, int], Station] = {}
    for kind, title, points in _read("metro"):
        if kind == "station":
            ((x, y),) = points
            found.setdefault((title, x >> 10, y >> 10), Station(title, x, y))
    return tuple(found.values())


KINDS = ("coast", "lake", "river", "border", "region", "road", "metro", "station")


def _read(name: str) -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Kind, name and points of all that a file holds."""
    data = zlib.decompress(files(__name__).joinpath(f"{name}.map").read_bytes())
    place, found = 0, []

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
                return value
            shift += 7

    while place < len(data):
        kind, length = number(), number()
        title = data[place : place + length].decode()
        place += length
        x = y = 0
        points = []
        for _ in range(number()):
            step = number()
            x += step >> 1 ^ -(step & 1)
            step = number()
            y += step >> 1 ^ -(step & 1)
            points.append((x, y))
        found.append((KINDS[kind], title, points))
    return found
