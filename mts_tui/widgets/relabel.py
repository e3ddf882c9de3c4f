"""Say something else on a button."""

from textual.widgets import Button


def relabel(button: Button, text: str) -> None:
    """Change a button's label, and its width with it: Textual draws the new one into the old."""
    if str(button.label) != text:
        button.label = text
        button.refresh(layout=True)
