"""«Мои номера»: the phone numbers of a person's cabinet."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import AlreadyLinked, NumberClosed, WrongCode
from .model import AccountId, Label, Model, Money, Page, Phone, Request, Secret, Zone

NumberKind = Literal["mobile", "city"]
NumberRole = Literal["own", "child"]
NumberState = Literal["active", "no_money", "blocked"]

Country = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z", max_length=2, examples=["RU"])]
"""ISO 3166 code."""

NumberName = Annotated[str, Meta(max_length=40, extra_json_schema={"format": "text"})]
"""What a person calls a number."""


class Number(Model):
    """A phone number with its account."""

    account: AccountId
    phone: Phone
    name: Label
    """What the person calls it; others' text."""
    owner: Label
    kind: NumberKind
    role: NumberRole
    country: Country
    region: Label
    zone: Zone
    """IANA time zone: the account's days and months are counted in it."""
    tariff: Label
    """The tariff's title."""
    balance: Money
    state: NumberState
    login: bool
    """True for the number that this session signed in with."""


class LinkOrder(Request):
    """A number to add to the cabinet, with the code that was sent to it."""

    phone: Phone
    code: Secret
    name: NumberName = ""


class Numbers(Area):
    """The numbers of the cabinet."""

    @query("/numbers")
    async def linked(self) -> Page[Number]:
        """All numbers of the cabinet, in the person's order."""

    @command("POST", "/numbers", errors=(WrongCode, NumberClosed, AlreadyLinked))
    async def link(self, order: LinkOrder) -> Number:
        """Add a number; the code comes by SMS after `*111*828*1#` or from `access.request_code`."""
