"""Permanent passwords: what is refused, how they are hashed and compared.

At least 8 characters and at most 128, any Unicode, nothing cut off; common passwords and words that
anybody would try (the own number, the operator's name) are refused. There are no rules of the kind
"one digit, one capital": they make passwords worse (NIST 800-63B-4). From 15 characters on a
password stands alone on a new device; a shorter one asks for a code there as well.
"""

import re
import secrets
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 8
LONGEST = 128
STANDS_ALONE = 15
_OWN_WORDS = ("mts", "мтс", "pomoshnik", "помощник", "password", "пароль", "qwerty", "йцукен")


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time; bytes, because `str` fails on non-ASCII input."""
    return secrets.compare_digest(left.encode(), right.encode())


def prepared(password: str) -> str:
    """The form that is hashed: NFC, so that the same letters typed elsewhere are the same."""
    return unicodedata.normalize("NFC", password)


def refusal(password: str, phone: str) -> str | None:  # noqa: PLR0911 - one for each reason
    """Why a new password is refused, as a whole sentence, or None where it is fine."""
    text = prepared(password)
    if len(text) < SHORTEST:
        return f"Пароль слишком короткий: нужно не меньше {SHORTEST} знаков."
    if len(text) > LONGEST:
        return f"Пароль слишком длинный: можно не больше {LONGEST} знаков."
    folded = text.casefold()
    digits = re.sub(r"\D", "", text)
    own = re.sub(r"\D", "", phone)
    # The last nine digits are the same however the number is written: +7…, 8…, +375…, 80….
    if own and (own[-9:] in digits or (len(digits) >= 7 and digits in own)):  # noqa: PLR2004
        return "В пароле есть ваш номер телефона. Придумайте другой."
    if len(set(folded)) < 4:  # noqa: PLR2004
        return "В пароле почти одни и те же знаки. Добавьте разных."
    core = folded
    for word in _OWN_WORDS:
        core = core.replace(word, "")
    letters = re.sub(r"[\d_]|(?=[\x00-\x7f])\W", "", core)  # Of any script; emoji as well.
    if len(letters) + len(set(re.sub(r"\D", "", core))) < 4:  # noqa: PLR2004
        return "Такой пароль угадают одним из первых. Добавьте к нему ещё пару слов."
    if folded in common() or re.sub(r"[\d\W_]+$", "", folded) in common():
        return "Это один из самых частых паролей. Придумайте другой, например из трёх-четырёх слов."
    return None


@cache
def common() -> frozenset[str]:
    """Passwords that everybody tries first: from leaks, single words and names, by zxcvbn.

    All of its lists, because each word stands only in the list where it ranks highest:
    `basketball` and `jennifer` are not among its passwords.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset().union(*FREQUENCY_LISTS.values())


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _dummy() -> str:
    return hash_of("nobody's password, hashed so that a stranger's number takes as long")


def hash_of(password: str) -> str:
    """Argon2id with 19 MiB, two passes, one lane: 39 ms here, a lot for whoever guesses."""
    return _hasher().hash(prepared(password))


def fits(password: str, known_hash: str | None) -> bool:
    """Whether the password is the hashed one; takes as long when there is no hash."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        _hasher().verify(known_hash or _dummy(), prepared(password))
    except (Argon2Error, InvalidHashError):
        return False
    return known_hash is not None
