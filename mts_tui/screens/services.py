"""«Тарифы и услуги»: the tariff first, then everything behind it, with a line and a state each."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.app import MtsApp
from mts_tui.backend.contract.account import Overview
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.forwarding import ForwardingRule
from mts_tui.backend.contract.model import Page as Items
from mts_tui.backend.contract.options import Option
from mts_tui.backend.contract.ringback import RingbackState
from mts_tui.backend.contract.tariffs import CurrentTariff, Tariff
from mts_tui.widgets.alive import alive
from mts_tui.widgets.rows import Column
from mts_tui.widgets.text import Paragraph, Part

from .hub import UNKNOWN, Hub, State, Way
from .lazily import kind_at
from .tariff_words import days_until, fee, left_of, title_of
from .told import if_told

if TYPE_CHECKING:
    from textual.screen import Screen

WAITING = "Узнаём, какой у вас тариф…"
ROAMING = "Роуминг"
"""The category of options that work in trips."""
SCREENS = {
    "tariff": ("tariff", "TariffDialog"),
    "tariffs": ("tariffs", "TariffsScreen"),
    "fitting": ("fitting", "FittingDialog"),
    "options": ("options", "OptionsDialog"),
    "forwarding": ("forwarding", "ForwardingDialog"),
    "roaming": ("roaming", "RoamingDialog"),
    "ringback": ("ringback", "RingbackDialog"),
}


class Known(NamedTuple):
    """What the states are made of; None for what the operator did not tell."""

    now: CurrentTariff
    overview: Overview
    tariffs: Items[Tariff] | None
    options: Items[Option] | None
    rules: Items[ForwardingRule] | None
    ringback: RingbackState | None

    @property
    def zone(self) -> ZoneInfo:
        """Where the account lives."""
        return ZoneInfo(self.overview.number.zone)


def open_service(app: MtsApp, account: str, way: str, closed: Callable[[Any], None]) -> None:
    """Open what is behind a line, by its action's id; its module is loaded when first opened.

    Args:
        app: The application.
        account: Whose.
        way: The action's id.
        closed: Called with what the screen answers.
    """
    screen: Screen[Any] = kind_at(*SCREENS[way])(account)
    app.push_screen(screen, closed)


class ServicesPage(Hub):
    """The tariff, and the list of what is behind it."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("services"))
    action_places = ("services",)
    columns = (Column(1), Column(14), Column(18), Column(0, needs=68))

    def __init__(self) -> None:
        super().__init__(id="services")
        self._known: Known | None = None

    def compose(self) -> ComposeResult:
        """Title, tariff, list."""
        yield Static("Тарифы и услуги", classes="title", markup=False)
        yield Paragraph(WAITING, id="services-tariff")
        yield self.new_list()

    @work(exclusive=True, group="services")
    async def load(self) -> None:
        """Ask for the tariff and every state."""
        account, cabinet = self.cabinet_screen.account, self.app.cabinet
        try:
            now = await cabinet.tariffs.current(account)
            overview = await cabinet.account.overview(account)
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._known is None:
                block = self.query_one("#services-tariff", Paragraph)
                block.show("Тариф не загрузился: F5 — ещё раз.")
            return
        tariffs, options, rules, ringback = await asyncio.gather(
            if_told(cabinet.tariffs.offered, account),
            if_told(cabinet.options.offered, account),
            if_told(cabinet.forwarding.rules, account),
            if_told(cabinet.ringback.state, account),
        )
        if alive(self) and account == self.cabinet_screen.account:
            self._known = Known(now, overview, tariffs, options, rules, ringback)
            self.query_one("#services-tariff", Paragraph).show(*_tariff_parts(self._known))
            self.show_ways()

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
        self.cabinet_screen.action_serve(way)


def _tariff_parts(known: Known) -> list[Part]:
    now, zone = known.now, known.zone
    parts: list[Part] = [(f"{title_of(now.tariff)}   {fee(now.tariff)}", "strong"), "\n"]
    today = known.overview.as_of.astimezone(zone).date()
    if known.overview.suspended:
        parts += [("▲ Пакеты приостановлены: пополните счёт.", "bad"), "\n"]
    elif now.next_fee_at is None:
        parts += ["Платы за тариф нет, спишется только за использованное.", "\n"]
    else:
        at = now.next_fee_at.astimezone(zone)
        when = f"{formatting.date_day(at)}, {days_until(at.date(), today)}"
        parts += ["Следующая плата ", (when, "strong"), "."]
        if known.overview.buckets:
            left = left_of(known.overview.buckets)
            parts += ["\n", f"До неё осталось: {left}."]
        parts.append("\n")
    if now.planned is not None:
        day = formatting.date_day(now.planned.at.astimezone(zone))
        after = formatting.clean(now.planned.after, 40)
        parts += [(f"▲ {day} тариф сменится на «{after}».", "warn"), "\n"]
    return parts[:-1]


def _tariff(known: Known) -> State:
    planned = known.now.planned
    if planned is not None:
        day = formatting.date_short(planned.at.astimezone(known.zone))
        return f"▲ смена {day}", "warn"
    since = known.now.since.astimezone(known.zone)
    return f"с {formatting.date_numeric(since)}", "muted"


def _tariffs(known: Known) -> State:
    if known.tariffs is None:
        return UNKNOWN, "muted"
    ready = sum(1 for one in known.tariffs.items if not one.refusal)
    return f"доступно {ready} из {len(known.tariffs.items)}", "muted"


def _fitting(known: Known) -> State:
    del known
    return "за прошлые месяцы", "muted"


def _options(known: Known) -> State:
    if known.options is None:
        return UNKNOWN, "muted"
    on_now = sum(1 for one in known.options.items if one.state == "on")
    return (f"● подключено {on_now}", "good") if on_now else ("не подключены", "muted")


def _forwarding(known: Known) -> State:
    if known.rules is None:
        return UNKNOWN, "muted"
    on_now = [one for one in known.rules.items if one.target is not None]
    if not on_now:
        return "выключена", "muted"
    return f"● {formatting.count(len(on_now), 'правило', 'правила', 'правил')}", "good"


def _roaming(known: Known) -> State:
    if known.options is None:
        return UNKNOWN, "muted"
    helping = [one for one in known.options.items if one.category == ROAMING and one.state == "on"]
    if not helping:
        return "без особых услуг", "muted"
    return f"● {formatting.count(len(helping), 'услуга', 'услуги', 'услуг')}", "good"


def _ringback(known: Known) -> State:
    state = known.ringback
    if state is None:
        return UNKNOWN, "muted"
    if state.refusal:
        return "недоступен", "muted"
    if not state.on:
        return "выключен", "muted"
    return "● включён", "good"


WAYS = (
    Way("tariff", "Тариф", _tariff, "всё о вашем, смена, история"),
    Way("tariffs", "Все тарифы", _tariffs, "отбор, сравнение, смена"),
    Way("fitting", "Подбор тарифа", _fitting, "что дешевле при ваших расходах"),
    Way("options", "Услуги", _options, "подключить и отключить"),
    Way("forwarding", "Переадресация", _forwarding, "звонки на другой номер"),
    Way("roaming", "Роуминг", _roaming, "цены в стране, куда вы едете"),
    Way("ringback", "GOOD'OK", _ringback, "мелодия вместо гудков"),
)
