"""Getting in: the rules of codes, tries, sessions and the permanent password.

Three wrong tries close the number for ten minutes (the source article). Tries by code, by password
and from each trusted device are counted apart; either of the first two closes the number to
strangers, but not to a trusted device, so that nobody can lock the owner out from afar. Open
sessions go on, and the owner gets an SMS.

Nothing here says whether a number is a subscriber: codes and tries of any number are counted alike.
"""

import hashlib
import zlib
from datetime import datetime, timedelta
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
    InvalidRequest,
    LineUnknown,
    NoOperator,
    NotFound,
    NotSignedIn,
    NumberClosed,
    StepUpRequired,
    TooManyCodes,
    TooManyRequests,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from mts_tui.backend.contract.model import Page
from mts_tui.backend.store.transaction import Answer, Row, Soon, Transaction, from_ms, to_ms

from . import passwords
from .caller import Caller, Guest
from .notifications import notify

CODE_SENDER = "3339"
CALLER = "Звонок робота"
"""How the phone of a city line calls who says a code to it."""
CODE_LIVES = timedelta(minutes=5)
CODE_PAUSE = timedelta(seconds=60)
CODES_AT_MOST = 5
CODES_WITHIN = timedelta(minutes=10)
TRIES = 3
CLOSED_FOR = timedelta(minutes=10)
IDLE = timedelta(minutes=20)
LONGEST_SESSION = timedelta(hours=24)
PROOF_HOLDS = timedelta(minutes=5)
CLOCKS_DIFFER = timedelta(seconds=30)
"""By so much at most: of machines that serve together, and of whoever waited for a lock."""
OLD_PASSWORD = timedelta(days=180)
PASSWORDS_REMEMBERED = 3
DEVICES_SHOWN = 200
FLOOD_WINDOW_MS = 10 * 60 * 1000
FLOOD_FROM_ADDRESS = 60
"""Sign-ins and codes asked for from one address within a window."""
FLOOD_OVERALL = 6000
FLOOD_SHARDS = 16
"""The overall count is kept in parts, so that tries of different numbers do not wait in line."""


def request_code(tx: Transaction, guest: Guest, order: CodeOrder) -> CodeSent:
    """See `contract.access.Access.request_code`."""
    refuse_flood(tx, guest, order.phone)
    _refuse_if_closed(tx, order.phone, "code")
    send_code(tx, order.phone)
    return CodeSent(
        sender=CODE_SENDER, expires_at=tx.now + CODE_LIVES, resend_at=tx.now + CODE_PAUSE
    )


def send_code(tx: Transaction, phone: str) -> None:
    """Make a one-time code and send it, if the number is a subscriber's.

    A robot calls a city number and says it: nobody signs in with such a number, but it may be
    added to a cabinet.

    Raises:
        TooManyCodes: Less than a minute after the last, or five within ten minutes.
        EntryClosed: The phone is lost; whoever has it would read the code.
    """
    tx.access.hold(phone=phone)
    account = _open_account(tx, phone)
    tx.access.forget_future_codes(  # The clock was set back.
        phone=phone, now=to_ms(tx.now + CLOCKS_DIFFER)
    )
    sent = [
        row["sent_at"]
        for row in tx.access.codes_since(phone=phone, since=to_ms(tx.now - CODES_WITHIN))
    ]
    waits = []
    if sent:
        waits.append(from_ms(sent[-1]) + CODE_PAUSE)
    if len(sent) >= CODES_AT_MOST:
        waits.append(from_ms(sent[-CODES_AT_MOST]) + CODES_WITHIN)
    if waits and max(waits) > tx.now:
        raise TooManyCodes(seconds=_seconds_until(max(waits), tx.now))
    code = f"{tx.random.randrange(10**6):06}"
    code_id = tx.new_id()
    tx.access.add_code(
        phone=phone,
        id=code_id,
        code_hash=code_hash(code_id, code),
        sent_at=tx.now_ms,
        expires_at=to_ms(tx.now + CODE_LIVES),
    )
    if account is None:
        return
    if account["kind"] == "mobile":
        tx.message(
            account["id"],
            CODE_SENDER,
            f"{code} — код для входа в «МТС-Помощник». Действует 5 минут. Никому его не сообщайте.",
        )
    else:
        tx.message(
            account["id"],
            CALLER,
            f"{code} — код, чтобы добавить этот номер в «МТС-Помощник». Действует 5 минут.",
        )


