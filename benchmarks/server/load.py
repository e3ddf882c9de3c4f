"""Load on a server over HTTP/1.1, cheap enough to leave the machine to what is measured.

A closed load has so many clients that each send when the answer before is here. An open load sends
at its own pace, whatever comes back; an answer's time is counted from the moment at which its
request was due, so that a server that stalls cannot hide it (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HOST = "127.0.0.1"
END = b"\r\n\r\n"
LENGTH = b"content-length:"
WAIT = b"retry-after:"
PATIENCE = 10.0
"""Seconds that answers may take after the last request."""

Request = bytes
Next = "Callable[[], Request]"


class Answer(NamedTuple):
    """One answered request.

    Args:
        due: When it was to be sent, seconds of the loop's clock.
        took: Seconds from then to the whole answer.
        status: Of HTTP; 0 where the connection broke.
        waits: Whether it has `Retry-After`.
    """

    due: float
    took: float
    status: int
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What a load came to.

    Args:
        answers: Every answer.
        begun: When it began, seconds of the loop's clock.
        seconds: How long requests were sent.
    """

    answers: list[Answer]
    begun: float
    seconds: float

    def good(self) -> list[Answer]:
        """Those that did what was asked."""
        return [one for one in self.answers if 200 <= one.status < 300]

    def rate(self) -> float:
        """Good answers a second, while requests were sent."""
        end = self.begun + self.seconds
        return sum(one.due + one.took <= end for one in self.good()) / self.seconds

    def statuses(self) -> dict[int, int]:
        """How many answers there are of each status."""
        found: dict[int, int] = {}
        for one in self.answers:
            found[one.status] = found.get(one.status, 0) + 1
        return dict(sorted(found.items()))


def percentile(values: Iterable[float], part: float) -> float:
    """The value below which `part` of all lie; 0.99 for the 99th percentile."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def milliseconds(answers: Iterable[Answer], part: float = 0.5) -> float:
    """A percentile of the times of answers, ms; the median unless told otherwise."""
    return percentile((one.took for one in answers), part) * 1000


def spread(values: list[float], digits: int = 2) -> str:
    """The median and the range: `0.61 (0.55–0.64)`."""
    if not values:
        return "–"
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


def request(method: str, path: str, body: bytes = b"", **headers: str) -> Request:
    """A request as it goes over the line; `_` in a header's name stands for `-`."""
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    if body:
        told |= {"content-type": "application/json", "content-length": str(len(body))}
    lines = "".join(f"{name}: {text}\r\n" for name, text in told.items())
    return f"{method} {path} HTTP/1.1\r\nhost: {HOST}\r\n{lines}\r\n".encode() + body


class Connection(asyncio.Protocol):
    """A connection that is kept; requests are answered in their order.

    Args:
        answered: Told of each answer.
    """

    def __init__(self, answered: Callable[[Connection, Answer], None]) -> None:
        self.body = b""
        self.open = False
        self._answered = answered
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._due: deque[float] = deque()
        self._read = b""

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._due)

    def send(self, data: Request, due: float) -> None:
        """Send a request that was due at a moment of the loop's clock."""
        if not self.open or self._transport is None:
            self._answered(self, Answer(due, 0.0, 0))
            return
        self._due.append(due)
        self._transport.write(data)

    def close(self) -> None:
        """Hang up."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self.open = True

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (ends := self._read.find(END)) >= 0:
            head = self._read[:ends].lower()
            place = head.find(LENGTH)
            length = int(head[place + len(LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            whole = ends + len(END) + length
            if len(self._read) < whole:
                return
            self.body = self._read[ends + len(END) : whole]
            self._read = self._read[whole:]
            due = self._due.popleft()
            took = self._loop.time() - due
            self._answered(self, Answer(due, took, int(head[9:12]), WAIT in head))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self.open = False
        while self._due:
            due = self._due.popleft()
            self._answered(self, Answer(due, self._loop.time() - due, 0))


async def connect(port: int, answered: Callable[[Connection, Answer], None]) -> Connection:
    """A new connection to a server of this machine."""
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(lambda: Connection(answered), HOST, port)
    return made


async def closed(port: int, following: Next, clients: int, seconds: float) -> Load:
    """Load by clients that wait for their answers.

    Args:
        port: The server's.
        following: Makes the next request.
        clients: How many there are.
        seconds: How long they go on.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    end = begun + seconds
    answers: list[Answer] = []
    done = asyncio.Event()
    left = clients

    def answered(connection: Connection, answer: Answer) -> None:
        nonlocal left
        answers.append(answer)
        now = loop.time()
        if now < end and connection.open:
            connection.send(following(), now)
            return
        left -= 1
        if not left:
            done.set()

    connections = [await connect(port, answered) for _ in range(clients)]
    begun = loop.time()
    end = begun + seconds
    for one in connections:
        one.send(following(), loop.time())
    async with asyncio.timeout(seconds + PATIENCE):
        await done.wait()
    for one in connections:
        one.close()
    return Load(answers, begun, seconds)


async def opened(
    port: int, following: Next, rate: float, seconds: float, *, most: int = 512
) -> Load:
    """Load at a steady pace, as by many people who know nothing of each other.

    Args:
        port: The server's.
        following: Makes the next request.
        rate: Requests a second.
        seconds: How long they come.
        most: Connections at most. Where all are busy, a request waits, and its time runs.
    """
    crowd = _Crowd(port, following, most)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    count = int(rate * seconds)
    for number in range(count):
        due = begun + number / rate
        if (ahead := due - loop.time()) > 0:
            await asyncio.sleep(ahead)
        await crowd.send(due)
    await crowd.wait(count)
    return Load(crowd.answers[:count], begun, seconds)


class _Crowd:
    """Connections of people who do not wait for each other."""

    def __init__(self, port: int, following: Next, most: int) -> None:
        self.answers: list[Answer] = []
        self._port = port
        self._following = following
        self._most = most
        self._made: list[Connection] = []
        self._free: deque[Connection] = deque()
        self._waiting: deque[float] = deque()
        self._count = 0
        self._all = asyncio.Event()

    async def send(self, due: float) -> None:
        """Send a request, over a connection that is free, or when one is."""
        while self._free:
            connection = self._free.pop()
            if connection.open:
                connection.send(self._following(), due)
                return
        if len(self._made) < self._most:
            self._made.append(await connect(self._port, self._answered))
            self._made[-1].send(self._following(), due)
        else:
            self._waiting.append(due)

    async def wait(self, count: int) -> None:
        """Wait until so many answers are here, but not for ever; then hang up."""
        self._count = count
        if len(self.answers) < count:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._all.wait()
        for one in self._made:
            one.close()

    def _answered(self, connection: Connection, answer: Answer) -> None:
        self.answers.append(answer)
        if len(self.answers) == self._count:
            self._all.set()
        if not connection.open:
            return
        if self._waiting:
            connection.send(self._following(), self._waiting.popleft())
        else:
            self._free.append(connection)
