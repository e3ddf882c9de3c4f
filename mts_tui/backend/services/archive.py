"""«Архив операций»: the history, page by page; found, summed up, explained.

Any question is answered in bounded time. Where the labels that fit have few operations, those are
read through the labels' index; else a stretch of the history is looked through, and a page may come
short, with a place to go on from.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, get_args

from msgspec import Struct

from mts_tui.backend.contract.archive import (
    KindTotal,
    Operation,
    OperationDetail,
    OperationKind,
    Totals,
)
from mts_tui.backend.contract.errors import InvalidRequest, NotFound
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import explanation, imported_prices
from .caller import Caller, own_account
from .labels import labels_of

NEWEST = 2**62
STRETCH = 20_000
"""How many operations one answer looks through at most."""
FEW_LABELS = 500
"""More labels than these seldom have few operations, and counting those costs time."""
MARK = b"1"
COLUMNS = (
    "seq", "at", "kind", "direction", "title", "peer", "units", "amount", "balance", "bucket"
)  # fmt: skip
"""As the statements that list operations name them."""
KINDS = frozenset(get_args(OperationKind))


class Selection(Struct, frozen=True):
    """What of a history is asked for.

    Attributes:
        account_id: Whose history.
        low: The first number of an operation that belongs to it.
        high: The first beyond it.
        labels: Numbers of the labels asked for; None for all.
        few: Whether those labels have so few operations that all may be read.
        least: The smallest amount, minor units; 0 for any.
    """

    account_id: str
    low: int
    high: int
    labels: frozenset[int] | None
    few: bool
    least: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be in it."""
        return self.low >= self.high or self.labels == frozenset()

    @property
    def of_few(self) -> dict[str, object]:
        """Parameters of the statements that read the operations of few labels."""
        return {
            "account_id": self.account_id,
            "labels": _keys(self.labels or frozenset()),
            "least": self.least,
        }

    @property
    def of_all(self) -> dict[str, object]:
        """Parameters of the statements that look through a stretch."""
        return {
            "account_id": self.account_id,
            "every": int(self.labels is None),
            "marks": _marks(self.labels or frozenset()),
            "mark": MARK,
            "least": self.least,
        }


def operations(
    tx: Transaction,
    caller: Caller,
    account: str,
    limit: int,
    cursor: str | None,
    since: datetime | None,
    until: datetime | None,
    kinds: str,
    text: str,
    least: int,
    order: str,
) -> Page[Operation]:
    """See `contract.archive.Archive.operations`."""
    row = own_account(tx, caller, account)
    place = _place(cursor)
    chosen = _selection(tx, row, since, until, kinds, text, least)
    if chosen.is_empty:
        return Page(items=[])
    read = _forwards if order == "oldest" else _backwards
    rows, end = read(tx, chosen, place, limit + 1)
    values = (one.values() if isinstance(one, dict) else one for one in rows[:limit])
    items = [_operation(one, row["currency"], row["imported"]) for one in values]
    going_on = items[-1].id if len(rows) > limit else None if end is None else str(end)
    return Page(items=items, next_cursor=going_on)


def totals(
    tx: Transaction,
    caller: Caller,
    account: str,
    since: datetime | None,
    until: datetime | None,
    kinds: str,
    text: str,
    least: int,
) -> Totals:
    """See `contract.archive.Archive.totals`."""
    row = own_account(tx, caller, account)
    currency = row["currency"]
    chosen = _selection(tx, row, since, until, kinds, text, least)
    found = [
        KindTotal(
            kind=one["kind"],
            count=one["count"],
            spent=Money(one["spent"], currency),
            received=Money(one["received"], currency),
            units=one["units"],
        )
        for one in _sums(tx, chosen, row["operation_seq"])
    ]
    found.sort(key=lambda one: (-one.spent.amount_minor, -one.count, one.kind))
    return Totals(
        count=sum(one.count for one in found),
        spent=Money(sum(one.spent.amount_minor for one in found), currency),
        received=Money(sum(one.received.amount_minor for one in found), currency),
        kinds=found,
    )


def operation(tx: Transaction, caller: Caller, account: str, operation: str) -> OperationDetail:
    """See `contract.archive.Archive.operation`."""
    row = own_account(tx, caller, account)
    if not operation.isascii() or not operation.isdigit() or int(operation) > NEWEST:
        raise NotFound
    found = tx.archive.operation(account_id=account, seq=int(operation))
    if found is None:
        raise NotFound
    if row["imported"]:
        told, steps = imported_prices.explained(tx, row, found)
    else:
        shares = tx.services.shares(account_id=account, seq=found["seq"])
        told = explanation.sentence(found, row["currency"], shares)
        steps = explanation.steps(found, row["currency"], shares)
    return OperationDetail(
        operation=operation_of(found, row),
        explanation=told,
        steps=steps,
        receipt=explanation.has_receipt(found),
        related=[operation_of(one, row) for one in explanation.related(tx, found, row)],
    )


