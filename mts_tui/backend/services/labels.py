"""What operations are called, and by whom: the labels among which a search looks.

Labels are few where operations are many, and what a label says never changes; so each process
remembers them in the form in which they are searched, and reads only those that are new.
"""

import re
import threading
from collections import OrderedDict
from itertools import groupby
from typing import Any

from mts_tui.backend.store.transaction import Row, Transaction
from mts_tui.formatting import fold

ACCOUNTS_REMEMBERED = 64
ANSWERS_REMEMBERED = 32
_NUMBER = re.compile(r"[\d()+–-]+\Z", re.ASCII)
"""A part of a phone number, as people write one, or but a dash between two parts."""
_NOT_DIGITS = re.compile(r"\D+", re.ASCII)
_TRUNK = "8"
"""What people dial before a Russian number in place of +7."""


class Labels:
    """The labels of an account, as they are searched."""

    def __init__(self, rows: list[Row]) -> None:
        self._last: tuple[Any, ...] = _said(rows[-1]) if rows else ()
        self._rows = [
            (
                row["id"],
                row["kind"],
                searched_form(row["title"], row["peer"]),
                digits_of(row["peer"]),
            )
            for row in rows
        ]
        self._answers: OrderedDict[tuple[str, str], frozenset[int]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def newest(self) -> int:
        """The number of the newest label; 0 where there is none."""
        return int(self._last[0]) if self._last else 0

    def grown(self, rows: list[Row]) -> "Labels | None":
        """These labels and new ones.

        Args:
            rows: The newest of these, and what came after it.

        Returns:
            None where the newest is not what it was: the store is another one by now.
        """
        if not self._last or not rows or _said(rows[0]) != self._last:
            return None
        if len(rows) == 1:
            return self
        more = Labels(rows[1:])
        more._rows = self._rows + more._rows
        return more

    def matching(self, kinds: str, text: str) -> frozenset[int]:
        """Numbers of the labels of some kinds that contain every word of a text.

        Args:
            kinds: By commas; empty for all.
            text: As it was typed.
        """
        asked = (kinds, text)
        with self._lock:
            known = self._answers.get(asked)
            if known is not None:
                self._answers.move_to_end(asked)
                return known
        found = self._rows
        if kinds:
            among = set(kinds.split(","))
            found = [row for row in found if row[1] in among]
        words, numbers = parts_of(text)
        for word in words:
            found = [row for row in found if word in row[2]]
        for typed in numbers:
            found = [row for row in found if has_number(row[2], row[3], typed)]
        answer = frozenset(row[0] for row in found)
        with self._lock:
            self._answers[asked] = answer
            if len(self._answers) > ANSWERS_REMEMBERED:
                self._answers.popitem(last=False)
        return answer


def labels_of(tx: Transaction, account: str) -> Labels:
    """The account's labels, as this process remembers them and the store has them now."""
    kept: OrderedDict[str, Labels] = tx.memory.setdefault("labels", OrderedDict())
    known = kept.get(account)
    labels = None
    if known is not None:
        labels = known.grown(tx.archive.labels_from(account_id=account, id=known.newest))
    if labels is None:
        labels = Labels(tx.archive.labels_from(account_id=account, id=0))
    kept[account] = labels
    if len(kept) > ACCOUNTS_REMEMBERED:
        kept.popitem(last=False)
    return labels


def parts_of(text: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Take apart what was typed: words, and numbers in their pieces, `8`, `(985)`, `370`."""
    words: list[str] = []
    numbers: list[tuple[str, ...]] = []
    for is_number, pieces in groupby(fold(text).split(), lambda piece: bool(_NUMBER.match(piece))):
        if is_number:
            typed = tuple(piece for piece in pieces if digits_of(piece))
            if typed:
                numbers.append(typed)
        else:
            words += pieces
    return words, numbers


def _said(row: Row) -> tuple[Any, ...]:
    return row["id"], row["kind"], row["title"], row["peer"]


def searched_form(*texts: str) -> str:
    """Texts in the form in which they are searched."""
    return "\n".join(map(fold, texts))


def digits_of(text: str) -> str:
    """The digits of a number, however it is written."""
    return _NOT_DIGITS.sub("", text)


def has_number(searched: str, digits: str, typed: tuple[str, ...]) -> bool:
    """Whether a text has a number: its digits in a row, or each piece as it was typed.

    Args:
        searched: The text in its searched form.
        digits: Its digits.
        typed: The pieces of the number.
    """
    wanted = digits_of("".join(typed))
    if wanted in digits:
        return True
    if wanted.startswith(_TRUNK) and digits.startswith(f"7{wanted[1:]}"):
        return True
    return all(piece in searched for piece in typed)
