"""«Автоплатёж»: when rules run, how often, what stops them, and once however many try."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mts_tui.backend.background import due_job, pass_time
from mts_tui.backend.contract.autopay import Autopay, AutopayOrder, AutopayRule, AutopayRun
from mts_tui.backend.contract.errors import (
    AutopayRefused,
    CabinetError,
    InvalidRequest,
    NotFound,
    StepUpRequired,
    UndoRefused,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.services import autopay_runs
from mts_tui.backend.services.autopay import BOUNDS, MOST_RULES
from mts_tui.backend.services.autopay_runs import Rule, next_time
from mts_tui.backend.store import Transaction
from mts_tui.backend.store.transaction import from_ms, to_ms

from .conftest import Stores
from .desk import NOW, Clock, Window, at_once, change
from .quiet import MIR, Quiet, plain

MOSCOW = ZoneInfo("Europe/Moscow")


def roubles(amount: float, currency: str = "RUB") -> Money:
    return Money(amount_minor=round(amount * 100), currency=currency)


def low(amount: float = 300, threshold: float = 100, **more: Any) -> AutopayOrder:
    return AutopayOrder(
        kind="threshold",
        amount=roubles(amount),
        card=more.pop("card", "pays"),
        threshold=roubles(threshold),
        **more,
    )


def weekly(weekday: int = 1, amount: float = 300, **more: Any) -> AutopayOrder:
    card = more.pop("card", "pays")
    return AutopayOrder(kind="week", amount=roubles(amount), card=card, weekday=weekday, **more)


def monthly(day: int = 31, amount: float = 300, **more: Any) -> AutopayOrder:
    card = more.pop("card", "pays")
    return AutopayOrder(kind="month", amount=roubles(amount), card=card, day=day, **more)


@pytest.fixture
def quiet(anna: Window, clock: Clock) -> Quiet:
    made = Quiet(anna, clock)
    made.keep_card()
    return made


def create(quiet: Quiet, order: AutopayOrder) -> AutopayRule:
    quiet.prove()
    return quiet.ask(Autopay.create, order)


def rules(quiet: Quiet) -> list[AutopayRule]:
    return quiet.ask(Autopay.rules).items


def runs(quiet: Quiet) -> list[AutopayRun]:
    """The oldest first."""
    return quiet.ask(Autopay.runs).items[::-1]


def ran_at(quiet: Quiet) -> list[str]:
    """Local times of the runs."""
    zone = ZoneInfo(quiet.row["zone"])
    return [f"{one.at.astimezone(zone):%Y-%m-%d %H:%M} {one.state}" for one in runs(quiet)]


# ------------------------------------------------------------------ by threshold


def test_a_charge_below_the_threshold_brings_money(quiet: Quiet):
    rule = create(quiet, low())
    assert (plain(rule.title), rule.state, rule.next_at) == (
        "Когда на счёте меньше 100,00 ₽", "active", None,
    )  # fmt: skip
    quiet.spend(400_00)
    assert quiet.balance == 100_00
    assert runs(quiet) == []
    quiet.spend(1)
    assert quiet.balance == 399_99
    assert quiet.history[:2] == [(f"Автоплатёж: {MIR}", 300_00), ("Проба", -1)]
    (run,) = runs(quiet)
    assert (run.state, run.amount, run.means, run.reason, run.at) == (
        "done", roubles(300), MIR, "", NOW,
    )  # fmt: skip
    assert quiet.sms[0] == f"Автоплатёж: счёт пополнен на 300,00 ₽ с карты {MIR}."
    (rule,) = rules(quiet)
    assert (rule.spent_today, rule.spent_this_month) == (roubles(300), roubles(300))
    assert rule.last_run == run


def test_it_runs_at_once_where_the_balance_is_below_already(quiet: Quiet):
    rule = create(quiet, low(threshold=500.01))
    assert quiet.balance == 800_00
    assert rule.last_run is not None


def test_a_preview_asks_for_no_proof_and_tells_of_the_first_run(quiet: Quiet):
    quiet.clock.move(minutes=6)
    with pytest.raises(StepUpRequired):
        quiet.ask(Autopay.create, low())
    endpoint = Autopay.create.endpoint.preview

    class Previewed:
        def __init__(self) -> None:
            self.endpoint = endpoint

    preview = quiet.ask(Previewed(), low(threshold=1000))
    (changed,) = preview.changes
    assert changed.after.balance == roubles(800)
    assert [one.title for one in changed.operations] == [f"Автоплатёж: {MIR}"]
    assert plain(preview.answer.title) == "Когда на счёте меньше 1 000,00 ₽"
    assert (quiet.balance, rules(quiet), runs(quiet)) == (500_00, [], [])


def test_a_preview_asks_no_bank(quiet: Quiet, monkeypatch: pytest.MonkeyPatch):
    def ask(*_: object) -> None:
        raise AssertionError("the bank was asked")

    monkeypatch.setattr(autopay_runs.bank, "refusal", ask)
    previewed = type("Previewed", (), {"endpoint": Autopay.create.endpoint.preview})
    assert quiet.ask(previewed(), low(threshold=1000)).changes


def test_three_runs_a_day_and_then_it_waits_for_midnight(quiet: Quiet):
    create(quiet, low(amount=50, threshold=1000))
    assert quiet.ask(Autopay.terms).runs_left == 2
    for _ in range(4):
        quiet.spend(1_00)
    assert quiet.balance == 500_00 + 3 * 50_00 - 4_00
    assert [one.state for one in runs(quiet)] == ["done", "done", "done", "skipped"]
    skipped = runs(quiet)[-1]
    assert "не больше 3 раз в день" in skipped.reason
    assert skipped.next_try_at == datetime(2026, 11, 23, tzinfo=MOSCOW)
    assert quiet.ask(Autopay.terms).runs_left == 0
    assert "Автоплатёж пропущен" in quiet.notices
    quiet.live(datetime(2026, 11, 23, 0, 0, tzinfo=MOSCOW) - timedelta(milliseconds=1))
    assert len(runs(quiet)) == 4
    quiet.live(milliseconds=1)  # Still below, and a new day.
    assert ran_at(quiet)[-1] == "2026-11-23 00:00 done"
    assert quiet.ask(Autopay.terms).runs_left == 2


def test_the_limit_of_runs_is_the_accounts_not_the_rules(quiet: Quiet):
    for threshold in (900, 800, 700, 600):
        create(quiet, low(amount=50, threshold=threshold))
    states = [one.state for one in runs(quiet)]
    assert states[:3] == ["done"] * 3
    assert set(states[3:]) == {"skipped"}


def test_the_day_limit_is_exact(quiet: Quiet):
    create(quiet, low(amount=100, day_limit=roubles(200)))
    quiet.spend(500_00 - 99_99)
    quiet.spend(100_00)
    assert [one.state for one in runs(quiet)] == ["done", "done"]
    quiet.spend(100_00)
    assert "вашего предела за день, 200,00 ₽" in plain(runs(quiet)[-1].reason)
    assert runs(quiet)[-1].state == "skipped"
    quiet.spend(1)  # It waits: one skip is told, not one for each charge.
    assert len(runs(quiet)) == 3
    quiet.live(days=1)
    assert ran_at(quiet)[-1] == "2026-11-23 00:00 done"


def test_a_month_limit_begins_anew_with_the_month(quiet: Quiet):
    create(quiet, low(amount=100, month_limit=roubles(199.99)))
    quiet.spend(450_00)
    quiet.spend(60_00)
    assert [one.state for one in runs(quiet)] == ["done", "skipped"]
    assert runs(quiet)[-1].next_try_at == datetime(2026, 12, 1, tzinfo=MOSCOW)
    quiet.live(days=8)
    assert len(runs(quiet)) == 2
    quiet.live(datetime(2026, 12, 1, 9, tzinfo=MOSCOW))
    assert ran_at(quiet)[-1] == "2026-12-01 00:00 done"


def test_a_wait_ends_quietly_where_somebody_topped_up(quiet: Quiet):
    create(quiet, low(amount=100, day_limit=roubles(100)))
    quiet.spend(450_00)
    quiet.spend(60_00)
    quiet.pay(500_00)
    quiet.live(days=1)
    assert [one.state for one in runs(quiet)] == ["done", "skipped"]
    quiet.spend(500_00)
    assert [one.state for one in runs(quiet)] == ["done", "skipped", "done"]


def test_the_highest_threshold_goes_first_and_may_be_enough(quiet: Quiet):
    create(quiet, low(amount=50, threshold=100))
    create(quiet, low(amount=500, threshold=200))
    quiet.spend(450_00)
    assert [plain(one.title) for one in runs(quiet)] == ["Когда на счёте меньше 200,00 ₽"]


def test_the_fee_brings_the_money_that_it_takes(quiet: Quiet):
    """A run within the fee: the balance ends as both say, and the packages are there."""
    create(quiet, low(amount=1000, threshold=400))
    quiet.set(tariff_id="smart-nonstop", fee_at=to_ms(NOW + timedelta(hours=1)), fee_day=23)
    quiet.live(hours=2)
    assert quiet.balance == 1000_00
    assert [one.state for one in runs(quiet)] == ["done"]
    assert quiet.history[0][0].startswith("Автоплатёж")
    assert quiet.history[1] == ("Ежемесячная плата Smart Nonstop", -500_00)
    assert not quiet.row["suspended"]


def test_a_run_pays_the_fee_that_waited_and_that_fee_may_bring_the_next(quiet: Quiet):
    quiet.set(
        tariff_id="smart-nonstop", fee_at=to_ms(NOW + timedelta(hours=1)), fee_day=23, suspended=1
    )
    create(quiet, low(amount=100, threshold=550))
    assert [amount for _, amount in quiet.history[:3]] == [100_00, -500_00, 100_00]
    assert quiet.balance == 200_00
    assert len(runs(quiet)) == 2
    assert not quiet.row["suspended"]


# ------------------------------------------------------------------ by schedule


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (weekly(1), ["2026-11-23", "2026-11-30", "2026-12-07"]),
        (weekly(7), ["2026-11-29", "2026-12-06", "2026-12-13"]),
        (monthly(22), ["2026-12-22", "2027-01-22", "2027-02-22"]),
        (monthly(31), ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]),
    ],
)
def test_a_schedule_runs_at_ten_of_the_accounts_zone(
    quiet: Quiet, order: AutopayOrder, expected: list[str]
):
    rule = create(quiet, order)
    first = datetime.fromisoformat(f"{expected[0]} 10:00").replace(tzinfo=MOSCOW)
    assert rule.next_at == first
    quiet.live(first - timedelta(milliseconds=1))
    assert runs(quiet) == []
    # All of it at once, as after a long time in which nobody opened the program.
    quiet.live(datetime.fromisoformat(f"{expected[-1]} 10:00").replace(tzinfo=MOSCOW))
    assert ran_at(quiet) == [f"{day} 10:00 done" for day in expected]
    assert quiet.balance == 500_00 + len(expected) * 300_00


def schedule(**occasion: int) -> Rule:
    empty: dict[str, Any] = dict.fromkeys(
        ("threshold", "weekday", "day", "day_limit", "month_limit")
    )
    return Rule(
        account_id="", id="", kind="month", state="active", amount=1, card_id="", created_at=0,
        **{**empty, **occasion},
    )  # fmt: skip


def times(rule: Rule, after: datetime, zone: str, count: int) -> list[str]:
    found = []
    at = to_ms(after)
    for _ in range(count):
        following = next_time(rule, at, ZoneInfo(zone))
        assert following is not None
        at = following
        found.append(f"{from_ms(at):%Y-%m-%d %H:%M}")
    return found


def test_ten_o_clock_stays_ten_o_clock_over_the_change_to_summer_time():
    before = datetime(2027, 3, 20, 12, tzinfo=UTC)
    assert times(schedule(weekday=7), before, "Europe/Berlin", 3) == [
        "2027-03-21 09:00", "2027-03-28 08:00", "2027-04-04 08:00",
    ]  # fmt: skip
    autumn = datetime(2027, 10, 24, 12, tzinfo=UTC)
    assert times(schedule(weekday=7), autumn, "Europe/Berlin", 2) == [
        "2027-10-31 09:00", "2027-11-07 09:00",
    ]  # fmt: skip


def test_the_account_lives_over_the_change_to_summer_time(quiet: Quiet):
    quiet.set(zone="Europe/Berlin")
    create(quiet, weekly(7, amount=50))
    quiet.live(datetime(2027, 4, 5, tzinfo=UTC))
    assert {time.split()[1] for time in ran_at(quiet)} == {"10:00"}
    assert len(runs(quiet)) == 19


def test_days_and_months_are_those_of_the_zone():
    """22:30 UTC on Sunday is Monday in Vladivostok already."""
    at = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert times(schedule(weekday=1), at, "Asia/Vladivostok", 1) == ["2026-11-23 00:00"]
    assert times(schedule(weekday=1), at, "America/Anchorage", 1) == ["2026-11-23 19:00"]


def test_the_last_day_of_short_months_and_of_a_leap_february():
    start = datetime(2028, 1, 1, tzinfo=UTC)
    assert times(schedule(day=31), start, "Europe/Moscow", 4) == [
        "2028-01-31 07:00", "2028-02-29 07:00", "2028-03-31 07:00", "2028-04-30 07:00",
    ]  # fmt: skip
    leap = datetime(2028, 2, 29, 6, 59, tzinfo=UTC)
    assert times(schedule(day=30), leap, "Europe/Moscow", 2) == [
        "2028-02-29 07:00", "2028-03-30 07:00",
    ]  # fmt: skip


def test_titles_in_words(quiet: Quiet):
    orders = [weekly(3), monthly(5), monthly(31)]
    assert [create(quiet, order).title for order in orders] == [
        "По средам",
        "Каждый месяц 5-го числа",
        "Каждый месяц 31-го числа",
    ]


def test_two_rules_of_one_moment_both_run(quiet: Quiet):
    create(quiet, weekly(1))
    create(quiet, monthly(23, amount=50))
    quiet.live(days=1)
    assert quiet.balance == 850_00
    assert ran_at(quiet) == ["2026-11-23 10:00 done"] * 2


# ------------------------------------------------------------------ the bank declines


def test_a_failed_schedule_is_tried_again_thrice_and_paused(quiet: Quiet):
    quiet.keep_card("no_money")
    create(quiet, weekly(1, card="no_money"))
    quiet.live(datetime(2026, 11, 23, 10, tzinfo=MOSCOW))
    (run,) = runs(quiet)
    assert (run.state, run.reason.split(".")[0]) == ("failed", "На карте не хватает денег")
    assert run.next_try_at == rules(quiet)[0].next_at == datetime(2026, 11, 23, 11, tzinfo=MOSCOW)
    assert "Автоплатёж на 300,00 ₽ не прошёл. На карте не хватает денег." in quiet.sms[0]
    assert quiet.sms[0].endswith("Повторим 23 нояб. 11:00.")
    quiet.live(days=30)
    assert ran_at(quiet) == [
        "2026-11-23 10:00 failed",
        "2026-11-23 11:00 failed",
        "2026-11-23 17:00 failed",
        "2026-11-24 17:00 failed",
    ]
    (rule,) = rules(quiet)
    assert (rule.state, rule.next_at) == ("paused", None)
    assert runs(quiet)[-1].next_try_at is None
    assert quiet.notices.count("Автоплатёж приостановлен") == 1
    assert "не прошёл и после повторов" in quiet.sms[0]
    assert quiet.balance == 500_00


def test_a_try_that_works_goes_on_with_the_schedule(quiet: Quiet):
    quiet.keep_card("no_money")
    create(quiet, weekly(1, card="no_money"))
    quiet.live(datetime(2026, 11, 23, 12, tzinfo=MOSCOW))
    assert len(runs(quiet)) == 2
    with quiet.store.write() as tx:  # Somebody put money on the card.
        change(tx, "UPDATE cards SET bank = 'pays' WHERE id = 'no_money'")
    quiet.live(datetime(2026, 11, 30, 10, tzinfo=MOSCOW))
    assert ran_at(quiet)[2:] == ["2026-11-23 17:00 done", "2026-11-30 10:00 done"]
    with quiet.store.write() as tx:
        change(tx, "UPDATE cards SET bank = 'no_money' WHERE id = 'no_money'")
    quiet.live(days=30)
    assert len(runs(quiet)) == 8  # The three tries begin anew.


def test_a_failed_threshold_waits_for_its_next_try(quiet: Quiet):
    quiet.keep_card("blocked")
    create(quiet, low(card="blocked"))
    quiet.spend(450_00)
    quiet.spend(1_00)
    assert ran_at(quiet) == ["2026-11-22 21:34 failed"]
    quiet.live(hours=1)
    assert ran_at(quiet)[1:] == ["2026-11-22 22:34 failed"]
    quiet.pay(100_00)
    quiet.live(hours=6)
    assert len(runs(quiet)) == 2  # There is money again, nothing to do.
    quiet.spend(100_00)
    assert ran_at(quiet)[2:] == ["2026-11-23 04:34 failed"]
    assert runs(quiet)[-1].next_try_at == quiet.clock.now + timedelta(hours=1)
    quiet.live(days=3)
    assert len(runs(quiet)) == 6
    assert rules(quiet)[0].state == "paused"
    quiet.spend(1_00)
    assert len(runs(quiet)) == 6


def test_a_card_whose_month_has_passed_is_not_asked(quiet: Quiet):
    quiet.keep_card(id="old", month=11, year=2026)
    create(quiet, monthly(1, card="old"))
    quiet.live(datetime(2026, 12, 1, 10, tzinfo=MOSCOW))
    assert runs(quiet)[0].reason == f"Срок действия карты {MIR} истёк. Выберите в правиле другую."
    quiet.prove()
    with pytest.raises(AutopayRefused, match=r"истёк\. Выберите другую"):
        create(quiet, low(card="old"))


# ------------------------------------------------------------------ making, changing, pausing


@pytest.mark.parametrize("amount", [49.99, 10_000.01, -1, 0])
def test_sums_have_limits(quiet: Quiet, amount: float):
    with pytest.raises(AutopayRefused) as caught:
        create(quiet, low(amount))
    assert plain(str(caught.value)) == "Сумма автоплатежа — от 50,00 ₽ до 10 000,00 ₽."


@pytest.mark.parametrize("amount", [50, 10_000])
def test_the_limits_of_sums_belong_to_them(quiet: Quiet, amount: float):
    assert create(quiet, monthly(1, amount)).amount == roubles(amount)


@pytest.mark.parametrize("threshold", [29.99, 10_000.01, -100])
def test_thresholds_have_limits(quiet: Quiet, threshold: float):
    with pytest.raises(AutopayRefused) as caught:
        create(quiet, low(threshold=threshold))
    assert plain(str(caught.value)) == "Порог автоплатежа — от 30,00 ₽ до 10 000,00 ₽."


def test_the_smallest_threshold(quiet: Quiet):
    assert create(quiet, low(threshold=30)).threshold == roubles(30)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (AutopayOrder(kind="threshold", amount=roubles(100), card="pays"), "Порог автоплатежа"),
        (AutopayOrder(kind="week", amount=roubles(100), card="pays"), "Выберите день недели"),
        (AutopayOrder(kind="month", amount=roubles(100), card="pays"), "Укажите число месяца"),
        (weekly(card="nobody's"), "Этой карты больше нет"),
        (weekly(amount=300, day_limit=roubles(299.99)), "Предел за день меньше"),
        (weekly(amount=300, month_limit=roubles(299.99)), "Предел за месяц меньше"),
        (
            AutopayOrder(kind="week", amount=roubles(100, "BYN"), card="pays", weekday=1),
            "в валюте счёта",
        ),
        (weekly(day_limit=roubles(500, "USD")), "в валюте счёта"),
    ],
)
def test_what_does_not_fit_is_told(quiet: Quiet, order: AutopayOrder, sentence: str):
    with pytest.raises(AutopayRefused, match=sentence):
        create(quiet, order)
    assert rules(quiet) == []


@pytest.mark.parametrize("order", [{"weekday": 0}, {"weekday": 8}, {"day": 0}, {"day": 32}])
def test_days_that_there_are_not(quiet: Quiet, order: dict[str, int]):
    kind = "week" if "weekday" in order else "month"
    with pytest.raises(InvalidRequest):
        create(quiet, AutopayOrder(kind=kind, amount=roubles(100), card="pays", **order))


def test_what_another_kind_needs_is_left_out(quiet: Quiet):
    rule = create(quiet, weekly(2, day=5, threshold=roubles(100)))
    assert (rule.weekday, rule.day, rule.threshold) == (2, None, None)


@pytest.mark.parametrize("currency", ["BYN", "UAH"])
def test_other_currencies_have_sums_of_their_own(quiet: Quiet, currency: str):
    quiet.set(currency=currency)
    bounds = BOUNDS[currency]
    terms = quiet.ask(Autopay.terms)
    assert (terms.currency, terms.least.amount_minor) == (currency, bounds.least)
    money = Money(amount_minor=bounds.least, currency=currency)
    assert (
        create(quiet, AutopayOrder(kind="week", amount=money, card="pays", weekday=1)).amount
        == money
    )
    small = Money(amount_minor=bounds.least - 1, currency=currency)
    with pytest.raises(AutopayRefused):
        create(quiet, AutopayOrder(kind="week", amount=small, card="pays", weekday=1))


def test_ten_rules_and_no_more(quiet: Quiet):
    for _ in range(MOST_RULES):
        create(quiet, monthly(1))
    assert quiet.ask(Autopay.terms).rules_left == 0
    with pytest.raises(AutopayRefused, match="уже 10, больше нельзя"):
        create(quiet, monthly(1))


def test_a_paused_rule_rests_and_nothing_is_made_up_for(quiet: Quiet):
    rule = create(quiet, weekly(1))
    paused = quiet.ask(Autopay.pause, rule.id)
    assert (paused.state, paused.next_at) == ("paused", None)
    quiet.live(days=15)
    assert runs(quiet) == []
    quiet.prove()
    resumed = quiet.ask(Autopay.resume, rule.id)
    assert (resumed.state, resumed.next_at) == (
        "active", datetime(2026, 12, 14, 10, tzinfo=MOSCOW),
    )  # fmt: skip
    assert quiet.balance == 500_00
    assert quiet.ask(Autopay.resume, rule.id) == resumed


def test_a_paused_threshold_lets_the_balance_fall(quiet: Quiet):
    rule = create(quiet, low())
    quiet.ask(Autopay.pause, rule.id)
    quiet.spend(450_00)
    assert runs(quiet) == []
    quiet.prove()
    quiet.ask(Autopay.resume, rule.id)
    assert quiet.balance == 350_00


@pytest.mark.parametrize("what", ["create", "change", "resume"])
def test_what_lets_money_go_needs_a_fresh_proof(quiet: Quiet, what: str):
    rule = create(quiet, weekly())
    quiet.ask(Autopay.pause, rule.id)
    quiet.clock.move(minutes=5, milliseconds=1)
    arguments = {"create": (weekly(),), "change": (rule.id, weekly()), "resume": (rule.id,)}
    with pytest.raises(StepUpRequired):
        quiet.ask(getattr(Autopay, what), *arguments[what])
    quiet.ask(Autopay.pause, rule.id)
    quiet.ask(Autopay.remove, rule.id)


def test_rules_of_others_are_not_found(quiet: Quiet):
    rule = create(quiet, weekly())
    quiet.prove()
    for operation, arguments in (
        (Autopay.change, (weekly(),)), (Autopay.remove, ()), (Autopay.pause, ()),
        (Autopay.resume, ()),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            quiet.window.ask(operation, "anna-moscow", rule.id, *arguments)
        with pytest.raises(NotFound):
            quiet.window.ask(operation, "anna-new", rule.id, *arguments)


def undo(quiet: Quiet) -> None:
    entry = quiet.window.ask(Undo.pending).items[0]
    quiet.window.ask(Undo.take_back, entry.id)


def test_a_change_keeps_the_history_and_can_be_taken_back(quiet: Quiet):
    rule = create(quiet, low())
    quiet.spend(450_00)
    changed = quiet.ask(Autopay.change, rule.id, monthly(5, 700))
    assert (changed.id, changed.title) == (rule.id, "Каждый месяц 5-го числа")
    assert changed.last_run is not None
    assert plain(changed.last_run.title) == "Когда на счёте меньше 100,00 ₽"
    assert quiet.row["autopay_below"] is None
    undo(quiet)
    (back,) = rules(quiet)
    assert (back.title, back.amount, back.next_at) == (rule.title, rule.amount, None)
    assert quiet.row["autopay_below"] == 100_00
    quiet.live(datetime(2026, 12, 6, tzinfo=MOSCOW))
    assert len(runs(quiet)) == 1


def test_a_removed_rule_leaves_its_history_and_comes_back(quiet: Quiet):
    rule = create(quiet, weekly())
    quiet.live(days=1)
    quiet.ask(Autopay.remove, rule.id)
    assert rules(quiet) == []
    assert [one.rule for one in runs(quiet)] == [rule.id]
    with pytest.raises(NotFound):
        quiet.ask(Autopay.remove, rule.id)
    undo(quiet)
    (back,) = rules(quiet)
    assert back.next_at == datetime(2026, 11, 30, 10, tzinfo=MOSCOW)
    quiet.live(days=7)
    assert len(runs(quiet)) == 2


def test_a_removed_rule_does_not_run(quiet: Quiet):
    for order in (weekly(), low()):
        quiet.ask(Autopay.remove, create(quiet, order).id)
    quiet.spend(450_00)
    quiet.live(days=30)
    assert runs(quiet) == []


def test_undoing_is_refused_where_others_built_on_it(quiet: Quiet):
    rule = create(quiet, weekly())
    for weekday in (2, 3):
        quiet.clock.move(seconds=1)
        quiet.ask(Autopay.change, rule.id, weekly(weekday))
    first = quiet.window.ask(Undo.pending).items[-1]
    with pytest.raises(UndoRefused, match="меняли ещё раз"):
        quiet.window.ask(Undo.take_back, first.id)
    quiet.clock.move(seconds=1)
    quiet.ask(Autopay.remove, rule.id)
    with quiet.store.write() as tx:
        tx.payments.forget_card(account_id=quiet.id, id="pays")
    with pytest.raises(UndoRefused, match="Карты этого правила больше нет"):
        undo(quiet)


def test_undoing_a_removal_needs_room(quiet: Quiet):
    removed = create(quiet, monthly(1))
    quiet.ask(Autopay.remove, removed.id)
    for _ in range(MOST_RULES):
        create(quiet, monthly(1))
    with pytest.raises(UndoRefused, match="больше нельзя"):
        undo(quiet)


def test_a_paused_rule_comes_back_paused(quiet: Quiet):
    rule = create(quiet, low())
    quiet.ask(Autopay.pause, rule.id)
    quiet.ask(Autopay.remove, rule.id)
    undo(quiet)
    assert [one.state for one in rules(quiet)] == ["paused"]
    quiet.spend(450_00)
    assert runs(quiet) == []


def test_runs_come_page_by_page(quiet: Quiet):
    create(quiet, weekly(1, 50))
    create(quiet, weekly(1, 60))
    quiet.live(days=28)
    first = quiet.ask(Autopay.runs, 3)
    second = quiet.ask(Autopay.runs, 3, first.next_cursor)
    third = quiet.ask(Autopay.runs, 3, second.next_cursor)
    found = [*first.items, *second.items, *third.items]
    assert third.next_cursor is None
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    assert len({one.id for one in found}) == 8
    for cursor in ("x", "-1", f"{2**63}"):
        with pytest.raises(InvalidRequest):
            quiet.ask(Autopay.runs, 3, cursor)


# ------------------------------------------------------------------ once, however many try


def test_many_who_live_the_account_at_once_run_it_once(quiet: Quiet, stores: Stores):
    create(quiet, weekly(1))
    others = [stores.again(quiet.store) for _ in range(2)]
    quiet.clock.move(days=1)

    def live(tx: Transaction) -> None:
        pass_time(tx, quiet.id)

    everybody = [quiet.store, *others]
    outcomes = at_once(*[lambda store=one: store.change(live) for one in everybody * 3])
    assert not any(isinstance(one, BaseException) for one in outcomes)
    assert len(runs(quiet)) == 1
    assert quiet.balance == 800_00


def test_many_workers_run_it_once(quiet: Quiet, stores: Stores):
    """The same through the job that every process has."""
    create(quiet, weekly(1))
    quiet.clock.move(days=1)
    jobs = [due_job(one) for one in (quiet.store, stores.again(quiet.store))]

    def work(job: Any) -> None:
        while job():
            pass

    assert at_once(*[lambda job=one: work(job) for one in jobs * 2]) == [None] * 4
    assert len(runs(quiet)) == 1
    assert quiet.balance == 800_00


def test_charges_at_once_bring_one_run(quiet: Quiet, stores: Stores):
    create(quiet, low(amount=10_000))
    quiet.spend(399_00)
    other = stores.again(quiet.store)
    twin = Quiet.__new__(Quiet)
    twin.__dict__.update(quiet.__dict__, window=Window(other))
    works = [lambda one=one: one.spend(2_00) for one in (quiet, twin) * 4]
    assert at_once(*works) == [None] * 8
    assert len(runs(quiet)) == 1
    assert quiet.balance == 500_00 - 399_00 - 16_00 + 10_000_00


def test_a_crash_before_the_commit_leaves_nothing_and_nothing_is_lost(quiet: Quiet):
    create(quiet, weekly(1))
    quiet.clock.move(days=1)
    with pytest.raises(CabinetError):
        quiet.live_and_crash()
    assert runs(quiet) == []
    assert quiet.balance == 500_00
    assert f"Автоплатёж: счёт пополнен на 300,00 ₽ с карты {MIR}." not in quiet.sms
    quiet.live()
    assert len(runs(quiet)) == 1
    assert quiet.balance == 800_00
