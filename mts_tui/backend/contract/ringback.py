"""«GOOD'OK»: what a caller hears instead of the ringing."""

from typing import Annotated, Literal

from msgspec import Meta, field

from .endpoint import Area, command, query
from .errors import BudgetReached, NotEnoughMoney, NotFound, RingbackRefused
from .model import AccountId, Count, Id, Label, Model, Moment, Money, Page, Phone, Request, Text

RuleFor = Literal["everyone", "caller", "group", "time"]
"""The documented priority: time before a caller or a group before everyone (facts 1.9)."""
MelodySource = Literal["catalogue", "own"]
MELODY_BYTES = 5 * 1024 * 1024
"""The largest file of one's own melody (facts 2.3)."""
MELODY_SECONDS = 60
"""The longest one."""


class Melody(Model):
    """A melody of the catalogue, or one's own."""

    id: Id
    code: Label
    """What is sent by SMS for it; empty for one's own."""
    title: Label
    performer: Label
    """Who plays it; empty for one's own."""
    seconds: Count
    price: Money
    """For 30 days."""
    source: MelodySource
    owned: bool
    """Whether it is in the account's collection: bought or given, paid or not."""
    gift: bool
    """Given by somebody: it ends at `paid_until` and is never charged by itself."""
    paid_until: Moment | None
    """Until when it can be heard; a moment that has passed where it waits for money."""
    next_at: Moment | None
    """When it is charged next; None where it is not."""


class Sample(Model):
    """A melody's sound, as a caller hears it."""

    content: Annotated[
        bytes,
        Meta(
            examples=["UklGRg=="],
            extra_json_schema={"format": "byte", "maxLength": 8 * MELODY_BYTES},
        ),
    ]
    """A WAV file; base64 on the wire."""
    seconds: Count
    """How long this is; a melody of the catalogue is played in part."""
    wave: Annotated[list[Count], Meta(extra_json_schema={"maxItems": 400})]
    """Loudness over time, 0 to 100, for a picture."""


class Upload(Request):
    """A melody of one's own."""

    title: Annotated[str, Meta(min_length=1, max_length=60, extra_json_schema={"format": "text"})]
    content: Annotated[
        bytes,
        Meta(max_length=MELODY_BYTES, examples=["UklGRg=="], extra_json_schema={"format": "byte"}),
    ]
    """WAV, OGG or MP3, recognised by its content; base64 on the wire."""


Weekday = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 7})]


class RingbackRule(Model):
    """Which melody for whom or when."""

    id: Id
    melody: Id
    title: Label
    """The melody's."""
    applies: RuleFor
    caller: Phone | None
    group: Label
    """The group's name; empty otherwise."""
    callers: Annotated[list[Phone], Meta(extra_json_schema={"maxItems": 50})]
    """Numbers of the group."""
    weekdays: Annotated[list[Weekday], Meta(extra_json_schema={"maxItems": 7})]
    """1 is Monday; empty is every day. Of hours through midnight, the day on which they begin."""
    from_hour: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 23})] | None
    to_hour: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 24})] | None
    """The hour at whose beginning it ends, 1 to 24; before `from_hour` it is the next day's."""


class RuleOrder(Request):
    """A rule to make."""

    melody: Id
    applies: RuleFor
    caller: Phone | None = None
    group: Annotated[str, Meta(max_length=40, extra_json_schema={"format": "text"})] = ""
    callers: Annotated[list[Phone], Meta(max_length=50)] = field(default_factory=list)
    weekdays: Annotated[list[Annotated[int, Meta(ge=1, le=7)]], Meta(max_length=7)] = field(
        default_factory=list
    )
    from_hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    to_hour: Annotated[int, Meta(ge=1, le=24)] | None = None


class ReceivedGift(Model):
    """A melody that somebody gave, and that waits to be accepted."""

    id: Id
    melody: Id
    title: Label
    giver: Phone
    expires_at: Moment


class RingbackState(Model):
    """The service of an account."""

    on: bool
    refusal: Text
    """Why it cannot be had with this number: a whole sentence; empty where it can."""
    monthly: Money
    """What all melodies that are charged cost in 30 days."""
    melodies: Annotated[list[Melody], Meta(extra_json_schema={"maxItems": 50})]
    """The collection, and own ones that are not bought yet."""
    rules: Annotated[list[RingbackRule], Meta(extra_json_schema={"maxItems": 50})]
    gifts: Annotated[list[ReceivedGift], Meta(extra_json_schema={"maxItems": 50})]


class Heard(Model):
    """What a caller hears at a moment, and why."""

    melodies: Annotated[list[Melody], Meta(extra_json_schema={"maxItems": 50})]
    """More than one: one of them by chance. None: the usual ringing."""
    rules: Annotated[list[Id], Meta(extra_json_schema={"maxItems": 50})]
    """The rules that decided."""
    explanation: Text
    """In a sentence or two."""


