"""The parts of «Счет»: what can be spent, packages, the month, what comes next."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from textual.content import Content
from textual.reactive import reactive

from mts_tui import formatting
from mts_tui.backend.contract.account import Bucket, Budget, Charge, Overview, Spending
from mts_tui.widgets.meter import bar
from mts_tui.widgets.text import Part, TextBlock

SHORTEST_METER = 6
ROOM_FOR_REST = 18
MOST_KINDS = 5
MOST_COMING = 8
NEARLY, SPENT_UP = 75, 100
"""Per cent of the budget from which on it is marked."""
BUCKETS = {"call": "Минуты", "sms": "SMS", "mms": "MMS", "data": "Интернет"}
SPENT = {
    "call": "звонки",
    "sms": "SMS",
    "mms": "MMS",
    "data": "интернет",
    "fee": "тариф",
    "option": "услуги",
    "subscription": "подписки",
    "transfer": "переводы",
    "purchase": "покупки",
    "promise": "обещанный платёж",
    "correction": "перерасчёт",
}


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
        if view.number.imported:
            return [
                ("импорт", "strong"),
                "   Номер из файла: баланса нет.\n",
                ("    Посмотреть, найти и посчитать можно всё,\n", "muted"),
                ("    а платить и подключать нечего.", "muted"),
            ]
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
        if view.number.lost:
            parts.append(("■ Аппарат утрачен", "bad"))
        elif view.number.state == "blocked":
            parts.append(("■ Номер заблокирован", "bad"))
        elif view.suspended:
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
        if view.number.imported:
            month = (view.month_of or view.as_of).astimezone(zone)
            return [("Последний месяц в файлах: ", "muted"), formatting.month_title(month)]
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
    """What the month cost, by kind: a chart where there is room, one line where there is not."""

    def parts(self, view: Overview, zone: ZoneInfo) -> list[Part]:
        """See the class."""
        title = formatting.month_title((view.month_of or view.as_of).astimezone(zone))
        if not view.number.imported:
            title = title.split()[0]
        total = sum(part.spent.amount_minor for part in view.month)
        currency = view.number.balance.currency
        parts: list[Part] = ["\n", (f"{title}: {formatting.money(-total, currency)}", "strong")]
        if view.budget is not None and view.budget.limit is not None:
            parts += _budget(view.budget, view.budget.limit.amount_minor)
        if self.screen.has_class("-tall"):
            return parts + _chart(view.month, total, self.size.width)
        if view.budget is not None:
            return parts
        return parts + _chart_line(view.month, total, self.size.width - len(title) - ROOM_FOR_REST)


class Coming(TextBlock):
    """What is charged next, on a wide screen."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.charges: Sequence[Charge] = ()

    def show_charges(self, charges: Sequence[Charge], zone: ZoneInfo) -> None:
        """Show the next of each, in days of a place."""
        self.charges = charges
        parts: list[Part] = []
        first = {(one.kind, one.title): one for one in reversed(charges)}
        for one in sorted(first.values(), key=lambda charge: charge.at)[:MOST_COMING]:
            amount = formatting.money(one.amount.amount_minor, one.amount.currency, sign=True)
            short = one.balance.amount_minor < 0
            parts += [
                "\n",
                (f"{formatting.date_short(one.at.astimezone(zone)):<10}", "muted"),
                f"{formatting.clean(one.title, 34):<35}",
                (f"{amount:>13}", "good" if one.amount.amount_minor > 0 else ""),
                ("  ▲ не хватит", "warn") if short else "",
            ]
        self.show(*([("\nСкоро спишется", "strong"), *parts] if parts else []))


def _budget(budget: Budget, limit: int) -> list[Part]:
    """How much of the budget is spent."""
    spent = budget.spent.amount_minor
    share = spent * 100 // limit if limit else 100
    style = "bad" if share >= SPENT_UP else "warn" if share >= NEARLY else "meter"
    full, rest = bar(spent, limit, 10)
    text = f" {formatting.percent(share)} из {formatting.money(limit, budget.spent.currency)}"
    mark = "▲ " if share >= NEARLY else ""
    words = "" if share < SPENT_UP else ", бюджет исчерпан"
    return ["   бюджет ", (full, style), (rest, "track"), (f" {mark}{text[1:]}{words}", style)]


def _chart(month: Sequence[Spending], total: int, width: int) -> list[Part]:
    """A line for each kind, the dearest first; the last line takes what does not fit."""
    shown = list(month[:MOST_KINDS]) if len(month) > MOST_KINDS + 1 else list(month)
    rest = total - sum(part.spent.amount_minor for part in shown)
    lines = [(SPENT.get(part.kind, part.kind), part.spent.amount_minor) for part in shown]
    if rest:
        lines.append(("прочее", rest))
    currency = month[0].spent.currency if month else "RUB"
    widest = max((len(name) for name, _spent in lines), default=0)
    sums = [formatting.money(spent, currency) for _name, spent in lines]
    room = min(40, width - widest - max(map(len, sums), default=0) - 6)
    parts: list[Part] = []
    for (name, spent), text in zip(lines, sums, strict=True):
        used, _rest = bar(spent, max(1, lines[0][1]), max(0, room))
        amount = f"{text:>{max(map(len, sums))}}"
        parts += [f"\n {name:<{widest}}  {amount}  ", (used, "meter")]
    return parts


def _chart_line(month: Sequence[Spending], total: int, room: int) -> list[Part]:
    """All kinds that fit into one line."""
    parts: list[Part] = []
    told = 0
    room -= 14
    currency = month[0].spent.currency if month else "RUB"
    for part in month:
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
