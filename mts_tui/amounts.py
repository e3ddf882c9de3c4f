"""Sums of money as people type and read them: `1 000,5`, `1000.50`, `300 ₽`."""

import re

from . import formatting
from .backend.contract.model import Money

EXAMPLE = "например 300 или 1 000,50"
_SIGNS = re.compile(r"(₽|₴|руб(лей|ля|ль)?\.?|р\.?|rub|byn|uah|грн\.?|br)$", re.IGNORECASE)
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}"
_PLAIN = re.compile(r"(\d+|\d{1,3}( \d{3})+)([.,](\d*))?")
_LONGEST = 13


class AmountError(ValueError):
    """What was typed is no sum, or one out of the limits; the text is a whole sentence."""


def parse(text: str) -> int:
    """Read a sum of money.

    Args:
        text: What was typed: a comma or a dot before the kopecks, spaces of any kind between
            groups of three digits, a sign of the currency at the end.

    Returns:
        The sum in minor units, above zero.

    Raises:
        AmountError: It cannot be read, or is not above zero.
    """
    bare = _SIGNS.sub("", " ".join(formatting.clean(text).split())).strip()
    if not bare:
        raise AmountError(f"Введите сумму, {EXAMPLE}.")
    if bare[0] in _MINUS and any(sign.isdigit() for sign in bare):
        raise AmountError(f"Сумма должна быть больше нуля, {EXAMPLE}.")
    if any(sign.isalpha() for sign in bare) or not bare.isascii():
        raise AmountError(f"Напишите сумму цифрами, {EXAMPLE}.")
    found = _PLAIN.fullmatch(bare)
    if found is None:
        raise AmountError(f"Непонятно, сколько это. Напишите сумму иначе, {EXAMPLE}.")
    units, fraction = found[1].replace(" ", ""), found[4] or ""
    if len(fraction) > 2:  # noqa: PLR2004 - kopecks
        raise AmountError(f"После запятой бывает не больше двух цифр, {EXAMPLE}.")
    if len(units) > _LONGEST:
        raise AmountError(f"Это слишком большая сумма. Введите поменьше, {EXAMPLE}.")
    minor = int(units) * 100 + int(fraction.ljust(2, "0"))
    if not minor:
        raise AmountError(f"Сумма должна быть больше нуля, {EXAMPLE}.")
    return minor


def within(minor: int, least: int, most: int, currency: str) -> int:
    """A sum that keeps to its limits.

    Args:
        minor: The sum in minor units.
        least: The smallest that is allowed.
        most: The greatest.
        currency: ISO 4217 code of all three.

    Returns:
        The same sum.

    Raises:
        AmountError: It is out of the limits.
    """
    low, high = formatting.money(least, currency), formatting.money(most, currency)
    if most < least:
        raise AmountError("Предел пока исчерпан. Попробуйте завтра.")
    if minor < least:
        raise AmountError(f"Слишком мало. Введите сумму от {low} до {high}.")
    if minor > most:
        raise AmountError(f"Слишком много за один раз. Введите сумму от {low} до {high}.")
    return minor


def commission(minor: int, permille: int) -> int:
    """What thousandths of a sum come to, rounded half up (facts 10)."""
    return (minor * permille + 500) // 1000


def sum_of(money: Money, *, sign: bool = False) -> str:
    """A sum as people read it; with `sign`, a `+` before a positive one."""
    return formatting.money(money.amount_minor, money.currency, sign=sign)
