"""«Настройки»: a line for each part, with what is set now; the dialogs are files of their own."""

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from mts_tui import config, formatting, themes
from mts_tui.actions import bindings, troubles
from mts_tui.app import MtsApp
from mts_tui.backend.contract.access import Session
from mts_tui.backend.contract.account import Budget
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.identities import Identity
from mts_tui.backend.contract.model import Page as Items
from mts_tui.widgets.alive import alive
from mts_tui.widgets.rows import Column

from .hub import UNKNOWN, Hub, State, Way
from .lazily import kind_at
from .told import if_told

if TYPE_CHECKING:
    from textual.screen import Screen

SCREENS = {
    "profile": ("settings_profile", "ProfileDialog"),
    "looks": ("settings_looks", "LooksDialog"),
    "idle": ("settings_idle", "IdleDialog"),
    "key_map": ("settings_keys", "KeysDialog"),
    "notices": ("settings_notices", "NoticesDialog"),
    "devices": ("settings_devices", "DevicesDialog"),
    "identities": ("settings_identities", "IdentitiesDialog"),
    "mail_settings": ("settings_mail", "MailSettingsDialog"),
    "proxy_settings": ("settings_proxy", "ProxySettingsDialog"),
    "month_budget": ("budget", "BudgetDialog"),
    "own_data": ("settings_export", "OwnDataDialog"),
    "settings_file": ("settings_file", "SettingsFileDialog"),
}


class Known(NamedTuple):
    """What the operator has told; None for what it has not."""

    sessions: Items[Session] | None
    identities: Items[Identity] | None
    budget: Budget | None


class SettingsPage(Hub):
    """The list."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("settings"))
    action_places = ("settings",)
    columns = (Column(1), Column(20), Column(28), Column(0, needs=84))

    def __init__(self) -> None:
        super().__init__(id="settings")
        self._known: Known | None = None
        self._notes = 0

    def compose(self) -> ComposeResult:
        """Title and list."""
        yield Static("Настройки", classes="title", markup=False)
        yield self.new_list()

    @work(exclusive=True, group="settings")
    async def load(self) -> None:
        """Ask for what the operator knows; read the file again, for a person may have edited it."""
        cabinet, account = self.app.cabinet, self.cabinet_screen.account
        settings, notes = config.load(self.app.places, self.app.environment)
        self._notes = len(notes) + len(troubles(settings.keys))
        known = Known(
            await if_told(cabinet.access.sessions),
            await if_told(cabinet.identities.linked),
            await if_told(cabinet.account.budget, account),
        )
        if alive(self) and account == self.cabinet_screen.account:
            self._known = known
            self.show_ways()

    def happened(self, event: Event) -> None:
        """Sessions and budgets change elsewhere as well."""
        if event.kind in {"session", "account"}:
            self.load()

    @property
    def ways(self) -> tuple[Way, ...]:
        """The lines."""
        return WAYS

    def known(self) -> "SettingsPage":
        """States are this page's own: each knows what it needs."""
        return self

    def open_way(self, way: str) -> None:
        """A dialog."""
        self.action_set(way)

    def action_set(self, way: str) -> None:
        """Open a part, by its action's id."""
        make = kind_at(*SCREENS[way])
        account = self.cabinet_screen.account
        dialog: Screen[Any] = make(account) if way == "month_budget" else make()
        self.app.push_screen(dialog, self._set_there)

    def _set_there(self, answer: object) -> None:
        """Show what is set now."""
        del answer
        if alive(self):
            self.show_ways()
            self.load()

    # ------------------------------------------------------------------ states

    def profile(self) -> State:
        """The number of the session."""
        number = self.cabinet_screen.number
        return (formatting.clean(number.owner, 26) if number is not None else "", "muted")

    def looks(self) -> State:
        """The theme."""
        return themes.TITLES[self.app.theme], "muted"

    def idle(self) -> State:
        """How long without keys."""
        minutes = self.app.settings.idle_minutes
        return f"через {formatting.count(minutes, 'минуту', 'минуты', 'минут')}", "muted"

    def key_map(self) -> State:
        """How many keys are one's own."""
        own = len(self.app.settings.keys)
        told = f"своих: {own}" if own else "как в программе"
        return told, "muted"

    def notices(self) -> State:
        """Bell, desktop, quiet hours."""
        settings = self.app.settings
        told = [
            *(["звонок"] if settings.bell else []),
            *(["рабочий стол"] if settings.desktop_notices != "off" else []),
        ]
        return (", ".join(told) if told else "только в кабинете"), "muted"

    def devices(self) -> State:
        """How many sessions are open."""
        if self._known is None:
            return "", ""
        if self._known.sessions is None:
            return UNKNOWN, "muted"
        count = len(self._known.sessions.items)
        return formatting.count(count, "сеанс", "сеанса", "сеансов"), "muted"

    def identities(self) -> State:
        """How many accounts are linked."""
        if self._known is None:
            return "", ""
        if self._known.identities is None:
            return UNKNOWN, "muted"
        count = len(self._known.identities.items)
        return (f"● привязано: {count}", "good") if count else ("не привязаны", "muted")

    def mail(self) -> State:
        """The server."""
        host = self.app.settings.mail.host
        return (formatting.clean(host, 26), "") if host else ("не настроена", "muted")

    def proxy(self) -> State:
        """The profile's own, or the system's."""
        profile = self.app.settings.profiles.get(self.app.profile)
        if profile is None or not profile.server:
            return "не нужен: оператор внутри", "muted"
        return (formatting.clean(profile.proxy, 26), "") if profile.proxy else ("как в системе", "")

    def budget(self) -> State:
        """The month's."""
        if self._known is None:
            return "", ""
        budget = self._known.budget
        if budget is None:
            return UNKNOWN, "muted"
        if budget.limit is None:
            return "не задан", "muted"
        return formatting.money(budget.limit.amount_minor, budget.limit.currency), ""

    def own_data(self) -> State:
        """What comes out of it."""
        return "один файл ZIP", "muted"

    def file(self) -> State:
        """Whether it is right."""
        if self._notes:
            return f"▲ замечаний: {self._notes}", "warn"
        there = self.app.places.settings_file.exists()
        return ("в порядке" if there else "ещё нет, всё обычное"), "muted"


