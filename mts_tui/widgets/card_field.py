"""The fields of a bank card: number, term, code. None of them can be copied from."""

from textual import events, on
from textual.widgets import Input

from mts_tui import cards

from .field import Field


class CardPart(Field):
    """A field of a card. What is typed is wiped by `take`, and never put on the clipboard."""

    def take(self) -> str:
        """What was typed; the field is empty from then on."""
        text, self.value = self.value, ""
        return text

    def action_copy(self) -> None:
        """Leave the clipboard alone."""

    def action_cut(self) -> None:
        """Delete the selection, past the clipboard."""
        self.delete_selection()

    def masked(self, text: str) -> str:
        """The text with its separators."""
        return text

    def _on_paste(self, event: events.Paste) -> None:
        super()._on_paste(event)
        self._mask()

    def replace(self, text: str, start: int, end: int) -> None:
        """Change a part of the text; separators come where it grows at its end."""
        at_end = max(start, end) >= len(self.value)
        super().replace(text, start, end)
        if at_end:
            self._mask()

    def _mask(self) -> None:
        masked = self.masked(self.value)
        if masked != self.value:
            self.value = masked
            self.cursor_position = len(masked)


class CardField(CardPart):
    """The number, in groups of four, with the payment system as soon as it is known."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        longest = cards.LONGEST + cards.LONGEST // 4
        super().__init__("Номер карты", hint="2200 0000 0000 0004", longest=longest, id=id)

    def masked(self, text: str) -> str:
        """Groups of four."""
        return cards.as_typed(text)

    @on(Input.Changed)
    def _show_brand(self) -> None:
        self.border_subtitle = cards.brand("".join(self.value.split()))


class TermField(CardPart):
    """Month and year; the slash comes by itself."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("Месяц/год", hint="12/29", longest=7, id=id)

    def masked(self, text: str) -> str:
        """The slash after the month, unless it is being deleted."""
        return cards.term_as_typed(text)


class CvvField(CardPart):
    """The three digits on the back, hidden."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("CVV/CVC", secret=True, longest=4, id=id)
