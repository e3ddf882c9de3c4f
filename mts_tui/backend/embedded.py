"""The operator inside: the contract, answered in this process.

Services run on worker threads, each with its own connection to the store; the event loop only
waits. The demo's life (usage, fees) goes on in a daemon thread of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .contract import Endpoint, Event
from .dispatch import Dispatcher
from .office import Office
from .operator.demo_id import DemoId
from .operator.life import Life
from .store import SqliteStore, Store
from .store.transaction import new_key

if TYPE_CHECKING:
    from datetime import datetime

    from .connectors.mail import MailSettings
    from .mail import Unlock

THREADS = 4


class Embedded:
    """A backend in one file.

    Args:
        store: Where everything is kept.
        seed: The demo's people and history follow from it.
        live: Whether usage goes on while the program is open.
        mail: Who sends documents; None where nobody does.
        unlock: Gets the password of mail, where that is kept elsewhere.
    """

    def __init__(
        self,
        store: Store,
        *,
        seed: int = 2026,
        live: bool = True,
        mail: "MailSettings | None" = None,
        unlock: "Unlock | None" = None,
    ) -> None:
        self.token: str | None = None
        self.features = frozenset({"demo", "own"})
        self.online = True
        self.offline_since: datetime | None = None
        self._store = store
        self._dispatcher = Dispatcher(
            store, personal=True, mails=mail is not None, providers=[DemoId(store)]
        )
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="operator")
        self._life = Life(store, seed=seed, live=live, tell=self._tell)
        self._office = Office(store, mail, unlock)
        self._listeners: list[tuple[asyncio.AbstractEventLoop, asyncio.Queue[Event]]] = []
        store.on_commit.append(self._life.committed)

    @classmethod
    def at(
        cls,
        folder: Path,
        *,
        seed: int = 2026,
        live: bool = True,
        mail: "MailSettings | None" = None,
        unlock: "Unlock | None" = None,
    ) -> "Embedded":
        """The demo whose file lies in `folder`."""
        return cls(
            SqliteStore(folder / "operator.db"), seed=seed, live=live, mail=mail, unlock=unlock
        )

    async def open(self) -> None:
        """Open the store, settle the people, catch up with the time that has passed.

        Raises:
            Unavailable: With a sentence; the file is left as it is.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._life.begin)
        self._office.begin()

    async def close(self) -> None:
        """End the life and close the file."""
        self._office.end()
        self._life.end()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._store.close()

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
        """See `contract.Channel.call`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, self._answer, endpoint, arguments, key or new_key()
        )

    async def events(self) -> AsyncIterator[Event]:
        """What happens to any of the demo's accounts from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        listener = (asyncio.get_running_loop(), queue)
        self._listeners.append(listener)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(listener)

    def _answer(self, endpoint: Endpoint, arguments: dict[str, Any], key: str) -> Any:
        return self._dispatcher.answer(endpoint, arguments, token=self.token, key=key)

    def _tell(self, events: list[Event]) -> None:
        for loop, queue in tuple(self._listeners):
            if not loop.is_closed():
                for event in events:
                    loop.call_soon_threadsafe(queue.put_nowait, event)
