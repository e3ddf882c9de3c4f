"""«Услуги»: options of the account, a basket of changes with one preview."""

from typing import Annotated, Literal

from msgspec import Meta, field

from .endpoint import Area, command, query
from .errors import BudgetReached, NotFound, OptionRefused
from .model import AccountId, Id, Label, Model, Moment, Money, Page, Request, Text
from .tariffs import TariffPackage

OptionState = Literal["on", "off", "unavailable"]
OptionPeriod = Literal["day", "month", "once", "use", "free"]
"""`use`: a day's fee on days when it is used."""


class Option(Model):
    """An option and its state."""

    id: Id
    title: Label
    description: Text
    category: Label
    state: OptionState
    suspended: bool
    """On, but waiting for its fee to be paid."""
    price: Money
    period: OptionPeriod
    connect: Money
    """For switching it on."""
    days: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 400})]
    """How long a one-off lasts; 0 until it is used up or switched off."""
    trial_days: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 400})]
    """For how long it would be free, switched on now; 0 where it was tried out already."""
    packages: Annotated[list[TariffPackage], Meta(extra_json_schema={"maxItems": 20})]
    repeatable: bool
    """Whether it can be ordered again while it is on: what it includes is added."""
    since: Moment | None
    next_at: Moment | None
    """When it is charged next."""
    trial_until: Moment | None
    """Until when it is free, where it is tried out now."""
    ends_at: Moment | None
    """Until when a one-off lasts; of another that is off, until when it is paid for."""
    removable: bool
    refusal: Text
    """Why it is unavailable; empty otherwise."""
    group: Label
    """Of one group only one is on; empty where it goes with any."""
    conflicts: Annotated[list[Id], Meta(extra_json_schema={"maxItems": 100})]
    """Options that are on and would be switched off by it."""
    requires: Annotated[list[Id], Meta(extra_json_schema={"maxItems": 20})]
    """One of these must be on; empty where none is needed."""
    code: Label
    """The phone's code that switches it on; empty where there is none."""
    code_off: Label


Ids = Annotated[list[Id], Meta(max_length=50)]


class Basket(Request):
    """What to switch on and off, together."""

    on: Ids = field(default_factory=list)
    off: Ids = field(default_factory=list)


class BasketResult(Model):
    """What became of a basket."""

    on: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 100})]
    off: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 100})]
    """With what fell off by itself."""
    charged: Money
    """Taken at once."""
    monthly_before: Money
    """What all options cost in 30 days."""
    monthly_after: Money
    """The same with the changes, a trial as if it were over."""


class Options(Area):
    """Options."""

    @query("/accounts/{account}/options", errors=(NotFound,))
    async def offered(self, account: AccountId) -> Page[Option]:
        """Every option for the account's tariff, in the order of the catalogue."""

    @command(
        "POST",
        "/accounts/{account}/options",
        errors=(NotFound, OptionRefused, BudgetReached),
        previewed=True,
    )
    async def change(self, account: AccountId, basket: Basket) -> BasketResult:
        """Switch options on and off, all or none. Can be undone for ten minutes."""
