"""«Подбор тарифа»: the same rating as the bill's, month by month, with the options that help."""

import time
from calendar import monthrange
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mts_tui.backend.contract.errors import InvalidRequest, NotFound, TariffRefused
from mts_tui.backend.contract.tariffs import Fit, Tariffs
from mts_tui.backend.operator.catalogue import MEGABYTE, load
from mts_tui.backend.operator.rating import Usage
from mts_tui.backend.services import fitting, fitting_bills
from mts_tui.backend.services.fitting_bills import Month
from mts_tui.backend.store import Store
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import from_ms, to_ms

from .desk import MISHA, Clock, Window, change, number, rows
from .offers import (
    CHILD,
    CITY,
    MAIN,
    MINSK,
    SECOND,
    call,
    check_books,
    data,
    everything,
    live,
    sms,
    switch,
    use,
)

TARIFFS, OPTIONS = load().tariffs, load().options
START = datetime(2026, 9, 1, tzinfo=UTC)


def fit(window: Window, tariff: str, account: str = MAIN, **more: int) -> Fit:
    return window.ask(Tariffs.fit, account, tariff, **more)


def month(*usage: tuple[int, Usage], start: datetime = START) -> Month:
    records = {kind: [] for kind in fitting_bills.KINDS}
    for day, one in usage:
        records[one.kind].append((day, one))
    days = monthrange(start.year, start.month)[1]
    return Month(start=start, days=days, count=len(usage), records=records)


def bill(tariff: str, *usage: tuple[int, Usage], options: tuple[str, ...] = ()) -> dict[str, int]:
    """What one month costs, by kind, without what costs nothing."""
    used = [month(*usage)]
    allowed = [OPTIONS[one] for one in options]
    (found,) = fitting_bills.cheapest(TARIFFS[tariff], allowed, used)
    return {kind: cost for kind, cost in found.parts(30).items() if cost}


# ------------------------------------------------------------------ arithmetic, by hand


def test_packages_are_used_up_in_order():
    """Smart: 500 minutes; then other networks cost 2.00."""
    assert bill("smart", (0, call(499)), (1, call(3))) == {"fee": 450_00, "call": 2 * 2_00}
    assert bill("smart", (0, call(500)), (9, call(3, "own"))) == {"fee": 450_00}


def test_packages_of_a_day_are_new_each_day():
    """Супер МТС: 20 minutes a day to the own network, then 1.50."""
    assert bill("super-mts", (0, call(25, "own")), (1, call(25, "own"))) == {"call": 2 * 5 * 1_50}
    assert bill("super-mts", (0, call(25, "own")), (0, call(25, "own"))) == {"call": 30 * 1_50}


def test_a_daily_fee_is_for_each_day():
    assert bill("vsegda-nalegke") == {"fee": 30 * 12_50}


def test_an_option_is_taken_where_it_pays():
    """300 SMS at 1.90 are 570 ₽: «Пакет 300 SMS» for 210 is the best of them."""
    many = [(0, sms(300))]
    offered = ("sms-100", "sms-300", "sms-500", "sms-1000")
    assert bill("red-energy", *many) == {"sms": 300 * 1_90}
    assert bill("red-energy", *many, options=offered) == {"option": 210_00}
    few = [(0, sms(60))]
    assert bill("red-energy", *few, options=offered) == {"sms": 60 * 1_90}


def test_one_of_a_group_only():
    """1,300 SMS: 1,000 of one option and 300 of another cannot be had."""
    told = bill("red-energy", (0, sms(1300)), options=("sms-1000", "sms-300"))
    assert told == {"option": 340_00, "sms": 300 * 1_90}


def test_connecting_is_paid_once():
    used = [month((0, call(100, "other_country"))), month((0, call(100, "other_country")))]
    bills = fitting_bills.cheapest(TARIFFS["smart"], [OPTIONS["minutes-150"]], used)
    assert [one.parts(30)["option"] for one in bills] == [34_00 + 210_00, 210_00]
    assert all(one.parts(30)["call"] == 0 for one in bills)


