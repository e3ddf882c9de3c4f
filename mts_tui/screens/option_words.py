"""An option in words: its price, its state, all that is told of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.options import Option
from mts_tui.widgets.rows import Cell, Column
from mts_tui.widgets.text import Part

from .option_marks import Marks

COLUMNS = (
    Column(3),
    Column(0),
    Column(0, needs=100),
    Column(10, right=True),
    Column(10),
    Column(19),
)
LONGEST = 60
EVERY = {"day": "в день", "month": "в месяц"}


class Words:
    """How options are told of, at a place and a time.

    Args:
        zone: In which days are counted.
        now: The operator's clock.
    """

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self.zone = zone
        self._now = now.astimezone(zone)

    def row(self, option: Option, marks: Marks) -> tuple[Cell, ...]:
        """A line of the list."""
        sign = marks.sign(option)
        look = "muted" if option.state == "unavailable" else ""
        mark = Cell(f"[{sign}]", "key") if sign else _bullet(option)
        return (
            mark,
            Cell(formatting.clean(option.title, LONGEST), look),
            Cell(formatting.clean(option.description), "muted"),
            *(Cell(text, look) for text in _short_price(option)),
            self._state(option),
        )

    def _state(self, option: Option) -> Cell:
        if option.state == "unavailable":
            return Cell("✗ недоступна", "muted")
        if option.state == "on":
            return self._running(option)
        if option.ends_at is not None:
            return Cell(f"ещё до {self._day(option.ends_at)}", "muted")
        if option.trial_days:
            days = formatting.count(option.trial_days, "день", "дня", "дней")
            return Cell(f"▲ проба {days}", "warn")
        return Cell("")

    def _running(self, option: Option) -> Cell:
        if option.suspended:
            return Cell("▲ ждёт денег", "warn")
        if option.trial_until is not None:
            return Cell(f"▲ проба до {self._day(option.trial_until)}", "warn")
        if option.ends_at is not None:
            return Cell(f"до {self._day(option.ends_at)}", "good")
        if option.next_at is not None:
            return Cell(f"спишется {self._day(option.next_at)}", "good")
        return Cell("подключена", "good")

    def detail(self, option: Option, marks: Marks) -> list[Part]:
        """All of an option, in lines."""
        code = formatting.clean(option.code)
        parts: list[Part] = [(formatting.clean(option.title, LONGEST), "strong"), " · "]
        parts.append(price(option))
        if code:
            parts += [" · ", (code, "key")]
        if option.code_off and option.code_off != option.code:
            parts += [" · выкл. ", (formatting.clean(option.code_off), "key")]
        parts += ["\n", (formatting.clean(option.description), "muted"), ". ", self._told(option)]
        if option.state == "unavailable":
            parts += ["\n", (f"✗ {formatting.clean(option.refusal)}", "warn")]
        for sentence in marks.advice(option):
            parts += ["\n", (f"▲ {sentence}", "warn")]
        return parts

    def _told(self, option: Option) -> str:
        """What happens with it when, a whole sentence; empty where nothing is known."""
        if option.suspended:
            return "Приостановлена: на плату не хватило денег. Пополните счёт, и она заработает."
        if option.trial_until is not None:
            day = self._day(option.trial_until, long=True)
            return f"Бесплатно до {day}, потом {price(option)}. За три дня напомним по SMS."
        if option.state == "off" and option.ends_at is not None:
            day = self._day(option.ends_at, long=True)
            return f"Отключена, но оплачена до {day}: подключить снова можно бесплатно."
        if option.state == "off" and option.trial_days:
            return f"{trial(option)} За три дня до этого напомним по SMS."
        if option.state != "on" or option.since is None:
            return ""
        told = f"Подключена {self._day(option.since, long=True)}"
        if option.next_at is not None:
            told += f", следующая плата {self._day(option.next_at, long=True)}"
        if option.ends_at is not None:
            told += f", действует до {self._day(option.ends_at, long=True)}"
        again = " Можно заказать ещё: остаток сложится." if option.repeatable else ""
        return f"{told}.{again}"

    def trial_end(self, option: Option) -> str:
        """The day on which a trial that begins now turns paid."""
        return self._day(self._now + timedelta(days=option.trial_days), long=True)

    def _day(self, at: datetime, *, long: bool = False) -> str:
        day = at.astimezone(self.zone)
        if day.year != self._now.year and long:
            return formatting.date_long(day)
        return formatting.date_day(day) if long else formatting.date_short(day)


def trial(option: Option) -> str:
    """What a trial is and what comes after it."""
    first = "Первый" if option.trial_days == 1 else "Первые"
    days = formatting.count(option.trial_days, "день", "дня", "дней")
    return f"{first} {days} бесплатно, потом {price(option)}."


def price(option: Option) -> str:
    """The whole price, with that of switching it on."""
    money = sum_of(option.price)
    if option.period == "free":
        told = "без платы"
    elif option.period == "use":
        told = f"{money} за день, только когда пользуетесь"
    elif option.period == "once":
        told = f"{money} {_lasting(option)}"
    else:
        told = f"{money} {EVERY[option.period]}"
    if option.connect.amount_minor:
        told += f", подключение {sum_of(option.connect)}"
    return told


def searched(option: Option) -> str:
    """In what one looks for a text."""
    words = (option.title, option.description, option.category, option.code)
    return formatting.fold(" ".join(map(formatting.clean, words)))


def _short_price(option: Option) -> tuple[str, str]:
    """The sum and what it is for, for two columns."""
    if option.period == "free":
        connect = option.connect
        return (sum_of(connect), "разово") if connect.amount_minor else ("", "бесплатно")
    if option.period == "use":
        return sum_of(option.price), "по дням"
    if option.period == "once":
        return sum_of(option.price), _lasting(option)
    return sum_of(option.price), EVERY[option.period]


def _lasting(option: Option) -> str:
    if not option.days:
        return "разово"
    return f"на {formatting.count(option.days, 'день', 'дня', 'дней')}"


def _bullet(option: Option) -> Cell:
    if option.state == "unavailable":
        return Cell(" ✗", "muted")
    if option.suspended:
        return Cell(" ▲", "warn")
    return Cell(" ●", "good") if option.state == "on" else Cell(" ○", "muted")
