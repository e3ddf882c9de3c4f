"""«Автоплатёж»: the rules, what they did, and what can be done with one."""

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.autopay import AutopayRule, AutopayRun, AutopayTerms
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.payments import Card
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.proved import proved
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .autopay_rule import PROOF, RuleForm, late_day

RULES = (Column(1), Column(0), Column(11, right=True), Column(21))
RUNS = (Column(14), Column(0, needs=60), Column(11, right=True), Column(23))
NO_RULES = "Правил пока нет. «Новое правило» — и счёт будет пополняться сам."
NO_RUNS = "Здесь будет, что и когда сделали правила."
NO_CARDS = (
    "Нужна сохранённая карта: пополните счёт картой и отметьте «Запомнить карту». Потом её можно "
    "выбрать здесь."
)
PAGE = 50
STATES = {"done": ("✓ выполнен", "good"), "failed": ("✗ не прошёл", "bad")}
SKIPPED = ("○ пропущен", "warn")


class AutopayScreen(ChangingDialog):
    """The rules and their history; answers True where something was changed.

    Args:
        account: Whose.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("autopay"))
    action_places = ("autopay", "list")

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._zone = ZoneInfo("UTC")
        self._terms: AutopayTerms | None = None
        self._rules: list[AutopayRule] = []
        self._runs: list[AutopayRun] = []
        self._cards: list[Card] = []
        self._cursor: str | None = None

    def compose(self) -> ComposeResult:
        """Limits, rules, history, a button."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Автоплатёж", classes="title", markup=False)
            yield TextBlock(id="autopay-limits")
            yield Rows(RULES, NO_RULES, id="autopay-rules")
            yield TextBlock(id="autopay-history")
            yield Rows(RUNS, NO_RUNS, id="autopay-runs")
            yield Paragraph(id="autopay-message")
            with Horizontal(classes="buttons"):
                yield Button("Новое правило", variant="primary", id="new-rule")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#autopay-rules").focus()
        self.query_one("#autopay-history", TextBlock).show(("История", "strong"))
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """Show at once what a rule did."""
        if happened.event.account == self._account and happened.event.kind == "account":
            self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        autopay, account = self.app.cabinet.autopay, self._account
        try:
            zone = (await self.app.cabinet.account.overview(account)).number.zone
            terms = await autopay.terms(account)
            rules = await autopay.rules(account)
            runs = await autopay.runs(account, PAGE)
            cards = await self.app.cabinet.payments.cards(account)
        except CabinetError as error:
            self._say(str(error), "bad")
            if alive(self) and self._terms is None:
                self.query_one("#autopay-rules", Rows).say("Правила не загрузились.")
                self.query_one("#autopay-runs", Rows).say("")
            return
        if not alive(self):
            return
        self._zone, self._terms = ZoneInfo(zone), terms
        self._rules, self._cards = rules.items, cards.items
        self._runs, self._cursor = runs.items, runs.next_cursor
        self._show(terms)

    def _show(self, terms: AutopayTerms) -> None:
        left = formatting.count(terms.runs_left, "раз", "раза", "раз")
        parts: list[Part] = ["Сегодня ещё можно ", (left, "strong"), f" из {terms.runs_a_day}."]
        parts.append((" Без комиссии. По расписанию — в 10:00.", "muted"))
        self.query_one("#autopay-limits", TextBlock).show(*parts)
        self.query_one("#autopay-rules", Rows).show(
            len(self._rules), lambda index: _rule_row(self._rules[index], self._zone), keep=True
        )
        self._show_runs()
        if not self._cards:
            self._say(NO_CARDS)

    def _show_runs(self) -> None:
        self.query_one("#autopay-runs", Rows).show(
            len(self._runs), lambda index: _run_row(self._runs[index], self._zone), keep=True
        )

    @on(Rows.NearEnd)
    @work(exclusive=True, group="more")
    async def _more(self, near: Rows.NearEnd) -> None:
        del near
        if self._cursor is None:
            return
        cursor, self._cursor = self._cursor, None
        try:
            page = await self.app.cabinet.autopay.runs(self._account, PAGE, cursor)
        except CabinetError as error:
            self._cursor = cursor
            self._say(str(error), "bad")
            return
        if alive(self):
            self._runs += page.items
            self._cursor = page.next_cursor
            self._show_runs()

    @on(Rows.Chosen, "#autopay-rules")
    def _open(self, chosen: Rows.Chosen) -> None:
        if self._terms is not None:
            rule = self._rules[chosen.index]
            dialog = RuleDialog(self._account, rule, self._zone, self._terms, self._cards)
            self.app.push_screen(dialog, self._went_back)

    @on(Rows.Chosen, "#autopay-runs")
    def _explain(self, chosen: Rows.Chosen) -> None:
        run = self._runs[chosen.index]
        self._say(" ".join(_told(run, self._zone)))

    @on(Button.Pressed, "#new-rule")
    def action_new_rule(self) -> None:
        """Make a rule."""
        if self._terms is None:
            return
        if not self._cards:
            self._say(NO_CARDS, "warn")
            return
        form = RuleForm(self._account, self._zone, self._terms, self._cards)
        self.app.push_screen(form, self._went_back)

    def _went_back(self, changed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if changed:
            self._changed = True
            self._say("")
            self.load()

    def _say(self, text: str, look: str = "") -> None:
        if alive(self):
            self.query_one("#autopay-message", Paragraph).show((text, look) if look else text)


class RuleDialog(Dialog[bool]):
    """One rule, and what can be done with it; answers True where something was.

    Args:
        account: Whose.
        rule: The rule.
        zone: The account's.
        terms: Limits of rules.
        cards: Kept cards.
    """

    def __init__(
        self,
        account: str,
        rule: AutopayRule,
        zone: ZoneInfo,
        terms: AutopayTerms,
        cards: list[Card],
    ) -> None:
        super().__init__()
        self._account = account
        self._rule = rule
        self._zone = zone
        self._terms = terms
        self._cards = cards

    def compose(self) -> ComposeResult:
        """What it is and did, three buttons."""
        pause = "Приостановить" if self._rule.state == "active" else "Возобновить"
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(formatting.clean(self._rule.title), classes="title", markup=False)
            yield Paragraph(id="rule-state")
            yield Static("", id="rule-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Изменить", variant="primary", id="change")
                yield Button(pause, id="pause")
                yield Button("Удалить", id="remove")
        yield KeyBar()

    def on_mount(self) -> None:
        """Say how the rule goes."""
        self.query_one("#rule-state", Paragraph).show(*_rule_parts(self._rule, self._zone))
        self.query_one("#change").focus()

    @on(Button.Pressed, "#change")
    def _change(self) -> None:
        form = RuleForm(self._account, self._zone, self._terms, self._cards, self._rule)
        self.app.push_screen(form, self._form_closed)

    def _form_closed(self, changed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if changed:
            self.dismiss(result=True)

    @on(Button.Pressed, "#pause")
    @work(group="save")
    @once("save")
    async def pause(self) -> None:
        """Let the rule rest, or run again."""
        autopay, rule = self.app.cabinet.autopay, self._rule
        try:
            if rule.state == "active":
                await autopay.pause(self._account, rule.id)
                told = "Автоплатёж приостановлен: он ничего не спишет, пока вы его не возобновите."
            else:
                resumed = await proved(
                    self.app, PROOF, lambda: autopay.resume(self._account, rule.id)
                )
                if resumed is None:
                    return
                told = "Автоплатёж снова работает. Пропущенное за время паузы не списано."
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(told)
        self.dismiss(result=True)

    @on(Button.Pressed, "#remove")
    @work(group="save")
    @once("save")
    async def remove_rule(self) -> None:
        """Remove the rule."""
        try:
            await self.app.cabinet.autopay.remove(self._account, self._rule.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"Автоплатёж удалён, история осталась. {can_undo(self.app)}")
        self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#rule-message", Static).update(text)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return formatting.moment(at.astimezone(zone))


def _rule_row(rule: AutopayRule, zone: ZoneInfo) -> tuple[Cell, ...]:
    mark, state, look = _state(rule, zone)
    return (
        Cell(mark, look),
        Cell(formatting.clean(rule.title)),
        Cell(sum_of(rule.amount), "strong"),
        Cell(state, look),
    )


def _state(rule: AutopayRule, zone: ZoneInfo) -> tuple[str, str, str]:
    """A mark, a few words and their look."""
    last = rule.last_run
    if rule.state == "paused":
        return "○", "приостановлен", "warn"
    if last is not None and last.state == "failed" and last.next_try_at is not None:
        return "▲", f"повтор {_moment(last.next_try_at, zone)}", "warn"
    if rule.next_at is not None:
        return "●", f"{_moment(rule.next_at, zone)}", "good"
    return "●", "следит за счётом", "good"


def _rule_parts(rule: AutopayRule, zone: ZoneInfo) -> list[Part]:
    """The rule in full."""
    mark, state, look = _state(rule, zone)
    words = f"следующий раз {state}" if rule.next_at is not None and mark == "●" else state
    parts: list[Part] = [(f"{mark} {words}", look), "\n", (sum_of(rule.amount), "strong")]
    parts += [f" с карты {rule.card.label}, до {rule.card.expires}, без комиссии\n"]
    if late_day(rule):
        parts += [(late_day(rule), "muted"), "\n"]
    for name, spent, limit in (
        ("Сегодня", rule.spent_today, rule.day_limit),
        ("В этом месяце", rule.spent_this_month, rule.month_limit),
    ):
        parts += [(f"{name} ", "muted"), sum_of(spent)]
        parts += [f" из {sum_of(limit)}\n" if limit is not None else "\n"]
    if rule.last_run is None:
        parts.append(("Ещё ни разу не срабатывал.", "muted"))
    else:
        parts += [("Последний раз: ", "muted"), " ".join(_told(rule.last_run, zone))]
    return parts


def _run_row(run: AutopayRun, zone: ZoneInfo) -> tuple[Cell, ...]:
    state, look = STATES.get(run.state, SKIPPED)
    if run.state == "failed" and run.next_try_at is not None:
        state = f"✗ повтор {_moment(run.next_try_at, zone)}"
    return (
        Cell(_moment(run.at, zone), "muted"),
        Cell(formatting.clean(run.title)),
        Cell(sum_of(run.amount), "" if run.state == "done" else "muted"),
        Cell(state, look),
    )


def _told(run: AutopayRun, zone: ZoneInfo) -> list[str]:
    """What a run did, in sentences."""
    words = {"done": "выполнен", "failed": "не прошёл"}.get(run.state, "пропущен")
    told = [f"{_moment(run.at, zone)} {words}, {sum_of(run.amount)} с карты {run.means}."]
    if run.reason:
        told.append(formatting.clean(run.reason))
    if run.state == "failed" and run.next_try_at is not None:
        told.append(f"Повторим {_moment(run.next_try_at, zone)}.")
    return told
