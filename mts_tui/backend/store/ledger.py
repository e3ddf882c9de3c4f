"""The ledger: money moves between an account and a named other side, or not at all.

Each operation is one row and a balanced double entry: `amount` comes to the account from `contra`
(and goes to it when negative). The balance is checked against the account's floor by the very
statement that changes it.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs

from mts_tui.backend.contract.errors import NotEnoughMoney

from .transaction import Transaction


class Entry(Struct, kw_only=True):
    """One operation to be written. Moments in ms, money in minor units, units by kind.

    `units` are seconds of a call, bytes of a data session, pieces of a message; `bucket_units` of
    them (after rounding) came from the package `bucket`, which had `bucket_before` left, and what
    `more` names from others: package, units, what it had left.
    """

    at: int
    kind: str
    title: str
    amount: int = 0
    contra: str = ""
    direction: str = "none"
    peer: str = ""
    zone: str = ""
    units: int = 0
    rule: str = ""
    rate: int = 0
    rated_units: int = 0
    bucket: str | None = None
    bucket_units: int = 0
    bucket_before: int = 0
    more: tuple[tuple[str, int, int], ...] = ()


def post(tx: Transaction, account_id: str, entries: Sequence[Entry]) -> int:
    """Write operations in their order, all or none.

    Returns:
        The balance after them, minor units.

    Raises:
        NotEnoughMoney: The balance would end below the account's floor. Nothing is written.
    """
    if not entries:
        raise ValueError("nothing to post")
    total = sum(entry.amount for entry in entries)
    moved = tx.ledger.move(id=account_id, amount=total, rows=len(entries))
    if moved is None:
        raise NotEnoughMoney
    seq = moved["operation_seq"] - len(entries)
    balance: int = moved["balance"] - total
    labels = _labels(tx, account_id, entries)
    rows, shares = [], []
    for entry in entries:
        seq += 1
        balance += entry.amount
        row = structs.asdict(entry)
        del row["more"]
        row |= {"account_id": account_id, "seq": seq, "balance": balance}
        rows.append({**row, "label": labels[_label_of(entry)]})
        shares += [
            {
                "account_id": account_id,
                "seq": seq,
                "bucket": bucket,
                "units": units,
                "bucket_before": before,
            }
            for bucket, units, before in entry.more
        ]
    tx.ledger.add_operations(rows)
    if shares:
        tx.ledger.add_shares(shares)
    tx.emit(account_id, "account")
    return balance


def _labels(
    tx: Transaction, account_id: str, entries: Sequence[Entry]
) -> dict[tuple[str, str, str], int]:
    """The number of each label among the entries; new ones are written."""
    grouped: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(_label_of(entry), []).append(entry)
    found: dict[tuple[str, str, str], int] = {}
    new = []
    for label, named in grouped.items():
        row = {"account_id": account_id, **_come_to(named)}
        known = tx.ledger.label(**row)
        if known is None:
            new.append(row)
        else:
            found[label] = known["id"]
    if new:
        last = tx.ledger.next_labels(account_id=account_id, count=len(new))
        for number, row in enumerate(new, last - len(new) + 1):
            row["id"] = number
            found[row["kind"], row["title"], row["peer"]] = number
        tx.ledger.add_labels(new)
    return found


def _label_of(entry: Entry) -> tuple[str, str, str]:
    return entry.kind, entry.title, entry.peer


def _come_to(entries: Sequence[Entry]) -> dict[str, Any]:
    """What entries of one label add to it."""
    kind, title, peer = _label_of(entries[0])
    amounts = [entry.amount for entry in entries]
    return {
        "kind": kind,
        "title": title,
        "peer": peer,
        "count": len(entries),
        "units": sum(entry.units for entry in entries),
        "spent": -sum(amount for amount in amounts if amount < 0),
        "received": sum(amount for amount in amounts if amount > 0),
        "most": max(map(abs, amounts)),
    }
