"""«Услуги»: what may be on together, what it costs and when, baskets, undo."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mts_tui import formatting
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.errors import (
    BudgetReached,
    CabinetError,
    NotFound,
    OptionRefused,
    UndoRefused,
)
from mts_tui.backend.contract.options import Basket, Options
from mts_tui.backend.contract.tariffs import Tariffs
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.catalogue import load
from mts_tui.backend.operator.rating import Usage
from mts_tui.backend.services import explanation
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.option_life import REMINDED_BEFORE
from mts_tui.backend.store import Store
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import from_ms, to_ms

from .desk import MISHA, NOW, Clock, Window, at_once, change, number, rows
from .offers import (
    CHILD,
    CITY,
    MAIN,
    MINSK,
    SECOND,
    balance,
    call,
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

OPTIONS = load().options
STEP_OF_DATA = 100 * 1024
"""Bytes to which a session is rounded up."""


@pytest.fixture
def rich(anna: Window) -> Window:
    """Anna with 5,000 ₽ on her main number."""
    set_balance(anna.store, 5_000_00)
    return anna


def refused(window: Window, *on: str, off: tuple[str, ...] = (), account: str = MAIN) -> str:
    before = everything(window.store, account)
    with pytest.raises(OptionRefused) as caught:
        switch(window, on, off, account)
    assert everything(window.store, account) == before
    return str(caught.value)


# ------------------------------------------------------------------ the list


@pytest.mark.parametrize("account", [MAIN, SECOND, MINSK, CITY, CHILD])
def test_the_list_is_the_catalogues_for_the_tariff(anna: Window, account: str):
    tariff = load().tariffs[anna.ask(Tariffs.current, account).tariff.id]
    found = anna.ask(Options.offered, account).items
    assert [one.id for one in found] == [one.id for one in load().options_for(tariff)]
    for one in found:
        entry = OPTIONS[one.id]
        assert (one.title, one.connect.amount_minor) == (entry.title, entry.connect)
        assert one.price.currency == entry.currency
        assert (one.state == "unavailable") == bool(one.refusal)
        assert one.refusal == "" or one.refusal.endswith(".")
        if entry.archived and one.state != "on":
            assert "архив" in one.refusal


def test_what_is_on_says_since_when_and_what_comes(anna: Window):
    watched = option(anna, "child-care")
    assert watched.state == "on"
    assert watched.trial_until == watched.next_at == watched.since + timedelta(days=14)
    assert watched.price.amount_minor == 50_00
    free = option(anna, "missed-calls")
    assert (free.state, free.period, free.next_at) == ("on", "free", None)
    daily = option(anna, "zero-mts", SECOND)
    assert (daily.state, daily.period) == ("on", "day")
    assert daily.next_at == from_ms(charged(anna.store, "option.day", SECOND)[-1][0]) + timedelta(
        days=1
    )
    assert option(anna, "free-mts-100", SECOND).conflicts == ["zero-mts"]
    assert option(anna, "sms-pro", CHILD).requires == ["blacklist"]
    assert option(anna, "sms-100").group == option(anna, "sms-300").group != ""


def test_strangers_options_are_not_told(open_window):
    misha = open_window()
    misha.sign_in(MISHA)
    for ask in (
        lambda: misha.ask(Options.offered, MAIN),
        lambda: misha.ask(Options.change, MAIN, Basket(on=["sms-100"])),
    ):
        with pytest.raises(NotFound):
            ask()


# ------------------------------------------------------------------ bad baskets


@pytest.mark.parametrize(
    ("on", "off", "account", "said"),
    [
        ((), (), MAIN, "Не выбрано"),
        (("sms-100", "sms-100"), (), MAIN, "дважды"),
        (("sms-100",), ("sms-100",), MAIN, "дважды"),
        (("sms-100", "sms-300"), (), MAIN, "вместе не действуют"),
        (("missed-calls",), (), MAIN, "уже подключена"),
        (("unlimited-calls",), (), MAIN, "в архиве"),
        (("bit",), (), MAIN, "На тарифе Smart Nonstop"),
        (("voicemail",), (), MAIN, "сначала подключите «Переадресация вызова»"),
        ((), ("sms-100",), MAIN, "не подключена"),
        ((), ("content-ban",), CHILD, "в офисе"),
        (("by-internet-1gb",), (), MINSK, "На тарифе Безлимитище 2.0"),
    ],
)
def test_a_bad_basket_changes_nothing(
    rich: Window, on: tuple[str, ...], off: tuple[str, ...], account: str, said: str
):
    assert said in refused(rich, *on, off=off, account=account)


@pytest.mark.parametrize("unknown", ["no-such", "by-favourites-5"])
def test_an_option_of_nobody_or_of_another_country_is_not_found(rich: Window, unknown: str):
    with pytest.raises(NotFound):
        switch(rich, (unknown,))


def test_one_cannot_do_without_what_is_being_removed(rich: Window):
    """Of one basket: the prerequisite goes, what needs it comes."""
    switch(rich, ("forwarding",))
    assert "а её вы отключаете" in refused(rich, "voicemail", off=("forwarding",))
    switch(rich, ("voicemail",))
    result = switch(rich, off=("forwarding",))
    assert result.off == ["Переадресация вызова", "Голосовая почта"]
    assert option(rich, "voicemail").state == "off"


def test_a_blocked_number_changes_nothing(rich: Window):
    with rich.store.write() as tx:
        change(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
    assert "заблокирован" in refused(rich, "sms-100")
    assert option(rich, "sms-100").state == "unavailable"
    assert "Разблокируйте" in option(rich, "sms-100").refusal


def test_one_kopeck_is_one_kopeck(anna: Window):
    set_balance(anna.store, 119_99)
    reason = refused(anna, "sms-100")
    assert "120,00" in reason
    assert "не хватает 0,01" in reason
    set_balance(anna.store, 120_00)
    assert switch(anna, ("sms-100",)).charged.amount_minor == 120_00
    assert balance(anna.store) == 0


def test_a_basket_is_paid_whole_or_not_at_all(anna: Window):
    """Each of them could be paid for, both together could not."""
    set_balance(anna.store, 150_00)
    assert "не хватает 5,00" in refused(anna, "sms-100", "mms-10")
    assert packages(anna.store).keys() == {"call", "sms", "data"}


def test_a_hard_budget_holds(rich: Window):
    with rich.store.write() as tx:
        tx.accounts.set_budget(id=MAIN, budget=1_00, hard=1)
    with pytest.raises(BudgetReached):
        switch(rich, ("sms-100",))
    assert switch(rich, ("in-network",)).charged.amount_minor == 0


# ------------------------------------------------------------------ on and off


def test_a_monthly_one_is_charged_from_day_to_day(rich: Window, clock: Clock):
    """Connected on the 22nd: every 22nd at night; 34 ₽ more for connecting."""
    result = switch(rich, ("mms-plus",))
    assert result.charged.amount_minor == 34_00 + 34_00
    assert (result.monthly_before.amount_minor, result.monthly_after.amount_minor) == (
        50_00,  # the trial as if it were over
        84_00,
    )
    assert option(rich, "mms-plus").next_at == datetime(2026, 12, 22, 0, 3, 9, tzinfo=UTC)
    live(rich, clock, days=92)
    mms = [at for at, amount in charged(rich.store, "option.month") if amount == -34_00]
    assert [from_ms(at).strftime("%Y-%m-%d") for at in mms] == [
        "2026-11-22", "2026-12-22", "2027-01-22", "2027-02-22",
    ]  # fmt: skip
    check_books(rich.store)


def test_a_month_of_the_calendar_begins_on_the_first(rich: Window, clock: Clock):
    """Packages of SMS: the fee is taken on the 1st (facts 2.2)."""
    switch(rich, ("sms-100",))
    assert option(rich, "sms-100").next_at == datetime(2026, 12, 1, 0, 3, 9, tzinfo=UTC)
    assert packages(rich.store)["sms-100.sms"] == 100
    use(rich.store, sms(40, zone="country"))
    live(rich, clock, days=9)
    assert packages(rich.store)["sms-100.sms"] == 100


def test_the_31st_is_the_last_day_of_a_short_month(rich: Window, clock: Clock):
    clock.now = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)
    rich.sign_in()
    set_balance(rich.store, 5_000_00)
    switch(rich, ("mms-plus",))
    live(rich, clock, days=70)
    mms = [at for at, amount in charged(rich.store, "option.month") if amount == -34_00]
    days = [from_ms(at).strftime("%m-%d") for at in mms]
    assert days == ["01-31", "02-28", "03-31"]


def test_a_daily_one_is_charged_each_night(rich: Window, clock: Clock):
    switch(rich, ("anti-aon",))
    live(rich, clock, days=5)
    told = charged(rich.store, "option.day")
    assert [amount for _at, amount in told] == [-3_95] * 6
    assert len({from_ms(at).strftime("%H:%M:%S") for at, _ in told[1:]}) == 1
    switch(rich, off=("anti-aon",))
    live(rich, clock, days=5)
    assert len(charged(rich.store, "option.day")) == 6


def test_another_of_a_group_takes_its_place_and_the_rest_is_lost(rich: Window):
    switch(rich, ("sms-100",))
    assert option(rich, "sms-300").conflicts == ["sms-100"]
    told = preview(rich, Options.change, MAIN, Basket(on=["sms-300"])).answer
    result = switch(rich, ("sms-300",))
    assert result == told
    assert (result.on, result.off) == (["Пакет 300 SMS"], ["Пакет 100 SMS"])
    assert (told.monthly_before.amount_minor, told.monthly_after.amount_minor) == (170_00, 260_00)
    assert "sms-100.sms" not in packages(rich.store)
    assert packages(rich.store)["sms-300.sms"] == 300


def test_who_switches_off_keeps_what_is_paid_for(rich: Window, clock: Clock):
    """To the end of its month; and switching on again in it costs nothing."""
    switch(rich, ("sms-100",))
    switch(rich, off=("sms-100",))
    assert packages(rich.store)["sms-100.sms"] == 100
    use(rich.store, sms(packages(rich.store)["sms"] - 1))
    charge = use(rich.store, sms(3))
    assert (charge.amount_minor, charge.bucket_units, charge.more[0].units) == (0, 1, 2)
    assert switch(rich, ("sms-100",)).charged.amount_minor == 0
    assert packages(rich.store)["sms-100.sms"] == 98
    switch(rich, off=("sms-100",))
    live(rich, clock, days=9)
    assert "sms-100.sms" not in packages(rich.store)
    assert len(charged(rich.store, "option.month")) == 2  # of it one, and the trial is over


def test_a_one_off_lasts_its_days_and_can_be_ordered_again(rich: Window, clock: Clock):
    switch(rich, ("turbo-500",))
    live(rich, clock, days=10)
    switch(rich, ("turbo-500",))
    ends = option(rich, "turbo-500").ends_at
    assert ends == clock.now + timedelta(days=30)
    assert packages(rich.store)["turbo-500.data"] == 2 * 500 * 1024**2
    assert [amount for _at, amount in charged(rich.store, "option.once")] == [-95_00] * 2
    live(rich, clock, days=29, hours=23)
    assert "turbo-500.data" in packages(rich.store)
    live(rich, clock, hours=1)
    assert "turbo-500.data" not in packages(rich.store)
    assert option(rich, "turbo-500").state == "off"
    check_books(rich.store)


# ------------------------------------------------------------------ trials


def test_a_trial_is_told_of_three_days_before_it_is_paid(rich: Window, clock: Clock):
    result = switch(rich, ("premium",))
    assert (result.charged.amount_minor, result.monthly_after.amount_minor) == (0, 349_00)
    ends = option(rich, "premium").trial_until
    assert ends == clock.now + timedelta(days=30)
    live(rich, clock, days=27, seconds=-1)
    assert not [text for text in rich.sms("+79853701234") if "Premium» бесплатна" in text]
    live(rich, clock, seconds=1)
    (told,) = [text for text in rich.sms("+79853701234") if "Premium» бесплатна" in text]
    assert "299,00" in told
    assert to_ms(ends) - to_ms(clock.now) == REMINDED_BEFORE
    live(rich, clock, days=3, seconds=-1)
    assert -299_00 not in [amount for _at, amount in charged(rich.store, "option.month")]
    live(rich, clock, seconds=1)
    assert charged(rich.store, "option.month")[-1] == (to_ms(ends), -299_00)
    assert option(rich, "premium").trial_until is None


def test_there_is_one_trial_only(rich: Window, clock: Clock):
    switch(rich, ("kion",))
    live(rich, clock, days=2)
    switch(rich, off=("kion",))
    assert option(rich, "kion").trial_days == 0, "there is no other one"
    assert option(rich, "kion").ends_at == clock.now + timedelta(days=28)
    live(rich, clock, days=2)
    assert switch(rich, ("kion",)).charged.amount_minor == 0, "the trial goes on"
    switch(rich, off=("kion",))
    live(rich, clock, days=40)
    assert -199_00 not in [amount for _at, amount in charged(rich.store, "option.month")]
    assert switch(rich, ("kion",)).charged.amount_minor == 199_00


# ------------------------------------------------------------------ no money


def test_one_that_cannot_be_paid_waits_until_it_can(anna: Window, clock: Clock):
    set_balance(anna.store, 3_95)
    switch(anna, ("anti-aon",))
    for _ in range(2):
        live(anna, clock, days=1)
    assert option(anna, "anti-aon").suspended
    assert len([text for text in anna.sms("+79853701234") if "не хватило" in text]) == 1
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.move(Entry(at=tx.now_ms, kind="top_up", title="", amount=100_00, contra="bank:card"))
        book.write()
    assert not option(anna, "anti-aon").suspended
    assert charged(anna.store, "option.day")[-1] == (to_ms(clock.now), -3_95)
    check_books(anna.store)


def test_packages_wait_with_their_option(anna: Window, clock: Clock):
    set_balance(anna.store, 120_00)
    switch(anna, ("sms-100",))
    live(anna, clock, days=9)
    assert "sms-100.sms" not in packages(anna.store)
    assert option(anna, "sms-100").suspended
    assert option(anna, "sms-100").next_at == datetime(2026, 12, 2, 0, 3, 9, tzinfo=UTC)


def test_a_blocked_number_is_not_charged(rich: Window, clock: Clock):
    switch(rich, ("anti-aon",))
    with rich.store.write() as tx:
        change(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
    live(rich, clock, days=3)
    assert len(charged(rich.store, "option.day")) == 1
    assert not [text for text in rich.sms("+79853701234") if "не хватило" in text]
    with rich.store.write() as tx:
        change(tx, "UPDATE accounts SET state = 'active' WHERE id = ?", MAIN)
    live(rich, clock, days=1)
    assert len(charged(rich.store, "option.day")) == 2


# ------------------------------------------------------------------ what it changes


def test_a_day_of_use_is_paid_when_it_is_used(rich: Window, clock: Clock):
    """БИТ за границей: 400 ₽ for a day in which there was traffic abroad, 100 MB in it."""
    switch(rich, ("bit-abroad",))
    assert option(rich, "bit-abroad").period == "use"
    live(rich, clock, days=3)
    assert charged(rich.store, "option.use") == []
    use(rich.store, data(10))
    assert charged(rich.store, "option.use") == []
    charge = use(rich.store, data(30, zone="roaming:TR"))
    assert charge.amount_minor == 0
    use(rich.store, data(60, zone="roaming:TR"))
    assert [amount for _at, amount in charged(rich.store, "option.use")] == [-400_00]
    beyond = use(rich.store, data(11, zone="roaming:TR"))
    assert beyond.rule == "data.roaming.mixed"
    live(rich, clock, days=1)
    use(rich.store, data(1, zone="roaming:TR"))
    assert len(charged(rich.store, "option.use")) == 2
    check_books(rich.store)


def test_a_day_of_use_that_cannot_be_paid_does_not_begin(anna: Window):
    set_balance(anna.store, 399_99)
    switch(anna, ("bit-abroad",))
    assert use(anna.store, data(1, zone="roaming:TR")) is None
    assert balance(anna.store) == 399_99


def test_incoming_abroad_is_free_with_the_option(rich: Window):
    away = call(5, zone="roaming:TR", direction="in")
    assert use(rich.store, away).amount_minor == 5 * 65_00
    switch(rich, ("zero-abroad",))
    assert use(rich.store, away).amount_minor == 0
    switch(rich, off=("zero-abroad",))
    assert use(rich.store, away).amount_minor == 5 * 65_00


def test_several_packages_pay_for_one_session(rich: Window):
    """The one that ends first goes first, and what it lacks the next one gives."""
    switch(rich, ("turbo-500",))
    spare = packages(rich.store)["data"] - 2 * STEP_OF_DATA
    use(rich.store, Usage("data", "out", "internet.mts.ru", "home", "internet", spare))
    left = packages(rich.store)["data"]
    assert 0 < left < 11 * STEP_OF_DATA
    charge = use(rich.store, data(1))
    assert (charge.amount_minor, charge.rated_units) == (0, 11 * STEP_OF_DATA)
    assert (charge.bucket, charge.bucket_units) == ("data", left)
    (more,) = charge.more
    assert (more.bucket, more.units) == ("turbo-500.data", 11 * STEP_OF_DATA - left)
    assert packages(rich.store)["data"] == 0
    with rich.store.read() as tx:
        row = tx.archive.operation(account_id=MAIN, seq=tx.accounts.by_id(id=MAIN)["operation_seq"])
        shares = tx.services.shares(account_id=MAIN, seq=row["seq"])
        steps = {one.title: one.value for one in explanation.steps(row, "RUB", shares)}
    check_books(rich.store)
    assert steps["Взято из другого пакета"] == formatting.traffic(more.units)


def test_the_calendar_knows_of_options(rich: Window):
    switch(rich, ("anti-aon",))
    told = [one for one in rich.ask(Account.charges, MAIN).items if one.kind == "option"]
    assert len([one for one in told if "АнтиАОН" in one.title]) == 31
    assert [one.amount.amount_minor for one in told if "Ребёнок" in one.title] == [-50_00]


# ------------------------------------------------------------------ previews, undo, at once


@pytest.mark.parametrize(
    ("on", "off"),
    [(("sms-100", "turbo-500"), ("child-care",)), (("kion",), ()), ((), ("missed-calls",))],
)
def test_a_preview_tells_all_and_changes_nothing(
    rich: Window, on: tuple[str, ...], off: tuple[str, ...]
):
    before = everything(rich.store)
    told = preview(rich, Options.change, MAIN, Basket(on=list(on), off=list(off)))
    assert everything(rich.store) == before
    result = switch(rich, on, off)
    assert told.answer == result
    seen = rich.ask(Account.overview, MAIN)
    for found in told.changes:
        assert found.after.balance == seen.number.balance
        assert found.after.buckets == seen.buckets


@pytest.mark.parametrize(
    ("first", "on", "off"),
    [
        (("sms-100",), ("sms-300", "forwarding", "voicemail"), ("child-care",)),
        (("turbo-500",), ("turbo-500",), ()),
        (("turbo-500",), ("turbo-1gb",), ()),
        (("forwarding", "voicemail"), (), ("forwarding",)),
        ((), ("premium", "bit-abroad"), ()),
    ],
)
def test_undo_is_exact(
    rich: Window, clock: Clock, first: tuple[str, ...], on: tuple[str, ...], off: tuple[str, ...]
):
    if first:
        switch(rich, first)
        clock.move(minutes=5)
    before = standing(rich.store)
    switch(rich, on, off)
    assert standing(rich.store) != before
    clock.move(minutes=9)
    take_back(rich)
    assert standing(rich.store) == before
    check_books(rich.store)
    points = rich.ask(Account.overview, MAIN).month
    assert not [one for one in points if one.spent.amount_minor < 0]


def test_undo_is_refused_once_it_was_used(rich: Window, clock: Clock):
    switch(rich, ("sms-100",), ("child-care",))
    clock.move(seconds=1)
    use(rich.store, data(1))  # From the tariff's own package: no harm.
    use(rich.store, sms(2, zone="roaming:TR"))
    with pytest.raises(UndoRefused, match="уже пользовались"):
        take_back(rich)


def test_undo_is_refused_once_others_built_on_it(rich: Window, clock: Clock):
    switch(rich, ("sms-100",))
    first = rich.ask(Undo.pending)
    clock.move(seconds=1)
    switch(rich, ("mms-10",))
    with pytest.raises(UndoRefused, match="изменились ещё раз"):
        rich.ask(Undo.take_back, first.items[0].id)
    take_back(rich)
    rich.ask(Undo.take_back, first.items[0].id)
    assert option(rich, "sms-100").state == "off"


def test_twice_at_once_from_two_clients_is_one_effect(rich: Window, stores):
    """Two of them in processes of their own."""
    others = []
    for store in (rich.store, *(stores.again(rich.store) for _ in range(2))):
        window = Window(store)
        window.token = rich.token
        others.append(window)
    outcomes = at_once(*(lambda w=window: switch(w, ("sms-100",)) for window in (rich, *others)))
    assert len([one for one in outcomes if isinstance(one, OptionRefused)]) == 3
    assert [amount for _at, amount in charged(rich.store, "option.month")] == [-120_00]
    check_books(rich.store)


def test_the_owner_is_told(rich: Window):
    switch(rich, ("sms-100",), ("missed-calls",))
    (text,) = [one for one in rich.sms("+79853701234") if "Подключено" in one]
    assert text == "Подключено: Пакет 100 SMS. Отключено: Вам звонили!. Списано 120,00\xa0₽."


# ------------------------------------------------------------------ whatever people do

SOME = [
    "sms-100", "sms-300", "sms-once-50", "mms-10", "mms-plus", "turbo-100", "turbo-500",
    "forwarding", "voicemail", "blacklist", "sms-pro", "content-ban", "safe-childhood", "kion",
    "anti-aon", "anti-aon-request", "zero-abroad", "free-journey", "bit-abroad", "maxi-bit-abroad",
    "turbo-abroad", "child-care", "abroad-calls",
]  # fmt: skip
STEP = st.one_of(
    st.tuples(
        st.just("basket"),
        st.lists(st.sampled_from(SOME), max_size=4),
        st.lists(st.sampled_from(SOME), max_size=3),
    ),
    st.tuples(st.just("time"), st.integers(1, 40 * 24), st.just(None)),
    st.tuples(st.just("use"), st.sampled_from(["sms", "data", "call"]), st.booleans()),
    st.tuples(st.just("undo"), st.just(None), st.just(None)),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=3, max_size=14), money=st.integers(0, 3_000_00))
def test_whatever_people_do_the_rules_hold(
    stores, steps: list[tuple[str, object, object]], money: int
):
    clock = stores.clock
    clock.now = NOW
    store = stores.settled()
    window = Window(store)
    window.sign_in()
    set_balance(store, money)
    for what, first, second in steps:
        try:
            if what == "basket":
                clock.move(seconds=1)
                switch(window, tuple(first), tuple(second))
            elif what == "time":
                live(window, clock, hours=first)
            elif what == "use":
                zone = "roaming:TR" if second else "home"
                use(store, {"sms": sms, "data": data, "call": call}[first](2, zone=zone))
            else:
                take_back(window)
        except (CabinetError, IndexError):
            pass
        check_rules(store)
    check_books(store)
    store.close()


def check_rules(store: Store) -> None:
    with store.read() as tx:
        on = [
            OPTIONS[row["id"]]
            for row in tx.services.options(account_id=MAIN)
            if row["off_at"] is None
        ]
        row = tx.accounts.by_id(id=MAIN)
        open_ends = rows(
            tx, "SELECT id FROM buckets WHERE account_id = ? AND ends_at > ?", MAIN, tx.now_ms
        )
        dues = number(
            tx, "SELECT COUNT(*) FROM due WHERE account_id = ? AND at < ?", MAIN, row["lived_until"]
        )
        rules = rows(tx, "SELECT DISTINCT rule FROM operations WHERE kind IN ('fee', 'option')")
    assert {one["rule"] for one in rules} <= explanation.RULES.keys()
    assert row["balance"] >= row["floor"] == 0
    groups = [one.group for one in on if one.group]
    assert len(set(groups)) == len(groups)
    ids = {one.id for one in on}
    for one in on:
        assert not one.requires or ids & set(one.requires)
        assert one.fits(load().tariffs["smart-nonstop"])
    assert len({one["id"] for one in open_ends}) == len(open_ends)
    assert dues == 0
