"""Detalizations as operators send them: every kind of file, heading, encoding and service code.

Numbers are of the demo's ranges, which belong to nobody. `many` makes as long a history as one
likes; the benchmarks use it too.
"""

import csv
import html as escaping
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from xml.sax.saxutils import quoteattr

OWN = "+79853709911"
"""A number that no operator of the demo serves."""
OTHER = "+79853709922"
HEADINGS = (
    ("Дата", "Время", "GMT*", "Номер", "Зона вызова", "Зона направления вызова/номер сессии",
     "Услуга", "Длительность/Объем (мин.:сек.)/(Kb)", "Стоимость руб. без НДС"),
    ("Дата", "Время", "GMT*", "Номер", "Зона вызова", "Зона направления вызова/номер сессии",
     "Услуга", "Длительность", "Стоимость без НДС"),
    ("Дата", "Время", "GMT*", "Номер", "Зона вызова", "Зона направления вызова/номер сессии",
     "Услуга", "Длительность/Объем (мин.:сек.)/(Kb)", "Стоимость руб."),
)  # fmt: skip
MODERN = (
    "№ строки/Line number", "Дата/ Date", "Время/ Time",
    "Номер собеседника/ Interlocutor number", "Имя", "Тип сервиса/ Service type",
    "Область/ Area", "Кол-во (объём)/ Volume", "Стоимость, руб./ Cost, RUB",
)  # fmt: skip


class Printed(NamedTuple):
    """A row as it is printed, and what it means."""

    date: str
    time: str
    gmt: str
    number: str
    zone: str
    peer_zone: str
    service: str
    units: str
    cost: str
    kind: str
    direction: str
    meant: int
    """Seconds, bytes or pieces."""

    @property
    def cells(self) -> tuple[str, ...]:
        return self[:9]


def _row(
    clock: str, number: str, peer_zone: str, service: str, units: str, cost: str, kind: str,
    direction: str, meant: int, *, zone: str = "Домашний", day: str = "14.03.2016",
) -> Printed:  # fmt: skip
    return Printed(
        day, clock, "+03:00", number, zone, peer_zone, service, units, cost, kind, direction, meant
    )


EVERY_CODE: tuple[Printed, ...] = (
    _row("09:12:44", "79565550101", "Билайн; Свердловская область", "Телеф.", "3:07", "12.0000", "call", "out", 187),
    _row("09:20:00", "<--79565550202", "", "Телеф.", "0:41", "0.0000", "call", "in", 41),
    _row("09:21:30", "<--79565550202", "", "Пропущ.", "0:00", "0.0000", "call", "missed", 0),
    _row("10:01:02", "79565550101", "МТС; Москва", "sms o", "1", "1.9033", "sms", "out", 1),
    _row("10:05:31", "<--79565550101", "", "sms i", "1", "0.0000", "sms", "in", 1),
    _row("10:06:00", "sms:SHOP-DEMO", "", "sms i", "1", "0.0000", "sms", "in", 1),
    _row("10:07:00", "<--79565550101", "", "mms i", "1", "0.0000", "mms", "in", 1),
    _row("10:08:00", "79565550101", "", "mms o", "1", "6.5000", "mms", "out", 1),
    _row("11:00:00", "internet.mts.ru", "187266301", "HSDPA (3G)", "10240Kb", "0.0000", "data", "none", 10240 * 1024),
    _row("11:10:00", "internet.mts.ru", "187266302", "4G", "1Kb", "0.0967", "data", "none", 1024),
    _row("11:20:00", "internet.mts.ru", "187266303", "gprs", "512Kb", "4.9500", "data", "none", 512 * 1024),
    _row("11:30:00", "internet.mts.ru", "187266304", "Данные", "2048Kb", "0.0000", "data", "none", 2048 * 1024),
    _row("12:00:00", "79565550303", "", "cfu", "1:00", "2.5000", "call", "out", 60),
    _row("12:01:00", "79565550303", "", "cfac", "1:01", "2.5000", "call", "out", 61),
    _row("12:02:00", "79565550303", "", "cf busy", "0:10", "2.5000", "call", "out", 10),
    _row("12:03:00", "79565550303", "", "cf nrepl", "0:20", "2.5000", "call", "out", 20),
    _row("12:04:00", "79565550303", "", "cf nreach", "0:30", "2.5000", "call", "out", 30),
    _row("12:05:00", "<--79565550404", "", "cw", "0:40", "0.0000", "call", "in", 40),
    _row("12:06:00", "<--79565550404", "", "ch", "0:50", "0.0000", "call", "in", 50),
    _row("12:07:00", "79565550404", "", "ct", "1:10", "0.0000", "call", "in", 70),
    _row("12:08:00", "79565550404", "", "mpty", "2:00", "0.0000", "call", "in", 120),
    _row("12:30:00", "<--79565550505", "", "Vam Zvonili:", "1", "0.0000", "sms", "in", 1),
    _row("12:40:00", "<--79565550505", "", "Abonent v seti:", "1", "0.0000", "sms", "in", 1),
    _row("13:00:00", "", "", "MTS numbers", "", "33.3333", "fee", "none", 0),
    _row("13:10:00", "79565550101", "", "Телеф.", "1:02:05", "0.3333", "call", "out", 3725),
    _row("14:00:00", "79565550101", "", "Телеф.", "2:00", "80.0000", "call", "out", 120, zone="Египет: Etisalat"),
    _row("14:10:00", "79565550101", "", "Телеф.", "1:00", "3.0001", "call", "out", 60, zone="Москва - Область"),
    _row("14:20:00", "79565550101", "", "Телеф.", "1:00", "8.9000", "call", "out", 60, zone="Билайн; Свердловская область"),
)  # fmt: skip
"""Every service code of facts 1.8, every zone that was seen, costs of four decimals."""


