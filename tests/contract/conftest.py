"""The three backends over the same settled demo, with the same clock that stands."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from mts_tui.backend.background import Background
from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.store import Store
from tests.backend.conftest import Databases, Files, clock, server, settled_database, settled_file
from tests.backend.desk import Clock
from tests.backend.network import connected, running

__all__ = ["clock", "server", "settled_database", "settled_file"]

KINDS = ("embedded", "remote-sqlite", "remote-postgres")


class Backends:
    """Makes backends; each has an operator of its own.

    Attributes:
        store: What the backend made last keeps everything in.
    """

    store: Store

    def __init__(self, stack: AsyncExitStack, request: pytest.FixtureRequest, folder: Path) -> None:
        self._stack = stack
        self._request = request
        self._folder = folder

    async def make(self, kind: str, clock: Clock) -> Backend:
        find = self._request.getfixturevalue
        if kind == "remote-postgres":
            stores = Databases(clock, find("server"), find("settled_database"))
        else:
            folder = self._folder / kind
            folder.mkdir()
            stores = Files(clock, folder, find("settled_file"))
        self._stack.callback(stores.close)
        self.store = store = stores.settled()
        if kind == "embedded":
            inside = Embedded(store, live=False)
            await inside.open()
            self._stack.push_async_callback(inside.close)
            return inside
        serving = self._stack.enter_context(running(store))
        client = connected(serving.url, self._folder / kind / "outbox")
        return await self._stack.enter_async_context(client)


@pytest.fixture
async def backends(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Backends]:
    """Makes backends of each kind; they end with the test."""
    monkeypatch.setattr(Background, "_run", lambda _background: None)
    monkeypatch.setattr("mts_tui.backend.hub.POLL_SECONDS", 0.05)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with AsyncExitStack() as stack:
        yield Backends(stack, request, tmp_path)


@pytest.fixture(params=KINDS)
async def backend(request: pytest.FixtureRequest, backends: Backends, clock: Clock) -> Backend:
    """A backend of each kind."""
    return await backends.make(request.param, clock)


@pytest.fixture
def cabinet(backend: Backend) -> Cabinet:
    return Cabinet(backend)
