"""The first run: where the cabinet is."""

from collections.abc import Callable

from textual.widgets import Static

from mts_tui import config
from mts_tui.app import MtsApp
from mts_tui.backend.contract.errors import Offline
from mts_tui.keys_page import page
from mts_tui.screens.welcome import WelcomeScreen

from .pages import SignIn, settle
from .world import SMALL, World


def first_run(world: World, asked: list[tuple[str, str]]) -> MtsApp:
    """The program as it starts for the first time; servers do not answer."""

    class Silent(type(world.app()._make_backend())):
        async def open(self) -> None:
            raise Offline(server="https://cabinet.example")

    def choose(server: str, profile: str) -> Callable[[], object]:
        asked.append((server, profile))
        if not server:
            return world.app()._make_backend
        return lambda: Silent(world.store)

    app = world.app()
    app._choose = choose
    return app


async def test_the_operator_inside(world: World) -> None:
    asked: list[tuple[str, str]] = []
    async with first_run(world, asked).run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert isinstance(pilot.app.screen, WelcomeScreen)
        await pilot.press("enter")
        await settle(pilot)
        assert asked == [("", "demo")]
        assert SignIn(pilot).is_open


async def test_a_server_that_is_silent(world: World) -> None:
    asked: list[tuple[str, str]] = []
    async with first_run(world, asked).run_test(size=SMALL) as pilot:
        await settle(pilot)
        pilot.app.screen.query_one("#server").focus()
        await pilot.press(*"cabinet.example", "enter")
        await settle(pilot)
        assert asked == [("https://cabinet.example", "default")]
        assert isinstance(pilot.app.screen, WelcomeScreen)
        message = str(pilot.app.screen.query_one("#message", Static).content)
        assert message == str(Offline(server="https://cabinet.example"))
    kept = config.load(pilot.app.places, {})[0]
    assert kept.profiles["default"].server == "https://cabinet.example"


async def test_an_address_that_is_none(world: World) -> None:
    asked: list[tuple[str, str]] = []
    async with first_run(world, asked).run_test(size=SMALL) as pilot:
        await settle(pilot)
        pilot.app.screen.query_one("#server").focus()
        await pilot.press("enter")
        await settle(pilot)
        assert "Введите адрес" in str(pilot.app.screen.query_one("#message", Static).content)
        await pilot.press(*"ftp://x", "enter")
        await settle(pilot)
        assert not asked
        assert "Такой адрес не подходит" in str(
            pilot.app.screen.query_one("#message", Static).content
        )


def test_the_page_of_keys_is_fresh() -> None:
    """After a change of the table: `python -m mts_tui.keys_page > docs/keys_ru.md`."""
    from pathlib import Path

    written = Path(__file__).parents[2] / "docs" / "keys_ru.md"
    assert written.read_text("utf-8") == page()
