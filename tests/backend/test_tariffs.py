"""«Тарифы»: what may be changed to, what it costs to the kopeck, later, and back."""

from datetime import UTC, datetime, timedelta

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.demo import Demo, Dial
from mts_tui.backend.contract.errors import BudgetReached, NotFound, TariffRefused, UndoRefused
from mts_tui.backend.contract.tariffs import ChangeOrder, Tariffs
from mts_tui.backend.contract.trust import Trust
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.catalogue import load
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.tariffs import SOONER_COSTS
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import to_ms

from .desk import ANNA, MISHA, NOW, Clock, Window, at_once, rows
from .desk import change as run
from .offers import (
    CHILD,
    CITY,
    MAIN,
    MINSK,
    SECOND,
    balance,
    call,
    change,
    charged,
    check_books,
    data,
    everything,
    live,
    option,
    packages,
    preview,
    set_balance,
    sms,
    standing,
    switch,
    take_back,
    use,
)

TARIFFS = load().tariffs


@pytest.fixture
def rich(anna: Window) -> Window:
    """Anna with 5,000 ₽ on her main number."""
    set_balance(anna.store, 5_000_00)
    return anna


def refused(window: Window, tariff: str, account: str = MAIN, at: datetime | None = None) -> str:
    before = everything(window.store, account)
    with pytest.raises(TariffRefused) as caught:
        change(window, tariff, account, at=at)
    assert everything(window.store, account) == before
    return str(caught.value)


def spent_this_month(window: Window) -> int:
    return sum(one.spent.amount_minor for one in window.ask(Account.overview, MAIN).month)


HIS = {
    MAIN: {"all", "device"},
    SECOND: {"all", "device"},
    MINSK: {"all", "device"},
    CITY: {"city"},
    CHILD: {"all", "child", "device"},
}
"""For whom tariffs may be that an account can have."""


# ------------------------------------------------------------------ the list


@pytest.mark.parametrize("account", [MAIN, SECOND, MINSK, CITY, CHILD])
def test_every_tariff_of_the_country_and_no_other_is_told(anna: Window, account: str):
    now = anna.ask(Tariffs.current, account)
    found = anna.ask(Tariffs.offered, account).items
    country = TARIFFS[now.tariff.id].country
    assert [one.id for one in found] == [one.id for one in load().tariffs_of(country)]
    assert [one.id for one in found if one.current] == [now.tariff.id]
    for one in found:
        assert one.refusal == "" or one.refusal.endswith(".")
        assert one.archived == TARIFFS[one.id].archived
        allowed = TARIFFS[one.id].audience in HIS[account] and not one.archived
        assert one.fits == (one.current or allowed)
        assert len(one.prices) >= 13
        assert {price.price.currency for price in one.prices} == {one.monthly.currency}


def test_what_the_list_refuses_is_refused_and_nothing_else(rich: Window, clock: Clock):
    for one in rich.ask(Tariffs.offered, MAIN).items:
        if one.refusal:
            assert refused(rich, one.id) == one.refusal
        else:
            told = preview(rich, Tariffs.change, MAIN, ChangeOrder(tariff=one.id)).answer
            assert (told.after, told.fee) == (one.title, one.switch_fee)
            assert told.first_payment.amount_minor == TARIFFS[one.id].monthly


@pytest.mark.parametrize(
    ("tariff", "account", "said"),
    [
        ("smart-nonstop", MAIN, "уже подключён"),
        ("posekundnyi", MAIN, "в архиве"),
        ("umnoe-ustroistvo", MAIN, "в архиве"),
        ("by-gostevoi", MAIN, "другой страны"),
        ("smart", MINSK, "другой страны"),
        ("ua-demo", MAIN, "другой страны"),
        ("smart-dlya-svoikh", MAIN, "«Семья»"),
        ("mts-junior", MAIN, "ребёнка"),
        ("gorodskoi-nomer", MAIN, "городских"),
        ("smart", CITY, "мобильных"),
        ("by-umnyi-biznes-2", MINSK, "организаций"),
    ],
)
def test_some_tariffs_are_not_for_some_numbers(rich: Window, tariff: str, account: str, said: str):
    assert said in refused(rich, tariff, account)


