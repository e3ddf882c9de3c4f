"""What burns when, and one movement of points in sentences."""

from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.backend.contract.bonus import BonusState, Burning, PointsEntry
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .bonus_words import HOW, in_roubles, in_words, signed

COLUMNS = (Column(0), Column(14, right=True), Column(16, right=True))
NONE = "Баллов нет, и сгорать нечему."


class BurningDialog(Dialog[bool]):
    """The points by the days on which they burn.

    Args:
        number: Whose.
        state: The points.
    """

    def __init__(self, number: Number, state: BonusState) -> None:
        super().__init__()
        self._zone = ZoneInfo(number.zone)
        self._burning = state.burning

    def compose(self) -> ComposeResult:
        """What is spent first, the days."""
        with Vertical(id="dialog"):
            yield Static("Когда сгорают баллы", classes="title", markup=False)
            yield Static(
                "Баллы живут 12 месяцев. Первыми тратятся те, что сгорят раньше.",
                classes="hint",
                markup=False,
            )
            yield Rows(COLUMNS, NONE, id="burning-list")
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show them."""
        rows = self.query_one(Rows)
        rows.show(len(self._burning), lambda place: self._row(self._burning[place]), keep=False)
        rows.focus()

    def _row(self, one: Burning) -> tuple[Cell, ...]:
        return (
            Cell(formatting.date_long(one.at.astimezone(self._zone))),
            Cell(formatting.points(one.points), "strong"),
            Cell(f"≈ {in_roubles(one.points)}", "muted"),
        )


class MovementDialog(Dialog[None]):
    """One movement of points.

    Args:
        entry: Which.
        zone: The account's.
    """

    def __init__(self, entry: PointsEntry, zone: ZoneInfo) -> None:
        super().__init__()
        self._entry = entry
        self._zone = zone

    def compose(self) -> ComposeResult:
        """How it came about, what stayed, until when it lives."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(formatting.clean(self._entry.title), classes="title", markup=False)
            yield Paragraph(id="movement")
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show it."""
        self.query_one(Paragraph).show(*self._told())
        self.query_one("#leave").focus()

    def _told(self) -> list[Part]:
        one = self._entry
        at = one.at.astimezone(self._zone)
        parts: list[Part] = [
            (f"{signed(one.points)} ≈ {in_roubles(one.points)}", "good" if one.points > 0 else ""),
            f"   {formatting.date_long(at)}, {formatting.clock(at)}\n{HOW[one.kind]}\n",
            ("После этого: ", "muted"),
            in_words(one.balance),
        ]
        if one.expires_at is not None:
            day = formatting.date_long(one.expires_at.astimezone(self._zone))
            parts += [("\nСрок: ", "muted"), f"до {day}, если не потратить раньше"]
        return parts
