"""«Устройства и сеансы»: where the cabinet is open, and which machines are trusted; end any."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column
from mts_tui.widgets.sections import Sections

from .cabinet import zone_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mts_tui.backend.contract.access import Device, Session

COLUMNS = (Column(0), Column(17), Column(18), Column(14, needs=70))
WAYS = {
    "code": "по коду из SMS",
    "password": "по паролю",
    "line": "по сети",
    "identity": "через сервис",
}


class DevicesDialog(ChangingDialog):
    """The two lists."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("devices"))

    def __init__(self) -> None:
        super().__init__()
        self._sessions: list[Session] = []
        self._devices: list[Device] = []
        self._asked = ""

    @property
    def action_places(self) -> tuple[str, ...]:
        """For help."""
        return ("devices", "sections", "list")

    def compose(self) -> ComposeResult:
        """Lists, a line, a button."""
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static("Устройства и сеансы", classes="title", markup=False)
            yield Sections(COLUMNS, "", id="device-list")
            yield Static(
                "Del — завершить сеанс или перестать доверять устройству: его сеансы тоже "
                "завершатся.",
                id="devices-message",
                classes="hint",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Sections).focus()
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """Somebody came or went."""
        if happened.event.kind == "session":
            self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for both, and show them."""
        access = self.app.cabinet.access
        try:
            sessions, devices = (await access.sessions()).items, (await access.devices()).items
        except CabinetError as error:
            self._say(str(error), bad=True)
            return
        if alive(self):
            first, self._sessions, self._devices = not self._sessions, sessions, devices
            rows = self.query_one(Sections)
            rows.show_sections(
                [
                    (f"Сеансы: {len(sessions)}", len(sessions)),
                    (f"Доверенные: {len(devices)}", len(devices)),
                ],
                self._row,
            )
            if first:
                rows.go_to_row(0)

    def _row(self, index: int) -> tuple[Cell, ...]:
        if index < len(self._sessions):
            session = self._sessions[index]
            name, phone, at = session.device_name, session.phone, session.seen_at
            current, last = session.current, WAYS[session.way]
        else:
            device = self._devices[index - len(self._sessions)]
            name, phone, at = device.name, device.phone, device.trusted_at
            current, last = device.current, "доверенное"
        return (
            Cell(formatting.clean(name, 60) or "без имени", "strong"),
            Cell(phones.display(phone)),
            Cell(
                "это вы" if current else _when(at, zone_of(self.app)),
                "good" if current else "muted",
            ),
            Cell(last, "muted"),
        )

    @work(group="end")
    @once("end")
    async def action_end_session(self) -> None:
        """End a session, or trust a device no more; on the second press."""
        row = self.query_one(Sections).row
        access = self.app.cabinet.access
        ask: Callable[[str], Awaitable[None]]
        if not 0 <= row < len(self._sessions) + len(self._devices):
            return
        if row < len(self._sessions):
            session = self._sessions[row]
            if session.current:
                self._say("Это ваш сеанс: его завершит «Выход».", bad=True)
                return
            what, told, ask = session.id, "Завершить этот сеанс", access.end_session
        else:
            device = self._devices[row - len(self._sessions)]
            if device.current:
                self._say("Это устройство, за которым вы сейчас.", bad=True)
                return
            what, told, ask = device.id, "Не доверять этому устройству", access.distrust
        if self._asked != what:
            self._asked = what
            self._say(f"{told}? Нажмите Del ещё раз.", bad=True)
            return
        try:
            await ask(what)
        except CabinetError as error:
            self._say(str(error), bad=True)
            return
        self._changed, self._asked = True, ""
        self._say("Готово.")
        self.load()

    def _say(self, text: str, *, bad: bool = False) -> None:
        if alive(self):
            message = self.query_one("#devices-message", Static)
            message.set_class(bad, "error")
            message.set_class(not bad, "hint")
            message.update(text)


def _when(at: datetime, zone: ZoneInfo | None) -> str:
    local = at.astimezone(zone)
    return f"{formatting.date_short(local)} {formatting.clock(local)}"
