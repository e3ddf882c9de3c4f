"""A line that breaks at any byte: a command happens once, and the client comes to know it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest

from mts_tui.backend.contract import Cabinet, Event
from mts_tui.backend.contract.errors import (
    CabinetError,
    NotSentYet,
    NotSignedIn,
    Offline,
    OutboxClosed,
    Unavailable,
)
from mts_tui.backend.outbox import Letter, Outbox
from mts_tui.backend.remote import TRIES, Remote
from mts_tui.backend.store import Store

from .conftest import Files
from .desk import Clock, number
from .network import Line, Running, connected, running, sign_in

ROOT = Path(__file__).parents[2]
PLACES = 200
PATIENCE = 20.0
CLIENT = """
import asyncio, sys
from pathlib import Path
from mts_tui.backend.contract import Cabinet
from tests.backend.network import connected, sign_in

async def main(url, outbox):
    async with connected(url, Path(outbox)) as remote:
        signed = await sign_in(Cabinet(remote))
        print(signed.session.account, flush=True)
        sys.stdin.readline()
        await Cabinet(remote).trust.switch_on(signed.session.account)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def operator(tmp_path: Path, clock: Clock, settled_file: Path) -> Iterator[Store]:
    files = Files(clock, tmp_path, settled_file)
    yield files.settled()
    files.close()


@pytest.fixture
def serving(operator: Store) -> Iterator[Running]:
    with running(operator) as server:
        yield server


@pytest.fixture
async def line(serving: Running) -> AsyncIterator[Line]:
    async with Line(serving.port) as made:
        yield made


@pytest.fixture
async def remote(line: Line, tmp_path: Path) -> AsyncIterator[Remote]:
    async with connected(line.url, tmp_path / "outbox") as made:
        yield made


class Switch:
    """Trust of an account, switched again and again; each time an SMS tells that it happened."""

    def __init__(self, store: Store, remote: Remote, account: str) -> None:
        self._store = store
        self._trust = Cabinet(remote).trust
        self._account = account
        self.on = False

    def done(self) -> int:
        """How often it was switched."""
        return self._ask(
            "SELECT COUNT(*) AS n FROM messages WHERE account_id = ? AND text LIKE ?",
            "%полном доверии» %ключен%",
        )

    def state(self) -> bool:
        return self._ask("SELECT floor FROM accounts WHERE id = ?") < 0

    async def turn(self) -> None:
        self.on = not self.on
        turn = self._trust.switch_on if self.on else self._trust.switch_off
        await turn(self._account)

    def _ask(self, statement: str, *values: str) -> int:
        with self._store.read() as tx:
            return number(tx, statement, self._account, *values)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - it may be another process that makes it true
            await asyncio.sleep(0.002)