def test_a_one_off_is_bought_in_months_in_which_it_pays():
    heavy = Usage("data", "out", "internet.mts.ru", "home", "internet", 3_000 * MEGABYTE)
    more = Usage("data", "out", "internet.mts.ru", "home", "internet", 400 * MEGABYTE)
    used = [month((0, heavy), (1, more)), month((0, heavy)), month((0, heavy), (2, more))]
    bills = fitting_bills.cheapest(TARIFFS["smart"], [OPTIONS["turbo-500"]], used)
    assert [[option.id for option in one.options] for one in bills] == [
        ["turbo-500"], [], ["turbo-500"],
    ]  # fmt: skip
    assert [sum(one.parts(30).values()) for one in bills] == [545_00, 450_00, 545_00]


def test_two_options_may_help_together():
    usage = [(0, sms(300)), (1, call(100, "world"))]
    told = bill("red-energy", *usage, options=("sms-300", "abroad-calls"))
    assert told == {"option": 210_00, "call": 100 * 39_90}


def abroad(megabytes: int) -> Usage:
    size = megabytes * MEGABYTE
    return Usage("data", "out", "internet.mts.ru", "roaming:TR", "internet", size)


def test_a_day_of_use_is_paid_on_days_on_which_it_helps():
    """БИТ за границей: 100 MB a day for 400 ₽, on the days with traffic there and on no other."""
    trip = [(3, abroad(40)), (3, abroad(40)), (4, abroad(90)), (9, call(1))]
    assert bill("smart", *trip, options=("bit-abroad",)) == {"fee": 450_00, "option": 2 * 400_00}
    dear = bill("smart", *trip)["data"]
    assert dear > 2 * 400_00
    beyond = bill("smart", (3, abroad(100)), (3, abroad(10)), options=("bit-abroad",))
    assert beyond["option"] == 400_00
    assert beyond["data"] == bill("smart", (3, abroad(10)))["data"]


def test_a_day_of_use_is_not_taken_where_it_does_not_pay():
    """One megabyte in Turkey costs less than the day."""
    told = bill(
        "smart", (3, Usage("data", "out", "", "roaming:TR", "internet", 1)), options=("bit-abroad",)
    )
    assert "option" not in told
    assert 0 < told["data"] < 400_00


def test_a_day_of_use_serves_every_kind_once():
    """Забугорище: 390 ₽ for a day, and the tariff's minutes, SMS and traffic work abroad."""
    day = [
        (3, Usage("call", "out", "+79161234567", "roaming:TR", "own", 600)),
        (3, Usage("sms", "out", "+79161234567", "roaming:TR", "own", 5)),
        (3, abroad(30)),
    ]
    assert bill("smart", *day, options=("zabugorishche",)) == {"fee": 450_00, "option": 390_00}


def test_days_of_use_are_those_of_life(anna: Window, clock: Clock):
    """What the account pays in a month of trips is what the fitting says of that month."""
    with anna.store.write() as tx:
        change(tx, "UPDATE accounts SET balance = 5000000 WHERE id = ?", MAIN)
    switch(anna, ("bit-abroad",))
    for size in (30, 60, 50, 1):
        live(anna, clock, days=1, hours=1)
        use(anna.store, data(size, zone="roaming:TR"))
        use(anna.store, data(size, zone="roaming:TR"))
    with anna.store.read() as tx:
        paid = rows(
            tx,
            "SELECT kind, CAST(-SUM(amount) AS BIGINT) AS paid FROM operations"
            " WHERE account_id = ? AND (rule = 'option.use' OR zone = 'roaming:TR') GROUP BY kind",
            MAIN,
        )
    trips = [(day, abroad(size)) for day, size in enumerate((30, 60, 50, 1)) for _ in range(2)]
    plan = fitting_bills._usage(
        TARIFFS["smart-nonstop"], [OPTIONS["bit-abroad"]], month(*trips), ["data"]
    )
    assert plan[1] == {"bit-abroad": 4}
    told = {"option": 4 * 400_00, "data": plan[0]["data", "roaming"]}
    assert told == {row["kind"]: row["paid"] for row in paid}


