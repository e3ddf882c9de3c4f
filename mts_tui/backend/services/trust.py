"""«На полном доверии», and both services by which one spends what is not there yet.

On trust the balance may go down to −300 ₽, for free (facts 1.3). A promised payment is that of
`promises`. The two exclude each other, and other currencies have neither.
"""

from typing import Any
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.errors import PromiseRefused, TrustRefused, UndoRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import (
    Condition,
    Promise,
    PromiseOrder,
    PromiseTerms,
    TrustState,
    TrustTerms,
)
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import conditions, promises, undo
from .billing import state_of
from .caller import Caller, own_account
from .notifications import notify

LIMIT = 300_00
"""Kopecks below zero on trust."""
MONTHS = 3
CLIENT_FOR = MONTHS * conditions.MONTH
SPENT_AT_LEAST = 125_00
"""Kopecks in each of the last three months."""
TARIFFS_WITHOUT = frozenset({"tvoya-strana", "mts-connect-4", "umnoe-ustroistvo"})


def terms(tx: Transaction, caller: Caller, account: str) -> TrustTerms:
    """See `contract.trust.Trust.terms`."""
    row = own_account(tx, caller, account)
    offered = LIMIT if conditions.is_served(row) else 0
    return TrustTerms(
        state=_state(row),
        offered=Money(amount_minor=offered, currency=row["currency"]),
        conditions=_ways_off(row) if row["base_floor"] else _ways_on(tx, row),
    )


def switch_on(tx: Transaction, caller: Caller, account: str) -> TrustState:
    """See `contract.trust.Trust.switch_on`."""
    row = own_account(tx, caller, account)
    state = grant(tx, row)
    if not row["base_floor"]:
        undo.offer(tx, caller, account, "«На полном доверии» подключено", "trust.undo_switch_on")
    return state


def switch_off(tx: Transaction, caller: Caller, account: str) -> TrustState:
    """See `contract.trust.Trust.switch_off`."""
    row = own_account(tx, caller, account)
    state = withdraw(tx, row)
    if row["base_floor"]:
        undo.offer(tx, caller, account, "«На полном доверии» отключено", "trust.undo_switch_off")
    return state


def promise_terms(tx: Transaction, caller: Caller, account: str) -> PromiseTerms:
    """See `contract.trust.Trust.promise_terms`."""
    row = own_account(tx, caller, account)
    return promises.terms_of(tx, row)


def promise(tx: Transaction, caller: Caller, account: str, order: PromiseOrder) -> Promise:
    """See `contract.trust.Trust.promise`."""
    row = own_account(tx, caller, account)
    if order.amount.currency != row["currency"]:
        raise PromiseRefused(reason="Сумму обещанного платежа указывают в валюте счёта.")
    given = promises.give(tx, row, order.amount.amount_minor)
    known = tx.payments.active_promise(account_id=account)
    undo.offer(
        tx,
        caller,
        account,
        f"Обещанный платёж {formatting.money(order.amount.amount_minor)}",
        "promises.take_back",
        promise=known["id"],
        balance=tx.accounts.by_id(id=account)["balance"],
    )
    return given


def grant(tx: Transaction, account: Row) -> TrustState:
    """Lower the account's floor to −300 ₽.

    Raises:
        TrustRefused: With the first condition that is not met and what to do about it.
    """
    account = conditions.up_to_date(tx, account["id"])
    if account["base_floor"]:
        return _state(account)
    reason = conditions.refusal(_ways_on(tx, account))
    if reason:
        raise TrustRefused(reason=reason)
    return _stand_on(tx, account, -LIMIT)


def withdraw(tx: Transaction, account: Row) -> TrustState:
    """Raise the account's floor to zero.

    Raises:
        TrustRefused: The balance is negative.
    """
    account = conditions.up_to_date(tx, account["id"])
    if not account["base_floor"]:
        return _state(account)
    reason = conditions.refusal(_ways_off(account))
    if reason:
        raise TrustRefused(reason=reason)
    return _stand_on(tx, account, 0)


