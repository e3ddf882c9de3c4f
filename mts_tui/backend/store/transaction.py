"""One transaction: what a service sees of the store and of the world.

The clock and the random numbers come with it, so that a service is a plain function of its
arguments. SMS and events are written in the same transaction as the effect that causes them.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from importlib import resources
from random import Random
from typing import Any

import aiosql

from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event, EventKind

Row = Any
"""A row, its columns by name: `row["balance"]`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONLY_POSTGRES = re.compile(r"/\* PostgreSQL: (.*?) \*/")
"""What only PostgreSQL understands stands in a comment: `/* PostgreSQL: FOR UPDATE */`."""
EVENTS_KEPT = timedelta(days=3)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 UTC, as the store keeps moments."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The moment of a stored number."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)  # Exact: doubles know such numbers.


@cache
def _queries(area: str, driver: str) -> Any:
    text = resources.files(__package__).joinpath("sql", f"{area}.sql").read_text("utf-8")
    if driver == "postgres":
        text = _ONLY_POSTGRES.sub(r"\1", text)
    return aiosql.from_str(text, driver)


class Statements:
    """The statements of one SQL file, bound to a connection."""

    def __init__(self, area: str, driver: str, connection: Any) -> None:
        self._queries = _queries(area, driver)
        self._connection = connection

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(getattr(self._queries, name), self._connection)


class Transaction:
    """What a service works with.

    Attributes:
        now: The operator's time, one moment for the whole transaction, whole milliseconds.
        random: Random numbers; a CSPRNG outside tests.
        key: Idempotency key of the command, empty for a query.
        events: Events written so far; told to others after the commit.
        messages: SMS to the account's own phone, written so far: account and text.
        rehearsal: True while a command is only tried out, see `undone`.
        mails: Whether documents can be sent by e-mail here.
        kept_error: An error to raise after committing, see `keep`.
        memory: What this process remembers of the store from one transaction to the next: only
            what was read of committed rows that never change.
    """

    def __init__(
        self,
        connection: Any,
        now: datetime,
        random: Random,
        key: str = "",
        *,
        driver: str = "sqlite",
        memory: dict[str, Any] | None = None,
    ) -> None:
        self._connection = connection
        self._driver = driver
        self.now = now
        self.random = random
        self.key = key
        self.events: list[Event] = []
        self.messages: list[tuple[str, str]] = []
        self.rehearsal = False
        self.mails = False
        self.kept_error: CabinetError | None = None
        self.memory: dict[str, Any] = {} if memory is None else memory

    def _statements(self, area: str) -> Statements:
        return Statements(area, self._driver, self._connection)

    @property
    def access(self) -> Statements:
        """Codes, tries, passwords, devices, sessions."""
        return self._statements("access")

    @property
    def accounts(self) -> Statements:
        """Subscribers, accounts, linked numbers."""
        return self._statements("accounts")

    @property
    def ledger(self) -> Statements:
        """Operations, balances, buckets."""
        return self._statements("ledger")

    @property
    def payments(self) -> Statements:
        """Payments, cards, autopay, promises, subscriptions."""
        return self._statements("payments")

    @property
    def archive(self) -> Statements:
        """The history, searched."""
        return self._statements("archive")

    @property
    def blocking(self) -> Statements:
        """Blocks, lost phones, forwarding, the order of numbers."""
        return self._statements("blocking")

    @property
    def services(self) -> Statements:
        """Options that are on, changes of the tariff."""
        return self._statements("services")

    @property
    def ringback(self) -> Statements:
        """«GOOD'OK»: melodies, rules, gifts."""
        return self._statements("ringback")

    @property
    def common(self) -> Statements:
        """Catalogue, events, messages, idempotency records."""
        return self._statements("common")

    @property
    def now_ms(self) -> int:
        """`now` as the store keeps it."""
        return to_ms(self.now)

    def keep(self, error: CabinetError) -> CabinetError:
        """Mark an error whose transaction commits all the same: `raise tx.keep(WrongCode(...))`.

        For refusals that must be remembered, such as a wrong try.
        """
        self.kept_error = error
        return error

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is written inside is taken back at its end, events and messages too."""
        known = len(self.events), len(self.messages)
        self._connection.execute("SAVEPOINT undone")
        self.rehearsal = True
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK TO SAVEPOINT undone")
            self.rehearsal = False
            del self.events[known[0] :]
            del self.messages[known[1] :]

    def emit(self, account_id: str, kind: EventKind) -> None:
        """Record that something of an account changed, in commit order."""
        if any(event.account == account_id and event.kind == kind for event in self.events):
            return
        seq = self.common.next_event(account_id=account_id)
        self.common.add_event(account_id=account_id, seq=seq, at=self.now_ms, kind=kind)
        self.events.append(Event(account=account_id, seq=seq, kind=kind, at=self.now))

    def message(self, account_id: str, peer: str, text: str, *, outgoing: bool = False) -> None:
        """Put an SMS of the account's phone on its way, with the effect that causes it."""
        seq = self.common.next_message(account_id=account_id)
        self.common.add_message(
            account_id=account_id,
            seq=seq,
            at=self.now_ms,
            outgoing=int(outgoing),
            peer=peer,
            text=text,
        )
        if not outgoing:
            self.messages.append((account_id, text))
        self.emit(account_id, "message")

    def new_id(self) -> str:
        """A UUIDv7: opaque, unique, sorted by time."""
        return uuid7(self.now_ms, self.random)


def uuid7(milliseconds: int, random: Random) -> str:
    """UUID version 7 (RFC 9562): 48 bits of time, 74 random bits."""
    value = (
        (milliseconds & (2**48 - 1)) << 80
        | 0x7 << 76
        | random.getrandbits(12) << 64
        | 0b10 << 62
        | random.getrandbits(62)
    )
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_key() -> str:
    """An idempotency key, made by the client before its first try."""
    now = to_ms(datetime.now(UTC))
    return uuid7(now, secrets.SystemRandom())
