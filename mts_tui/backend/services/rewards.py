"""What points buy: what each reward is worth, and what an order of it does (facts 1.10)."""

from collections.abc import Iterator
from operator import attrgetter

from msgspec import structs

from mts_tui import formatting
from mts_tui.backend.contract.bonus import (
    POINT_WORTH_MINOR,
    BasketLine,
    Reward,
    RewardBasket,
    RewardOrder,
    Value,
)
from mts_tui.backend.contract.errors import BonusRefused, NotFound
from mts_tui.backend.contract.model import Money
from mts_tui.backend.operator.catalogue.rewards import Reward as Offered
from mts_tui.backend.operator.catalogue.rewards import rewards
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import collection, points
from .billing import Book, Due
from .held import option_of
from .notifications import SENDER
from .option_life import give
from .standing import BLOCKED

DAY = 86_400_000
DELIVERED_AFTER = 6 * 3_600_000
"""How long what does not come at once takes, ms (P)."""
NOTABLY = 5
"""Per cent by which a point must buy more or less than its worth to be told."""
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes: none looks like another."""


def known(reward_id: str) -> Offered:
    """A reward of the catalogue. Raises `NotFound`."""
    found = rewards().get(reward_id)
    if found is None:
        raise NotFound
    return found


def view(tx: Transaction, account: Row, reward: Offered, barred: str) -> Reward:
    """A reward, as it stands to an account.

    Args:
        tx: The transaction.
        account: Its row.
        reward: Of the catalogue.
        barred: Why nothing can be had at all; empty where something can.
    """
    value, days = _value(tx, reward)
    per_point = value * 100 // reward.points
    return Reward(
        id=reward.id,
        title=reward.title,
        description=reward.description,
        category=reward.category,
        points=reward.points,
        value=Money(amount_minor=value, currency="RUB"),
        per_point=per_point,
        verdict=verdict(per_point),
        days=days,
        refusal=barred or _missing(account, reward) or _unfit(tx, account, reward),
    )


def verdict(per_point: int) -> Value:
    """Whether a point buys more or less than it is worth; 1/100 of a kopeck."""
    usual = POINT_WORTH_MINOR * 100
    if per_point * 100 >= usual * (100 + NOTABLY):
        return "good"
    return "poor" if per_point * 100 <= usual * (100 - NOTABLY) else "fair"


def place(book: Book, account: Row, basket: RewardBasket) -> list[RewardOrder]:
    """Order rewards, all or none; the caller writes the book.

    Args:
        book: The account, brought up to now.
        account: Its row.
        basket: What is ordered.

    Raises:
        NotFound: There is no such reward.
        BonusRefused: With a sentence; nothing was ordered.
    """
    lines = [(known(line.reward), line.count) for line in _gathered(basket)]
    total = sum(reward.points * count for reward, count in lines)
    if total > account["points"]:
        raise BonusRefused(
            reason=f"Нужно {points.in_words(total)}, а есть "
            f"{points.in_words(account['points'])}. Уберите что-нибудь из корзины."
        )
    for reward, _count in lines:
        if reason := _unfit(book.tx, account, reward):
            raise BonusRefused(reason=f"{reward.title}: {reason}")
    orders = [order for reward, count in lines for order in _supply(book, reward, count)]
    told = ", ".join(_times(reward.title, count) for reward, count in lines)
    _tell(
        book,
        "Награды заказаны",
        f"{told}. Списано {points.in_words(total)}.",
        [one.code for one in orders if one.code],
    )
    return orders


def order_of(row: Row) -> RewardOrder:
    """The contract's form of an order."""
    return RewardOrder(
        id=row["id"],
        at=from_ms(row["at"]),
        title=row["title"],
        points=row["points"],
        state=row["state"],
        code=row["code"],
        until=None if row["until"] is None else from_ms(row["until"]),
    )


def deliver(book: Book, due: Due) -> None:
    """What an order waited for has come; called when it falls due."""
    tx = book.tx
    row = tx.bonus.order(account_id=book.id, id=due.body["order"])
    reward = known(row["reward"])
    code = _code(tx)
    until = due.at + reward.days * DAY
    tx.bonus.finish_order(account_id=book.id, id=row["id"], code=code, until=until)
    tx.emit(book.id, "account")
    day = formatting.date_day(from_ms(until).astimezone(book.zone))
    _tell(book, "Награда готова", f"{reward.title}: оформлено, действует до {day}.", [code])