class Gift(Request):
    """A melody of the catalogue for somebody else."""

    melody: Id
    to: Phone


class GivenGift(Model):
    """What became of a gift's order."""

    title: Label
    to: Phone
    price: Money
    expires_at: Moment
    """Until when it waits; the money comes back where nobody accepts it."""


Wanted = Annotated[str, Meta(max_length=60, extra_json_schema={"format": "text"})]
"""A part of a title, a performer or a code, in any case, ё as е; empty for all."""

_BUYS = (NotFound, RingbackRefused, NotEnoughMoney, BudgetReached)
_BASE64 = 4 / 3


class Ringback(Area):
    """Ringback tones. Melodies are paid for 30 days ahead, and again until they are removed."""

    @query("/accounts/{account}/ringback", errors=(NotFound,))
    async def state(self, account: AccountId) -> RingbackState:
        """Whether it is on, the collection, the rules, the price."""

    @command("PUT", "/accounts/{account}/ringback", errors=_BUYS, previewed=True)
    async def switch_on(self, account: AccountId) -> RingbackState:
        """Switch it on; melodies whose time is over are paid for anew. Also `*111*28#`.

        An account without melodies gets «Музыкальная шкатулка» for everyone.
        """

    @command("DELETE", "/accounts/{account}/ringback", errors=(NotFound,))
    async def switch_off(self, account: AccountId) -> RingbackState:
        """Switch it off: nothing is charged any more; melodies and rules stay. Also `*111*29#`.

        Can be undone for ten minutes.
        """

    @query("/accounts/{account}/melodies", errors=(NotFound,))
    async def melodies(self, account: AccountId, text: Wanted = "") -> Page[Melody]:
        """The catalogue and one's own, by title, performer or code."""

    @query("/accounts/{account}/melodies/{melody}/sample", errors=(NotFound,))
    async def sample(self, account: AccountId, melody: Id) -> Sample:
        """A sample to listen to."""

    @command(
        "POST",
        "/accounts/{account}/melodies",
        errors=(NotFound, RingbackRefused),
        body_limit=int(MELODY_BYTES * _BASE64) + 4096,
    )
    async def upload(self, account: AccountId, melody: Upload) -> Melody:
        """Add a melody of one's own; checked by its content. Nothing is charged before `buy`."""

    @command("POST", "/accounts/{account}/melodies/{melody}", errors=_BUYS, previewed=True)
    async def buy(self, account: AccountId, melody: Id) -> Melody:
        """Buy a melody for 30 days, and for the next 30 until it is removed.

        Switches the service on. Everyone hears it where nothing is set for everyone yet.
        «Музыкальная шкатулка» goes off, the rest of its time is not returned.
        """

    @command("DELETE", "/accounts/{account}/melodies/{melody}", errors=(NotFound,))
    async def remove(self, account: AccountId, melody: Id) -> None:
        """Do without a melody and its rules; the rest of its time is not returned.

        One's own that is not bought is deleted. Can be undone for ten minutes.
        """

    @command("POST", "/accounts/{account}/ringback/rules", errors=(NotFound, RingbackRefused))
    async def add_rule(self, account: AccountId, rule: RuleOrder) -> RingbackRule:
        """Add a rule for a melody of the collection."""

    @command("DELETE", "/accounts/{account}/ringback/rules/{rule}", errors=(NotFound,))
    async def remove_rule(self, account: AccountId, rule: Id) -> None:
        """Remove a rule. Can be undone for ten minutes."""

    @query("/accounts/{account}/ringback/heard", errors=(NotFound,))
    async def heard(self, account: AccountId, phone: Phone, at: Moment) -> Heard:
        """«Что услышит звонящий» from a phone at a moment: by the documented priority."""

    @query("/accounts/{account}/ringback/copies", errors=(NotFound,))
    async def copies(self, account: AccountId, phone: Phone) -> Page[Melody]:
        """What this account hears now when it calls a phone: melodies to `buy` for oneself.

        Empty where that is the usual ringing, or a melody of their own, which nobody else can have.
        """

    @command("POST", "/accounts/{account}/ringback/gifts", errors=_BUYS, previewed=True)
    async def give(self, account: AccountId, gift: Gift) -> GivenGift:
        """Give a melody of the catalogue for 30 days, which are paid now.

        The receiver is asked by SMS. Where nobody accepts within three days, the money comes back;
        the answer does not tell whether the number is a subscriber.
        """

    @command(
        "POST", "/accounts/{account}/ringback/gifts/{gift}", errors=(NotFound, RingbackRefused)
    )
    async def accept(self, account: AccountId, gift: Id) -> Melody:
        """Accept a gift. It is heard for 30 days and ends by itself: nothing is ever charged."""

    @command("DELETE", "/accounts/{account}/ringback/gifts/{gift}", errors=(NotFound,))
    async def decline(self, account: AccountId, gift: Id) -> None:
        """Do without a gift; its price goes back to the giver."""
