"""How every screen and dialog looks: pictures that a person has looked at.

After a change of the looks: `pytest tests/ui/test_looks.py --snapshot-update`, look, commit. A
picture is made by a program that was started in its theme; it is compared with what is seen after
themes were changed, which must be the same but in `OWN_START`.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._doc import take_svg_screenshot
from textual.app import App
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input

from mts_tui import formatting
from mts_tui.backend.contract.autopay import Autopay
from mts_tui.backend.contract.errors import StoreDamaged
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import Trust
from mts_tui.widgets.key_bar import KeyBar
from tests.backend.desk import LONG_PASSWORD, other_than

from . import test_autopay_page, test_trust_page
from .behind import Behind
from .bonus_scenes import SCENES as BONUS
from .family_scenes import SCENES as FAMILY
from .import_scenes import BEFORE as FILES_ALONE
from .import_scenes import SCENES as FILES
from .melodies import SCENES as MELODIES
from .messages_scenes import SCENES as MESSAGES
from .options_scenes import SCENES as OPTIONS
from .pages import (
    Cabinet,
    NewPassword,
    Phone,
    ProofDialog,
    ProxyPassword,
    SignIn,
    drawn_when_quiet,
    settle,
    until,
)
from .paying_scenes import SCENES as PAYING
from .services_scenes import SCENES as SERVICES
from .settings_scenes import SCENES as SETTINGS
from .statements_scenes import SCENES as STATEMENTS
from .support_scenes import SCENES as SUPPORT
from .tariff_scenes import SCENES as TARIFFS
from .world import LARGE, NORMAL, SMALL, World

PICTURES = Path(__file__).parent / "__snapshots__" / "test_looks"
THEMES = ("mts-dark", "mts-light", "mts-ansi")
Size = tuple[int, int]
Scene = Callable[[World, Pilot[None]], Awaitable[None]]


# ------------------------------------------------------------------ nobody has signed in yet


async def start_error(world: World, pilot: Pilot[None]) -> None:
    """The operator's file is damaged."""


async def welcome(world: World, pilot: Pilot[None]) -> None:
    """The first run asks where the cabinet is."""


async def proxy_password(world: World, pilot: Pilot[None]) -> None:
    """The proxy on the way asks for a password, and did not take the first one."""
    await ProxyPassword(pilot).give("anna.ivanova", "не тот")


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


