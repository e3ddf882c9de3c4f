"""«Закрытие без вас»: after how many minutes without a key the cabinet closes."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar

from .settings import change

FEWEST, MOST = 1, 20


class IdleDialog(Dialog[None]):
    """The minutes."""

    def compose(self) -> ComposeResult:
        """A field and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Закрытие без вас", classes="title", markup=False)
            yield Static(
                "Кабинет закроется сам, если клавиш не нажимают, и за минуту предупредит. "
                "Дольше 20 минут сеанс не держит и сам оператор.",
                classes="hint",
                markup=False,
            )
            minutes = str(self.app.settings.idle_minutes)
            yield Field("Минут, от 1 до 20", minutes, longest=2, id="minutes")
            yield Static("", id="idle-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="save")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#minutes").focus()

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def save(self) -> None:
        """Set it, or say what is wrong."""
        typed = self.query_one("#minutes", Input).value.strip()
        minutes = int(typed) if typed.isascii() and typed.isdigit() else 0
        if not FEWEST <= minutes <= MOST:
            self.query_one("#idle-message", Static).update("Нужно целое число от 1 до 20.")
            return
        problem = change(self.app, idle_minutes=minutes)
        told = formatting.count(minutes, "минуту", "минуты", "минут")
        self.app.say(problem or f"Кабинет будет закрываться через {told} без клавиш.")
        self.dismiss(None)
