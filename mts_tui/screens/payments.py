"""«Оплата»: every way that money goes onto the account and from it, with its state."""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import MtsApp
from mts_tui.backend.contract.account import Charge, Overview
from mts_tui.backend.contract.autopay import AutopayRule
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.model import Page as Items
from mts_tui.backend.contract.payments import Payment, TopUpTerms
from mts_tui.backend.contract.transfers import SavedPayment
from mts_tui.backend.contract.trust import PromiseTerms, TrustTerms
from mts_tui.widgets.alive import alive
from mts_tui.widgets.rows import Column, Rows
from mts_tui.widgets.text import Part, TextBlock

from . import history
from .charges import COLUMNS as AHEAD
from .charges import charge_row
from .hub import UNKNOWN, Hub, State, Way
from .lazily import kind_at
from .operation import OperationDialog
from .payment_steps import ENDED
from .told import if_told

if TYPE_CHECKING:
    from textual.screen import Screen

    from mts_tui.backend.contract.archive import Operation

LAST_KINDS = "top_up,compensation,transfer,purchase,promise"
LAST = 30
AHEAD_ROWS = 5
SMALL_CHARGES = ("option", "subscription")
MORE_FROM = 60
"""Cells of a page in which sums are not cut off."""
NO_CHARGES = "В ближайший месяц ничего не спишется."
NO_PAYMENTS = "Платежей пока нет: здесь будут пополнения, переводы и покупки."
NOT_TOLD = "Не загрузилось. F5 — попробовать ещё раз."
SCREENS = {
    "top_up": ("top_up", "TopUpScreen"),
    "top_up_other": ("top_up", "OtherNumberScreen"),
    "autopay": ("autopay", "AutopayScreen"),
    "transfer": ("transfer", "TransferScreen"),
    "purchase": ("purchase", "PurchaseScreen"),
    "promise": ("trust", "PromiseDialog"),
    "trust": ("trust", "TrustDialog"),
    "recent": ("recent", "RecentScreen"),
}


class Known(NamedTuple):
    """What the states are made of; None for what the operator did not tell."""

    overview: Overview
    terms: TopUpTerms | None
    rules: Items[AutopayRule] | None
    saved: Items[SavedPayment] | None
    promise: PromiseTerms | None
    trust: TrustTerms | None
    recent: Items[Payment] | None


def open_way(app: MtsApp, account: str, way: str) -> None:
    """Open a way of paying, by its action's id; its module is loaded when it is first opened."""
    screen: Screen[Any] = kind_at(*SCREENS[way])(account)
    app.push_screen(screen)


