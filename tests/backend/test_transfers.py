"""Transfers and purchases: limits of days and months, the floor, the budget, and both ledgers."""

import re
from datetime import UTC, datetime

import pytest

from mts_tui.backend.contract.demo import Demo, Dial, Reply
from mts_tui.backend.contract.errors import (
    BudgetReached,
    CabinetError,
    InvalidRequest,
    NotEnoughMoney,
    NotFound,
    PaymentDeclined,
    PaymentOver,
    PaymentRefused,
    UndoRefused,
    WrongCode,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import Payment, PaymentCode, Payments
from mts_tui.backend.contract.preview import Preview
from mts_tui.backend.contract.transfers import (
    PurchaseOrder,
    SavedOrder,
    SavedPayment,
    TransferOrder,
    Transfers,
)
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.catalogue import providers
from mts_tui.backend.services import paying, transfer_rules, transfers
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import new_key

from .desk import (
    ANNA,
    ANNA_BELARUS,
    ANNA_CITY,
    ANNA_SECOND,
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
    MAIN,
    MINSK,
    UNLINKED_ACCOUNT,
    balance,
    buy,
    code,
    confirm,
    give,
    history,
    let_time_pass,
    order,
    refusal,
    rub,
    send,
    set_balance,
    spoil,
    state,
)

OTHER_OPERATOR = "+79260000000"


@pytest.fixture
def rich(anna: Window) -> Window:
    """Anna with 100 000 ₽ on her main number."""
    set_balance(anna, 100_000_00)
    return anna


def transfer(window: Window, to: str, amount: int) -> Payment:
    """A transfer from its order to its end."""
    return confirm(window, send(window, to, amount))


def terms(window: Window, to: str) -> tuple[int, int]:
    """The least and the most that can be sent to a number now."""
    told = window.ask(Transfers.terms, MAIN, to)
    return told.least.amount_minor, told.most.amount_minor


def wanted(to: str, amount: int | Money) -> TransferOrder:
    return TransferOrder(to=to, amount=rub(amount) if isinstance(amount, int) else amount)


def no(window: Window, to: str, amount: int | Money = 100_00) -> str:
    return refusal(window, PaymentRefused, Transfers.transfer, MAIN, wanted(to, amount))


# -------------------------------------------------------------------------- to own network


def test_a_transfer_moves_money_between_two_accounts(rich: Window):
    child = balance(rich, CHILD)
    begun = send(rich, MISHA, 100_00)
    assert (begun.state, begun.kind, begun.to) == ("code_sent", "transfer", MISHA)
    assert (begun.commission, begun.total, begun.means) == (rub(7_00), rub(107_00), "Счёт телефона")
    assert (begun.title, begun.link, begun.bill) == ("+7 985 370-56-78", "", "")
    assert balance(rich) == 100_000_00
    text = rich.sms(ANNA)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "код для платежа 107,00 ₽: +7 985 370-56-78" in text
    done = confirm(rich, begun)
    assert done.state == "done"
    assert balance(rich) == 100_000_00 - 107_00
    assert balance(rich, CHILD) == child + 100_00
    fee, paid = history(rich, count=2)
    assert done.operation == paid.id
    assert (paid.kind, paid.title, paid.direction) == ("transfer", "Перевод абоненту", "out")
    assert (paid.amount, paid.peer) == (rub(-100_00), MISHA)
    assert (fee.kind, fee.title, fee.amount) == ("transfer", "Комиссия за перевод", rub(-7_00))
    (got,) = history(rich, CHILD, 1)
    assert (got.title, got.direction, got.amount) == ("Перевод от абонента", "in", rub(100_00))
    assert got.peer == ANNA
    with rich.store.read() as tx:
        contras = rows(
            tx,
            "SELECT account_id, contra FROM operations WHERE kind = 'transfer' AND amount <> 0"
            " ORDER BY account_id, seq",
        )
    assert [(row["account_id"], row["contra"]) for row in contras] == [
        (MAIN, f"account:{CHILD}"),
        (MAIN, "revenue:commission"),
        (CHILD, f"account:{MAIN}"),
    ]
    plain = [
        text.replace("\N{NO-BREAK SPACE}", " ") for text in (rich.sms(ANNA)[0], rich.sms(MISHA)[0])
    ]
    assert "Переведено 100,00 ₽, комиссия 7,00 ₽: +7 985 370-56-78" in plain[0]
    assert "Вам перевели 100,00 ₽ с номера +7 985 370-12-34" in plain[1]
    assert rich.store.sound() == []


def test_terms_tell_what_is_left_today(rich: Window, clock: Clock):
    told = rich.ask(Transfers.terms, MAIN, MISHA)
    assert (told.own_network, told.fee, told.fee_permille) == (True, rub(7_00), 0)
    assert (told.least, told.most, told.remain) == (rub(1_00), rub(300_00), rub(90_00))
    for _ in range(4):
        transfer(rich, MISHA, 300_00)
    assert terms(rich, MISHA) == (1_00, 300_00)
    transfer(rich, MISHA, 250_00)
    assert terms(rich, MISHA) == (1_00, 50_00)
    assert "не больше 50,00 ₽" in no(rich, MISHA, 50_01)
    transfer(rich, MISHA, 50_00)
    assert terms(rich, MISHA) == (1_00, 0)
    assert "новый день" in no(rich, MISHA, 1_00)
    clock.now = datetime(2026, 11, 22, 20, 59, 59, tzinfo=UTC)
    rich.sign_in()
    assert terms(rich, MISHA) == (1_00, 0)
    clock.move(seconds=1)  # Midnight in Moscow.
    assert terms(rich, MISHA) == (1_00, 300_00)


def test_terms_are_the_same_for_a_subscriber_and_for_nobody(anna: Window):
    assert anna.ask(Transfers.terms, MAIN, UNLINKED) == anna.ask(Transfers.terms, MAIN, STRANGER)


@pytest.mark.parametrize(
    ("amount", "word"),
    [
        (0, "больше нуля"),
        (-1, "больше нуля"),
        (99, "самая маленькая сумма — 1,00 ₽"),
        (300_01, "не больше 300,00 ₽"),
        (10**9 * 100, "не больше 300,00 ₽"),
        (15_000_01, "не больше 300,00 ₽"),
        (Money(amount_minor=100_00, currency="BYN"), "в валюте получателя"),
    ],
)
def test_amounts_out_of_the_limits_are_refused(rich: Window, amount: int | Money, word: str):
    assert word in no(rich, MISHA, amount)
    assert rich.ask(Payments.recent, MAIN).items == []


def test_a_fraction_of_a_kopeck_has_no_form(rich: Window):
    with pytest.raises(InvalidRequest):
        rich.ask(Transfers.transfer, MAIN, wanted(MISHA, Money(amount_minor=0.1, currency="RUB")))


@pytest.mark.parametrize(
    ("to", "word"),
    [
        (ANNA, "номер того же счёта"),
        (ANNA_SECOND, "внутри одного региона"),
        (ANNA_BELARUS, "только на мобильные номера России"),
        (ANNA_CITY, "только на мобильные номера России"),
        ("+12025550123", "только на мобильные номера России"),
        ("+77011234567", "только на мобильные номера России"),
    ],
)
def test_who_cannot_be_sent_money(rich: Window, to: str, word: str):
    assert word in no(rich, to)
    assert word in refusal(rich, PaymentRefused, Transfers.terms, MAIN, to)


def test_ninety_roubles_must_remain(anna: Window):
    set_balance(anna, 197_00)
    assert send(anna, MISHA, 100_00).state == "code_sent"
    set_balance(anna, 196_99)
    told = no(anna, MISHA, 100_00)
    assert "остаться не меньше 90,00 ₽" in told
    assert "не больше 99,99 ₽" in told
    set_balance(anna, 97_50)
    assert "Пополните счёт" in no(anna, MISHA, 1_00)
    set_balance(anna, 106_99)
    with pytest.raises(NotEnoughMoney):
        send(anna, MISHA, 100_00)


def test_borrowed_money_is_not_sent(anna: Window):
    """Trust is for communication: what it lets one spend does not leave for elsewhere."""
    set_balance(anna, 50_00)
    spoil(anna, "UPDATE accounts SET floor = -30000, base_floor = -30000 WHERE id = ?", MAIN)
    for asked in (lambda: send(anna, OTHER_OPERATOR, 100_00), lambda: buy(anna, 100_00)):
        with pytest.raises(NotEnoughMoney):
            asked()


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("UPDATE accounts SET state = 'blocked' WHERE id = ?", "заблокирован"),
        ("UPDATE accounts SET suspended = 1 WHERE id = ?", "Тариф ждёт оплаты"),
    ],
)
def test_who_cannot_send_money(rich: Window, sql: str, word: str):
    begun = send(rich, MISHA, 100_00), buy(rich, 100_00)
    spoil(rich, sql, MAIN)
    for asked in (
        (Transfers.terms, MAIN, MISHA),
        (Transfers.transfer, MAIN, wanted(MISHA, 100_00)),
        (
            Transfers.purchase,
            MAIN,
            PurchaseOrder(provider="ryadom", number="4017", amount=rub(10_00)),
        ),
    ):
        assert word in refusal(rich, PaymentRefused, *asked)
    if "blocked" in sql:  # A suspended account with money pays its fee first, and then it may.
        for one in begun:
            proof = PaymentCode(code=code_of(rich, one))
            assert word in refusal(rich, PaymentRefused, Payments.confirm, MAIN, one.id, proof)
            assert state(rich, one) == "declined"


