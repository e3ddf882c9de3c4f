"""Life goes on: usage and payments of the demo's people, as time passes.

What an account does on a day follows from the seed and the day alone, so the two years before the
first start, a week in which nobody opened the program, and a clock that was moved are all the same
thing: living from where the account stopped to now.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random

from mts_tui import __version__
from mts_tui.backend.contract.errors import CabinetError, Unavailable
from mts_tui.backend.contract.events import Event
from mts_tui.backend.services import access
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store import Store, Transaction
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import from_ms, to_ms

from .traffic import PROFILES, contacts, day_usage, live_usage

_STEPS = {"RUB": 100_00, "BYN": 5_00, "UAH": 50_00}
"""People pay round sums: multiples of this, minor units."""
_PAYING_TIME = timedelta(hours=18, minutes=40)
_SBP = "Регистрация платежа: СБП"
_GIVEN_BACK_AFTER = 9_000
"""Milliseconds between a payment and the compensation of its commission (facts 1.2)."""
_LOOK_AHEAD = timedelta(days=3)
_TICK = 1.0
_CATCH_UP_EVERY = 60.0
_FIRST_CATCH_UP = 15.0
"""The first answers and keys go before the last minutes of six accounts."""
_FAR_BEHIND = timedelta(hours=1)
_USAGE_EVERY = (15.0, 40.0)
_KEPT = timedelta(days=3)
_ANSWERS_KEPT = timedelta(hours=48)
_EVENTS_AT_ONCE = 200
_PATIENCE = 3

log = logging.getLogger(__name__)


def live_until(
    tx: Transaction, account_id: str, seed: int, until: datetime, first: Entry | None = None
) -> None:
    """Let an account live from where it stopped to a moment.

    Args:
        tx: The transaction.
        account_id: Whose life.
        seed: The demo's.
        until: The end, not later than the operator's time.
        first: A payment with which the life begins.
    """
    row = tx.accounts.by_id(id=account_id)
    book = Book(tx, account_id)
    since, end = book.lived_until, to_ms(until)
    if first is not None:
        book.move(first)
    profile = PROFILES[row["profile"]]
    day = from_ms(since).astimezone(book.zone).date()
    last = until.astimezone(book.zone).date()
    while day <= last:
        midnight = datetime(day.year, day.month, day.day, tzinfo=book.zone)
        start, paying = to_ms(midnight), to_ms(midnight + _PAYING_TIME)
        due = [paying, paying + _GIVEN_BACK_AFTER]
        due = [moment for moment in due if since < moment <= end]
        for second, usage in day_usage(seed, account_id, book.phone, profile, day):
            at = start + second * 1000
            if at > end:
                break
            while due and due[0] < at:
                _pay(tx, book, due.pop(0), paying, seed)
            if at > since and book.state != "blocked":
                book.use(usage, at)
        for moment in due:
            _pay(tx, book, moment, paying, seed)
        day += timedelta(days=1)
    book.pass_time(end)
    book.write()


def _pay(tx: Transaction, book: Book, at: int, paying: int, seed: int) -> None:
    """Do what is due at a moment: the day's payment, or what the bank gives back of it."""
    if at == paying:
        _pay_in(book, at, seed)
    else:
        _give_back(tx, book, at, paying)


