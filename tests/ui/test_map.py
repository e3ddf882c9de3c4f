"""The map: projection, clipping, what is drawn at each zoom, moving about, how quick it is."""

from itertools import product
from math import cos, radians
from time import process_time

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.screen import Screen

from mts_tui import maps
from mts_tui.backend.operator.whereabouts import MOSCOW, PETERSBURG, metres_between
from mts_tui.widgets.dots import Dots, Pen, clip
from mts_tui.widgets.looks import LOOKS
from mts_tui.widgets.map import FAREST, NEAREST, USUAL, Map, Shown, Spot, nice

HOME = Spot(MOSCOW.home.latitude, MOSCOW.home.longitude, 250, "Миша")
DELTA = Spot(59.9413, 30.3080)
FULL = Pen("")


class Alone(Screen[None]):
    """A map, and nothing else."""

    COMPONENT_CLASSES = LOOKS
    CSS = "Map { width: 1fr; height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Map()


class Window(App[None]):
    """The program around it."""

    def on_mount(self) -> None:
        self.push_screen(Alone())


def drawn(view: Map) -> list[str]:
    return ["".join(text for text, _look in line) for line in view._draw()]


def sized(size: Size, monkeypatch: pytest.MonkeyPatch) -> Map:
    """A map of a size, without a program around."""
    monkeypatch.setattr(Map, "size", size)
    view = Map()
    monkeypatch.setattr(view, "refresh", lambda: None)
    return view


# ------------------------------------------------------------------ projection


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(55.75, 37.62), (59.94, 30.3), (43.1, 131.9), (64.7, -172.9)]
)
def test_there_and_back(latitude: float, longitude: float) -> None:
    found = maps.to_earth(*maps.to_map(latitude, longitude))
    assert found == pytest.approx((latitude, longitude), abs=1e-6)


def test_chukotka_lies_east_of_kamchatka() -> None:
    assert maps.to_map(66, -170)[0] > maps.to_map(53, 158)[0]


def test_a_length_on_the_map_is_one_on_the_earth() -> None:
    x, y = maps.to_map(55.75, 37.6)
    other, _y = maps.to_map(55.75, 37.7)
    metres = (other - x) * maps.metres_of(y)
    assert metres == pytest.approx(metres_between((55.75, 37.6), (55.75, 37.7)), rel=0.002)


def test_metres_shrink_towards_the_pole() -> None:
    south, north = maps.to_map(45, 40)[1], maps.to_map(70, 40)[1]
    ratio = maps.metres_of(north) / maps.metres_of(south)
    assert ratio == pytest.approx(cos(radians(70)) / cos(radians(45)))


# ------------------------------------------------------------------ the data


@pytest.mark.parametrize(
    "name",
    ["coast_far", "coast_near", "coast_petersburg", "regions_far", "regions_near", "moscow",
     "metro"],
)  # fmt: skip
def test_files_hold_what_the_map_expects(name: str) -> None:
    found = maps.lines(name)
    assert found
    for line in found:
        assert line.kind in maps.KINDS
        assert 2 <= len(line.points) <= maps.PIECE
        assert all(0 <= part < maps.WORLD for point in line.points for part in point)


@pytest.mark.parametrize("town", [MOSCOW, PETERSBURG], ids=["Москва", "Петербург"])
def test_stations_of_the_demo_are_where_the_map_has_them(town: object) -> None:
    """Two independent lists of places agree: within half a kilometre."""
    known = {one.name.casefold().replace("ё", "е"): one for one in maps.stations()}
    spots = {spot for way in town.ways.values() for spot in way if spot.name.startswith("м. «")}
    assert spots
    for spot in spots:
        station = known[spot.name[4:-1].casefold().replace("ё", "е")]
        found = maps.to_earth(station.x, station.y)
        assert metres_between(found, (spot.latitude, spot.longitude)) < 500


def test_the_ring_is_closed_and_surrounds_the_town() -> None:
    ring = [line for line in maps.lines("moscow") if line.name == "МКАД"]
    assert ring[0].points[0] == ring[-1].points[-1]
    west, east = min(line.west for line in ring), max(line.east for line in ring)
    assert west < maps.to_map(0, MOSCOW.home.longitude)[0] < east


# ------------------------------------------------------------------ drawing


def test_a_line_is_drawn_dot_by_dot() -> None:
    dots = Dots(2, 1)
    dots.line([(0, 0), (3, 3)], FULL)
    assert dots.rows() == [[("⠑⢄", "")]]


def test_a_pattern_runs_on_round_a_corner() -> None:
    dots = Dots(2, 1)
    dots.line([(0, 0), (3, 0)], Pen("", 1, 1))
    assert dots.rows() == [[("⠁⠁", "")]]


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ((-5, 3, 20, 3), (0, 3, 9, 3)),
        ((2, -7, 2, 99), (2, 0, 2, 9)),
        ((-10, -10, 30, 30), (0, 0, 9, 9)),
        ((3, 4, 5, 6), (3, 4, 5, 6)),
        ((-5, -1, 20, -1), None),
        ((-3, 9, 3, 15), None),
    ],
)
def test_clipping(line: tuple[int, int, int, int], seen: tuple[int, ...] | None) -> None:
    assert clip(*line, 9, 9) == seen


