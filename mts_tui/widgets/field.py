"""A field to type in, with its name in its border, and without a blinking cursor.

A blinking cursor redraws the whole field twice a second: 2 KB/s for ever, over any SSH line.
"""

from textual.widgets import Input


class Field(Input):
    """The field."""

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        hint: str = "",
        secret: bool = False,
        longest: int = 256,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(value, placeholder=hint, password=secret, max_length=longest, id=id)
        self.border_title = title
        self.cursor_blink = False
