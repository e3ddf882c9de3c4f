"""«Кто видит меня»: guardians, the text agreed to, consent given or taken back, every look."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.family import Guardian, Look
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph

from .family_words import CONSENTS, LONGEST, guardian_name

GUARDIANS = (Column(0), Column(14), Column(15, right=True, needs=60))
LOOKS = (Column(15), Column(0), Column(18, right=True))
NOBODY = "Никто не видит, где ваш телефон, и никто не просит."
NO_LOOKS = "Ещё никто не смотрел."


class GuardiansDialog(ChangingDialog):
    """Who sees an account; answers True where something was changed.

    Args:
        account: Whose phone.
        zone: The account's.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("guardians"))
    action_places = ("guardians", "list")

    def __init__(self, account: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._zone = zone
        self._found: list[Guardian] = []
        self._looks: list[Look] = []

    def compose(self) -> ComposeResult:
        """Guardians, what was agreed to, the log."""
        with Vertical(id="dialog", classes="wide-dialog guardians-dialog"):
            yield Static("Кто видит меня", classes="title", markup=False)
            yield Rows(GUARDIANS, NOBODY, id="guardian-list")
            with VerticalScroll(id="guardian-scroll", can_focus=False):
                yield Paragraph(id="guardian-text")
            yield Static("Кто смотрел", classes="heading", markup=False)
            yield Rows(LOOKS, NO_LOOKS, id="look-list")
            yield Static("", id="guardians-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Согласиться", variant="primary", id="agree")
                yield Button("Отказать", id="withdraw")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    @property
    def _rows(self) -> Rows:
        return self.query_one("#guardian-list", Rows)

    @property
    def _current(self) -> Guardian | None:
        place = self._rows.cursor
        return self._found[place] if place < len(self._found) else None

    def on_mount(self) -> None:
        """Ask."""
        self._show_buttons()
        self._rows.focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask who sees the account, and who looked."""
        family = self.app.cabinet.family
        try:
            found = (await family.guardians(self._account)).items
            looks = (await family.looks(self._account)).items
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._found, self._looks = found, looks
            self._rows.show(len(found), self._row, keep=True)
            self.query_one("#look-list", Rows).show(len(looks), self._look, keep=True)
            self._show_text()

    def on_happened(self, happened: Happened) -> None:
        """Somebody asked, looked, or answered from the phone."""
        if happened.event.account == self._account:
            self.load()

    def _row(self, place: int) -> tuple[Cell, ...]:
        one = self._found[place]
        at = one.consent_at.astimezone(self._zone)
        return (
            Cell(guardian_name(one), "strong"),
            Cell(*CONSENTS[one.consent]),
            Cell(formatting.moment(at), "muted"),
        )

    def _look(self, place: int) -> tuple[Cell, ...]:
        one = self._looks[place]
        name = f"{formatting.clean(one.name, LONGEST)}, {phones.display(one.by)}"
        return (
            Cell(formatting.moment(one.at.astimezone(self._zone)), "muted"),
            Cell(name),
            Cell(formatting.clean(one.what, LONGEST), "muted"),
        )

    @on(Rows.Moved, "#guardian-list")
    def _show_text(self) -> None:
        one = self._current
        text = formatting.clean(one.consent_text) if one is not None else ""
        self.query_one("#guardian-text", Paragraph).show(text)
        self._show_buttons()

    def _show_buttons(self) -> None:
        consent = self._current.consent if self._current is not None else None
        self.query_one("#agree").display = consent == "asked"
        withdraw = self.query_one("#withdraw", Button)
        withdraw.display = consent in ("asked", "given")
        relabel(withdraw, "Отозвать" if consent == "given" else "Отказать")

    @on(Button.Pressed, "#agree")
    @work(group="save")
    @once("save")
    async def action_agree(self) -> None:
        """Let the guardian under the cursor see."""
        one = self._current
        if one is not None and one.consent == "asked":
            await self._answer(one, agree=True)

    @on(Button.Pressed, "#withdraw")
    @work(group="save")
    @once("save")
    async def action_withdraw(self) -> None:
        """Refuse, or take consent back: it holds at once."""
        one = self._current
        if one is not None and one.consent in ("asked", "given"):
            await self._answer(one, agree=False)

    async def _answer(self, one: Guardian, *, agree: bool) -> None:
        family = self.app.cabinet.family
        try:
            if agree:
                await family.consent(self._account, one.id)
            else:
                await family.withdraw(self._account, one.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self._changed = True
        self._say("")
        self.app.say(
            "Согласие дано. Отозвать его можно здесь же в любой момент."
            if agree
            else "Готово: где ваш телефон, этот номер больше не видит."
        )
        self.load()

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#guardians-message", Static).update(text)
