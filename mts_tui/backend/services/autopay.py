"""«Автоплатёж»: rules by which an account is topped up by itself, without a commission.

Sums are 50 to 10 000 ₽ and thresholds 30 ₽ or more (facts 1.5); in other currencies about as much.
What the rules do is in `autopay_runs`.
"""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import structs

from mts_tui import formatting
from mts_tui.backend.contract.autopay import AutopayOrder, AutopayRule, AutopayRun, AutopayTerms
from mts_tui.backend.contract.errors import AutopayRefused, InvalidRequest, NotFound, UndoRefused
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.operator import bank
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import undo
from .autopay_runs import (
    RUNS_A_DAY,
    Rule,
    come_into_force,
    drop,
    label_of,
    rest,
    rule_of,
    rules_of,
    title_of,
)
from .billing import Book
from .caller import Caller, own_account
from .payments import card_of
from .periods import day_start_ms, month_start_ms
from .proofs import require_proof
from .standing import refuse_lost

MOST_RULES = 10
_NEWEST = 2**62


class Bounds(NamedTuple):
    """Of a rule's sums, minor units."""

    least: int
    most: int
    least_threshold: int


BOUNDS = {
    "RUB": Bounds(50_00, 10_000_00, 30_00),
    "BYN": Bounds(2_00, 400_00, 1_00),
    "UAH": Bounds(25_00, 5_000_00, 15_00),
}
"""By currency; other than the rouble's scaled to round sums of about the same worth."""
_ORDERED = ("kind", "amount", "card_id", "threshold", "weekday", "day", "day_limit", "month_limit")
"""What of a rule its owner decides."""


def terms(tx: Transaction, caller: Caller, account: str) -> AutopayTerms:
    """See `contract.autopay.Autopay.terms`."""
    row = own_account(tx, caller, account)
    bounds = BOUNDS[row["currency"]]
    today = day_start_ms(tx.now_ms, ZoneInfo(row["zone"]))
    count = tx.payments.autopay_count(account_id=account, since=today)
    return AutopayTerms(
        currency=row["currency"],
        least=Money(amount_minor=bounds.least, currency=row["currency"]),
        most=Money(amount_minor=bounds.most, currency=row["currency"]),
        least_threshold=Money(amount_minor=bounds.least_threshold, currency=row["currency"]),
        runs_a_day=RUNS_A_DAY,
        runs_left=max(0, RUNS_A_DAY - count),
        rules_left=max(0, MOST_RULES - len(rules_of(tx, account))),
    )


def rules(tx: Transaction, caller: Caller, account: str) -> Page[AutopayRule]:
    """See `contract.autopay.Autopay.rules`."""
    row = own_account(tx, caller, account)
    return Page(items=[_view(tx, row, rule) for rule in rules_of(tx, account)])


def create(tx: Transaction, caller: Caller, account: str, order: AutopayOrder) -> AutopayRule:
    """See `contract.autopay.Autopay.create`."""
    row = own_account(tx, caller, account)
    require_proof(tx, caller)
    refuse_lost(row, AutopayRefused)
    book = _book(tx, account)
    ordered = _checked(book, order)
    _room_for_one_more(tx, account)
    rule = Rule(account_id=account, id=tx.new_id(), state="active", created_at=tx.now_ms, **ordered)
    come_into_force(book, rule)
    return _written(book, row, rule)


def change(
    tx: Transaction, caller: Caller, account: str, rule: str, order: AutopayOrder
) -> AutopayRule:
    """See `contract.autopay.Autopay.change`."""
    row = own_account(tx, caller, account)
    require_proof(tx, caller)
    book = _book(tx, account)
    known = _found(tx, account, rule)
    changed = structs.replace(known, **_checked(book, order))
    undo.offer(
        tx,
        caller,
        account,
        "Автоплатёж изменён",
        "autopay.put_back",
        rule=structs.asdict(known),
        left=_order_of(changed),
    )
    _keep(book, changed)
    return _written(book, row, changed)


def remove(tx: Transaction, caller: Caller, account: str, rule: str) -> None:
    """See `contract.autopay.Autopay.remove`."""
    own_account(tx, caller, account)
    book = _book(tx, account)
    known = _found(tx, account, rule)
    undo.offer(
        tx,
        caller,
        account,
        "Автоплатёж удалён",
        "autopay.put_back",
        rule=structs.asdict(known),
        left=None,
    )
    drop(book, known)
    book.write()
    tx.emit(account, "account")


