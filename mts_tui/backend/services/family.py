"""«Родительский контроль»: children of a number, what may be seen of them, and their own say.

What a parent sees lies under the parent's account; what the child may see and decide is found by
the child's number. Consent is `consents`, the way of a day is `watching`.
"""

from typing import Any

from mts_tui import formatting
from mts_tui.backend.contract.errors import FamilyRefused, NotFound, UndoRefused
from mts_tui.backend.contract.family import (
    MOST_ZONES,
    Child,
    ChildOrder,
    Guardian,
    Look,
    Position,
    Zone,
    ZoneOrder,
)
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import consents, undo, watching
from .caller import Caller, own_account
from .paying import hold
from .proofs import require_proof

MOST_LOOKS = 200
NOW, TODAY = "где сейчас", "где был сегодня"
_WORDS = {
    "asked": "Согласия ещё нет: ребёнок не ответил. Пусть отправит ДА на 3322.",
    "refused": "Ребёнок отказал: где телефон, не видно.",
    "withdrawn": "Ребёнок отозвал согласие: где телефон, больше не видно.",
}


def children(tx: Transaction, caller: Caller, account: str) -> Page[Child]:
    """See `contract.family.Family.children`."""
    own_account(tx, caller, account)
    return Page(items=[_child(tx, row) for row in tx.family.children(account_id=account)])


def ask(tx: Transaction, caller: Caller, account: str, order: ChildOrder) -> Child:
    """See `contract.family.Family.ask`."""
    guardian = own_account(tx, caller, account)
    require_proof(tx, caller)
    return _child(tx, _known(tx, account, consents.ask(tx, guardian, order)))


def drop(tx: Transaction, caller: Caller, account: str, child: str) -> None:
    """See `contract.family.Family.drop`."""
    guardian = own_account(tx, caller, account)
    consents.drop(tx, guardian, _known(tx, account, child))


def where(tx: Transaction, caller: Caller, account: str, child: str) -> Position:
    """See `contract.family.Family.where`."""
    found = watching.positions(tx, _looked_at(tx, caller, account, child, NOW), 1)
    if not found:
        raise FamilyRefused(reason="Телефон ещё не найден. Повторите через минуту.")
    return found[0]


def today(tx: Transaction, caller: Caller, account: str, child: str) -> Page[Position]:
    """See `contract.family.Family.today`."""
    return Page(items=watching.positions(tx, _looked_at(tx, caller, account, child, TODAY)))


def zones(tx: Transaction, caller: Caller, account: str, child: str) -> Page[Zone]:
    """See `contract.family.Family.zones`."""
    own_account(tx, caller, account)
    row = _agreed(tx, account, child)
    found = tx.family.zones(account_id=account, guardianship_id=row["id"])
    return Page(items=[_zone(one) for one in found])


def add_zone(tx: Transaction, caller: Caller, account: str, child: str, order: ZoneOrder) -> Zone:
    """See `contract.family.Family.add_zone`."""
    own_account(tx, caller, account)
    hold(tx, account)
    row = _agreed(tx, account, child)
    name = formatting.clean(order.name).strip()
    if not name:
        raise FamilyRefused(reason="Назовите зону: это имя придёт в сообщениях.")
    known = [one["name"] for one in tx.family.zones(account_id=account, guardianship_id=child)]
    if name.casefold() in {one.casefold() for one in known}:
        raise FamilyRefused(reason=f"Зона «{name}» уже есть. Назовите эту иначе.")
    if len(known) >= MOST_ZONES:
        raise FamilyRefused(
            reason=f"У ребёнка уже {MOST_ZONES} зон, больше нельзя. Удалите одну из них."
        )
    return _put_zone(
        tx,
        row,
        {
            "id": tx.new_id(),
            "name": name,
            "latitude": order.latitude,
            "longitude": order.longitude,
            "radius_m": order.radius_m,
            "told": ",".join(move for move in ("in", "out") if move in order.told),
        },
    )


def drop_zone(tx: Transaction, caller: Caller, account: str, child: str, zone: str) -> None:
    """See `contract.family.Family.drop_zone`."""
    own_account(tx, caller, account)
    hold(tx, account)
    row = _known(tx, account, child)
    found = tx.family.zone(account_id=account, guardianship_id=row["id"], id=zone)
    if found is None:
        raise NotFound
    tx.family.drop_zone(account_id=account, id=zone)
    tx.emit(account, "account")
    kept = ("id", "name", "latitude", "longitude", "radius_m", "told")
    undo.offer(
        tx,
        caller,
        account,
        f"Зона «{found['name']}» удалена",
        "family.put_zone_back",
        child=row["id"],
        zone={name: found[name] for name in kept},
    )