def _tell(book: Book, title: str, text: str, codes: list[str]) -> None:
    """Tell of rewards; a code goes to the phone alone, the notice says where else it is."""
    if not codes:
        book.notice(title, text, kind="bonus", sms=True)
        return
    book.notice(title, f"{text} Код — в «МТС Бонус», «Заказы и коды».", kind="bonus")
    book.tx.message(book.id, SENDER, f"{text} Код: {', '.join(codes)}.")


def _gathered(basket: RewardBasket) -> Iterator[BasketLine]:
    """The lines of a basket, those of one reward together."""
    counts: dict[str, int] = {}
    for line in basket.lines:
        counts[line.reward] = counts.get(line.reward, 0) + line.count
    for reward, count in counts.items():
        yield BasketLine(reward=reward, count=count)


def _value(tx: Transaction, reward: Offered) -> tuple[int, int]:
    """What a reward costs in money, kopecks, and how many days it lasts."""
    if reward.option:
        option = option_of(tx, reward.option)
        return option.once, option.days
    return reward.value, reward.days


def _missing(account: Row, reward: Offered) -> str:
    short = reward.points - account["points"]
    return f"Не хватает: {points.in_words(short)}." if short > 0 else ""


def _unfit(tx: Transaction, account: Row, reward: Offered) -> str:
    """What is missing besides points, as a sentence."""
    if reward.kind in ("option", "ringback") and account["state"] == "blocked":
        return BLOCKED
    if reward.kind == "ringback" and not _melodies(tx, account["id"]):
        return "Сначала подключите GOOD'OK и свою мелодию: награда оплатит её следующий месяц."
    return ""


def _melodies(tx: Transaction, account_id: str) -> list[collection.Owned]:
    """Melodies that will be charged, the next first."""
    owned = collection.owned(tx, account_id).values()
    return sorted((one for one in owned if one.next_at is not None), key=attrgetter("next_at"))


def _supply(book: Book, reward: Offered, count: int) -> Iterator[RewardOrder]:
    """Take the points for so many of a reward and give them."""
    tx, at = book.tx, book.tx.now_ms
    title = _times(reward.title, count)
    points.go(book, at, "reward", title, reward.points * count, f"bonus:{reward.kind}")
    until: int | None = at + reward.days * DAY if reward.days else None
    for _each in range(count):
        code, state = "", "done"
        if reward.kind == "money":
            book.move(money(at, reward.title, reward.value, "bonus.reward"))
        elif reward.kind == "option":
            give(book, book.option(reward.option), at)
            until = book.options[reward.option].paid_until
        elif reward.kind == "ringback":
            until = _prolong(book, reward)
        elif reward.kind == "code":
            code = "" if tx.rehearsal else _code(tx)
        else:
            state, until = "processing", None
        row = {
            "id": tx.new_id(),
            "at": at,
            "reward": reward.id,
            "title": reward.title,
            "points": reward.points,
            "state": state,
            "code": code,
            "until": until,
        }
        tx.bonus.add_order(account_id=book.id, **row)
        if state == "processing":
            body = {"order": row["id"]}
            book.owe(Due(f"reward:{row['id']}", at + DELIVERED_AFTER, "rewards.deliver", body))
        yield order_of(row)


def money(at: int, title: str, amount: int, rule: str) -> Entry:
    """Money that comes for points, or goes back for them."""
    return Entry(
        at=at,
        kind="compensation",
        title=f"Баллы «МТС Бонус»: {title}",
        amount=amount,
        contra="bonus:points",
        direction="in" if amount > 0 else "out",
        rule=rule,
    )


def _prolong(book: Book, reward: Offered) -> int:
    """Put the next charge for a melody off; until when it is paid then, ms."""
    one = _melodies(book.tx, book.id)[0]
    assert one.next_at is not None
    longer = structs.replace(one, paid_until=one.paid_until + reward.days * DAY)
    collection.plan(book, longer, one.next_at + reward.days * DAY)
    return longer.paid_until


def _code(tx: Transaction) -> str:
    """A code of a certificate: anybody sees that it buys nothing outside the demo."""
    drawn = ["".join(tx.random.choice(_SIGNS) for _ in range(4)) for _ in range(2)]
    return f"ДЕМО-{'-'.join(drawn)}"


def _times(title: str, count: int) -> str:
    return title if count == 1 else f"{title} × {count}"
