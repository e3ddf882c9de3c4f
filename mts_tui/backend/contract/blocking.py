"""«Блокировка» and «Аппарат утрачен»."""

from typing import Annotated

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import BlockingRefused, NotFound, StepUpRequired
from .model import AccountId, Count, Label, Model, Moment, Money

Labels = Annotated[list[Label], Meta(extra_json_schema={"maxItems": 20})]


class BlockState(Model):
    """Whether the number is blocked, what that costs, what still works."""

    blocked: bool
    since: Moment | None
    free_days: Count
    paid_from: Moment
    """From when on each day costs `price`; what it would be, where it is not blocked."""
    price: Money
    """For a day."""
    spent: Money
    """What this block has cost so far."""
    stops: Labels
    works: Labels
    refusal: Label
    """Why it cannot be blocked at all; empty where it can."""
    lost: bool
    """«Аппарат утрачен»: nobody can sign in with this number."""
    lost_since: Moment | None
    lost_refusal: Label
    """Why «Аппарат утрачен» cannot be set or cleared by this session; empty where it can."""


class Blocking(Area):
    """The account's block."""

    @query("/accounts/{account}/block", errors=(NotFound,))
    async def state(self, account: AccountId) -> BlockState:
        """Its state and terms."""

    @command(
        "PUT",
        "/accounts/{account}/block",
        errors=(NotFound, BlockingRefused, StepUpRequired),
        previewed=True,
    )
    async def block(self, account: AccountId) -> BlockState:
        """Block the number; it, its tariff and its settings are kept. Blocked already: nothing."""

    @command(
        "DELETE",
        "/accounts/{account}/block",
        errors=(NotFound, StepUpRequired),
        previewed=True,
    )
    async def unblock(self, account: AccountId) -> BlockState:
        """Take the number into use again; a fee that fell due meanwhile is taken now."""

    @command("PUT", "/accounts/{account}/lost", errors=(NotFound, BlockingRefused, StepUpRequired))
    async def report_lost(self, account: AccountId) -> BlockState:
        """«Аппарат утрачен»: end all its sessions, refuse sign-in, suspend autopay and payments.

        By a session of another number of the same person only.
        """

    @command(
        "DELETE", "/accounts/{account}/lost", errors=(NotFound, BlockingRefused, StepUpRequired)
    )
    async def report_found(self, account: AccountId) -> BlockState:
        """The phone is back; by a session of another number of the same person only."""
