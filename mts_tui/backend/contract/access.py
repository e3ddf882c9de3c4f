"""Getting in: one-time codes, the permanent password, sessions."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import (
    CodeRequired,
    EntryClosed,
    LineUnknown,
    NoOperator,
    NotFound,
    NumberClosed,
    StepUpRequired,
    TooManyCodes,
    TooManyRequests,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from .model import AccountId, Id, Label, Model, Moment, Page, Phone, Request, Secret

Way = Literal["code", "password", "line", "identity"]
"""How a session was opened."""

DeviceName = Annotated[str, Meta(max_length=80, extra_json_schema={"format": "text"})]
"""What a person calls a machine."""


class CodeOrder(Request):
    """Whom to send a one-time code."""

    phone: Phone


class CodeSent(Model):
    """A code is on its way, if the number is a subscriber's: the answer does not tell which."""

    sender: Label
    """Short number the SMS comes from."""
    expires_at: Moment
    resend_at: Moment
    """When a new code may be asked for."""


class SignIn(Request):
    """A phone number with a code from SMS or with the permanent password."""

    phone: Phone
    code: Secret | None = None
    password: Secret | None = None
    device: Secret | None = None
    """Random token of this machine, once a sign-in from it succeeded. Trusted from then on."""
    device_name: DeviceName = ""


class Confirmation(Request):
    """Proof, in an open session, that the same person is still there."""

    code: Secret | None = None
    password: Secret | None = None


class NewPassword(Request):
    """The permanent password to be."""

    password: Secret


class PasswordState(Model):
    """What may be known of the permanent password."""

    is_set: bool
    changed_at: Moment | None = None
    is_old: bool = False
    """True after half a year: a reminder, never a demand."""


class Session(Model):
    """An open session."""

    id: Id
    account: AccountId
    """The account whose number was the login."""
    phone: Phone
    way: Way
    device_name: Label
    opened_at: Moment
    seen_at: Moment
    idle_until: Moment
    """When it ends unless a person does something before."""
    current: bool = False


class Device(Model):
    """A device that signed in once and is trusted since: its owner's tries are counted apart."""

    id: Id
    phone: Phone
    """The number it is trusted for."""
    name: Label
    trusted_at: Moment
    current: bool = False


class SignedIn(Model):
    """A session was opened."""

    token: Secret
    session: Session
    password: PasswordState


class Line(Model):
    """What the operator's network vouches for here."""

    phone: Phone | None = None


class Access(Area):
    """Getting in and out."""

    @command(
        "POST",
        "/access/codes",
        public=True,
        errors=(TooManyCodes, TooManyRequests, NumberClosed, EntryClosed),
    )
    async def request_code(self, order: CodeOrder) -> CodeSent:
        """Send a one-time code: six digits, five minutes, one use; it ends the code before it."""

    @command(
        "POST",
        "/access/sessions",
        public=True,
        errors=(
            WrongCode,
            WrongPassword,
            NumberClosed,
            EntryClosed,
            CodeRequired,
            TooManyCodes,
            TooManyRequests,
        ),
    )
    async def sign_in(self, order: SignIn) -> SignedIn:
        """Open a session with a code or the permanent password."""

    @query("/access/line", public=True)
    async def line(self) -> Line:
        """The number whose line carries this connection, where the operator's network says so."""

    @command("POST", "/access/sessions/line", public=True, errors=(LineUnknown, EntryClosed))
    async def sign_in_by_line(self) -> SignedIn:
        """Open a session for the line's own number, without a password."""

    @command("POST", "/access/sessions/current/seen")
    async def keep_alive(self) -> Session:
        """Say that a person is at the keyboard: the 20 idle minutes begin anew."""

    @command("DELETE", "/access/sessions/current")
    async def sign_out(self) -> None:
        """End this session."""

    @query("/access/sessions")
    async def sessions(self) -> Page[Session]:
        """All open sessions of the person, the newest first."""

    @command("DELETE", "/access/sessions/{session}", errors=(NotFound,))
    async def end_session(self, session: Id) -> None:
        """End one of the person's sessions."""

    @query("/access/devices")
    async def devices(self) -> Page[Device]:
        """The devices that are trusted, the newest first; 200 at most."""

    @command("DELETE", "/access/devices/{device}", errors=(NotFound,))
    async def distrust(self, device: Id) -> None:
        """Trust a device no more, and end the sessions that were opened on it."""

    @command("POST", "/access/confirmations", errors=(WrongCode, WrongPassword, NumberClosed))
    async def confirm(self, order: Confirmation) -> Session:
        """Prove presence by password or code; dangerous actions are open for five minutes."""

    @query("/access/password")
    async def password(self) -> PasswordState:
        """Whether a permanent password is set, and since when."""

    @command("PUT", "/access/password", errors=(StepUpRequired, WeakPassword, NoOperator))
    async def set_password(self, order: NewPassword) -> PasswordState:
        """Set or change the permanent password. All other sessions end."""
