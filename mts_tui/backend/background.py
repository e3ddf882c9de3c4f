"""Work that nobody waits for: what falls due, letters, documents.

Any number of processes run the same jobs on the same store. Each piece of work is taken in the
transaction that does it, and one that another process has in hand is passed over, so that they
share the work and never double it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from .contract.errors import CabinetError
from .services.billing import Book
from .services.forgetting import forget
from .store import Store, Transaction

TICK_SECONDS = 1.0
FORGETS_FIRST = 15.0
FORGETS_EVERY = 3600.0

log = logging.getLogger(__name__)
Job = Callable[[], bool]
"""Does one piece of work; whether there was any."""


class Background:
    """A thread that does jobs, each until nothing is left, once a second.

    Args:
        name: The thread's.
        jobs: The jobs.
        after: Seconds before the first look: a start has other things to do.
        stop: Set when it ends, for jobs that take long.
    """

    def __init__(
        self,
        name: str,
        jobs: Sequence[Job],
        *,
        after: float = 0.0,
        stop: threading.Event | None = None,
    ) -> None:
        self._jobs = jobs
        self._after = after
        self._stop = stop or threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def begin(self) -> None:
        """Start."""
        self._thread.start()

    def end(self) -> None:
        """Stop; returns when the thread is done with the store."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        self._stop.wait(self._after)
        while not self._stop.is_set():
            for job in self._jobs:
                self._do(job)
            self._stop.wait(TICK_SECONDS)

    def _do(self, job: Job) -> None:
        """Do a job to its end; what cannot be done now is tried at the next tick.

        A defect of one job is told and ends none of the others.
        """
        try:
            while not self._stop.is_set() and job():
                pass
        except CabinetError as error:
            log.warning("background work waits: %s", error.code)
        except Exception as error:  # noqa: BLE001
            # No more than its name: a text or a trace may quote what is nobody's business.
            log.error("background work failed: %s", type(error).__qualname__)  # noqa: TRY400


def pass_time(tx: Transaction, account_id: str) -> None:
    """Let everything happen to an account that has fallen due."""
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    book.write()


def due_job(store: Store, live: Callable[[Transaction, str], None] = pass_time) -> Job:
    """A job that brings one account, for which something is due, up to the operator's time.

    Args:
        store: The store.
        live: What brings it there; the demo's people also use their phones meanwhile.
    """

    def is_due(tx: Transaction) -> bool:
        first = tx.ledger.first_due()
        return first is not None and first <= tx.now_ms

    def work(tx: Transaction) -> bool:
        account_id = tx.ledger.take_due(now=tx.now_ms)
        if account_id is None:  # Another process was quicker, or has it in hand.
            return False
        live(tx, account_id)
        return True

    def job() -> bool:
        return store.look(is_due) and store.change(work)

    return job


class Forgetting:
    """A job that deletes what nobody needs any more, once an hour.

    A little at each tick until nothing is left: what falls due does not wait for it.

    Args:
        store: The store.
        clock: Seconds, never set back.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._at = clock() + FORGETS_FIRST

    def __call__(self) -> bool:
        """Do the job's next piece, if it is time."""
        now = self._clock()
        if now >= self._at and not self._store.change(forget):
            self._at = now + FORGETS_EVERY
        return False
