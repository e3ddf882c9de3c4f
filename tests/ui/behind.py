"""An operator behind a proxy that asks for a password: without a network, for screens."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from mts_tui.app import MtsApp
from mts_tui.backend.contract import Endpoint
from mts_tui.backend.contract.errors import CabinetError, Offline, ProxyPassword
from mts_tui.backend.contract.events import NOBODY, Event
from mts_tui.backend.outbox import Letter
from mts_tui.backend.store import SqliteStore
from mts_tui.proxies import Proxy

from .world import Operator, World

PLACE = "proxy.example:3128"
NAME, PASSWORD = "anna.ivanova", "канарейка на проводе"


class Guarded(Operator):
    """The operator; its proxy lets only those through who know its password.

    Attributes:
        password: What the proxy asks for; None where it asks nobody.
        tried: The names and passwords that it was given.
        away: What is wrong behind the proxy.
        letters: Commands that are too old.
    """

    def __init__(self, store: SqliteStore, name: str) -> None:
        super().__init__(store)
        self.features = frozenset({"demo"})
        self.proxy: Proxy | None = Proxy(f"http://{PLACE}", name)
        self.asks_password = False
        self.password: str | None = PASSWORD
        self.tried: list[tuple[str, str]] = []
        self.away: CabinetError | None = None
        self.letters: list[Letter] = []
        self._begun = False

    def use_password(self, name: str, password: str) -> None:
        assert self.proxy is not None
        self.tried.append((name, password))
        self.proxy = msgspec.structs.replace(self.proxy, name=name, password=password)

    async def open(self) -> None:
        self._knock()
        if self.away is not None:
            raise self.away
        if not self._begun:
            self._begun = True
            await super().open()
        if not self.online:
            self.online, self.offline_since, self.asks_password = True, None, False
            self._tell([_connection()])

    async def close(self) -> None:
        if self._begun:
            await super().close()

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
        self._knock()
        return await super().call(endpoint, arguments, key)

    def take_too_old(self) -> list[Letter]:
        letters, self.letters = self.letters, []
        return letters

    def begin_to_ask(self, password: str) -> None:
        """The proxy wants another password from now on."""
        assert self.proxy is not None
        self.password = password
        self.proxy = msgspec.structs.replace(self.proxy, password=None)
        self._lose()

    def _knock(self) -> None:
        assert self.proxy is not None
        if self.password in {None, self.proxy.password}:
            return
        self.proxy = msgspec.structs.replace(self.proxy, password=None)
        self._lose()
        raise ProxyPassword(proxy=self.proxy.place)

    def _lose(self) -> None:
        new = not self.asks_password
        self.online, self.offline_since = False, datetime.now(UTC)
        self.asks_password = True
        if new:
            self._tell([_connection()])


def _connection() -> Event:
    return Event(account=NOBODY, seq=0, kind="connection", at=datetime.now(UTC))


class Behind:
    """A person whose operator is behind a proxy.

    Args:
        world: The person's machine.
        name: The name that stands in the proxy's address.
        away: What is wrong behind the proxy at first.
    """

    def __init__(self, world: World, name: str = "", away: Offline | None = None) -> None:
        self.world = world
        self.name = name
        self.away = away
        self.made: list[Guarded] = []

    @property
    def operator(self) -> Guarded:
        return self.made[-1]

    def app(self) -> MtsApp:
        """The program, not started yet."""
        app = self.world.app()
        app._make_backend = self.make
        return app

    def make(self) -> Guarded:
        store = SqliteStore(self.world.path, self.world.clock)
        self.world.backend = Guarded(store, self.name)
        self.world.backend.away = self.away
        self.made.append(self.world.backend)
        return self.world.backend
