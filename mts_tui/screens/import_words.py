"""What a file with a detalization comes to, in words: before it is imported and after."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.imports import COST_SCALE, Import, RecordKind
from mts_tui.imports.source import Source
from mts_tui.imports.summary import KindSum, Summary
from mts_tui.widgets.text import Part

KINDS: dict[RecordKind, str] = {
    "call": "Звонки",
    "sms": "SMS",
    "mms": "MMS",
    "data": "Интернет",
    "fee": "Плата",
}
REASONS_SHOWN = 2
_KOPECK = COST_SCALE // 100
_NAME = 12


def terms(server: str) -> str:
    """What can be imported, and where it goes.

    Args:
        server: Address of the server that answers; empty where the operator is inside.
    """
    goes = "Файл останется на этом компьютере."
    if server:
        host = formatting.clean(urlsplit(server).netloc, 60)
        goes = (
            f"Сам файл останется здесь, а его строки — номера, время, деньги — после "
            f"«Импортировать» уйдут на сервер {host} и будут храниться там."
        )
    return (
        "HTML, XLSX, XLS, XML или CSV, каким его прислал оператор; ZIP с таким файлом тоже "
        f"подойдёт. Перетащите файл в окно терминала или введите путь. {goes}"
    )


def kopecks(cost: int) -> int:
    """1/10,000 of a rouble as kopecks; a half rounds up."""
    return (cost + _KOPECK // 2) // _KOPECK


def summary_parts(source: Source, summary: Summary) -> list[Part]:
    """What was understood of a file."""
    currency = phones.currency(summary.number) or "RUB"
    name = formatting.clean(source.path.name, 60)
    parts: list[Part] = [
        (name, "strong"),
        (f"  {source.format.upper()}, {formatting.traffic(source.size)}", "muted"),
    ]
    if summary.number:
        region = phones.region(summary.number)
        parts += _line("Номер", phones.display(summary.number))
        parts.append((f"  {region.name}" if region else "", "muted"))
    if summary.since is not None and summary.until is not None:
        parts += _line("Время", _period(summary))
    for kind, title in KINDS.items():
        known = summary.kinds.get(kind)
        if known is not None:
            parts += _line(title, _kind(kind, known, currency))
    parts += _line("Всего", "")
    parts += [
        (f"{formatting.number(summary.count):>9}", "strong"),
        (f"{formatting.money(kopecks(summary.cost), currency):>34}", "strong"),
    ]
    parts += _printed(summary, currency)
    return [*parts, *_unread(summary)]


def number_line(summary: Summary) -> list[Part]:
    """A number of a file that tells of several."""
    number = phones.display(summary.number) if summary.number else "номер не указан"
    return [number, (f"  {_rows(summary.count)}", "muted")]


def result_parts(done: Import, cost: int) -> list[Part]:
    """What an import has brought."""
    currency = phones.currency(done.phone) or "RUB"
    parts: list[Part] = [
        ("✓ ", "good"),
        f"{phones.display(done.phone)} — в «Моих номерах», с пометкой «импорт».",
    ]
    parts += _line("Добавлено", _rows(done.added))
    if done.known:
        parts += _line("Уже были", f"{_rows(done.known)}: второй раз они не добавлены")
    if done.unread:
        parts += _line("Пропущено", f"{_rows(done.unread)}, которые не удалось прочитать")
    parts += _line("На сумму", formatting.money(kopecks(cost), currency))
    return parts


def known_parts(done: Import) -> list[Part]:
    """The file was imported before."""
    at = done.at.astimezone(ZoneInfo(done.zone))
    return [
        ("✓ ", "good"),
        (
            f"Этот файл уже импортирован {formatting.date_long(at)}: все его строки на месте, "
            "ничего не добавлено."
        ),
    ]


def _line(title: str, text: str) -> list[Part]:
    return ["\n", (f"{title:<{_NAME}}", "muted"), text]


def _rows(count: int) -> str:
    return formatting.count(count, "строка", "строки", "строк")


def _period(summary: Summary) -> str:
    region = phones.region(summary.number) if summary.number else None
    zone = ZoneInfo(region.zone if region else "Europe/Moscow")
    assert summary.since is not None
    assert summary.until is not None
    first, last = (one.astimezone(zone) for one in (summary.since, summary.until))
    if first.date() == last.date():
        return f"{formatting.date_long(first)}, {_clock(first)}—{_clock(last)}"
    return f"{formatting.date_long(first)} — {formatting.date_long(last)}"


def _clock(at: datetime) -> str:
    return formatting.clock(at)


def _kind(kind: RecordKind, known: KindSum, currency: str) -> str:
    units = ""
    if kind == "call":
        units = formatting.duration(known.units)
    elif kind == "data":
        units = formatting.traffic(known.units)
    cost = formatting.money(kopecks(known.cost), currency)
    return f"{formatting.number(known.count):>9}{units:>18}{cost:>16}"


def _printed(summary: Summary, currency: str) -> list[Part]:
    """Whether it comes to what the file itself says."""
    if summary.printed is None:
        return []
    printed = formatting.money(kopecks(summary.printed), currency)
    if kopecks(summary.printed) == kopecks(summary.cost):
        return [("  ✓ ", "good"), ("итог сходится", "muted")]
    return ["\n", (f"▲ В итоге документа другая сумма: {printed}", "warn")]


def _unread(summary: Summary) -> Sequence[Part]:
    if not summary.unread_count:
        return []
    parts: list[Part] = [
        "\n",
        (f"▲ Не удалось прочитать: {_rows(summary.unread_count)}", "warn"),
    ]
    for row in summary.unread[:REASONS_SHOWN]:
        parts += ["\n", (f"  строка {row.line}: {row.reason}", "muted")]
    return parts
