"""Which tariffs of the list are looked at: five choices, gone through by a key each, and a text."""

from collections.abc import Sequence
from typing import NamedTuple

from mts_tui import formatting
from mts_tui.backend.contract.account import BucketKind
from mts_tui.backend.contract.tariffs import Tariff

from .tariff_words import AUDIENCES, NO_FEE, UNLIMITED, included, month_cost

MINUTES = (200, 500, 1000, 2000)
GIGABYTES = (5, 10, 20)
PRICES = {
    "RUB": (300_00, 500_00, 700_00, 1000_00),
    "BYN": (15_00, 25_00, 35_00),
    "UAH": (100_00, 200_00, 300_00),
}
"""At most so much a month, minor units; zero, no fee at all, stands before them."""
ARCHIVE = ("без архива", "и архивные", "только архив")
ANYBODY, OWN = "кому угодно", "для вас"
_GIGABYTE = formatting.TRAFFIC_STEP**3
_MINUTE = 60


class Filters(NamedTuple):
    """What is asked for: places in what can be chosen, 0 for anything.

    Attributes:
        price: The dearest.
        minutes: The fewest.
        data: The least traffic.
        audience: For whom.
        archive: Whether those are shown that nobody can change to.
        text: What is searched for.
    """

    price: int = 0
    minutes: int = 0
    data: int = 0
    audience: int = 0
    archive: int = 0
    text: str = ""


class Shelf:
    """The tariffs of a country, and what there is to choose among them.

    Args:
        tariffs: All of them, in the operator's order.
    """

    def __init__(self, tariffs: Sequence[Tariff]) -> None:
        self.tariffs = tariffs
        self._currency = tariffs[0].monthly.currency if tariffs else "RUB"
        self._prices = (0, *PRICES.get(self._currency, ()))
        there = {one.audience for one in tariffs}
        self._audiences = [one for one in AUDIENCES if one in there]

    def words(self, name: str) -> list[str]:
        """What can be chosen of a filter, the first for anything."""
        if name == "price":
            sums = [formatting.money(most, self._currency) for most in self._prices[1:]]
            return ["любая плата", NO_FEE, *(f"до {formatting.without_zeros(one)}" for one in sums)]
        if name == "minutes":
            return ["любые минуты", *(f"от {formatting.number(one)} мин" for one in MINUTES)]
        if name == "data":
            return ["любой интернет", *(f"от {one} ГБ" for one in GIGABYTES), UNLIMITED]
        if name == "audience":
            return [ANYBODY, OWN, *(AUDIENCES[one] for one in self._audiences)]
        return list(ARCHIVE)

    def found(self, filters: Filters) -> list[Tariff]:
        """The tariffs that fit."""
        words = formatting.fold(filters.text).split()
        return [
            one
            for one in self.tariffs
            if self._fits(one, filters) and all(word in _searched(one) for word in words)
        ]

    def _fits(self, tariff: Tariff, filters: Filters) -> bool:
        least = (0, *MINUTES)[filters.minutes] * _MINUTE
        return (
            (not filters.price or month_cost(tariff) <= self._prices[filters.price - 1])
            and _holds(tariff, "call", least)
            and _holds(tariff, "data", self._least_data(filters))
            and self._for_whom(tariff, filters.audience)
            and _in_archive(tariff, filters.archive)
        )

    def _for_whom(self, tariff: Tariff, choice: int) -> bool:
        if choice <= 1:
            return not choice or tariff.fits
        return tariff.audience == self._audiences[choice - 2]

    def _least_data(self, filters: Filters) -> int | None:
        """Bytes; None for unlimited traffic only."""
        if filters.data > len(GIGABYTES):
            return None
        return (0, *GIGABYTES)[filters.data] * _GIGABYTE


def _holds(tariff: Tariff, kind: BucketKind, least: int | None) -> bool:
    """Whether a month of it includes so much; a day's package counts thirty times."""
    if least == 0:
        return True
    package = included(tariff, kind)
    if package is None or package.unlimited or least is None:
        return package is not None and package.unlimited
    return package.amount * (30 if package.period == "day" else 1) >= least


def _in_archive(tariff: Tariff, choice: int) -> bool:
    if choice == ARCHIVE.index("только архив"):
        return tariff.archived
    return choice == ARCHIVE.index("и архивные") or not tariff.archived or tariff.current


def _searched(tariff: Tariff) -> str:
    return formatting.fold(f"{tariff.title} {tariff.description} {AUDIENCES[tariff.audience]}")
