"""The services, offered over HTTP: routes from the contract, problem documents, live events.

The process keeps no state of its own: sessions, limits, idempotency records and events are in the
store, so that any number of processes answer for one operator.
"""

import asyncio
import hashlib
import logging
import secrets
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import HttpMethod, Litestar, MediaType, Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.types import HTTPScope as Scope

from . import wire
from .connectors.mail import MailSettings
from .contract import Endpoint, endpoints
from .contract.errors import (
    CabinetError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    NotJson,
    TooLarge,
    TooManyCodes,
    TooManyRequests,
    Unavailable,
)
from .contract.meta import Health, Meta
from .dispatch import Dispatcher
from .gate import AT_ONCE, COME_BACK_SECONDS, Gate, Refusal
from .hub import Hub
from .openapi import status_of
from .operator.demo_id import DemoId
from .services import proofs
from .store import Store
from .workers import Workers

if TYPE_CHECKING:
    from .connectors.providers import IdentityProvider

BODY_LIMIT = 64 * 1024
HEARTBEAT_SECONDS = 15.0
OLDEST_CLIENT = "0.1.0"
JSON = "application/json"
_KEY_HEADER = wire.KEY_HEADER.lower().encode()
_STATUSES: dict[int, type[CabinetError]] = {404: NotFound, 405: MethodNotAllowed, 413: TooLarge}
_POLICIES: dict[type[CabinetError], str] = {
    TooManyCodes: f'"codes";q={proofs.CODES_AT_MOST};w={proofs.CODES_WITHIN.seconds}',
    TooManyRequests: f'"caller";q={proofs.FLOOD_FROM_ADDRESS};w={proofs.FLOOD_WINDOW_MS // 1000}',
}
"""What a service's 429 tells of the limit. The gate knows its own."""

log = logging.getLogger("mts_tui.server")
Handler = Callable[[Request[Any, Any, Any]], Awaitable[Response[bytes]]]