def sign_in(tx: Transaction, guest: Guest, order: SignIn) -> SignedIn:
    """See `contract.access.Access.sign_in`."""
    refuse_flood(tx, guest, order.phone)
    tx.access.hold(phone=order.phone)
    account = _open_account(tx, order.phone)
    if account is not None and account["kind"] != "mobile":
        account = None  # A home's phone is anybody's there: its code adds it, and opens nothing.
    device_hash = _token_hash(order.device) if order.device else ""
    trusted = bool(
        device_hash
        and account is not None
        and tx.access.trusted(account_id=account["id"], token_hash=device_hash)
    )
    lane = f"device:{device_hash}" if trusted else None
    way = _prove(tx, order.phone, account, order.code, order.password, lane)
    assert account is not None  # A proof without an account never holds.
    if way == "password" and not trusted:
        row = tx.access.password(account_id=account["id"])
        if not row["strong"]:
            tx.access.clear_lane(phone=order.phone, lane="password")
            send_code(tx, order.phone)
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
    account = _open_account(tx, guest.line)
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
    account = _open_account(tx, phone)
    if account is None:  # An account does not lose its number.
        raise EntryClosed
    device_hash = _token_hash(device) if device else ""
    trusted = bool(device_hash and tx.access.trusted(account_id=account_id, token_hash=device_hash))
    if not trusted:
        _refuse_if_closed(tx, phone, "code")
    return _open_session(tx, account, "identity", device_hash, device_name, announce=not trusted)


def open_own_session(tx: Transaction, account: Row) -> SignedIn:
    """A session in the cabinet of a person's own files: where it lies, nobody else comes."""
    return _open_session(tx, account, "line", "", "", announce=False)


def seek(soon: Soon, token: str) -> Answer:
    """Ask for the session of a token, for `authenticate`."""
    session: Answer = soon.access.session(token_hash=_token_hash(token))
    return session


def authenticate(tx: Transaction, token: str | None, session: Answer | None = None) -> Caller:
    """The caller of a session's token.

    Args:
        tx: The transaction.
        token: The token, if there is one.
        session: What `seek` gave, where the session was asked for already.

    Raises:
        NotSignedIn: No such session, or it ended, was idle 20 minutes, or is a day old; or the
            number's phone is lost.
    """
    row = (session or seek(tx.soon, token))() if token else None
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
    _prove(tx, caller.phone, account, order.code, order.password, lane)
    tx.access.clear_lane(phone=caller.phone, lane=lane)
    tx.access.prove_session(account_id=caller.account_id, id=caller.session_id, at=tx.now_ms)
    return _current(tx, caller)


def prove_by_code(tx: Transaction, phone: str, code: str) -> Row:
    """The account of a number whose owner shows the code that was sent to it.

    Raises:
        NumberClosed: Three tries were wrong within the last ten minutes, or this was the third.
        WrongCode: With how many tries are left; a lost phone's code is never right.
    """
    tx.access.hold(phone=phone)
    account = tx.accounts.by_phone(phone=phone)
    if account is not None and account["lost_at"] is not None:
        account = None
    _prove(tx, phone, account, code, None, None)
    tx.access.clear_lane(phone=phone, lane="code")
    return account


def require_proof(tx: Transaction, caller: Caller) -> None:
    """Let a dangerous action through only where the person was proved within five minutes.

    A rehearsal changes nothing: what an action would do is told without a proof.
    """
    if not tx.rehearsal and from_ms(caller.proved_at) + PROOF_HOLDS < tx.now:
        raise StepUpRequired


def password(tx: Transaction, caller: Caller) -> PasswordState:
    """See `contract.access.Access.password`."""
    return _password_state(tx, caller.account_id)


def set_password(tx: Transaction, caller: Caller, order: NewPassword) -> PasswordState:
    """See `contract.access.Access.set_password`."""
    if tx.accounts.by_id(id=caller.account_id)["imported"]:
        raise NoOperator
    require_proof(tx, caller)
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
        access.forget_codes(before=to_ms(tx.now - CODES_WITHIN - CODE_LIVES), count=count),
        access.forget_rates(before=tx.now_ms - 2 * FLOOD_WINDOW_MS, count=count),
        access.forget_sessions(before=to_ms(tx.now - 2 * LONGEST_SESSION), count=count),
    ]


def _open_account(tx: Transaction, phone: str) -> Row | None:
    """The account of a number, if there is one. The number is held: what is read stays true.

    Raises:
        EntryClosed: Its phone is lost.
    """
    account: Row | None = tx.accounts.by_phone(phone=phone)
    if account is not None and account["lost_at"] is not None:
        raise EntryClosed
    return account


