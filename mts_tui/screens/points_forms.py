"""What is done with points besides rewards: money for them, a gift, an invitation."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.bonus import (
    GIFT_LEAST,
    GIFT_MOST_A_DAY,
    BonusState,
    Exchange,
    Invitation,
    Invite,
    PointsGift,
)
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.number_field import NumberField
from mts_tui.widgets.once import once
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.proved import proved
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .bonus_words import in_roubles, in_words

HUNDRED = 100
LONGEST = 12
BAD_COUNT = "Введите, сколько баллов: только цифры."
INVITED_COLUMNS = (Column(19), Column(0), Column(13, right=True))
NOBODY = "Вы ещё никого не приглашали."


class PointsField(Field):
    """A field for points. Up and down go by hundreds.

    Args:
        points: What stands in it at first; 0 for nothing.
        most: How many there are.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(1)", show=False),
        Binding("down", "step(-1)", show=False),
    ]

    def __init__(self, points: int, most: int) -> None:
        text = str(points) if points else ""
        super().__init__("Баллы", text, hint="например 100", longest=LONGEST, id="points-count")
        self._most = most
        self.border_subtitle = "↑ ↓ по сто"

    @property
    def points(self) -> int | None:
        """How many; None where it is no number above zero."""
        text = "".join(self.value.split())
        return int(text) if text.isascii() and text.isdigit() and int(text) else None

    def action_step(self, direction: int) -> None:
        """A hundred more or less, within what there is."""
        now = self.points or 0
        most = self._most // HUNDRED * HUNDRED
        wanted = (now // HUNDRED + direction) * HUNDRED
        if direction < 0 and now % HUNDRED:
            wanted = now // HUNDRED * HUNDRED
        if wanted := max(0, min(wanted, most)):
            self.value = str(wanted)
            self.cursor_position = len(self.value)


class ExchangeDialog(Dialog[bool]):
    """Points into roubles; answers True where it was done.

    Args:
        number: Whose.
        state: The points.
    """

    def __init__(self, number: Number, state: BonusState) -> None:
        super().__init__()
        self._number = number
        self._state = state
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """How many, what comes of it, two buttons."""
        have = self._state.points
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Обменять баллы на рубли", classes="title", markup=False)
            yield Static(
                "Деньги придут на счёт этого номера, ими оплачивают связь.",
                classes="hint",
                markup=False,
            )
            yield PointsField(min(have // HUNDRED * HUNDRED, HUNDRED), have)
            yield Paragraph(id="points-sentence")
            yield PreviewBlock(id="terms-preview")
            yield Static("", id="points-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Обменять", variant="primary", id="agree")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """The field."""
        self.query_one(PointsField).focus()

    @on(Input.Changed)
    @work(exclusive=True, group="preview")
    async def try_out(self) -> None:
        """Say what comes of what is typed."""
        points, sentence = self.query_one(PointsField).points, self.query_one(Paragraph)
        self.query_one(PreviewBlock).clear()
        self._say("")
        if points is None:
            sentence.show((f"Есть {in_words(self._state.points)}.", "muted"))
            return
        sentence.show(*_left(self._state, points))
        cabinet, order = self.app.cabinet, Exchange(points=points)
        try:
            tried = await cabinet.preview(cabinet.bonus.exchange, self._number.account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self.query_one(PreviewBlock).show_preview(tried)

    @on(Button.Pressed, "#agree")
    @on(Input.Submitted)
    @work(group="save")
    @once("agree")
    async def agree(self) -> None:
        """Exchange them."""
        points = self.query_one(PointsField).points
        if points is None:
            self._say(BAD_COUNT)
            return
        order = Exchange(points=points)
        keyed = self.app.cabinet.keyed(self._attempt.key(order)).bonus
        try:
            done = await keyed.exchange(self._number.account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"{sum_of(done.money)} на счёте. {can_undo(self.app)}")
        self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#points-message", Static).update(formatting.clean(text))


class GiftDialog(Dialog[bool]):
    """Points for somebody else; answers True where they were given.

    Args:
        number: Whose.
        state: The points.
        others: The other numbers of the cabinet that may get some.
    """

    action_places = ("number_field",)

    def __init__(self, number: Number, state: BonusState, others: list[Number]) -> None:
        super().__init__()
        self._number = number
        self._state = state
        self._others = others
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """To whom, how many, what stays, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Подарить баллы", classes="title", markup=False)
            yield Static(
                f"Номеру «МТС Бонус», от {GIFT_LEAST} до {formatting.number(GIFT_MOST_A_DAY)} в "
                "день. Срок баллов не меняется, отменить подарок нельзя.",
                classes="hint",
                markup=False,
            )
            yield NumberField("", self._others, id="gift-to")
            yield PointsField(0, self._state.points)
            yield Paragraph(id="points-sentence")
            yield Static("", id="points-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Подарить", variant="primary", id="agree")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """The number first."""
        self.query_one(NumberField).focus()
        self._tell()

    @on(Input.Changed)
    def _tell(self) -> None:
        points = self.query_one(PointsField).points
        self.query_one("#points-sentence", Paragraph).show(
            *(
                _left(self._state, points)
                if points
                else [(f"Есть {in_words(self._state.points)}.", "muted")]
            )
        )

    @on(Input.Submitted, "#gift-to")
    def _go_on(self) -> None:
        self.query_one(PointsField).focus()

    @on(Button.Pressed, "#agree")
    @on(Input.Submitted, "#points-count")
    @work(group="save")
    @once("agree")
    async def agree(self) -> None:
        """Give them; the operator wants to know who is there."""
        to, field = self.query_one(NumberField), self.query_one(PointsField)
        try:
            receiver = to.number
        except phones.PhoneError as error:
            self._say(str(error))
            to.focus()
            return
        if field.points is None:
            self._say(BAD_COUNT)
            field.focus()
            return
        gift = PointsGift(to=receiver, points=field.points)
        keyed = self.app.cabinet.keyed(self._attempt.key(gift)).bonus
        told = f"{in_words(gift.points)} для {phones.display(receiver)}."
        try:
            given = await proved(
                self.app,
                f"Подарок: {told} Подтвердите его.",
                lambda: keyed.give(self._number.account, gift),
            )
        except CabinetError as error:
            self._say(str(error))
            return
        if given is not None:
            self.app.say(f"Подарено: {told}")
            self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            message = self.query_one("#points-message", Static)
            message.update(formatting.clean(text))
            message.scroll_visible(animate=False)


class InviteDialog(ChangingDialog):
    """Friends who were invited, and a field for one more; answers True where one was.

    Args:
        number: Whose.
        state: The points.
    """

    def __init__(self, number: Number, state: BonusState) -> None:
        super().__init__()
        del state
        self._number = number
        self._found: list[Invitation] = []
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """A field, the list."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Пригласить друга", classes="title", markup=False)
            yield Static(
                "Другу придёт SMS. Вступит в «МТС Бонус» за 60 дней — вам 50 баллов ≈ "
                f"{in_roubles(50)}.",
                classes="hint",
                markup=False,
            )
            yield NumberField("", [], id="friend")
            yield Static("", id="invite-message", classes="error", markup=False)
            yield Rows(INVITED_COLUMNS, NOBODY, id="invited")
            with Horizontal(classes="buttons"):
                yield Button("Пригласить", variant="primary", id="agree")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask who was."""
        self.query_one(NumberField).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the invitations."""
        try:
            found = (await self.app.cabinet.bonus.invitations(self._number.account)).items
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._found = found
            self.query_one(Rows).show(len(found), self._row, keep=True)

    def _row(self, place: int) -> tuple[Cell, ...]:
        one, zone = self._found[place], ZoneInfo(self._number.zone)
        if one.joined_at is None:
            day = formatting.date_short(one.at.astimezone(zone))
            return Cell(phones.display(one.phone)), Cell(f"ждём, SMS {day}", "muted"), Cell("")
        day = formatting.date_short(one.joined_at.astimezone(zone))
        came = f"+{one.points} ≈ {in_roubles(one.points)}" if one.points else ""
        return Cell(phones.display(one.phone)), Cell(f"в программе с {day}"), Cell(came, "good")

    @on(Button.Pressed, "#agree")
    @on(Input.Submitted)
    @work(group="save")
    @once("agree")
    async def agree(self) -> None:
        """Invite."""
        field = self.query_one(NumberField)
        try:
            order = Invite(phone=field.number)
        except phones.PhoneError as error:
            self._say(str(error))
            field.focus()
            return
        keyed = self.app.cabinet.keyed(self._attempt.key(order)).bonus
        try:
            await keyed.invite(self._number.account, order)
        except CabinetError as error:
            self._say(str(error))
            field.focus()
            return
        self._changed = True
        self._attempt = Attempt()  # The same number once more is another invitation.
        self.app.say(f"Приглашение для {phones.display(order.phone)} отправлено.")
        if alive(self):
            self._say("")
            field.value = ""
            self.load()

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#invite-message", Static).update(formatting.clean(text))


def _left(state: BonusState, points: int) -> list[Part]:
    """What points are worth, and what stays."""
    rest = state.points - points
    if rest < 0:
        return [(f"Есть только {in_words(state.points)}.", "warn")]
    return [(in_words(points), "strong"), f"; останется {in_words(rest)}."]
