"""How every screen and dialog looks: pictures that a person has looked at.

After a change of the looks: `pytest tests/ui/test_looks.py --snapshot-update`, look, commit.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.command import CommandList
from textual.pilot import Pilot

from mts_tui.backend.contract.errors import StoreDamaged
from tests.backend.desk import other_than

from .pages import Cabinet, NewPassword, Phone, ProofDialog, SignIn, settle, until
from .world import LARGE, NORMAL, SMALL, World

THEMES = ("mts-dark", "mts-light", "mts-ansi")
Scene = Callable[[World, Pilot[None]], Awaitable[None]]


# ------------------------------------------------------------------ nobody has signed in yet


async def start_error(world: World, pilot: Pilot[None]) -> None:
    """The operator's file is damaged."""


async def welcome(world: World, pilot: Pilot[None]) -> None:
    """The first run asks where the cabinet is."""


async def sign_in(world: World, pilot: Pilot[None]) -> None:
    """What a new person sees first."""


async def sign_in_wrong(world: World, pilot: Pilot[None]) -> None:
    way = SignIn(pilot)
    await way.type_number("9853701234")
    await way.request_code()
    await way.type_secret("12345")


async def sign_in_closed(world: World, pilot: Pilot[None]) -> None:
    way = SignIn(pilot)
    await way.type_number("9853701234")
    await way.request_code()
    code = await Phone(pilot).read_code()
    for _ in range(3):
        await way.type_secret(other_than(code))
    world.seconds += 83
    await way.tick()


async def sign_in_phone(world: World, pilot: Pilot[None]) -> None:
    way = SignIn(pilot)
    await way.type_number("9853701234")
    await way.request_code()
    await Phone(pilot).open()


async def password_offer(world: World, pilot: Pilot[None]) -> None:
    await SignIn(pilot).by_code()
    await NewPassword(pilot).type("три слова")


# ------------------------------------------------------------------ Anna at home


async def account(world: World, pilot: Pilot[None]) -> None:
    """The first page."""


async def account_phone(world: World, pilot: Pilot[None]) -> None:
    phone = Phone(pilot)
    await phone.open()
    await phone.dial("*100#")


async def account_toasts(world: World, pilot: Pilot[None]) -> None:
    """What is said lies over the page, and the page can still be read."""
    await Cabinet(pilot).press("down", "c")
    world.window().order_code("+79853701234")


async def account_belarus(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).press("f4", "f4")


async def numbers(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("numbers")
    await Cabinet(pilot).press("down")


async def password(world: World, pilot: Pilot[None]) -> None:
    cabinet, form = Cabinet(pilot), NewPassword(pilot)
    await cabinet.open("password")
    await form.type_twice("крабовидка7", again="крабовидка8")


async def proof(world: World, pilot: Pilot[None]) -> None:
    world.pass_time(6 * 60)
    cabinet, form, dialog = Cabinet(pilot), NewPassword(pilot), ProofDialog(pilot)
    await cabinet.open("password")
    await form.type_twice("зелёный чайник на крыше")
    await dialog.prove("не тот")


async def keys_help(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).press("f1")


async def palette(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.press("ctrl+p")
    listed = cabinet.screen.query_one(CommandList)
    await until(pilot, lambda: listed.option_count > 10)
    await cabinet.press("down")


BEFORE: tuple[Scene, ...] = (
    start_error, welcome, sign_in, sign_in_wrong, sign_in_closed, sign_in_phone, password_offer,
)  # fmt: skip
AFTER: tuple[Scene, ...] = (
    account, account_phone, account_toasts, account_belarus, numbers, password, proof, keys_help,
    palette,
)  # fmt: skip
WITH_TOASTS = {account_toasts, sign_in_phone}


def pictures() -> list[Any]:
    """Every scene in every size and theme."""
    found = []
    for scene in BEFORE + AFTER:
        for theme in THEMES:
            for size in (SMALL, NORMAL, LARGE):
                width, height = size
                name = f"{scene.__name__}-{width}x{height}-{theme.removeprefix('mts-')}"
                found.append(pytest.param(scene, theme, size, id=name))
    return found


@pytest.mark.parametrize(("scene", "theme", "size"), pictures())
def test_looks(
    scene: Scene,
    theme: str,
    size: tuple[int, int],
    request: pytest.FixtureRequest,
    snap_compare: Callable[..., bool],
) -> None:
    world: World = request.getfixturevalue("home" if scene in AFTER else "world")
    world.settings = type(world.settings)(theme=theme, phone=world.settings.phone)
    app = world.app()
    if scene is start_error:
        app._make_backend = _damaged
    if scene is welcome:
        app._choose = lambda _server, _profile: app._make_backend

    async def play(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await scene(world, pilot)
        await settle(pilot)
        if scene not in WITH_TOASTS:
            app.clear_notifications()
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=play)


def _damaged() -> Any:
    raise StoreDamaged(path="~/.local/share/mts-tui/operator.db")
