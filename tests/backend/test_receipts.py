"""Receipts: of which operations, what they say, and that nobody can take them for real."""

import pytest

from mts_tui.backend.contract.errors import MailRefused, NotFound
from mts_tui.backend.contract.payments import Payments
from mts_tui.backend.contract.receipts import MailOrder, Receipt, Receipts
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.services import letters, receipts

from .desk import MISHA, Clock, Window, rows
from .paydesk import (
    CHILD,
    MAIN,
    UNLINKED_ACCOUNT,
    balance,
    buy,
    confirm,
    history,
    let_time_pass,
    order,
    pay,
    rub,
    send,
    set_balance,
    spoil,
)

ANNA_AT_HOME = MailOrder(to="anna@example.com")


def receipt(window: Window, operation: str | None, account: str = MAIN) -> Receipt:
    return window.ask(Receipts.receipt, account, operation)


def lines(shown: Receipt) -> list[tuple[str, int]]:
    return [
        (line.title.replace("\N{NO-BREAK SPACE}", " "), line.amount.amount_minor)
        for line in shown.lines
    ]


def test_a_receipt_of_a_top_up_by_card(anna: Window, clock: Clock):
    done = pay(anna)
    shown = receipt(anna, done.operation)
    assert (shown.id, shown.number) == (done.operation, done.operation)
    assert shown.mark == "НЕФИСКАЛЬНЫЙ, ДЕМО"
    assert (shown.at, shown.zone, shown.phone) == (clock.now, "Europe/Moscow", "+79853701234")
    assert lines(shown) == [
        ("Услуги связи. Регистрация платежа: Банковская карта", 300_00),
        ("Комиссия", 3_00),
    ]
    assert (shown.total, shown.means) == (rub(303_00), "МИР •••• 0004")
    assert shown.qr == (
        f"t=20261122T2134&s=303.00&fn=0000000000000000&i={done.operation}&fp=0000000000&n=1"
    )


def test_nobody_takes_a_receipt_for_a_real_one(anna: Window):
    shown = receipt(anna, pay(anna).operation)
    assert "РН ККТ: 0000000000000000" in shown.fiscal
    assert "№ ФН: 0000000000000000" in shown.fiscal
    assert "ФПД: 0000000000" in shown.fiscal
    assert shown.taxpayer == "0" * 10
    assert "вымышленный" in shown.seller
    told = " ".join(shown.fiscal)
    for field in ("Признак расчёта", "Система налогообложения", "НДС", "Форма расчёта", "ФНС"):
        assert field in told


def test_receipts_of_sbp_and_of_what_it_gives_back(anna: Window, clock: Clock):
    anna.ask(Payments.top_up, MAIN, order(means="sbp"))
    for _ in range(2):
        clock.move(seconds=10)
        let_time_pass(anna)
    back, paid = history(anna, count=2)
    shown = receipt(anna, paid.id)
    assert lines(shown)[1] == ("Комиссия", 1_20)
    assert (shown.means, shown.total) == ("СБП", rub(301_20))
    shown = receipt(anna, back.id)
    assert lines(shown) == [("Компенсация комиссии за платёж", 1_20)]
    assert shown.means == "За счёт оператора"


def test_a_transfer_has_one_receipt_with_its_fee(anna: Window):
    set_balance(anna, 1_000_00)
    done = confirm(anna, send(anna, MISHA, 100_00))
    fee, paid = history(anna, count=2)
    shown = receipt(anna, paid.id)
    assert lines(shown) == [("Перевод абоненту, +7 985 370-56-78", 100_00), ("Комиссия", 7_00)]
    assert (shown.total, shown.means, shown.id) == (rub(107_00), "Счёт телефона", done.operation)
    assert receipt(anna, fee.id) == shown, "the fee has no receipt of its own"
    (got,) = history(anna, CHILD, 1)
    assert lines(receipt(anna, got.id, CHILD)) == [
        ("Перевод от абонента, +7 985 370-12-34", 100_00)
    ]


