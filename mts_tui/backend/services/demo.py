"""What only the operator inside has: the phones of the demo, and its clock."""

from datetime import timedelta

from mts_tui.backend.contract.demo import (
    ClockMove,
    ClockState,
    Dial,
    PhoneMessage,
    Reply,
    ShortMessage,
    Sim,
    Vouching,
)
from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.model import Page
from mts_tui.backend.operator import handset
from mts_tui.backend.operator.life import everybody_lives, forget
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from .caller import Caller, Guest

MESSAGES_SHOWN = 50


def sims(tx: Transaction, caller: Caller | Guest) -> Page[Sim]:
    """See `contract.demo.Demo.sims`."""
    del caller
    return Page(items=[_sim(row) for row in tx.accounts.sims() if row["kind"] == "mobile"])


def messages(tx: Transaction, caller: Caller | Guest, phone: str) -> Page[PhoneMessage]:
    """See `contract.demo.Demo.messages`."""
    del caller
    account = _account(tx, phone)
    return Page(
        items=[
            PhoneMessage(
                id=row["seq"],
                at=from_ms(row["at"]),
                outgoing=bool(row["outgoing"]),
                peer=row["peer"],
                text=row["text"],
            )
            for row in tx.common.messages(account_id=account["id"], count=MESSAGES_SHOWN)
        ]
    )


def dial(tx: Transaction, caller: Caller | Guest, phone: str, order: Dial) -> Reply:
    """See `contract.demo.Demo.dial`."""
    del caller
    return handset.dial(tx, _account(tx, phone), order.code, order.menu)


def send(tx: Transaction, caller: Caller | Guest, phone: str, order: ShortMessage) -> Reply:
    """See `contract.demo.Demo.send`."""
    del caller
    return handset.send(tx, _account(tx, phone), order.to, order.text)


def vouch(tx: Transaction, caller: Caller | Guest, phone: str, order: Vouching) -> Sim:
    """See `contract.demo.Demo.vouch`."""
    del caller
    _account(tx, phone)
    for row in tx.accounts.sims():  # One machine sits on one line at a time.
        tx.accounts.vouch(phone=row["phone"], vouched=int(order.on and row["phone"] == phone))
    tx.emit(_account(tx, phone)["id"], "session")
    return next(_sim(row) for row in tx.accounts.sims() if row["phone"] == phone)


def clock(tx: Transaction, caller: Caller | Guest) -> ClockState:
    """See `contract.demo.Demo.clock`."""
    del caller
    return ClockState(now=tx.now, ahead_seconds=int(tx.common.get_meta(name="clock_ahead") or 0))


def advance(tx: Transaction, caller: Caller | Guest, move: ClockMove) -> ClockState:
    """See `contract.demo.Demo.advance`."""
    del caller
    ahead = int(tx.common.hold_number(name="clock_ahead")) + move.seconds
    tx.common.set_meta(name="clock_ahead", value=str(ahead))
    tx.now += timedelta(seconds=move.seconds)
    tx.access.carry_sessions(by=move.seconds * 1000)
    everybody_lives(tx, tx.now)
    forget(tx)
    return ClockState(now=tx.now, ahead_seconds=ahead)


def _account(tx: Transaction, phone: str) -> Row:
    account = tx.accounts.by_phone(phone=phone)
    if account is None or account["kind"] != "mobile":
        raise NotFound
    return account


def _sim(row: Row) -> Sim:
    return Sim(
        account=row["id"],
        phone=row["phone"],
        owner=row["owner"],
        title=row["region"],
        zone=row["zone"],
        linked=bool(row["links"]),
        vouched=bool(row["vouched"]),
    )
