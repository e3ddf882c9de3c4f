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
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx_sse
import msgspec

from mts_tui import __version__, proxies

from . import wire
from .contract.access import SignedIn
from .contract.endpoint import Endpoint
from .contract.errors import (
    CabinetError,
    NotSentYet,
    NotSignedIn,
    Offline,
    OldClient,
    OutboxClosed,
    ProxyPassword,
    ProxyRefused,
    ProxySilent,
    ProxyUnfit,
    Unavailable,
    UnsafeServer,
    UntrustedServer,
)
from .contract.events import NOBODY, Event
from .contract.meta import Meta
from .exchange import (
    LONGEST_PAUSE,
    Again,
    Call,
    Foreign,
    Held,
    answered,
    better_soon,
    retry_after,
    settles,
)
from .outbox import Letter, Outbox, keeps
from .store.transaction import new_key

TRIES = 5
FIRST_PAUSE = 0.2
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
STREAM_TIMEOUT = httpx.Timeout(10.0, connect=5.0, read=45.0)
"""The stream's heartbeat comes every 15 seconds: three missed mean that it is gone."""
_ASKS_PASSWORD = httpx.codes.PROXY_AUTHENTICATION_REQUIRED
_NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
LETTER_LIVES = timedelta(hours=23)
"""A server remembers a key for 24 hours: what is older might happen a second time."""

Pause = Callable[[float], Awaitable[None]]