def test_only_accounts_in_roubles_send_money(anna: Window):
    told = refusal(anna, PaymentRefused, Transfers.transfer, MINSK, wanted(MISHA, 100_00))
    assert "только у счетов в российских рублях" in told


def received(window: Window, account: str, amount: int) -> None:
    """Somebody has sent money to an account today already."""
    with window.store.write() as tx:
        entry = Entry(
            at=tx.now_ms,
            kind="transfer",
            title="",
            amount=amount,
            contra="test",
            direction="in",
            rule="transfer.own",
        )
        post(tx, account, [entry])


def test_the_receivers_day_has_a_limit_too(rich: Window, clock: Clock):
    received(rich, CHILD, 2_800_00)
    assert transfer(rich, MISHA, 200_00).state == "done"
    begun = send(rich, MISHA, 1_00)  # Nothing is said of the receiver before the code.
    with pytest.raises(PaymentDeclined, match="за день может получить"):
        confirm(rich, begun)
    assert state(rich, begun) == "declined"
    clock.move(hours=3)
    rich.sign_in()
    assert transfer(rich, MISHA, 1_00).state == "done"


def test_the_days_sums_are_exact_to_the_kopeck(rich: Window):
    """1 500 ₽ a day for who sends, 3 000 ₽ for who receives (facts 1.5)."""
    for amount in (300_00, 300_00, 300_00, 300_00, 299_99):
        transfer(rich, MISHA, amount)
    assert terms(rich, MISHA) == (1_00, 1), "a kopeck is left, and the least is a rouble"
    assert "новый день" in no(rich, MISHA, 1_00)


