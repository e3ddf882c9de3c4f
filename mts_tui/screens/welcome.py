"""The first run: the operator inside, or a server's address."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.text import TextBlock

from .base import AppScreen


class WelcomeScreen(AppScreen[None]):
    """Asks once where the cabinet is.

    Args:
        server: An address that was tried already.
        message: Why it did not work.
    """

    def __init__(self, server: str = "", message: str = "") -> None:
        super().__init__()
        self._server = server
        self._message = message

    def compose(self) -> ComposeResult:
        """Two ways, the quick one first."""
        with VerticalScroll(id="welcome", can_focus=False):
            yield TextBlock(id="brand")
            yield Static(
                "Здравствуйте! Посмотрите кабинет на операторе внутри программы: сеть и договор "
                "не нужны, все люди и деньги в нём выдуманы.",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Открыть демо", variant="primary", id="inside")
            yield Static(
                "Или посмотрите свою настоящую детализацию: файл, который прислал оператор, "
                "останется на этом компьютере.",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Открыть детализацию из файла", id="from-file")
            yield Static("Или укажите адрес сервера, если он у вас есть.", markup=False)
            yield Field("Адрес сервера", self._server, hint="https://", id="server")
            yield Static(self._message, id="message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Подключиться", id="connect")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the name; put the focus on the quick way."""
        self.query_one("#brand", TextBlock).show((" МТС-Помощник ", "brand"), "\n")
        self.query_one("#server" if self._message else "#inside").focus()

    @on(Button.Pressed, "#inside")
    def _inside(self) -> None:
        self.app.chosen("")

    @on(Button.Pressed, "#from-file")
    def _from_file(self) -> None:
        self.app.ask_for_file()
        self.app.chosen("")

    @on(Button.Pressed, "#connect")
    @on(Input.Submitted, "#server")
    def _connect(self) -> None:
        server = self.query_one("#server", Input).value.strip()
        if not server:
            self.query_one("#message", Static).update(
                "Введите адрес, например https://cabinet.example, или откройте демо."
            )
            return
        self.app.chosen(server if "://" in server else f"https://{server}")
