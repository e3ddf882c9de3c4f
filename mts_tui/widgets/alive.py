"""Whether a widget is still to be worked with."""

from textual.widget import Widget


def alive(widget: Widget) -> bool:
    """Whether a widget and its parts are there.

    A page that is taken away loses its parts before its workers are stopped; an answer that comes
    in between must not look for them. Textual marks the whole branch first; the mark is private,
    and a test of ours fails should it go away.
    """
    return widget.is_attached and bool(widget.children) and not widget._pruning  # noqa: SLF001
