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
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Static

from . import actions, config, formatting, themes
from .backend.contract import Backend, Cabinet
from .backend.contract.access import SignedIn
from .backend.contract.errors import CabinetError, Offline, ProxyPassword, ProxyRefused
from .backend.contract.events import Event
from .backend.distant import Distant
from .credentials import Secret, Vault
from .keyboard import in_both_layouts, latin_chord
from .session import SessionApp
from .widgets.key_bar import KeyBar
from .widgets.text import TextBlock

if TYPE_CHECKING:
    from textual.command import Provider

TERMINAL_SECONDS = 2
PATIENCE_SECONDS = 3
START_SECONDS = 1
AGAIN_SECONDS = 5
READING_SECONDS = 60
HOUR, DAY = 3600, 86_400
OPENING = "Открываем кабинет…"


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

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.begin_again", show=False)]

    def compose(self) -> Any:
        """One line in the middle."""
        yield FirstFrame(Content(f"МТС-Помощник\n\n{OPENING}"), id="start")


def _palette_actions() -> type["Provider"]:
    from .screens.palette import Actions

    return Actions


class MtsApp(SessionApp):
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
        environment: The process's variables.
        import_file: A detalization to import as soon as that is possible; empty to ask for one.
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
    COMMANDS = {_palette_actions}  # noqa: RUF012
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
        import_file: str | None = None,
    ) -> None:
        super().__init__(places, settings, profile=profile, vault=vault, monotonic=monotonic)
        self._make_backend = make_backend
        self._choose = choose
        self._distant: Distant | None = None
        self._not_begun: CabinetError | None = None
        self._proxy_may_wait = False
        self._notes = [*(notes or []), *actions.troubles(settings.keys)]
        self._import_file = import_file
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.environment = environment or {}
        self.theme = themes.chosen(settings.theme, self.environment)
        self.announced: set[str] = set()
        """Notifications that the bell and the desktop have told of."""
        self._own_bound: set[str] = set()
        self.use_keys()

    def use_keys(self) -> None:
        """Let the keys of the settings work from now on."""
        self.set_keymap(actions.keymap(self.settings.keys))
        bound = self._bindings.key_to_bindings
        for key in self._own_bound:  # There is no public way to unbind.
            bound.pop(key, None)
        self._own_bound.clear()
        for name, key in self.settings.keys.items():
            action = actions.BY_ID.get(name)
            if action is not None and not action.keys:  # Textual maps only keys that there are.
                call, names = action.call or action.id, in_both_layouts(key)
                self.bind(names, call, description=action.label, show=False)
                self._own_bound.update(names.split(","))

    # ------------------------------------------------------------------ start and end

    def get_default_screen(self) -> Screen[None]:
        """The first frame."""
        return StartScreen()

    def on_mount(self) -> None:
        """End calmly when the terminal goes away; write as the person has chosen."""
        formatting.use_iso(self.settings.formats == "iso")
        self.theme_changed_signal.subscribe(self, self._put_on)
        for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            try:
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
            except (NotImplementedError, RuntimeError, ValueError):
                break  # Windows, or a test in another thread.
        self._take_sizes_in_order()
        if not self.is_headless and hasattr(select, "poll") and os.isatty(0):
            self.set_interval(TERMINAL_SECONDS, self._mind_terminal)

    def _take_sizes_in_order(self) -> None:
        """Let the loop hear of a new size of the terminal, one after the other.

        Textual's own handler is interrupted by the next signal: the size it has read by then would
        arrive after the newer one, and stay.
        """
        if self.is_headless or not hasattr(signal, "SIGWINCH"):
            return
        handler = signal.getsignal(signal.SIGWINCH)
        if callable(handler):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGWINCH, handler, signal.SIGWINCH, None)

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
            self._distant = backend if isinstance(backend, Distant) else None
            await self._open(backend)
        except CabinetError as error:
            if stored is not None:
                stored.cancel()
            await self._explain_start(error, server)
            return
        self._backend = backend
        self.cabinet = Cabinet(backend)
        self.refresh_bindings()
        self._listen()
        self.set_interval(5, self._check_idle)
        secret, message = await stored if stored is not None else (None, "")
        if secret is None:
            await self._begin_without_secret(message)
        else:
            await self._sign_in_at_start(secret)
        self._stands = True
        for note in self._notes:
            self.say(note, severity="warning")
        self.set_timer(START_SECONDS, self._collect_garbage)

    async def _begin_without_secret(self, message: str) -> None:
        """Show one's own files where the person has some, else the sign-in screen."""
        if self.settings.own_files and self.has_own and not self.remembered:
            try:
                await self.enter_own()
            except CabinetError as error:
                message = message or str(error)
            else:
                return
        await self._show_sign_in(message)
        if self.has_own:  # No sign-in is needed for a file.
            self._import_given()

    @property
    def has_own(self) -> bool:
        """Whether files can be opened without a sign-in: the store is the person's own file."""
        return self._backend is not None and "own" in self._backend.features

    def ask_for_file(self) -> None:
        """Ask for a detalization, now or as soon as there is an operator inside."""
        self._import_file = ""
        if self.has_own:
            self._import_given()

    def _import_given(self) -> None:
        """Begin the import that the person came for, once."""
        from .screens.cabinet import CabinetScreen

        path, self._import_file = self._import_file, None
        if path is None:
            return
        if isinstance(self.screen, CabinetScreen):
            self.screen.action_import_file(path)
            return
        from .screens.import_file import ImportDialog

        self.push_screen(ImportDialog(path))

    async def _open(self, backend: Backend) -> None:
        try:
            await backend.open()
        except ProxyPassword:
            if self._distant is None or not await self._pass_proxy(self._distant):
                raise

    async def _explain_start(self, error: CabinetError, server: str) -> None:
        """Say why there is no cabinet yet; where that may pass, try again by itself."""
        if self._distant is not None:
            await self._distant.close()
            self._distant = None
        if self._choose is not None:
            self._ask(server, str(error))
            return
        self._not_begun = error
        ways = "Ctrl+Q закроет программу."
        if isinstance(error, Offline):
            ways = f"Enter — попробовать снова. {ways}"
            if not isinstance(error, ProxyPassword | ProxyRefused):
                self.set_timer(AGAIN_SECONDS, self.action_begin_again)
        self._show_start(f"{error}\n\n{ways}")

    def _show_start(self, text: str) -> None:
        start = self.screen_stack[0].query_one("#start", Static)
        start.update(Content(f"МТС-Помощник\n\n{text}"))

    def action_begin_again(self) -> None:
        """Try once more to open the cabinet, where the last try found no way to it."""
        if isinstance(self._not_begun, Offline):
            self._not_begun = None
            self._show_start(OPENING)
            self._begin()

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
    def server(self) -> str:
        """Address of the server that answers; empty where the operator is inside."""
        profile = self.settings.profiles.get(self.profile)
        return profile.server if profile is not None else ""

    @property
    def offline_since(self) -> datetime | None:
        """Since when the server does not answer; None while it does."""
        return self._backend.offline_since if self._backend is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the demo's own actions only where there is a demo."""
        del parameters
        if action == "proxy_password":
            asked = self._distant is not None and self._distant.asks_password
            return asked or isinstance(self._not_begun, ProxyPassword)
        if action == "block_number":
            return self.signed_in
        of_demo = action == "toggle_handset" or action.startswith("clock_")
        # One's own files are no demo: nobody invented has a phone there.
        return self.has_demo and not self.own if of_demo else True

    async def _sign_in_at_start(self, secret: Secret) -> None:
        signing = asyncio.ensure_future(self.sign_in_by_secret(self.remembered, secret))
        # The frame of the cabinet is laid while the operator checks the password.
        from .screens.cabinet import CabinetScreen

        await self._only(CabinetScreen())
        try:
            signed = await signing
        except CabinetError as error:
            await self._show_sign_in(str(error))
        else:
            await self.enter(signed)

    async def action_quit(self) -> None:
        """End the session, then the program; a server that is silent does not keep anybody."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._sign_out(), PATIENCE_SECONDS)
        self.exit()

    async def on_unmount(self) -> None:
        """Let go of the backend, whatever ended the program."""
        backend = self._backend or self._distant
        if backend is not None:
            await backend.close()

    # ------------------------------------------------------------------ the way to a server

    async def _pass_proxy(self, distant: Distant) -> bool:
        from .screens.proxy import let_in

        return await let_in(self, distant)

    @property
    def asking_for_proxy(self) -> bool:
        """Whether the proxy's dialog says already what is wrong."""
        return not self._proxy_may_wait

    def action_proxy_password(self) -> None:
        """Ask for the password of the proxy on the way, and go on with it."""
        if self._distant is None:
            self.action_begin_again()
        elif not any(screen.id == "proxy-dialog" for screen in self.screen_stack):
            self._ask_proxy_password(self._distant)

    @work(exclusive=True, group="proxy")
    async def _ask_proxy_password(self, distant: Distant) -> None:
        try:
            self._proxy_may_wait = not await self._pass_proxy(distant)
        except CabinetError as error:
            self.explain(error)
            return
        if self._proxy_may_wait and distant.proxy is not None:
            self.say(str(ProxyPassword(proxy=distant.proxy.place)), severity="warning")

    def _mind_connection(self) -> None:
        """The connection was lost or found: where a proxy asks for a password, ask the person."""
        if self._distant is None or not self._distant.asks_password:
            self._proxy_may_wait = False
        elif not self._proxy_may_wait:
            self.action_proxy_password()

    def _tell_unsent(self) -> None:
        """Say once what the account asked for and was never sent."""
        from .unsent import sentence

        for letter in self._distant.take_too_old() if self._distant is not None else ():
            self.say(sentence(letter), severity="warning", timeout=READING_SECONDS)

    async def _open_cabinet(self, signed: SignedIn) -> None:
        await super()._open_cabinet(signed)
        self._tell_unsent()
        self._import_given()

    # ------------------------------------------------------------------ what happens

    @work(group="events", exit_on_error=False)
    async def _listen(self) -> None:
        assert self._backend is not None
        happenings: AsyncIterator[Event] = self._backend.events()
        async for event in happenings:
            for screen in self.screen_stack:  # What lies under a dialog must know as well.
                screen.post_message(Happened(event))
            if event.kind == "connection":
                self._mind_connection()
            if event.kind == "message":
                self._show_message(event.account)
            if event.kind == "notice":
                self._announce(event)

    @work(group="attention", exit_on_error=False)
    async def _announce(self, event: Event) -> None:
        """Ring for a notification, where the person asked for that."""
        from .attention import announce

        await announce(self, event)

    def tell_terminal(self, sequence: str) -> None:
        """Send the terminal a sequence, as `bell` does."""
        if not self.is_headless and self._driver is not None and sequence:
            self._driver.write(sequence)

    @work(group="messages", exit_on_error=False)
    async def _show_message(self, account: str) -> None:
        """A code that came to the demo's phone, as a toast, unless the phone is open.

        Other SMS wait in the phone: a toast for each would cover what a person reads.
        """
        here = self.has_demo and not self.own and self.handset_phone
        if self.screen.query("Handset") or not here:
            return
        sims = await self.cabinet.demo.sims()
        if all(sim.account != account for sim in sims.items if sim.phone == self.handset_phone):
            return
        newest = (await self.cabinet.demo.messages(self.handset_phone)).items[:1]
        for message in newest:
            if not message.outgoing and message.text[:6].isdigit():
                self.say(message.text, title=f"SMS от {message.peer}", timeout=12)

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
                for screen in self.screen_stack:  # Keys stay in sight beside a dialog.
                    for listed in screen.query("Menu, Rows"):  # By name: not on the first frame.
                        listed.refresh()
        if isinstance(event, events.InputEvent) and not isinstance(event, events.MouseMove):
            self._touch()
        await super().on_event(event)

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

    def action_block_number(self) -> None:
        """Block the open number at once, from whichever screen; or take it into use again."""
        from .screens.blocking import BlockDialog
        from .screens.cabinet import CabinetScreen

        for screen in self.screen_stack:
            if isinstance(screen, CabinetScreen) and screen.account:
                if screen.refuses_operator():
                    return
                if not isinstance(self.screen, BlockDialog):
                    self.push_screen(BlockDialog(screen.account), screen.changed)
                return

    def _put_on(self, _theme: Theme) -> None:
        """Let what was put together of styles be put together anew."""
        for screen in self.screen_stack:
            for block in screen.query(TextBlock):
                block.put_on()
            for widget in screen.query("*"):
                if widget.show_vertical_scrollbar:  # Which keeps its old colours otherwise.
                    widget.vertical_scrollbar.refresh()

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
        from .backend.contract.demo import ClockMove
        from .screens.cabinet import zone_of

        try:
            clock = await self.cabinet.demo.advance(ClockMove(seconds=seconds))
        except CabinetError as error:
            self.explain(error)
            return
        local = clock.now.astimezone(zone_of(self))
        self.say(f"У оператора теперь {formatting.date_long(local)}, {formatting.clock(local)}.")

    def get_system_commands(self, screen: Screen[Any]) -> Any:
        """Every action of the table that works here, for the palette."""
        places = {"app", *getattr(screen, "action_places", ())}
        offered = {"Всё"}
        for action in actions.ACTIONS:
            if action.place in places and action.label not in offered:
                offered.add(action.label)
                call = action.call or action.id
                outside = action.place == "app" or "." in call
                target = self if outside else _owner(screen, action.id, call)
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


def _owner(screen: Screen[Any], action: str, call: str) -> DOMNode:
    """Where an action of a screen is done: by what is focused, by the page, or by the screen."""
    for node, binding, *_ in screen.active_bindings.values():
        if binding.id == action:
            return node
    method = f"action_{call.partition('(')[0]}"
    return next((page for page in screen.query("Page") if hasattr(page, method)), screen)


def _runner(app: App[Any], call: str, target: Any) -> Callable[[], Any]:
    async def run() -> None:
        await app.run_action(call, target)

    return run
