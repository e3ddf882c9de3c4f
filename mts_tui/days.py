"""A day as people type it: `22.11.2026`, `22.11`, `22 ноября`, `вчера`; and days that follow."""

import re
from datetime import date, timedelta

_CENTURY = 2000
_NUMBERS = re.compile(r"(\d{1,2})[.,/ -]+(\d{1,2})(?:[.,/ -]+(\d{4}|\d{2}))?", re.ASCII)
_SOLID = re.compile(r"(\d{2})(\d{2})(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[.,/ -]+(\d{1,2})[.,/ -]+(\d{1,2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2}) ?([а-яё]{3,8})\.?,?(?: (\d{4}))?", re.ASCII | re.IGNORECASE)
_OF_YEAR = re.compile(r"(?<=\d{4}) ?г(?:\.|ода)?\Z")
_MONTHS: tuple[str | tuple[str, ...], ...] = (
    "янв", "фев", "мар", "апр", ("май", "мая"), "июн", "июл", "авг", "сен", "окт", "ноя", "дек",
)  # fmt: skip
_BEFORE = {"сегодня": 0, "вчера": 1, "позавчера": 2}


def read_date(text: str, today: date) -> date | None:
    """The day somebody typed; one without a year is the last there was.

    Args:
        text: What was typed.
        today: The account's day.

    Returns:
        None for nothing.

    Raises:
        ValueError: It is none, with a sentence.
    """
    text = " ".join(text.casefold().split())
    if not text:
        return None
    if text in _BEFORE:
        return today - timedelta(days=_BEFORE[text])
    try:
        year, month, day = _parts(_OF_YEAR.sub("", text))
        if year:
            return date(year, month, day)
        this = date(today.year, month, day)
        return this if this <= today else date(today.year - 1, month, day)
    except ValueError:
        raise ValueError("Такой даты нет. Напишите её так: 22.11.2026") from None


def months_before(day: date, count: int) -> date:
    """The same day some months before, or the last one of a shorter month."""
    months = day.year * 12 + day.month - 1 - count
    first = date(months // 12, months % 12 + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length))


def _parts(text: str) -> tuple[int, int, int]:
    """Year (0 for none), month and day; zeros for what is no day."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return year, month, day
    if found := _NAMED.fullmatch(text):
        starts = (place for place, name in enumerate(_MONTHS, 1) if found[2].startswith(name))
        return int(found[3] or 0), next(starts, 0), int(found[1])
    found = _NUMBERS.fullmatch(text) or _SOLID.fullmatch(text)
    day, month, year = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return year + _CENTURY if 0 < year < _CENTURY // 2 else year, month, day