@pytest.mark.parametrize(("before", "end"), [(2_800_00, "done"), (2_800_01, "declined")])
def test_the_receivers_day_is_exact_to_the_kopeck(rich: Window, before: int, end: str):
    received(rich, CHILD, before)
    begun = send(rich, MISHA, 200_00)
    if end == "declined":
        with pytest.raises(PaymentDeclined, match="за день может получить"):
            confirm(rich, begun)
    else:
        confirm(rich, begun)
    assert state(rich, begun) == end


def test_nobody_gets_nothing_and_nothing_is_taken(rich: Window):
    begun = send(rich, STRANGER, 100_00)
    with pytest.raises(PaymentDeclined, match="не принимает платежи"):
        confirm(rich, begun)
    assert balance(rich) == 100_000_00
    assert rich.ask(Payments.payment, MAIN, begun.id).reason == paying.NOT_ACCEPTED
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            confirm(rich, send(rich, STRANGER, 100_00))
    assert "до завтра" in no(rich, UNLINKED)
    assert transfer(rich, MISHA, 100_00).state == "done"


def test_a_stranger_who_is_a_subscriber_gets_it(rich: Window):
    before = balance(rich, UNLINKED_ACCOUNT)
    assert transfer(rich, UNLINKED, 100_00).state == "done"
    assert balance(rich, UNLINKED_ACCOUNT) == before + 100_00


