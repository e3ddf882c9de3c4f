"""The program as a person sees it: what is typed, pressed and read on each screen."""

import re
import time
from collections.abc import Callable
from itertools import chain
from typing import Any

from rich.console import RenderableType
from textual import events
from textual._compositor import Compositor
from textual.keys import _character_to_key, key_to_character
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Digits, Input, Static

from mts_tui.actions import BY_ID
from mts_tui.app import MtsApp
from mts_tui.screens.cabinet import CabinetScreen, TopBar
from mts_tui.screens.help import HelpDialog
from mts_tui.screens.password import PasswordOffer
from mts_tui.screens.proxy import ProxyDialog
from mts_tui.screens.sign_in import SignInScreen
from mts_tui.widgets.check import Check
from mts_tui.widgets.dialog import Proof
from mts_tui.widgets.handset import Handset
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.menu import Menu
from mts_tui.widgets.rows import Rows

DRAW = Compositor.render_update
PATIENCE = 5.0
QUIET_ROUNDS = 5
IDLE_LOOK_SECONDS = 5
COUNTDOWN_SECONDS = 1


async def until(
    pilot: Pilot[None], condition: Callable[[], object], patience: float = PATIENCE
) -> None:
    """Wait for something, in vain for some seconds at most."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await pilot.pause(0.01)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the program has nothing to do but to listen.

    Quicker than `Pilot.pause`, which watches the processor: several rounds must go by in which no
    worker is at work and no message waits. What is seen then is drawn, see `drawn_when_quiet`.
    """
    quiet = 0
    end = time.monotonic() + 2 * PATIENCE
    while quiet < QUIET_ROUNDS or _draw(pilot.app):
        assert time.monotonic() < end, "the program does not come to rest"
        await pilot.pause(0.002 if _at_work(pilot.app) else 0)
        # Looked at after the pause too: on a busy machine much begins within one.
        if _at_work(pilot.app) or any(node._message_queue.qsize() for node in _nodes(pilot.app)):
            quiet = 0
        else:
            quiet += 1


def drawn_when_quiet(
    compositor: Compositor, *, simplify: bool = False, **options: Any
) -> RenderableType | None:
    """`Compositor.render_update` of programs that nobody looks at.

    A person sees each of some dozens of frames of a step; here drawing them would take a third of
    the time. What has changed is drawn in one go when the program has come to rest.
    """
    if simplify:  # A picture.
        return DRAW(compositor, simplify=True, **options)
    return None


def _draw(app: Any) -> bool:
    """Draw what has changed since the last time; whether there was anything."""
    compositor = app.screen._compositor
    changed = bool(compositor._dirty_regions)
    if changed:
        DRAW(compositor, screen_stack=app._background_screens)
    return changed


def _nodes(app: Any) -> list[MessagePump]:
    """Whatever takes messages: screens below the one that is seen learn of events too."""
    return [
        app,
        *chain.from_iterable(one.walk_children(with_self=True) for one in app.screen_stack),
    ]


def _at_work(app: Any) -> bool:
    endless = {"events"}
    if isinstance(app.screen, Proof):
        endless.add("save")  # Waits for the person.
    if isinstance(app.screen, ProxyDialog):
        endless |= {"session", "proxy"}
    return any(worker.group not in endless and not worker.is_finished for worker in app.workers)


async def tick(pilot: Pilot[None], node: MessagePump, interval: float) -> None:
    """Let a timer of a screen, or of the app, come to its next tick now."""
    timers = [timer for timer in tuple(node._timers) if timer._interval == interval]
    assert timers, f"no timer of {interval} s"
    for timer in timers:
        await timer._tick(next_timer=0, count=0)
    await settle(pilot)


def text_of(widget: Widget) -> str:
    """What a widget renders, as plain text."""
    return str(widget.render())


