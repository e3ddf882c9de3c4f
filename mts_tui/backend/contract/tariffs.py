"""«Тарифы»: the tariff, what else is on offer, a change, and what one's own usage would cost."""

from typing import Annotated, Literal

from msgspec import Meta

from .account import Bucket, BucketKind
from .archive import OperationKind
from .endpoint import Area, command, query
from .errors import BudgetReached, NotFound, TariffRefused
from .model import AccountId, Count, Id, Label, Model, Moment, Money, Page, Request, Text

Audience = Literal["all", "family", "child", "city", "device", "business"]
Charging = Literal["month", "day", "day_if_short"]
ChangeState = Literal["planned", "done", "cancelled", "undone", "failed"]


class TariffPackage(Model):
    """What a tariff or an option includes."""

    kind: BucketKind
    amount: Count
    """Seconds, pieces or bytes; zero where unlimited."""
    unlimited: bool
    period: Literal["day", "month", "once"]


class Price(Model):
    """One price outside the packages."""

    title: Label
    """`Звонки на другие сети, Москва и область`."""
    price: Money
    unit: Label
    """What the price is for: `минута`, `секунда`, `SMS`, `МБ`."""


class Tariff(Model):
    """A tariff, as the list shows it."""

    id: Id
    title: Label
    description: Text
    monthly: Money
    daily: Money
    charging: Charging
    switch_fee: Money
    """What a change to it costs now, besides its first payment."""
    audience: Audience
    packages: Annotated[list[TariffPackage], Meta(extra_json_schema={"maxItems": 20})]
    prices: Annotated[list[Price], Meta(extra_json_schema={"maxItems": 40})]
    archived: bool
    current: bool
    refusal: Text
    """Why it cannot be changed to: a whole sentence; empty where it can."""
    fits: bool
    """Whether it is for numbers like this one, whatever money or a block may say today."""


class TariffChange(Model):
    """A change of the tariff: planned, done, or taken back."""

    id: Id
    at: Moment
    """When it takes effect."""
    before: Label
    after: Label
    state: ChangeState
    fee: Money
    """For the change itself."""
    first_payment: Money
    """The new tariff's own fee, taken at once."""
    burnt: Annotated[list[Bucket], Meta(extra_json_schema={"maxItems": 20})]
    """What is left of the packages and is lost."""
    dropped: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 100})]
    """Options that fall off, by title; where it is planned, as things are now."""
    reason: Text
    """Why it failed; empty otherwise."""


class CurrentTariff(Model):
    """The account's tariff in full."""

    tariff: Tariff
    since: Moment
    next_fee_at: Moment | None
    """None where nothing is charged."""
    planned: TariffChange | None
    free_change_from: Moment
    """From when on a change costs nothing again."""


class ChangeOrder(Request):
    """To which tariff, and when."""

    tariff: Id
    at: Moment | None = None
    """A later moment within 60 days; None is now."""


class FitPart(Model):
    """What one kind of usage or fee would cost."""

    kind: OperationKind
    cost: Money


class FitMonth(Model):
    """What one month would have cost."""

    month: Moment
    """Its first moment."""
    cost: Money
    parts: Annotated[list[FitPart], Meta(extra_json_schema={"maxItems": 20})]


class Fit(Model):
    """What the account's own usage would have cost on a tariff, with sensible options."""

    tariff: Tariff
    options: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 100})]
    """Options that make it cheaper, by title; their price is in the cost."""
    total: Money
    actual: Money
    """What was really paid for communication in the same months."""
    months: Annotated[list[FitMonth], Meta(extra_json_schema={"maxItems": 12})]
    records: Count
    """How many records were rated."""
    lost: Annotated[list[Text], Meta(extra_json_schema={"maxItems": 100})]
    """What one would have to do without, in whole sentences."""


Months = Annotated[int, Meta(ge=1, le=12)]
"""How many calendar months are looked at, the last full ones."""


class Tariffs(Area):
    """Tariffs."""

    @query("/accounts/{account}/tariff", errors=(NotFound,))
    async def current(self, account: AccountId) -> CurrentTariff:
        """The tariff, what is planned, when a change is free again."""

    @query("/accounts/{account}/tariffs", errors=(NotFound,))
    async def offered(self, account: AccountId) -> Page[Tariff]:
        """Every tariff of the account's country, archived ones too."""

    @command(
        "POST",
        "/accounts/{account}/tariff-changes",
        errors=(NotFound, TariffRefused, BudgetReached),
        previewed=True,
    )
    async def change(self, account: AccountId, order: ChangeOrder) -> TariffChange:
        """Change the tariff at once or at a moment; one change can be planned at a time.

        A change at once can be undone for ten minutes, until the new tariff is used.
        """

    @query("/accounts/{account}/tariff-changes", errors=(NotFound,))
    async def changes(self, account: AccountId) -> Page[TariffChange]:
        """Changes, the latest first."""

    @command(
        "DELETE", "/accounts/{account}/tariff-changes/{change}", errors=(NotFound, TariffRefused)
    )
    async def cancel(self, account: AccountId, change: Id) -> TariffChange:
        """Give up a planned change."""

    @query("/accounts/{account}/tariffs/{tariff}/fit", errors=(NotFound, TariffRefused))
    async def fit(self, account: AccountId, tariff: Id, months: Months = 3) -> Fit:
        """What the last full months would have cost on a tariff, at most so many as there are.

        Asked for one tariff at a time: whoever compares shows progress and stops when they like.
        """