def change(app: MtsApp, **values: Any) -> str:
    """Set something at once and write it into the file; why it is not written, or empty.

    What could not be written holds until the end of the program.
    """
    from msgspec.structs import replace

    overridden = {
        name: getattr(app.settings, name)
        for name in ("theme", "idle_minutes")
        if name not in values and f"MTS_TUI_{name.upper()}" in app.environment
    }
    try:
        written, notes = config.change(app.places, **values)
    except config.PlaceError as error:
        put_on(app, replace(app.settings, **values))
        return str(error)
    put_on(app, replace(written, **overridden))
    for note in notes:
        app.say(note, severity="warning")
    return ""


def put_on(app: MtsApp, settings: config.Settings) -> None:
    """Let settings hold from now on, wherever they show."""
    app.settings = settings
    app.theme = themes.chosen(settings.theme, app.environment)
    app.use_keys()
    plain = settings.plain_signs
    formatting.use_plain_signs(
        app.environment.get("TERM") == "linux" if plain == "auto" else bool(plain)
    )
    formatting.use_iso(settings.formats == "iso")
    for screen in app.screen_stack:
        for widget in screen.query("*"):  # What is drawn again has its sums written anew.
            widget.refresh(layout=True)


WAYS = (
    Way("profile", "Профиль", SettingsPage.profile, "номер, владелец, удаление кабинета"),
    Way("looks", "Вид", SettingsPage.looks, "оформление, знаки, числа и даты"),
    Way("idle", "Закрытие без вас", SettingsPage.idle, "через сколько минут"),
    Way("key_map", "Клавиши", SettingsPage.key_map, "свои клавиши для действий"),
    Way("notices", "Уведомления", SettingsPage.notices, "звонок, рабочий стол, тихие часы"),
    Way("devices", "Устройства и сеансы", SettingsPage.devices, "где открыт кабинет"),
    Way("identities", "Вход через сервисы", SettingsPage.identities, "привязанные аккаунты"),
    Way("mail_settings", "Почта", SettingsPage.mail, "кто отправляет документы"),
    Way("proxy_settings", "Прокси-сервер", SettingsPage.proxy, "путь к серверу кабинета"),
    Way("month_budget", "Бюджет", SettingsPage.budget, "сколько тратить в месяц"),
    Way("own_data", "Мои данные", SettingsPage.own_data, "всё, что знает кабинет"),
    Way("settings_file", "Файл настроек", SettingsPage.file, "где он и что в нём не так"),
)
