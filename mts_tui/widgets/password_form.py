"""A new permanent password, typed twice: strength while typing, the choice of the keyring."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Input, Static

from mts_tui.app import MtsApp
from mts_tui.backend.contract.access import NewPassword
from mts_tui.backend.contract.errors import CabinetError

from .alive import alive
from .check import Check
from .field import Field
from .meter import bar
from .once import once
from .proved import proved
from .text import TextBlock

LONGEST = 128
STANDS_ALONE = 15
"""From so many characters on the operator asks for no code on a new device."""
PROOF = "Прежде чем менять пароль, введите нынешний или получите код в SMS."
STRENGTHS = (
    ("bad", "угадают сразу"),
    ("bad", "слабый"),
    ("warn", "средний"),
    ("good", "хороший"),
    ("good", "отличный"),
)


class PasswordForm(Vertical):
    """The form. Tells `Saved` when the operator has taken the password."""

    app: MtsApp

    class Saved(Message):
        """The password is set."""

    class Skipped(Message):
        """The person goes on without."""

    def __init__(self, skip: str) -> None:
        super().__init__()
        self._skip = skip

    def compose(self) -> ComposeResult:
        """Two fields, a meter, a choice, two buttons."""
        yield Field("Новый пароль", secret=True, longest=LONGEST + 1, id="new")
        yield TextBlock(id="strength")
        yield Field("Ещё раз", secret=True, longest=LONGEST + 1, id="again")
        yield Check("Запомнить на этом компьютере", value=True, id="remember")
        yield Static("", id="password-message", classes="error", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Сохранить", variant="primary", id="save")
            yield Button(self._skip, id="skip")

    def on_mount(self) -> None:
        """Say what makes a good password."""
        self._show_strength("")

    @on(Input.Changed, "#new")
    def _typed(self, event: Input.Changed) -> None:
        self._show_strength(event.value)

    @work(exclusive=True, thread=True, exit_on_error=False, group="strength")
    def _show_strength(self, password: str) -> None:
        """Estimate in a thread: the estimator's word lists take a moment to load."""
        if not password:
            parts: list[tuple[str, str] | str] = [
                ("От 8 знаков; хорошо запоминаются три-четыре слова подряд.", "muted")
            ]
        else:
            from zxcvbn import zxcvbn

            # Its time grows with the square of the length; the first part says enough.
            score = int(zxcvbn(password[:40], [self.app.phone.lstrip("+")])["score"])
            if len(password) < 8:  # noqa: PLR2004 - the operator's own rule
                score = min(score, 1)
            elif len(password) < STANDS_ALONE:  # The estimator knows no Russian words.
                score = min(score, len(STRENGTHS) - 2)
            style, words = STRENGTHS[score]
            full, rest = bar(score + 1, len(STRENGTHS), 20)
            parts = [(full, style), (rest, "track"), f" {words}"]
        self.app.call_from_thread(self._strength_known, parts)

    def _strength_known(self, parts: list[tuple[str, str] | str]) -> None:
        if alive(self):
            self.query_one("#strength", TextBlock).show(*parts)

    @on(Button.Pressed, "#skip")
    def _skipped(self) -> None:
        self.post_message(self.Skipped())

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    @work(group="save")
    @once("save")
    async def save(self) -> None:
        """Set the password, proving first who is there where the operator asks for it."""
        new, again = self.query_one("#new", Input), self.query_one("#again", Input)
        message = self.query_one("#password-message", Static)
        password = new.value
        if not password:
            message.update("Введите новый пароль.")
            new.focus()
            return
        if not again.value and again.has_focus is False:
            again.focus()
            return
        if password != again.value:
            message.update("Пароли не совпали. Введите их ещё раз.")
            again.value = ""
            again.focus()
            return
        access = self.app.cabinet.access
        try:
            new_password = NewPassword(password=password)
            done = await proved(self.app, PROOF, lambda: access.set_password(new_password))
        except CabinetError as error:
            message.update(str(error))
            new.focus()
            return
        if done is None:
            return
        new.value = again.value = ""
        if self.query_one("#remember", Check).value:
            self.app.remember_soon(password)
        self.post_message(self.Saved())
