"""«Переадресация»: the four rules, one form for each, and a call to try them with."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.demo import CallSituation, IncomingCall
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.forwarding import (
    ForwardingOrder,
    ForwardingPrice,
    ForwardingRule,
    TargetKind,
)
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.headings import Headings
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.number_field import NumberField
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

COLUMNS = (
    Column(1),
    Column(18, title="Когда"),
    Column(18, title="Куда"),
    Column(0, title="Цена минуты"),
    Column(22, needs=88, title="Код на телефоне"),
)
WHAT = "Звонок, который ушёл дальше, оплачиваете вы: как исходящий, сначала из пакета минут."
KINDS: dict[TargetKind, str] = {
    "mobile": "мобильный номер",
    "city": "городской номер",
    "abroad": "номер другой страны",
}
SECONDS = (5, 10, 15, 20, 25, 30)
USUAL = SECONDS.index(20)
SITUATIONS: tuple[tuple[CallSituation, str], ...] = (
    ("free", "Номер свободен, вы отвечаете"),
    ("busy", "Номер занят"),
    ("no_answer", "Вы не отвечаете"),
    ("unreachable", "Номер недоступен"),
)


class ForwardingDialog(ChangingDialog):
    """The rules; answers True where something was changed.

    Args:
        account: Whose.
    """

    action_places = ("list",)

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._rules: list[ForwardingRule] = []
        self._number: Number | None = None
        self._numbers: list[Number] = []

    def compose(self) -> ComposeResult:
        """The rules, what they cost, buttons."""
        rows = Rows(COLUMNS, "", id="forwarding-rules")
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Переадресация", classes="title", markup=False)
            yield Headings(rows)
            yield rows
            yield Paragraph(WHAT, id="forwarding-what")
            yield Static("", id="forwarding-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Отключить все", id="clear-all")
                yield Button("Проверить звонком", id="try")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.query_one("#try").display = self.app.has_demo
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """Show at once what the phone's own codes did."""
        if happened.event.account == self._account and happened.event.kind == "account":
            self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the rules."""
        cabinet = self.app.cabinet
        try:
            rules = (await cabinet.forwarding.rules(self._account)).items
            numbers = (await cabinet.numbers.linked()).items
        except CabinetError as error:
            self._say(str(error))
            if alive(self) and not self._rules:
                self.query_one(Rows).say("Правила не загрузились.")
            return
        if not alive(self):
            return
        self._rules = rules
        self._numbers = [one for one in numbers if one.account != self._account]
        self._number = next((one for one in numbers if one.account == self._account), None)
        if self._number is not None:
            title = f"Переадресация с {phones.display(self._number.phone)}"
            self.query_one(".title", Static).update(title)
        self.query_one(Rows).show(len(rules), lambda index: _row(self._rules[index]), keep=True)
        self.query_one("#clear-all", Button).disabled = not any(one.target for one in rules)

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        rule = self._rules[chosen.index]
        self.app.push_screen(ForwardingForm(self._account, rule, self._numbers), self._went_back)

    @on(Button.Pressed, "#clear-all")
    @work(group="save")
    @once("save")
    async def clear_all(self) -> None:
        """Switch all off."""
        try:
            await self.app.cabinet.forwarding.clear_all(self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"Вся переадресация отключена. {can_undo(self.app)}")
        self._went_back(changed=True)

    @on(Button.Pressed, "#try")
    def _try(self) -> None:
        if self._number is not None:
            self.app.push_screen(CallDialog(self._number.phone))

    def _went_back(self, changed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if changed and alive(self):
            self._changed = True
            self._say("")
            self.query_one(Rows).focus()
            self.load()

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#forwarding-message", Static).update(text)


class TargetField(NumberField):
    """A field for the number that gets the calls: of any country."""

    @property
    def number(self) -> str:
        """The number, E.164; raises what `PhoneField.number` does."""
        return phones.parse_anywhere(self.value)


class ForwardingForm(Dialog[bool]):
    """One rule: where to and what that costs; answers True where it was changed.

    Args:
        account: Whose.
        rule: The rule as it is.
        numbers: Other numbers of the cabinet.
    """

    action_places = ("number_field",)

    def __init__(self, account: str, rule: ForwardingRule, numbers: list[Number]) -> None:
        super().__init__()
        self._account = account
        self._rule = rule
        self._numbers = numbers
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """A number, its price, the seconds, three buttons."""
        rule = self._rule
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(f"Переадресация: {rule.title}", classes="title", markup=False)
            yield TargetField(rule.target or "", self._numbers, id="target")
            yield Paragraph(id="target-price")
            if rule.kind == "no_answer":
                yield Static("Сколько ждать ответа", classes="hint", markup=False)
                yield Choice(id="seconds")
            yield Static("", id="target-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                on = rule.target is not None
                yield Button("Сохранить" if on else "Включить", variant="primary", id="save")
                if on:
                    yield Button("Отключить", id="clear")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Say how it is."""
        for choice in self.query(Choice):
            choice.offer([[f"{seconds} секунд"] for seconds in SECONDS])
            choice.chosen = SECONDS.index(self._rule.seconds) if self._rule.seconds else USUAL
        self.query_one(TargetField).focus()

    @on(Input.Changed, "#target")
    @work(exclusive=True, group="price")
    async def ask_price(self) -> None:
        """Say what a minute costs, as soon as there is a whole number."""
        block, field = self.query_one("#target-price", Paragraph), self.query_one(TargetField)
        self._say("")
        try:
            target = field.number
        except phones.PhoneError:
            block.show(("F4 — ваши номера; для других стран начните с +", "muted"))
            return
        try:
            price = await self.app.cabinet.forwarding.price(self._account, target)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            block.show(*_price(price))

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    @on(Choice.Submitted)
    @work(group="save")
    @once("save")
    async def save(self) -> None:
        """Switch the rule on, or change it."""
        field = self.query_one(TargetField)
        try:
            order = ForwardingOrder(target=field.number, seconds=self._seconds)
        except phones.PhoneError as error:
            self._say(str(error))
            field.focus()
            return
        forwarding = self.app.cabinet.keyed(self._attempt.key(order)).forwarding
        try:
            rule = await forwarding.set(self._account, self._rule.kind, order)
        except CabinetError as error:
            self._say(str(error))
            field.focus()
            return
        where = phones.display(rule.target or "")
        self.app.say(f"«{rule.title}»: звонки пойдут на {where}. {can_undo(self.app)}")
        self.dismiss(result=True)

    @on(Button.Pressed, "#clear")
    @work(group="save")
    @once("save")
    async def clear(self) -> None:
        """Switch the rule off."""
        try:
            await self.app.cabinet.forwarding.clear(self._account, self._rule.kind)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"«{self._rule.title}»: переадресация отключена. {can_undo(self.app)}")
        self.dismiss(result=True)

    @property
    def _seconds(self) -> int:
        return next((SECONDS[one.chosen] for one in self.query(Choice)), SECONDS[USUAL])

    def _say(self, text: str) -> None:
        if alive(self):
            message = self.query_one("#target-message", Static)
            message.update(formatting.clean(text))
            message.scroll_visible(animate=False)


