"""Hands the SMS that services have written down to a gateway, and asks what has become of them.

A message is taken under a lease, as letters are (`mail`): its next try is pushed beyond the longest
that a try can last, so any number of senders on one store share the messages.

**A message is never sent twice.** The gateway has no idempotency key, so before it is asked, and in
a transaction of its own, the message is marked as one that the gateway may have. From then on there
are three ways:

- the gateway answers with its id, and is asked for the state from time to time;
- it is certain that it does not have the message (no connection, 4xx): the mark is taken back, and
  the message is tried again or has failed;
- its answer was lost, by a time-out, a 5xx, or because this process died. The message is then
  looked for in the gateway's own list, for an hour. Found there, it goes on under that id. Not
  found, it has failed with a sentence that says that nobody knows: a second SMS could reach
  somebody who has the first, so it is the person who decides whether to send anew.

Money for what the gateway has refused comes back to the account; for what is in doubt it does not.
"""

import logging
from datetime import timedelta
from functools import partial

from mts_tui import phones

from .connectors.sms_gateway import GatewayFailed, Report, SmsGateway
from .services.billing import Book
from .store import Store, Transaction
from .store.ledger import Entry
from .store.transaction import Row, from_ms, to_ms

LEASE = timedelta(minutes=3)
"""Longer than the time-outs of a request."""
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""Before each further try to hand a message over; after the last it has failed."""
SOUGHT_EVERY = timedelta(minutes=5)
SOUGHT_FOR = timedelta(hours=1)
WATCHED_FOR = timedelta(hours=72)
"""How long a gateway may try to deliver; afterwards the state stays what it was."""
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=30)
_NOBODY_KNOWS = (
    "Связь со шлюзом SMS оборвалась, и неизвестно, ушло ли сообщение. Спросите получателя, прежде "
    "чем отправлять его снова."
)
_GIVEN_UP = "Шлюз SMS долго не отвечал, и сообщение не отправлено. Деньги вернулись на счёт."

log = logging.getLogger(__name__)


def carry_one(store: Store, gateway: SmsGateway) -> bool:
    """Take a message that is due, and do the next thing with it.

    Args:
        store: Where messages wait.
        gateway: Who carries them.

    Returns:
        Whether there was one.
    """
    if not store.look(_is_due):
        return False
    row = store.change(_take)
    if row is None:  # Another sender was quicker.
        return False
    if row["gateway_id"]:
        _ask_state(store, gateway, row)
    elif row["asked_at"] is not None:
        _look_for(store, gateway, row)
    else:
        _hand_over(store, gateway, row)
    return True


def _is_due(tx: Transaction) -> bool:
    first = tx.sms.first_waiting()
    return first is not None and first <= tx.now_ms


def _take(tx: Transaction) -> Row | None:
    row = tx.sms.take_waiting(now=tx.now_ms, until=to_ms(tx.now + LEASE))
    if row is None:
        return None
    sending = tx.sms.sending(account_id=row["account_id"], id=row["sending_id"])
    return {**dict(row), "text": sending["text"]}


def _hand_over(store: Store, gateway: SmsGateway, row: Row) -> None:
    if store.change(partial(_mark, row=row)) is None:
        return
    try:
        message_id = gateway.send(row["phone"], row["text"])
    except GatewayFailed as failure:
        log.warning("an SMS was not taken: %s", failure.outcome)
        if failure.outcome == "unknown":
            store.change(partial(_wait, row=row, pause=_SOONEST))
        else:
            store.change(partial(_not_taken, row=row, failure=failure))
    else:
        store.change(partial(_report, row=row, report=Report("sent"), message_id=message_id))


def _mark(tx: Transaction, row: Row) -> Row | None:
    return tx.sms.ask(**_key(row), asked_at=tx.now_ms)


def _not_taken(tx: Transaction, row: Row, failure: GatewayFailed) -> None:
    """The gateway does not have the message: once more later, or never."""
    tries: int = row["tries"]
    if failure.outcome == "never" or tries > len(PAUSES):
        reason = failure.reason if failure.outcome == "never" else _GIVEN_UP
        _report(tx, row, Report("failed", reason), "")
        _give_back(tx, row)
        return
    pause = PAUSES[tries - 1]
    if failure.wait is not None:
        pause = max(pause, timedelta(seconds=min(failure.wait, _LATEST.total_seconds())))
    tx.sms.unasked(**_key(row), next_at=to_ms(tx.now + pause))


def _look_for(store: Store, gateway: SmsGateway, row: Row) -> None:
    """The answer was lost: see whether the gateway has the message."""
    since = from_ms(row["asked_at"])
    try:
        found = gateway.find(row["phone"], row["text"], since)
    except GatewayFailed:
        found = []

    def settle(tx: Transaction) -> None:
        # Another message with the same text to the same number has an id of its own.
        ours = [one for one in found if not tx.sms.known_to_gateway(gateway_id=one)]
        if ours:
            _report(tx, row, Report("sent"), ours[0])
        elif tx.now - since < SOUGHT_FOR:
            _wait(tx, row, SOUGHT_EVERY)
        else:
            _report(tx, row, Report("failed", _NOBODY_KNOWS), "")

    store.change(settle)


def _ask_state(store: Store, gateway: SmsGateway, row: Row) -> None:
    try:
        report = gateway.state(row["gateway_id"])
    except GatewayFailed:
        report = Report("sent")
    store.change(partial(_report, row=row, report=report, message_id=row["gateway_id"]))


def _report(tx: Transaction, row: Row, report: Report, message_id: str) -> None:
    """Write down what the gateway says; while it is under way, ask again later and later."""
    waited = tx.now - from_ms(row["asked_at"] or tx.now_ms)
    under_way = report.state == "sent" and waited < WATCHED_FOR
    pause = min(max(waited / 2, _SOONEST), _LATEST)
    same = report.state == row["state"]
    changed = tx.sms.report(
        **_key(row),
        state=report.state,
        at=row["at"] if same else tx.now_ms,
        reason=report.reason,
        gateway_id=message_id,
        next_at=to_ms(tx.now + pause) if under_way else None,
    )
    if changed is not None and not same:
        tx.emit(row["account_id"], "message")


def _wait(tx: Transaction, row: Row, pause: timedelta) -> None:
    tx.sms.wait(**_key(row), next_at=to_ms(tx.now + pause))


def _give_back(tx: Transaction, row: Row) -> None:
    """Return the price of a message that was never sent; what a package gave is gone."""
    if not row["cost"]:
        return
    book = Book(tx, row["account_id"])
    book.pass_time(tx.now_ms)
    book.move(
        Entry(
            at=tx.now_ms,
            kind="correction",
            title=f"Возврат за SMS на {phones.display(row['phone'])}",
            amount=row["cost"],
            contra="revenue:usage",
            rule="sms.back",
        )
    )
    book.write()


def _key(row: Row) -> dict[str, str | int]:
    return {name: row[name] for name in ("account_id", "sending_id", "phone", "tries")}
