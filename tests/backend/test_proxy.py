"""The client behind a real proxy: with TLS and without, with a password, dead, back again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx_sse
import pytest

from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.errors import (
    CabinetError,
    NotSentYet,
    Offline,
    ProxyPassword,
    ProxyRefused,
    ProxySilent,
    ProxyUnfit,
    UntrustedServer,
)
from mts_tui.backend.distant import Distant
from mts_tui.backend.outbox import Outbox
from mts_tui.backend.remote import Remote
from mts_tui.backend.store import SqliteStore, Store
from tests.proxy import NAME, PASSWORD, Certificate, ProxyServer, proxy_server

from .conftest import Files
from .desk import Clock
from .network import Running, at_once, sign_in

PATIENCE = 20.0
SYSTEM = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_system_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SYSTEM:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def operator(tmp_path: Path, clock: Clock, settled_file: Path) -> Iterator[Store]:
    files = Files(clock, tmp_path, settled_file)
    yield files.settled()
    files.close()


@pytest.fixture(params=["https", "http"])
def serving(
    request: pytest.FixtureRequest,
    operator: Store,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Running]:
    """A server; its authority is among those that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    server = Running(operator, 0, certificate if request.param == "https" else None)
    yield server
    server.stop()


@pytest.fixture
def proxy() -> Iterator[ProxyServer]:
    """A proxy that asks for a password."""
    with proxy_server() as made:
        yield made


@asynccontextmanager
async def client(server: str, proxy: str, outbox: Path) -> AsyncIterator[Remote]:
    """A client, not opened yet."""
    made = Remote(server, outbox, proxy=proxy, pause=at_once)
    try:
        yield made
    finally:
        await made.close()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - it may be another process that makes it true
            await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(
    remote: Remote, kind: str, told: Callable[[], Any] = lambda: True
) -> AsyncIterator[list[Any]]:
    """What is so at each event of a kind, as they come; the stream is there."""
    found: list[Any] = []

    async def listen() -> None:
        async for event in remote.events():
            if event.kind == kind:
                found.append(told())  # noqa: PERF401 - looked at meanwhile

    task = asyncio.ensure_future(listen())
    try:
        await until(lambda: remote._last_event)
        yield found
    finally:
        task.cancel()


