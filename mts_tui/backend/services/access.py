"""Getting in: sessions, trusted devices and the permanent password."""

import hashlib
from datetime import timedelta
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.access import (
    CodeOrder,
    CodeSent,
    Confirmation,
    Device,
    Line,
    NewPassword,
    PasswordState,
    Session,
    SignedIn,
    SignIn,
    Way,
)
from mts_tui.backend.contract.errors import (
    CodeRequired,
    EntryClosed,
    LineUnknown,
    NoOperator,
    NotFound,
    NotSignedIn,
    WeakPassword,
)
from mts_tui.backend.contract.model import Page
from mts_tui.backend.store.transaction import Answer, Row, Soon, Transaction, from_ms, to_ms

from . import passwords, proofs
from .caller import Caller, Guest, Sought
from .notifications import notify

IDLE = timedelta(minutes=20)
LONGEST_SESSION = timedelta(hours=24)
OLD_PASSWORD = timedelta(days=180)
PASSWORDS_REMEMBERED = 3
DEVICES_SHOWN = 200


def request_code(tx: Transaction, guest: Guest, order: CodeOrder) -> CodeSent:
    """See `contract.access.Access.request_code`."""
    proofs.refuse_flood(tx, guest, order.phone)
    proofs.refuse_if_closed(tx, order.phone, "code")
    proofs.send_code(tx, order.phone)
    return CodeSent(
        sender=proofs.CODE_SENDER,
        expires_at=tx.now + proofs.CODE_LIVES,
        resend_at=tx.now + proofs.CODE_PAUSE,
    )


def sign_in(tx: Transaction, guest: Guest, order: SignIn) -> SignedIn:
    """See `contract.access.Access.sign_in`."""
    proofs.refuse_flood(tx, guest, order.phone)
    tx.access.hold(phone=order.phone)
    account = proofs.open_account(tx, order.phone)
    if account is not None and account["kind"] != "mobile":
        account = None  # A home's phone is anybody's there: its code adds it, and opens nothing.
    device_hash = _token_hash(order.device) if order.device else ""
    trusted = bool(
        device_hash
        and account is not None
        and tx.access.trusted(account_id=account["id"], token_hash=device_hash)
    )
    lane = f"device:{device_hash}" if trusted else None
    way = proofs.prove(tx, order.phone, account, order.code, order.password, lane)
    assert account is not None  # A proof without an account never holds.
    if way == "password" and not trusted:
        row = tx.access.password(account_id=account["id"])
        if not row["strong"]:
            tx.access.clear_lane(phone=order.phone, lane="password")
            proofs.send_code(tx, order.phone)
            raise tx.keep(CodeRequired())
    if lane is not None:  # Strangers' tries stay counted: the owner may be under attack.
        tx.access.clear_lane(phone=order.phone, lane=lane)
    else:
        tx.access.clear_lanes(phone=order.phone)
    if device_hash:
        tx.access.trust_device(
            account_id=account["id"], token_hash=device_hash, name=order.device_name, at=tx.now_ms
        )
    return _open_session(tx, account, way, device_hash, order.device_name, announce=not trusted)


def line(tx: Transaction, guest: Guest) -> Line:
    """See `contract.access.Access.line`."""
    del tx
    return Line(phone=guest.line)


def sign_in_by_line(tx: Transaction, guest: Guest) -> SignedIn:
    """See `contract.access.Access.sign_in_by_line`."""
    if not guest.line:
        raise LineUnknown
    tx.access.hold(phone=guest.line)
    account = proofs.open_account(tx, guest.line)
    if account is None:
        raise LineUnknown
    return _open_session(tx, account, "line", "", "", announce=True)


def open_recognised(
    tx: Transaction, account_id: str, device: str | None, device_name: str
) -> SignedIn:
    """Open a session for whom an identity provider has recognised.

    The number's refusals are those of every way in. The device is not trusted by this, and the
    session is no proof: those ask for a code or the password.

    Raises:
        EntryClosed: The number's phone is lost.
        NumberClosed: Three tries were wrong within the last ten minutes.
    """
    phone = tx.accounts.by_id(id=account_id)["phone"]
    tx.access.hold(phone=phone)
    account = proofs.open_account(tx, phone)
    if account is None:  # An account does not lose its number.
        raise EntryClosed
    device_hash = _token_hash(device) if device else ""
    trusted = bool(device_hash and tx.access.trusted(account_id=account_id, token_hash=device_hash))
    if not trusted:
        proofs.refuse_if_closed(tx, phone, "code")
    return _open_session(tx, account, "identity", device_hash, device_name, announce=not trusted)