def test_a_purchase_has_a_receipt(anna: Window):
    set_balance(anna, 1_000_00)
    done = confirm(anna, buy(anna, 200_00, "rodnik", "70605040"))
    shown = receipt(anna, done.operation)
    assert lines(shown) == [("Водоканал «Родник-7», 70605040", 200_00), ("Комиссия", 2_00)]
    assert shown.qr.startswith("t=20261122T2134&s=202.00&")


def test_what_somebody_else_paid_has_a_receipt_without_the_commission(anna: Window):
    pay(anna, to=MISHA)
    (got,) = history(anna, CHILD, 1)
    shown = receipt(anna, got.id, CHILD)
    assert (shown.total, shown.means) == (rub(300_00), "Банковская карта")


def test_each_operation_of_a_kind_with_receipts_has_one(anna: Window):
    with anna.store.read() as tx:
        found = rows(
            tx,
            "SELECT kind, MAX(seq) AS seq FROM operations WHERE account_id = ? GROUP BY kind",
            MAIN,
        )
    kinds = {row["kind"]: str(row["seq"]) for row in found}
    assert {"top_up", "compensation"} <= kinds.keys()
    for kind, operation in kinds.items():
        if kind in receipts.KINDS:
            assert receipt(anna, operation).total.amount_minor > 0
        else:
            with pytest.raises(NotFound):
                receipt(anna, operation)


@pytest.mark.parametrize("operation", ["0", "-1", "999999999", "abc", "1e3", "٣", "9" * 30, " 1"])
def test_what_is_not_there_has_no_receipt(anna: Window, operation: str):
    with pytest.raises(NotFound):
        receipt(anna, operation)


def test_other_peoples_receipts_are_not_found(anna: Window):
    done = pay(anna)
    for account in (UNLINKED_ACCOUNT, "nobody"):
        with pytest.raises(NotFound):
            receipt(anna, done.operation, account)
        with pytest.raises(NotFound):
            anna.ask(Receipts.send, account, done.operation, ANNA_AT_HOME)
        with pytest.raises(NotFound):
            anna.ask(Receipts.mail, account, "any")


# ------------------------------------------------------------------------------- by e-mail


@pytest.fixture
def posting(anna: Window) -> Window:
    """Anna, where mail is set up."""
    anna.dispatcher = Dispatcher(anna.store, mails=True)
    return anna


def test_without_mail_nothing_is_sent(anna: Window):
    done = pay(anna)
    with pytest.raises(MailRefused, match="Почта здесь не настроена"):
        anna.ask(Receipts.send, MAIN, done.operation, ANNA_AT_HOME)


def test_a_letter_waits_to_be_sent(posting: Window):
    done = pay(posting)
    mail = posting.ask(Receipts.send, MAIN, done.operation, ANNA_AT_HOME)
    assert (mail.to, mail.state, mail.reason) == ("anna@example.com", "queued", "")
    assert posting.ask(Receipts.mail, MAIN, mail.id) == mail
    with pytest.raises(NotFound):
        posting.ask(Receipts.mail, CHILD, mail.id)


def test_only_receipts_are_sent(posting: Window):
    with posting.store.read() as tx:
        (call,) = rows(
            tx,
            "SELECT MAX(seq) AS seq FROM operations WHERE account_id = ? AND kind = 'call'",
            MAIN,
        )
    with pytest.raises(NotFound):
        posting.ask(Receipts.send, MAIN, str(call["seq"]), ANNA_AT_HOME)


def test_twenty_letters_a_day_at_most(posting: Window, clock: Clock):
    done = pay(posting)
    for _ in range(letters.IN_A_DAY):
        posting.ask(Receipts.send, MAIN, done.operation, ANNA_AT_HOME)
    with pytest.raises(MailRefused, match="уже 20 писем"):
        posting.ask(Receipts.send, MAIN, done.operation, ANNA_AT_HOME)
    clock.move(days=1, seconds=1)
    posting.sign_in()
    assert posting.ask(Receipts.send, MAIN, done.operation, ANNA_AT_HOME).state == "queued"


def test_a_receipt_does_not_change_by_looking(anna: Window):
    spoil(anna, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
    done = pay(anna)
    before = balance(anna)
    assert receipt(anna, done.operation) == receipt(anna, done.operation)
    assert balance(anna) == before
