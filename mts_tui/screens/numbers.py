"""«Мои номера»: every number of the cabinet; Enter opens its account."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number, NumberPlace
from mts_tui.widgets.alive import alive
from mts_tui.widgets.filter import Filter
from mts_tui.widgets.headings import Headings
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Part, TextBlock

from .cabinet import NO_BALANCE
from .page import Page

COLUMNS = (
    Column(2),
    Column(18, title="Номер"),
    Column(0, needs=60, title="Имя и владелец"),
    Column(18, needs=90, title="Тариф"),
    Column(0, needs=130, title="Регион"),
    Column(14, right=True, title="Баланс"),
    Column(18, needs=110, title="Состояние"),
)
MARKS = {"active": " ", "no_money": "▲", "blocked": "■"}
STATES = {"active": "", "no_money": "▲ нужны деньги", "blocked": "■ заблокирован"}
LOST = "■ аппарат утрачен"
ROLES = {"child": " (ребёнок)", "city": " (городской)"}
SOUGHT = "Номер, имя, владелец, тариф или регион"


class NumbersPage(Page):
    """The list of numbers."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("numbers"))
    action_places = ("numbers", "list")

    def __init__(self) -> None:
        super().__init__(id="numbers")
        self._numbers: list[Number] = []
        self._shown: object = None

    def compose(self) -> ComposeResult:
        """Title, sums by currency, list, the number under the cursor in full."""
        rows = Rows(COLUMNS, "Номеров пока нет.", id="number-list")
        yield Static("Мои номера", classes="title", markup=False)
        yield TextBlock(id="totals")
        yield Filter(SOUGHT, rows, id="number-filter")
        yield Headings(rows)
        yield rows
        yield TextBlock(id="number-detail")

    def take_focus(self) -> None:
        """The list."""
        self.query_one(Rows).focus()

    def load(self) -> None:
        """Show the numbers that the screen has, and ask for them anew."""
        if self.cabinet_screen.numbers:
            self.numbers_came()
        self.cabinet_screen.load_numbers()

    def numbers_came(self) -> None:
        """Show the numbers that the screen has now."""
        if alive(self):
            self._show(self.chosen.account if self.chosen is not None else "")

    @property
    def chosen(self) -> Number | None:
        """The number under the cursor."""
        rows = self.query_one(Rows)
        return self._numbers[rows.cursor] if rows.cursor < len(self._numbers) else None

    def _show(self, account: str) -> None:
        """Show what the filter lets through, the cursor on a number."""
        everything, here = self.cabinet_screen.numbers, self.cabinet_screen.account
        sought = formatting.fold(self.query_one(Filter).value.strip())
        content = (everything, here, sought)
        if content == self._shown:  # Most answers bring nothing new: nothing is drawn anew.
            return
        self._shown = content
        self._numbers = (
            [one for one in everything if sought in _searched(one)] if sought else everything
        )
        self.query_one("#totals", TextBlock).show(*_totals(everything, self._numbers))
        rows = self.query_one(Rows)
        rows.show(len(self._numbers), lambda index: _row(self._numbers[index], here), keep=True)
        if everything and not self._numbers:
            rows.say("Такого номера нет. Esc в строке поиска покажет все.")
        places = [place for place, one in enumerate(self._numbers) if one.account == account]
        rows.go_to(places[0] if places else min(rows.cursor, max(0, len(self._numbers) - 1)))
        self._show_detail()

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        number = self.chosen
        parts = _detail(number, self.size.width - 4) if number is not None else []
        self.query_one("#number-detail", TextBlock).show(*parts)

    @on(Input.Changed, "#number-filter")
    def _filtered(self) -> None:
        self.numbers_came()

    @on(Rows.Chosen)
    def _open(self, chosen: Rows.Chosen) -> None:
        self.cabinet_screen.switch_to(self._numbers[chosen.index].account)
        self.cabinet_screen.open_page("account")

    def action_find_number(self) -> None:
        """Type what to look for."""
        self.query_one(Filter).open()

    def action_add_number(self) -> None:
        """Add a number."""
        from .number_forms import AddNumberDialog

        self.app.push_screen(AddNumberDialog(), self._changed)

    def action_rename_number(self) -> None:
        """Call the chosen number something else."""
        from .number_forms import RenameDialog

        if self.chosen is not None:
            self.app.push_screen(RenameDialog(self.chosen), self._changed)

    @work(group="save")
    @once("save")
    async def action_remove_number(self) -> None:
        """Take the chosen number out of the cabinet."""
        number = self.chosen
        if number is None:
            return
        if number.imported:
            from .imported_files import FilesDialog

            self.app.push_screen(FilesDialog(number), self._changed)
            return
        try:
            await self.app.cabinet.numbers.unlink(number.account)
        except CabinetError as error:
            self.app.explain(error)
            return
        self.app.say(
            f"{phones.display(number.phone)} убран из кабинета. {can_undo(self.app, 'Вернуть')}"
        )
        self.cabinet_screen.load_numbers()

    @work(group="save")
    @once("save")
    async def action_move_number(self, step: int) -> None:
        """Put the chosen number a place up or down."""
        number = self.chosen
        if number is None:
            return
        if self.query_one(Filter).value:
            self.app.say("Чтобы менять порядок, снимите поиск: / и Esc.")
            return
        place = self._numbers.index(number) + 1 + step
        if not 1 <= place <= len(self._numbers):
            return
        try:
            moved = await self.app.cabinet.numbers.move(number.account, NumberPlace(place=place))
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self):
            self.cabinet_screen.numbers = moved.items
            self._show(number.account)

    def _changed(self, changed: object) -> None:
        if changed:
            self.cabinet_screen.load_numbers()

    def text_to_copy(self) -> str:
        """The number under the cursor."""
        return self.chosen.phone if self.chosen is not None else ""