# ---------------------------------------------------------------------- to other operators


def test_a_transfer_to_another_operator(rich: Window):
    told = rich.ask(Transfers.terms, MAIN, OTHER_OPERATOR)
    assert (told.own_network, told.fee_permille, told.fee, told.remain) == (
        False,
        104,
        rub(0),
        rub(0),
    )
    assert terms(rich, OTHER_OPERATOR) == (10_00, 14_999_00)
    done = transfer(rich, OTHER_OPERATOR, 100_05)
    assert done.commission == rub(10_41)  # 10,4052 ₽, half up to the kopeck.
    assert balance(rich) == 100_000_00 - 100_05 - 10_41
    fee, paid = history(rich, count=2)
    assert (paid.title, fee.amount) == ("Перевод на номер другого оператора", rub(-10_41))


@pytest.mark.parametrize(("amount", "word"), [(9_99, "10,00 ₽"), (14_999_01, "14 999,00 ₽")])
def test_limits_of_one_transfer_to_another_operator(rich: Window, amount: int, word: str):
    assert word in no(rich, OTHER_OPERATOR, amount)


def test_five_times_a_day_to_other_operators(rich: Window, clock: Clock):
    for _ in range(5):
        transfer(rich, OTHER_OPERATOR, 10_00)
    assert terms(rich, OTHER_OPERATOR) == (10_00, 0)
    assert "новый день" in no(rich, OTHER_OPERATOR, 10_00)
    clock.move(hours=3)
    rich.sign_in()
    assert terms(rich, OTHER_OPERATOR) == (10_00, 14_999_00)


def test_the_days_and_months_sums_to_other_operators(rich: Window, clock: Clock):
    for amount in (14_999_00, 14_999_00):
        transfer(rich, OTHER_OPERATOR, amount)
    assert terms(rich, OTHER_OPERATOR) == (10_00, 2_00)
    clock.now = datetime(2026, 11, 30, 20, 59, tzinfo=UTC)  # The last minute of November.
    rich.sign_in()
    assert terms(rich, OTHER_OPERATOR) == (10_00, 10_002_00)
    transfer(rich, OTHER_OPERATOR, 10_000_00)
    assert terms(rich, OTHER_OPERATOR) == (10_00, 2_00)
    clock.move(minutes=1)  # December in Moscow.
    assert terms(rich, OTHER_OPERATOR) == (10_00, 14_999_00)


def test_what_began_before_midnight_counts_for_the_day_it_ends_in(rich: Window, clock: Clock):
    clock.now = datetime(2026, 11, 22, 20, 58, tzinfo=UTC)
    rich.sign_in()
    begun = send(rich, MISHA, 300_00)
    clock.move(minutes=4)
    assert confirm(rich, begun).state == "done"
    assert rich.ask(Transfers.terms, MAIN, MISHA).most == rub(300_00)
    for _ in range(3):
        transfer(rich, MISHA, 300_00)
    transfer(rich, MISHA, 200_00)
    assert terms(rich, MISHA) == (1_00, 100_00)


# ------------------------------------------------------------------------------- the code


def code_of(window: Window, payment: Payment) -> str:
    """The code of one payment among others: the newest text that names its sum."""
    total = payment.total.amount_minor
    amount = f"{total // 100},{total % 100:02}"
    for text in window.sms(ANNA):
        if amount in text and (found := re.match(r"(\d{6}) — код для платежа", text)):
            return found[1]
    raise AssertionError("no code of this payment came")


def test_what_is_forbidden_meanwhile_ends_a_payment(rich: Window):
    begun = send(rich, MISHA, 100_00), buy(rich, 150_00)
    set_balance(rich, 100_00)
    for one in begun:
        proof, key = PaymentCode(code=code_of(rich, one)), new_key()
        with pytest.raises(NotEnoughMoney):
            rich.ask(Payments.confirm, MAIN, one.id, proof, key=key)
        with pytest.raises(NotEnoughMoney):
            rich.ask(Payments.confirm, MAIN, one.id, proof, key=key)
        with pytest.raises(PaymentOver):
            rich.ask(Payments.confirm, MAIN, one.id, proof)
        over = rich.ask(Payments.payment, MAIN, one.id)
        assert (over.state, over.reason) == ("declined", str(NotEnoughMoney()))
    assert balance(rich) == 100_00


