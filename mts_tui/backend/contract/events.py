"""What happened to an account, in the order it was committed."""

from typing import Literal

from .model import AccountId, Count, Model, Moment

EventKind = Literal[
    "account", "message", "notice", "session", "password", "numbers", "statement", "support",
    "connection",
]  # fmt: skip


NOBODY = ""
"""The account of events that are nobody's, such as `connection`."""


class Event(Model):
    """A change, told to every open screen and every other client of the account.

    An event says that something of this kind changed; what it is now is asked for anew.
    """

    account: AccountId
    seq: Count
    """Grows by one with each event of the account, in commit order: none is lost or repeated."""
    kind: EventKind
    at: Moment
