"""A connection to PostgreSQL: statements prepared once, and sent together where nobody waits.

A trip to the database and back costs both sides more than most statements do. So a statement that
answers nothing, or whose answer is needed later, waits for the next one that somebody waits for, or
for the commit; they travel in one pipeline and run in their order. Errors, rows and waiting are
psycopg's.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

import aiosql
import psycopg
from aiosql.utils import VAR_REF
from psycopg import waiting
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import DictRow
from psycopg.waiting import Ready, Wait

TOGETHER_AT_MOST = 500
"""Statements that wait to be sent: what many rows take of memory is bounded."""
_BIGINT = 20
_BYTEA = 17
_INFERRED = 0
"""The type of others, which PostgreSQL finds out by itself."""
_SILENT = "the database is silent"

V = TypeVar("V")
Value = int | float | str | bytes | None
Values = Mapping[str, Value] | tuple[()]
Row = dict[str, Any]
Send = Callable[[], None]


def all_of(rows: list[Row]) -> list[Row]:
    """What is made of the rows of a statement that has many."""
    return rows


def first_of(rows: list[Row]) -> Row | None:
    """What is made of the rows of a statement that has one at most."""
    return rows[0] if rows else None


def value_of(rows: list[Row]) -> Any:
    """What is made of the rows of a statement that has one value at most."""
    return next(iter(rows[0].values())) if rows else None


class SilentError(psycopg.OperationalError):
    """The database has not said a word for so long that nobody waits for it any more."""


class _Statement(NamedTuple):
    """A statement with `$1`, `$2`, and the names of the parameters that stand for."""

    text: bytes
    names: tuple[str, ...]


class _Prepared(NamedTuple):
    """A statement that a connection's server knows for certain types of parameters."""

    name: bytes
    columns: list[str]


class Later(Generic[V]):
    """What a statement answers that is sent with the next one that somebody waits for.

    Args:
        flush: Sends it.
        found: What is made of the rows.
    """

    def __init__(self, flush: Callable[[], None], found: Callable[[list[Row]], V]) -> None:
        self._flush = flush
        self._found = found
        self._rows: list[Row] | None = None
        self._missing: Exception | None = None

    def __call__(self) -> V:
        """The answer; what waits is sent where it is not here yet.

        Raises:
            psycopg.Error: Of this statement, or of one that was told before.
        """
        if self._rows is None:
            self._flush()
        if self._rows is None:
            raise psycopg.OperationalError("the statement was given up with those before it")
        return self._found(self._rows)

    def need(self, missing: Exception) -> None:
        """Where there is no row, raise an error as soon as that is known."""
        self._missing = missing
        self.check()

    def take(self, rows: list[Row]) -> None:
        """These are the rows."""
        self._rows = rows

    def check(self) -> None:
        """Raise what `need` was told where there is no row."""
        if self._missing is not None and self._rows == []:
            raise self._missing