def test_an_unknown_tariff_or_account_is_not_found(rich: Window, open_window):
    with pytest.raises(NotFound):
        change(rich, "no-such")
    misha = open_window()
    misha.sign_in(MISHA)
    for ask in (
        lambda: change(misha, "smart"),
        lambda: misha.ask(Tariffs.current, MAIN),
        lambda: misha.ask(Tariffs.offered, MAIN),
        lambda: misha.ask(Tariffs.changes, MAIN),
        lambda: misha.ask(Tariffs.cancel, MAIN, "x"),
        lambda: rich.ask(Tariffs.cancel, MAIN, "x"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_group_opens_its_tariffs(rich: Window):
    switch(rich, ("family-group",))
    assert change(rich, "smart-dlya-svoikh").first_payment.amount_minor == 310_00


def test_a_child_may_have_a_childs_tariff(anna: Window):
    set_balance(anna.store, 1_000_00, CHILD)
    assert change(anna, "netarif-junior", CHILD).after == "НЕТАРИФ Junior"


def test_a_blocked_number_stays_with_its_tariff(rich: Window):
    with rich.store.write() as tx:
        run(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
    assert "заблокирован" in refused(rich, "smart")


def test_trust_does_not_come_along_where_there_is_none(rich: Window):
    rich.ask(Trust.switch_on, MAIN)
    assert "«На полном доверии»" in refused(rich, "tvoya-strana")
    assert change(rich, "super-mts").after == "Супер МТС"


# ------------------------------------------------------------------ money


def test_one_kopeck_is_one_kopeck(anna: Window):
    set_balance(anna.store, 449_99)
    assert "не хватает 0,01" in refused(anna, "smart")
    set_balance(anna.store, 450_00)
    done = change(anna, "smart")
    assert (done.fee.amount_minor, done.first_payment.amount_minor) == (0, 450_00)
    assert balance(anna.store) == 0
    assert packages(anna.store) == {"call": 500 * 60, "sms": 500, "data": 3 * 1024**3}
    check_books(anna.store)


def test_the_trust_limit_can_be_spent_on_it(anna: Window):
    anna.ask(Trust.switch_on, MAIN)
    set_balance(anna.store, 150_00)
    change(anna, "smart")
    assert balance(anna.store) == -300_00


def test_a_change_is_free_once_in_thirty_days(rich: Window, clock: Clock):
    assert change(rich, "smart").fee.amount_minor == 0
    now = rich.ask(Tariffs.current, MAIN)
    assert now.free_change_from == clock.now + timedelta(days=30)
    clock.move(minutes=1)
    listed = {one.id: one.switch_fee.amount_minor for one in rich.ask(Tariffs.offered, MAIN).items}
    assert (listed["smart-mini"], listed["super-mts"], listed["red-energy"]) == (
        SOONER_COSTS["RUB"],
        34_00,
        100_00,
    )
    assert change(rich, "smart-mini").fee.amount_minor == 150_00
    assert [amount for _at, amount in charged(rich.store, "tariff.change")] == [-150_00]
    live(rich, clock, days=30, seconds=-1)
    assert preview(rich, Tariffs.change, MAIN, ChangeOrder(tariff="smart")).answer.fee.amount_minor
    live(rich, clock, seconds=1)
    assert change(rich, "smart").fee.amount_minor == 0


def test_a_hard_budget_holds(rich: Window):
    with rich.store.write() as tx:
        tx.accounts.set_budget(id=MAIN, budget=1_00, hard=1)
    with pytest.raises(BudgetReached):
        change(rich, "smart")


@pytest.mark.parametrize(
    ("tariff", "first", "fee_at"),
    [
        ("smart", 450_00, datetime(2026, 12, 22, 0, 3, 9, tzinfo=UTC)),
        ("super-mts", 0, datetime(2026, 11, 23, 0, 3, 9, tzinfo=UTC)),  # a package of the day
        ("red-energy", 0, None),
    ],
)
def test_the_month_begins_at_the_change(
    rich: Window, clock: Clock, tariff: str, first: int, fee_at: datetime | None
):
    before = balance(rich.store)
    done = change(rich, tariff)
    assert done.first_payment.amount_minor == first == before - balance(rich.store)
    now = rich.ask(Tariffs.current, MAIN)
    assert (now.tariff.id, now.since, now.next_fee_at) == (tariff, clock.now, fee_at)
    assert now.tariff.current
    assert {one.kind for one in done.burnt} == {"call", "sms", "data"}
    with rich.store.read() as tx:
        row = tx.accounts.by_id(id=MAIN)
        assert (row["tariff_id"], row["fee_day"]) == (tariff, 22)
    live(rich, clock, days=40)
    fees = [at for at, _ in charged(rich.store, "fee.month") if at > to_ms(NOW)]
    assert len(fees) == (1 if tariff == "smart" else 0)
    check_books(rich.store)


def test_a_daily_fee_is_taken_for_the_day(anna: Window, clock: Clock):
    """31.20 BYN a month is 1.04 for each of November's thirty days."""
    set_balance(anna.store, 50_00, MINSK)
    done = change(anna, "by-bezlimitishche-2-plus", MINSK)
    assert (done.first_payment.amount_minor, done.first_payment.currency) == (1_04, "BYN")
    live(anna, clock, MINSK, days=2)
    assert [amount for _at, amount in charged(anna.store, "fee.day", MINSK)][-3:] == [-1_04] * 3


def test_a_waiting_tariff_is_left_behind(anna: Window, clock: Clock):
    """Its fee could not be paid; the new one is paid at once, and the option that waited."""
    set_balance(anna.store, 0)
    live(anna, clock, days=10)
    assert anna.ask(Account.overview, MAIN).suspended
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        entry = Entry(at=tx.now_ms, kind="top_up", title="", amount=360_00, contra="bank:card")
        book.move(entry)
        book.write()
    assert change(anna, "smart-mini").first_payment.amount_minor == 300_00
    seen = anna.ask(Account.overview, MAIN)
    assert (seen.suspended, seen.number.state) == (False, "active")
    check_books(anna.store)


# ------------------------------------------------------------------ what goes with it


def test_options_that_do_not_fit_fall_off_and_take_others_along(rich: Window):
    switch(rich, ("sms-100", "forwarding", "voicemail"))
    told = preview(rich, Tariffs.change, MAIN, ChangeOrder(tariff="smart-bezlimitishe"))
    done = change(rich, "smart-bezlimitishe")
    assert done.dropped == told.answer.dropped == ["Пакет 100 SMS"]
    assert "sms-100.sms" in {one.id for one in done.burnt}
    assert packages(rich.store).keys() == {"call", "sms", "data"}
    assert option(rich, "forwarding").state == "on"
    assert any("Отключены услуги: Пакет 100 SMS." in text for text in rich.sms(ANNA))


def test_options_that_fit_go_on(rich: Window, clock: Clock):
    switch(rich, ("turbo-500",))
    use(rich.store, call(10))
    clock.move(seconds=1)
    done = change(rich, "smart")
    assert done.dropped == []
    assert packages(rich.store)["turbo-500.data"] == 500 * 1024**2
    burnt = {one.id: one.granted - one.used for one in done.burnt}
    assert burnt.keys() == {"call", "sms", "data"}


def test_usage_of_the_very_moment_stays_with_the_old_package(rich: Window):
    """The clock stands: the call and the change bear the same moment."""
    use(rich.store, call(10))
    change(rich, "smart")
    check_books(rich.store)


@pytest.mark.parametrize("tariff", ["smart", "super-mts", "red-energy", "smart-bezlimitishe"])
def test_a_preview_tells_all_and_changes_nothing(rich: Window, tariff: str):
    switch(rich, ("sms-100",))
    before = everything(rich.store)
    told = preview(rich, Tariffs.change, MAIN, ChangeOrder(tariff=tariff))
    assert everything(rich.store) == before
    done = change(rich, tariff)
    assert (told.answer.fee, told.answer.first_payment) == (done.fee, done.first_payment)
    assert (told.answer.burnt, told.answer.dropped) == (done.burnt, done.dropped)
    (found,) = told.changes
    seen = rich.ask(Account.overview, MAIN)
    assert (found.after.balance, found.after.tariff) == (seen.number.balance, done.after)
    assert found.after.buckets == seen.buckets
    assert len(found.operations) == bool(done.first_payment)
    assert told.messages == rich.sms(ANNA)[:1]


def test_twice_at_once_from_two_clients_is_one_effect(rich: Window, stores):
    """Two of them in processes of their own."""
    windows = [rich]
    for store in (rich.store, *(stores.again(rich.store) for _ in range(2))):
        window = Window(store)
        window.token = rich.token
        windows.append(window)
    outcomes = at_once(*(lambda w=window: change(w, "smart") for window in windows))
    assert len([one for one in outcomes if isinstance(one, TariffRefused)]) == 3
    assert balance(rich.store) == 5_000_00 - 450_00
    assert len(rich.ask(Tariffs.changes, MAIN).items) == 1
    check_books(rich.store)


def test_the_same_key_is_the_same_change(rich: Window):
    order = ChangeOrder(tariff="smart")
    key = "019c8f3e-5a40-7c31-9d52-6f1b0a7e4c28"
    first = rich.ask(Tariffs.change, MAIN, order, key=key)
    assert rich.ask(Tariffs.change, MAIN, order, key=key) == first


def test_what_is_used_is_rated_by_the_new_one(rich: Window, clock: Clock):
    change(rich, "red-energy")
    clock.move(seconds=1)
    assert use(rich.store, call(2)).amount_minor == 2 * 1_60
    assert use(rich.store, sms()).amount_minor == 1_90


def test_changes_are_told_the_latest_first(rich: Window, clock: Clock):
    for tariff in ("smart", "smart-mini", "ultra"):
        clock.move(minutes=1)
        change(rich, tariff)
    take_back(rich)
    told = rich.ask(Tariffs.changes, MAIN).items
    assert [(one.before, one.after, one.state) for one in told] == [
        ("Smart mini", "Ultra", "undone"),
        ("Smart", "Smart mini", "done"),
        ("Smart Nonstop", "Smart", "done"),
    ]


# ------------------------------------------------------------------ back


@pytest.mark.parametrize("tariff", ["smart", "super-mts", "red-energy", "smart-bezlimitishe"])
@pytest.mark.parametrize("used", [False, True])
def test_undo_is_exact(rich: Window, clock: Clock, tariff: str, used: bool):  # noqa: FBT001
    switch(rich, ("sms-100", "turbo-500"))
    clock.move(minutes=5)
    if used:
        use(rich.store, data(700))
        use(rich.store, sms(3))
    before, spent = standing(rich.store), spent_this_month(rich)
    change(rich, tariff)
    assert standing(rich.store) != before
    clock.move(minutes=9, seconds=59)
    take_back(rich)
    assert standing(rich.store) == before
    assert spent_this_month(rich) == spent
    assert rich.ask(Tariffs.current, MAIN).tariff.id == "smart-nonstop"
    check_books(rich.store)
    clock.move(seconds=1)
    assert use(rich.store, call(1)).bucket == "call"
    assert change(rich, tariff).fee.amount_minor == 0, "what was taken back does not count"


def test_undo_gives_the_fee_back(rich: Window, clock: Clock):
    change(rich, "smart")
    clock.move(minutes=1)
    had = balance(rich.store)
    change(rich, "smart-mini")
    assert balance(rich.store) == had - 150_00 - 300_00
    take_back(rich)
    assert balance(rich.store) == had
    assert charged(rich.store, "tariff.undo") == [(to_ms(clock.now), 450_00)]
    with rich.store.read() as tx:
        spent = tx.ledger.spent_between(
            account_id=MAIN, since=to_ms(clock.now), until=to_ms(clock.now) + 1
        )
    assert spent == 0, "no points and no trust for money that came back"


def test_undo_over_the_end_of_a_month(rich: Window, clock: Clock):
    """The night's fee of the new tariff is not due yet; the old one's day is put back."""
    clock.now = datetime(2026, 11, 30, 20, 58, tzinfo=UTC)  # Two minutes to December.
    rich.sign_in()
    set_balance(rich.store, 5_000_00)
    before = standing(rich.store)
    change(rich, "smart")
    clock.move(minutes=8)
    take_back(rich)
    assert standing(rich.store) == before
    live(rich, clock, hours=5)
    assert charged(rich.store, "fee.month")[-1][1] == -500_00


@pytest.mark.parametrize(
    "usage", [call(1), sms(), data(1), call(2, zone="roaming:TR", direction="in")]
)
def test_undo_is_refused_once_it_was_used(rich: Window, clock: Clock, usage):
    change(rich, "smart")
    clock.move(seconds=1)
    use(rich.store, usage)
    before = everything(rich.store)
    with pytest.raises(UndoRefused, match="уже пользовались"):
        take_back(rich)
    assert everything(rich.store) == before


def test_what_costs_nothing_anywhere_does_no_harm(rich: Window, clock: Clock):
    before = balance(rich.store)
    change(rich, "smart")
    clock.move(seconds=1)
    use(rich.store, call(5, direction="in"))
    use(rich.store, call(0, direction="missed"))
    take_back(rich)
    assert balance(rich.store) == before
    check_books(rich.store)


def test_undo_is_refused_once_others_built_on_it(rich: Window, clock: Clock):
    change(rich, "smart")
    (first,) = rich.ask(Undo.pending).items
    clock.move(seconds=1)
    switch(rich, ("anti-aon",))
    with pytest.raises(UndoRefused, match="изменились ещё раз"):
        rich.ask(Undo.take_back, first.id)
    take_back(rich)
    rich.ask(Undo.take_back, first.id)
    assert rich.ask(Tariffs.current, MAIN).tariff.id == "smart-nonstop"


def test_undo_is_refused_after_a_fee(rich: Window, clock: Clock):
    clock.now = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # Three minutes to the night's fee.
    rich.sign_in()
    set_balance(rich.store, 5_000_00)
    change(rich, "super-mts")
    live(rich, clock, minutes=5)
    with pytest.raises(UndoRefused):
        take_back(rich)


# ------------------------------------------------------------------ later


def test_a_change_may_wait(rich: Window, clock: Clock):
    at = clock.now + timedelta(days=3)
    planned = change(rich, "smart", at=at)
    assert (planned.state, planned.at, planned.first_payment.amount_minor) == (
        "planned",
        at,
        450_00,
    )
    now = rich.ask(Tariffs.current, MAIN)
    assert (now.tariff.id, now.planned) == ("smart-nonstop", planned)
    live(rich, clock, days=3, seconds=-1)
    assert rich.ask(Tariffs.current, MAIN).tariff.id == "smart-nonstop"
    live(rich, clock, seconds=1)
    now = rich.ask(Tariffs.current, MAIN)
    assert (now.tariff.id, now.planned, now.since) == ("smart", None, at)
    (done,) = rich.ask(Tariffs.changes, MAIN).items
    assert (done.id, done.state, done.at) == (planned.id, "done", at)
    assert done.burnt
    assert any("Ваш тариф теперь «Smart»" in text for text in rich.sms(ANNA))
    check_books(rich.store)


@pytest.mark.parametrize("seconds", [0, -1, 60 * 86_400 + 1], ids=["now", "before", "too late"])
def test_a_moment_of_the_next_sixty_days(rich: Window, clock: Clock, seconds: int):
    assert "60 дней" in refused(rich, "smart", at=clock.now + timedelta(seconds=seconds))
    assert change(rich, "smart", at=clock.now + timedelta(days=60)).state == "planned"


def test_only_one_change_waits(rich: Window, clock: Clock):
    planned = change(rich, "smart", at=clock.now + timedelta(days=3))
    assert "уже запланирована" in refused(rich, "ultra", at=clock.now + timedelta(days=4))
    assert "запланирована" in refused(rich, "ultra")
    cancelled = rich.ask(Tariffs.cancel, MAIN, planned.id)
    assert cancelled.state == "cancelled"
    with pytest.raises(TariffRefused):
        rich.ask(Tariffs.cancel, MAIN, planned.id)
    assert change(rich, "ultra").state == "done"
    live(rich, clock, days=4)
    assert rich.ask(Tariffs.current, MAIN).tariff.id == "ultra"


def test_without_money_then_it_fails_and_says_so(anna: Window, clock: Clock):
    """One kopeck is missing when its moment comes."""
    planned = change(anna, "smart", at=clock.now + timedelta(days=2))
    live(anna, clock, days=2, seconds=-1)
    set_balance(anna.store, 449_99)
    live(anna, clock, seconds=1)
    (failed,) = anna.ask(Tariffs.changes, MAIN).items
    assert (failed.id, failed.state) == (planned.id, "failed")
    assert "не хватает 0,01" in failed.reason
    now = anna.ask(Tariffs.current, MAIN)
    assert (now.tariff.id, now.planned) == ("smart-nonstop", None)
    assert any("остался прежний" in text for text in anna.sms(ANNA))
    with anna.store.read() as tx:
        titles = [row["title"] for row in rows(tx, "SELECT title FROM notifications")]
    assert "Тариф не сменён" in titles


def test_during_a_block_it_fails(rich: Window, clock: Clock):
    change(rich, "smart", at=clock.now + timedelta(days=2))
    with rich.store.write() as tx:
        run(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
    live(rich, clock, days=2)
    (failed,) = rich.ask(Tariffs.changes, MAIN).items
    assert "заблокирован" in failed.reason


def test_on_the_night_of_the_fee_only_the_new_one_is_taken(rich: Window, clock: Clock):
    fee_at = rich.ask(Account.overview, MAIN).next_fee.at
    change(rich, "smart", at=fee_at)
    live(rich, clock, days=9)
    taken = [one for one in charged(rich.store, "fee.month") if one[0] >= to_ms(fee_at)]
    assert taken == [(to_ms(fee_at), -450_00)]
    check_books(rich.store)


def test_waiting_in_steps_or_in_one_go_is_the_same(stores, clock: Clock):
    outcomes = []
    for steps in (1, 7):
        clock.now = NOW
        store = stores.settled()
        window = Window(store)
        window.sign_in()
        set_balance(store, 3_000_00)
        switch(window, ("anti-aon", "sms-100"))
        change(window, "smart", at=clock.now + timedelta(days=12))
        for _ in range(steps):
            live(window, clock, days=42 / steps)
        outcomes.append(standing(store))
    assert outcomes[0] == outcomes[1]


# ------------------------------------------------------------------ by the phone


def test_codes_of_the_catalogue_work(rich: Window, clock: Clock):
    def dial(code: str) -> str:
        return rich.ask(Demo.dial, ANNA, Dial(code=code)).text

    assert dial("*111*0100#").startswith("Заявка принята")
    assert option(rich, "sms-100").state == "on"
    assert "уже подключена" in dial("*111*0100#")
    assert dial("*111*1024#").startswith("Заявка принята")
    assert rich.ask(Tariffs.current, MAIN).tariff.id == "smart"
    assert "Smart" in dial("*111*59#")
    assert "уже подключён" in dial("*111*1024#")
    set_balance(rich.store, 0)
    assert "не хватает 2 850,00" in dial("*111*777#").replace("\xa0", " ")
    assert "код MMI" in dial("*350#"), "a code of another country"


def test_a_code_switches_off(anna: Window):
    def dial(code: str) -> str:
        return anna.ask(Demo.dial, "+79810531122", Dial(code=code)).text

    set_balance(anna.store, 500_00, SECOND)
    assert dial("*111*3333#").startswith("Заявка принята")
    assert option(anna, "as-home", SECOND).state == "on"
    assert dial("*111*2150#").startswith("Заявка принята")
    assert option(anna, "as-home", SECOND).state == "off"