class Person:
    """Somebody at the keyboard."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    @property
    def app(self) -> MtsApp:
        app = self.pilot.app
        assert isinstance(app, MtsApp)
        return app

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    async def press(self, *keys: str) -> None:
        """Press keys one by one, waiting for what each brings."""
        for key in keys:
            await self._is_up(self.app.focused)
            sign = key_to_character(key)
            self.app.post_message(events.Key(_character_to_key(key) if key == sign else key, sign))
            await settle(self.pilot)

    async def _is_up(self, pressed: Widget | None) -> None:
        """A button that was pressed a moment ago takes no second press before it looks released."""
        if isinstance(pressed, Button):
            await until(self.pilot, lambda: not pressed.has_class("-active"))

    async def type(self, text: str) -> None:
        """Type quickly: no waiting between the letters."""
        for sign in text:
            self.app.post_message(events.Key(_character_to_key(sign), sign))
        await settle(self.pilot)

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await settle(self.pilot)

    async def click(self, where: "str | type[Widget]", offset: tuple[int, int] = (0, 0)) -> None:
        await self._is_up(self.screen.query(where).first())
        await self.pilot.click(where, offset=offset)
        await settle(self.pilot)

    async def fill(self, field: str, text: str) -> None:
        """Go to a field, empty it and type."""
        self.screen.query_one(field, Input).focus()
        await self.press("home", "ctrl+k")
        await self.type(text)

    @property
    def seen(self) -> str:
        """The whole terminal as text."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    @property
    def words(self) -> str:
        """The terminal as text without layout: one space between words."""
        return " ".join(self.seen.split())

    @property
    def toasts(self) -> list[str]:
        """Sentences that were shown as toasts and are not cleared yet, the oldest first."""
        return [toast.message for toast in self.app._notifications]

    @property
    def footer(self) -> str:
        return text_of(self.screen.query_one(KeyBar))

    @property
    def focus(self) -> str:
        """Id or class of what has the focus."""
        focused = self.app.focused
        return "" if focused is None else focused.id or type(focused).__name__

    async def do(self, action: str) -> None:
        """Do an action of the table by its first key."""
        await self.press(BY_ID[action].keys.split(",")[0])

    async def idle_look(self) -> None:
        """The program looks whether somebody is there."""
        await tick(self.pilot, self.app, IDLE_LOOK_SECONDS)


class SignIn(Person):
    """The sign-in screen."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, SignInScreen)

    @property
    def number(self) -> str:
        return self.screen.query_one("#phone", Input).value

    @property
    def region(self) -> str:
        return text_of(self.screen.query_one("#region"))

    @property
    def message(self) -> str:
        return str(self.screen.query_one("#message", Static).content)

    @property
    def secret(self) -> Input:
        return self.screen.query_one("#secret", Input)

    @property
    def buttons_work(self) -> bool:
        return not any(
            button.disabled for button in self.screen.query("#sign-in Button").results(Button)
        )

    def say_nothing(self) -> None:
        """Take the sentence away, so that the next one is seen to be new."""
        self.screen.query_one("#message", Static).update("")

    async def type_number(self, text: str) -> None:
        await self.fill("#phone", text)

    async def request_code(self) -> None:
        await self.do("request_code")

    async def type_secret(self, text: str) -> None:
        """Type a code or password and press Enter."""
        await self.fill("#secret", text)
        await self.press("enter")

    async def keep_password(self) -> None:
        self.screen.query_one("#keep", Check).focus()
        await self.press("space")

    async def tick(self) -> None:
        """A second of the countdown."""
        await tick(self.pilot, self.screen, COUNTDOWN_SECONDS)

    async def by_code(self, number: str = "+7 985 370-12-34") -> None:
        """Sign in as somebody new here does: number, code, phone, code."""
        await self.type_number(number)
        await self.request_code()
        await self.type_secret(await Phone(self.pilot).read_code())


class Phone(Person):
    """The virtual phone."""

    @property
    def is_open(self) -> bool:
        return bool(self.screen.query(Handset))

    @property
    def messages(self) -> str:
        return text_of(self.screen.query_one("#handset-sms"))

    @property
    def reply(self) -> str:
        return text_of(self.screen.query_one("#handset-reply"))

    @property
    def head(self) -> str:
        return text_of(self.screen.query_one("#handset-head"))

    @property
    def code(self) -> str:
        """The newest one-time code."""
        codes = re.findall(r"(\d{6}) — код", self.messages)
        assert codes, "no code came"
        return str(codes[-1])

    async def open(self) -> None:
        assert not self.is_open
        await self.do("toggle_handset")

    async def close(self) -> None:
        assert self.is_open
        await self.do("toggle_handset")

    async def dial(self, text: str) -> None:
        await self.fill("#handset-input", text)
        await self.press("enter")

    async def read_code(self) -> str:
        """Take the phone, read the code, put it away."""
        await self.open()
        code = self.code
        await self.close()
        return code


class NewPassword(Person):
    """The form of a new password: in the offer after the first entry, and on its page."""

    @property
    def offered(self) -> bool:
        return isinstance(self.screen, PasswordOffer)

    @property
    def strength(self) -> str:
        return text_of(self.screen.query_one("#strength"))

    @property
    def message(self) -> str:
        return str(self.screen.query_one("#password-message", Static).content)

    @property
    def remember(self) -> Check:
        return self.screen.query_one("#remember", Check)

    async def type_twice(self, password: str, again: str | None = None) -> None:
        """Type the password into both fields, then Enter."""
        await self.fill("#new", password)
        await self.fill("#again", password if again is None else again)
        await self.press("enter")

    async def skip(self) -> None:
        await self.press("escape")


class ProofDialog(Person):
    """«Подтвердите, что это вы»."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, Proof)

    @property
    def message(self) -> str:
        return str(self.screen.query_one("#proof-message", Static).content)

    async def send_code(self) -> None:
        await self.click("#code")

    async def prove(self, text: str) -> None:
        await self.fill("#proof", text)
        await self.press("enter")


