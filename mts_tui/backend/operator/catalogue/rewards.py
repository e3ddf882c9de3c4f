"""What bonus points buy, and discounts of partners: read from `rewards_ru.toml` (facts 1.10)."""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from mts_tui.backend.contract.bonus import RewardCategory

__all__ = ["Discount", "Reward", "Until", "discounts", "rewards"]

Until = Literal["quarter", "year"]
"""To the end of which period of the calendar something goes on."""


class Reward(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reward.

    Args:
        id: slug.
        title: its name.
        description: Russian sentences.
        category: its section.
        kind: what an order does: puts money on the account, gives an option, pays for the next
            month of a melody, gives a code at once or after a day.
        points: its price.
        value: what it costs in money, kopecks; an option's is its own price.
        days: how long it can be used; an option has its own time, and money has no end.
        option: which option it gives.
    """

    id: str
    title: str
    description: str
    category: RewardCategory
    kind: Literal["money", "option", "ringback", "code", "later"]
    points: int
    value: int = 0
    days: int = 0
    option: str = ""


class Discount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A partner's discount.

    Args:
        id: slug.
        partner: its name, invented.
        title: what it gives.
        terms: Russian sentences.
        until: to the end of which period it goes on.
        regions: whose numbers it is for, by the names of their regions; empty is all of Russia.
        code: what to tell; empty where the number itself is enough.
    """

    id: str
    partner: str
    title: str
    terms: str
    until: Until
    regions: tuple[str, ...] = ()
    code: str = ""


class _File(msgspec.Struct, frozen=True):
    rewards: dict[str, Reward]
    discounts: dict[str, Discount]


def rewards() -> dict[str, Reward]:
    """Every reward by its id, in the order in which lists show it."""
    return _load().rewards


def discounts() -> dict[str, Discount]:
    """Every discount by its id, in the order in which lists show it."""
    return _load().discounts


@cache
def _load() -> _File:
    text = resources.files(__package__).joinpath("rewards_ru.toml").read_text("utf-8")
    found = tomllib.loads(text)
    named = {
        section: {key: {"id": key, **body} for key, body in bodies.items()}
        for section, bodies in found.items()
    }
    return msgspec.convert(named, _File)
