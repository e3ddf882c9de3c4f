"""The few routes of a server that are not operations of the cabinet."""

from typing import Any

import msgspec

from mts_tui.backend.contract.errors import CabinetError, NotSignedIn
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.meta import Health, Meta


class Route(msgspec.Struct, frozen=True):
    """A route outside the contract; all of them are `GET`.

    Attributes:
        id: The operation's stable name.
        path: Its path; below the API's base unless `bare`.
        result: Type of the answer, or of each event of a stream.
        summary: One line for people.
        description: The whole story.
        public: True where no session is needed.
        bare: True for a probe: outside the API's version, without limits of its rate.
        stream: True where the answer is a stream of events.
        errors: What it may answer besides what every operation may.
    """

    id: str
    path: str
    result: Any
    summary: str
    description: str
    public: bool = True
    bare: bool = False
    stream: bool = False
    errors: tuple[type[CabinetError], ...] = ()


ROUTES = (
    Route(
        "service.events",
        "/events",
        Event,
        "What happens to the cabinet's accounts from now on.",
        "Server-sent events of every account in the session's cabinet, in the order they were "
        "committed; none is lost or repeated. `event: event` carries an `Event` as its `data`; its "
        "`id` goes into `Last-Event-ID` after a break, and the stream continues behind it. "
        "`event: reset` says that what happened meanwhile is no longer kept: ask for everything "
        "anew. A comment comes at least every 15 seconds, so that a dead line is noticed. The "
        "stream ends with the session.",
        public=False,
        stream=True,
        errors=(NotSignedIn,),
    ),
    Route(
        "service.meta",
        "/meta",
        Meta,
        "Whom this server can talk to, and what it offers.",
        "The oldest client version that works here, features, limits, and the operator's clock. A "
        "client greys out what is not offered; it does not fail.",
    ),
    Route(
        "service.live",
        "/health/live",
        Health,
        "Whether this process runs.",
        "For whoever starts and restarts processes. Looks at nothing but itself.",
        bare=True,
    ),
    Route(
        "service.ready",
        "/health/ready",
        Health,
        "Whether this process can answer.",
        "For a load balancer: 503 while the store cannot be written, or while the process is about "
        "to end. `details` tell of the store, e.g. whether a standby confirms each commit.",
        bare=True,
    ),
)
"""Every route outside the contract."""