class Server:
    """One process of the server.

    Args:
        store: The operator's store, shared with every other process.
        demo: Whether the demo's own area is offered (phones, clock).
        trust_proxy: Whether `X-Forwarded-For` tells the caller's address.
        gate: Who may come in; None for the usual one.
        mail: Who sends documents; None where nobody does.
        sms_sender: Who SMS come from where an outside gateway sends them; empty where none does.
        providers: Who vouches for people; a demo has one of its own besides.
    """

    def __init__(
        self,
        store: Store,
        *,
        demo: bool,
        trust_proxy: bool = False,
        gate: Gate | None = None,
        mail: MailSettings | None = None,
        sms_sender: str = "",
        providers: "Sequence[IdentityProvider]" = (),
    ) -> None:
        self._store = store
        self._demo = demo
        self._trust_proxy = trust_proxy
        vouching = [*([DemoId(store)] if demo else []), *providers]
        self._dispatcher = Dispatcher(
            store, mails=mail is not None, gateway=sms_sender, providers=vouching
        )
        self._workers = Workers(AT_ONCE, "services")
        self._gate = gate or Gate()
        self._hub = Hub(store)
        self._draining = False

    def app(self) -> Litestar:
        """The ASGI application."""
        offered = [endpoint for endpoint in endpoints() if self._demo or endpoint.area != "demo"]
        paths: dict[str, list[Endpoint]] = {}
        for endpoint in offered:
            paths.setdefault(endpoint.path, []).append(endpoint)
        return _Application(
            self._refusal,
            route_handlers=[
                *map(self._route, paths.values()),
                _get("/v1/events", self._events),
                _get("/v1/meta", self._meta),
                _get("/health/live", self._live),
                _get("/health/ready", self._ready),
            ],
            lifespan=[self._lifespan],
            exception_handlers={Exception: _refuse},
            request_max_body_size=BODY_LIMIT,
            openapi_config=None,
            logging_config=None,
        )

    def drain(self) -> None:
        """Take no new streams and end the open ones: whoever stops the process waits for them."""
        self._draining = True
        self._hub.release()

    @asynccontextmanager
    async def _lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        self._hub.begin()
        self._workers.begin()
        try:
            with _told_of_signals(self.drain):
                yield
        finally:
            self.drain()
            await asyncio.get_running_loop().run_in_executor(None, self._hub.end)
            await asyncio.get_running_loop().run_in_executor(None, self._workers.end)
            self._store.close()

    # ------------------------------------------------------------------ operations

    def _route(self, offered: list[Endpoint]) -> HTTPRouteHandler:
        """One handler for all methods of a path: `Allow` names each of them."""
        by_method: dict[str, Endpoint] = {endpoint.method: endpoint for endpoint in offered}
        methods = [HttpMethod.OPTIONS, *(HttpMethod(endpoint.method) for endpoint in offered)]
        allowed = ", ".join(sorted(method.value for method in methods))

        async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
            endpoint = by_method.get(request.method)
            if endpoint is None:
                headers = {**_headers(request.scope), "Allow": allowed}
                return Response(b"", status_code=204, headers=headers)
            started = time.perf_counter()
            status = 500
            try:
                response = await self._answer(endpoint, request)
            except CabinetError as error:
                status = error.status
                raise
            except HTTPException as error:
                status = error.status_code
                raise
            else:
                status = response.status_code or 200
                return response
            finally:
                _record(endpoint.id, status, started, _correlation(request.scope))

        path = f"{wire.BASE}{offered[0].path}"
        for parameter in offered[0].parameters:
            if parameter.place == "path":
                path = path.replace(f"{{{parameter.name}}}", f"{{{parameter.name}:str}}")
        limit = max(BODY_LIMIT, *(endpoint.body_limit for endpoint in offered))
        return HTTPRouteHandler(
            path, http_method=methods, status_code=200, request_max_body_size=limit
        )(handle)

    async def _answer(self, endpoint: Endpoint, request: Request[Any, Any, Any]) -> Response[bytes]:
        token = _token(request.scope)
        try:
            arguments, key = await _asked(endpoint, request)
        except CabinetError:
            if not endpoint.public:  # Who has no session is told so, and nothing else.
                await self._run(lambda: self._dispatcher.admit(token))
            raise
        answer = await self._run(
            lambda: self._dispatcher.answer(
                endpoint,
                arguments,
                token=token,
                key=key,
                address=self._address(request.scope),
            )
        )
        if token is not None and not endpoint.public:
            self._gate.let_in(token)
        headers = _headers(request.scope)
        if answer is None:
            return Response(b"", status_code=status_of(endpoint), headers=headers)
        body = msgspec.json.encode(answer)
        if not endpoint.changes:
            # Of every byte: an answer that tells the operator's time (`as_of`) is always another
            # one, since a client whose answer still held would let the time stand still.
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if _knows(request, headers["ETag"]):
                return Response(b"", status_code=304, headers=headers)
        return _bytes(body, headers, status=status_of(endpoint))

    async def _run(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in a thread; it is refused where too much waits already."""
        async with self._gate.work():
            return await self._workers.run(work)

    def _refusal(self, scope: Scope) -> Refusal | None:
        """Why a request is sent away before it is looked at; probes never are."""
        if not scope["path"].startswith(f"{wire.BASE}/"):
            return None
        return self._gate.refusal(_token(scope), self._address(scope))

    def _address(self, scope: Scope) -> str:
        forwarded = _header(scope, b"x-forwarded-for") if self._trust_proxy else ""
        client = scope["client"]
        return forwarded.split(",")[-1].strip() or (client[0] if client else "")

    # ------------------------------------------------------------------ around

    async def _events(self, request: Request[Any, Any, Any]) -> ServerSentEvent:
        if self._draining:
            raise Unavailable(seconds=COME_BACK_SECONDS)
        token = _token(request.scope)
        places = await self._run(lambda: self._hub.places(token))
        _no_query(request)
        last = request.headers.get("last-event-id", "")

        async def messages() -> AsyncIterator[ServerSentEventMessage]:
            async for piece in self._hub.follow(token, places, last, HEARTBEAT_SECONDS):
                if piece is None:
                    yield ServerSentEventMessage(data=None, comment="beat")
                else:
                    kind = piece.event or None
                    yield ServerSentEventMessage(data=piece.data, event=kind, id=piece.id)

        return ServerSentEvent(messages(), headers=_headers(request.scope))

    async def _meta(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        _no_query(request)
        now = await self._run(self._hub.now)
        features = ["events", *(["demo"] if self._demo else [])]
        meta = Meta(oldest_client=OLDEST_CLIENT, features=features, now=now)
        return _bytes(msgspec.json.encode(meta), _headers(request.scope))

    async def _live(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        return _bytes(msgspec.json.encode(Health(state="ok")), _headers(request.scope))

    async def _ready(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        if self._draining:
            raise Unavailable(seconds=5)
        found = await self._run(self._store.health)
        health = Health(state="ok" if found.ready else "unavailable", details=found.details)
        headers = _headers(request.scope)
        if found.ready:
            return _bytes(msgspec.json.encode(health), headers)
        headers["Retry-After"] = str(COME_BACK_SECONDS)
        return _bytes(msgspec.json.encode(health), headers, status=503)


def _get(path: str, handler: Callable[..., Any]) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Any:
        return await handler(request)

    handle.__annotations__["return"] = Response
    return HTTPRouteHandler(path, http_method="GET", status_code=200)(handle)


def _bytes(body: bytes, headers: dict[str, str], *, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


class _Application(Litestar):
    """The application, with a gate before it: who is sent away costs next to nothing.

    Args:
        refusal: Says why a request is sent away, or None.
        options: As Litestar takes them.
    """

    def __init__(self, refusal: Callable[[Scope], Refusal | None], **options: Any) -> None:
        self._refusal = refusal
        super().__init__(**options)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await super().__call__(scope, receive, send)
            return
        headers = {"Content-Type": wire.PROBLEM_TYPE, **_refusal_headers(scope, *refusal)}
        body = wire.problem_of(refusal.error, _correlation(scope))
        headers["Content-Length"] = str(len(body))
        raw = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
        status = refusal.error.status
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


def _refuse(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Any error as a problem document; what is not ours is told as an unexpected one."""
    correlation = _correlation(request.scope)
    told = _told(error, correlation)
    headers = _refusal_headers(request.scope, told, _POLICIES.get(type(told), ""))
    if isinstance(error, HTTPException) and error.headers:
        headers.update({name: text for name, text in error.headers.items() if name == "allow"})
    return Response(
        wire.problem_of(told, correlation),
        status_code=told.status,
        media_type=wire.PROBLEM_TYPE,
        headers=headers,
    )


def _refusal_headers(scope: Scope, told: CabinetError, policy: str) -> dict[str, str]:
    """The headers of a problem: when to come again, and which limit was reached."""
    headers = _headers(scope)
    seconds = told.details.get("seconds")
    if isinstance(seconds, int):
        headers["Retry-After"] = str(seconds)
    elif isinstance(told, Unavailable):
        headers["Retry-After"] = str(COME_BACK_SECONDS)
    if policy:
        headers["RateLimit-Policy"] = policy
        headers["RateLimit"] = f"{policy.partition(';')[0]};r=0;t={seconds or 0}"
    return headers


def _told(error: Exception, correlation: str) -> CabinetError:
    """What a caller may know of an error; the log gets the name of the rest, and no text of it.

    The text of an exception may quote what was sent. Where the operator keeps its data and what
    ails it there is nobody's business outside.
    """
    if isinstance(error, Unavailable) and type(error) is not Unavailable:
        _record_error(error, correlation)
        return Unavailable()
    if isinstance(error, CabinetError):
        return error
    if isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004
        kind = _STATUSES.get(error.status_code)
        return kind() if kind is not None else InvalidRequest(reason="запрос не по форме.")
    _record_error(error, correlation)
    return CabinetError()


def _headers(scope: Scope) -> dict[str, str]:
    """What every answer has."""
    return {"Cache-Control": "no-store", "traceparent": _traceparent(scope)}


def _header(scope: Scope, name: bytes) -> str:
    """All headers of a name, in small letters, as one (RFC 9110); empty where there is none."""
    return ", ".join([text.decode("latin-1") for one, text in scope["headers"] if one == name])


async def _asked(endpoint: Endpoint, request: Request[Any, Any, Any]) -> tuple[dict[str, Any], str]:
    """The operation's arguments and the command's key.

    Raises:
        InvalidRequest: One of them is missing or not of its form.
        NotJson: The body is something else.
    """
    body = await _body(request)
    arguments = wire.arguments_of(endpoint, request.path_params, _single(request), body)
    if not endpoint.changes:
        return arguments, ""
    key = _header(request.scope, _KEY_HEADER)
    if not wire.is_key(key):
        raise InvalidRequest(reason=f"нужен заголовок {wire.KEY_HEADER}, UUID.")
    return arguments, key


async def _body(request: Request[Any, Any, Any]) -> bytes:
    try:
        body = await request.body()
    except InternalServerException:
        raise InvalidRequest(reason="запрос оборвался.") from None
    kind = _header(request.scope, b"content-type").partition(";")[0].strip().lower()
    if body and kind != JSON:
        raise NotJson
    return body


def _knows(request: Request[Any, Any, Any], tag: str) -> bool:
    """Whether the caller has this very answer (If-None-Match, RFC 9110: compared weakly)."""
    told = request.headers.get("if-none-match", "")
    known = [part.strip().removeprefix("W/") for part in told.split(",")]
    return tag in known or known == ["*"]


def _no_query(request: Request[Any, Any, Any]) -> None:
    for name in _single(request):
        raise wire.unknown_query(name)


@contextmanager
def _told_of_signals(tell: Callable[[], None]) -> Iterator[None]:
    """Hear of the end before whoever runs the loop, who waits for every open stream."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def hear(number: int, frame: Any) -> None:
        tell()
        after = before[signal.Signals(number)]
        if callable(after):
            after(number, frame)

    for number, after in before.items():
        if callable(after):
            signal.signal(number, hear)
    try:
        yield
    finally:
        for number, after in before.items():
            if callable(after):
                signal.signal(number, after)


def _token(scope: Scope) -> str | None:
    scheme, _space, token = _header(scope, b"authorization").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def _single(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The query's members; one that stands twice is refused."""
    found: dict[str, str] = {}
    if not request.scope["query_string"]:
        return found
    for name, value in request.query_params.multi_items():
        if name in found:
            raise InvalidRequest(reason=f"параметр «{name[:40]}» указан дважды.")
        found[name] = value
    return found


def _correlation(scope: Scope) -> str:
    """The trace id: the caller's, or one of our own."""
    state = scope.setdefault("state", {})
    if "correlation" not in state:
        parts = _header(scope, b"traceparent").split("-")
        given = parts[1] if len(parts) == 4 else ""  # noqa: PLR2004 - as W3C lays it out
        good = len(given) == 32 and all(sign in "0123456789abcdef" for sign in given)  # noqa: PLR2004
        good = good and given.strip("0") != ""
        state["correlation"] = given if good else secrets.token_hex(16)
    correlation: str = state["correlation"]
    return correlation


def _traceparent(scope: Scope) -> str:
    return f"00-{_correlation(scope)}-{secrets.token_hex(8)}-01"


def _record(operation: str, status: int, started: float, correlation: str) -> None:
    """One line for a request: no path, no body, nothing personal."""
    took = round((time.perf_counter() - started) * 1000, 1)
    line = {"operation": operation, "status": status, "ms": took, "correlation": correlation}
    log.info(msgspec.json.encode(line).decode())


def _record_error(error: Exception, correlation: str) -> None:
    line = {"error": type(error).__qualname__, "correlation": correlation}
    log.error(msgspec.json.encode(line).decode())
