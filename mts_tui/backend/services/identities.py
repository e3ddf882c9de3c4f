"""Social accounts: linked from an open session, and a way in afterwards.

A provider is asked outside of any transaction, and services stay plain functions of one. `ERRANDS`
has, for each operation that needs a provider's answer, a function that runs in a transaction of its
own before the operation's: it checks whether the question may be asked, writes down that it is
being asked, and gives the call to be made. The dispatcher makes the call between the two, and the
operation finds the answer in `tx.told`.

Whoever asks for a flow pushes its next question beyond the longest answer first: of many that ask
at once one does, and a code is redeemed once. A person is recognised by issuer and subject alone.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec import Struct

from mts_tui import formatting
from mts_tui.backend.connectors.providers import (
    Heard,
    IdentityProvider,
    Person,
    ProviderFailed,
    Started,
    Tickets,
)
from mts_tui.backend.contract.access import SignedIn
from mts_tui.backend.contract.errors import (
    EntryClosed,
    IdentityRefused,
    NoOperator,
    NotFound,
    NumberClosed,
)
from mts_tui.backend.contract.identities import (
    EntryAnswer,
    EntryProgress,
    Flow,
    FlowAnswer,
    FlowOrder,
    FlowProgress,
    FlowState,
    Identity,
    SignInProvider,
)
from mts_tui.backend.contract.model import Page
from mts_tui.backend.store.transaction import Answer, Row, Transaction, from_ms, to_ms

from .access import open_recognised
from .caller import Caller, Guest
from .notifications import notify
from .proofs import refuse_flood, require_proof

LINKED_AT_MOST = 10
LONGEST_QUESTION = timedelta(seconds=30)
"""Longer than the time-outs of a whole talk with a provider."""
SLOWER_BY = timedelta(seconds=5)
"""What `slow_down` adds to the interval (RFC 8628, 3.5)."""
SLOWEST = timedelta(seconds=60)
LONGEST_NAME = 80
FLOWS_KEPT = timedelta(days=1)
_NO_SUCH_WAY = "Так войти у этого провайдера нельзя. Выберите другой способ."
_TOO_MANY = "К кабинету привязано уже 10 аккаунтов. Отвяжите ненужный и повторите."
_EXPIRED = "Время на вход у провайдера вышло. Начните заново."
_DENIED = "У провайдера вход отклонили. Начните заново, если передумали."
_NOT_OURS = "Ответ браузера не от этого входа, и вход остановлен. Начните заново."
_GONE = "Этого провайдера здесь больше нет. Войдите по номеру."
_OTHERS = "Этот аккаунт уже привязан к другому кабинету. Сначала отвяжите его там."
_NOBODYS = (
    "Этот аккаунт не привязан ни к одному номеру. Войдите по номеру и привяжите его в «Настройках»."
)
_SPENT = "Этим входом уже воспользовались. Начните заново."
_ENDS: dict[str, tuple[FlowState, str]] = {
    "denied": ("denied", _DENIED),
    "expired": ("expired", _EXPIRED),
    "failed": ("failed", ""),
}


class Begun(Struct, frozen=True):
    """What a provider answers to a sign-in that begins.

    Attributes:
        tickets: What ties its answer to the question.
        started: The sign-in; None where there is none.
        reason: Why not: a whole sentence.
    """

    tickets: Tickets
    started: Started | None = None
    reason: str = ""


class _Outcome(Struct, frozen=True):
    """Where a flow stands: the person is told once, to whoever was first to hear it."""

    state: FlowState
    interval_ms: int
    reason: str = ""
    person: Person | None = None
    row: Any = None


# ---------------------------------------------------------------------- what is linked


def providers(tx: Transaction, guest: Guest) -> Page[SignInProvider]:
    """See `contract.identities.Identities.providers`."""
    del guest
    return Page(
        items=[
            SignInProvider(id=one.id, title=one.title, ways=list(one.ways)) for one in tx.providers
        ]
    )


def linked(tx: Transaction, caller: Caller) -> Page[Identity]:
    """See `contract.identities.Identities.linked`."""
    rows = list(tx.identities.linked(subscriber_id=caller.subscriber_id))
    return Page(items=[_identity(tx, row) for row in rows])


def unlink(tx: Transaction, caller: Caller, identity: str) -> None:
    """See `contract.identities.Identities.unlink`."""
    require_proof(tx, caller)
    row = tx.identities.one(subscriber_id=caller.subscriber_id, id=identity)
    if row is None:
        raise NotFound
    tx.identities.unlink(subscriber_id=caller.subscriber_id, id=identity)
    tx.emit(caller.account_id, "session")
    notify(
        tx,
        row["account_id"],
        "access",
        "Аккаунт отвязан",
        f"Войти в «МТС-Помощник» через {_title(tx, row['provider'])}{_called(row['name'])} больше "
        "нельзя. Если это не вы, смените пароль.",
        sms=True,
    )


# ---------------------------------------------------------------------- linking


def ask_begin(tx: Transaction, caller: Caller, order: FlowOrder) -> Callable[[], Begun]:
    """The errand of `begin`."""
    provider = _fit(tx, order)
    if tx.accounts.by_id(id=caller.account_id)["imported"]:
        raise NoOperator
    require_proof(tx, caller)
    if len(list(tx.identities.linked(subscriber_id=caller.subscriber_id))) >= LINKED_AT_MOST:
        raise IdentityRefused(reason=_TOO_MANY)
    return _beginning(tx, provider, order)


def begin(tx: Transaction, caller: Caller, order: FlowOrder) -> Flow:
    """See `contract.identities.Identities.begin`."""
    tx.identities.drop_flows(session_id=caller.session_id)
    return _flow(tx, order, caller.session_id)


def ask_progress(tx: Transaction, caller: Caller, answer: FlowAnswer) -> Callable[[], Heard] | None:
    """The errand of `progress`; a repeated request is answered as before, and asks nobody."""
    known = tx.common.kept_answer(
        caller=caller.account_id, operation="identities.progress", key=tx.key
    )
    return None if known else _asking(tx, caller.session_id, answer)


def progress(tx: Transaction, caller: Caller, answer: FlowAnswer) -> FlowProgress:
    """See `contract.identities.Identities.progress`."""
    outcome = _outcome(tx, caller.session_id, answer.id)
    found, reason, state = None, outcome.reason, outcome.state
    if outcome.person is not None:
        found, reason = _link(tx, caller, outcome.row["provider"], outcome.person)
        state = "failed" if reason else "done"
        _end(tx, outcome.row, state, reason, found["id"] if found is not None else "")
    elif state == "done":
        found = tx.identities.by_id(id=outcome.row["identity_id"])
    return FlowProgress(
        state=state,
        interval_seconds=-(-outcome.interval_ms // 1000),
        reason=reason,
        identity=_identity(tx, found) if found is not None else None,
    )


def _link(tx: Transaction, caller: Caller, provider: str, person: Person) -> tuple[Row | None, str]:
    """Link a person to the account of the session: the row, or why that cannot be."""
    name = formatting.clean(person.name, LONGEST_NAME)
    made = tx.identities.link(
        subscriber_id=caller.subscriber_id,
        id=tx.new_id(),
        account_id=caller.account_id,
        provider=provider,
        issuer=person.issuer,
        subject=person.subject,
        name=name,
        at=tx.now_ms,
    )
    row = tx.identities.by_subject(issuer=person.issuer, subject=person.subject)
    if made is not None:
        tx.emit(caller.account_id, "session")
        notify(
            tx,
            caller.account_id,
            "access",
            "Аккаунт привязан",
            f"В «МТС-Помощник» теперь можно войти через {_title(tx, provider)}{_called(name)}. "
            "Если это не вы, отвяжите его в «Настройках» и смените пароль.",
            sms=True,
        )
        return row, ""
    if row is None or row["subscriber_id"] != caller.subscriber_id:
        return None, _OTHERS
    if row["account_id"] != caller.account_id:
        phone = tx.accounts.by_id(id=row["account_id"])["phone"]
        return None, f"Этот аккаунт уже привязан к номеру {phone}. Сначала отвяжите его."
    return row, ""


# ---------------------------------------------------------------------- signing in


def ask_begin_entry(tx: Transaction, guest: Guest, order: FlowOrder) -> Callable[[], Begun]:
    """The errand of `begin_entry`."""
    refuse_flood(tx, guest, guest.address)
    return _beginning(tx, _fit(tx, order), order)


def begin_entry(tx: Transaction, guest: Guest, order: FlowOrder) -> Flow:
    """See `contract.identities.Identities.begin_entry`."""
    del guest
    return _flow(tx, order, "")


def ask_entry(tx: Transaction, guest: Guest, answer: EntryAnswer) -> Callable[[], Heard] | None:
    """The errand of `entry`."""
    del guest
    return _asking(tx, "", answer)


def entry(tx: Transaction, guest: Guest, answer: EntryAnswer) -> EntryProgress:
    """See `contract.identities.Identities.entry`."""
    del guest
    outcome = _outcome(tx, "", answer.id)
    state, reason, signed = outcome.state, outcome.reason, None
    if outcome.person is not None:
        person = outcome.person
        row = tx.identities.by_subject(issuer=person.issuer, subject=person.subject)
        if row is None:
            state, reason = "failed", _NOBODYS
            _end(tx, outcome.row, state, reason)
        else:
            name = formatting.clean(person.name, LONGEST_NAME)
            tx.identities.use(
                subscriber_id=row["subscriber_id"], id=row["id"], name=name, at=tx.now_ms
            )
            state, signed = "done", _enter(tx, outcome.row, row, answer)
    elif state == "done":
        row = tx.identities.by_id(id=outcome.row["identity_id"])
        if row is not None and tx.key and outcome.row["spent_by"] == tx.key:
            signed = _enter(tx, outcome.row, row, answer)  # The same request sent again.
        else:
            state, reason = "failed", _SPENT
    return EntryProgress(
        state=state,
        interval_seconds=-(-outcome.interval_ms // 1000),
        reason=reason,
        signed_in=signed,
    )


def _enter(tx: Transaction, flow: Row, identity: Row, answer: EntryAnswer) -> SignedIn:
    """Open a session of the account that an identity was linked from; the flow is spent."""
    try:
        signed = open_recognised(tx, identity["account_id"], answer.device, answer.device_name)
    except (EntryClosed, NumberClosed) as error:
        _end(tx, flow, "failed", str(error))
        raise tx.keep(error) from None
    _end(tx, flow, "done", identity=identity["id"])
    return signed


# ---------------------------------------------------------------------- flows


def forget_flows(tx: Transaction, count: int) -> list[Answer]:
    """Delete flows that are long over; what was deleted of each kind."""
    before = to_ms(tx.now - FLOWS_KEPT)
    return [
        tx.soon.identities.forget_flows(before=before, count=count),
        tx.soon.identities.forget_logins(before=before, count=count),
    ]


def _fit(tx: Transaction, order: FlowOrder) -> IdentityProvider:
    """The provider that is asked for.

    Raises:
        NotFound: There is no such provider.
        IdentityRefused: One does not sign in there like that.
    """
    provider = _provider(tx, order.provider)
    if provider is None:
        raise NotFound
    if ("loopback" if order.loopback else "device") not in provider.ways:
        raise IdentityRefused(reason=_NO_SUCH_WAY)
    return provider


def _provider(tx: Transaction, provider_id: str) -> IdentityProvider | None:
    return next((one for one in tx.providers if one.id == provider_id), None)


def _beginning(
    tx: Transaction, provider: IdentityProvider, order: FlowOrder
) -> Callable[[], Begun]:
    tickets = Tickets(*(f"{tx.random.getrandbits(256):064x}" for _ in range(3)))

    def begin_there() -> Begun:
        try:
            return Begun(tickets, provider.begin(tickets, order.loopback or ""))
        except ProviderFailed as failure:
            return Begun(tickets, reason=failure.reason)

    return begin_there


def _flow(tx: Transaction, order: FlowOrder, session_id: str) -> Flow:
    """Write down a sign-in that has begun.

    Raises:
        IdentityRefused: It has not.
    """
    begun: Begun = tx.told
    started = begun.started
    if started is None:
        raise IdentityRefused(reason=begun.reason)
    flow_id = f"{tx.random.getrandbits(256):064x}"
    expires_at = tx.now + started.lives
    tx.identities.begin_flow(
        id_hash=_hash(flow_id),
        provider=order.provider,
        session_id=session_id,
        device_code=started.device_code,
        verifier=begun.tickets.verifier,
        nonce=begun.tickets.nonce,
        state=begun.tickets.state,
        redirect=order.loopback or "",
        interval_ms=_ms(started.interval),
        ask_at=tx.now_ms,
        expires_at=to_ms(expires_at),
    )
    return Flow(
        id=flow_id,
        user_code=formatting.clean(started.user_code, LONGEST_NAME),
        address=started.address,
        address_with_code=started.address_with_code,
        interval_seconds=-(-_ms(started.interval) // 1000),
        expires_at=expires_at,
        lives_seconds=_ms(started.lives) // 1000,
    )


def _asking(
    tx: Transaction, session_id: str, answer: FlowAnswer | EntryAnswer
) -> Callable[[], Heard] | None:
    """The question to a flow's provider, where it is time for one; it is written down as asked."""
    row = tx.identities.flow(id_hash=_hash(answer.id), session_id=session_id)
    if row is None or row["ended"] or row["expires_at"] <= tx.now_ms or row["ask_at"] > tx.now_ms:
        return None
    provider = _provider(tx, row["provider"])
    if provider is None:
        _end(tx, row, "failed", _GONE)
        return None
    if row["redirect"]:
        if answer.code is None:
            return None
        if not hmac.compare_digest((answer.state or "").encode(), row["state"].encode()):
            _end(tx, row, "failed", _NOT_OURS)
            return None
        tickets = Tickets(row["state"], row["nonce"], row["verifier"])
        call = partial(provider.redeem, answer.code, row["redirect"], tickets, answer.issuer)
    else:
        call = partial(provider.poll, row["device_code"], row["nonce"])
    tx.identities.claim_flow(id_hash=row["id_hash"], until=to_ms(tx.now + LONGEST_QUESTION))
    return call


