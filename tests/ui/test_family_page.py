"""«Семья» by the keyboard: consent by the phone, places, zones, the child's own side, bad input."""

import pytest
from textual.widgets import Button, Static

from mts_tui.backend.contract import endpoints
from mts_tui.backend.contract.demo import ClockMove, Demo, ShortMessage
from mts_tui.backend.contract.errors import Offline
from mts_tui.backend.contract.family import ChildOrder, Family, ZoneOrder
from mts_tui.backend.outbox import keeps
from mts_tui.screens.family import FamilyPage
from mts_tui.screens.family_dialogs import AskChildDialog
from mts_tui.screens.family_words import coordinates
from mts_tui.screens.guardians import GuardiansDialog
from mts_tui.screens.map_link import MapCodeScreen, MapLinkDialog
from mts_tui.screens.zones import ZoneDialog, ZonesDialog
from mts_tui.widgets.dialog import Proof
from mts_tui.widgets.map import Map
from mts_tui.widgets.rows import Rows
from tests.backend.desk import LONG_PASSWORD, MISHA, STRANGER
from tests.backend.quiet import plain

from .family_scenes import CHILD, MAIN, agreed, asked
from .pages import Cabinet, Phone, settle, text_of
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


class Page(Cabinet):
    """The page and its dialogs."""

    async def begin(self) -> None:
        await self.open("family")

    @property
    def children(self) -> list[str]:
        rows = self.screen.query_one("#children", Rows)
        return [" ".join(rows.text_of(place).split()) for place in range(rows.row_count)]

    @property
    def day(self) -> list[str]:
        rows = self.screen.query_one("#family-day", Rows)
        return [" ".join(rows.text_of(place).split()) for place in range(rows.row_count)]

    @property
    def answer(self) -> str:
        return plain(text_of(self.screen.query_one("#family-answer")))

    @property
    def seen_by(self) -> str:
        return plain(text_of(self.screen.query_one("#family-seen")))

    @property
    def map(self) -> Map:
        return self.screen.query_one(Map)

    def message(self, name: str) -> str:
        return str(self.screen.query_one(f"#{name}-message", Static).content)

    async def ask(self, phone: str, name: str = "Миша") -> None:
        await self.do("ask_child")
        await self.fill("#child-phone", phone)
        await self.fill("#child-name", name)
        await self.press("enter")


def looks(world: World) -> int:
    return len(world.answer(Family.looks, CHILD).items)


def say(world: World, text: str) -> None:
    world.answer(Demo.send, MISHA, ShortMessage(to="3322", text=text))


# ------------------------------------------------------------------ the whole way


