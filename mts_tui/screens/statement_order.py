"""«Заказать детализацию»: period, kinds, where to and as what, a last look."""

from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.statements import (
    Statement,
    StatementFormat,
    StatementKind,
    StatementOrder,
)
from mts_tui.documents.statement import KINDS
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.boxes import Boxes
from mts_tui.widgets.check import Check
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import Paragraph, Part

from .mail import LONGEST, NO_ADDRESS, is_address, remember
from .statement_period import TITLES, DateRefused, Days, own, preset
from .statement_words import ALL_KINDS, CALLS_AND_SMS, FORMATS, kinds_in_words

STEPS = {
    "period": "за какое время",
    "kinds": "что в ней будет",
    "delivery": "куда и в каком виде",
    "look": "проверьте",
}
FIRST_FIELDS = {"period": "#period", "kinds": "#chosen-kinds", "delivery": "#delivery"}
KIND_CHOICES: tuple[list[Part], ...] = (
    ["Все виды"],
    ["Только звонки и SMS"],
    ["Выбрать самому", ("  пробел ставит и снимает отметку", "muted")],
)
ASKING = "Узнаём сегодняшнее число…"
"""Of the operator: the demo's clock may be moved."""


class OrderDialog(Dialog[Statement]):
    """Asks step by step, orders, answers what was ordered.

    Args:
        account: Whose.
        phone: Its number, E.164.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go_on", show=False, priority=True)]

    def __init__(self, account: str, phone: str) -> None:
        super().__init__()
        self._account = account
        self._phone = phone
        self._now: datetime | None = None
        self._imported = False
        self._step = "period"
        self._days: Days | None = None
        self._attempt = Attempt()
        self._boxes = Boxes(KINDS, ALL_KINDS)

    def compose(self) -> ComposeResult:
        """The four steps, one seen at a time."""
        with VerticalScroll(id="dialog", classes="order-dialog", can_focus=False):
            yield Static("", classes="title", id="order-title", markup=False)
            with Vertical(id="step-period", classes="step"):
                yield Choice(id="period")
                with Horizontal(id="own-dates"):
                    yield Field("С какого дня", hint="01.11.2026 или 1 ноября", id="first")
                    yield Field("По какой день", hint="сегодня", id="last")
            with Vertical(id="step-kinds", classes="step"):
                yield Choice(id="chosen-kinds")
                yield self._boxes
            with Vertical(id="step-delivery", classes="step"):
                yield Choice(id="delivery")
                yield Field("Адрес", hint="anna@example.com", longest=LONGEST, id="address")
                yield Choice(id="format")
            with Vertical(id="step-look", classes="step"):
                yield Paragraph(id="order-sentence")
            yield Static("", id="order-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Дальше", variant="primary", id="next")
                yield Button("Назад", id="back")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the period, and learn which day it is."""
        self._offer_periods()
        self.query_one("#chosen-kinds", Choice).offer(KIND_CHOICES)
        self.query_one("#delivery", Choice).offer([["В кабинет"], ["В кабинет и на почту"]])
        self.query_one("#format", Choice).offer([[title] for title in FORMATS.values()])
        self.query_one("#address", Input).value = self.app.settings.letters_to
        self._show("period")
        self.ask_day()

    # ------------------------------------------------------------------ the first step

    @work(group="day")
    @once("day")
    async def ask_day(self) -> None:
        """Learn the account's day."""
        self._say(ASKING)
        try:
            overview = await self.app.cabinet.account.overview(self._account)
        except CabinetError as error:
            self._say(f"{error} Enter — спросить ещё раз.")
            return
        if alive(self):
            self._now = overview.as_of.astimezone(ZoneInfo(overview.number.zone))
            self._imported = overview.number.imported
            self._offer_periods()
            self._say("")

    def _offer_periods(self) -> None:
        """The periods, with their days once it is known which day it is."""
        lines: list[list[Part]] = []
        for name, title in TITLES.items():
            days = ""
            if self._now is not None and name != "own":
                days = f"  {preset(name, self._now.date()).told(self._zone)}"
            lines.append([title, (days, "muted")])
        self.query_one("#period", Choice).offer(lines)

    @property
    def _zone(self) -> ZoneInfo:
        assert self._now is not None
        zone = self._now.tzinfo
        assert isinstance(zone, ZoneInfo)
        return zone

    @property
    def _period(self) -> str:
        return list(TITLES)[self.query_one("#period", Choice).chosen]

    def _take_period(self) -> bool:
        """Read the days; whether that could be done."""
        if self._now is None:
            self.ask_day()
            return False
        today = self._now.date()
        if self._period != "own":
            self._days = preset(self._period, today)
            return True
        first, last = (self.query_one(name, Input) for name in ("#first", "#last"))
        try:
            self._days = own(first.value, last.value, today)
        except DateRefused as error:
            self._say(str(error))
            self.query_one(f"#{error.field}").focus()
            return False
        return True

    # ------------------------------------------------------------------ the others

    @property
    def kinds(self) -> tuple[StatementKind, ...]:
        """The kinds that are chosen now."""
        match self.query_one("#chosen-kinds", Choice).chosen:
            case 0:
                return ALL_KINDS
            case 1:
                return CALLS_AND_SMS
        return self._boxes.ticked

    def _take_kinds(self) -> bool:
        if not self.kinds:
            self._say("Отметьте пробелом хотя бы один вид.")
        return bool(self.kinds)

    @property
    def _by_mail(self) -> bool:
        return self.query_one("#delivery", Choice).chosen == 1

    @property
    def _address(self) -> str:
        return self.query_one("#address", Input).value.strip()

    @property
    def _format(self) -> StatementFormat:
        return list(FORMATS)[self.query_one("#format", Choice).chosen]

    def _take_delivery(self) -> bool:
        if self._by_mail and not is_address(self._address):
            self._say(NO_ADDRESS)
            self.query_one("#address").focus()
            return False
        return True

    def _tell_all(self) -> None:
        """The whole order in a sentence."""
        assert self._days is not None
        count = (self._days.last - self._days.first).days + 1
        parts: list[Part] = [
            "Детализация номера ", (phones.display(self._phone), "strong"),
            " за ", (self._days.told(self._zone), "strong"),
            f" ({formatting.count(count, 'день', 'дня', 'дней')}), ",
            (kinds_in_words(self.kinds), "strong"), ", документ ",
            (self._format.upper(), "strong"), ". ",
        ]  # fmt: skip
        if self._by_mail:
            parts += ["Она придёт на ", (formatting.clean(self._address), "strong"), " и появится"]
        else:
            parts.append("Она появится")
        parts.append(" в кабинете, где хранится три дня.")
        if not self._imported:
            parts.append(" На номер придёт SMS о заказе.")
        self.query_one("#order-sentence", Paragraph).show(*parts)

    # ------------------------------------------------------------------ from step to step

    @on(Choice.Changed)
    def _unfold(self) -> None:
        """Show the fields that the choice is followed by."""
        self.query_one("#own-dates").display = self._period == "own"
        self._boxes.display = self.query_one("#chosen-kinds", Choice).chosen == 2  # noqa: PLR2004
        self.query_one("#address").display = self._by_mail
        self._say("")

    @on(Choice.Submitted)
    @on(Input.Submitted)
    def _entered(self) -> None:
        """Go to the next field of the step, or on."""
        focused = self.focused.id if self.focused is not None else ""
        own_kinds = self._boxes.display
        follows = {
            "period": "#first" if self._period == "own" else "",
            "first": "#last",
            "chosen-kinds": f"#kind-{ALL_KINDS[0]}" if own_kinds else "",
            "delivery": "#address" if self._by_mail else "#format",
            "address": "#format",
        }
        follow = follows.get(focused or "", "")
        if follow:
            self.query_one(follow).focus()
        else:
            self.go_on()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """See Textual's: on a box Enter goes on, as it does on a line and in a field."""
        if action == "go_on" and not isinstance(self.focused, Check):
            return False
        return super().check_action(action, parameters)

    def action_go_on(self) -> None:
        """Go on from the boxes."""
        self.go_on()

    @on(Button.Pressed, "#next")
    def go_on(self) -> None:
        """Go to the next step, or order."""
        match self._step:
            case "period" if self._take_period():
                self._show("kinds")
            case "kinds" if self._take_kinds():
                self._show("delivery")
            case "delivery" if self._take_delivery():
                self._tell_all()
                self._show("look")
            case "look":
                self.order()

    @on(Button.Pressed, "#back")
    def _go_back(self) -> None:
        steps = list(STEPS)
        self._show(steps[steps.index(self._step) - 1])

    def _show(self, step: str) -> None:
        self._step = step
        for name in STEPS:
            self.query_one(f"#step-{name}").display = name == step
        self._unfold()
        place = list(STEPS).index(step) + 1
        self.query_one("#order-title", Static).update(
            f"Заказать детализацию · {place} из {len(STEPS)}: {STEPS[step]}"
        )
        self.query_one("#back").display = place > 1
        relabel(self.query_one("#next", Button), "Заказать" if step == "look" else "Дальше")
        self.query_one(FIRST_FIELDS.get(step, "#next")).focus()

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#order-message", Static).update(text)

    @work(group="order")
    @once("order")
    async def order(self) -> None:
        """Order it."""
        assert self._days is not None
        since, until = self._days.moments(self._zone)
        order = StatementOrder(
            since=since.astimezone(UTC),
            until=until.astimezone(UTC),
            kinds=list(self.kinds),
            format=self._format,
            delivery="email" if self._by_mail else "cabinet",
            to=self._address if self._by_mail else None,
        )
        self._say("Заказываем…")
        try:
            cabinet = self.app.cabinet.keyed(self._attempt.key(order))
            ordered = await cabinet.statements.order(self._account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        if order.to is not None:
            remember(self.app, order.to)
        if alive(self):
            self.dismiss(ordered)