def _outcome(tx: Transaction, session_id: str, flow_id: str) -> _Outcome:
    """Where a flow stands, by what its provider has just told, if anything.

    Raises:
        NotFound: There is no such flow, or somebody else began it.
    """
    row = tx.identities.flow(id_hash=_hash(flow_id), session_id=session_id)
    if row is None:
        raise NotFound
    heard: Heard = tx.told or Heard("pending")
    if row["ended"]:
        return _Outcome(row["ended"], row["interval_ms"], row["reason"], row=row)
    if heard.person is not None:
        return _Outcome("pending", row["interval_ms"], person=heard.person, row=row)
    if row["expires_at"] <= tx.now_ms:
        return _ended(tx, row, "expired", _EXPIRED)
    if heard.outcome in _ENDS:
        state, reason = _ENDS[heard.outcome]
        return _ended(tx, row, state, heard.reason or reason)
    if heard.outcome == "silent" and row["redirect"]:
        return _ended(tx, row, "failed", heard.reason)  # Nobody knows whether the code is spent.
    return _waiting(tx, row, heard)


def _waiting(tx: Transaction, row: Row, heard: Heard) -> _Outcome:
    """The person has not signed in yet; the next question waits for the interval."""
    interval: int = row["interval_ms"]
    if heard.outcome == "slow_down":
        interval += _ms(SLOWER_BY)
    elif heard.outcome == "silent":
        interval = min(2 * interval, _ms(SLOWEST))
    if tx.told is not None:
        tx.identities.wait_flow(
            id_hash=row["id_hash"], interval_ms=interval, ask_at=tx.now_ms + interval
        )
    return _Outcome("pending", interval, heard.reason, row=row)


