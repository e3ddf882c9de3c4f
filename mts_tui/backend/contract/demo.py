"""What only the operator inside has: people to try, the virtual phone, the clock.

A real operator does not offer this area.
"""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import ClockBackwards, NotFound
from .model import AccountId, Count, Id, Label, Model, Moment, Page, Phone, Request, Text, Zone

CallSituation = Literal["free", "busy", "no_answer", "unreachable"]


class Sim(Model):
    """A number that the demo can play the phone of."""

    account: AccountId
    phone: Phone
    owner: Label
    title: Label
    zone: Zone
    """IANA time zone of the number's region."""
    linked: bool
    """False for the number that waits to be added to the cabinet."""
    vouched: bool
    """True while the network vouches for this line (sign-in without a password)."""


class PhoneMessage(Model):
    """An SMS in the virtual phone."""

    id: Count
    at: Moment
    outgoing: bool
    peer: Label
    text: Text


class Dial(Request):
    """What is dialled, and the menu it answers."""

    code: Annotated[str, Meta(min_length=1, max_length=182, extra_json_schema={"format": "text"})]
    menu: Annotated[str, Meta(max_length=40, extra_json_schema={"format": "text"})] = ""


class Reply(Model):
    """What the network answers on the phone's display."""

    text: Text
    menu: Label = ""
    """Not empty: the next digits dialled answer this menu."""


class ShortMessage(Request):
    """An SMS sent from the virtual phone."""

    to: Annotated[str, Meta(min_length=1, max_length=20, extra_json_schema={"format": "text"})]
    text: Annotated[str, Meta(min_length=1, max_length=1000, extra_json_schema={"format": "text"})]


class Vouching(Request):
    """Whether the network vouches for the line."""

    on: bool


class IncomingCall(Request):
    """Somebody calls the number, and this is what they find."""

    situation: Annotated[CallSituation, Meta(examples=["busy"])]


class ClockState(Model):
    """The operator's clock."""

    now: Moment
    ahead_seconds: Count
    """How far it was moved ahead of this machine's clock."""


class ClockMove(Request):
    """Move the clock: fees are charged, packages renewed, codes and notices expire."""

    seconds: Annotated[int, Meta(ge=1, le=400 * 86_400)]


class ProviderPerson(Model):
    """Somebody invented who has an account at «Демо-ID», the demo's identity provider."""

    id: Id
    name: Label


class ProviderVisit(Request):
    """What is done on the page of «Демо-ID»."""

    code: Annotated[str, Meta(min_length=1, max_length=20, extra_json_schema={"format": "text"})]
    """The code that the sign-in shows."""
    person: Id
    """Who types it."""
    agree: bool
    """Whether they let the cabinet know who they are."""


class Demo(Area):
    """The operator inside."""

    @query("/demo/sims", public=True)
    async def sims(self) -> Page[Sim]:
        """Every number of the demo, the main one first."""

    @query("/demo/sims/{phone}/messages", public=True, errors=(NotFound,))
    async def messages(self, phone: Phone) -> Page[PhoneMessage]:
        """The SMS of a virtual phone, the newest first."""

    @command("POST", "/demo/sims/{phone}/dial", public=True, errors=(NotFound,))
    async def dial(self, phone: Phone, order: Dial) -> Reply:
        """Dial a USSD code or a short number, as on the phone itself."""

    @command("POST", "/demo/sims/{phone}/messages", public=True, errors=(NotFound,))
    async def send(self, phone: Phone, order: ShortMessage) -> Reply:
        """Send an SMS from the virtual phone."""

    @command("POST", "/demo/sims/{phone}/calls", public=True, errors=(NotFound,))
    async def receive(self, phone: Phone, order: IncomingCall) -> Reply:
        """Let somebody call the number: a talk of 65 seconds, forwarded as its rules say."""

    @command("PUT", "/demo/sims/{phone}/vouching", public=True, errors=(NotFound,))
    async def vouch(self, phone: Phone, order: Vouching) -> Sim:
        """Let the network vouch for this line, or stop it."""

    @query("/demo/provider/people", public=True)
    async def provider_people(self) -> Page[ProviderPerson]:
        """Who has an account at «Демо-ID»."""

    @command("POST", "/demo/provider/visits", public=True, errors=(NotFound,))
    async def visit_provider(self, order: ProviderVisit) -> None:
        """Type a code on the page of «Демо-ID», and agree or refuse."""

    @query("/demo/clock", public=True)
    async def clock(self) -> ClockState:
        """The operator's time."""

    @command("POST", "/demo/clock", public=True, errors=(ClockBackwards,))
    async def advance(self, move: ClockMove) -> ClockState:
        """Move the operator's clock forward; everything due until then happens."""
