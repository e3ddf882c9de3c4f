"""Tariffs side by side: one's own stays in the first column, the others go by sideways."""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract.tariffs import Tariff
from mts_tui.widgets.headings import Headings
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .base import AppScreen
from .tariff_words import (
    AUDIENCES,
    KINDS,
    amount_in_short,
    fee_in_short,
    included,
    month_cost,
    per,
    state_of,
    title_of,
)

NARROWEST = 17
"""Cells of a tariff's column."""
LABELS = (46, 24, 18, 14)
"""Cells of the labels' column: the most that leaves room for all tariffs, or else for two."""
BESIDE = 5
"""Cells of a line that are no label's and no tariff's: its sign, blanks, the bar."""
LEGEND = "≠ — не одинаково;  ↑ больше, чем у вас;  ↓ меньше"
SAME = "Тарифы одинаковы во всём, что здесь сравнивается. О покажет все строки."
_NO_LIMIT = 2**62


class Value(NamedTuple):
    """What one tariff has in one line.

    Attributes:
        text: As people read it.
        size: By which it is compared; None where more and less make no sense.
    """

    text: str
    size: int | None = None


class Line(NamedTuple):
    """One thing that is compared.

    Attributes:
        label: What.
        values: One for each tariff.
    """

    label: str
    values: list[Value]

    def differs(self, places: Iterable[int]) -> bool:
        """Whether not all of these tariffs have the same."""
        return len({self.values[place].text for place in places}) > 1


