"""How soon a change is seen elsewhere, and what those cost who wait for one.

`server-events`: a subscriber pays at one process of the server; another client of the same account
follows the events of another process. Notices of the database wake that one; then the same with
every notice lost. `server-streams`: memory of a process with so many streams that say nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.registry import Options, Outcome, benchmark

from .database import Database, prepared
from .figures import Figure, Sheet, numbers
from .load import HOST, Connection, connect, percentile, request
from .operations import PAYMENT, key
from .processes import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .load import Answer

NOTICED_MS = 250.0
LOST_MS = 6000.0
STREAMS = 200
STREAMS_MIB = 150.0
PATIENCE = 10.0
"""Seconds that an event may take before it counts as lost."""
# The writer's `pg_notify` is another function of that name: its notices go nowhere.
_LOSE = """
    CREATE SCHEMA IF NOT EXISTS lost;
    CREATE OR REPLACE FUNCTION lost.pg_notify(text, text) RETURNS void LANGUAGE sql AS 'SELECT'
"""
_keys = itertools.count(1)
_LOSING = "&options=-csearch_path%3Dlost%2Cpublic%2Cpg_catalog"


@benchmark("server-events")
def events(options: Options) -> Outcome:
    """Measure the way from a payment's request to the event at another process."""
    count = 20 if options.quick else 300
    sheet = Sheet()
    with prepared(options.people) as database, tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        database.run(_LOSE)
        with (
            served(folder / "reads", database.url) as (reading, _),
            served(folder / "writes", database.url) as (writing, _),
            served(folder / "loses", database.url + _LOSING) as (losing, _),
        ):
            for label, port, most, times in (
                ("payment → event elsewhere, p99 ms", writing, NOTICED_MS, count),
                ("the same, notices lost, p99 ms", losing, LOST_MS, max(5, count // 20)),
            ):
                worst, middle = [], []
                for _ in range(1 if options.quick else options.runs):
                    found = asyncio.run(_delays(database, port, reading, times))
                    worst.append(percentile(found, 0.99) * 1000)
                    middle.append(percentile(found, 0.5) * 1000)
                raw = f"{times} a round, {numbers('median, ms', middle, 1)}"
                sheet.figures.append(
                    Figure(label=label, values=worst, most=most, digits=1, raw=raw)
                )
    return sheet.outcome()


async def _delays(database: Database, writing: int, reading: int, times: int) -> list[float]:
    """Seconds from each payment's request to its event; `PATIENCE` for one that does not come."""
    loop = asyncio.get_running_loop()
    number = database.accounts[0]
    answers: asyncio.Queue[Answer] = asyncio.Queue()
    writer = await connect(writing, lambda _connection, answer: answers.put_nowait(answer))
    found = []
    async with following(reading, number) as stream:
        await _line(stream, b"id:")  # Where it stands.
        for turn in range(times - times % len(PAYMENT)):  # Whole turns: the next begins anew.
            step = PAYMENT[turn % len(PAYMENT)].of(number)
            headers = {"authorization": f"Bearer {number}", "idempotency-key": key(next(_keys))}
            sent = loop.time()
            writer.send(request(step.method, step.path, step.body.encode(), **headers), sent)
            try:
                async with asyncio.timeout(PATIENCE):
                    await _line(stream, b"event: event")
            except TimeoutError:
                found.append(PATIENCE)
            else:
                found.append(loop.time() - sent)
            answer = await answers.get()
            if not 200 <= answer.status < 300:
                raise RuntimeError(f"a payment was refused: {answer.status} {writer.body!r}")
            await _rest(stream)
    writer.close()
    return found


@asynccontextmanager
async def following(port: int, number: int) -> AsyncIterator[asyncio.StreamReader]:
    """The events of a subscriber, as they come."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request("GET", "/v1/events", authorization=f"Bearer {number}"))
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(f"no events: {head!r}")
        yield reader
    finally:
        writer.close()


async def _line(stream: asyncio.StreamReader, begins: bytes) -> None:
    """Read up to a line that begins so."""
    while not (await stream.readuntil(b"\n")).startswith(begins):
        pass


async def _rest(stream: asyncio.StreamReader) -> None:
    """Read what else came of the same payment."""
    while True:
        try:
            async with asyncio.timeout(0.05):
                await stream.readuntil(b"\n")
        except TimeoutError:
            return


@benchmark("server-streams")
def streams(options: Options) -> Outcome:
    """Measure what a process needs for clients that wait for events."""
    count = 20 if options.quick else STREAMS
    sheet = Sheet()
    more, idle = [], []
    with prepared(options.people) as database, tempfile.TemporaryDirectory() as home:
        for _ in range(1 if options.quick else options.runs):
            with served(Path(home) / "at", database.url) as (port, pid):
                before, after = asyncio.run(_memory(database, port, pid, count))
                more.append(after - before)
                idle.append(before)
    sheet.figures.append(
        Figure(
            label=f"{count} idle streams, MiB above the idle server",
            values=more,
            most=STREAMS_MIB,
            digits=1,
            raw=f"{numbers('idle server, MiB', idle)}",
        )
    )
    return sheet.outcome()


async def _memory(database: Database, port: int, pid: int, count: int) -> tuple[float, float]:
    """Resident memory of a process before and with streams, MiB."""
    people = database.accounts
    done = asyncio.Event()

    def answered(_connection: Connection, _answer: Answer) -> None:
        done.set()

    # What the first requests import and compile is no stream's.
    first = await connect(port, answered)
    first.send(request("GET", "/v1/meta"), 0.0)
    await done.wait()
    first.close()
    async with following(port, people[0]) as stream:
        await _line(stream, b"id:")
    before = resident_mib(pid)
    async with AsyncExitStack() as stack:
        for place in range(count):
            one = following(port, people[place % len(people)])
            await _line(await stack.enter_async_context(one), b"id:")
        await asyncio.sleep(1)
        return before, resident_mib(pid)


def resident_mib(pid: int) -> float:
    """Resident memory of one process, MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
