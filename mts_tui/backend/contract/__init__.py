"""What can be asked of a cabinet: models and operations, one file for each area."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from .endpoint import Area, Channel, Endpoint
from .events import Event

if TYPE_CHECKING:
    from .access import Access
    from .account import Account
    from .archive import Archive
    from .autopay import Autopay
    from .blocking import Blocking
    from .bonus import Bonus
    from .demo import Demo
    from .family import Family
    from .forwarding import Forwarding
    from .identities import Identities
    from .imports import Imports
    from .messages import Messages
    from .notifications import Notifications
    from .numbers import Numbers
    from .options import Options
    from .payments import Payments
    from .preview import Preview
    from .promos import Promos
    from .receipts import Receipts
    from .ringback import Ringback
    from .roaming import Roaming
    from .statements import Statements
    from .support import Support
    from .tariffs import Tariffs
    from .transfers import Transfers
    from .trust import Trust
    from .undo import Undo

P = ParamSpec("P")
T = TypeVar("T")

AREAS = (
    "access",
    "numbers",
    "account",
    "archive",
    "tariffs",
    "options",
    "payments",
    "transfers",
    "autopay",
    "trust",
    "blocking",
    "forwarding",
    "receipts",
    "roaming",
    "ringback",
    "imports",
    "messages",
    "statements",
    "bonus",
    "promos",
    "family",
    "support",
    "notifications",
    "identities",
    "undo",
    "demo",
)
"""The areas' words: each names a module here, and its class. They are loaded when first used."""


@cache
def area(word: str) -> type[Area]:
    """The area of a word."""
    found: type[Area] = getattr(import_module(f".{word}", __name__), word.capitalize())
    return found


def endpoints() -> Iterator[Endpoint]:
    """Every operation there is."""
    for word in AREAS:
        yield from area(word).endpoints


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
        self._key = key

    if TYPE_CHECKING:
        access: Access
        account: Account
        archive: Archive
        autopay: Autopay
        blocking: Blocking
        bonus: Bonus
        demo: Demo
        family: Family
        forwarding: Forwarding
        identities: Identities
        imports: Imports
        messages: Messages
        notifications: Notifications
        numbers: Numbers
        options: Options
        payments: Payments
        promos: Promos
        receipts: Receipts
        ringback: Ringback
        roaming: Roaming
        statements: Statements
        support: Support
        tariffs: Tariffs
        transfers: Transfers
        trust: Trust
        undo: Undo

    def __getattr__(self, word: str) -> Area:
        """An area, made when it is first asked for: most of them are not on the first screen."""
        if word not in AREAS:
            raise AttributeError(word)
        made = area(word)(self._channel, self._key)
        setattr(self, word, made)
        return made

    async def preview(
        self, operation: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Preview[T]":
        """What a command would answer and change, without changing anything.

        Args:
            operation: A command of this cabinet that offers it: `cabinet.trust.switch_on`.
            args: Its arguments.
            kwargs: Its arguments by name.

        Raises:
            CabinetError: What the command itself would raise.
        """
        endpoint = operation.endpoint.preview  # type: ignore[attr-defined]
        answer: Preview[T] = await self._channel.call(endpoint, endpoint.bind(args, kwargs), None)
        return answer

    def keyed(self, key: str) -> "Cabinet":
        """The same cabinet, whose next command carries this idempotency key."""
        return Cabinet(self._channel, key)


__all__ = [
    "AREAS",
    "Area",
    "Backend",
    "Cabinet",
    "Channel",
    "Endpoint",
    "Event",
    "area",
    "endpoints",
]
