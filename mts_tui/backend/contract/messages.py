"""«Отправка SMS/MMS»: to one or several, now or later, each recipient with a state."""

from typing import Annotated, Literal

from msgspec import Meta, field

from .endpoint import Area, command, query
from .errors import BudgetReached, MessageRefused, NotEnoughMoney, NotFound
from .model import (
    AccountId,
    Count,
    Cursor,
    Id,
    Label,
    Limit,
    Model,
    Moment,
    Money,
    Page,
    Phone,
    Request,
    Sought,
    Text,
)

RecipientState = Literal["scheduled", "queued", "sent", "delivered", "failed", "cancelled"]
MessageKind = Literal["sms", "mms"]
Alphabet = Literal["gsm7", "ucs2"]

MOST_RECIPIENTS = 10
"""Of one sending (facts 1.12, P)."""
MOST_A_DAY = 50
"""Messages of an account in a calendar day of its zone (facts 1.12, P)."""
LONGEST = 1000
"""Characters of an SMS (facts 1.12, P)."""
MMS_BYTES = 976 * 1024
"""The largest MMS (facts 1.12)."""
LATEST_DAYS = 365
"""How far ahead a sending may be planned."""
MOST_CONTACTS = 200
MOST_TEMPLATES = 100
MOST_PLANNED = 100
"""Sendings that wait for their moment."""

Recipients = Annotated[list[Phone], Meta(min_length=1, max_length=MOST_RECIPIENTS)]
Words = Annotated[str, Meta(max_length=LONGEST, extra_json_schema={"format": "text"})]
Name = Annotated[str, Meta(min_length=1, max_length=60, extra_json_schema={"format": "text"})]
Group = Annotated[str, Meta(min_length=1, max_length=40, extra_json_schema={"format": "text"})]


class SmsOrder(Request):
    """An SMS to send."""

    to: Recipients
    text: Annotated[
        str, Meta(min_length=1, max_length=LONGEST, extra_json_schema={"format": "text"})
    ]
    at: Moment | None = None
    """A later moment; None is now."""


class MmsOrder(Request):
    """An MMS to send."""

    to: Recipients
    picture: Annotated[
        bytes,
        Meta(
            min_length=1,
            max_length=MMS_BYTES,
            examples=["/9j/4A=="],
            extra_json_schema={"format": "byte"},
        ),
    ]
    """JPEG, PNG or GIF, recognised by its content; base64 on the wire."""
    text: Words = ""


class Recipient(Model):
    """What has become of a message for one of its recipients."""

    phone: Phone
    name: Label
    """From the contacts; empty otherwise."""
    state: RecipientState
    at: Moment
    """Since when."""
    cost: Money
    """Zero where a package covered it."""
    reason: Text
    """Why it failed: a whole sentence; empty otherwise."""


class Sending(Model):
    """A message that was sent, or will be."""

    id: Id
    """The idempotency key of the command that ordered it: who lost its answer asks by that."""
    kind: MessageKind
    ordered_at: Moment
    at: Moment
    """When it goes out."""
    text: Text
    alphabet: Alphabet
    parts: Count
    """SMS of each recipient; 1 for an MMS."""
    picture: bool
    cost: Money
    """Of all recipients so far; what packages cover costs nothing."""
    covered: Count
    """Parts that packages covered."""
    recipients: Annotated[list[Recipient], Meta(extra_json_schema={"maxItems": MOST_RECIPIENTS})]


class Picture(Model):
    """The picture of an MMS."""

    content: Annotated[
        bytes,
        Meta(examples=["/9j/4A=="], extra_json_schema={"format": "byte", "maxLength": 1_400_000}),
    ]
    media_type: Label


class Terms(Model):
    """What can be sent today."""

    sender: Phone
    """The recipients see it, unless there is a `sender_name`."""
    sender_name: Label
    """What they see instead, where an SMS gateway sends under its own name or number; empty
    otherwise."""
    left_today: Count
    refusal: Text
    """Why nothing can be sent from this number: a whole sentence; empty where it can."""


class Thread(Model):
    """Messages with one other side."""

    peer: Label
    """A number or a short name; others' text."""
    name: Label
    """From the contacts; empty otherwise."""
    last: Text
    """The last message's text."""
    at: Moment
    outgoing: bool
    unread: Count
    can_answer: bool
    """False for short names, that take no answer."""


class ThreadMessage(Model):
    """One message of a thread."""

    id: Count
    at: Moment
    outgoing: bool
    kind: MessageKind
    text: Text
    state: RecipientState
    """`delivered` for those that came."""
    reason: Text
    sending: Id | None
    """The sending that it belongs to, where it was sent from the cabinet."""


