"""The way past a proxy that asks for a name and a password."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui.app import MtsApp
from mts_tui.backend.contract.errors import CabinetError, ProxyPassword
from mts_tui.backend.distant import Distant
from mts_tui.credentials import Secret
from mts_tui.widgets.check import Check
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

LONGEST = 1024
REFUSED = (
    "Прокси-сервер не принял имя или пароль. Проверьте раскладку и Caps Lock и введите пароль "
    "ещё раз."
)
FORGOTTEN = "Сохранённый пароль прокси-сервер больше не принимает, он забыт. Введите новый."


async def let_in(app: MtsApp, distant: Distant) -> bool:
    """Get past a proxy: by what the keyring has for it, or else by asking the person.

    Returns:
        Whether the server is reached; False where the person closed the dialog.

    Raises:
        CabinetError: The proxy took the kept password, and then something else was wrong.
    """
    assert distant.proxy is not None
    key, name, message = distant.proxy.key, distant.proxy.name, ""
    kept = (await app.vault.aread(key)).secret
    if kept is not None:
        distant.use_password(kept.name, kept.password)
        try:
            await distant.open()
        except ProxyPassword:
            await app.vault.adelete(key)
            name, message = kept.name, FORGOTTEN
        else:
            return True
    passed = await app.push_screen_wait(ProxyDialog(distant, name, message))
    return bool(passed)


class ProxyDialog(Dialog[bool]):
    """Asks for a name and password and tries them; answers True once the server is reached.

    Args:
        distant: The backend behind the proxy.
        name: The name to begin with.
        message: What to say at first.
    """

    def __init__(self, distant: Distant, name: str = "", message: str = "") -> None:
        super().__init__(id="proxy-dialog")
        self._distant = distant
        self._name_there = name
        self._message = message

    def compose(self) -> ComposeResult:
        """Which proxy it is, two fields, a choice, two buttons."""
        assert self._distant.proxy is not None
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Прокси-сервер просит имя и пароль", classes="title", markup=False)
            yield Static(
                f"Путь к кабинету идёт через {self._distant.proxy.place}. Введите имя и пароль, "
                "которые вам дали для этого прокси-сервера; пароль кабинета ему не нужен.",
                classes="hint",
                markup=False,
            )
            yield Field("Имя", self._name_there, id="proxy-name")
            yield Field("Пароль", secret=True, longest=LONGEST, id="proxy-password")
            yield Check("Сохранить в хранилище паролей системы", id="proxy-keep")
            yield Static(self._message, id="proxy-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Подключиться", variant="primary", id="proxy-connect")
                yield Button("Не сейчас", id="proxy-later")
        yield KeyBar()

    def on_mount(self) -> None:
        """Put the focus where typing begins."""
        self.query_one("#proxy-password" if self._name_there else "#proxy-name").focus()

    @on(Button.Pressed, "#proxy-later")
    def _later(self) -> None:
        self.dismiss(result=False)

    @on(Input.Submitted, "#proxy-name")
    def _to_password(self) -> None:
        self.query_one("#proxy-password").focus()

    @on(Button.Pressed, "#proxy-connect")
    @on(Input.Submitted, "#proxy-password")
    @work
    @once("connect")
    async def connect(self) -> None:
        """Try the name and password that were typed."""
        name = self.query_one("#proxy-name", Input)
        field = self.query_one("#proxy-password", Input)
        if not name.value.strip() or ":" in name.value:
            self._say("В имени не бывает двоеточия." if name.value.strip() else "Введите имя.")
            name.focus()
            return
        if not field.value:
            self._say("Введите пароль.")
            field.focus()
            return
        secret = Secret(password=field.value, name=name.value.strip())
        field.value = ""
        field.focus()
        self._say("Подключаемся…", bad=False)
        self._distant.use_password(secret.name, secret.password)
        try:
            await self._distant.open()
        except ProxyPassword:
            self._say(REFUSED)
            return
        except CabinetError as error:
            field.value = secret.password  # It was not the password.
            self._say(str(error))
            return
        if self.query_one("#proxy-keep", Check).value and self._distant.proxy is not None:
            self.app.remember_proxy_soon(self._distant.proxy.key, secret)
        self.dismiss(result=True)

    def _say(self, text: str, *, bad: bool = True) -> None:
        message = self.query_one("#proxy-message", Static)
        message.set_class(bad, "error")
        message.set_class(not bad, "hint")
        message.update(text)
