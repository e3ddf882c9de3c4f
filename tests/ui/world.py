"""What stands around the program in a test: the operator, the clocks, the keyring, the folders."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

from textual.pilot import Pilot

from mts_tui import config
from mts_tui.app import MtsApp
from mts_tui.backend.contract import Endpoint
from mts_tui.backend.contract.access import Access, NewPassword, SignIn
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.store import SqliteStore
from mts_tui.credentials import Result, Secret, State, Vault, account_of
from tests.backend.desk import ANNA, NOW, Clock, Window

from .pages import settle

DEVICE = "d" * 64
DEVICE_NAME = "проба, терминал"
SMALL, NORMAL, LARGE = (80, 24), (120, 40), (200, 60)


class FakeVault(Vault):
    """A keyring in memory; `state` other than OK is its answer to everything."""

    def __init__(self) -> None:
        super().__init__(opener=lambda: None)
        self.state = State.OK
        self.kept: dict[str, Secret] = {}

    async def aread(self, account: str) -> Result:
        if self.state is not State.OK:
            return Result(self.state)
        secret = self.kept.get(account)
        return Result(State.NOTHING) if secret is None else Result(State.OK, secret)

    async def awrite(self, account: str, secret: Secret) -> Result:
        if self.state is State.OK:
            self.kept[account] = secret
        return Result(self.state)

    async def adelete(self, account: str) -> Result:
        if self.state is not State.OK:
            return Result(self.state)
        return Result(State.OK if self.kept.pop(account, None) else State.NOTHING)


class Operator(Embedded):
    """The operator inside, which may be slow or refuse.

    Attributes:
        gate: While it is set and not open, answers are held back; what they did is done.
        refuse: Names of operations, and the errors with which they are refused.
        asked: Names of the operations asked for, in their order.
    """

    gate: asyncio.Event | None
    refuse: dict[str, CabinetError]
    asked: list[str]

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store, live=False)
        self.gate, self.refuse, self.asked = None, {}, []

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
        self.asked.append(endpoint.name)
        if endpoint.name in self.refuse:
            raise self.refuse[endpoint.name]
        answer = await super().call(endpoint, arguments, key)
        if self.gate is not None:
            await self.gate.wait()
        return answer


class World:
    """One person, one machine, one operator.

    Args:
        file: The operator's store; copied, so that tests do not meet.
        folder: Where everything of this test lies.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        self.clock = Clock()
        self.seconds = 1000.0
        self.vault = FakeVault()
        self.places = config.Places(
            *(folder / name for name in ("config", "data", "state", "cache"))
        )
        self.settings = config.Settings(theme="mts-dark")
        self.refuse: dict[str, CabinetError] = {}
        self.path = folder / "operator.db"
        copyfile(file, self.path)
        self.backend: Operator | None = None
        self._starts = 0

    def change(self, **values: Any) -> None:
        """Set settings before the program starts."""
        self.settings, _notes = config.change(self.places, **{"theme": "mts-dark", **values})

    def remember(self, password: str, phone: str = ANNA) -> None:
        """What the program left behind on this machine the last time."""
        self.change(phone=phone)
        self.vault.kept[account_of("demo", phone)] = Secret(password=password, device=DEVICE)

    def pass_time(self, seconds: float) -> None:
        """Move the operator's clock and this machine's."""
        self.clock.move(seconds=seconds)
        self.seconds += seconds

    def app(self, **options: Any) -> MtsApp:
        """The program, not started yet."""

        def make_backend() -> Operator:
            random = Random(4 + self._starts)  # A program that is started again draws others.
            self._starts += 1
            self.backend = Operator(SqliteStore(self.path, self.clock, random))
            self.backend.refuse |= self.refuse
            return self.backend

        return MtsApp(
            make_backend,
            self.places,
            self.settings,
            vault=self.vault,
            monotonic=lambda: self.seconds,
            environment={},
            **options,
        )

    @asynccontextmanager
    async def run(
        self, size: tuple[int, int] = SMALL, app: MtsApp | None = None
    ) -> AsyncIterator[Pilot[None]]:
        """The program, started and quiet."""
        async with (app or self.app()).run_test(size=size, notifications=True) as pilot:
            await settle(pilot)
            yield pilot

    @property
    def store(self) -> SqliteStore:
        """The operator's store, of the program that runs: what is written here, it hears of."""
        assert self.backend is not None
        return self.backend._store

    def answer(self, operation: Any, *arguments: Any) -> Any:
        """What the operator answers to the session of the program."""
        window = self.window()
        assert self.backend is not None
        window.token = self.backend.token
        return window.ask(operation, *arguments)

    def window(self) -> Window:
        """Another program at the same operator."""
        return Window(self.store)


def file_with_password(path: Path, password: str) -> None:
    """Set Anna's password in a settled file, from the device of the tests."""
    an_hour_ago = Clock(NOW - timedelta(hours=1))
    store = SqliteStore(path, an_hour_ago, Random(5))
    store.open()
    window = Window(store)
    code = window.order_code(ANNA)
    signed = window.ask(Access.sign_in, SignIn(phone=ANNA, code=code, device=DEVICE))
    window.token = signed.token
    window.ask(Access.set_password, NewPassword(password=password))
    window.ask(Access.sign_out)
    store.close()