def rubles(rows: Sequence[Printed]) -> int:
    """What rows come to, 1/10,000 of a rouble."""
    return sum(int(row.cost.replace(".", "")) for row in rows)


def many(count: int, *, seed: int = 3, begin: str = "01.01.2024") -> Iterator[Printed]:
    """A history of a person who talks, writes and surfs; the rows follow from the seed."""
    rng = Random(seed)
    at = datetime.strptime(begin, "%d.%m.%Y")  # noqa: DTZ007 - a printed clock
    peers = [f"7956{rng.randrange(10**7):07}" for _ in range(500)]
    for _ in range(count):
        at += timedelta(seconds=rng.randrange(20, 900))
        day, clock = at.strftime("%d.%m.%Y"), at.strftime("%H:%M:%S")
        lot, peer = rng.random(), rng.choice(peers)
        if lot < 0.35:
            kb = rng.randrange(1, 90_000)
            yield _row(
                clock,
                "internet.mts.ru",
                str(rng.randrange(10**9)),
                "4G",
                f"{kb}Kb",
                "0.0000",
                "data",
                "none",
                kb * 1024,
                day=day,
            )
        elif lot < 0.6:
            seconds = rng.randrange(1, 1500)
            cost = f"{rng.randrange(0, 400_000) / 10_000:.4f}"
            yield _row(
                clock,
                peer,
                "МТС; Москва",
                "Телеф.",
                f"{seconds // 60}:{seconds % 60:02}",
                cost,
                "call",
                "out",
                seconds,
                day=day,
            )
        elif lot < 0.8:
            seconds = rng.randrange(1, 900)
            yield _row(
                clock,
                f"<--{peer}",
                "",
                "Телеф.",
                f"{seconds // 60}:{seconds % 60:02}",
                "0.0000",
                "call",
                "in",
                seconds,
                day=day,
            )
        elif lot < 0.9:
            yield _row(clock, peer, "МТС; Москва", "sms o", "1", "1.5833", "sms", "out", 1, day=day)
        else:
            yield _row(clock, f"<--{peer}", "", "sms i", "1", "0.0000", "sms", "in", 1, day=day)


# ------------------------------------------------------------------ the kinds of files


def page(
    rows: Sequence[Printed], *, variant: int = 0, own: str = OWN, total: bool = True,
    charset: str = "utf-8",
) -> str:  # fmt: skip
    """HTML as the operator makes it: a table in a table, an empty column at each end."""
    head = "".join(f"<th>{escaping.escape(cell)}</th>" for cell in _spaced(HEADINGS[variant]))
    body = "\n".join(
        "<tr>"
        + "".join(f"<td>{escaping.escape(cell)}</td>" for cell in _spaced(row.cells))
        + "</tr>"
        for row in rows
    )
    whose = f"<tr><td>Сетевой ресурс {own.removeprefix('+')}</td></tr>" if own else ""
    summed = f"<p>Итого: {rubles(rows) / 10_000:.4f}</p>" if total else ""
    return (
        f"<!DOCTYPE html>\n<html><head><meta charset='{charset}'><title>Детализация</title>"
        "<style>td { color: black }</style></head><body>\n"
        f"<table>{whose}<tr><td>\n<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>"
        f"</table>\n</td></tr></table>\n{summed}<p>* Время указано со смещением от Гринвича</p>"
        "</body></html>"
    )


def _spaced(cells: Sequence[str]) -> list[str]:
    """As the page lays it out: nothing at both ends, a gap before the duration."""
    return ["", *cells[:7], " ", *cells[7:], ""]


