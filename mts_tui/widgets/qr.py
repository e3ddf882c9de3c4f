"""A QR code for a phone's camera: black on white, whatever the theme.

Every cell is two modules, one above the other. White modules are drawn as blocks in white on
black: where a terminal shows no colour at all, a code is still right on a dark background.
"""

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

BORDER = 2
"""Modules of white around: the standard wants four, cameras are content with two."""
_WHITE, _BLACK = Color.parse("#ffffff"), Color.parse("#000000")
_MIXED = Style(color=_WHITE, bgcolor=_BLACK)
_CELLS = {  # White above, white below: full white and full black leave no seams between lines.
    (True, True): ("█", Style(color=_WHITE, bgcolor=_WHITE)),
    (True, False): ("▀", _MIXED),
    (False, True): ("▄", _MIXED),
    (False, False): (" ", Style(color=_BLACK, bgcolor=_BLACK)),
}


def modules(content: str | bytes) -> list[list[bool]]:
    """The modules of the smallest code for a content, its border included; True is black."""
    import segno

    code = segno.make(content, error="l", boost_error=False, micro=False)
    return [[bool(dark) for dark in row] for row in code.matrix_iter(border=BORDER)]


def size_of(content: str | bytes) -> Size:
    """Cells that the code of a content takes."""
    side = len(modules(content))
    return Size(side, (side + 1) // 2)


class Qr(Widget):
    """The code. It takes exactly the cells it needs; where those are not there it is no code."""

    DEFAULT_CSS = "Qr { width: auto; height: auto; }"

    def __init__(self, content: str | bytes, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows = modules(content)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """One cell for each module of a row."""
        del container, viewport
        return len(self._rows)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Half a cell for each row."""
        del container, viewport, width
        return (len(self._rows) + 1) // 2

    def render_line(self, y: int) -> Strip:
        """Two rows of modules."""
        if not 0 <= 2 * y < len(self._rows):
            return Strip.blank(self.size.width)
        upper = self._rows[2 * y]
        lower = self._rows[2 * y + 1] if 2 * y + 1 < len(self._rows) else [False] * len(upper)
        segments = [
            Segment(*_CELLS[not above, not below])
            for above, below in zip(upper, lower, strict=True)
        ]
        return Strip(segments, len(segments)).simplify()
