"""What an SMS gateway of the outside world is to the operator; `exolve` is one.

The demo needs none: its own network lives in the store, as dues of the sender's account (see
`services.deliveries`), so that a moved clock and a crash find it where it was.
"""

from datetime import datetime
from typing import Literal, Protocol

import msgspec

Outcome = Literal["again", "never", "unknown"]
"""`again`: the gateway does not have the message, another try may help. `never`: it does not have
it, and every try will be refused. `unknown`: it may have it, its answer was lost."""


class GatewayFailed(Exception):
    """A gateway did not answer as it should.

    Args:
        reason: A whole sentence for the person who sends.
        outcome: What that means for the message.
        wait: Seconds that the gateway asks to wait; None where it does not say.
    """

    def __init__(self, reason: str, outcome: Outcome, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome
        self.wait = wait


class Report(msgspec.Struct, frozen=True):
    """What a gateway knows of a message.

    Attributes:
        state: `sent` while it is under way.
        reason: Why it failed: a whole sentence.
    """

    state: Literal["sent", "delivered", "failed"]
    reason: str = ""


class SmsGateway(Protocol):
    """A gateway. Its methods block, and raise `GatewayFailed`.

    Attributes:
        sender: Who the messages come from: a number, E.164, or a name.
    """

    sender: str

    def send(self, to: str, text: str) -> str:
        """Hand a message over; the gateway's own id of it."""

    def find(self, to: str, text: str, since: datetime) -> list[str]:
        """Ids of messages to a number with this very text that the gateway got since a moment."""

    def state(self, message_id: str) -> Report:
        """What has become of a message."""
