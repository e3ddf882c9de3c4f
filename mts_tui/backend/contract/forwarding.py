"""«Переадресация»: where a call goes that this number does not take."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import ForwardingRefused, NotFound
from .model import AccountId, Label, Model, Money, Page, Phone, Request

ForwardingKind = Literal["all", "busy", "no_answer", "unreachable"]
"""Which calls: all of them, or those that find the number busy, silent or out of reach."""
TargetKind = Literal["mobile", "city", "abroad"]
Seconds = Annotated[int, Meta(ge=5, le=30, multiple_of=5)]


class ForwardingRule(Model):
    """One of the four rules."""

    kind: ForwardingKind
    title: Label
    target: Phone | None
    """None while it is off."""
    target_kind: TargetKind | None
    seconds: Annotated[int, Meta(extra_json_schema={"minimum": 5, "maximum": 30})] | None
    """How long it rings first; only of `no_answer` that is on."""
    price: Money | None
    """For a minute of a forwarded call, once the package is used up."""
    code: Label
    """What the phone dials for it: `**21*…#`."""


class ForwardingOrder(Request):
    """Where to."""

    target: Phone
    seconds: Seconds = 20
    """How long it rings first; only `no_answer` minds it."""


class ForwardingPrice(Model):
    """What a minute to a target would cost."""

    target_kind: TargetKind
    price: Money


class Forwarding(Area):
    """Forwarding of calls."""

    @query("/accounts/{account}/forwarding", errors=(NotFound,))
    async def rules(self, account: AccountId) -> Page[ForwardingRule]:
        """The four rules, on or off, in a fixed order."""

    @query("/accounts/{account}/forwarding-price", errors=(NotFound, ForwardingRefused))
    async def price(self, account: AccountId, target: Phone) -> ForwardingPrice:
        """What a minute to a target would cost on the account's tariff."""

    @command("PUT", "/accounts/{account}/forwarding/{kind}", errors=(NotFound, ForwardingRefused))
    async def set(
        self, account: AccountId, kind: ForwardingKind, order: ForwardingOrder
    ) -> ForwardingRule:
        """Switch a rule on or change it. The owner is told by SMS. Can be undone."""

    @command("DELETE", "/accounts/{account}/forwarding/{kind}", errors=(NotFound,))
    async def clear(self, account: AccountId, kind: ForwardingKind) -> ForwardingRule:
        """Switch a rule off. The owner is told by SMS. Can be undone."""

    @command("DELETE", "/accounts/{account}/forwarding", errors=(NotFound,))
    async def clear_all(self, account: AccountId) -> None:
        """Switch all four off, as `##002#` does. Can be undone."""