@pytest.mark.parametrize("tries", [1, TRIES], ids=["one try is cut", "every try is cut"])
async def test_a_cut_anywhere_leaves_one_effect(
    tmp_path: Path, operator: Store, line: Line, remote: Remote, tries: int
):
    account = (await sign_in(Cabinet(remote))).session.account
    switch = Switch(operator, remote, account)
    switch.on = switch.state()
    outbox = Outbox(tmp_path / "outbox")
    await line.cut()
    before = line.sent, line.received
    await switch.turn()
    up, down = line.sent - before[0], line.received - before[1]
    assert up > 200
    assert down > 200
    many = PLACES if tries == 1 else PLACES // 4
    places = [("up", up * n // (many // 2)) for n in range(many // 2)]
    places += [("down", down * n // (many // 2)) for n in range(many // 2)]
    waited = 0
    for way, place in places:
        await line.cut()
        line.up, line.down = (place, None) if way == "up" else (None, place)
        done = switch.done()
        line.cuts_left = tries
        try:
            await switch.turn()
        except NotSentYet:
            waited += 1
            assert not remote.online
            assert len(outbox.letters(account)) == 1
        line.cuts_left = 0
        await remote.deliver()
        assert switch.done() == done + 1, (way, place)
        assert switch.state() is switch.on, (way, place)
        assert outbox.letters(account) == [], (way, place)
        assert remote.online
    assert (waited > 0) is (tries == TRIES)


@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "on its way"])
async def test_a_client_killed_between_sending_and_answer_delivers_once(
    tmp_path: Path, operator: Store, line: Line, *, arrived: bool
):
    folder = tmp_path / "outbox"
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", CLIENT, line.url, str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={name: text for name, text in os.environ.items() if "proxy" not in name.lower()},
    )
    assert client.stdin is not None
    assert client.stdout is not None
    account = (await asyncio.wait_for(client.stdout.readline(), PATIENCE)).decode().strip()
    async with connected(line.url, folder) as probe:
        switch = Switch(operator, probe, account)
        done = switch.done()
        (line.flows_down if arrived else line.flows_up).clear()
        sent = line.sent
        client.stdin.write(b"\n")
        await until(lambda: switch.done() > done if arrived else line.sent > sent)
        client.kill()
        await client.wait()
        client.stdin.close()
        await line.cut()
        line.flows_down.set()
        line.flows_up.set()
        assert switch.done() == done + arrived
        assert len(Outbox(folder).letters(account)) == 1
    async with connected(line.url, folder) as remote:
        await sign_in_again(remote, operator, account)
        await until(lambda: not Outbox(folder).letters(account))
        await remote.deliver()
    assert switch.done() == done + 1
    assert switch.state()


async def sign_in_again(remote: Remote, store: Store, account: str) -> None:
    """In a second minute, when a code may be asked for again."""
    store.clock.move(minutes=2)
    assert (await sign_in(Cabinet(remote))).session.account == account


# ---------------------------------------------------------------------- answers of others


class Odd:
    """A server that answers what it is told to, and counts."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.heard: list[bytes] = []
        self.answering = asyncio.Event()
        self.answering.set()
        self.asked = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        self.asked += 1
        await self.answering.wait()
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        writer.close()


def said(status: str, body: bytes | dict[str, Any], *headers: str) -> bytes:
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


META = said("200 OK", {"oldest_client": "0.0.1", "features": [], "now": "2026-11-22T18:34:00Z"})


@pytest.fixture
async def odd() -> AsyncIterator[Odd]:
    async with Odd() as made:
        made.answers = [META]
        yield made


@pytest.fixture
async def odd_remote(odd: Odd, tmp_path: Path) -> AsyncIterator[Remote]:
    async with connected(odd.url, tmp_path / "outbox") as made:
        made.token = "t" * 64
        made._owner = "someone"
        odd.asked = 0
        yield made


@pytest.mark.parametrize(
    "answer",
    [
        said("200 OK", b"<html>Welcome to the hotel</html>"),
        said("200 OK", b""),
        said("200 OK", b'{"on": "maybe"}'),
        said("302 Found", b"", "Location: http://127.0.0.1:1/login"),
        said("502 Bad Gateway", b"<html>"),
        said("403 Forbidden", b"no"),
        said("200 OK", b'{"on": true}')[:-3],
        b"not http at all\r\n\r\n",
        b"",
    ],
)
async def test_what_is_not_the_cabinet_is_as_good_as_no_connection(
    odd: Odd, odd_remote: Remote, tmp_path: Path, answer: bytes
):
    odd.answers = [answer]
    with pytest.raises(Offline):
        await Cabinet(odd_remote).access.sessions()
    assert odd.asked == TRIES
    with pytest.raises(NotSentYet):
        await Cabinet(odd_remote).trust.switch_on("a")
    assert not odd_remote.online
    assert len(Outbox(tmp_path / "outbox").letters("someone")) == 1


@pytest.mark.parametrize("problem", [True, False])
async def test_planned_works_are_told_at_once(
    odd: Odd, odd_remote: Remote, tmp_path: Path, *, problem: bool
):
    body = {"code": "UNAVAILABLE", "status": 503} if problem else b"<html>"
    odd.answers = [said("503 Service Unavailable", body, "Retry-After: 1800")]
    for ask in (Cabinet(odd_remote).access.sessions(), Cabinet(odd_remote).trust.switch_on("a")):
        odd.asked = 0
        with pytest.raises(Unavailable) as caught:
            await ask
        assert caught.value.details == {"seconds": 1800}
        assert odd.asked == 1
    assert Outbox(tmp_path / "outbox").letters("someone") == []  # Refused: it did not happen.


async def test_an_error_of_a_newer_server_speaks_for_itself(
    odd: Odd, odd_remote: Remote, tmp_path: Path
):
    told = {"code": "MOON_IS_FULL", "status": 422, "detail": "Сегодня полнолуние.", "self": 1}
    odd.answers = [said("422 Unprocessable", told)]
    with pytest.raises(CabinetError, match="полнолуние"):
        await Cabinet(odd_remote).trust.switch_on("a")
    assert odd.asked == 1
    assert Outbox(tmp_path / "outbox").letters("someone") == []


async def test_a_session_that_ended_keeps_the_letter_of_a_try_in_doubt(
    odd: Odd, odd_remote: Remote, tmp_path: Path
):
    over = said("401 Unauthorized", {"code": "NOT_SIGNED_IN"})
    odd.answers = [over]
    with pytest.raises(NotSignedIn):
        await Cabinet(odd_remote).trust.switch_on("a")
    assert Outbox(tmp_path / "outbox").letters("someone") == []
    odd.answers = [b"", over]
    with pytest.raises(NotSentYet):
        await Cabinet(odd_remote).trust.switch_on("a")
    odd.answers = [over]
    await odd_remote.deliver()
    assert len(Outbox(tmp_path / "outbox").letters("someone")) == 1
    odd.answers = [said("200 OK", b'{"on": true}')]
    await odd_remote.deliver()
    assert Outbox(tmp_path / "outbox").letters("someone") == []


async def test_a_letter_older_than_the_servers_memory_is_not_sent(
    odd: Odd, odd_remote: Remote, tmp_path: Path
):
    outbox = Outbox(tmp_path / "outbox")
    long_ago = datetime.now(UTC) - timedelta(days=1)
    old = Letter("k", "someone", "trust.switch_on", "PUT", "/v1/x", "", long_ago)
    outbox.put(old)
    outbox.put(msgspec.structs.replace(old, key="m", owner="another"))
    await odd_remote.deliver()
    assert odd.asked == 0
    assert odd_remote.take_too_old() == [old]
    assert odd_remote.take_too_old() == []
    assert outbox.letters("someone") == []
    assert len(outbox.letters("another")) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_letter_says_whether_it_may_have_arrived(
    odd: Odd, odd_remote: Remote, tmp_path: Path, *, arrived: bool
):
    outbox = Outbox(tmp_path / "outbox")
    odd.answers = [b""]
    if not arrived:
        await odd.__aexit__()
    with pytest.raises(NotSentYet):
        await Cabinet(odd_remote).trust.switch_on("a")
    assert [one.in_doubt for one in outbox.letters("someone")] == [arrived]
    await odd_remote.deliver()
    assert [one.in_doubt for one in outbox.letters("someone")] == [arrived]


async def test_a_letter_of_an_older_version_is_in_doubt(tmp_path: Path):
    folder = tmp_path / "outbox"
    folder.mkdir()
    old = Letter("k", "someone", "trust.switch_on", "PUT", "/v1/x", "", datetime.now(UTC))
    fields = msgspec.to_builtins(old)
    del fields["in_doubt"]
    (folder / "k.json").write_bytes(msgspec.json.encode(fields))
    assert Outbox(folder).letters("someone") == [old]
    assert old.in_doubt


async def test_what_cannot_be_written_down_is_not_sent(
    odd: Odd, odd_remote: Remote, tmp_path: Path
):
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(OutboxClosed, match="не удалось записать"):
        await Cabinet(odd_remote).trust.switch_on("a")
    assert odd.asked == 0


async def test_an_answer_that_is_held_is_not_sent_again(odd: Odd, odd_remote: Remote):
    state = said("200 OK", {"is_set": False}, 'ETag: "x1"')
    odd.answers = [state]
    access = Cabinet(odd_remote).access
    first = await access.password()
    odd.answers = [said("304 Not Modified", b"", 'ETag: "x1"')]
    assert await access.password() == first
    assert b'If-None-Match: "x1"' in odd.heard[-1]
    odd.answers = [said("200 OK", {"is_set": True}, 'ETag: "x2"')]
    assert (await access.password()).is_set
    odd.answers = [said("200 OK", {"is_set": True})]
    await access.password()
    assert b'If-None-Match: "x2"' in odd.heard[-1]
    await access.password()
    assert b"If-None-Match" not in odd.heard[-1]  # The last answer had no tag.
    odd_remote.token = None
    odd_remote.token = "u" * 64
    await access.password()
    assert b"If-None-Match" not in odd.heard[-1]


async def test_another_session_does_not_find_an_answer_that_came_late(odd: Odd, odd_remote: Remote):
    odd.answers = [said("200 OK", {"is_set": True})]
    odd.answering.clear()
    asking = asyncio.ensure_future(Cabinet(odd_remote).access.password())
    await until(lambda: odd.asked == 1)
    odd_remote.token = None
    odd.answering.set()
    assert (await asking).is_set
    assert odd_remote._seen == {}


async def test_a_stream_goes_on_behind_the_last_event(operator: Store, line: Line, remote: Remote):
    cabinet = Cabinet(remote)
    account = (await sign_in(cabinet)).session.account
    seen: list[Event] = []

    async def listen() -> None:
        async for event in remote.events():
            if event.account == account:
                seen.append(event)  # noqa: PERF401 - what is seen is looked at meanwhile

    listening = asyncio.ensure_future(listen())
    try:
        await until(lambda: bool(remote._last_event))  # Even before the first event.
        for n in range(10):
            await line.cut()
            turn = cabinet.trust.switch_off if n % 2 else cabinet.trust.switch_on
            await turn(account)
        await until(lambda: sum(one.kind == "account" for one in seen) == 10)
        assert [one.seq for one in seen] == list(range(seen[0].seq, seen[0].seq + len(seen)))
        await cabinet.access.sign_out()
        await until(lambda: not remote._signed.is_set())
        assert not listening.done()
    finally:
        listening.cancel()


async def test_a_server_that_stops_ends_its_streams(
    operator: Store, serving: Running, remote: Remote, monkeypatch: pytest.MonkeyPatch
):
    await sign_in(Cabinet(remote))

    async def listen() -> None:
        async for _ in remote.events():
            pass

    listening = asyncio.ensure_future(listen())
    await until(lambda: bool(remote._last_event))
    loop = asyncio.get_running_loop()
    began = loop.time()
    serving.server.drain()
    serving._uvicorn.should_exit = True
    await loop.run_in_executor(None, serving._thread.join, PATIENCE)
    assert not serving._thread.is_alive()
    assert loop.time() - began < 5
    listening.cancel()


async def test_a_silent_stream_has_a_heartbeat(
    serving: Running, remote: Remote, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mts_tui.backend.server.HEARTBEAT_SECONDS", 0.05)
    await sign_in(Cabinet(remote))
    async with remote._clients[-1].stream("GET", "/v1/events", headers=remote._headers()) as stream:
        beats = 0
        async with asyncio.timeout(PATIENCE):
            async for text in stream.aiter_lines():
                beats += text.startswith(":")
                assert not beats or text in {": beat", ""}  # No message, not even an empty one.
                if beats == 3:
                    break
