"""What stands in the cells of a row: moments, numbers, service codes, durations, traffic, costs.

What cannot be read raises `Unreadable` with a sentence.
"""

import re
from datetime import date, time, timedelta
from typing import NamedTuple

from mts_tui import phones
from mts_tui.backend.contract.archive import Direction
from mts_tui.backend.contract.imports import COST_SCALE, RecordKind
from mts_tui.formatting import TRAFFIC_STEP, clean, fold

SHORT = 200
"""The longest text of a record."""
MOST_COST = 10_000_000 * COST_SCALE
MOST_UNITS = 2**40
"""Units of one row: a terabyte, or more seconds than a life has."""
FIRST_YEAR, LAST_YEAR = 1994, 2100
"""The operator's first network began in 1994."""
FROM = "<--"
_DECIMALS = 4
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?", re.ASCII)
_OFFSET = re.compile(
    r"(?:gmt|utc|мск)?\s*([+\-−]?)\s*(\d{1,2})(?::?(\d{2}))?(?::00)?", re.IGNORECASE
)
_DURATION = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):(\d{2})", re.ASCII)
_VOLUME = re.compile(r"(\d[\d\s]*(?:[.,]\d+)?)\s*([a-zа-я]*)\.?", re.IGNORECASE)
_COST = re.compile(
    r"([+\-−]?)\s*(\d[\d\s]*)(?:[.,](\d*))?(?:\s*(?:р|руб|rub|₽)\.?)?", re.IGNORECASE
)
_STEPS = {
    "b": 0, "б": 0, "byte": 0, "байт": 0, "k": 1, "kb": 1, "кб": 1, "m": 2, "mb": 2, "мб": 2,
    "g": 3, "gb": 3, "гб": 3,
}  # fmt: skip
_PIECES = frozenset({"", "шт", "sms", "смс", "mms", "штука", "штук"})


class Unreadable(ValueError):
    """A cell says nothing that can be understood; the text is a whole sentence."""


class Service(NamedTuple):
    """What a service code means; None where the row's other cells tell."""

    kind: RecordKind | None
    direction: Direction | None


# Codes of the document (facts 1.8, MYT). Calls tell their direction by an arrow before the number.
_SERVICES: dict[str, Service] = {
    **dict.fromkeys(
        ("телеф.", "телеф", "факс", "emrg", "cfu", "cfac", "cf busy", "cf nrepl", "cf nreach",
         "cfa", "cw", "ch"),
        Service("call", None),
    ),
    **dict.fromkeys(("ct", "mpty"), Service("call", "in")),
    **dict.fromkeys(("sms i", "vam zvonili:", "abonent v seti:"), Service("sms", "in")),
    "sms o": Service("sms", "out"),
    "mms i": Service("mms", "in"),
    "mms o": Service("mms", "out"),
    "mms.spb": Service("mms", None),
    **dict.fromkeys(("hsdpa (3g)", "3g", "4g", "5g", "lte", "gprs", "данные"),
                    Service("data", "none")),
    "mts numbers": Service("fee", "none"),
    "пропущ.": Service("call", "missed"),
}  # fmt: skip
# What workbooks of today write in words: the first that is found decides.
_WORDS: tuple[tuple[str, RecordKind], ...] = (
    ("sms", "sms"), ("смс", "sms"), ("mms", "mms"), ("gprs", "data"), ("интернет", "data"),
    ("трафик", "data"), ("абонентская плата", "fee"), ("ежемесячн", "fee"), ("период", "fee"),
    ("связь", "call"), ("звонок", "call"), ("телеф", "call"),
)  # fmt: skip


def service_of(code: str, area: str) -> Service:
    """What a service code means; the area helps where it has one."""
    text = " ".join(fold(code).split())
    known = _SERVICES.get(text)
    if known is not None:
        return known
    text = f"{text} {fold(area)}"
    kind = next((kind for word, kind in _WORDS if word in text), None)
    direction: Direction | None = None
    if kind in {"data", "fee"}:
        direction = "none"
    elif "вх" in text:
        direction = "in"
    elif "исх" in text:
        direction = "out"
    return Service(kind, direction)


def text_of(cell: str) -> str:
    """A cell's text as it may be kept and shown."""
    if cell.isascii() and cell.isprintable() and len(cell) <= SHORT:
        return cell.strip()  # There is nothing in it to clean.
    return clean(cell, SHORT).strip()


def peer_of(cell: str) -> tuple[str, bool]:
    """The other side, a number in E.164 where it is one; and whether an arrow says it called."""
    text = clean(cell, SHORT).strip()
    incoming = text.startswith(FROM)
    text = text.removeprefix(FROM).removeprefix("-->").strip()
    text = re.sub(r"\A(?:sms|mms):", "", text, flags=re.IGNORECASE).strip()
    if not any(letter.isalpha() for letter in text) and sum(map(str.isdigit, text)) >= 10:  # noqa: PLR2004
        try:
            return phones.parse_anywhere(text), incoming
        except phones.PhoneError:
            try:
                return phones.parse_anywhere(f"+{text.lstrip('+')}"), incoming
            except phones.PhoneError:
                pass
    return text, incoming


