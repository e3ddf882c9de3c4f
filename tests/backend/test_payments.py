"""Top-ups: by card with 3-D Secure and by СБП, each way to each end, and what is never kept."""

import contextlib
import hashlib
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mts_tui import amounts, cards
from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.errors import (
    InvalidRequest,
    NotFound,
    PaymentDeclined,
    PaymentOver,
    PaymentRefused,
    WrongCode,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import Payment, Payments
from mts_tui.backend.operator import bank
from mts_tui.backend.services import paying, payments
from mts_tui.backend.store.transaction import new_key

from .desk import (
    ANNA,
    ANNA_BELARUS,
    ANNA_CITY,
    MISHA,
    STRANGER,
    UNLINKED,
    Clock,
    Window,
    at_once,
    number,
    other_than,
    rows,
)
from .paydesk import (
    CHILD,
    CVV,
    MAIN,
    MINSK,
    UNLINKED_ACCOUNT,
    balance,
    card,
    code,
    confirm,
    give_card,
    history,
    let_time_pass,
    order,
    pay,
    refusal,
    rub,
    spoil,
    state,
)

OTHER_OPERATOR = "+79260000000"


def top_up(window: Window, *args: object, **kwargs: object) -> Payment:
    return window.ask(Payments.top_up, MAIN, order(*args, **kwargs))


def byn(minor: int) -> Money:
    return Money(amount_minor=minor, currency="BYN")


# ------------------------------------------------------------------------------------ terms


def test_terms_name_limits_and_commissions(anna: Window):
    terms = anna.ask(Payments.terms, MAIN)
    assert (terms.least, terms.most) == (rub(10_00), rub(15_000_00))
    told = [(one.means, one.commission_permille, one.compensated) for one in terms.means]
    assert told == [("card", 10, False), ("sbp", 4, True)]
    terms = anna.ask(Payments.terms, MINSK)
    assert (terms.least, terms.currency) == (byn(1_00), "BYN")
    assert [one.means for one in terms.means] == ["card"]


@pytest.mark.parametrize("account", [UNLINKED_ACCOUNT, "nobody"])
def test_other_peoples_accounts_are_not_found(anna: Window, account: str):
    done = pay(anna)
    for asked in (
        (Payments.terms, account),
        (Payments.recent, account),
        (Payments.cards, account),
        (Payments.top_up, account, order()),
        (Payments.payment, account, done.id),
        (Payments.cancel, account, done.id),
        (Payments.payment, MINSK, done.id),
        (Payments.payment, MAIN, "no such payment"),
        (Payments.give_card, MAIN, "no such payment", card()),
    ):
        with pytest.raises(NotFound):
            anna.ask(*asked)


@pytest.mark.parametrize(
    ("amount", "permille", "commission"),
    [(10_00, 10, 10), (10_49, 10, 10), (10_50, 10, 11), (300_00, 4, 1_20), (31_24, 4, 12),
     (31_25, 4, 13), (15_000_00, 10, 150_00)],
)  # fmt: skip
def test_commission_is_rounded_half_up_to_the_kopeck(amount: int, permille: int, commission: int):
    assert amounts.commission(amount, permille) == commission


# ----------------------------------------------------------------------------- by a card


def test_a_card_pays_once_its_code_is_shown(anna: Window, clock: Clock):
    before = balance(anna)
    begun = top_up(anna)
    assert (begun.state, begun.kind, begun.to) == ("created", "top_up", ANNA)
    assert (begun.amount, begun.commission, begun.total) == (rub(300_00), rub(3_00), rub(303_00))
    assert (begun.means, begun.link, begun.bill, begun.operation) == ("", "", "", None)
    assert begun.expires_at == clock.now + paying.BANK_WAITS
    sent = give_card(anna, begun)
    assert (sent.state, sent.means) == ("code_sent", "МИР •••• 0004")
    assert sent.expires_at == clock.now + paying.CODE_LIVES
    assert balance(anna) == before, "the money moves with the code, not before"
    text = anna.sms(ANNA)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "код для платежа 303,00 ₽ картой МИР •••• 0004: +7 985 370-12-34" in text
    with anna.store.read() as tx:
        (peer,) = {row["peer"] for row in tx.common.messages(account_id=MAIN, count=1)}
    assert peer == "BANK"
    done = confirm(anna, begun)
    assert (done.state, done.expires_at, done.reason) == ("done", None, "")
    assert balance(anna) == before + 300_00
    (operation,) = history(anna, count=1)
    assert (operation.id, operation.kind, operation.amount) == (
        done.operation,
        "top_up",
        rub(300_00),
    )
    assert operation.title == "Регистрация платежа: Банковская карта"
    with anna.store.read() as tx:
        (row,) = rows(tx, "SELECT contra FROM operations ORDER BY at DESC, seq DESC LIMIT 1")
    assert row["contra"] == "bank:card"
    assert "пополнен на 300,00" in anna.sms(ANNA)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert anna.ask(Payments.payment, MAIN, begun.id) == done
    clock.move(minutes=1)
    let_time_pass(anna)
    assert balance(anna) == before + 300_00, "a card's commission is not given back"


@pytest.mark.parametrize("known", bank.TEST_CARDS[:3], ids=lambda known: known.brand)
def test_the_three_good_cards_pay(anna: Window, known: bank.KnownCard):
    done = pay(anna, number=known.number)
    assert (done.state, done.means) == ("done", f"{known.brand} •••• {known.last4}")


@pytest.mark.parametrize(
    ("behaviour", "word"),
    [("blocked", "заблокирована"), ("lost", "потерянной"), ("expired", "срок действия"),
     ("unavailable", "не отвечает")],
)  # fmt: skip
def test_the_bank_declines_a_card_at_once(anna: Window, behaviour: str, word: str):
    before, messages = balance(anna), anna.sms(ANNA)
    bad = next(one for one in bank.TEST_CARDS if one.behaviour == behaviour)
    begun, key = top_up(anna), new_key()
    asked = (Payments.give_card, MAIN, begun.id, card(bad.number))
    with pytest.raises(PaymentDeclined, match=word) as caught:
        anna.ask(*asked, key=key)
    over = anna.ask(Payments.payment, MAIN, begun.id)
    assert (over.state, over.reason, over.expires_at) == ("declined", str(caught.value), None)
    with pytest.raises(PaymentDeclined, match=word):
        anna.ask(*asked, key=key)  # The same request again is the same answer,
    with pytest.raises(PaymentOver):
        anna.ask(*asked)  # and another one comes too late.
    assert (balance(anna), anna.sms(ANNA)) == (before, messages)


@pytest.mark.parametrize(("behaviour", "word"), [("no_money", "не хватает"), ("limit", "лимит")])
def test_the_bank_declines_after_the_code(anna: Window, behaviour: str, word: str):
    before = balance(anna)
    bad = next(one for one in bank.TEST_CARDS if one.behaviour == behaviour)
    begun = top_up(anna)
    give_card(anna, begun, card(bad.number, keep=True))
    with pytest.raises(PaymentDeclined, match=word):
        confirm(anna, begun)
    assert state(anna, begun) == "declined"
    assert balance(anna) == before
    assert anna.ask(Payments.cards, MAIN).items == [], "what has not paid is not kept"


def test_the_demo_page_names_every_test_card():
    page = (Path(__file__).parents[2] / "docs" / "demo_ru.md").read_text("utf-8")
    for one in bank.TEST_CARDS:
        groups = " ".join(one.number[place : place + 4] for place in range(0, 16, 4))
        assert groups in page
        assert cards.luhn(one.number)
    assert len({(one.brand, one.last4) for one in bank.TEST_CARDS}) == len(bank.TEST_CARDS)


@pytest.mark.parametrize(
    ("details", "word"),
    [
        (card("2200 0000 0000 0005"), "опечатка"),
        (card("4242 4242 4242 4242"), "настоящую карту сюда вводить нельзя"),
        (card("2200"), "от 13 до 19 цифр"),
        (card("две тысячи двести"), "от 13 до 19 цифр"),
        (card("٢٢٠٠٠٠٠٠٠٠٠٠٠٠٠٤"), "от 13 до 19 цифр"),
        (card(month=10, year=2026), "истёк"),
        (card(month=12, year=2025), "истёк"),
        (card(cvv="12"), "три цифры"),
        (card(cvv="1234"), "три цифры"),
        (card(cvv="²³¹"), "три цифры"),
    ],
)
def test_a_card_that_is_typed_wrong_can_be_typed_again(anna: Window, details: object, word: str):
    begun = top_up(anna)
    told = refusal(anna, PaymentRefused, Payments.give_card, MAIN, begun.id, details)
    assert word in told
    assert details.number not in told
    assert state(anna, begun) == "created"
    give_card(anna, begun)
    assert confirm(anna, begun).state == "done"


def test_a_card_is_good_to_the_end_of_its_month(anna: Window, clock: Clock):
    begun = top_up(anna)
    assert give_card(anna, begun, card(month=11, year=2026)).state == "code_sent"
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    anna.sign_in()
    begun = top_up(anna)
    told = refusal(
        anna, PaymentRefused, Payments.give_card, MAIN, begun.id, card(month=11, year=2026)
    )
    assert "истёк" in told


def test_the_third_wrong_code_ends_a_payment(anna: Window):
    before = balance(anna)
    begun = top_up(anna)
    give_card(anna, begun)
    right = code(anna)
    for left in (2, 1):
        with pytest.raises(WrongCode) as caught:
            confirm(anna, begun, other_than(right))
        assert caught.value.details == {"left": left}
    with pytest.raises(PaymentDeclined, match="трижды"):
        confirm(anna, begun, other_than(right))
    with pytest.raises(PaymentOver):
        confirm(anna, begun, right)
    assert state(anna, begun) == "declined"
    assert balance(anna) == before


def test_a_code_is_good_after_two_wrong_ones(anna: Window):
    begun = top_up(anna)
    give_card(anna, begun)
    right = code(anna)
    for wrong in (other_than(right), ""), (" ", ""):
        with pytest.raises(WrongCode):
            confirm(anna, begun, wrong[0] or "x")
    assert confirm(anna, begun, right).state == "done"


def test_codes_are_not_tried_payment_by_payment(anna: Window, clock: Clock):
    wrong = 0
    while wrong < paying.WRONG_IN_A_DAY:
        begun = top_up(anna)
        give_card(anna, begun)
        for _ in range(min(paying.TRIES - 1, paying.WRONG_IN_A_DAY - wrong)):
            with pytest.raises(WrongCode):
                confirm(anna, begun, other_than(code(anna)))
            wrong += 1
    with pytest.raises(PaymentDeclined, match="до завтра"):
        confirm(anna, begun)  # The right one, too.
    begun = top_up(anna)
    told = refusal(anna, PaymentRefused, Payments.give_card, MAIN, begun.id, card())
    assert "до завтра" in told
    clock.move(hours=3)  # Past midnight in Moscow.
    anna.sign_in()
    assert pay(anna).state == "done"


def test_a_payment_is_confirmed_once(anna: Window):
    before, key = balance(anna), new_key()
    begun = top_up(anna)
    give_card(anna, begun)
    shown = code(anna)
    done = confirm(anna, begun, shown, key=key)
    assert confirm(anna, begun, shown, key=key) == done
    with pytest.raises(PaymentOver):
        confirm(anna, begun, shown)
    with pytest.raises(PaymentOver):
        anna.ask(Payments.cancel, MAIN, begun.id)
    assert balance(anna) == before + 300_00


def test_of_many_who_confirm_at_once_one_pays(anna: Window):
    before = balance(anna)
    begun = top_up(anna)
    give_card(anna, begun)
    shown = code(anna)
    outcomes = at_once(*(lambda: confirm(anna, begun, shown) for _ in range(8)))
    assert sum(isinstance(one, Payment) for one in outcomes) == 1
    assert sum(isinstance(one, PaymentOver) for one in outcomes) == 7
    assert balance(anna) == before + 300_00


def test_a_cancel_and_a_confirmation_at_once_leave_one_end(anna: Window):
    before = balance(anna)
    for _ in range(4):
        begun = top_up(anna, 10_00)
        give_card(anna, begun)
        shown = code(anna)
        outcomes = at_once(
            lambda one=begun, shown=shown: confirm(anna, one, shown),
            lambda one=begun: anna.ask(Payments.cancel, MAIN, one.id),
        )
        assert sum(isinstance(one, PaymentOver) for one in outcomes) == 1
        before += 10_00 * (state(anna, begun) == "done")
    assert balance(anna) == before


@pytest.mark.parametrize("means", ["card", "sbp"])
def test_a_payment_can_be_given_up_in_the_middle(anna: Window, clock: Clock, means: str):
    before = balance(anna)
    begun = top_up(anna, means=means)
    if means == "card":
        give_card(anna, begun)
    assert anna.ask(Payments.cancel, MAIN, begun.id).state == "cancelled"
    for late in (
        lambda: anna.ask(Payments.cancel, MAIN, begun.id),
        lambda: give_card(anna, begun),
        lambda: confirm(anna, begun, "123456"),
    ):
        with pytest.raises(PaymentOver):
            late()
    clock.move(minutes=1)
    let_time_pass(anna)
    assert state(anna, begun) == "cancelled"
    assert balance(anna) == before


@pytest.mark.parametrize("step", ["created", "code_sent"])
def test_time_ends_a_payment(anna: Window, clock: Clock, step: str):
    begun = top_up(anna)
    if step == "code_sent":
        give_card(anna, begun)
    clock.move(minutes=5 if step == "code_sent" else 15)
    over = anna.ask(Payments.payment, MAIN, begun.id)
    assert (over.state, over.expires_at) == ("expired", None)
    assert "Время платежа вышло" in over.reason
    assert anna.ask(Payments.recent, MAIN).items == [over]
    for late in (
        lambda: give_card(anna, begun),
        lambda: confirm(anna, begun, "123456"),
        lambda: anna.ask(Payments.cancel, MAIN, begun.id),
    ):
        with pytest.raises(PaymentOver):
            late()


def test_steps_out_of_order_are_explained(anna: Window):
    begun = top_up(anna)
    with pytest.raises(PaymentRefused, match="Сначала укажите карту"):
        confirm(anna, begun, "123456")
    give_card(anna, begun)
    with pytest.raises(PaymentRefused, match="карта уже не нужна"):
        give_card(anna, begun)
    waiting = top_up(anna, means="sbp")
    with pytest.raises(PaymentRefused, match="в приложении банка"):
        confirm(anna, waiting, "123456")
    with pytest.raises(PaymentRefused, match="карта уже не нужна"):
        give_card(anna, waiting)


# ------------------------------------------------------------------------ amounts, receivers


@pytest.mark.parametrize(
    ("amount", "word"),
    [
        (0, "больше нуля"),
        (-1, "больше нуля"),
        (9_99, "самая маленькая сумма — 10,00 ₽"),
        (15_000_01, "не больше 15 000,00 ₽"),
        (10**9 * 100, "не больше 15 000,00 ₽"),
        (Money(amount_minor=300_00, currency="USD"), "в валюте получателя"),
        (byn(300_00), "российские рубли"),
    ],
)
def test_amounts_out_of_the_limits_are_refused(anna: Window, amount: object, word: str):
    assert word in refusal(anna, PaymentRefused, Payments.top_up, MAIN, order(amount))
    assert anna.ask(Payments.recent, MAIN).items == []


def test_the_limits_themselves_are_taken(anna: Window):
    for amount in (10_00, 15_000_00):
        assert top_up(anna, amount).amount == rub(amount)


def test_a_fraction_of_a_kopeck_has_no_form(anna: Window):
    """0.001 ₽ cannot be written as minor units; a float is refused by the contract."""
    broken = order(Money(amount_minor=0.1, currency="RUB"))
    with pytest.raises(InvalidRequest):
        anna.ask(Payments.top_up, MAIN, broken)
    with pytest.raises(InvalidRequest):
        anna.ask(Payments.top_up, MAIN, order(Money(amount_minor=2**53 + 1, currency="RUB")))


@pytest.mark.parametrize(
    ("to", "word"),
    [
        (OTHER_OPERATOR, "другого оператора"),
        ("+375291234567", "другого оператора"),
        ("+77011234567", "этой страны"),
        ("+12025550123", "этой страны"),
    ],
)
def test_numbers_of_others_cannot_be_topped_up(anna: Window, to: str, word: str):
    assert word in refusal(anna, PaymentRefused, Payments.top_up, MAIN, order(to=to))


def test_the_amount_is_in_the_receivers_currency(anna: Window):
    begun = top_up(anna, byn(10_00), ANNA_BELARUS)
    assert (begun.amount, begun.commission) == (byn(10_00), byn(10))
    give_card(anna, begun)
    before = balance(anna, MINSK)
    assert confirm(anna, begun).operation is None, "it is in another account's history"
    assert balance(anna, MINSK) == before + 10_00
    told = refusal(
        anna, PaymentRefused, Payments.top_up, MAIN, order(byn(10_00), ANNA_BELARUS, "sbp")
    )
    assert "СБП работает только в рублях" in told


def test_another_number_of_the_cabinet_gets_the_money_and_an_sms(anna: Window):
    before = balance(anna), balance(anna, CHILD)
    done = pay(anna, to=MISHA)
    assert (done.state, done.operation, done.title) == ("done", None, "+7 985 370-56-78")
    assert (balance(anna), balance(anna, CHILD)) == (before[0], before[1] + 300_00)
    assert "пополнен на 300,00" in anna.sms(MISHA)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert [one.id for one in anna.ask(Payments.recent, MAIN).items] == [done.id]
    assert anna.ask(Payments.recent, CHILD).items == []


def test_a_city_number_gets_money_but_no_sms(anna: Window):
    assert pay(anna, to=ANNA_CITY).state == "done"
    with anna.store.read() as tx:
        assert list(tx.common.messages(account_id="anna-city", count=1)) == []


def test_a_blocked_number_can_be_topped_up(anna: Window):
    spoil(anna, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
    assert pay(anna).state == "done"
    with anna.store.read() as tx:
        assert tx.accounts.by_id(id=MAIN)["state"] == "blocked"


@pytest.mark.parametrize("means", ["card", "sbp"])
def test_a_strangers_number_looks_as_anybodys(anna: Window, clock: Clock, means: str):
    """Until the money should arrive, a subscriber's number and nobody's are answered alike."""

    def seen(to: str) -> tuple[object, ...]:
        begun = top_up(anna, to=to, means=means)
        if means == "card":
            begun = give_card(anna, begun)
        shown = anna.ask(Payments.payment, MAIN, begun.id)
        return (shown.state, shown.total, shown.means, shown.reason, shown.expires_at), begun

    told, stranger = seen(STRANGER)
    asked = code(anna) if means == "card" else ""
    told_of_somebody, somebody = seen(UNLINKED)
    assert told == told_of_somebody
    if means == "card":
        with pytest.raises(PaymentDeclined, match="не принимает платежи"):
            confirm(anna, stranger, asked)
        confirm(anna, somebody)
    clock.move(seconds=10)
    let_time_pass(anna)
    assert state(anna, somebody) == "done"
    declined = anna.ask(Payments.payment, MAIN, stranger.id)
    assert (declined.state, declined.reason) == ("declined", paying.NOT_ACCEPTED)


def test_nobody_asks_number_by_number(anna: Window, clock: Clock):
    strangers = [f"+7985370999{digit}" for digit in range(1, 5)]
    for to in strangers[:3]:
        begun = top_up(anna, to=to)
        give_card(anna, begun)
        with pytest.raises(PaymentDeclined):
            confirm(anna, begun)
    for to in (strangers[3], UNLINKED):
        told = refusal(anna, PaymentRefused, Payments.top_up, MAIN, order(to=to))
        assert "только на номера из «Моих номеров»" in told
    assert pay(anna, to=MISHA).state == "done"
    clock.move(hours=3)  # The next day in Moscow.
    anna.sign_in()
    assert pay(anna, to=UNLINKED).state == "done"


def test_many_unfinished_payments_to_others_are_refused(anna: Window, clock: Clock):
    begun = [top_up(anna, to=UNLINKED, means="sbp") for _ in range(paying.UNFINISHED_OUTSIDE)]
    told = refusal(anna, PaymentRefused, Payments.top_up, MAIN, order(to=UNLINKED))
    assert "Завершите или отмените" in told
    anna.ask(Payments.cancel, MAIN, begun[0].id)
    assert top_up(anna, to=UNLINKED).state == "created"
    assert top_up(anna).state == "created"
    clock.move(minutes=15)
    let_time_pass(anna)
    assert top_up(anna, to=UNLINKED).state == "created"


# -------------------------------------------------------------------------------- by СБП


def test_sbp_pays_by_itself_and_gives_the_commission_back(anna: Window, clock: Clock):
    before = balance(anna)
    begun = top_up(anna, means="sbp")
    assert (begun.state, begun.means, begun.commission) == ("waiting", "СБП", rub(1_20))
    assert begun.expires_at == clock.now + paying.BANK_WAITS
    assert begun.link.startswith("https://sbp.example/AD")
    assert "sum=30120&cur=RUB&crc=" in begun.link
    assert begun.bill.startswith("ST00012|Name=ДЕМО, НЕ ОПЛАЧИВАТЬ|PersonalAcc=0000")
    assert "|Sum=30120|" in begun.bill
    clock.move(seconds=4.999)
    let_time_pass(anna)
    assert state(anna, begun) == "waiting"
    clock.move(seconds=0.001)
    let_time_pass(anna)
    done = anna.ask(Payments.payment, MAIN, begun.id)
    assert (done.state, done.link, done.bill) == ("done", "", "")
    assert balance(anna) == before + 300_00
    (paid,) = history(anna, count=1)
    assert (paid.id, paid.title) == (done.operation, "Регистрация платежа: СБП")
    clock.move(seconds=8.999)
    let_time_pass(anna)
    assert balance(anna) == before + 300_00
    clock.move(seconds=0.001)
    let_time_pass(anna)
    (back,) = history(anna, count=1)
    assert (back.kind, back.amount) == ("compensation", rub(1_20))
    assert back.title == "Компенсация комиссии за платёж"
    assert (back.at - paid.at).total_seconds() == 9
    clock.move(minutes=15)
    let_time_pass(anna)
    assert anna.ask(Payments.payment, MAIN, begun.id) == done
    assert anna.store.sound() == []


@pytest.mark.parametrize("first", [MAIN, CHILD])
def test_sbp_for_another_number_arrives_whoever_is_looked_after_first(
    anna: Window, clock: Clock, first: str
):
    before = balance(anna, CHILD)
    begun = top_up(anna, to=MISHA, means="sbp")
    clock.move(days=1)  # The program was closed meanwhile.
    with anna.store.write() as tx:
        pass_time(tx, first)
    clock.move(seconds=2)
    let_time_pass(anna)
    clock.move(seconds=9)
    let_time_pass(anna)
    anna.sign_in()
    assert state(anna, begun) == "done"
    told = [(one.kind, one.amount.amount_minor) for one in history(anna, CHILD, 20)]
    assert told.count(("top_up", 300_00)) == 1
    assert told.count(("compensation", 1_20)) == 1
    assert balance(anna, CHILD) > before
    assert anna.store.sound() == []


def test_sbp_can_be_declined_and_left_unanswered(anna: Window, clock: Clock):
    before = balance(anna)
    declined, silent = top_up(anna, 300_44, means="sbp"), top_up(anna, 300_13, means="sbp")
    clock.move(minutes=14)
    let_time_pass(anna)
    over = anna.ask(Payments.payment, MAIN, declined.id)
    assert (over.state, over.reason) == ("declined", bank.SBP_DECLINED)
    assert state(anna, silent) == "waiting"
    clock.move(minutes=1)
    let_time_pass(anna)
    over = anna.ask(Payments.payment, MAIN, silent.id)
    assert (over.state, over.reason) == ("expired", "Банк не ответил вовремя. Деньги не списаны.")
    assert balance(anna) == before


def test_a_cancel_comes_too_late_for_a_bank_that_has_answered(anna: Window, clock: Clock):
    before = balance(anna)
    begun = top_up(anna, means="sbp")
    clock.move(seconds=6)  # Nobody has looked yet.
    with pytest.raises(PaymentOver):
        anna.ask(Payments.cancel, MAIN, begun.id)
    assert state(anna, begun) == "done"
    assert balance(anna) == before + 300_00


def test_sbp_needs_no_card(anna: Window):
    done = pay(anna)
    assert done.state == "done"
    told = refusal(anna, PaymentRefused, Payments.top_up, MAIN, order(means="sbp", card="any"))
    assert "карта не нужна" in told


def test_the_key_of_an_account_is_the_standards():
    """The sample of ГОСТ Р 56042-2014, and the demo's own account, which no bank has."""
    assert bank.key_fits("044525225", "40702810138250123017")
    wrong = [f"4070281013825012301{digit}" for digit in "012345689"]
    assert not any(bank.key_fits("044525225", account) for account in wrong)
    assert bank.key_fits(bank.BIC, bank.ACCOUNT), "a sum of zeros; the BIC is nobody's"


def test_a_bill_has_the_standards_form():
    told = bank.bill(30120, "Связь|ДЕМО", "79853701234")
    head, *fields = told.split("|")
    assert head == "ST00012"
    names = [field.partition("=")[0] for field in fields]
    assert names[:5] == ["Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc"]
    assert len("|".join(fields[:5]).encode()) <= 300
    assert "Purpose=Связь/ДЕМО" in fields


def test_luhn():
    assert cards.luhn("79927398713")
    assert not any(cards.luhn(f"7992739871{digit}") for digit in "012456789")


# --------------------------------------------------------------------------------- the list


def test_payments_come_page_by_page_the_newest_first(anna: Window, clock: Clock):
    made = []
    for _ in range(5):
        made.append(top_up(anna, 10_00).id)
        clock.move(seconds=1)
    first = anna.ask(Payments.recent, MAIN, limit=2)
    second = anna.ask(Payments.recent, MAIN, limit=2, cursor=first.next_cursor)
    last = anna.ask(Payments.recent, MAIN, limit=2, cursor=second.next_cursor)
    seen = [one.id for page in (first, second, last) for one in page.items]
    assert seen == made[::-1]
    assert last.next_cursor is None


# ------------------------------------------------------------------------------ kept cards


def kept(window: Window) -> str:
    begun = top_up(window, 10_00)
    give_card(window, begun, card(keep=True))
    confirm(window, begun)
    return window.ask(Payments.cards, MAIN).items[0].id


def test_a_kept_card_needs_only_the_code(anna: Window):
    card_id = kept(anna)
    (shown,) = anna.ask(Payments.cards, MAIN).items
    assert (shown.label, shown.expires) == ("МИР •••• 0004", "12/29")
    begun = top_up(anna, card=card_id)
    assert (begun.state, begun.means) == ("code_sent", "МИР •••• 0004")
    assert confirm(anna, begun).state == "done"
    assert kept(anna) == card_id, "the same card is kept once"
    assert len(anna.ask(Payments.cards, MAIN).items) == 1


def test_ten_cards_are_kept_and_no_more(anna: Window):
    for year in range(2027, 2027 + payments.CARDS_KEPT):
        begun = top_up(anna, 10_00)
        give_card(anna, begun, card(year=year, keep=True))
        confirm(anna, begun)
    begun = top_up(anna, 10_00)
    told = refusal(
        anna, PaymentRefused, Payments.give_card, MAIN, begun.id, card(year=2050, keep=True)
    )
    assert "не больше 10 карт" in told
    assert give_card(anna, begun, card(year=2027, keep=True)).state == "code_sent"
    confirm(anna, begun)
    assert len(anna.ask(Payments.cards, MAIN).items) == 10


def test_a_kept_card_grows_old(anna: Window, clock: Clock):
    card_id = kept(anna)
    clock.now = datetime(2030, 1, 1, tzinfo=UTC)
    anna.sign_in()
    told = refusal(anna, PaymentRefused, Payments.top_up, MAIN, order(card=card_id))
    assert "истёк" in told


def test_a_card_is_forgotten_unless_autopay_needs_it(anna: Window):
    card_id = kept(anna)
    rule = "INSERT INTO autopay_rules (account_id, id, kind, state, amount, card_id, created_at)"
    spoil(anna, f"{rule} VALUES (?, 'r', 'threshold', 'paused', 5000, ?, 0)", MAIN, card_id)
    told = refusal(anna, PaymentRefused, Payments.forget_card, MAIN, card_id)
    assert "платит автоплатёж" in told
    spoil(anna, "DELETE FROM autopay_rules")
    anna.ask(Payments.forget_card, MAIN, card_id)
    assert anna.ask(Payments.cards, MAIN).items == []
    for asked in (
        (Payments.forget_card, MAIN, card_id),
        (Payments.top_up, MAIN, order(card=card_id)),
    ):
        with pytest.raises(NotFound):
            anna.ask(*asked)


# ------------------------------------------------------------------------------- never kept


def test_a_card_is_nowhere(
    anna: Window, stores: object, caplog: pytest.LogCaptureFixture, clock: Clock
):
    """Every flow with a card, and then everything that was written, anywhere, as text."""
    caplog.set_level(logging.DEBUG)
    canaries = [CVV, *(one.number for one in bank.TEST_CARDS), "4242424242424242"]
    for one in bank.TEST_CARDS:
        begun = top_up(anna, 10_00)
        with contextlib.suppress(PaymentDeclined):
            give_card(anna, begun, card(one.number, keep=True))
            confirm(anna, begun)
    for wrong in (card("4242 4242 4242 4242"), card(cvv="91"), card("2200 0000 0000 0005")):
        begun = top_up(anna, 10_00)
        refusal(anna, PaymentRefused, Payments.give_card, MAIN, begun.id, wrong)
        anna.ask(Payments.cancel, MAIN, begun.id)
    clock.move(minutes=1)
    let_time_pass(anna)
    with anna.store.read() as tx:
        listing = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if not hasattr(anna.store, "path"):
            listing = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        tables = [row["name"] for row in rows(tx, listing)]
        told = {
            table: repr([tuple(row.values()) for row in rows(tx, f"SELECT * FROM {table}")])  # noqa: S608
            for table in tables
            if table not in {"operations", "tariffs", "options", "buckets"}
        }
        paid = rows(tx, "SELECT * FROM operations WHERE kind = 'top_up'")
        assert number(tx, "SELECT COUNT(*) FROM idempotency") > 20
    told["operations"] = repr([(row["title"], row["peer"], row["contra"]) for row in paid])
    told["log"] = caplog.text
    if hasattr(anna.store, "path"):
        files = anna.store.path.parent.glob(f"{anna.store.path.name}*")
        told["files"] = "\n".join(path.read_bytes().decode("latin-1") for path in files)
    hashes = [hashlib.sha256(canary.encode()).hexdigest() for canary in canaries]
    for place, text in told.items():
        assert not any(one in text for one in hashes), place
        for canary in canaries[1:]:
            assert canary not in text, place
            assert canary[:8] not in text, place
            assert f"{canary[:4]} {canary[4:8]}" not in text, place
        quoted = (f'"{CVV}"', f"'{CVV}'", f" {CVV} ", f":{CVV},", f": {CVV},")
        assert not any(one in text for one in quoted), place
