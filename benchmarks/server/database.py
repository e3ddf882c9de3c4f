"""A PostgreSQL on a real disk, `fsync` on, with many subscribers who have all signed in."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from mts_tui import __version__
from mts_tui.backend.operator.people import LINES, put_catalogue, settle
from mts_tui.backend.services.passwords import hash_of
from mts_tui.backend.store.postgres import PostgresStore
from tests.backend.postgres import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mts_tui.backend.store import Transaction

SEED = 2026
FIRST = 10_001
"""The first subscriber's id, account, and session token: one number is all three."""
PEOPLE = 200
HISTORY = 500
"""Operations of each, the newest of the demo's main number."""
PASSWORD = "measured again and again"  # noqa: S105 - of subscribers that live for a minute
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
}
# Whatever columns a table has: copies of its rows, some columns otherwise.
_COPY = """
    INSERT INTO {table}
    SELECT (jsonb_populate_record(source, {changes})).*
    FROM {table} AS source, generate_series(%(first)s::int, %(last)s::int) AS n
    WHERE source.{owner} = %(model)s {more}
"""
_COPIES: tuple[tuple[str, str, str, str], ...] = (
    (
        "accounts",
        "id",
        (
            "jsonb_build_object('id', n::text, 'subscriber_id', n::text,"
            " 'phone', '+798537' || n::text, 'vouched', 0, 'balance', 100000000)"
        ),
        "",
    ),
    (
        "linked_numbers",
        "account_id",
        "jsonb_build_object('subscriber_id', n::text, 'account_id', n::text)",
        f"AND source.subscriber_id = '{LINES[0].person}'",
    ),
    (
        "operations",
        "account_id",
        "jsonb_build_object('account_id', n::text)",
        "AND source.seq > (SELECT operation_seq FROM accounts WHERE id = %(model)s) - %(history)s",
    ),
    ("buckets", "account_id", "jsonb_build_object('account_id', n::text)", ""),
)
# Enough for «На полном доверии»: something was paid in each of the last months.
_FEES = """
    INSERT INTO operations
    SELECT (jsonb_populate_record(source, jsonb_build_object(
        'seq', month, 'at', source.at - (month * 30 - 15) * 86400000::bigint, 'amount', -50000,
        'kind', 'fee'))).*
    FROM generate_series(1, 3) AS month, accounts AS a
    JOIN operations AS source ON source.account_id = a.id AND source.seq = a.operation_seq
    WHERE a.id BETWEEN %(first)s::text AND %(last)s::text AND LENGTH(a.id) = 5
"""
# They stay signed in for as long as it takes to measure.
_SESSIONS = """
    INSERT INTO sessions (account_id, id, token_hash, way, device_hash, device_name, opened_at,
        seen_at, proved_at)
    SELECT n::text, 'session-' || n, encode(sha256(n::text::bytea), 'hex'), 'password', '', '',
        now_ms, now_ms + 36000000, now_ms + 36000000
    FROM generate_series(%(first)s::int, %(last)s::int) AS n,
        (SELECT (EXTRACT(EPOCH FROM now()) * 1000)::bigint AS now_ms) AS clock
"""
_PASSWORDS = """
    INSERT INTO passwords (account_id, changed_at, hash, strong)
    SELECT n::text, 1, %(hash)s, 1 FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""


class Database:
    """A database of an operator, and what a benchmark may do to it from the side.

    Args:
        server: The running PostgreSQL.
        name: The database.
        people: How many subscribers there are beside the demo's.
    """

    def __init__(self, server: Server, name: str, people: int) -> None:
        self.url = server.url(name)
        self.people = people

    @property
    def accounts(self) -> range:
        """The numbers of the subscribers."""
        return range(FIRST, FIRST + self.people)

    def run(self, statement: str) -> None:
        """Run a statement of the benchmark's own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


def phone(number: int) -> str:
    """The phone of a subscriber."""
    return f"+798537{number}"


@contextmanager
def prepared(people: int = PEOPLE) -> Iterator[Database]:
    """Start a PostgreSQL, settle the demo and the subscribers; all is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        Path(folder).chmod(0o755)
        server = Server(place=folder, **SETTINGS)
        try:
            name = server.new_database()
            store = PostgresStore(server.url(name))
            store.open()
            store.change(_settle)
            store.close()
            database = Database(server, name, people)
            _copy(database)
            yield database
        finally:
            server.remove()


def _settle(tx: Transaction) -> None:
    put_catalogue(tx, __version__)
    settle(tx, SEED)


def _copy(database: Database) -> None:
    numbers = {"first": FIRST, "last": FIRST + database.people - 1}
    values = {**numbers, "model": LINES[0].id, "history": HISTORY, "hash": hash_of(PASSWORD)}
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO subscribers SELECT n::text, 'Somebody'"
            " FROM generate_series(%(first)s::int, %(last)s::int) AS n",
            numbers,
        )
        for table, owner, changes, more in _COPIES:
            statement = _COPY.format(table=table, owner=owner, changes=changes, more=more)
            connection.execute(statement.encode(), values)
        connection.execute(_FEES, numbers)
        connection.execute(_SESSIONS, numbers)
        connection.execute(_PASSWORDS, values)
        connection.execute("VACUUM ANALYZE")
