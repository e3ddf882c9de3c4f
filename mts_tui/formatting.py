"""Money, numbers, dates, durations and foreign text as a Russian reader expects them.

Functions of their arguments: no clock, no locale, no terminal; only a person at the screen may
choose another writing, see `use_plain_signs` and `use_iso`. A gap that must not break across lines
is U+00A0; U+202F never appears, because terminals disagree about its width.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

NBSP = "\u00a0"
MINUS = "\u2212"

TRAFFIC_STEP = 1024
"""How many bytes a kilobyte has, and so on up."""

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_MONTH = 30 * _DAY
_YEAR = 365 * _DAY

_SIGNS = {"RUB": "₽", "UAH": "₴"}
_PLAIN_SIGNS = {"RUB": "руб.", "UAH": "грн"}
_signs = dict(_SIGNS)

_MONTHS = (
    ("Январь", "января", "янв."),
    ("Февраль", "февраля", "февр."),
    ("Март", "марта", "марта"),
    ("Апрель", "апреля", "апр."),
    ("Май", "мая", "мая"),
    ("Июнь", "июня", "июня"),
    ("Июль", "июля", "июля"),
    ("Август", "августа", "авг."),
    ("Сентябрь", "сентября", "сент."),
    ("Октябрь", "октября", "окт."),
    ("Ноябрь", "ноября", "нояб."),
    ("Декабрь", "декабря", "дек."),
)
_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_TRAFFIC_UNITS = ("Б", "КБ", "МБ", "ГБ", "ТБ")

# Everything a terminal obeys instead of showing, or shows without width: C0 and C1 controls (line
# ends are treated apart), surrogates, bidi overrides and isolates, joiners, fillers, variation
# selectors, tags. Listed, not looked up by category: one pass of the C engine over any text.
_HARMFUL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"
    "\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bcaf"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_LINE_ENDS = re.compile("\n+")


class _Writing(threading.local):
    """How this thread writes.

    Attributes:
        iso: Days as ISO 8601 has them, and a point before the kopecks.
    """

    iso = False


_writing = _Writing()


def use_iso(iso: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
    """Choose how this thread writes days and numbers from now on; words stay Russian.

    It holds for one thread, because it is the choice of the person at the screen and of nobody
    else. The operator inside the program answers on threads of its own, and files are written on
    others: so SMS, notices, entries of the account and documents come out of this process as they
    come from a server, and what is kept in the store does not hang on what was set that day.

    Args:
        iso: True for `2026-11-22` and `1 234.56`, False for `22.11.2026` and `1 234,56`.
    """
    _writing.iso = iso


@contextmanager
def as_operator() -> Iterator[None]:
    """Write in here as the operator does, whatever the person at the screen has chosen.

    For a document that is drawn on the screen as it stands on paper.
    """
    chosen, _writing.iso = _writing.iso, False
    try:
        yield
    finally:
        _writing.iso = chosen


def use_plain_signs(plain: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
    """Choose how currencies are written from now on.

    Args:
        plain: True for `руб.` and `грн`, for consoles whose font has no `₽` and `₴`.
    """
    _signs.update(_PLAIN_SIGNS if plain else _SIGNS)


def money(minor: int, currency: str = "RUB", *, sign: bool = False) -> str:
    """Write a sum of money.

    Args:
        minor: The sum in minor units (kopecks).
        currency: ISO 4217 code; one without a known sign is written as the code.
        sign: Put `+` before a positive sum as well.

    Returns:
        `1 234,56 ₽`, `−623,40 ₽`.
    """
    before = "+" if sign and minor > 0 else ""
    return f"{before}{amount(minor)}{NBSP}{_signs.get(currency, currency)}"


def amount(minor: int) -> str:
    """Write a sum, given in minor units, where its currency goes without saying: `1 234,56`."""
    units, rest = divmod(abs(minor), 100)
    return f"{MINUS if minor < 0 else ''}{_grouped(units)}{_point()}{rest:02}"


def without_zeros(sum_of_money: str) -> str:
    """A sum as `money` or `amount` wrote it, without its kopecks where there are none: `300 ₽`."""
    return sum_of_money.replace(f"{_point()}00", "")


def number(value: float, digits: int = 1) -> str:
    """Write a number.

    Args:
        value: Any finite number.
        digits: The most decimals a fraction is shown with; zeros at the end are dropped.

    Returns:
        `1 240`, `8,9`, `−5`.
    """
    rounded = round(value, digits)
    if isinstance(rounded, int):
        text = _grouped(abs(rounded))
    else:
        whole, _, fraction = f"{abs(rounded):.{digits}f}".partition(".")
        fraction = fraction.rstrip("0")
        text = _grouped(int(whole)) + (_point() + fraction if fraction else "")
    return MINUS + text if rounded < 0 else text


def percent(value: float, digits: int = 1) -> str:
    """Write a share, given in per cent (12.5, not 0.125): `12,5 %`."""
    return f"{number(value, digits)}{NBSP}%"


def plural(n: float, one: str, few: str, many: str) -> str:
    """Choose the form of a noun after a number, by the CLDR rule for Russian.

    Args:
        n: The number; a fraction takes the genitive singular, which is `few` («1,5 минуты»).
        one: The form after 1 («минута»).
        few: The form after 2 («минуты»).
        many: The form after 5 («минут»).

    Returns:
        One of the three forms.
    """
    n = abs(n)
    if n != int(n):
        return few
    tail = int(n) % 100
    if tail in range(11, 15):
        return many
    if tail % 10 == 1:
        return one
    return few if tail % 10 in range(2, 5) else many


def count(n: float, one: str, few: str, many: str) -> str:
    """Write a number with its noun: `5 минут`. The arguments are those of `plural`."""
    # The noun follows the figure that is seen: 1,04 is shown as 1, so it is «1 минута».
    return f"{number(n)}{NBSP}{plural(round(n, 1), one, few, many)}"


def points(n: int) -> str:
    """Write points of the bonus programme: `1 240 баллов`."""
    return count(n, "балл", "балла", "баллов")


def date_long(day: date) -> str:
    """Write `22 ноября 2026 г.`; with `use_iso`, `2026-11-22`."""
    if _writing.iso:
        return date_numeric(day)
    return f"{date_day(day)} {_year(day)}"


def date_day(day: date) -> str:
    """Write `22 ноября`, for a sentence; with `use_iso`, `2026-11-22`."""
    if _writing.iso:
        return date_numeric(day)
    return f"{day.day} {_MONTHS[day.month - 1][1]}"


def date_short(day: date) -> str:
    """Write `22 нояб.`, for a column; with `use_iso`, `11-22`, as `ls --time-style=iso` does."""
    if _writing.iso:
        return f"{day.month:02}-{day.day:02}"
    return f"{day.day} {_MONTHS[day.month - 1][2]}"


def date_numeric(day: date) -> str:
    """Write `22.11.2026`; with `use_iso`, `2026-11-22`."""
    if _writing.iso:
        return f"{day.year:04}-{day.month:02}-{day.day:02}"
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def period(since: datetime, until: datetime) -> str:
    """Write the days of a period: `22 ноября 2026 г.`, `1–22 ноября 2026 г.`.

    Args:
        since: Its first moment, in the zone of the account.
        until: The first moment after it, in the same zone.

    Returns:
        Days of two months as `1 мая — 2 июня 2026 г.`; with `use_iso`, both days whole.
    """
    first, last = since.date(), (until - timedelta(microseconds=1)).date()
    end = date_long(last)
    if first == last:
        return end
    if _writing.iso:
        return f"{date_numeric(first)} — {end}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{date_day(first) if first.year == last.year else date_long(first)} — {end}"


def month_title(day: date) -> str:
    """Write `Ноябрь 2026`, the heading of a month."""
    return f"{_MONTHS[day.month - 1][0]} {day.year}"


def weekday_short(day: date) -> str:
    """Write `пн` … `вс`."""
    return _WEEKDAYS[day.weekday()]


def clock(at: datetime) -> str:
    """Write `09:12`. The moment is already in the zone of the account."""
    return f"{at.hour:02}:{at.minute:02}"


def clock_seconds(at: datetime) -> str:
    """Write `09:12:44`. The moment is already in the zone of the account."""
    return f"{clock(at)}:{at.second:02}"


def moment(at: datetime, today: date | None = None) -> str:
    """Write when something happened.

    Args:
        at: The moment, already in the zone of the account.
        today: The reference day, in the same zone; its year goes without saying. None for what
            happens now.

    Returns:
        `22 нояб. 21:34`, in another year `22 нояб. 2025 г. 21:34`; with `use_iso`, `11-22 21:34`
        and `2025-11-22 21:34`.
    """
    other_year = today is not None and at.year != today.year
    if _writing.iso and other_year:
        return f"{date_numeric(at)} {clock(at)}"
    return f"{date_short(at)}{' ' + _year(at) if other_year else ''} {clock(at)}"


def duration(seconds: float) -> str:
    """Write how long something lasted, in seconds: `5 с`, `12 мин 05 с`, `1 ч 02 мин`."""
    left = max(0, int(seconds))
    if left < _MINUTE:
        return f"{left}{NBSP}с"
    if left < _HOUR:
        return f"{left // _MINUTE}{NBSP}мин {left % _MINUTE:02}{NBSP}с"
    return f"{_grouped(left // _HOUR)}{NBSP}ч {left % _HOUR // _MINUTE:02}{NBSP}мин"


def duration_table(seconds: float) -> str:
    """Write a duration in seconds for a column: `12:05`, from an hour on `1:02:05`."""
    minutes, rest = divmod(max(0, int(seconds)), _MINUTE)
    if minutes < _HOUR // _MINUTE:
        return f"{minutes:02}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def countdown(seconds: float) -> str:
    """Write the seconds that are left: `09:59`. `00:00` is never shown before the end."""
    return duration_table(math.ceil(seconds))


def age(seconds: float) -> str:
    """Write how long ago something was, in seconds: `только что`, `2 минуты назад`."""
    for size, one, few, many in (
        (_YEAR, "год", "года", "лет"),
        (_MONTH, "месяц", "месяца", "месяцев"),
        (_DAY, "день", "дня", "дней"),
        (_HOUR, "час", "часа", "часов"),
        (_MINUTE, "минуту", "минуты", "минут"),
    ):
        if seconds >= size:
            return f"{count(int(seconds // size), one, few, many)} назад"
    return "только что"


def traffic(size: int) -> str:
    """Write an amount of traffic.

    Args:
        size: The amount in bytes.

    Returns:
        `980 КБ`, `512 МБ`, `3,4 ГБ`: whole units, with one decimal where it tells something
        (below ten units, and below a hundred gigabytes).
    """
    left, unit, power = abs(size), 1, 0
    # Half a unit below the step already rounds to it: 1023,7 МБ is 1 ГБ, not 1 024 МБ.
    while power < len(_TRAFFIC_UNITS) - 1 and 2 * left >= (2 * TRAFFIC_STEP - 1) * unit:
        unit *= TRAFFIC_STEP
        power += 1
    tenths = (20 * left + unit) // (2 * unit)
    gigabytes = power >= _TRAFFIC_UNITS.index("ГБ")
    exact = tenths < 10 * (100 if gigabytes else 10)
    shown = number(tenths / 10) if exact else number((2 * left + unit) // (2 * unit))
    return f"{MINUS if size < 0 else ''}{shown}{NBSP}{_TRAFFIC_UNITS[power]}"


def sort_key(text: str) -> str:
    """Make the key that sorts Russian names: any case, ё right after е."""
    # The highest code point after е puts ё behind every word with a plain е in this place.
    return _folded(text).replace("ё", "е\U0010ffff")


def fold(text: str) -> str:
    """Make the form in which texts are searched: any case, ё is е."""
    return _folded(text).replace("ё", "е")


def clean(text: str, limit: int | None = None, *, keep_lines: bool = False) -> str:
    r"""Make a text from others harmless for a terminal.

    Controls (so every escape sequence loses what makes it one), bidi overrides, zero-width
    characters and surrogates go; tabs become spaces and U+202F becomes U+00A0. Markup is not
    touched: show the result as plain text.

    Args:
        text: Anything.
        limit: The most characters of the result; what is cut off is marked with «…».
        keep_lines: Keep line ends, as `\n`; otherwise a run of them becomes one space.

    Returns:
        The harmless text; cleaning it again changes nothing.
    """
    text = _HARMFUL.sub("", text).replace("\t", " ").replace("\u202f", NBSP)
    text = _LINE_END.sub("\n", text)
    if not keep_lines:
        text = _LINE_ENDS.sub(" ", text)
    if limit is not None and len(text) > limit:
        text = (text[: max(0, limit - 1)].rstrip() + "…")[:limit]
    return text


def _point() -> str:
    """What stands before the decimals."""
    return "." if _writing.iso else ","


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", NBSP)


def _year(day: date) -> str:
    return f"{day.year}{NBSP}г."


def _folded(text: str) -> str:
    # ё may arrive as е with a combining mark, from macOS file names for one; casefold may
    # take a text out of normal form, so it is composed after it.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
