"""«Архив операций»: everything that happened to an account, found, summed up and explained."""

from typing import Annotated, Literal, get_args

from msgspec import Meta

from .endpoint import Area, query
from .errors import NotFound
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
    Sought,
    Text,
)

OperationKind = Literal[
    "call",
    "sms",
    "mms",
    "data",
    "fee",
    "option",
    "subscription",
    "top_up",
    "compensation",
    "transfer",
    "purchase",
    "promise",
    "correction",
]
Direction = Literal["in", "out", "missed", "none"]
Order = Literal["newest", "oldest"]
"""From which end a list is read."""

_ANY = "|".join(get_args(OperationKind))
Kinds = Annotated[
    str,
    Meta(pattern=rf"\A(({_ANY})(,({_ANY}))*)?\Z", max_length=200, examples=["call,sms"]),
]
"""Kinds of operations by commas; empty for all."""

Least = Annotated[int, Meta(ge=0, le=2**53)]
"""The smallest amount in minor units, whichever way the money went; 0 for any."""


class Operation(Model, gc=False):
    """One line of the account's history: usage, charge or payment. As to `gc`, see `Money`."""

    id: Id
    at: Moment
    kind: OperationKind
    direction: Direction
    title: Label
    peer: Label
    """The other number, an access point, a provider's account, or empty; others' text."""
    units: Count
    """Seconds of a call, bytes of a data session, pieces of a message."""
    amount: Money
    """Negative for a charge, positive for a payment, zero for what a package covered."""
    balance: Money | None
    """The balance after it; None for a number without an operator: its document names none."""
    bucket: Id | None
    """Id of the package that covered it, wholly or in part."""


class KindTotal(Model):
    """What the operations of one kind come to."""

    kind: OperationKind
    count: Count
    spent: Money
    """What went out, as a positive amount."""
    received: Money
    """What came in."""
    units: Count


class Totals(Model):
    """What a selection comes to."""

    count: Count
    spent: Money
    received: Money
    kinds: Annotated[list[KindTotal], Meta(extra_json_schema={"maxItems": 20})]


class Step(Model):
    """One line of an explanation: what, and how much."""

    title: Label
    value: Label


class OperationDetail(Model):
    """An operation in full: what, by which rule of the tariff, the package before and after."""

    operation: Operation
    explanation: Text
    """In a sentence or two, for the subscriber."""
    steps: Annotated[list[Step], Meta(extra_json_schema={"maxItems": 20})]
    """Rule, rate, units, rounding, package before and after: the arithmetic line by line."""
    receipt: bool
    """Whether there is a receipt for it."""
    related: Annotated[list[Operation], Meta(extra_json_schema={"maxItems": 50})]
    """Operations that belong to it: the commission given back, the usage a charge is for."""


class Archive(Area):
    """The account's history."""

    @query("/accounts/{account}/operations", errors=(NotFound,))
    async def operations(
        self,
        account: AccountId,
        limit: Limit = 50,
        cursor: Cursor | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        kinds: Kinds = "",
        text: Sought = "",
        least: Least = 0,
        order: Order = "newest",
    ) -> Page[Operation]:
        """The history, the newest first unless told otherwise; `since` included, `until` not.

        A list goes on from its `next_cursor`, or from the id of any operation: what comes after
        that one in the order asked for. A page may hold fewer than `limit`, even none, and still
        have a next one: a search answers in time and goes on from there.
        """

    @query("/accounts/{account}/operations/totals", errors=(NotFound,))
    async def totals(
        self,
        account: AccountId,
        since: Moment | None = None,
        until: Moment | None = None,
        kinds: Kinds = "",
        text: Sought = "",
        least: Least = 0,
    ) -> Totals:
        """What a selection comes to; the same filters as `operations`."""

    @query("/accounts/{account}/operations/{operation}", errors=(NotFound,))
    async def operation(self, account: AccountId, operation: Id) -> OperationDetail:
        """One operation, explained."""