def test_a_hard_budget_stops_transfers_and_purchases(rich: Window):
    begun = send(rich, MISHA, 100_00), buy(rich, 150_00)
    spoil(rich, "UPDATE accounts SET budget = 1, budget_hard = 1 WHERE id = ?", MAIN)
    for asked in (lambda: send(rich, MISHA, 1_00), lambda: buy(rich, 1_00)):
        with pytest.raises(BudgetReached):
            asked()
    for one in begun:
        with pytest.raises(BudgetReached):
            confirm(rich, one, code_of(rich, one))
        assert state(rich, one) == "declined"
    assert balance(rich) == 100_000_00


def test_wrong_codes_end_a_transfer(rich: Window):
    begun = send(rich, MISHA, 100_00)
    right = code(rich)
    for _ in range(2):
        with pytest.raises(WrongCode):
            confirm(rich, begun, other_than(right))
    with pytest.raises(PaymentDeclined, match="трижды"):
        confirm(rich, begun, other_than(right))
    assert balance(rich) == 100_000_00


def test_a_code_lives_five_minutes(rich: Window, clock: Clock):
    begun = send(rich, MISHA, 100_00)
    clock.move(minutes=5)
    with pytest.raises(PaymentOver):
        confirm(rich, begun)
    assert state(rich, begun) == "expired"


def test_a_transfer_is_confirmed_once(rich: Window):
    begun, key = send(rich, MISHA, 100_00), new_key()
    shown = code(rich)
    done = confirm(rich, begun, shown, key)
    assert confirm(rich, begun, shown, key) == done
    outcomes = at_once(*(lambda: confirm(rich, begun, shown) for _ in range(4)))
    assert all(isinstance(one, PaymentOver) for one in outcomes)
    assert balance(rich) == 100_000_00 - 107_00


def test_a_transfer_can_be_given_up(rich: Window):
    begun = send(rich, MISHA, 100_00)
    assert rich.ask(Payments.cancel, MAIN, begun.id).state == "cancelled"
    with pytest.raises(PaymentOver):
        confirm(rich, begun)


def test_the_code_comes_to_the_phone_that_signed_in(anna: Window):
    set_balance(anna, 500_00, "anna-city")
    before = anna.sms(ANNA)
    order = PurchaseOrder(provider="ryadom", number="4017", amount=rub(100_00))
    begun = anna.ask(Transfers.purchase, "anna-city", order)
    assert len(anna.sms(ANNA)) == len(before) + 1
    done = anna.ask(Payments.confirm, "anna-city", begun.id, PaymentCode(code=code(anna)))
    assert done.state == "done"


# ---------------------------------------------------------------------------- many at once


def test_thirty_two_spenders_never_cross_the_floor(anna: Window):
    """Money for ten of them; codes of all were shown at the same moment."""
    set_balance(anna, 10_000_00)
    orders = []
    for place in range(32):
        # Each sum is another one: it tells whose code an SMS has.
        one = send(anna, MISHA, 30_00 + place) if place % 2 else buy(anna, 120_00 + place)
        orders.append((one, code_of(anna, one)))
    set_balance(anna, 700_00)
    child = balance(anna, CHILD)
    outcomes = at_once(
        *(lambda one=one, shown=shown: confirm(anna, one, shown) for one, shown in orders)
    )
    done = [one for one in outcomes if isinstance(one, Payment)]
    refused = [one for one in outcomes if isinstance(one, CabinetError)]
    assert len(done) + len(refused) == 32, outcomes
    assert all(isinstance(one, (NotEnoughMoney, PaymentRefused)) for one in refused)
    spent = sum(one.total.amount_minor for one in done)
    assert balance(anna) == 700_00 - spent >= 0
    assert done
    assert refused
    sent = sum(one.amount.amount_minor for one in done if one.kind == "transfer")
    assert balance(anna, CHILD) == child + sent
    assert {state(anna, one) for one, _ in orders} == {"done", "declined"}
    assert anna.store.sound() == []


