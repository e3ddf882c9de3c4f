"""«МТС Бонус»: points come, are spent the oldest first, burn; rewards, exchange, gifts, friends."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mts_tui.backend.contract.bonus import (
    BasketLine,
    Bonus,
    Exchange,
    Invite,
    PointsGift,
    RewardBasket,
)
from mts_tui.backend.contract.demo import Demo, Dial
from mts_tui.backend.contract.errors import (
    BonusRefused,
    CabinetError,
    NotFound,
    StepUpRequired,
    UndoRefused,
)
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.catalogue.rewards import rewards
from mts_tui.backend.services import points
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.rewards import verdict
from mts_tui.backend.store import Store
from mts_tui.backend.store.transaction import from_ms, new_key, to_ms

from .desk import ANNA, ANNA_BELARUS, ANNA_SECOND, MISHA, STRANGER, Clock, Window, at_once, rows
from .offers import CHILD, CITY, MAIN, MINSK, SECOND, data, live, option, preview, set_balance, use
from .quiet import plain

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def bonus(anna: Window) -> Window:
    """Anna's window; after each test the points agree with their entries."""
    yield anna
    with anna.store.read() as tx:
        assert tx.bonus.audit() == []
        assert tx.ledger.audit() == []
        assert tx.ledger.audit_buckets() == []


def have(store: Store, count: int, account: str = MAIN, days: int = 365) -> None:
    """Let an account have exactly so many points, which burn in so many days."""
    with store.write() as tx:
        book = Book(tx, account)
        book.pass_time(tx.now_ms)
        known = tx.accounts.by_id(id=account)["points"]
        if known:
            points.go(book, tx.now_ms, "burnt", "Проба", known, "test")
        if count:
            ends = tx.now_ms + days * points.DAY
            points.come(book, tx.now_ms, "earned", "Проба", count, "test", ends)
        book.write()


def basket(*lines: str | tuple[str, int]) -> RewardBasket:
    pairs = [(line, 1) if isinstance(line, str) else line for line in lines]
    return RewardBasket(lines=[BasketLine(reward=one, count=count) for one, count in pairs])


def new_orders(window: Window) -> list[Any]:
    """What was ordered beside the tickets that the demo had."""
    found = window.ask(Bonus.orders, MAIN).items
    return [one for one in found if not one.code.startswith("ДЕМО-КИНО")]


def refused(operation: Callable[[], Any], error: type[CabinetError] = BonusRefused) -> str:
    with pytest.raises(error) as caught:
        operation()
    return plain(str(caught.value))


# ------------------------------------------------------------------ what the demo has


def test_two_years_of_points_agree_with_their_entries(bonus: Window):
    state = bonus.ask(Bonus.state, MAIN)
    page = bonus.ask(Bonus.entries, MAIN, limit=200)
    entries = page.items
    assert state.member
    assert sum(one.points for one in entries) == state.points > 0
    assert state.worth.amount_minor == state.points * 30
    assert entries[0].balance == state.points
    assert {one.kind for one in entries} >= {"earned", "burnt", "reward"}
    earned = [one for one in entries if one.kind == "earned"]
    assert all(one.at.astimezone(MOSCOW).day == 20 for one in earned)
    assert len(earned) > 20
    assert sum(one.points for one in state.burning) == state.points
    assert state.burning == sorted(state.burning, key=lambda one: one.at)
    assert all(one.at <= state.burning[0].at + timedelta(days=366) for one in state.burning)


def test_entries_come_in_pages(bonus: Window):
    whole = bonus.ask(Bonus.entries, MAIN, limit=200).items
    first = bonus.ask(Bonus.entries, MAIN, limit=7)
    second = bonus.ask(Bonus.entries, MAIN, limit=7, cursor=first.next_cursor)
    assert [*first.items, *second.items] == whole[:14]


def test_what_the_next_accrual_comes_to_so_far_comes(bonus: Window, clock: Clock):
    with bonus.store.write() as tx:
        spent = tx.ledger.spent_between(
            account_id=MAIN, since=to_ms(datetime(2026, 11, 1, tzinfo=MOSCOW)), until=tx.now_ms
        )
    state = bonus.ask(Bonus.state, MAIN)
    assert state.next_points == spent // 500 > 50
    assert state.next_at.astimezone(MOSCOW).date() == datetime(2026, 12, 20, tzinfo=UTC).date()


