"""«На полном доверии»: down to −300 ₽ for free, on conditions that are told one by one.

Conditions (facts 1.3): a client for three months, at least 125 ₽ spent in each of the last three,
a positive balance, a personal tariff that allows it. Other currencies have no such service.
"""

from datetime import timedelta

from mts_tui.backend.contract.errors import TrustRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import TrustState
from mts_tui.backend.store.transaction import Row, Transaction, to_ms

from .caller import Caller, own_account
from .notifications import notify

LIMIT = 300_00
"""Kopecks below zero."""
MONTH = timedelta(days=30)
CLIENT_FOR = 3 * MONTH
SPENT_AT_LEAST = 125_00
"""Kopecks in each of the last three months."""
TARIFFS_WITHOUT = frozenset({"tvoya-strana", "mts-connect-4", "umnoe-ustroistvo"})


def switch_on(tx: Transaction, caller: Caller, account: str) -> TrustState:
    """See `contract.trust.Trust.switch_on`."""
    return grant(tx, own_account(tx, caller, account))


def switch_off(tx: Transaction, caller: Caller, account: str) -> TrustState:
    """See `contract.trust.Trust.switch_off`."""
    return withdraw(tx, own_account(tx, caller, account))


def grant(tx: Transaction, account: Row) -> TrustState:
    """Lower the account's floor to −300 ₽.

    Raises:
        TrustRefused: With the condition that fails and what to do about it.
    """
    account = tx.ledger.hold(id=account["id"])
    if account["floor"] == -LIMIT:
        return _state(account, on=True)
    reason = _refusal(tx, account)
    if reason is not None:
        raise TrustRefused(reason=reason)
    tx.accounts.set_floor(id=account["id"], floor=-LIMIT)
    tx.emit(account["id"], "account")
    notify(
        tx,
        account["id"],
        "trust",
        "«На полном доверии» подключено",
        "Услуга «На полном доверии» подключена: можно быть на связи до −300 рублей. "
        "Это бесплатно. Отключить: *111*2118#.",
        sms=True,
    )
    return _state(account, on=True)


def withdraw(tx: Transaction, account: Row) -> TrustState:
    """Raise the account's floor to zero.

    Raises:
        TrustRefused: The balance is negative.
    """
    account = tx.ledger.hold(id=account["id"])
    if account["floor"] == 0:
        return _state(account, on=False)
    if tx.accounts.set_floor(id=account["id"], floor=0) is None:
        raise TrustRefused(
            reason="Баланс ниже нуля. Пополните счёт, и услугу можно будет отключить."
        )
    tx.emit(account["id"], "account")
    notify(
        tx,
        account["id"],
        "trust",
        "«На полном доверии» отключено",
        "Услуга «На полном доверии» отключена.",
        sms=True,
    )
    return _state(account, on=False)


def _refusal(tx: Transaction, account: Row) -> str | None:
    if account["currency"] != "RUB" or account["kind"] != "mobile":
        return "«На полном доверии» есть только для мобильных номеров России."
    if account["tariff_id"] in TARIFFS_WITHOUT:
        return "На вашем тарифе услуги «На полном доверии» нет. Её можно подключить на другом."
    if account["opened_at"] > to_ms(tx.now - CLIENT_FOR):
        return "Услуга доступна тем, кто с нами три месяца и дольше. Попробуйте позже."
    for month in range(3):
        spent = tx.ledger.spent_between(
            account_id=account["id"],
            since=to_ms(tx.now - (month + 1) * MONTH),
            until=to_ms(tx.now - month * MONTH),
        )
        if spent < SPENT_AT_LEAST:
            return (
                "Услуга доступна тем, кто тратит на связь от 125 рублей в месяц "
                "три месяца подряд. Пока это условие не выполнено."
            )
    if account["balance"] <= 0:
        return "Для подключения баланс должен быть больше нуля. Пополните счёт и повторите."
    return None


def _state(account: Row, *, on: bool) -> TrustState:
    limit = LIMIT if on else 0
    return TrustState(on=on, limit=Money(amount_minor=limit, currency=account["currency"]))
