"""«Детализация»: what was ordered, how far it is and how long it is kept; order, read, delete."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import MtsApp
from mts_tui.backend.contract.errors import CabinetError, NotFound
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.statements import Statement
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.headings import Headings
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .mail import told_of
from .page import Page
from .statement_words import (
    counted,
    days,
    days_in_short,
    kept_until,
    kinds_in_words,
    progress,
    state,
)

COLUMNS = (
    Column(21, title="Период"),
    Column(0, title="Виды", needs=60),
    Column(4, title="Файл", needs=52),
    Column(28, title="Состояние"),
)
ROOMY = 56
"""Cells of a list that has room for all that is said of a state."""
AGE_SECONDS = 30
"""How often it is looked how long one is still kept."""
NONE = (
    "Детализаций нет. Здесь будут те, что вы закажете: все звонки, SMS и интернет за любое время "
    "до года. Готовая хранится три дня."
)
FAILED = "Детализации не загрузились. F5 — попробовать ещё раз."
UNFINISHED = frozenset({"queued", "running"})
DOING = (
    ("order_statement", "заказать за неделю, месяц, год или свои даты"),
    ("choose", "открыть готовую: записи, итоги, поиск, файл, печать"),
    ("delete_statement", "отменить заказ или удалить раньше срока"),
)


class Doing(TextBlock):
    """What can be done, with the keys of this keyboard."""

    app: MtsApp

    def render(self) -> Content:
        """A line each."""
        parts: list[Part] = []
        for name, words in DOING:
            parts += [(f"{key_of(self.app, name):<6}", "key"), words, "\n"]
        return self.assemble(*parts[:-1])


class StatementsPage(Page):
    """The page of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("statements"))
    action_places = ("statements", "list")

    def __init__(self) -> None:
        super().__init__(id="statements")
        self._found: list[Statement] = []
        self._account_shown = ""
        self._stale = False
        self._clock_is_due = True
        self._ahead = timedelta()
        """By how much the operator's clock is ahead of this machine's."""

    def compose(self) -> ComposeResult:
        """The list, the one under the cursor in full, what can be done."""
        rows = Rows(COLUMNS, NONE, id="statement-list")
        yield Headings(rows)
        yield rows
        yield Paragraph(id="statement-detail")
        yield Doing(id="statement-doing")

    def on_mount(self) -> None:
        """See the time pass."""
        self.set_interval(AGE_SECONDS, self._grow_old)

    def take_focus(self) -> None:
        """The list."""
        self._rows.focus()

    @property
    def _rows(self) -> Rows:
        return self.query_one(Rows)

    @property
    def _account(self) -> str:
        return self.cabinet_screen.account

    @property
    def _current(self) -> Statement | None:
        place = self._rows.cursor
        return self._found[place] if place < len(self._found) else None

    @property
    def _now(self) -> datetime:
        """The operator's time."""
        return datetime.now(UTC) + self._ahead

    # ------------------------------------------------------------------ asking

    def load(self) -> None:
        """Ask for everything anew."""
        self._clock_is_due = True
        self._ask_again()

    def happened(self, event: Event) -> None:
        """One was ordered, got on, is ready or gone; the clock may have been moved."""
        if event.account == self._account and event.kind in {"statement", "account"}:
            self._clock_is_due |= event.kind == "account"
            self._ask_again()

    def _ask_again(self) -> None:
        self._stale = True
        self._keep_up()

    @work(group="statements")
    @once("keep up")
    async def _keep_up(self) -> None:
        """Ask until nothing has happened meanwhile."""
        while alive(self) and self._stale:
            self._stale, account = False, self._account
            try:
                await self._ask(account)
            except CabinetError as error:
                self.app.explain(error)
                if alive(self) and not self._account_shown:
                    self._rows.say(FAILED)
                return

    async def _ask(self, account: str) -> None:
        cabinet = self.app.cabinet
        if self._clock_is_due:
            self._clock_is_due = False
            overview = await cabinet.account.overview(account)
            self._ahead = overview.as_of - datetime.now(UTC)
        found = (await cabinet.statements.ordered(account)).items
        if alive(self) and account == self._account:
            self._show(account, found)

    # ------------------------------------------------------------------ showing

    def _show(self, account: str, found: list[Statement]) -> None:
        """Show them; the cursor stays on its own."""
        here = self._current.id if self._current and account == self._account_shown else ""
        here, self.subject = self.subject or here, ""
        self._found, self._account_shown = found, account
        places = {one.id: place for place, one in enumerate(found)}
        rows = self._rows
        rows.show(len(found), self._row, keep=bool(here))
        rows.go_to(places.get(here, min(rows.cursor, max(0, len(found) - 1))))
        self._show_detail()

    def _row(self, place: int) -> tuple[Cell, ...]:
        one = self._found[place]
        return (
            Cell(days_in_short(one), "strong"),
            Cell(kinds_in_words(one.kinds)),
            Cell(one.format.upper(), "muted"),
            Cell(*state(one, self._now, short=self._rows.size.width < ROOMY)),
        )

    def _grow_old(self) -> None:
        """Tell anew how long each is kept; one whose time is over is asked about."""
        now = self._now
        if any(one.expires_at is not None and one.expires_at <= now for one in self._found):
            self._ask_again()
        elif self._account_shown:
            self._show(self._account_shown, self._found)

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        one = self._current
        detail = self.query_one("#statement-detail", Paragraph)
        detail.display = one is not None
        detail.show(*(_told(one) if one is not None else ()))

    def text_to_copy(self) -> str:
        """The one under the cursor."""
        one = self._current
        return "" if one is None else "".join(_plain(part) for part in _told(one))

    # ------------------------------------------------------------------ what a person does

    def action_order_statement(self) -> None:
        """Order one."""
        from .statement_order import OrderDialog

        number = self.cabinet_screen.number
        if number is not None:
            self.app.push_screen(OrderDialog(number.account, number.phone), self._ordered)

    def _ordered(self, one: Statement | None) -> None:
        if one is not None:
            self.app.say("Детализация заказана. Готовая появится в этом списке.")
            if alive(self):
                self._show(self._account, [one, *(it for it in self._found if it.id != one.id)])
                self._rows.go_to(0)
                self._ask_again()

    @on(Rows.Chosen)
    def _open(self) -> None:
        one, number = self._current, self.cabinet_screen.number
        if one is None or number is None:
            return
        match one.state:
            case "ready":
                from .statement import StatementScreen

                self.app.push_screen(StatementScreen(number, one))
            case "queued" | "running":
                self.app.say("Эта детализация ещё готовится. Когда будет готова, она откроется.")
            case "failed":
                self.app.say(formatting.clean(one.reason), severity="warning")
            case "cancelled":
                self.app.say("Этот заказ отменён. Закажите новую детализацию.")

    def action_delete_statement(self) -> None:
        """Delete the one under the cursor, or cancel its order."""
        if self._current is not None:
            dialog = DeleteDialog(self._account, self._current)
            self.app.push_screen(dialog, lambda done: self._ask_again() if done else None)


