"""One tariff in full: one's own, with what is planned and what was, and another on offer."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.tariffs import ChangeState, CurrentTariff, Tariff, TariffChange
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.text import Paragraph, Part

from .tariff_words import (
    KINDS,
    LATER,
    amount_in_short,
    days_until,
    fee,
    left_of,
    listed,
    only_money_lacks,
    per,
    title_of,
)

if TYPE_CHECKING:
    from mts_tui.backend.contract.account import Overview

WAITING = "Узнаём, что это за тариф…"
LABEL = 17
STATES: dict[ChangeState, tuple[str, str]] = {
    "planned": ("▲ ждёт своего дня", "warn"),
    "done": ("✓ выполнена", "good"),
    "cancelled": ("отменена", "muted"),
    "undone": ("возвращена назад", "muted"),
    "failed": ("✗ не вышла", "bad"),
}


class ReadingDialog(ChangingDialog):
    """A panel whose text, `#tariff-scroll`, may be longer than the panel."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_text(-1)", show=False),
        Binding("pagedown", "page_text(1)", "Дальше", show=True),
    ]

    def action_page_text(self, direction: int) -> None:
        """A page up or down."""
        scroll = self.query_one("#tariff-scroll", VerticalScroll)
        scroll.scroll_relative(y=direction * max(1, scroll.size.height - 1), animate=False)


class TariffView(ReadingDialog):
    """A text that scrolls by the arrows, a place for a sentence, buttons.

    Args:
        account: Whose.
        tariff: Which, as it was known when this was opened; None for the account's own.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_text(-1)", show=False),
        Binding("down", "scroll_text(1)", show=False),
    ]
    heading = ""

    def __init__(self, account: str, tariff: Tariff | None = None) -> None:
        super().__init__()
        self.account = account
        self.tariff = tariff

    def compose(self) -> ComposeResult:
        """Title, text, buttons."""
        with Vertical(id="dialog", classes="wide-dialog tall-dialog"):
            yield Static(self.heading, classes="title", markup=False)
            with VerticalScroll(id="tariff-scroll", can_focus=False):
                yield Paragraph(WAITING, id="tariff-text")
            yield Static("", id="tariff-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield from self.buttons()
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def buttons(self) -> ComposeResult:
        """What can be done with it."""
        return ()

    def on_mount(self) -> None:
        """Ask."""
        self.query(Button).first().focus()
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """Show what changed of this account."""
        if happened.event.account == self.account and happened.event.kind == "account":
            self.load()

    def load(self) -> object:
        """Ask the operator and show the answer."""

    def show_text(self, parts: list[Part]) -> None:
        """Show the text."""
        self.query_one("#tariff-text", Paragraph).show(*parts)

    def say(self, text: str) -> None:
        """Show a sentence over the buttons."""
        if alive(self):
            self.query_one("#tariff-message", Static).update(formatting.clean(text))

    def action_scroll_text(self, step: int) -> None:
        """A line up or down."""
        scroll = self.query_one("#tariff-scroll", VerticalScroll)
        scroll.scroll_relative(y=step, animate=False)


class TariffDialog(TariffView):
    """The account's own tariff; answers True where the tariff, or what is planned, changed."""

    heading = "Ваш тариф"

    def __init__(self, account: str, tariff: Tariff | None = None) -> None:
        super().__init__(account, tariff)
        self._planned: TariffChange | None = None
        self._attempt = Attempt()

    def buttons(self) -> ComposeResult:
        """See `TariffView`."""
        yield Button("Сменить тариф", variant="primary", id="to-list")
        yield Button("Отменить смену", id="cancel-change")

    def on_mount(self) -> None:
        """Ask; there is something to cancel only where something is planned."""
        self.query_one("#cancel-change").display = False

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the tariff, for what was, and for the account's day."""
        cabinet = self.app.cabinet
        try:
            now = await cabinet.tariffs.current(self.account)
            changes = (await cabinet.tariffs.changes(self.account)).items
            overview = await cabinet.account.overview(self.account)
        except CabinetError as error:
            self.say(str(error))
            if alive(self) and self.tariff is None:
                self.show_text(["Тариф не загрузился. Закройте и откройте снова."])
            return
        if not alive(self):
            return
        self.tariff, self._planned = now.tariff, now.planned
        local = overview.as_of.astimezone(ZoneInfo(overview.number.zone))
        button = self.query_one("#cancel-change", Button)
        if button.has_focus and now.planned is None:
            self.query_one("#to-list").focus()
        button.display = now.planned is not None
        past = [one for one in changes if one.state != "planned"]
        self.show_text([*_own(now, local), *tariff_parts(now.tariff), *_history(past, local)])

    @on(Button.Pressed, "#to-list")
    def _to_list(self) -> None:
        """Where this was opened from the list, the list is under it."""
        from .tariffs import TariffsScreen

        if any(isinstance(screen, TariffsScreen) for screen in self.app.screen_stack):
            self.action_close()
        else:
            self.app.push_screen(TariffsScreen(self.account), self._came_back)

    def _came_back(self, changed: object) -> None:
        self._changed = self._changed or bool(changed)

    @on(Button.Pressed, "#cancel-change")
    @work(group="save")
    @once("save")
    async def cancel_change(self) -> None:
        """Give up what is planned."""
        planned = self._planned
        if planned is None:
            return
        tariffs = self.app.cabinet.keyed(self._attempt.key(planned.id)).tariffs
        try:
            await tariffs.cancel(self.account, planned.id)
        except CabinetError as error:
            self.say(str(error))
            self.load()
            return
        self._changed = True
        self.say("")
        after = formatting.clean(planned.after, 40)
        self.app.say(f"Смена на «{after}» отменена, остаётся ваш тариф.")
        self.load()


