"""«Автоплатёж»: an account is topped up by itself, by threshold or by schedule.

A schedule runs at 10:00 of the account's zone.
"""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import AutopayRefused, NotFound, StepUpRequired
from .model import (
    AccountId,
    Count,
    Currency,
    Cursor,
    Id,
    Label,
    Limit,
    Model,
    Moment,
    Money,
    Page,
    Request,
    Text,
)
from .payments import Card

AutopayKind = Literal["threshold", "week", "month"]
RuleState = Literal["active", "paused"]
RunState = Literal["done", "failed", "skipped"]
"""`failed`: the bank refused, a retry may follow. `skipped`: a limit of the rule forbade it."""


class AutopayOrder(Request):
    """A rule, as a person wants it."""

    kind: AutopayKind
    amount: Money
    card: Id
    threshold: Money | None = None
    """For `threshold`: the balance below which it runs."""
    weekday: Annotated[int, Meta(ge=1, le=7)] | None = None
    """For `week`: 1 is Monday."""
    day: Annotated[int, Meta(ge=1, le=31)] | None = None
    """For `month`; in a shorter month it runs on the last day."""
    day_limit: Money | None = None
    """The most for a day of the account's zone; None leaves the operator's own limit of runs."""
    month_limit: Money | None = None


class AutopayTerms(Model):
    """Within which limits rules are made, and what is left of them."""

    currency: Currency
    least: Money
    most: Money
    least_threshold: Money
    runs_a_day: Count
    """How often all rules of the account together may take money in a day of its zone."""
    runs_left: Count
    """How often they still may today."""
    rules_left: Count
    """How many more rules there may be."""


class AutopayRun(Model):
    """One time that a rule ran."""

    id: Id
    rule: Id
    at: Moment
    state: RunState
    title: Label
    """The rule in words, as it was then."""
    means: Label
    """The card: `МИР •••• 0004`."""
    amount: Money
    reason: Text
    """Why it failed or was skipped: a whole sentence; empty where it worked."""
    next_try_at: Moment | None


class AutopayRule(Model):
    """A rule and how it goes."""

    id: Id
    kind: AutopayKind
    state: RuleState
    amount: Money
    card: Card
    threshold: Money | None
    weekday: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 7})] | None
    day: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 31})] | None
    day_limit: Money | None
    month_limit: Money | None
    spent_today: Money
    spent_this_month: Money
    next_at: Moment | None
    """When it runs next, or is tried again; None for a threshold and while paused."""
    last_run: AutopayRun | None
    title: Label
    """The rule in words: `Когда на счёте меньше 100,00 ₽`."""


class Autopay(Area):
    """Rules of autopay. To make, change or resume one needs a fresh proof (step-up)."""

    @query("/accounts/{account}/autopay-terms", errors=(NotFound,))
    async def terms(self, account: AccountId) -> AutopayTerms:
        """Limits of rules and of their runs."""

    @query("/accounts/{account}/autopay", errors=(NotFound,))
    async def rules(self, account: AccountId) -> Page[AutopayRule]:
        """The account's rules."""

    @command(
        "POST",
        "/accounts/{account}/autopay",
        errors=(NotFound, AutopayRefused, StepUpRequired),
        previewed=True,
    )
    async def create(self, account: AccountId, order: AutopayOrder) -> AutopayRule:
        """Make a rule. One by threshold runs at once where the balance is below it already."""

    @command(
        "PUT",
        "/accounts/{account}/autopay/{rule}",
        errors=(NotFound, AutopayRefused, StepUpRequired),
        previewed=True,
    )
    async def change(self, account: AccountId, rule: Id, order: AutopayOrder) -> AutopayRule:
        """Change a rule; its history stays. Can be undone."""

    @command("DELETE", "/accounts/{account}/autopay/{rule}", errors=(NotFound,))
    async def remove(self, account: AccountId, rule: Id) -> None:
        """Remove a rule. Can be undone."""

    @command("PUT", "/accounts/{account}/autopay/{rule}/pause", errors=(NotFound,))
    async def pause(self, account: AccountId, rule: Id) -> AutopayRule:
        """Let a rule rest."""

    @command(
        "DELETE", "/accounts/{account}/autopay/{rule}/pause", errors=(NotFound, StepUpRequired)
    )
    async def resume(self, account: AccountId, rule: Id) -> AutopayRule:
        """Let a rule run again; what fell due meanwhile is not made up for."""

    @query("/accounts/{account}/autopay-runs", errors=(NotFound,))
    async def runs(
        self, account: AccountId, limit: Limit = 50, cursor: Cursor | None = None
    ) -> Page[AutopayRun]:
        """What the rules did, the newest first."""
