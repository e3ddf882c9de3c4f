"""A moment to come, as a person types it: `21:30`, `завтра 9:00`, `2026-11-25 18:00`."""

import re
from datetime import datetime, timedelta

_MOMENT = re.compile(
    r"(?:(?P<word>сегодня|завтра|послезавтра)|(?P<day>\d{1,2})\.(?P<month>\d{1,2})"
    r"(?:\.(?P<year>\d{4}|\d{2}))?)?(?:\s+в)?\s*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
)
_YEAR_FIRST = re.compile(r"\A(\d{4})-(\d{1,2})-(\d{1,2})t?", re.ASCII)
_DAYS = {"сегодня": 0, "завтра": 1, "послезавтра": 2}
_CENTURY = 2000
EXAMPLES = "21:30, завтра 9:00 или 25.11 18:00"


def read(text: str, now: datetime) -> datetime | None:
    """Read a moment.

    Args:
        text: What was typed.
        now: In the zone that is meant.

    Returns:
        In the same zone; None for nothing.

    Raises:
        ValueError: It is none, or it has gone; with a sentence.
    """
    text = _YEAR_FIRST.sub(r"\3.\2.\1 ", " ".join(text.casefold().split()))
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"Время непонятно. Напишите, например, {EXAMPLES}.")
    today = now.date()
    if found["day"]:
        year = int(found["year"] or today.year)
        year += _CENTURY if year < _CENTURY else 0
        day, month = int(found["day"]), int(found["month"])
    else:
        then = today + timedelta(days=_DAYS.get(found["word"] or "сегодня", 0))
        year, month, day = then.year, then.month, then.day
    try:
        moment = datetime(
            year, month, day, int(found["hour"]), int(found["minute"]), tzinfo=now.tzinfo
        )
    except ValueError:
        raise ValueError(
            f"Такого дня или времени не бывает. Напишите, например, {EXAMPLES}."
        ) from None
    if moment <= now and found["day"] and not found["year"]:
        moment = _next_year(moment)
    if moment <= now:
        raise ValueError("Это время уже прошло. Укажите более позднее.")
    return moment


def _next_year(moment: datetime) -> datetime:
    """The same day a year later: in December one writes `10.01`."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:  # 29 February.
        return moment
