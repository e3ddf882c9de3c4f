"""«Роуминг»: what works in a country, for which price, and which options help."""

from typing import Annotated

from msgspec import Meta

from .endpoint import Area, query
from .errors import NotFound
from .model import AccountId, Count, Id, Label, Model, Money, Text
from .numbers import Country
from .tariffs import Price

CountryCode = Country
"""ISO 3166 code of a country, as the list has it."""


class RoamingCountry(Model):
    """A country of the list."""

    code: CountryCode
    title: Label
    zone: Label
    """`СНГ и соседи`, `Европа`, `Популярные страны`, `Остальной мир`, `Нет роуминга`."""


class RoamingCountries(Model):
    """The countries that fit, all of them."""

    items: Annotated[list[RoamingCountry], Meta(extra_json_schema={"maxItems": 400})]


class RoamingHelp(Model):
    """An option that makes it cheaper."""

    option: Id
    title: Label
    description: Text
    price: Money
    unit: Label
    """What the price is for: `в день`, `в день пользования`, `на 30 дней`."""
    pays_from: Text
    """From how many minutes, SMS or megabytes on it is cheaper: a whole sentence."""
    least: Count
    """That number, in whole minutes, pieces or megabytes."""
    code: Label
    """The phone's code that switches it on; empty where there is none."""


class RoamingTerms(Model):
    """What awaits in a country."""

    country: RoamingCountry
    works: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 20})]
    """Empty where nothing does."""
    prices: Annotated[list[Price], Meta(extra_json_schema={"maxItems": 20})]
    help: Annotated[list[RoamingHelp], Meta(extra_json_schema={"maxItems": 50})]
    """The ones that pay soonest first."""
    note: Text
    """What to do before the trip, or why nothing works."""


Part = Annotated[str, Meta(max_length=60, extra_json_schema={"format": "text"})]
"""A part of a country's name, in Russian or as a code, in any case; empty for all."""


class Roaming(Area):
    """Roaming."""

    @query("/accounts/{account}/roaming", errors=(NotFound,))
    async def countries(self, account: AccountId, text: Part = "") -> RoamingCountries:
        """Every country but the account's own by name; those whose name begins so come first."""

    @query("/accounts/{account}/roaming/{country}", errors=(NotFound,))
    async def terms(self, account: AccountId, country: CountryCode) -> RoamingTerms:
        """Prices there on the account's tariff, and which options help."""
