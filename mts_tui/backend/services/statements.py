"""«Детализация»: ordered, listed, read, given up. `backend.statements` makes the documents.

Every answer counts with the moment at which a statement is gone: nobody has to delete it in time.
"""

from base64 import b64decode
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.errors import InvalidRequest, MailRefused, NotFound, StatementRefused
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.receipts import Mail, MailOrder
from mts_tui.backend.contract.statements import (
    KEPT_HOURS,
    LONGEST_DAYS,
    Statement,
    StatementOrder,
    StatementPart,
    StatementRow,
    StatementTotals,
)
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import letters
from .caller import Caller, own_account
from .notifications import notify
from .statement_rows import Period, period_of, totals_of

STATEMENT = "statement"
KEPT = timedelta(hours=KEPT_HOURS)
IN_A_DAY = 20
"""Orders of an account in 24 hours; a person wants one or two."""
AT_ONCE = 3
"""So many of an account are made at once."""
MAIL_BYTES = 20 * 1024 * 1024
"""The largest document that goes by e-mail: servers seldom take letters of more than 25 MB."""
MEGABYTE = 1024 * 1024
_INSTEAD = "получите детализацию в кабинете"
_NEWEST = 2**62
_UNFINISHED = frozenset({"queued", "running"})


def order(tx: Transaction, caller: Caller, account: str, order: StatementOrder) -> Statement:
    """See `contract.statements.Statements.order`."""
    own_account(tx, caller, account)
    row = tx.ledger.hold(id=account)
    zone = ZoneInfo(row["zone"])
    until = min(order.until, tx.now)
    _check_period(row, order.since, until, tx.now)
    _check_delivery(tx, order)
    known = tx.statements.orders(account_id=account, since=to_ms(tx.now - timedelta(days=1)))
    if known["unfinished"] >= AT_ONCE:
        raise StatementRefused(
            reason=f"Сейчас готовятся уже {AT_ONCE} детализации этого номера. Дождитесь любой из "
            "них или отмените её и закажите снова."
        )
    if known["count"] >= IN_A_DAY:
        raise StatementRefused(
            reason=f"За сутки заказано уже {IN_A_DAY} детализаций этого номера. Следующую можно "
            "заказать завтра."
        )
    statement_id = tx.new_id()
    later = tx.archive.first_since(account_id=account, at=to_ms(until))
    tx.statements.add(
        account_id=account,
        id=statement_id,
        ordered_at=tx.now_ms,
        since=to_ms(order.since),
        until=to_ms(until),
        made_until=later or row["operation_seq"] + 1,
        kinds=",".join(dict.fromkeys(order.kinds)),
        format=order.format,
        delivery=order.delivery,
        recipient=order.to or "" if order.delivery == "email" else "",
    )
    days = formatting.period(order.since.astimezone(zone), until.astimezone(zone))
    where = "придёт на электронную почту" if order.delivery == "email" else "появится в кабинете"
    notify(
        tx,
        account,
        "statement",
        "Заказана детализация",
        f"Заказана детализация: {days} Она {where}. Если это сделали не вы, смените пароль "
        "кабинета.",
        sms=True,
        subject=statement_id,
    )
    tx.emit(account, "statement")
    return _statement_of(tx, _kept(tx, account, statement_id), row)


def ordered(tx: Transaction, caller: Caller, account: str) -> Page[Statement]:
    """See `contract.statements.Statements.ordered`."""
    row = own_account(tx, caller, account)
    kept = tx.statements.kept(account_id=account, now=tx.now_ms)
    return Page(items=[_statement_of(tx, one, row) for one in kept])


def statement(tx: Transaction, caller: Caller, account: str, statement: str) -> Statement:
    """See `contract.statements.Statements.statement`."""
    row = own_account(tx, caller, account)
    return _statement_of(tx, _kept(tx, account, statement), row)


def cancel(tx: Transaction, caller: Caller, account: str, statement: str) -> None:
    """See `contract.statements.Statements.cancel`."""
    own_account(tx, caller, account)
    tx.ledger.hold(id=account)
    kept = _kept(tx, account, statement)
    if kept["state"] in _UNFINISHED:
        tx.statements.end(
            account_id=account,
            id=statement,
            state="cancelled",
            reason="",
            expires_at=to_ms(tx.now + KEPT),
        )
    else:
        day_after = kept["ordered_at"] + timedelta(days=1) // timedelta(milliseconds=1)
        tx.statements.end(
            account_id=account, id=statement, state="deleted", reason="", expires_at=day_after
        )
    drop_document(
        tx, account, statement, "Детализацию удалили из кабинета раньше, чем письмо ушло."
    )
    tx.emit(account, "statement")


def rows(
    tx: Transaction,
    caller: Caller,
    account: str,
    statement: str,
    limit: int,
    cursor: str | None,
    kinds: str,
    text: str,
    order: str,
) -> Page[StatementRow]:
    """See `contract.statements.Statements.rows`."""
    place = _place(cursor)
    kept, period = _ready(tx, caller, account, statement)
    chosen = period.groups.matching(_kinds(kept, kinds), text)
    found = period.rows(tx, chosen, place, limit + 1, newest=order == "newest")
    items = found[:limit]
    return Page(items=items, next_cursor=items[-1].operation if len(found) > limit else None)


