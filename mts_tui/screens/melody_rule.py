"""Who hears a melody: everyone, a number, a group of numbers, or whoever calls at a time."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.ringback import Melody, RuleFor, RuleOrder
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.check import Check
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.phone_field import PhoneField

KINDS: tuple[tuple[RuleFor, str], ...] = (
    ("everyone", "Все, для кого нет других правил"),
    ("caller", "Один номер"),
    ("group", "Группа номеров"),
    ("time", "Все, в дни недели и часы"),
)
DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
PRIORITY = "Важнее всего правила по времени, потом для номеров и групп, потом для всех."
LAST_HOUR = 24
LONGEST = 40
LONGEST_LIST = 1000
MOST_CALLERS = 50


class WrongError(ValueError):
    """What was typed does not do; the text is a whole sentence."""


class MelodyRuleDialog(Dialog[bool]):
    """A rule for a melody; answers True where one was made.

    Args:
        account: Whose.
        melody: Of the collection.
    """

    def __init__(self, account: str, melody: Melody) -> None:
        super().__init__()
        self._account = account
        self._melody = melody
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """For whom, what that needs, two buttons."""
        title = formatting.clean(self._melody.title, 60)
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(f"Кому играть «{title}»", classes="title", markup=False)
            yield Choice(id="rule-for")
            yield PhoneField(id="rule-caller")
            yield Field("Название группы", hint="Семья", longest=LONGEST, id="rule-group")
            yield Field(
                "Номера через запятую", hint="+7 985 370-56-78, …", longest=LONGEST_LIST,
                id="rule-callers",
            )  # fmt: skip
            with Horizontal(id="rule-days"):
                for number, day in enumerate(DAYS, 1):
                    yield Check(day, id=f"day-{number}")
            with Horizontal(classes="fields", id="rule-hours"):
                yield Field("С часа, 0–23", hint="0", longest=5, id="rule-from")
                yield Field("До часа, 1–24", hint="24", longest=5, id="rule-to")
            yield Static(PRIORITY, classes="hint", markup=False)
            yield Static("", id="rule-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Добавить", variant="primary", id="add")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer the kinds."""
        kind = self.query_one(Choice)
        kind.offer([[words] for _kind, words in KINDS])
        self._show_kind()
        kind.focus()

    @property
    def _kind(self) -> RuleFor:
        return KINDS[self.query_one(Choice).chosen][0]

    @on(Choice.Changed)
    def _show_kind(self) -> None:
        """Only what this kind needs."""
        needs = {
            "caller": ("#rule-caller",),
            "group": ("#rule-group", "#rule-callers"),
            "time": ("#rule-days", "#rule-hours"),
        }
        for kind, parts in needs.items():
            for part in parts:
                self.query_one(part).display = kind == self._kind

    @on(Choice.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#add")
    @on(Input.Submitted)
    @work
    @once("add")
    async def add(self) -> None:
        """Make the rule."""
        try:
            order = self._order()
        except (WrongError, phones.PhoneError) as wrong:
            self._say(str(wrong))
            return
        try:
            await self.app.cabinet.keyed(self._attempt.key(order)).ringback.add_rule(
                self._account, order
            )
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say("Правило добавлено. Проверить его можно в «Что услышат».")
        self.dismiss(result=True)

    def _order(self) -> RuleOrder:
        kind, melody = self._kind, self._melody.id
        if kind == "caller":
            return RuleOrder(melody=melody, applies=kind, caller=self.query_one(PhoneField).number)
        if kind == "group":
            name = self.query_one("#rule-group", Input).value.strip()
            if not name:
                raise WrongError("Назовите группу: например, «Семья».")
            return RuleOrder(melody=melody, applies=kind, group=name, callers=self._callers())
        if kind == "everyone":
            return RuleOrder(melody=melody, applies=kind)
        days = [
            number
            for number in range(1, len(DAYS) + 1)
            if self.query_one(f"#day-{number}", Check).value
        ]
        begin, end = self._hour("#rule-from", 0), self._hour("#rule-to", 1)
        if not days and begin is None and end is None:
            raise WrongError("Отметьте дни недели или укажите часы.")
        return RuleOrder(melody=melody, applies=kind, weekdays=days, from_hour=begin, to_hour=end)

    def _callers(self) -> list[str]:
        typed = self.query_one("#rule-callers", Input).value
        parts = [part for part in typed.replace(";", ",").split(",") if part.strip()]
        if not parts:
            raise WrongError("Укажите номера группы через запятую, хотя бы один.")
        if len(parts) > MOST_CALLERS:
            raise WrongError(f"В группе может быть не больше {MOST_CALLERS} номеров.")
        return [phones.parse(part) for part in parts]

    def _hour(self, field: str, least: int) -> int | None:
        """The hour in a field, also as `22:00`; None where it is empty."""
        typed = self.query_one(field, Input).value.strip().removesuffix(":00")
        if not typed:
            return None
        most = LAST_HOUR - 1 + least
        if not (typed.isascii() and typed.isdigit() and least <= int(typed) <= most):
            raise WrongError(f"Час — целое число от {least} до {most}.")
        return int(typed)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#rule-message", Static).update(text)
