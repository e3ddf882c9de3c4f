"""Give the demo's account a long past: `python -m benchmarks.history FOLDER COUNT`.

The operations come before those that are there, end where those begin, and keep every sum right:
running balances, labels, the account's count. Whom one calls follows Zipf's law, among thousands.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from mts_tui.backend.operator.people import LINES
from mts_tui.backend.store import migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = LINES[0].id
PEERS = 5_000
STEP_MS = 317_000
"""Between two operations: a million of them are ten years."""
CALL = (2_00, "revenue:usage", "call.home.rate")
FREE = (0, "", "data.home.package")
PAYMENT_EVERY = 400
COLUMNS = (
    "account_id, seq, at, kind, direction, title, peer, zone, units, amount, balance, contra, rule,"
    " rate, rated_units, bucket, bucket_units, bucket_before, label"
)


def lengthen(path: Path, count: int, *, seed: int = 7) -> None:
    """Put operations before the first one of the demo's main account.

    Args:
        path: The store's file; nobody else has it open.
        count: How many.
        seed: The history follows from it.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("BEGIN IMMEDIATE")
        (first,) = store.execute(
            "SELECT MIN(at) FROM operations WHERE account_id = ?", (ACCOUNT,)
        ).fetchone()
        store.execute("UPDATE operations SET seq = seq + ? WHERE account_id = ?", (count, ACCOUNT))
        store.execute(
            "UPDATE accounts SET operation_seq = operation_seq + ? WHERE id = ?", (count, ACCOUNT)
        )
        marks = ", ".join("?" * 19)
        store.executemany(
            f"INSERT INTO operations ({COLUMNS}) VALUES ({marks})",  # noqa: S608 - our own names
            _past(count, first - count * STEP_MS, Random(seed)),
        )
        store.execute("DELETE FROM labels WHERE account_id = ?", (ACCOUNT,))
        for statement in _labelling():
            store.execute(statement)
        store.execute("COMMIT")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _past(count: int, since: int, rng: Random) -> Iterator[tuple[Any, ...]]:
    """Operations, the oldest first. What is paid in is spent in the end, to the kopeck."""
    peers = [f"+7956{rng.randrange(10**7):07}" for _ in range(PEERS)]
    shares = [1 / (place + 1) for place in range(PEERS)]
    called = rng.choices(peers, shares, k=count)
    balance = 0
    for number, peer in enumerate(called, 1):
        at = since + number * STEP_MS
        left = count - number
        if number % PAYMENT_EVERY == 1 and left >= PAYMENT_EVERY:
            balance += 800_00
            yield (
                ACCOUNT, number, at, "top_up", "in", "Регистрация платежа: СБП", "", "", 0, 800_00,
                balance, "bank:sbp", "", 0, 0, None, 0, 0, 0,
            )  # fmt: skip
            continue
        if (number % 3 and balance >= CALL[0]) or (balance and balance // CALL[0] > left):
            amount = balance if not left else CALL[0]
            balance -= amount
            yield (
                ACCOUNT, number, at, "call", "out", "Исходящий звонок", peer, "home", 55, -amount,
                balance, CALL[1], CALL[2], amount, 60, None, 0, 0, 0,
            )  # fmt: skip
        else:
            kind, title, to = (
                ("data", "Интернет", "internet.mts.ru")
                if number % 2
                else ("sms", "Входящее SMS", peer)
            )
            yield (
                ACCOUNT, number, at, kind, "in" if kind == "sms" else "none", title, to, "home",
                1 if kind == "sms" else 48 << 20, 0, balance, FREE[1],
                "sms.home.in" if kind == "sms" else FREE[2], 0, 0, None, 0, 0, 0,
            )  # fmt: skip
    assert balance == 0, balance


def _labelling() -> Iterator[str]:
    """The migration's own statements that make labels of operations."""
    for statement in migrations.statements(migrations.script(2, "up")):
        if "INTO labels" in statement or "SET label" in statement:
            yield (
                statement.replace(
                    "FROM operations GROUP", f"FROM operations WHERE account_id = '{ACCOUNT}' GROUP"
                ).rstrip(";\n")
                + (
                    f" WHERE account_id = '{ACCOUNT}'"
                    if statement.startswith("UPDATE operations")
                    else ""
                )
            )


if __name__ == "__main__":
    lengthen(Path(sys.argv[1]), int(sys.argv[2]))
