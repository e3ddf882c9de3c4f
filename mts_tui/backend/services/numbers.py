"""«Мои номера»: the numbers of a cabinet: adding, naming, ordering, taking out."""

from typing import Any

from mts_tui import phones
from mts_tui.backend.contract.errors import AlreadyLinked, NotFound, NumbersRefused, UndoRefused
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.numbers import (
    MOST_NUMBERS,
    LinkOrder,
    Number,
    NumberChange,
    NumberPlace,
)
from mts_tui.backend.store.transaction import Row, Transaction

from . import undo
from .caller import Caller, own_account
from .notifications import notify
from .proofs import prove_by_code

_FULL = f"В кабинете уже {MOST_NUMBERS} номеров, больше не помещается. Уберите лишний и повторите."
_LOGIN = (
    "С этим номером вы вошли, и убрать его из кабинета нельзя. Войдите с другим своим номером и "
    "уберите этот там."
)
_IMPORTED = (
    "Импортированный номер убирают вместе с его файлами: удалите их в «Импорте», и номер уйдёт с "
    "последним."
)


def linked(tx: Transaction, caller: Caller) -> Page[Number]:
    """See `contract.numbers.Numbers.linked`."""
    rows = tx.accounts.linked(subscriber_id=caller.subscriber_id)
    return Page(items=[number(row, row["tariff"], caller) for row in rows])


def link(tx: Transaction, caller: Caller, order: LinkOrder) -> Number:
    """See `contract.numbers.Numbers.link`."""
    account = prove_by_code(tx, order.phone, order.code)
    tx.blocking.hold_cabinet(subscriber_id=caller.subscriber_id)
    if len(list(tx.blocking.links(subscriber_id=caller.subscriber_id))) >= MOST_NUMBERS:
        raise NumbersRefused(reason=_FULL)
    link = tx.accounts.link(
        subscriber_id=caller.subscriber_id,
        account_id=account["id"],
        name=order.name,
        role="own",
    )
    if link is None:
        raise AlreadyLinked
    tx.emit(caller.account_id, "numbers")
    notify(
        tx,
        account["id"],
        "numbers",
        "Номер добавлен в кабинет",
        "Ваш номер добавлен в «Мои номера» кабинета «МТС-Помощник». Если это не вы, "
        "позвоните на 0890.",
        sms=account["kind"] == "mobile",
    )
    return _one(tx, caller, account["id"])


def rename(tx: Transaction, caller: Caller, account: str, order: NumberChange) -> Number:
    """See `contract.numbers.Numbers.rename`."""
    own_account(tx, caller, account)
    tx.blocking.rename(
        subscriber_id=caller.subscriber_id, account_id=account, name=order.name.strip()
    )
    tx.emit(caller.account_id, "numbers")
    return _one(tx, caller, account)


def unlink(tx: Transaction, caller: Caller, account: str) -> None:
    """See `contract.numbers.Numbers.unlink`."""
    row = own_account(tx, caller, account)
    if row["imported"]:
        raise NumbersRefused(reason=_IMPORTED)
    if account == caller.account_id:
        raise NumbersRefused(reason=_LOGIN)
    tx.blocking.hold_cabinet(subscriber_id=caller.subscriber_id)
    kept = [
        dict(one)
        for one in tx.blocking.links(subscriber_id=caller.subscriber_id)
        if one["account_id"] == account
    ]
    if not kept:  # Somebody else of this cabinet was quicker.
        raise NotFound
    tx.blocking.unlink(subscriber_id=caller.subscriber_id, account_id=account)
    title = f"Номер {phones.display(row['phone'])} убран из кабинета"
    # By the account of the login: the one that went is not of this cabinet any more.
    undo.offer(tx, caller, caller.account_id, title, "numbers.link_again", link=kept[0])
    tx.emit(caller.account_id, "numbers")


def move(tx: Transaction, caller: Caller, account: str, order: NumberPlace) -> Page[Number]:
    """See `contract.numbers.Numbers.move`."""
    own_account(tx, caller, account)
    tx.blocking.hold_cabinet(subscriber_id=caller.subscriber_id)
    links = list(tx.blocking.links(subscriber_id=caller.subscriber_id))
    others = [one["account_id"] for one in links if one["account_id"] != account]
    if len(others) == len(links):
        raise NotFound
    others.insert(order.place - 1, account)
    known = {one["account_id"]: one["position"] for one in links}
    moved = [
        {"subscriber_id": caller.subscriber_id, "account_id": one, "position": place}
        for place, one in enumerate(others, 1)
        if known[one] != place
    ]
    if moved:
        tx.blocking.place(moved)
        tx.emit(caller.account_id, "numbers")
    return linked(tx, caller)


def link_again(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take an unlinking back: the number stands where it stood.

    Raises:
        UndoRefused: It was added again meanwhile, or there is no room for it.
    """
    del account_id
    link = body["link"]
    tx.blocking.hold_cabinet(subscriber_id=caller.subscriber_id)
    if len(list(tx.blocking.links(subscriber_id=caller.subscriber_id))) >= MOST_NUMBERS:
        raise UndoRefused(reason=_FULL)
    if tx.blocking.link_again(subscriber_id=caller.subscriber_id, **link) is None:
        raise UndoRefused(reason="Этот номер уже снова в «Моих номерах».")
    tx.emit(caller.account_id, "numbers")


def number(row: Row, tariff: str, caller: Caller) -> Number:
    """The contract's form of an account's row, joined with its link and owner."""
    return Number(
        account=row["id"],
        phone=row["phone"],
        name=row["name"],
        owner=row["owner"],
        kind=row["kind"],
        role=row["role"],
        country=row["country"],
        region=row["region"],
        zone=row["zone"],
        tariff=tariff,
        balance=Money(
            amount_minor=0 if row["imported"] else row["balance"], currency=row["currency"]
        ),
        state=row["state"],
        login=row["id"] == caller.account_id,
        lost=row["lost_at"] is not None,
        imported=bool(row["imported"]),
    )


def _one(tx: Transaction, caller: Caller, account_id: str) -> Number:
    row = tx.blocking.linked_one(subscriber_id=caller.subscriber_id, id=account_id)
    return number(row, row["tariff"], caller)
