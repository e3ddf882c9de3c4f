"""«Смена пароля», and the offer of a permanent password after the first entry."""

from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from mts_tui import formatting
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.password_form import PasswordForm

from .page import Page


class PasswordOffer(Dialog[None]):
    """Offer a permanent password; it may be skipped."""

    def compose(self) -> ComposeResult:
        """Why, and the form."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Придумайте постоянный пароль", classes="title", markup=False)
            yield Static(
                "С ним не придётся ждать SMS при каждом входе. Это можно сделать и позже: "
                "«Смена пароля» в меню.",
                classes="hint",
                markup=False,
            )
            yield PasswordForm("Не сейчас")
        yield KeyBar()

    @on(PasswordForm.Skipped)
    def _skipped(self) -> None:
        self.dismiss(None)

    @on(PasswordForm.Saved)
    def _saved(self) -> None:
        self.app.say("Постоянный пароль установлен.")
        self.dismiss(None)


class PasswordPage(Page):
    """Change the permanent password."""

    def compose(self) -> ComposeResult:
        """What is known of the password, and the form."""
        with VerticalScroll(can_focus=False):
            yield Static("Смена пароля", classes="title", markup=False)
            yield Static("", id="password-state", classes="hint", markup=False)
            yield PasswordForm("Отмена")

    def take_focus(self) -> None:
        """The first field."""
        self.query_one("#new", Input).focus()

    @work(exclusive=True, group="password")
    async def load(self) -> None:
        """Say since when the password is there."""
        try:
            state = await self.app.cabinet.access.password()
        except CabinetError as error:
            self.app.explain(error)
            return
        if not alive(self):
            return
        text = "Постоянный пароль не установлен: вы входите по коду из SMS."
        if state.changed_at is not None:
            number = self.cabinet_screen.number
            zone = ZoneInfo(number.zone) if number else None
            day = formatting.date_long(state.changed_at.astimezone(zone))
            text = f"Пароль установлен {day}"
            if state.is_old:
                text += " Прошло больше полугода, его стоит сменить."
        self.query_one("#password-state", Static).update(
            f"{text} После смены остальные сеансы завершатся."
        )

    @on(PasswordForm.Skipped)
    def _skipped(self) -> None:
        self.cabinet_screen.open_page("account")

    @on(PasswordForm.Saved)
    def _saved(self) -> None:
        self.app.say("Пароль изменён, остальные сеансы завершены.")
        self.cabinet_screen.open_page("account")
