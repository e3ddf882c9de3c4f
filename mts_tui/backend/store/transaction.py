"""One transaction: what a service sees of the store and of the world.

The clock and the random numbers come with it, so that a service is a plain function of its
arguments. SMS and events are written in the same transaction as the effect that causes them.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from importlib import resources
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

import aiosql

from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event, EventKind

if TYPE_CHECKING:
    from mts_tui.backend.connectors.providers import IdentityProvider

Row = Any
"""A row, its columns by name: `row["balance"]`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONLY_POSTGRES = re.compile(r"/\* PostgreSQL: (.*?) \*/")
"""What only PostgreSQL understands stands in a comment: `/* PostgreSQL: FOR UPDATE */`."""


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
        statement = self._statement(name)
        self.__dict__[name] = statement  # Found without this function from now on.
        return statement

    def _statement(self, name: str) -> Callable[..., Any]:
        return partial(getattr(self._queries, name), self._connection)


class Answer(Protocol):
    """What a statement of `Transaction.soon` answers."""

    def __call__(self) -> Any:
        """The answer; waits for it where it is not here yet."""

    def need(self, missing: Exception) -> None:
        """Where there is no row, raise an error: at once, or when that is known."""


class _Known:
    """An answer that is here: SQLite has nothing to wait for."""

    def __init__(self, value: Any) -> None:
        self._value = list(value) if isinstance(value, Iterator) else value

    def __call__(self) -> Any:
        return self._value

    def need(self, missing: Exception) -> None:
        if self._value is None or self._value == []:
            raise missing


class _AtOnce(Statements):
    """Statements that are run at once, their answers in the form of later ones."""

    def _statement(self, name: str) -> Callable[..., Answer]:
        statement = super()._statement(name)
        return lambda **values: _Known(statement(**values))


class _Areas:
    """The statements, by their files.

    Args:
        connection: Runs them. One of PostgreSQL lives long and remembers what it was asked for.
        driver: `sqlite` or `postgres`.
    """

    def __init__(self, connection: Any, driver: str) -> None:
        self._connection = connection
        self._driver = driver
        self._known: dict[str, Statements] = {} if driver == "sqlite" else connection.statements

    def _statements(self, area: str) -> Statements:
        statements = self._known.get(area)
        if statements is None:
            statements = self._known[area] = self._of(area)
        return statements

    def _of(self, area: str) -> Statements:
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
    def statements(self) -> Statements:
        """Statements: their state, their rows, their documents."""
        return self._statements("statements")

    @property
    def imports(self) -> Statements:
        """Imported numbers: files, their rows, the history made of them."""
        return self._statements("imports")

    @property
    def sms(self) -> Statements:
        """Messages from the cabinet: sendings, threads, contacts, templates."""
        return self._statements("messages")

    @property
    def family(self) -> Statements:
        """Children: consents, positions, zones, looks."""
        return self._statements("family")

    @property
    def notifications(self) -> Statements:
        """Notices of the cabinet."""
        return self._statements("notifications")

    @property
    def support(self) -> Statements:
        """Support: tickets, chats, calls back."""
        return self._statements("support")

    @property
    def bonus(self) -> Statements:
        """Points, rewards, invitations."""
        return self._statements("bonus")

    @property
    def promos(self) -> Statements:
        """Promotions taken part in."""
        return self._statements("promos")

    @property
    def identities(self) -> Statements:
        """Social accounts, sign-ins at providers, the demo's own provider."""
        return self._statements("identities")

    @property
    def common(self) -> Statements:
        """Catalogue, events, messages, idempotency records."""
        return self._statements("common")


class Soon(_Areas):
    """The statements, each of which gives an `Answer`."""

    def __init__(self, connection: Any, driver: str) -> None:
        super().__init__(connection if driver == "sqlite" else connection.soon, driver)

    def _of(self, area: str) -> Statements:
        kind = _AtOnce if self._driver == "sqlite" else Statements
        return kind(area, self._driver, self._connection)


class Transaction(_Areas):
    """What a service works with.

    Attributes:
        now: The operator's time, one moment for the whole transaction, whole milliseconds.
        random: Random numbers; a CSPRNG outside tests.
        key: Idempotency key of the command, empty for a query.
        changes: What others are told of after the commit: account and kind, each once.
        messages: SMS to the account's own phone, written so far: account and text.
        rehearsal: True while a command is only tried out, see `undone`.
        mails: Whether documents can be sent by e-mail here.
        gateway: Who SMS come from where an outside gateway sends them: a number or a name; empty
            where the demo's own network carries them.
        personal: Whether the store is a person's own file, and nobody else comes to it.
        providers: Who vouches for people here. A service never calls them: they may talk over a
            network.
        told: What was answered outside before this transaction began, see `Dispatcher`.
        kept_error: An error to raise after committing, see `keep`.
        ahead: What was asked for when the transaction began, if anything was, see `Store.look`.
        imported: Of accounts in hand, whether they are imported ones: they stay so.
        memory: What this process remembers of the store from one transaction to the next: only
            what was read of committed rows that never change.
        soon: The same statements, for answers that are needed later:
            `row = tx.soon.ledger.hold(…)`. Each gives an `Answer`; call it for the row. What was
            asked for so goes to a database in one trip, in its order, with the next statement
            that is waited for.
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
        super().__init__(connection, driver)
        self.now = now
        self.random = random
        self.key = key
        self.changes: list[tuple[str, EventKind]] = []
        self.messages: list[tuple[str, str]] = []
        self.rehearsal = False
        self.mails = False
        self.gateway = ""
        self.personal = False
        self.providers: Sequence[IdentityProvider] = ()
        self.told: Any = None
        self.kept_error: CabinetError | None = None
        self.ahead: Any = None
        self.imported: dict[str, bool] = {}
        self.memory: dict[str, Any] = {} if memory is None else memory
        self.soon = Soon(connection, driver)

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
        known = len(self.changes), len(self.messages)
        self._connection.execute("SAVEPOINT undone")
        self.rehearsal = True
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK TO SAVEPOINT undone")
            self.rehearsal = False
            del self.changes[known[0] :]
            del self.messages[known[1] :]

    def emit(self, account_id: str, kind: EventKind) -> None:
        """Let it be known that something of an account changed."""
        if (account_id, kind) not in self.changes:
            self.changes.append((account_id, kind))

    def number(self) -> Callable[[], list[Event]]:
        """Write the events, numbered in commit order: the store does so right before the commit.

        Returns:
            Gives the events once the transaction is committed.
        """
        kinds: dict[str, list[EventKind]] = {}
        for account_id, kind in sorted(self.changes, key=_account_of):  # Everybody locks so.
            kinds.setdefault(account_id, []).append(kind)
        last = {}
        for account_id, news in kinds.items():
            last[account_id] = self.soon.common.next_events(account_id=account_id, count=len(news))
            for place, kind in enumerate(news, 1):
                self.common.add_event(
                    account_id=account_id, before_last=len(news) - place, at=self.now_ms, kind=kind
                )

        def events() -> list[Event]:
            return [
                Event(account=account_id, seq=seq, kind=kind, at=self.now)
                for account_id, news in kinds.items()
                for seq, kind in enumerate(news, last[account_id]() - len(news) + 1)
            ]

        return events

    def message(self, account_id: str, peer: str, text: str, *, outgoing: bool = False) -> None:
        """Put an SMS of the account's phone on its way, with the effect that causes it."""
        self.common.count_message(account_id=account_id)
        self.common.add_message(
            account_id=account_id,
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


def _account_of(change: tuple[str, EventKind]) -> str:
    return change[0]


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
