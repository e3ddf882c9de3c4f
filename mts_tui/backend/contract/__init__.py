"""What can be asked of a cabinet: models and operations, one file for each area."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Protocol

from .access import Access
from .account import Account
from .demo import Demo
from .endpoint import Area, Channel, Endpoint
from .events import Event
from .numbers import Numbers
from .trust import Trust

AREAS: tuple[type[Area], ...] = (Access, Numbers, Account, Trust, Demo)


def endpoints() -> Iterator[Endpoint]:
    """Every operation there is."""
    for area in AREAS:
        yield from area.endpoints


class Backend(Channel, Protocol):
    """Whoever answers for the operator: the one inside, or a server."""

    features: frozenset[str]
    """What is offered beyond the cabinet itself, e.g. `demo`; known once it is open."""
    online: bool
    """Whether the operator answers now; inside the process it always does."""
    offline_since: datetime | None
    """Since when it does not."""

    async def open(self) -> None:
        """Make ready. Raises `Unavailable` with a sentence where that is not possible."""

    async def close(self) -> None:
        """Let go of everything; the backend is not used again."""

    def events(self) -> AsyncIterator[Event]:
        """What happens to the cabinet's accounts from now on."""


class Cabinet:
    """The whole cabinet, area by area, through one channel."""

    def __init__(self, channel: Channel, key: str | None = None) -> None:
        self._channel = channel
        self.access = Access(channel, key)
        self.numbers = Numbers(channel, key)
        self.account = Account(channel, key)
        self.trust = Trust(channel, key)
        self.demo = Demo(channel, key)

    def keyed(self, key: str) -> "Cabinet":
        """The same cabinet, whose next command carries this idempotency key."""
        return Cabinet(self._channel, key)


__all__ = ["AREAS", "Area", "Backend", "Cabinet", "Channel", "Endpoint", "Event", "endpoints"]
