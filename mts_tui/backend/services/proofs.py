"""That a person is who they say: one-time codes, tries and the limits of both.

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
from mts_tui.backend.contract.access import Way
from mts_tui.backend.contract.errors import (
    EntryClosed,
    InvalidRequest,
    NumberClosed,
    StepUpRequired,
    TooManyCodes,
    TooManyRequests,
    WrongCode,
    WrongPassword,
)
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

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
PROOF_HOLDS = timedelta(minutes=5)
CLOCKS_DIFFER = timedelta(seconds=30)
"""By so much at most: of machines that serve together, and of whoever waited for a lock."""
FLOOD_WINDOW_MS = 10 * 60 * 1000
FLOOD_FROM_ADDRESS = 60
"""Sign-ins and codes asked for from one address within a window."""
FLOOD_OVERALL = 6000
FLOOD_SHARDS = 16
"""The overall count is kept in parts, so that tries of different numbers do not wait in line."""


def send_code(tx: Transaction, phone: str) -> None:
    """Make a one-time code and send it, if the number is a subscriber's.

    A robot calls a city number and says it: nobody signs in with such a number, but it may be
    added to a cabinet.

    Raises:
        TooManyCodes: Less than a minute after the last, or five within ten minutes.
        EntryClosed: The phone is lost; whoever has it would read the code.
    """
    tx.access.hold(phone=phone)
    account = open_account(tx, phone)
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


def prove(
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
    refuse_if_closed(tx, phone, lane)
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
    prove(tx, phone, account, code, None, None)
    tx.access.clear_lane(phone=phone, lane="code")
    return account


def require_proof(tx: Transaction, caller: Caller) -> None:
    """Let a dangerous action through only where the person was proved within five minutes.

    A rehearsal changes nothing: what an action would do is told without a proof.
    """
    if not tx.rehearsal and from_ms(caller.proved_at) + PROOF_HOLDS < tx.now:
        raise StepUpRequired


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


def refuse_if_closed(tx: Transaction, phone: str, lane: str) -> None:
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


def open_account(tx: Transaction, phone: str) -> Row | None:
    """The account of a number, if there is one. The number is held: what is read stays true.

    Raises:
        EntryClosed: Its phone is lost.
    """
    account: Row | None = tx.accounts.by_phone(phone=phone)
    if account is not None and account["lost_at"] is not None:
        raise EntryClosed
    return account


def code_hash(code_id: str, code: str) -> str:
    """What is kept of a one-time code; its id is the salt."""
    return hashlib.sha256(f"{code_id}:{code}".encode()).hexdigest()


def _seconds_until(end: datetime, now: datetime) -> int:
    """Whole seconds from one moment to another, rounded up."""
    return -int((now - end).total_seconds() // 1)


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
