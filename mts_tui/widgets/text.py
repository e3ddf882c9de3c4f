"""Text whose parts are styled by the stylesheet."""

from textual.content import Content
from textual.widget import Widget

from .looks import look

Part = str | tuple[str, str]
"""Plain text, or text and the name of a part's style, which may be empty."""


class TextBlock(Widget):
    """A widget that renders styled text; subclasses give it in `render`."""

    def __init__(self, content: Content | str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._content = Content(content) if isinstance(content, str) else content
        self._parts: tuple[Part, ...] = ()

    def assemble(self, *parts: Part) -> Content:
        """Put text together; none of it is read as markup."""
        return Content.assemble(
            *(
                part
                if isinstance(part, str)
                else (part[0], look(self, part[1]))
                if part[1]
                else part[0]
                for part in parts
            )
        )

    def show(self, *parts: Part) -> None:
        """Show new text; the layout is done again only where the number of lines changes."""
        self._parts = parts
        content = self.assemble(*parts)
        if content != self._content:
            lines = str(self._content).count("\n") != str(content).count("\n")
            self._content = content
            self.refresh(layout=lines or not self.size.height)

    def put_on(self) -> None:
        """Show the same in the theme that is now put on."""
        if self._parts:
            self._content = self.assemble(*self._parts)
        self.refresh()

    def render(self) -> Content:
        """What is shown now."""
        return self._content


class Paragraph(TextBlock):
    """Text that wraps: the layout follows its length."""

    def show(self, *parts: Part) -> None:
        """Show new text."""
        super().show(*parts)
        self.refresh(layout=True)
