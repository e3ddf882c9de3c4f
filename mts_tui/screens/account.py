"""«Счет»: the balance first and biggest, packages with their outlook, the month, the history."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Digits

from mts_tui import formatting, phones
from mts_tui.backend.contract.account import Bucket, Overview, Transaction
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.widgets.alive import alive
from mts_tui.widgets.meter import bar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Part, TextBlock

from .page import Page

PAGE = 50
SHORTEST_METER = 6
ROOM_FOR_REST = 18
COLUMNS = (
    Column(14),
    Column(0),
    Column(12, right=True, needs=84),
    Column(12, right=True),
    Column(13, right=True, needs=72),
)
BUCKETS = {"call": "Минуты", "sms": "SMS", "mms": "MMS", "data": "Интернет"}
SPENT = {
    "call": "звонки",
    "sms": "SMS",
    "mms": "MMS",
    "data": "интернет",
    "fee": "тариф",
    "option": "услуги",
    "transfer": "переводы",
    "correction": "перерасчёт",
}


class AccountPage(Page):
    """The first page."""

    def __init__(self) -> None:
        super().__init__(id="account")
        self._overview: Overview | None = None
        self._transactions: list[Transaction] = []
        self._cursor: str | None = None

    def compose(self) -> ComposeResult:
        """Answer, packages, month, history."""
        with Vertical(id="summary"):
            with Horizontal(id="answer"):
                yield Digits("", id="balance")
                yield Beside("Загружаем счёт…", id="beside")
            yield Buckets(id="buckets")
            yield Month(id="month")
        yield Rows(
            COLUMNS, "Операций пока нет. Здесь будут звонки, SMS, платежи и списания.", id="history"
        )

    def take_focus(self) -> None:
        """The history scrolls at once."""
        self.query_one(Rows).focus()

    @work(exclusive=True, group="account")
    async def load(self) -> None:
        """Ask for the account and the first page of its history."""
        account, cabinet = self.cabinet_screen.account, self.app.cabinet
        try:
            overview, page = await asyncio.gather(
                cabinet.account.overview(account), cabinet.account.transactions(account, PAGE)
            )
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._overview is None:
                self.query_one("#beside", TextBlock).show("Счёт не загрузился.")
                self.query_one(Rows).say("F5 — попробовать ещё раз.")
            return
        if not alive(self):
            return
        same = self._overview is not None and self._overview.number.account == account
        self._overview = overview
        above = self._merge(page.items, page.next_cursor, keep=same)
        self._show_overview(overview)
        self._show_history(keep=same, above=above)

    def _merge(self, newest: list[Transaction], cursor: str | None, *, keep: bool) -> int:
        """Put news on top of what was scrolled through; how many they are."""
        known = self._transactions if keep else []
        last = newest[-1].id if newest else ""
        places = [index for index, one in enumerate(known) if one.id == last]
        if places and len(known) > places[0] + 1:
            self._transactions = newest + known[places[0] + 1 :]
        else:
            self._transactions = newest
            self._cursor = cursor
        first = known[0].id if known else ""
        return next((place for place, one in enumerate(newest) if one.id == first), 0)

    @on(Rows.NearEnd)
    @work(exclusive=True, group="more")
    async def _more(self) -> None:
        if self._cursor is None or self._overview is None:
            return
        account = self._overview.number.account
        try:
            page = await self.app.cabinet.account.transactions(account, 200, self._cursor)
        except CabinetError as error:
            self.app.explain(error)
            self.query_one(Rows).ask_again()
            return
        if alive(self) and account == self._overview.number.account:
            self._transactions += page.items
            self._cursor = page.next_cursor
            self._show_history(keep=True)

    def happened(self, event: Event) -> None:
        """Show changes of this account at once."""
        if event.account == self.cabinet_screen.account and event.kind == "account":
            self.load()

    def text_to_copy(self) -> str:
        """The row under the cursor."""
        rows = self.query_one(Rows)
        return rows.text_of(rows.cursor) if rows.has_focus and rows.row_count else ""

    # ------------------------------------------------------------------ showing

    def _show_overview(self, view: Overview) -> None:
        balance = view.number.balance
        text = formatting.money(balance.amount_minor, balance.currency)
        amount = text.rpartition("\N{NO-BREAK SPACE}")[0]
        digits = self.query_one("#balance", Digits)
        digits.update(amount.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-"))
        digits.set_class(balance.amount_minor < 0, "error")
        for block in self.query(ViewBlock):
            block.view = view

    def _show_history(self, *, keep: bool, above: int = 0) -> None:
        if self._overview is None:
            return
        zone = ZoneInfo(self._overview.number.zone)
        today = self._overview.as_of.astimezone(zone)
        self.query_one(Rows).show(
            len(self._transactions),
            lambda index: _row(self._transactions[index], zone, today),
            keep=keep,
            above=above,
        )


class ViewBlock(TextBlock):
    """A part of the account's view, laid out anew for every width."""

    view: reactive[Overview | None] = reactive(None, layout=True)

    def render(self) -> Content:
        """The view's part, or nothing before it is known."""
        if self.view is None:
            return self._content
        return self.assemble(*self.parts(self.view, ZoneInfo(self.view.number.zone)))

    def parts(self, view: Overview, zone: ZoneInfo) -> list[Part]:
        """The text for the width of now."""
        raise NotImplementedError


