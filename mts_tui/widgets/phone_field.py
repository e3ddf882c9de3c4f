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

    def watch_value(self, value: str) -> None:
        """Put the mask's separators where the number has grown to them."""
        if self.cursor_position < len(value) - 1:
            return  # Somebody corrects a digit inside: separators must not jump under the cursor.
        masked = phones.as_typed(value)
        if masked != value:
            self.value = masked
            self.cursor_position = len(masked)
