"""«Счет»: balance, packages, what was spent, the last transactions."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, query
from .errors import NotFound
from .model import AccountId, Count, Cursor, Id, Label, Limit, Model, Moment, Money, Page
from .numbers import Number

BucketKind = Literal["call", "sms", "mms", "data"]
BucketUnit = Literal["second", "piece", "byte"]
Outlook = Literal["lasts", "runs_out", "unused"]
TransactionKind = Literal[
    "call",
    "sms",
    "mms",
    "data",
    "fee",
    "option",
    "top_up",
    "compensation",
    "transfer",
    "correction",
]
Direction = Literal["in", "out", "missed", "none"]


class Bucket(Model):
    """A package of the tariff or an option, in the running period."""

    id: Id
    kind: BucketKind
    unit: BucketUnit
    granted: Count
    used: Count
    unlimited: bool
    starts_at: Moment
    ends_at: Moment
    outlook: Outlook
    runs_out_at: Moment | None = None
    """When it will be used up at the pace of this period; None unless `runs_out`."""


class Spending(Model):
    """What one kind of transaction cost in the running month."""

    kind: TransactionKind
    spent: Money


class NextFee(Model):
    """The next charge for the tariff."""

    at: Moment
    amount: Money


class Points(Model):
    """Bonus points, and what they are worth in money."""

    amount: Count
    worth: Money


class Overview(Model):
    """All that the first screen shows of an account."""

    number: Number
    available: Money
    """What can be spent: the balance and, where granted, the trust limit."""
    trust_limit: Money | None
    """How far below zero the balance may go (a positive amount), or None."""
    points: Points | None
    buckets: Annotated[list[Bucket], Meta(extra_json_schema={"maxItems": 100})]
    suspended: bool
    """True while the packages wait for the tariff's fee to be paid."""
    month: Annotated[list[Spending], Meta(extra_json_schema={"maxItems": 20})]
    next_fee: NextFee | None
    as_of: Moment
    """The operator's time of this answer."""


class Transaction(Model):
    """One line of the account's history: usage, charge or payment."""

    id: Id
    at: Moment
    kind: TransactionKind
    direction: Direction
    title: Label
    peer: Label
    """The other number, an access point, or empty; others' text."""
    units: Count
    """Seconds of a call, bytes of a data session, pieces of a message."""
    amount: Money
    """Negative for a charge, positive for a payment, zero for what a package covered."""
    balance: Money
    """The balance after it."""
    bucket: Id | None
    """Id of the package that covered it, wholly or in part."""


class Account(Area):
    """An account."""

    @query("/accounts/{account}", errors=(NotFound,))
    async def overview(self, account: AccountId) -> Overview:
        """Balance, packages with their outlook, the month's spending, the next fee."""

    @query("/accounts/{account}/transactions", errors=(NotFound,))
    async def transactions(
        self, account: AccountId, limit: Limit = 50, cursor: Cursor | None = None
    ) -> Page[Transaction]:
        """The history, the newest first."""
