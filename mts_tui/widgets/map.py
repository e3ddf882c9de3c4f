"""A map in the terminal: open data that comes along, somebody's place and way, zones around.

Nothing is asked of anybody: no tile is loaded, so nobody learns where one looks. Lines differ by
their pattern, so the map reads without colour: coasts and lakes are full, a river is broad, roads
are full, the metro is dotted, borders are sparse; a way is dashed, circles are dotted.
"""

from math import cos, pi, sin
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual.binding import BindingType
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from mts_tui import formatting, maps
from mts_tui.actions import bindings

from .dots import ACROSS, DOWN, Dots, Pen
from .looks import look

NEAREST, FAREST = 1, 14
"""Zooms: a dot is 2 to the power of so many parts of the map, from 3 m to 13 km in Moscow."""
USUAL = 5
"""About 40 m to a dot: a part of the town."""
ROUGH = 10
"""From this zoom on, the coast of the whole country is drawn roughly."""
COASTS_TO, REGIONS_TO, RIVERS_TO = 6, 8, 7
"""Nearest zooms at which what is known only so well is drawn at all."""
TOWNS_TO, STATIONS_TO, NAMES_TO = 9, 6, 5
"""Farthest zooms at which a town's roads and metro, its stations and their names are drawn."""
WEST, NORTH = maps.to_map(81, 19)
EAST, SOUTH = maps.to_map(41.5, 190)
PETERSBURG = (*maps.to_map(60.5, 28.8), *maps.to_map(59.5, 31.6))
MOSCOW = (*maps.to_map(56.02, 37.1), *maps.to_map(55.45, 38.1))
TOWNS = {"Площадь Революции": "Москва", "Гостиный двор": "Санкт-Петербург"}
"""The station in the middle of each town."""
PENS = {
    "coast": Pen(""),
    "lake": Pen(""),
    "river": Pen("", broad=True),
    "border": Pen("muted", 3, 2),
    "region": Pen("muted", 1, 3),
    "road": Pen("muted"),
    "metro": Pen("muted", 1, 2),
}
WAY = Pen("key", 4, 3)
CIRCLE = Pen("strong", 1, 1)
ZONE = Pen("warn", 2, 2)
NO_DETAIL = "Подробно — Москва и Петербург, остальное издали"
HERE, BEFORE, CENTRE, STATION = "●", "○", "+", "м"
STEPS = (1, 2, 5)


class Spot(NamedTuple):
    """A place on the map.

    Attributes:
        latitude: Degrees.
        longitude: Degrees.
        radius_m: Of the circle around it; 0 for none.
        name: What stands beside it; may be empty.
    """

    latitude: float
    longitude: float
    radius_m: int = 0
    name: str = ""


class Shown(NamedTuple):
    """What lies above the map.

    Attributes:
        here: Who is looked for; None where nobody knows.
        way: Where they were, the newest first.
        zones: Zones.
    """

    here: Spot | None = None
    way: tuple[Spot, ...] = ()
    zones: tuple[Spot, ...] = ()


