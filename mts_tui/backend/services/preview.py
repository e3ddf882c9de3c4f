"""A command tried out: the same service code, run and taken back."""

from collections.abc import Callable, Mapping
from typing import Any

from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.preview import AccountChange, AccountState, Preview
from mts_tui.backend.store.transaction import Transaction

from .account import bucket
from .archive import NEWEST, operation_of
from .billing import tariff_of
from .caller import Caller, Guest

MOST_OPERATIONS = 200


def rehearse(
    tx: Transaction,
    caller: Caller | Guest,
    service: Callable[..., Any],
    arguments: Mapping[str, Any],
) -> Preview[Any]:
    """What a command would answer and change.

    Raises:
        CabinetError: What the command raises.
    """
    own = _own(tx, caller)
    known = len(tx.changes), len(tx.messages)
    with tx.undone():
        answer = service(tx, caller, **arguments)
        touched = {account for account, _ in tx.changes[known[0] :]} & own.keys()
        after = {account: _state(tx, account) for account in touched}
        written = {account: _written(tx, account, own[account]) for account in touched}
        sent = [text for account, text in tx.messages[known[1] :] if account in own]
    changes = [
        AccountChange(
            account=account,
            phone=tx.accounts.by_id(id=account)["phone"],
            before=_state(tx, account),
            after=after[account],
            operations=written[account],
        )
        for account in sorted(touched)
    ]
    return Preview(
        answer=answer,
        changes=[one for one in changes if one.before != one.after or one.operations],
        messages=sent,
    )


def _own(tx: Transaction, caller: Caller | Guest) -> dict[str, int]:
    """Accounts of the caller's cabinet, and how many operations each has."""
    if isinstance(caller, Guest):
        return {}
    rows = tx.accounts.linked(subscriber_id=caller.subscriber_id)
    return {row["id"]: row["operation_seq"] for row in rows}


def _state(tx: Transaction, account: str) -> AccountState:
    row = tx.accounts.by_id(id=account)
    currency = row["currency"]
    return AccountState(
        balance=Money(amount_minor=row["balance"], currency=currency),
        available=Money(amount_minor=row["balance"] - row["floor"], currency=currency),
        tariff=tariff_of(tx, row["tariff_id"]).title,
        state=row["state"],
        suspended=bool(row["suspended"]),
        buckets=[
            bucket(one, tx.now) for one in tx.ledger.buckets(account_id=account, at=tx.now_ms)
        ],
    )


def _written(tx: Transaction, account: str, known: int) -> list[Any]:
    row = tx.accounts.by_id(id=account)
    rows = tx.ledger.page(account_id=account, before=NEWEST, count=MOST_OPERATIONS)
    return [operation_of(one, row) for one in rows if one["seq"] > known]
