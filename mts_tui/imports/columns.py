"""What the columns of a detalization are called, in every kind of file (facts 1.8).

Three headings of the classical document, that of the workbooks of today, tags of XML.
Headings are known by their beginning, in any case: what stands behind («руб.», «без НДС», the same
in English) differs from year to year.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from mts_tui.formatting import fold

Column = Literal[
    "date", "time", "gmt", "number", "zone", "peer_zone", "service", "area", "units", "cost"
]
ALL: tuple[Column, ...] = get_args(Column)
GMT = ALL.index("gmt")
NEEDED: tuple[Column, ...] = ("date", "number", "service", "units", "cost")
NAMES: Mapping[Column, str] = {
    "date": "Дата", "time": "Время", "gmt": "GMT", "number": "Номер", "zone": "Зона вызова",
    "peer_zone": "Зона направления вызова/номер сессии", "service": "Услуга",
    "units": "Длительность", "cost": "Стоимость",
}  # fmt: skip
"""A heading for rows that name their columns themselves."""
_BEGINNINGS: tuple[tuple[str, Column], ...] = (
    ("дата", "date"),
    ("время", "time"),
    ("gmt", "gmt"),
    ("часовой пояс", "gmt"),
    ("зона вызова", "zone"),
    ("зона направления", "peer_zone"),
    ("услуга", "service"),
    ("тип сервиса", "service"),
    ("тип услуги", "service"),
    ("область", "area"),
    ("длительность", "units"),
    ("кол-во", "units"),
    ("количество", "units"),
    ("объем", "units"),
    ("стоимость", "cost"),
    ("сумма", "cost"),
    ("номер собеседника", "number"),
)
_WHOLE: Mapping[str, Column] = {"номер": "number", "номер телефона": "number"}
TAGS: Mapping[str, Column] = {
    "date": "date", "time": "time", "gmt": "gmt", "number": "number", "zone": "zone",
    "peer_zone": "peer_zone", "direction_zone": "peer_zone", "service": "service",
    "duration": "units", "volume": "units", "cost": "cost", "amount": "cost",
    "дата": "date", "время": "time", "номер": "number", "зона_вызова": "zone",
    "зонавызова": "zone", "зона_направления": "peer_zone", "зонанаправления": "peer_zone",
    "услуга": "service", "длительность": "units", "объем": "units", "стоимость": "cost",
    # One letter or two in the operator's own XML.
    "d": "date", "n": "number", "zv": "zone", "zp": "peer_zone", "s": "service", "du": "units",
    "c": "cost",
}  # fmt: skip
LONGEST_HEADING = 100


def heading(cells: Sequence[str]) -> dict[Column, int] | None:
    """Where each column stands, if a row is the table's heading."""
    found: dict[Column, int] = {}
    for place, cell in enumerate(cells):
        column = _column(cell)
        if column is not None and column not in found:
            found[column] = place
    return found if all(column in found for column in NEEDED) else None


def _column(cell: str) -> Column | None:
    if not 2 < len(cell) <= LONGEST_HEADING:  # noqa: PLR2004 - «GMT»
        return None
    text = " ".join(fold(cell).replace("*", " ").split())
    text = text.partition("/ ")[0].strip() if "/ " in text else text
    whole = _WHOLE.get(text)
    if whole is not None:
        return whole
    return next((column for start, column in _BEGINNINGS if text.startswith(start)), None)