def undo_switch_on(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take a switching on back. Raises `UndoRefused` where it was spent on or switched off."""
    del caller, body
    account = conditions.up_to_date(tx, account_id)
    if not account["base_floor"]:
        raise UndoRefused(reason="«На полном доверии» уже отключено, отменять нечего.")
    reason = conditions.refusal(_ways_off(account))
    if reason:
        raise UndoRefused(reason=reason)
    _stand_on(tx, account, 0)


def undo_switch_off(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take a switching off back. Raises `UndoRefused` where something else came in between."""
    del caller, body
    account = conditions.up_to_date(tx, account_id)
    if account["base_floor"]:
        raise UndoRefused(reason="«На полном доверии» уже подключено, отменять нечего.")
    promise = tx.payments.active_promise(account_id=account_id)
    promise_free = conditions.no_promise(tx, account, promise)
    if not promise_free.met:
        raise UndoRefused(reason=promise_free.explanation)
    _stand_on(tx, account, -LIMIT)


def _stand_on(tx: Transaction, account: Row, floor: int) -> TrustState:
    """Put the floor where trust grants or withdraws it, and tell the owner."""
    state = state_of(account["state"], account["balance"], floor, suspended=account["suspended"])
    tx.accounts.set_trust(id=account["id"], floor=floor, state=state)
    tx.emit(account["id"], "account")
    title, text = "«На полном доверии» отключено", "Услуга «На полном доверии» отключена."
    if floor:
        title = "«На полном доверии» подключено"
        text = (
            "Услуга «На полном доверии» подключена: можно быть на связи до −300 рублей. "
            "Это бесплатно. Отключить: *111*2118#."
        )
    notify(tx, account["id"], "trust", title, text, sms=True)
    return _granted(floor, account["currency"])


def _ways_on(tx: Transaction, account: Row) -> list[Condition]:
    """The conditions of switching it on; of numbers that have no such service, only that."""
    if not conditions.is_served(account):
        return [conditions.served_here("«На полном доверии»", met=False)]
    spent = [
        tx.soon.ledger.spent_between(**conditions.month_of(tx, account, back))
        for back in range(MONTHS)
    ]
    promise = tx.soon.payments.active_promise(account_id=account["id"])
    return [
        conditions.served_here("«На полном доверии»", met=True),
        conditions.tariff_with(
            "«На полном доверии»", met=account["tariff_id"] not in TARIFFS_WITHOUT
        ),
        _client_for_long(tx, account),
        _spends_enough([amount() for amount in spent]),
        _above_zero(account),
        conditions.no_promise(tx, account, promise()),
    ]


def _ways_off(account: Row) -> list[Condition]:
    """What switching it off needs."""
    met = account["balance"] >= 0
    found = f"Баланс ниже нуля: {formatting.money(account['balance'])}. "
    return [
        Condition(
            title="Баланс не ниже нуля",
            met=met,
            explanation=f"На счёте {formatting.money(account['balance'])}."
            if met
            else f"{found}Пополните счёт, и услугу можно будет отключить.",
        )
    ]


def _client_for_long(tx: Transaction, account: Row) -> Condition:
    opened = from_ms(account["opened_at"])
    zone = ZoneInfo(account["zone"])
    since = formatting.date_long(opened.astimezone(zone))
    met = opened + CLIENT_FOR <= tx.now
    text = f"Вы с нами с {since}"
    if not met:
        ready = formatting.date_long((opened + CLIENT_FOR).astimezone(zone))
        text += f", а услуга — для тех, кто с нами три месяца и дольше. Попробуйте {ready}"
    return Condition(title="С нами от трёх месяцев", met=met, explanation=conditions.ended(text))


def _spends_enough(spent: list[int]) -> Condition:
    months = zip(
        ("за последние 30 дней", "за 30 дней до них", "ещё за 30 дней раньше"), spent, strict=True
    )
    least = formatting.money(SPENT_AT_LEAST)
    short = [
        f"{when} потрачено {formatting.money(amount)}, нужно {least}"
        for when, amount in months
        if amount < SPENT_AT_LEAST
    ]
    if short:
        text = (
            "Услуга доступна тем, кто тратит на связь от 125 рублей в месяц три месяца подряд: "
            f"{'; '.join(short)}. Пользуйтесь связью как обычно и попробуйте через месяц."
        )
    else:
        text = "Потрачено по месяцам, от последнего: " + conditions.ended(
            ", ".join(formatting.money(amount) for amount in spent)
        )
    return Condition(title="От 125 ₽ на связь в месяц", met=not short, explanation=text)


def _above_zero(account: Row) -> Condition:
    met = account["balance"] > 0
    text = f"На счёте {formatting.money(account['balance'])}."
    if not met:
        text += " Для подключения баланс должен быть больше нуля: пополните счёт и повторите."
    return Condition(title="Баланс больше нуля", met=met, explanation=text)


def _state(account: Row) -> TrustState:
    return _granted(account["base_floor"], account["currency"])


def _granted(floor: int, currency: str) -> TrustState:
    return TrustState(on=bool(floor), limit=Money(amount_minor=-floor, currency=currency))