def day_of(text: str) -> date:
    """A day of the calendar."""
    found = _DATE.fullmatch(text)
    iso = _ISO.fullmatch(text)
    if found:
        day, month, year = (int(part) for part in found.groups())
        year += 2000 if year < 100 else 0  # noqa: PLR2004 - two digits
    elif iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        raise Unreadable("Дата не читается: нужна вида 14.03.2016.")
    try:
        read = date(year, month, day)
    except ValueError:
        raise Unreadable("Такой даты нет в календаре.") from None
    if not FIRST_YEAR <= read.year < LAST_YEAR:
        raise Unreadable("Год в дате не похож на настоящий.")
    return read


def clock_of(text: str) -> time:
    """A time of the day; parts of a second are left out."""
    found = _TIME.fullmatch(text)
    if not found:
        raise Unreadable("Время не читается: нужно вида 09:12:44.")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - a clock
        raise Unreadable("Такого времени на часах не бывает.")
    return time(hour, minute, second)


def offset_of(text: str) -> timedelta:
    """How far a clock is ahead of Greenwich."""
    found = _OFFSET.fullmatch(text)
    hours, minutes = (int(found[2]), int(found[3] or 0)) if found else (99, 0)
    if not found or hours > 14 or minutes > 59:  # noqa: PLR2004 - the earth
        raise Unreadable("Смещение от Гринвича не читается: нужно вида +03:00.")
    ahead = timedelta(hours=hours, minutes=minutes)
    return -ahead if found[1] in {"-", "−"} else ahead


def units_of(cell: str, kind: RecordKind | None) -> tuple[int, RecordKind]:
    """Seconds, bytes or pieces; and the kind, where only this tells it."""
    if kind == "data" and cell.endswith("Kb") and cell[:-2].isdecimal():
        return _bounded(_scaled(cell[:-2], TRAFFIC_STEP)), kind  # As the document prints them.
    return _units(" ".join(cell.split()), kind)


def _units(text: str, kind: RecordKind | None) -> tuple[int, RecordKind]:
    if found := _DURATION.fullmatch(text):
        if kind in {"data", "sms", "mms"}:
            raise Unreadable("Объём не читается: нужен вида 10240Kb.")
        seconds = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
        if int(found[3]) > 59:  # noqa: PLR2004 - a clock
            raise Unreadable("Длительность не читается: нужна вида 3:07.")
        return _bounded(seconds), kind or "call"
    if text in {"", "-"}:
        return (1 if kind in {"sms", "mms"} else 0), kind or "fee"
    found = _VOLUME.fullmatch(text)
    unit = found[2].lower() if found else ""
    if found and (unit in _STEPS or (not unit and kind == "data")):
        if kind not in {"data", None}:
            raise Unreadable("У этой услуги объём в байтах не имеет смысла.")
        step: int = TRAFFIC_STEP ** _STEPS.get(
            unit, 1
        )  # The column is in Kb where nothing is said.
        return _bounded(_scaled(found[1], step)), "data"
    if found and unit in {"сек", "sec", "с", "s"}:
        return _bounded(_scaled(found[1], 1)), kind or "call"
    if found and unit in {"мин", "min"}:
        return _bounded(_scaled(found[1], 60)), kind or "call"
    if found and unit in _PIECES and kind != "call":
        return _bounded(_scaled(found[1], 1)), kind or "fee"
    raise Unreadable("Длительность или объём не читается: нужны вида 3:07, 10240Kb или 1.")


def cost_of(cell: str) -> int:
    """A cost in 1/10,000 of a rouble."""
    text = " ".join(cell.split())
    if text in {"", "-"}:
        return 0
    rubles, _point, parts = text.partition(".")
    if rubles.isdecimal() and parts.isdecimal() and len(rubles) < 8 and len(parts) == _DECIMALS:  # noqa: PLR2004
        return int(rubles + parts)  # As the document prints them.
    found = _COST.fullmatch(text)
    if not found:
        raise Unreadable("Стоимость не читается: нужна вида 12.0000.")
    decimals = (found[3] or "").rstrip("0")
    if len(decimals) > _DECIMALS:
        raise Unreadable("В стоимости больше четырёх знаков после запятой.")
    whole = "".join(found[2].split())
    cost = int(whole[:18]) * COST_SCALE + int(decimals.ljust(_DECIMALS, "0") or 0)
    if cost > MOST_COST or len(whole) > 18:  # noqa: PLR2004 - digits
        raise Unreadable("Стоимость больше десяти миллионов рублей: так не бывает.")
    return -cost if found[1] in {"-", "−"} else cost


def _scaled(digits: str, step: int) -> int:
    """A decimal times a step, the nearest whole number."""
    if digits.isdecimal() and len(digits) <= 18:  # noqa: PLR2004 - digits
        return int(digits) * step  # As most are: nothing to round.
    whole, _point, decimals = "".join(digits.split()).replace(",", ".").partition(".")
    if len(whole) > 18:  # noqa: PLR2004 - digits
        raise Unreadable("Столько за один раз не бывает.")
    decimals = decimals[:9]
    scale = 10 ** len(decimals)
    read: int = (int(whole + decimals) * step + scale // 2) // scale
    return read


def _bounded(units: int) -> int:
    if units > MOST_UNITS:
        raise Unreadable("Столько за один раз не бывает.")
    return units
