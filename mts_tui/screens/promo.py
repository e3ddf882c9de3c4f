"""One promotion: its terms, taking part, its questions, leaving."""

from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number
from mts_tui.backend.contract.promos import Promo, PromoAnswers
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.text import Paragraph, Part

from .bonus_words import in_words

ONCE = "Акция даётся один раз: вернуться можно только в первые 10 минут после выхода."
STATES = {"done": "пройдена", "ended": "участие закончено"}


def progress(one: Promo) -> str:
    """How far one is: `осталось 3 из 6 месяцев`."""
    return f"осталось {max(0, one.steps - one.done)} из {one.steps} {formatting.clean(one.unit)}"


def standing(one: Promo, zone: ZoneInfo) -> tuple[str, str]:
    """How an account stands to it, in a few words, and their look."""
    if one.state == "joined":
        return progress(one), "good"
    if one.state != "offered":
        return STATES[one.state], "muted"
    if one.refusal:
        return "сейчас нельзя", "muted"
    return f"до {formatting.date_day(one.until.astimezone(zone))}", ""


def told(one: Promo, zone: ZoneInfo) -> list[Part]:
    """All of it: how one stands, what to do, the terms."""
    parts: list[Part] = [(formatting.clean(one.title), "strong")]
    parts += [f". {formatting.clean(one.short)}.\n"]
    if one.joined_at is not None:
        since = formatting.date_day(one.joined_at.astimezone(zone))
        if one.state == "joined":
            parts += [("Участвуете", "good"), f" с {since}: {progress(one)}. "]
        else:
            parts.append((f"Вы присоединились {since}. ", "muted"))
    if one.refusal:
        parts.append((formatting.clean(one.refusal), "warn"))
    parts += [*_ahead(one, zone), "\n"]
    if one.earned:
        parts += ["Принесла ", (sum_of(one.earned), "good"), ".\n"]
    if one.earned_points:
        parts += ["Принесла ", (in_words(one.earned_points), "good"), ".\n"]
    parts += [("Условия", "strong"), "\n"]
    parts += [f"· {formatting.clean(term)}\n" for term in one.terms]
    until = formatting.date_long(one.until.astimezone(zone))
    parts.append((f"Где: {formatting.clean(one.region)}. Присоединиться можно до {until}", "muted"))
    if one.excludes:
        titles = ", ".join(f"«{formatting.clean(title)}»" for title in one.excludes)
        parts.append((f"\nНе действует вместе с: {titles}.", "muted"))
    return parts


def _ahead(one: Promo, zone: ZoneInfo) -> list[Part]:
    """What comes next, and when what it gives ends."""
    parts: list[Part] = [formatting.clean(one.next)]
    if one.ends_at is not None:
        day = formatting.date_day(one.ends_at.astimezone(zone))
        parts += ["\n", ("▲ ", "warn"), f"Обычная цена вернётся {day}."]
    return parts


class PromoDialog(ChangingDialog):
    """The promotion; answers True where something was changed.

    Args:
        number: Whose.
        promo: Which.
    """

    def __init__(self, number: Number, promo: Promo) -> None:
        super().__init__()
        self._number = number
        self._promo = promo
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """The terms and what can be done."""
        one = self._promo
        with Vertical(id="dialog", classes="promo-dialog"):
            yield Static(f"Акция «{formatting.clean(one.title)}»", classes="title", markup=False)
            with VerticalScroll(id="promo-text"):
                yield Paragraph(id="promo-terms")
            yield Paragraph(id="promo-after")
            yield Static("", id="promo-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                if one.state == "joined":
                    yield Button("Выйти из акции", id="quit")
                elif one.state == "offered" and not one.refusal:
                    title = "Ответить на вопросы" if one.questions else "Участвовать"
                    yield Button(title, variant="primary", id="join")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show it."""
        terms = told(self._promo, ZoneInfo(self._number.zone))
        self.query_one("#promo-terms", Paragraph).show(*terms)
        buttons = [*self.query("#join"), self.query_one("#leave")]
        buttons[0].focus()
        if self._promo.state == "joined":
            self.query_one("#promo-after", Paragraph).show((ONCE, "muted"))
        elif self.query("#join") and not self._promo.questions:
            self.try_out()

    @work(exclusive=True, group="preview")
    async def try_out(self) -> None:
        """Say what taking part would bring."""
        cabinet = self.app.cabinet
        try:
            tried = await cabinet.preview(cabinet.promos.join, self._number.account, self._promo.id)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            after = _ahead(tried.answer, ZoneInfo(self._number.zone))
            self.query_one("#promo-after", Paragraph).show(("Если участвовать: ", "muted"), *after)

    @on(Button.Pressed, "#join")
    def _begin(self) -> None:
        if self._promo.questions:
            self.app.push_screen(SurveyDialog(self._number, self._promo), self._answered)
        else:
            self.join()

    def _answered(self, done: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if done:
            self.dismiss(result=True)

    @work(group="save")
    @once("save")
    async def join(self) -> None:
        """Take part."""
        one = self._promo
        keyed = self.app.cabinet.keyed(self._attempt.key(("join", one.id))).promos
        try:
            joined = await keyed.join(self._number.account, one.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"Вы участвуете: «{one.title}». {joined.next}")
        self.dismiss(result=True)

    @on(Button.Pressed, "#quit")
    @work(group="save")
    @once("save")
    async def quit(self) -> None:
        """Take part no more."""
        one = self._promo
        keyed = self.app.cabinet.keyed(self._attempt.key(("leave", one.id))).promos
        try:
            await keyed.leave(self._number.account, one.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self.app.say(f"Вы вышли из акции «{one.title}». {can_undo(self.app, 'Вернуться')}")
        self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#promo-message", Static).update(formatting.clean(text))


class SurveyDialog(Dialog[bool]):
    """The questions, one after another; answers True where all were answered and sent.

    Args:
        number: Whose.
        promo: Which.
    """

    def __init__(self, number: Number, promo: Promo) -> None:
        super().__init__()
        self._number = number
        self._promo = promo
        self._choices: list[int] = []
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """A question, its answers, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("", classes="title", markup=False)
            yield Static("", id="question", markup=False)
            yield Choice(id="answers")
            yield Static("", id="survey-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Дальше", variant="primary", id="next")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """The first question."""
        self._ask()

    def _ask(self) -> None:
        place, count = len(self._choices), len(self._promo.questions)
        question = self._promo.questions[place]
        title = f"{formatting.clean(self._promo.title)}: вопрос {place + 1} из {count}"
        self.query_one(".title", Static).update(title)
        self.query_one("#question", Static).update(formatting.clean(question.text))
        choice = self.query_one(Choice)
        choice.offer([[formatting.clean(one, 60)] for one in question.answers])
        choice.chosen = 0
        choice.focus()

    @on(Button.Pressed, "#next")
    @on(Choice.Submitted)
    @work(group="save")
    @once("save")
    async def go_on(self) -> None:
        """Take the answer; after the last question send them all."""
        chosen = [*self._choices, self.query_one(Choice).chosen]
        if len(chosen) < len(self._promo.questions):
            self._choices = chosen
            self._ask()
            return
        answers = PromoAnswers(choices=chosen)
        keyed = self.app.cabinet.keyed(self._attempt.key(answers)).promos
        try:
            done = await keyed.answer(self._number.account, self._promo.id, answers)
        except CabinetError as error:
            if alive(self):
                self.query_one("#survey-message", Static).update(formatting.clean(str(error)))
            return
        self.app.say(f"Спасибо! Начислено {in_words(done.earned_points)}.")
        self.dismiss(result=True)