class Remote:
    """A backend on a server.

    Args:
        server: The server's address, `https://…`; `http://` only to this machine.
        outbox: Folder for commands that wait for their answer.
        proxy: A proxy's address without a password; empty for the system's own setting.
        pause: Waits some seconds; tests wait in no time.
    """

    def __init__(
        self,
        server: str,
        outbox: Path,
        *,
        proxy: str = "",
        pause: Pause = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.features: frozenset[str] = frozenset()
        self.online = True
        self.offline_since: datetime | None = None
        self.proxy: proxies.Proxy | None = None
        self.asks_password = False
        self._server = server.rstrip("/")
        self._outbox = Outbox(outbox)
        self._given_proxy = proxy
        self._pause = pause
        self._transport = transport
        self._context: ssl.SSLContext | None = None
        self._clients: list[httpx.AsyncClient] = []
        self._token: str | None = None
        self._owner = ""
        self._signed = asyncio.Event()
        self._seen: dict[tuple[str, str], Held] = {}
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

        It may be called again after it failed.

        Raises:
            Unavailable: One of its kinds, with a sentence.
        """
        address = urlsplit(self._server)
        if address.scheme != "https" and address.hostname not in proxies.LOOPBACK:
            raise UnsafeServer(server=self._server)
        if not self._clients:
            loop = asyncio.get_running_loop()
            self._context = await loop.run_in_executor(None, ssl.create_default_context)
            try:
                proxy = await loop.run_in_executor(
                    None, proxies.to, self._server, self._given_proxy
                )
            except ValueError as error:
                raise ProxyUnfit(reason=str(error)) from None
            self._go_by(proxy)
        meta = await self._tried(Call("GET", f"{wire.BASE}/meta", Meta))
        if _version(meta.oldest_client) > _version(__version__):
            raise OldClient(oldest=meta.oldest_client, own=__version__)
        self.features = frozenset(meta.features)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._delivery is not None:
            self._delivery.cancel()
            await asyncio.wait([self._delivery])
        for client in self._clients:
            await client.aclose()

    def use_password(self, name: str, password: str) -> None:
        """See `distant.Distant.use_password`."""
        assert self.proxy is not None
        self._go_by(msgspec.structs.replace(self.proxy, name=name, password=password))

    def _go_by(self, proxy: proxies.Proxy | None) -> None:
        """Send by a proxy, or straight, from now on; what is under way ends as it began."""
        self.proxy = proxy
        way = None
        if proxy is not None:
            auth = None if proxy.password is None else (proxy.name, proxy.password)
            way = httpx.Proxy(proxy.address, auth=auth)
        client = httpx.AsyncClient(
            base_url=self._server,
            timeout=TIMEOUT,
            verify=self._context or True,
            proxy=way,
            transport=self._transport,
            trust_env=False,  # The system's proxy is among what `proxies.to` looks at.
            headers={"User-Agent": f"mts-tui/{__version__}", "Accept": "application/json"},
        )
        self._clients.append(client)

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
        """See `contract.Channel.call`.

        Where there is no connection, a query answers what was last seen (`offline_since` says
        since when), and a command without a secret waits in the outbox.
        """
        arguments = wire.checked(endpoint, arguments)
        call = Call(
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
        try:
            self._outbox.put(letter)
        except OSError:
            raise OutboxClosed from None
        self._under_way.add(letter.key)
        try:
            answer = await self._tried(call)
        except CabinetError as error:
            if call.settled or not (call.in_doubt or isinstance(error, Offline)):
                self._outbox.drop(letter.key)
                raise
            self._outbox.mark(letter, in_doubt=call.in_doubt)
            self._lost()
            raise NotSentYet(server=self._server) from None
        finally:
            self._under_way.discard(letter.key)
        self._outbox.drop(letter.key)
        return answer

    async def _read(self, call: Call) -> Any:
        seen = (call.path, str(sorted(call.query.items())))
        held = call.held = self._seen.get(seen)
        token = self._token
        try:
            answer = await self._tried(call)
        except Offline:
            if held is None:
                raise
            return held.answer
        if token == self._token:  # Another session must not find this one's answers.
            self._seen[seen] = Held(answer, call.tag)
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
            if letter.key in self._under_way or _too_old(letter):
                continue
            body = letter.body.encode() or None
            call = Call(letter.method, letter.path, Any, body=body, key=letter.key)
            self._outbox.mark(letter, in_doubt=True)
            try:
                await self._tried(call)
            except Unavailable:
                # Not answered: it stays, and so does what comes after it.
                self._outbox.mark(letter, in_doubt=letter.in_doubt or call.in_doubt)
                return
            except CabinetError:
                if not call.settled:
                    continue
            self._outbox.drop(letter.key)

    def take_too_old(self) -> list[Letter]:
        """See `distant.Distant.take_too_old`."""
        letters = [letter for letter in self._outbox.letters(self._owner) if _too_old(letter)]
        for letter in letters:
            self._outbox.drop(letter.key)
        return letters

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
            token, client = self._token, self._clients[-1]
            try:
                async for event in self._stream(client):
                    pause = FIRST_PAUSE
                    queue.put_nowait(event)
            except NotSignedIn:
                # The session is over; the screen finds out when it asks.
                if token == self._token:
                    self._signed.clear()
                    continue
            except (httpx_sse.SSEError, CabinetError):
                if client is not self._clients[-1]:
                    continue  # The way of before says nothing of the one there is now.
                self._lost()
            await self._pause(pause * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _stream(self, client: httpx.AsyncClient) -> AsyncIterator[Event]:
        headers = self._headers()
        if self._last_event:
            headers["Last-Event-ID"] = self._last_event
        try:
            async with httpx_sse.aconnect_sse(
                client, "GET", f"{wire.BASE}/events", headers=headers, timeout=STREAM_TIMEOUT
            ) as source:
                if source.response.status_code != httpx.codes.OK:
                    await source.response.aread()
                    raise (
                        self._stopped_by_proxy(source.response.status_code, client)
                        or wire.error_of(source.response.content)
                        or Unavailable()
                    )
                self._found()
                async for piece in source.aiter_sse():
                    self._last_event = piece.id or self._last_event
                    if piece.event == "event":
                        yield _event(piece.data)
                    elif piece.event == "reset":
                        yield _connection()
        except httpx.RequestError as error:
            raise self._final(error, client) or Offline(server=self._server) from None

    # ------------------------------------------------------------------ one request

    async def _tried(self, call: Call) -> Any:
        """Send a request until it is answered, a few times, with the same key.

        Raises:
            Offline: No try reached the server.
            CabinetError: The server's answer.
        """
        pause, tries = FIRST_PAUSE, 1
        while isinstance(answer := await self._once(call, last=tries == TRIES), Again):
            if tries == TRIES:
                self._lost()
                raise answer.lost
            await self._pause(answer.wait or pause * random.uniform(0.5, 1.0))  # noqa: S311
            pause, tries = min(2 * pause, LONGEST_PAUSE), tries + 1
        return answer

    async def _once(self, call: Call, *, last: bool) -> Any:
        """Send a request once: what was answered, or `Again`."""
        client = self._clients[-1]
        try:
            response = await self._sent(call, client)
        except httpx.RequestError as error:
            call.in_doubt |= not isinstance(error, _NEVER_ARRIVED)
            if (final := self._final(error, client)) is not None:
                raise final from None
            return Again(self._why_lost(error))
        if (stopped := self._stopped_by_proxy(response.status_code, client)) is not None:
            raise stopped
        answer, wait = answered(call, response), retry_after(response)
        if not isinstance(answer, Foreign):
            if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                self._found()
            if not isinstance(answer, CabinetError):
                return answer
            better = better_soon(response, wait)
            if last or not better:
                call.settled = not better and settles(response, answer)
                raise answer
        call.in_doubt = True
        return Again(Offline(server=self._server), wait)

    async def _sent(self, call: Call, client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(
            call.method,
            call.path,
            params=call.query or None,
            content=call.body,
            headers=self._headers() | call.headers,
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _final(self, error: httpx.RequestError, client: httpx.AsyncClient) -> CabinetError | None:
        """What to say where no further try can help; None where one may."""
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return UntrustedServer(server=self._server)
        if isinstance(error, httpx.ProxyError) and self.proxy is not None:
            status = str(error).partition(" ")[0]
            if status == str(_ASKS_PASSWORD):
                return self._stopped_by_proxy(_ASKS_PASSWORD, client)
            if not status.startswith("5"):  # Those are of a server behind it that is away.
                self._lost()
                return ProxyRefused(proxy=self.proxy.place, server=self._server)
        return None

    def _stopped_by_proxy(self, status: int, client: httpx.AsyncClient) -> CabinetError | None:
        """The proxy's wish for a password; None for other answers and for a password ago."""
        if status != _ASKS_PASSWORD or self.proxy is None or client is not self._clients[-1]:
            return None
        if self.proxy.password is not None:
            # A refused password is not sent again: a proxy may close a name after a few.
            self._go_by(msgspec.structs.replace(self.proxy, password=None))
        self._lost(asks_password=True)
        return ProxyPassword(proxy=self.proxy.place)

    def _why_lost(self, error: httpx.RequestError) -> Offline:
        """Who is silent: what is connected to is the proxy, where there is one."""
        link: BaseException | None = error
        while link is not None and not isinstance(link, ssl.SSLError):
            link = link.__cause__ or link.__context__
        away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) and link is None
        if self.proxy is not None and away:
            return ProxySilent(proxy=self.proxy.place)
        return Offline(server=self._server)

    # ------------------------------------------------------------------ connection

    def _lost(self, *, asks_password: bool = False) -> None:
        new = self.online or (asks_password and not self.asks_password)
        if self.online:
            self.offline_since = datetime.now(UTC)
        self.online = False
        self.asks_password |= asks_password
        if new:
            self._tell()

    def _found(self) -> None:
        if not self.online:
            self.online = True
            self.offline_since = None
            self.asks_password = False
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


def _too_old(letter: Letter) -> bool:
    return letter.at + LETTER_LIVES < datetime.now(UTC)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