class ProxyPassword(Person):
    """«Прокси-сервер просит имя и пароль»."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, ProxyDialog)

    @property
    def message(self) -> str:
        return str(self.screen.query_one("#proxy-message", Static).content)

    @property
    def name(self) -> str:
        return self.screen.query_one("#proxy-name", Input).value

    @property
    def password(self) -> Input:
        return self.screen.query_one("#proxy-password", Input)

    async def opens(self, patience: float = PATIENCE) -> None:
        """Wait for it, ready to be typed in."""
        await until(self.pilot, lambda: self.is_open, patience)
        await settle(self.pilot)

    async def keep(self) -> None:
        self.screen.query_one("#proxy-keep", Check).focus()
        await self.press("space")

    async def give(self, name: str, password: str) -> None:
        """Type both and press Enter."""
        await self.fill("#proxy-name", name)
        await self.fill("#proxy-password", password)
        await self.press("enter")


class Cabinet(Person):
    """The cabinet with one of its pages."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, CabinetScreen)

    @property
    def top(self) -> str:
        return text_of(self.screen.query_one(TopBar))

    @property
    def balance(self) -> str:
        """The big figures and the sign after them."""
        digits = self.screen.query_one("#balance", Digits).value
        sign = text_of(self.screen.query_one("#beside")).split()[0]
        return f"{digits} {sign}"

    @property
    def beside(self) -> str:
        return text_of(self.screen.query_one("#beside"))

    @property
    def packages(self) -> str:
        return text_of(self.screen.query_one("#buckets"))

    @property
    def month(self) -> str:
        return text_of(self.screen.query_one("#month"))

    @property
    def table(self) -> Rows:
        return self.screen.query_one(Rows)

    @property
    def rows(self) -> list[str]:
        """The rows that are loaded, as text."""
        return [self.table.text_of(index) for index in range(self.table.row_count)]

    @property
    def page(self) -> str:
        """Id of the page that the menu marks as open."""
        return self.screen.query_one(Menu).here

    async def open(self, page: str) -> None:
        """Open a page by its digit in the menu; digits go into a field that has the focus."""
        if isinstance(self.app.focused, Input):
            self.screen.query_one(Menu).focus()
        await self.do(f"open_{page}")


class Help(Person):
    """The list of keys."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, HelpDialog)

    @property
    def lines(self) -> str:
        return text_of(self.screen.query_one("#help-lines"))
