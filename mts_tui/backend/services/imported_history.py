"""An imported number's history, made of the rows of its files in the order of time.

The archive goes by the numbers of operations, and these by time: rows that come before what is
there take the history's end off, and it is written again. Whatever the order in which files came,
the history is the same.

Amounts are kopecks, costs are hundredths of these. Each amount is what the running sum's kopecks
grow by: so the sum over the history is the document's, to the kopeck, and what is printed with two
decimals stays what it is.
"""

import json
from calendar import monthrange
from datetime import timedelta
from zoneinfo import ZoneInfo

from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import imported_rows
from .periods import month_start

AT_ONCE = 20_000
"""Rows that go into the history in one transaction: others wait no longer than that takes."""
WEEK = 7


def cut(tx: Transaction, account: Row, since: str) -> None:
    """Take off the history's end, so that a row can be put before it.

    Args:
        tx: The transaction; the account is locked.
        account: The account.
        since: The print of the earliest row that changes.
    """
    account_id = account["id"]
    first = tx.archive.first_since(account_id=account_id, at=imported_rows.moment_of(since))
    if first is None:
        return
    kept = first - 1
    touched = {row["label"]: 0 for row in tx.imports.labels_after(account_id=account_id, seq=kept)}
    forget_statements(tx, account_id)
    cost = account["imported_cost"] - tx.imports.cost_after(account_id=account_id, seq=kept)
    tx.imports.drop_after(account_id=account_id, seq=kept)
    labels = {"account_id": account_id, "labels": json.dumps(touched)}
    tx.imports.drop_labels(**labels)
    tx.imports.count_labels_anew(**labels)
    _ends(tx, account, kept, cost)


def write(tx: Transaction, account: Row) -> bool:
    """Put the next rows at the history's end; whether there are more to come.

    Args:
        tx: The transaction; the account is locked.
        account: The account.
    """
    account_id, kept, base = account["id"], account["operation_seq"], account["imported_cost"]
    after = tx.imports.last_print(account_id=account_id, seq=kept) or ""
    every = int(not tx.imports.count_unfinished(account_id=account_id))
    chunk = {"account_id": account_id, "after": after, "every": every}
    found = tx.imports.next_rows(**chunk, count=AT_ONCE)
    if not found["count"]:
        return False
    _name_labels(tx, account_id, after, found["last"])
    tx.imports.write_rows(**chunk, last=found["last"], kept=kept, base=base)
    tx.imports.count_labels_on(account_id=account_id, seq=kept)
    _ends(tx, account, kept + found["count"], base + found["cost"])
    return bool(found["count"] == AT_ONCE)


def forget_statements(tx: Transaction, account_id: str) -> None:
    """Statements tell of operations by their numbers, which will be those of other rows."""
    tx.imports.forget_statement_parts(account_id=account_id)
    tx.imports.forget_statements(account_id=account_id)
    tx.imports.forget_letters(account_id=account_id)
    tx.emit(account_id, "statement")


def _name_labels(tx: Transaction, account_id: str, after: str, last: str) -> None:
    """Labels for rows that have none yet; counted once the rows are there."""
    new = list(tx.imports.new_labels(account_id=account_id, after=after, last=last))
    if not new:
        return
    number = tx.ledger.next_labels(account_id=account_id, count=len(new)) - len(new)
    tx.ledger.add_labels(
        [
            {
                **dict(row),
                "account_id": account_id,
                "id": number + place,
                **dict.fromkeys(("count", "units", "spent", "received", "most"), 0),
            }
            for place, row in enumerate(new, 1)
        ]
    )


def _ends(tx: Transaction, account: Row, seq: int, cost: int) -> None:
    """Tell the account where its history ends now, and which months it knows in full."""
    account_id = account["id"]
    first = tx.imports.moment_of(account_id=account_id, seq=1)
    last = tx.imports.moment_of(account_id=account_id, seq=seq)
    since, until = _whole_months(ZoneInfo(account["zone"]), first, last) if last else (0, 0)
    tx.imports.history_ends(id=account_id, seq=seq, cost=cost, since=since, until=until)


def _whole_months(zone: ZoneInfo, first: int, last: int) -> tuple[int, int]:
    """From and until when whole months are known, ms.

    A file does not say which days it covers. A month at either end counts as whole where its own
    first or last week has a row (the project's decision).
    """
    begins, ends = (from_ms(at).astimezone(zone) for at in (first, last))
    since = to_ms(month_start(begins)) if begins.day <= WEEK else first
    until = month_start(ends)
    if ends.day > monthrange(ends.year, ends.month)[1] - WEEK:
        until = month_start(until + timedelta(days=32))
    return since, to_ms(until)
