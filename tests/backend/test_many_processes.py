"""Three processes of the server on one database, one killed every second: nobody notices."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.demo import ShortMessage
from mts_tui.backend.remote import Remote
from mts_tui.backend.store import Store

from .conftest import Databases
from .desk import ANNA, ANNA_SECOND, MISHA, UNLINKED, Clock, rows
from .network import HOST, Line, connected, sign_in
from .postgres import Server as Postgres

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
KILLS = 7
NOBODYS = "5005"
"""A short number without a service: what goes there is written down and has no limit of a day."""
PEOPLE = (ANNA, ANNA_SECOND, MISHA, UNLINKED)
PROCESS = """
import sys
import uvicorn
from mts_tui.backend.server import Server
from mts_tui.backend.store.postgres import PostgresStore
from tests.backend.desk import Clock

store = PostgresStore(sys.argv[1], Clock())
store.open()
app = Server(store, demo=True).app()
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), ws="none", log_config=None)
"""


class Process:
    """A process of the server, started again and again on one port."""

    def __init__(self, url: str) -> None:
        with socket.create_server((HOST, 0)) as free:
            self.port: int = free.getsockname()[1]
        self._url = url
        self._running: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        environment = {name: text for name, text in os.environ.items() if name != "PYTHONWARNINGS"}
        self._running = subprocess.Popen(
            [sys.executable, "-c", PROCESS, self._url, str(self.port)], cwd=ROOT, env=environment
        )

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    async def answers(self) -> None:
        """Wait until it takes connections."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    _, writer = await asyncio.open_connection(HOST, self.port)
                except OSError:
                    assert self._running is not None
                    assert self._running.poll() is None
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return


@pytest.fixture
def operator(server: Postgres, settled_database: str) -> Iterator[Store]:
    databases = Databases(Clock(), server, settled_database)
    yield databases.settled()
    databases.close()


@pytest.fixture
def processes(operator: Store) -> Iterator[list[Process]]:
    made = [Process(operator._url) for _ in range(3)]
    yield made
    for one in made:
        one.kill()


async def shortly(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 1.0) / 2)


class Load:
    """A client that sends commands one after another; each is told apart by its text."""

    def __init__(self, remote: Remote, phone: str) -> None:
        self.sent: list[str] = []
        self._cabinet = Cabinet(remote)
        self._phone = phone

    async def run(self, enough: asyncio.Event) -> None:
        signed = await sign_in(self._cabinet, self._phone)
        while not enough.is_set():
            text = f"{self._phone} пишет {len(self.sent)}"
            await self._cabinet.demo.send(self._phone, ShortMessage(to=NOBODYS, text=text))
            self.sent.append(text)
            current = [one for one in (await self._cabinet.access.sessions()).items if one.current]
            assert [one.id for one in current] == [signed.session.id]
            await asyncio.sleep(0.02)


async def test_a_process_killed_every_second_is_not_noticed(
    operator: Store, processes: list[Process], tmp_path: Path
):
    for one in processes:
        await one.answers()
    enough = asyncio.Event()
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(Line(*(one.port for one in processes)))
        loads = []
        for number, phone in enumerate(PEOPLE):
            client = connected(line.url, tmp_path / f"outbox-{number}", shortly)
            loads.append(Load(await stack.enter_async_context(client), phone))
        running = asyncio.gather(*(one.run(enough) for one in loads))
        for number in range(KILLS):
            await asyncio.wait([asyncio.shield(running)], timeout=1)
            if running.done():
                break
            victim = processes[number % len(processes)]
            victim.kill()
            victim.start()
            await victim.answers()  # A busy machine takes its time; two are always there.
        enough.set()
        await asyncio.wait_for(running, PATIENCE)
    sent = [text for one in loads for text in one.sent]
    assert len(sent) > 100
    with operator.read() as tx:
        found = rows(tx, "SELECT text FROM messages WHERE text LIKE ? AND outgoing = 1", "%пишет %")
    assert sorted(row["text"] for row in found) == sorted(sent)
