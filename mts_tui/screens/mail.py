"""A document by e-mail: where to, and what has become of the letter."""

import re
from collections.abc import Awaitable, Callable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import config, formatting
from mts_tui.app import MtsApp
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.receipts import Mail, MailOrder
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

NO_ADDRESS = "Это не адрес почты. Нужно так: anna@example.com."
LONGEST = 254
_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+")
_TOLD = {
    "queued": ("Письмо на {to} в очереди…", "muted"),
    "sent": ("✓ Письмо отправлено: {to}", "good"),
    "failed": ("✗ Письмо на {to} не ушло. {reason}", "bad"),
}

PUT_OFF = ("… Письмо на {to} пока не ушло, попробуем ещё раз сами. {reason}", "warn")


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def told_of(mail: Mail) -> tuple[str, str]:
    """What has become of a letter, and the name of its look."""
    put_off = mail.state == "queued" and mail.reason
    words, look = PUT_OFF if put_off else _TOLD[mail.state]
    to, reason = formatting.clean(mail.to, 80), formatting.clean(mail.reason)
    return words.format(to=to, reason=reason).rstrip(), look


def remember(app: MtsApp, address: str) -> None:
    """Offer this address the next time."""
    if address == app.settings.letters_to:
        return
    try:
        app.settings, _notes = config.change(app.places, letters_to=address)
    except (config.PlaceError, ValueError):
        app.log("the address is not remembered")


class MailDialog(Dialog[Mail]):
    """Asks for an address and hands the letter over; answers it.

    Args:
        title: What is sent.
        send: Sends it, under a key that is the same for the same address.
    """

    def __init__(self, title: str, send: Callable[[MailOrder, str], Awaitable[Mail]]) -> None:
        super().__init__()
        self._heading = title
        self._send = send
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """The address and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._heading, classes="title", markup=False)
            yield Field("Адрес", hint="anna@example.com", longest=LONGEST, id="address")
            yield Static("", id="mail-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Послать", variant="primary", id="send")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the address of the last time."""
        field = self.query_one("#address", Input)
        field.value = self.app.settings.letters_to
        field.focus()

    @on(Button.Pressed, "#send")
    @on(Input.Submitted, "#address")
    @work(group="send")
    @once("send")
    async def send(self) -> None:
        """Hand the letter over."""
        address = self.query_one("#address", Input).value.strip()
        if not is_address(address):
            self._say(NO_ADDRESS)
            return
        try:
            mail = await self._send(MailOrder(to=address), self._attempt.key(address))
        except CabinetError as error:
            self._say(str(error))
            return
        remember(self.app, address)
        if alive(self):
            self.dismiss(mail)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#mail-message", Static).update(text)
