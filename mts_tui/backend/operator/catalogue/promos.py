"""Promotions: read from `promos_ru.toml` (facts 2.4)."""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from .rewards import Until

__all__ = ["Promotion", "Question", "promotions"]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, and what may be answered."""

    text: str
    answers: tuple[str, ...]


class Promotion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A promotion.

    Args:
        id: slug.
        title: its name.
        short: what it gives, in one line.
        terms: Russian sentences.
        until: to the end of which period of the calendar one may join.
        since_month: from which month of that year on, each year.
        regions: whose numbers it is for, by the names of their regions; empty is all of Russia.
        mechanic: what makes it go on: fees while autopay is on, the first fee of a tariff, fees
            paid in time one after another, friends who join «МТС Бонус», questions answered.
        steps: how many steps it has.
        unit: what a step is, in the form after `из 6`.
        excludes: promotions that do not go together with it.
        percent: of a fee that is given back.
        tariff: whose first fee it is.
        option: what is given at the end.
        points: the same in points.
        days: how long it waits for what it asks for.
        questions: what is asked.
    """

    id: str
    title: str
    short: str
    terms: tuple[str, ...]
    until: Until
    mechanic: Literal["autopay", "first_fee", "streak", "friends", "survey"]
    steps: int
    unit: str
    since_month: int = 1
    regions: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    percent: int = 0
    tariff: str = ""
    option: str = ""
    points: int = 0
    days: int = 0
    questions: tuple[Question, ...] = ()


@cache
def promotions() -> dict[str, Promotion]:
    """Every promotion by its id, in the order in which lists show it."""
    text = resources.files(__package__).joinpath("promos_ru.toml").read_text("utf-8")
    found = tomllib.loads(text)["promos"]
    return {key: msgspec.convert({"id": key, **body}, Promotion) for key, body in found.items()}
