"""Several states asked for at once: one that is not known does not take the others away."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from mts_tui.backend.contract.errors import CabinetError

P = ParamSpec("P")
T = TypeVar("T")


async def if_told(ask: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """The operator's answer, or None where it did not give one.

    The question is put in here, not before: of a page that goes away at once it is never asked.
    """
    try:
        return await ask(*args, **kwargs)
    except CabinetError:
        return None