def test_thirty_two_transfers_never_cross_the_limit_of_a_day(rich: Window):
    orders = []
    for place in range(32):
        one = send(rich, MISHA, 200_00 + place)
        orders.append((one, code_of(rich, one)))
    outcomes = at_once(
        *(lambda one=one, shown=shown: confirm(rich, one, shown) for one, shown in orders)
    )
    done = [one for one in outcomes if isinstance(one, Payment)]
    assert sum(one.amount.amount_minor for one in done) <= transfer_rules.OWN_SENT_IN_A_DAY
    assert len(done) == 7
    assert all(isinstance(one, PaymentRefused) for one in outcomes if one not in done)
    assert rich.store.sound() == []


def test_two_who_send_to_each_other_do_not_wait_for_ever(rich: Window, open_window: object):
    misha = open_window()
    misha.sign_in(MISHA)
    give(rich.store, 5_000_00, CHILD)
    mine, his = [], []
    for place in range(3):
        mine.append(send(rich, MISHA, 100_00 + place))
        order = wanted(ANNA, 50_00 + place)
        his.append(misha.ask(Transfers.transfer, CHILD, order))
    codes = [code_of(rich, one) for one in mine]
    shown = []
    for one in his:
        amount = f"{one.total.amount_minor // 100},{one.total.amount_minor % 100:02}"
        shown.append(next(text[:6] for text in misha.sms(MISHA) if amount in text))
    outcomes = at_once(
        *(
            lambda one=one, two=two: confirm(rich, one, two)
            for one, two in zip(mine, codes, strict=True)
        ),
        *(
            lambda one=one, two=two: misha.ask(
                Payments.confirm, CHILD, one.id, PaymentCode(code=two)
            )
            for one, two in zip(his, shown, strict=True)
        ),
    )
    assert [one.state for one in outcomes] == ["done"] * 6
    assert rich.store.sound() == []


# ---------------------------------------------------------------------------------- preview


def preview(window: Window, operation: object, *args: object) -> Preview[Payment]:
    endpoint = operation.endpoint.preview
    return window.dispatcher.answer(
        endpoint, endpoint.bind(args, {}), token=window.token, key=new_key()
    )


def test_a_preview_shows_what_confirming_would_change(rich: Window):
    told = preview(rich, Transfers.transfer, MAIN, wanted(MISHA, 100_00))
    assert (told.answer.state, told.answer.commission) == ("code_sent", rub(7_00))
    changes = {one.account: one for one in told.changes}
    mine, childs = changes[MAIN], changes[CHILD]
    assert mine.after.balance == rub(mine.before.balance.amount_minor - 107_00)
    assert childs.after.balance == rub(childs.before.balance.amount_minor + 100_00)
    titles = [one.title for one in mine.operations]
    assert titles == ["Комиссия за перевод", "Перевод абоненту"]
    assert not any("код" in text for text in told.messages), "a code that was taken back misleads"
    assert len(told.messages) == 2
    assert rich.ask(Payments.recent, MAIN).items == []
    assert balance(rich) == 100_000_00


def test_a_preview_does_not_tell_subscribers_from_nobody(rich: Window):
    seen = []
    for to in (UNLINKED, STRANGER):
        told = preview(rich, Transfers.transfer, MAIN, wanted(to, 100_00))
        (mine,) = told.changes
        titles = [(one.title, one.amount) for one in mine.operations]
        texts = [text.replace(told.answer.title, "") for text in told.messages]
        seen.append((mine.after.balance, titles, texts))
    assert seen[0] == seen[1]


def test_a_preview_of_a_purchase(rich: Window):
    order = PurchaseOrder(provider="galaktika-x", number="anna_2026", amount=rub(100_00))
    (mine,) = preview(rich, Transfers.purchase, MAIN, order).changes
    assert mine.after.balance == rub(100_000_00 - 103_00)


def test_a_preview_refuses_what_the_command_would(rich: Window):
    with pytest.raises(PaymentRefused, match="номер того же счёта"):
        preview(rich, Transfers.transfer, MAIN, wanted(ANNA, 100_00))


# --------------------------------------------------------------------------- providers


def test_the_catalogue_has_many_invented_providers(anna: Window):
    known = providers.load()
    assert len(known) >= 20
    assert len({one.category for one in known.values()}) >= 6
    for one in known.values():
        assert re.fullmatch(one.pattern, one.example), one.id
        assert 0 < one.least < one.most <= 15_000_00
    shown = anna.ask(Transfers.providers).items
    assert [one.id for one in shown] == list(known)


