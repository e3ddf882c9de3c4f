"""Change the tariff, now or later: what it costs and what is lost, told before it happens."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.account import Overview
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.preview import Preview
from mts_tui.backend.contract.tariffs import ChangeOrder, CurrentTariff, Tariff, TariffChange
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import Paragraph, Part

from .tariff import ReadingDialog
from .tariff_words import (
    KINDS,
    amount_in_short,
    fee,
    included,
    left_of,
    listed,
    only_money_lacks,
    title_of,
)

WAITING = "Считаем, что изменится…"
MOST_DAYS = 60
"""How far ahead a change can be planned; the operator refuses what is further."""
WHICH_DAY = f"Напишите день: 05.12.2026, 5.12. Не дальше {MOST_DAYS} дней."
LABEL, COLUMN = 10, 24
_DAY = re.compile(r"(\d{1,2})[.,/ -]+(\d{1,2})(?:[.,/ -]+(\d{4}|\d{2}))?\.?\Z", re.ASCII)
_YEAR_FIRST = re.compile(r"\A(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_CENTURY = 2000


def read_day(text: str, today: date) -> date:
    """The day to come that somebody typed: `5.12.2026`, `5.12.26`, `5.12` (the next), `2026-12-05`.

    Raises:
        ValueError: With a sentence.
    """
    found = _DAY.match(_YEAR_FIRST.sub(r"\3.\2.\1", text.strip()))
    day, month, year = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    try:
        if year:
            return date(year if year >= _CENTURY else _CENTURY + year, month, day)
        this = date(today.year, month, day)
        return this if this >= today else date(today.year + 1, month, day)
    except ValueError:
        raise ValueError(
            f"Напишите день так: {formatting.date_numeric(today)}. Он должен быть в календаре."
        ) from None


class TariffChangeDialog(ReadingDialog):
    """The form; answers True where the tariff was changed, or a change was planned.

    Args:
        account: Whose.
        tariff: To which.
    """

    def __init__(self, account: str, tariff: Tariff) -> None:
        super().__init__()
        self._account = account
        self._tariff = tariff
        self._attempt = Attempt()
        self._overview: Overview | None = None
        self._now: CurrentTariff | None = None
        self._moments: list[datetime | None] = [None]

    def compose(self) -> ComposeResult:
        """When, what it costs, before and after, buttons."""
        with Vertical(id="dialog", classes="wide-dialog form-dialog"):
            title = f"Сменить тариф на «{title_of(self._tariff)}»"
            yield Static(title, classes="title", markup=False)
            yield Choice(id="change-when")
            with Horizontal(id="change-day"):
                yield Field("Какой день", hint="05.12.2026", longest=20, id="day")
            with VerticalScroll(id="tariff-scroll", can_focus=False):
                yield Paragraph(WAITING, id="change-cost")
                yield Paragraph(id="change-table")
                yield Paragraph(id="change-lost")
            yield Static("", id="change-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сменить", variant="primary", id="agree")
                yield Button("Пополнить счёт", id="top-up")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask what it would cost."""
        for name in ("#agree", "#top-up", "#change-day"):
            self.query_one(name).display = False
        self.query_one(Choice).offer([["сейчас"]])
        self.query_one(Choice).focus()
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """What it costs follows the balance and the clock; a connection lost may be back."""
        event = happened.event
        if event.kind == "connection" or (
            event.account == self._account and event.kind == "account"
        ):
            self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the account and its tariff, then for what would change."""
        cabinet = self.app.cabinet
        try:
            overview = await cabinet.account.overview(self._account)
            now = await cabinet.tariffs.current(self._account)
            tariffs = (await cabinet.tariffs.offered(self._account)).items
        except CabinetError as error:
            self._refuse(str(error))
            return
        if alive(self):
            self._overview, self._now = overview, now
            self._tariff = next((one for one in tariffs if one.id == self._tariff.id), self._tariff)
            self._offer_moments(overview, now)
            self.look()

    def _offer_moments(self, overview: Overview, now: CurrentTariff) -> None:
        """Now, before the next fee where that is near, another day."""
        zone = ZoneInfo(overview.number.zone)
        today = overview.as_of.astimezone(zone)
        moments: list[datetime | None] = [None]
        lines: list[list[Part]] = [["сейчас"]]
        if now.next_fee_at is not None:
            fee_at = now.next_fee_at.astimezone(zone)
            before = datetime.combine(fee_at.date(), time(), zone)
            if before > today and (before.date() - today.date()).days < MOST_DAYS:
                moments.append(before.astimezone(UTC))
                words = f"{formatting.date_day(before)}, перед следующей платой"
                lines.append([words, ("  остатки успеют пригодиться", "muted")])
        lines.append(["в другой день"])
        choice = self.query_one(Choice)
        other = choice.chosen == len(self._moments) and bool(choice.chosen)
        self._moments = moments
        choice.offer(lines)
        if other:
            choice.chosen = len(moments)

    # ------------------------------------------------------------------ what would change

    @property
    def _other_day(self) -> bool:
        return self.query_one(Choice).chosen == len(self._moments)

    def _order(self) -> ChangeOrder:
        """What is asked for now.

        Raises:
            ValueError: The day that was typed is none; with a sentence.
        """
        if not self._other_day:
            at = self._moments[self.query_one(Choice).chosen]
            return ChangeOrder(tariff=self._tariff.id, at=at)
        assert self._overview is not None
        zone = ZoneInfo(self._overview.number.zone)
        today = self._overview.as_of.astimezone(zone).date()
        day = read_day(self.query_one("#day", Input).value, today)
        if day < today:
            raise ValueError("Этот день уже прошёл. Напишите другой.")
        if day == today:
            raise ValueError("Этот день уже идёт. Выберите «сейчас» или день позже.")
        at = datetime.combine(day, time(), zone).astimezone(UTC)
        return ChangeOrder(tariff=self._tariff.id, at=at)

    @on(Choice.Changed)
    def _chosen(self) -> None:
        """Another moment: a field for one's own day."""
        self.query_one("#change-day").display = self._other_day
        self._say("")
        self.look()

    @on(Choice.Submitted)
    def _submitted(self) -> None:
        """Enter goes on: to the day, or to the button; where there is none, it asks again."""
        if self._other_day:
            self.query_one("#day").focus()
        elif not self._to_button():
            self.load()

    @on(Input.Submitted, "#day")
    def _day_given(self) -> None:
        try:
            self._order()
        except ValueError as error:
            self._refuse(str(error))
            return
        self._to_button()

    @on(Input.Changed, "#day")
    def _typed(self) -> None:
        self._say("")
        self.look()

    def _to_button(self) -> bool:
        for name in ("#agree", "#top-up"):
            button = self.query_one(name)
            if button.display:
                button.focus()
                return True
        return False

    @work(exclusive=True, group="preview")
    async def look(self) -> None:
        """Show what would change; a day that is not typed to its end is no mistake yet."""
        if self._overview is None:
            return
        try:
            order = self._order()
        except ValueError as error:
            typed = self.query_one("#day", Input).value.strip()
            self._refuse(str(error) if len(typed) > len("05.12.") else WHICH_DAY, bad=bool(typed))
            return
        cabinet = self.app.cabinet
        try:
            preview = await cabinet.preview(cabinet.tariffs.change, self._account, order)
        except CabinetError as error:
            self._refuse(str(error))
            return
        if alive(self):
            self._show(preview, order)

    def _refuse(self, sentence: str, *, bad: bool = True) -> None:
        """Say why not, where the answer would stand; what was chosen and typed stays."""
        if not alive(self):
            return
        cost = (formatting.clean(sentence), "bad" if bad else "muted")
        self.query_one("#change-cost", Paragraph).show(cost)
        self.query_one("#change-lost", Paragraph).show()
        self._show_table(None)
        agree, top_up = self.query_one("#agree"), self.query_one("#top-up")
        now = not self.query_one(Choice).chosen
        top_up.display = (
            now and self._overview is not None and only_money_lacks(self._tariff, self._overview)
        )
        if agree.has_focus:
            (top_up if top_up.display else self.query_one("#leave")).focus()
        agree.display = False

    def _say(self, sentence: str) -> None:
        """Say over the buttons what a command met with."""
        if alive(self):
            self.query_one("#change-message", Static).update(formatting.clean(sentence))

    def _show(self, preview: Preview[TariffChange], order: ChangeOrder) -> None:
        change = preview.answer
        self.query_one("#top-up").display = False
        self.query_one("#change-cost", Paragraph).show(*self._cost(change, order.at))
        self._show_table(preview)
        lost = [*self._fee_before(order.at), *_lost(change, later=order.at is not None)]
        self.query_one("#change-lost", Paragraph).show(*lost)
        agree = self.query_one("#agree", Button)
        relabel(agree, "Сменить" if order.at is None else "Запланировать")
        agree.display = True

    def _cost(self, change: TariffChange, at: datetime | None) -> list[Part]:
        """What is taken, and when."""
        assert self._overview is not None
        cost = change.fee.amount_minor + change.first_payment.amount_minor
        total = formatting.money(cost, change.fee.currency)
        parts = [
            f"{words} {sum_of(money)}"
            for words, money in (("первая плата", change.first_payment), ("смена", change.fee))
            if money
        ]
        if cost and not change.fee:
            parts.append("сама смена бесплатна")
        why = f" ({', '.join(parts)})" if parts else ""
        if at is None:
            if not cost:
                return [("Сейчас ничего не спишется", "strong"), ", смена бесплатна."]
            return [(f"Сейчас спишется {total}", "strong"), f"{why}."]
        local = at.astimezone(ZoneInfo(self._overview.number.zone))
        day = f"{formatting.date_day(local)}, {formatting.clock(local)}"
        if not cost:
            return [(f"Сменится {day}", "strong"), ", бесплатно."]
        enough = "Столько должно быть на счёте, иначе останется прежний тариф."
        return [(f"Спишется {total} {day}", "strong"), f"{why}. {enough}"]

    def _fee_before(self, at: datetime | None) -> list[Part]:
        """What the old tariff still costs until then."""
        fee_at = self._now.next_fee_at if self._now is not None else None
        if at is None or fee_at is None or at <= fee_at or self._overview is None:
            return []
        day = formatting.date_day(fee_at.astimezone(ZoneInfo(self._overview.number.zone)))
        return [(f"▲ Раньше, {day}, спишется плата за прежний тариф.", "warn"), "\n"]

    def _show_table(self, preview: Preview[TariffChange] | None) -> None:
        table = self.query_one("#change-table", Paragraph)
        if self._now is None:
            return
        before, after = self._now.tariff, self._tariff
        lines = [("", f"Было: {title_of(before)}", f"Стало: {title_of(after)}")]
        lines.append(("Плата", fee(before), fee(after)))
        for kind, title in KINDS.items():
            had, gets = included(before, kind), included(after, kind)
            if had is not None or gets is not None:
                lines.append((title, amount_in_short(had), amount_in_short(gets)))
        for change in preview.changes if preview is not None else ():
            was, becomes = change.before.balance, change.after.balance
            if was != becomes:
                lines.append(("Баланс", sum_of(was), sum_of(becomes)))
        parts: list[Part] = []
        for number, (label, was_text, new_text) in enumerate(lines):
            look = "muted" if not number else "strong" if was_text != new_text else ""
            parts.append((f"{label:<{LABEL}}", "muted"))
            parts.append((f"{was_text:<{COLUMN}} ", "" if number else "muted"))
            parts += [(new_text, look), "\n"]
        table.show(*parts[:-1])

    # ------------------------------------------------------------------ doing it

    @on(Button.Pressed, "#agree")
    @work(group="save")
    @once("save")
    async def agree(self) -> None:
        """Change it, or plan it."""
        try:
            order = self._order()
        except ValueError as error:
            self._refuse(str(error))
            return
        self._say("")
        tariffs = self.app.cabinet.keyed(self._attempt.key(order)).tariffs
        try:
            change = await tariffs.change(self._account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        after = formatting.clean(change.after, 40)
        told = f"Ваш тариф теперь «{after}». {can_undo(self.app)}"
        if change.state == "planned" and self._overview is not None:
            at = change.at.astimezone(ZoneInfo(self._overview.number.zone))
            told = f"Тариф сменится на «{after}» {formatting.date_day(at)}. Передумать: «Тариф»."
        self.app.say(told)
        self.dismiss(result=True)

    @on(Button.Pressed, "#top-up")
    def _top_up(self) -> None:
        """Bring the money that lacks; back here the sum is counted anew."""
        from .payments import open_way

        open_way(self.app, self._account, "top_up")


def _lost(change: TariffChange, *, later: bool) -> list[Part]:
    """What is lost by it."""
    parts: list[Part] = [("Все ваши услуги останутся.", "muted"), "\n"]
    if change.dropped:
        parts = [("▲ Отключатся услуги: ", "warn"), f"{listed(change.dropped)}.", "\n"]
    if change.burnt:
        parts += [("▲ Сгорит остаток: ", "warn"), f"{left_of(change.burnt)}.", "\n"]
    elif later:
        parts += ["Что останется в пакетах к этому дню, сгорит.", "\n"]
    if not later:
        parts += [("Передумать можно 10 минут, пока новый тариф не использован.", "muted"), "\n"]
    return parts[:-1]
