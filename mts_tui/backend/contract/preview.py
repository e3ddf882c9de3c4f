"""What a command would change: the same service code, run and taken back."""

from typing import Annotated, Generic, TypeVar

from msgspec import Meta

from .account import Bucket
from .archive import Operation
from .model import AccountId, Label, Model, Money, Phone, Text
from .numbers import NumberState

T = TypeVar("T")


class AccountState(Model):
    """What of an account a command may change."""

    balance: Money
    available: Money
    """What can be spent: the balance and what may be owed."""
    tariff: Label
    state: NumberState
    suspended: bool
    buckets: Annotated[list[Bucket], Meta(extra_json_schema={"maxItems": 100})]


class AccountChange(Model):
    """One account before and after. Accounts of other people's cabinets are not told."""

    account: AccountId
    phone: Phone
    before: AccountState
    after: AccountState
    operations: Annotated[list[Operation], Meta(extra_json_schema={"maxItems": 200})]
    """What would be written into its history, the newest first."""


class Preview(Model, Generic[T]):
    """What a command would answer and change, had it been carried out. Nothing was changed."""

    answer: T
    changes: Annotated[list[AccountChange], Meta(extra_json_schema={"maxItems": 200})]
    messages: Annotated[list[Text], Meta(extra_json_schema={"maxItems": 20})]
    """SMS that would be sent to the cabinet's numbers."""
