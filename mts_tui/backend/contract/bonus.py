"""«МТС Бонус»: points, how they were earned, what they are worth and what they buy."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import BonusRefused, NotFound, StepUpRequired
from .model import (
    AccountId,
    Count,
    Cursor,
    Id,
    Label,
    Limit,
    Model,
    Moment,
    Money,
    Page,
    Phone,
    Request,
    Text,
)

PointsKind = Literal[
    "earned", "friend", "promo", "gift_in", "gift_out", "reward", "exchange", "burnt",
    "returned",
]  # fmt: skip
RewardCategory = Literal[
    "money", "minutes", "sms", "internet", "services", "magazines", "partners", "home"
]
Value = Literal["good", "fair", "poor"]
"""«Выгодно», «как обычно», «невыгодно»: what a point buys against its worth in money."""
RewardOrderState = Literal["done", "processing", "failed"]

POINT_WORTH_MINOR: Final = 30
"""One point in kopecks: 10 points are 3 ₽ (the project's decision, facts 1.10)."""
MOST_IN_BASKET = 20
GIFT_LEAST = 10
GIFT_MOST_A_DAY = 3_000
"""Points that may be given away in a day (P)."""

Amount = Annotated[int, Meta(ge=1, le=10_000_000)]
Points = Annotated[int, Meta(extra_json_schema={"minimum": -(2**53), "maximum": 2**53})]


class Burning(Model):
    """Points that burn at a moment unless they are spent before."""

    at: Moment
    points: Count
    worth: Money


class BonusState(Model):
    """The bonus account of a number."""

    member: bool
    refusal: Text
    """Why this number cannot take part: a whole sentence; empty where it can."""
    points: Count
    worth: Money
    """What they are worth: the base rate, 10 points are 3 roubles."""
    next_at: Moment | None
    """When the month before is rewarded."""
    next_points: Count
    """How many points the spending since the last reward comes to so far."""
    burning: Annotated[list[Burning], Meta(extra_json_schema={"maxItems": 400})]
    """The next first."""


class PointsEntry(Model):
    """One movement of points."""

    id: Id
    at: Moment
    kind: PointsKind
    title: Label
    points: Points
    """Negative for what went out."""
    worth: Money
    balance: Count
    """Points after it."""
    expires_at: Moment | None
    """When earned points burn."""


class Reward(Model):
    """Something that points buy."""

    id: Id
    title: Label
    description: Text
    category: RewardCategory
    points: Count
    value: Money
    """What it would cost in money; zero where it cannot be bought."""
    per_point: Count
    """What a point buys here, in 1/100 of a kopeck."""
    verdict: Value
    days: Count
    """How long it can be used; 0 where it has no end."""
    refusal: Text
    """Why it cannot be had now: a whole sentence; empty where it can."""


class BasketLine(Request):
    """A reward, and how many times."""

    reward: Id
    count: Annotated[int, Meta(ge=1, le=10)] = 1


class RewardBasket(Request):
    """Rewards to order together, all or none."""

    lines: Annotated[list[BasketLine], Meta(min_length=1, max_length=MOST_IN_BASKET)]


class RewardOrder(Model):
    """An order of a reward."""

    id: Id
    at: Moment
    title: Label
    points: Count
    state: RewardOrderState
    code: Label
    """Of a certificate; empty otherwise."""
    until: Moment | None
    """Until when it can be used."""


class Exchange(Request):
    """Points to turn into money on the account."""

    points: Amount


class Exchanged(Model):
    """What an exchange brought."""

    points: Count
    money: Money
    left: Count


class PointsGift(Request):
    """Points for somebody else."""

    to: Phone
    points: Amount


class PointsGiven(Model):
    """What became of a gift."""

    to: Phone
    points: Count
    left: Count


class Invitation(Model):
    """A friend who was invited."""

    id: Id
    phone: Phone
    at: Moment
    joined_at: Moment | None
    points: Count
    """What it has brought."""


class Invite(Request):
    """Whom to invite; an SMS is sent to them."""

    phone: Phone


class Discount(Model):
    """A partner's discount."""

    id: Id
    partner: Label
    title: Label
    terms: Text
    region: Label
    until: Moment
    code: Label
    """To show or to tell; empty where the number itself is enough."""


class Bonus(Area):
    """Bonus points: a ledger of their own, with the guarantees of money."""

    @query("/accounts/{account}/bonus", errors=(NotFound,))
    async def state(self, account: AccountId) -> BonusState:
        """Points, their worth, what comes and what burns."""

    @command("PUT", "/accounts/{account}/bonus", errors=(NotFound, BonusRefused))
    async def join(self, account: AccountId) -> BonusState:
        """Take part. Also `*111*455*1#`."""

    @query("/accounts/{account}/bonus/entries", errors=(NotFound,))
    async def entries(
        self, account: AccountId, limit: Limit = 50, cursor: Cursor | None = None
    ) -> Page[PointsEntry]:
        """Movements of points, the newest first."""

    @query("/accounts/{account}/bonus/rewards", errors=(NotFound,))
    async def rewards(self, account: AccountId) -> Page[Reward]:
        """The catalogue."""

    @command(
        "POST",
        "/accounts/{account}/bonus/orders",
        errors=(NotFound, BonusRefused),
        previewed=True,
    )
    async def order(self, account: AccountId, basket: RewardBasket) -> Page[RewardOrder]:
        """Order rewards; packages and money come at once, the rest by SMS."""

    @query("/accounts/{account}/bonus/orders", errors=(NotFound,))
    async def orders(self, account: AccountId) -> Page[RewardOrder]:
        """Orders, the newest first, with the codes of certificates."""

    @command(
        "POST",
        "/accounts/{account}/bonus/exchanges",
        errors=(NotFound, BonusRefused),
        previewed=True,
    )
    async def exchange(self, account: AccountId, order: Exchange) -> Exchanged:
        """Turn points into money on the account, in hundreds, at the base rate.

        Can be undone for ten minutes, while the money is there.
        """

    @command(
        "POST",
        "/accounts/{account}/bonus/gifts",
        errors=(NotFound, BonusRefused, StepUpRequired),
        previewed=True,
    )
    async def give(self, account: AccountId, gift: PointsGift) -> PointsGiven:
        """Give points to another number of the programme; they burn when they would have."""

    @query("/accounts/{account}/bonus/invitations", errors=(NotFound,))
    async def invitations(self, account: AccountId) -> Page[Invitation]:
        """Friends who were invited."""

    @command("POST", "/accounts/{account}/bonus/invitations", errors=(NotFound, BonusRefused))
    async def invite(self, account: AccountId, order: Invite) -> Invitation:
        """Invite a friend: 50 points when they join."""

    @query("/accounts/{account}/bonus/discounts", errors=(NotFound,))
    async def discounts(self, account: AccountId) -> Page[Discount]:
        """Discounts of partners, in the account's region."""