class Map(Widget, can_focus=True):
    """The map. Give it what to show with `show`; it stays where the person has moved it to."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("map"))

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shown = Shown()
        self._x, self._y = (MOSCOW[0] + MOSCOW[2]) / 2, (MOSCOW[1] + MOSCOW[3]) / 2
        self.zoom = USUAL
        self._lines: list[list[tuple[str, str]]] = []
        self._projected: dict[int, list[tuple[int, int]]] = {}
        """Lines in dots of this zoom, by identity: they are kept as long as the program runs."""

    def show(self, shown: Shown, *, follow: bool) -> None:
        """Show places.

        Args:
            shown: What lies above the map.
            follow: Whether the map is put where they are.
        """
        self._shown = shown
        if follow and shown.here is not None:
            self.look_at(shown.here)
        self._draw_again()

    def look_at(self, spot: Spot) -> None:
        """Put a place into the middle."""
        self._move_to(*maps.to_map(spot.latitude, spot.longitude))

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the middle."""
        return maps.to_earth(self._x, self._y)

    def on_resize(self) -> None:
        """There is another room."""
        self._draw_again()

    # ------------------------------------------------------------------ moving

    def action_zoom(self, step: int) -> None:
        """Come nearer, or go farther away."""
        zoom = min(FAREST, max(NEAREST, self.zoom - step))
        if zoom != self.zoom:
            self.zoom = zoom
            self._projected.clear()
            self._draw_again()

    def action_pan(self, east: int, south: int) -> None:
        """Move the window by a sixth of it."""
        part = 1 << self.zoom
        step_x = max(1, self.size.width // 6) * ACROSS * part
        step_y = max(1, self.size.height // 6) * DOWN * part
        self._move_to(self._x + east * step_x, self._y + south * step_y)

    def action_find_child(self) -> None:
        """Put whom one looks for into the middle again."""
        if self._shown.here is not None:
            self.zoom = USUAL
            self._projected.clear()
            self.look_at(self._shown.here)

    def _move_to(self, x: float, y: float) -> None:
        self._x, self._y = min(EAST, max(WEST, x)), min(SOUTH, max(NORTH, y))
        self._draw_again()

    def _draw_again(self) -> None:
        self._lines = []
        self.refresh()

    # ------------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        if not self._lines:
            self._lines = self._draw()
        base = self.visual_style
        if y >= len(self._lines):
            return Strip.blank(self.size.width, base.rich_style)
        looks = {name: look(self, name) for _text, name in self._lines[y] if name}
        return Strip(
            [
                Segment(text, (base + looks.get(name, Style())).rich_style)
                for text, name in self._lines[y]
            ]
        ).adjust_cell_length(self.size.width, base.rich_style)

    def _draw(self) -> list[list[tuple[str, str]]]:
        """The whole picture: the map, and a line of scale and sources."""
        width, height = self.size.width, self.size.height - 1
        if width < 1 or height < 1:
            return []
        dots = Dots(width, height)
        left = (int(self._x) >> self.zoom) - dots.across // 2
        top = (int(self._y) >> self.zoom) - dots.down // 2
        places: dict[str, tuple[int, int]] = {}
        for name in self._files():
            self._draw_lines(dots, maps.lines(name), left, top, places)
        self._draw_people(dots, left, top)
        self._draw_names(dots, left, top, places)
        return [*dots.rows(), self._foot(width)]

    def _files(self) -> list[str]:
        """The files whose lines are drawn here, the lowest first."""
        rough = "far" if self.zoom >= ROUGH else "near"
        found = []
        if self.zoom >= REGIONS_TO:
            found.append(f"regions_{rough}")
        if self.zoom < ROUGH - 2 and self._within(PETERSBURG):
            found.append("coast_petersburg")
        elif self.zoom >= COASTS_TO:
            found.append(f"coast_{rough}")
        if self.zoom <= TOWNS_TO:
            found += ["metro", "moscow"] if self.zoom < TOWNS_TO - 1 else ["moscow"]
        return found

    def _within(self, box: tuple[float, float, float, float]) -> bool:
        return box[0] < self._x < box[2] and box[1] < self._y < box[3]

    def _draw_lines(
        self,
        dots: Dots,
        lines: tuple[maps.Line, ...],
        left: int,
        top: int,
        places: dict[str, tuple[int, int]],
    ) -> None:
        """Draw lines of the map; tell where those with a name pass nearest to the middle."""
        zoom, projected = self.zoom, self._projected
        west, north = left << zoom, top << zoom
        east, south = (left + dots.across) << zoom, (top + dots.down) << zoom
        rivers = zoom >= RIVERS_TO
        for line in lines:
            if line.west > east or line.east < west or line.north > south or line.south < north:
                continue
            if line.kind == "river" and not line.name and not rivers:
                continue
            points = projected.get(id(line))
            if points is None:
                points = projected[id(line)] = _thinned(line.points, zoom)
            moved = [(x - left, y - top) for x, y in points]
            dots.line(moved, PENS[line.kind])
            if line.name and line.kind != "metro":
                _find_nearest(dots, line.name, moved, places)

    def _draw_people(self, dots: Dots, left: int, top: int) -> None:
        """Zones, the way of the day, the place of now with its circle."""
        shown = self._shown
        for zone in shown.zones:
            self._draw_circle(dots, zone, left, top, ZONE)
        way = [self._dot(spot, left, top) for spot in shown.way]
        if len(way) > 1:
            dots.line(way, WAY)
        if shown.here is not None:
            self._draw_circle(dots, shown.here, left, top, CIRCLE)
        for x, y in way[1:] if self.zoom <= TOWNS_TO else ():
            dots.mark(x >> 1, y >> 2, BEFORE, "key")
        for zone in shown.zones:
            x, y = self._dot(zone, left, top)
            dots.mark(x >> 1, y >> 2, CENTRE, "warn")
        if shown.here is not None:
            x, y = self._dot(shown.here, left, top)
            dots.mark(x >> 1, y >> 2, HERE, "here")
            _beside(dots, x, y, shown.here.name, "strong")
        for zone in shown.zones:
            _beside(dots, *self._dot(zone, left, top), zone.name, "warn")

    def _draw_circle(self, dots: Dots, spot: Spot, left: int, top: int, pen: Pen) -> None:
        x, y = self._dot(spot, left, top)
        radius = spot.radius_m / (maps.metres_of(self._y) * (1 << self.zoom))
        if radius < 1:
            return
        steps = max(16, min(180, int(radius * 2)))
        angles = [2 * pi * step / steps for step in range(steps + 1)]
        dots.line(
            [(x + round(radius * cos(one)), y + round(radius * sin(one))) for one in angles], pen
        )

    def _dot(self, spot: Spot, left: int, top: int) -> tuple[int, int]:
        x, y = maps.to_map(spot.latitude, spot.longitude)
        return (int(x) >> self.zoom) - left, (int(y) >> self.zoom) - top

    def _draw_names(
        self, dots: Dots, left: int, top: int, places: dict[str, tuple[int, int]]
    ) -> None:
        """Names of places passed today, of roads, stations and towns, the nearest first."""
        named: set[str] = set()
        for spot in self._shown.way[1:] if self.zoom <= TOWNS_TO else ():
            name = formatting.clean(spot.name, 24)
            if name and name not in named:
                named.add(name)
                _beside(dots, *self._dot(spot, left, top), name, "key")
        for name, (x, y) in places.items():
            _beside(dots, x, y, name, "muted")
        if self.zoom <= STATIONS_TO:
            self._draw_stations(dots, left, top, named)
        if self.zoom > TOWNS_TO - 2:
            for station in maps.stations():
                if station.name in TOWNS:
                    x, y = (station.x >> self.zoom) - left, (station.y >> self.zoom) - top
                    dots.write(x >> 1, y >> 2, TOWNS[station.name])

    def _draw_stations(self, dots: Dots, left: int, top: int, named: set[str]) -> None:
        zoom, middle = self.zoom, (dots.across // 2, dots.down // 2)
        found = []
        for station in maps.stations():
            x, y = (station.x >> zoom) - left, (station.y >> zoom) - top
            if 0 <= x < dots.across and 0 <= y < dots.down:
                away = abs(x - middle[0]) + abs(y - middle[1])
                found.append((away, station.name, x, y))
        for _away, name, x, y in sorted(found):
            drawn = dots.write(x >> 1, y >> 2, STATION, "good")
            if drawn and zoom <= NAMES_TO and not any(name in one for one in named):
                named.add(name)
                _beside(dots, x, y, name, "")

    def _foot(self, width: int) -> list[tuple[str, str]]:
        """The scale, and whose data it is."""
        part = maps.metres_of(self._y) * (1 << self.zoom) * ACROSS
        metres = nice(part * max(4, min(20, width // 5)))
        cells = max(1, round(metres / part))
        length = f"{metres} м" if metres < 1000 else f"{metres // 1000} км"  # noqa: PLR2004
        scale = f"├{'─' * max(0, cells - 2)}┤ {length}"
        source = maps.ATTRIBUTION
        if self.zoom < COASTS_TO and not self._within(MOSCOW) and not self._within(PETERSBURG):
            source = NO_DETAIL
        if len(scale) + len(source) + 2 > width:
            source = "© OpenStreetMap, GSHHG" if source == maps.ATTRIBUTION else ""
        gap = width - len(scale) - len(source)
        if gap < 1:
            return [(scale[:width].ljust(width), "muted")]
        return [(f"{scale}{' ' * gap}{source}", "muted")]


def nice(metres: float) -> int:
    """The greatest round length that is not longer; at least a metre."""
    power = 1
    while power * 10 <= metres:
        power *= 10
    return max(one * power for one in STEPS if one * power <= max(1.0, metres))


def _thinned(points: tuple[tuple[int, int], ...], zoom: int) -> list[tuple[int, int]]:
    """Points as dots of a zoom, those that fall together once."""
    found: list[tuple[int, int]] = []
    for x, y in points:
        dot = x >> zoom, y >> zoom
        if not found or dot != found[-1]:
            found.append(dot)
    return found if len(found) > 1 else found * 2


def _find_nearest(
    dots: Dots, name: str, points: list[tuple[int, int]], places: dict[str, tuple[int, int]]
) -> None:
    """Keep the point of a line that is seen and nearest to the middle."""
    middle_x, middle_y = dots.across // 2, dots.down // 2

    def away(point: tuple[int, int]) -> int:
        return abs(point[0] - middle_x) + abs(point[1] - middle_y)

    seen = [(x, y) for x, y in points if 0 <= x < dots.across and 0 <= y < dots.down]
    if name in places:
        seen.append(places[name])
    if seen:
        places[name] = min(seen, key=away)


def _beside(dots: Dots, x: int, y: int, text: str, style: str) -> None:
    """Write a name beside a dot: to the right, to the left, below or above, where there is room."""
    column, row = x >> 1, y >> 2
    if not (0 <= column < dots.width and 0 <= row < dots.height):
        return
    text = formatting.clean(text, 24)
    if not text:
        return
    for at_column, at_row in (
        (column + 2, row),
        (column - 1 - len(text), row),
        (column + 1, row + 1),
        (column + 1, row - 1),
        (column - len(text), row + 1),
    ):
        if dots.write(at_column, at_row, text, style):
            return
