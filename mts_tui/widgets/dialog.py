"""Dialogs: a panel over the screen, closed by Esc, and the proof that dangerous actions ask for."""

from typing import ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from mts_tui.actions import BY_ID
from mts_tui.app import MtsApp  # noqa: TC001 - Textual resolves it
from mts_tui.backend.contract.access import CodeOrder, Confirmation
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.keyboard import in_both_layouts

from .field import Field, code_of
from .key_bar import KeyBar
from .looks import LOOKS
from .once import once

T = TypeVar("T")
HELP = BY_ID["help"]


class Dialog(ModalScreen[T], Generic[T]):
    """A panel over the screen."""

    app: "MtsApp"
    COMPONENT_CLASSES = LOOKS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Закрыть", show=True, priority=True),
        # The program's own keys do not reach beyond a panel.
        Binding(in_both_layouts(HELP.keys), "app.help", HELP.label, show=False, id=HELP.id),
    ]

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    @on(Button.Pressed, "#leave")
    def _leave(self) -> None:
        self.action_close()


class ChangingDialog(Dialog[bool]):
    """A panel in which several things may be changed; answers whether anything was."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = False

    def action_close(self) -> None:
        """Close, telling whether something changed."""
        self.dismiss(self._changed)


class Proof(Dialog[bool]):
    """Ask for the password or a code; answers True when the operator was convinced."""

    def __init__(self, reason: str, *, with_password: bool) -> None:
        super().__init__()
        self._reason = reason
        self._with_password = with_password
        self._code_sent = False

    def compose(self) -> ComposeResult:
        """A field and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Подтвердите, что это вы", classes="title", markup=False)
            yield Static(self._reason, classes="hint", markup=False)
            yield Field("Пароль или код из SMS", secret=True, id="proof")
            yield Static("", id="proof-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Подтвердить", variant="primary", id="confirm")
                yield Button("Получить код", id="code")
        yield KeyBar()

    def on_mount(self) -> None:
        """Say what the field is for."""
        if not self._with_password:
            self.query_one("#proof", Input).border_title = "Код из SMS"

    @on(Button.Pressed, "#code")
    @work
    @once("code")
    async def send_code(self) -> None:
        """Send a code to the number of the session."""
        message = self.query_one("#proof-message", Static)
        try:
            sent = await self.app.cabinet.access.request_code(CodeOrder(phone=self.app.phone))
        except CabinetError as error:
            message.update(str(error))
            return
        self._code_sent = True
        message.update(f"Код отправлен в SMS с номера {sent.sender}.")
        self.query_one("#proof", Input).focus()

    @on(Button.Pressed, "#confirm")
    @on(Input.Submitted, "#proof")
    @work
    @once("confirm")
    async def confirm(self) -> None:
        """Show the proof to the operator."""
        field = self.query_one("#proof", Input)
        text, field.value = field.value, ""
        message = self.query_one("#proof-message", Static)
        if not text.strip():
            message.update("Введите пароль или код из SMS.")
            return
        code = code_of(text)
        if code is None and (self._code_sent or not self._with_password) and text.strip().isdigit():
            code = text.strip()
        order = Confirmation(code=code) if code else Confirmation(password=text)
        try:
            await self.app.cabinet.access.confirm(order)
        except CabinetError as error:
            message.update(str(error))
            return
        self.dismiss(result=True)
