"""«Счет»: what an account has, what it spent, and how long its packages will last."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mts_tui.backend.contract.account import (
    Bucket,
    BucketUnit,
    Budget,
    BudgetOrder,
    Charge,
    NextFee,
    Outlook,
    Overview,
    Points,
    Spending,
    Subscription,
)
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .billing import next_fee, tariff_of
from .budget import budget_of, checked_limit, month_of
from .caller import Caller, own_account
from .charges import upcoming
from .numbers import number
from .points import worth
from .subscriptions import listed, switch_off
from .undo import offer

UNITS: dict[str, BucketUnit] = {
    "call": "second",
    "sms": "piece",
    "mms": "piece",
    "data": "byte",
}
PACE_NEEDS = timedelta(hours=12)
"""A pace taken over less time than this says nothing."""


def overview(tx: Transaction, caller: Caller, account: str) -> Overview:
    """See `contract.account.Account.overview`."""
    row = own_account(tx, caller, account)
    tariff = tariff_of(tx, row["tariff_id"])
    currency = row["currency"]
    local = tx.now.astimezone(ZoneInfo(row["zone"]))
    month = month_of(tx, row)
    spent = tx.ledger.spent_by_kind(account_id=account, since=to_ms(month))
    fee = 0
    if row["fee_at"] and row["state"] != "blocked":
        fee = next_fee(tariff, from_ms(row["fee_at"]).astimezone(local.tzinfo))
    return Overview(
        number=number(row, tariff.title, caller),
        available=Money(
            amount_minor=0 if row["imported"] else row["balance"] - row["floor"], currency=currency
        ),
        trust_limit=Money(amount_minor=-row["base_floor"], currency=currency)
        if row["base_floor"] and not row["imported"]
        else None,
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
        budget=budget_of(tx, row) if row["budget"] is not None else None,
        as_of=tx.now,
        month_of=month.astimezone(UTC),
    )


def charges(tx: Transaction, caller: Caller, account: str) -> Page[Charge]:
    """See `contract.account.Account.charges`."""
    return Page(items=upcoming(tx, own_account(tx, caller, account)))


def budget(tx: Transaction, caller: Caller, account: str) -> Budget:
    """See `contract.account.Account.budget`."""
    return budget_of(tx, own_account(tx, caller, account))


def set_budget(tx: Transaction, caller: Caller, account: str, order: BudgetOrder) -> Budget:
    """See `contract.account.Account.set_budget`."""
    limit = checked_limit(order, own_account(tx, caller, account))
    return _budget(tx, caller, account, limit, hard=order.hard, title="Бюджет месяца изменён")


def drop_budget(tx: Transaction, caller: Caller, account: str) -> Budget:
    """See `contract.account.Account.drop_budget`."""
    return _budget(tx, caller, account, None, hard=False, title="Бюджет месяца снят")


def put_budget_back(
    tx: Transaction, caller: Caller, account: str, body: dict[str, int | None]
) -> None:
    """Take a change of the budget back."""
    own_account(tx, caller, account)
    tx.accounts.set_budget(id=account, budget=body["limit"], hard=body["hard"])


def subscriptions(tx: Transaction, caller: Caller, account: str) -> Page[Subscription]:
    """See `contract.account.Account.subscriptions`."""
    return Page(items=listed(tx, own_account(tx, caller, account)))


def unsubscribe(tx: Transaction, caller: Caller, account: str, subscription: str) -> Subscription:
    """See `contract.account.Account.unsubscribe`."""
    return switch_off(tx, caller, own_account(tx, caller, account), subscription)


def _budget(
    tx: Transaction, caller: Caller, account: str, limit: int | None, *, hard: bool, title: str
) -> Budget:
    own_account(tx, caller, account)
    before = tx.ledger.hold(id=account)
    if (before["budget"], bool(before["budget_hard"])) != (limit, hard):
        tx.accounts.set_budget(id=account, budget=limit, hard=int(hard))
        tx.emit(account, "account")
        was = {"limit": before["budget"], "hard": before["budget_hard"]}
        offer(tx, caller, account, title, "account.put_budget_back", **was)
    return budget_of(tx, tx.accounts.by_id(id=account))


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
    if row["bonus_since"] is None:
        return None
    return Points(amount=row["points"], worth=worth(row["points"]))