def _ended(tx: Transaction, row: Row, state: FlowState, reason: str) -> _Outcome:
    _end(tx, row, state, reason)
    return _Outcome(state, row["interval_ms"], reason, row=row)


def _end(tx: Transaction, row: Row, state: FlowState, reason: str = "", identity: str = "") -> None:
    tx.identities.end_flow(
        id_hash=row["id_hash"], ended=state, reason=reason, identity_id=identity, spent_by=tx.key
    )


def _identity(tx: Transaction, row: Row) -> Identity:
    return Identity(
        id=row["id"],
        provider=row["provider"],
        title=_title(tx, row["provider"]),
        name=row["name"],
        phone=tx.accounts.by_id(id=row["account_id"])["phone"],
        linked_at=from_ms(row["linked_at"]),
        used_at=from_ms(row["used_at"]) if row["used_at"] is not None else None,
    )


def _title(tx: Transaction, provider_id: str) -> str:
    provider = _provider(tx, provider_id)
    return provider.title if provider is not None else provider_id


def _called(name: str) -> str:
    return f" ({name})" if name else ""


def _hash(flow_id: str) -> str:
    return hashlib.sha256(flow_id.encode()).hexdigest()


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


ERRANDS: dict[str, Callable[..., Callable[[], Any] | None]] = {
    "begin": ask_begin,
    "progress": ask_progress,
    "begin_entry": ask_begin_entry,
    "entry": ask_entry,
}
"""What each operation asks outside before it begins, by its name."""
