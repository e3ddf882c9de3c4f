"""The cabinet: top bar, menu, one page at a time, keys. Pages are loaded when first opened."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.reactive import reactive

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.app import Happened, MtsApp
from mts_tui.backend.contract.access import SignedIn
from mts_tui.backend.contract.errors import CabinetError, NoOperator
from mts_tui.backend.contract.events import NOBODY, Event
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.menu import Menu
from mts_tui.widgets.text import TextBlock

from .base import AppScreen
from .lazily import kind_at

if TYPE_CHECKING:
    from mts_tui.backend.contract.imports import Import

    from .page import Page

NO_BALANCE = "—"
SESSION_CHECK_SECONDS = 0.5
"""The first answer goes before the question whether this session was ended from elsewhere."""
ROOM_FOR_AGE = 100
IMPORTED = frozenset(
    {"numbers", "account", "services", "archive", "statements", "settings", "sign_out"}
)
"""What the menu has for an imported number; all the rest needs an operator behind it."""
IMPORTED_SERVES = frozenset({"fitting"})
PAGES = {
    "numbers": ("numbers", "NumbersPage"),
    "account": ("account", "AccountPage"),
    "payments": ("payments", "PaymentsPage"),
    "services": ("services", "ServicesPage"),
    "blocking": ("blocking", "BlockingPage"),
    "archive": ("archive", "ArchivePage"),
    "messages": ("messages", "MessagesPage"),
    "statements": ("statements", "StatementsPage"),
    "bonus": ("bonus", "BonusPage"),
    "promos": ("promos", "PromosPage"),
    "family": ("family", "FamilyPage"),
    "support": ("support", "SupportPage"),
    "notifications": ("notifications", "NotificationsPage"),
    "settings": ("settings", "SettingsPage"),
    "password": ("password", "PasswordPage"),
}


class TopBar(TextBlock):
    """Whose cabinet this is: number, tariff, region, balance, connection."""

    app: MtsApp
    number: reactive[Number | None] = reactive(None)

    def render(self) -> Content:
        """One line; what does not fit is left out from the end."""
        number, width = self.number, self.size.width
        if number is None:
            return self.assemble((" МТС-Помощник ", "brand"))
        name = f" · {formatting.clean(number.name, 20)}" if number.name else ""
        balance = formatting.money(number.balance.amount_minor, number.balance.currency)
        if number.imported:
            balance = NO_BALANCE
        parts = [
            (" МТС-Помощник ", "brand"),
            (f" {phones.display(number.phone)}", "strong"),
            (" импорт" if number.imported else "", "warn"),
            (name, ""),
            (f"  {number.tariff}", ""),
            (f" · {number.region}", "muted"),
        ]
        since = self.app.offline_since
        mark, words = ("●", "на связи") if since is None else ("○", "нет связи")
        if since is not None and width >= ROOM_FOR_AGE:
            words += f", данные на {formatting.clock(since.astimezone(ZoneInfo(number.zone)))}"
        right = f" {balance}  {mark} {words} "
        taken, shown = cell_len(right) + 1, []
        for text, style in parts:
            taken += cell_len(text)
            if taken > width:
                break
            shown.append((text, style))
        filled = sum(cell_len(text) for text, _style in shown)
        gap = " " * max(1, width - filled - cell_len(right))
        return self.assemble(
            *shown,
            gap,
            (f" {balance} ", "strong"),
            (f" {mark} ", "good" if since is None else "bad"),
            f"{words} ",
        )


class CabinetScreen(AppScreen[None]):
    """The cabinet of a session: an empty frame until `begin`."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("cabinet"))

    def __init__(self) -> None:
        super().__init__()
        self.account = ""
        self.numbers: list[Number] = []

    def compose(self) -> ComposeResult:
        """The frame, with the first page in its shape."""
        from .account import AccountPage

        yield TopBar(id="top")
        with Horizontal(id="body"):
            yield Menu()
            with Container(id="page"):
                yield AccountPage()
        yield KeyBar()

    @property
    def action_places(self) -> tuple[str, ...]:
        """Where the actions of help and palette come from: the cabinet and its page."""
        return ("cabinet", *(place for page in self._pages() for place in page.action_places))

    def begin(self, signed: SignedIn) -> None:
        """Show the account of a session."""
        self.account = signed.session.account
        for page in self._pages():
            page.load()
            page.take_focus()
        self.load_numbers()
        self.load_badges()
        if self.app.own:
            return  # There is no password to set, and nobody to set it with.
        if not signed.password.is_set:
            from .password import PasswordOffer

            self.app.push_screen(PasswordOffer())
        elif signed.password.is_old:
            self.app.say("Паролю больше полугода. Сменить его можно в «Смене пароля».")

    @work(exclusive=True, group="numbers")
    async def load_numbers(self) -> None:
        """Ask for the cabinet's numbers, and show the one that is open."""
        try:
            self.numbers = (await self.app.cabinet.numbers.linked()).items
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self):
            if self.numbers and self.number is None:
                self._left_without_number()
            self.show_number()
            for page in self._pages():
                page.numbers_came()

    @work(exclusive=True, group="badges")
    async def load_badges(self) -> None:
        """Ask how much is new, for the menu."""
        account, cabinet = self.account, self.app.cabinet
        try:
            notices = (await cabinet.notifications.inbox(account)).unread
            tickets = (await cabinet.support.tickets(account)).items
        except CabinetError:
            return  # What matters says so itself.
        if alive(self) and account == self.account:
            answers = sum(one.unread for one in tickets)
            self.query_one(Menu).badges = {"notifications": notices, "support": answers}

    def _left_without_number(self) -> None:
        """The open number was taken out of the cabinet, here or elsewhere: go on with the login."""
        self.app.say("Номера, который был открыт, больше нет в кабинете. Открыт ваш основной.")
        login = next((one for one in self.numbers if one.login), self.numbers[0])
        self.switch_to(login.account)

    @property
    def number(self) -> Number | None:
        """The number that is open."""
        return next((one for one in self.numbers if one.account == self.account), None)

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of the number that is open."""
        return ZoneInfo(self.number.zone) if self.number is not None else None

    def show_number(self) -> None:
        """Put the open number into the top bar and under the virtual phone."""
        number, top = self.number, self.query_one(TopBar)
        before = top.number.phone if top.number is not None else ""
        top.number = number
        if (
            number is not None
            and number.phone != before  # Else the person may have taken another one.
            and number.kind == "mobile"
            and not number.imported
            and (self.app.handset_phone != number.phone)
        ):
            self.app.handset_phone = number.phone
            self._tell_phones(Event(NOBODY, 0, "message", datetime.now(UTC)))

    def _tell_phones(self, event: Event) -> None:
        for handset in self.query("Handset"):  # By name: its module is loaded when it is opened.
            handset.post_message(Happened(event))

    def switch_to(self, account: str) -> None:
        """Open another number of the cabinet."""
        self.account = account
        self.show_number()
        self.load_badges()
        if self.query_one(Menu).here not in IMPORTED and self.refuses_operator():
            self.open_page("account")
            return
        for page in self._pages():
            page.load()

    def refuses_operator(self) -> bool:
        """Say why, where the open number has no operator behind it."""
        if self.number is None or not self.number.imported:
            return False
        self.app.say(str(NoOperator()))
        return True

    def _pages(self) -> list["Page"]:
        """The page that is shown. One whose parts are not all there yet loads itself by and by."""
        from .page import Page

        return [page for page in self.query(Page) if page.is_mounted]

    @work(exclusive=True, group="page")
    async def open_page(self, name: str, subject: str = "") -> None:
        """Show a page in place of the one before; with an id, that thing of it."""
        page: Page = kind_at(*PAGES[name])()
        page.subject = subject
        host = self.query_one("#page")
        self.query_one(Menu).here = name
        with self.app.batch_update():
            await host.remove_children()
            await host.mount(page)
        page.take_focus()

    async def action_open(self, name: str, subject: str = "") -> None:
        """Open a line of the menu, or a thing there."""
        if name == "sign_out":
            await self.app.sign_out()
        elif name in IMPORTED or not self.refuses_operator():
            self.open_page(name, subject)

    @on(Menu.Chosen)
    async def _chosen(self, chosen: Menu.Chosen) -> None:
        await self.action_open(chosen.item)

    def on_happened(self, happened: Happened) -> None:
        """Pass on what happened: the page and the phone show what is new."""
        event = happened.event
        if not self.account:
            return  # The frame is there, the session is not yet.
        if event.kind == "connection":
            self.query_one(TopBar).refresh()
            if self.app.offline_since is None:
                self.reload()
            return
        if event.kind in {"account", "numbers"}:
            self.load_numbers()
        if event.kind in {"notice", "support"} and event.account == self.account:
            self.load_badges()
        if event.kind == "session":
            self.set_timer(SESSION_CHECK_SECONDS, self._still_here)
        for page in self._pages():
            page.happened(event)
        self._tell_phones(event)

    @work(exclusive=True, group="session")
    async def _still_here(self) -> None:
        """Somebody may have ended this session from elsewhere."""
        try:
            await self.app.cabinet.access.password()
        except CabinetError as error:
            self.app.explain(error)

    def action_back(self) -> None:
        """Go back to the first page."""
        if self.query_one(Menu).here != "account":
            self.open_page("account")

    def action_next_number(self) -> None:
        """Open the next number."""
        if len(self.numbers) > 1:
            accounts = [number.account for number in self.numbers]
            place = accounts.index(self.account) if self.account in accounts else -1
            self.switch_to(accounts[(place + 1) % len(accounts)])

    def action_pay(self, way: str) -> None:
        """Open a way of «Оплата», from whichever page."""
        from .payments import open_way

        if self.account and not self.refuses_operator():
            open_way(self.app, self.account, way)

    def action_serve(self, way: str) -> None:
        """Open a line of «Тарифы и услуги», from whichever page."""
        from .services import open_service

        if self.account and (way in IMPORTED_SERVES or not self.refuses_operator()):
            open_service(self.app, self.account, way, self.changed)

    def action_import_file(self, path: str = "") -> None:
        """Import a real detalization from a file."""
        from .import_file import ImportDialog

        self.app.push_screen(ImportDialog(path), self._imported)

    def on_paste(self, event: events.Paste) -> None:
        """A file that is dropped on the terminal comes as its path."""
        from mts_tui.imports.paths import dropped

        path = dropped(event.text)
        if path is not None and self.account:
            event.stop()
            self.action_import_file(str(path))

    def _imported(self, done: "Import | None") -> None:
        """Open the number that a file has brought."""
        if done is not None:
            self.account = done.account
            self.load_numbers()
            self.open_page("account")

    def reload(self) -> None:
        """Ask for everything anew."""
        self.load_numbers()
        self.load_badges()
        for page in self._pages():
            page.load()

    def action_refresh(self) -> None:
        """The person asks for everything anew."""
        self.load_numbers()
        self.load_badges()
        for page in self._pages():
            page.asked_anew()

    async def action_lock(self) -> None:
        """Close the cabinet."""
        await self.app.sign_out("Кабинет закрыт. Чтобы вернуться, войдите снова.")

    def action_undo(self) -> None:
        """Take back something that was done in the last ten minutes."""
        from .undo import UndoDialog

        if self.number is not None:
            self.app.push_screen(UndoDialog(ZoneInfo(self.number.zone)), self.changed)

    def changed(self, changed: object) -> None:
        """A dialog is closed that may have changed something."""
        if changed:
            self.reload()

    def action_copy(self) -> None:
        """Copy the page's chosen row, or the number."""
        for page in self._pages():
            text = page.text_to_copy()
            if text:
                self.app.copy(text)
                return
        if self.number is not None:
            self.app.copy(self.number.phone)


def zone_of(app: MtsApp) -> ZoneInfo | None:
    """The zone of the number whose cabinet is open; None where none is: the machine's then."""
    return next((one.zone for one in app.screen_stack if isinstance(one, CabinetScreen)), None)
