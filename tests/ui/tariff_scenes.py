"""Pictures of «Тарифы и услуги», «Тариф» and «Все тарифы»."""

from datetime import timedelta

from textual.pilot import Pilot

from mts_tui.backend.contract.options import Basket, Options
from mts_tui.backend.contract.tariffs import ChangeOrder, Tariffs
from tests.backend.desk import NOW
from tests.backend.paydesk import give

from .pages import Phone
from .tariffs import MAIN, TariffPages, let_pass, stay
from .world import World

HOUR = 3600


async def services(world: World, pilot: Pilot[None]) -> None:
    await TariffPages(pilot).open()


async def services_phone(world: World, pilot: Pilot[None]) -> None:
    """Beside the phone, with a change that is planned."""
    world.answer(Tariffs.change, MAIN, ChangeOrder(tariff="ultra", at=NOW + timedelta(days=8)))
    await TariffPages(pilot).open()
    await Phone(pilot).open()


async def own_tariff(world: World, pilot: Pilot[None]) -> None:
    """What is planned, and what was: done, failed, given up."""
    give(world.store, 800_00)
    world.answer(Tariffs.change, MAIN, ChangeOrder(tariff="smart"))
    give(world.store, -600_00)
    world.answer(Tariffs.change, MAIN, ChangeOrder(tariff="ultra", at=NOW + timedelta(hours=1)))
    let_pass(world, 2 * HOUR)
    given_up = _plan(world, days=5)
    world.answer(Tariffs.cancel, MAIN, given_up)
    stay(world, 60)
    _plan(world, days=6)
    await TariffPages(pilot).open("t")


async def own_tariff_past(world: World, pilot: Pilot[None]) -> None:
    await own_tariff(world, pilot)
    await TariffPages(pilot).press(*["pagedown"] * 4)


async def tariffs(world: World, pilot: Pilot[None]) -> None:
    await TariffPages(pilot).open("d")
    await TariffPages(pilot).press("down")


async def tariffs_narrowed(world: World, pilot: Pilot[None]) -> None:
    pages = TariffPages(pilot)
    await pages.open("d")
    await pages.press("v", "b", "w", "w", "w", "w", "down", "space", "slash")
    await pages.type("smart")


async def tariffs_none(world: World, pilot: Pilot[None]) -> None:
    pages = TariffPages(pilot)
    await pages.open("d")
    await pages.press("w", "v", "v", "v", "f", "f")


async def tariffs_phone(world: World, pilot: Pilot[None]) -> None:
    pages = TariffPages(pilot)
    await pages.open("d")
    await pages.press("down")
    await Phone(pilot).open()


async def comparison(world: World, pilot: Pilot[None]) -> None:
    pages = TariffPages(pilot)
    await pages.open("d")
    await pages.press("f")
    for tariff in ("Smart Безлимитище", "Ultra", "Супер МТС", "Всегда Налегке"):
        await pages.choose(tariff)
        await pages.press("space")
    await pages.press("c", "right")


async def comparison_differences(world: World, pilot: Pilot[None]) -> None:
    pages = TariffPages(pilot)
    await pages.open("d")
    await pages.press("space", "c", "o")


async def tariff_offer(world: World, pilot: Pilot[None]) -> None:
    """Too dear today."""
    pages = TariffPages(pilot)
    await pages.open("d")
    await pages.choose("Тарифище")
    await pages.press("enter")


async def tariff_change(world: World, pilot: Pilot[None]) -> None:
    """With a fee for it, what is burnt and what falls off."""
    give(world.store, 1_500_00)
    world.answer(Tariffs.change, MAIN, ChangeOrder(tariff="smart"))
    world.answer(Options.change, MAIN, Basket(on=["sms-100"]))
    stay(world, 60)
    await TariffPages(pilot).open_change("Smart Безлимитище")


async def tariff_change_later(world: World, pilot: Pilot[None]) -> None:
    pages = TariffPages(pilot)
    await pages.open_change("Smart Безлимитище")
    await pages.press("down", "down", "enter")
    await pages.type("5.12")


async def tariff_change_refused(world: World, pilot: Pilot[None]) -> None:
    await TariffPages(pilot).open_change("Ultra")


def _plan(world: World, days: int) -> str:
    """A change to a cheaper tariff in some days; its id."""
    order = ChangeOrder(tariff="smart-mini", at=NOW + timedelta(days=days))
    planned: str = world.answer(Tariffs.change, MAIN, order).id
    return planned


SCENES = (
    services, services_phone, own_tariff, own_tariff_past, tariffs, tariffs_narrowed, tariffs_none,
    tariffs_phone, comparison, comparison_differences, tariff_offer, tariff_change,
    tariff_change_later, tariff_change_refused,
)  # fmt: skip
"""In a world where Anna is at home."""
