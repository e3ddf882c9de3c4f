"""A picture in cells of the terminal: each is two pixels, the upper half of a block on the lower.

Works wherever there are colours: Rich takes the nearest of 256 or of 16, and under `NO_COLOR` the
shape is left. Real pixels (sixel, the protocol of kitty) are not used: the library for Textual asks
the terminal what it can do when it is imported, which is not possible any more once Textual reads
the keyboard, and would cost every start of the program otherwise; over tmux and SSH, where this
program lives, half of the terminals could not show them.
"""

from collections.abc import Sequence

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

Pixels = Sequence[Sequence[tuple[int, int, int]]]
UPPER = "▀"


class PictureView(Widget):
    """The picture. Give it pixels with `show_pixels`: it is as large as they are."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: list[Strip] = []

    def show_pixels(self, pixels: Pixels) -> None:
        """Show rows of colours, two to a line."""
        self._lines = [
            _line(pixels[row], pixels[row + 1] if row + 1 < len(pixels) else None)
            for row in range(0, len(pixels), 2)
        ]
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the picture."""
        del container, viewport
        return self._lines[0].cell_length if self._lines else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the picture."""
        del container, viewport, width
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        if y < len(self._lines):
            return self._lines[y].adjust_cell_length(self.size.width, self.rich_style)
        return Strip.blank(self.size.width, self.rich_style)


def _line(
    upper: Sequence[tuple[int, int, int]], lower: Sequence[tuple[int, int, int]] | None
) -> Strip:
    return Strip(
        Segment(
            UPPER,
            Style(
                color=Color.from_rgb(*colour),
                bgcolor=None if lower is None else Color.from_rgb(*lower[place]),
            ),
        )
        for place, colour in enumerate(upper)
    )
