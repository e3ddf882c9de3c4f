"""«Счет»: balance, packages, the month's spending, what is charged next, the budget."""

from typing import Annotated, Literal

from msgspec import Meta

from .archive import OperationKind
from .endpoint import Area, command, query
from .errors import BudgetRefused, NotFound
from .model import AccountId, Count, Id, Label, Model, Moment, Money, Page, Request
from .numbers import Number

BucketKind = Literal["call", "sms", "mms", "data"]
BucketUnit = Literal["second", "piece", "byte"]
Outlook = Literal["lasts", "runs_out", "unused"]
SubscriptionPeriod = Literal["day", "week", "month"]
ChargeKind = Literal["fee", "option", "subscription", "autopay", "promise"]


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
    """What one kind of operation cost in the running month."""

    kind: OperationKind
    spent: Money


class NextFee(Model):
    """The next charge for the tariff."""

    at: Moment
    amount: Money


class Points(Model):
    """Bonus points, and what they are worth in money."""

    amount: Count
    worth: Money


class Budget(Model):
    """How much a person wants to spend in a calendar month of the account's zone."""

    limit: Money | None
    """None where there is no budget."""
    hard: bool
    """Whether paid usage and purchases stop at the limit; the tariff's fee never does."""
    spent: Money
    """Since the month began."""


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
    budget: Budget | None
    """None where there is none."""
    as_of: Moment
    """The operator's time of this answer."""
    month_of: Moment | None = None
    """When the month began that `month` tells of: the running one, or the last of an imported
    number; None for the running one."""


class Charge(Model):
    """Something that falls due."""

    at: Moment
    kind: ChargeKind
    title: Label
    amount: Money
    """Negative where money leaves the account, positive where autopay brings it."""
    balance: Money
    """What will be on the account then, if nothing else happens."""


class BudgetOrder(Request):
    """A budget to keep to."""

    limit: Money
    hard: bool = False


class Subscription(Model):
    """A paid subscription to somebody's content or service."""

    id: Id
    title: Label
    provider: Label
    price: Money
    period: SubscriptionPeriod
    since: Moment
    next_at: Moment | None
    """When it is charged next; None once it is switched off."""
    trial: bool
    """Whether it is free until `next_at`."""
    on: bool
    spent: Money
    """What it has cost in the last 30 days."""


class Account(Area):
    """An account."""

    @query("/accounts/{account}", errors=(NotFound,))
    async def overview(self, account: AccountId) -> Overview:
        """Balance, packages with their outlook, the month's spending, the next fee."""

    @query("/accounts/{account}/charges", errors=(NotFound,))
    async def charges(self, account: AccountId) -> Page[Charge]:
        """What falls due in the next 31 days, in order of time."""

    @query("/accounts/{account}/budget", errors=(NotFound,))
    async def budget(self, account: AccountId) -> Budget:
        """The month's budget."""

    @command("PUT", "/accounts/{account}/budget", errors=(NotFound, BudgetRefused), imported=True)
    async def set_budget(self, account: AccountId, order: BudgetOrder) -> Budget:
        """Set it; warnings come at 50, 75, 90 and 100 per cent. Can be undone."""

    @command("DELETE", "/accounts/{account}/budget", errors=(NotFound,), imported=True)
    async def drop_budget(self, account: AccountId) -> Budget:
        """Do without. Can be undone."""

    @query("/accounts/{account}/subscriptions", errors=(NotFound,))
    async def subscriptions(self, account: AccountId) -> Page[Subscription]:
        """Paid subscriptions, those that are on first."""

    @command("DELETE", "/accounts/{account}/subscriptions/{subscription}", errors=(NotFound,))
    async def unsubscribe(self, account: AccountId, subscription: Id) -> Subscription:
        """Switch a subscription off: it is not charged again. Can be undone."""
