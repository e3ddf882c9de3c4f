"""Pictures of «Услуги» and «Подбор тарифа»."""

from textual.pilot import Pilot

from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.options import Basket, Options

from .options_pages import MAIN, FittingPages, OptionsPages, blocked, rich
from .world import World


async def options(world: World, pilot: Pilot[None]) -> None:
    pages = OptionsPages(pilot)
    await pages.open()
    await pages.go_to("Ребёнок под присмотром")


async def options_marked(world: World, pilot: Pilot[None]) -> None:
    """Something is marked, and what an option lacks is told."""
    rich(world)
    world.answer(Options.change, MAIN, Basket(on=["sms-100"]))
    pages = OptionsPages(pilot)
    await pages.open()
    await pages.mark("Пакет 300 SMS", "Вам звонили!", "Голосовая почта")


async def options_found(world: World, pilot: Pilot[None]) -> None:
    pages = OptionsPages(pilot)
    await pages.open()
    await pages.do("find_option")
    await pages.type("чёрный")


async def options_mine(world: World, pilot: Pilot[None]) -> None:
    rich(world)
    world.answer(Options.change, MAIN, Basket(on=["kion", "turbo-500", "abroad-calls"]))
    pages = OptionsPages(pilot)
    await pages.open()
    await pages.do("only_mine")


async def options_blocked(world: World, pilot: Pilot[None]) -> None:
    blocked(world)
    pages = OptionsPages(pilot)
    await pages.open()


async def options_refused(world: World, pilot: Pilot[None]) -> None:
    pages = OptionsPages(pilot)
    await pages.open()
    await pages.mark("МТС Premium", "Пакет 1000 SMS")
    await pages.press("enter")


async def options_change(world: World, pilot: Pilot[None]) -> None:
    """What comes, what goes, what goes by itself, what is tried out."""
    rich(world)
    world.answer(Options.change, MAIN, Basket(on=["sms-100", "forwarding", "voicemail"]))
    pages = OptionsPages(pilot)
    await pages.open()
    await pages.mark("Пакет 300 SMS", "Переадресация вызова", "МТС Premium")
    await pages.press("enter")


async def fitting(world: World, pilot: Pilot[None]) -> None:
    await FittingPages(pilot).open()


async def fitting_stopped(world: World, pilot: Pilot[None]) -> None:
    """The network goes while it is counted."""
    call, left = world.backend.call, [5]

    async def failing(endpoint, arguments, key):
        if endpoint.name == "fit":
            left[0] -= 1
            if left[0] < 0:
                raise Unavailable
        return await call(endpoint, arguments, key)

    world.backend.call = failing
    pages = FittingPages(pilot)
    await pages.open()
    await pages.press("down", "down")


async def fitting_tariff(world: World, pilot: Pilot[None]) -> None:
    pages = FittingPages(pilot)
    await pages.open()
    await pages.press("right", "right", "end", "enter")


SCENES = (
    options, options_marked, options_found, options_mine, options_blocked, options_refused,
    options_change, fitting, fitting_stopped, fitting_tariff,
)  # fmt: skip
