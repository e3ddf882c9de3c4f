"""Pages of a PDF: Roboto with Cyrillic, lines from the top down, page numbers.

Only the letters that are used go into the file. reportlab and the font are loaded when a page is
drawn, never before.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from mts_tui import formatting

NORMAL, BOLD = "Roboto", "Roboto-Bold"
_MM = 72 / 25.4
LEADING = 1.35
"""Height of a line, in font sizes."""
_GAP = 4.0
"""Points between two columns."""
_GREY = 0.35
_NUMBER_SIZE = 7
_TOTAL = "pages"
"""The form that holds the number of pages."""


class Column(NamedTuple):
    """A column of a table: its width in mm, and whether its texts end at its right edge."""

    width: float
    right: bool = False


class Pages:
    """A document that is written from the top down.

    Args:
        title: What a reader shows as its name.
        size: Width and height of a page, mm.
        margin: Free space on every side, mm.
        file: Where it is written; None for `done` to answer it.

    Attributes:
        begin_page: Called at the top of every page but the first.
    """

    def __init__(
        self,
        title: str,
        size: tuple[float, float],
        margin: float,
        file: BinaryIO | None = None,
    ) -> None:
        from reportlab.pdfgen.canvas import Canvas

        _use_fonts()
        self.begin_page: Callable[[], None] | None = None
        self._buffer = BytesIO()
        self._width, self._height = (side * _MM for side in size)
        self._margin = margin * _MM
        # Invariant: the same document is the same file.
        self._canvas: Any = Canvas(
            file or self._buffer, pagesize=(self._width, self._height), invariant=True
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

    def keep_together(self, height: float) -> None:
        """Begin a page, unless so many points are left on this one."""
        if self._y - height < self._margin:
            self._turn()

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

    def cells(
        self,
        texts: Sequence[str],
        columns: Sequence[Column],
        *,
        size: float,
        bold: bool = False,
        ruled: bool = False,
    ) -> None:
        """Write a row of a table: each text in its column, broken where it is too long.

        Args:
            texts: One for each column.
            columns: From the left margin on.
            size: Of the letters, points.
            bold: Whether they are.
            ruled: Whether a line is drawn below.
        """
        font = BOLD if bold else NORMAL
        broken = [
            self._fitting(text, font, size, column.width * _MM - _GAP)
            for text, column in zip(texts, columns, strict=True)
        ]
        leading = size * LEADING
        height = leading * max(map(len, broken)) + (_GAP if ruled else 0)
        self._down(height)
        written = self._canvas.beginText()
        written.setFont(font, size)
        left = self._margin
        for column, parts in zip(columns, broken, strict=True):
            y = self._y + height - leading
            for part in parts:
                if part:
                    x = left
                    if column.right:
                        x += column.width * _MM - _GAP - _width_of(part, font, size)
                    written.setTextOrigin(x, y)
                    written.textOut(part)
                y -= leading
            left += column.width * _MM
        self._canvas.drawText(written)
        if ruled:
            self._canvas.setLineWidth(0.6)
            self._canvas.line(self._margin, self._y + 2, left, self._y + 2)

    def finish(self) -> None:
        """Write what comes last."""
        self._number_page()
        self._canvas.beginForm(_TOTAL, 0, -_NUMBER_SIZE, 10 * _NUMBER_SIZE, _NUMBER_SIZE)
        self._canvas.setFillGray(_GREY)
        self._canvas.setFont(NORMAL, _NUMBER_SIZE)
        self._canvas.drawString(0, 0, str(self._page))
        self._canvas.endForm()
        self._canvas.save()

    def done(self) -> bytes:
        """The file."""
        self.finish()
        return self._buffer.getvalue()

    def _down(self, height: float) -> None:
        if self._y - height < self._margin:
            self._turn()
        self._y -= height

    def _turn(self) -> None:
        """Begin the next page."""
        self._number_page()
        self._canvas.showPage()
        self._page += 1
        self._y = self._height - self._margin
        if self.begin_page is not None:
            self.begin_page()

    def _number_page(self) -> None:
        """Write which page this is; of how many is known at the end, and stands in a form."""
        self._canvas.setFillGray(_GREY)
        self._canvas.setFont(NORMAL, _NUMBER_SIZE)
        number, y = f"Страница {self._page} из ", self._margin / 2
        left = (self._width - self._text_width(number, NORMAL, _NUMBER_SIZE)) / 2
        self._canvas.drawString(left, y, number)
        self._canvas.saveState()
        self._canvas.translate(left + self._text_width(number, NORMAL, _NUMBER_SIZE), y)
        self._canvas.doForm(_TOTAL)
        self._canvas.restoreState()
        self._canvas.setFillGray(0)

    def _fitting(self, text: str, font: str, size: float, width: float) -> list[str]:
        """`_broken`, but most texts fit as they are."""
        return (
            [text]
            if _width_of(text, font, size) <= width
            else self._broken(text, font, size, width)
        )

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


@lru_cache(maxsize=16_384)
def _width_of(text: str, font: str, size: float) -> float:
    """The width of a text; those of a table are mostly the same ones again and again."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    width: float = stringWidth(text, font, size)
    return width


@cache
def _use_fonts() -> None:
    """Make the two faces known to reportlab."""
    from font_roboto import Roboto, RobotoBold
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(NORMAL, Roboto))
    pdfmetrics.registerFont(TTFont(BOLD, RobotoBold))
