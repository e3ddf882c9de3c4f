"""Pictures of «Блокировка», «Переадресация» and «Мои номера»."""

from textual.pilot import Pilot

from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.forwarding import Forwarding, ForwardingOrder
from tests.backend.desk import ANNA_CITY

from .pages import Cabinet, settle
from .world import World

MAIN = "anna-moscow"


async def blocking(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("blocking")


async def blocking_on(world: World, pilot: Pilot[None]) -> None:
    world.answer(Blocking.block, MAIN)
    await settle(pilot)
    await Cabinet(pilot).open("blocking")
    await Cabinet(pilot).press("l")


async def block_dialog(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).press("f12")


async def lost_dialog(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).press("f4", "5", "l")


async def forwarding(world: World, pilot: Pilot[None]) -> None:
    for kind, target in (("no_answer", ANNA_CITY), ("unreachable", "+447700900123")):
        world.answer(Forwarding.set, MAIN, kind, ForwardingOrder(target=target))
    await Cabinet(pilot).open("services")
    await Cabinet(pilot).press("f", "down")


async def forwarding_form(world: World, pilot: Pilot[None]) -> None:
    await forwarding(world, pilot)
    await Cabinet(pilot).press("down", "enter")


async def forwarding_call(world: World, pilot: Pilot[None]) -> None:
    await forwarding(world, pilot)
    cabinet = Cabinet(pilot)
    await cabinet.click("#try")
    await cabinet.press("down", "down", "enter")


async def number_add(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("numbers")
    await cabinet.press("plus")
    await cabinet.type("9853709900")
    await cabinet.press("enter")


async def number_find(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("numbers")
    await cabinet.press("slash")
    await cabinet.type("миша")


SCENES = (
    blocking, blocking_on, block_dialog, lost_dialog, forwarding, forwarding_form,
    forwarding_call, number_add, number_find,
)  # fmt: skip
