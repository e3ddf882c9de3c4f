"""What every store offers, whichever engine keeps it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Protocol, TypeVar

import msgspec

from mts_tui.backend.contract.events import Event

from .transaction import Soon, Transaction

T = TypeVar("T")
Ahead = Callable[[Soon], Any]
"""Asks for what a transaction needs first: it waits for nobody and changes nothing."""


class Health(msgspec.Struct, frozen=True):
    """What an operator of the server wants to know.

    Attributes:
        ready: Whether work can be done.
        details: What was found, by name; nothing secret.
    """

    ready: bool
    details: dict[str, str]


class Store(Protocol):
    """A store of one operator; safe to use from many threads.

    Attributes:
        clock: Tells the time.
        random: Random numbers for codes, tokens and ids.
        on_commit: Told of the events that this process has committed.
    """

    clock: Callable[[], datetime]
    random: Random
    on_commit: list[Callable[[list[Event]], None]]

    def open(self) -> None:
        """Make it ready: reachable, writable, of the current schema.

        Raises:
            Unavailable: One of its kinds, with a sentence. Nothing is changed.
        """

    def migrate(self, target: int) -> None:
        """Bring the schema to a version, up or down, each step in a transaction of its own."""

    def close(self) -> None:
        """Close every connection. Threads must be done with theirs."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A consistent view; nothing can be changed in it."""

    def write(self, key: str = "") -> AbstractContextManager[Transaction]:
        """A change: committed when the block ends, rolled back when it raises.

        An error marked with `Transaction.keep` commits and is raised all the same.
        """

    def look(self, work: Callable[[Transaction], T], ahead: Ahead | None = None) -> T:
        """Run a function that only reads; `Transaction.ahead` is what `ahead` has asked for."""

    def change(
        self, work: Callable[[Transaction], T], key: str = "", ahead: Ahead | None = None
    ) -> T:
        """Run a function that changes something, all of it or nothing.

        It is run anew, in a new transaction, where it collided with another: it must have no
        effect but through the transaction.
        """

    def changed_elsewhere(self) -> bool:
        """Whether another may have committed since this thread last asked. Cheap."""

    def listen(self, every: float) -> Iterator[frozenset[str] | None]:
        """Wake-ups for whoever waits for events; what happened is read from the store.

        Yields:
            Accounts that somebody changed elsewhere, or None where anything may have changed.
            Empty after `every` seconds without news, so that the listener can stop.
        """

    def health(self) -> Health:
        """How the store is: the version of its schema, what durability rests on.

        Raises:
            Unavailable: It does not answer.
        """

    def sound(self) -> list[str]:
        """What a full check finds wrong; empty for a sound store. Slow."""


def system_clock() -> datetime:
    """This machine's time, UTC."""
    return datetime.now(UTC)


def operator_time(clock: Callable[[], datetime], ahead: str | None) -> datetime:
    """The operator's time in whole milliseconds; `ahead` are seconds by which it was moved."""
    now = clock()
    return now + timedelta(seconds=int(ahead or 0), microseconds=-(now.microsecond % 1000))
