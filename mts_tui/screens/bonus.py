"""«МТС Бонус»: points and what they are worth, what comes and what burns, what to do with them."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.actions import BY_ID, bindings
from mts_tui.backend.contract.bonus import BonusState, PointsEntry
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .bonus_words import in_roubles, in_words, signed
from .lazily import kind_at
from .page import Page

if TYPE_CHECKING:
    from textual.screen import Screen

    from mts_tui.backend.contract.numbers import Number

WAYS = (
    ("rewards", "деньги, минуты, интернет, журналы: что выгоднее"),
    ("exchange_points", "100 баллов ≈ {worth} на счёт: ими платят за связь"),
    ("give_points", "другому номеру «МТС Бонус»"),
    ("invite_friend", "50 баллов ≈ {worth} за каждого, кто вступит"),
    ("discounts", "скидки магазинов и кафе"),
    ("reward_orders", "что заказано, коды сертификатов"),
    ("burning_points", "какие баллы до какого дня потратить"),
)
TOLD = {"exchange_points": 100, "invite_friend": 50}
"""How many points have the worth that a line tells of."""
JOIN = (("join_bonus", "бесплатно: 1 балл за каждые 5 ₽ на связь, 10 баллов — это 3 ₽"),)
SCREENS = {
    "rewards": ("rewards", "RewardsDialog"),
    "exchange_points": ("points_forms", "ExchangeDialog"),
    "give_points": ("points_forms", "GiftDialog"),
    "invite_friend": ("points_forms", "InviteDialog"),
    "discounts": ("codes", "DiscountsDialog"),
    "reward_orders": ("codes", "OrdersDialog"),
    "burning_points": ("points_ahead", "BurningDialog"),
}
WAY_COLUMNS = (Column(2), Column(20), Column(0))
COLUMNS = (
    Column(9), Column(0), Column(7, right=True), Column(12, right=True, needs=58),
    Column(9, right=True, needs=74), Column(20, right=True, needs=100),
)  # fmt: skip
NO_HISTORY = "Баллов ещё не было. Первые придут 20-го числа за связь прошлого месяца."
FAILED = "Баллы не загрузились. F5 — попробовать ещё раз."
PAGE = 60
BURNINGS = {True: 1, False: 3}
"""How many days on which points burn are told, on a low screen and on others."""
LOW = 30


class BonusPage(Page):
    """The points of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("bonus"))
    action_places = ("bonus", "list")

    def __init__(self) -> None:
        super().__init__(id="bonus")
        self._state: BonusState | None = None
        self._entries: list[PointsEntry] = []
        self._next: str | None = None
        self._shown_for = ""
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """The points, what comes and burns, what can be done, what there was."""
        yield Static("МТС Бонус", classes="title", markup=False)
        yield Paragraph("Загружаем…", id="points")
        yield Paragraph(id="points-ahead")
        yield Rows(WAY_COLUMNS, "", id="bonus-ways")
        yield Static("История баллов", classes="heading", id="points-title", markup=False)
        yield Rows(COLUMNS, NO_HISTORY, id="points-history")

    def take_focus(self) -> None:
        """What can be done."""
        self.query_one("#bonus-ways").focus()

    @property
    def _account(self) -> str:
        return self.cabinet_screen.account

    def happened(self, event: Event) -> None:
        """Points came, went or burnt."""
        if event.account == self._account and event.kind == "account":
            self.load()

    def numbers_came(self) -> None:
        """The zone is known now."""
        self._show()

    @work(exclusive=True, group="bonus")
    async def load(self) -> None:
        """Ask for everything anew."""
        account, bonus = self._account, self.app.cabinet.bonus
        try:
            state = await bonus.state(account)
            page = await bonus.entries(account, PAGE)
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._state is None:
                self.query_one("#points", Paragraph).show(FAILED)
            return
        if alive(self) and account == self._account:
            self._state, self._entries, self._next = state, page.items, page.next_cursor
            self._show()

    def _show(self) -> None:
        state = self._state
        if state is None:
            return
        keep, self._shown_for = self._shown_for == self._account, self._account
        self.query_one("#points", Paragraph).show(*_points(state))
        self.query_one("#points-ahead", Paragraph).show(*self._ahead(state))
        ways = self._ways
        rows = self.query_one("#bonus-ways", Rows)
        rows.styles.height = max(1, len(ways))
        rows.show(len(ways), self._way, keep=keep)
        for name in ("#points-title", "#points-history"):
            self.query_one(name).display = state.member
        self._history.show(len(self._entries), self._entry, keep=keep)

    @property
    def _history(self) -> Rows:
        return self.query_one("#points-history", Rows)

    @property
    def _ways(self) -> tuple[tuple[str, str], ...]:
        """What can be done, by the ids of actions."""
        if self._state is None or self._state.refusal:
            return ()
        return WAYS if self._state.member else JOIN

    def _way(self, place: int) -> tuple[Cell, ...]:
        name, told = self._ways[place]
        told = told.format(worth=" ".join(in_roubles(TOLD.get(name, 0)).split()))
        return Cell(key_of(self.app, name), "key"), Cell(BY_ID[name].label), Cell(told, "muted")

    def _entry(self, place: int) -> tuple[Cell, ...]:
        one = self._entries[place]
        came = one.points > 0
        return (
            Cell(formatting.date_short(one.at.astimezone(self.zone)), "muted"),
            Cell(formatting.clean(one.title, 80)),
            Cell(signed(one.points), "good" if came else ""),
            Cell(f"≈ {in_roubles(one.points)}", "muted"),
            Cell(formatting.number(one.balance), "muted"),
            Cell(self._end(one), "muted"),
        )

    def _end(self, one: PointsEntry) -> str:
        """Until when earned points live: `до 21.11.2027`."""
        if one.expires_at is None:
            return ""
        return f"до {formatting.date_numeric(one.expires_at.astimezone(self.zone))}"

    def _ahead(self, state: BonusState) -> list[Part]:
        """What comes, and what burns when."""
        parts: list[Part] = []
        if state.next_at is not None:
            day = formatting.date_day(state.next_at.astimezone(self.zone))
            came = in_words(state.next_points) if state.next_points else "пока ничего"
            parts += [f"{day} придут баллы за связь: ", (came, "strong"), " уже есть."]
            if not state.next_points:
                parts = [f"{day} придут баллы за связь: {came}."]
        for one in state.burning[: BURNINGS[self.app.size.height < LOW]]:
            day = formatting.date_day(one.at.astimezone(self.zone))
            parts += ["\n", ("▲ ", "warn"), f"{day} сгорят {in_words(one.points)}"]
        left = len(state.burning) - BURNINGS[self.app.size.height < LOW]
        if left > 0:
            parts.append((f", потом ещё {formatting.count(left, 'раз', 'раза', 'раз')}", "muted"))
        return parts

    @on(Rows.NearEnd)
    @work(group="more")
    @once("more")
    async def _more(self) -> None:
        """Ask for older movements."""
        account, cursor = self._account, self._next
        if cursor is None or not self._history.has_focus:
            return
        try:
            page = await self.app.cabinet.bonus.entries(account, PAGE, cursor)
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self) and account == self._account and cursor == self._next:
            self._entries += page.items
            self._next = page.next_cursor
            self._history.show(len(self._entries), self._entry, keep=True)

    def text_to_copy(self) -> str:
        """The points."""
        state = self._state
        return "" if state is None else in_words(state.points)

    # ------------------------------------------------------------------ what a person does

    @on(Rows.Chosen, "#bonus-ways")
    def _chosen(self, chosen: Rows.Chosen) -> None:
        self.action_bonus(self._ways[chosen.index][0])

    @on(Rows.Chosen, "#points-history")
    def _explain(self, chosen: Rows.Chosen) -> None:
        """Tell a movement in sentences."""
        dialog = kind_at("points_ahead", "MovementDialog")
        self.app.push_screen(dialog(self._entries[chosen.index], self.zone))

    def action_bonus(self, way: str) -> None:
        """Open a way, by its action's id."""
        state = self._state
        if state is None:
            return
        if way not in {name for name, _told in self._ways}:
            told = state.refusal or "Вы уже участвуете в «МТС Бонус»."
            if not state.member and not state.refusal:
                told = f"Сначала вступите в «МТС Бонус»: {key_of(self.app, 'join_bonus')}."
            self.app.say(formatting.clean(told))
        elif way == "join_bonus":
            self.join()
        else:
            self._open(way, state)

    def _open(self, way: str, state: BonusState) -> None:
        """Open what is behind a line; its module is loaded when first opened."""
        number = self.cabinet_screen.number
        if number is None:
            return
        make = kind_at(*SCREENS[way])
        more: tuple[list[Number], ...] = ()
        if way == "give_points":
            mine = [one for one in self.cabinet_screen.numbers if one.kind == "mobile"]
            more = ([one for one in mine if one.account != number.account and not one.imported],)
        screen: Screen[bool] = make(number, state, *more)
        self.app.push_screen(screen, self._came_back)

    def _came_back(self, changed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if changed and alive(self):
            self.load()

    @work(group="join")
    @once("join")
    async def join(self) -> None:
        """Take part."""
        account = self._account
        keyed = self.app.cabinet.keyed(self._attempt.key(account)).bonus
        try:
            await keyed.join(account)
        except CabinetError as error:
            self.app.say(str(error), severity="warning")
            return
        self.app.say("Вы вступили в «МТС Бонус». Баллы приходят 20-го числа каждого месяца.")
        if alive(self):
            self.load()


def _points(state: BonusState) -> list[Part]:
    if state.refusal:
        return [(formatting.clean(state.refusal), "warn")]
    if not state.member:
        return ["Этот номер пока не участвует в «МТС Бонус»."]
    return [
        (formatting.points(state.points), "strong"),
        (f" ≈ {in_roubles(state.points)}", "good"),
        ("   10 баллов — это 3 ₽", "muted"),
    ]
