"""Receipts of payments: what was paid, on screen, as a document, by e-mail."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import MailRefused, NotFound
from .model import AccountId, Id, Label, Model, Moment, Money, Phone, Request, Text

Address = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=254,
        pattern=r"\A[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+\Z",
        examples=["anna@example.com"],
        extra_json_schema={"format": "email"},
    ),
]
"""An e-mail address."""

MailState = Literal["queued", "sent", "failed"]


class ReceiptLine(Model):
    """A position of a receipt."""

    title: Label
    amount: Money


class Receipt(Model):
    """A receipt. The demo's are not fiscal and say so."""

    id: Id
    """The operation's id."""
    number: Label
    mark: Label
    """`НЕФИСКАЛЬНЫЙ, ДЕМО`, or empty where a real operator answers."""
    title: Label
    at: Moment
    zone: Label
    """IANA zone of the moment on paper."""
    phone: Phone
    seller: Label
    taxpayer: Label
    """The seller's INN."""
    lines: Annotated[list[ReceiptLine], Meta(extra_json_schema={"maxItems": 20})]
    total: Money
    means: Label
    fiscal: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 20})]
    """Further lines that the law asks for, as they are printed."""
    qr: Text
    """Content of its QR code."""


class Mail(Model):
    """A document on its way by e-mail."""

    id: Id
    to: Label
    at: Moment
    state: MailState
    reason: Text
    """Why it failed, or why the last try did while it is tried again: a sentence or two."""


class MailOrder(Request):
    """Where to send a document."""

    to: Address


class Receipts(Area):
    """Receipts."""

    @query("/accounts/{account}/receipts/{operation}", errors=(NotFound,))
    async def receipt(self, account: AccountId, operation: Id) -> Receipt:
        """The receipt of an operation."""

    @command(
        "POST", "/accounts/{account}/receipts/{operation}/mail", errors=(NotFound, MailRefused)
    )
    async def send(self, account: AccountId, operation: Id, order: MailOrder) -> Mail:
        """Send a receipt by e-mail, as a PDF. Refused where no mail is set up."""

    @query("/accounts/{account}/mails/{mail}", errors=(NotFound,))
    async def mail(self, account: AccountId, mail: Id) -> Mail:
        """Whether it was sent."""
