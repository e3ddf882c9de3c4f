"""«Детализация»: ordered for a period, made in the background, kept for three days."""

from typing import Annotated, Literal

from msgspec import Meta

from .archive import Direction
from .endpoint import Area, command, query
from .errors import MailRefused, NotFound, StatementRefused
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
    Request,
    Sought,
    Text,
    Zone,
)
from .receipts import Address, Mail, MailOrder

StatementKind = Literal[
    "call_out",
    "call_in",
    "call_missed",
    "sms_out",
    "sms_in",
    "mms",
    "data",
    "periodic",
]
"""`periodic` are charges of the tariff, options and subscriptions."""
StatementState = Literal["queued", "running", "ready", "failed", "cancelled"]
StatementFormat = Literal["html", "pdf", "csv", "xlsx", "json"]
Delivery = Literal["cabinet", "email"]
RowUnit = Literal["second", "byte", "piece", "none"]
RowOrder = Literal["oldest", "newest"]
"""From which end rows are read."""

LONGEST_DAYS = 366
"""The longest period (the source: a week, a month, a year)."""
KEPT_HOURS = 72
"""A statement that is ready is kept so long, to the second (the source: three days)."""
PART_BYTES = 256 * 1024
"""How much of a document is answered at once."""

_KINDS = "call_out|call_in|call_missed|sms_out|sms_in|mms|data|periodic"
RowKinds = Annotated[
    str,
    Meta(
        pattern=rf"\A(({_KINDS})(,({_KINDS}))*)?\Z",
        max_length=200,
        examples=["call_out,sms_out"],
    ),
]
"""Kinds of rows by commas; empty for all of the statement's."""


class StatementOrder(Request):
    """Which period, of what, in which format, and where to."""

    since: Moment
    until: Moment
    """The first moment after it; one that lies ahead is the moment of the order."""
    kinds: Annotated[list[StatementKind], Meta(min_length=1, max_length=8)]
    format: StatementFormat = "pdf"
    delivery: Delivery = "cabinet"
    to: Address | None = None
    """Where to, by e-mail."""


class Statement(Model):
    """An ordered statement."""

    id: Id
    ordered_at: Moment
    since: Moment
    until: Moment
    zone: Zone
    """In which its days and times are written."""
    kinds: Annotated[list[StatementKind], Meta(extra_json_schema={"maxItems": 8})]
    format: StatementFormat
    delivery: Delivery
    to: Label
    """The address; empty for the cabinet."""
    state: StatementState
    done: Count
    """Rows that are written already."""
    rows: Count
    """Rows in all; 0 before they are counted."""
    total: Money
    """What they cost; 0 before it is ready."""
    size: Count
    """Of the document, bytes; 0 before it is ready."""
    ready_at: Moment | None
    expires_at: Moment | None
    """When statement and document are gone; None before it is ready."""
    mail: Mail | None
    """The letter that carries it, where there is one."""
    reason: Text
    """Why it failed: a whole sentence; empty otherwise."""


class StatementRow(Model, gc=False):
    """One row, with the columns of the real document (facts 1.8). As to `gc`, see `Money`."""

    operation: Id
    """Id of the operation it tells of: `archive.operation` explains it."""
    at: Moment
    kind: StatementKind
    direction: Direction
    peer: Label
    """The other number, an access point, a service's name; others' text."""
    zone: Label
    """«Зона вызова»: `Домашний`, `Египет: Etisalat`; empty where it has no sense."""
    peer_zone: Label
    """«Зона направления вызова/номер сессии»: `Билайн; Свердловская область`."""
    service: Label
    """The service code as printed: `Телеф.`, `sms o`, `4G`."""
    units: Count
    unit: RowUnit
    cost: Money
    """Positive for what was charged."""


class StatementKindTotal(Model):
    """What the rows of one kind come to."""

    kind: StatementKind
    count: Count
    units: Count
    cost: Money


class PeerTotal(Model):
    """What the rows with one other number come to."""

    peer: Label
    count: Count
    seconds: Count
    messages: Count
    cost: Money


class StatementTotals(Model):
    """What rows come to: by kind and by number."""

    count: Count
    cost: Money
    kinds: Annotated[list[StatementKindTotal], Meta(extra_json_schema={"maxItems": 8})]
    peers: Annotated[list[PeerTotal], Meta(extra_json_schema={"maxItems": 50})]
    """The dearest first, then those with the most rows; fifty at most."""


class StatementPart(Model):
    """A part of a document."""

    content: Annotated[
        bytes,
        Meta(examples=["JVBERg=="], extra_json_schema={"format": "byte", "maxLength": 400_000}),
    ]
    """`PART_BYTES` of it, fewer at the end; base64 on the wire."""
    last: bool


PartNumber = Annotated[int, Meta(ge=0, le=100_000)]
"""Which part of a document, the first is 0."""


class Statements(Area):
    """Statements."""

    @command(
        "POST",
        "/accounts/{account}/statements",
        errors=(NotFound, StatementRefused, MailRefused),
        imported=True,
    )
    async def order(self, account: AccountId, order: StatementOrder) -> Statement:
        """Order a statement. It takes a while; an event and a notice tell when it is ready.

        The owner is told of the order by SMS. One of an imported number is made of its history; it
        goes when rows are put into that history, or taken out.
        """

    @query("/accounts/{account}/statements", errors=(NotFound,))
    async def ordered(self, account: AccountId) -> Page[Statement]:
        """Every statement that is kept, the newest first."""

    @query("/accounts/{account}/statements/{statement}", errors=(NotFound,))
    async def statement(self, account: AccountId, statement: Id) -> Statement:
        """One statement."""

    @command(
        "DELETE", "/accounts/{account}/statements/{statement}", errors=(NotFound,), imported=True
    )
    async def cancel(self, account: AccountId, statement: Id) -> None:
        """Cancel one that is being made, or delete one with its document."""

    @query("/accounts/{account}/statements/{statement}/rows", errors=(NotFound,))
    async def rows(
        self,
        account: AccountId,
        statement: Id,
        limit: Limit = 50,
        cursor: Cursor | None = None,
        kinds: RowKinds = "",
        text: Sought = "",
        order: RowOrder = "oldest",
    ) -> Page[StatementRow]:
        """The rows, found among others by kind, number, zone or service."""

    @query("/accounts/{account}/statements/{statement}/totals", errors=(NotFound,))
    async def totals(
        self, account: AccountId, statement: Id, kinds: RowKinds = "", text: Sought = ""
    ) -> StatementTotals:
        """What rows come to; the same filters as `rows`."""

    @query("/accounts/{account}/statements/{statement}/parts/{number}", errors=(NotFound,))
    async def part(self, account: AccountId, statement: Id, number: PartNumber) -> StatementPart:
        """The document in its format, part by part, the first is 0."""

    @command(
        "POST",
        "/accounts/{account}/statements/{statement}/mail",
        errors=(NotFound, MailRefused),
        imported=True,
    )
    async def send(self, account: AccountId, statement: Id, order: MailOrder) -> Mail:
        """Send the document by e-mail. Refused where no mail is set up, or it is too large."""
