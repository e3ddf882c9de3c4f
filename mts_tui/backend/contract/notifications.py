"""«Уведомления»: what happened, kept for three days."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import NotFound
from .model import AccountId, Count, Id, Label, Model, Moment, Page, Request, Text

NotificationKind = Literal[
    "access", "account", "numbers", "trust", "fee", "payment", "autopay", "budget", "services",
    "statement", "message", "bonus", "promo", "family", "support",
]  # fmt: skip
Place = Literal[
    "", "numbers", "account", "payments", "services", "blocking", "archive", "messages",
    "statements", "bonus", "promos", "family", "support", "settings",
]  # fmt: skip
"""The page of the cabinet that a notification speaks of; empty for none."""

KEPT_HOURS = 72


class Notification(Model):
    """One notification."""

    id: Id
    at: Moment
    expires_at: Moment
    kind: NotificationKind
    title: Label
    text: Text
    read: bool
    place: Place
    subject: Label
    """Id of the thing there; empty where the page itself is meant."""


class Inbox(Model):
    """How many notifications are new."""

    unread: Count


class ReadNotifications(Request):
    """Which were read."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=200)]


class Notifications(Area):
    """Notifications."""

    @query("/accounts/{account}/notifications", errors=(NotFound,))
    async def kept(self, account: AccountId) -> Page[Notification]:
        """The notifications of three days, the newest first; 200 at most."""

    @query("/accounts/{account}/notifications/inbox", errors=(NotFound,))
    async def inbox(self, account: AccountId) -> Inbox:
        """How many are new: the badge."""

    @command("POST", "/accounts/{account}/notifications/read", errors=(NotFound,))
    async def mark_read(self, account: AccountId, order: ReadNotifications) -> Inbox:
        """These have been read."""
