"""How an SMS is counted: its alphabet, its parts, what is left in the last one.

Rules of GSM 03.38 and 03.40 (facts 1.12). A text of the GSM alphabet has seven bits for a
character, and 160 of them fit one SMS; signs of the extension table take two. Any other text goes
as UCS-2, 70 units of sixteen bits. A longer text is sent in parts, each with a header that leaves
room for 153 or 67. What takes two places (an extension sign, a character beyond the basic plane) is
never divided between two parts.
"""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from .formatting import clean

Alphabet = Literal["gsm7", "ucs2"]

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION: Final = frozenset("^{}\\[~]|€")
SINGLE: Final[dict[Alphabet, int]] = {"gsm7": 160, "ucs2": 70}
"""Places of a text that goes as one SMS."""
PART: Final[dict[Alphabet, int]] = {"gsm7": 153, "ucs2": 67}
"""Places of each part of a longer one."""
_BASIC_PLANE: Final = 0xFFFF


class Counted(NamedTuple):
    """What a text comes to.

    Attributes:
        alphabet: In which it goes.
        parts: How many SMS; 0 for an empty text.
        left: Places that are free in the last one.
    """

    alphabet: Alphabet
    parts: int
    left: int


def sendable(text: str) -> str:
    r"""The text as it is sent: lines end with `\n`, nothing is in it that a phone would obey."""
    return clean(text, keep_lines=True).strip()


def count(text: str) -> Counted:
    """Count a text, as `sendable` gives it."""
    alphabet = alphabet_of(text)
    taken = [places for _part, places in _parts(text, alphabet)]
    room = SINGLE[alphabet] if len(taken) <= 1 else PART[alphabet]
    return Counted(alphabet, len(taken), room - (taken[-1] if taken else 0))


def split(text: str) -> list[str]:
    """The text of each SMS."""
    return [part for part, _places in _parts(text, alphabet_of(text))]


def alphabet_of(text: str) -> Alphabet:
    """The alphabet that a text needs."""
    return "gsm7" if GSM_BASIC.union(GSM_EXTENSION).issuperset(text) else "ucs2"


def _parts(text: str, alphabet: Alphabet) -> Iterator[tuple[str, int]]:
    """Each part, and how many places it takes."""
    whole = sum(_places(sign, alphabet) for sign in text)
    room = SINGLE[alphabet] if whole <= SINGLE[alphabet] else PART[alphabet]
    begins = taken = 0
    for place, sign in enumerate(text):
        size = _places(sign, alphabet)
        if taken + size > room:
            yield text[begins:place], taken
            begins, taken = place, 0
        taken += size
    if taken:
        yield text[begins:], taken


def _places(sign: str, alphabet: Alphabet) -> int:
    if alphabet == "gsm7":
        return 2 if sign in GSM_EXTENSION else 1
    return 2 if ord(sign) > _BASIC_PLANE else 1