# ------------------------------------------------------------------ how long they live


def test_points_live_to_the_end_of_a_day_twelve_months_later():
    def burns(*day: int) -> str:
        at = to_ms(datetime(*day, 15, tzinfo=MOSCOW))
        return f"{from_ms(points.expiry(at, MOSCOW)).astimezone(MOSCOW):%Y-%m-%d %H:%M}"

    assert burns(2026, 11, 20) == "2027-11-21 00:00"
    assert burns(2028, 2, 28) == "2029-03-01 00:00"
    assert burns(2028, 2, 29) == "2029-03-01 00:00"
    assert burns(2026, 12, 31) == "2028-01-01 00:00"


def test_the_oldest_are_spent_first_and_the_rest_burns(bonus: Window, clock: Clock):
    have(bonus.store, 100, days=40)
    with bonus.store.write() as tx:
        book = Book(tx, MAIN)
        points.come(book, tx.now_ms, "gift_in", "Старше", 100, "test", tx.now_ms + 9 * points.DAY)
        book.write()
    bonus.ask(Bonus.exchange, MAIN, Exchange(points=100))
    left = bonus.ask(Bonus.state, MAIN).burning
    assert [one.points for one in left] == [100]
    assert (left[0].at - clock.now).days in (39, 40)
    live(bonus, clock, days=33, hours=1)
    assert "Баллы скоро сгорят" in told(bonus, "title")
    live(bonus, clock, days=7, hours=1)
    assert bonus.ask(Bonus.entries, MAIN, limit=5).items[0].kind in {"burnt", "earned"}
    burnt = [one for one in bonus.ask(Bonus.entries, MAIN).items if one.kind == "burnt"]
    assert burnt[0].points == -100


def told(window: Window, what: str = "text") -> list[str]:
    """The texts of notices, or their titles."""
    with window.store.read() as tx:
        found = rows(tx, "SELECT title, text FROM notifications WHERE account_id = ?", MAIN)
    return [one[what] for one in found]


# ------------------------------------------------------------------ rewards


def test_the_catalogue_tells_what_a_point_buys(bonus: Window):
    have(bonus.store, 1000)
    found = {one.id: one for one in bonus.ask(Bonus.rewards, MAIN).items}
    assert list(found) == list(rewards())
    assert (found["money-30"].per_point, found["money-30"].verdict) == (3000, "fair")
    assert (found["money-300"].per_point, found["money-300"].verdict) == (3157, "good")
    assert found["sms-100"].value.amount_minor == 120_00
    assert found["magazine-radio"].verdict == "poor"
    assert found["money-30"].refusal == ""
    assert plain(found["data-5"].refusal) == "Не хватает: 200 баллов ≈ 60,00 ₽."
    assert "GOOD'OK" in found["ringback"].refusal


@pytest.mark.parametrize(
    ("per_point", "told"), [(3149, "fair"), (3150, "good"), (2851, "fair"), (2850, "poor")]
)
def test_what_is_told_of_a_value(per_point: int, told: str):
    assert verdict(per_point) == told