def _prove(
    tx: Transaction,
    phone: str,
    account: Row | None,
    code: str | None,
    secret: str | None,
    lane: str | None,
) -> Way:
    """Check a code or a password, counting the try before looking at it.

    Args:
        tx: The transaction.
        phone: The number tried; need not be a subscriber's.
        account: Its account, if there is one.
        code: A one-time code, or None.
        secret: A permanent password, or None.
        lane: Where tries are counted; None for a stranger's lane of this kind.

    Raises:
        NumberClosed: Three tries were wrong within the last ten minutes, or this was the third.
        WrongCode: With how many tries are left.
        WrongPassword: The same for a password.
    """
    if (code is None) == (secret is None):
        raise InvalidRequest(reason="нужен либо код, либо пароль.")
    way: Way = "code" if code is not None else "password"
    lane = lane or way
    _refuse_if_closed(tx, phone, lane)
    wrong: int = tx.access.count_try(phone=phone, lane=lane)["wrong"]
    if code is not None:
        right = _spend_code(tx, phone, code) and account is not None
    else:
        row = tx.access.password(account_id=account["id"]) if account is not None else None
        right = passwords.fits(secret or "", row["hash"] if row is not None else None)
    if right:
        return way
    if wrong < TRIES:
        error = WrongCode if way == "code" else WrongPassword
        raise tx.keep(error(left=TRIES - wrong))
    tx.access.close_lane(phone=phone, lane=lane, until=to_ms(tx.now + CLOSED_FOR))
    _kill_code(tx, phone)
    if account is not None:
        moment = formatting.clock(tx.now.astimezone(ZoneInfo(account["zone"])))
        notify(
            tx,
            account["id"],
            "access",
            "Неверные попытки входа",
            f"В {moment} три раза неверно ввели код или пароль «МТС-Помощника». Вход закрыт на "
            "10 минут. Если это были не вы, смените пароль.",
            sms=True,
        )
    raise tx.keep(NumberClosed(seconds=int(CLOSED_FOR.total_seconds())))


def refuse_flood(tx: Transaction, guest: Guest, phone: str) -> None:
    """Let only so many tries through, from one address and overall.

    Raises:
        TooManyRequests: The window is full; nothing is counted or looked at.
    """
    if not guest.address:
        return
    start = tx.now_ms - tx.now_ms % FLOOD_WINDOW_MS
    shard = f"all:{zlib.crc32(phone.encode()) % FLOOD_SHARDS}"
    for name, most in (
        (f"address:{guest.address}", FLOOD_FROM_ADDRESS),
        (shard, FLOOD_OVERALL // FLOOD_SHARDS),
    ):
        if tx.access.count_rate(name=name, window_start=start) > most:
            end = from_ms(start + FLOOD_WINDOW_MS)
            raise TooManyRequests(seconds=_seconds_until(end, tx.now))


def _refuse_if_closed(tx: Transaction, phone: str, lane: str) -> None:
    """Take the number's lock, so that tries are looked at one by one; then see if it is closed."""
    tx.access.hold(phone=phone)
    if lane in {"code", "password"}:
        until = tx.access.closed_until(phone=phone) or 0
    else:
        row = tx.access.lane(phone=phone, lane=lane)
        until = row["closed_until"] if row is not None else 0
    latest = tx.now + CLOSED_FOR
    if until > to_ms(latest + CLOCKS_DIFFER):
        # The clock was set back: the number is closed no longer for that.
        tx.access.shorten_lanes(phone=phone, until=to_ms(latest))
        raise tx.keep(NumberClosed(seconds=_seconds_until(latest, tx.now)))
    if until > tx.now_ms:
        raise NumberClosed(seconds=_seconds_until(from_ms(until), tx.now))


def _spend_code(tx: Transaction, phone: str, code: str) -> bool:
    row = tx.access.last_code(phone=phone)
    if row is None or row["expires_at"] <= tx.now_ms:
        return False
    if row["sent_at"] > to_ms(tx.now + CLOCKS_DIFFER):
        return False
    if row["spent_at"] is not None and not (tx.key and row["spent_by"] == tx.key):
        return False  # Used; but the same request sent again is the same use.
    if not passwords.same(row["code_hash"], code_hash(row["id"], code)):
        return False
    tx.access.spend_code(phone=phone, id=row["id"], at=tx.now_ms, by=tx.key)
    return True


def _kill_code(tx: Transaction, phone: str) -> None:
    row = tx.access.last_code(phone=phone)
    if row is not None and row["spent_at"] is None:
        tx.access.spend_code(phone=phone, id=row["id"], at=tx.now_ms, by="")


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


def code_hash(code_id: str, code: str) -> str:
    """What is kept of a one-time code; its id is the salt."""
    return hashlib.sha256(f"{code_id}:{code}".encode()).hexdigest()


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _seconds_until(end: datetime, now: datetime) -> int:
    return -int((now - end).total_seconds() // 1)