def operation_of(row: Row, account: Row) -> Operation:
    """The contract's form of a row of the account's history."""
    return _operation([row[name] for name in COLUMNS], account["currency"], account["imported"])


def _operation(values: Iterable[Any], currency: str, imported: int) -> Operation:
    """The same of the values of `COLUMNS`: a name is looked up for longer than a value is read."""
    seq, at, kind, direction, title, peer, units, amount, balance, bucket = values
    return Operation(
        str(seq),
        from_ms(at),
        kind,
        direction,
        title,
        peer,
        units,
        Money(amount, currency),
        None if imported else Money(balance, currency),
        bucket,
    )


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) > NEWEST:
        raise InvalidRequest(reason="место в списке указано неверно.")
    return int(cursor)


def _selection(
    tx: Transaction,
    account: Row,
    since: datetime | None,
    until: datetime | None,
    kinds: str,
    text: str,
    least: int,
) -> Selection:
    unknown = set(filter(None, kinds.split(","))) - KINDS
    if unknown:
        raise InvalidRequest(reason="такого вида операций нет.")
    account_id, beyond = account["id"], account["operation_seq"] + 1
    low, high = 1, beyond
    if since is not None:
        low = tx.archive.first_since(account_id=account_id, at=to_ms(since)) or beyond
    if until is not None:
        high = tx.archive.first_since(account_id=account_id, at=to_ms(until)) or beyond
    text = " ".join(text.split())
    if not kinds and not text and not least:
        return Selection(account_id, low, high, None, False, 0)  # noqa: FBT003 - not few
    labels: frozenset[int] | None = None
    if kinds or text:
        labels = labels_of(tx, account_id).matching(kinds, text)
    if least:
        rows = tx.archive.labels_of_least(account_id=account_id, least=least)
        dear = frozenset(one["id"] for one in rows)
        labels = dear if labels is None else labels & dear
    assert labels is not None
    few = (
        len(labels) <= FEW_LABELS
        and tx.archive.count_of(account_id=account_id, labels=_keys(labels)) <= STRETCH
    )
    return Selection(account_id, low, high, labels, few, least)


@lru_cache(maxsize=32)
def _keys(labels: frozenset[int]) -> str:
    return json.dumps(dict.fromkeys(sorted(labels), 0), separators=(",", ":"))


@lru_cache(maxsize=32)
def _marks(labels: frozenset[int]) -> bytes:
    marks = bytearray(max(labels, default=0))
    for one in labels:
        marks[one - 1] = MARK[0]
    return bytes(marks)


def _backwards(
    tx: Transaction, chosen: Selection, place: int | None, count: int
) -> tuple[list[Row], int | None]:
    """Rows before a place, the newest first, and how far was looked; None for to the end."""
    before = chosen.high if place is None else min(place, chosen.high)
    if chosen.few:
        found = tx.archive.newest_of(low=chosen.low, before=before, count=count, **chosen.of_few)
        return found, None
    low = max(chosen.low, before - STRETCH)
    found = tx.archive.newest(low=low, before=before, count=count, **chosen.of_all)
    return found, low if low > chosen.low else None


def _forwards(
    tx: Transaction, chosen: Selection, place: int | None, count: int
) -> tuple[list[Row], int | None]:
    """Rows after a place, the oldest first, and how far was looked; None for to the end."""
    after = chosen.low - 1 if place is None else max(place, chosen.low - 1)
    if chosen.few:
        found = tx.archive.oldest_of(after=after, high=chosen.high, count=count, **chosen.of_few)
        return found, None
    high = min(chosen.high, after + 1 + STRETCH)
    found = tx.archive.oldest(after=after, high=high, count=count, **chosen.of_all)
    return found, high - 1 if high < chosen.high else None


def _sums(tx: Transaction, chosen: Selection, newest: int) -> list[Row]:
    if chosen.is_empty:
        return []
    everything = chosen.low == 1 and chosen.high > newest
    if everything and not chosen.least:
        return list(
            tx.archive.totals_of_labels(
                account_id=chosen.account_id,
                every=int(chosen.labels is None),
                marks=_marks(chosen.labels or frozenset()),
                mark=MARK,
            )
        )
    place = {"low": chosen.low, "high": chosen.high}
    if chosen.few:
        return list(tx.archive.totals_of(**place, **chosen.of_few))
    return list(tx.archive.totals(**place, **chosen.of_all))