class Beside(ViewBlock):
    """What can be spent, points, and what is charged next."""

    def parts(self, view: Overview, zone: ZoneInfo) -> list[Part]:
        """See the class."""
        sign = formatting.money(0, view.number.balance.currency).split()[-1]
        available = formatting.money(view.available.amount_minor, view.available.currency)
        parts: list[Part] = [(sign, "strong"), f"   Доступно {available}"]
        if view.trust_limit is not None:
            limit = formatting.money(-view.trust_limit.amount_minor, view.trust_limit.currency)
            parts.append((f" · на полном доверии до {limit}", "muted"))
        parts.append("\n")
        if view.points is not None:
            worth = formatting.money(view.points.worth.amount_minor, view.points.worth.currency)
            parts.append((f"    {formatting.points(view.points.amount)} ≈ {worth}", "muted"))
        parts.append("\n    ")
        if view.suspended:
            parts.append(("▲ Пакеты приостановлены: пополните счёт", "bad"))
        elif view.next_fee is not None:
            at = view.next_fee.at.astimezone(zone)
            fee = formatting.money(view.next_fee.amount.amount_minor, view.next_fee.amount.currency)
            short = view.next_fee.amount.amount_minor > view.available.amount_minor
            text = f"{formatting.date_day(at)} спишется {fee} за тариф"
            if short:
                tries = (
                    f"▲ {text}, на счёте меньше",
                    f"▲ {fee} {formatting.date_short(at)}: на счёте меньше",
                    "▲ на счёте меньше платы",
                )
                room = self.size.width - 4
                text = next((one for one in tries if len(one) <= room), tries[-1])
            parts.append((text, "warn" if short else "muted"))
        return parts


class Buckets(ViewBlock):
    """The packages, and whether they will last."""

    def parts(self, view: Overview, zone: ZoneInfo) -> list[Part]:
        """See the class."""
        if not view.buckets:
            return [("На этом тарифе нет пакетов: оплата за использованное.", "muted")]
        buckets = sorted(view.buckets, key=lambda one: list(BUCKETS).index(one.kind))
        left = [_left(bucket) for bucket in buckets]
        outlooks = [_outlook(bucket, zone, view.as_of) for bucket in buckets]
        widest = max(map(len, left))
        taken = 9 + 2 + widest + 2 + max(len(words) for words, _style in outlooks)
        meter = min(40, self.size.width - taken)
        if meter < SHORTEST_METER:  # Words say more than a meter where there is no room for both.
            meter = -2
        parts: list[Part] = []
        for bucket, rest_of, outlook in zip(buckets, left, outlooks, strict=True):
            left_part, rest = bar(bucket.granted - bucket.used, bucket.granted, meter)
            if bucket.unlimited:
                left_part, rest = "", "∞".center(max(0, meter), "─")
            parts += [
                f"{BUCKETS[bucket.kind]:<9}",
                (left_part, "meter"),
                (rest, "track"),
                f"{'  ' if meter > 0 else ''}{rest_of:<{widest}}  ",
                outlook,
                "\n",
            ]
        ends = min(bucket.ends_at for bucket in view.buckets).astimezone(zone)
        note = f"Это остаток. Пакеты обновятся {formatting.date_day(ends)}"
        parts.append((note, "muted"))
        return parts


