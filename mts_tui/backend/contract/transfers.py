"""Money from an account: to another number, or to a provider of goods and services."""

from typing import Annotated

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import BudgetReached, NotEnoughMoney, NotFound, PaymentRefused
from .model import AccountId, Count, Id, Label, Model, Money, Page, Phone, Request, Sought
from .payments import Payment

ProviderAccount = Annotated[
    str, Meta(min_length=1, max_length=40, extra_json_schema={"format": "text"})
]
"""The payer's account with a provider, as it is typed."""

SavedName = Annotated[str, Meta(max_length=40, extra_json_schema={"format": "text"})]


class TransferTerms(Model):
    """Within which limits money goes to a number."""

    own_network: bool
    """Whether the receiver is of the same operator."""
    least: Money
    most: Money
    """The most for one transfer today, limits of the day and the month taken into account."""
    fee: Money
    """A fixed fee for each transfer."""
    fee_permille: Count
    """Thousandths of the amount on top."""
    remain: Money
    """What must stay on the account."""


class TransferOrder(Request):
    """An amount for a number."""

    to: Phone
    amount: Money


class Provider(Model):
    """Whoever takes payments from the account: utilities, transport, charity, shops."""

    id: Id
    title: Label
    category: Label
    asks: Label
    """What its account number is called: `Лицевой счёт`."""
    pattern: Label
    """A regular expression that the account number fits."""
    example: Label
    fee_permille: Count
    least: Money
    most: Money


class PurchaseOrder(Request):
    """An amount for an account with a provider."""

    provider: Id
    number: ProviderAccount
    amount: Money


class SavedPayment(Model):
    """A payment to a provider that is kept for the next time."""

    id: Id
    name: Label
    provider: Provider
    number: Label
    amount: Money


class SavedOrder(Request):
    """A payment to keep."""

    name: SavedName
    provider: Id
    number: ProviderAccount
    amount: Money


class Transfers(Area):
    """Transfers and purchases. Both are confirmed by a code: `payments.confirm`."""

    @query("/accounts/{account}/transfers/terms", errors=(NotFound, PaymentRefused))
    async def terms(self, account: AccountId, to: Phone) -> TransferTerms:
        """Limits and fee for a receiver. Never says whether a number is in use."""

    @command(
        "POST",
        "/accounts/{account}/transfers",
        errors=(NotFound, PaymentRefused, NotEnoughMoney, BudgetReached),
        previewed=True,
    )
    async def transfer(self, account: AccountId, order: TransferOrder) -> Payment:
        """Begin a transfer: a code comes by SMS, valid for five minutes."""

    @query("/providers")
    async def providers(self, text: Sought = "") -> Page[Provider]:
        """Providers whose title or category has the text; all of them for an empty one."""

    @command(
        "POST",
        "/accounts/{account}/purchases",
        errors=(NotFound, PaymentRefused, NotEnoughMoney, BudgetReached),
        previewed=True,
    )
    async def purchase(self, account: AccountId, order: PurchaseOrder) -> Payment:
        """Begin a payment to a provider: a code comes by SMS."""

    @query("/accounts/{account}/saved-payments", errors=(NotFound,))
    async def saved(self, account: AccountId) -> Page[SavedPayment]:
        """Payments kept for the next time."""

    @command("POST", "/accounts/{account}/saved-payments", errors=(NotFound, PaymentRefused))
    async def save(self, account: AccountId, order: SavedOrder) -> SavedPayment:
        """Keep a payment for the next time."""

    @command("DELETE", "/accounts/{account}/saved-payments/{saved}", errors=(NotFound,))
    async def forget(self, account: AccountId, saved: Id) -> None:
        """Forget a kept payment. Can be undone."""
