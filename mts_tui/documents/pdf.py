"""Pages of a PDF: Roboto with Cyrillic, lines from the top down, page numbers.

Only the letters that are used go into the file. reportlab and the font are loaded when a page is
drawn, never before.
"""

from functools import cache
from io import BytesIO
from typing import Any

from mts_tui import formatting

NORMAL, BOLD = "Roboto", "Roboto-Bold"
_MM = 72 / 25.4
LEADING = 1.35
"""Height of a line, in font sizes."""


class Pages:
    """A document that is written from the top down.

    Args:
        title: What a reader shows as its name.
        size: Width and height of a page, mm.
        margin: Free space on every side, mm.
    """

    def __init__(self, title: str, size: tuple[float, float], margin: float) -> None:
        from reportlab.pdfgen.canvas import Canvas

        _use_fonts()
        self._buffer = BytesIO()
        self._width, self._height = (side * _MM for side in size)
        self._margin = margin * _MM
        # Invariant: the same document is the same file.
        self._canvas: Any = Canvas(
            self._buffer, pagesize=(self._width, self._height), invariant=True
        )
        self._canvas.setTitle(formatting.clean(title))
        self._canvas.setProducer("mts-tui")
        self._page = 1
        self._y = self._height - self._margin

    @property
    def width(self) -> float:
        """Points between the margins."""
        return self._width - 2 * self._margin

    def line(
        self,
        text: str,
        right: str = "",
        *,
        size: float = 9,
        bold: bool = False,
        centre: bool = False,
        grey: bool = False,
    ) -> None:
        """Write a text, broken where it is too long, and another at the right of its last line."""
        font = BOLD if bold else NORMAL
        self._canvas.setFillGray(0.35 if grey else 0)
        end = self._text_width(right, font, size)
        lines = self._broken(text, font, size, self.width - (end + size if right else 0))
        for index, part in enumerate(lines):
            self._down(size * LEADING)
            self._canvas.setFont(font, size)
            if centre:
                self._canvas.drawCentredString(self._width / 2, self._y, part)
            else:
                self._canvas.drawString(self._margin, self._y, part)
            if right and index == len(lines) - 1:
                self._canvas.drawRightString(self._width - self._margin, self._y, right)

    def banner(self, text: str, *, size: float = 13) -> None:
        """Write a text in white on black, across the page: what nobody may overlook."""
        height = size * 2
        self._down(height)
        self._canvas.setFillGray(0)
        self._canvas.rect(self._margin, self._y, self.width, height, stroke=0, fill=1)
        self._canvas.setFillGray(1)
        self._canvas.setFont(BOLD, size)
        self._canvas.drawCentredString(self._width / 2, self._y + size * 0.65, text)
        self._canvas.setFillGray(0)

    def rule(self) -> None:
        """Draw a dashed line across the page."""
        self._down(8)
        self._canvas.setDash(2, 2)
        self._canvas.setLineWidth(0.6)
        self._canvas.line(self._margin, self._y + 2, self._width - self._margin, self._y + 2)
        self._canvas.setDash()
        self.space(2)

    def space(self, height: float) -> None:
        """Leave some points free."""
        self._y -= height

    def code(self, content: str, side: float) -> None:
        """Draw a QR code in the middle, `side` mm wide."""
        import segno

        rows = [list(row) for row in segno.make(content, micro=False).matrix_iter(border=2)]
        self._down(side * _MM)
        self._canvas.setFillGray(0)
        cell = side * _MM / len(rows)
        left = (self._width - side * _MM) / 2
        path = self._canvas.beginPath()
        for number, row in enumerate(rows):
            y = self._y + side * _MM - (number + 1) * cell
            for place, dark in enumerate(row):
                if dark:
                    path.rect(left + place * cell, y, cell, cell)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def done(self) -> bytes:
        """The file."""
        self._number_page()
        self._canvas.save()
        return self._buffer.getvalue()

    def _down(self, height: float) -> None:
        if self._y - height < self._margin:
            self._number_page()
            self._canvas.showPage()
            self._page += 1
            self._y = self._height - self._margin
        self._y -= height

    def _number_page(self) -> None:
        self._canvas.setFillGray(0.35)
        self._canvas.setFont(NORMAL, 7)
        number = f"Страница {self._page}"
        self._canvas.drawCentredString(self._width / 2, self._margin / 2, number)
        self._canvas.setFillGray(0)

    def _broken(self, text: str, font: str, size: float, width: float) -> list[str]:
        """A text in lines that fit; a word that is too long by itself is cut."""
        lines, line = [], ""
        for given in formatting.clean(text).split(" "):
            word = given
            while self._text_width(word, font, size) > width:
                fits = next(
                    end
                    for end in range(len(word) - 1, 0, -1)
                    if end == 1 or self._text_width(word[:end], font, size) <= width
                )
                lines += [line, word[:fits]] if line else [word[:fits]]
                line, word = "", word[fits:]
            longer = f"{line} {word}" if line else word
            if self._text_width(longer, font, size) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        return [*lines, line]

    def _text_width(self, text: str, font: str, size: float) -> float:
        width: float = self._canvas.stringWidth(text, font, size)
        return width


@cache
def _use_fonts() -> None:
    """Make the two faces known to reportlab."""
    from font_roboto import Roboto, RobotoBold
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(NORMAL, Roboto))
    pdfmetrics.registerFont(TTFont(BOLD, RobotoBold))
