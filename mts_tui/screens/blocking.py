"""«Блокировка»: the state first, what stops and what works; the dialogs that change it."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.blocking import BlockState
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.check import Check
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.proved import proved
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import Paragraph, Part

from .page import Page

WAITING = "Узнаём, работает ли номер…"
PROOF_BLOCK = "Блокировка отключает связь. Введите пароль или получите код в SMS."
PROOF_LOST = "Это закрывает и открывает вход в кабинет. Введите пароль или получите код в SMS."
LOST_EFFECTS = (
    "все сеансы этого номера сразу завершатся",
    "войти с ним не сможет никто: по коду, по паролю, по сети",
    "доверенные устройства забудутся",
    "начатые платежи отменятся, переводы закроются",
    "автоплатёж приостановится",
)
FOUND_EFFECTS = (
    "с номером снова можно войти, на каждом устройстве заново",
    "автоплатёж продолжится, пропущенное не спишется",
    "отменённые платежи останутся отменёнными",
)


class BlockingPage(Page):
    """The page of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("blocking"))
    action_places = ("blocking",)

    def __init__(self) -> None:
        super().__init__(id="blocking")
        self._state: BlockState | None = None

    def compose(self) -> ComposeResult:
        """State, terms, what stops and works, two buttons."""
        with VerticalScroll(can_focus=False):
            yield Static("Блокировка", classes="title", markup=False)
            yield Paragraph(WAITING, id="block-state")
            yield Paragraph(id="block-terms")
            with Horizontal(classes="buttons"):
                yield Button("Заблокировать номер", variant="primary", id="block")
                yield Button("Аппарат утрачен", id="lost")
            yield Paragraph(id="block-message")
            yield Paragraph(id="block-stops")
            yield Paragraph(id="block-works")

    def take_focus(self) -> None:
        """What changes the state."""
        self.query_one("#block").focus()

    @work(exclusive=True, group="blocking")
    async def load(self) -> None:
        """Ask for the state of the open number."""
        account = self.cabinet_screen.account
        try:
            state = await self.app.cabinet.blocking.state(account)
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._state is None:
                self.query_one("#block-state", Paragraph).show("Не загрузилось: F5 — ещё раз.")
            return
        if alive(self) and account == self.cabinet_screen.account:
            self._state = state
            self._show(state)

    def happened(self, event: Event) -> None:
        """Show changes of this account at once."""
        if event.account == self.cabinet_screen.account and event.kind == "account":
            self.load()

    def numbers_came(self) -> None:
        """The name and the zone may be known only now."""
        if alive(self) and self._state is not None:
            self._show(self._state)

    def _show(self, state: BlockState) -> None:
        number, zone = self.cabinet_screen.number, self.zone
        self.query_one("#block-state", Paragraph).show(*_headline(state, number, zone))
        self.query_one("#block-terms", Paragraph).show(*terms(state, zone))
        block = self.query_one("#block", Button)
        relabel(block, "Разблокировать номер" if state.blocked else "Заблокировать номер")
        block.display = not state.refusal
        lost = self.query_one("#lost", Button)
        relabel(lost, "Аппарат найден" if state.lost else "Аппарат утрачен")
        if not block.display and not lost.has_focus:
            lost.focus()
        self.query_one("#block-message", Paragraph).show()
        now = "Сейчас" if state.blocked else "Пока номер заблокирован,"
        for name, heading, lines in (
            ("#block-stops", f"{now} не работает", state.stops),
            ("#block-works", f"{now} работает", state.works),
        ):
            self.query_one(name, Paragraph).show((heading, "strong"), *_lines(lines))

    @on(Button.Pressed, "#block")
    def action_block(self) -> None:
        """Block the number, or take it into use again."""
        if self._state is not None and self._state.refusal:
            self._say(self._state.refusal)
        else:
            self.app.push_screen(BlockDialog(self.cabinet_screen.account), self._changed)

    @on(Button.Pressed, "#lost")
    def action_lost(self) -> None:
        """Say that the phone is lost, or that it is back."""
        if self._state is None:
            return
        if self._state.lost_refusal:
            self._say(self._state.lost_refusal)
        else:
            self.app.push_screen(LostDialog(self.cabinet_screen.account), self._changed)

    def _changed(self, changed: object) -> None:
        if changed:
            self.cabinet_screen.action_refresh()

    def _say(self, text: str) -> None:
        self.query_one("#block-message", Paragraph).show((formatting.clean(text), "warn"))