def test_what_makes_nothing_cheaper_is_left_out_of_both_sums(anna: Window):
    before = fit(anna, "smart")
    with anna.store.write() as tx:
        fees = [
            Entry(
                at=to_ms(datetime(2026, 9, 5, 12, tzinfo=UTC)), kind="option", title=title,
                amount=-amount, contra="revenue:options", rule="option.month",
            )
            for title, amount in (
                ("Ежемесячная плата: KION", 199_00),
                ("Подключение: Городской номер к мобильному", 34_00),
                ("Ежемесячная плата: Пакет 100 SMS", 120_00),
            )
        ]  # fmt: skip
        change(tx, "UPDATE accounts SET balance = 5000000 WHERE id = ?", MAIN)
        post(tx, MAIN, fees)
    after = fit(anna, "smart")
    assert after.actual.amount_minor - before.actual.amount_minor == 120_00
    assert after.total == before.total


# ------------------------------------------------------------------ the account's own


@pytest.mark.parametrize("account", [MAIN, MINSK, CITY])
def test_on_the_own_tariff_it_is_what_was_paid(
    anna: Window, account: str, monkeypatch: pytest.MonkeyPatch
):
    """Month by month and to the kopeck, where the months of the fee are the calendar's."""
    monkeypatch.setattr(fitting, "is_sensible", lambda *_: False)
    own = anna.ask(Tariffs.current, account).tariff.id
    found = fit(anna, own, account, months=3)
    with anna.store.read() as tx:
        zone = {MINSK: 3, MAIN: 3, CITY: 3}[account]
        for part in found.months:
            ends = (part.month + timedelta(hours=zone, days=32)).replace(day=1, hour=0)
            paid = rows(
                tx,
                "SELECT kind, CAST(-SUM(amount) AS BIGINT) AS paid FROM operations"
                " WHERE account_id = ? AND at >= ? AND at < ? AND amount < 0"
                " AND kind IN ('call', 'sms', 'mms', 'data', 'fee', 'option') GROUP BY kind",
                *(account, to_ms(part.month), to_ms(ends - timedelta(hours=zone))),
            )
            told = {one.kind: one.cost.amount_minor for one in part.parts}
            assert told == {row["kind"]: row["paid"] for row in paid}
    assert found.total == found.actual
    assert found.options == []


@pytest.mark.parametrize("account", [MAIN, SECOND, MINSK, CITY, CHILD])
def test_every_tariff_of_the_country_can_be_tried(anna: Window, account: str):
    before = everything(anna.store, account)
    found = {one.id: fit(anna, one.id, account) for one in anna.ask(Tariffs.offered, account).items}
    assert everything(anna.store, account) == before
    assert len({one.records for one in found.values()}) == 1
    assert len({one.actual.amount_minor for one in found.values()}) == 1
    for one in found.values():
        assert one.total.amount_minor == sum(part.cost.amount_minor for part in one.months)
        for part in one.months:
            kinds = [kind.kind for kind in part.parts]
            assert len(set(kinds)) == len(kinds)
            assert part.cost.amount_minor == sum(kind.cost.amount_minor for kind in part.parts)
        assert all(line.endswith(".") for line in one.lost)
        again = fit(anna, one.tariff.id, account)
        assert again == one


def test_options_never_make_it_dearer(anna: Window, monkeypatch: pytest.MonkeyPatch):
    helped = {one: fit(anna, one).total.amount_minor for one in ("smart", "super-mts", "ultra")}
    monkeypatch.setattr(fitting, "is_sensible", lambda *_: False)
    alone = {one: fit(anna, one).total.amount_minor for one in helped}
    assert all(helped[one] <= alone[one] for one in helped)
    assert helped["super-mts"] < alone["super-mts"]


def test_the_months_are_full_ones_of_the_account(anna: Window):
    assert [one.month for one in fit(anna, "smart", months=2).months] == [
        datetime(2026, 8, 31, 21, tzinfo=UTC),
        datetime(2026, 9, 30, 21, tzinfo=UTC),
    ]
    long = fit(anna, "smart", months=12)
    assert len(long.months) == 12
    with anna.store.read() as tx:
        counted = number(
            tx,
            "SELECT COUNT(*) FROM operations WHERE account_id = ? AND at >= ? AND at < ?"
            " AND kind IN ('call', 'sms', 'mms', 'data')",
            *(MAIN, to_ms(long.months[0].month), to_ms(datetime(2026, 10, 31, 21, tzinfo=UTC))),
        )
    assert long.records == counted


