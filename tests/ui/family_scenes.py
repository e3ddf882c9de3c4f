"""Pictures of «Семья»: a child's day on the map, zones, who sees oneself."""

from textual.pilot import Pilot

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.demo import Demo, ShortMessage
from mts_tui.backend.contract.family import Child, ChildOrder, Family, ZoneOrder
from mts_tui.backend.operator.whereabouts import MOSCOW
from tests.backend.desk import MISHA

from .pages import Cabinet
from .world import World

MAIN, CHILD = "anna-moscow", "misha-moscow"
SCHOOL = MOSCOW.ways["school"][-1]


def asked(world: World) -> str:
    """Misha's number is asked for consent; the id of the question."""
    child: Child = world.answer(Family.ask, MAIN, ChildOrder(phone=MISHA, name="Миша"))
    return child.id


def agreed(world: World, hours: float = 0) -> str:
    """Misha has agreed so many hours ago, and they have gone by."""
    world.clock.move(hours=-hours)
    child = asked(world)
    world.answer(Demo.send, MISHA, ShortMessage(to="3322", text="ДА"))
    world.clock.move(hours=hours)
    world.store.change(lambda tx: pass_time(tx, MAIN))
    return child


def with_zones(world: World, child: str) -> None:
    """Home and school are watched."""
    for name, spot in (("Школа", SCHOOL), ("Дом", MOSCOW.home)):
        order = ZoneOrder(
            name=name,
            latitude=spot.latitude,
            longitude=spot.longitude,
            radius_m=400,
            told=["in", "out"],
        )
        world.answer(Family.add_zone, MAIN, child, order)


async def family_nobody(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("family")


async def family_asked(world: World, pilot: Pilot[None]) -> None:
    asked(world)
    await Cabinet(pilot).open("family")


async def family(world: World, pilot: Pilot[None]) -> None:
    """A day with a way, two zones, the map around."""
    with_zones(world, agreed(world, hours=7))
    await Cabinet(pilot).open("family")


async def family_day(world: World, pilot: Pilot[None]) -> None:
    await family(world, pilot)
    await Cabinet(pilot).press("d", "down")


async def family_far(world: World, pilot: Pilot[None]) -> None:
    await family(world, pilot)
    await Cabinet(pilot).press("minus", "minus", "minus")


async def family_ask(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("family")
    await cabinet.press("insert")
    await cabinet.fill("#child-phone", "9853701234")
    await cabinet.fill("#child-name", "Я")
    await cabinet.press("enter")


async def family_zones(world: World, pilot: Pilot[None]) -> None:
    await family(world, pilot)
    await Cabinet(pilot).press("e")


async def family_zone(world: World, pilot: Pilot[None]) -> None:
    await family_zones(world, pilot)
    cabinet = Cabinet(pilot)
    await cabinet.press("insert")
    for _ in range(8):
        await cabinet.press("down")
    await cabinet.fill("#zone-at", "сто")
    await cabinet.press("enter")


async def family_link(world: World, pilot: Pilot[None]) -> None:
    await family(world, pilot)
    await Cabinet(pilot).press("p")


async def family_guardians(world: World, pilot: Pilot[None]) -> None:
    """Misha's own side, opened from Anna's cabinet."""
    child = agreed(world, hours=2)
    for _ in range(3):
        world.clock.move(minutes=3)
        world.answer(Family.today, MAIN, child)
    cabinet = Cabinet(pilot)
    await cabinet.open("family")
    pilot.app.screen.switch_to(CHILD)  # type: ignore[attr-defined]
    await cabinet.press("m")


SCENES = (
    family_nobody, family_asked, family, family_day, family_far, family_ask, family_zones,
    family_zone, family_link, family_guardians,
)  # fmt: skip
