"""«На полном доверии»: each condition by itself, and back."""

from datetime import timedelta

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.errors import NotEnoughMoney, TrustRefused, UndoRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import Condition, Trust
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.services import trust
from mts_tui.backend.services.conditions import up_to_date
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms

from .desk import ANNA, NOW, Clock, Window, change
from .quiet import plain

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


@pytest.mark.parametrize("days", [0, 40])
def test_what_is_in_hand_is_what_the_store_has(anna: Window, clock: Clock, days: int):
    """Whether something fell due or not: an account brought up to date is not read again."""
    clock.move(days=days)
    with anna.store.write() as tx:
        held = up_to_date(tx, MAIN)
        assert dict(held) == dict(tx.accounts.by_id(id=MAIN))
        assert held["lived_until"] == tx.now_ms


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


# ------------------------------------------------------------------ conditions, told one by one


def conditions(window: Window, account: str = MAIN) -> dict[str, Condition]:
    return {one.title: one for one in window.ask(Trust.terms, account).conditions}


def test_each_condition_tells_what_was_found(anna: Window):
    terms = anna.ask(Trust.terms, MAIN)
    assert not terms.state.on
    assert terms.offered == Money(amount_minor=300_00, currency="RUB")
    assert all(one.met for one in terms.conditions)
    found = conditions(anna)
    assert list(found) == [
        "Мобильный номер России",
        "Подходящий тариф",
        "С нами от трёх месяцев",
        "От 125 ₽ на связь в месяц",
        "Баланс больше нуля",
        "Нет обещанного платежа",
    ]
    assert plain(found["С нами от трёх месяцев"].explanation) == "Вы с нами с 1 ноября 2024 г."
    spent = plain(found["От 125 ₽ на связь в месяц"].explanation)
    assert spent.startswith("Потрачено по месяцам, от последнего: ")
    assert spent.count("₽") == trust.MONTHS


def test_what_is_not_met_says_what_to_do_and_is_the_refusal(anna: Window):
    move(anna, -balance(anna))
    spoil(anna, "UPDATE accounts SET opened_at = ? WHERE id = ?", to_ms(NOW), MAIN)
    unmet = [one for one in anna.ask(Trust.terms, MAIN).conditions if not one.met]
    assert [plain(one.explanation) for one in unmet] == [
        "Вы с нами с 22 ноября 2026 г., а услуга — для тех, кто с нами три месяца и дольше. Попробуйте 20 февраля 2027 г.",
        "На счёте 0,00 ₽. Для подключения баланс должен быть больше нуля: пополните счёт и повторите.",
    ]
    assert reason(anna) == unmet[0].explanation


def test_while_it_is_on_the_condition_is_that_of_switching_it_off(anna: Window):
    anna.ask(Trust.switch_on, MAIN)
    assert [(one.title, one.met) for one in conditions(anna).values()] == [
        ("Баланс не ниже нуля", True)
    ]
    move(anna, -balance(anna) - 5_00)
    (one,) = conditions(anna).values()
    assert not one.met
    assert plain(one.explanation) == (
        "Баланс ниже нуля: −5,00 ₽. Пополните счёт, и услугу можно будет отключить."
    )


def test_numbers_without_the_service_are_told_only_that(anna: Window):
    terms = anna.ask(Trust.terms, "anna-belarus")
    assert [(one.title, one.met) for one in terms.conditions] == [("Мобильный номер России", False)]
    assert terms.offered == Money(amount_minor=0, currency="BYN")


def test_a_preview_tells_how_much_more_can_be_spent(anna: Window):
    class Previewed:
        endpoint = Trust.switch_on.endpoint.preview

    have = balance(anna)
    preview = anna.ask(Previewed, MAIN)
    (changed,) = preview.changes
    assert changed.before.available.amount_minor == have
    assert changed.after.available.amount_minor == have + 300_00
    assert preview.answer.on
    assert len(preview.messages) == 1
    assert anna.ask(Account.overview, MAIN).trust_limit is None


def test_the_state_of_the_account_follows_the_floor(anna: Window):
    anna.ask(Trust.switch_on, MAIN)
    move(anna, -balance(anna))
    anna.ask(Trust.switch_off, MAIN)
    assert anna.ask(Account.overview, MAIN).number.state == "no_money"


# ------------------------------------------------------------------ ten minutes to undo


def undo(window: Window) -> None:
    entry = window.ask(Undo.pending).items[0]
    window.ask(Undo.take_back, entry.id)


def test_both_ways_can_be_taken_back(anna: Window, clock: Clock):
    anna.ask(Trust.switch_on, MAIN)
    undo(anna)
    assert not anna.ask(Trust.terms, MAIN).state.on
    anna.ask(Trust.switch_on, MAIN)
    clock.move(seconds=1)
    anna.ask(Trust.switch_off, MAIN)
    undo(anna)
    assert anna.ask(Trust.terms, MAIN).state.on
    assert "подключена" in anna.sms(ANNA)[0]


def test_what_changes_nothing_leaves_nothing_to_undo(anna: Window):
    anna.ask(Trust.switch_off, MAIN)
    assert anna.ask(Undo.pending).items == []
    anna.ask(Trust.switch_on, MAIN)
    anna.ask(Trust.switch_on, MAIN)
    assert len(anna.ask(Undo.pending).items) == 1


def test_it_is_not_taken_back_once_it_was_spent_on(anna: Window):
    anna.ask(Trust.switch_on, MAIN)
    move(anna, -balance(anna) - 1)
    with pytest.raises(UndoRefused, match="Баланс ниже нуля"):
        undo(anna)
    move(anna, 1)
    undo(anna)
    assert not anna.ask(Trust.terms, MAIN).state.on


def test_an_undo_of_what_was_undone_by_hand_is_refused(anna: Window, clock: Clock):
    anna.ask(Trust.switch_on, MAIN)
    clock.move(seconds=1)
    anna.ask(Trust.switch_off, MAIN)
    off, on = anna.ask(Undo.pending).items
    with pytest.raises(UndoRefused, match="уже отключено"):
        anna.ask(Undo.take_back, on.id)
    anna.ask(Trust.switch_on, MAIN)
    with pytest.raises(UndoRefused, match="уже подключено"):
        anna.ask(Undo.take_back, off.id)
