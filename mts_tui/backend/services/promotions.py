"""Promotions of an account in hand: what fees, friends and time do to them (facts 2.4).

A promotion that looks at fees has a `Due` for its end; the book asks this module only while there
is one. What a promotion gives back of a fee is booked as money of its own beside the whole fee.
"""

from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from mts_tui import formatting
from mts_tui.backend.operator.catalogue.promos import Promotion, promotions
from mts_tui.backend.operator.catalogue.rewards import Until
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Transaction, from_ms, to_ms

from . import option_life
from .billing import PROMOTION, Book, Due

DAY = 86_400_000
"""Milliseconds."""
TOLD_BEFORE = 3 * DAY
"""How long before the usual price returns its owner is told (facts 2.4)."""
_REMIND = "promo-remind:"


class Part(msgspec.Struct):
    """How an account takes part in a promotion; a row of `account_promos`, moments in ms.

    Attributes:
        id: The promotion's.
        state: Where it stands.
        joined_at: Since when.
        ends_at: When what it gives ends, or how long it waits; None where there is no such time.
        done: Steps done.
        earned: Kopecks that came of it.
        earned_points: The same in points.
        body: Answers, as JSON.
    """

    id: str
    state: Literal["joined", "done", "ended"]
    joined_at: int
    ends_at: int | None
    done: int = 0
    earned: int = 0
    earned_points: int = 0
    body: str = "{}"


def parts_of(tx: Transaction, account_id: str) -> dict[str, Part]:
    """What an account took part in, by the promotion's id, the latest first."""
    return {row["id"]: Part(**dict(row)) for row in tx.promos.taken_part(account_id=account_id)}


def keep(tx: Transaction, account_id: str, part: Part) -> None:
    """Keep how an account takes part."""
    tx.promos.put(account_id=account_id, **structs.asdict(part))
    tx.emit(account_id, "account")


def end_of(until: Until, now: datetime, zone: ZoneInfo) -> datetime:
    """The last moment of the running quarter or year of a zone."""
    local = now.astimezone(zone)
    months = 12 if until == "year" else 3
    last = (local.month - 1) // months * months + months
    year, month = local.year + last // 12, last % 12 + 1
    return from_ms(to_ms(datetime(year, month, 1, tzinfo=zone)) - 1)


def months_later(at: int, months: int, zone: ZoneInfo) -> int:
    """The same day and time some months later, or the first of the month after; ms."""
    local = from_ms(at).astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    try:
        later = local.replace(year=year, month=month + 1)
    except ValueError:  # There is no such day in that month.
        later = local.replace(year=year, month=month + 1, day=1).replace(day=28)
    return to_ms(later)


def begin(book: Book, promo: Promotion) -> Part:
    """Let an account take part from now on; the caller has seen to it that it may."""
    at = book.tx.now_ms
    ends = None
    if promo.mechanic == "autopay":
        ends = months_later(at, promo.steps, book.zone)
    elif promo.days:
        ends = at + promo.days * DAY
    part = Part(promo.id, "joined", at, ends)
    resume(book, promo, part)
    return part


def resume(book: Book, promo: Promotion, part: Part) -> None:
    """Let a promotion that goes on end in its time, and keep it."""
    keep(book.tx, book.id, part)
    if part.ends_at is None:
        return
    body = {"promo": promo.id}
    book.owe(Due(PROMOTION + promo.id, part.ends_at, "promotions.end", body))
    told_at = part.ends_at - TOLD_BEFORE
    if promo.mechanic == "autopay" and told_at > book.tx.now_ms:
        book.owe(Due(_REMIND + promo.id, told_at, "promotions.remind", body))


def stop(book: Book, part: Part, state: Literal["done", "ended"]) -> None:
    """Let nothing more come of a promotion."""
    part.state = state
    keep(book.tx, book.id, part)
    book.drop_due(PROMOTION + part.id)
    book.drop_due(_REMIND + part.id)


def has_autopay(tx: Transaction, account_id: str) -> bool:
    """Whether a rule of autopay is on."""
    rules = tx.payments.autopay_rules(account_id=account_id)
    return any(rule["state"] == "active" for rule in rules)


# ------------------------------------------------------------------ what happens


