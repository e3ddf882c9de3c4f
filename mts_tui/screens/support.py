"""«Поддержка»: the chat first and biggest; tickets, files, calls and the help a key away.

What is typed is a draft on this computer from half a second after the last key on, and with its
first try the draft has the key of the command as well: after a lost line, a kill or a power cut the
same words are sent with the same key, and are said once.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError, NotSentYet
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.model import Page as Answered
from mts_tui.backend.contract.support import LONGEST, ChatMessage, ChatOrder, Ticket
from mts_tui.drafts import Draft, Drafts
from mts_tui.widgets.alive import alive
from mts_tui.widgets.field import Field
from mts_tui.widgets.once import once
from mts_tui.widgets.text import Paragraph, Part

from .page import Page
from .support_words import chat_parts, ticket_parts

if TYPE_CHECKING:
    from mts_tui.backend.contract.support import Attachment

PAGE = 50
KEPT_AFTER = 0.5
"""Seconds after the last key until a draft is written."""
NEW = "new"
"""The draft of a question that has no ticket yet."""
HELLO = (
    "Напишите, что случилось или что хочется сделать: помощник сразу ответит по справке, а если "
    "ответа там нет — позовёт специалиста. Поддержка работает круглосуточно."
)
PENDING = "Ждёт связи: отправится один раз, когда она вернётся."


class Chat(VerticalScroll, can_focus=True):
    """The messages, scrolled by the keyboard."""


class SayField(Field):
    """The line in which one writes; Esc goes back to the chat."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def action_leave(self) -> None:
        """Read on."""
        self.screen.query_one(Chat).focus()


