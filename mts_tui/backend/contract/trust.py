"""«На полном доверии» and «Обещанный платёж»: to spend what is not there yet, down to a limit."""

from typing import Annotated

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import NotFound, PromiseRefused, TrustRefused
from .model import AccountId, Label, Model, Moment, Money, Request, Text


class TrustState(Model):
    """Whether the account may go below zero, and how far."""

    on: bool
    limit: Money
    """A positive amount; zero while off."""


class Condition(Model):
    """One condition, and whether the account meets it."""

    title: Label
    met: bool
    explanation: Text
    """What was found, and what to do where it is not met."""


class TrustTerms(Model):
    """«На полном доверии» for an account."""

    state: TrustState
    offered: Money
    """The limit that it gives when switched on."""
    conditions: Annotated[list[Condition], Meta(extra_json_schema={"maxItems": 20})]
    """Of switching it on; while it is on, of switching it off."""


class PromiseOffer(Model):
    """A sum that may be promised, and what it costs."""

    amount: Money
    fee: Money
    """Taken together with the sum when the term ends."""


class Promise(Model):
    """A promised payment that is not returned yet."""

    amount: Money
    fee: Money
    at: Moment
    due_at: Moment


class PromiseTerms(Model):
    """«Обещанный платёж» for an account."""

    active: Promise | None
    days: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 31})]
    most: Money
    spent: Money
    """On communication in the last 30 days: `most` follows from it."""
    offers: Annotated[list[PromiseOffer], Meta(extra_json_schema={"maxItems": 20})]
    conditions: Annotated[list[Condition], Meta(extra_json_schema={"maxItems": 20})]


class PromiseOrder(Request):
    """How much is promised."""

    amount: Money


class Trust(Area):
    """Spending on trust. The two exclude each other."""

    @query("/accounts/{account}/trust", errors=(NotFound,))
    async def terms(self, account: AccountId) -> TrustTerms:
        """Its state and each condition."""

    @command("PUT", "/accounts/{account}/trust", errors=(NotFound, TrustRefused), previewed=True)
    async def switch_on(self, account: AccountId) -> TrustState:
        """Let the balance go down to −300 ₽. Free. Conditions are checked, each explained."""

    @command("DELETE", "/accounts/{account}/trust", errors=(NotFound, TrustRefused), previewed=True)
    async def switch_off(self, account: AccountId) -> TrustState:
        """Stop at zero again. Refused while the balance is negative."""

    @query("/accounts/{account}/promise", errors=(NotFound,))
    async def promise_terms(self, account: AccountId) -> PromiseTerms:
        """How much may be promised, for how long and for which fee; the promise that is active."""

    @command(
        "POST", "/accounts/{account}/promise", errors=(NotFound, PromiseRefused), previewed=True
    )
    async def promise(self, account: AccountId, order: PromiseOrder) -> Promise:
        """Promise a payment: the sum can be spent at once and is taken back when the term ends."""
