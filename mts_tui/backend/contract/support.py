"""«Поддержка»: a chat round the clock, its tickets, a call back."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import NotFound, SupportRefused
from .model import (
    AccountId,
    Count,
    Cursor,
    Id,
    Label,
    Limit,
    Model,
    Moment,
    Page,
    Phone,
    Request,
    Text,
)

TicketState = Literal["open", "with_agent", "answered", "closed"]
"""`with_agent`: handed over, an agent will answer."""
Author = Literal["subscriber", "assistant", "agent", "system"]
CallBackState = Literal["planned", "called", "missed", "cancelled"]

ATTACHMENT_BYTES = 64 * 1024
LONGEST = 2000
BODY_BYTES = 450_000
"""A file of the largest size whose every character is escaped, and what is said."""

Words = Annotated[str, Meta(min_length=1, max_length=LONGEST, extra_json_schema={"format": "text"})]


MessageNumber = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 2**53})]
"""The place of a message in its chat: grows by one, so that none is lost or repeated."""


class Attachment(Request):
    """A text file that goes with a message."""

    name: Annotated[str, Meta(min_length=1, max_length=120, extra_json_schema={"format": "text"})]
    text: Annotated[str, Meta(max_length=ATTACHMENT_BYTES, extra_json_schema={"format": "text"})]


class ChatOrder(Request):
    """Something to say."""

    text: Words
    attachment: Attachment | None = None


class Ticket(Model):
    """A matter that support looks after."""

    id: Id
    number: Label
    """What a person names it by: `МТС-2611-0042`."""
    opened_at: Moment
    changed_at: Moment
    """When something was last said or done."""
    state: TicketState
    title: Label
    """How it began."""
    unread: Count
    stars: Count
    """How the person rated it; 0 where they did not."""


class ChatMessage(Model):
    """One message of a chat."""

    id: MessageNumber
    at: Moment
    author: Author
    name: Label
    text: Text
    attachment: Label
    """The file's name; empty where there is none."""
    attachment_size: Count
    page: Label
    """The page of the help that it speaks of; empty where it speaks of none."""


class AttachedFile(Model):
    """A text file of a message."""

    name: Label
    text: Annotated[str, Meta(extra_json_schema={"format": "text", "maxLength": ATTACHMENT_BYTES})]


class Rating(Request):
    """How it was."""

    stars: Annotated[int, Meta(ge=0, le=5)] = 0
    """1 to 5; 0 for no answer."""
    text: Annotated[str, Meta(max_length=500, extra_json_schema={"format": "text"})] = ""


class CallBackOrder(Request):
    """When to call, and what about."""

    phone: Phone
    since: Moment
    """From when on; an hour's time follows."""
    topic: Annotated[str, Meta(max_length=200, extra_json_schema={"format": "text"})] = ""


class CallBack(Model):
    """A call that was ordered."""

    id: Id
    phone: Phone
    since: Moment
    until: Moment
    topic: Label
    state: CallBackState


class Support(Area):
    """Support."""

    @query("/accounts/{account}/tickets", errors=(NotFound,))
    async def tickets(self, account: AccountId) -> Page[Ticket]:
        """Tickets, the latest news first."""

    @command(
        "POST",
        "/accounts/{account}/tickets",
        errors=(NotFound, SupportRefused),
        body_limit=BODY_BYTES,
    )
    async def open(self, account: AccountId, order: ChatOrder) -> Ticket:
        """Open a ticket with a first message. The assistant answers from the help at once."""

    @query("/accounts/{account}/tickets/{ticket}", errors=(NotFound,))
    async def ticket(self, account: AccountId, ticket: Id) -> Ticket:
        """One ticket."""

    @query("/accounts/{account}/tickets/{ticket}/messages", errors=(NotFound,))
    async def messages(
        self,
        account: AccountId,
        ticket: Id,
        limit: Limit = 50,
        cursor: Cursor | None = None,
    ) -> Page[ChatMessage]:
        """The chat, the newest first."""

    @command(
        "POST",
        "/accounts/{account}/tickets/{ticket}/messages",
        errors=(NotFound, SupportRefused),
        body_limit=BODY_BYTES,
    )
    async def say(self, account: AccountId, ticket: Id, order: ChatOrder) -> ChatMessage:
        """Say something."""

    @query("/accounts/{account}/tickets/{ticket}/messages/{number}/attachment", errors=(NotFound,))
    async def attachment(
        self, account: AccountId, ticket: Id, number: MessageNumber
    ) -> AttachedFile:
        """A message's file."""

    @command(
        "POST", "/accounts/{account}/tickets/{ticket}/agent", errors=(NotFound, SupportRefused)
    )
    async def hand_over(self, account: AccountId, ticket: Id) -> Ticket:
        """Ask for a living agent."""

    @command("POST", "/accounts/{account}/tickets/{ticket}/read", errors=(NotFound,))
    async def mark_read(self, account: AccountId, ticket: Id) -> Ticket:
        """Everything has been read."""

    @command("POST", "/accounts/{account}/tickets/{ticket}/close", errors=(NotFound,))
    async def close(self, account: AccountId, ticket: Id, rating: Rating) -> Ticket:
        """The matter is settled."""

    @query("/accounts/{account}/call-backs", errors=(NotFound,))
    async def call_backs(self, account: AccountId) -> Page[CallBack]:
        """Calls that were ordered, the newest first."""

    @command("POST", "/accounts/{account}/call-backs", errors=(NotFound, SupportRefused))
    async def order_call(self, account: AccountId, order: CallBackOrder) -> CallBack:
        """Order a call within 7 days."""

    @command(
        "DELETE", "/accounts/{account}/call-backs/{call_back}", errors=(NotFound, SupportRefused)
    )
    async def cancel_call(self, account: AccountId, call_back: Id) -> CallBack:
        """Give up a call that has not come yet."""
