"""What stands in a statement, whatever it is written on: head, rows, totals (facts 1.8)."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from mts_tui import formatting
from mts_tui.backend.contract.statements import (
    StatementFormat,
    StatementKind,
    StatementRow,
    StatementTotals,
)

TITLE = "Детализация"
MARK = "ДЕМО, не является документом оператора"
HEADINGS = (
    "Дата", "Время", "GMT*", "Номер", "Зона вызова",
    "Зона направления вызова/номер сессии", "Услуга",
    "Длительность/Объем (мин.:сек.)/(Kb)",
)  # fmt: skip
"""As the real document has them; the sum's heading names its currency, see `cost_heading`."""
FOOTNOTE = "* Разница между местным временем и Гринвичем."
INCOMING = "<--"
"""Stands before the number of whoever called or wrote."""
NOTHING = "За этот период ничего такого не было."
KINDS: dict[StatementKind, str] = {
    "call_out": "Исходящие звонки",
    "call_in": "Входящие звонки",
    "call_missed": "Пропущенные звонки",
    "sms_out": "Исходящие SMS",
    "sms_in": "Входящие SMS",
    "mms": "MMS",
    "data": "Интернет",
    "periodic": "Периодические услуги",
}
MEDIA_TYPES: dict[StatementFormat, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
_NONE = timedelta()
_MINUTE = 60
_KILOBYTE = 1024
_SUMS = {"RUB": "руб.", "BYN": "BYN", "UAH": "грн"}


class Paper(msgspec.Struct, frozen=True):
    """All of a statement but its rows.

    Attributes:
        mark: What it must not be taken for; empty where a real operator answers.
        phone: The number it tells of, E.164.
        owner: Whose it is.
        tariff: The tariff of that number.
        zone: In which its days and times are.
        currency: Of its sums.
        since: The first moment.
        until: The first moment after it.
        made_at: When it was made.
        kinds: What it tells of.
        totals: What its rows come to.
    """

    mark: str
    phone: str
    owner: str
    tariff: str
    zone: str
    currency: str
    since: datetime
    until: datetime
    made_at: datetime
    kinds: list[StatementKind]
    totals: StatementTotals


class Line(NamedTuple):
    """A row, as it is printed; `at` in the statement's own zone, `minor` of the sum."""

    at: datetime
    date: str
    time: str
    gmt: str
    number: str
    zone: str
    peer_zone: str
    service: str
    volume: str
    minor: int


class Total(NamedTuple):
    """What the rows of one kind come to, as it is printed."""

    title: str
    rows: int
    volume: str
    minor: int


def line(row: StatementRow, zone: ZoneInfo) -> Line:
    """A row as it is printed, others' text made harmless."""
    at = row.at.astimezone(zone)
    return Line(
        at,
        _date(at.year, at.month, at.day),
        f"{at.hour:02}:{at.minute:02}:{at.second:02}",
        _offset(at.utcoffset() or _NONE),
        number(row),
        _clean(row.zone),
        _clean(row.peer_zone),
        _clean(row.service),
        volume(row.unit, row.units),
        row.cost.amount_minor,
    )


def number(row: StatementRow) -> str:
    """«Номер», as the document's own way: digits, with `<--` before those that came in."""
    text = _clean(row.peer).removeprefix("+")
    return f"{INCOMING}{text}" if row.direction in {"in", "missed"} and text else text


@lru_cache(maxsize=8192)
def volume(unit: str, units: int) -> str:
    """«Длительность/Объем»: `3:07`, `10240Kb`, `1`."""
    match unit:
        case "second":
            return f"{units // _MINUTE}:{units % _MINUTE:02}"
        case "byte":
            return f"{-(-units // _KILOBYTE)}Kb"
        case "piece":
            return str(units)
    return ""


@lru_cache(maxsize=2048)
def amount(minor: int) -> str:
    """A sum, given in minor units: `12,00`."""
    return formatting.amount(minor)


def cost_heading(currency: str) -> str:
    """The heading of sums: `Стоимость руб.`."""
    return f"Стоимость {_SUMS.get(currency, currency)}"


def head(paper: Paper) -> list[tuple[str, str]]:
    """What stands above the rows: a name and a value each."""
    zone = ZoneInfo(paper.zone)
    made = paper.made_at.astimezone(zone)
    days = formatting.period(paper.since.astimezone(zone), paper.until.astimezone(zone))
    every = len(paper.kinds) == len(KINDS)
    kinds = "все" if every else ", ".join(KINDS[kind] for kind in paper.kinds)
    return [
        ("Сетевой ресурс", paper.phone.removeprefix("+")),
        ("Абонент", _clean(paper.owner)),
        ("Тариф", _clean(paper.tariff)),
        ("Период", days),
        ("Виды", kinds),
        ("Составлена", f"{formatting.date_long(made)}, {formatting.clock(made)}"),
        ("Записей", formatting.number(paper.totals.count)),
        ("Стоимость", formatting.money(paper.totals.cost.amount_minor, paper.currency)),
    ]


def totals(paper: Paper) -> list[Total]:
    """What stands below the rows: each kind, the dearest first."""
    return [
        Total(
            KINDS[one.kind],
            one.count,
            _total_volume(one.kind, one.units),
            one.cost.amount_minor,
        )
        for one in paper.totals.kinds
    ]


def file_name(phone: str, since: datetime, until: datetime, ending: str) -> str:
    """A name for its file: `statement-79853701234-2026-11-01-2026-11-22.pdf`.

    Args:
        phone: The number it tells of, E.164.
        since: The first moment, in the zone of the account.
        until: The first moment after it, in the same zone.
        ending: Which format.
    """
    last = until - until.resolution
    return f"statement-{phone.removeprefix('+')}-{since:%Y-%m-%d}-{last:%Y-%m-%d}.{ending}"


def _total_volume(kind: StatementKind, units: int) -> str:
    if kind == "data":
        return formatting.traffic(units)
    if kind in {"call_out", "call_in"}:
        return volume("second", units)
    return formatting.number(units) if kind in {"sms_out", "sms_in", "mms"} else ""


@lru_cache(maxsize=400)
def _date(year: int, month: int, day: int) -> str:
    return f"{day:02}.{month:02}.{year:04}"


@lru_cache(maxsize=32)
def _offset(difference: timedelta) -> str:
    minutes = difference // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    return formatting.clean(text, 200)
