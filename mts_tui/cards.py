"""Bank cards as people type them: brand, check digit, term. Nothing here is ever kept."""

import re
from datetime import date

from . import formatting

_BRANDS = (  # Beginnings of the number, from and to, and its lengths: ISO/IEC 7812.
    ("2200", "2204", "МИР", (16, 17, 18, 19)),
    ("2221", "2720", "Mastercard", (16,)),
    ("51", "55", "Mastercard", (16,)),
    ("4", "4", "Visa", (13, 16, 19)),
    ("62", "62", "UnionPay", (16, 17, 18, 19)),
)
LONGEST = 19
SHORTEST = 13
CVV_DIGITS = 3
_CENTURY = 2000


class CardError(ValueError):
    """What was typed is no such thing; the text is a whole sentence."""


def brand(digits: str) -> str:
    """The payment system by the beginning of a number; empty while it cannot be told."""
    return next((name for name, _lengths in _fitting(digits)), "")


def parse(text: str) -> str:
    """The digits of a card's number.

    Raises:
        CardError: It has other signs, is too short or long, or its check digit is wrong.
    """
    digits = "".join(formatting.clean(text).replace("-", " ").split())
    if not digits:
        raise CardError("Введите номер карты: он на её лицевой стороне.")
    if not (digits.isascii() and digits.isdigit()):
        raise CardError("В номере карты бывают только цифры.")
    lengths = next((lengths for _name, lengths in _fitting(digits)), (16,))
    if len(digits) < lengths[0]:
        raise CardError(f"Номер карты короткий: нужно {lengths[0]} цифр, введено {len(digits)}.")
    if len(digits) > lengths[-1]:
        raise CardError(f"В номере карты лишние цифры: нужно {lengths[-1]}, введено {len(digits)}.")
    if not luhn(digits):
        raise CardError("В номере карты опечатка: проверьте цифры.")
    return digits


def luhn(digits: str) -> bool:
    """Whether the check digit fits (ISO/IEC 7812-1)."""
    values = [
        int(digit) if place % 2 else sum(divmod(2 * int(digit), 10))
        for place, digit in enumerate(reversed(digits), 1)
    ]
    return sum(values) % 10 == 0


def as_typed(text: str) -> str:
    """What a field shows while a number is typed: groups of four."""
    digits = "".join(text.replace("-", " ").split())
    if not digits.isdigit():
        return text
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def parse_term(text: str, today: date) -> tuple[int, int]:
    """Month and year until whose end a card is good.

    Args:
        text: `12/29`, `1229`, `12.2029`.
        today: The day of the payment.

    Raises:
        CardError: It is no month and year, or is over.
    """
    found = re.fullmatch(r"\s*(\d{1,2})\s*[/.\-, ]?\s*(\d{2}|\d{4})\s*", text, re.ASCII)
    if found is None:
        raise CardError("Введите месяц и год, как на карте: 12/29.")
    month, year = int(found[1]), int(found[2])
    year += _CENTURY if year < _CENTURY and len(found[2]) == 2 else 0  # noqa: PLR2004
    if not 1 <= month <= 12:  # noqa: PLR2004
        raise CardError(f"Месяца {found[1]} не бывает. Введите месяц и год, как на карте: 12/29.")
    if (year, month) < (today.year, today.month):
        raise CardError(f"Срок карты истёк: {month:02}/{year % 100:02}. Возьмите другую карту.")
    if not today.year <= year <= today.year + 20:
        raise CardError("Проверьте год: введите месяц и год, как на карте: 12/29.")
    return month, year


def term_as_typed(text: str) -> str:
    """What a field shows while the term is typed: the slash comes by itself."""
    digits = text.replace("/", "")
    if not (digits.isascii() and digits.isdigit()):
        return text
    return f"{digits[:2]}/{digits[2:]}" if len(digits) > 2 else digits  # noqa: PLR2004


def parse_cvv(text: str) -> str:
    """The three digits on the back.

    Raises:
        CardError: They are not three digits.
    """
    code = text.strip()
    if not (code.isascii() and code.isdigit() and len(code) == CVV_DIGITS):
        raise CardError("Введите три цифры с оборота карты.")
    return code


def _fitting(digits: str) -> list[tuple[str, tuple[int, ...]]]:
    return [
        (name, lengths)
        for first, last, name, lengths in _BRANDS
        if len(digits) >= len(first) and first <= digits[: len(first)] <= last
    ]