def open_own_session(tx: Transaction, account: Row) -> SignedIn:
    """A session in the cabinet of a person's own files: where it lies, nobody else comes."""
    return _open_session(tx, account, "line", "", "", announce=False)


def seek(soon: Soon, token: str, account_id: str = "") -> Sought:
    """Ask for the session of a token, for `authenticate`, and for an account of its cabinet."""
    known = _token_hash(token)
    session = soon.access.session(token_hash=known)
    account = soon.accounts.of_session(token_hash=known, id=account_id) if account_id else None
    return Sought(session, account_id, account)


def authenticate(tx: Transaction, token: str | None) -> Caller:
    """The caller of a session's token.

    Args:
        tx: The transaction.
        token: The token, if there is one; `tx.ahead` is what `seek` gave for it, if that was asked.

    Raises:
        NotSignedIn: No such session, or it ended, was idle 20 minutes, or is a day old; or the
            number's phone is lost.
    """
    row = (tx.ahead or seek(tx.soon, token)).session() if token else None
    if (
        row is None
        or row["ended_at"] is not None
        or row["lost_at"] is not None
        or from_ms(row["seen_at"]) + IDLE <= tx.now
        or from_ms(row["opened_at"]) + LONGEST_SESSION <= tx.now
    ):
        raise NotSignedIn
    return Caller(
        subscriber_id=row["subscriber_id"],
        account_id=row["account_id"],
        phone=row["phone"],
        session_id=row["id"],
        device_hash=row["device_hash"],
        proved_at=row["proved_at"],
    )


def keep_alive(tx: Transaction, caller: Caller) -> Session:
    """See `contract.access.Access.keep_alive`."""
    tx.access.see_session(account_id=caller.account_id, id=caller.session_id, at=tx.now_ms)
    return _current(tx, caller)


def sign_out(tx: Transaction, caller: Caller) -> None:
    """See `contract.access.Access.sign_out`."""
    tx.access.end_session(subscriber_id=caller.subscriber_id, id=caller.session_id, at=tx.now_ms)
    tx.emit(caller.account_id, "session")


def sessions(tx: Transaction, caller: Caller) -> Page[Session]:
    """See `contract.access.Access.sessions`."""
    rows = tx.access.sessions_of(
        subscriber_id=caller.subscriber_id,
        seen_after=to_ms(tx.now - IDLE),
        opened_after=to_ms(tx.now - LONGEST_SESSION),
    )
    return Page(items=[_session(row, current=row["id"] == caller.session_id) for row in rows])


def end_session(tx: Transaction, caller: Caller, session: str) -> None:
    """See `contract.access.Access.end_session`."""
    ended = tx.access.end_session(subscriber_id=caller.subscriber_id, id=session, at=tx.now_ms)
    if ended is None:
        raise NotFound
    tx.emit(ended["account_id"], "session")


def devices(tx: Transaction, caller: Caller) -> Page[Device]:
    """See `contract.access.Access.devices`."""
    rows = tx.access.devices_of(subscriber_id=caller.subscriber_id, count=DEVICES_SHOWN)
    return Page(
        items=[
            Device(
                id=row["token_hash"],
                phone=row["phone"],
                name=row["name"],
                trusted_at=from_ms(row["trusted_at"]),
                current=row["token_hash"] == caller.device_hash,
            )
            for row in rows
        ]
    )


def distrust(tx: Transaction, caller: Caller, device: str) -> None:
    """See `contract.access.Access.distrust`."""
    rows = list(tx.access.distrust(subscriber_id=caller.subscriber_id, token_hash=device))
    if not rows:
        raise NotFound
    for row in rows:
        tx.access.end_sessions_on(account_id=row["account_id"], device_hash=device, at=tx.now_ms)
        tx.emit(row["account_id"], "session")


def confirm(tx: Transaction, caller: Caller, order: Confirmation) -> Session:
    """See `contract.access.Access.confirm`."""
    account = tx.accounts.by_id(id=caller.account_id)
    lane = f"session:{caller.session_id}"
    proofs.prove(tx, caller.phone, account, order.code, order.password, lane)
    tx.access.clear_lane(phone=caller.phone, lane=lane)
    tx.access.prove_session(account_id=caller.account_id, id=caller.session_id, at=tx.now_ms)
    return _current(tx, caller)


def password(tx: Transaction, caller: Caller) -> PasswordState:
    """See `contract.access.Access.password`."""
    return _password_state(tx, caller.account_id)