class Connection(psycopg.Connection[DictRow]):
    """A connection that knows its statements, and does not wait for ever.

    A database whose machine is frozen or gone does not say so: TCP waits for many minutes, and
    whoever waits would not notice that another has long become the primary. What came of a change
    is not known then; whoever asked repeats it with its key. Nothing is cancelled: a commit whose
    wait for a standby is cancelled would be told as done.

    Attributes:
        patience: Seconds after which a silent database is given up.
        soon: The same, where every answer comes later.
        statements: Those that it was asked for, by their area; kept by `Transaction`.
    """

    patience = 10.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._transformer = Transformer(self)
        self._known: dict[tuple[str, tuple[int, ...]], _Prepared] = {}
        self._waiting: list[Send] = []
        self._asked: list[tuple[int, list[str], Later[Any]]] = []
        self.soon = _Soon(self)
        self.statements: dict[str, Any] = {}

    def tell(self, sql: str, values: Values = ()) -> None:
        """Let a statement run whose answer nobody needs: with the next one that has one.

        Args:
            sql: The statement; `:name` are its parameters.
            values: Their values by name.
        """
        self._waiting.append(self._bound(sql, values)[1])
        if len(self._waiting) >= TOGETHER_AT_MOST:
            self.flush()

    def later(self, sql: str, values: Values = (), *, found: Callable[[list[Row]], V]) -> Later[V]:
        """Let a statement run with the next one that somebody waits for.

        Args:
            sql: The statement; `:name` are its parameters.
            values: Their values by name.
            found: What is made of the rows.
        """
        prepared, send = self._bound(sql, values)
        answer = Later(self.flush, found)
        self._asked.append((len(self._waiting), prepared.columns, answer))
        self._waiting.append(send)
        return answer

    def ask(self, sql: str, values: Values = (), found: Callable[[list[Row]], Any] = all_of) -> Any:
        """What a statement answers. See `later`.

        Raises:
            psycopg.Error: Of this statement, or of one that was told before.
        """
        return self.later(sql, values, found=found)()

    def complete(self) -> bool:
        """Commit; False where a statement had failed: everything is rolled back then."""
        self._waiting.append(self._bound("COMMIT", ())[1])
        return self._run().command_status == b"COMMIT"

    def take_back(self) -> None:
        """Roll back what is not committed; what was told and not sent is forgotten."""
        self._forget()
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            self.tell("ROLLBACK")
            self.flush()

    def flush(self) -> None:
        """Run what waits.

        Raises:
            psycopg.Error: Of one of these statements.
        """
        if self._waiting:
            self._run()

    def wait(self, gen: Generator[Any, Any, V], *args: Any, **kwargs: Any) -> V:
        """Run a generator of psycopg to its end; give up where the database is silent.

        Whatever psycopg does by itself passes here, and comes after what was told before.
        """
        self.flush()
        try:
            return super().wait(_impatient(gen, self.patience), *args, **kwargs)
        except SilentError:
            self.pgconn.finish()
            raise

    def _run(self) -> PGresult:
        """Send what waits; the answer to the last of it."""
        sends, asked = self._waiting, self._asked
        self._forget()
        results = self._send(sends)
        for place, columns, answer in asked:
            answer.take(self._rows(results[place], columns))
        for *_, answer in asked:
            answer.check()
        return results[-1]

    def _rows(self, result: PGresult, columns: list[str]) -> list[Row]:
        """The rows of an answer; the names of the columns are filled in by the first of them."""
        if not columns:
            columns += [result.fname(place).decode() for place in range(result.nfields)]  # type: ignore[union-attr]
        self._transformer.set_pgresult(result)
        rows = self._transformer.load_rows(0, result.ntuples, tuple)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def _forget(self) -> None:
        self._waiting, self._asked = [], []

    def _send(self, sends: Sequence[Send]) -> list[PGresult]:
        pgconn = self.pgconn
        try:
            results = waiting.wait(_exchange(pgconn, sends), pgconn.socket, self.patience)
        except SilentError:
            pgconn.finish()
            raise
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result, encoding=self.info.encoding)
        if len(results) < len(sends):
            raise psycopg.OperationalError("the connection is lost")
        return results

    def _bound(self, sql: str, values: Values) -> tuple[_Prepared, Send]:
        """The prepared statement, and what sends it with these values."""
        types, written = [], []
        for name in _compiled(sql).names:
            value = values[name]  # type: ignore[call-overload]
            form = _FORMS[type(value)]
            types.append(form.oid)
            written.append(form.write(value))
        known = sql, tuple(types)
        prepared = self._known.get(known) or self._prepare(*known)
        return prepared, partial(self.pgconn.send_query_prepared, prepared.name, written)

    def _prepare(self, sql: str, types: tuple[int, ...]) -> _Prepared:
        name = b"mts_%d" % len(self._known)
        self._send([partial(self.pgconn.send_prepare, name, _compiled(sql).text, types)])
        made = self._known[sql, types] = _Prepared(name, [])
        return made