def test_a_basket_really_gives_what_it_promises(bonus: Window, clock: Clock):
    set_balance(bonus.store, 100_00)
    have(bonus.store, 3000)
    wanted = basket("data-1", ("money-30", 2), "books-500")
    tried = preview(bonus, Bonus.order, MAIN, wanted)
    assert [one.code for one in tried.answer.items] == ["", "", "", ""]
    (change,) = tried.changes
    assert change.after.balance.amount_minor - change.before.balance.amount_minor == 60_00
    assert bonus.ask(Bonus.state, MAIN).points == 3000, "a preview takes nothing"
    orders = bonus.ask(Bonus.order, MAIN, wanted).items
    assert bonus.ask(Bonus.state, MAIN).points == 3000 - 340 - 200 - 1700
    with bonus.store.read() as tx:
        assert tx.accounts.by_id(id=MAIN)["balance"] == 160_00
    assert option(bonus, "points-data-1").state == "on"
    (code,) = [one.code for one in orders if one.code]
    assert re.fullmatch(r"ДЕМО-[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    assert code in bonus.sms(ANNA)[0]
    assert not [text for text in told(bonus) if code in text], "a code is no notice"
    assert {one.id for one in new_orders(bonus)} == {one.id for one in orders}
    live(bonus, clock, days=31)
    with bonus.store.read() as tx:
        open_now = [row["id"] for row in tx.ledger.buckets(account_id=MAIN, at=tx.now_ms)]
    assert "points-data-1.data" not in open_now


def test_a_package_of_points_is_used_and_grows(bonus: Window):
    have(bonus.store, 1000)
    for _ in range(2):
        bonus.ask(Bonus.order, MAIN, basket("data-1"))
    with bonus.store.read() as tx:
        found = {row["id"]: row for row in tx.ledger.buckets(account_id=MAIN, at=tx.now_ms)}
    assert found["points-data-1.data"]["granted"] == 2 * 1024**3
    rest = found["data"]["granted"] - found["data"]["used"]
    charge = use(bonus.store, data(rest // 2**20 + 100))
    assert charge.amount_minor == 0


def test_all_of_a_basket_or_nothing(bonus: Window):
    have(bonus.store, 400)
    told = refused(lambda: bonus.ask(Bonus.order, MAIN, basket("sms-100", "money-30")))
    assert told.startswith("Нужно 480 баллов ≈ 144,00 ₽, а есть 400 баллов ≈ 120,00 ₽.")
    refused(lambda: bonus.ask(Bonus.order, MAIN, basket("money-30", "nothing")), NotFound)
    refused(lambda: bonus.ask(Bonus.order, MAIN, basket("money-30", "ringback")))
    assert bonus.ask(Bonus.state, MAIN).points == 400
    assert new_orders(bonus) == []


def test_a_magazine_comes_later(bonus: Window, clock: Clock):
    have(bonus.store, 600)
    (order,) = bonus.ask(Bonus.order, MAIN, basket("magazine-radio")).items
    assert (order.state, order.code, order.until) == ("processing", "", None)
    live(bonus, clock, hours=7)
    (done,) = new_orders(bonus)
    assert done.state == "done"
    assert done.code in " ".join(bonus.sms(ANNA)[:5])
    assert (done.until - clock.now).days in (89, 90)


def test_an_option_of_points_is_not_sold(bonus: Window):
    from mts_tui.backend.contract.errors import OptionRefused
    from mts_tui.backend.contract.options import Basket, Options

    assert "points-data-1" not in [one.id for one in bonus.ask(Options.offered, MAIN).items]
    told = refused(
        lambda: bonus.ask(Options.change, MAIN, Basket(on=["points-data-1"])), OptionRefused
    )
    assert "за деньги не подключают" in told


# ------------------------------------------------------------------ money for points


def test_points_become_money_and_money_points_again(bonus: Window):
    set_balance(bonus.store, 10_00)
    have(bonus.store, 350)
    key = new_key()
    done = bonus.ask(Bonus.exchange, MAIN, Exchange(points=300), key=key)
    again = bonus.ask(Bonus.exchange, MAIN, Exchange(points=300), key=key)
    assert done == again
    assert (done.left, done.money.amount_minor) == (50, 90_00)
    before = bonus.ask(Bonus.state, MAIN).burning
    (entry, *_) = bonus.ask(Undo.pending).items
    bonus.ask(Undo.take_back, entry.id)
    state = bonus.ask(Bonus.state, MAIN)
    assert state.points == 350
    assert [one.at for one in state.burning] == [one.at for one in before], "no point is younger"
    with bonus.store.read() as tx:
        assert tx.accounts.by_id(id=MAIN)["balance"] == 10_00


def test_an_exchange_whose_money_is_spent_stays(bonus: Window):
    have(bonus.store, 300)
    bonus.ask(Bonus.exchange, MAIN, Exchange(points=300))
    with bonus.store.write() as tx:
        book = Book(tx, MAIN)
        floor = book.floor
    set_balance(bonus.store, floor + 5_00)
    (entry, *_) = bonus.ask(Undo.pending).items
    assert "уже потрачены" in refused(lambda: bonus.ask(Undo.take_back, entry.id), UndoRefused)
    assert bonus.ask(Bonus.state, MAIN).points == 0


def test_what_cannot_be_exchanged(bonus: Window):
    have(bonus.store, 250)
    assert "сотнями" in refused(lambda: bonus.ask(Bonus.exchange, MAIN, Exchange(points=150)))
    told = refused(lambda: bonus.ask(Bonus.exchange, MAIN, Exchange(points=300)))
    assert told == "Баллов не хватает: есть 250 баллов ≈ 75,00 ₽, а нужно 300."


def test_the_same_points_are_spent_once_however_many_come(
    bonus: Window, open_window: Callable[[], Window]
):
    have(bonus.store, 300)

    def spend() -> None:
        other = Window(bonus.store)
        other.token = bonus.token
        other.ask(Bonus.exchange, MAIN, Exchange(points=200))

    outcomes = at_once(*[spend] * 4)
    assert outcomes.count(None) == 1
    assert all(one is None or isinstance(one, BonusRefused) for one in outcomes)
    assert bonus.ask(Bonus.state, MAIN).points == 100


def test_no_way_of_a_point_loses_or_makes_one(bonus: Window, clock: Clock):
    """Points, and money that came for them, are worth the same whatever is done with them."""
    random = Random(11)
    set_balance(bonus.store, 500_00)
    have(bonus.store, 1500, days=30)
    have(bonus.store, 0, CHILD)

    def worth() -> int:
        with bonus.store.read() as tx:
            here, there = tx.accounts.by_id(id=MAIN), tx.accounts.by_id(id=CHILD)
        return int(here["balance"]) + 30 * int(here["points"] + there["points"])

    before, done = worth(), set[str]()
    for _ in range(60):
        what = random.choice(["exchange", "undo", "give", "order"])
        count = random.choice([100, 200, 300, 150, 37])
        clock.move(seconds=1)
        try:
            if what == "exchange":
                bonus.ask(Bonus.exchange, MAIN, Exchange(points=count))
            elif what == "undo":
                (entry, *_) = bonus.ask(Undo.pending).items
                bonus.ask(Undo.take_back, entry.id)
            elif what == "give":
                bonus.ask(Bonus.give, MAIN, PointsGift(to=MISHA, points=count))
            else:
                bonus.ask(Bonus.order, MAIN, basket(("money-30", count // 100 or 1)))
            done.add(what)
        except (BonusRefused, UndoRefused, ValueError):
            pass  # Too few, no hundreds, nothing to undo: then nothing changes either.
        assert worth() == before, what
    assert done == {"exchange", "undo", "give", "order"}


# ------------------------------------------------------------------ gifts


def test_a_gift_goes_over_and_is_told(bonus: Window):
    have(bonus.store, 500, days=50)
    have(bonus.store, 0, CHILD)
    given = bonus.ask(Bonus.give, MAIN, PointsGift(to=MISHA, points=120))
    assert (given.points, given.left) == (120, 380)
    got = bonus.ask(Bonus.state, CHILD)
    assert got.points == 120
    assert got.burning[0].at == bonus.ask(Bonus.state, MAIN).burning[0].at
    assert "дарит вам 120 баллов ≈ 36,00 ₽" in plain(bonus.sms(MISHA)[0])


def test_limits_of_gifts(bonus: Window, clock: Clock):
    have(bonus.store, 5000)

    def give(points_: int, to: str = MISHA) -> Any:
        return bonus.ask(Bonus.give, MAIN, PointsGift(to=to, points=points_))

    assert "не меньше 10" in refused(lambda: give(9))
    assert "ваш же номер" in refused(lambda: give(10, ANNA))
    assert "МТС в России" in refused(lambda: give(10, ANNA_BELARUS))
    for nobody in (STRANGER, ANNA_SECOND):
        assert "не участвует" in refused(lambda to=nobody: give(10, to))
    give(2_990)
    assert "сегодня осталось 10" in refused(lambda: give(11))
    give(10)
    clock.move(minutes=6)
    refused(lambda: give(10), StepUpRequired)


def test_a_preview_of_a_gift_tells_nothing_of_others(bonus: Window):
    have(bonus.store, 500)
    for to in (MISHA, STRANGER):
        tried = preview(bonus, Bonus.give, MAIN, PointsGift(to=to, points=10))
        assert (tried.answer.left, tried.changes) == (490, [])


# ------------------------------------------------------------------ joining and friends


def test_a_friend_who_joins_brings_points(bonus: Window, clock: Clock):
    have(bonus.store, 0)
    bonus.ask(Bonus.invite, MAIN, Invite(phone=ANNA_SECOND))
    assert "приглашает вас" in bonus.sms(ANNA_SECOND)[0]
    assert "уже приглашали" in refused(
        lambda: bonus.ask(Bonus.invite, MAIN, Invite(phone=ANNA_SECOND))
    )
    assert not bonus.ask(Bonus.state, SECOND).member
    bonus.ask(Demo.dial, ANNA_SECOND, Dial(code="*111*455*1#"))
    assert bonus.ask(Bonus.state, SECOND).member
    (friend,) = bonus.ask(Bonus.invitations, MAIN).items
    assert (friend.points, friend.joined_at) == (50, clock.now)
    assert bonus.ask(Bonus.state, MAIN).points == 50
    bonus.ask(Bonus.join, SECOND)
    assert bonus.ask(Bonus.state, MAIN).points == 50, "a second joining is none"


def test_only_the_first_who_invited_lately_is_rewarded(bonus: Window, clock: Clock):
    have(bonus.store, 0)
    have(bonus.store, 0, CHILD)
    bonus.ask(Bonus.invite, MAIN, Invite(phone=ANNA_SECOND))
    live(bonus, clock, days=61)
    bonus.ask(Bonus.invite, CHILD, Invite(phone=ANNA_SECOND))
    bonus.ask(Bonus.join, SECOND)
    assert [one.points for one in bonus.ask(Bonus.invitations, MAIN).items] == [0]
    assert [one.points for one in bonus.ask(Bonus.invitations, CHILD).items] == [50]


def test_five_invitations_a_day(bonus: Window, clock: Clock):
    for number in range(5):
        bonus.ask(Bonus.invite, MAIN, Invite(phone=f"+7985370990{number}"))
    one_more = Invite(phone="+79853709906")
    assert "Продолжите завтра" in refused(lambda: bonus.ask(Bonus.invite, MAIN, one_more))
    clock.move(hours=3)
    bonus.sign_in()
    bonus.ask(Bonus.invite, MAIN, one_more)


def test_the_phone_tells_the_points(bonus: Window):
    told = plain(bonus.ask(Demo.dial, ANNA, Dial(code="*111*455*0#")).text)
    state = bonus.ask(Bonus.state, MAIN)
    assert re.sub(r"\D", "", told.split(" балл")[0]) == str(state.points)
    assert "*111*455*1#" in bonus.ask(Demo.dial, ANNA_SECOND, Dial(code="*111*455*0#")).text


@pytest.mark.parametrize("account", [MINSK, CITY])
def test_numbers_without_the_programme_say_so(bonus: Window, account: str):
    state = bonus.ask(Bonus.state, account)
    assert not state.member
    assert "мобильных номеров МТС в России" in state.refusal
    assert {one.refusal for one in bonus.ask(Bonus.rewards, account).items} == {state.refusal}
    assert bonus.ask(Bonus.discounts, account).items == []
    for operation, order in (
        (Bonus.exchange, Exchange(points=100)),
        (Bonus.order, basket("money-30")),
        (Bonus.invite, Invite(phone=MISHA)),
    ):
        assert refused(lambda o=operation, w=order: bonus.ask(o, account, w)) == state.refusal
    assert refused(lambda: bonus.ask(Bonus.join, account)) == state.refusal


def test_discounts_are_those_of_the_region(bonus: Window, clock: Clock):
    here = {one.id for one in bonus.ask(Bonus.discounts, MAIN).items}
    there = {one.id for one in bonus.ask(Bonus.discounts, SECOND).items}
    assert here - there == {"coffee"}
    assert all(one.until > clock.now for one in bonus.ask(Bonus.discounts, MAIN).items)
