"""Whom a message goes to: what was typed or pasted, read as numbers, contacts and groups."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from . import formatting, phones
from .backend.contract.messages import MOST_RECIPIENTS, Contact

_BETWEEN = re.compile(r"[,;\n\t|]+")
_LONGEST_TOLD = 30


class Read(NamedTuple):
    """What was read.

    Attributes:
        phones: E.164, each once, in their order.
        wrong: A sentence for each piece that is nobody.
    """

    phones: list[str]
    wrong: list[str]


def read(text: str, contacts: Sequence[Contact], own: str = "") -> Read:
    """Read recipients.

    Args:
        text: Numbers in any notation, names of contacts and of groups; between them commas,
            semicolons or new lines. Numbers alone may stand one after another.
        contacts: Those of the account.
        own: The number that sends; it is no recipient.
    """
    found: list[str] = []
    wrong: list[str] = []
    for piece in pieces_of(text):
        try:
            found += _numbers(piece, contacts)
        except phones.PhoneError as error:
            wrong.append(f"«{formatting.clean(piece, _LONGEST_TOLD)}»: {error}")
    phones_found = list(dict.fromkeys(found))
    if own in phones_found:
        phones_found.remove(own)
        wrong.append(f"{phones.display(own)} — номер, с которого вы отправляете.")
    if len(phones_found) > MOST_RECIPIENTS:
        count = formatting.count(len(phones_found), "получатель", "получателя", "получателей")
        wrong.append(f"Здесь {count}, а за один раз можно не больше {MOST_RECIPIENTS}.")
    return Read(phones_found, wrong)


def pieces_of(text: str) -> Iterator[str]:
    """What stands between the commas."""
    for piece in _BETWEEN.split(text):
        if piece.strip():
            yield piece.strip()


def _numbers(piece: str, contacts: Sequence[Contact]) -> list[str]:
    """The numbers of a contact, of a group, or those that stand there."""
    sought = formatting.fold(" ".join(piece.split()))
    named = [one.phone for one in contacts if formatting.fold(one.name) == sought]
    if named:
        return named
    grouped = [
        one.phone for one in contacts if sought in {formatting.fold(name) for name in one.groups}
    ]
    if grouped:
        return grouped
    try:
        return [_number(piece)]
    except phones.PhoneError as error:
        if error.code == "LETTERS":
            raise phones.PhoneError(
                "Такого контакта и такой группы нет. Введите номер или выберите в «Контактах».",
                "LETTERS",
            ) from None
        several = piece.split()
        if len(several) == 1 or error.code not in {"LONG", "UNKNOWN_CODE", "FOREIGN", "SYMBOLS"}:
            raise
        try:
            return [_number(one) for one in several]
        except phones.PhoneError:
            raise error from None


def _number(text: str) -> str:
    """A number that an SMS can reach, of any country."""
    found = phones.parse_anywhere(text)
    if phones.is_city(found):
        raise phones.PhoneError("Это городской номер, SMS на него не придёт.", "CITY")
    return found
