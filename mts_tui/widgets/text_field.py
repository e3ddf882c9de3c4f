"""A field of several lines, with its name in its border, and without a blinking cursor.

Enter begins a new line, Tab goes on to the next field. More than fits is not taken; the bell tells.
"""

from textual import events
from textual.content import Content
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from mts_tui import formatting


class TextField(TextArea):
    """The field.

    Args:
        title: What it is for.
        longest: Characters that it takes.
    """

    def __init__(
        self,
        title: str,
        text: str = "",
        *,
        longest: int,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(text, id=id, tab_behavior="focus", highlight_cursor_line=False)
        self.border_title = Content(title)
        self.cursor_blink = False
        self._longest = longest

    def edit(self, edit: Edit) -> EditResult:
        """Change a part of the text; every key and paste goes through here."""
        start, end = sorted((edit.from_location, edit.to_location))
        replaced = len(self.get_text_range(start, end))
        room = self._longest - len(self.text) + replaced
        if len(edit.text) > room:
            self.app.bell()
            edit.text = edit.text[: max(0, room)]
        return super().edit(edit)

    async def _on_paste(self, event: events.Paste) -> None:
        """Take what fits, without what a terminal would obey."""
        event.prevent_default()
        event.stop()
        text = formatting.clean(event.text[: 4 * self._longest], keep_lines=True)
        if result := self._replace_via_keyboard(text, *self.selection):
            self.move_cursor(result.end_location)
