"""Taking back, for ten minutes, what a command did where the operator allows it.

A service that can be taken back leaves a note with `offer`: the function of its area that does so
and what that needs to know. The function runs in the transaction of `take_back`, for the caller.
"""

from datetime import timedelta
from importlib import import_module
from typing import Any

import msgspec

from mts_tui.backend.contract.errors import NotFound, UndoRefused
from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.undo import Undoable
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .caller import Caller, own_account

HOLDS = timedelta(minutes=10)
OVER = "Десять минут прошли: это действие уже не отменить. Сделайте обратное обычным путём."


def pending(tx: Transaction, caller: Caller) -> Page[Undoable]:
    """See `contract.undo.Undo.pending`."""
    rows = tx.payments.undos(subscriber_id=caller.subscriber_id, now=tx.now_ms)
    return Page(items=[_undoable(row) for row in rows])


def take_back(tx: Transaction, caller: Caller, entry: str) -> Undoable:
    """See `contract.undo.Undo.take_back`."""
    row = tx.payments.undo_entry(subscriber_id=caller.subscriber_id, id=entry)
    if row is None:
        raise NotFound
    own_account(tx, caller, row["account_id"])
    tx.ledger.hold(id=row["account_id"])
    if row["until"] <= tx.now_ms:
        raise UndoRefused(reason=OVER)
    if tx.payments.spend_undo(account_id=row["account_id"], id=entry, at=tx.now_ms) is None:
        raise UndoRefused(reason="Это действие уже отменено.")
    area, _dot, name = row["call"].partition(".")
    function = getattr(import_module(f"{__package__}.{area}"), name)
    function(tx, caller, row["account_id"], msgspec.json.decode(row["body"]))
    tx.emit(row["account_id"], "account")
    return _undoable(row)


def offer(
    tx: Transaction, caller: Caller, account_id: str, title: str, call: str, **body: Any
) -> None:
    """Let what is done now be taken back for ten minutes.

    Args:
        tx: The transaction of the command.
        caller: Who did it; only their cabinet may take it back.
        account_id: The account it was done to.
        title: What was done, as a short phrase.
        call: `area.function` of the services; called with `(tx, caller, account_id, body)`. It
            raises `UndoRefused` where others built on what was done.
        body: What the function needs, as JSON keeps it.
    """
    tx.payments.add_undo(
        account_id=account_id,
        id=tx.new_id(),
        subscriber_id=caller.subscriber_id,
        at=tx.now_ms,
        until=to_ms(tx.now + HOLDS),
        title=title,
        call=call,
        body=msgspec.json.encode(body).decode(),
    )


def _undoable(row: Row) -> Undoable:
    return Undoable(
        id=row["id"],
        account=row["account_id"],
        at=from_ms(row["at"]),
        until=from_ms(row["until"]),
        title=row["title"],
    )
