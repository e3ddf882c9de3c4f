"""Messages with one other side: read, and answered from here."""

from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.messages import ReadMark, Sending, Thread, ThreadMessage
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.text import Paragraph, Part

from .contacts import ContactForm
from .message_words import STATES, called, moment
from .new_message import NewMessageDialog
from .sendings import SendingDialog

if TYPE_CHECKING:
    from datetime import date

PAGE = 50
LONGEST = 2_000
NO_ANSWER = "Это короткое имя: ответить на него нельзя."


class ThreadView(Paragraph):
    """The messages, the newest last."""

    def show_messages(self, messages: list[ThreadMessage], zone: ZoneInfo) -> None:
        """Show messages, given the newest first."""
        parts: list[Part] = []
        day: date | None = None
        for one in reversed(messages):
            local = one.at.astimezone(zone)
            if local.date() != day:
                day = local.date()
                parts += [(f"— {formatting.date_day(day)} —", "muted"), "\n"]
            mark, word, style = STATES[one.state]
            who = ("Вы", "strong") if one.outgoing else ("Вам", "key")
            kind = " · картинка" if one.kind == "mms" else ""
            parts += [(formatting.clock(local), "muted"), " ", who, (kind, "muted")]
            if one.outgoing:
                parts += ["  ", (f"{mark} {word}", style)]
            text = formatting.clean(one.text, LONGEST, keep_lines=True)
            parts += ["\n", text, "\n"]
            if one.reason:
                parts += [(formatting.clean(one.reason), "bad"), "\n"]
            parts.append("\n")
        self.show(*(parts[:-1] or [("Сообщений пока нет.", "muted")]))


class ThreadDialog(Dialog[bool]):
    """One thread; what is shown has been read.

    Args:
        account: Whose.
        thread: The thread.
        zone: The account's.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("thread"))
    action_places = ("thread",)

    def __init__(self, account: str, thread: Thread, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._thread = thread
        self._zone = zone
        self._shown: list[ThreadMessage] = []
        self._cursor: str | None = None

    def compose(self) -> ComposeResult:
        """Who it is, the messages, what can be done."""
        with Vertical(id="dialog", classes="wide-dialog message-dialog"):
            yield Static(
                called(self._thread.name, self._thread.peer), classes="title", markup=False
            )
            with VerticalScroll(id="thread-scroll", can_focus=True):
                yield ThreadView("Загружаем…", id="thread-messages")
            yield Static("", id="thread-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                if self._thread.can_answer:
                    yield Button("Ответить", variant="primary", id="answer")
                    yield Button("Контакт", id="name")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        if self._thread.can_answer:
            self.query_one("#answer").focus()
        else:
            self._say(NO_ANSWER)
            self.query_one("#thread-scroll").focus()
        self.load()

    def on_happened(self, happened: Happened) -> None:
        """An answer came, or a state changed."""
        if happened.event.account == self._account and happened.event.kind == "message":
            self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the newest messages, and mark them as read."""
        messages = self.app.cabinet.messages
        try:
            page = await messages.thread(self._account, self._thread.peer, PAGE)
            newest = page.items[0].id if page.items else 0
            known = self._shown[0].id if self._shown else -1
            if newest > known and any(not one.outgoing for one in page.items):
                await messages.mark_read(self._account, ReadMark(peer=self._thread.peer))
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._shown, self._cursor = page.items, page.next_cursor
            self.query_one(ThreadView).show_messages(self._shown, self._zone)
            self.query_one("#thread-scroll", VerticalScroll).anchor()

    @work(group="older")
    @once("older")
    async def action_older(self) -> None:
        """Ask for what was before."""
        if self._cursor is None:
            self._say("Раньше сообщений не было.")
            return
        try:
            page = await self.app.cabinet.messages.thread(
                self._account, self._thread.peer, PAGE, self._cursor
            )
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._shown, self._cursor = [*self._shown, *page.items], page.next_cursor
            self.query_one(ThreadView).show_messages(self._shown, self._zone)
            scroll = self.query_one("#thread-scroll", VerticalScroll)
            scroll.anchor(anchor=False)
            self.call_after_refresh(scroll.scroll_home, animate=False)

    @on(Button.Pressed, "#answer")
    def action_answer(self) -> None:
        """Write back."""
        if self._thread.can_answer:
            self.app.push_screen(NewMessageDialog(self._account, to=self._thread.peer), self._back)
        else:
            self._say(NO_ANSWER)

    @on(Button.Pressed, "#name")
    def _keep_contact(self) -> None:
        form = ContactForm(self._account, phone=self._thread.peer, name=self._thread.name)
        self.app.push_screen(form, self._named)

    def _named(self, name: str | None) -> None:
        if name is not None and alive(self):
            self.query_one(".title", Static).update(called(name, self._thread.peer))

    def _back(self, sent: Sending | None) -> None:
        if sent is not None:
            self.app.push_screen(SendingDialog(self._account, sent, self._zone))

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#thread-message", Static).update(text)


def told(thread: Thread, zone: ZoneInfo) -> tuple[str, str, str]:
    """A thread's name, its last words and their moment, on one line each."""
    last = " ".join(formatting.clean(thread.last, 200).split())
    mine = "Вы: " if thread.outgoing else ""
    return called(thread.name, thread.peer), f"{mine}{last}", moment(thread.at, zone)
