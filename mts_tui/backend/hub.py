"""Live events for many connections: what was committed, to whom it belongs, none lost or repeated.

The store's per-account sequences are the truth. A connection remembers how far it has told each
account; whatever wakes it (a commit of this process, a notice from the database, or the poll), it
reads on from there.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from .contract.events import Event
from .services.access import authenticate
from .store import Store
from .store.transaction import from_ms

POLL_SECONDS = 1.0
AT_ONCE = 200


class Piece(NamedTuple):
    """One event as it goes over the line."""

    event: str
    id: str
    data: str


class Places(NamedTuple):
    """How far a connection has told each of its accounts."""

    told: dict[str, int]

    def id(self) -> str:
        """The `Last-Event-ID` that stands for these places."""
        return ".".join(str(seq) for seq in self.told.values())


class Hub:
    """Wakes connections when something was committed, here or elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start to listen."""
        self._store.on_commit.append(self._committed)
        self._thread = threading.Thread(target=self._listen, name="hub", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop; connections that follow end."""
        self._stop.set()
        self._wake()
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
            caller = authenticate(tx, token)
            rows = tx.accounts.linked(subscriber_id=caller.subscriber_id)
            return Places({row["id"]: row["event_seq"] for row in sorted(rows, key=_by_id)})

    async def follow(
        self, token: str | None, places: Places, last: str, heartbeat: float
    ) -> AsyncIterator[Piece | None]:
        """Events from `last` on (or from now on); None for each heartbeat.

        A `last` that does not fit what is kept gives one `reset`: ask for everything anew.
        """
        wake = asyncio.Event()
        loop = asyncio.get_running_loop()
        with self._lock:
            self._waiting[wake] = loop
        try:
            told, fits = await loop.run_in_executor(None, self._resume, places, last)
            if not fits:
                yield Piece("reset", Places(told).id(), "{}")
            while not self._stop.is_set():
                wake.clear()
                try:
                    news = await loop.run_in_executor(None, self._news, token, told)
                except LookupError:
                    return  # The session ended: the client finds out why when it asks.
                for event in news:
                    told[event.account] = event.seq
                    text = msgspec.json.encode(event).decode()
                    yield Piece("event", Places(told).id(), text)
                if len(news) < AT_ONCE:
                    try:
                        await asyncio.wait_for(wake.wait(), heartbeat)
                    except TimeoutError:
                        yield None
        finally:
            with self._lock:
                self._waiting.pop(wake, None)

    def _resume(self, places: Places, last: str) -> tuple[dict[str, int], bool]:
        told = dict(places.told)
        if not last:
            return told, True
        parts = last.split(".")
        if len(parts) != len(told) or not all(part.isascii() and part.isdigit() for part in parts):
            return told, False
        wanted = dict(zip(told, map(int, parts), strict=True))
        with self._store.read() as tx:
            for account, seq in wanted.items():
                first = tx.common.first_event(account_id=account)
                kept = told[account] if first is None else first - 1
                if seq > told[account] or seq < kept:
                    return told, False
        return wanted, True

    def _news(self, token: str | None, told: dict[str, int]) -> list[Event]:
        found: list[Event] = []
        with self._store.read() as tx:
            try:
                authenticate(tx, token)
            except Exception as error:
                raise LookupError from error
            for account, seq in told.items():
                rows = tx.common.events_after(account_id=account, seq=seq, count=AT_ONCE)
                found += [
                    Event(account, row["seq"], row["kind"], from_ms(row["at"])) for row in rows
                ]
        return found

    def _committed(self, _events: list[Event]) -> None:
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            for wake, loop in self._waiting.items():
                with contextlib.suppress(RuntimeError):  # Its loop is closed.
                    loop.call_soon_threadsafe(wake.set)

    def _listen(self) -> None:
        """Notice what other processes commit."""
        for news in self._store.listen(POLL_SECONDS):
            if self._stop.is_set():
                return
            if news is None or news:
                self._wake()


def _by_id(row: dict[str, str]) -> str:
    return row["id"]
