"""What falls due in the next weeks, with the balance as it will be if nothing else happens."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mts_tui.backend.contract.account import Charge, ChargeKind
from mts_tui.backend.contract.model import Money
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import collection, melodies
from .billing import PROMISE, next_fee, tariff_of
from .blocking import DAY, PRICES, TITLE
from .held import held_of, option_of
from .nights import month_after, night_after
from .option_life import due_id
from .subscriptions import PERIODS, listed

AHEAD = timedelta(days=31)
LAST = "~"
"""The fee comes after whatever else falls due at its moment."""


Planned = tuple[datetime, str, ChargeKind, str, int]
"""When, what decides among those of one moment, kind, title, minor units."""


def upcoming(tx: Transaction, account: Row) -> list[Charge]:
    """The charges of the next 31 days, in order of time.

    A weekly autopay is told once, for its next run. A suspended tariff's fee stands for the night
    on which it is tried again.
    """
    until = tx.now + AHEAD
    found = _days_of_block(tx, account, until)
    if account["state"] != "blocked":
        found += [*_fees(tx, account, until), *_options(tx, account, until)]
        found += [*_subscriptions(tx, account, until), *_melodies(tx, account, until)]
    runs = tx.payments.planned_autopay(account_id=account["id"], until=to_ms(until))
    found += [
        (from_ms(one["next_at"]), f"autopay:{one['id']}", "autopay", "Автоплатёж", one["amount"])
        for one in runs
    ]
    promise = tx.payments.active_promise(account_id=account["id"])
    if promise is not None:
        at = from_ms(promise["due_at"])
        found.append((at, PROMISE, "promise", "Комиссия за «Обещанный платёж»", -promise["fee"]))
    balance = account["balance"]
    charges = []
    for at, _order, kind, title, amount in sorted(found):
        balance += amount
        charges.append(
            Charge(
                at=at,
                kind=kind,
                title=title,
                amount=Money(amount_minor=amount, currency=account["currency"]),
                balance=Money(amount_minor=balance, currency=account["currency"]),
            )
        )
    return charges


def _days_of_block(tx: Transaction, account: Row, until: datetime) -> list[Planned]:
    found: list[Planned] = []
    for due in tx.ledger.dues(account_id=account["id"]):
        at = from_ms(due["at"])
        while due["call"] == "blocking.charge" and at <= until:
            price = -PRICES[account["currency"]]
            found.append((at, due["id"], "option", TITLE, price))
            at += DAY
    return found


def _fees(tx: Transaction, account: Row, until: datetime) -> list[Planned]:
    if account["fee_at"] is None:
        return []
    tariff = tariff_of(tx, account["tariff_id"])
    zone = ZoneInfo(account["zone"])
    found: list[Planned] = []
    at = from_ms(account["fee_at"]).astimezone(zone)
    daily = tariff.charging == "day" or not tariff.monthly
    while at <= until:
        fee = next_fee(tariff, at)
        if fee:
            found.append((at.astimezone(UTC), LAST, "fee", f"Плата за {tariff.title}", -fee))
        if not daily:
            break
        at += timedelta(days=1)
    return found


def _options(tx: Transaction, account: Row, until: datetime) -> list[Planned]:
    """Fees of options; one that waits for its fee is tried again on the coming night."""
    zone = ZoneInfo(account["zone"])
    dues = {one["id"]: one["at"] for one in tx.ledger.dues(account_id=account["id"])}
    found: list[Planned] = []
    for held in map(held_of, tx.services.options(account_id=account["id"])):
        option = option_of(tx, held.id)
        price = option.monthly or option.daily
        due = due_id(held.id)
        if not held.on or not price or option.on_use or due not in dues:
            continue
        at = from_ms(dues[due] if held.suspended else held.paid_until)
        while at <= until:
            found.append((at, due, "option", option.title, -price))
            if option.monthly:
                at = month_after(account["id"], at, held.day, zone)
            else:
                at = night_after(account["id"], at, zone)
    return found


def _melodies(tx: Transaction, account: Row, until: datetime) -> list[Planned]:
    found: list[Planned] = []
    for one in collection.owned(tx, account["id"]).values():
        tune = melodies.find(tx, account["id"], one.id)
        at = one.next_at
        while tune is not None and at is not None and at <= to_ms(until):
            title = collection.title_of(tune)
            found.append((from_ms(at), f"ringback:{one.id}", "option", title, -tune.price))
            at += collection.PERIOD
    return found


def _subscriptions(tx: Transaction, account: Row, until: datetime) -> list[Planned]:
    found: list[Planned] = []
    for one in listed(tx, account):
        at, price = one.next_at, one.price.amount_minor
        while at is not None and at <= until:
            found.append((at, f"subscription:{one.id}", "subscription", one.title, -price))
            at += timedelta(milliseconds=PERIODS[one.period])
    return found
