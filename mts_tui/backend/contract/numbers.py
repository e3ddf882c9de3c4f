"""«Мои номера»: the phone numbers of a person's cabinet."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import AlreadyLinked, NotFound, NumberClosed, NumbersRefused, WrongCode
from .model import AccountId, Label, Model, Money, Page, Phone, Request, Secret, Zone

NumberKind = Literal["mobile", "city"]
NumberRole = Literal["own", "child"]
NumberState = Literal["active", "no_money", "blocked"]

MOST_NUMBERS = 200
"""Of one cabinet."""

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
    lost: bool = False
    """«Аппарат утрачен»: nobody can sign in with it."""
    imported: bool = False
    """Its history comes from files, no operator is behind it: it has no balance and is read only.
    """


class LinkOrder(Request):
    """A number to add to the cabinet, with the code that was sent to it."""

    phone: Phone
    code: Secret
    name: NumberName = ""


class NumberChange(Request):
    """What a person calls a number from now on."""

    name: NumberName


class NumberPlace(Request):
    """Where a number stands in the list."""

    place: Annotated[int, Meta(ge=1, le=MOST_NUMBERS)]
    """1 is the first; beyond the end is the last."""


class Numbers(Area):
    """The numbers of the cabinet."""

    @query("/numbers")
    async def linked(self) -> Page[Number]:
        """All numbers of the cabinet, in the person's order."""

    @command("POST", "/numbers", errors=(WrongCode, NumberClosed, AlreadyLinked, NumbersRefused))
    async def link(self, order: LinkOrder) -> Number:
        """Add a number; the code comes by SMS after `*111*828*1#` or from `access.request_code`.

        A city number gets no SMS: a robot calls it and says the code.
        """

    @command("PATCH", "/numbers/{account}", errors=(NotFound,), imported=True)
    async def rename(self, account: AccountId, order: NumberChange) -> Number:
        """Call a number something else; only this cabinet sees it."""

    @command("DELETE", "/numbers/{account}", errors=(NotFound, NumbersRefused), imported=True)
    async def unlink(self, account: AccountId) -> None:
        """Take a number out of the cabinet; the number itself goes on. Can be undone.

        Refused for an imported number: it goes with the last of its files.
        """

    @command("PUT", "/numbers/{account}/place", errors=(NotFound,), imported=True)
    async def move(self, account: AccountId, order: NumberPlace) -> Page[Number]:
        """Put a number into another place of the list, and answer the list."""
