"""Live events for many connections: what was committed, to whom it belongs, none lost or repeated.

The store's per-account sequences are the truth. A connection remembers how far it has told each
account; whatever wakes it (a commit of this process, a notice from the database, or the poll), it
reads on from there.
"""

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from .contract.errors import CabinetError
from .contract.events import Event
from .services.access import authenticate
from .store import Store, Transaction
from .store.transaction import from_ms

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.02
"""Others' commits within this time are noticed at once: to be woken for each costs more."""
AT_ONCE = 200
TAG_DIGITS = 12
LONGEST_SEQ = 18
"""Digits of a number that an account's events can reach."""


class Piece(NamedTuple):
    """One event as it goes over the line."""

    event: str
    id: str
    data: str


class Places(NamedTuple):
    """How far a connection has told each of its accounts."""

    told: dict[str, int]

    def id(self) -> str:
        """The `Last-Event-ID` that stands for these places: whose they are, and how far."""
        return ".".join((self.tag(), *map(str, self.told.values())))

    def tag(self) -> str:
        """Stands for the accounts: numbers of one set of them say nothing of another."""
        return hashlib.sha256("\n".join(self.told).encode()).hexdigest()[:TAG_DIGITS]


class Follower:
    """A connection that waits.

    Args:
        loop: Where it waits.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.accounts: frozenset[str] = frozenset()
        self.news = asyncio.Event()
        self._loop = loop

    def wake(self) -> None:
        """Let it look what is new; from any thread."""
        with contextlib.suppress(RuntimeError):  # The loop is closed.
            self._loop.call_soon_threadsafe(self.news.set)


class Hub:
    """Wakes connections when something was committed, here or elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._followers: set[Follower] = set()
        self._lock = threading.RLock()  # A signal may come while its own thread holds it.

    def begin(self) -> None:
        """Start to listen."""
        self._store.on_commit.append(self._committed)
        self._thread = threading.Thread(target=self._listen, name="hub", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Let connections that follow end. Does not wait."""
        self._stop.set()
        self._wake(None)

    def end(self) -> None:
        """Stop; connections that follow end."""
        self.release()
        if self._thread is not None:
            self._thread.join()

    def now(self) -> datetime:
        """The operator's time."""
        with self._store.read() as tx:
            return tx.now

    def places(self, token: str | None) -> Places:
        """Where the accounts of a session's cabinet are now, in a fixed order.

        Raises:
            NotSignedIn: There is no such session.
        """
        with self._store.read() as tx:
            return _places(tx, token)

    async def follow(
        self, token: str | None, places: Places, last: str, heartbeat: float
    ) -> AsyncIterator[Piece | None]:
        """Events from `last` on (or from now on); None for each heartbeat.

        A `last` that does not fit what is kept gives one `reset`: ask for everything anew. Ends
        with the session, and where the store does not answer: the client finds out which.
        """
        loop = asyncio.get_running_loop()
        follower = Follower(loop)
        follower.accounts = frozenset(places.told)
        with self._lock:
            self._followers.add(follower)
        try:
            told, fits = await loop.run_in_executor(None, self._resume, places, last)
            yield Piece("", Places(told).id(), "") if fits else Piece("reset", places.id(), "{}")
            beat_at = loop.time() + heartbeat
            while not self._stop.is_set():
                follower.news.clear()
                news = await loop.run_in_executor(None, self._news, token, told)
                follower.accounts = frozenset(told)
                for event in news:
                    told[event.account] = event.seq
                    text = msgspec.json.encode(event).decode()
                    yield Piece("event", Places(told).id(), text)
                    beat_at = loop.time() + heartbeat
                if len(news) >= AT_ONCE or self._stop.is_set():
                    continue
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(follower.news.wait(), beat_at - loop.time())
                if loop.time() >= beat_at:
                    yield None
                    beat_at = loop.time() + heartbeat
        except CabinetError:
            return
        finally:
            with self._lock:
                self._followers.discard(follower)

    def _resume(self, places: Places, last: str) -> tuple[dict[str, int], bool]:
        told = dict(places.told)
        if not last:
            return told, True
        tag, *seqs = last.split(".")
        if tag != places.tag() or len(seqs) != len(told) or not all(map(_is_seq, seqs)):
            return told, False
        wanted = dict(zip(told, map(int, seqs), strict=True))
        with self._store.read() as tx:
            for account, seq in wanted.items():
                place = told[account]
                kept = tx.common.count_events(account_id=account, after=seq, until=place)
                if kept != place - seq:  # Some are forgotten, or it was never there.
                    return told, False
        return wanted, True

    def _news(self, token: str | None, told: dict[str, int]) -> list[Event]:
        """What came since; the accounts themselves follow the cabinet, which may have changed."""
        found: list[Event] = []
        with self._store.read() as tx:
            now = _places(tx, token).told
            if now.keys() != told.keys():
                known = dict(told)
                told.clear()
                told.update({account: known.get(account, seq) for account, seq in now.items()})
            for account, seq in told.items():
                if now[account] == seq:
                    continue
                rows = tx.common.events_after(account_id=account, seq=seq, count=AT_ONCE)
                found += [
                    Event(account, row["seq"], row["kind"], from_ms(row["at"])) for row in rows
                ]
        return found

    def _committed(self, events: list[Event]) -> None:
        self._wake(frozenset(event.account for event in events))

    def _wake(self, accounts: frozenset[str] | None) -> None:
        """Wake whoever follows one of these accounts; None for everybody."""
        with self._lock:
            for follower in self._followers:
                if accounts is None or accounts & follower.accounts:
                    follower.wake()

    def _listen(self) -> None:
        """Notice what other processes commit."""
        for news in self._store.listen(POLL_SECONDS):
            if self._stop.is_set():
                return
            if news is None or news:
                self._wake(news)
                self._stop.wait(GATHER_SECONDS)


def _places(tx: Transaction, token: str | None) -> Places:
    caller = authenticate(tx, token)
    rows = tx.accounts.linked(subscriber_id=caller.subscriber_id)
    return Places({row["id"]: row["event_seq"] for row in sorted(rows, key=_by_id)})


def _is_seq(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_SEQ


def _by_id(row: dict[str, str]) -> str:
    return row["id"]
