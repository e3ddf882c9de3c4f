"""What a backend on a server has beyond the contract's: a way to it, and letters to it."""

from typing import Protocol, runtime_checkable

from mts_tui.proxies import Proxy

from .contract import Backend
from .outbox import Letter


@runtime_checkable
class Distant(Backend, Protocol):
    """A backend on a server."""

    proxy: Proxy | None
    """The proxy on the way; known from the first try to open on."""
    asks_password: bool
    """Whether the proxy asks for a name and password, and there is no connection for that."""

    def use_password(self, name: str, password: str) -> None:
        """Send by the proxy with this name and password from now on."""

    def take_too_old(self) -> list[Letter]:
        """The account's commands that are too old to be sent; they are given out once."""
