"""Life goes on: usage and payments of the demo's people, as time passes.

What an account does on a day follows from the seed and the day alone, so the two years before the
first start, a week in which nobody opened the program, and a clock that was moved are all the same
thing: living from where the account stopped to now.
"""

import contextlib
import math
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

from mts_tui import __version__
from mts_tui.backend.background import Background, Forgetting, Job, due_job
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.events import Event
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.forwarding import FORWARDED, Diversion, unconditional
from mts_tui.backend.store import Store, Transaction
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import from_ms, to_ms

from .rating import Usage
from .traffic import PROFILES, contacts, day_usage, live_usage

_STEPS = {"RUB": 100_00, "BYN": 5_00, "UAH": 50_00}
"""People pay round sums: multiples of this, minor units."""
_PAYING_TIME = timedelta(hours=18, minutes=40)
_SBP = "Регистрация платежа: СБП"
_GIVEN_BACK_AFTER = 9_000
"""Milliseconds between a payment and the compensation of its commission (facts 1.2)."""
_LOOK_AHEAD = timedelta(days=3)
_CATCH_UP_EVERY = 60.0
_FIRST_CATCH_UP = 15.0
"""The first answers and keys go before the last minutes of six accounts."""
_LOOKED_AFTER_EVERY = timedelta(minutes=1)
_FAR_BEHIND = timedelta(hours=1)
_USAGE_EVERY = (15.0, 40.0)
_EVENTS_AT_ONCE = 200
_PATIENCE = 3


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
    diversion = unconditional(tx, row)
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
            if at > since:
                _use(book, usage, at, diversion)
        for moment in due:
            _pay(tx, book, moment, paying, seed)
        day += timedelta(days=1)
    book.pass_time(end)
    book.write()


def _use(book: Book, usage: Usage, at: int, diversion: Diversion | None) -> None:
    """Let a usage happen, a call where the owner has it forwarded."""
    if diversion is not None and diversion.leads(usage, at):
        book.use(diversion.onward(usage.units), at, title=FORWARDED)
    else:
        book.use(usage, at)


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
    if book.balance >= need or book.state == "blocked":
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
        self,
        store: Store,
        *,
        seed: int,
        live: bool,
        tell: Callable[[list[Event]], None],
    ) -> None:
        self._store = store
        self._seed = seed
        self._live = live
        self._tell = tell
        self._told: dict[str, int] = {}
        self._lock = threading.Lock()
        self._rng = Random()
        self._usage_at = math.inf
        self._catch_up_at = 0.0
        work: list[Job] = [
            *(due_job(store, _live_to_now), self._catch_up, self._use, self._hear_others),
            Forgetting(store),
        ]
        self._background = Background("operator-life", work)

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
        if self._live:
            self._usage_at = time.monotonic() + self._rng.uniform(*_USAGE_EVERY)
        self._catch_up_at = time.monotonic() + (0.0 if self._far_behind() else _FIRST_CATCH_UP)
        self._background.begin()

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
        self._background.end()

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

    def _far_behind(self) -> bool:
        """Whether so much happened meanwhile that the first answer should know of it."""
        with self._store.read() as tx:
            oldest = tx.accounts.oldest_life()
            return oldest is not None and from_ms(oldest) + _FAR_BEHIND < tx.now

    def _catch_up(self) -> bool:
        """Bring one account that was not looked after for a minute up to now, once a minute."""
        if time.monotonic() < self._catch_up_at:
            return False
        if self._store.change(_live_behind):
            return True
        self._catch_up_at = time.monotonic() + _CATCH_UP_EVERY
        return False

    def _use(self) -> bool:
        if time.monotonic() >= self._usage_at:
            self._usage_at = time.monotonic() + self._rng.uniform(*_USAGE_EVERY)
            self._store.change(partial(_use_something, rng=self._rng))
        return False

    def _hear_others(self) -> bool:
        """Events that another process on the same store has committed."""
        if not self._store.changed_elsewhere():
            return False
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
        return False


def _live_to_now(tx: Transaction, account_id: str) -> None:
    live_until(tx, account_id, int(tx.common.get_meta(name="seed")), tx.now)


def _live_behind(tx: Transaction) -> bool:
    account_id = tx.ledger.take_behind(before=to_ms(tx.now - _LOOKED_AFTER_EVERY))
    if account_id is None:
        return False
    _live_to_now(tx, account_id)
    return True


def _use_something(tx: Transaction, rng: Random) -> None:
    linked = [row["id"] for row in tx.accounts.all_ids()][:4]
    account_id = linked[0] if rng.random() < 0.7 else rng.choice(linked)  # noqa: PLR2004
    seed = int(tx.common.get_meta(name="seed"))
    book = Book(tx, account_id)
    usage = live_usage(rng, book.phone, contacts(seed, account_id, book.phone))
    _use(book, usage, tx.now_ms, unconditional(tx, tx.accounts.by_id(id=account_id)))
    book.write()