class CallDialog(Dialog[None]):
    """Let somebody call the number of the demo, and see where the call goes.

    Args:
        phone: The number.
    """

    def __init__(self, phone: str) -> None:
        super().__init__()
        self._phone = phone

    def compose(self) -> ComposeResult:
        """What the caller finds, what came of it."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(
                f"Позвонить на {phones.display(self._phone)}", classes="title", markup=False
            )
            yield Static(
                "Звонит чужой номер, разговор длится 1 мин 05 с. Звонок настоящий для счёта: "
                "он появится в архиве и спишется.",
                classes="hint",
                markup=False,
            )
            yield Choice(id="situation")
            yield Paragraph(id="call-result")
            with Horizontal(classes="buttons"):
                yield Button("Позвонить", variant="primary", id="call")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer what a caller may find."""
        choice = self.query_one(Choice)
        choice.offer([[words] for _situation, words in SITUATIONS])
        choice.focus()

    @on(Button.Pressed, "#call")
    @on(Choice.Submitted)
    @work(group="save")
    @once("save")
    async def call(self) -> None:
        """Call."""
        situation = SITUATIONS[self.query_one(Choice).chosen][0]
        order, look = IncomingCall(situation=situation), ""
        try:
            text = (await self.app.cabinet.demo.receive(self._phone, order)).text
        except CabinetError as error:
            text, look = str(error), "bad"
        if alive(self):
            self.query_one("#call-result", Paragraph).show((formatting.clean(text), look))


def _row(rule: ForwardingRule) -> tuple[Cell, ...]:
    if rule.target is None:
        mark, where, price = Cell(" "), Cell("выключена", "muted"), Cell("")
    else:
        wait = f", через {rule.seconds} с" if rule.seconds else ""
        mark = Cell("●", "good")
        where = Cell(phones.display(rule.target), "strong")
        price = Cell((sum_of(rule.price) if rule.price is not None else "") + wait)
    return mark, Cell(rule.title), where, price, Cell(rule.code, "muted")


def _price(price: ForwardingPrice) -> list[Part]:
    parts: list[Part] = [f"Это {KINDS[price.target_kind]}. Минута звонка — "]
    return [*parts, (sum_of(price.price), "strong"), ", сверх пакета минут."]