class DeleteDialog(Dialog[bool]):
    """Ask, delete, answer True; the operator's refusal stands in the dialog.

    Args:
        account: Whose.
        statement: Which.
    """

    def __init__(self, account: str, statement: Statement) -> None:
        super().__init__()
        self._account = account
        self._statement = statement
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """A question and two buttons."""
        one = self._statement
        under_way = one.state in UNFINISHED
        title, button = "Удалить детализацию?", "Удалить"
        if under_way:
            title, button = "Отменить заказ?", "Отменить заказ"
        follows = "Документ составлен не будет."
        if one.state == "ready":
            follows = "Вместе с ней пропадёт документ; сохранённые файлы останутся."
        elif not under_way:
            follows = "Она пропадёт из списка."
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(title, classes="title", markup=False)
            yield Static(f"Детализация за {days(one)} {follows}", classes="hint", markup=False)
            yield Static("", id="delete-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(button, variant="primary", id="delete")
                yield Button("Оставить", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """A careless Enter changes nothing."""
        self.query_one("#leave").focus()

    @on(Button.Pressed, "#delete")
    @work(group="delete")
    @once("delete")
    async def delete(self) -> None:
        """Delete it."""
        one = self._statement
        statements = self.app.cabinet.keyed(self._attempt.key(one.id)).statements
        try:
            await statements.cancel(self._account, one.id)
        except NotFound:
            pass  # Its time was over, or it was deleted elsewhere: that is what was wanted.
        except CabinetError as error:
            if alive(self):
                self.query_one("#delete-message", Static).update(str(error))
            return
        self.app.say("Заказ отменён." if one.state in UNFINISHED else "Детализация удалена.")
        if alive(self):
            self.dismiss(result=True)


def _told(one: Statement) -> list[Part]:
    """All that is known of one, in sentences."""
    parts: list[Part] = [
        (f"Детализация за {days(one)}", "strong"),
        f": {kinds_in_words(one.kinds)}, документ {one.format.upper()}.\n",
    ]
    match one.state:
        case "queued":
            parts.append("Ждёт очереди. Можно заняться другим: она будет ждать здесь.")
        case "running":
            of = f" из {formatting.number(one.rows)}" if one.rows else ""
            parts.append(f"Готовится {progress(one)}: {formatting.number(one.done)}{of} записей.")
        case "ready":
            parts.append(
                f"{counted(one.rows)} на {sum_of(one.total)}, документ "
                f"{formatting.traffic(one.size)}. Хранится до {kept_until(one)}."
            )
        case "failed":
            parts.append((formatting.clean(one.reason), "warn"))
        case "cancelled":
            parts.append("Заказ отменён.")
    if one.mail is not None:
        parts += ["\n", told_of(one.mail)]
    elif one.delivery == "email" and one.state in UNFINISHED:
        parts.append(f"\nБудет отправлена на {formatting.clean(one.to, 80)}.")
    return parts


def _plain(part: Part) -> str:
    return part if isinstance(part, str) else part[0]
