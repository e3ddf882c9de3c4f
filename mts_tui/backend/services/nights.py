"""When fees are taken: at night, each account in its own minute, on the day its months begin."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mts_tui.backend.store.transaction import from_ms, to_ms


def next_month(local: datetime, day: int) -> datetime:
    """The given day of the next month, or its last day; the time of day stays."""
    first: date = (local.replace(day=1) + timedelta(days=32)).date().replace(day=1)
    last = monthrange(first.year, first.month)[1]
    return datetime.combine(first.replace(day=min(day, last)), local.timetz())


def night_after(account_id: str, at: datetime, zone: ZoneInfo) -> datetime:
    """The next of an account's nights, the moment itself not included."""
    local = at.astimezone(zone)
    tonight = from_ms(_night(account_id, local, 0))
    return tonight if tonight > at else from_ms(_night(account_id, local, 1))


def month_after(account_id: str, at: datetime, day: int, zone: ZoneInfo) -> datetime:
    """The night of a day in the next month, or of the last day of a short one."""
    return from_ms(_night(account_id, next_month(at.astimezone(zone), day), 0))


def _night(account_id: str, local: datetime, days: int) -> int:
    """About 03:00 some days later; each account has its own minute of the night."""
    minute = sum(map(ord, account_id)) % 32
    night = datetime.combine(local.date() + timedelta(days=days), datetime.min.time())
    return to_ms(night.replace(hour=3, minute=minute, second=9, tzinfo=local.tzinfo))
