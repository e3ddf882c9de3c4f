"""«Уведомления»: what happened in three days, by day; each leads to what it speaks of."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.notifications import Notification, NotificationKind, ReadNotifications
from mts_tui.widgets.alive import alive
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.sections import Sections
from mts_tui.widgets.text import Paragraph, Part

from .cabinet import PAGES
from .page import Page

COLUMNS = (Column(7), Column(5), Column(0), Column(12, right=True, needs=60))
NONE = "Уведомлений нет: здесь трое суток хранится то, что случилось с номером."
NEW = "● новое"
AGE_SECONDS = 1.0
KINDS = {
    "access": "вход",
    "account": "счёт",
    "numbers": "номера",
    "trust": "в долг",
    "fee": "плата",
    "payment": "платёж",
    "autopay": "автоплатёж",
    "budget": "бюджет",
    "services": "услуги",
    "statement": "детализация",
    "message": "сообщения",
    "bonus": "бонус",
    "promo": "акции",
    "family": "семья",
    "support": "поддержка",
}
WAYS: dict[NotificationKind, str] = {"payment": "recent", "autopay": "autopay"}
"""Ways of «Оплата» that a kind speaks of; the others speak of the page itself."""


class NotificationsPage(Page):
    """The page of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("notifications"))
    action_places = ("notifications", "sections", "list")

    def __init__(self) -> None:
        super().__init__(id="notifications")
        self._kept: list[Notification] = []
        self._ahead = timedelta()
        """By how much the operator's clock is ahead of this machine's."""

    def compose(self) -> ComposeResult:
        """How many are new, the list, the one under the cursor."""
        yield Paragraph(id="notices-summary")
        yield Sections(COLUMNS, NONE, id="notices")
        yield Paragraph(id="notice-text")

    def on_mount(self) -> None:
        """See the time pass."""
        self.set_interval(AGE_SECONDS, self._grow_old)

    def take_focus(self) -> None:
        """The list."""
        self._rows.focus()

    @property
    def _rows(self) -> Sections:
        return self.query_one(Sections)

    @property
    def _current(self) -> Notification | None:
        place = self._rows.row
        return self._kept[place] if 0 <= place < len(self._kept) else None

    @work(exclusive=True, group="notices")
    async def load(self) -> None:
        """Ask for what is kept."""
        account = self.cabinet_screen.account
        try:
            kept = (await self.app.cabinet.notifications.kept(account)).items
            as_of = (await self.app.cabinet.account.overview(account)).as_of
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and not self._kept:
                self._rows.say("Уведомления не загрузились. F5 — попробовать ещё раз.")
            return
        if alive(self) and account == self.cabinet_screen.account:
            self._ahead = as_of - datetime.now(UTC)
            self._show(kept)

    def happened(self, event: Event) -> None:
        """Something new, or read elsewhere."""
        if event.kind == "notice" and event.account == self.cabinet_screen.account:
            self.load()

    def _grow_old(self) -> None:
        """Let those go whose three days are over."""
        now = datetime.now(UTC) + self._ahead
        left = [one for one in self._kept if one.expires_at > now]
        if len(left) < len(self._kept):
            self._show(left)
            self.cabinet_screen.load_badges()

    def numbers_came(self) -> None:
        """The zone may be known only now."""
        if alive(self):
            self._show(self._kept)

    def _show(self, kept: list[Notification]) -> None:
        here = self._current.id if self._current is not None else None
        self._kept = kept
        days = groupby(kept, key=lambda one: one.at.astimezone(self.zone).date())
        sections = [(formatting.date_day(day), len(list(of_day))) for day, of_day in days]
        self._rows.show_sections(sections, lambda row: self._row(self._kept[row]))
        if kept:  # The first line is a heading.
            places = (place for place, one in enumerate(kept) if one.id == here)
            self._rows.go_to_row(next(places, 0))
        self._show_summary()
        self._follow()

    def _show_summary(self) -> None:
        unread = sum(not one.read for one in self._kept)
        news = formatting.count(unread, "новое", "новых", "новых")
        first: Part = (f"● {news}", "key") if unread else ("Всё прочитано", "muted")
        self.query_one("#notices-summary", Paragraph).show(
            first, ("   Хранятся трое суток.", "muted")
        )

    def _row(self, one: Notification) -> tuple[Cell, ...]:
        return (
            Cell("" if one.read else NEW, "key"),
            Cell(formatting.clock(one.at.astimezone(self.zone)), "muted"),
            Cell(formatting.clean(one.title, 120), "" if one.read else "strong"),
            Cell(KINDS.get(one.kind, ""), "muted"),
        )

    @on(Rows.Moved)
    def _follow(self) -> None:
        """Show the whole text of the one under the cursor."""
        one = self._current
        text = formatting.clean(one.text, keep_lines=True) if one is not None else ""
        self.query_one("#notice-text", Paragraph).show(text)

    # ------------------------------------------------------------------ what a person does

    @on(Rows.Chosen)
    def _open(self) -> None:
        """Open what it speaks of; it has been read by that."""
        one = self._current
        if one is None:
            return
        if not one.read:
            self._mark([one.id])
        cabinet = self.cabinet_screen
        if one.place == "payments" and one.kind in WAYS:
            cabinet.action_pay(WAYS[one.kind])
        elif one.place in PAGES:
            self.call_later(cabinet.action_open, one.place, one.subject)

    def action_mark_notice(self) -> None:
        """The one under the cursor has been read."""
        one = self._current
        if one is not None and not one.read:
            self._mark([one.id])

    def action_mark_all_notices(self) -> None:
        """All have been read."""
        ids = [one.id for one in self._kept if not one.read]
        if ids:
            self._mark(ids)

    def _mark(self, ids: list[str]) -> None:
        # The app's worker: the page may be gone before the answer comes.
        self.app.run_worker(self._marked(self.cabinet_screen.account, ids), group="notices-read")

    async def _marked(self, account: str, ids: list[str]) -> None:
        try:
            await self.app.cabinet.notifications.mark_read(account, ReadNotifications(ids=ids))
        except CabinetError as error:
            self.app.explain(error)
            return
        if alive(self):
            self.load()

    def text_to_copy(self) -> str:
        """The one under the cursor."""
        one = self._current
        return formatting.clean(f"{one.title}. {one.text}") if one is not None else ""
