"""«МТС Бонус»: points, rewards, exchange, gifts, friends, discounts (facts 1.10)."""

from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs

from mts_tui import formatting, phones
from mts_tui.backend.contract.bonus import (
    GIFT_LEAST,
    GIFT_MOST_A_DAY,
    BonusState,
    Burning,
    Discount,
    Exchange,
    Exchanged,
    Invitation,
    Invite,
    PointsEntry,
    PointsGift,
    PointsGiven,
    Reward,
    RewardBasket,
    RewardOrder,
)
from mts_tui.backend.contract.errors import BonusRefused, InvalidRequest, UndoRefused
from mts_tui.backend.contract.model import Page
from mts_tui.backend.operator.catalogue.promos import promotions
from mts_tui.backend.operator.catalogue.rewards import discounts as all_discounts
from mts_tui.backend.operator.catalogue.rewards import rewards as all_rewards
from mts_tui.backend.store.points import PointsEntry as Movement
from mts_tui.backend.store.points import Taken, give_back
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import paying, points, undo
from . import rewards as reward_rules
from .billing import Book
from .caller import Caller, own_account
from .membership import INVITED_FOR, JOIN_FIRST, enrol, refusal, require_member
from .notifications import SENDER
from .periods import day_start_ms, month_start_ms
from .promotions import end_of
from .proofs import require_proof

HUNDRED = 100
"""Points are exchanged in hundreds (facts 1.10)."""
BURNINGS = 400
"""More days than points live on: each day on which some burn is told."""
MOST_ORDERS = 200
INVITED_A_DAY = 5
"""Invitations that an account may send in a day (P): they are SMS to others."""
_NEWEST = 2**53
_FRIENDS = "friends"


def state(tx: Transaction, caller: Caller, account: str) -> BonusState:
    """See `contract.bonus.Bonus.state`."""
    return _state(tx, own_account(tx, caller, account))


def join(tx: Transaction, caller: Caller, account: str) -> BonusState:
    """See `contract.bonus.Bonus.join`."""
    own_account(tx, caller, account)
    enrol(tx, account)
    return _state(tx, tx.accounts.by_id(id=account))


def entries(
    tx: Transaction, caller: Caller, account: str, limit: int, cursor: str | None
) -> Page[PointsEntry]:
    """See `contract.bonus.Bonus.entries`."""
    own_account(tx, caller, account)
    before = _NEWEST
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and int(cursor) <= _NEWEST):
            raise InvalidRequest(reason="место в списке указано неверно.")
        before = int(cursor)
    found = list(tx.bonus.entries(account_id=account, before=before, count=limit + 1))
    items = [_entry(row) for row in found[:limit]]
    return Page(items=items, next_cursor=items[-1].id if len(found) > limit else None)


def rewards(tx: Transaction, caller: Caller, account: str) -> Page[Reward]:
    """See `contract.bonus.Bonus.rewards`."""
    row = own_account(tx, caller, account)
    barred = refusal(row) or (JOIN_FIRST if row["bonus_since"] is None else "")
    return Page(items=[reward_rules.view(tx, row, one, barred) for one in all_rewards().values()])


def order(tx: Transaction, caller: Caller, account: str, basket: RewardBasket) -> Page[RewardOrder]:
    """See `contract.bonus.Bonus.order`."""
    own_account(tx, caller, account)
    book, row = _member(tx, account)
    placed = reward_rules.place(book, row, basket)
    book.write()
    return Page(items=placed)


def orders(tx: Transaction, caller: Caller, account: str) -> Page[RewardOrder]:
    """See `contract.bonus.Bonus.orders`."""
    own_account(tx, caller, account)
    found = tx.bonus.orders(account_id=account, count=MOST_ORDERS)
    return Page(items=[reward_rules.order_of(row) for row in found])


def exchange(tx: Transaction, caller: Caller, account: str, order: Exchange) -> Exchanged:
    """See `contract.bonus.Bonus.exchange`."""
    own_account(tx, caller, account)
    book, row = _member(tx, account)
    if order.points % HUNDRED:
        raise BonusRefused(reason="Баллы меняют сотнями: 100, 200, 300 и так далее.")
    _require_points(row, order.points)
    worth = points.worth(order.points)
    title = formatting.money(worth.amount_minor)
    taken = points.go(book, tx.now_ms, "exchange", f"{title} на счёт", order.points, "bonus:points")
    book.move(reward_rules.money(tx.now_ms, f"{title} на счёт", worth.amount_minor, "bonus.money"))
    book.notice(
        "Баллы обменяны",
        f"{formatting.points(order.points)} обменяны на {title}, деньги на счёте.",
        kind="bonus",
    )
    book.write()
    lots = [structs.asdict(one) for one in taken]
    done = "Баллы обменяны на рубли"
    undo.offer(tx, caller, account, done, "bonus.put_points_back", lots=lots)
    left = row["points"] - order.points
    return Exchanged(points=order.points, money=worth, left=left)