def put_zone_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Watch a zone again that was dropped.

    Raises:
        UndoRefused: There is no consent by now, or the zone's name or place is taken.
    """
    own_account(tx, caller, account_id)
    row = tx.family.child(account_id=account_id, id=body["child"])
    if row is None or row["consent"] != "given":
        raise UndoRefused(reason="Согласия ребёнка больше нет, и зону не вернуть.")
    known = list(tx.family.zones(account_id=account_id, guardianship_id=row["id"]))
    names = {one["name"].casefold() for one in known}
    if len(known) >= MOST_ZONES or body["zone"]["name"].casefold() in names:
        raise UndoRefused(reason="После этого зоны меняли. Добавьте эту зону заново.")
    _put_zone(tx, row, body["zone"])


def guardians(tx: Transaction, caller: Caller, account: str) -> Page[Guardian]:
    """See `contract.family.Family.guardians`."""
    child = own_account(tx, caller, account)
    return Page(items=[_guardian(row) for row in consents.guardians_of(tx, child)])


def consent(tx: Transaction, caller: Caller, account: str, guardian: str) -> Guardian:
    """See `contract.family.Family.consent`."""
    child = own_account(tx, caller, account)
    found = _of_child(tx, child, guardian)
    if caller.account_id != account:
        raise FamilyRefused(
            reason="Согласиться может только сам телефон: SMS «ДА» с него на 3322, или кабинет, в "
            "который вошли с этим номером."
        )
    consents.give(tx, child, found)
    return _guardian(_of_child(tx, child, guardian))


def withdraw(tx: Transaction, caller: Caller, account: str, guardian: str) -> Guardian:
    """See `contract.family.Family.withdraw`."""
    child = own_account(tx, caller, account)
    consents.refuse(tx, child, _of_child(tx, child, guardian))
    return _guardian(_of_child(tx, child, guardian))


def looks(tx: Transaction, caller: Caller, account: str) -> Page[Look]:
    """See `contract.family.Family.looks`."""
    own_account(tx, caller, account)
    return Page(
        items=[
            Look(
                at=from_ms(row["at"]),
                by=row["by_phone"],
                name=row["by_name"],
                what=row["what"],
            )
            for row in tx.family.looks(account_id=account, count=MOST_LOOKS)
        ]
    )


def _known(tx: Transaction, account: str, child: str) -> Row:
    row = tx.family.child(account_id=account, id=child)
    if row is None:
        raise NotFound
    return row


def _agreed(tx: Transaction, account: str, child: str) -> Row:
    """A child that has agreed.

    Raises:
        NotFound: There is none.
        FamilyRefused: There is no consent, or none any more.
    """
    row = _known(tx, account, child)
    if row["consent"] != "given":
        raise FamilyRefused(reason=_WORDS[row["consent"]])
    return row


def _looked_at(tx: Transaction, caller: Caller, account: str, child: str, what: str) -> Row:
    """A child that may be looked at, the look written and the time passed up to now."""
    guardian = own_account(tx, caller, account)
    row = _agreed(tx, account, child)
    phone = tx.accounts.by_phone(phone=row["child_phone"])
    hold(tx, account, *([phone["id"]] if phone is not None else []))
    row = _agreed(tx, account, child)  # It may have been taken back while we waited.
    if phone is not None:
        watching.write_look(tx, guardian, phone, what)
    watching.catch_up(tx, account)
    return row


def _of_child(tx: Transaction, child: Row, guardian: str) -> Row:
    found = [row for row in consents.guardians_of(tx, child) if row["id"] == guardian]
    if not found:
        raise NotFound
    return found[0]


def _put_zone(tx: Transaction, row: Row, zone: dict[str, Any]) -> Zone:
    """Watch a zone from now on: where the child is at this moment is not told."""
    child = tx.accounts.by_phone(phone=row["child_phone"])
    there = child is not None and watching.is_there(tx, child, {**zone, "inside": 0})
    tx.family.add_zone(
        account_id=row["account_id"], guardianship_id=row["id"], inside=int(there), **zone
    )
    tx.emit(row["account_id"], "account")
    return _zone(zone)


def _zone(row: Row) -> Zone:
    return Zone(
        id=row["id"],
        name=row["name"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        radius_m=row["radius_m"],
        told=row["told"].split(","),
    )


def _child(tx: Transaction, row: Row) -> Child:
    phone = None
    if row["consent"] == "given":
        phone = tx.accounts.by_phone(phone=row["child_phone"])
    return Child(
        id=row["id"],
        phone=row["child_phone"],
        name=row["name"],
        consent=row["consent"],
        consent_text=row["consent_text"],
        consent_at=from_ms(row["consent_at"]),
        battery_percent=None if phone is None else watching.battery_of(tx, phone),
        balance=(
            None
            if phone is None
            else Money(amount_minor=phone["balance"], currency=phone["currency"])
        ),
    )


def _guardian(row: Row) -> Guardian:
    return Guardian(
        id=row["id"],
        phone=row["guardian_phone"],
        name=row["guardian_name"],
        consent=row["consent"],
        consent_text=row["consent_text"],
        consent_at=from_ms(row["consent_at"]),
    )
