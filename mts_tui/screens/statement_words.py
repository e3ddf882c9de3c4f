"""What is said of a statement: its days, kinds, state, and how long it is still kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.statements import Statement, StatementFormat, StatementKind
from mts_tui.documents.statement import KINDS
from mts_tui.widgets.meter import bar

ALL_KINDS: tuple[StatementKind, ...] = get_args(StatementKind)
CALLS_AND_SMS: tuple[StatementKind, ...] = (
    "call_out", "call_in", "call_missed", "sms_out", "sms_in",
)  # fmt: skip
FORMATS: dict[StatementFormat, str] = {
    "pdf": "PDF — печатать и пересылать",
    "html": "HTML — открыть в браузере",
    "csv": "CSV — откроется в Excel",
    "xlsx": "XLSX — таблица с датами и суммами",
    "json": "JSON — для программ",
}
BAR_CELLS = 10
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
_DAY_HOURS = 24


def days(one: Statement) -> str:
    """Its period: `1–22 ноября 2026 г.`."""
    return formatting.period(*_ends(one))


def days_in_short(one: Statement) -> str:
    """Its period in a column: `01.11.2026–22.11.2026`."""
    since, until = _ends(one)
    first, last = since, until - timedelta(microseconds=1)
    if first.date() == last.date():
        return formatting.date_numeric(first)
    return f"{formatting.date_numeric(first)}–{formatting.date_numeric(last)}"


def kinds_in_words(kinds: Sequence[StatementKind]) -> str:
    """Kinds: `все виды`, `звонки и SMS`, `интернет, MMS`."""
    if set(kinds) == set(ALL_KINDS):
        return "все виды"
    if set(kinds) == set(CALLS_AND_SMS):
        return "звонки и SMS"
    return ", ".join(_lower(KINDS[kind]) for kind in ALL_KINDS if kind in kinds)


def counted(rows: int) -> str:
    """So many rows: `5 записей`."""
    return formatting.count(rows, "запись", "записи", "записей")


def left(one: Statement, now: datetime) -> str:
    """How long it is still kept: `2 дня 5 ч`; begun hours and minutes count as whole ones."""
    if one.expires_at is None:
        return ""
    rest = max(timedelta(), one.expires_at - now)
    if rest < HOUR:
        return f"{max(1, -(-rest // MINUTE))}{formatting.NBSP}мин"
    whole, hours = divmod(-(-rest // HOUR), _DAY_HOURS)
    parts = [formatting.count(whole, "день", "дня", "дней")] if whole else []
    if hours:
        parts.append(f"{hours}{formatting.NBSP}ч")
    return " ".join(parts)


def state(one: Statement, now: datetime, *, short: bool = False) -> tuple[str, str]:
    """Its state in a line, and the name of its look; progress reads without colour.

    Args:
        one: The statement.
        now: The operator's time.
        short: Whether there is no room for all of it.
    """
    match one.state:
        case "queued":
            return "… ждёт очереди", "muted"
        case "running":
            how_far = _share(one) if short and one.rows else progress(one)
            return f"готовится {how_far}", ""
        case "ready":
            words = "" if short else "готова · ещё "
            return f"✓ {words}{left(one, now)}", "good"
        case "failed":
            return "✗ не составлена", "bad"
    return "отменена", "muted"


def progress(one: Statement) -> str:
    """How far it is: `████░░░░░░ 41 %`; dots before its rows are counted."""
    if not one.rows:
        return "…"
    full, empty = bar(one.done, one.rows, BAR_CELLS)
    return f"{full}{empty} {_share(one)}"


def _share(one: Statement) -> str:
    return formatting.percent(100 * one.done // one.rows)


def kept_until(one: Statement) -> str:
    """When it is gone: `25 нояб. 21:34`."""
    assert one.expires_at is not None
    return formatting.moment(one.expires_at.astimezone(ZoneInfo(one.zone)))


def _ends(one: Statement) -> tuple[datetime, datetime]:
    zone = ZoneInfo(one.zone)
    return one.since.astimezone(zone), one.until.astimezone(zone)


def _lower(title: str) -> str:
    """A title amid a sentence; `MMS` stays as it is."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
