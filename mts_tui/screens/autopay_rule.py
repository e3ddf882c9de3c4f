"""The form of a rule of autopay: what is wanted, then what that means, then a proof."""

from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.account import NextFee
from mts_tui.backend.contract.autopay import AutopayKind, AutopayOrder, AutopayRule, AutopayTerms
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import Card
from mts_tui.backend.contract.preview import Preview
from mts_tui.widgets.alive import alive
from mts_tui.widgets.amount_field import AmountField
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.proved import proved
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import Paragraph, Part

KINDS: tuple[tuple[AutopayKind, str], ...] = (
    ("threshold", "Когда на счёте мало денег"),
    ("week", "Каждую неделю"),
    ("month", "Каждый месяц"),
)
WEEKDAYS = (
    "понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье",
)  # fmt: skip
LAST_DAY = 31
SHORTEST_MONTH = 28
QUICK_THRESHOLDS = (30_00, 50_00, 100_00, 300_00)
PROOF = "Автоплатёж будет снимать деньги с карты без вас. Введите пароль или получите код в SMS."


class WrongError(ValueError):
    """What was typed does not do; the text is a whole sentence.

    Args:
        text: The sentence.
        field: Where to go on.
    """

    def __init__(self, text: str, field: Input) -> None:
        super().__init__(text)
        self.field = field


