"""A choice of yes or no that reads without colour: `[x]` and `[ ]`."""

from textual.content import Content
from textual.widgets import Checkbox


class Check(Checkbox):
    """The choice."""

    @property
    def _button(self) -> Content:
        style = self.get_visual_style("toggle--button")
        return Content.assemble(("[x]" if self.value else "[ ]", style))