class SupportPage(Page):
    """The page of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("support"))
    action_places = ("support",)

    def __init__(self) -> None:
        super().__init__(id="support")
        self._ticket: Ticket | None = None
        self._account = ""
        self._chosen = False
        """Whether the person chose what is shown: news elsewhere do not take them away."""
        self._shown: list[ChatMessage] = []
        self._cursor: str | None = None
        self._waiting: list[str] = []
        """What was said and waits for the connection."""
        self._key = ""
        """The key of what stands in the field, once it was tried."""
        self._tried: tuple[str, Attachment | None] = ("", None)

    def compose(self) -> ComposeResult:
        """The ticket, its chat, what to say."""
        yield Paragraph(id="support-ticket")
        with Chat(id="support-chat"):
            yield Paragraph(id="support-messages")
        yield Paragraph(id="support-error")
        yield SayField("Сообщение", longest=LONGEST, id="say")

    def take_focus(self) -> None:
        """The chat."""
        self.query_one(Chat).focus()

    # ------------------------------------------------------------------ asking

    @work(exclusive=True, group="support")
    async def load(self) -> None:
        """Ask for the ticket that is shown, or else the one with the latest news."""
        account, support = self.cabinet_screen.account, self.app.cabinet.support
        chosen = self._chosen or bool(self.query_one(SayField).value)
        if account != self._account:
            self._account, self._chosen, self._ticket = account, False, None
            self._shown, self._waiting, chosen = [], [], False
        here = self._ticket.id if self._ticket is not None else ""
        wanted, self.subject = self.subject or here, ""
        ticket: Ticket | None = None
        try:
            if wanted and (chosen or wanted != here):
                ticket = await support.ticket(account, wanted)
            elif not chosen:
                tickets = (await support.tickets(account)).items
                ticket = next((one for one in tickets if one.unread), next(iter(tickets), None))
                if ticket is not None and ticket.state == "closed" and not ticket.unread:
                    ticket = None
            page = await support.messages(account, ticket.id, PAGE) if ticket is not None else None
            if ticket is not None and ticket.unread:
                # Told of, it begins this anew, which must come back to the same ticket.
                self.subject = ticket.id
                ticket = await support.mark_read(account, ticket.id)
        except CabinetError as error:
            self._say(str(error))
            return
        if not alive(self) or account != self.cabinet_screen.account:
            return
        other = (self._ticket and self._ticket.id) != (ticket and ticket.id)
        self._ticket = ticket
        self._merge(page or Answered(items=[]), anew=other)
        if self.app.offline_since is None:
            self._waiting = []
        if other or not chosen:
            self._drop_said()
            self._restore()
        self._chosen |= ticket is not None
        self._draw()

    def _merge(self, page: Answered[ChatMessage], *, anew: bool) -> None:
        """Put the newest messages before those that are known, each once."""
        newest = page.items
        known = {} if anew else {one.id: one for one in self._shown}
        if anew or not known or (newest and newest[-1].id > max(known) + 1):
            self._shown, self._cursor = newest, page.next_cursor
            return
        known |= {one.id: one for one in newest}
        self._shown = [known[place] for place in sorted(known, reverse=True)]

    def happened(self, event: Event) -> None:
        """Somebody said something, or support's answer is here."""
        if event.kind == "support" and event.account == self._account:
            self.load()

    def numbers_came(self) -> None:
        """The zone may be known only now."""
        if alive(self) and self._account:
            self._draw()

    def _draw(self, *, to_end: bool = True) -> None:
        self.query_one("#support-ticket", Paragraph).show(*ticket_parts(self._ticket))
        parts: list[Part] = chat_parts(self._shown, self.zone, earlier=self._cursor is not None)
        if self._ticket is None:
            parts = [(HELLO, "muted")]
        for text in self._waiting:
            parts += ["\n\n", ("Вы", "strong"), (f"  {PENDING}", "warn"), "\n", text]
        self.query_one("#support-messages", Paragraph).show(*parts)
        self.query_one(Chat).anchor(to_end)

    @work(group="earlier")
    @once("earlier")
    async def action_earlier_chat(self) -> None:
        """Ask for what was before."""
        if self._ticket is None or self._cursor is None:
            self._say("Раньше сообщений не было.")
            return
        try:
            page = await self.app.cabinet.support.messages(
                self._account, self._ticket.id, PAGE, self._cursor
            )
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._shown, self._cursor = [*self._shown, *page.items], page.next_cursor
            self._draw(to_end=False)
            self.call_after_refresh(self.query_one(Chat).scroll_home, animate=False)

    # ------------------------------------------------------------------ drafts

    @property
    def _drafts(self) -> Drafts:
        return Drafts(self.app.places.state_dir / "drafts", self.app.profile, self._account)

    @property
    def _draft_key(self) -> str:
        return f"support:{self._ticket.id if self._ticket is not None else NEW}"

    def _restore(self) -> None:
        """Put the draft of this ticket into the line."""
        draft = self._drafts.find(self._draft_key)
        if draft.picture:  # It was tried with a file, whose text no draft has.
            self._say(f"Файл «{formatting.clean(draft.picture, 80)}» не ушёл. Приложите его снова.")
            draft = Draft(text=draft.text)
        self._tried, self._key = (draft.text, None), draft.key
        field = self.query_one(SayField)
        with self.prevent(Input.Changed):
            field.value = draft.text
        field.cursor_position = len(draft.text)

    def _drop_said(self) -> None:
        """Drop what was tried with a file and has come: the chat has it."""
        drafts = self._drafts
        said = {(one.text, one.attachment) for one in self._shown if one.author == "subscriber"}
        for name in (self._draft_key, f"support:{NEW}"):  # The first message makes its ticket.
            draft = drafts.find(name)
            if draft.picture and (draft.text, draft.picture) in said:
                drafts.drop(name)

    def _typed(self) -> Draft:
        text = self.query_one(SayField).value
        tried, attachment = self._tried
        if tried != text.strip():
            return Draft(text=text)
        return Draft(text=text, picture=attachment.name if attachment else "", key=self._key)

    @on(Input.Changed, "#say")
    def _keep_soon(self) -> None:
        self._say("")
        self.set_timer(KEPT_AFTER, self._keep)

    @work(group="draft")
    async def _keep(self) -> None:
        """Write the draft, away from the keyboard."""
        if alive(self) and self._account:
            with suppress(OSError):
                await self._drafts.keep_aside(self._draft_key, self._typed())

    def on_unmount(self) -> None:
        """What was typed in the last half second stays, too."""
        if self._account and self.query(SayField):
            with suppress(OSError):
                self._drafts.keep(self._draft_key, self._typed())

    # ------------------------------------------------------------------ saying

    @on(Input.Submitted, "#say")
    def _submitted(self) -> None:
        self.send()

    @work(group="say")
    @once("say")
    async def send(self, attachment: "Attachment | None" = None) -> None:
        """Say what stands in the line, once however often it is tried."""
        field = self.query_one(SayField)
        text = field.value.strip()
        if not text and attachment is not None:
            text = "Посмотрите файл, пожалуйста."
        if not text:
            self._say("Напишите, что случилось.")
            return
        if self._tried != (text, attachment) or not self._key:
            self._tried, self._key = (text, attachment), str(uuid4())
        drafts, draft_key = self._drafts, self._draft_key
        account, ticket = self._account, self._ticket
        with suppress(OSError):  # Before the first try: who is killed meanwhile has the key.
            name = attachment.name if attachment else ""
            tried = Draft(text=text, picture=name, key=self._key)
            await drafts.keep_aside(draft_key, tried)
        support = self.app.cabinet.keyed(self._key).support
        order = ChatOrder(text=text, attachment=attachment)
        waiting = False
        try:
            if ticket is None or ticket.state == "closed":
                ticket = await support.open(account, order)
            else:
                await support.say(account, ticket.id, order)
        except NotSentYet as error:
            waiting = True
            self._say(str(error))
        except CabinetError as error:
            self._say(str(error))
            return
        await asyncio.to_thread(drafts.drop, draft_key)
        if not alive(self) or account != self._account:
            return
        self._tried, self._key = ("", None), ""
        with self.prevent(Input.Changed):
            field.value = ""
        if waiting:
            self._waiting.append(formatting.clean(text, keep_lines=True))
            self._draw()
        else:
            self._ticket, self._chosen = ticket, True
            self._say("")
            self.load()

    def _say(self, text: str) -> None:
        if alive(self):
            parts: list[Part] = [(text, "bad")] if text else []
            self.query_one("#support-error", Paragraph).show(*parts)

    # ------------------------------------------------------------------ what a person does

    def show_ticket(self, ticket: Ticket | None) -> None:
        """Show another ticket, or the empty page of a new question."""
        with suppress(OSError):
            self._drafts.keep(self._draft_key, self._typed())
        self._ticket, self._chosen = ticket, True
        self._shown, self._cursor, self._waiting = [], None, []
        self._restore()
        self._draw()
        self.load()

    def action_write_support(self) -> None:
        """Go to the line of the message."""
        self.query_one(SayField).focus()

    def action_new_question(self) -> None:
        """Ask about something new."""
        self.show_ticket(None)
        self.query_one(SayField).focus()

    def action_support_tickets(self) -> None:
        """Choose among the tickets."""
        from .support_dialogs import TicketsDialog

        self.app.push_screen(TicketsDialog(self._account, self.zone), self._picked)

    def _picked(self, ticket: Ticket | None) -> None:
        if ticket is not None and alive(self):
            self.show_ticket(ticket)

    @work(group="say")
    @once("say")
    async def action_call_agent(self) -> None:
        """Give the ticket to an agent."""
        if self._ticket is None:
            self._say("Сначала напишите вопрос: специалисту передаётся он.")
            return
        try:
            await self.app.cabinet.support.hand_over(self._account, self._ticket.id)
        except CabinetError as error:
            self._say(str(error))
        else:
            self.load()

    def action_attach_file(self) -> None:
        """Send a text file along."""
        from .support_dialogs import AttachDialog

        self.app.push_screen(AttachDialog(), self._attached)

    def _attached(self, attachment: "Attachment | None") -> None:
        if attachment is not None and alive(self):
            self.send(attachment)

    def action_save_attachment(self) -> None:
        """Look at the files of the chat."""
        from .support_dialogs import ChatFilesDialog

        with_files = [one for one in self._shown if one.attachment]
        if self._ticket is None or not with_files:
            self._say("В этом чате файлов нет.")
            return
        self.app.push_screen(ChatFilesDialog(self._account, self._ticket, with_files))

    def action_close_ticket(self) -> None:
        """Settle the matter."""
        from .support_dialogs import CloseDialog

        if self._ticket is None:
            self._say("Закрывать нечего: вопрос ещё не задан.")
            return
        self.app.push_screen(CloseDialog(self._account, self._ticket), self._settled)

    def _settled(self, closed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if closed and alive(self):
            self.load()

    def action_order_call(self) -> None:
        """Order a call, or give one up."""
        from .call_back import CallBackDialog

        number = self.cabinet_screen.number
        self.app.push_screen(
            CallBackDialog(
                self._account,
                number.phone if number is not None else "",
                self.zone,
                self.cabinet_screen.numbers,
            )
        )

    def action_video_adviser(self) -> None:
        """Open the questions with a video."""
        from .adviser import AdviserDialog

        self.app.push_screen(AdviserDialog())

    def action_search_help(self) -> None:
        """Open the whole help."""
        from .handbook import HandbookDialog

        self.app.push_screen(HandbookDialog())

    def text_to_copy(self) -> str:
        """The ticket's number."""
        return self._ticket.number if self._ticket is not None else ""
