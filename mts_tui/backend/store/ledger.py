"""The ledger: money moves between an account and a named other side, or not at all.

Each operation is one row and a balanced double entry: `amount` comes to the account from `contra`
(and goes to it when negative). The balance is checked against the account's floor by the very
statement that changes it.
"""

from collections.abc import Sequence

from msgspec import Struct, structs

from mts_tui.backend.contract.errors import NotEnoughMoney

from .transaction import Transaction


class Entry(Struct, kw_only=True):
    """One operation to be written. Moments in ms, money in minor units, units by kind.

    `units` are seconds of a call, bytes of a data session, pieces of a message; `bucket_units` of
    them (after rounding) came from the package `bucket`, which had `bucket_before` left.
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
    rows = []
    for entry in entries:
        seq += 1
        balance += entry.amount
        row = structs.asdict(entry)
        rows.append({**row, "account_id": account_id, "seq": seq, "balance": balance})
    tx.ledger.add_operations(rows)
    tx.emit(account_id, "account")
    return balance