class StateDialog(Dialog[bool]):
    """What both dialogs share: the state, a place for a sentence, a command keyed by it.

    Args:
        account: Whose.
    """

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._attempt = Attempt()
        self._state: BlockState | None = None

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#agree").display = False
        self.query_one("#leave").focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the state and for the number, and show them."""
        cabinet = self.app.cabinet
        try:
            state = await cabinet.blocking.state(self._account)
            numbers = (await cabinet.numbers.linked()).items
        except CabinetError as error:
            self._say(str(error))
            return
        number = next((one for one in numbers if one.account == self._account), None)
        if not alive(self) or number is None:
            return
        self._state = state
        await self._show(state, number)

    async def _show(self, state: BlockState, number: Number) -> None:
        """Show what there is to decide."""

    def _offer(self, label: str) -> None:
        agree = self.query_one("#agree", Button)
        relabel(agree, label)
        agree.display = True
        if self.query_one("#leave").has_focus:
            agree.focus()

    def _say(self, text: str) -> None:
        if alive(self):
            message = self.query_one("#state-message", Static)
            message.update(text)
            message.scroll_visible(animate=False)


class BlockDialog(StateDialog):
    """Block or unblock: terms, what would change, one key; answers True where it was done."""

    def compose(self) -> ComposeResult:
        """The question, its price, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Блокировка", id="state-title", classes="title", markup=False)
            yield Paragraph(WAITING, id="state-terms")
            yield PreviewBlock(id="state-preview")
            yield Static("", id="state-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("", variant="primary", id="agree")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    async def _show(self, state: BlockState, number: Number) -> None:
        verb = "Разблокировать" if state.blocked else "Заблокировать"
        self.query_one("#state-title", Static).update(f"{verb} {phones.display(number.phone)}?")
        zone = ZoneInfo(number.zone)
        parts: list[Part] = [formatting.clean(state.refusal)]
        if state.blocked:
            parts = ["Звонки, SMS и интернет снова заработают."]
        elif not state.refusal:
            parts = [
                ("Звонки, SMS и интернет отключатся сразу. ", ""),
                ("Кабинет и пополнение работают, номер и тариф остаются за вами. ", ""),
                *terms(state, zone),
            ]
        self.query_one("#state-terms", Paragraph).show(*parts)
        if state.refusal:
            return
        blocking = self.app.cabinet.blocking
        try:
            command = blocking.unblock if state.blocked else blocking.block
            preview = await self.app.cabinet.preview(command, self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self.query_one(PreviewBlock).show_preview(preview)
            self._offer(verb)

    @on(Button.Pressed, "#agree")
    @work(group="save")
    @once("save")
    async def agree(self) -> None:
        """Do it, proving first who is there where the operator asks for it."""
        state = self._state
        if state is None:
            return
        blocking = self.app.cabinet.keyed(self._attempt.key(state.blocked)).blocking
        command = blocking.unblock if state.blocked else blocking.block
        try:
            done = await proved(self.app, PROOF_BLOCK, lambda: command(self._account))
        except CabinetError as error:
            self._say(str(error))
            return
        if done is None:
            return
        told = "Номер заблокирован. Снять блокировку можно здесь же, в любое время."
        self.app.say(told if done.blocked else "Номер снова работает.")
        self.dismiss(result=True)


class LostDialog(StateDialog):
    """«Аппарат утрачен» or found again: what follows, one key; answers True where it was done."""

    def compose(self) -> ComposeResult:
        """What follows, a choice, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Аппарат утрачен", id="state-title", classes="title", markup=False)
            yield Paragraph(WAITING, id="state-terms")
            yield Check("Заодно заблокировать номер: 14 дней бесплатно", id="also-block")
            yield Static("", id="state-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("", variant="primary", id="agree")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Nothing is offered before it is known how it stands."""
        self.query_one("#also-block").display = False

    async def _show(self, state: BlockState, number: Number) -> None:
        phone = phones.display(number.phone)
        title = "Аппарат найден" if state.lost else "Аппарат утрачен"
        self.query_one("#state-title", Static).update(f"{title}: {phone}")
        heading = "Кабинет номера откроется:" if state.lost else "Кабинет номера закроется:"
        effects = FOUND_EFFECTS if state.lost else LOST_EFFECTS
        self.query_one("#state-terms", Paragraph).show((heading, "strong"), *_lines(effects))
        self.query_one("#also-block").display = not state.lost and not state.blocked
        if state.lost_refusal:
            self._say(formatting.clean(state.lost_refusal))
        else:
            self._offer("Открыть кабинет номера" if state.lost else "Закрыть кабинет номера")

    @on(Button.Pressed, "#agree")
    @work(group="save")
    @once("save")
    async def agree(self) -> None:
        """Do it; the block after it, so that nothing waits for it."""
        state = self._state
        if state is None:
            return
        blocking = self.app.cabinet.keyed(self._attempt.key(state.lost)).blocking
        command = blocking.report_found if state.lost else blocking.report_lost
        also_block = self.query_one("#also-block", Check)
        try:
            done = await proved(self.app, PROOF_LOST, lambda: command(self._account))
            if done is not None and done.lost and also_block.display and also_block.value:
                done = await self.app.cabinet.blocking.block(self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        if done is None:
            return
        blocked = ", номер заблокирован" if done.blocked else ""
        told = f"Кабинет номера закрыт{blocked}. Когда аппарат найдётся, откройте его здесь же."
        if not done.lost:
            told = "Кабинет номера снова открыт. Пароль стоит сменить: войдите с этим номером."
        self.app.say(told)
        self.dismiss(result=True)


def terms(state: BlockState, zone: ZoneInfo) -> list[Part]:
    """What a block costs and from when on."""
    price = sum_of(state.price)
    if state.refusal:
        return [formatting.clean(state.refusal)]
    days = formatting.count(state.free_days, "день", "дня", "дней")
    when = _moment(state.paid_from, zone)
    if not state.blocked:
        return [
            (days, "strong"),
            " бесплатно, потом ",
            (price, "strong"),
            f" в день. Если заблокировать сейчас, платить придётся с {when}. ",
            "Плата за тариф и услуги не списывается.",
        ]
    parts: list[Part] = [f"Бесплатно до {when}, потом ", (price, "strong"), " в день. "]
    if state.spent:
        parts = [f"С {when} — ", (price, "strong"), f" в день, списано {sum_of(state.spent)}. "]
    return [*parts, "Плата за тариф и услуги не списывается."]


def _headline(state: BlockState, number: Number | None, zone: ZoneInfo) -> list[Part]:
    phone = phones.display(number.phone) if number is not None else "Номер"
    parts: list[Part] = [(f"● {phone} работает", "good")]
    if state.blocked:
        since = f" с {_moment(state.since, zone)}" if state.since is not None else ""
        parts = [(f"■ {phone} заблокирован{since}", "bad")]
    if state.lost:
        since = f" {_moment(state.lost_since, zone)}" if state.lost_since is not None else ""
        parts += ["\n", (f"■ Аппарат утрачен{since}: войти с этим номером нельзя", "bad")]
    return parts


def _lines(lines: Sequence[str]) -> list[Part]:
    return [f"\n· {formatting.clean(line)}" for line in lines]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{formatting.date_day(local)}, {formatting.clock(local)}"
