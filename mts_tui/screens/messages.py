"""«Отправка SMS/MMS»: threads, found as one types; the one under the cursor beside them."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.messages import Sending, Terms, Thread, ThreadMessage
from mts_tui.widgets.alive import alive
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .page import Page
from .thread import ThreadDialog, ThreadView, told

COLUMNS = (Column(4), Column(20), Column(0, needs=44), Column(14, right=True, needs=56))
PANE_FROM = 84
"""Cells of a page that has room for the thread beside the list."""
LONGEST_SEARCH = 100
NOTHING = "Ничего не нашлось. Ищите по имени, номеру или словам сообщения."
BESIDE = 30
"""Messages of the thread beside the list."""


class Find(Input):
    """The line in which one types what to look for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,enter", "to_list", show=False),
    ]

    def on_mount(self) -> None:
        """Nothing blinks."""
        self.cursor_blink = False

    def action_leave(self) -> None:
        """Look for nothing any more, and go back to the list."""
        self.value = ""
        self.action_to_list()

    def action_to_list(self) -> None:
        """Go to what was found."""
        self.screen.query_one("#threads").focus()


class MessagesPage(Page):
    """The page of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("messages"))
    action_places = ("messages", "list")

    def __init__(self) -> None:
        super().__init__(id="messages")
        self._threads: list[Thread] = []
        self._asked: tuple[str, str] | None = None
        self._beside: dict[str, list[ThreadMessage]] = {}

    def compose(self) -> ComposeResult:
        """Search, what is left today, the threads, the one under the cursor."""
        yield Find(
            placeholder="/ — найти: имя, номер или слова",
            max_length=LONGEST_SEARCH,
            id="messages-search",
            compact=True,
        )
        yield Paragraph(id="messages-terms")
        with Horizontal(id="messages-body"):
            yield Rows(COLUMNS, self._none, id="threads")
            with VerticalScroll(id="messages-pane", can_focus=False):
                yield ThreadView(id="messages-thread")

    def take_focus(self) -> None:
        """The list."""
        self._rows.focus()

    def on_resize(self) -> None:
        """The thread stands beside the list where there is room for both."""
        self.query_one("#messages-pane").display = self.size.width >= PANE_FROM
        self._follow()

    @property
    def _none(self) -> str:
        sms, picture = key_of(self.app, "new_sms"), key_of(self.app, "new_mms")
        return f"Сообщений пока нет. Новое SMS — клавиша {sms}, картинка — {picture}."

    @property
    def _rows(self) -> Rows:
        return self.query_one(Rows)

    @property
    def _account(self) -> str:
        return self.cabinet_screen.account

    @property
    def _current(self) -> Thread | None:
        place = self._rows.cursor
        return self._threads[place] if place < len(self._threads) else None

    # ------------------------------------------------------------------ asking

    @work(exclusive=True, group="messages")
    async def load(self) -> None:
        """Ask for the threads of the open number."""
        account, text = self._account, self.query_one(Find).value.strip()
        messages = self.app.cabinet.messages
        try:
            terms = await messages.terms(account)
            found = (await messages.threads(account, text)).items
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and self._asked is None:
                self._rows.say("Сообщения не загрузились. F5 — попробовать ещё раз.")
            return
        if not alive(self) or account != self._account:
            return
        keep = self._asked == (account, text)
        here = self._current.peer if keep and self._current is not None else None
        self._asked, self._threads = (account, text), found
        self._beside.clear()
        self._show_terms(terms)
        rows = self._rows
        rows.show(len(found), lambda index: self._row(self._threads[index]), keep=keep)
        if not found:
            rows.say(NOTHING if text else self._none)
        place = next((place for place, one in enumerate(found) if one.peer == here), None)
        if place is not None:
            rows.cursor = place
        self._follow()

    def happened(self, event: Event) -> None:
        """A message came, or the state of one changed."""
        if event.account == self._account and event.kind == "message":
            self.load()

    def numbers_came(self) -> None:
        """The zone may be known only now."""
        if alive(self):
            self._rows.refresh()
            self._follow()

    def _show_terms(self, terms: Terms) -> None:
        unread = sum(one.unread for one in self._threads)
        parts: list[Part] = []
        if unread:
            news = formatting.count(unread, "новое", "новых", "новых")
            parts += [(f"● {news}", "key"), "   "]
        if terms.refusal:
            parts.append((formatting.clean(terms.refusal), "warn"))
        elif not terms.left_today:
            parts.append(("На сегодня сообщений не осталось", "warn"))
        else:
            left = formatting.count(terms.left_today, "сообщение", "сообщения", "сообщений")
            parts += ["Сегодня можно отправить ещё ", (left, "strong")]
            if terms.sender_name:
                parts.append((f"   от имени {formatting.clean(terms.sender_name, 20)}", "muted"))
        self.query_one("#messages-terms", Paragraph).show(*parts)

    def _row(self, thread: Thread) -> tuple[Cell, ...]:
        name, last, when = told(thread, self.zone)
        new = thread.unread > 0
        mark = f"●{thread.unread}" if new else ""
        return (
            Cell(mark, "key"),
            Cell(name, "strong" if new else ""),
            Cell(last, "" if new else "muted"),
            Cell(when, "muted"),
        )

    # ------------------------------------------------------------------ the thread beside

    @on(Rows.Moved)
    def _follow(self) -> None:
        """Show the thread under the cursor, where there is room for it."""
        if not self.query_one("#messages-pane").display:
            return
        one, view = self._current, self.query_one("#messages-thread", ThreadView)
        if one is None:
            view.show()
        elif one.peer in self._beside:
            view.show_messages(self._beside[one.peer], self.zone)
            self.query_one("#messages-pane", VerticalScroll).anchor()
        else:
            self._ask_current()

    @work(group="messages-beside")
    @once("beside")
    async def _ask_current(self) -> None:
        """Ask for the thread under the cursor; who moves on meanwhile gets the next one."""
        while alive(self):
            one, account = self._current, self._account
            if one is None or one.peer in self._beside:
                break
            try:
                page = await self.app.cabinet.messages.thread(account, one.peer, BESIDE)
            except CabinetError:
                return  # The list says the last words all the same.
            if account == self._account:
                self._beside[one.peer] = page.items
        if alive(self):
            self._follow()

    # ------------------------------------------------------------------ what a person does

    @on(Input.Changed, "#messages-search")
    def _typed(self) -> None:
        self.load()

    @on(Rows.Chosen)
    def _open(self) -> None:
        if self._current is not None:
            self.app.push_screen(ThreadDialog(self._account, self._current, self.zone))

    def action_find_message(self) -> None:
        """Go to the line of the search."""
        self.query_one(Find).focus()

    def action_new_sms(self) -> None:
        """Write an SMS."""
        from .new_message import NewMessageDialog

        self.app.push_screen(NewMessageDialog(self._account), self._sent)

    def action_new_mms(self) -> None:
        """Send a picture."""
        from .new_message import NewMessageDialog

        self.app.push_screen(NewMessageDialog(self._account, picture=True), self._sent)

    def _sent(self, sent: Sending | None) -> None:
        """Show what becomes of it."""
        if sent is not None:
            from .sendings import SendingDialog

            self.app.push_screen(SendingDialog(self._account, sent, self.zone))

    def action_sendings(self) -> None:
        """See what was sent and what is planned."""
        from .sendings import SendingsDialog

        self.app.push_screen(SendingsDialog(self._account, self.zone))

    def action_contacts(self) -> None:
        """Keep contacts."""
        from .contacts import ContactsDialog

        self.app.push_screen(ContactsDialog(self._account))

    def action_templates(self) -> None:
        """Keep templates."""
        from .templates import TemplatesDialog

        self.app.push_screen(TemplatesDialog(self._account))

    def text_to_copy(self) -> str:
        """The thread under the cursor."""
        one = self._current
        return "\t".join(told(one, self.zone)) if one is not None else ""
