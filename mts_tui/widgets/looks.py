"""Named styles of text, from the stylesheet: `look--muted`, `look--bad` and so on.

A screen carries them once for all its widgets: component styles are worked out anew for every
widget that declares them, and that was half of the time of laying a screen.
"""

from typing import TYPE_CHECKING

from textual.style import Style

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget


LOOKS = {
    f"look--{name}"
    for name in (
        "strong",
        "muted",
        "good",
        "warn",
        "bad",
        "brand",
        "key",
        "meter",
        "track",
        "here",
        "cursor",
    )
}
"""Component classes of every screen: the names that `look` knows."""


def look(widget: "Widget", name: str) -> Style:
    """A named style, as the stylesheet has it for the widget's screen now."""
    screen: Screen[object] = widget.screen
    known = f"look--{name}"
    style = screen.get_visual_style(known, partial=True)
    background = screen.get_component_styles(known).background
    if background.a:  # A partial style leaves an opaque background out.
        style += Style(background=background)
    return style
