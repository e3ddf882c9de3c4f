"""Parts of the import: a field for a path, one for a tariff, rows that could not be read."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.backend.contract.imports import Unread, UnreadRow
from mts_tui.backend.contract.tariffs import Tariff
from mts_tui.imports.paths import LONGEST, WINDOWS, path_of
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph

LONGEST_TARIFF = 60


class PathField(Field):
    """A field for a path. What is dropped on the terminal takes the place of what stands there."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__("Файл", hint="~/Downloads/detail.html", longest=LONGEST, id=id)

    def _on_paste(self, event: events.Paste) -> None:
        line = event.text.strip().partition("\n")[0][:LONGEST]
        path = path_of(line, windows=WINDOWS)
        if path is None or not path.is_absolute():
            super()._on_paste(event)
            return
        event.stop()
        event.prevent_default()
        self.value = formatting.clean(str(path))
        self.cursor_position = len(self.value)


class TariffField(Field):
    """A field for the tariff of that time: a part of its title is enough."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(
            "Тариф того времени, если помните",
            hint="часть названия; можно не указывать",
            longest=LONGEST_TARIFF,
            id=id,
        )
        self._tariffs: Sequence[Tariff] = ()
        self.display = False

    def offer(self, tariffs: Sequence[Tariff]) -> None:
        """Show the field, now that it is known which tariffs there are."""
        self._tariffs = tariffs
        self.display = bool(tariffs)

    @property
    def tariff(self) -> Tariff | None:
        """The tariff that is meant, if one is."""
        typed = formatting.fold(self.value.strip())
        if not typed:
            return None
        known = [(formatting.fold(one.title), one) for one in self._tariffs]
        found = [one for title, one in known if typed in title]
        exact = [one for title, one in known if typed == title]
        return next(iter(exact or (found if len(found) == 1 else [])), None)

    @property
    def is_unclear(self) -> bool:
        """Whether something is typed that names no tariff, or several."""
        return bool(self.value.strip()) and self.tariff is None

    def watch_value(self, value: str) -> None:
        """Say which tariff it is."""
        del value
        found = self.tariff
        words = "такого тарифа нет, или он не один" if self.is_unclear else ""
        if found is not None:
            words = formatting.clean(found.title, 40)
        self.border_subtitle = Content(words)


class UnreadDialog(Dialog[None]):
    """Rows that could not be read: where, why, and what stands there.

    Args:
        rows: The first of them.
        count: How many there are.
    """

    def __init__(self, rows: Sequence[UnreadRow | Unread], count: int) -> None:
        super().__init__()
        self._rows = rows
        self._count = count

    def compose(self) -> ComposeResult:
        """The list, and the row under the cursor in full."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static(f"Не удалось прочитать: {self._count}", classes="title", markup=False)
            yield Rows((Column(10), Column(0)), "Прочитано всё.", id="unread-rows")
            yield Paragraph(id="unread-text")
            yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show them."""
        rows = self.query_one(Rows)
        rows.show(len(self._rows), self._cells, keep=False)
        rows.focus()

    def _cells(self, index: int) -> tuple[Cell, ...]:
        row = self._rows[index]
        return Cell(f"строка {row.line}", "muted"), Cell(formatting.clean(row.reason))

    def on_rows_moved(self) -> None:
        """Show what stands in the row."""
        place = self.query_one(Rows).cursor
        if place < len(self._rows):
            text = formatting.clean(self._rows[place].text, 300)
            self.query_one("#unread-text", Paragraph).show((text, "muted"))
