"""«Прокси-сервер»: the profile's own way to its server."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import config, proxies
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar

LONGEST = 300


class ProxySettingsDialog(Dialog[None]):
    """The address; the password is asked for where the proxy wants one."""

    def compose(self) -> ComposeResult:
        """A field, where there is a server."""
        profile = self.app.settings.profiles.get(self.app.profile)
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Прокси-сервер", classes="title", markup=False)
            if profile is None or not profile.server:
                yield Static(
                    "Оператор внутри программы: сеть ему не нужна, и прокси-сервер тоже. Он "
                    "задаётся для профиля с адресом сервера: mts-tui --profile ИМЯ --server АДРЕС.",
                    classes="hint",
                    markup=False,
                )
                with Horizontal(classes="buttons"):
                    yield Button("Закрыть", variant="primary", id="leave")
            else:
                yield Static(
                    "Пусто — как в системе. Пароль сюда не пишут: если прокси-сервер его просит, "
                    "программа спросит сама и может сохранить его в хранилище паролей системы. "
                    "Новый адрес действует со следующего запуска.",
                    classes="hint",
                    markup=False,
                )
                yield Field(
                    "Адрес", profile.proxy, hint="http://прокси:3128", longest=LONGEST, id="proxy"
                )
                yield Static("", id="proxy-message", classes="error", markup=False)
                with Horizontal(classes="buttons"):
                    yield Button("Сохранить", variant="primary", id="save")
                    yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Type at once, or close at once."""
        (self.query("#proxy") or self.query("#leave")).first().focus()

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def save(self) -> None:
        """Write it into the profile, or say what is wrong."""
        typed = self.query_one("#proxy", Input).value.strip()
        try:
            self.app.settings, _notes = config.keep_profile(
                self.app.places, self.app.profile, proxy=typed
            )
        except config.PlaceError as error:
            self.query_one("#proxy-message", Static).update(str(error))
        except ValueError:
            self.query_one("#proxy-message", Static).update(proxies.flaw(typed))
        else:
            self.app.say("Сохранено: действует со следующего запуска.")
            self.dismiss(None)
