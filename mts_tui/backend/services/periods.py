"""Where days and months of an account's zone begin."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mts_tui.backend.store.transaction import from_ms, to_ms


def month_start(local: datetime) -> datetime:
    """The first moment of a month, in its own zone."""
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def day_start_ms(at: int, zone: ZoneInfo, days: int = 0) -> int:
    """The midnight before a moment, or some days later; ms."""
    day = from_ms(at).astimezone(zone).date() + timedelta(days=days)
    return to_ms(datetime.combine(day, time(), tzinfo=zone))


def month_start_ms(at: int, zone: ZoneInfo, months: int = 0) -> int:
    """The first moment of a moment's month, or of the one after; ms."""
    first = from_ms(at).astimezone(zone).date().replace(day=1)
    if months:
        first = (first + timedelta(days=31)).replace(day=1)
    return to_ms(datetime.combine(first, time(), tzinfo=zone))
