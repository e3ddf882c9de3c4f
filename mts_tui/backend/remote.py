"""The contract, answered over HTTP.

Nothing here is loaded before the first frame. One shared client; every command carries the same
idempotency key on every try, and waits on disk until it is answered.
"""

import asyncio
import contextlib
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import NoneType
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
    NotSignedIn,
    Offline,
    OldClient,
    ProxyPassword,
    ProxyRefused,
    TooManyRequests,
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
_NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
LETTER_LIVES = timedelta(hours=23)
"""A server remembers a key for 24 hours: what is older might happen a second time."""
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
        self.features: frozenset[str] = frozenset()
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
        self._under_way: set[str] = set()

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
        meta = await self._tried(_Call("GET", f"{wire.BASE}/meta", Meta))
        if _version(meta.oldest_client) > _version(__version__):
            raise OldClient(oldest=meta.oldest_client, own=__version__)
        self.features = frozenset(meta.features)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._delivery is not None:
            self._delivery.cancel()
            await asyncio.wait([self._delivery])
        if self._client is not None:
            await self._client.aclose()

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
        """See `contract.Channel.call`.

        Where there is no connection, a query answers what was last seen (`offline_since` says
        since when), and a command without a secret waits in the outbox.
        """
        arguments = wire.checked(endpoint, arguments)
        call = _Call(
            method=endpoint.method,
            path=wire.path_of(endpoint, arguments),
            result=endpoint.result,
            query=wire.query_of(endpoint, arguments),
            body=wire.body_of(endpoint, arguments),
        )
        if not endpoint.changes:
            return await self._read(call)
        call.key = key or new_key()
        if not (keeps(endpoint) and self._owner):
            answer = await self._tried(call)
            if isinstance(answer, SignedIn):
                self._owner = answer.session.account
            return answer
        letter = Letter(
            key=call.key,
            owner=self._owner,
            operation=endpoint.id,
            method=call.method,
            path=call.path,
            body=(call.body or b"").decode(),
            at=datetime.now(UTC),
        )
        self._outbox.put(letter)
        self._under_way.add(letter.key)
        try:
            answer = await self._tried(call)
        except CabinetError as error:
            if call.settled or not (call.in_doubt or isinstance(error, Offline)):
                self._outbox.drop(letter.key)
                raise
            self._lost()
            raise NotSentYet(server=self._server) from None
        finally:
            self._under_way.discard(letter.key)
        self._outbox.drop(letter.key)
        return answer

    async def _read(self, call: "_Call") -> Any:
        seen = (call.path, str(sorted(call.query.items())))
        try:
            answer = await self._tried(call)
        except Offline:
            if seen in self._seen:
                return self._seen[seen]
            raise
        self._seen[seen] = answer
        return answer

    def _deliver_soon(self) -> None:
        """Send what waits, beside everything else."""
        if self._owner and (self._delivery is None or self._delivery.done()):
            self._delivery = asyncio.ensure_future(self.deliver())

    async def deliver(self) -> None:
        """Send what this account's sessions could not; each letter once, with its own key.

        What comes of it is seen like any other change: by events.
        """
        for letter in self._outbox.letters(self._owner):
            if letter.key in self._under_way:
                continue
            if letter.at + LETTER_LIVES < datetime.now(UTC):
                self._outbox.drop(letter.key)
                continue
            body = letter.body.encode() or None
            call = _Call(letter.method, letter.path, Any, body=body, key=letter.key)
            try:
                await self._tried(call)
            except Unavailable:
                return  # Not answered: it stays, and so does what comes after it.
            except CabinetError:
                if not call.settled:
                    continue
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
            except NotSignedIn:
                # The session is over; the screen finds out when it asks.
                if token == self._token:
                    self._signed.clear()
                    continue
            except (httpx.RequestError, httpx_sse.SSEError, CabinetError):
                self._lost()
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
                    yield _event(piece.data)
                elif piece.event == "reset":
                    yield _connection()

    # ------------------------------------------------------------------ one request

    async def _tried(self, call: "_Call") -> Any:
        """Send a request until it is answered, a few times, with the same key.

        Raises:
            Offline: No try reached the server.
            CabinetError: The server's answer.
        """
        pause = FIRST_PAUSE
        for number in range(1, TRIES + 1):
            wait: float | None = None
            try:
                response = await self._sent(call)
            except httpx.RequestError as error:
                call.in_doubt |= not isinstance(error, _NEVER_ARRIVED)
                self._refuse(error)
            else:
                wait = _retry_after(response)
                answer = _answered(call, response)
                if not isinstance(answer, _Foreign):
                    if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                        self._found()
                    if not isinstance(answer, CabinetError):
                        return answer
                    if not _again(response, wait):
                        call.settled = _settles(response, answer)
                        raise answer
                    if number == TRIES:
                        raise answer
                call.in_doubt = True
            if number < TRIES:
                await self._pause(wait or pause * random.uniform(0.5, 1.0))  # noqa: S311
                pause = min(2 * pause, LONGEST_PAUSE)
        self._lost()
        raise Offline(server=self._server)

    async def _sent(self, call: "_Call") -> httpx.Response:
        assert self._client is not None
        headers = self._headers()
        if call.key is not None:
            headers[wire.KEY_HEADER] = call.key
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return await self._client.request(
            call.method, call.path, params=call.query or None, content=call.body, headers=headers
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

    def _refuse(self, error: httpx.RequestError) -> None:
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


def _event(text: str) -> Event:
    """An event; of a kind that this version does not know, it says to ask for everything anew."""
    try:
        return msgspec.json.decode(text, type=Event)
    except (msgspec.DecodeError, UnicodeError):
        return _connection()


class _Foreign:
    """An answer that is not the cabinet's: of a hotel's login page, a balancer, a broken proxy."""


class _Call:
    """One request, however often it is sent.

    Attributes:
        in_doubt: Whether an unanswered try may have reached the server.
        settled: Whether the error that was raised tells what has come of all tries.
    """

    def __init__(
        self,
        method: str,
        path: str,
        result: Any,
        *,
        query: dict[str, str] | None = None,
        body: bytes | None = None,
        key: str | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.result = result
        self.query = query or {}
        self.body = body
        self.key = key
        self.in_doubt = False
        self.settled = False


def _answered(call: _Call, response: httpx.Response) -> Any:
    """What a response says: the answer, the error, or nothing of ours."""
    if response.is_success:
        if not response.content and call.result in {NoneType, Any}:
            return None
        try:
            return msgspec.json.decode(response.content, type=call.result)
        except (msgspec.DecodeError, UnicodeError):
            return _Foreign()
    error = wire.error_of(response.content)
    wait = _retry_after(response)
    if wait is None or response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
        return error or _Foreign()
    if error is None or (type(error) is Unavailable and "seconds" not in error.details):
        return Unavailable(seconds=int(wait))
    return error


def _again(response: httpx.Response, wait: float | None) -> bool:
    """Whether the same request may be answered better soon."""
    if wait is not None and wait > LONGEST_PAUSE:
        return False  # Planned works: the person is told until when.
    return response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or (
        response.status_code == httpx.codes.CONFLICT and b"IN_PROGRESS" in response.content
    )


def _settles(response: httpx.Response, error: CabinetError) -> bool:
    """Whether an error is the end of a command: whoever was let in and refused is done."""
    return response.status_code < httpx.codes.INTERNAL_SERVER_ERROR and not isinstance(
        error, NotSignedIn | TooManyRequests
    )


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
