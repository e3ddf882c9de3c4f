"""Sending SMS and MMS: who may, to whom, how many a day, for how much, now or at a planned moment.

A message goes to all of its recipients or to none: where there is money for some only, the whole
is refused. Packages pay first, then the tariff (facts 1.12); a long SMS counts as its parts do.
What is planned is paid for when it goes out, by a due of the account: once, whoever lives the
account. What becomes of it afterwards is `deliveries`' care.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from mts_tui import formatting, phones, pictures, sms_text
from mts_tui.backend.contract.errors import (
    BudgetReached,
    KeyReused,
    MessageRefused,
    NotEnoughMoney,
    NotFound,
)
from mts_tui.backend.contract.messages import (
    LATEST_DAYS,
    MOST_A_DAY,
    MOST_PLANNED,
    MessageKind,
    MmsOrder,
    SmsOrder,
    Terms,
)
from mts_tui.backend.operator.rating import Charge, Usage, route_of
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import deliveries
from .billing import Book, Due
from .periods import day_start_ms

BLOCKED = "Номер заблокирован, и отправлять с него нельзя. Разблокируйте его в «Блокировке»."
CITY = "С городского номера SMS и MMS не отправляются. Выберите мобильный номер: F4."
LOST = (
    "Аппарат с этим номером утрачен, и отправлять с него нельзя. Когда он найдётся, отметьте это "
    "в «Блокировке»."
)
_OURS = re.compile(r"\+(7(?![67])|375|380)")
_NOT_REACHED = re.compile(r"\+(1900|449|870|88[1-3]|979)")
"""Satellites and numbers whose owner gets a part of the price."""


class Outgoing(msgspec.Struct, frozen=True):
    """A message to send, checked by itself.

    Attributes:
        kind: SMS or MMS.
        to: Whom, each once, E.164.
        text: As it is sent; may be empty beside a picture.
        at: A later moment, ms; None for now.
        media_type: Of the picture; empty where there is none.
        picture: It, in base64.
    """

    kind: MessageKind
    to: tuple[str, ...]
    text: str
    at: int | None = None
    media_type: str = ""
    picture: str = ""

    @property
    def parts(self) -> int:
        """Pieces that each recipient costs."""
        return sms_text.count(self.text).parts if self.kind == "sms" else 1


def sms_of(order: SmsOrder) -> Outgoing:
    """The message of an order.

    Raises:
        MessageRefused: There is nothing to send.
    """
    text = sms_text.sendable(order.text)
    if not text:
        raise MessageRefused(reason="В сообщении нет текста. Напишите его и отправьте.")
    at = None if order.at is None else to_ms(order.at)
    return Outgoing("sms", tuple(dict.fromkeys(order.to)), text, at)


def mms_of(order: MmsOrder) -> Outgoing:
    """The same of an MMS; its picture is looked at.

    Raises:
        MessageRefused: That is no picture that can be sent.
    """
    try:
        seen = pictures.look_at(order.picture)
    except pictures.PictureError as error:
        raise MessageRefused(reason=str(error)) from None
    return Outgoing(
        "mms",
        tuple(dict.fromkeys(order.to)),
        sms_text.sendable(order.text),
        media_type=seen.media_type,
        picture=b64encode(order.picture).decode(),
    )


def terms_of(tx: Transaction, account: Row) -> Terms:
    """What can be sent today."""
    gateway_number = tx.gateway if phones.is_mobile(tx.gateway) else ""
    return Terms(
        sender=gateway_number or account["phone"],
        sender_name="" if gateway_number else formatting.clean(tx.gateway),
        left_today=_left(tx, account["id"], ZoneInfo(account["zone"]), tx.now_ms),
        refusal=_refusal(account),
    )


def send(tx: Transaction, account: Row, message: Outgoing) -> str:
    """Send a message, or plan it.

    The command's key is the sending's id: it goes once, even after the key itself is forgotten.

    Returns:
        The sending's id.

    Raises:
        KeyReused: Another message was sent with this key.
        MessageRefused: A rule forbids it; with a whole sentence.
        NotEnoughMoney: There is not enough for all of it.
        BudgetReached: A hard budget forbids it.
    """
    _refuse(_refusal(account))
    book = Book(tx, account["id"])
    sending_id = tx.new_id() if tx.rehearsal else tx.key
    if _known(tx, book.id, sending_id, message):
        return sending_id
    book.pass_time(tx.now_ms)
    _refuse(BLOCKED if book.state == "blocked" else "")
    for phone in message.to:
        _refuse(_unreachable(tx, account["phone"], phone))
    if tx.gateway and message.kind == "mms":
        raise MessageRefused(reason="SMS отсюда уходят через шлюз, а MMS он не передаёт.")
    _check_time(tx, book, message)
    if message.at is None:
        _check_money(book, _usages(book, message), tx.now_ms)
    _write(book, sending_id, message)
    if message.at is None:
        _carry_out(book, sending_id, message, tx.now_ms)
    else:
        book.owe(Due(f"sending:{sending_id}", message.at, "sending.go", {"id": sending_id}))
    book.write()
    tx.emit(book.id, "message")
    return sending_id


def go(book: Book, due: Due) -> None:
    """The moment of a planned message has come: send it to all, or to none and say why."""
    tx, sending_id = book.tx, due.body["id"]
    row = tx.sms.sending(account_id=book.id, id=sending_id)
    found = list(tx.sms.recipients(account_id=book.id, sending_id=sending_id))
    message = Outgoing(row["kind"], tuple(one["phone"] for one in found), row["text"])
    reason = _refusal(tx.accounts.by_id(id=book.id))
    if book.state == "blocked":
        reason = BLOCKED
    try:
        _refuse(reason)
        _carry_out(book, sending_id, message, due.at)
    except MessageRefused as error:
        reason = str(error)
    except NotEnoughMoney:
        reason = "В назначенное время на счёте не хватило денег. Пополните счёт и отправьте снова."
    except BudgetReached as error:
        reason = str(error)
    if reason:
        tx.sms.fail_planned(account_id=book.id, sending_id=sending_id, at=due.at, reason=reason)
        when = formatting.moment(from_ms(row["at"]).astimezone(book.zone))
        book.notice(
            "SMS не отправлено",
            f"SMS, назначенное на {when}, не отправлено. {reason}",
            kind="message",
            sms=True,
        )
    tx.emit(book.id, "message")


def cancel(tx: Transaction, account: Row, sending_id: str) -> None:
    """Give up what is planned.

    Raises:
        NotFound: There is no such sending.
        MessageRefused: It has gone out, or was given up before.
    """
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    found = list(tx.sms.recipients(account_id=book.id, sending_id=sending_id))
    if not found:
        raise NotFound
    if found[0]["state"] == "cancelled":
        raise MessageRefused(reason="Эта отправка уже отменена.")
    if found[0]["state"] != "scheduled":
        raise MessageRefused(reason="Сообщение уже отправлено, отменить его нельзя.")
    tx.sms.cancel(account_id=book.id, sending_id=sending_id, at=tx.now_ms)
    book.drop_due(f"sending:{sending_id}")
    book.write()
    tx.emit(book.id, "message")


def _known(tx: Transaction, account_id: str, sending_id: str, message: Outgoing) -> bool:
    """Whether this very message was sent with this key.

    Raises:
        KeyReused: Another one was.
    """
    row = tx.sms.sending(account_id=account_id, id=sending_id)
    if row is None:
        return False
    found = tx.sms.recipients(account_id=account_id, sending_id=sending_id)
    to = tuple(one["phone"] for one in found)
    if (row["kind"], row["text"], to) != (message.kind, message.text, message.to):
        raise KeyReused
    return True


def _refuse(reason: str) -> None:
    if reason:
        raise MessageRefused(reason=reason)


def _refusal(account: Row) -> str:
    """Why nothing can be sent from a number; empty where it can."""
    if account["kind"] != "mobile":
        return CITY
    if account["lost_at"] is not None:
        return LOST
    return BLOCKED if account["state"] == "blocked" else ""


def _unreachable(tx: Transaction, own: str, phone: str) -> str:
    """Why a number is no recipient; empty where it is one."""
    shown = phones.display(phone)
    if phone == own:
        return f"{shown} — номер, с которого вы отправляете. Выберите другого получателя."
    if _OURS.match(phone) and not phones.is_mobile(phone):
        if phones.is_city(phone):
            return f"{shown} — городской номер, SMS на него не придёт. Укажите мобильный."
        return f"Мобильного номера {shown} не бывает: проверьте код и сколько в нём цифр."
    if _NOT_REACHED.match(phone):
        return f"На {shown} отправить нельзя: это спутниковый или платный номер."
    if tx.gateway and not (phones.country(phone) == "RU" and phones.is_mobile(phone)):
        return f"{shown}: через шлюз SMS уходят только на мобильные номера России."
    return ""


def _check_time(tx: Transaction, book: Book, message: Outgoing) -> None:
    """See that the moment is possible, and that its day has room for the message."""
    at = tx.now_ms if message.at is None else message.at
    if message.at is not None:
        if at <= tx.now_ms:
            raise MessageRefused(reason="Это время уже прошло. Укажите более позднее.")
        if at > to_ms(tx.now + timedelta(days=LATEST_DAYS)):
            raise MessageRefused(reason="Отправку можно назначить не больше чем на год вперёд.")
        if tx.sms.planned(account_id=book.id) >= MOST_PLANNED:
            raise MessageRefused(
                reason=f"Назначено уже {MOST_PLANNED} отправок, больше нельзя. Отмените ненужную."
            )
    left = _left(tx, book.id, book.zone, at)
    if len(message.to) > left:
        day = "На сегодня" if message.at is None else "На этот день"
        rest = formatting.count(left, "сообщение", "сообщения", "сообщений")
        told = f"осталось {rest}" if left else "сообщений не осталось"
        advice = "Уберите получателей или назначьте" if left else "Назначьте"
        raise MessageRefused(
            reason=f"{day} {told}: с одного номера уходит не больше {MOST_A_DAY} в день. "
            f"{advice} отправку на другой день."
        )


def _left(tx: Transaction, account_id: str, zone: ZoneInfo, at: int) -> int:
    """How many messages a day has room for."""
    since, until = day_start_ms(at, zone), day_start_ms(at, zone, 1)
    ordered: int = tx.sms.ordered_for(account_id=account_id, since=since, until=until)
    return max(0, MOST_A_DAY - ordered)


def _usages(book: Book, message: Outgoing) -> list[Usage]:
    return [
        Usage(message.kind, "out", phone, "home", route_of(book.phone, phone), message.parts)
        for phone in message.to
    ]


def _priced(book: Book, usages: Sequence[Usage]) -> list[Charge]:
    """What each of several usages in a row would cost, nothing of it taken."""
    left = dict(book.packages.left)
    charges = []
    for usage in usages:
        charge = book.plans.now().rate(usage, left)
        for bucket, units in _from_packages(charge):
            left[bucket] = left.get(bucket, 0) - units
        charges.append(charge)
    return charges


def _from_packages(charge: Charge) -> list[tuple[str, int]]:
    first = [(charge.bucket, charge.bucket_units)] if charge.bucket is not None else []
    return [*first, *((share.bucket, share.units) for share in charge.more)]


def _covered(charge: Charge) -> int:
    return sum(units for _bucket, units in _from_packages(charge))


def _check_money(book: Book, usages: Sequence[Usage], at: int) -> None:
    """See that there is enough for all, before anything is written."""
    total = sum(charge.amount_minor for charge in _priced(book, usages))
    if total and not book.affords(total, at):
        raise NotEnoughMoney if book.balance - total < book.floor else BudgetReached


def _write(book: Book, sending_id: str, message: Outgoing) -> None:
    """Write a message down. A rehearsal of a planned one tells what it would cost now."""
    tx, planned = book.tx, message.at is not None
    charges: list[Charge | None] = [None] * len(message.to)
    if planned and tx.rehearsal:
        charges = [*_priced(book, _usages(book, message))]
    tx.sms.add_sending(
        account_id=book.id,
        id=sending_id,
        kind=message.kind,
        ordered_at=tx.now_ms,
        at=tx.now_ms if message.at is None else message.at,
        text=message.text,
        alphabet=sms_text.alphabet_of(message.text),
        parts=message.parts,
        media_type=message.media_type,
        picture=message.picture,
        outside=int(bool(tx.gateway)),
    )
    tx.sms.add_recipients(
        [
            {
                "account_id": book.id,
                "sending_id": sending_id,
                "phone": phone,
                "position": position,
                "state": "scheduled" if planned else "queued",
                "at": tx.now_ms,
                "cost": 0 if charge is None else charge.amount_minor,
                "covered": 0 if charge is None else _covered(charge),
            }
            for position, (phone, charge) in enumerate(zip(message.to, charges, strict=True))
        ]
    )


def _carry_out(book: Book, sending_id: str, message: Outgoing, at: int) -> None:
    """Take the price and put the message on its way to each recipient.

    Raises:
        NotEnoughMoney: There is not enough for all; nothing is taken.
        BudgetReached: A hard budget forbids it; nothing is taken.
    """
    usages = _usages(book, message)
    _check_money(book, usages, at)
    row = book.tx.sms.sending(account_id=book.id, id=sending_id)
    for usage in usages:
        charge = book.use(usage, at)
        if charge is None:  # A fee that fell due in between left too little.
            raise NotEnoughMoney
        book.tx.message(
            book.id, usage.peer, deliveries.shown(message.kind, message.text), outgoing=True
        )
        book.tx.sms.sent_off(
            account_id=book.id,
            sending_id=sending_id,
            phone=usage.peer,
            at=at,
            cost=charge.amount_minor,
            covered=_covered(charge),
            next_at=at if row["outside"] else None,
        )
        if not row["outside"]:
            deliveries.begin(book, sending_id, usage.peer, at)
