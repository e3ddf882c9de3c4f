"""A command under way is not begun again: a second Enter while the first is answered does nothing.

An exclusive worker would do the opposite: cancel the first, whose effect may have happened already.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
W = TypeVar("W")


def once(
    group: str,
) -> Callable[
    [Callable[Concatenate[W, P], Awaitable[None]]], Callable[Concatenate[W, P], Awaitable[None]]
]:
    """Let only one call of a group run at a time on the same object; others return at once."""

    def decorate(
        method: Callable[Concatenate[W, P], Awaitable[None]],
    ) -> Callable[Concatenate[W, P], Awaitable[None]]:
        @wraps(method)
        async def run(self: W, /, *args: P.args, **kwargs: P.kwargs) -> None:
            running: set[str] = self.__dict__.setdefault("_running_once", set())
            if group in running:
                return
            running.add(group)
            try:
                await method(self, *args, **kwargs)
            finally:
                running.discard(group)

        return run

    return decorate
