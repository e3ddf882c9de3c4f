"""The services, offered over HTTP: routes from the contract, problem documents, live events.

The process keeps no state of its own: sessions, limits, idempotency records and events are in the
store, so that any number of processes answer for one operator.
"""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response import ServerSentEvent, ServerSentEventMessage

from . import wire
from .contract import Endpoint, endpoints
from .contract.errors import CabinetError, InvalidRequest, NotFound, Unavailable
from .contract.meta import Health, Meta
from .dispatch import Dispatcher
from .hub import Hub
from .openapi import status_of
from .store import Store

BODY_LIMIT = 64 * 1024
THREADS = 16
BUSY_LIMIT = 256
"""Requests waiting or running; more are told to come back, so that those inside are answered."""
HEARTBEAT_SECONDS = 15.0
OLDEST_CLIENT = "0.1.0"

log = logging.getLogger("mts_tui.server")
Handler = Callable[[Request[Any, Any, Any]], Awaitable[Response[bytes]]]


class Server:
    """One process of the server.

    Args:
        store: The operator's store, shared with every other process.
        demo: Whether the demo's own area is offered (phones, clock).
        trust_proxy: Whether `X-Forwarded-For` tells the caller's address.
    """

    def __init__(self, store: Store, *, demo: bool, trust_proxy: bool = False) -> None:
        self._store = store
        self._demo = demo
        self._trust_proxy = trust_proxy
        self._dispatcher = Dispatcher(store)
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="services")
        self._hub = Hub(store)
        self._busy = 0
        self._draining = False

    def app(self) -> Litestar:
        """The ASGI application."""
        offered = [endpoint for endpoint in endpoints() if self._demo or endpoint.area != "demo"]
        return Litestar(
            route_handlers=[
                *(self._route(endpoint) for endpoint in offered),
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

    @asynccontextmanager
    async def _lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        self._hub.begin()
        try:
            yield
        finally:
            self._draining = True
            self._hub.end()
            self._executor.shutdown(wait=True)
            self._store.close()

    # ------------------------------------------------------------------ operations

    def _route(self, endpoint: Endpoint) -> HTTPRouteHandler:
        async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
            started = time.perf_counter()
            status = 500
            try:
                response = await self._answer(endpoint, request)
            except CabinetError as error:
                status = error.status
                raise
            else:
                status = response.status_code or 200
                return response
            finally:
                _record(endpoint.id, status, started, _correlation(request))

        path = f"{wire.BASE}{endpoint.path}"
        for parameter in endpoint.parameters:
            if parameter.place == "path":
                path = path.replace(f"{{{parameter.name}}}", f"{{{parameter.name}:str}}")
        return HTTPRouteHandler(path, http_method=endpoint.method, status_code=200)(handle)

    async def _answer(self, endpoint: Endpoint, request: Request[Any, Any, Any]) -> Response[bytes]:
        arguments = wire.arguments_of(
            endpoint, request.path_params, _single(request), await request.body()
        )
        key = request.headers.get(wire.KEY_HEADER, "")
        if endpoint.changes and not (key.isascii() and 0 < len(key) <= wire.KEY_LONGEST):
            raise InvalidRequest(reason=f"нет заголовка {wire.KEY_HEADER}.", pointer="")
        answer = await self._run(
            lambda: self._dispatcher.answer(
                endpoint,
                arguments,
                token=_token(request),
                key=key if endpoint.changes else "",
                address=self._address(request),
            )
        )
        headers = {"Cache-Control": "no-store", "traceparent": _traceparent(request)}
        if answer is None:
            return Response(b"", status_code=status_of(endpoint), headers=headers)
        body = msgspec.json.encode(answer)
        return _bytes(body, headers, status=status_of(endpoint))

    async def _run(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in a thread; shed it where too much waits already."""
        if self._busy >= BUSY_LIMIT:
            raise Unavailable(seconds=1)
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._busy -= 1

    def _address(self, request: Request[Any, Any, Any]) -> str:
        forwarded = request.headers.get("x-forwarded-for", "") if self._trust_proxy else ""
        return forwarded.split(",")[-1].strip() or (request.client.host if request.client else "")

    # ------------------------------------------------------------------ around

    async def _events(self, request: Request[Any, Any, Any]) -> ServerSentEvent:
        token = _token(request)
        places = await self._run(lambda: self._hub.places(token))
        last = request.headers.get("last-event-id", "")

        async def messages() -> AsyncIterator[ServerSentEventMessage]:
            async for piece in self._hub.follow(token, places, last, HEARTBEAT_SECONDS):
                if piece is None:
                    yield ServerSentEventMessage(comment="beat")
                else:
                    yield ServerSentEventMessage(data=piece.data, event=piece.event, id=piece.id)

        return ServerSentEvent(messages(), headers={"Cache-Control": "no-store"})

    async def _meta(self, _request: Request[Any, Any, Any]) -> Response[bytes]:
        now = await self._run(self._hub.now)
        features = ["events", *(["demo"] if self._demo else [])]
        meta = Meta(oldest_client=OLDEST_CLIENT, features=features, now=now)
        return _bytes(msgspec.json.encode(meta), {"Cache-Control": "no-store"})

    async def _live(self, _request: Request[Any, Any, Any]) -> Response[bytes]:
        return _bytes(msgspec.json.encode(Health(state="ok")), {"Cache-Control": "no-store"})

    async def _ready(self, _request: Request[Any, Any, Any]) -> Response[bytes]:
        if self._draining:
            raise Unavailable(seconds=5)
        found = await self._run(self._store.health)
        health = Health(state="ok" if found.ready else "unavailable", details=found.details)
        status = 200 if found.ready else 503
        return _bytes(msgspec.json.encode(health), {"Cache-Control": "no-store"}, status=status)


def _get(path: str, handler: Callable[..., Any]) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Any:
        return await handler(request)

    handle.__annotations__["return"] = Response
    return HTTPRouteHandler(path, http_method="GET", status_code=200)(handle)


def _bytes(body: bytes, headers: dict[str, str], *, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


def _refuse(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Any error as a problem document; what is not ours is told as an unexpected one."""
    correlation = _correlation(request)
    status = 0
    if not isinstance(error, CabinetError):
        if isinstance(error, HTTPException):
            status = error.status_code
            error = (
                NotFound()
                if status in {404, 405}
                else InvalidRequest(reason="запрос не по форме.", pointer="")
            )
        else:
            # The text of an exception may quote what was sent: only its type goes into the log.
            log.error(json.dumps({"error": type(error).__qualname__, "correlation": correlation}))
            error = CabinetError()
    headers = {"Cache-Control": "no-store", "traceparent": _traceparent(request)}
    seconds = error.details.get("seconds")
    if isinstance(seconds, int):
        headers["Retry-After"] = str(seconds)
    return Response(
        wire.problem_of(error, correlation),
        status_code=status or error.status,
        media_type=wire.PROBLEM_TYPE,
        headers=headers,
    )


def _token(request: Request[Any, Any, Any]) -> str | None:
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def _single(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The query's members; one that stands twice is refused."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in found:
            raise InvalidRequest(reason=f"параметр «{name[:40]}» указан дважды.", pointer="")
        found[name] = value
    return found


def _correlation(request: Request[Any, Any, Any]) -> str:
    """The trace id: the caller's, or one of our own."""
    if "correlation" not in request.scope["state"]:
        parts = request.headers.get("traceparent", "").split("-")
        given = parts[1] if len(parts) == 4 else ""  # noqa: PLR2004 - as W3C lays it out
        good = len(given) == 32 and all(sign in "0123456789abcdef" for sign in given)  # noqa: PLR2004
        request.scope["state"]["correlation"] = given if good else secrets.token_hex(16)
    correlation: str = request.scope["state"]["correlation"]
    return correlation


def _traceparent(request: Request[Any, Any, Any]) -> str:
    return f"00-{_correlation(request)}-{secrets.token_hex(8)}-01"


def _record(operation: str, status: int, started: float, correlation: str) -> None:
    """One line for a request: no path, no body, nothing personal."""
    took = round((time.perf_counter() - started) * 1000, 1)
    line = {"operation": operation, "status": status, "ms": took, "correlation": correlation}
    log.info(json.dumps(line))
