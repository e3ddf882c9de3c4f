"""The limit: what any Textual program costs before its first frame."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Label


class Nothing(App[None]):
    """One line of text, so that there is a frame to wait for."""

    def compose(self) -> ComposeResult:
        yield Label("Nothing but Textual and this line of text.")


if __name__ == "__main__":
    Nothing().run()
