"""Bonus points of an account in hand: how they come, what they are worth, when they burn.

A point comes for every 5 ₽ of communication, once a month for the month before; points live
12 months, and the oldest are spent first (facts 1.10). What burns next is a `Due` of the book.
"""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.bonus import POINT_WORTH_MINOR
from mts_tui.backend.contract.model import Money
from mts_tui.backend.store.points import PointsEntry, Taken, post
from mts_tui.backend.store.transaction import from_ms, to_ms

from .billing import Book, Due
from .periods import month_start_ms

POINT_COSTS_MINOR: Final = 500
"""Kopecks of communication that earn one point (facts 1.10)."""
DAY = 86_400_000
WARNED_BEFORE = 7 * DAY
"""How long before points burn their owner is told, ms."""
_NEWS = DAY
"""What happened longer ago than this is told to nobody any more, ms."""
BURN, WARN = "points-burn", "points-warn"


def worth(points: int) -> Money:
    """What points are worth."""
    return Money(amount_minor=points * POINT_WORTH_MINOR, currency="RUB")


def in_words(points: int) -> str:
    """Points and their worth: `1 240 баллов ≈ 372,00 ₽`."""
    return f"{formatting.points(points)} ≈ {formatting.money(points * POINT_WORTH_MINOR)}"


def expiry(at: int, zone: ZoneInfo) -> int:
    """When points that come at a moment burn: 12 months later, at the end of the day; ms."""
    day = from_ms(at).astimezone(zone).date() + timedelta(days=1)
    month = day.replace(day=1, year=day.year + 1)
    ends = month + timedelta(days=day.day - 1)  # The 29th of February becomes the 1st of March.
    return to_ms(datetime.combine(ends, time(), tzinfo=zone))


def come(
    book: Book, at: int, kind: str, title: str, points: int, contra: str, ends: int | None = None
) -> None:
    """Let points come; they live 12 months unless they end at another moment."""
    ends = expiry(at, book.zone) if ends is None else ends
    post(
        book.tx,
        book.id,
        PointsEntry(at=at, kind=kind, title=title, points=points, contra=contra, expires_at=ends),
    )
    plan(book, at)


def go(book: Book, at: int, kind: str, title: str, points: int, contra: str) -> list[Taken]:
    """Let points go, the oldest first. Raises `BonusRefused` where there are fewer."""
    entry = PointsEntry(at=at, kind=kind, title=title, points=-points, contra=contra)
    taken = post(book.tx, book.id, entry)
    plan(book, at)
    return taken


def earned(book: Book, since: int, until: int) -> int:
    """Points for what was spent in `[since, until)` while the account took part; ms."""
    if book.bonus_since is None:
        return 0
    return max(0, book.spent(max(since, book.bonus_since), until)) // POINT_COSTS_MINOR


def earn(book: Book, at: int) -> None:
    """Points for the calendar month before a moment; called once a month by the book."""
    this = month_start_ms(at, book.zone)
    last = month_start_ms(this - 1, book.zone)
    points = earned(book, last, this)
    if not points:
        return
    month = formatting.month_title(from_ms(last).astimezone(book.zone)).split()[0].lower()
    come(book, at, "earned", f"За связь: {month}", points, "bonus:communication")
    if book.tx.now_ms - at < _NEWS:
        book.notice("Начислены баллы", f"За связь начислено {in_words(points)}.", kind="bonus")


def burn(book: Book, due: Due) -> None:
    """Points whose time is over; called when it falls due."""
    lots = book.tx.bonus.unspent(account_id=book.id)
    points = sum(lot["unspent"] for lot in lots if lot["expires_at"] <= due.at)
    if points:
        go(book, due.at, "burnt", "Сгорели через 12 месяцев", points, "bonus:burnt")


def warn(book: Book, due: Due) -> None:
    """Tell that points burn soon; called a week before."""
    lots = list(book.tx.bonus.unspent(account_id=book.id))
    if not lots or book.tx.now_ms - due.at >= _NEWS:
        return
    first = lots[0]["expires_at"]
    points = sum(lot["unspent"] for lot in lots if lot["expires_at"] == first)
    day = formatting.date_day(from_ms(first).astimezone(book.zone))
    book.notice(
        "Баллы скоро сгорят",
        f"{in_words(points)} сгорят {day}. Потратить их можно в «МТС Бонус».",
        kind="bonus",
    )


def plan(book: Book, at: int) -> None:
    """Let the points that end first burn in their time, as things are at a moment, ms."""
    lots = list(book.tx.bonus.unspent(account_id=book.id))
    for due_id in (BURN, WARN):
        book.drop_due(due_id)
    if lots:
        first = lots[0]["expires_at"]
        book.owe(Due(BURN, first, "points.burn"))
        if first - WARNED_BEFORE > at:
            book.owe(Due(WARN, first - WARNED_BEFORE, "points.warn"))
