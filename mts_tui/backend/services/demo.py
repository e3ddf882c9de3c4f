"""What only the operator inside has: the phones of the demo, and its clock."""

from datetime import timedelta

from mts_tui.backend.contract.demo import (
    ClockMove,
    ClockState,
    Dial,
    IncomingCall,
    PhoneMessage,
    ProviderPerson,
    ProviderVisit,
    Reply,
    ShortMessage,
    Sim,
    Vouching,
)
from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.model import Page
from mts_tui.backend.operator import demo_id, handset
from mts_tui.backend.operator.life import everybody_lives
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from .caller import Caller, Guest
from .forgetting import forget
from .forwarding import ring, some_caller

MESSAGES_SHOWN = 50
_CITY = "Это городской телефон: команд и SMS у него нет, на него только звонят."


def sims(tx: Transaction, caller: Caller | Guest) -> Page[Sim]:
    """See `contract.demo.Demo.sims`."""
    del caller
    return Page(items=[_sim(row) for row in tx.accounts.sims()])


def messages(tx: Transaction, caller: Caller | Guest, phone: str) -> Page[PhoneMessage]:
    """See `contract.demo.Demo.messages`."""
    del caller
    account = _line(tx, phone)
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
    account = _line(tx, phone)
    if account["kind"] != "mobile":
        return Reply(text=_CITY)
    return handset.dial(tx, account, order.code, order.menu)


def send(tx: Transaction, caller: Caller | Guest, phone: str, order: ShortMessage) -> Reply:
    """See `contract.demo.Demo.send`."""
    del caller
    account = _line(tx, phone)
    if account["kind"] != "mobile":
        return Reply(text=_CITY)
    return handset.send(tx, account, order.to, order.text)


def receive(tx: Transaction, caller: Caller | Guest, phone: str, order: IncomingCall) -> Reply:
    """See `contract.demo.Demo.receive`."""
    del caller
    account = _line(tx, phone)
    return Reply(text=ring(tx, account, order.situation, some_caller(tx.random)))


def vouch(tx: Transaction, caller: Caller | Guest, phone: str, order: Vouching) -> Sim:
    """See `contract.demo.Demo.vouch`."""
    del caller
    account = _line(tx, phone)
    if account["kind"] != "mobile":
        raise NotFound
    on = order.on and account["lost_at"] is None  # A lost phone's line is nobody's.
    for row in tx.accounts.sims():  # One machine sits on one line at a time.
        tx.accounts.vouch(phone=row["phone"], vouched=int(on and row["phone"] == phone))
    tx.emit(account["id"], "session")
    return next(_sim(row) for row in tx.accounts.sims() if row["phone"] == phone)


def provider_people(tx: Transaction, caller: Caller | Guest) -> Page[ProviderPerson]:
    """See `contract.demo.Demo.provider_people`."""
    del tx, caller
    return Page(items=[ProviderPerson(id=one, name=name) for one, name in demo_id.PEOPLE.items()])


def visit_provider(tx: Transaction, caller: Caller | Guest, order: ProviderVisit) -> None:
    """See `contract.demo.Demo.visit_provider`."""
    del caller
    if not demo_id.visit(tx, order.code, order.person, agree=order.agree):
        raise NotFound


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
    while forget(tx):
        pass
    for sim in tx.accounts.sims():  # Badges count what is kept: some of it is gone now.
        tx.emit(sim["id"], "notice")
    return ClockState(now=tx.now, ahead_seconds=ahead)


def _line(tx: Transaction, phone: str) -> Row:
    account: Row | None = tx.accounts.by_phone(phone=phone)
    if account is None:
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
