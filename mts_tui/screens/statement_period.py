"""For which days a statement is ordered."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.statements import LONGEST_DAYS
from mts_tui.days import months_before, read_date

TITLES = {
    "week": "Неделя",
    "month": "Месяц",
    "last_month": "Прошлый календарный месяц",
    "year": "Год",
    "own": "Свои даты",
}
ONE_DAY = timedelta(days=1)


class DateRefused(ValueError):
    """Days that cannot be; a sentence.

    Attributes:
        field: Which of the two dates: `first` or `last`.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Days(NamedTuple):
    """A period of whole days.

    Attributes:
        first: The first of them.
        last: The last, included.
    """

    first: date
    last: date

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment and the first after it, in a zone."""
        return (
            datetime.combine(self.first, time(), zone),
            datetime.combine(self.last + ONE_DAY, time(), zone),
        )

    def told(self, zone: ZoneInfo) -> str:
        """In words: `1–22 ноября 2026 г.`."""
        return formatting.period(*self.moments(zone))


def preset(name: str, today: date) -> Days:
    """The days of a period that needs no dates; they end today, or with the last month."""
    match name:
        case "week":
            return Days(today - 6 * ONE_DAY, today)
        case "month":
            return Days(months_before(today, 1) + ONE_DAY, today)
        case "last_month":
            last = today.replace(day=1) - ONE_DAY
            return Days(last.replace(day=1), last)
    return Days(months_before(today, 12) + ONE_DAY, today)


def own(first: str, last: str, today: date) -> Days:
    """The days somebody typed; without a last one, to this day.

    Raises:
        DateRefused: They cannot be.
    """
    found: list[date | None] = []
    for field, typed in (("first", first), ("last", last)):
        try:
            found.append(read_date(typed, today))
        except ValueError as error:
            raise DateRefused(field, str(error)) from None
    begins, ends = found
    if begins is None:
        raise DateRefused("first", "Напишите первый день, например 01.11.2026 или 1 ноября.")
    if begins > today:
        raise DateRefused("first", "Этот день ещё не наступил. Нужен не позже сегодняшнего.")
    days = Days(begins, min(ends or today, today))
    if days.last < days.first:
        raise DateRefused("last", "Последний день раньше первого. Поменяйте их местами.")
    if days.last - days.first >= timedelta(days=LONGEST_DAYS):
        raise DateRefused(
            "first", "Детализация бывает не больше чем за год. Закажите несколько, по частям."
        )
    return days