class RuleForm(Dialog[bool]):
    """Make or change a rule; answers True where that was done.

    Args:
        account: Whose.
        zone: The account's.
        terms: Limits of rules.
        cards: Kept cards, one at least.
        rule: The rule to change; None for a new one.
    """

    def __init__(
        self,
        account: str,
        zone: ZoneInfo,
        terms: AutopayTerms,
        cards: list[Card],
        rule: AutopayRule | None = None,
    ) -> None:
        super().__init__()
        self._account = account
        self._zone = zone
        self._terms = terms
        self._cards = cards
        self._rule = rule
        self._attempt = Attempt()
        self._shown: AutopayOrder | None = None

    def compose(self) -> ComposeResult:
        """Occasion, sum, card, limits; what it means; two buttons."""
        rule = self._rule
        title = "Новый автоплатёж" if rule is None else "Изменить автоплатёж"
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static(title, classes="title", markup=False)
            with Horizontal(classes="fields"):
                yield Choice(id="rule-kind")
                yield Choice(id="rule-weekday")
            with Horizontal(classes="fields"):
                threshold = rule.threshold if rule is not None else None
                yield self._sum(
                    "Если на счёте меньше", threshold, "rule-threshold", QUICK_THRESHOLDS
                )
                day = str(rule.day) if rule is not None and rule.day is not None else ""
                yield Field("Число месяца, от 1 до 31", day, hint="1", longest=4, id="rule-day")
                yield self._sum(
                    "Пополнить на", rule.amount if rule is not None else None, "rule-amount"
                )
            yield Choice(id="rule-card")
            with Horizontal(classes="fields"):
                day_limit = rule.day_limit if rule is not None else None
                yield self._sum("За день не больше", day_limit, "rule-day-limit")
                month_limit = rule.month_limit if rule is not None else None
                yield self._sum("За месяц не больше", month_limit, "rule-month-limit")
            yield Paragraph(id="rule-summary")
            yield PreviewBlock(id="rule-preview")
            yield Static("", id="rule-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Дальше", variant="primary", id="go-on")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def _sum(
        self,
        title: str,
        value: Money | None,
        id: str,  # noqa: A002
        quick: tuple[int, ...] | None = None,
    ) -> AmountField:
        amount = value.amount_minor if value is not None else 0
        currency = self._terms.currency
        if quick is None:
            return AmountField(title, currency=currency, amount=amount, id=id)
        return AmountField(title, currency=currency, amount=amount, quick=quick, id=id)

    def on_mount(self) -> None:
        """Put the choices in, as the rule has them."""
        kind, card = self.query_one("#rule-kind", Choice), self.query_one("#rule-card", Choice)
        weekday = self.query_one("#rule-weekday", Choice)
        kind.offer([[words] for _kind, words in KINDS])
        weekday.offer([[words] for words in WEEKDAYS])
        card.offer(
            [[formatting.clean(one.label), (f"  до {one.expires}", "muted")] for one in self._cards]
        )
        for id_ in ("#rule-day-limit", "#rule-month-limit"):
            self.query_one(id_, AmountField).placeholder = "можно не указывать"
        self._field("#rule-amount").limit(self._terms.least, self._terms.most)
        self._field("#rule-threshold").limit(self._terms.least_threshold, self._terms.most)
        if self._rule is not None:
            kind.chosen = [one for one, _words in KINDS].index(self._rule.kind)
            weekday.chosen = (self._rule.weekday or 1) - 1
            ids = [one.id for one in self._cards]
            card.chosen = ids.index(self._rule.card.id) if self._rule.card.id in ids else 0
        self._show_kind()
        kind.focus()

    @property
    def _kind(self) -> AutopayKind:
        return KINDS[self.query_one("#rule-kind", Choice).chosen][0]

    def _field(self, id_: str) -> AmountField:
        return self.query_one(id_, AmountField)

    def _show_kind(self) -> None:
        """Only what this kind needs."""
        self.query_one("#rule-weekday").display = self._kind == "week"
        self.query_one("#rule-threshold").display = self._kind == "threshold"
        self.query_one("#rule-day").display = self._kind == "month"

    @on(Choice.Changed)
    def _chosen(self) -> None:
        self._show_kind()
        self._begin_again()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._begin_again()

    @property
    def _go_on(self) -> Button:
        return self.query_one("#go-on", Button)

    def _begin_again(self) -> None:
        """What was shown is not what is wanted any more."""
        if self._shown is not None:
            self._shown = None
            self.query_one("#rule-summary", Paragraph).show()
            self.query_one(PreviewBlock).clear()
            relabel(self._go_on, "Дальше")

    @on(Choice.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#go-on")
    @on(Input.Submitted)
    @work(group="save")
    @once("save")
    async def go_on(self) -> None:
        """Show what the rule means; once that is seen, make it."""
        try:
            order = self._order()
        except WrongError as wrong:
            self._say(str(wrong))
            wrong.field.focus()
            return
        self._say("")
        try:
            if order == self._shown:
                await self._save(order)
            else:
                await self._preview(order)
        except CabinetError as error:
            self._say(str(error))

    async def _preview(self, order: AutopayOrder) -> None:
        cabinet, rule = self.app.cabinet, self._rule
        preview: Preview[AutopayRule]
        if rule is None:
            preview = await cabinet.preview(cabinet.autopay.create, self._account, order)
        else:
            preview = await cabinet.preview(cabinet.autopay.change, self._account, rule.id, order)
        fee = (await cabinet.account.overview(self._account)).next_fee
        if not alive(self):
            return
        self._shown = order
        self.query_one("#rule-summary", Paragraph).show(*self._summary(preview, fee))
        self.query_one(PreviewBlock).show_preview(preview)
        relabel(self._go_on, "Создать" if rule is None else "Сохранить")
        self.query_one("#go-on").focus()

    def _summary(self, preview: Preview[AutopayRule], fee: NextFee | None) -> list[Part]:
        made = preview.answer
        parts: list[Part] = [(formatting.clean(made.title), "strong"), f": {sum_of(made.amount)} "]
        parts.append(f"с карты {formatting.clean(made.card.label)}, без комиссии. ")
        if made.next_at is not None:
            at = made.next_at.astimezone(self._zone)
            parts.append(f"Первый раз {formatting.moment(at)}. ")
        if late_day(made):
            parts.append(f"{late_day(made)} ")
        threshold = made.threshold
        if fee is not None and threshold is not None and _is_less(threshold, fee.amount):
            parts.append((f"Порог ниже абонентской платы, {sum_of(fee.amount)}: ", "warn"))
            parts.append(("в день списания пакеты могут не подключиться. ", "warn"))
        ran = any(change.operations for change in preview.changes)
        if ran:
            parts.append(("На счёте уже меньше, счёт пополнится сразу. ", "warn"))
        left = formatting.count(self._terms.runs_left, "раз", "раза", "раз")
        parts.append((f"Сегодня автоплатёж может сработать ещё {left}.", "muted"))
        return parts

    async def _save(self, order: AutopayOrder) -> None:
        cabinet, rule = self.app.cabinet.keyed(self._attempt.key(order)), self._rule
        if rule is None:
            made = await proved(
                self.app, PROOF, lambda: cabinet.autopay.create(self._account, order)
            )
            told = "Автоплатёж создан."
        else:
            made = await proved(
                self.app, PROOF, lambda: cabinet.autopay.change(self._account, rule.id, order)
            )
            told = f"Автоплатёж изменён. {can_undo(self.app)}"
        if made is None:
            return
        self.app.say(told)
        self.dismiss(result=True)

    def _order(self) -> AutopayOrder:
        """What is wanted.

        Raises:
            WrongError: With the first field that does not do.
        """
        kind = self._kind
        weekday = self.query_one("#rule-weekday", Choice).chosen + 1
        return AutopayOrder(
            kind=kind,
            threshold=self._money("#rule-threshold") if kind == "threshold" else None,
            weekday=weekday if kind == "week" else None,
            day=self._day() if kind == "month" else None,
            amount=self._money("#rule-amount"),
            card=self._cards[self.query_one("#rule-card", Choice).chosen].id,
            day_limit=self._limit("#rule-day-limit"),
            month_limit=self._limit("#rule-month-limit"),
        )

    def _money(self, id_: str) -> Money:
        field = self._field(id_)
        amount = field.amount
        if amount is None:
            raise WrongError(f"{field.border_title}: {field.problem}", field)
        return Money(amount_minor=amount, currency=self._terms.currency)

    def _limit(self, id_: str) -> Money | None:
        return self._money(id_) if self._field(id_).value.strip() else None

    def _day(self) -> int:
        field = self.query_one("#rule-day", Input)
        typed = field.value.strip()
        if not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= LAST_DAY):
            raise WrongError("Укажите число месяца, от 1 до 31.", field)
        return int(typed)

    def _say(self, text: str) -> None:
        if alive(self):
            message = self.query_one("#rule-message", Static)
            message.update(text)
            message.scroll_visible(animate=False)


def _is_less(one: Money, other: Money) -> bool:
    return one.currency == other.currency and one.amount_minor < other.amount_minor


def late_day(rule: AutopayRule) -> str:
    """What happens to a late day in a shorter month, a sentence; empty for other rules."""
    late = rule.day is not None and rule.day > SHORTEST_MONTH
    return "В коротком месяце — в последний день." if late else ""
