"""Signing in: a number, then a code from SMS or the permanent password.

As in the source article: the number is the login, the field is left empty the first time, a code is
asked for, and typed into the same field. Nothing here tells whether a number is a subscriber.
"""

from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.app import Happened
from mts_tui.backend.contract.access import CodeOrder, SignedIn, SignIn
from mts_tui.backend.contract.errors import (
    CabinetError,
    CodeRequired,
    ImportRefused,
    NumberClosed,
    TooManyCodes,
)
from mts_tui.session import device_name
from mts_tui.widgets.check import Check
from mts_tui.widgets.field import CODE_DIGITS, Field, code_of
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.phone_field import PhoneField
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import TextBlock

from .base import AppScreen

if TYPE_CHECKING:
    from textual.timer import Timer

    from mts_tui.backend.contract.identities import SignInProvider

    from .identity import Chosen

WAYS = (
    "Наберите *111*25#, отправьте SMS «Пароль» на 3339 или позвоните на 111. "
    "Проверьте, что телефон принимает SMS."
)


class SignInScreen(AppScreen[None]):
    """The sign-in screen.

    Args:
        phone: The number to begin with.
        message: A sentence to show: why the person is here.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("sign_in"))
    action_places = ("sign_in",)

    def __init__(self, phone: str = "", message: str = "") -> None:
        super().__init__()
        self._phone = phone
        self._first_message = message
        self._code_for = ""
        self._line: str | None = None
        self._providers: list[SignInProvider] = []
        self._closed_numbers: dict[str, float] = {}
        self._countdown: Timer | None = None

    def compose(self) -> ComposeResult:
        """One form, everything in sight."""
        with VerticalScroll(id="sign-in", can_focus=False):
            yield TextBlock(id="brand")
            yield PhoneField(self._phone, id="phone")
            yield TextBlock(id="region")
            yield Field("Код из SMS или пароль", secret=True, id="secret")
            yield Static(self._first_message, id="message", markup=False)
            yield Check("Запомнить на этом компьютере", id="keep")
            with Horizontal(classes="buttons"):
                yield Button("Войти", variant="primary", id="enter")
                yield Button("Получить код по SMS", id="code")
            with Horizontal(classes="buttons", id="without"):
                yield Button("Войти через…", id="through")
                yield Button("Файл детализации", id="from-file")
            yield TextBlock(id="ways")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the words, and put the focus where typing begins."""
        self.query_one("#brand", TextBlock).show(
            (" МТС-Помощник ", "brand"), ("  личный кабинет абонента", "muted"), "\n"
        )
        self.query_one("#ways", TextBlock).show(
            ("\nКод не приходит? ", "strong"),
            (WAYS, "muted"),
        )
        self.query_one("#from-file").display = self.app.has_own
        self.query_one("#through").display = False
        self._show_region()
        self.query_one("#secret" if self._phone else "#phone").focus()
        self._look_around()

    @work(exclusive=True, group="around")
    async def _look_around(self) -> None:
        """On the operator inside, say which number to try; elsewhere there is no such area."""
        try:
            self._line = (await self.app.cabinet.access.line()).phone
            self._providers = (await self.app.cabinet.identities.providers()).items
            sims = (await self.app.cabinet.demo.sims()).items if self.app.has_demo else []
        except CabinetError as error:
            if self in self.app.screen_stack:
                self.say(str(error), bad=True)
            return
        if self not in self.app.screen_stack:
            return
        self.refresh_bindings()
        self.query_one("#through").display = bool(self._providers)
        if not sims:
            return
        if not self.app.handset_phone:
            self.app.handset_phone = self._phone or sims[0].phone
        if not self._phone and not self._message:
            self.say(
                f"Это демо. Попробуйте номер {phones.display(sims[0].phone)}: "
                "код придёт в телефон, он по клавише F2."
            )

    def on_happened(self, happened: Happened) -> None:
        """The network may have begun, or ceased, to vouch for a line."""
        if happened.event.kind == "session":
            self._look_around()
        for handset in self.query("Handset"):
            handset.post_message(Happened(happened.event))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the ways in that there are."""
        del parameters
        if action == "from_file":
            return self.app.has_own
        if action in {"use_stored", "forget"}:
            return bool(self.app.remembered)
        if action == "sign_in_through":
            return bool(self._providers)
        if action == "request_code":
            return self._countdown is None
        return action != "use_line" or self._line is not None

    @property
    def _message(self) -> str:
        return str(self.query_one("#message", Static).content)

    def say(self, text: str, *, bad: bool = False) -> None:
        """Show a sentence under the fields."""
        message = self.query_one("#message", Static)
        message.set_class(bad, "error")
        message.set_class(not bad, "hint")
        message.update(text)

    # ------------------------------------------------------------------ the number

    @on(Input.Changed, "#phone")
    def _show_region(self) -> None:
        region = self.query_one("#region", TextBlock)
        try:
            number = self.query_one(PhoneField).number
        except phones.PhoneError:
            region.show(("Россия, Беларусь или Украина, в любой записи", "muted"))
            return
        place = phones.region(number)
        name = place.name if place else "Регион по плану нумерации не определён"
        region.show((name, "muted"))
        self.app.handset_phone = number

    def _number(self) -> str | None:
        try:
            return self.query_one(PhoneField).number
        except phones.PhoneError as error:
            self.say(str(error), bad=True)
            self.query_one("#phone").focus()
            return None

    @on(Input.Changed, "#secret")
    def _hide_password(self, changed: Input.Changed) -> None:
        """A code may be seen; anything else is a password."""
        if self._code_for:
            changed.input.password = not changed.value.isdigit() and bool(changed.value)

    @on(Input.Submitted, "#phone")
    def _to_secret(self) -> None:
        if self._number() is not None:
            self.query_one("#secret").focus()

    # ------------------------------------------------------------------ codes and passwords

    @on(Button.Pressed, "#code")
    def _code_button(self) -> None:
        self.action_request_code()

    @work(group="sign-in")
    @once("sign-in")
    async def action_request_code(self) -> None:
        """Ask for a one-time code."""
        number = self._number()
        if number is None:
            return
        try:
            sent = await self.app.cabinet.access.request_code(CodeOrder(phone=number))
        except CabinetError as error:
            self._refused(error)
            if isinstance(error, TooManyCodes):
                self._code_for = number
            return
        self._code_for = number
        relabel(self.query_one("#code", Button), "Получить новый код")
        field = self.query_one("#secret", Input)
        field.password = False
        field.value = ""
        field.placeholder = f"{CODE_DIGITS} цифр из SMS"
        field.focus()
        self.say(
            f"Если это номер абонента, на {phones.display(number)} придёт SMS с номера "
            f"{sent.sender}. Код действует 5 минут."
        )

    @on(Button.Pressed, "#enter")
    @on(Input.Submitted, "#secret")
    @work(group="sign-in")
    @once("sign-in")
    async def sign_in(self) -> None:
        """Try what was typed: a code when one was asked for and it looks like one."""
        number = self._number()
        if number is None:
            return
        field = self.query_one("#secret", Input)
        typed, field.value = field.value, ""
        if not typed.strip():
            self.say(
                "Введите код из SMS или постоянный пароль. Первый раз здесь? "
                "Нажмите «Получить код по SMS»."
            )
            field.focus()
            return
        code = code_of(typed)
        by_code = code is not None or (self._code_for == number and typed.strip().isdigit())
        order = SignIn(
            phone=number,
            code=(code or typed.strip()) if by_code else None,
            password=None if by_code else typed,
            device=self.app.device,
            device_name=device_name(),
        )
        self.say("Входим…")
        try:
            signed = await self.app.cabinet.access.sign_in(order)
        except CabinetError as error:
            self._refused(error)
            if isinstance(error, CodeRequired):
                self._code_for = number
                field.password = False
            field.focus()
            return
        await self._entered(signed, None if by_code else typed)

    async def _entered(self, signed: SignedIn, password: str | None) -> None:
        keep = self.query_one("#keep", Check).value
        await self.app.enter(signed)
        if keep and password is not None:
            self.app.remember_soon(password)

    @work(group="sign-in")
    @once("sign-in")
    async def action_use_stored(self) -> None:
        """Sign in with the password that the keyring keeps for this number."""
        number = self._number()
        if number is None:
            return
        self.say("Спрашиваем хранилище паролей…")
        secret, sentence = await self.app.read_secret(number)
        if secret is None:
            self.say(sentence, bad=True)
            return
        try:
            await self.app.enter(await self.app.sign_in_by_secret(number, secret))
        except CabinetError as error:
            self._refused(error)

    @work(group="sign-in")
    @once("sign-in")
    async def action_use_line(self) -> None:
        """Sign in as the line that the operator's network vouches for."""
        access = self.app.cabinet.access
        try:
            await self.app.enter(await access.sign_in_by_line())
        except CabinetError as error:
            self._refused(error)

    @on(Button.Pressed, "#through")
    def action_sign_in_through(self) -> None:
        """Sign in by an account of an identity provider that was linked before."""
        from .identity import ProviderDialog, ways_of

        ways = ways_of(self.app, self._providers)
        if len(ways) == 1:
            self._through(ways[0])
        elif ways:
            self.app.push_screen(ProviderDialog("Войти через…", ways), self._through)

    def _through(self, chosen: "Chosen | None") -> None:
        from .identity import EntryDialog

        if chosen is not None:
            self.app.push_screen(EntryDialog(chosen), self._recognised)

    def _recognised(self, signed: SignedIn | None) -> None:
        if signed is not None:
            self.enter_recognised(signed)

    @work(group="sign-in")
    @once("sign-in")
    async def enter_recognised(self, signed: SignedIn) -> None:
        """Open the cabinet of whom a provider has recognised."""
        await self.app.enter(signed)

    @on(Button.Pressed, "#from-file")
    def _file_button(self) -> None:
        self.action_from_file()

    @work(group="sign-in")
    @once("sign-in")
    async def action_from_file(self) -> None:
        """Open one's own files; where there are none yet, ask for the first."""
        try:
            await self.app.enter_own()
        except ImportRefused:
            self.app.ask_for_file()
        except CabinetError as error:
            self._refused(error)

    @work(group="sign-in")
    @once("sign-in")
    async def action_forget(self) -> None:
        """Forget the number and its password on this computer."""
        await self.app.forget()

    # ------------------------------------------------------------------ refusals

    def _refused(self, error: CabinetError) -> None:
        seconds = error.details.get("seconds")
        if isinstance(error, NumberClosed) and isinstance(seconds, int):
            self._close_for(seconds)
        elif isinstance(error, TooManyCodes) and isinstance(seconds, int):
            self.say(
                f"Новый код можно получить через {formatting.duration(seconds)}. "
                "Последний присланный код действует 5 минут.",
                bad=True,
            )
        else:
            self.say(str(error), bad=True)

    def _close_for(self, seconds: int) -> None:
        """Count down to when the number opens again."""
        number = self._number()
        if number is not None:
            self._closed_numbers[number] = self.app.monotonic() + seconds
            self._watch_number()

    @on(Input.Changed, "#phone")
    def _watch_number(self) -> None:
        """Show the countdown of a number that is closed; another number is open."""
        if self._left() > 0:
            for button in self.query(Button):
                button.disabled = True
            if self._countdown is None:
                self._countdown = self.set_interval(1, self._tick)
                self.refresh_bindings()
            self._tick()
        elif self._countdown is not None:
            self._open()
            self.say("")

    def _left(self) -> float:
        """Seconds until the number in the field opens; zero or less for an open one."""
        try:
            number = self.query_one(PhoneField).number
        except phones.PhoneError:
            return 0.0
        return self._closed_numbers.get(number, 0.0) - self.app.monotonic()

    def _tick(self) -> None:
        left = self._left()
        if left > 0:
            self.say(
                "Три попытки были неверными, и вход для этого номера закрыт. "
                f"Откроется через {formatting.countdown(left)}. Открытые сеансы работают.",
                bad=True,
            )
            return
        self._open()
        self.say("Номер снова открыт. Попробуйте ещё раз или получите новый код.")

    def _open(self) -> None:
        if self._countdown is not None:
            self._countdown.stop()
            self._countdown = None
            self.refresh_bindings()
        for button in self.query(Button):
            button.disabled = False

    def on_key(self, event: events.Key) -> None:
        """Down and up go between the fields, as in a form."""
        if event.key in {"down", "up"}:
            event.stop()
            if event.key == "down":
                self.focus_next()
            else:
                self.focus_previous()
