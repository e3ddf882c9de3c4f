"""«Файл настроек»: where it is, what is wrong in it, what the environment says instead."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import config, formatting
from mts_tui.actions import troubles
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.text import Paragraph, Part

from .settings import put_on

WHAT = (
    "Это TOML с пояснениями, его можно править руками. Программа читает его при запуске и по "
    "кнопке «Применить», пишет целиком, а ваши комментарии и ключи, которых не знает, хранит."
)
VARIABLES = {
    "MTS_TUI_AT": "все файлы программы лежат в этой папке",
    "MTS_TUI_THEME": "оформление",
    "MTS_TUI_IDLE_MINUTES": "минуты до закрытия кабинета",
    "MTS_TUI_MAIL_HOST": "почта: раздел [mail] файла не действует",
    "NO_COLOR": "терминал просит не раскрашивать",
    "HTTPS_PROXY": "прокси-сервер системы",
    "ALL_PROXY": "прокси-сервер системы",
}
"""Variables that win over the file, and what of it."""
SHOWN = frozenset({"MTS_TUI_AT", "MTS_TUI_THEME", "MTS_TUI_IDLE_MINUTES"})
"""Of the others not even the value is shown: there may be a password in it."""


class SettingsFileDialog(Dialog[None]):
    """What there is to know; and the file, edited by hand meanwhile, is put on at once."""

    def compose(self) -> ComposeResult:
        """Words and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Файл настроек", classes="title", markup=False)
            yield Paragraph(id="file-text")
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", variant="primary", id="leave")
                yield Button("Применить", id="apply")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the file as it is now."""
        self.query_one("#leave").focus()
        self.query_one("#file-text", Paragraph).show(*self._parts())

    @on(Button.Pressed, "#apply")
    def _apply(self) -> None:
        """Put on what the file says now."""
        settings, notes = config.load(self.app.places, self.app.environment)
        put_on(self.app, settings)
        self.query_one("#file-text", Paragraph).show(*self._parts())
        told = "То, что подошло, применено." if notes else "Настройки из файла применены."
        self.app.say(told, severity="warning" if notes else "information")

    def _parts(self) -> list[Part]:
        settings, notes = config.load(self.app.places, self.app.environment)
        notes += troubles(settings.keys)
        parts: list[Part] = [
            (formatting.clean(str(self.app.places.settings_file), 300), "strong"),
            f"\n{WHAT}\n\n",
        ]
        if notes:
            parts.append(("Что в нём не так\n", "warn"))
            parts += [f"· {formatting.clean(note, 500)}\n" for note in notes]
        else:
            parts.append(("● Ошибок в нём нет\n", "good"))
        given = {
            name: self.app.environment[name] for name in VARIABLES if self.app.environment.get(name)
        }
        if given:
            parts.append(("\nПеременные окружения сильнее файла\n", "strong"))
            for name, value in given.items():
                told = f" = {formatting.clean(value, 60)}" if name in SHOWN else ""
                parts.append(f"· {name}{told}: {VARIABLES[name]}\n")
        return parts
