"""«GOOD'OK»: the account's melodies and who hears which of them."""

from collections.abc import Awaitable
from datetime import datetime
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.archive import Operation
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.preview import Preview
from mts_tui.backend.contract.ringback import Melody, RingbackRule, RingbackState
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo, key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Part, TextBlock

from .melody import MelodyDialog, length_of, title_of
from .melody_upload import UploadDialog
from .who_hears import HeardDialog

MELODY_COLUMNS = (Column(2), Column(0), Column(24), Column(9, right=True))
RULE_COLUMNS = (Column(0), Column(30))
CATALOGUE_COLUMNS = (
    Column(2), Column(0), Column(24, needs=84), Column(5), Column(9, right=True),
)  # fmt: skip
NO_RULES = "Правил нет: звонящие слышат обычные гудки."
NOTHING = "Такой мелодии нет. Ищите по названию, исполнителю или коду."
NOT_COPIED = "Скопировать нечего: там сейчас гудки или мелодия не из каталога."
HINT = "название, исполнитель, код или номер друга: его мелодия"
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
LONGEST = 60


class RingbackDialog(ChangingDialog):
    """The service; answers True where something was changed.

    Args:
        account: Whose.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("ringback"))

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(self._zone)
        self._state: RingbackState | None = None
        self._asked = ""
        self._attempt = Attempt()

    def _no_melodies(self) -> str:
        catalogue, own = key_of(self.app, "melody_catalogue"), key_of(self.app, "own_melody")
        return f"Мелодий пока нет. {catalogue} — каталог, {own} — своя мелодия из файла."

    def compose(self) -> ComposeResult:
        """The state, the melodies, the rules, what can be done."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("GOOD'OK: мелодия вместо гудков", classes="title", markup=False)
            yield TextBlock("Загружаем…", id="ringback-state")
            yield Rows(MELODY_COLUMNS, self._no_melodies(), id="ringback-melodies")
            yield Static("Кто что слышит", classes="hint", id="ringback-rules-title", markup=False)
            yield Rows(RULE_COLUMNS, NO_RULES, id="ringback-rules")
            yield Static("", id="ringback-message", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Каталог", variant="primary", id="catalogue")
                yield Button("Включить", id="switch")
                yield Button("Принять подарок", id="accept")
                yield Button("Отказаться", id="decline")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        for name in ("#switch", "#accept", "#decline"):
            self.query_one(name).display = False
        self.query_one("#ringback-melodies").focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        cabinet = self.app.cabinet
        try:
            overview = await cabinet.account.overview(self._account)
            state = await cabinet.ringback.state(self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        if not alive(self):
            return
        self._zone, self._now = ZoneInfo(overview.number.zone), overview.as_of
        self._state = state
        self.query_one("#ringback-state", TextBlock).show(*self._told(state))
        self._rows("melodies").show(
            len(state.melodies),
            lambda index: self._melody_row(state.melodies[index], on=state.on),
            keep=True,
        )
        self._rows("rules").show(
            len(state.rules), lambda index: _rule_row(state.rules[index]), keep=True
        )
        switch = self.query_one("#switch", Button)
        switch.display = not state.refusal
        relabel(switch, "Отключить" if state.on else "Включить")
        for name in ("#accept", "#decline"):
            self.query_one(name).display = bool(state.gifts)

    def _rows(self, which: str) -> Rows:
        return self.query_one(f"#ringback-{which}", Rows)

    def _told(self, state: RingbackState) -> list[Part]:
        if state.refusal:
            return [(formatting.clean(state.refusal), "warn")]
        parts: list[Part] = [("Включён", "good") if state.on else ("Выключен", "strong")]
        if not state.on:
            parts.append(". Звонящие слышат обычные гудки, ничего не списывается.")
        elif state.monthly:
            parts += [": ", (sum_of(state.monthly), "strong"), " за 30 дней."]
        else:
            parts.append(". Ничего не списывается.")
        for gift in state.gifts[:1]:
            ends = formatting.date_day(gift.expires_at.astimezone(self._zone))
            parts += ["\n", ("▲ ", "warn"), f"{phones.display(gift.giver)} дарит вам "]
            parts += [title_of(gift.title), f". Подарок ждёт до {ends}; 30 дней бесплатно, потом "]
            parts.append("мелодия отключится сама.")
        return parts

    def _melody_row(self, one: Melody, *, on: bool) -> tuple[Cell, ...]:
        price = Cell("подарок" if one.gift else sum_of(one.price), "muted")
        name = Cell(formatting.clean(one.title, LONGEST))
        if one.paid_until is None:
            return Cell("○", "muted"), name, Cell("своя, не куплена", "muted"), price
        if one.paid_until <= self._now:
            return Cell("✗", "bad"), name, Cell("▲ не оплачена, молчит", "warn"), price
        day = formatting.date_short((one.next_at or one.paid_until).astimezone(self._zone))
        told = f"спишется {day}" if one.next_at else f"до {day}"
        return Cell("♪", "good" if on else "muted"), name, Cell(told, "muted"), price

    # ------------------------------------------------------------------ what can be done

    @on(Rows.Chosen, "#ringback-melodies")
    def _open_melody(self, chosen: Rows.Chosen) -> None:
        if self._state is not None:
            self._show_melody(self._state.melodies[chosen.index])

    @on(Rows.Chosen, "#ringback-rules")
    def _on_rule(self, chosen: Rows.Chosen) -> None:
        del chosen
        self._say("Удалить правило — Delete. Новое правило создают из мелодии: Enter на ней.")

    @on(Button.Pressed, "#catalogue")
    def action_catalogue(self) -> None:
        """Open the catalogue."""
        if self._is_for_this_number():
            self.app.push_screen(CatalogueDialog(self._account, self._zone), self._came_back)

    def action_own_melody(self) -> None:
        """Upload a melody of one's own, then show it."""
        if self._is_for_this_number():
            self.app.push_screen(UploadDialog(self._account), self._uploaded)

    def _uploaded(self, made: Melody | None) -> None:
        if made is not None:
            self._changed = True
            self._show_melody(made)

    def action_who_hears(self) -> None:
        """Ask what a caller hears."""
        self.app.push_screen(HeardDialog(self._account, self._now.astimezone(self._zone)))

    def _show_melody(self, one: Melody) -> None:
        self.app.push_screen(MelodyDialog(self._account, one, self._zone), self._came_back)

    def _came_back(self, changed: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
        self._changed = self._changed or bool(changed)
        self.load()

    def _is_for_this_number(self) -> bool:
        if self._state is None or not self._state.refusal:
            return self._state is not None
        self._say(self._state.refusal)
        return False

    @on(Button.Pressed, "#switch")
    def _switch(self) -> None:
        """Switch the service off; on, after the price was shown."""
        if self._state is not None and self._state.on:
            self.switch_off()
        else:
            self.app.push_screen(SwitchOnDialog(self._account), self._came_back)

    @work
    @once("switch")
    async def switch_off(self) -> None:
        """Switch it off."""
        keyed = self.app.cabinet.keyed(self._attempt.key(self._state)).ringback
        if await self._do(keyed.switch_off(self._account)):
            self._say(
                f"GOOD'OK отключён: больше ничего не спишется. {can_undo(self.app, 'Вернуть')}"
            )

    @on(Button.Pressed, "#accept")
    @work
    @once("gift")
    async def accept(self) -> None:
        """Accept the first gift."""
        if self._state is not None and self._state.gifts:
            gift = self._state.gifts[0]
            keyed = self.app.cabinet.keyed(self._attempt.key(gift)).ringback
            if await self._do(keyed.accept(self._account, gift.id)):
                self._say(f"Подарок принят: {title_of(gift.title)} играет 30 дней.")

    @on(Button.Pressed, "#decline")
    @work
    @once("gift")
    async def decline(self) -> None:
        """Do without the first gift."""
        if self._state is not None and self._state.gifts:
            gift = self._state.gifts[0]
            keyed = self.app.cabinet.keyed(self._attempt.key(gift)).ringback
            if await self._do(keyed.decline(self._account, gift.id)):
                self._say("Вы отказались от подарка, деньги вернулись дарителю.")

    @work
    @once("drop")
    async def action_drop(self) -> None:
        """Remove the melody or the rule under the cursor: the second press does it."""
        if self._state is None:
            return
        ringback = self.app.cabinet.ringback
        if self._rows("rules").has_focus and self._state.rules:
            rule = self._state.rules[self._rows("rules").cursor]
            question = f"Удалить правило «{_for_whom(rule)}»?"
            command = partial(ringback.remove_rule, self._account, rule.id)
            told = f"Правило удалено. {can_undo(self.app, 'Вернуть')}"
            asked = rule.id
        elif self._rows("melodies").has_focus and self._state.melodies:
            one = self._state.melodies[self._rows("melodies").cursor]
            question = f"Удалить мелодию {title_of(one.title)} и её правила?"
            if one.owned:
                question += " Остаток оплаченного времени не возвращается."
            command = partial(ringback.remove, self._account, one.id)
            told = f"Мелодия удалена. {can_undo(self.app, 'Вернуть')}"
            asked = one.id
        else:
            return
        if self._asked != asked:
            self._asked = asked
            self._say(f"{question} Нажмите Delete ещё раз.")
            return
        self._asked = ""
        if await self._do(command()):
            self._say(told)

    async def _do(self, command: Awaitable[object]) -> bool:
        """Carry a command out; whether it was. A refusal is told."""
        try:
            await command
        except CabinetError as error:
            self._say(str(error))
            return False
        self._changed = True
        if alive(self):
            self.load()
        return True

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#ringback-message", Static).update(formatting.clean(text))


class SwitchOnDialog(Dialog[bool]):
    """What switching on costs, and then doing so; answers True where it was done.

    Args:
        account: Whose.
    """

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """The price, the next charge, two buttons."""
        with Vertical(id="dialog"):
            yield Static("Включить GOOD'OK", classes="title", markup=False)
            yield TextBlock("Узнаём цену…", id="switch-on-terms")
            yield PreviewBlock(id="terms-preview")
            yield Static("", id="switch-on-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Включить", variant="primary", id="agree")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the price."""
        self.query_one("#agree").display = False
        self.query_one("#leave").focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask what it would change."""
        cabinet = self.app.cabinet
        try:
            preview = await cabinet.preview(cabinet.ringback.switch_on, self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        if not alive(self):
            return
        charged = sum(-one.amount.amount_minor for one in _written(preview))
        told = "Сейчас ничего не спишется."
        if charged:
            sum_ = formatting.money(charged, preview.answer.monthly.currency)
            told = f"{sum_} сейчас и дальше каждые 30 дней, пока не отключите."
        told += "".join(f"\nПридёт SMS: {formatting.clean(text)}" for text in preview.messages)
        self.query_one("#switch-on-terms", TextBlock).show(told)
        self.query_one(PreviewBlock).show_preview(preview)
        agree = self.query_one("#agree")
        agree.display = True
        agree.focus()

    @on(Button.Pressed, "#agree")
    @work
    @once("agree")
    async def agree(self) -> None:
        """Switch it on."""
        keyed = self.app.cabinet.keyed(self._attempt.key(self._account)).ringback
        try:
            await keyed.switch_on(self._account)
        except CabinetError as error:
            self._say(str(error))
            return
        self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#switch-on-terms", TextBlock).show()
            self.query_one("#switch-on-message", Static).update(text)


class CatalogueDialog(ChangingDialog):
    """Find a melody, or copy a friend's; answers True where one was bought.

    Args:
        account: Whose.
        zone: In which days are counted.
    """

    def __init__(self, account: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._zone = zone
        self._found: list[Melody] = []

    def compose(self) -> ComposeResult:
        """A field to search in, and the melodies."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Каталог мелодий, цены за 30 дней", classes="title", markup=False)
            yield Field("Найти", hint=HINT, longest=LONGEST, id="sought")
            yield Rows(CATALOGUE_COLUMNS, NOTHING, id="melody-catalogue")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show all there are."""
        self.load("", keep=False)

    @on(Input.Changed, "#sought")
    def _typed(self, changed: Input.Changed) -> None:
        self.load(changed.value, keep=False)

    @work(exclusive=True, group="load")
    async def load(self, text: str, *, keep: bool) -> None:
        """Ask for the melodies with a text; of a phone number, for what is heard there."""
        rows, ringback = self.query_one(Rows), self.app.cabinet.ringback
        friend = _phone(text)
        try:
            if friend:
                page = await ringback.copies(self._account, friend)
            else:
                page = await ringback.melodies(self._account, text.strip())
        except CabinetError as error:
            if alive(self):
                rows.say(str(error))
            return
        if alive(self):
            self._found = page.items
            rows.show(len(self._found), lambda index: _offered(self._found[index]), keep=keep)
            if friend and not self._found:
                rows.say(NOT_COPIED)

    @on(Input.Submitted, "#sought")
    def _to_list(self) -> None:
        if len(self._found) == 1:
            self._open(self._found[0])
        elif self._found:
            self.query_one(Rows).focus()

    @on(Rows.Chosen, "#melody-catalogue")
    def _chosen(self, chosen: Rows.Chosen) -> None:
        self._open(self._found[chosen.index])

    def _open(self, one: Melody) -> None:
        self.app.push_screen(MelodyDialog(self._account, one, self._zone), self._came_back)

    def _came_back(self, changed: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
        if changed:
            self._changed = True
            self.load(self.query_one("#sought", Input).value, keep=True)


def _phone(text: str) -> str:
    """The phone number that somebody typed, E.164; empty where it is none."""
    try:
        return phones.parse(text)
    except phones.PhoneError:
        return ""


def _written(preview: Preview[RingbackState]) -> list[Operation]:
    return [one for change in preview.changes for one in change.operations]


def _offered(one: Melody) -> tuple[Cell, ...]:
    mark = Cell("♪", "good") if one.owned else Cell("")
    return (
        mark,
        Cell(formatting.clean(one.title, LONGEST)),
        Cell(formatting.clean(one.performer or "своя", LONGEST), "muted"),
        Cell(length_of(one.seconds), "muted"),
        Cell(sum_of(one.price)),
    )


def _rule_row(rule: RingbackRule) -> tuple[Cell, ...]:
    return Cell(_for_whom(rule)), Cell(formatting.clean(rule.title, LONGEST), "muted")


def _for_whom(rule: RingbackRule) -> str:
    """For whom or when, in a few words."""
    if rule.applies == "everyone":
        return "Все"
    if rule.applies == "caller":
        return phones.display(rule.caller or "")
    if rule.applies == "group":
        count = formatting.count(len(rule.callers), "номер", "номера", "номеров")
        return f"Группа «{formatting.clean(rule.group, LONGEST)}», {count}"
    days = ", ".join(WEEKDAYS[day - 1] for day in rule.weekdays if 1 <= day <= len(WEEKDAYS))
    hours = f"с {rule.from_hour or 0}:00 до {rule.to_hour or 24}:00"
    whole = (rule.from_hour or 0, rule.to_hour or 24) == (0, 24)
    return " ".join(part for part in (days or "Каждый день", "" if whole else hours) if part)
