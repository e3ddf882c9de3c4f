"""Operations as a table in a file, see `forms`."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.archive import Operation

from .forms import CsvForm, Form, JsonForm, Whole, XlsxForm, as_text, decimal

HEADINGS = (
    "Дата", "Время", "Вид", "Направление", "Операция", "Номер или получатель", "Единиц",
    "Единица", "Сумма", "Валюта", "Баланс после",
)  # fmt: skip
WIDTHS = (11, 9, 18, 12, 38, 24, 12, 8, 12, 8, 14)
KINDS = {
    "call": "звонок", "sms": "SMS", "mms": "MMS", "data": "интернет", "fee": "плата за тариф",
    "option": "услуга", "subscription": "подписка", "top_up": "пополнение",
    "compensation": "возврат комиссии", "transfer": "перевод", "purchase": "покупка",
    "promise": "обещанный платёж", "correction": "перерасчёт",
}  # fmt: skip
DIRECTIONS = {"in": "входящее", "out": "исходящее", "missed": "пропущенное", "none": ""}
UNITS = {"call": "с", "data": "байт", "sms": "шт.", "mms": "шт."}


class Csv(CsvForm[Operation]):
    """See `CsvForm`."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        super().__init__(path)
        self._zone = zone
        self.write([HEADINGS])

    def cells(self, row: Operation) -> tuple[str, ...]:
        """See `CsvForm`."""
        at = row.at.astimezone(self._zone)
        return (
            formatting.date_numeric(at), formatting.clock_seconds(at), KINDS[row.kind],
            DIRECTIONS[row.direction], as_text(formatting.clean(row.title)), as_text(peer(row)),
            str(row.units) if row.kind in UNITS else "", UNITS.get(row.kind, ""),
            decimal(row.amount.amount_minor), row.amount.currency,
            decimal(row.balance.amount_minor) if row.balance is not None else "",
        )  # fmt: skip


class Json(JsonForm[Operation]):
    """See `JsonForm`."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        del zone  # Moments carry their own: UTC.
        super().__init__(path)


class Xlsx(XlsxForm[Operation]):
    """See `XlsxForm`."""

    headings = HEADINGS
    widths = WIDTHS

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        super().__init__(path)
        self._zone = zone

    def write(self, sheet: Any, place: int, row: Operation) -> None:
        """See `XlsxForm`."""
        at = row.at.astimezone(self._zone)
        sheet.write_datetime(place, 0, at.replace(tzinfo=None, hour=0, minute=0, second=0,
                                                  microsecond=0), self.date)  # fmt: skip
        sheet.write_datetime(place, 1, at.time().replace(microsecond=0), self.time)
        sheet.write_string(place, 2, KINDS[row.kind])
        sheet.write_string(place, 3, DIRECTIONS[row.direction])
        sheet.write_string(place, 4, formatting.clean(row.title))
        sheet.write_string(place, 5, peer(row))
        if row.kind in UNITS:
            sheet.write_number(place, 6, row.units)
            sheet.write_string(place, 7, UNITS[row.kind])
        sheet.write_number(place, 8, row.amount.amount_minor / 100, self.money)
        sheet.write_string(place, 9, row.amount.currency)
        if row.balance is not None:
            sheet.write_number(place, 10, row.balance.amount_minor / 100, self.money)


FORMS: dict[str, type[Csv | Json | Xlsx]] = {".csv": Csv, ".json": Json, ".xlsx": Xlsx}


class Table(Whole[Operation]):
    """A file of operations, of the kind that its ending names.

    Args:
        path: Where.
        zone: In which moments are written.
        replace: Whether a file that is there may be replaced.

    Raises:
        FileExistsError: There is one.
        OSError: Nothing can be written there.
    """

    def __init__(self, path: Path, zone: ZoneInfo, *, replace: bool = False) -> None:
        def begin(part: Path) -> Form[Operation]:
            return FORMS[path.suffix](part, zone)

        super().__init__(path, begin, replace=replace)


def peer(one: Operation) -> str:
    """The other side, as people read it."""
    return phones.display(formatting.clean(one.peer)) if one.peer else ""
