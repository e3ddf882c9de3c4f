"""What there is to show or to tell in a shop: codes of ordered rewards, discounts of partners."""

from typing import ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.bonus import BonusState, Discount, RewardOrder
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .bonus_words import HIDDEN, STATES, in_words

T = TypeVar("T", RewardOrder, Discount)


class CodesDialog(Dialog[bool], Generic[T]):
    """A list of things with a code; the one under the cursor is told in full.

    Args:
        number: Whose.
        state: The points; not needed here.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("codes"))
    action_places = ("codes", "list")
    TITLE: ClassVar[str]
    NONE: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]

    def __init__(self, number: Number, state: BonusState) -> None:
        super().__init__()
        del state
        self._number = number
        self._zone = ZoneInfo(number.zone)
        self._found: list[T] = []

    def compose(self) -> ComposeResult:
        """The list and the one under the cursor."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static(self.TITLE, classes="title", markup=False)
            yield Rows(self.COLUMNS, self.NONE, id="codes-list")
            yield Paragraph(id="code-detail")
            yield Static("", id="codes-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Скопировать код", variant="primary", id="copy-code")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.query_one("#copy-code").display = False
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the list."""
        try:
            found = await self.ask()
        except CabinetError as error:
            if alive(self):
                self.query_one("#codes-message", Static).update(str(error))
                self.query_one(Rows).say("Список не загрузился. Закройте и откройте снова.")
            return
        if alive(self):
            self._found = found
            self._show_list()

    def _show_list(self) -> None:
        found = self._found
        self.query_one(Rows).show(len(found), lambda place: self.row(found[place]), keep=True)
        self._show_detail()

    async def ask(self) -> list[T]:
        """The things."""
        raise NotImplementedError

    def row(self, one: T) -> tuple[Cell, ...]:
        """The cells of one."""
        raise NotImplementedError

    def told(self, one: T) -> list[Part]:
        """All of one."""
        raise NotImplementedError

    @property
    def _current(self) -> T | None:
        place = self.query_one(Rows).cursor
        return self._found[place] if place < len(self._found) else None

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        one = self._current
        self.query_one("#code-detail", Paragraph).show(*(self.told(one) if one else ()))
        button = self.query_one("#copy-code", Button)
        button.display = one is not None and bool(one.code)
        if one is not None:
            relabel(button, "Показать код" if self.hides(one) else "Скопировать код")

    def hides(self, one: T) -> bool:
        """Whether the code of one is kept from whoever looks at the screen."""
        del one
        return False

    def reveal(self, one: T) -> None:
        """Hide the code of one no more."""

    @on(Rows.Chosen)
    @on(Button.Pressed, "#copy-code")
    def _use_code(self) -> None:
        """Show the code of the one under the cursor; copy one that is shown."""
        one = self._current
        if one is None or not one.code or not self.hides(one):
            self.action_copy_code()
            return
        self.reveal(one)
        self._show_list()

    def action_copy_code(self) -> None:
        """Copy the code of the one under the cursor, shown or not."""
        one = self._current
        if one is not None and one.code:
            self.app.copy(formatting.clean(one.code))
        elif one is not None:
            self.app.say("Здесь кода нет, копировать нечего.")


class OrdersDialog(CodesDialog[RewardOrder]):
    """What was ordered; a certificate's code is money, and hidden until its owner asks for it."""

    TITLE = "Заказы и коды"
    NONE = "Заказов пока нет. Награды за баллы — в «МТС Бонус», «Награды»."
    COLUMNS = (Column(9), Column(0), Column(16, needs=60), Column(12))

    def __init__(self, number: Number, state: BonusState) -> None:
        super().__init__(number, state)
        self._shown: set[str] = set()

    def hides(self, one: RewardOrder) -> bool:
        """Until it was asked for."""
        return one.id not in self._shown

    def reveal(self, one: RewardOrder) -> None:
        """Show it from now on."""
        self._shown.add(one.id)

    def _code(self, one: RewardOrder) -> str:
        hidden = one.code and self.hides(one)
        return HIDDEN if hidden else formatting.clean(one.code)

    async def ask(self) -> list[RewardOrder]:
        """The orders, the newest first."""
        return (await self.app.cabinet.bonus.orders(self._number.account)).items

    def row(self, one: RewardOrder) -> tuple[Cell, ...]:
        """When, what, the code, how it stands."""
        return (
            Cell(formatting.date_short(one.at.astimezone(self._zone)), "muted"),
            Cell(formatting.clean(one.title, 80)),
            Cell(self._code(one), "key"),
            Cell(*STATES[one.state]),
        )

    def told(self, one: RewardOrder) -> list[Part]:
        """The order in sentences."""
        at = formatting.date_long(one.at.astimezone(self._zone))
        parts: list[Part] = [
            (formatting.clean(one.title), "strong"),
            f": {in_words(one.points)}, {at}\n",
        ]
        if one.code:
            parts += ["Код ", (self._code(one), "key"), ". "]
        if one.state == "processing":
            parts.append("Код придёт в SMS, когда всё будет оформлено. ")
        if one.until is not None:
            parts.append(f"Действует до {formatting.date_long(one.until.astimezone(self._zone))}")
        return parts


class DiscountsDialog(CodesDialog[Discount]):
    """Discounts of partners, in the number's region."""

    TITLE = "Скидки партнёров"
    NONE = "В вашем регионе скидок партнёров сейчас нет."
    COLUMNS = (Column(18), Column(0), Column(12, right=True, needs=56))

    async def ask(self) -> list[Discount]:
        """The discounts."""
        return (await self.app.cabinet.bonus.discounts(self._number.account)).items

    def row(self, one: Discount) -> tuple[Cell, ...]:
        """Who, what, until when."""
        day = formatting.date_short(one.until.astimezone(self._zone))
        return (
            Cell(formatting.clean(one.partner, 40), "strong"),
            Cell(formatting.clean(one.title, 80)),
            Cell(f"до {day}", "muted"),
        )

    def told(self, one: Discount) -> list[Part]:
        """The terms."""
        day = formatting.date_long(one.until.astimezone(self._zone))
        parts: list[Part] = [
            (f"{formatting.clean(one.partner)}: {formatting.clean(one.title)}", "strong"),
            f"\n{formatting.clean(one.terms)}\n",
            (f"{formatting.clean(one.region)}, до {day}", "muted"),
        ]
        if one.code:
            parts += ["  Код ", (formatting.clean(one.code), "key")]
        return parts
