"""What of the history is looked at: period, kinds, the smallest sum; how they are asked for."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting
from mts_tui.backend.contract.archive import OperationKind
from mts_tui.days import months_before, read_date
from mts_tui.widgets.amount_field import AmountField
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar

KINDS: dict[OperationKind, str] = {
    "call": "звонки",
    "sms": "SMS",
    "mms": "MMS",
    "data": "интернет",
    "fee": "плата за тариф",
    "option": "услуги",
    "subscription": "подписки",
    "top_up": "пополнения",
    "compensation": "возврат комиссии",
    "transfer": "переводы",
    "purchase": "покупки",
    "promise": "обещанный платёж",
    "correction": "перерасчёт",
}
PERIODS = {
    "all": "За всё время",
    "month": "Этот месяц",
    "last_month": "Прошлый месяц",
    "quarter": "Три месяца",
    "year": "Год",
    "own": "Свои даты",
}
QUICK_SUMS = (100_00, 300_00, 500_00, 1000_00)


class Filters(NamedTuple):
    """What is asked for. Without any it is everything.

    Attributes:
        period: A key of `PERIODS`.
        first: The first day of one's own dates, in the account's zone.
        last: The last day of them, included.
        kinds: Kinds of operations; none for all.
        least: The smallest sum, minor units; 0 for any.
        text: What is searched for.
    """

    period: str = "all"
    first: date | None = None
    last: date | None = None
    kinds: tuple[OperationKind, ...] = ()
    least: int = 0
    text: str = ""

    def asked(self, now: datetime) -> dict[str, Any]:
        """As `Archive.operations` takes them; `now` is the account's own time."""
        first, last = self.days(now.date())
        zone = now.tzinfo
        return {
            "since": _midnight(first, zone) if first else None,
            "until": _midnight(last + timedelta(days=1), zone) if last else None,
            "kinds": ",".join(self.kinds),
            "least": self.least,
            "text": self.text,
        }

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last day; None where there is no limit."""
        month = today.replace(day=1)
        if self.period == "month":
            return month, None
        if self.period == "last_month":
            return (month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)
        if self.period == "quarter":
            return months_before(today, 3), None
        if self.period == "year":
            return months_before(today, 12), None
        return (self.first, self.last) if self.period == "own" else (None, None)

    def told(self, today: date, currency: str) -> list[str]:
        """The filters that are on, in words; the text is seen where it is typed."""
        words = []
        if self.period != "all":
            words.append(self._period(today))
        if self.kinds:
            words.append(", ".join(KINDS[kind] for kind in self.kinds))
        if self.least:
            words.append(f"от {formatting.money(self.least, currency)}")
        return words

    def _period(self, today: date) -> str:
        first, last = self.days(today)
        if self.period in {"month", "last_month"} and first is not None:
            return formatting.month_title(first)
        since = f"с {formatting.date_numeric(first)}" if first else ""
        until = f"по {formatting.date_numeric(last)}" if last else ""
        return " ".join(filter(None, (since, until)))


def _midnight(day: date, zone: Any) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


class PeriodDialog(Dialog[Filters]):
    """Which days.

    Args:
        filters: What is asked for now.
        today: The account's day.
    """

    def __init__(self, filters: Filters, today: date) -> None:
        super().__init__()
        self._filters = filters
        self._today = today

    def compose(self) -> ComposeResult:
        """Presets, and two dates."""
        filters = self._filters
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("За какое время", classes="title", markup=False)
            yield Choice(id="period")
            with Horizontal(id="own-dates"):
                yield Field("С какого дня", _numeric(filters.first), hint="01.11.2026", id="first")
                yield Field("По какой день", _numeric(filters.last), hint="22.11.2026", id="last")
            yield Static("", id="period-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Показать", variant="primary", id="show")
        yield KeyBar()

    def on_mount(self) -> None:
        """The period of now is chosen."""
        choice = self.query_one(Choice)
        choice.offer([[title] for title in PERIODS.values()])
        choice.chosen = list(PERIODS).index(self._filters.period)
        choice.focus()
        self._offer_dates()

    @on(Choice.Changed)
    def _offer_dates(self) -> None:
        own = self._period == "own"
        self.query_one("#own-dates").display = own

    @on(Choice.Submitted)
    def _submitted(self) -> None:
        if self._period == "own":
            self.query_one("#first", Input).focus()
        else:
            self._show()

    @property
    def _period(self) -> str:
        return list(PERIODS)[self.query_one(Choice).chosen]

    @on(Input.Submitted, "#first")
    def _next(self) -> None:
        self.query_one("#last", Input).focus()

    @on(Input.Submitted, "#last")
    @on(Button.Pressed, "#show")
    def _show(self) -> None:
        """Answer, or say what is wrong with a date."""
        period = self._period
        if period != "own":
            self.dismiss(self._filters._replace(period=period, first=None, last=None))
            return
        days: list[date | None] = []
        for name in ("first", "last"):
            field = self.query_one(f"#{name}", Input)
            try:
                days.append(read_date(field.value, self._today))
            except ValueError as error:
                self._refuse(str(error), field)
                return
        first, last = days
        if first is None and last is None:
            self._refuse("Напишите хотя бы одну дату.", self.query_one("#first", Input))
        elif first and last and last < first:
            self._refuse(
                "Последний день раньше первого. Поменяйте их местами.",
                self.query_one("#last", Input),
            )
        else:
            self.dismiss(self._filters._replace(period=period, first=first, last=last))

    def _refuse(self, sentence: str, field: Input) -> None:
        self.query_one("#period-message", Static).update(sentence)
        field.focus()


class LeastDialog(Dialog[Filters]):
    """From which sum on.

    Args:
        filters: What is asked for now.
        currency: Of the account.
    """

    def __init__(self, filters: Filters, currency: str) -> None:
        super().__init__()
        self._filters = filters
        self._currency = currency

    def compose(self) -> ComposeResult:
        """One field."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Сумма не меньше", classes="title", markup=False)
            yield AmountField(
                "Сумма от",
                currency=self._currency,
                amount=self._filters.least,
                quick=QUICK_SUMS,
                id="least",
            )
            yield Static("И списания, и поступления. Пусто — любая сумма.", classes="hint")
            yield Static("", id="least-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Показать", variant="primary", id="show")
                yield Button("Любая", id="any")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the sum."""
        self.query_one(AmountField).focus()

    @on(Input.Submitted, "#least")
    @on(Button.Pressed, "#show")
    def _show(self) -> None:
        field = self.query_one(AmountField)
        if field.value.strip() and field.amount is None:
            self.query_one("#least-message", Static).update(field.problem)
            field.focus()
            return
        self.dismiss(self._filters._replace(least=field.amount or 0))

    @on(Button.Pressed, "#any")
    def _any(self) -> None:
        self.dismiss(self._filters._replace(least=0))


def _numeric(day: date | None) -> str:
    return formatting.date_numeric(day) if day else ""
