"""«Акции»: joining, what fees and friends do, what comes of it, leaving."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mts_tui.backend.contract.bonus import Bonus, Invite
from mts_tui.backend.contract.errors import CabinetError, NotFound, PromoRefused, UndoRefused
from mts_tui.backend.contract.promos import Promo, PromoAnswers, Promos
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.catalogue.promos import promotions
from mts_tui.backend.services.autopay_runs import Rule, come_into_force
from mts_tui.backend.services.billing import Book, tariff_of
from mts_tui.backend.services.promotions import end_of, months_later
from mts_tui.backend.store.transaction import from_ms, to_ms

from .desk import ANNA_SECOND, Clock, Window, change
from .offers import CHILD, MAIN, MINSK, SECOND, live, preview, set_balance
from .quiet import plain

MOSCOW = ZoneInfo("Europe/Moscow")
RICH = 20_000_00


@pytest.fixture
def promos(anna: Window) -> Window:
    """Anna's window; after each test the books are right."""
    yield anna
    with anna.store.read() as tx:
        assert tx.bonus.audit() == []
        assert tx.ledger.audit() == []
        assert tx.ledger.audit_buckets() == []


def found(window: Window, promo: str, account: str = MAIN) -> Promo:
    return next(one for one in window.ask(Promos.offered, account).items if one.id == promo)


def refused(operation: Callable[[], Any], error: type[CabinetError] = PromoRefused) -> str:
    with pytest.raises(error) as caught:
        operation()
    return plain(str(caught.value))


def switch_autopay_on(window: Window, account: str = MAIN) -> None:
    with window.store.write() as tx:
        tx.payments.keep_card(
            account_id=account, id="card", brand="МИР", last4="0004", month=12, year=2039,
            bank="pays", added_at=tx.now_ms,
        )  # fmt: skip
        book = Book(tx, account)
        rule = Rule(
            account_id=account, id="rule", kind="threshold", state="active", amount=100_00,
            card_id="card", threshold=30_00, weekday=None, day=None, day_limit=None,
            month_limit=None, created_at=tx.now_ms,
        )  # fmt: skip
        come_into_force(book, rule)
        book.write()


def given_back(window: Window, account: str = MAIN) -> list[int]:
    """Kopecks that promotions gave back, the oldest first."""
    with window.store.read() as tx:
        rows = list(tx.ledger.page(account_id=account, before=2**60, count=5000))
    return [row["amount"] for row in reversed(rows) if row["title"].startswith("Скидка по акции")]


def fee_of(window: Window, account: str = MAIN) -> int:
    with window.store.read() as tx:
        return tariff_of(tx, tx.accounts.by_id(id=account)["tariff_id"]).monthly


def test_every_promotion_tells_its_terms(promos: Window, clock: Clock):
    offered = promos.ask(Promos.offered, MAIN).items
    assert {one.id for one in offered} == set(promotions())
    for one in offered:
        assert one.terms
        assert one.until > clock.now
        assert one.state == "offered"
        assert bool(one.refusal) != bool(one.next)
    assert found(promos, "autopay-10").excludes == ["МТС Junior"]
    assert found(promos, "autopay-10").region == "Вся Россия"
    assert found(promos, "unlimited").region == "Москва и Московская область"


def test_the_end_of_a_quarter_and_a_year():
    now = datetime(2026, 11, 22, tzinfo=MOSCOW)
    for until, expected in (("quarter", "2026-12-31"), ("year", "2026-12-31")):
        assert f"{end_of(until, now, MOSCOW).astimezone(MOSCOW):%Y-%m-%d}" == expected
    spring = datetime(2027, 2, 1, tzinfo=MOSCOW)
    assert f"{end_of('quarter', spring, MOSCOW).astimezone(MOSCOW):%Y-%m-%d}" == "2027-03-31"


def test_six_months_later_is_the_same_day_or_the_last():
    at = to_ms(datetime(2026, 8, 31, 12, tzinfo=MOSCOW))
    assert f"{from_ms(months_later(at, 6, MOSCOW)).astimezone(MOSCOW):%Y-%m-%d}" == "2027-02-28"
    assert f"{from_ms(months_later(at, 4, MOSCOW)).astimezone(MOSCOW):%Y-%m-%d}" == "2026-12-31"