def pause(tx: Transaction, caller: Caller, account: str, rule: str) -> AutopayRule:
    """See `contract.autopay.Autopay.pause`."""
    row = own_account(tx, caller, account)
    book = _book(tx, account)
    known = _found(tx, account, rule)
    known.state = "paused"
    rest(book, known)
    return _written(book, row, known)


def resume(tx: Transaction, caller: Caller, account: str, rule: str) -> AutopayRule:
    """See `contract.autopay.Autopay.resume`."""
    row = own_account(tx, caller, account)
    require_proof(tx, caller)
    refuse_lost(row, AutopayRefused)
    book = _book(tx, account)
    known = _found(tx, account, rule)
    if known.state == "paused":
        known.state = "active"
        come_into_force(book, known)
    return _written(book, row, known)


def runs(
    tx: Transaction, caller: Caller, account: str, limit: int, cursor: str | None
) -> Page[AutopayRun]:
    """See `contract.autopay.Autopay.runs`."""
    row = own_account(tx, caller, account)
    found = list(
        tx.payments.autopay_runs(account_id=account, before=_before(cursor), count=limit + 1)
    )
    items = [_run_view(one, row["currency"]) for one in found[:limit]]
    return Page(items=items, next_cursor=items[-1].id if len(found) > limit else None)


def put_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Restore a rule that was changed or removed; what it did meanwhile stays.

    Raises:
        UndoRefused: It was changed once more, its card is gone, or there is no room for it.
    """
    refuse_lost(own_account(tx, caller, account_id), UndoRefused)
    book = _book(tx, account_id)
    old = Rule(**body["rule"])
    now = rule_of(tx, account_id, old.id)
    if (None if now is None else _order_of(now)) != body["left"]:
        raise UndoRefused(reason="После этого правило меняли ещё раз. Откройте его и поправьте.")
    if tx.payments.kept_card(account_id=account_id, id=old.card_id) is None:
        raise UndoRefused(reason="Карты этого правила больше нет. Создайте правило с другой.")
    if now is not None:
        old.state = now.state
    else:
        try:
            _room_for_one_more(tx, account_id)
        except AutopayRefused as error:
            raise UndoRefused(reason=str(error)) from None
    _keep(book, old)
    book.write()


def _keep(book: Book, rule: Rule) -> None:
    """Keep a rule in the state it has."""
    if rule.state == "active":
        come_into_force(book, rule)
    else:
        rest(book, rule)


def _book(tx: Transaction, account_id: str) -> Book:
    """The account's book, after everything that has fallen due."""
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    return book


def _written(book: Book, row: Row, rule: Rule) -> AutopayRule:
    """Write the book and tell what became of a rule: it may have run already."""
    book.write()
    book.tx.emit(book.id, "account")
    return _view(book.tx, row, _found(book.tx, book.id, rule.id))


def _found(tx: Transaction, account_id: str, rule_id: str) -> Rule:
    rule = rule_of(tx, account_id, rule_id)
    if rule is None:
        raise NotFound
    return rule


def _room_for_one_more(tx: Transaction, account_id: str) -> None:
    if len(rules_of(tx, account_id)) >= MOST_RULES:
        raise AutopayRefused(
            reason=f"Правил автоплатежа уже {MOST_RULES}, больше нельзя. Удалите лишнее."
        )


def _order_of(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in _ORDERED}


