"""Text whose parts are styled by the stylesheet: `text--muted`, `text--bad` and so on."""

from typing import ClassVar

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

Part = str | tuple[str, str]
"""Plain text, or text and the name of a part's style."""


class TextBlock(Widget):
    """A widget that renders styled text; subclasses give it in `render`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text--strong",
        "text--muted",
        "text--good",
        "text--warn",
        "text--bad",
        "text--accent",
        "text--brand",
        "text--key",
        "text--meter",
        "text--track",
        "text--here",
    }
    DEFAULT_CSS = """
    TextBlock { height: auto; }
    """

    def __init__(self, content: Content | str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._content = Content(content) if isinstance(content, str) else content

    def part(self, name: str) -> Style:
        """The stylesheet's style of a part, e.g. `muted`."""
        known = f"text--{name}"
        style = self.get_visual_style(known, partial=True)
        background = self.get_component_styles(known).background
        if background.a:  # A partial style leaves an opaque background out.
            style += Style(background=background)
        return style

    def assemble(self, *parts: Part) -> Content:
        """Put text together; none of it is read as markup."""
        return Content.assemble(
            *(part if isinstance(part, str) else (part[0], self.part(part[1])) for part in parts)
        )

    def show(self, *parts: Part) -> None:
        """Show new text; the layout is done again only where the number of lines changes."""
        content = self.assemble(*parts)
        if content != self._content:
            lines = str(self._content).count("\n") != str(content).count("\n")
            self._content = content
            self.refresh(layout=lines or not self.size.height)

    def render(self) -> Content:
        """What is shown now."""
        return self._content
