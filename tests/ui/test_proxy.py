"""A proxy that asks for a password: the dialog, the keyring, and the way on without it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Static

from mts_tui.app import AGAIN_SECONDS
from mts_tui.backend.contract.errors import Offline, ProxySilent
from mts_tui.backend.outbox import Letter
from mts_tui.backend.remote import Remote
from mts_tui.backend.store import SqliteStore
from mts_tui.credentials import Secret, State
from mts_tui.screens.proxy import FORGOTTEN, REFUSED
from mts_tui.screens.welcome import WelcomeScreen
from tests import proxy as real
from tests.backend.network import running
from tests.proxy import proxy_server

from .behind import NAME, PASSWORD, PLACE, Behind, Guarded
from .pages import Cabinet, ProxyPassword, SignIn, settle, text_of, tick, until
from .world import SMALL, World

KEY = f"proxy http://{PLACE}"
SERVER = "https://cabinet.example"


async def test_the_password_is_asked_for_tried_and_not_kept(world: World) -> None:
    behind = Behind(world)
    async with world.run(app=behind.app()) as pilot:
        dialog = ProxyPassword(pilot)
        assert dialog.is_open
        assert PLACE in dialog.words
        assert dialog.focus == "proxy-name"
        await dialog.press("enter")
        assert dialog.focus == "proxy-password"
        await dialog.press("enter")
        assert dialog.message == "Введите имя."
        await dialog.give(NAME, "")
        assert dialog.message == "Введите пароль."
        await dialog.give("a:b", "x")
        assert "двоеточия" in dialog.message
        assert behind.operator.tried == []

        await dialog.give(NAME, "не тот")
        assert dialog.message == REFUSED
        assert dialog.name == NAME
        assert dialog.password.value == ""
        assert dialog.focus == "proxy-password"
        assert dialog.password.password  # What is typed is hidden.

        await dialog.type(PASSWORD)
        assert PASSWORD not in dialog.seen
        await dialog.press("enter")
        assert SignIn(pilot).is_open
        assert behind.operator.tried == [(NAME, "не тот"), (NAME, PASSWORD)]
    assert world.vault.kept == {}


async def test_the_password_is_kept_and_used_the_next_time(home: World) -> None:
    before = dict(home.vault.kept)
    async with home.run(app=Behind(home, name=NAME).app()) as pilot:
        dialog = ProxyPassword(pilot)
        assert dialog.focus == "proxy-password"  # The name is known.
        assert dialog.name == NAME
        await dialog.keep()
        await dialog.give(NAME, PASSWORD)
        await until(pilot, lambda: KEY in home.vault.kept)
        assert home.vault.kept == before | {KEY: Secret(password=PASSWORD, name=NAME)}
        await until(pilot, lambda: Cabinet(pilot).is_open)
    again = Behind(home)
    async with home.run(app=again.app()) as pilot:
        await until(pilot, lambda: Cabinet(pilot).is_open)
        assert again.operator.tried == [(NAME, PASSWORD)]
    for path in home.places.config_dir.parent.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()


async def test_a_kept_password_that_is_refused_is_forgotten(world: World) -> None:
    world.vault.kept[KEY] = Secret(password="прежний", name=NAME)
    behind = Behind(world)
    async with world.run(app=behind.app()) as pilot:
        dialog = ProxyPassword(pilot)
        assert dialog.message == FORGOTTEN
        assert dialog.name == NAME
        assert world.vault.kept == {}
        assert behind.operator.tried == [(NAME, "прежний")]


async def test_where_the_keyring_does_not_work_the_way_goes_on(world: World) -> None:
    world.vault.state = State.LOCKED
    async with world.run(app=Behind(world).app()) as pilot:
        dialog = ProxyPassword(pilot)
        await dialog.keep()
        await dialog.give(NAME, PASSWORD)
        assert SignIn(pilot).is_open
        await until(pilot, lambda: dialog.toasts)
        assert dialog.toasts == [State.LOCKED.value]


@pytest.mark.parametrize("way", ["escape", "button"])
async def test_not_now_leaves_a_sentence_and_enter_asks_again(world: World, way: str) -> None:
    behind = Behind(world)
    async with world.run(app=behind.app()) as pilot:
        dialog = ProxyPassword(pilot)
        await (dialog.press("escape") if way == "escape" else dialog.click("#proxy-later"))
        assert not dialog.is_open
        start = text_of(pilot.app.screen.query_one("#start", Static))
        assert f"Прокси-сервер {PLACE} просит имя и пароль" in start
        assert "Enter — попробовать снова" in start
        assert not [timer for timer in pilot.app._timers if timer._interval == AGAIN_SECONDS]
        await dialog.press("enter")
        await dialog.opens()
        await dialog.press("escape")
        await pilot.app.run_action("proxy_password")
        await dialog.opens()
        await dialog.give(NAME, PASSWORD)
        assert SignIn(pilot).is_open


async def test_what_is_wrong_behind_the_proxy_does_not_cost_the_password(world: World) -> None:
    behind = Behind(world, away=Offline(server=SERVER))
    async with world.run(app=behind.app()) as pilot:
        dialog = ProxyPassword(pilot)
        await dialog.give(NAME, PASSWORD)
        assert dialog.message == str(Offline(server=SERVER))
        assert dialog.password.value == PASSWORD
        behind.operator.away = None
        await dialog.press("enter")
        assert SignIn(pilot).is_open


async def test_a_silent_proxy_is_tried_again_by_itself(world: World) -> None:
    behind = Behind(world, away=ProxySilent(proxy=PLACE))
    app = behind.app()
    app._make_backend = lambda: _open(behind.make())
    async with world.run(app=app) as pilot:
        start = text_of(pilot.app.screen.query_one("#start", Static))
        assert f"Прокси-сервер {PLACE} не отвечает" in start
        behind.away = None
        await tick(pilot, pilot.app, AGAIN_SECONDS)
        assert SignIn(pilot).is_open


def _open(operator: Guarded) -> Guarded:
    operator.password = None
    return operator


async def test_in_the_middle_the_dialog_comes_once(home: World) -> None:
    behind = Behind(home, name=NAME)
    async with home.run(app=behind.app()) as pilot:
        dialog, cabinet = ProxyPassword(pilot), Cabinet(pilot)
        await dialog.give(NAME, PASSWORD)
        await until(pilot, lambda: cabinet.is_open and "на связи" in cabinet.top)
        behind.operator.begin_to_ask("другой")
        await dialog.opens()
        assert dialog.toasts == []
        await dialog.press("escape")
        assert cabinet.is_open
        assert "нет связи" in cabinet.top
        assert any("Ctrl+P, «Пароль прокси-сервера»" in toast for toast in dialog.toasts)
        await cabinet.press("f5")
        assert not dialog.is_open  # The person is not asked again and again.
        assert pilot.app.check_action("proxy_password", ())
        await pilot.app.run_action("proxy_password")
        await dialog.opens()
        await dialog.give(NAME, "другой")
        await until(pilot, lambda: cabinet.is_open and "на связи" in cabinet.top)
        assert not pilot.app.check_action("proxy_password", ())


async def test_the_idle_lock_takes_the_dialog_away_and_it_can_be_opened_again(
    home: World,
) -> None:
    behind = Behind(home, name=NAME)
    async with home.run(app=behind.app()) as pilot:
        dialog, cabinet = ProxyPassword(pilot), Cabinet(pilot)
        await dialog.give(NAME, PASSWORD)
        await until(pilot, lambda: cabinet.is_open and "на связи" in cabinet.top)
        behind.operator.begin_to_ask("другой")
        await dialog.opens()
        await pilot.app.run_action("proxy_password")
        await settle(pilot)
        assert sum(screen.id == "proxy-dialog" for screen in pilot.app.screen_stack) == 1
        home.seconds += 20 * 60
        await dialog.idle_look()
        await until(pilot, lambda: SignIn(pilot).is_open)
        await pilot.app.run_action("proxy_password")
        await dialog.opens()
        await dialog.give(NAME, "другой")
        await until(pilot, lambda: SignIn(pilot).is_open)


async def test_the_first_run_goes_by_the_proxy_too(world: World) -> None:
    behind = Behind(world)
    asked: list[tuple[str, str]] = []

    def choose(server: str, profile: str) -> Callable[[], object]:
        asked.append((server, profile))
        return behind.make

    app = world.app()
    app._choose = choose
    async with world.run(app=app) as pilot:
        dialog = ProxyPassword(pilot)
        pilot.app.screen.query_one("#server").focus()
        await dialog.type("cabinet.example")
        await dialog.press("enter")
        assert dialog.is_open
        await dialog.press("escape")
        assert isinstance(pilot.app.screen, WelcomeScreen)
        message = str(pilot.app.screen.query_one("#message", Static).content)
        assert f"Прокси-сервер {PLACE}" in message
        await dialog.press("enter")
        await dialog.give(NAME, PASSWORD)
        assert SignIn(pilot).is_open
    assert asked == [(SERVER, "default")] * 2


async def test_what_was_never_sent_is_told_once(home: World) -> None:
    behind = Behind(home, name=NAME)
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    letter = Letter("k", "anna", "trust.switch_on", "PUT", "/v1/x", "", at, in_doubt=False)
    async with home.run(app=behind.app()) as pilot:
        dialog, cabinet = ProxyPassword(pilot), Cabinet(pilot)
        behind.operator.letters = [letter]
        await dialog.give(NAME, PASSWORD)
        await until(pilot, lambda: cabinet.is_open and cabinet.toasts)
        (told,) = cabinet.toasts
        assert told.startswith(
            "Не выполнено: подключение «На полном доверии», 20 ноября 2026\xa0г., "
        )
        assert behind.operator.letters == []


async def test_by_a_real_proxy_to_a_real_server(world: World, tmp_path: Path) -> None:
    store = SqliteStore(world.path, world.clock)
    store.open()
    with running(store) as server, proxy_server() as proxy:
        made = Remote(server.url, tmp_path / "outbox", proxy=proxy.url)
        app = world.app()
        app._make_backend = lambda: made
        async with app.run_test(size=SMALL, notifications=True) as pilot:
            dialog = ProxyPassword(pilot)
            await dialog.opens(patience=20)
            await dialog.give(real.NAME, "не тот")
            await until(pilot, lambda: dialog.message == REFUSED, patience=20)
            await dialog.keep()
            await dialog.give(real.NAME, real.PASSWORD)
            await until(pilot, lambda: SignIn(pilot).is_open, patience=20)
            await until(pilot, lambda: f"proxy {proxy.url}" in world.vault.kept)
        made = Remote(server.url, tmp_path / "outbox", proxy=proxy.url)
        again = world.app()
        again._make_backend = lambda: made
        async with again.run_test(size=SMALL) as pilot:
            await until(pilot, lambda: SignIn(pilot).is_open, patience=20)
            await settle(pilot)