def set_password(tx: Transaction, caller: Caller, order: NewPassword) -> PasswordState:
    """See `contract.access.Access.set_password`."""
    if tx.accounts.by_id(id=caller.account_id)["imported"]:
        raise NoOperator
    proofs.require_proof(tx, caller)
    reason = passwords.refusal(order.password, caller.phone)
    if reason is not None:
        raise WeakPassword(reason=reason)
    remembered = list(
        tx.access.last_passwords(account_id=caller.account_id, count=PASSWORDS_REMEMBERED)
    )
    if any(passwords.fits(order.password, row["hash"]) for row in remembered):
        raise WeakPassword(reason="Этот пароль уже был у вас недавно. Придумайте новый.")
    # The newest counts, even where the clock was set back since the one before.
    after_last = remembered[0]["changed_at"] + 1 if remembered else 0
    tx.access.add_password(
        account_id=caller.account_id,
        changed_at=max(tx.now_ms, after_last),
        hash=passwords.hash_of(order.password),
        strong=int(len(passwords.prepared(order.password)) >= passwords.STANDS_ALONE),
    )
    tx.access.end_other_sessions(account_id=caller.account_id, but=caller.session_id, at=tx.now_ms)
    tx.access.distrust_devices(account_id=caller.account_id, but=caller.device_hash)
    tx.emit(caller.account_id, "password")
    tx.emit(caller.account_id, "session")
    notify(
        tx,
        caller.account_id,
        "access",
        "Пароль изменён",
        "Постоянный пароль «МТС-Помощника» изменён, остальные сеансы завершены. "
        "Если это не вы, войдите по коду из SMS и смените его.",
        sms=True,
    )
    return _password_state(tx, caller.account_id)


def forget_old(tx: Transaction, count: int) -> list[Answer]:
    """Delete what has no use any more: dead codes, tries that count no more, old sessions.

    Args:
        tx: The transaction.
        count: How many of each at most.

    Returns:
        What was deleted of each.
    """
    access = tx.soon.access
    return [
        access.forget_tries(now=tx.now_ms, count=count),
        access.forget_codes(
            before=to_ms(tx.now - proofs.CODES_WITHIN - proofs.CODE_LIVES), count=count
        ),
        access.forget_rates(before=tx.now_ms - 2 * proofs.FLOOD_WINDOW_MS, count=count),
        access.forget_sessions(before=to_ms(tx.now - 2 * LONGEST_SESSION), count=count),
    ]


def _open_session(
    tx: Transaction, account: Row, way: Way, device_hash: str, device_name: str, *, announce: bool
) -> SignedIn:
    token = f"{tx.random.getrandbits(256):064x}"
    session_id = tx.new_id()
    tx.access.open_session(
        account_id=account["id"],
        id=session_id,
        token_hash=_token_hash(token),
        way=way,
        device_hash=device_hash,
        device_name=device_name,
        at=tx.now_ms,
        proved_at=0 if way in {"line", "identity"} else tx.now_ms,
    )
    tx.emit(account["id"], "session")
    if announce:
        moment = formatting.moment(tx.now.astimezone(ZoneInfo(account["zone"])))
        where = f" с устройства «{formatting.clean(device_name, 40)}»" if device_name else ""
        notify(
            tx,
            account["id"],
            "access",
            "Вход в кабинет",
            f"Вход в «МТС-Помощник» {moment}{where}. Если это не вы, смените пароль.",
            sms=True,
        )
    session = Session(
        id=session_id,
        account=account["id"],
        phone=account["phone"],
        way=way,
        device_name=device_name,
        opened_at=tx.now,
        seen_at=tx.now,
        idle_until=tx.now + IDLE,
        current=True,
    )
    return SignedIn(token=token, session=session, password=_password_state(tx, account["id"]))


def _current(tx: Transaction, caller: Caller) -> Session:
    for session in sessions(tx, caller).items:
        if session.current:
            return session
    raise NotSignedIn


def _session(row: Row, *, current: bool) -> Session:
    seen = from_ms(row["seen_at"])
    return Session(
        id=row["id"],
        account=row["account_id"],
        phone=row["phone"],
        way=row["way"],
        device_name=row["device_name"],
        opened_at=from_ms(row["opened_at"]),
        seen_at=seen,
        idle_until=seen + IDLE,
        current=current,
    )


def _password_state(tx: Transaction, account_id: str) -> PasswordState:
    row = tx.access.password(account_id=account_id)
    if row is None:
        return PasswordState(is_set=False)
    changed = from_ms(row["changed_at"])
    return PasswordState(is_set=True, changed_at=changed, is_old=changed + OLD_PASSWORD < tx.now)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