def _searched(number: Number) -> str:
    """What of a number is searched: digits too, however they are typed."""
    words = (number.name, number.owner, number.tariff, number.region, number.phone)
    return formatting.fold(" ".join((*words, phones.display(number.phone))))


def _totals(everything: list[Number], shown: list[Number]) -> list[Part]:
    totals: dict[str, int] = {}
    for number in everything:
        if number.imported:
            continue
        money = number.balance
        totals[money.currency] = totals.get(money.currency, 0) + money.amount_minor
    sums = " · ".join(formatting.money(total, unit) for unit, total in totals.items())
    count = formatting.count(len(everything), "номер", "номера", "номеров")
    if len(shown) != len(everything):
        count = f"{len(shown)} из {len(everything)}"
    parts: list[Part] = [(count, "strong")]
    return [*parts, ("   на всех счетах: ", "muted"), sums] if sums else parts


def _role(number: Number) -> str:
    if number.imported:
        return " (импорт)"
    return ROLES.get(number.role, "") or ROLES.get(number.kind, "")


def _state(number: Number) -> str:
    return LOST if number.lost else STATES[number.state]


def _row(number: Number, here: str) -> tuple[Cell, ...]:
    money = number.balance
    mark = "■" if number.lost else MARKS[number.state]
    name = formatting.clean(number.name)
    named = f"{name}{_role(number)} · " if name else f"{_role(number)} ".lstrip()
    return (
        Cell(("▌" if number.account == here else " ") + mark, "bad"),
        Cell(phones.display(number.phone), "strong"),
        Cell(f"{named}{formatting.clean(number.owner)}"),
        Cell(formatting.clean(number.tariff)),
        Cell(formatting.clean(number.region), "muted"),
        Cell(
            NO_BALANCE if number.imported else formatting.money(money.amount_minor, money.currency),
            "bad" if money.amount_minor < 0 else "",
        ),
        Cell(_state(number), "bad"),
    )


def _detail(number: Number, width: int) -> list[Part]:
    """What a narrow list leaves out, in two lines."""
    name = formatting.clean(number.name, 40) or "Без имени"
    words = (f"{name}{_role(number)}", formatting.clean(number.owner, 40))
    place = f"{formatting.clean(number.region, 60)} · {formatting.clean(number.tariff, 40)}"
    state = _state(number)
    parts: list[Part] = [
        " · ".join(words),
        "\n",
        (place[: max(0, width - len(state) - 2)], "muted"),
    ]
    return [*parts, "  ", (state, "bad")] if state else parts