@pytest.mark.parametrize(
    ("text", "found"),
    [("тЕплый", {"teplyi-ugol"}), ("ФОНД", {"posadim-les", "teplye-varezhki"}),
     ("  штраф ", {"demo-dorogi", "demo-bilet"}), ("жкх", 5), ("такого нет", set())],
)  # fmt: skip
def test_providers_are_found_in_any_case_and_without_dots(anna: Window, text: str, found: object):
    ids = {one.id for one in anna.ask(Transfers.providers, text).items}
    assert (ids if isinstance(found, set) else len(ids)) == found


def test_a_purchase_is_paid(rich: Window):
    begun = buy(rich, 1_000_00, "rodnik", "70605040")
    assert (begun.kind, begun.to, begun.title) == ("purchase", "70605040", "Водоканал «Родник-7»")
    assert (begun.commission, begun.means) == (rub(10_00), "Счёт телефона")
    done = confirm(rich, begun)
    assert balance(rich) == 100_000_00 - 1_010_00
    fee, paid = history(rich, count=2)
    assert (paid.kind, paid.title, paid.peer) == ("purchase", "Водоканал «Родник-7»", "70605040")
    assert (fee.title, fee.amount, done.operation) == ("Комиссия за платёж", rub(-10_00), paid.id)
    with rich.store.read() as tx:
        assert number(tx, "SELECT COUNT(*) FROM operations WHERE contra = 'provider:rodnik'") == 1


@pytest.mark.parametrize(
    ("provider", "account_number", "amount", "word"),
    [
        ("rodnik", "7060504", 100_00, "Нужно так: 70605040"),
        ("rodnik", "70605040x", 100_00, "Нужно так: 70605040"),
        ("rodnik", "70605040\n", 5_00, "самая маленькая"),
        ("rodnik", "70605040", 15_000_01, "не больше 15 000,00 ₽"),
        ("kolobok", "0000012345", 3_000_01, "не больше 3 000,00 ₽"),
        ("rodnik", "70605040", 0, "больше нуля"),
    ],
)
def test_purchases_that_are_refused(
    rich: Window, provider: str, account_number: str, amount: int, word: str
):
    order = PurchaseOrder(provider=provider, number=account_number, amount=rub(amount))
    assert word in refusal(rich, PaymentRefused, Transfers.purchase, MAIN, order)
    saved = SavedOrder(name="", provider=provider, number=account_number, amount=rub(amount))
    assert word in refusal(rich, PaymentRefused, Transfers.save, MAIN, saved)


def test_an_unknown_provider_is_not_found(rich: Window):
    with pytest.raises(NotFound):
        buy(rich, 100_00, "no-such")


# ---------------------------------------------------------------------- saved payments


def save(window: Window, name: str = "Вода", amount: int = 500_00) -> SavedPayment:
    order = SavedOrder(name=name, provider="rodnik", number="70605040", amount=rub(amount))
    return window.ask(Transfers.save, MAIN, order)


def saved(window: Window) -> list[SavedPayment]:
    return window.ask(Transfers.saved, MAIN).items


def test_a_payment_is_saved_and_forgotten_and_put_back(anna: Window, clock: Clock):
    water = save(anna)
    clock.move(seconds=1)
    plain = save(anna, " \x1b[31m ")
    assert plain.name == "[31m"
    assert (water.name, water.number, water.amount) == ("Вода", "70605040", rub(500_00))
    assert water.provider.title == "Водоканал «Родник-7»"
    assert saved(anna) == [plain, water]
    anna.ask(Transfers.forget, MAIN, water.id)
    assert saved(anna) == [plain]
    with pytest.raises(NotFound):
        anna.ask(Transfers.forget, MAIN, water.id)
    (entry,) = anna.ask(Undo.pending).items
    assert entry.title == "Сохранённый платёж удалён"
    anna.ask(Undo.take_back, entry.id)
    assert saved(anna) == [plain, water]


def test_a_saved_payment_is_called_after_its_provider(anna: Window):
    assert save(anna, "").name == "Водоканал «Родник-7»"


