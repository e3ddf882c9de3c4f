"""«Поддержка»: the operations of the area: tickets with their chats, and calls back.

What is said of itself, by the assistant, the demo's agents and the caller's queue, is in
`support_life`. Whoever writes into a chat holds its account first, so that messages are numbered
one after the other and nobody meets in a deadlock.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.errors import NotFound, SupportRefused
from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.support import (
    ATTACHMENT_BYTES,
    AttachedFile,
    Attachment,
    CallBack,
    CallBackOrder,
    ChatMessage,
    ChatOrder,
    Rating,
    Ticket,
)
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import support_life
from .billing import Book
from .caller import Caller, own_account

MOST = 200
MOST_OPEN = 10
MOST_CALLS = 3
NEWEST = 2**62
TITLE = 60
CALLS_FROM, CALLS_UNTIL = 9, 21
"""Hours of the account's own day in which support calls."""
AHEAD = timedelta(days=7)
AN_HOUR = timedelta(hours=1)


def tickets(tx: Transaction, caller: Caller, account: str) -> Page[Ticket]:
    """See `contract.support.Support.tickets`."""
    own_account(tx, caller, account)
    return Page(items=[_ticket(row) for row in tx.support.tickets(account_id=account, count=MOST)])


def open(tx: Transaction, caller: Caller, account: str, order: ChatOrder) -> Ticket:  # noqa: A001
    """See `contract.support.Support.open`."""
    row = own_account(tx, caller, account)
    _check(order)
    book = Book(tx, account)
    if tx.support.open_tickets(account_id=account) >= MOST_OPEN:
        raise SupportRefused(
            reason=f"Открыто уже {MOST_OPEN} обращений. Закройте те, что решены, или напишите в "
            "одно из них."
        )
    ticket_id = tx.new_id()
    tx.support.add_ticket(
        account_id=account,
        id=ticket_id,
        number=_number(tx, ZoneInfo(row["zone"])),
        at=tx.now_ms,
        title=formatting.clean(" ".join(order.text.split()), TITLE),
    )
    _say(tx, account, ticket_id, order)
    support_life.answer(book, ticket_id, order.text, with_file=order.attachment is not None)
    book.write()
    return _ticket(_kept(tx, account, ticket_id))


def ticket(tx: Transaction, caller: Caller, account: str, ticket: str) -> Ticket:
    """See `contract.support.Support.ticket`."""
    own_account(tx, caller, account)
    return _ticket(_kept(tx, account, ticket))


