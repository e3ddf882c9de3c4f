"""The demo's own SMS network: what becomes of a message for each recipient, some seconds later.

Each step is a due of the sender's account: queued, sent, then delivered or failed. A number of the
same store gets the message into its phone. Everybody else is invented: those people have their
phones on, but for numbers that end in 90 to 95, and answer now and then. Any other number is not
served: nothing ever leaves the demo.

A delivery writes into the receiver's account while the sender's is locked. Two that cross can meet
in a deadlock of PostgreSQL, which undoes one of them; the store runs that one anew.
"""

from mts_tui.backend.contract.messages import MessageKind
from mts_tui.backend.operator.answers import answer_to
from mts_tui.backend.operator.traffic import is_invented
from mts_tui.backend.store.transaction import Row

from .billing import Book, Due

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
TO_NETWORK = (1 * SECOND, 2 * SECOND)
TO_PHONE = (1 * SECOND, 4 * SECOND)
ANSWERED = (8 * SECOND, 60 * SECOND)
VALID = 72 * HOUR
"""How long the network keeps a message for a phone that is off."""
OFF_FOR_A_WHILE = 40 * MINUTE
_RESTS = ("90", "91", "92", "93")
"""Ends of invented numbers whose phone is switched on again after a while."""
_GONE = ("94", "95")
"""Ends of those whose phone stays off."""
NOT_SERVED = (
    "Номер не обслуживается. Проверьте его; демо доставляет сообщения только на выдуманные номера."
)
SWITCHED_OFF = "Телефон получателя был выключен трое суток, и сообщение удалено."


def shown(kind: MessageKind, text: str) -> str:
    """A message as a phone that knows only texts shows it."""
    if kind == "sms":
        return text
    return f"Картинка. {text}" if text else "Картинка"


def begin(book: Book, sending_id: str, phone: str, at: int) -> None:
    """Put a message on its way to a recipient."""
    _next(book, sending_id, phone, at + _between(book, TO_NETWORK))


def step(book: Book, due: Due) -> None:
    """The next thing that happens to a message: the network has it, or the phone, or nobody."""
    tx, sending_id, phone = book.tx, due.body["sending"], due.body["phone"]
    row = tx.sms.recipient(account_id=book.id, sending_id=sending_id, phone=phone)
    receiver = tx.accounts.by_phone(phone=phone)
    if row["state"] == "queued":
        if not _served(phone, receiver):
            _set(book, row, "failed", due.at, NOT_SERVED)
            return
        _set(book, row, "sent", due.at)
        _next(book, sending_id, phone, due.at + _between(book, TO_PHONE))
    elif not _is_off(phone, receiver, due.at - row["at"]):
        _set(book, row, "delivered", due.at)
        _arrive(book, row, receiver, due.at)
    elif due.at - row["at"] >= VALID:
        _set(book, row, "failed", due.at, SWITCHED_OFF)
    else:
        waited = due.at - row["at"]
        pause = min(max(waited, MINUTE), 6 * HOUR)
        _next(book, sending_id, phone, min(due.at + pause, row["at"] + VALID))


def answer(book: Book, due: Due) -> None:
    """The other side has written back."""
    book.tx.message(book.id, due.body["phone"], due.body["text"])


def _arrive(book: Book, row: Row, receiver: Row | None, at: int) -> None:
    """The phone has the message; an invented person may answer."""
    tx = book.tx
    sending = tx.sms.sending(account_id=book.id, id=row["sending_id"])
    if receiver is not None:
        tx.message(receiver["id"], book.phone, shown(sending["kind"], sending["text"]))
        return
    text = answer_to(sending["text"], tx.random)
    if text:
        body = {"phone": row["phone"], "text": text}
        moment = at + _between(book, ANSWERED)
        due = Due(
            f"answer:{row['sending_id']}:{row['position']}", moment, "deliveries.answer", body
        )
        book.owe(due)


def _served(phone: str, receiver: Row | None) -> bool:
    """Whether the network has somebody of this number."""
    return receiver["kind"] == "mobile" if receiver is not None else is_invented(phone)


def _is_off(phone: str, receiver: Row | None, waited: int) -> bool:
    """Whether a phone is switched off, or its number is closed; `waited` are milliseconds."""
    if receiver is not None:
        return receiver["state"] == "blocked" or receiver["lost_at"] is not None
    return phone.endswith(_GONE) or (phone.endswith(_RESTS) and waited < OFF_FOR_A_WHILE)


def _next(book: Book, sending_id: str, phone: str, at: int) -> None:
    body = {"sending": sending_id, "phone": phone}
    book.owe(Due(f"sms:{sending_id}:{phone}", at, "deliveries.step", body))


def _between(book: Book, bounds: tuple[int, int]) -> int:
    low, high = bounds
    return low + int(book.tx.random.random() * (high - low + 1))


def _set(book: Book, row: Row, state: str, at: int, reason: str = "") -> None:
    book.tx.sms.set_state(
        account_id=book.id,
        sending_id=row["sending_id"],
        phone=row["phone"],
        state=state,
        at=at,
        reason=reason,
    )
    book.tx.emit(book.id, "message")