def test_fifty_payments_are_saved_at_most(anna: Window):
    first = save(anna)
    for _ in range(transfers.SAVED_AT_MOST - 1):
        save(anna)
    with pytest.raises(PaymentRefused, match="не больше 50"):
        save(anna)
    anna.ask(Transfers.forget, MAIN, first.id)
    save(anna)
    (entry,) = anna.ask(Undo.pending).items
    with pytest.raises(UndoRefused, match="не больше 50"):
        anna.ask(Undo.take_back, entry.id)


@pytest.mark.parametrize("account", [UNLINKED_ACCOUNT, "nobody"])
def test_other_peoples_accounts_are_not_found(anna: Window, account: str):
    order = SavedOrder(name="", provider="rodnik", number="70605040", amount=rub(100_00))
    for asked in (
        (Transfers.terms, account, MISHA),
        (Transfers.transfer, account, wanted(MISHA, 100_00)),
        (Transfers.saved, account),
        (Transfers.save, account, order),
        (Transfers.forget, account, "any"),
    ):
        with pytest.raises(NotFound):
            anna.ask(*asked)


# ------------------------------------------------------------------------------- by USSD


def dial(window: Window, text: str, menu: str = "") -> Reply:
    reply = window.ask(Demo.dial, ANNA, Dial(code=text, menu=menu))
    return Reply(text=reply.text.replace("\N{NO-BREAK SPACE}", " "), menu=reply.menu)


@pytest.mark.parametrize("way", ["menu", "code"])
def test_a_transfer_from_the_phone(window: Window, way: str):
    set_balance(window, 1_000_00)
    child = balance(window, CHILD)
    asked = dial(window, "*112*89853705678*100#")
    assert "Перевод 100,00 ₽ на +7 985 370-56-78, комиссия 7,00 ₽" in asked.text
    assert balance(window) == 1_000_00
    shown = code(window)
    wrong = dial(window, other_than(shown), asked.menu)
    assert wrong.text == "Код не подошёл. Осталось: 2 попытки."
    assert wrong.menu == asked.menu
    done = dial(window, shown, wrong.menu) if way == "menu" else dial(window, f"*112*{shown}#")
    assert done == Reply(text="Переведено 100,00 ₽ на +7 985 370-56-78.")
    assert (balance(window), balance(window, CHILD)) == (893_00, child + 100_00)
    assert "Нет перевода" in dial(window, shown, asked.menu).text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("*112*79853705678*0#", "больше нуля"),
        ("*112*79853705678*301#", "не больше 300,00"),
        ("*112*79853701234*100#", "номер того же счёта"),
        ("*112*12345*100#", "Введите номер"),
        ("*112*79853705678*999999999#", "не больше 300,00"),
        ("*112*123456#", "Нет перевода, который ждёт кода"),
        ("*112#", "неверный код MMI"),
    ],
)
def test_a_phone_explains_what_it_refuses(window: Window, text: str, word: str):
    reply = dial(window, text)
    assert word in reply.text
    assert reply.menu == ""
    with window.store.read() as tx:
        assert number(tx, "SELECT COUNT(*) FROM payments") == 0


def test_three_wrong_codes_on_a_phone_end_the_transfer(window: Window):
    set_balance(window, 1_000_00)
    menu = dial(window, "*112*79853705678*100#").menu
    wrong = other_than(code(window))
    replies = [dial(window, wrong, menu) for _ in range(3)]
    assert "трижды" in replies[2].text
    assert replies[2].menu == ""
    assert "Нет перевода" in dial(window, f"*112*{code(window)}#").text


def test_a_receiver_with_dues_of_its_own_still_receives(rich: Window, clock: Clock):
    rich.ask(Payments.top_up, MAIN, order(100_00, MISHA, "sbp"))
    clock.move(seconds=30)  # The money and the commission given back are due, and nobody looked.
    assert transfer(rich, MISHA, 10_00).state == "done"
    let_time_pass(rich)
    clock.move(seconds=30)
    let_time_pass(rich)
    told = [one.amount for one in history(rich, CHILD, 20)]
    assert [told.count(rub(amount)) for amount in (100_00, 40, 10_00)] == [1, 1, 1]
    assert rich.store.sound() == []
