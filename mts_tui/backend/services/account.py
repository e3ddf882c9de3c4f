"""«Счет»: what an account has, what it spent, and how long its packages will last."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mts_tui.backend.contract.account import (
    Bucket,
    BucketUnit,
    NextFee,
    Outlook,
    Overview,
    Points,
    Spending,
)
from mts_tui.backend.contract.account import Transaction as Operation
from mts_tui.backend.contract.errors import InvalidRequest
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .billing import next_fee, tariff_of
from .caller import Caller, own_account
from .numbers import number

UNITS: dict[str, BucketUnit] = {
    "call": "second",
    "sms": "piece",
    "mms": "piece",
    "data": "byte",
}
POINT_WORTH_MINOR = 30
"""One bonus point in kopecks: 10 points = 3 ₽ (the project's decision, facts 1.10)."""
PACE_NEEDS = timedelta(hours=12)
"""A pace taken over less time than this says nothing."""
NEWEST = 2**62


def overview(tx: Transaction, caller: Caller, account: str) -> Overview:
    """See `contract.account.Account.overview`."""
    row = own_account(tx, caller, account)
    tariff = tariff_of(tx, row["tariff_id"])
    currency = row["currency"]
    local = tx.now.astimezone(ZoneInfo(row["zone"]))
    month_start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    spent = tx.ledger.spent_by_kind(account_id=account, since=to_ms(month_start))
    fee = next_fee(tariff, from_ms(row["fee_at"]).astimezone(local.tzinfo)) if row["fee_at"] else 0
    return Overview(
        number=number(row, tariff.title, caller),
        available=Money(amount_minor=row["balance"] - row["floor"], currency=currency),
        trust_limit=Money(amount_minor=-row["floor"], currency=currency) if row["floor"] else None,
        points=_points(row),
        buckets=[
            bucket(found, tx.now) for found in tx.ledger.buckets(account_id=account, at=tx.now_ms)
        ],
        suspended=bool(row["suspended"]),
        month=[
            Spending(
                kind=part["kind"],
                spent=Money(amount_minor=part["spent"], currency=currency),
            )
            for part in spent
        ],
        next_fee=NextFee(
            at=from_ms(row["fee_at"]), amount=Money(amount_minor=fee, currency=currency)
        )
        if row["fee_at"] is not None and fee
        else None,
        as_of=tx.now,
    )


def transactions(
    tx: Transaction, caller: Caller, account: str, limit: int, cursor: str | None
) -> Page[Operation]:
    """See `contract.account.Account.transactions`."""
    row = own_account(tx, caller, account)
    before = _before(cursor)
    rows = tx.ledger.page(account_id=account, before=before, count=limit + 1)
    rows = list(rows)
    items = [_operation(found, row["currency"]) for found in rows[:limit]]
    return Page(items=items, next_cursor=items[-1].id if len(rows) > limit else None)


def bucket(row: Row, now: datetime) -> Bucket:
    """A package with its outlook: at the pace of its period, will it last?"""
    starts, ends = from_ms(row["starts_at"]), from_ms(row["ends_at"])
    outlook, runs_out = forecast(
        row["granted"], row["used"], starts, ends, now, unlimited=bool(row["unlimited"])
    )
    return Bucket(
        id=row["id"],
        kind=row["kind"],
        unit=UNITS[row["kind"]],
        granted=row["granted"],
        used=row["used"],
        unlimited=bool(row["unlimited"]),
        starts_at=starts,
        ends_at=ends,
        outlook=outlook,
        runs_out_at=runs_out,
    )


def forecast(
    granted: int, used: int, starts: datetime, ends: datetime, now: datetime, *, unlimited: bool
) -> tuple[Outlook, datetime | None]:
    """Whether a package lasts to its end at the pace so far, and if not, until when."""
    if not used:
        return "unused", None
    if unlimited:
        return "lasts", None
    if used >= granted:
        return "runs_out", now
    elapsed = now - starts
    if elapsed < PACE_NEEDS:
        return "lasts", None
    # In seconds: a package that is hardly touched would last beyond the calendar's last year.
    seconds = elapsed.total_seconds() * (granted - used) / used
    if seconds >= (ends - now).total_seconds():
        return "lasts", None
    return "runs_out", now + timedelta(seconds=seconds)


def _points(row: Row) -> Points | None:
    if row["country"] != "RU" or row["kind"] != "mobile":
        return None
    worth = Money(amount_minor=row["points"] * POINT_WORTH_MINOR, currency=row["currency"])
    return Points(amount=row["points"], worth=worth)


def _before(cursor: str | None) -> int:
    if cursor is None:
        return NEWEST
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) > NEWEST:
        raise InvalidRequest(reason="место в списке указано неверно.")
    return int(cursor)


def _operation(row: Row, currency: str) -> Operation:
    return Operation(
        id=str(row["seq"]),
        at=from_ms(row["at"]),
        kind=row["kind"],
        direction=row["direction"],
        title=row["title"],
        peer=row["peer"],
        units=row["units"],
        amount=Money(amount_minor=row["amount"], currency=currency),
        balance=Money(amount_minor=row["balance"], currency=currency),
        bucket=row["bucket"],
    )
