"""Pictures of «Настройки» and of the way in through a service."""

from textual.pilot import Pilot
from textual.widgets import Input

from .pages import Cabinet
from .settings import Settings
from .world import World


async def settings(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("settings")


async def settings_profile(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("p")


async def settings_looks(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("v")


async def settings_idle(world: World, pilot: Pilot[None]) -> None:
    page = Settings(pilot)
    await page.at("t")
    await page.fill("#minutes", "21")
    await page.press("enter")


async def settings_proxy(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("x")


async def settings_keys(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("l", "down", "enter", "f9")


async def settings_notices(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("e")


async def settings_devices(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("d", "delete")


async def settings_mail(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("m")


async def settings_own_data(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("i")
    pilot.app.screen.query_one("#path", Input).value = "/home/anna/mts-tui-79853701234.zip"


async def identities(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("s", "enter", "enter", "enter")


async def identity_flow(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("s", "enter")


async def identity_page(world: World, pilot: Pilot[None]) -> None:
    await Settings(pilot).at("s", "enter", "enter")


SCENES = (
    settings, settings_profile, settings_looks, settings_idle, settings_keys, settings_notices,
    settings_devices, settings_mail, settings_proxy, settings_own_data, identities, identity_flow,
    identity_page,
)  # fmt: skip
