"""Rewards: the catalogue with what a point buys, a basket, and one order of all that is in it."""

from datetime import datetime
from itertools import groupby
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.bonus import BasketLine, BonusState, Reward, RewardBasket, RewardOrder
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.sections import Sections
from mts_tui.widgets.text import Paragraph, Part

from .bonus_words import CATEGORIES, HIDDEN, VERDICTS, in_words, per_point

COLUMNS = (
    Column(4),
    Column(0),
    Column(6, right=True),
    Column(9, right=True, needs=56),
    Column(11, right=True, needs=78),
    Column(12),
)
MOST_OF_ONE = 10
NONE = "Наград сейчас нет."


class RewardsDialog(ChangingDialog):
    """The catalogue; answers True where something was ordered.

    Args:
        number: Whose.
        state: The points.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("rewards"))
    action_places = ("rewards", "sections", "list")

    def __init__(self, number: Number, state: BonusState) -> None:
        super().__init__()
        self._number = number
        self._state = state
        self._rewards: list[Reward] = []
        self._basket: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        """What there is to spend, the list, the one under the cursor, the basket."""
        with Vertical(id="dialog", classes="wide-dialog rewards-dialog"):
            yield Static("Награды за баллы", classes="title", markup=False)
            yield Paragraph(id="rewards-points")
            yield Sections(COLUMNS, NONE, id="rewards-list")
            yield Paragraph(id="reward-detail")
            yield Static("", id="rewards-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Заказать", variant="primary", id="order", disabled=True)
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Sections).focus()
        self._show_basket()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the catalogue and the points."""
        bonus, account = self.app.cabinet.bonus, self._number.account
        try:
            self._state = await bonus.state(account)
            found = (await bonus.rewards(account)).items
        except CabinetError as error:
            self._say(str(error))
            if alive(self) and not self._rewards:
                self.query_one(Sections).say("Награды не загрузились. Закройте и откройте снова.")
            return
        if not alive(self):
            return
        order = list(CATEGORIES)
        first = not self._rewards
        self._rewards = sorted(found, key=lambda one: order.index(one.category))
        self._show_list()
        if first:
            self.query_one(Sections).go_to_row(0)
        self._show_basket()
        self._show_detail()

    def _show_list(self) -> None:
        counts = {one: sum(it.category == one for it in self._rewards) for one in CATEGORIES}
        sections = [(CATEGORIES[one], count) for one, count in counts.items() if count]
        self.query_one(Sections).show_sections(sections, self._row)

    def _row(self, place: int) -> tuple[Cell, ...]:
        one = self._rewards[place]
        count = self._basket.get(one.id, 0)
        barred = bool(one.refusal) and not count
        return (
            Cell(f" ×{count}" if count else "  · " if barred else "", "key" if count else "muted"),
            Cell(formatting.clean(one.title, 80), "muted" if barred else ""),
            Cell(formatting.number(one.points), "muted" if barred else "strong"),
            Cell(sum_of(one.value), "muted"),
            Cell(f"{per_point(one.per_point)}/балл", "muted"),
            Cell(*VERDICTS[one.verdict]),
        )

    @property
    def _current(self) -> Reward | None:
        place = self.query_one(Sections).row
        return self._rewards[place] if 0 <= place < len(self._rewards) else None

    @property
    def _total(self) -> int:
        return sum(one.points * self._basket.get(one.id, 0) for one in self._rewards)

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        one = self._current
        self.query_one("#reward-detail", Paragraph).show(*(_told(one) if one is not None else ()))

    def _show_basket(self) -> None:
        state, total = self._state, self._total
        parts: list[Part] = ["Есть ", (in_words(state.points), "strong")]
        if total:
            parts += [". В корзине ", (in_words(total), "strong"), "."]
        else:
            parts.append((f". {key_of(self.app, 'basket_more')} — в корзину", "muted"))
        self.query_one("#rewards-points", Paragraph).show(*parts)
        button = self.query_one("#order", Button)
        button.disabled = not total
        relabel(button, f"Заказать: {formatting.points(total)}" if total else "Заказать")

    @on(Rows.Chosen)
    def action_basket_more(self) -> None:
        """One more of the reward under the cursor into the basket."""
        one = self._current
        if one is None:
            return
        count = self._basket.get(one.id, 0)
        left = self._state.points - self._total
        if one.refusal:
            self._say("Эту награду сейчас не взять: почему, сказано выше.")
        elif one.points > left:
            self._say(f"На это в корзине не хватает: осталось {in_words(left)}.")
        elif count >= MOST_OF_ONE:
            self._say(f"Больше {MOST_OF_ONE} за один раз не заказать.")
        else:
            self._put(one, count + 1)

    def action_basket_less(self) -> None:
        """One less of it."""
        one = self._current
        if one is not None and one.id in self._basket:
            self._put(one, self._basket[one.id] - 1)

    def _put(self, one: Reward, count: int) -> None:
        self._basket[one.id] = count
        if not count:
            del self._basket[one.id]
        self._say("")
        self._show_list()
        self._show_basket()

    @on(Button.Pressed, "#order")
    def action_order_rewards(self) -> None:
        """See what the order brings, then place it."""
        if not self._basket:
            self._say(f"Корзина пуста. {key_of(self.app, 'basket_more')} — положить награду.")
            return
        lines = [BasketLine(reward=one, count=count) for one, count in self._basket.items()]
        dialog = RewardOrderDialog(self._number, self._state, RewardBasket(lines=lines))
        self.app.push_screen(dialog, self._ordered)

    def _ordered(self, done: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if done:
            self._changed = True
            self._basket.clear()
            if alive(self):
                self.load()

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#rewards-message", Static).update(formatting.clean(text))


class RewardOrderDialog(ChangingDialog):
    """What an order takes and brings, then what it has brought; answers True where it was placed.

    Args:
        number: Whose.
        state: The points before.
        basket: What is ordered.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("codes"))
    action_places = ("codes",)

    def __init__(self, number: Number, state: BonusState, basket: RewardBasket) -> None:
        super().__init__()
        self._number = number
        self._state = state
        self._basket = basket
        self._orders: list[RewardOrder] = []
        self._shown = False
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """The rewards, points before and after, money, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Заказ наград", classes="title", markup=False)
            yield Paragraph("Считаем…", id="order-rewards")
            yield PreviewBlock(id="terms-preview")
            yield Static("", id="order-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Заказать", variant="primary", id="agree")
                yield Button("Показать коды", id="show-codes")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask what it would change."""
        self.query_one("#agree").display = False
        self.query_one("#show-codes").display = False
        self.query_one("#leave").focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Try it out."""
        cabinet = self.app.cabinet
        try:
            tried = await cabinet.preview(cabinet.bonus.order, self._number.account, self._basket)
        except CabinetError as error:
            self._refuse(error)
            return
        if not alive(self):
            return
        self.query_one("#order-rewards", Paragraph).show(*self._lines(tried.answer.items))
        self.query_one(PreviewBlock).show_preview(tried)
        agree = self.query_one("#agree")
        agree.display = True
        agree.focus()

    @on(Button.Pressed, "#agree")
    @work(group="save")
    @once("agree")
    async def agree(self) -> None:
        """Place the order, and show what came."""
        keyed = self.app.cabinet.keyed(self._attempt.key(self._basket)).bonus
        try:
            self._orders = (await keyed.order(self._number.account, self._basket)).items
        except CabinetError as error:
            self._refuse(error)
            return
        self._changed = True
        if not alive(self):
            return
        self.query_one(".title", Static).update("Награды заказаны")
        self.query_one("#order-rewards", Paragraph).show(*self._lines(self._orders))
        self.query_one(PreviewBlock).clear()
        self.query_one("#agree").display = False
        leave = self.query_one("#leave", Button)
        relabel(leave, "Закрыть")
        leave.focus()
        self.query_one("#show-codes").display = any(one.code for one in self._orders)
        self.refresh_bindings()

    @on(Button.Pressed, "#show-codes")
    def _show_codes(self) -> None:
        """Show what was hidden from whoever looks at the screen too."""
        self._shown = True
        self.query_one("#order-rewards", Paragraph).show(*self._lines(self._orders))
        self.query_one("#show-codes").display = False
        self.query_one("#leave").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to copy before codes came."""
        if action == "copy_code":
            return any(one.code for one in self._orders)
        return super().check_action(action, parameters)

    def action_copy_code(self) -> None:
        """Copy the codes that came."""
        codes = [one.code for one in self._orders if one.code]
        if codes:
            self.app.copy(" ".join(formatting.clean(one) for one in codes))

    def _lines(self, orders: list[RewardOrder]) -> list[Part]:
        zone = ZoneInfo(self._number.zone)
        parts: list[Part] = []
        for (title, code, _until), alike in groupby(orders, key=_kind):
            same = list(alike)
            one, count = same[0], len(same)
            parts += [formatting.clean(title), f" × {count}" if count > 1 else ""]
            parts.append((f"  −{formatting.number(one.points * count)}", "muted"))
            if code and self._shown:
                parts += ["  код ", (formatting.clean(code), "strong")]
            elif code:
                parts += ["  код ", (HIDDEN, "muted")]
            if one.until is not None:
                day = formatting.date_day(one.until.astimezone(zone))
                parts.append((f", до {day}", "muted"))
            if one.state == "processing":
                parts.append((", код придёт в SMS", "muted"))
            parts.append("\n")
        total = sum(one.points for one in orders)
        return [
            *parts,
            ("Списано " if self._orders else "Спишется ", "muted"),
            f"{in_words(total)}\n",
            ("Осталось " if self._orders else "Останется ", "muted"),
            (in_words(self._state.points - total), "strong"),
        ]

    def _refuse(self, error: CabinetError) -> None:
        if alive(self):
            self.query_one("#order-message", Static).update(str(error))


def _kind(one: RewardOrder) -> tuple[str, str, datetime | None]:
    """What orders that are told in one line have in common."""
    return one.title, one.code, one.until


def _told(one: Reward) -> list[Part]:
    """All of a reward."""
    word, look = VERDICTS[one.verdict]
    parts: list[Part] = [
        (in_words(one.points), "strong"),
        f", за деньги {sum_of(one.value)}: по {per_point(one.per_point)} за балл, ",
        (word.strip(), look),
        ".\n",
    ]
    if one.refusal:
        parts += [(formatting.clean(one.refusal), "warn"), "\n"]
    return [*parts, formatting.clean(one.description)]
