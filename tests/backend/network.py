"""A server on the loopback for tests, and a line to it that can be cut."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self

import uvicorn

from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.access import CodeOrder, SignedIn, SignIn
from mts_tui.backend.gate import Gate, Rate
from mts_tui.backend.remote import Pause, Remote
from mts_tui.backend.server import Server
from mts_tui.backend.store import Store
from tests.proxy import Certificate

from .desk import ANNA

HOST = "127.0.0.1"
STARTS_WITHIN = 20.0


def open_gate() -> Gate:
    """A gate for tests that ask for more than anybody may."""
    everything = Rate(burst=10**6, a_second=10**6)
    return Gate(everything, everything)


class Running:
    """A server's process in a thread; its store is closed with it.

    Args:
        store: The store, opened.
        port: Where to listen; any free port for 0.
        certificate: For HTTPS, which is also the scheme of `url` then.
        options: More of what the server takes.
    """

    def __init__(
        self, store: Store, port: int = 0, certificate: Certificate | None = None, **options: Any
    ) -> None:
        self.server = Server(store, demo=True, **options)
        ready = threading.Event()
        app = self.server.app()
        app.on_startup.append(ready.set)
        self._socket = socket.create_server((HOST, port))
        # As `serve` does: or else a body follows its headers 40 ms later, when they are acknowledged.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://{HOST}:{self.port}"
        config = uvicorn.Config(
            app,
            lifespan="on",
            ws="none",
            log_config=None,
            timeout_graceful_shutdown=20,
            ssl_certfile=certificate and certificate.chain,
            ssl_keyfile=certificate and certificate.key,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._uvicorn.run, args=([self._socket],))
        self._thread.start()
        assert ready.wait(STARTS_WITHIN)

    def stop(self) -> None:
        """End as a process does that was told to."""
        self.server.drain()
        self._uvicorn.should_exit = True
        self._thread.join(STARTS_WITHIN)
        assert not self._thread.is_alive()
        self._socket.close()


@contextlib.contextmanager
def running(
    store: Store, port: int = 0, certificate: Certificate | None = None, **options: Any
) -> Iterator[Running]:
    """A server over a store."""
    server = Running(store, port, certificate, **options)
    try:
        yield server
    finally:
        server.stop()


async def at_once(_seconds: float) -> None:
    """Wait in no time."""
    await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def connected(url: str, outbox: Path, pause: Pause = at_once) -> AsyncIterator[Remote]:
    """A client of a server, opened."""
    remote = Remote(url, outbox, pause=pause)
    await remote.open()
    try:
        yield remote
    finally:
        await remote.close()


async def newest_code(cabinet: Cabinet, phone: str) -> str:
    """The newest one-time code in a virtual phone."""
    page = await cabinet.demo.messages(phone)
    return next(one.text[:6] for one in page.items if "— код" in one.text and not one.outgoing)


async def sign_in(cabinet: Cabinet, phone: str = ANNA) -> SignedIn:
    """Sign in by a code; the channel keeps the session."""
    await cabinet.access.request_code(CodeOrder(phone=phone))
    code = await newest_code(cabinet, phone)
    signed = await cabinet.access.sign_in(SignIn(phone=phone, code=code))
    cabinet._channel.token = signed.token
    return signed


class Line:
    """A TCP proxy on the loopback that cuts connections after so many bytes.

    Args:
        ports: Where servers listen; connections go to them in turn.
    """

    def __init__(self, *ports: int) -> None:
        self.ports = list(ports)
        self.port = 0
        self.url = ""
        self.up: int | None = None
        """Bytes that the next connections may send to the server; None for any number."""
        self.down: int | None = None
        """Bytes that they may receive."""
        self.cuts_left = 0
        """How many connections are cut; those after them are not."""
        self.flows_up = asyncio.Event()
        self.flows_up.set()
        self.flows_down = asyncio.Event()
        self.flows_down.set()
        self.sent = 0
        self.received = 0
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """Cut every connection now."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server_writer: asyncio.StreamWriter | None = None
        cutting = self.cuts_left > 0
        self.cuts_left -= cutting
        try:
            server_reader, server_writer = await self._connect()
            up = self._pump(reader, server_writer, self.up if cutting else None, sent=True)
            down = self._pump(server_reader, writer, self.down if cutting else None, sent=False)
            pumps = [asyncio.ensure_future(up), asyncio.ensure_future(down)]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            for end in (writer, server_writer):
                if end is not None:
                    end.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the next server that takes connections."""
        for _ in self.ports:
            port = self.ports[self._turn % len(self.ports)]
            self._turn += 1
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(HOST, port)
        raise ConnectionError

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        most: int | None,
        *,
        sent: bool,
    ) -> None:
        told = 0
        while most is None or told < most:
            data = await reader.read(65536 if most is None else min(65536, most - told))
            if not data:
                return
            told += len(data)
            if sent:
                self.sent += len(data)
            else:
                self.received += len(data)
            await (self.flows_up if sent else self.flows_down).wait()
            writer.write(data)
            await writer.drain()