def table(
    rows: Sequence[Printed], *, variant: int = 0, own: str = OWN, delimiter: str = ";",
    gmt: bool = True,
) -> str:  # fmt: skip
    """CSV with the number above the table."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\r\n")
    if own:
        writer.writerow(["Сетевой ресурс:", own.removeprefix("+")])
    writer.writerow(_without(HEADINGS[variant], gmt=gmt))
    writer.writerows(_without(row.cells, gmt=gmt) for row in rows)
    return written.getvalue()


def _without(cells: Sequence[str], *, gmt: bool) -> list[str]:
    return [cell for place, cell in enumerate(cells) if gmt or place != 2]


SHORT_NAMES = ("d", "n", "zv", "zp", "s", "du", "c", "gmt")


def xml(rows: Sequence[Printed], *, own: str = OWN, encoding: str = "utf-8") -> str:
    """XML of the operator: one element for each row, attributes of a letter or two."""
    lines = []
    for row in rows:
        values = (
            f"{row.date} {row.time}", row.number, row.zone, row.peer_zone, row.service, row.units,
            row.cost, row.gmt,
        )  # fmt: skip
        given = " ".join(
            f"{name}={quoteattr(value)}" for name, value in zip(SHORT_NAMES, values, strict=True)
        )
        lines.append(f"<i {given}/>")
    body = "\n".join(lines)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<report><ds n="{own.removeprefix("+")}">\n'
        f"{body}\n</ds></report>\n"
    )


def xml_of_elements(rows: Sequence[Printed], *, own: str = OWN) -> str:
    """XML whose rows have an element for each column."""
    names = ("date", "time", "gmt", "number", "zone", "peer_zone", "service", "duration", "cost")
    lines = [
        "<row>"
        + "".join(
            f"<{name}>{escaping.escape(cell)}</{name}>"
            for name, cell in zip(names, row.cells, strict=True)
        )
        + "</row>"
        for row in rows
    ]
    whose = f"<msisdn>{own.removeprefix('+')}</msisdn>"
    return f'<?xml version="1.0"?>\n<detail>{whose}<rows>\n{chr(10).join(lines)}\n</rows></detail>'


def xml_workbook(rows: Sequence[Printed], *, own: str = OWN) -> str:
    """A workbook in XML, as Excel 2003 saved it."""

    def cells(texts: Sequence[str]) -> str:
        return "".join(
            f'<Cell><Data ss:Type="String">{escaping.escape(text)}</Data></Cell>' for text in texts
        )

    lines = [("Сетевой ресурс", own.removeprefix("+")), HEADINGS[0], *(row.cells for row in rows)]
    body = "\n".join(f"<Row>{cells(line)}</Row>" for line in lines)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Лист1"><Table>\n'
        f"{body}\n</Table></Worksheet></Workbook>"
    )


def xlsx(rows: Sequence[Printed], *, variant: int = 0, own: str = OWN) -> bytes:
    """The classical table in a workbook, every cell a text."""
    return _book(
        [
            (
                "Детализация",
                [*_own_row(own), list(HEADINGS[variant]), *(list(row.cells) for row in rows)],
            )
        ]
    )


def xlsx_modern(numbers: dict[str, Sequence[Printed]]) -> bytes:
    """A workbook of today: a summary, then a sheet for each number."""
    summary = [
        ["Номер", "Сумма"],
        *([own, str(rubles(rows) / 10_000)] for own, rows in numbers.items()),
    ]
    sheets = [("Общая сводка", summary)]
    for own, rows in numbers.items():
        sheets.append((own.removeprefix("+"), [list(MODERN), *modern_rows(rows)]))
    return _book(sheets)


def modern_rows(rows: Sequence[Printed]) -> Iterator[list[Any]]:
    """Rows as a workbook of today has them: real dates, volumes in Mb, words for services."""
    words = {
        "call": "Мест. связь",
        "sms": "Мест. SMS",
        "mms": "MMS",
        "data": "GPRS",
        "fee": "Абонентская плата",
    }
    for number, row in enumerate(rows, 1):
        at = datetime.strptime(f"{row.date} {row.time}", "%d.%m.%Y %H:%M:%S")  # noqa: DTZ007
        units = row.units
        if row.kind == "data":
            units = f"{row.meant / 1024 / 1024:.6f}".replace(".", ",") + " Mb"
        elif row.kind == "call":
            units = str(timedelta(seconds=row.meant))
        yield [
            number, at.replace(hour=0, minute=0, second=0), at.time(), row.number, "", words[row.kind],
            "Звонок" if row.kind == "call" else "", units, float(row.cost),
        ]  # fmt: skip


def _own_row(own: str) -> list[list[str]]:
    return [["Сетевой ресурс", own.removeprefix("+")]] if own else []


def _book(sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> bytes:
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    dates = book.add_format({"num_format": "dd.mm.yyyy"})
    times = book.add_format({"num_format": "hh:mm:ss"})
    for title, rows in sheets:
        sheet = book.add_worksheet(title[:31])
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, place, cell, dates)
                elif hasattr(cell, "hour"):
                    sheet.write_datetime(number, place, cell, times)
                else:
                    sheet.write(number, place, cell)
    book.close()
    return written.getvalue()


def xls(rows: Sequence[Printed], *, variant: int = 1, own: str = OWN) -> bytes:
    """The classical table in an old workbook."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Детализация")
    lines = [*_own_row(own), list(HEADINGS[variant]), *(list(row.cells) for row in rows)]
    for number, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            sheet.write(number, place, cell)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    """As the operator mails a document."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


def every_format(rows: Sequence[Printed], *, own: str = OWN) -> dict[str, bytes]:
    """The same rows in every kind of file, heading and encoding that tells them in full."""
    found: dict[str, bytes] = {}
    for variant in range(3):
        found[f"html-{variant}"] = page(rows, variant=variant, own=own).encode()
        found[f"csv-{variant}"] = table(rows, variant=variant, own=own).encode()
        found[f"xlsx-{variant}"] = xlsx(rows, variant=variant, own=own)
        found[f"xls-{variant}"] = xls(rows, variant=variant, own=own)
    for encoding in ("utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"):
        found[f"html-{encoding}"] = page(rows, own=own, charset="windows-1251").encode(encoding)
        found[f"csv-{encoding}"] = table(rows, own=own).encode(encoding)
    for encoding in ("cp1251", "utf-16"):
        told = "windows-1251" if encoding == "cp1251" else "utf-16"
        found[f"xml-{encoding}"] = xml(rows, own=own, encoding=told).encode(encoding)
    found["xml"] = xml(rows, own=own).encode()
    found["xml-elements"] = xml_of_elements(rows, own=own).encode()
    found["xml-workbook"] = xml_workbook(rows, own=own).encode()
    for delimiter, name in ((",", "commas"), ("\t", "tabs"), ("|", "bars")):
        found[f"csv-{name}"] = table(rows, own=own, delimiter=delimiter).encode()
    found["zip"] = zipped("Doc_1.html", page(rows, own=own).encode("cp1251"))
    return found


# ------------------------------------------------------------------ damaged and hostile ones


def bomb(megabytes: int = 600) -> bytes:
    """A ZIP that unpacks to far more than it is."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(megabytes):
                sheet.write(bytes(1024 * 1024))
    return written.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ха">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><d>&j;</d>"
)
"""A billion laughs."""
ELSEWHERE = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    '<report><ds n="79853709911"><i d="14.03.2016 09:12:44" n="&x;" s="Телеф." du="1:00" c="1.0000"/>'
    "</ds></report>"
)
"""An entity that lies in another file."""
FORMULAS = (
    "Сетевой ресурс:;79853709911\r\n" + ";".join(HEADINGS[0]) + "\r\n"
    '14.03.2016;09:12:44;+03:00;"=""79565550101""";Домашний;"=cmd|\'/c calc\'!A1";Телеф.;3:07;12.0000\r\n'
    "14.03.2016;09:12:45;+03:00;'79565550101;+Домашний;@SUM(A1);Телеф.;3:07;12.0000\r\n"
    "14.03.2016;09:12:46;+03:00;79565550101;Домашний;;Телеф.;3:07;=1+2\r\n"
)
"""Texts that a spreadsheet would work out; one where a cost should stand."""
DAMAGED = (
    "Сетевой ресурс:;79853709911\r\n" + ";".join(HEADINGS[0]) + "\r\n"
    "14.03.2016;09:12:44;+03:00;79565550101;Домашний;;Телеф.;3:07;12.0000\r\n"
    "31.02.2016;09:12:44;+03:00;79565550101;Домашний;;Телеф.;3:07;12.0000\r\n"
    "14.03.2016;25:12:44;+03:00;79565550101;Домашний;;Телеф.;3:07;12.0000\r\n"
    "14.03.2016;09:12:44;+99:00;79565550101;Домашний;;Телеф.;3:07;12.0000\r\n"
    "14.03.2016;09:12:44;+03:00;79565550101;Домашний;;Телеф.;много;12.0000\r\n"
    "14.03.2016;09:12:44;+03:00;79565550101;Домашний;;Телеф.;3:07;дорого\r\n"
    "14.03.2016;09:12:44;+03:00;79565550101;Домашний;;Телеф.;3:07;1.23456\r\n"
    "14.03.2016;09:12:44;+03:00;79565550101;Телеф.;3:07;12.0000\r\n"
    "14.03.2016;09:12:44;+03:00;79565550101;Домашний;;Телеф.;3:07;12.0000;лишнее\r\n"
    "ерунда;;;;;;;;\r\n"
    "14.03.2016;09:13:44;+03:00;79565550101;Домашний;;Телеф.;3:07;12.0000\r\n"
)
"""Two good rows, and one of each sort that cannot be read."""
UNREADABLE = 9