class Table(Rows):
    """The lines; the arrows to the sides show other tariffs."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("comparison"))

    class Resized(Message):
        """There is room for other columns now."""

    def on_resize(self) -> None:
        """Tell of it: the phone beside takes room as well."""
        super().on_resize()
        self.post_message(self.Resized())


class CompareScreen(AppScreen[None]):
    """The table.

    Args:
        account: Whose.
        tariffs: One's own first, where it is there, then the others.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("compare"))

    def __init__(self, account: str, tariffs: Sequence[Tariff]) -> None:
        super().__init__()
        self._account = account
        self._tariffs = tariffs
        self._lines = lines_of(tariffs)
        self._first = 1
        self._only_different = False
        self._rows: list[tuple[Cell, ...]] = []

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("compare", "comparison", "list")

    def compose(self) -> ComposeResult:
        """Title, what the signs mean, the table."""
        rows = Table((Column(0),), SAME, id="comparison")
        with Vertical(id="compare"):
            yield TextBlock(id="compare-title")
            yield Paragraph(id="compare-legend")
            yield Headings(rows)
            yield rows
        yield KeyBar()

    def on_mount(self) -> None:
        """The table is laid as soon as its width is known."""
        self.query_one("#compare-legend", Paragraph).show((LEGEND, "muted"))
        self.query_one(Rows).focus()

    def on_happened(self, happened: Happened) -> None:
        """The phone beside shows what is new."""
        for handset in self.query("Handset"):
            handset.post_message(happened)

    # ------------------------------------------------------------------ showing

    @on(Table.Resized)
    def _lay(self) -> None:
        """Show as many columns as fit."""
        rows = self.query_one(Rows)
        width = rows.size.width - BESIDE
        rooms = {one: (width - one) // (NARROWEST + 1) for one in LABELS}
        label = next((one for one in LABELS if rooms[one] >= len(self._tariffs)), None) or next(
            (one for one in LABELS if rooms[one] > 1), LABELS[-1]
        )
        room = max(1, rooms[label])
        pinned = 1 if room > 1 else 0
        shown_now = min(room - pinned, len(self._tariffs) - pinned)
        self._first = max(pinned, min(self._first, len(self._tariffs) - shown_now))
        places = [*range(pinned), *range(self._first, self._first + shown_now)]
        titles = [title_of(self._tariffs[place]) for place in places]
        rows.columns = (
            Column(1),
            Column(label),
            *(Column(0, title=title) for title in titles),
        )
        self._rows = [
            cells
            for line in self._lines
            if not self._only_different or line.differs(range(len(self._tariffs)))
            for cells in _cells(line, places, label)
        ]
        rows.show(len(self._rows), self._rows.__getitem__, keep=True)
        rows.go_to(min(rows.cursor, max(0, len(self._rows) - 1)))
        self.query_one(Headings).refresh()
        self._show_title(places, pinned)

    def _show_title(self, places: list[int], pinned: int) -> None:
        parts: list[Part] = [("Сравнение тарифов", "strong")]
        hidden_left = places[pinned] - pinned
        hidden_right = len(self._tariffs) - 1 - places[-1]
        if hidden_left or hidden_right:
            left = f"← ещё {hidden_left}  " if hidden_left else ""
            right = f"ещё {hidden_right} →" if hidden_right else ""
            parts.append((f"   {left}{right}", "warn"))
        if self._only_different:
            parts.append(("   только отличия", "muted"))
        self.query_one("#compare-title", TextBlock).show(*parts)

    # ------------------------------------------------------------------ what a person does

    def action_sideways(self, step: int) -> None:
        """Show the tariffs further left or right."""
        self._first += step
        self._lay()

    def action_only_different(self) -> None:
        """Show only lines that differ, or all."""
        self._only_different = not self._only_different
        self._lay()

    @on(Rows.Chosen)
    def _open(self) -> None:
        """Enter has nothing to open here: what to do stands in words."""
        self.app.say("Чтобы сменить тариф, вернитесь к списку: Esc, там Enter на тарифе.")

    def action_close(self) -> None:
        """Close the table."""
        self.dismiss(None)


def lines_of(tariffs: Sequence[Tariff]) -> list[Line]:
    """Everything that is compared, the fee first."""
    found = [
        Line("Плата", [Value(fee_in_short(one), month_cost(one)) for one in tariffs]),
    ]
    for kind, title in KINDS.items():
        packages = [included(one, kind) for one in tariffs]
        if any(packages):
            sizes = [
                0 if one is None else _NO_LIMIT if one.unlimited
                else one.amount * (30 if one.period == "day" else 1)
                for one in packages
            ]  # fmt: skip
            values = [
                Value(amount_in_short(one), size) for one, size in zip(packages, sizes, strict=True)
            ]
            found.append(Line(f"{title} в пакете", values))
    found.append(Line("Для кого", [Value(AUDIENCES[one.audience]) for one in tariffs]))
    found.append(Line("Перейти", [Value(state_of(one)[0]) for one in tariffs]))
    return found + _prices(tariffs)


def _prices(tariffs: Sequence[Tariff]) -> list[Line]:
    """A line for each price that any of them has, in the order of the first that has it."""
    by_title = [{price.title: price for price in one.prices} for one in tariffs]
    titles = dict.fromkeys(title for prices in by_title for title in prices)
    found = []
    for title in titles:
        there = [prices.get(title) for prices in by_title]
        units = {one.unit for one in there if one is not None}
        values = []
        for one in there:
            if one is None:
                values.append(Value("—"))
                continue
            unit = f" {per(one)}" if len(units) > 1 else ""
            size = one.price.amount_minor * (60 if one.unit == "секунда" else 1)
            values.append(Value(f"{sum_of(one.price)}{unit}", size))
        label = formatting.clean(title, 60)
        unit = formatting.clean(units.pop(), 20) if len(units) == 1 else ""
        if unit not in label:
            label = f"{label}, {unit}"
        found.append(Line(label, values))
    return found


def _cells(line: Line, places: Sequence[int], width: int) -> list[tuple[Cell, ...]]:
    """The rows of a line: its label may take several."""
    labels = wrap(line.label, width) or [""]
    own = line.values[0]
    values = [_cell(line.values[place], own, is_own=place == 0) for place in places]
    differs = line.differs(places)
    sign = Cell("≠", "warn") if differs else Cell(" ")
    blank = [Cell("") for _ in places]
    rows = [(sign, Cell(labels[0], "" if differs else "muted"), *values)]
    return rows + [(Cell(" "), Cell(part, rows[0][1].style), *blank) for part in labels[1:]]


def _cell(value: Value, own: Value, *, is_own: bool) -> Cell:
    if value.text == own.text:
        return Cell(f"  {value.text}", "" if is_own else "muted")
    if value.size is None or own.size is None or value.size == own.size:
        return Cell(f"  {value.text}", "strong")
    return Cell(f"{'↑' if value.size > own.size else '↓'} {value.text}", "strong")
