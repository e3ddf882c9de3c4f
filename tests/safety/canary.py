"""A card that nobody else has, and where traces of it could be."""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from mts_tui import cards
from mts_tui.backend.operator import bank

CVV = "937"
BEHAVIOURS = {
    "453957876362148": "pays",
    "453290617548326": "blocked",
    "471686094257318": "no_money",
}
"""The first 15 digits; digits of no pattern, which come about nowhere by chance."""
WRITTEN_WITH = ("", " ", "-", "\u00a0")


def _whole(digits: str) -> str:
    return next(digits + str(last) for last in range(10) if cards.luhn(digits + str(last)))


PAYS, BLOCKED, NO_MONEY = map(_whole, BEHAVIOURS)
UNKNOWN = _whole("402944715830629")
"""Like a real one: the bank does not know it."""
MISTYPED = PAYS[:-1] + str((int(PAYS[-1]) + 1) % 10)
NUMBERS = (PAYS, BLOCKED, NO_MONEY, UNKNOWN, MISTYPED)


def teach_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bank know the cards."""
    for number, behaviour in zip((PAYS, BLOCKED, NO_MONEY), BEHAVIOURS.values(), strict=True):
        monkeypatch.setitem(bank._BY_NUMBER, number, bank.KnownCard(number, "Visa", behaviour))


def _forms(number: str) -> Iterable[bytes]:
    """A number in whole or in part, plain or hidden: all but the last four digits and the rest."""
    for begin in range(len(number) - 7):
        yield number[begin : begin + 8].encode()
    for separator in WRITTEN_WITH[1:]:
        for begin in range(0, 12, 4):
            yield f"{number[begin : begin + 4]}{separator}{number[begin + 4 : begin + 8]}".encode()
    yield number.encode().hex().encode()
    yield base64.b64encode(number.encode())[:18]
    yield number.encode("utf-16-le")
    for kind in (hashlib.sha256, hashlib.sha1, hashlib.md5):
        yield kind(number.encode()).hexdigest().encode()
        yield kind(number.encode()).digest()


_ANY_FORM = re.compile(b"|".join(re.escape(form) for number in NUMBERS for form in _forms(number)))
_CVV = re.compile(rf"(?<![0-9A-Za-z]){CVV}(?![0-9A-Za-z])")


def traces(data: bytes | str) -> list[bytes]:
    """Traces of the cards' numbers in what was found somewhere."""
    if isinstance(data, str):
        data = data.encode()
    return [found[0] for found in _ANY_FORM.finditer(data)]


def cvv_in(text: str) -> list[str]:
    """Where the CVV stands by itself in a text."""
    return [text[max(0, hit.start() - 40) : hit.end() + 20] for hit in _CVV.finditer(text)]


def traces_below(folder: Path) -> dict[str, list[bytes]]:
    """Traces in every file below a folder, by its name, and in the names."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            hits = traces(path.read_bytes()) + traces(path.name)
            if hits:
                found[str(path.relative_to(folder))] = hits
    return found
