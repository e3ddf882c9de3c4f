"""«Обещанный платёж»: how much, for how much, and what happens on the third day."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.autopay import Autopay, AutopayOrder
from mts_tui.backend.contract.demo import Demo, Dial
from mts_tui.backend.contract.errors import (
    CabinetError,
    NotEnoughMoney,
    PromiseRefused,
    TrustRefused,
    UndoRefused,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import Promise, PromiseOrder, PromiseTerms, Trust
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.services import promises
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import to_ms

from .conftest import Stores
from .desk import NOW, Clock, Window, at_once, rows
from .quiet import Quiet, plain

DAY = timedelta(days=1)


def roubles(amount: float) -> Money:
    return Money(amount_minor=round(amount * 100), currency="RUB")


@pytest.fixture
def quiet(anna: Window, clock: Clock) -> Quiet:
    """An account with 10 ₽ that spent 200 ₽ on communication this month."""
    clock.move(minutes=-1)
    made = Quiet(anna, clock, 210_00)
    use(made, 200_00)
    clock.move(minutes=1)
    return made


def use(quiet: Quiet, amount: int) -> None:
    """Spend on communication."""
    with quiet.store.write() as tx:
        book = Book(tx, quiet.id)
        book.move(Entry(at=tx.now_ms, kind="call", title="", amount=-amount, contra="test"))
        book.write()


def terms(quiet: Quiet) -> PromiseTerms:
    return quiet.ask(Trust.promise_terms)


def promise(quiet: Quiet, amount: float = 200) -> Promise:
    return quiet.ask(Trust.promise, PromiseOrder(amount=roubles(amount)))


def refusal(quiet: Quiet, amount: float = 200) -> str:
    with pytest.raises(PromiseRefused) as caught:
        promise(quiet, amount)
    return plain(str(caught.value))


def undo(quiet: Quiet) -> None:
    entry = quiet.window.ask(Undo.pending).items[0]
    quiet.window.ask(Undo.take_back, entry.id)


# ------------------------------------------------------------------ how much


@pytest.mark.parametrize(
    ("spent", "most"),
    [(0, 200), (300, 200), (300.01, 400), (500, 400), (500.01, 800), (5000, 800)],
)
def test_the_most_follows_from_the_spending(spent: float, most: int):
    assert promises.most_of(round(spent * 100)) == most * 100


@pytest.mark.parametrize(
    ("amount", "fee"),
    [(10, 0), (30, 0), (31, 7), (50, 7), (99, 7), (100, 10), (199, 10), (200, 25), (499, 25),
     (500, 50), (800, 50)],
)  # fmt: skip
def test_the_fee_follows_from_the_sum(amount: int, fee: int):
    assert promises.fee_of(amount * 100) == fee * 100


def test_the_terms_offer_sums_up_to_the_most(quiet: Quiet):
    found = terms(quiet)
    assert (found.active, found.days, found.most, found.spent) == (
        None, 3, roubles(200), roubles(200),
    )  # fmt: skip
    assert [(one.amount, one.fee) for one in found.offers] == [
        (roubles(50), roubles(7)), (roubles(100), roubles(10)), (roubles(200), roubles(25)),
    ]  # fmt: skip
    quiet.pay(1000_00)
    use(quiet, 1000_00)
    quiet.live(seconds=1)
    assert [one.amount for one in terms(quiet).offers][-2:] == [roubles(400), roubles(800)]


def test_only_spending_of_the_last_thirty_days_counts(quiet: Quiet):
    quiet.pay(1000_00)
    use(quiet, 400_00)
    quiet.live(seconds=1)
    assert (terms(quiet).spent, terms(quiet).most) == (roubles(600), roubles(800))
    quiet.live(NOW + 30 * DAY)
    assert (terms(quiet).spent, terms(quiet).most) == (roubles(400), roubles(400))
    quiet.live(milliseconds=1)
    assert (terms(quiet).spent, terms(quiet).most) == (roubles(0), roubles(200))


def test_every_condition_is_told(quiet: Quiet):
    found = {one.title: one for one in terms(quiet).conditions}
    assert all(one.met for one in found.values())
    assert [plain(title) for title in found] == [
        "Мобильный номер России",
        "Подходящий тариф",
        "«На полном доверии» отключено",
        "Нет обещанного платежа",
        "Баланс не ниже −30,00 ₽",
    ]


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        (200.01, "не больше 200,00 ₽"), (400, "не больше 200,00 ₽"), (9.99, "от 10,00 ₽"),
        (-50, "от 10,00 ₽"), (0, "от 10,00 ₽"), (50.5, "на целое число рублей"),
    ],
)  # fmt: skip
def test_sums_that_do_not_fit(quiet: Quiet, amount: float, sentence: str):
    assert sentence in refusal(quiet, amount)
    assert quiet.row["floor"] == 0


def test_it_is_asked_for_in_the_accounts_currency(quiet: Quiet):
    with pytest.raises(PromiseRefused, match="в валюте счёта"):
        quiet.ask(Trust.promise, PromiseOrder(amount=Money(amount_minor=50_00, currency="BYN")))


@pytest.mark.parametrize("account", ["anna-belarus", "anna-city"])
def test_only_russian_mobiles_have_it(anna: Window, account: str):
    found = anna.ask(Trust.promise_terms, account)
    assert (found.offers, bool(found.most)) == ([], False)
    assert [one.met for one in found.conditions] == [False]
    order = PromiseOrder(amount=Money(amount_minor=50_00, currency=found.most.currency))
    with pytest.raises(PromiseRefused, match="только для мобильных номеров России"):
        anna.ask(Trust.promise, account, order)


@pytest.mark.parametrize("tariff", sorted(promises.TARIFFS_WITHOUT))
def test_some_tariffs_have_it_not(quiet: Quiet, tariff: str):
    quiet.set(tariff_id=tariff)
    assert "На вашем тарифе" in refusal(quiet)


# ------------------------------------------------------------------ three days


def test_the_money_can_be_spent_at_once_and_no_more(quiet: Quiet):
    given = promise(quiet)
    assert (given.amount, given.fee, given.at) == (roubles(200), roubles(25), NOW)
    assert given.due_at == NOW + 3 * DAY
    assert terms(quiet).active == given
    assert quiet.balance == 10_00
    assert quiet.history[0] == (plain_title("Обещанный платёж 200,00 ₽"), 0)
    assert quiet.sms[0] == (
        "Обещанный платёж 200,00 ₽ действует до 25 нояб. 21:34, комиссия 25,00 ₽ спишется тогда "
        "же. Пополните счёт к этому времени."
    )
    overview = quiet.ask(Account.overview)
    assert overview.available == roubles(210)
    assert overview.trust_limit is None
    with pytest.raises(NotEnoughMoney):
        quiet.spend(210_01)
    quiet.spend(210_00)
    assert quiet.balance == -200_00
    assert quiet.row["state"] == "no_money"


def plain_title(text: str) -> str:
    return text.replace(" ₽", "\N{NO-BREAK SPACE}₽")


def test_the_third_day_takes_the_sum_and_the_fee(quiet: Quiet):
    promise(quiet)
    quiet.pay(100_00)
    assert terms(quiet).active is not None  # A top-up does not end it before its day.
    quiet.live(days=3, milliseconds=-1)
    assert quiet.row["floor"] == -200_00
    quiet.live(milliseconds=1)
    assert terms(quiet).active is None
    assert quiet.balance == 85_00
    assert quiet.row["floor"] == 0
    assert quiet.history[:2] == [
        ("Комиссия за «Обещанный платёж»", -25_00),
        (plain_title("Возврат обещанного платежа 200,00 ₽"), 0),
    ]
    assert quiet.sms[0] == (
        "Срок обещанного платежа 200,00 ₽ закончился. Комиссия 25,00 ₽ списана."
    )
    with pytest.raises(NotEnoughMoney):
        quiet.spend(85_01)


def test_what_is_missing_is_a_debt_that_a_top_up_pays(quiet: Quiet):
    promise(quiet)
    quiet.spend(160_00)
    quiet.live(days=3)
    assert quiet.balance == -175_00
    row = quiet.row
    assert (row["floor"], row["state"]) == (-175_00, "no_money")
    assert quiet.sms[0].endswith("Долг 175,00 ₽: пополните счёт, чтобы быть на связи.")
    with pytest.raises(NotEnoughMoney):
        quiet.spend(1)
    quiet.pay(100_00)
    assert (quiet.balance, quiet.row["floor"], quiet.row["state"]) == (
        -75_00, -75_00, "no_money",
    )  # fmt: skip
    quiet.pay(75_01)
    assert (quiet.balance, quiet.row["floor"], quiet.row["state"]) == (1, 0, "active")


def test_small_sums_are_free(quiet: Quiet):
    given = promise(quiet, 30)
    assert given.fee == roubles(0)
    quiet.live(days=3)
    assert quiet.balance == 10_00
    assert quiet.history[0][0].startswith("Возврат обещанного платежа")
    assert quiet.sms[0] == "Срок обещанного платежа 30,00 ₽ закончился."


@pytest.mark.parametrize(
    ("spent", "sentence"),
    [
        (0, "Чтобы не осталось долга, пополните счёт не меньше чем на 15,00 ₽."),
        (60, "Чтобы не осталось долга, пополните счёт не меньше чем на 75,00 ₽."),
        (-15, "Денег на счёте хватает: спишется только комиссия 25,00 ₽."),
    ],
)
def test_a_day_before_the_owner_is_reminded(quiet: Quiet, spent: int, sentence: str):
    promise(quiet)
    quiet.spend(spent * 100)
    quiet.live(days=2, milliseconds=-1)
    assert "скоро закончится" not in " ".join(quiet.notices)
    quiet.live(milliseconds=1)
    assert quiet.notices.count("Обещанный платёж скоро закончится") == 1
    assert quiet.sms[0] == f"Обещанный платёж 200,00 ₽ закончится 25 нояб. 21:34. {sentence}"


def test_three_days_that_nobody_looked_end_it_once(quiet: Quiet):
    promise(quiet)
    quiet.live(days=40)
    assert quiet.balance == -15_00
    assert [title for title, _ in quiet.history].count("Комиссия за «Обещанный платёж»") == 1
    quiet.live(days=40)
    assert quiet.balance == -15_00


def test_the_term_is_the_same_over_the_end_of_a_year(quiet: Quiet):
    quiet.clock.now = datetime(2026, 12, 30, 23, 59, tzinfo=ZoneInfo("Europe/Moscow"))
    given = promise(quiet, 50)
    assert given.due_at == quiet.clock.now + 3 * DAY
    assert "до 2 янв. 2027 г. 23:59" in quiet.sms[0]


def test_many_who_live_the_account_at_once_end_it_once(quiet: Quiet, stores: Stores):
    promise(quiet)
    other = Quiet.__new__(Quiet)
    other.__dict__.update(quiet.__dict__, window=Window(stores.again(quiet.store)))
    quiet.clock.move(days=3)
    works = [one.live for one in (quiet, other) * 3]
    assert at_once(*works) == [None] * 6
    assert quiet.balance == -15_00


def test_only_one_of_many_at_once_is_given(quiet: Quiet):
    def ask() -> Any:
        return quiet.window.ask(Trust.promise, quiet.id, PromiseOrder(amount=roubles(50)))

    answers = at_once(*[ask] * 5)
    assert sum(isinstance(one, Promise) for one in answers) == 1
    assert sum(isinstance(one, PromiseRefused) for one in answers) == 4
    assert quiet.row["floor"] == -50_00


def test_a_crash_before_the_commit_leaves_it_as_it_was(quiet: Quiet):
    promise(quiet)
    quiet.clock.move(days=3)
    with pytest.raises(CabinetError):
        quiet.live_and_crash()
    assert terms(quiet).active is not None
    quiet.live()
    assert quiet.balance == -15_00


# ------------------------------------------------------------------ with what else there is


def test_one_at_a_time(quiet: Quiet):
    promise(quiet, 50)
    assert refusal(quiet, 50) == (
        "Обещанный платёж 50,00 ₽ действует до 25 нояб. 21:34. Дождитесь его конца и повторите."
    )
    quiet.live(days=3)
    promise(quiet, 50)
    assert quiet.row["floor"] == -50_00


def test_it_and_trust_exclude_each_other(anna: Window):
    def ask() -> Promise:
        return anna.ask(Trust.promise, "anna-moscow", PromiseOrder(amount=roubles(50)))

    anna.ask(Trust.switch_on, "anna-moscow")
    with pytest.raises(PromiseRefused, match="Отключите «На полном доверии»"):
        ask()
    anna.ask(Trust.switch_off, "anna-moscow")
    off = anna.ask(Undo.pending).items
    ask()
    with pytest.raises(TrustRefused, match="Дождитесь его конца"):
        anna.ask(Trust.switch_on, "anna-moscow")
    entry = next(one for one in off if "отключено" in one.title)
    with pytest.raises(UndoRefused, match="Дождитесь его конца"):
        anna.ask(Undo.take_back, entry.id)


@pytest.mark.parametrize("debt", [30_00, 30_01])
def test_a_debt_of_thirty_roubles_is_borne(quiet: Quiet, debt: int):
    with quiet.store.write() as tx:
        book = Book(tx, quiet.id)
        entry = Entry(
            at=tx.now_ms, kind="correction", title="", amount=-10_00 - debt, contra="test"
        )
        book.take_back(entry)
        book.write()
    if debt > 30_00:
        assert "нужно не меньше −30,00 ₽. Пополните счёт." in refusal(quiet)
        return
    promise(quiet)
    assert quiet.row["floor"] == -200_00
    undo(quiet)
    assert quiet.row["floor"] == quiet.balance == -30_00


def test_a_fee_that_waited_may_be_paid_by_it(quiet: Quiet):
    """What is promised is there for the tariff too, when it is tried again at night."""
    quiet.pay(400_00)
    use(quiet, 110_00)
    quiet.live(seconds=1)
    quiet.set(
        tariff_id="smart-nonstop", suspended=1, fee_day=23, fee_at=to_ms(NOW + timedelta(hours=6))
    )
    promise(quiet, 400)
    quiet.live(hours=7)
    assert quiet.balance == -200_00
    assert not quiet.row["suspended"]


def test_the_fee_brings_autopay(quiet: Quiet):
    quiet.keep_card()
    quiet.prove()
    order = AutopayOrder(kind="threshold", amount=roubles(100), card="pays", threshold=roubles(30))
    quiet.pay(30_00)
    quiet.ask(Autopay.create, order)
    promise(quiet)
    quiet.live(days=3)
    assert quiet.balance == 40_00 - 25_00 + 100_00
    assert quiet.row["floor"] == 0


# ------------------------------------------------------------------ preview, undo, USSD


def test_a_preview_tells_what_can_be_spent(quiet: Quiet):
    class Previewed:
        endpoint = Trust.promise.endpoint.preview

    preview = quiet.ask(Previewed, PromiseOrder(amount=roubles(200)))
    (changed,) = preview.changes
    assert (changed.before.available, changed.after.available) == (roubles(10), roubles(210))
    assert changed.before.balance == changed.after.balance
    assert preview.answer.due_at == NOW + 3 * DAY
    assert terms(quiet).active is None
    assert quiet.sms == []


def test_it_can_be_taken_back_while_its_money_is_untouched(quiet: Quiet):
    promise(quiet)
    quiet.spend(10_00)
    quiet.spend(1)
    with pytest.raises(UndoRefused) as caught:
        undo(quiet)
    assert plain(str(caught.value)) == (
        "Деньги обещанного платежа уже потрачены, и отменить его нельзя. "
        "Он закончится 25 нояб. 21:34."
    )
    quiet.pay(1)
    undo(quiet)
    assert terms(quiet).active is None
    assert quiet.row["floor"] == 0
    assert quiet.history[0] == (plain_title("Отмена обещанного платежа 200,00 ₽"), 0)
    quiet.live(days=4)
    assert quiet.balance == 0
    assert quiet.notices == ["Обещанный платёж получен"]
    with quiet.store.read() as tx:
        assert rows(tx, "SELECT id FROM due WHERE account_id = ?", quiet.id) == []


def dial(quiet: Quiet, code: str, menu: str = "") -> tuple[str, str]:
    reply = quiet.window.ask(Demo.dial, quiet.phone, Dial(code=code, menu=menu))
    return plain(reply.text), reply.menu


@pytest.mark.parametrize("code", ["*111*123#", "1113"])
def test_by_the_phone(quiet: Quiet, code: str):
    text, menu = dial(quiet, code)
    assert text.splitlines() == [
        "Обещанный платёж на 3 дня:",
        "1 50,00 ₽, комиссия 7,00 ₽",
        "2 100,00 ₽, комиссия 10,00 ₽",
        "3 200,00 ₽, комиссия 25,00 ₽",
    ]
    assert dial(quiet, "9", menu) == ("Такого пункта нет. Наберите *111*123# ещё раз.", "")
    assert "не больше 200,00 ₽" in dial(quiet, "4", menu)[0]
    assert dial(quiet, "*111*1230#")[0].startswith("Действующего обещанного платежа нет.")
    assert dial(quiet, "2", menu) == ("Заявка принята. Результат придёт в SMS.", "")
    assert quiet.row["floor"] == -100_00
    assert quiet.sms[0].startswith("Обещанный платёж 100,00 ₽ действует до")
    assert dial(quiet, "*111*1230#")[0] == (
        "Обещанный платёж: 100,00 ₽, до 25 нояб. 21:34. Комиссия 10,00 ₽"
    )
    assert dial(quiet, code)[0].startswith("Обещанный платёж 100,00 ₽ действует до")
    assert quiet.window.ask(Undo.pending).items == []


def test_in_latin_letters(quiet: Quiet):
    assert dial(quiet, "#111*123#")[0].isascii()