def messages(
    tx: Transaction, caller: Caller, account: str, ticket: str, limit: int, cursor: str | None
) -> Page[ChatMessage]:
    """See `contract.support.Support.messages`."""
    own_account(tx, caller, account)
    _kept(tx, account, ticket)
    before = int(cursor) if cursor and cursor.isascii() and cursor.isdecimal() else NEWEST
    rows = list(
        tx.support.messages(
            account_id=account, ticket_id=ticket, before=min(before, NEWEST), count=limit + 1
        )
    )
    items = [_message(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)


def say(
    tx: Transaction, caller: Caller, account: str, ticket: str, order: ChatOrder
) -> ChatMessage:
    """See `contract.support.Support.say`."""
    own_account(tx, caller, account)
    _check(order)
    book = Book(tx, account)
    kept = _not_closed(tx, account, ticket)
    said = _say(tx, account, ticket, order)
    if kept["state"] == "open":
        support_life.answer(book, ticket, order.text, with_file=order.attachment is not None)
    elif kept["state"] == "answered":
        support_life.wait_for_agent(book, ticket)
    book.write()
    (row,) = tx.support.messages(account_id=account, ticket_id=ticket, before=said + 1, count=1)
    return _message(row)


def attachment(
    tx: Transaction, caller: Caller, account: str, ticket: str, number: int
) -> AttachedFile:
    """See `contract.support.Support.attachment`."""
    own_account(tx, caller, account)
    row = None
    if number < NEWEST:
        row = tx.support.file(account_id=account, ticket_id=ticket, seq=number)
    if row is None:
        raise NotFound
    return AttachedFile(name=row["file_name"], text=row["file_text"])


def hand_over(tx: Transaction, caller: Caller, account: str, ticket: str) -> Ticket:
    """See `contract.support.Support.hand_over`."""
    own_account(tx, caller, account)
    book = Book(tx, account)
    kept = _not_closed(tx, account, ticket)
    if kept["state"] != "with_agent":
        support_life.hand_over(book, ticket)
        book.write()
    return _ticket(_kept(tx, account, ticket))


def mark_read(tx: Transaction, caller: Caller, account: str, ticket: str) -> Ticket:
    """See `contract.support.Support.mark_read`."""
    own_account(tx, caller, account)
    tx.ledger.hold(id=account)
    _kept(tx, account, ticket)
    if list(tx.support.mark_read(account_id=account, id=ticket)):
        tx.emit(account, "support")
    return _ticket(_kept(tx, account, ticket))


def close(tx: Transaction, caller: Caller, account: str, ticket: str, rating: Rating) -> Ticket:
    """See `contract.support.Support.close`."""
    own_account(tx, caller, account)
    book = Book(tx, account)
    if _kept(tx, account, ticket)["state"] != "closed":
        support_life.close(book, ticket)
        book.write()
    if rating.stars or rating.text:
        tx.support.rate(
            account_id=account, id=ticket, stars=rating.stars, opinion=rating.text.strip()
        )
        tx.emit(account, "support")
    return _ticket(_kept(tx, account, ticket))


def call_backs(tx: Transaction, caller: Caller, account: str) -> Page[CallBack]:
    """See `contract.support.Support.call_backs`."""
    own_account(tx, caller, account)
    return Page(items=[_call(row) for row in tx.support.calls(account_id=account, count=MOST)])


def order_call(tx: Transaction, caller: Caller, account: str, order: CallBackOrder) -> CallBack:
    """See `contract.support.Support.order_call`."""
    row = own_account(tx, caller, account)
    since = order.since.replace(second=0, microsecond=0)
    local = since.astimezone(ZoneInfo(row["zone"]))
    if since + timedelta(minutes=1) <= tx.now:
        raise SupportRefused(reason="Это время уже прошло. Выберите время позже.")
    if since > tx.now + AHEAD:
        raise SupportRefused(reason="Звонок можно заказать на ближайшие 7 дней. Выберите раньше.")
    opens, closes = (local.replace(hour=hour, minute=0) for hour in (CALLS_FROM, CALLS_UNTIL))
    if not opens <= local <= closes - AN_HOUR:
        raise SupportRefused(
            reason=f"Специалисты звонят с {CALLS_FROM}:00 до {CALLS_UNTIL}:00 по времени номера. "
            "Выберите время в этих часах."
        )
    book = Book(tx, account)
    if tx.support.planned_calls(account_id=account) >= MOST_CALLS:
        raise SupportRefused(
            reason=f"Заказано уже {MOST_CALLS} звонка. Дождитесь одного из них или отмените его."
        )
    call_id = tx.new_id()
    tx.support.add_call(
        account_id=account,
        id=call_id,
        at=tx.now_ms,
        phone=order.phone,
        since=to_ms(since),
        until=to_ms(since + AN_HOUR),
        topic=order.topic.strip(),
    )
    support_life.plan_call(book, call_id, to_ms(since))
    book.write()
    tx.emit(account, "support")
    return _call(_kept_call(tx, account, call_id))


def cancel_call(tx: Transaction, caller: Caller, account: str, call_back: str) -> CallBack:
    """See `contract.support.Support.cancel_call`."""
    own_account(tx, caller, account)
    book = Book(tx, account)
    if _kept_call(tx, account, call_back)["state"] != "planned":
        raise SupportRefused(reason="Отменять нечего: этого звонка больше не ждут.")
    tx.support.set_call(account_id=account, id=call_back, state="cancelled")
    book.drop_due(support_life.call_due(call_back))
    book.write()
    tx.emit(account, "support")
    return _call(_kept_call(tx, account, call_back))


def _check(order: ChatOrder) -> None:
    if not order.text.strip():
        raise SupportRefused(reason="Сообщение пустое. Напишите, что случилось.")
    if order.attachment is not None:
        _check_file(order.attachment)


def _check_file(file: Attachment) -> None:
    if not formatting.clean(file.name).strip():
        raise SupportRefused(reason="У файла нет имени. Назовите его и приложите снова.")
    if len(file.text.encode()) > ATTACHMENT_BYTES:
        raise SupportRefused(
            reason=f"Файл больше {ATTACHMENT_BYTES // 1024} КБ. Приложите ту его часть, о которой "
            "спрашиваете."
        )


def _say(tx: Transaction, account_id: str, ticket_id: str, order: ChatOrder) -> int:
    """Write down what the person said; its number."""
    return support_life.write(
        tx,
        account_id,
        ticket_id,
        "subscriber",
        "Вы",
        order.text.strip(),
        file=order.attachment,
    )


def _number(tx: Transaction, zone: ZoneInfo) -> str:
    """The next number of a ticket: counted anew each month."""
    month = tx.now.astimezone(zone).strftime("%y%m")
    name = f"tickets:{month}"
    count = int(tx.common.hold_number(name=name)) + 1
    tx.common.set_meta(name=name, value=str(count))
    return f"МТС-{month}-{count:04}"


def _kept(tx: Transaction, account_id: str, ticket_id: str) -> Row:
    row = tx.support.ticket(account_id=account_id, id=ticket_id)
    if row is None:
        raise NotFound
    return row


def _not_closed(tx: Transaction, account_id: str, ticket_id: str) -> Row:
    row = _kept(tx, account_id, ticket_id)
    if row["state"] == "closed":
        raise SupportRefused(reason="Это обращение закрыто. Задайте новый вопрос.")
    return row


def _kept_call(tx: Transaction, account_id: str, call_id: str) -> Row:
    row = tx.support.call(account_id=account_id, id=call_id)
    if row is None:
        raise NotFound
    return row


def _ticket(row: Row) -> Ticket:
    return Ticket(
        id=row["id"],
        number=row["number"],
        opened_at=from_ms(row["opened_at"]),
        changed_at=from_ms(row["changed_at"]),
        state=row["state"],
        title=row["title"],
        unread=row["unread"],
        stars=row["stars"],
    )


def _message(row: Row) -> ChatMessage:
    return ChatMessage(
        id=row["seq"],
        at=from_ms(row["at"]),
        author=row["author"],
        name=row["name"],
        text=row["text"],
        attachment=row["file_name"],
        attachment_size=row["file_size"],
        page=row["page"],
    )


def _call(row: Row) -> CallBack:
    return CallBack(
        id=row["id"],
        phone=row["phone"],
        since=from_ms(row["since"]),
        until=from_ms(row["until"]),
        topic=row["topic"],
        state=row["state"],
    )
