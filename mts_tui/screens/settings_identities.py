"""«Вход через сервисы»: what is linked; link one more, unlink."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.identities import Identity, SignInProvider
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.proved import proved
from mts_tui.widgets.rows import Cell, Column, Rows

from .cabinet import zone_of
from .identity import Chosen, LinkDialog, ProviderDialog, ways_of

COLUMNS = (Column(20), Column(0), Column(17, needs=60), Column(20, needs=84))
PROOF = "Отвязанным аккаунтом больше не войти. Введите пароль или получите код в SMS."
EMPTY = "Пока ничего не привязано."


class IdentitiesDialog(ChangingDialog):
    """The list."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("identities"))

    def __init__(self) -> None:
        super().__init__()
        self._linked: list[Identity] = []
        self._providers: list[SignInProvider] = []
        self._asked = ""

    @property
    def action_places(self) -> tuple[str, ...]:
        """For help."""
        return ("identities", "list")

    def compose(self) -> ComposeResult:
        """List, a line, buttons."""
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static("Вход через сервисы", classes="title", markup=False)
            yield Rows(COLUMNS, EMPTY, id="identity-list")
            yield Static(
                "Вход открывает кабинет номера, из которого аккаунт привязан. Сервис узнаёт только "
                "то, что вы входите; паролей и ключей его кабинет не хранит.",
                id="identities-message",
                classes="hint",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Привязать", variant="primary", id="link")
                yield Button("Отвязать", id="unlink")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#link").focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask what is linked, and what could be."""
        area = self.app.cabinet.identities
        try:
            self._linked = (await area.linked()).items
            self._providers = (await area.providers()).items
        except CabinetError as error:
            self._say(str(error), bad=True)
            return
        if alive(self):
            rows = self.query_one(Rows)
            rows.show(len(self._linked), self._row, keep=True)
            self.query_one("#link").display = bool(self._providers)
            self.query_one("#unlink").display = bool(self._linked)

    def _row(self, index: int) -> tuple[Cell, ...]:
        one = self._linked[index]
        used = "ещё не входили"
        if one.used_at is not None:
            used = f"вход {formatting.date_short(one.used_at.astimezone(zone_of(self.app)))}"
        return (
            Cell(formatting.clean(one.title, 40), "strong"),
            Cell(formatting.clean(one.name, 60)),
            Cell(phones.display(one.phone), "muted"),
            Cell(used, "muted"),
        )

    @on(Button.Pressed, "#link")
    def action_link_identity(self) -> None:
        """Link an account of a provider."""
        ways = ways_of(self.app, self._providers)
        if len(ways) == 1:
            self._link(ways[0])
        elif ways:
            self.app.push_screen(ProviderDialog("Привязать аккаунт", ways), self._link)

    def _link(self, chosen: Chosen | None) -> None:
        if chosen is not None:
            self.app.push_screen(LinkDialog(chosen), self._done)

    def _done(self, linked: Identity | None) -> None:
        if linked is not None:
            self._changed = True
            name = formatting.clean(linked.name, 60)
            self._say(f"Привязано: {linked.title}{f', {name}' if name else ''}.")
            self.load()

    @on(Button.Pressed, "#unlink")
    @work(group="save")
    @once("save")
    async def action_unlink_identity(self) -> None:
        """Unlink the account under the cursor; on the second press."""
        cursor = self.query_one(Rows).cursor
        if not 0 <= cursor < len(self._linked):
            return
        one = self._linked[cursor]
        if self._asked != one.id:
            self._asked = one.id
            name = formatting.clean(one.name, 60) or one.title
            self._say(f"Отвязать «{name}»? Нажмите ещё раз.", bad=True)
            return
        unlink = self.app.cabinet.identities.unlink

        async def ask() -> bool:
            await unlink(one.id)
            return True

        try:
            done = await proved(self.app, PROOF, ask)
        except CabinetError as error:
            self._say(str(error), bad=True)
            return
        if done:
            self._changed, self._asked = True, ""
            self._say("Отвязано: войти этим аккаунтом больше нельзя.")
            self.load()

    def _say(self, text: str, *, bad: bool = False) -> None:
        if alive(self):
            message = self.query_one("#identities-message", Static)
            message.set_class(bad, "error")
            message.set_class(not bad, "hint")
            message.update(text)