class PaymentsPage(Hub):
    """The list of ways."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("payments"))
    action_places = ("payments",)
    columns = (Column(1), Column(24), Column(0))

    def __init__(self) -> None:
        super().__init__(id="payments")
        self._known: Known | None = None
        self._last: list[Operation] = []

    def compose(self) -> ComposeResult:
        """Title, balance, list; where there is room, what falls due and the last payments."""
        yield Static("Оплата", classes="title", markup=False)
        yield TextBlock(id="payments-balance")
        yield self.new_list()
        with Vertical(id="payments-more"):
            yield Static("Впереди, и сколько тогда будет на счёте", classes="heading", markup=False)
            ahead = Rows(AHEAD, NO_CHARGES, id="payments-ahead")
            ahead.can_focus = False
            yield ahead
            yield Static("Последние платежи", classes="heading", markup=False)
            yield Rows(history.COLUMNS, NO_PAYMENTS, id="payments-last")

    def on_resize(self) -> None:
        """Beside the phone of a small terminal there are only the ways."""
        self.query_one("#payments-more").display = self.size.width >= MORE_FROM

    @work(exclusive=True, group="payments")
    async def load(self) -> None:
        """Ask for the balance and every state."""
        account, cabinet = self.cabinet_screen.account, self.app.cabinet
        try:
            overview = await cabinet.account.overview(account)
        except CabinetError as error:
            self.app.explain(error)
            return
        terms, rules, saved, promise, trust, recent = await asyncio.gather(
            if_told(cabinet.payments.terms, account),
            if_told(cabinet.autopay.rules, account),
            if_told(cabinet.transfers.saved, account),
            if_told(cabinet.trust.promise_terms, account),
            if_told(cabinet.trust.terms, account),
            if_told(cabinet.payments.recent, account, 20),
        )
        if alive(self):
            self._known = known = Known(overview, terms, rules, saved, promise, trust, recent)
            self._show()
            await self._load_more(account, known)

    async def _load_more(self, account: str, known: Known) -> None:
        """Ask for what stands below the ways."""
        cabinet = self.app.cabinet
        charges, last = await asyncio.gather(
            if_told(cabinet.account.charges, account),
            if_told(cabinet.archive.operations, account, LAST, kinds=LAST_KINDS),
        )
        if not alive(self):
            return
        zone = _zone(known)
        ahead, below = (self.query_one(f"#payments-{name}", Rows) for name in ("ahead", "last"))
        if charges is None:
            ahead.say(NOT_TOLD)
        else:
            due = _nearest(charges.items)
            ahead.show(len(due), lambda index: charge_row(due[index], zone), keep=True)
        if last is None:
            below.say(NOT_TOLD)
        else:
            today = known.overview.as_of.astimezone(zone)
            self._last = items = last.items
            below.show(
                len(items), lambda index: history.row_of(items[index], zone, today), keep=True
            )

    def happened(self, event: Event) -> None:
        """Show changes of this account at once."""
        if event.account == self.cabinet_screen.account and event.kind == "account":
            self.load()

    @property
    def ways(self) -> tuple[Way, ...]:
        """The lines."""
        return WAYS

    def known(self) -> Known | None:
        """What the operator has told."""
        return self._known

    def open_way(self, way: str) -> None:
        """A screen of its own."""
        self.cabinet_screen.action_pay(way)

    @on(Rows.Chosen, "#payments-last")
    def _open_payment(self, chosen: Rows.Chosen) -> None:
        if self._known is not None:
            one, zone = self._last[chosen.index], _zone(self._known)
            self.app.push_screen(OperationDialog(self.cabinet_screen.account, one, zone))

    def text_to_copy(self) -> str:
        """The way under the cursor with its state, or the payment."""
        below = self.query_one("#payments-last", Rows)
        if not (below.has_focus and self._last and self._known is not None):
            return super().text_to_copy()
        return history.line_of(self._last[below.cursor], _zone(self._known))

    def _show(self) -> None:
        if self._known is not None:
            overview = self._known.overview
            parts: list[Part] = ["На счёте ", (sum_of(overview.number.balance), "strong")]
            parts += ["   Можно потратить ", (sum_of(overview.available), "strong")]
            self.query_one("#payments-balance", TextBlock).show(*parts)
        self.show_ways()


def _nearest(charges: list[Charge]) -> list[Charge]:
    """The next of each charge, and the first that there will be no money for.

    Where these are too many, the tariff, autopay and a promise come before small services.
    """
    firsts = {one.title: one for one in reversed(charges)}
    short = next((one for one in charges if one.balance.amount_minor < 0), None)
    found = [one for one in charges if one is short or one is firsts[one.title]]
    found.sort(key=lambda one: one is not short and one.kind in SMALL_CHARGES)
    return sorted(found[:AHEAD_ROWS], key=charges.index)


def _top_up(known: Known) -> State:
    if known.terms is None:
        return UNKNOWN, "muted"
    return f"от {sum_of(known.terms.least)} до {sum_of(known.terms.most)}", "muted"


def _other(known: Known) -> State:
    del known
    return "свой или чужой", "muted"


def _autopay(known: Known) -> State:
    if known.rules is None:
        return UNKNOWN, "muted"
    rules = known.rules.items
    active = [rule for rule in rules if rule.state == "active"]
    if not rules:
        return "нет", "muted"
    if not active:
        return "на паузе", "warn"
    first = active[0]
    words = formatting.clean(first.title, 60)
    if first.threshold is not None:
        words = f"когда меньше {_short(first.threshold)}"
    more = f", и ещё {len(active) - 1}" if len(active) > 1 else ""
    return f"включён, {words[:1].lower()}{words[1:]}{more}", "good"


def _transfer(known: Known) -> State:
    del known
    return "на любой мобильный номер", "muted"


def _purchase(known: Known) -> State:
    if known.saved is None or not known.saved.items:
        return "интернет, транспорт, игры, покупки", "muted"
    count = len(known.saved.items)
    return formatting.count(count, "сохранённый", "сохранённых", "сохранённых"), ""


def _promise(known: Known) -> State:
    if known.promise is None:
        return UNKNOWN, "muted"
    active = known.promise.active
    if active is not None:
        until = formatting.date_day(active.due_at.astimezone(_zone(known)))
        owed = active.amount.amount_minor + active.fee.amount_minor
        return f"вернуть {formatting.money(owed, active.amount.currency)} до {until}", "warn"
    if not all(one.met for one in known.promise.conditions):
        return "сейчас недоступен", "muted"
    days = formatting.count(known.promise.days, "день", "дня", "дней")
    return f"до {sum_of(known.promise.most)} на {days}", "muted"


def _trust(known: Known) -> State:
    if known.trust is None:
        return UNKNOWN, "muted"
    state = known.trust.state
    if state.on:
        limit = formatting.money(-state.limit.amount_minor, state.limit.currency)
        return f"включено, до {limit}", "good"
    return "выключено", "muted"


def _recent(known: Known) -> State:
    if known.recent is None:
        return UNKNOWN, "muted"
    payments = known.recent.items
    waiting = sum(1 for one in payments if one.state not in ENDED)
    if waiting:
        few = formatting.count(waiting, "платёж", "платежа", "платежей")
        return f"▲ не завершено: {few}", "warn"
    if not payments:
        return "платежей пока нет", "muted"
    last = payments[0]
    at = last.at.astimezone(_zone(known))
    return f"последний {formatting.date_day(at)}, {sum_of(last.amount)}", "muted"


def _zone(known: Known) -> ZoneInfo:
    return ZoneInfo(known.overview.number.zone)


def _short(money: Money) -> str:
    """A sum without kopecks where there are none."""
    return formatting.without_zeros(sum_of(money))


WAYS = (
    Way("top_up", "Пополнить счёт", _top_up),
    Way("top_up_other", "Пополнить другой номер", _other),
    Way("autopay", "Автоплатёж", _autopay),
    Way("transfer", "Перевести деньги", _transfer),
    Way("purchase", "Оплатить услуги", _purchase),
    Way("promise", "Обещанный платёж", _promise),
    Way("trust", "На полном доверии", _trust),
    Way("recent", "Квитанции и платежи", _recent),
)
