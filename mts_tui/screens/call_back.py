"""A call of support at a chosen hour: ordered, listed, given up."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from mts_tui import formatting, moments, phones
from mts_tui.actions import bindings
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number
from mts_tui.backend.contract.support import CallBack, CallBackOrder
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.number_field import NumberField
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows

from .support_words import CALLS

COLUMNS = (Column(20), Column(16), Column(14), Column(0, needs=66))
HOURS = (
    "Специалисты звонят с 9:00 до 21:00 по времени номера, в течение часа от выбранного времени."
)


class CallBackDialog(Dialog[None]):
    """The form of a new call, and those that were ordered.

    Args:
        account: Whose.
        phone: The account's number, E.164.
        zone: The account's.
        numbers: The numbers of the cabinet.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("calls"))
    action_places = ("calls", "number_field", "list")

    def __init__(self, account: str, phone: str, zone: ZoneInfo, numbers: Sequence[Number]) -> None:
        super().__init__()
        self._account = account
        self._phone = phone
        self._zone = zone
        self._numbers = numbers
        self._calls: list[CallBack] = []
        self._attempt = Attempt()
        self._asked = ""

    def compose(self) -> ComposeResult:
        """Where to, when, what about; what was ordered."""
        with Vertical(id="dialog", classes="call-dialog"):
            yield Static("Заказать звонок", classes="title", markup=False)
            yield Static(HOURS, classes="hint", markup=False)
            with Horizontal(classes="fields"):
                yield NumberField(self._phone, self._numbers, id="call-phone")
                yield Field("Когда", hint="завтра 10:00", longest=40, id="call-when")
            yield Field("О чём, если хотите", longest=200, id="call-topic")
            yield Static("", id="call-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Заказать", variant="primary", id="call-order")
                yield Button("Закрыть", id="leave")
            yield Rows(COLUMNS, "Звонков ещё не заказывали.", id="calls")
        yield KeyBar()

    def on_mount(self) -> None:
        """The time comes first: the number is there already."""
        self.query_one("#call-when").focus()
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """A call may have come."""
        event = happened.event
        if event.account == self._account and event.kind == "support":
            self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for what was ordered."""
        try:
            calls = (await self.app.cabinet.support.call_backs(self._account)).items
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._calls = calls
            self.query_one(Rows).show(len(calls), self._row, keep=True)

    def _row(self, index: int) -> tuple[Cell, ...]:
        one = self._calls[index]
        since, until = (at.astimezone(self._zone) for at in (one.since, one.until))
        word, style = CALLS[one.state]
        when = f"{formatting.date_short(since)} {formatting.clock(since)}–{formatting.clock(until)}"
        return (
            Cell(when),
            Cell(phones.display(one.phone)),
            Cell(word, style),
            Cell(formatting.clean(one.topic, 100), "muted"),
        )

    @on(Button.Pressed, "#call-order")
    @on(Input.Submitted)
    @work(group="save")
    @once("save")
    async def order(self) -> None:
        """Order the call."""
        when = self.query_one("#call-when", Input)
        try:
            phone = self.query_one(NumberField).number
        except phones.PhoneError as error:
            self._say(str(error))
            self.query_one(NumberField).focus()
            return
        try:
            since = moments.read(when.value, datetime.now(self._zone))
        except ValueError as error:
            self._say(str(error))
            when.focus()
            return
        if since is None:
            self._say(f"Напишите, когда позвонить: например, {moments.EXAMPLES}.")
            when.focus()
            return
        topic = self.query_one("#call-topic", Input).value.strip()
        order = CallBackOrder(phone=phone, since=since.astimezone(UTC), topic=topic)
        cabinet = self.app.cabinet.keyed(self._attempt.key(order))
        try:
            call = await cabinet.support.order_call(self._account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            local = call.since.astimezone(self._zone)
            self._attempt = Attempt()
            when.value = ""
            self._say(
                f"Звонок заказан: {formatting.date_day(local)} с {formatting.clock(local)}.",
                bad=False,
            )
            self.load()

    @work(group="save")
    @once("save")
    async def action_cancel_call(self) -> None:
        """Give up the call under the cursor; the second press does it."""
        rows = self.query_one(Rows)
        if not rows.has_focus or rows.cursor >= len(self._calls):
            return
        one = self._calls[rows.cursor]
        if one.state == "planned" and self._asked != one.id:
            self._asked = one.id
            self._say("Отменить этот звонок? Нажмите Delete ещё раз.")
            return
        self._asked = ""
        try:
            await self.app.cabinet.support.cancel_call(self._account, one.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self._say("Звонок отменён.", bad=False)
        self.load()

    def _say(self, text: str, *, bad: bool = True) -> None:
        if alive(self):
            message = self.query_one("#call-message", Static)
            message.set_class(not bad, "calm")
            message.update(text)
