"""«Вид»: theme, signs of currencies, numbers and days, put on as soon as they are chosen."""

from typing import Literal, get_args

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import config, themes
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar

from .settings import change

SIGNS: tuple[Literal["auto"] | bool, ...] = ("auto", False, True)
SIGN_TITLES = ("по терминалу", "₽ и ₴", "«руб.» и «грн»")
FORMATS: dict[config.Formats, str] = {
    "ru": "русские: 22.11.2026, 1 234,56 ₽",
    "iso": "международные (ISO 8601): 2026-11-22, 1 234.56 ₽",
}


class LooksDialog(Dialog[None]):
    """The three choices."""

    def compose(self) -> ComposeResult:
        """Choices and a button."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Вид", classes="title", markup=False)
            yield Static("Оформление", classes="heading", markup=False)
            yield Choice(id="theme")
            yield Static("Знаки денег", classes="heading", markup=False)
            yield Choice(id="signs")
            yield Static("Числа и даты", classes="heading", markup=False)
            yield Choice(id="formats")
            yield Static(
                "Слова, SMS, квитанции и файлы остаются русскими.",
                classes="hint",
                markup=False,
            )
            yield Static("", id="looks-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Готово", variant="primary", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is set."""
        names = get_args(config.Theme)
        titles = {**themes.TITLES, "auto": "По терминалу"}
        theme, signs = self.query_one("#theme", Choice), self.query_one("#signs", Choice)
        formats = self.query_one("#formats", Choice)
        with self.prevent(Choice.Changed):
            theme.offer([[titles[name]] for name in names])
            signs.offer([[title] for title in SIGN_TITLES])
            theme.chosen = names.index(self.app.settings.theme)
            formats.offer([[title] for title in FORMATS.values()])
            signs.chosen = SIGNS.index(self.app.settings.plain_signs)
            formats.chosen = list(FORMATS).index(self.app.settings.formats)
        theme.focus()

    @on(Choice.Changed, "#theme")
    def _theme(self) -> None:
        name = get_args(config.Theme)[self.query_one("#theme", Choice).chosen]
        self.query_one("#looks-message", Static).update(change(self.app, theme=name))

    @on(Choice.Changed, "#signs")
    def _signs(self) -> None:
        plain = SIGNS[self.query_one("#signs", Choice).chosen]
        self.query_one("#looks-message", Static).update(change(self.app, plain_signs=plain))

    @on(Choice.Changed, "#formats")
    def _formats(self) -> None:
        formats = list(FORMATS)[self.query_one("#formats", Choice).chosen]
        self.query_one("#looks-message", Static).update(change(self.app, formats=formats))