def _pay_in(book: Book, at: int, seed: int) -> None:
    """Top up when the money runs low or the fee comes near, as people do."""
    book.pass_time(at)
    step = _STEPS[book.tariff.currency]
    need = step // 2
    fee_soon = book.fee_at is not None and from_ms(book.fee_at) - from_ms(at) <= _LOOK_AHEAD
    if book.suspended or (fee_soon and book.tariff.monthly):
        need = book.tariff.monthly + step // 5
    if book.balance >= need:
        return
    rng = Random(f"{seed}:{book.id}:{at}")
    amount = max(-(-(need - book.balance) // step), 3) * step
    if rng.random() < 0.3:  # noqa: PLR2004 - three payments in ten by card
        book.move(_payment(at, "Регистрация платежа: Банковская карта", amount, "bank:card"))
        return
    book.move(_payment(at, _SBP, amount, "bank:sbp"))


def _give_back(tx: Transaction, book: Book, at: int, paid_at: int) -> None:
    """Compensate the 0.4 % that the bank took of a payment (facts 1.5)."""
    amount = 0
    if not book.entries or book.entries[0].at > paid_at:  # Paid before this book was opened.
        amount = tx.ledger.paid_at(account_id=book.id, at=paid_at, title=_SBP)
    for entry in reversed(book.entries):
        if entry.at < paid_at:
            break
        if entry.at == paid_at and entry.title == _SBP:
            amount += entry.amount
    back = (amount * 4 + 500) // 1000
    if back:
        entry = _payment(at, "Компенсация комиссии за платёж", back, "costs:commission")
        entry.kind = "compensation"
        book.move(entry)


def _payment(at: int, title: str, amount: int, contra: str) -> Entry:
    return Entry(at=at, kind="top_up", title=title, amount=amount, contra=contra, direction="in")


def everybody_lives(tx: Transaction, until: datetime) -> None:
    """Let all accounts live to a moment, in this transaction."""
    seed = int(tx.common.get_meta(name="seed"))
    for row in list(tx.accounts.all_ids()):
        live_until(tx, row["id"], seed, until)


class Life:
    """The thread in which the demo lives while the program is open.

    Args:
        store: The operator's store.
        seed: For an empty store.
        live: Whether usage goes on; time passes in any case.
        tell: Told of every event, of other processes' too.
    """

    def __init__(
        self, store: Store, *, seed: int, live: bool, tell: Callable[[list[Event]], None]
    ) -> None:
        self._store = store
        self._seed = seed
        self._live = live
        self._tell = tell
        self._told: dict[str, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Open the store, bring the people in where it is empty, and start living.

        Raises:
            Unavailable: With a sentence; the file is left as it is.
        """
        self._store.open()
        with self._store.read() as tx:
            catalogue_version = tx.common.get_meta(name="catalogue")
            settled = tx.common.get_meta(name="seed") is not None
            self._told = {row["id"]: row["event_seq"] for row in tx.accounts.event_seqs()}
        if catalogue_version != __version__ or not settled:
            self._bring_in()
        self._thread = threading.Thread(target=self._run, name="operator-life", daemon=True)
        self._thread.start()

    def _bring_in(self) -> None:
        """Settle the people; another program may be at it, which takes longer than one waits."""
        for _ in range(_PATIENCE):
            with contextlib.suppress(Unavailable):
                return self._store.change(self._settle)
        return self._store.change(self._settle)

    def _settle(self, tx: Transaction) -> None:
        from .people import put_catalogue, settle

        put_catalogue(tx, __version__)  # Where two programs begin at once, one waits here.
        if tx.common.get_meta(name="seed") is None:
            settle(tx, self._seed)

    def end(self) -> None:
        """Stop living; returns when the thread is done with the store."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def committed(self, events: list[Event]) -> None:
        """Tell of what this process has committed."""
        self._publish(events)

    def _publish(self, events: list[Event]) -> None:
        with self._lock:
            news = [event for event in events if event.seq > self._told.get(event.account, 0)]
            for event in news:
                self._told[event.account] = max(self._told.get(event.account, 0), event.seq)
        if news:
            self._tell(news)

    def _run(self) -> None:
        rng = Random()
        usage_at = time.monotonic() + rng.uniform(*_USAGE_EVERY)
        catch_up_at = time.monotonic() + (0.0 if self._far_behind() else _FIRST_CATCH_UP)
        while not self._stop.is_set():
            with self._going_on():
                if time.monotonic() >= catch_up_at:
                    catch_up_at = time.monotonic() + _CATCH_UP_EVERY
                    self._catch_up()
                if self._live and time.monotonic() >= usage_at:
                    usage_at = time.monotonic() + rng.uniform(*_USAGE_EVERY)
                    self._use(rng)
                self._hear_others()
            self._stop.wait(_TICK)

    @contextlib.contextmanager
    def _going_on(self) -> Iterator[None]:
        """A file that cannot be written now is tried again at the next tick."""
        try:
            yield
        except CabinetError as error:
            log.warning("the demo's life waits: %s", error.code)

    def _far_behind(self) -> bool:
        """Whether so much happened meanwhile that the first answer should know of it."""
        with self._store.read() as tx:
            oldest = tx.accounts.oldest_life()
            return oldest is not None and from_ms(oldest) + _FAR_BEHIND < tx.now

    def _catch_up(self) -> None:
        with self._store.read() as tx:
            seed = int(tx.common.get_meta(name="seed"))
            accounts = [row["id"] for row in tx.accounts.all_ids()]
        for account_id in accounts:
            if self._stop.is_set():
                return
            self._store.change(partial(_live_to_now, account_id=account_id, seed=seed))
        self._store.change(forget)

    def _use(self, rng: Random) -> None:
        self._store.change(partial(_use_something, rng=rng))

    def _hear_others(self) -> None:
        """Events that another process on the same store has committed."""
        if not self._store.changed_elsewhere():
            return
        news: list[Event] = []
        with self._store.read() as tx:
            for row in tx.accounts.event_seqs():
                told = self._told.get(row["id"], 0)
                if row["event_seq"] > told:
                    found = tx.common.events_after(
                        account_id=row["id"], seq=told, count=_EVENTS_AT_ONCE
                    )
                    news += [
                        Event(row["id"], event["seq"], event["kind"], from_ms(event["at"]))
                        for event in found
                    ]
        self._publish(news)


def _live_to_now(tx: Transaction, account_id: str, seed: int) -> None:
    live_until(tx, account_id, seed, tx.now)


def _use_something(tx: Transaction, rng: Random) -> None:
    linked = [row["id"] for row in tx.accounts.all_ids()][:4]
    account_id = linked[0] if rng.random() < 0.7 else rng.choice(linked)  # noqa: PLR2004
    seed = int(tx.common.get_meta(name="seed"))
    book = Book(tx, account_id)
    if book.state != "blocked":
        usage = live_usage(rng, book.phone, contacts(seed, account_id, book.phone))
        book.use(usage, tx.now_ms)
    book.write()


def forget(tx: Transaction) -> None:
    """Delete what nobody needs any more."""
    access.forget_old(tx)
    tx.common.forget_answers(before=to_ms(tx.now - _ANSWERS_KEPT))
    tx.common.forget_events(before=to_ms(tx.now - _KEPT))
    tx.common.forget_notifications(now=tx.now_ms)
