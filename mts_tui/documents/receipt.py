"""What stands on a receipt, in its order, whatever it is written on."""

from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.receipts import Receipt

Kind = Literal["mark", "title", "text", "small", "sum", "total", "rule"]


class Line(NamedTuple):
    """A line of a receipt.

    Attributes:
        kind: How it is set: the mark first and loud, sums at the right edge.
        text: Its text.
        right: What stands at its right edge.
    """

    kind: Kind
    text: str = ""
    right: str = ""


@formatting.as_operator()
def lines(receipt: Receipt) -> list[Line]:
    """The lines, others' text made harmless."""
    at = receipt.at.astimezone(ZoneInfo(receipt.zone))

    def sum_of(minor: int, currency: str) -> str:
        return formatting.money(minor, currency)

    found = [Line("mark", formatting.clean(receipt.mark, 60))] if receipt.mark else []
    found += [
        Line("title", formatting.clean(receipt.title, 60)),
        Line("text", f"№ {formatting.clean(receipt.number, 40)}",
             f"{formatting.date_numeric(at)} {formatting.clock(at)}"),
        Line("text", formatting.clean(receipt.seller, 80)),
        Line("text", f"ИНН {formatting.clean(receipt.taxpayer, 20)}"),
        Line("text", "Номер", phones.display(receipt.phone)),
        Line("rule"),
    ]  # fmt: skip
    for one in receipt.lines:
        money = sum_of(one.amount.amount_minor, one.amount.currency)
        found.append(Line("sum", formatting.clean(one.title, 120), money))
    found += [
        Line("rule"),
        Line("total", "ИТОГО", sum_of(receipt.total.amount_minor, receipt.total.currency)),
        Line("text", "Оплачено", formatting.clean(receipt.means, 40)),
        Line("rule"),
    ]
    return [*found, *(Line("small", formatting.clean(text, 120)) for text in receipt.fiscal)]


def file_name(receipt: Receipt, extension: str) -> str:
    """A name for its file: `Квитанция 2026-11-22 № 15.pdf`."""
    at = receipt.at.astimezone(ZoneInfo(receipt.zone))
    number = "".join(sign for sign in receipt.number[:40] if sign.isalnum() or sign == "-")
    return f"Квитанция {at:%Y-%m-%d} № {number}.{extension}"


def plain(receipt: Receipt) -> str:
    """The receipt as plain text: for the clipboard."""
    return "\n".join(
        f"{line.text}\t{line.right}" if line.right else line.text or "-" * 20
        for line in lines(receipt)
    )