@SIZES
async def test_from_the_question_to_the_place_by_hand(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page, phone = Page(pilot), Phone(pilot)
        await page.begin()
        assert "S — попросить согласие" in page.words or "Ы — попросить согласие" in page.words
        await page.ask("9853705678")
        assert page.children == ["Миша +7 985 370-56-78 ждём согласия"]
        assert "ответит ДА на 3322" in page.answer
        assert looks(home) == 0
        await phone.open()
        while MISHA[-4:] not in phone.head.replace("-", ""):
            await phone.press("ctrl+n")
        assert "Если вы согласны" in plain(phone.messages)
        await phone.dial("3322 да")
        assert "Согласие записано" in plain(phone.messages)
        await phone.close()
        assert "согласие есть" in page.children[0]
        assert looks(home) == 0, "nobody looks before the person does"
        assert "Enter — посмотреть" in page.answer
        page.screen.query_one("#children").focus()
        await page.press("enter")
        assert page.answer.startswith("Сейчас: Русаковская улица, точность")
        assert "Просмотр записан в журнал ребёнка" in page.answer
        assert looks(home) == 1
        assert "● Миша" in page.seen


@SIZES
async def test_withdrawal_is_seen_at_once(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        agreed(home, hours=3)
        await page.begin()
        assert page.answer.startswith("Сейчас: ")
        assert page.map.display
        say(home, "нет")
        await settle(pilot)
        assert "отозвано" in page.children[0]
        assert "больше не видно" in page.answer
        assert "Сокольники" not in page.seen
        assert page.screen.query_one(FamilyPage).text_to_copy() == ""


async def test_a_refusal(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        asked(home)
        await page.begin()
        say(home, "НЕТ")
        await settle(pilot)
        assert "отказ" in page.children[0]
        assert "Ребёнок отказал" in page.answer
        await page.do("family_zones")
        assert "Зоны есть у ребёнка, который согласился." in page.toasts
        await page.do("map_link")
        assert "открывать пока нечего" in page.toasts[-1]


async def test_nothing_looks_by_itself(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        agreed(home, hours=2)
        await page.begin()
        assert looks(home) == 1
        home.answer(Demo.advance, ClockMove(seconds=3600))
        await settle(pilot)
        page.screen.reload()  # The connection came back.
        await settle(pilot)
        await page.press("d", "plus", "minus", "d")
        await page.open("account")
        assert looks(home) == 1
        await page.open("family")
        assert looks(home) == 2
        await page.do("refresh")
        assert looks(home) == 3


async def test_too_many_looks_are_refused_in_words(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        child = agreed(home)
        for _ in range(30):
            home.answer(Family.where, MAIN, child)
        await page.begin()
        assert "уже 30 раз за 10 минут" in page.answer


@SIZES
async def test_the_day_and_the_map(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        agreed(home, hours=7)
        await page.begin()
        assert page.day[0] == "18:15–21:30 Русаковская улица"
        assert page.day[-1].endswith("Пятницкая улица")
        start = page.map.centre
        await page.press("d")
        assert page.focus == "family-day"
        assert "Пятницкая улица" in page.seen
        await page.press("end")
        assert page.map.centre != start
        await page.press("full_stop")
        assert page.map.centre == pytest.approx(start)
        await page.press("d")
        zoom = page.map.zoom
        await page.press("plus", "plus", "minus")
        assert page.map.zoom == zoom - 1
        page.map.focus()
        await page.press("left")
        assert page.map.centre[1] < start[1]
        assert "├" in page.seen


async def test_the_map_beside_the_phone_in_a_small_terminal(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        agreed(home, hours=3)
        await page.begin()
        await Phone(pilot).open()
        assert page.answer.startswith("Сейчас: Русаковская улица")
        assert "● Миша" in page.seen
        assert page.map.size.height >= 6


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("9853701234", "Это ваш номер"),
        ("+375291112233", "мобильный номер МТС России"),
        ("abc", ""),
        ("", ""),
    ],
)
async def test_numbers_that_are_refused(home: World, typed: str, told: str) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        await page.begin()
        await page.ask(typed)
        assert isinstance(page.screen, AskChildDialog)
        assert page.message("ask")
        assert told in page.message("ask")
        assert home.answer(Family.children, MAIN).items == []


async def test_an_unknown_number_waits_like_any_other(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        await page.begin()
        await page.ask(STRANGER)
        assert "ждём согласия" in page.children[0]


async def test_a_name_is_needed_and_own_numbers_come_by_a_key(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        await page.begin()
        await page.do("ask_child")
        await page.press("f4")
        assert page.screen.query_one("#child-phone").value
        await page.fill("#child-phone", "9853705678")
        await page.press("enter", "enter")
        assert page.message("ask") == "Напишите, как называть ребёнка."


async def test_the_question_wants_a_proof_when_it_is_old(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        await page.begin()
        home.pass_time(6 * 60)
        await page.do("ask_child")
        await page.fill("#child-phone", "9853705678")
        await page.fill("#child-name", "Миша")
        await page.press("enter")
        assert isinstance(page.screen, Proof)
        await page.fill("#proof", LONG_PASSWORD)
        await page.press("enter")
        assert "ждём согласия" in page.children[0]


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("55.7963, 37.7136", (55.7963, 37.7136)),
        ("55.7963 37.7136", (55.7963, 37.7136)),
        ("55,7963, 37,7136", (55.7963, 37.7136)),
        ("55,37", (55, 37)),
        ("-33.9; 151.2", (-33.9, 151.2)),
        ("сто", None),
        ("", None),
        ("55.7963", None),
        ("91, 37", None),
        ("55, 181", None),
        ("1e1, 2", None),
        ("nan, nan", None),
        ("55.7, 37.7, 3", None),
    ],
)
def test_coordinates(typed: str, place: tuple[float, float] | None) -> None:
    assert coordinates(typed) == place


# ------------------------------------------------------------------ zones


async def open_zone(page: Page) -> None:
    await page.begin()
    await page.do("family_zones")
    assert isinstance(page.screen, ZonesDialog)
    await page.press("insert")
    assert isinstance(page.screen, ZoneDialog)


@SIZES
async def test_a_zone_here_tells_of_leaving(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        child = agreed(home)
        await open_zone(page)
        await page.fill("#zone-name", "Дом")
        await page.fill("#zone-radius", "200")
        await page.press("enter")
        assert isinstance(page.screen, ZonesDialog)
        (zone,) = home.answer(Family.zones, MAIN, child).items
        assert (zone.name, zone.radius_m, zone.told) == ("Дом", 200, ["in", "out"])
        await page.press("escape")
        assert "Дом" in page.seen
        home.answer(Demo.advance, ClockMove(seconds=12 * 3600))
        await settle(pilot)
        await page.open("notifications")
        assert "больше не в зоне «Дом»" in page.words


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("#zone-radius", "0", "Радиус — целое число метров"),
        ("#zone-radius", "20001", "Радиус — целое число метров"),
        ("#zone-radius", "сто", "Радиус — целое число метров"),
        ("#zone-radius", "-5", "Радиус — целое число метров"),
        ("#zone-name", "", "Назовите зону"),
    ],
)
async def test_zones_that_are_refused(home: World, field: str, typed: str, told: str) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        child = agreed(home)
        await open_zone(page)
        await page.fill(field, typed)
        await page.press("enter")
        assert told in page.message("zone")
        assert home.answer(Family.zones, MAIN, child).items == []


async def test_typed_coordinates(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        child = agreed(home)
        await open_zone(page)
        await page.press("down", "down")
        await page.fill("#zone-at", "сто")
        await page.fill("#zone-name", "Школа")
        await page.press("enter")
        assert "нужны широта и долгота" in page.message("zone")
        await page.fill("#zone-at", "55.7985, 37.7235")
        for move in ("in", "out"):
            page.screen.query_one(f"#zone-{move}").focus()
            await page.press("space")
        page.screen.query_one("#add-zone", Button).focus()
        await settle(pilot)
        await page.press("enter")
        assert "Отметьте, о чём сообщать" in page.message("zone")
        await page.press("space")
        page.screen.query_one("#add-zone", Button).focus()
        await settle(pilot)
        await page.press("enter")
        assert isinstance(page.screen, ZonesDialog)
        (zone,) = home.answer(Family.zones, MAIN, child).items
        assert (zone.latitude, zone.longitude, zone.told) == (55.7985, 37.7235, ["in"])


async def test_the_eleventh_zone(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        child = agreed(home)
        for place in range(10):
            order = ZoneOrder(
                name=f"Зона {place}", latitude=55, longitude=37, radius_m=100, told=["in"]
            )
            home.answer(Family.add_zone, MAIN, child, order)
        await open_zone(page)
        await page.fill("#zone-name", "Ещё")
        await page.press("enter")
        assert "уже 10 зон" in page.message("zone")


async def test_a_dropped_zone_comes_back(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        child = agreed(home)
        order = ZoneOrder(name="Школа", latitude=55.7, longitude=37.7, radius_m=300, told=["in"])
        home.answer(Family.add_zone, MAIN, child, order)
        await page.begin()
        await page.do("family_zones")
        await page.do("drop_zone")
        assert home.answer(Family.zones, MAIN, child).items == []
        assert "Вернуть можно 10 минут" in plain(page.toasts[-1])
        await page.press("escape", "u", "enter")
        assert len(home.answer(Family.zones, MAIN, child).items) == 1


# ------------------------------------------------------------------ giving up, links


async def test_a_child_is_given_up_on_the_second_press(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        agreed(home)
        await page.begin()
        await page.do("drop_child")
        assert len(page.children) == 1
        assert "Нажмите ещё раз" in page.toasts[-1]
        await page.do("drop_child")
        assert page.children == []
        assert home.answer(Family.children, MAIN).items == []


async def test_the_browser_is_opened_only_when_asked(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    async with home.run() as pilot:
        monkeypatch.setattr(pilot.app, "open_url", opened.append)
        page = Page(pilot)
        agreed(home)
        await page.begin()
        await page.do("map_link")
        assert isinstance(page.screen, MapLinkDialog)
        assert opened == []
        await page.press("enter")
        (address,) = opened
        assert address.startswith("https://www.openstreetmap.org/?mlat=55.7")
        await page.press("tab", "enter")
        assert isinstance(page.screen, MapCodeScreen)


# ------------------------------------------------------------------ the child's side


@SIZES
async def test_who_sees_me(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        agreed(home, hours=1)
        await page.begin()
        page.screen.switch_to(CHILD)
        await settle(pilot)
        assert page.seen_by.startswith("Вас видит: Анна Ветрова, +7 985 370-12-34.")
        await page.do("guardians")
        assert isinstance(page.screen, GuardiansDialog)
        assert "баланс и заряд батареи" in page.words
        assert "где был сегодня" in page.words
        await page.do("withdraw")
        assert "отозвано" in page.words
        assert not page.screen.query_one("#withdraw").display
        await page.press("escape")
        assert page.seen_by == ""
        assert home.answer(Family.children, MAIN).items[0].consent == "withdrawn"


async def test_nobody_agrees_for_the_child(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        asked(home)
        await page.begin()
        page.screen.switch_to(CHILD)
        await settle(pilot)
        assert page.seen_by.startswith("Просит согласия: Анна Ветрова")
        await page.do("guardians")
        await page.do("agree")
        assert "только сам телефон" in page.message("guardians")


# ------------------------------------------------------------------ what is kept


def test_no_place_waits_on_the_disk() -> None:
    """Neither a look nor a zone, which is a place, is written into the outbox of the client."""
    places = {"family.where", "family.today", "family.add_zone"}
    found = [one for one in endpoints() if one.id in places]
    assert len(found) == len(places)
    assert not any(keeps(one) for one in found)


async def test_without_a_connection_nothing_old_is_shown_as_new(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        agreed(home)
        await page.begin()
        assert home.backend is not None
        home.backend.refuse["today"] = Offline(server="cabinet.example")
        await page.do("refresh")
        assert not page.answer.startswith("Сейчас")


async def test_several_children(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        agreed(home)
        home.answer(Family.ask, MAIN, ChildOrder(phone=STRANGER, name="Оля"))
        await page.begin()
        assert len(page.children) == 2
        for key in ("home", "end"):
            await page.press(key)
            name = page.children[page.screen.query_one("#children", Rows).cursor].split()[0]
            assert ("Сейчас" in page.answer) is (name == "Миша")