def test_a_line_far_outside_costs_no_dot() -> None:
    dots = Dots(3, 2)
    dots.line([(-(10**9), -5), (10**9, -5), (10**9, 10**9)], FULL)
    assert all(text.isspace() for row in dots.rows() for text, _look in row)


def test_names_do_not_cover_one_another() -> None:
    dots = Dots(12, 1)
    assert dots.write(0, 0, "Сокол")
    assert not dots.write(3, 0, "Аэропорт")
    assert not dots.write(5, 0, "Я")
    assert not dots.write(10, 0, "Динамо")
    assert not dots.write(7, 0, "家")
    assert "".join(text for text, _look in dots.rows()[0]).rstrip() == "Сокол"


@pytest.mark.parametrize("zoom", range(NEAREST, FAREST + 1))
def test_every_glyph_is_one_cell(zoom: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for (width, height), spot in product([(20, 6), (80, 15), (200, 56)], (HOME, DELTA)):
        view = sized(Size(width, height), monkeypatch)
        view.zoom = zoom
        view.show(Shown(spot, (spot, DELTA), (HOME,)), follow=True)
        lines = drawn(view)
        assert len(lines) == height
        for line in lines:
            assert cell_len(line) == len(line) == width


def test_the_answer_stands_on_the_map_with_its_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    view = sized(Size(80, 20), monkeypatch)
    view.show(Shown(HOME), follow=True)
    lines = drawn(view)
    assert "● Миша" in lines[9]
    assert lines[9].index("●") == 40
    assert "Сокольники" in "\n".join(lines)
    view.action_zoom(2)
    around = [line[30:51] for line in drawn(view)[2:17]]
    assert sum(0x2800 < ord(sign) <= 0x28FF for line in around for sign in line) > 20


def test_where_nothing_is_known_in_detail_the_map_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    view = sized(Size(90, 20), monkeypatch)
    view.show(Shown(Spot(56.84, 60.6, 300, "Оля")), follow=True)
    assert "Подробно — Москва и Петербург" in drawn(view)[-1]
    view.show(Shown(HOME), follow=True)
    assert "© участники OpenStreetMap" in drawn(view)[-1]


@pytest.mark.parametrize(
    ("metres", "round_"), [(0.4, 1), (7, 5), (19, 10), (99, 50), (1234, 1000), (60_000, 50_000)]
)
def test_the_scale_is_round(metres: float, round_: int) -> None:
    assert nice(metres) == round_


def test_the_scale_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    view = sized(Size(100, 20), monkeypatch)
    view.show(Shown(HOME), follow=True)
    foot = drawn(view)[-1]
    bar = foot.split("┤")[0] + "┤"
    assert foot.split("┤")[1].split("©")[0].strip() == "1 км"
    metres = len(bar) * 2 * (1 << USUAL) * maps.metres_of(view._y)
    assert metres == pytest.approx(1000, rel=0.06)


# ------------------------------------------------------------------ by the keyboard


async def test_arrows_signs_and_home() -> None:
    async with Window().run_test(size=(80, 20)) as pilot:
        view = pilot.app.screen.query_one(Map)
        view.show(Shown(HOME), follow=True)
        view.focus()
        start = view.centre
        await pilot.press("left", "up")
        latitude, longitude = view.centre
        assert latitude > start[0]
        assert longitude < start[1]
        await pilot.press("л", "h")  # The same place of the keyboard in both layouts.
        assert view.centre[1] < longitude
        view.action_zoom(3)
        await pilot.press("home")
        assert view.centre == pytest.approx(start)
        assert view.zoom == USUAL


async def test_nobody_gets_lost() -> None:
    async with Window().run_test(size=(80, 20)) as pilot:
        view = pilot.app.screen.query_one(Map)
        view.show(Shown(HOME), follow=True)
        for _ in range(30):
            view.action_zoom(-1)
        assert view.zoom == FAREST
        for east, south in ((-1, -1), (1, 1)):
            for _ in range(50):
                view.action_pan(east, south)
            latitude, longitude = view.centre
            assert 41 < latitude < 82
            assert longitude > 18 or longitude < -168
        for _ in range(30):
            view.action_zoom(1)
        assert view.zoom == NEAREST


def test_drawing_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step over the map at 200×60 takes a frame, with room for a slow machine."""
    view = sized(Size(200, 60), monkeypatch)
    for spot in (HOME, DELTA):
        for zoom in range(NEAREST, FAREST + 1):
            view.zoom = zoom
            view.show(Shown(spot, (spot, DELTA), (HOME,)), follow=True)
            view._draw()
            times = []
            for _ in range(3):
                view.action_pan(1, 0)
                start = process_time()
                view._draw()
                times.append(process_time() - start)
            assert min(times) < 0.06, zoom
