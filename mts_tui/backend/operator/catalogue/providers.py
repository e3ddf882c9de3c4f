"""Whoever takes payments from the account of a phone: read from `providers_ru.toml`.

All of them are invented, and nobody can be paid there. The form of an account with a provider is a
regular expression, deliberately a simple one: it finds slips of the finger, not wrong accounts.
"""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

__all__ = ["Provider", "load"]


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider. All money is in kopecks.

    Args:
        id: slug.
        title: its name, invented.
        category: under which heading a list shows it.
        asks: what it calls the payer's account.
        pattern: the account's form; it fits as a whole.
        example: an account of that form.
        fee_permille: thousandths of the amount on top.
        least: the smallest payment.
        most: the largest one.
    """

    id: str
    title: str
    category: str
    asks: str
    pattern: str
    example: str
    fee_permille: int = 0
    least: int = 1_00
    most: int = 15_000_00


@cache
def load() -> dict[str, Provider]:
    """Read the data file, once: providers by id, in the order of the file.

    Raises:
        msgspec.ValidationError: the data file has an unknown, missing or wrong field.
    """
    text = (Path(__file__).parent / "providers_ru.toml").read_text("utf-8")
    found: dict[str, Provider] = {}
    for category in tomllib.loads(text)["categories"]:
        for key, body in category["providers"].items():
            provider = {"id": key, "category": category["title"], **category["every"], **body}
            found[key] = msgspec.convert(provider, Provider)
    return found
