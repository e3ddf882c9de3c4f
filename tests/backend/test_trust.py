"""«На полном доверии»: each condition by itself, and back."""

from datetime import timedelta

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.errors import NotEnoughMoney, TrustRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import Trust
from mts_tui.backend.services import trust
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms

from .desk import ANNA, NOW, Window, change

MAIN = "anna-moscow"


def reason(window: Window, account: str = MAIN, operation: object = Trust.switch_on) -> str:
    with pytest.raises(TrustRefused) as caught:
        window.ask(operation, account)
    assert str(caught.value) == caught.value.details["reason"]
    return str(caught.value)


def spoil(window: Window, sql: str, *values: object) -> None:
    with window.store.write() as tx:
        change(tx, sql, *values)


def move(window: Window, amount: int) -> int:
    with window.store.write() as tx:
        entry = Entry(at=tx.now_ms, kind="correction", title="", amount=amount, contra="test")
        return post(tx, MAIN, [entry])


def balance(window: Window) -> int:
    return window.ask(Account.overview, MAIN).number.balance.amount_minor


def test_it_is_switched_on_and_off_again(anna: Window):
    state = anna.ask(Trust.switch_on, MAIN)
    assert (state.on, state.limit) == (True, Money(amount_minor=300_00, currency="RUB"))
    assert "до −300 рублей" in anna.sms(ANNA)[0]
    state = anna.ask(Trust.switch_off, MAIN)
    assert (state.on, state.limit) == (False, Money(amount_minor=0, currency="RUB"))
    assert "отключена" in anna.sms(ANNA)[0]
    assert anna.ask(Account.overview, MAIN).trust_limit is None


def test_switching_twice_tells_once(anna: Window):
    anna.ask(Trust.switch_on, MAIN)
    told = anna.sms(ANNA)
    assert anna.ask(Trust.switch_on, MAIN).on is True
    assert anna.sms(ANNA) == told
    anna.ask(Trust.switch_off, MAIN)
    told = anna.sms(ANNA)
    assert anna.ask(Trust.switch_off, MAIN).on is False
    assert anna.sms(ANNA) == told


def test_on_trust_money_can_be_spent_to_the_limit_and_no_further(anna: Window):
    have = balance(anna)
    with pytest.raises(NotEnoughMoney):
        move(anna, -have - 1)
    anna.ask(Trust.switch_on, MAIN)
    assert move(anna, -have - 300_00) == -300_00
    with pytest.raises(NotEnoughMoney):
        move(anna, -1)


def test_it_is_not_switched_off_below_zero(anna: Window):
    anna.ask(Trust.switch_on, MAIN)
    move(anna, -balance(anna) - 1)
    assert "Баланс ниже нуля" in reason(anna, operation=Trust.switch_off)
    assert anna.ask(Account.overview, MAIN).trust_limit is not None
    move(anna, 1)
    assert anna.ask(Trust.switch_off, MAIN).on is False


@pytest.mark.parametrize("account", ["anna-belarus", "anna-city"])
def test_only_russian_mobiles_have_it(anna: Window, account: str):
    assert "только для мобильных номеров России" in reason(anna, account)


@pytest.mark.parametrize("tariff", sorted(trust.TARIFFS_WITHOUT))
def test_some_tariffs_have_it_not(anna: Window, tariff: str):
    spoil(anna, "UPDATE accounts SET tariff_id = ? WHERE id = ?", tariff, MAIN)
    assert "На вашем тарифе" in reason(anna)


def test_tariffs_without_it_are_in_the_catalogue(anna: Window):
    with anna.store.read() as tx:
        assert all(tx.common.tariff(id=name) is not None for name in trust.TARIFFS_WITHOUT)


def test_new_clients_wait_for_three_months(anna: Window):
    three_months = NOW - timedelta(days=90)
    sql = "UPDATE accounts SET opened_at = ? WHERE id = ?"
    spoil(anna, sql, to_ms(three_months) + 1, MAIN)
    assert "три месяца и дольше" in reason(anna)
    spoil(anna, sql, to_ms(three_months), MAIN)
    assert anna.ask(Trust.switch_on, MAIN).on is True


@pytest.mark.parametrize("month", [0, 1, 2])
def test_each_of_three_months_must_have_seen_125_roubles(anna: Window, month: int):
    since = to_ms(NOW - timedelta(days=30 * (month + 1)))
    until = to_ms(NOW - timedelta(days=30 * month))
    spoil(
        anna,
        "UPDATE operations SET amount = 0 WHERE account_id = ? AND amount < 0"
        " AND at >= ? AND at < ?",
        *(MAIN, since, until),
    )
    with anna.store.write() as tx:
        spent = Entry(at=since, kind="call", title="", amount=-124_99, contra="test")
        post(tx, MAIN, [spent])
    assert "от 125 рублей в месяц" in reason(anna)
    with anna.store.write() as tx:
        spent = Entry(at=until - 1, kind="call", title="", amount=-1, contra="test")
        post(tx, MAIN, [spent])
    assert anna.ask(Trust.switch_on, MAIN).on is True


def test_the_balance_must_be_above_zero(anna: Window):
    move(anna, -balance(anna))
    assert "больше нуля" in reason(anna)
    move(anna, 1)
    assert anna.ask(Trust.switch_on, MAIN).on is True


def test_a_parent_may_switch_it_for_the_child(anna: Window):
    assert anna.ask(Trust.switch_on, "misha-moscow").on is True