class Month(ViewBlock):
    """What the month cost, by kind."""

    def parts(self, view: Overview, zone: ZoneInfo) -> list[Part]:
        """See the class."""
        title = formatting.month_title(view.as_of.astimezone(zone)).split()[0]
        total = sum(part.spent.amount_minor for part in view.month)
        currency = view.number.balance.currency
        parts: list[Part] = ["\n", (f"{title}: {formatting.money(-total, currency)}", "strong")]
        room = self.size.width - len(title) - 14 - ROOM_FOR_REST
        told = 0
        for part in view.month:
            used, _rest = bar(part.spent.amount_minor, max(1, total), 9)
            spent = formatting.money(part.spent.amount_minor, currency)
            text = f"   {SPENT.get(part.kind, part.kind)} {spent} "
            room -= len(text) + len(used)
            if room < 0:
                break
            told += part.spent.amount_minor
            parts += [text, (used.replace("█", "▇"), "meter")]
        if 0 < told < total:
            parts.append((f"   прочее {formatting.money(total - told, currency)}", "muted"))
        return parts


def _left(bucket: Bucket) -> str:
    """How much of a package is left of how much."""
    if bucket.unlimited:
        return "без ограничения"
    left = bucket.granted - bucket.used
    if bucket.kind == "data":
        return f"{formatting.traffic(left)} из {formatting.traffic(bucket.granted)}"
    if bucket.kind == "call":
        return (
            f"{left // 60} из {formatting.count(bucket.granted // 60, 'минуты', 'минут', 'минут')}"
        )
    return f"{left} из {bucket.granted}"


def _outlook(bucket: Bucket, zone: ZoneInfo, now: datetime) -> tuple[str, str]:
    """Whether a package lasts, in a few words."""
    if bucket.outlook == "runs_out" and bucket.runs_out_at is not None:
        if bucket.runs_out_at <= now:
            return ("▲ закончились", "bad")
        return (f"▲ кончится {formatting.date_day(bucket.runs_out_at.astimezone(zone))}", "warn")
    if bucket.outlook == "unused":
        return ("ещё не тронут", "muted")
    return ("✓ хватит", "good")


def _row(one: Transaction, zone: ZoneInfo, today: datetime) -> tuple[Cell, ...]:
    at = one.at.astimezone(zone)
    when = f"{formatting.date_short(at)} {formatting.clock(at)}"
    if at.year != today.year:
        when = formatting.date_numeric(at)
    money, amount = one.amount.amount_minor, one.amount
    style = "good" if money > 0 else "" if money < 0 else "muted"
    text = formatting.money(money, amount.currency, sign=money > 0)
    note = "из пакета" if one.bucket and not money else ""
    if one.bucket and money:
        note = "сверх пакета"
    title = one.title
    if one.peer:
        title += f" {phones.display(formatting.clean(one.peer, 40))}"
    return (
        Cell(when, "muted"),
        Cell(formatting.clean(title)),
        Cell(_amount(one), "muted"),
        Cell(text, style),
        Cell(note, "muted"),
    )


def _amount(one: Transaction) -> str:
    """Units of a usage: how long, how much, how many."""
    if one.kind == "call":
        return formatting.duration_table(one.units) if one.units else "—"
    if one.kind == "data":
        return formatting.traffic(one.units)
    return ""
