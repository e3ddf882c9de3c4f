"""A field for a phone number: any way of writing it is fine, the mask comes by itself."""

from textual import events

from mts_tui import phones

from .field import Field

LONGEST_PASTE = 100


class PhoneField(Field):
    """The field. `number` is what was typed, as E.164."""

    def __init__(self, phone: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            "Номер телефона",
            phones.display(phone) if phone else "",
            hint="+7 985 370-12-34",
            longest=LONGEST_PASTE,
            id=id,
        )

    @property
    def number(self) -> str:
        """The number, E.164.

        Raises:
            PhoneError: What was typed is no number of ours; the text says why.
        """
        return phones.parse(self.value)

    def _on_paste(self, event: events.Paste) -> None:
        # What is pasted may be anything, of any size: a number fits into its beginning.
        event.stop()
        event.prevent_default()
        text = event.text[: 10 * LONGEST_PASTE]
        try:
            self.value = phones.display(phones.parse(text))
        except phones.PhoneError:
            line = text.strip().splitlines()[0] if text.strip() else ""
            self.insert_text_at_cursor(line[:LONGEST_PASTE])
        self.cursor_position = len(self.value)

    def replace(self, text: str, start: int, end: int) -> None:
        """Change a part of the text, and put the mask's separators where it has grown to them.

        Every edit goes through here. A change in the middle is left alone: separators must not
        jump under the cursor of somebody who corrects a digit.
        """
        at_end = max(start, end) >= len(self.value)
        super().replace(text, start, end)
        if at_end:
            masked = phones.as_typed(self.value)
            if masked != self.value:
                self.value = masked
                self.cursor_position = len(masked)