def _checked(book: Book, order: AutopayOrder) -> dict[str, Any]:
    """The part of a rule that its owner decides; what another kind needs is left out.

    Raises:
        AutopayRefused: With what is wrong with the first thing that is.
    """
    bounds = BOUNDS[book.currency]
    for money in (order.amount, order.threshold, order.day_limit, order.month_limit):
        if money is not None and money.currency != book.currency:
            raise AutopayRefused(reason="Суммы автоплатежа указывают в валюте счёта.")
    amount = order.amount.amount_minor
    if not bounds.least <= amount <= bounds.most:
        shown = _range(bounds.least, bounds.most, book.currency)
        raise AutopayRefused(reason=f"Сумма автоплатежа — {shown}.")
    for limit, words in ((order.day_limit, "день"), (order.month_limit, "месяц")):
        if limit is not None and limit.amount_minor < amount:
            raise AutopayRefused(
                reason=f"Предел за {words} меньше самого платежа: правило не сработало бы ни разу."
            )
    _check_card(book, order.card)
    return {
        "kind": order.kind,
        "amount": amount,
        "card_id": order.card,
        **_occasion(order, bounds, book.currency),
        "day_limit": _minor(order.day_limit),
        "month_limit": _minor(order.month_limit),
    }


def _occasion(order: AutopayOrder, bounds: Bounds, currency: str) -> dict[str, int | None]:
    """When a rule runs: one of the three is set."""
    found = {"threshold": None, "weekday": None, "day": None}
    if order.kind == "threshold":
        threshold = _minor(order.threshold)
        if threshold is None or not bounds.least_threshold <= threshold <= bounds.most:
            shown = _range(bounds.least_threshold, bounds.most, currency)
            raise AutopayRefused(reason=f"Порог автоплатежа — {shown}.")
        return {**found, "threshold": threshold}
    if order.kind == "week":
        if order.weekday is None:
            raise AutopayRefused(reason="Выберите день недели для автоплатежа.")
        return {**found, "weekday": order.weekday}
    if order.day is None:
        raise AutopayRefused(reason="Укажите число месяца для автоплатежа, от 1 до 31.")
    return {**found, "day": order.day}


def _check_card(book: Book, card_id: str) -> None:
    card = book.tx.payments.kept_card(account_id=book.id, id=card_id)
    if card is None:
        raise AutopayRefused(reason="Этой карты больше нет. Выберите другую.")
    if bank.is_over(card["month"], card["year"], book.tx.now.astimezone(book.zone)):
        raise AutopayRefused(reason=f"Срок действия карты {label_of(card)} истёк. Выберите другую.")


def _range(least: int, most: int, currency: str) -> str:
    return f"от {formatting.money(least, currency)} до {formatting.money(most, currency)}"


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.amount_minor


def _view(tx: Transaction, account: Row, rule: Rule) -> AutopayRule:
    zone, currency = ZoneInfo(account["zone"]), account["currency"]

    def money(amount: int) -> Money:
        return Money(amount_minor=amount, currency=currency)

    def spent(since: int) -> Money:
        found = tx.payments.autopay_spent(account_id=account["id"], rule_id=rule.id, since=since)
        return money(found)

    card = tx.payments.kept_card(account_id=account["id"], id=rule.card_id)
    last = tx.payments.last_autopay_run(account_id=account["id"], rule_id=rule.id)
    return AutopayRule(
        id=rule.id,
        kind=rule.kind,
        state=rule.state,
        amount=money(rule.amount),
        card=card_of(card),
        threshold=None if rule.threshold is None else money(rule.threshold),
        weekday=rule.weekday,
        day=rule.day,
        day_limit=None if rule.day_limit is None else money(rule.day_limit),
        month_limit=None if rule.month_limit is None else money(rule.month_limit),
        spent_today=spent(day_start_ms(tx.now_ms, zone)),
        spent_this_month=spent(month_start_ms(tx.now_ms, zone)),
        next_at=None if rule.next_at is None else from_ms(rule.next_at),
        last_run=None if last is None else _run_view(last, currency),
        title=title_of(rule, currency),
    )


def _run_view(row: Row, currency: str) -> AutopayRun:
    again = row["next_try_at"]
    return AutopayRun(
        id=str(row["id"]),
        rule=row["rule_id"],
        at=from_ms(row["at"]),
        state=row["state"],
        title=row["title"],
        means=row["means"],
        amount=Money(amount_minor=row["amount"], currency=currency),
        reason=row["reason"],
        next_try_at=None if again is None else from_ms(again),
    )


def _before(cursor: str | None) -> int:
    """The run after which a page begins."""
    if cursor is None:
        return _NEWEST
    if not (cursor.isascii() and cursor.isdigit() and int(cursor) <= _NEWEST):
        raise InvalidRequest(reason="место в списке указано неверно.")
    return int(cursor)
