"""A command that may want to know first who is there."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from mts_tui.app import MtsApp
from mts_tui.backend.contract.errors import StepUpRequired

from .dialog import Proof

T = TypeVar("T")


async def proved(app: MtsApp, reason: str, ask: Callable[[], Awaitable[T]]) -> T | None:
    """The answer to a command, the person being asked for a proof where the operator wants one.

    Call it from a worker of the group `save`.

    Args:
        app: The application.
        reason: Why a proof is asked for, whole sentences.
        ask: Asks; called again, with the same key, after the proof.

    Returns:
        The answer; None where the person gave up.

    Raises:
        CabinetError: What the command raises.
    """
    try:
        return await ask()
    except StepUpRequired:
        state = await app.cabinet.access.password()
        if not await app.push_screen_wait(Proof(reason, with_password=state.is_set)):
            return None
        return await ask()