def test_a_new_number_has_no_full_month_yet(anna: Window, clock: Clock):
    opened = clock.now - timedelta(days=40)
    with anna.store.write() as tx:
        change(tx, "UPDATE accounts SET opened_at = ? WHERE id = ?", to_ms(opened), MAIN)
    with pytest.raises(TariffRefused, match="полным месяцам"):
        fit(anna, "smart")


@pytest.mark.parametrize("months", [0, 13])
def test_months_have_bounds(anna: Window, months: int):
    with pytest.raises(InvalidRequest):
        fit(anna, "smart", months=months)


def test_only_own_accounts_and_own_country(anna: Window, open_window):
    with pytest.raises(TariffRefused, match="другой страны"):
        fit(anna, "by-gostevoi")
    with pytest.raises(NotFound):
        fit(anna, "no-such")
    misha = open_window()
    misha.sign_in(MISHA)
    with pytest.raises(NotFound):
        fit(misha, "smart")


def test_what_happens_now_does_not_change_what_was(anna: Window, clock: Clock):
    before = fit(anna, "smart")
    clock.move(seconds=1)
    use(anna.store, call(30))
    assert fit(anna, "smart") == before


def test_a_month_that_is_still_lived_through_is_read_anew(anna: Window, clock: Clock):
    """On the 1st, before the account caught up with the night."""
    clock.now = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    anna.sign_in()
    before = fit(anna, "smart", months=1)
    with anna.store.write() as tx:
        late = Entry(
            at=to_ms(datetime(2026, 11, 30, 18, tzinfo=UTC)),
            kind="sms", title="Исходящее SMS", direction="out", peer="+79561234567", zone="home",
            units=1, rule="sms.home.package",
        )  # fmt: skip
        post(tx, MAIN, [late])
    assert fit(anna, "smart", months=1).records == before.records + 1


def test_what_would_be_missed_is_told(anna: Window, monkeypatch: pytest.MonkeyPatch):
    told = fit(anna, "red-energy")
    assert any(line.startswith("Пакета минут нет: ") for line in told.lost)
    trips = [line for line in fit(anna, "smart-mini").lost if "В поездках по стране" in line]
    assert trips == [], "«Домашний пакет Россия» covers them"
    monkeypatch.setattr(fitting, "options_of", lambda *_: [])
    (trips,) = [line for line in fit(anna, "smart-mini").lost if "В поездках по стране" in line]
    assert trips.endswith("₽.")
    monkeypatch.undo()
    child = fit(anna, "smart", CHILD)
    assert "Услуга «Чёрный список (ребёнок)» на этом тарифе не действует." in child.lost


def _used(store: Store) -> list[Month]:
    with store.read() as tx:
        return fitting.usage_of(tx, tx.accounts.by_id(id=MAIN), 3)


# ------------------------------------------------------------------ as much as there may be


def test_twenty_thousand_records_on_every_tariff_take_seconds(anna: Window):
    """All tariffs, one after another, as the screen asks for them; of the processor, not by the clock."""
    since = to_ms(datetime(2026, 7, 31, 21, tzinfo=UTC))
    with anna.store.write() as tx:
        known = rows(
            tx,
            "SELECT * FROM operations WHERE account_id = ? AND at >= ? AND at < ?"
            " AND kind IN ('call', 'sms', 'mms', 'data')",
            *(MAIN, since, to_ms(datetime(2026, 10, 31, 21, tzinfo=UTC))),
        )
        copies = [
            Entry(**{name: row[name] for name in Entry.__struct_fields__ if name in row})
            for row in known * (20_000 // len(known))
        ]
        for one in copies:
            one.amount, one.contra, one.bucket, one.bucket_units = 0, "", None, 0
        post(tx, MAIN, sorted(copies, key=lambda one: one.at))
    tariffs = [one.id for one in anna.ask(Tariffs.offered, MAIN).items]
    started = time.process_time()
    found = [fit(anna, one) for one in tariffs]
    assert time.process_time() - started < 15
    assert min(one.records for one in found) > 20_000
    assert Counter(one.records for one in found).most_common()[0][1] == len(tariffs)
    check_books(anna.store)
    assert from_ms(since) == found[0].months[0].month