def totals(
    tx: Transaction, caller: Caller, account: str, statement: str, kinds: str, text: str
) -> StatementTotals:
    """See `contract.statements.Statements.totals`."""
    kept, period = _ready(tx, caller, account, statement)
    chosen = period.groups.matching(_kinds(kept, kinds), text)
    return totals_of(chosen.groups, period.account["currency"])


def part(
    tx: Transaction, caller: Caller, account: str, statement: str, number: int
) -> StatementPart:
    """See `contract.statements.Statements.part`."""
    own_account(tx, caller, account)
    _kept(tx, account, statement, "ready")
    found = tx.statements.part(account_id=account, id=statement, number=number)
    if found is None:
        raise NotFound
    return StatementPart(content=b64decode(found["content"]), last=bool(found["is_last"]))


def send(tx: Transaction, caller: Caller, account: str, statement: str, order: MailOrder) -> Mail:
    """See `contract.statements.Statements.send`."""
    own_account(tx, caller, account)
    kept = _kept(tx, account, statement, "ready")
    instead = "сохраните детализацию в файл"
    letters.refuse_without_mail(tx, instead)
    if kept["size"] > MAIL_BYTES:
        raise MailRefused(reason=f"{too_large(kept['size'])} {instead.capitalize()}.")
    letter = letters.post(tx, account, order.to, STATEMENT, statement, instead=instead)
    tx.statements.set_mail(account_id=account, id=statement, mail_id=letter.id)
    tx.emit(account, "statement")
    return letter


def drop_document(tx: Transaction, account_id: str, statement_id: str, reason: str) -> None:
    """Delete a statement's document; letters that were to carry it are not sent, and say why."""
    tx.statements.drop_parts(account_id=account_id, id=statement_id)
    tx.statements.drop_letters(account_id=account_id, id=statement_id, reason=reason)


def too_large(size: int) -> str:
    """Why a document does not go by e-mail, a sentence."""
    return (
        f"Документ занимает {formatting.traffic(size)}, а письмом уходит не больше "
        f"{formatting.traffic(MAIL_BYTES)}."
    )


def _check_period(account: Row, since: datetime, until: datetime, now: datetime) -> None:
    zone = ZoneInfo(account["zone"])
    if since >= now:
        raise StatementRefused(
            reason="Этот период ещё не начался. Выберите дни до сегодняшнего включительно."
        )
    if since >= until:
        raise StatementRefused(
            reason="В этом периоде нет ни одного дня: его конец раньше начала. Поменяйте дни "
            "местами."
        )
    # By the clock on the wall: a year of days has an hour more or less where summer time is kept.
    local_since, local_until = (one.astimezone(zone).replace(tzinfo=None) for one in (since, until))
    if local_until - local_since > timedelta(days=LONGEST_DAYS):
        raise StatementRefused(
            reason="Детализация бывает не больше чем за год. Закажите несколько, по частям."
        )
    opened = from_ms(account["opened_at"]).astimezone(zone).date()
    if not account["imported"] and since < datetime.combine(opened, time(), zone):
        raise StatementRefused(
            reason=f"Номер обслуживается с {formatting.date_long(opened)}, и раньше рассказать не "
            "о чем. Начните период с этого дня."
        )


def _check_delivery(tx: Transaction, order: StatementOrder) -> None:
    if order.delivery != "email":
        return
    if order.to is None:
        raise StatementRefused(reason="Укажите адрес электронной почты, на который её отправить.")
    letters.refuse_without_mail(tx, _INSTEAD)


def _kept(tx: Transaction, account: str, statement: str, state: str = "") -> Row:
    found = tx.statements.one(account_id=account, id=statement, now=tx.now_ms)
    if found is None or (state and found["state"] != state):
        raise NotFound
    return found


def _ready(tx: Transaction, caller: Caller, account: str, statement: str) -> tuple[Row, Period]:
    row = own_account(tx, caller, account)
    kept = _kept(tx, account, statement, "ready")
    return kept, period_of(tx, row, kept)


def _kinds(kept: Row, asked: str) -> str:
    """Kinds that are asked for, of those that stand in the statement."""
    all_of: str = kept["kinds"]
    if not asked:
        return all_of
    wanted = set(asked.split(","))
    return ",".join(one for one in all_of.split(",") if one in wanted)


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) > _NEWEST:
        raise InvalidRequest(reason="место в списке указано неверно.")
    return int(cursor)


def _statement_of(tx: Transaction, row: Row, account: Row) -> Statement:
    mail_id = row["mail_id"]
    letter = tx.payments.mail(account_id=row["account_id"], id=mail_id) if mail_id else None
    return Statement(
        id=row["id"],
        ordered_at=from_ms(row["ordered_at"]),
        since=from_ms(row["since"]),
        until=from_ms(row["until"]),
        zone=account["zone"],
        kinds=row["kinds"].split(","),
        format=row["format"],
        delivery=row["delivery"],
        to=row["recipient"],
        state=row["state"],
        done=row["done"],
        rows=row["row_count"],
        total=Money(row["total"], account["currency"]),
        size=row["size"],
        ready_at=None if row["ready_at"] is None else from_ms(row["ready_at"]),
        expires_at=None if row["expires_at"] is None else from_ms(row["expires_at"]),
        mail=None if letter is None else letters.mail_of(letter),
        reason=row["reason"],
    )