def test_ten_per_cent_of_the_fee_come_back_for_six_months(promos: Window, clock: Clock):
    set_balance(promos.store, RICH)
    assert "включите автоплатёж" in found(promos, "autopay-10").refusal
    switch_autopay_on(promos)
    tried = preview(promos, Promos.join, MAIN, "autopay-10")
    assert tried.answer.state == "joined"
    assert found(promos, "autopay-10").state == "offered"
    promos.ask(Promos.join, MAIN, "autopay-10")
    fee = fee_of(promos)
    for month in range(1, 4):
        live(promos, clock, days=30.5)
        assert given_back(promos) == [fee // 10] * month
    three = found(promos, "autopay-10")
    assert (three.done, three.steps, three.unit) == (3, 6, "месяцев")
    assert three.earned.amount_minor == 3 * fee // 10
    assert "вернётся" in three.next
    for _ in range(4):
        live(promos, clock, days=30.5)
    assert given_back(promos) == [fee // 10] * 6
    over = found(promos, "autopay-10")
    assert (over.state, over.done, over.ends_at) == ("done", 6, None)
    assert any("обычная" in text for text in promos.sms("+79853701234"))
    assert "второй раз" in refused(lambda: promos.ask(Promos.join, MAIN, "autopay-10"))


def test_the_return_of_the_price_is_told_three_days_before(promos: Window, clock: Clock):
    set_balance(promos.store, RICH)
    switch_autopay_on(promos)
    promos.ask(Promos.join, MAIN, "autopay-10")
    ends = found(promos, "autopay-10").ends_at
    live(promos, clock, seconds=(ends - clock.now).total_seconds() - 3 * 86_400 - 60)
    assert not [text for text in promos.sms("+79853701234") if "закончится скидка" in text]
    live(promos, clock, seconds=120)
    assert "закончится скидка" in promos.sms("+79853701234")[0]


def test_without_autopay_the_discount_ends(promos: Window, clock: Clock):
    set_balance(promos.store, RICH)
    switch_autopay_on(promos)
    promos.ask(Promos.join, MAIN, "autopay-10")
    with promos.store.write() as tx:
        change(tx, "UPDATE autopay_rules SET state = 'paused' WHERE account_id = ?", MAIN)
    assert "Автоплатёж выключен" in found(promos, "autopay-10").next
    live(promos, clock, days=31)
    assert given_back(promos) == []
    assert found(promos, "autopay-10").state == "ended"


def test_two_fees_in_time_bring_five_gigabytes(promos: Window, clock: Clock):
    set_balance(promos.store, RICH)
    promos.ask(Promos.join, MAIN, "unlimited")
    live(promos, clock, days=31)
    assert found(promos, "unlimited").done == 1
    live(promos, clock, days=31)
    assert found(promos, "unlimited").state == "done"
    with promos.store.read() as tx:
        open_now = {row["id"]: row for row in tx.ledger.buckets(account_id=MAIN, at=tx.now_ms)}
    assert open_now["promo-data-5.data"]["granted"] == 5 * 1024**3


def test_a_fee_that_was_not_paid_in_time_begins_the_row_anew(promos: Window, clock: Clock):
    set_balance(promos.store, RICH)
    promos.ask(Promos.join, MAIN, "unlimited")
    live(promos, clock, days=31)
    assert found(promos, "unlimited").done == 1
    set_balance(promos.store, 1_00)
    live(promos, clock, days=31)
    assert found(promos, "unlimited").done == 0


def test_the_first_fee_of_junior(promos: Window, clock: Clock):
    assert "он у вас уже есть" in found(promos, "junior-40", CHILD).refusal
    set_balance(promos.store, RICH, SECOND)
    promos.ask(Promos.join, SECOND, "junior-40")
    with promos.store.write() as tx:
        book = Book(tx, SECOND)
        book.pass_time(tx.now_ms)
        book.switch_tariff(tariff_of(tx, "mts-junior"), tx.now_ms)
        book.write()
    assert given_back(promos, SECOND) == [100_00]
    assert found(promos, "junior-40", SECOND).state == "done"
    live(promos, clock, SECOND, days=31)
    assert given_back(promos, SECOND) == [100_00], "the second fee is the usual one"


def test_a_promotion_that_waited_in_vain_ends(promos: Window, clock: Clock):
    promos.ask(Promos.join, SECOND, "junior-40")
    live(promos, clock, SECOND, days=61)
    assert found(promos, "junior-40", SECOND).state == "ended"


def test_what_does_not_go_together(promos: Window):
    switch_autopay_on(promos, SECOND)
    promos.ask(Promos.join, SECOND, "junior-40")
    set_balance(promos.store, RICH, SECOND)
    told = refused(lambda: promos.ask(Promos.join, SECOND, "autopay-10"))
    assert told.startswith(("Вместе с акцией «МТС Junior»", "На тарифе"))


def test_friends_are_counted(promos: Window):
    promos.ask(Promos.join, MAIN, "friends")
    promos.ask(Bonus.invite, MAIN, Invite(phone=ANNA_SECOND))
    promos.ask(Bonus.join, SECOND)
    friends = found(promos, "friends")
    assert (friends.done, friends.steps, friends.earned_points) == (1, 10, 50)


def test_a_questionnaire_brings_points_once(promos: Window):
    survey = found(promos, "survey")
    assert len(survey.questions) == 4
    before = promos.ask(Bonus.state, MAIN).points
    for choices in ([], [0, 0, 0], [0, 0, 0, 9], [0] * 5):
        refused(
            lambda c=choices: promos.ask(Promos.answer, MAIN, "survey", PromoAnswers(choices=c))
        )
    refused(lambda: promos.ask(Promos.join, MAIN, "survey"))
    answers = PromoAnswers(choices=[1, 2, 0, 3])
    done = promos.ask(Promos.answer, MAIN, "survey", answers)
    assert (done.state, done.earned_points, done.questions) == ("done", 150, [])
    assert promos.ask(Bonus.state, MAIN).points == before + 150
    refused(lambda: promos.ask(Promos.answer, MAIN, "survey", answers))
    refused(lambda: promos.ask(Promos.answer, MAIN, "friends", answers))


def test_leaving_can_be_undone(promos: Window, clock: Clock):
    set_balance(promos.store, RICH)
    promos.ask(Promos.join, MAIN, "unlimited")
    promos.ask(Promos.leave, MAIN, "unlimited")
    assert found(promos, "unlimited").state == "ended"
    refused(lambda: promos.ask(Promos.leave, MAIN, "unlimited"))
    (entry, *_) = promos.ask(Undo.pending).items
    promos.ask(Undo.take_back, entry.id)
    assert found(promos, "unlimited").state == "joined"
    live(promos, clock, days=31)
    assert found(promos, "unlimited").done == 1, "it goes on"


def test_leaving_late_stays(promos: Window, clock: Clock):
    promos.ask(Promos.join, MAIN, "friends")
    promos.ask(Promos.leave, MAIN, "friends")
    (entry, *_) = promos.ask(Undo.pending).items
    clock.move(minutes=11)
    refused(lambda: promos.ask(Undo.take_back, entry.id), UndoRefused)


def test_a_promotion_of_another_region_says_so(promos: Window):
    told = refused(lambda: promos.ask(Promos.join, SECOND, "unlimited"))
    assert told == plain(found(promos, "unlimited", SECOND).refusal)
    assert "«Москва и Московская область», а у этого номера — «Санкт-Петербург" in told


def test_a_promotion_that_is_over_begins_again(promos: Window, clock: Clock):
    assert found(promos, "junior-40", SECOND).refusal == ""
    live(promos, clock, SECOND, days=40)
    assert f"{clock.now.astimezone(MOSCOW):%d.%m}" == "01.01", "the year is a new one"
    told = refused(lambda: promos.ask(Promos.join, SECOND, "junior-40"))
    assert told == "Акция закончилась. Следующая начнётся 1 августа."


def test_a_blocked_number_joins_nothing(promos: Window):
    with promos.store.write() as tx:
        change(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
    assert "Номер заблокирован" in refused(lambda: promos.ask(Promos.join, MAIN, "unlimited"))


def test_numbers_without_promotions_say_so(promos: Window):
    offered = promos.ask(Promos.offered, MINSK).items
    assert {one.refusal for one in offered} == {
        "Акции действуют для мобильных номеров МТС в России."
    }
    refused(lambda: promos.ask(Promos.join, MINSK, "friends"))
    refused(lambda: promos.ask(Promos.join, MAIN, "nothing"), NotFound)
    assert "Сначала вступите" in found(promos, "friends", SECOND).refusal
