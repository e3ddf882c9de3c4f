"""The yardstick: a plain program with a table of 1,000 rows between a header and a footer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header

ROWS = 1_000


class Rows(App[None]):
    """Charges of a made-up number, one a row."""

    TITLE = "Charges"
    BINDINGS: ClassVar = [("q", "quit", "Quit"), ("r", "reload", "Reload")]

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("id", "date", "number", "amount", "description")
        for row in range(ROWS):
            table.add_row(
                str(row),
                f"2026-01-{row % 28 + 1:02}",
                f"+7916{row:07}",
                f"{row * 3.5:.2f}",
                f"Operation number {row}",
            )


if __name__ == "__main__":
    Rows().run()
