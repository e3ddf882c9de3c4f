"""The application: one session, the way between screens, the idle lock, and a calm crash."""

import asyncio
import contextlib
import gc
import os
import select
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, ClassVar

from rich.text import Text
from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from . import actions, config, themes
from .backend.contract import Backend, Cabinet
from .backend.contract.access import SignedIn, SignIn
from .backend.contract.errors import CabinetError, NotSignedIn
from .backend.contract.events import Event
from .credentials import Secret, Vault, account_of, new_device
from .formatting import clean
from .keyboard import in_both_layouts, latin_chord
from .widgets.key_bar import KeyBar

WARNING_SECONDS = 60
SEEN_EVERY_SECONDS = 60
TERMINAL_SECONDS = 2
PATIENCE_SECONDS = 3
START_SECONDS = 1
LONGEST_TOAST = 600
HOUR, DAY = 3600, 86_400


class Happened(Message, bubble=False):
    """Something happened at the operator: told to the screen that is seen."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class FirstFrame(Static):
    """The first frame: nothing but a name, until the rest is loaded."""

    class Painted(Message):
        """The first frame is out: what is slow may begin."""

    def on_show(self) -> None:
        """Tell the app. Show is handled right after the frame that shows the widget."""
        self.post_message(self.Painted())


class StartScreen(Screen[None]):
    """Where the program begins, and what lies under every other screen."""

    def compose(self) -> Any:
        """One line in the middle."""
        yield FirstFrame(Content("МТС-Помощник\n\nОткрываем кабинет…"), id="start")


class MtsApp(App[None]):
    """The terminal client.

    Args:
        make_backend: Makes the backend; called in a worker thread after the first frame.
        places: Where files lie.
        settings: What the person set.
        notes: Sentences to show at the start, e.g. about a broken settings file.
        profile: Name of the profile, for the keyring.
        choose: On the first run, makes a backend for a server's address (empty: the operator
            inside) and a profile's name; None where there is nothing to ask.
        vault: The OS keyring.
        monotonic: Tells seconds for the idle lock.
    """

    TITLE = "МТС-Помощник"
    CSS_PATH = "styles.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings("app"))
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (100, "-normal"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT = 8

    def __init__(
        self,
        make_backend: Callable[[], Backend],
        places: config.Places,
        settings: config.Settings,
        *,
        notes: list[str] | None = None,
        profile: str = config.INSIDE,
        choose: Callable[[str, str], Callable[[], Backend]] | None = None,
        vault: Vault | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        environment: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.places = places
        self.settings = settings
        self.profile = profile
        self.vault = vault or Vault()
        self.device = new_device()
        self.phone = self.remembered
        self.handset_phone = ""
        self._make_backend = make_backend
        self._choose = choose
        self._backend: Backend | None = None
        self._notes = notes or []
        self.monotonic = monotonic
        self._last_key = monotonic()
        self._seen_at = monotonic()
        self._warned = False
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.chosen(settings.theme, environment or {})
        self.set_keymap(actions.keymap(settings.keys))
        for name, key in settings.keys.items():
            action = actions.BY_ID.get(name)
            if action is not None and not action.keys:  # Textual maps only keys that there are.
                call = action.call or action.id
                self.bind(in_both_layouts(key), call, description=action.label, show=False)

    # ------------------------------------------------------------------ start and end

    def get_default_screen(self) -> Screen[None]:
        """The first frame."""
        return StartScreen()

    def on_mount(self) -> None:
        """End calmly when the terminal goes away."""
        for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            try:
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
            except (NotImplementedError, RuntimeError, ValueError):
                break  # Windows, or a test in another thread.
        if not self.is_headless and hasattr(select, "poll") and os.isatty(0):
            self.set_interval(TERMINAL_SECONDS, self._mind_terminal)

    def _mind_terminal(self) -> None:
        """Leave when the terminal is gone and nobody told: Textual would read its end for ever.

        Only a process whose own terminal it is gets SIGHUP; one under `setsid` or `su` does not.
        """
        terminal = select.poll()
        terminal.register(0, 0)  # Nothing but that it is gone is reported then.
        if terminal.poll(0):
            self.exit()

    def on_first_frame_painted(self) -> None:
        """Begin; on the first run, ask where the cabinet is."""
        if self._choose is None:
            self._begin()
        else:
            self._ask()

    def chosen(self, server: str) -> None:
        """The first run's answer: a server's address, or empty for the operator inside."""
        assert self._choose is not None
        if server:
            self.profile = config.DEFAULT
            try:
                self.settings, _notes = config.keep_profile(
                    self.places, config.DEFAULT, server=server
                )
            except (config.PlaceError, ValueError) as error:
                sentence = "Такой адрес не подходит. Нужен https://имя."
                if isinstance(error, config.PlaceError):
                    sentence = str(error)
                self._ask(server, sentence)
                return
        self._make_backend = self._choose(server, self.profile)
        self._begin(server)

    def _ask(self, server: str = "", message: str = "") -> None:
        from .screens.welcome import WelcomeScreen

        self.call_later(self._only, WelcomeScreen(server, message))

    @work(exclusive=True, group="session", exit_on_error=True)
    async def _begin(self, server: str = "") -> None:
        """Open the backend; where a number is remembered, ask the keyring and sign in."""
        loop = asyncio.get_running_loop()
        opening = loop.run_in_executor(None, self._make_backend)
        stored = None
        if self.remembered:  # The keyring is asked only where there may be something in it.
            stored = asyncio.ensure_future(self.read_secret(self.remembered))
        try:
            backend = await opening
            await backend.open()
        except CabinetError as error:
            if stored is not None:
                stored.cancel()
            if self._choose is not None:
                self._ask(server, str(error))
                return
            self.query_one("#start", Static).update(
                Content(f"МТС-Помощник\n\n{error}\n\nCtrl+Q закроет программу.")
            )
            return
        self._backend = backend
        self.cabinet = Cabinet(backend)
        self.refresh_bindings()
        self._listen()
        self.set_interval(5, self._check_idle)
        secret, message = await stored if stored is not None else (None, "")
        if secret is None:
            self.show_sign_in(message)
        else:
            await self._sign_in_at_start(secret)
        for note in self._notes:
            self.say(note, severity="warning")
        self.set_timer(START_SECONDS, self._collect_garbage)

    def _collect_garbage(self) -> None:
        """Let the collector work again, leaving out what the start made: it stays to the end."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    @property
    def has_demo(self) -> bool:
        """Whether the operator has phones to play with and a clock to move."""
        return self._backend is not None and "demo" in self._backend.features

    @property
    def offline_since(self) -> datetime | None:
        """Since when the server does not answer; None while it does."""
        return self._backend.offline_since if self._backend is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the demo's own actions only where there is a demo."""
        del parameters
        own = action == "toggle_handset" or action.startswith("clock_")
        return self.has_demo if own else True

    async def read_secret(self, phone: str) -> tuple[Secret | None, str]:
        """What the keyring has for a number, and a sentence where it could not tell."""
        result = await self.vault.aread(account_of(self.profile, phone))
        return result.secret, "" if result.secret else result.sentence

    async def sign_in_by_secret(self, phone: str, secret: Secret) -> SignedIn:
        """Sign in with what the keyring keeps; raises what `access.sign_in` does."""
        self.device = secret.device
        order = SignIn(
            phone=phone,
            password=secret.password,
            device=secret.device,
            device_name=device_name(),
        )
        return await self.cabinet.access.sign_in(order)

    async def _sign_in_at_start(self, secret: Secret) -> None:
        signing = asyncio.ensure_future(self.sign_in_by_secret(self.remembered, secret))
        # The frame of the cabinet is laid while the operator checks the password.
        from .screens.cabinet import CabinetScreen

        await self._only(CabinetScreen())
        try:
            signed = await signing
        except CabinetError as error:
            self.show_sign_in(str(error))
        else:
            await self.enter(signed)

    async def action_quit(self) -> None:
        """End the session, then the program; a server that is silent does not keep anybody."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._sign_out(), PATIENCE_SECONDS)
        self.exit()

    async def on_unmount(self) -> None:
        """Let go of the backend, whatever ended the program."""
        if self._backend is not None:
            await self._backend.close()

    # ------------------------------------------------------------------ session

    @property
    def remembered(self) -> str:
        """The number that this profile signs in with by itself, or empty."""
        if self.profile == config.INSIDE:
            return self.settings.phone
        profile = self.settings.profiles.get(self.profile)
        return profile.phone if profile is not None else ""

    def _remember_number(self, phone: str) -> list[str]:
        """Keep a number for the next start; sentences of what went wrong."""
        try:
            if self.profile == config.INSIDE:
                self.settings, notes = config.change(self.places, phone=phone)
            else:
                self.settings, notes = config.keep_profile(self.places, self.profile, phone=phone)
        except config.PlaceError as error:
            return [str(error)]
        return notes

    @property
    def signed_in(self) -> bool:
        """Whether there is a session."""
        return self._backend is not None and self._backend.token is not None

    async def enter(self, signed: SignedIn) -> None:
        """Open the cabinet for a session.

        Args:
            signed: The session.
        """
        assert self._backend is not None
        self._backend.token = signed.token
        self.phone = signed.session.phone
        self.handset_phone = signed.session.phone
        self._touch()
        self._seen_at = self.monotonic()
        # By the app, not by who calls: a screen's worker is cancelled when its screen goes, and a
        # cancelled pop_screen ends the app's own message loop.
        self.call_later(self._open_cabinet, signed)

    async def _open_cabinet(self, signed: SignedIn) -> None:
        from .screens.cabinet import CabinetScreen

        if not isinstance(self.screen, CabinetScreen):
            await self._only(CabinetScreen())
        if isinstance(self.screen, CabinetScreen):
            self.screen.begin(signed)

    def show_sign_in(self, message: str = "") -> None:
        """Show the sign-in screen alone, with a message."""
        from .screens.sign_in import SignInScreen

        self.call_later(self._only, SignInScreen(self.phone, message))

    async def _only(self, screen: Screen[None]) -> None:
        """Show one screen; everything above and below it is gone, with what it held."""
        self.clear_notifications()
        with self.batch_update():
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.push_screen(screen)

    async def sign_out(self, message: str = "Вы вышли из кабинета.") -> None:
        """End the session and show the sign-in screen."""
        await self._sign_out()
        self.show_sign_in(message)

    async def _sign_out(self) -> None:
        if self.signed_in:
            assert self._backend is not None
            try:
                await self.cabinet.access.sign_out()
            except CabinetError as error:
                self.log(f"sign-out was not heard: {error.code}")
            self._backend.token = None

    def lost_session(self, message: str) -> None:
        """The session is over: show the sign-in screen."""
        if self.signed_in:
            assert self._backend is not None
            self._backend.token = None
            self.show_sign_in(message)

    async def remember(self, password: str) -> None:
        """Put the password into the keyring, and the number into the settings."""
        saving = Vault(timeout=60) if type(self.vault) is Vault else self.vault
        secret = Secret(password=password, device=self.device)
        result = await saving.awrite(account_of(self.profile, self.phone), secret)
        if result.state.name != "OK":
            self.say(result.sentence, severity="warning")
            return
        for note in self._remember_number(self.phone):
            self.say(note, severity="warning")
        self.say("Пароль сохранён в хранилище паролей системы: в следующий раз войдём сами.")

    def remember_soon(self, password: str) -> None:
        """`remember`, without waiting for it: the keyring may ask the person first."""
        self.run_worker(self.remember(password), group="keyring", exit_on_error=False)

    async def forget(self) -> None:
        """Take the password out of the keyring and the number out of the settings."""
        if not self.remembered:
            self.say("На этом компьютере ничего не сохранено.")
            return
        result = await self.vault.adelete(account_of(self.profile, self.remembered))
        for note in self._remember_number(""):
            self.say(note, severity="warning")
        gone = result.state.name in {"OK", "NOTHING"}
        self.say(
            "Пароль и номер удалены с этого компьютера." if gone else result.sentence,
            severity="information" if gone else "warning",
        )

    # ------------------------------------------------------------------ what happens

    @work(group="events", exit_on_error=False)
    async def _listen(self) -> None:
        assert self._backend is not None
        happenings: AsyncIterator[Event] = self._backend.events()
        async for event in happenings:
            for screen in self.screen_stack:  # What lies under a dialog must know as well.
                screen.post_message(Happened(event))
            if event.kind == "message":
                self._show_message(event.account)

    @work(group="messages", exit_on_error=False)
    async def _show_message(self, account: str) -> None:
        """A code that came to the demo's phone, as a toast, unless the phone is open.

        Other SMS wait in the phone: a toast for each would cover what a person reads.
        """
        if self.screen.query("Handset") or not self.handset_phone or not self.has_demo:
            return
        sims = await self.cabinet.demo.sims()
        if all(sim.account != account for sim in sims.items if sim.phone == self.handset_phone):
            return
        newest = (await self.cabinet.demo.messages(self.handset_phone)).items[:1]
        for message in newest:
            if not message.outgoing and message.text[:6].isdigit():
                self.say(message.text, title=f"SMS от {message.peer}", timeout=12)

    def say(self, text: str, **kwargs: Any) -> None:
        """Show a toast; the text is cleaned and never read as markup."""
        if "title" in kwargs:
            kwargs["title"] = clean(kwargs["title"], 60)
        self.notify(clean(text, LONGEST_TOAST, keep_lines=True), markup=False, **kwargs)

    def explain(self, error: CabinetError) -> None:
        """Tell a person what went wrong."""
        if isinstance(error, NotSignedIn):
            self.lost_session(str(error))
        else:
            self.say(str(error), severity="error")

    # ------------------------------------------------------------------ keys and idle time

    async def on_event(self, event: events.Event) -> None:
        """Read chords of the Russian layout as Latin ones, and note that a person is there."""
        if isinstance(event, events.Key):
            latin = latin_chord(event.key)
            if latin is not None:
                event = events.Key(latin, None)
            elif KeyBar.typed(event.character):
                for bar in self.screen.query(KeyBar):
                    bar.relabel()
        if isinstance(event, events.InputEvent) and not isinstance(event, events.MouseMove):
            self._touch()
        await super().on_event(event)

    def _touch(self) -> None:
        self._last_key = self.monotonic()
        self._warned = False

    async def _check_idle(self) -> None:
        if not self.signed_in:
            return
        now = self.monotonic()
        idle = now - self._last_key
        limit = self.settings.idle_minutes * 60
        if idle >= limit:
            await self.sign_out(
                f"Вы не нажимали клавиш {self.settings.idle_minutes} мин, и кабинет закрылся сам. "
                "Войдите снова."
            )
        elif idle >= limit - WARNING_SECONDS and not self._warned:
            self._warned = True
            self.say(
                "Через минуту кабинет закроется сам. Нажмите любую клавишу, чтобы остаться.",
                severity="warning",
                timeout=WARNING_SECONDS,
            )
        elif self._last_key > self._seen_at and now - self._seen_at >= SEEN_EVERY_SECONDS:
            self._seen_at = now
            try:
                await self.cabinet.access.keep_alive()
            except CabinetError as error:
                self.explain(error)

    # ------------------------------------------------------------------ actions

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from .screens.help import HelpDialog

        if not isinstance(self.screen, HelpDialog):
            self.push_screen(HelpDialog(self.screen))

    def action_command_palette(self) -> None:
        """Find an action by its name."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="Что сделать?", id="--command-palette"))

    def action_interrupt(self) -> None:
        """Ctrl+C with nothing selected (Textual copies what is): tell how to leave."""
        self.say("Чтобы закрыть программу, нажмите Ctrl+Q.")

    def copy(self, text: str) -> None:
        """Put a text on the clipboard through the terminal (OSC 52), and say so."""
        self.copy_to_clipboard(text)
        self.say("Скопировано.", timeout=2)

    async def action_toggle_handset(self) -> None:
        """Open or close the virtual phone on this screen."""
        from .widgets.handset import Handset

        if self._backend is None or self.screen.is_modal:
            return
        screen = self.screen
        found = screen.query(Handset)
        self.clear_notifications()  # The toast with the code lies where the phone opens.
        if found:
            back = found.first().focus_before
            await found.remove()
            if back is not None and back.is_attached:
                screen.set_focus(back)
        else:
            await screen.mount(Handset(screen.focused))

    def action_next_theme(self) -> None:
        """Put the next theme on, and keep it."""
        names = [theme.name for theme in themes.THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        try:
            self.settings, _notes = config.change(self.places, theme=self.theme)
        except config.PlaceError as error:
            self.say(str(error), severity="warning")

    async def action_clock_hour(self) -> None:
        """Move the demo's clock."""
        await self._advance(HOUR)

    async def action_clock_day(self) -> None:
        """Move the demo's clock."""
        await self._advance(DAY)

    async def action_clock_month(self) -> None:
        """Move the demo's clock."""
        await self._advance(30 * DAY)

    async def _advance(self, seconds: int) -> None:
        from . import formatting
        from .backend.contract.demo import ClockMove

        try:
            clock = await self.cabinet.demo.advance(ClockMove(seconds=seconds))
        except CabinetError as error:
            self.explain(error)
            return
        local = clock.now.astimezone()
        self.say(f"У оператора теперь {formatting.date_long(local)}, {formatting.clock(local)}.")

    def get_system_commands(self, screen: Screen[Any]) -> Any:
        """Every action of the table that works here, for the palette."""
        places = {"app", *getattr(screen, "action_places", ())}
        offered = {"Всё"}
        for action in actions.ACTIONS:
            if action.place in places and action.label not in offered:
                offered.add(action.label)
                call = action.call or action.id
                target = screen if action.place != "app" and "." not in call else self
                if target.check_action(call.partition("(")[0], ()) is False:
                    continue
                yield SystemCommand(action.label, action.help, _runner(self, call, target))

    # ------------------------------------------------------------------ crash

    def _fatal_error(self) -> None:
        """Say it in a sentence and write the trace, without any local variable, to the log.

        Textual's own crash screen prints local variables, and a password may be among them.
        """
        from .crash import report

        where = report(self.places.state_dir, sys.exc_info()[1] or self._exception)
        self._exit_renderables.append(Text(where))
        self._close_messages_no_wait()


def _runner(app: App[Any], call: str, target: Any) -> Callable[[], Any]:
    async def run() -> None:
        await app.run_action(call, target)

    return run


def device_name() -> str:
    """What the list of sessions calls this machine."""
    import platform

    return f"{platform.node() or 'компьютер'}, терминал"[:80]
