"""A receipt as PDF."""

from mts_tui.backend.contract.receipts import Receipt

from .pdf import Pages
from .receipt import lines

A5 = (148.0, 210.0)
MARGIN = 16.0
CODE_SIDE = 34.0


def receipt_pdf(receipt: Receipt) -> bytes:
    """The receipt on A5 pages, in Roboto with Cyrillic; the same receipt gives the same bytes."""
    pages = Pages(f"{receipt.title} № {receipt.number}", A5, MARGIN)
    for line in lines(receipt):
        match line.kind:
            case "mark":
                pages.banner(line.text)
                pages.space(6)
            case "title":
                pages.line(line.text, size=14, bold=True, centre=True)
                pages.space(4)
            case "rule":
                pages.rule()
            case "total":
                pages.line(line.text, line.right, size=14, bold=True)
            case "small":
                pages.line(line.text, size=8, grey=True)
            case _:
                pages.line(line.text, line.right, size=10)
    if receipt.qr:
        pages.space(8)
        pages.code(receipt.qr, CODE_SIDE)
    return pages.done()
