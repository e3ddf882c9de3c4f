"""A sound as a picture: its loudness over time, and how far it has been played.

Reads without colour as well: a mark stands under the place that is heard.
"""

from collections.abc import Sequence

from textual.content import Content

from mts_tui import formatting

from .text import Part, TextBlock

STEPS = " ▁▂▃▄▅▆▇█"
HEIGHT = 2
"""Lines of the picture, without the line of the mark."""
TOP = 100
_FULL = len(STEPS) - 1


class Waveform(TextBlock):
    """The picture. Give it a sound with `show_wave`, then move the mark with `move_to`."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._wave: Sequence[int] = ()
        self._seconds = 0.0
        self._at: float | None = None

    def show_wave(self, wave: Sequence[int], seconds: float) -> None:
        """Show a sound.

        Args:
            wave: Loudness over time, 0 to 100.
            seconds: How long it is.
        """
        self._wave, self._seconds, self._at = wave, seconds, None
        self.refresh(layout=True)

    def move_to(self, seconds: float | None) -> None:
        """Put the mark where the sound is now; None takes it away."""
        if seconds != self._at:
            self._at = seconds
            self.refresh()

    def render(self) -> Content:
        """Two lines of bars and a line with the mark."""
        width = self.size.width
        if not self._wave or width <= 0:
            return Content("\n" * HEIGHT)
        played = self._place(width)
        heights = [round(level * HEIGHT * _FULL / TOP) for level in _fitted(self._wave, width)]
        parts: list[Part] = []
        for line in reversed(range(HEIGHT)):
            text = "".join(STEPS[min(_FULL, max(0, one - line * _FULL))] for one in heights)
            parts += [(text[:played], "meter"), (text[played:], "muted"), "\n"]
        return self.assemble(*parts, *self._below(width, played))

    def _place(self, width: int) -> int:
        if self._at is None or not self._seconds:
            return 0
        return min(width - 1, int(width * self._at / self._seconds))

    def _below(self, width: int, place: int) -> list[Part]:
        """The line under the picture: the mark, and the time on its free side."""
        whole = formatting.duration_table(round(self._seconds))
        if self._at is None:
            return [(whole, "muted")]
        time = f"{formatting.duration_table(int(self._at))} / {whole}"
        if place + len(time) + 2 <= width:
            return [" " * place, ("▲", "strong"), (f" {time}", "muted")]
        return [" " * (place - len(time) - 1), (time, "muted"), " ", ("▲", "strong")]


def _fitted(wave: Sequence[int], width: int) -> list[int]:
    """The same picture, so many points wide: the loudest of those that share a place."""
    count = len(wave)
    if width >= count:
        return [wave[place * count // width] for place in range(width)]
    return [
        max(wave[place * count // width : (place + 1) * count // width]) for place in range(width)
    ]
