"""The contract, answered over HTTP.

Nothing here is loaded before the first frame. One shared client; every command carries the same
idempotency key on every try, and waits on disk until it is answered.
"""

import asyncio
import contextlib
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx_sse
import msgspec

from mts_tui import __version__

from . import wire
from .contract.access import SignedIn
from .contract.endpoint import Endpoint
from .contract.errors import (
    CabinetError,
    NotSentYet,
    Offline,
    OldClient,
    ProxyPassword,
    ProxyRefused,
    Unavailable,
    UnsafeServer,
    UntrustedServer,
)
from .contract.events import NOBODY, Event
from .contract.meta import Meta
from .outbox import Letter, Outbox, keeps
from .store.transaction import new_key

TRIES = 5
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
STREAM_TIMEOUT = httpx.Timeout(10.0, connect=5.0, read=45.0)
"""The stream's heartbeat comes every 15 seconds: three missed mean that it is gone."""
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

Pause = Callable[[float], Awaitable[None]]


class Remote:
    """A backend on a server.

    Args:
        server: The server's address, `https://…`; `http://` only to this machine.
        outbox: Folder for commands that wait for their answer.
        proxy: A proxy's address with name and password, or None for the system's own setting.
        pause: Waits some seconds; tests wait in no time.
    """

    def __init__(
        self,
        server: str,
        outbox: Path,
        *,
        proxy: str | None = None,
        pause: Pause = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.online = True
        self.offline_since: datetime | None = None
        self._server = server.rstrip("/")
        self._outbox = Outbox(outbox)
        self._proxy = proxy
        self._pause = pause
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._token: str | None = None
        self._owner = ""
        self._signed = asyncio.Event()
        self._seen: dict[tuple[str, str], Any] = {}
        self._last_event = ""
        self._changed: set[asyncio.Queue[Event]] = set()
        self._delivery: asyncio.Future[None] | None = None

    @property
    def token(self) -> str | None:
        """The session's token."""
        return self._token

    @token.setter
    def token(self, token: str | None) -> None:
        self._token = token
        self._last_event = ""
        if token is None:
            self._owner = ""
            self._seen.clear()
            self._signed.clear()
        else:
            self._signed.set()
            self._deliver_soon()

    async def open(self) -> None:
        """Find the server, and whether it speaks with this version of the program.

        Raises:
            Unavailable: One of its kinds, with a sentence.
        """
        address = urlsplit(self._server)
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise UnsafeServer(server=self._server)
        loop = asyncio.get_running_loop()
        self._client = await loop.run_in_executor(None, self._make_client)
        response = await self._tried("GET", f"{wire.BASE}/meta", {}, None)
        meta = msgspec.json.decode(response.content, type=Meta)
        if _version(meta.oldest_client) > _version(__version__):
            raise OldClient(oldest=meta.oldest_client, own=__version__)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._delivery is not None:
            self._delivery.cancel()
        if self._client is not None:
            await self._client.aclose()

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
        """See `contract.Channel.call`.

        Where there is no connection, a query answers what was last seen (`offline_since` says
        since when), and a command without a secret waits in the outbox.
        """
        path = wire.path_of(endpoint, arguments)
        query = wire.query_of(endpoint, arguments)
        body = wire.body_of(endpoint, arguments)
        if not endpoint.changes:
            return await self._read(endpoint, path, query)
        key = key or new_key()
        kept = keeps(endpoint) and self._token is not None
        if kept:
            letter = Letter(
                key=key,
                owner=self._owner,
                operation=endpoint.id,
                method=endpoint.method,
                path=path,
                body=(body or b"").decode(),
                at=datetime.now(UTC),
            )
            self._outbox.put(letter)
        try:
            response = await self._tried(endpoint.method, path, query, body, key)
        except Offline:
            if kept:
                raise NotSentYet(server=self._server) from None
            raise
        except CabinetError as error:
            if kept and error.status < httpx.codes.INTERNAL_SERVER_ERROR:
                self._outbox.drop(key)
            raise
        if kept:
            self._outbox.drop(key)
        answer = _decoded(endpoint, response)
        if isinstance(answer, SignedIn):
            self._owner = answer.session.account
        return answer

    async def _read(self, endpoint: Endpoint, path: str, query: dict[str, str]) -> Any:
        seen = (path, str(sorted(query.items())))
        try:
            response = await self._tried("GET", path, query, None)
        except Offline:
            if seen in self._seen:
                return self._seen[seen]
            raise
        answer = _decoded(endpoint, response)
        self._seen[seen] = answer
        return answer

    def _deliver_soon(self) -> None:
        """Send what waits, beside everything else."""
        if self._token is not None and (self._delivery is None or self._delivery.done()):
            self._delivery = asyncio.ensure_future(self.deliver())

    async def deliver(self) -> None:
        """Send what this account's sessions could not; each letter once, with its own key.

        What comes of it is seen like any other change: by events.
        """
        for letter in self._outbox.letters(self._owner):
            body = letter.body.encode() or None
            try:
                await self._tried(letter.method, letter.path, {}, body, letter.key)
            except CabinetError as error:
                if error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
                    return  # Not answered yet: it stays.
            self._outbox.drop(letter.key)

    # ------------------------------------------------------------------ live

    async def events(self) -> AsyncIterator[Event]:
        """The cabinet's events, and `connection` whenever it is lost or found again."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._changed.add(queue)
        stream = asyncio.ensure_future(self._follow(queue))
        try:
            while True:
                yield await queue.get()
        finally:
            stream.cancel()
            self._changed.discard(queue)

    async def _follow(self, queue: asyncio.Queue[Event]) -> None:
        pause = FIRST_PAUSE
        while True:
            await self._signed.wait()
            token = self._token
            try:
                async for event in self._stream():
                    pause = FIRST_PAUSE
                    queue.put_nowait(event)
            except (httpx.TransportError, httpx_sse.SSEError):
                self._lost()
            except CabinetError:
                # The session is over; the screen finds out when it asks.
                if token == self._token:
                    self._signed.clear()
                    continue
            await self._pause(pause * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _stream(self) -> AsyncIterator[Event]:
        assert self._client is not None
        headers = self._headers()
        if self._last_event:
            headers["Last-Event-ID"] = self._last_event
        async with httpx_sse.aconnect_sse(
            self._client,
            "GET",
            f"{wire.BASE}/events",
            headers=headers,
            timeout=STREAM_TIMEOUT,
        ) as source:
            if source.response.status_code != httpx.codes.OK:
                await source.response.aread()
                raise wire.error_of(source.response.content) or Unavailable()
            self._found()
            async for piece in source.aiter_sse():
                self._last_event = piece.id or self._last_event
                if piece.event == "event":
                    yield msgspec.json.decode(piece.data, type=Event)
                elif piece.event == "reset":
                    yield _connection()

    # ------------------------------------------------------------------ one request

    async def _tried(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: bytes | None,
        key: str | None = None,
    ) -> httpx.Response:
        """Send a request until it is answered, a few times, with the same key.

        Raises:
            Offline: No try reached the server.
            CabinetError: The server's answer.
        """
        pause = FIRST_PAUSE
        for number in range(1, TRIES + 1):
            wait: float | None = None
            try:
                response = await self._sent(method, path, query, body, key)
            except httpx.TransportError as error:
                self._refuse(error)
            else:
                self._found()
                if response.is_success:
                    return response
                error_answer = wire.error_of(response.content) or Unavailable()
                wait = _retry_after(response)
                if number == TRIES or not _again(response, wait):
                    raise error_answer
            if number < TRIES:
                await self._pause(wait or pause * random.uniform(0.5, 1.0))  # noqa: S311
                pause = min(2 * pause, LONGEST_PAUSE)
        self._lost()
        raise Offline(server=self._server)

    async def _sent(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: bytes | None,
        key: str | None,
    ) -> httpx.Response:
        assert self._client is not None
        headers = self._headers()
        if key is not None:
            headers[wire.KEY_HEADER] = key
        if body is not None:
            headers["Content-Type"] = "application/json"
        return await self._client.request(
            method, path, params=query or None, content=body, headers=headers
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _make_client(self) -> httpx.AsyncClient:
        """The one client; making its TLS context takes a moment, hence a thread."""
        return httpx.AsyncClient(
            base_url=self._server,
            timeout=TIMEOUT,
            verify=ssl.create_default_context(),
            proxy=self._proxy,
            transport=self._transport,
            headers={"User-Agent": f"mts-tui/{__version__}", "Accept": "application/json"},
        )

    def _refuse(self, error: httpx.TransportError) -> None:
        """Raise where no further try can help."""
        if isinstance(error, httpx.ProxyError):
            proxy = urlsplit(self._proxy or "").hostname or "системы"
            kind = ProxyPassword if "407" in str(error) else ProxyRefused
            raise kind(proxy=proxy) from None
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise UntrustedServer(server=self._server) from None

    # ------------------------------------------------------------------ connection

    def _lost(self) -> None:
        if self.online:
            self.online = False
            self.offline_since = datetime.now(UTC)
            self._tell()

    def _found(self) -> None:
        if not self.online:
            self.online = True
            self.offline_since = None
            self._tell()
            self._deliver_soon()

    def _tell(self) -> None:
        for queue in self._changed:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(_connection())


def _connection() -> Event:
    return Event(account=NOBODY, seq=0, kind="connection", at=datetime.now(UTC))


def _decoded(endpoint: Endpoint, response: httpx.Response) -> Any:
    if not response.content:
        return None
    return msgspec.json.decode(response.content, type=endpoint.result)


def _again(response: httpx.Response, wait: float | None) -> bool:
    """Whether the same request may be answered better soon."""
    if wait is not None and wait > LONGEST_PAUSE:
        return False  # Planned works: the person is told until when.
    return response.status_code in {409, 502, 503, 504} and (
        response.status_code != httpx.codes.CONFLICT or b"IN_PROGRESS" in response.content
    )


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