def _exchange(
    pgconn: PGconn, sends: Sequence[Send]
) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Send statements in one pipeline; their results, fewer where the connection is lost.

    What comes after one that failed is not run, and has a result that says so.

    Raises:
        SilentError: The connection was not ready for as long as whoever runs this waits.
    """
    pgconn.enter_pipeline_mode()
    for send in sends:
        send()
    pgconn.pipeline_sync()
    while pgconn.flush():
        if (yield from _ready(Wait.RW)) & Ready.R:
            pgconn.consume_input()
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            yield from _ready(Wait.R)
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # The end of one statement's results.
            if pgconn.status == ConnStatus.BAD:
                return results
        elif result.status == ExecStatus.PIPELINE_SYNC:
            pgconn.exit_pipeline_mode()
            return results
        else:
            results.append(result)


def _ready(wanted: Wait) -> Generator[Wait, Ready | int, int]:
    """For what a connection has become ready."""
    ready = yield wanted
    if not ready:
        raise SilentError(_SILENT)
    return ready


def _impatient(gen: Generator[Any, Any, V], seconds: float) -> Generator[Any, Any, V]:
    """A generator of psycopg that ends where its connection is not ready for so long.

    Raises:
        SilentError: It was not.
    """
    try:
        wanted = next(gen)
        heard = time.monotonic()
        while True:
            ready = yield wanted  # Nothing of it is ready, a few times in a second: 0.
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > seconds:
                raise SilentError(_SILENT)
            wanted = gen.send(ready)
    except StopIteration as end:
        result: V = end.value
        return result


@cache
def _compiled(sql: str) -> _Statement:
    names: list[str] = []

    def place(found: Any) -> str:
        name = found["var_name"]
        if name is None:  # A quoted text.
            return str(found[0])
        if name not in names:
            names.append(name)
        return f"{found['lead']}${names.index(name) + 1}"

    text = VAR_REF.sub(place, sql).encode()
    return _Statement(text, tuple(names))


class _Form(NamedTuple):
    """How values of a type are told: as which type PostgreSQL knows it, and how it reads them."""

    oid: int
    write: Callable[[Any], bytes | None]


def _text(value: str) -> bytes:
    if "\0" in value:  # PostgreSQL holds everything else.
        value = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return value.encode()


class _Forms(dict[type, _Form]):
    """Forms by type; a type that is derived from one has its form."""

    def __missing__(self, kind: type) -> _Form:
        self[kind] = form = next(self[base] for base in kind.__mro__[1:] if base in self)
        return form


_FORMS = _Forms(
    {
        str: _Form(_INFERRED, _text),
        int: _Form(_BIGINT, b"%d".__mod__),
        bool: _Form(_INFERRED, b"%d".__mod__),
        float: _Form(_INFERRED, lambda value: repr(value).encode()),
        bytes: _Form(_BYTEA, lambda value: rb"\x" + value.hex().encode()),
        type(None): _Form(_INFERRED, lambda _value: None),
    }
)


class _Soon:
    """What the statements of `Transaction.soon` are asked of.

    Args:
        connection: The connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.statements: dict[str, Any] = {}

    def ask(self, sql: str, values: Values, *, found: Callable[[list[Row]], V]) -> Later[V]:
        """See `Connection.later`."""
        return self._connection.later(sql, values, found=found)


class _Adapter:
    """aiosql over such a connection; rows come as a list, as on SQLite."""

    is_aio_driver = False

    def process_sql(self, _name: str, _kind: Any, sql: str) -> str:
        return sql

    def select(
        self, conn: Connection | _Soon, _name: str, sql: str, values: Values, _class: Any
    ) -> Any:
        return conn.ask(sql, values, found=all_of)

    def select_one(
        self, conn: Connection | _Soon, _name: str, sql: str, values: Values, _class: Any
    ) -> Any:
        return conn.ask(sql, values, found=first_of)

    def select_value(self, conn: Connection | _Soon, _name: str, sql: str, values: Values) -> Any:
        return conn.ask(sql, values, found=value_of)

    def insert_update_delete(self, conn: Connection, _name: str, sql: str, values: Values) -> None:
        conn.tell(sql, values)

    def insert_update_delete_many(
        self, conn: Connection, _name: str, sql: str, many: Sequence[Values]
    ) -> None:
        for values in many:
            conn.tell(sql, values)


aiosql.register_adapter("postgres", _Adapter)  # type: ignore[arg-type]