async def archive(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("archive")
    await Cabinet(pilot).press("down", "down", "down")


async def archive_phone(world: World, pilot: Pilot[None]) -> None:
    await archive(world, pilot)
    await Phone(pilot).open()


async def archive_search(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("archive")
    await cabinet.press("d", "down", "enter", "t", "space", "enter", "slash")
    await cabinet.type("исх 985")


async def archive_nothing(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("archive")
    await cabinet.press("slash")
    await cabinet.type("нет такого")


async def archive_operation(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("archive")
    await cabinet.press("slash")
    await cabinet.type("компенсация")
    await cabinet.press("enter", "enter", "enter")


async def archive_period(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("archive")
    await cabinet.press("d", *["down"] * 5, "enter")
    await cabinet.type("31.02")
    await cabinet.press("enter", "enter")


async def archive_kinds(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("archive")
    await cabinet.press("t", "space", "tab")


async def archive_export(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("archive")
    await cabinet.press("e", "down")
    cabinet.screen.query_one("#path", Input).value = "/home/anna/operations-79853701234.xlsx"


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


# ------------------------------------------------------------------ autopay, trust, promise


async def autopay(world: World, pilot: Pilot[None]) -> None:
    """A rule that works, one that fails, one that rests, and what they did."""
    pages = test_autopay_page.AutopayPages(pilot)
    test_autopay_page.keep_card(world)
    test_autopay_page.keep_card(world, "no_money")
    low = {"kind": "threshold", "threshold": Money(amount_minor=100_00, currency="RUB")}
    for wanted in (low, {"card": "no_money"}, {"kind": "month", "day": 31, "weekday": None}):
        world.clock.move(seconds=1)
        rule = test_autopay_page.make(world, **wanted)
    test_autopay_page.live(world, hours=14)
    world.answer(Autopay.pause, test_autopay_page.MAIN, rule.id)
    await pages.open()
    await pages.press("tab", "enter")


async def autopay_rule(world: World, pilot: Pilot[None]) -> None:
    await autopay(world, pilot)
    await Cabinet(pilot).press("shift+tab", "down", "enter")


async def autopay_form(world: World, pilot: Pilot[None]) -> None:
    """The form says what the rule means, and that it runs at once."""
    pages = test_autopay_page.AutopayPages(pilot)
    test_autopay_page.keep_card(world)
    await pages.open()
    await pages.press("plus")
    await pages.give("rule-threshold", "500")
    await pages.give("rule-amount", "1 000")
    await pages.press("enter")


async def autopay_form_wrong(world: World, pilot: Pilot[None]) -> None:
    pages = test_autopay_page.AutopayPages(pilot)
    test_autopay_page.keep_card(world)
    await pages.open()
    await pages.press("plus", "down")
    await pages.give("rule-amount", "20")
    await pages.press("enter")


async def trust(world: World, pilot: Pilot[None]) -> None:
    await test_trust_page.Terms(pilot).open_trust()


async def promise(world: World, pilot: Pilot[None]) -> None:
    dialog = test_trust_page.Terms(pilot)
    await dialog.open_promise()
    await dialog.press("down", "down")


async def promise_refused(world: World, pilot: Pilot[None]) -> None:
    world.answer(Trust.switch_on, test_trust_page.MAIN)
    await test_trust_page.Terms(pilot).open_promise()


BEFORE: tuple[Scene, ...] = (
    start_error, welcome, proxy_password, sign_in, sign_in_wrong, sign_in_closed, sign_in_phone, password_offer,
    *FILES_ALONE,
)  # fmt: skip
AFTER: tuple[Scene, ...] = (
    account, account_phone, account_toasts, account_belarus, numbers, password, proof, keys_help,
    palette, autopay, autopay_rule, autopay_form, autopay_form_wrong, trust, promise,
    promise_refused, *PAYING,
    archive, archive_phone, archive_search, archive_nothing, archive_operation, archive_period,
    archive_kinds, archive_export, *MELODIES, *SERVICES, *FILES, *OPTIONS, *TARIFFS, *SUPPORT, *BONUS, *FAMILY,
    *STATEMENTS, *MESSAGES, *SETTINGS,
)  # fmt: skip
WITH_TOASTS = {account_toasts, sign_in_phone}


OWN_START = {
    "melody_gift",
    "melody_rule",
    "palette",
    "settings_looks",
    "sign_in_closed",
    "tariffs_none",
}
"""Where the theme before leaves a trace: in the list of themes itself, and in what a dialog tints."""
_seen: dict[tuple[Scene, Size], dict[str, str]] = {}
"""The last scene that was played, in all themes."""


def pictures() -> list[Any]:
    """Every scene in every size and theme; themes of a scene together, for it is played once."""
    found = []
    for scene in BEFORE + AFTER:
        for size in (SMALL, NORMAL, LARGE):
            for theme in THEMES:
                width, height = size
                name = f"{scene.__name__}-{width}x{height}-{theme.removeprefix('mts-')}"
                found.append(pytest.param(scene, theme, size, id=name))
    return found


@pytest.fixture
def new_world(settled_file: Path, file_of_anna: Path, tmp_path: Path) -> Callable[[Scene], World]:
    """Makes a world for a scene, as everything is before the scene."""

    def make(scene: Scene) -> World:
        KeyBar.layout_name = "ru"
        formatting.use_iso(iso=False)
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        if scene in BEFORE:
            return World(settled_file, folder)
        home = World(file_of_anna, folder)
        home.remember(LONG_PASSWORD)
        return home

    return make


@pytest.mark.parametrize(("scene", "theme", "size"), pictures())
def test_looks(
    scene: Scene,
    theme: str,
    size: Size,
    request: pytest.FixtureRequest,
    new_world: Callable[[Scene], World],
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = PICTURES / f"{request.node.name}.svg"
    if request.config.option.update_snapshots or not kept.exists():
        picture = played(new_world(scene), scene, size, (theme,))[theme]
    else:
        known = kept.read_text("utf-8")
        if (scene, size) not in _seen:
            _seen.clear()
            # A third of the scenes begins in each theme.
            first = (BEFORE + AFTER).index(scene) % len(THEMES)
            themes = THEMES[first:] + THEMES[:first]
            _seen[scene, size] = played(new_world(scene), scene, size, themes)
        picture = _seen[scene, size][theme]
        if tidied(picture) != tidied(known) and scene.__name__ in OWN_START:
            picture = played(new_world(scene), scene, size, (theme,))[theme]
        if tidied(picture) == tidied(known):
            picture = known
    monkeypatch.setattr("textual._doc.take_svg_screenshot", lambda **_options: picture)
    assert snap_compare(App[None]())


_BESIDE = re.compile(
    r'<rect fill="(?P<fill>[^"]+)" x="(?P<x>[\d.]+)" (?P<y>y="[\d.]+") width="(?P<width>[\d.]+)" (?P<rest>[^>]+/>)'
    r'<rect fill="(?P=fill)" x="(?P<next>[\d.]+)" (?P=y) width="(?P<more>[\d.]+)" (?P=rest)'
)
"""Two pieces of one colour, the second right beside the first."""


def tidied(picture: str) -> str:
    """A picture as it is seen.

    Each style stands beside its text: as what number it is declared says nothing. Pieces of one
    colour are one: whether an empty line has a scroll bar that nobody sees says nothing either.
    """
    styles = dict(re.findall(r"-(r\d+) \{ ([^}]*)\}", picture))
    drawn = re.sub(r"<style>.*?</style>", "", picture, flags=re.DOTALL)
    drawn = re.sub(r'class="terminal(?:-\d+)?-(r\d+)"', lambda found: styles[found[1]], drawn)
    drawn = re.sub(r"terminal-\d+", "terminal", drawn)
    while (joined := _BESIDE.sub(_joined, drawn)) != drawn:
        drawn = joined
    return drawn


def _joined(pieces: re.Match[str]) -> str:
    x, width, other, more = (float(pieces[name]) for name in ("x", "width", "next", "more"))
    if abs(x + width - other) > 0.1:
        return pieces[0]
    return (
        f'<rect fill="{pieces["fill"]}" x="{pieces["x"]}" {pieces["y"]} '
        f'width="{round(width + more, 1)}" {pieces["rest"]}'
    )


def played(world: World, scene: Scene, size: Size, themes: Sequence[str]) -> dict[str, str]:
    """What is seen at the end of a scene, in each of the themes; it begins in the first."""
    world.settings = type(world.settings)(theme=themes[0], phone=world.settings.phone)
    app = world.app()
    if scene is start_error:
        app._make_backend = _damaged
    if scene is proxy_password:
        app = Behind(world).app()
    if scene is welcome:
        app._choose = lambda _server, _profile: app._make_backend
    seen: dict[str, str] = {}

    async def play(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await scene(world, pilot)
        await settle(pilot)
        if scene not in WITH_TOASTS:
            app.clear_notifications()
        await until(pilot, lambda: not any(one.query(".-active") for one in app.screen_stack))
        for screen in app.screen_stack:  # Textual draws those below a dialog when they are back.
            screen.refresh(layout=True)
        await settle(pilot)
        for theme in themes:
            app.theme = theme
            await settle(pilot)
            await pilot.pause()
            await pilot.wait_for_scheduled_animations()
            await pilot.pause()
            await pilot.wait_for_scheduled_animations()
            seen[theme] = app.export_screenshot(title=app.title, simplify=True)

    with patch.object(Compositor, "render_update", _drawn_for_a_picture):
        take_svg_screenshot(app=app, terminal_size=size, run_before=play)
    return seen


def _drawn_for_a_picture(compositor: Compositor, **options: Any) -> RenderableType | None:
    """What is seen on the way to a picture is not drawn when all is quiet, either."""
    compositor._dirty_regions.clear()
    return drawn_when_quiet(compositor, **options)


def _damaged() -> Any:
    raise StoreDamaged(path="~/.local/share/mts-tui/operator.db")