class Contact(Model):
    """A person or a service, as the cabinet's owner calls them."""

    id: Id
    name: Label
    phone: Phone
    groups: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 10})]


class ContactOrder(Request):
    """A contact to keep."""

    name: Name
    phone: Phone
    groups: Annotated[list[Group], Meta(max_length=10)] = field(default_factory=list)


class Template(Model):
    """A text that is often sent."""

    id: Id
    title: Label
    text: Text


class TemplateOrder(Request):
    """A template to keep."""

    title: Name
    text: Annotated[
        str, Meta(min_length=1, max_length=LONGEST, extra_json_schema={"format": "text"})
    ]


Peer = Annotated[str, Meta(min_length=1, max_length=200, extra_json_schema={"format": "text"})]
"""The other side of a thread, as `threads` tells it: a number or a short name."""


class ReadMark(Request):
    """A thread that was read."""

    peer: Peer


_SENDS = (NotFound, MessageRefused, NotEnoughMoney, BudgetReached)
_BASE64 = 4 / 3


class Messages(Area):
    """Messages. Sending to many is one command; each recipient has a state of their own."""

    @query("/accounts/{account}/message-terms", errors=(NotFound,))
    async def terms(self, account: AccountId) -> Terms:
        """Who sends, and how many messages are left today."""

    @command("POST", "/accounts/{account}/sms", errors=_SENDS, previewed=True)
    async def send(self, account: AccountId, order: SmsOrder) -> Sending:
        """Send an SMS, or plan it; its price is taken when it goes out."""

    @command(
        "POST",
        "/accounts/{account}/mms",
        errors=_SENDS,
        previewed=True,
        body_limit=int(MMS_BYTES * _BASE64) + 16_384,
    )
    async def send_mms(self, account: AccountId, order: MmsOrder) -> Sending:
        """Send an MMS. Its price does not depend on the picture: any small one will do to ask."""

    @query("/accounts/{account}/sendings", errors=(NotFound,))
    async def sendings(
        self, account: AccountId, limit: Limit = 50, cursor: Cursor | None = None
    ) -> Page[Sending]:
        """What was sent from the cabinet and what is planned, the newest first."""

    @query("/accounts/{account}/sendings/{sending}", errors=(NotFound,))
    async def sending(self, account: AccountId, sending: Id) -> Sending:
        """One sending, with the state of each recipient."""

    @query("/accounts/{account}/sendings/{sending}/picture", errors=(NotFound,))
    async def picture(self, account: AccountId, sending: Id) -> Picture:
        """The picture of an MMS."""

    @command("DELETE", "/accounts/{account}/sendings/{sending}", errors=(NotFound, MessageRefused))
    async def cancel(self, account: AccountId, sending: Id) -> Sending:
        """Give up what is planned and not sent yet."""

    @query("/accounts/{account}/threads", errors=(NotFound,))
    async def threads(self, account: AccountId, text: Sought = "") -> Page[Thread]:
        """Who one writes with, the newest first; found by name, number or words."""

    @query("/accounts/{account}/thread", errors=(NotFound,))
    async def thread(
        self, account: AccountId, peer: Peer, limit: Limit = 50, cursor: Cursor | None = None
    ) -> Page[ThreadMessage]:
        """Messages with one other side, the newest first."""

    @command("POST", "/accounts/{account}/threads/read", errors=(NotFound,))
    async def mark_read(self, account: AccountId, mark: ReadMark) -> None:
        """All messages of a thread have been read."""

    @query("/accounts/{account}/contacts", errors=(NotFound,))
    async def contacts(self, account: AccountId, text: Sought = "") -> Page[Contact]:
        """The contacts, by name; 200 at most."""

    @command("POST", "/accounts/{account}/contacts", errors=(NotFound, MessageRefused))
    async def keep_contact(self, account: AccountId, contact: ContactOrder) -> Contact:
        """Keep a contact; one of the same number is changed."""

    @command("DELETE", "/accounts/{account}/contacts/{contact}", errors=(NotFound,))
    async def drop_contact(self, account: AccountId, contact: Id) -> None:
        """Forget a contact. Can be undone for ten minutes."""

    @query("/accounts/{account}/templates", errors=(NotFound,))
    async def templates(self, account: AccountId) -> Page[Template]:
        """The templates, by title."""

    @command("POST", "/accounts/{account}/templates", errors=(NotFound, MessageRefused))
    async def keep_template(self, account: AccountId, template: TemplateOrder) -> Template:
        """Keep a template; one of the same title is changed."""

    @command("DELETE", "/accounts/{account}/templates/{template}", errors=(NotFound,))
    async def drop_template(self, account: AccountId, template: Id) -> None:
        """Forget a template. Can be undone for ten minutes."""