class OfferDialog(TariffView):
    """Another tariff; answers True where it was changed to."""

    heading = "Тариф"
    tariff: Tariff

    def __init__(self, account: str, tariff: Tariff) -> None:
        super().__init__(account, tariff)
        self._overview: Overview | None = None

    def buttons(self) -> ComposeResult:
        """See `TariffView`."""
        yield Button("Сменить на этот тариф", variant="primary", id="change")

    def on_mount(self) -> None:
        """What is known of it is there at once."""
        self._show()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask again: whether it can be had follows the balance."""
        cabinet = self.app.cabinet
        try:
            self._overview = await cabinet.account.overview(self.account)
            tariffs = (await cabinet.tariffs.offered(self.account)).items
        except CabinetError as error:
            self.say(str(error))
            return
        if alive(self):
            self.tariff = next((one for one in tariffs if one.id == self.tariff.id), self.tariff)
            self._show()

    def _show(self) -> None:
        one = self.tariff
        possible = one.fits and not one.current
        button = self.query_one("#change", Button)
        if button.has_focus and not possible:
            self.query_one("#leave").focus()
        button.display = possible
        parts: list[Part] = [(f"{title_of(one)}   {fee(one)}", "strong"), "\n"]
        if one.current:
            parts += [("Это ваш тариф.", "good"), "\n"]
        elif one.refusal:
            parts += [(formatting.clean(one.refusal), "warn"), "\n"]
            if self._overview is not None and only_money_lacks(one, self._overview):
                parts += [LATER, "\n"]
        else:
            costs = f"смена стоит {sum_of(one.switch_fee)}"
            if not one.switch_fee:
                costs = "сама смена бесплатна"
            parts += [(f"Можно подключить сейчас, {costs}.", "good"), "\n"]
        self.show_text([*parts, *tariff_parts(one)])

    @on(Button.Pressed, "#change")
    def _change(self) -> None:
        from .tariff_change import TariffChangeDialog

        self.app.push_screen(TariffChangeDialog(self.account, self.tariff), self._came_back)

    def _came_back(self, changed: object) -> None:
        if changed:
            self.dismiss(result=True)


# ------------------------------------------------------------------ words


def tariff_parts(tariff: Tariff) -> list[Part]:
    """What a tariff includes, and its prices outside the packages."""
    parts: list[Part] = [formatting.clean(tariff.description, 400), "\n\n"]
    parts += [("Входит в плату", "strong"), "\n"]
    if not tariff.packages:
        parts.append("Пакетов нет: оплата за использованное.\n")
    for one in tariff.packages:
        period = " каждый день" if one.period == "day" else " каждый месяц"
        amount = amount_in_short(one).removesuffix("/день")
        parts += [f"{KINDS[one.kind]:<{LABEL}}", (amount, "strong"), (period, "muted"), "\n"]
    outside = "Цены вне пакетов" if tariff.packages else "Цены"
    parts += ["\n", (outside, "strong"), "\n"]
    longest = max((len(price.title) for price in tariff.prices), default=0)
    for price in tariff.prices:
        parts += [
            f"{formatting.clean(price.title):<{longest}}  ",
            (f"{sum_of(price.price):>9}", "strong"),
            (f" {per(price)}", "muted"),
            "\n",
        ]
    return parts


def _own(now: CurrentTariff, today: datetime) -> list[Part]:
    tariff = now.tariff
    parts: list[Part] = [(f"{title_of(tariff)}   {fee(tariff)}", "strong"), "\n"]
    if now.planned is not None:
        parts += [*_planned(now.planned, today), "\n"]
    if now.next_fee_at is not None:
        at = now.next_fee_at.astimezone(today.tzinfo)
        when = f"{formatting.date_day(at)}, {days_until(at.date(), today.date())}"
        parts += _line("Следующая плата", when)
    since = now.since.astimezone(today.tzinfo)
    parts += _line("Подключён", formatting.date_long(since))
    free = now.free_change_from.astimezone(today.tzinfo)
    words = "сейчас бесплатно, потом раз в 30 дней"
    if free > today:
        words = f"снова бесплатно с {formatting.date_day(free)}, {formatting.clock(free)}"
    return [*parts, *_line("Сменить", words), "\n"]


def _planned(one: TariffChange, today: datetime) -> list[Part]:
    at = one.at.astimezone(today.tzinfo)
    when = f"{formatting.date_day(at)}, {formatting.clock(at)}"
    parts: list[Part] = [(f"▲ {when} сменится на «{formatting.clean(one.after, 40)}».", "warn")]
    cost = one.fee.amount_minor + one.first_payment.amount_minor
    if cost:
        needed = formatting.money(cost, one.fee.currency)
        parts.append(f" К этому времени на счёте должно быть {needed}.")
    if one.dropped:
        parts.append(f" Отключатся услуги: {listed(one.dropped)}.")
    return parts


def _history(changes: Sequence[TariffChange], today: datetime) -> list[Part]:
    parts: list[Part] = ["\n", ("Смены тарифа", "strong"), "\n"]
    if not changes:
        return [*parts, ("Смен ещё не было.", "muted")]
    for one in changes:
        at = formatting.moment(one.at.astimezone(today.tzinfo), today)
        before, after = formatting.clean(one.before, 40), formatting.clean(one.after, 40)
        parts += [(f"{at}  ", "muted"), f"{before} → {after}  ", STATES[one.state], "\n"]
        for told in _told(one):
            parts += [f"  {told}", "\n"]
    return parts[:-1]


def _told(one: TariffChange) -> list[str]:
    """What a change cost and took along, or why it failed."""
    told = []
    if one.reason:
        told.append(formatting.clean(one.reason, 300))
    if one.state not in {"done", "undone"}:
        return told
    sums = [
        f"{words} {sum_of(money)}"
        for words, money in (("смена", one.fee), ("первая плата", one.first_payment))
        if money
    ]
    if sums:
        told.append(f"Списано: {', '.join(sums)}.")
    if one.burnt:
        told.append(f"Сгорело: {left_of(one.burnt)}.")
    if one.dropped:
        told.append(f"Отключились услуги: {listed(one.dropped)}.")
    return told


def _line(label: str, words: str) -> list[Part]:
    return [(f"{label:<{LABEL}}", "muted"), words, "\n"]
