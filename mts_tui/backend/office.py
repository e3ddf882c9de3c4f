"""Documents and letters: made and sent by threads of their own, so that nothing else waits."""

import threading
from functools import partial
from typing import TYPE_CHECKING

from .background import Background
from .store import Store

if TYPE_CHECKING:
    from .connectors.mail import MailSettings
    from .mail import Unlock

AFTER_SECONDS = 2.0
"""Before it begins: the first frame goes before what was left from the last time."""


class Office:
    """The threads.

    Args:
        store: The operator's; any number of processes share its work.
        mail: Who sends letters; None where nobody does.
        unlock: Gets the password of mail, where that is kept elsewhere.
    """

    def __init__(
        self, store: Store, mail: "MailSettings | None", unlock: "Unlock | None" = None
    ) -> None:
        stop = threading.Event()
        documents = partial(_documents, store, stop)
        self._threads = [Background("documents", [documents], after=AFTER_SECONDS, stop=stop)]
        if mail is not None:
            post = partial(_letters, store, mail, unlock)
            self._threads.append(Background("letters", [post], after=AFTER_SECONDS))

    def begin(self) -> None:
        """Start."""
        for one in self._threads:
            one.begin()

    def end(self) -> None:
        """Stop; returns when the threads are done with the store."""
        for one in self._threads:
            one.end()


def _documents(store: Store, stop: threading.Event) -> bool:
    from .statements import forget_expired, make_one

    return make_one(store, stop.is_set) or forget_expired(store)


def _letters(store: Store, mail: "MailSettings", unlock: "Unlock | None") -> bool:
    from .mail import send_one

    return send_one(store, mail, unlock)