def put_points_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take an exchange back. Raises `UndoRefused` where its money is spent."""
    del caller
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    taken = [Taken(**one) for one in body["lots"]]
    count = sum(one.points for one in taken)
    amount = points.worth(count).amount_minor
    if book.balance - amount < book.floor:
        raise UndoRefused(reason="Деньги за баллы уже потрачены, и отменить обмен нельзя.")
    book.move(reward_rules.money(tx.now_ms, "обмен отменён", -amount, "bonus.undo"))
    entry = Movement(
        at=tx.now_ms,
        kind="returned",
        title="Обмен отменён",
        points=count,
        contra="bonus:points",
    )
    give_back(tx, account_id, entry, taken)
    points.plan(book, tx.now_ms)
    book.write()


def give(tx: Transaction, caller: Caller, account: str, gift: PointsGift) -> PointsGiven:
    """See `contract.bonus.Bonus.give`."""
    row = own_account(tx, caller, account)
    require_proof(tx, caller)
    require_member(row)
    _check_receiver(row, gift.to, "Подарить баллы")
    if gift.points < GIFT_LEAST:
        raise BonusRefused(reason=f"Подарить можно не меньше {GIFT_LEAST} баллов.")
    receiver = None if tx.rehearsal else tx.accounts.by_phone(phone=gift.to)
    if not tx.rehearsal and (receiver is None or receiver["bonus_since"] is None):
        raise BonusRefused(
            reason="Этому номеру баллы не подарить: он не участвует в «МТС Бонус». Пригласите его."
        )
    books = {one: Book(tx, one) for one in sorted({account} | _id_of(receiver))}
    for book in books.values():
        book.pass_time(tx.now_ms)
    left = _give(books[account], tx.accounts.by_id(id=account), gift)
    if receiver is not None:
        _receive(books[receiver["id"]], row["phone"], left)
    for book in books.values():
        book.write()
    now = tx.accounts.by_id(id=account)["points"]
    return PointsGiven(to=gift.to, points=gift.points, left=now)


def invitations(tx: Transaction, caller: Caller, account: str) -> Page[Invitation]:
    """See `contract.bonus.Bonus.invitations`."""
    own_account(tx, caller, account)
    return Page(items=[_invitation(row) for row in tx.bonus.invitations(account_id=account)])


def invite(tx: Transaction, caller: Caller, account: str, order: Invite) -> Invitation:
    """See `contract.bonus.Bonus.invite`."""
    own_account(tx, caller, account)
    book, row = _member(tx, account)
    _check_receiver(row, order.phone, "Пригласить")
    _check_invitations(tx, row, order.phone)
    made = {"id": tx.new_id(), "phone": order.phone, "at": tx.now_ms}
    tx.bonus.add_invitation(account_id=account, **made)
    friend = tx.accounts.by_phone(phone=order.phone)
    if friend is not None:
        tx.message(
            friend["id"],
            SENDER,
            f"{phones.display(row['phone'])} приглашает вас в «МТС Бонус»: 1 балл за каждые 5 ₽ "
            "на связь, 10 баллов — это 3 ₽. Вступить бесплатно: *111*455*1#",
        )
    book.write()
    tx.emit(account, "account")
    return _invitation({**made, "joined_at": None, "points": 0})


def discounts(tx: Transaction, caller: Caller, account: str) -> Page[Discount]:
    """See `contract.bonus.Bonus.discounts`."""
    row = own_account(tx, caller, account)
    if refusal(row):
        return Page(items=[])
    zone = ZoneInfo(row["zone"])
    return Page(
        items=[
            Discount(
                id=one.id,
                partner=one.partner,
                title=one.title,
                terms=one.terms,
                region=", ".join(one.regions) or "Вся Россия",
                until=end_of(one.until, tx.now, zone),
                code=one.code,
            )
            for one in all_discounts().values()
            if not one.regions or row["region"] in one.regions
        ]
    )


# ------------------------------------------------------------------ the rules


def _member(tx: Transaction, account: str) -> tuple[Book, Row]:
    """The account in hand, brought up to now, and its row.

    Raises:
        BonusRefused: It does not take part.
    """
    book = Book(tx, account)
    book.pass_time(tx.now_ms)
    row = tx.accounts.by_id(id=account)
    require_member(row)
    return book, row


def _require_points(row: Row, needed: int) -> None:
    if needed > row["points"]:
        has = points.in_words(row["points"])
        raise BonusRefused(reason=f"Баллов не хватает: есть {has}, а нужно {needed}.")


def _check_receiver(row: Row, phone: str, what: str) -> None:
    """Let a number through that points or an invitation may go to."""
    if phone == row["phone"]:
        raise BonusRefused(reason="Это ваш же номер. Укажите номер другого человека.")
    mobile = phones.country(phone) == "RU" and phones.is_mobile(phone)
    if not mobile or not paying.own_network(phone):
        raise BonusRefused(reason=f"{what} можно только мобильному номеру МТС в России.")


def _id_of(row: Row | None) -> set[str]:
    return set() if row is None else {row["id"]}


def _give(book: Book, row: Row, gift: PointsGift) -> list[Taken]:
    """Take the points of a gift from whoever gives it."""
    today = day_start_ms(book.tx.now_ms, book.zone)
    given = book.tx.bonus.given_since(account_id=book.id, since=today)
    rest = max(0, GIFT_MOST_A_DAY - given)
    if gift.points > rest:
        raise BonusRefused(
            reason=f"За день можно подарить не больше {points.in_words(GIFT_MOST_A_DAY)}, "
            f"сегодня осталось {formatting.number(rest)}."
        )
    _require_points(row, gift.points)
    to = phones.display(gift.to)
    title = f"Подарок для {to}"
    taken = points.go(book, book.tx.now_ms, "gift_out", title, gift.points, "bonus:gift")
    text = f"Вы подарили {to} {points.in_words(gift.points)}."
    book.notice("Баллы подарены", text, kind="bonus", sms=True)
    return taken


def _receive(book: Book, giver: str, taken: list[Taken]) -> None:
    """Let the points of a gift come; they burn when they would have."""
    who = phones.display(giver)
    for one in taken:
        points.come(
            book, book.tx.now_ms, "gift_in", f"Подарок от {who}", one.points, "bonus:gift",
            one.expires_at,
        )  # fmt: skip
    count = points.in_words(sum(one.points for one in taken))
    text = f"{who} дарит вам {count}. Потратить их можно в «МТС Бонус»."
    book.notice("Вам подарили баллы", text, kind="bonus", sms=True)


def _check_invitations(tx: Transaction, row: Row, phone: str) -> None:
    """Let an invitation through that is not one too many."""
    sent = list(tx.bonus.invitations(account_id=row["id"]))
    holds = to_ms(tx.now - INVITED_FOR)
    for one in sent:
        if one["phone"] == phone and (one["joined_at"] is not None or one["at"] >= holds):
            raise BonusRefused(reason="Этот номер вы уже приглашали. Второе SMS ему не придёт.")
    most = promotions()[_FRIENDS].steps
    if sum(one["joined_at"] is not None for one in sent) >= most:
        raise BonusRefused(reason=f"Друзей уже {most}: за следующих баллы не начисляются.")
    today = day_start_ms(tx.now_ms, ZoneInfo(row["zone"]))
    if sum(one["at"] >= today for one in sent) >= INVITED_A_DAY:
        raise BonusRefused(
            reason=f"За день можно пригласить {INVITED_A_DAY} друзей. Продолжите завтра."
        )


# ------------------------------------------------------------------ forms of the contract


def _state(tx: Transaction, row: Row) -> BonusState:
    member = row["bonus_since"] is not None
    burning: dict[int, int] = {}
    for lot in tx.bonus.unspent(account_id=row["id"]):
        burning[lot["expires_at"]] = burning.get(lot["expires_at"], 0) + lot["unspent"]
    return BonusState(
        member=member,
        refusal=refusal(row),
        points=row["points"],
        worth=points.worth(row["points"]),
        next_at=from_ms(row["points_at"]) if member else None,
        next_points=_next_points(tx, row) if member else 0,
        burning=[
            Burning(at=from_ms(at), points=count, worth=points.worth(count))
            for at, count in list(burning.items())[:BURNINGS]
        ],
    )


def _next_points(tx: Transaction, row: Row) -> int:
    """What the next accrual comes to so far."""
    zone = ZoneInfo(row["zone"])
    until = month_start_ms(row["points_at"], zone)
    since = max(month_start_ms(until - 1, zone), row["bonus_since"])
    spent: int = tx.ledger.spent_between(account_id=row["id"], since=since, until=until)
    return max(0, spent) // points.POINT_COSTS_MINOR


def _entry(row: Row) -> PointsEntry:
    return PointsEntry(
        id=str(row["seq"]),
        at=from_ms(row["at"]),
        kind=row["kind"],
        title=row["title"],
        points=row["points"],
        worth=points.worth(row["points"]),
        balance=row["balance"],
        expires_at=None if row["expires_at"] is None else from_ms(row["expires_at"]),
    )


def _invitation(row: Row) -> Invitation:
    return Invitation(
        id=row["id"],
        phone=row["phone"],
        at=from_ms(row["at"]),
        joined_at=None if row["joined_at"] is None else from_ms(row["joined_at"]),
        points=row["points"],
    )
