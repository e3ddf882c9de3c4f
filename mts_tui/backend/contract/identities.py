"""Social accounts: linked to the cabinet from an open session, and a way in afterwards.

OAuth 2.0 and OpenID Connect: the device grant (RFC 8628) by default, since it works over SSH;
loopback with PKCE (RFC 8252) where a browser is at hand. The operator is the provider's client:
no token of a provider ever reaches this program.
"""

from typing import Annotated, Literal

from msgspec import Meta

from .access import DeviceName, SignedIn
from .endpoint import Area, command, query
from .errors import (
    EntryClosed,
    IdentityRefused,
    NoOperator,
    NotFound,
    NumberClosed,
    StepUpRequired,
    TooManyRequests,
)
from .model import Count, Id, Label, Model, Moment, Page, Phone, Request, Secret, Text

FlowState = Literal["pending", "done", "denied", "expired", "failed"]
FlowWay = Literal["device", "loopback"]

Loopback = Annotated[
    str,
    Meta(
        pattern=r"\Ahttp://(127\.0\.0\.1|\[::1\]):[0-9]{4,5}/callback\Z",
        max_length=60,
        examples=["http://127.0.0.1:45678/callback"],
    ),
]


Issuer = Annotated[str, Meta(max_length=300, extra_json_schema={"format": "text"})]
"""Who the browser says it comes from (`iss` of RFC 9207); empty where it does not."""


class SignInProvider(Model):
    """An identity provider."""

    id: Id
    title: Label
    ways: Annotated[list[FlowWay], Meta(extra_json_schema={"maxItems": 2})]


class Identity(Model):
    """A linked account of a provider."""

    id: Id
    provider: Id
    title: Label
    """The provider's title."""
    name: Label
    """How the person is called there; others' text, never used to recognise them."""
    phone: Phone
    """The number whose session a sign-in by it opens."""
    linked_at: Moment
    used_at: Moment | None


class FlowOrder(Request):
    """Which provider, and how."""

    provider: Id
    loopback: Loopback | None = None
    """Where the browser comes back to; None is the device grant."""


class Flow(Model):
    """A sign-in at a provider that is under way."""

    id: Secret
    """Only who began it knows it."""
    user_code: Label
    """To be typed there; empty for loopback."""
    address: Text
    """Where to go."""
    address_with_code: Text
    """The same with the code in it, for a QR code; empty where the provider has none."""
    interval_seconds: Count
    """How long to wait between questions; it grows when the provider asks to slow down."""
    expires_at: Moment
    lives_seconds: Count
    """The same from now on: clocks differ."""


class FlowAnswer(Request):
    """What to ask with."""

    id: Secret
    code: Secret | None = None
    """What the browser brought back; loopback only."""
    state: Secret | None = None
    issuer: Issuer = ""


class FlowProgress(Model):
    """How far it is."""

    state: FlowState
    interval_seconds: Count
    reason: Text
    """Why it failed, or what is wrong meanwhile: a whole sentence; empty otherwise."""
    identity: Identity | None
    """Once it is linked."""


class EntryAnswer(Request):
    """What to ask with, and from where."""

    id: Secret
    code: Secret | None = None
    state: Secret | None = None
    issuer: Issuer = ""
    device: Secret | None = None
    device_name: DeviceName = ""


class EntryProgress(Model):
    """How far a sign-in is."""

    state: FlowState
    interval_seconds: Count
    reason: Text
    signed_in: SignedIn | None


class Identities(Area):
    """Linked social accounts. Recognised by issuer and subject, never by an e-mail address."""

    @query("/identity-providers", public=True)
    async def providers(self) -> Page[SignInProvider]:
        """The providers that this operator knows."""

    @query("/identities")
    async def linked(self) -> Page[Identity]:
        """What is linked to the cabinet."""

    @command(
        "POST",
        "/identities/flows",
        errors=(NotFound, IdentityRefused, StepUpRequired, NoOperator),
    )
    async def begin(self, order: FlowOrder) -> Flow:
        """Begin to link an account of a provider."""

    @command("POST", "/identities/flows/progress", errors=(NotFound,))
    async def progress(self, answer: FlowAnswer) -> FlowProgress:
        """Whether it is linked by now."""

    @command("DELETE", "/identities/{identity}", errors=(NotFound, StepUpRequired))
    async def unlink(self, identity: Id) -> None:
        """Forget a linked account: it is no way in any more."""

    @command(
        "POST",
        "/access/identities",
        public=True,
        errors=(NotFound, IdentityRefused, TooManyRequests),
    )
    async def begin_entry(self, order: FlowOrder) -> Flow:
        """Begin to sign in by a provider."""

    @command(
        "POST",
        "/access/identities/progress",
        public=True,
        errors=(NotFound, EntryClosed, NumberClosed),
    )
    async def entry(self, answer: EntryAnswer) -> EntryProgress:
        """Whether the person has signed in there by now; then a session is open."""
