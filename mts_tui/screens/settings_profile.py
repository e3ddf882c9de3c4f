"""«Профиль»: whose cabinet this is, and what its deletion would take."""

from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.text import Paragraph, Part

DELETION = (
    "Кабинет создаётся вместе с номером, и отдельно от него не удаляется. Чтобы кабинета не стало, "
    "расторгните договор: придите в офис оператора с паспортом (или другим документом, по которому "
    "номер оформлен) и напишите заявление. Деньги со счёта вернут там же. До этого любой сеанс и "
    "устройство можно завершить в «Устройствах и сеансах», а данные забрать в «Моих данных»."
)


class ProfileDialog(Dialog[None]):
    """The profile, to be read."""

    def compose(self) -> ComposeResult:
        """Words and one button."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Профиль", classes="title", markup=False)
            yield Paragraph("Узнаём…", id="profile-text")
            yield Static("Удаление кабинета", classes="heading", markup=False)
            yield Static(DELETION, classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", variant="primary", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#leave").focus()
        self.load()

    @work(group="load")
    async def load(self) -> None:
        """Show the number that the session was opened with."""
        try:
            numbers = (await self.app.cabinet.numbers.linked()).items
            password = await self.app.cabinet.access.password()
        except CabinetError as error:
            if alive(self):
                self.query_one("#profile-text", Paragraph).show(str(error))
            return
        number = next((one for one in numbers if one.login), None)
        if number is None or not alive(self):
            return
        told = "не задан, вход по коду из SMS"
        if password.is_set and password.changed_at is not None:
            at = password.changed_at.astimezone(ZoneInfo(number.zone))
            told = f"задан {formatting.date_long(at)}"
        lines = (
            ("Номер", phones.display(number.phone)),
            ("Владелец", formatting.clean(number.owner, 60)),
            ("Регион", number.region),
            ("Тариф", formatting.clean(number.tariff, 60)),
            ("Номеров", str(len(numbers))),
            ("Пароль", told),
            ("Сервер", self._server()),
        )
        parts: list[Part] = []
        for title, text in lines:
            parts += [(f"{title:<10}", "muted"), (text, "strong"), "\n"]
        self.query_one("#profile-text", Paragraph).show(*parts)

    def _server(self) -> str:
        if not self.app.server:
            return "оператор внутри программы"
        return formatting.clean(f"{self.app.server} (профиль {self.app.profile})", 100)
