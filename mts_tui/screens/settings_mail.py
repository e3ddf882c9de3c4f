"""«Почта»: who sends the documents of the operator inside; tried before it is kept."""

import asyncio
from typing import Literal

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import config
from mts_tui.backend.connectors.mail import MailFailed, MailSettings, knock
from mts_tui.credentials import Secret
from mts_tui.mail import key_of, settings_of
from mts_tui.widgets.alive import alive
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

from .settings import change

SECURITY: tuple[Literal["starttls", "tls", "none"], ...] = ("starttls", "tls", "none")
TITLES = ("STARTTLS, обычно порт 587", "TLS сразу, обычно порт 465", "без шифрования")
OF_SERVER = "Документы отправляет сервер кабинета: почту настраивает тот, кто его ведёт."
NEXT_START = "Почта сохранена. Отправлять документы программа начнёт со следующего запуска."


class MailSettingsDialog(Dialog[None]):
    """The form."""

    def compose(self) -> ComposeResult:
        """Fields and two buttons."""
        mail = self.app.settings.mail
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Почта", classes="title", markup=False)
            if not self.app.has_own:
                yield Static(OF_SERVER, classes="hint", markup=False)
                with Horizontal(classes="buttons"):
                    yield Button("Закрыть", variant="primary", id="leave")
            else:
                with Horizontal(classes="fields"):
                    yield Field("Сервер", mail.host, hint="smtp.example", longest=253, id="host")
                    yield Field("Порт", str(mail.port or ""), longest=5, id="port")
                yield Choice(id="security")
                yield Field("От кого", mail.sender, hint="robot@example.com", id="sender")
                with Horizontal(classes="fields"):
                    yield Field("Имя", mail.user, longest=200, id="user")
                    yield Field("Пароль", secret=True, longest=1024, id="password")
                yield Static("", id="mail-message", classes="error", markup=False)
                with Horizontal(classes="buttons"):
                    yield Button("Проверить и сохранить", variant="primary", id="save")
                    yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is set."""
        for choice in self.query(Choice):
            choice.offer([[title] for title in TITLES])
            choice.chosen = SECURITY.index(self.app.settings.mail.security)
        (self.query("#host") or self.query("#leave")).first().focus()

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    @work(group="save")
    @once("save")
    async def save(self) -> None:
        """Try it at the server, then keep it: the password in the keyring, the rest in the file."""
        password = self.query_one("#password", Input)
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name in
                 ("host", "port", "sender", "user")}  # fmt: skip
        if not typed["host"]:
            self._keep(config.Mail(), "Почта отключена со следующего запуска.")
            return
        port = int(typed["port"]) if typed["port"].isascii() and typed["port"].isdigit() else 0
        mail = config.Mail(
            host=typed["host"],
            sender=typed["sender"],
            security=SECURITY[self.query_one(Choice).chosen],
            port=port,
            user=typed["user"],
        )
        try:
            settings = settings_of(mail)
            assert settings is not None
            await self._try(settings, password.value)
        except ValueError as error:
            self._say(str(error))
            return
        except MailFailed as failure:
            self._say(f"{failure.reason} Ничего не сохранено.")
            return
        if settings.user and password.value:
            kept = await self.app.vault.awrite(key_of(settings), Secret(password=password.value))
            if kept.state.name != "OK":
                self._say(kept.sentence)
                return
        password.value = ""
        self._keep(mail, NEXT_START)

    async def _try(self, settings: MailSettings, password: str) -> None:
        """Knock at the server, by what was typed or what the keyring has."""
        from msgspec.structs import replace

        if settings.user and not password:
            kept = (await self.app.vault.aread(key_of(settings))).secret
            password = kept.password if kept is not None else ""
        if settings.user:
            settings = replace(settings, password=password)
        self._say("Спрашиваем почтовый сервер…", bad=False)
        await asyncio.to_thread(knock, settings)

    def _keep(self, mail: config.Mail, told: str) -> None:
        try:
            problem = change(self.app, mail=mail)
        except ValueError:
            self._say("Так почту не настроить: проверьте адрес сервера, порт и «От кого».")
            return
        self.app.say(problem or told)
        if alive(self):
            self.dismiss(None)

    def _say(self, text: str, *, bad: bool = True) -> None:
        if alive(self):
            message = self.query_one("#mail-message", Static)
            message.set_class(bad, "error")
            message.update(text)
