"""The statements that an operation really runs, and the same for pgbench and for a bare route.

An operation is run once by connections that note what goes to the database and what comes back. A
value that follows from the subscriber (the account, the token's hash), from an earlier answer (a
sequence) or from chance (a new id, the idempotency key) becomes a variable; the rest stays.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from aiosql.utils import VAR_REF

from mts_tui.backend import wire
from mts_tui.backend.contract import Endpoint, endpoints
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.store.connection import Connection, Later, first_of
from mts_tui.backend.store.postgres import PostgresStore
from mts_tui.backend.store.transaction import new_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_NEW = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_COUNTED = frozenset({"operation_seq", "balance"})
"""Columns whose new value a later statement uses."""


class Statement(NamedTuple):
    """One statement, its values by name, and the row that came back, if any."""

    sql: str
    values: Mapping[str, Any]
    row: Mapping[str, Any] | None


@contextmanager
def noting() -> Iterator[list[Statement]]:
    """Note what goes to a database while the block runs, in order."""
    noted: list[Statement] = []
    later, tell, complete = Connection.later, Connection.tell, Connection.complete

    def asked(self: Connection, sql: str, values: Any = (), *, found: Any) -> Later[Any]:
        def seen(rows: list[dict[str, Any]]) -> Any:
            noted[place] = noted[place]._replace(row=first_of(rows))
            return found(rows)

        place = len(noted)
        noted.append(Statement(sql, dict(values), None))
        return later(self, sql, values, found=seen)

    def told(self: Connection, sql: str, values: Any = ()) -> None:
        tell(self, sql, values)
        noted.append(Statement(sql, dict(values), None))

    def completed(self: Connection) -> bool:
        noted.append(Statement("COMMIT", {}, None))
        return complete(self)

    with patch.multiple(Connection, later=asked, tell=told, complete=completed):
        yield noted


def placed(sql: str, place: Callable[[str], str]) -> str:
    """A statement in one line, with something else for each of its parameters.

    Args:
        sql: The statement; `:name` are its parameters.
        place: What stands for a parameter of a name.
    """
    lines = (line.partition("--")[0].strip() for line in sql.splitlines())

    def found(match: re.Match[str]) -> str:
        name = match["var_name"]
        return match[0] if name is None else match["lead"] + place(name)

    return VAR_REF.sub(found, " ".join(filter(None, lines))).rstrip("; ")


def endpoint_of(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    """The declared operation behind a request's path, and the path's arguments.

    Raises:
        LookupError: There is none.
    """
    for endpoint in endpoints():
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", wire.BASE + endpoint.path)
        found = re.fullmatch(pattern, path)
        if found and endpoint.method == method:
            return endpoint, found.groupdict()
    raise LookupError(f"no operation {method} {path}")


def statements_of(url: str, method: str, path: str, body: str, *, number: int) -> list[Statement]:
    """Run an operation as the server does, and give what went to the database.

    Args:
        url: The database.
        method: HTTP method of the operation.
        path: Its path, parameters filled in.
        body: Its body, JSON, or empty.
        number: The subscriber who asks.
    """
    endpoint, given = endpoint_of(method, path)
    store = PostgresStore(url)
    store.open()
    try:
        arguments = wire.arguments_of(endpoint, given, {}, body.encode())
        with noting() as noted:
            Dispatcher(store).answer(endpoint, arguments, token=str(number), key=new_key())
    finally:
        store.close()
    return noted


def hash_of(number: int) -> str:
    """The stored form of a subscriber's token."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def script(noted: Sequence[Statement], number: int, people: range) -> str:
    """A script for pgbench that runs the same statements for a subscriber by chance.

    Args:
        noted: What was noted while the subscriber `number` asked.
        number: That subscriber.
        people: Numbers of all subscribers.
    """
    written = _Script(number, people)
    for one in noted:
        written.add(one)
    return "\n".join(written.lines) + "\n"


class _Script:
    """A script for pgbench in the making; `:name` are its variables."""

    def __init__(self, number: int, people: range) -> None:
        self.lines = [f"\\set account random({people.start}, {people.stop - 1})"]
        self._number = number
        self._known: dict[int, str] = {}
        self._drawn: dict[str, str] = {}

    def add(self, statement: Statement) -> None:
        """Add a statement; pgbench sends each by itself and waits for its answer."""
        text = placed(statement.sql, lambda name: self._value(statement.values[name]))
        self.lines.append(text)
        # Only what a change gives back is used later, and is another value each time.
        if statement.row is not None and "RETURNING" in text:
            prefix = f"s{len(self.lines)}_"
            self.lines.append(f"\\gset {prefix}")
            self._known |= {
                value: f":{prefix}{name}"
                for name, value in statement.row.items()
                if name in _COUNTED and value
            }
        else:
            self.lines[-1] += ";"

    def _value(self, value: Any) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, int):
            return self._known.get(value, str(value))
        return self._text(value)

    def _text(self, text: str) -> str:
        if text == str(self._number):
            return ":account"
        if text == hash_of(self._number):
            return "encode(sha256((:account)::text::bytea), 'hex')"
        if _NEW.fullmatch(text):
            if text not in self._drawn:
                self._drawn[text] = f":new{len(self._drawn)}"
                self.lines.insert(1, f"\\set {self._drawn[text][1:]} random(1, {2**63 - 1})")
            return self._drawn[text]
        # pgbench looks for variables inside of strings, too.
        return "U&'{}'".format(text.replace("\\", "\\\\").replace("'", "''").replace(":", r"\003a"))