async def test_the_whole_way_by_a_proxy_with_a_password(
    serving: Running, proxy: ProxyServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    async with client(serving.url, proxy.url, tmp_path / "outbox") as remote:
        assert isinstance(remote, Distant)
        with pytest.raises(ProxyPassword, match=proxy.place) as caught:
            await remote.open()
        assert remote.asks_password
        assert not remote.online
        assert "Ctrl+P" in str(caught.value)

        remote.use_password(NAME, "не тот пароль")
        with pytest.raises(ProxyPassword):
            await remote.open()
        assert remote.proxy is not None
        assert remote.proxy.password is None  # It is not sent a second time.

        remote.use_password(NAME, PASSWORD)
        await remote.open()
        assert remote.online
        assert not remote.asks_password
        cabinet = Cabinet(remote)
        account = (await sign_in(cabinet)).session.account
        async with listening(remote, "account") as seen:
            await cabinet.trust.switch_on(account)
            await until(lambda: seen)
        assert PASSWORD not in repr(remote.proxy) + caplog.text
    assert "не тот пароль" not in caplog.text


async def test_without_the_authority_the_server_is_not_trusted(
    operator: Store, certificate: Certificate, proxy: ProxyServer, tmp_path: Path
):
    server = Running(operator, 0, certificate)
    try:
        async with client(server.url, proxy.url, tmp_path / "outbox") as remote:
            with pytest.raises(ProxyPassword):
                await remote.open()
            remote.use_password(NAME, PASSWORD)
            with pytest.raises(UntrustedServer):
                await remote.open()
    finally:
        server.stop()


async def test_a_proxy_that_dies_is_named_and_work_goes_on_when_it_is_back(
    serving: Running, tmp_path: Path
):
    with proxy_server("") as proxy:
        async with client(serving.url, proxy.url, tmp_path / "outbox") as remote:
            await remote.open()
            cabinet = Cabinet(remote)
            account = (await sign_in(cabinet)).session.account
            state = await cabinet.access.password()
            listening = asyncio.ensure_future(anext(remote.events()))
            await until(lambda: remote._last_event)
            proxy.stop()
            assert await cabinet.access.password() == state  # As it was seen last.
            assert remote.offline_since is not None
            with pytest.raises(ProxySilent, match=proxy.place):
                await cabinet.access.sessions()
            with pytest.raises(NotSentYet):
                await cabinet.trust.switch_off(account)
            assert len(Outbox(tmp_path / "outbox").letters(account)) == 1
            proxy.start()
            await until(lambda: remote.online)
            await until(lambda: not Outbox(tmp_path / "outbox").letters(account))
            listening.cancel()
            await cabinet.access.sessions()


async def test_a_server_that_starts_anew_behind_the_proxy_is_found_by_itself(
    clock: Clock, tmp_path: Path, settled_file: Path, certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    files = Files(clock, tmp_path, settled_file)
    first = files.settled()
    server = Running(first, 0, certificate)
    with proxy_server("") as proxy:
        async with client(server.url, proxy.url, tmp_path / "outbox") as remote:
            await remote.open()
            cabinet = Cabinet(remote)
            await sign_in(cabinet)
            async with listening(remote, "connection"):
                await asyncio.get_running_loop().run_in_executor(None, server.stop)
                with pytest.raises(Offline) as caught:
                    await cabinet.access.sessions()
                assert type(caught.value) is Offline  # It is not the proxy that is silent.
                store = files.again(SqliteStore(first.path, clock))
                again = Running(store, server.port, certificate)
                await until(lambda: remote.online)
                assert (await cabinet.access.sessions()).items
            await asyncio.get_running_loop().run_in_executor(None, again.stop)
    files.close()


async def test_a_proxy_that_begins_to_ask_tells_once_and_serves_what_is_held(
    serving: Running, tmp_path: Path
):
    with proxy_server("") as proxy:
        async with client(serving.url, proxy.url, tmp_path / "outbox") as remote:
            await remote.open()
            cabinet = Cabinet(remote)
            account = (await sign_in(cabinet)).session.account
            state = await cabinet.access.password()
            async with listening(remote, "connection", lambda: remote.asks_password) as told:
                proxy.stop()
                await until(lambda: told == [False])
                proxy.start(PASSWORD)
                await until(lambda: told == [False, True])
                assert await cabinet.access.password() == state
                with pytest.raises(NotSentYet):
                    await cabinet.trust.switch_off(account)
                remote.use_password(NAME, PASSWORD)
                await remote.open()
                await until(lambda: told == [False, True, False])
                await until(lambda: not Outbox(tmp_path / "outbox").letters(account))


async def test_a_late_refusal_of_the_stream_is_no_lost_connection(
    serving: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What was asked for without the password is refused after the password was taken."""
    connect, gate = httpx_sse.aconnect_sse, asyncio.Event()
    held, streams = 0, 0

    async def wait() -> None:
        nonlocal held
        held += not gate.is_set()
        await gate.wait()

    @asynccontextmanager
    async def slow(*arguments: Any, **named: Any) -> AsyncIterator[httpx_sse.EventSource]:
        nonlocal streams
        try:
            async with connect(*arguments, **named) as source:
                if source.response.status_code != 200:
                    await wait()
                else:
                    streams += 1
                yield source
        except httpx.ProxyError:
            await wait()
            raise

    monkeypatch.setattr("httpx_sse.aconnect_sse", slow)
    with proxy_server("") as proxy:
        async with client(serving.url, proxy.url, tmp_path / "outbox") as remote:
            await remote.open()
            await sign_in(Cabinet(remote))
            gate.set()
            async with listening(remote, "connection", lambda: remote.online) as told:
                proxy.stop()
                await until(lambda: told)
                proxy.start(PASSWORD)
                await until(lambda: remote.asks_password)
                gate.clear()
                await until(lambda: held)
                remote.use_password(NAME, PASSWORD)
                await remote.open()
                told.clear()
                known = streams
                gate.set()
                await until(lambda: streams > known)
                assert False not in told


async def test_a_refusal_of_an_old_password_does_not_take_the_new_one_away(
    serving: Running, proxy: ProxyServer, tmp_path: Path
):
    async with client(serving.url, proxy.url, tmp_path / "outbox") as remote:
        with pytest.raises(ProxyPassword):
            await remote.open()
        remote.use_password(NAME, "не тот пароль")
        old = remote._clients[-1]
        remote.use_password(NAME, PASSWORD)
        assert remote._stopped_by_proxy(407, old) is None
        await remote.open()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ProxyRefused),
        (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", Offline),
        (b"SSH-2.0-OpenSSH\r\n", Offline),
        (b"", Offline),
    ],
)
async def test_other_answers_of_a_proxy(tmp_path: Path, answer: bytes, kind: type[CabinetError]):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    odd = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{odd.sockets[0].getsockname()[1]}"
    async with client("https://cabinet.example", url, tmp_path / "outbox") as remote:
        with pytest.raises(CabinetError) as caught:
            await remote.open()
        assert type(caught.value) is kind
        assert not remote.asks_password
    odd.close()


async def test_a_proxy_of_the_system_is_for_others_than_this_machine(
    operator: Store, proxy: ProxyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    server = Running(operator)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    async with client(server.url, "", tmp_path / "outbox") as remote:
        await remote.open()
        assert remote.proxy is None
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with client(server.url, proxy.url, tmp_path / "outbox") as remote:
        with pytest.raises(ProxyPassword):  # The profile's own is used even so.
            await remote.open()
        assert remote.proxy is not None
        assert not remote.proxy.of_system
    await asyncio.get_running_loop().run_in_executor(None, server.stop)


async def test_the_systems_proxy_with_its_password_leads_to_a_server(
    operator: Store, certificate: Certificate, proxy: ProxyServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    monkeypatch.setattr("mts_tui.proxies.LOOPBACK", set())
    monkeypatch.setenv("https_proxy", f"http://{NAME}:{PASSWORD}@{proxy.place}")
    server = Running(operator, 0, certificate)
    async with client(server.url, "", tmp_path / "outbox") as remote:
        await remote.open()
        assert remote.proxy is not None
        assert (remote.proxy.name, remote.proxy.place) == (NAME, proxy.place)
        assert remote.proxy.of_system
    await asyncio.get_running_loop().run_in_executor(None, server.stop)


async def test_a_socks_proxy_of_the_system_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://anna:canary@proxy.example:1080")
    async with client("https://cabinet.example", "", tmp_path / "outbox") as remote:
        with pytest.raises(ProxyUnfit, match="SOCKS") as caught:
            await remote.open()
        assert "canary" not in str(caught.value)
