"""«Уведомления»: bell, desktop, quiet hours, on this computer."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui.widgets.check import Check
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar

from .settings import change

DESKTOP = ("off", "osc9", "osc777")
TITLES = (
    "нет",
    "да: iTerm2, kitty, WezTerm, Windows Terminal (OSC 9)",
    "да: foot, urxvt, Ghostty (OSC 777)",
)


class NoticesDialog(Dialog[None]):
    """The choices."""

    def compose(self) -> ComposeResult:
        """Choices, hours, two buttons."""
        settings = self.app.settings
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Уведомления", classes="title", markup=False)
            yield Static(
                "В кабинете уведомления видны всегда. Здесь — как ещё о них сказать на этом "
                "компьютере.",
                classes="hint",
                markup=False,
            )
            yield Check("Звонок терминала", settings.bell, id="bell")
            yield Static("На рабочем столе", classes="heading", markup=False)
            yield Choice(id="desktop")
            yield Field(
                "Тихие часы, пусто — нет",
                settings.quiet_hours,
                hint="22:00-08:00",
                longest=11,
                id="quiet",
            )
            yield Static("", id="notices-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="save")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is set."""
        choice = self.query_one(Choice)
        choice.offer([[title] for title in TITLES])
        choice.chosen = DESKTOP.index(self.app.settings.desktop_notices)
        self.query_one("#bell").focus()

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def save(self) -> None:
        """Set it, or say what is wrong."""
        typed = self.query_one("#quiet", Input).value.replace(" ", "").replace("–", "-")
        try:
            problem = change(
                self.app,
                bell=self.query_one("#bell", Check).value,
                desktop_notices=DESKTOP[self.query_one(Choice).chosen],
                quiet_hours=typed,
            )
        except ValueError:
            self.query_one("#notices-message", Static).update(
                "Тихие часы пишут так: 22:00-08:00. Пусто — без них."
            )
            self.query_one("#quiet").focus()
            return
        self.app.say(problem or "Сохранено.")
        self.dismiss(None)
