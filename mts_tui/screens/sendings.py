"""What was sent from the cabinet and what is planned; one sending, its recipients live."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.messages import Recipient, Sending
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .message_words import STATES, called, moment, price, state_of, told_to

COLUMNS = (Column(1), Column(14), Column(24), Column(0), Column(20, needs=84))
RECIPIENTS = (Column(1), Column(22), Column(14), Column(0))
NONE = "Отправленного пока нет. Здесь будет и то, что назначено на потом."
PAGE = 50
LONGEST = 1_000


class SendingsDialog(ChangingDialog):
    """The list: what is planned stands first.

    Args:
        account: Whose.
        zone: The account's.
    """

    action_places = ("list",)

    def __init__(self, account: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._zone = zone
        self._found: list[Sending] = []
        self._cursor: str | None = None

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Отправленные и назначенные", classes="title", markup=False)
            yield Rows(COLUMNS, NONE, id="sendings")
            yield Static("", id="sendings-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """States change."""
        if happened.event.account == self._account and happened.event.kind == "message":
            self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the first page."""
        try:
            page = await self.app.cabinet.messages.sendings(self._account, PAGE)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._found, self._cursor = page.items, page.next_cursor
            self._show()

    @on(Rows.NearEnd)
    @work(group="more")
    @once("more")
    async def _more(self) -> None:
        if self._cursor is None:
            return
        try:
            page = await self.app.cabinet.messages.sendings(self._account, PAGE, self._cursor)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._found, self._cursor = [*self._found, *page.items], page.next_cursor
            self._show()

    def _show(self) -> None:
        self.query_one(Rows).show(
            len(self._found), lambda index: self._row(self._found[index]), keep=True
        )

    def _row(self, one: Sending) -> tuple[Cell, ...]:
        mark, word, style = state_of(one)
        text = " ".join(formatting.clean(one.text, 200).split())
        kind = "Картинка. " if one.picture else ""
        return (
            Cell(mark, style),
            Cell(moment(one.at, self._zone), "muted"),
            Cell(told_to(one)),
            Cell(f"{kind}{text}", "muted"),
            Cell(word, style),
        )

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        dialog = SendingDialog(self._account, self._found[chosen.index], self._zone)
        self.app.push_screen(dialog, self._back)

    def _back(self, changed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if changed:
            self._changed = True
            self.load()

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#sendings-message", Static).update(text)


class SendingDialog(ChangingDialog):
    """One sending; its states change while one looks.

    Args:
        account: Whose.
        sending: As it is known.
        zone: The account's.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("sending"))
    action_places = ("sending", "list")

    def __init__(self, account: str, sending: Sending, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._sending = sending
        self._zone = zone
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """Text and price, a line for each recipient, buttons."""
        with Vertical(id="dialog", classes="message-dialog"):
            yield Static("", classes="title", markup=False)
            yield Paragraph(id="sending-text")
            yield Rows(RECIPIENTS, "", id="sending-recipients")
            yield Paragraph(id="sending-reason")
            yield Static("", id="sending-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Отменить отправку", variant="primary", id="cancel-sending")
                yield Button("Картинка", id="show-picture")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known."""
        self.query_one(Rows).focus()
        self._show()

    def on_happened(self, happened: Happened) -> None:
        """A state changed."""
        if happened.event.account == self._account and happened.event.kind == "message":
            self.load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to give up only what is planned."""
        del parameters
        return self._planned if action == "cancel_sending" else True

    @property
    def _planned(self) -> bool:
        return any(one.state == "scheduled" for one in self._sending.recipients)

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the states of now."""
        try:
            found = await self.app.cabinet.messages.sending(self._account, self._sending.id)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._sending = found
            self._show()

    def _show(self) -> None:
        one = self._sending
        planned = self._planned
        title = f"Назначено на {moment(one.at, self._zone)}" if planned else "Сообщение"
        if not planned:
            title = f"{'MMS' if one.picture else 'SMS'} от {moment(one.at, self._zone)}"
        self.query_one(".title", Static).update(title)
        cost: list[Part] = [("Цена: ", "muted"), price(one)]
        if planned:
            cost = [("Цена спишется при отправке.", "muted")]
        elif not one.cost and {each.state for each in one.recipients} <= {"cancelled", "failed"}:
            cost = [("Ничего не списано.", "muted")]
        text = formatting.clean(one.text, LONGEST, keep_lines=True)
        self.query_one("#sending-text", Paragraph).show(*([text, "\n"] if text else []), *cost)
        rows = self.query_one(Rows)
        rows.styles.height = len(one.recipients)
        rows.show(len(one.recipients), lambda index: self._row(one.recipients[index]), keep=True)
        self.query_one("#cancel-sending").display = planned
        self.query_one("#show-picture").display = one.picture
        self.refresh_bindings()

    def _row(self, one: Recipient) -> tuple[Cell, ...]:
        mark, word, style = STATES[one.state]
        cost = sum_of(one.cost) if one.cost else ""
        return (
            Cell(mark, style),
            Cell(called(one.name, one.phone)),
            Cell(word, style),
            Cell(cost or formatting.clean(one.reason), "muted"),
        )

    @on(Rows.Moved)
    def _explain(self) -> None:
        """The whole sentence of why it failed, for the recipient under the cursor."""
        place = self.query_one(Rows).cursor
        reason = ""
        if place < len(self._sending.recipients):
            reason = formatting.clean(self._sending.recipients[place].reason)
        self.query_one("#sending-reason", Paragraph).show(*([(reason, "bad")] if reason else []))

    @on(Button.Pressed, "#cancel-sending")
    @work(group="save")
    @once("save")
    async def action_cancel_sending(self) -> None:
        """Give up what is planned."""
        keyed = self.app.cabinet.keyed(self._attempt.key(self._sending.id)).messages
        try:
            self._sending = await keyed.cancel(self._account, self._sending.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self._changed = True
        self.app.say("Отправка отменена, ничего не списано.")
        if alive(self):
            self._show()
            self.query_one(Rows).focus()

    @on(Button.Pressed, "#show-picture")
    @work(group="picture")
    @once("picture")
    async def show_picture(self) -> None:
        """Show the picture that was sent."""
        from .message_picture import PictureDialog

        try:
            picture = await self.app.cabinet.messages.picture(self._account, self._sending.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.push_screen(PictureDialog(picture.content))

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#sending-message", Static).update(text)
