"""«Родительский контроль»: where a child is, with the consent of the child's number."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import FamilyRefused, NotFound, StepUpRequired
from .model import AccountId, Count, Id, Label, Model, Moment, Money, Page, Phone, Request, Text

Consent = Literal["asked", "given", "refused", "withdrawn"]
Move = Literal["in", "out"]

KEPT_HOURS = 24
"""How long whereabouts are kept."""
MOST_ZONES = 10

Whereabout = Annotated[
    float, Meta(extra={"secret": True}, extra_json_schema={"minimum": -180, "maximum": 180})
]
"""A degree of where somebody is: never logged, never kept in an idempotency record."""
Latitude = Annotated[float, Meta(ge=-90, le=90, extra={"secret": True})]
Longitude = Annotated[float, Meta(ge=-180, le=180, extra={"secret": True})]
Name = Annotated[str, Meta(min_length=1, max_length=40, extra_json_schema={"format": "text"})]


class Position(Model):
    """Where a phone was, as the network saw it."""

    at: Moment
    latitude: Whereabout
    longitude: Whereabout
    accuracy_m: Count
    """Within so many metres."""
    place: Label
    """A street, a metro station or a zone's name."""


class Child(Model):
    """A child whose parent may see where they are, once consent is given."""

    id: Id
    phone: Phone
    name: Label
    consent: Consent
    consent_text: Text
    """What was agreed to, word for word."""
    consent_at: Moment
    """When it was asked for, given, refused or withdrawn."""
    battery_percent: Count | None
    """None where it is not known."""
    balance: Money | None
    """None before consent."""


class ChildOrder(Request):
    """Whose consent to ask for."""

    phone: Phone
    name: Name


class Zone(Model):
    """A place whose coming and leaving is told."""

    id: Id
    name: Label
    latitude: Annotated[float, Meta(extra_json_schema={"minimum": -90, "maximum": 90})]
    longitude: Annotated[float, Meta(extra_json_schema={"minimum": -180, "maximum": 180})]
    radius_m: Count
    told: Annotated[list[Move], Meta(extra_json_schema={"maxItems": 2})]


class ZoneOrder(Request):
    """A zone to watch."""

    name: Name
    latitude: Latitude
    longitude: Longitude
    radius_m: Annotated[int, Meta(ge=100, le=20_000)]
    told: Annotated[list[Move], Meta(min_length=1, max_length=2)]


class Look(Model):
    """Somebody looked where this number is."""

    at: Moment
    by: Phone
    name: Label
    what: Label
    """`где сейчас`, `где был сегодня`."""


class Guardian(Model):
    """Who may see where this number is, or asks to."""

    id: Id
    phone: Phone
    name: Label
    consent: Consent
    consent_text: Text
    consent_at: Moment


class Family(Area):
    """Whereabouts of children.

    Every look is written to the child's own log, so a look is a command. What it answers is kept
    nowhere: each repetition is another look.
    """

    @query("/accounts/{account}/children", errors=(NotFound,))
    async def children(self, account: AccountId) -> Page[Child]:
        """The children of this number."""

    @command(
        "POST",
        "/accounts/{account}/children",
        errors=(NotFound, FamilyRefused, StepUpRequired),
    )
    async def ask(self, account: AccountId, order: ChildOrder) -> Child:
        """Ask a child's number for consent: by SMS, answered with «ДА» or «НЕТ» to 3322."""

    @command("DELETE", "/accounts/{account}/children/{child}", errors=(NotFound,))
    async def drop(self, account: AccountId, child: Id) -> None:
        """Give up watching a child; whereabouts and zones are deleted at once."""

    @command(
        "POST", "/accounts/{account}/children/{child}/position", errors=(NotFound, FamilyRefused)
    )
    async def where(self, account: AccountId, child: Id) -> Position:
        """Where the child is now. The look is written to the child's log; 30 in ten minutes."""

    @command(
        "POST", "/accounts/{account}/children/{child}/positions", errors=(NotFound, FamilyRefused)
    )
    async def today(self, account: AccountId, child: Id) -> Page[Position]:
        """Where the child was in the last 24 hours, the newest first; 100 places at most.

        The look is written to the child's log, like one at where the child is now.
        """

    @query("/accounts/{account}/children/{child}/zones", errors=(NotFound, FamilyRefused))
    async def zones(self, account: AccountId, child: Id) -> Page[Zone]:
        """The zones of a child, the oldest first."""

    @command("POST", "/accounts/{account}/children/{child}/zones", errors=(NotFound, FamilyRefused))
    async def add_zone(self, account: AccountId, child: Id, order: ZoneOrder) -> Zone:
        """Watch a zone: coming and leaving are told by SMS and a notification."""

    @command("DELETE", "/accounts/{account}/children/{child}/zones/{zone}", errors=(NotFound,))
    async def drop_zone(self, account: AccountId, child: Id, zone: Id) -> None:
        """Watch a zone no more. Can be undone for ten minutes."""

    @query("/accounts/{account}/guardians", errors=(NotFound,))
    async def guardians(self, account: AccountId) -> Page[Guardian]:
        """Who sees where this number is, or asks to."""

    @command("PUT", "/accounts/{account}/guardians/{guardian}", errors=(NotFound, FamilyRefused))
    async def consent(self, account: AccountId, guardian: Id) -> Guardian:
        """Agree, signed in with this very number. Also «ДА» to 3322 from the phone."""

    @command("DELETE", "/accounts/{account}/guardians/{guardian}", errors=(NotFound,))
    async def withdraw(self, account: AccountId, guardian: Id) -> Guardian:
        """Refuse, or withdraw consent: it holds at once. Also «НЕТ» to 3322 from the phone."""

    @query("/accounts/{account}/looks", errors=(NotFound,))
    async def looks(self, account: AccountId) -> Page[Look]:
        """Who looked where this number is, the newest first; 200 at most."""
