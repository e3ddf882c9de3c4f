"""Who may come in: so many requests of one caller, and no more work than can be done in time.

Both are of this process and protect it: they cost microseconds, ask no store and are forgotten with
the process. Limits that protect people (tries, codes) are rules: they stand in the services, and
what is counted for them in the store.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from .contract.errors import CabinetError, TooManyRequests, Unavailable


class Rate(NamedTuple):
    """How much one caller may ask for.

    Attributes:
        burst: Requests at once, after a while of silence.
        a_second: Requests a second that may go on for ever.
    """

    burst: int
    a_second: float


SESSION = Rate(burst=300, a_second=50)
"""One session: a person who holds down the key that loads pages asks for less."""
ADDRESS = Rate(burst=600, a_second=100)
"""All who come from one address and were not let in yet: many people may share it."""
REMEMBERED = 50_000
"""Callers at most before those are forgotten who have asked for nothing lately."""
AT_ONCE = 8
"""Pieces of work that are done at the same time, each in a thread. For eight clients twice as many
threads do a tenth less: each wakes another one. For sixteen they do a tenth more."""
WAITS_AT_MOST = 0.2
"""Seconds that work may wait for a thread. Where it waits longer, more cannot be done in time:
whoever comes is sent away at once, which costs little, and those inside are answered soon."""
WAITING_AT_MOST = 240
"""Pieces of work that wait, however fast they go."""
COME_BACK_SECONDS = 1
"""Told with a 503 that does not know better."""

Clock = Callable[[], float]


class Refusal(NamedTuple):
    """Why a request is sent away.

    Attributes:
        error: What the caller is told.
        policy: The limit that is reached, as `RateLimit-Policy` tells it; empty where it is ours.
    """

    error: CabinetError
    policy: str = ""


class Meter:
    """Counts the requests of callers against one rate.

    Args:
        name: What callers know the limit by.
        rate: What each may ask for.
        clock: Seconds, never set back.
    """

    def __init__(self, name: str, rate: Rate, clock: Clock) -> None:
        burst, a_second = rate
        self.policy = f'"{name}";q={burst};w={math.ceil(burst / a_second)}'
        self._every = 1 / a_second
        self._ahead = burst / a_second
        self._clock = clock
        # When all that a caller has asked for is paid off (GCRA): a bucket in one number.
        self._paid_at: dict[int | str, float] = {}

    def take(self, caller: int | str) -> int:
        """Count a request; 0, or the seconds after which it may come again."""
        now = self._clock()
        paid_at = max(self._paid_at.get(caller, 0.0), now) + self._every
        wait = round(paid_at - now - self._ahead, 6)
        if wait > 0:
            return math.ceil(wait)
        if caller not in self._paid_at and len(self._paid_at) >= REMEMBERED:
            self._paid_at = {one: at for one, at in self._paid_at.items() if at > now}
        self._paid_at[caller] = paid_at
        return 0

    def knows(self, caller: int | str) -> bool:
        """Whether a caller has been counted and is not forgotten."""
        return caller in self._paid_at


class Gate:
    """Decides about each request before anything is done for it.

    A session that was let in once has a rate of its own. Everybody else, and whoever makes tokens
    up, shares the rate of the address.

    Args:
        session: The rate of a session.
        address: The rate of an address.
        clock: Seconds, never set back.
    """

    def __init__(
        self, session: Rate = SESSION, address: Rate = ADDRESS, clock: Clock = time.monotonic
    ) -> None:
        self._sessions = Meter("session", session, clock)
        self._addresses = Meter("address", address, clock)
        self._clock = clock
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting: dict[object, float] = {}

    def refusal(self, token: str | None, address: str) -> Refusal | None:
        """Count a request; why it is sent away, or None where it may come in."""
        session = hash(token)  # Of a secret no more is kept; it differs in every process.
        known = token is not None and self._sessions.knows(session)
        meter = self._sessions if known else self._addresses
        seconds = meter.take(session if known else address)
        if seconds:
            return Refusal(TooManyRequests(seconds=seconds), meter.policy)
        if self._full():
            return Refusal(Unavailable(seconds=COME_BACK_SECONDS))
        return None

    def let_in(self, token: str) -> None:
        """The session is a good one: from now on it is counted by itself."""
        if not self._sessions.knows(hash(token)):
            self._sessions.take(hash(token))

    @asynccontextmanager
    async def work(self) -> AsyncIterator[None]:
        """Wait for a thread, and have it while the block runs.

        Raises:
            Unavailable: Too much waits already, or for too long.
        """
        if self._full():
            raise Unavailable(seconds=COME_BACK_SECONDS)
        place = object()
        self._waiting[place] = self._clock()
        try:
            await self._free.acquire()
        finally:
            del self._waiting[place]
        try:
            yield
        finally:
            self._free.release()

    def _full(self) -> bool:
        longest = next(iter(self._waiting.values()), None)
        return longest is not None and (
            self._clock() - longest > WAITS_AT_MOST or len(self._waiting) >= WAITING_AT_MOST
        )