def fee_taken(book: Book, at: int, fee: int) -> None:
    """The tariff's fee was taken: give back what promotions promise, count what they count."""
    for promo, part in _running(book):
        if promo.mechanic == "autopay":
            _autopay(book, promo, part, at, fee)
        elif promo.mechanic == "first_fee":
            if book.tariff.id == promo.tariff and fee == book.tariff.monthly:
                _give_back(book, promo, part, at, fee)
                part.done = 1
                stop(book, part, "done")
        elif promo.mechanic == "streak" and fee == book.tariff.monthly:
            part.done += 1
            if part.done < promo.steps:
                keep(book.tx, book.id, part)
                continue
            option = book.option(promo.option)
            option_life.give(book, option, at)
            stop(book, part, "done")
            book.notice(
                f"Акция «{promo.title}»",
                f"Две платы подряд вовремя: {option.description} начали действовать.",
                kind="promo",
                sms=True,
                subject=promo.id,
            )


def fee_missed(book: Book) -> None:
    """There was no money for the tariff's fee: a row of fees in time begins anew."""
    for promo, part in _running(book):
        if promo.mechanic == "streak" and part.done:
            part.done = 0
            keep(book.tx, book.id, part)


def friend_joined(book: Book, points: int) -> None:
    """A friend whom the owner invited takes part in «МТС Бонус»; the points are given already."""
    for promo, part in _running(book):
        if promo.mechanic == "friends":
            part.done += 1
            part.earned_points += points
            if part.done >= promo.steps:
                part.state = "done"
            keep(book.tx, book.id, part)


def remind(book: Book, due: Due) -> None:
    """Three days before the usual price returns."""
    promo = promotions()[due.body["promo"]]
    day = formatting.date_day(from_ms(due.at + TOLD_BEFORE).astimezone(book.zone))
    book.notice(
        "Скидка заканчивается",
        f"{day} закончится скидка по акции «{promo.title}». Дальше плата за тариф "
        f"{book.tariff.title} обычная: {formatting.money(book.tariff.monthly, book.currency)}.",
        kind="promo",
        sms=True,
        subject=promo.id,
    )


def end(book: Book, due: Due) -> None:
    """A promotion's time is over; called when it falls due."""
    for promo, part in _running(book):
        if promo.id != due.body["promo"]:
            continue
        if promo.mechanic == "autopay":
            stop(book, part, "done")
            came = formatting.money(part.earned, book.currency)
            text = f"Акция «{promo.title}» закончилась: она вернула вам {came}."
        else:
            stop(book, part, "ended")
            text = f"Акция «{promo.title}» закончилась: её условия не выполнены вовремя."
        book.notice(f"Акция «{promo.title}»", text, kind="promo", subject=promo.id)


def _running(book: Book) -> list[tuple[Promotion, Part]]:
    known = promotions()
    parts = parts_of(book.tx, book.id).values()
    return [(known[one.id], one) for one in parts if one.state == "joined" and one.id in known]


def _autopay(book: Book, promo: Promotion, part: Part, at: int, fee: int) -> None:
    if not has_autopay(book.tx, book.id):
        stop(book, part, "ended")
        book.notice(
            f"Акция «{promo.title}»",
            f"В день платы за тариф автоплатёж был выключен, и скидка по акции «{promo.title}» "
            "закончилась. Полученное остаётся.",
            kind="promo",
            sms=True,
            subject=promo.id,
        )
        return
    _give_back(book, promo, part, at, fee)
    passed = (at - part.joined_at) // (30 * DAY) + 1
    part.done = min(promo.steps, max(part.done, passed))
    keep(book.tx, book.id, part)


def _give_back(book: Book, promo: Promotion, part: Part, at: int, fee: int) -> None:
    """Give a part of a fee back, kopecks rounded in the owner's favour."""
    back = -(-fee * promo.percent // 100)
    part.earned += back
    book.move(
        Entry(
            at=at,
            kind="fee",
            title=f"Скидка по акции «{promo.title}»",
            amount=back,
            contra=f"promo:{promo.id}",
            direction="in",
            rule="promo.discount",
            rate=back,
            rated_units=1,
        )
    )


def answers_of(choices: list[int]) -> str:
    """Answers, as they are kept."""
    kept: dict[str, Any] = {"answers": choices}
    return msgspec.json.encode(kept).decode()
