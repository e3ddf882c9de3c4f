"""Sending SMS and MMS: limits, price, planned ones, what becomes of each recipient."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mts_tui.backend.background import due_job, pass_time
from mts_tui.backend.contract.account import Account, BudgetOrder
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.errors import (
    BudgetReached,
    InvalidRequest,
    KeyReused,
    MessageRefused,
    NotEnoughMoney,
    NotFound,
)
from mts_tui.backend.contract.messages import Messages, MmsOrder, SmsOrder
from mts_tui.backend.store import Store
from mts_tui.backend.store.transaction import new_key
from tests.pictures_made import bomb, picture

from .desk import (
    ANNA,
    ANNA_BELARUS,
    ANNA_CITY,
    ANNA_SECOND,
    MISHA,
    NOW,
    STRANGER,
    Clock,
    Window,
    at_once,
    change,
    rows,
)
from .messages import (
    FAR_FRIEND,
    FRIEND,
    GONE,
    NOBODY,
    RESTING,
    look,
    mms,
    sms,
    sms_operations,
    states,
    thread,
)
from .offers import check_books, live, packages, preview
from .paydesk import CITY, MAIN, MINSK, SECOND, balance, refusal, rub, set_balance

LATER = NOW + timedelta(hours=3)


class PowerCut(BaseException):
    """The end of everything."""


def refused(window: Window, *to: str, text: str = "Привет", account: str = MAIN, **more: object):
    order = SmsOrder(to=list(to), text=text, **more)
    return refusal(window, MessageRefused, Messages.send, account, order)


# ------------------------------------------------------------------ price


def test_the_package_pays_first(anna: Window):
    before, had = packages(anna.store)["sms"], balance(anna)
    done = sms(anna, FRIEND, ANNA_SECOND, text="я" * 71)
    assert (done.kind, done.alphabet, done.parts, done.picture) == ("sms", "ucs2", 2, False)
    assert packages(anna.store)["sms"] == before - 2  # The friend; Petersburg is another region.
    assert balance(anna) == had - 2 * 3_80
    assert (done.cost, done.covered) == (rub(7_60), 2)
    assert [one.cost for one in done.recipients] == [rub(0), rub(7_60)]
    assert [one["units"] for one in sms_operations(anna.store)] == [2, 2]
    check_books(anna.store)


def test_a_package_that_has_too_little_is_filled_up_by_money(anna: Window):
    left = packages(anna.store)["sms"]
    with anna.store.write() as tx:
        rows(
            tx,
            "UPDATE buckets SET used = granted - 3 WHERE account_id = ? AND id = 'sms' AND used = granted - ?",
            MAIN,
            left,
        )
        rows(
            tx,
            "UPDATE operations SET bucket_units = bucket_units + ? WHERE account_id = ? AND seq = (SELECT MAX(seq) FROM operations WHERE account_id = ? AND bucket = 'sms')",
            left - 3,
            MAIN,
            MAIN,
        )
    told = preview(anna, Messages.send, MAIN, SmsOrder(to=[FRIEND, "+79561111111"], text="я" * 71))
    assert (told.answer.cost, told.answer.covered) == (rub(1_00), 3)
    done = sms(anna, FRIEND, "+79561111111", text="я" * 71)
    assert (done.cost, done.covered) == (rub(1_00), 3)
    assert packages(anna.store)["sms"] == 0
    check_books(anna.store)


def test_what_it_costs_is_told_before(anna: Window):
    had = balance(anna)
    told = preview(anna, Messages.send, MAIN, SmsOrder(to=[FRIEND, FAR_FRIEND], text="Привет"))
    assert (told.answer.cost, told.answer.covered) == (rub(3_80), 1)
    (change,) = told.changes
    assert change.before.balance.amount_minor - change.after.balance.amount_minor == 3_80
    assert [one.kind for one in change.operations] == ["sms", "sms"]
    assert balance(anna) == had
    assert anna.ask(Messages.sendings, MAIN).items == []


def test_abroad_and_another_currency_cost_what_the_tariff_says(anna: Window):
    assert sms(anna, "+447700900123").cost == rub(5_25)
    told = anna.ask(Messages.send, MINSK, SmsOrder(to=[ANNA], text="Привет"))
    assert told.cost.currency == "BYN"


@pytest.mark.parametrize("at", [None, LATER])
def test_all_or_nobody(anna: Window, clock: Clock, at: object):
    """Money for one of two is not enough; a planned one tells so when its moment has come."""
    set_balance(anna, 5_00)
    two = SmsOrder(to=[FAR_FRIEND, ANNA_SECOND], text="Привет", at=at)
    if at is None:
        with pytest.raises(NotEnoughMoney):
            anna.ask(Messages.send, MAIN, two)
        with pytest.raises(NotEnoughMoney):
            preview(anna, Messages.send, MAIN, two)
        assert anna.ask(Messages.sendings, MAIN).items == []
    else:
        planned = anna.ask(Messages.send, MAIN, two)
        live(anna, clock, hours=4)
        found = look(anna, planned)
        assert [one.state for one in found.recipients] == ["failed", "failed"]
        assert "не хватило денег" in found.recipients[0].reason
        assert found.recipients[0].at == LATER
        assert any("не отправлено. В назначенное время" in text for text in anna.sms(ANNA))
    assert balance(anna) == 5_00
    assert sms_operations(anna.store) == []
    assert sms(anna, FAR_FRIEND).cost == rub(3_80)


def test_a_hard_budget_stops_it(anna: Window):
    anna.ask(Account.set_budget, MAIN, BudgetOrder(limit=rub(1_00), hard=True))
    with pytest.raises(BudgetReached):
        sms(anna, FAR_FRIEND)
    assert sms(anna, FRIEND).cost == rub(0)  # The package is paid for.


def test_twice_the_same_key_is_one_sending(anna: Window):
    key = new_key()
    first, again = (sms(anna, FAR_FRIEND, key=key) for _ in range(2))
    assert first == again
    assert len(sms_operations(anna.store)) == 1


# ------------------------------------------------------------------ what is refused


def test_who_cannot_be_reached(anna: Window):
    assert "с которого вы отправляете" in refused(anna, FRIEND, ANNA)
    assert "городской номер" in refused(anna, ANNA_CITY)
    assert "не бывает" in refused(anna, "+78001234567")
    assert "не бывает" in refused(anna, "+7999123456")
    assert "спутниковый или платный" in refused(anna, "+881612345678")
    for wrong in ("112", "89561234567", "+112", ""):
        with pytest.raises(InvalidRequest):
            sms(anna, wrong)


def test_a_key_sends_once_even_after_it_is_forgotten(anna: Window, store: Store):
    key = new_key()
    sent = sms(anna, FRIEND, MISHA, key=key)
    assert sent.id == key
    with store.write() as tx:
        change(tx, "DELETE FROM idempotency")
    assert sms(anna, FRIEND, MISHA, key=key).ordered_at == sent.ordered_at
    assert len(anna.ask(Messages.sendings, MAIN).items) == 1
    for to, text in ((FRIEND, MISHA), "Другое"), ((FRIEND,), "Привет"):
        with store.write() as tx:
            change(tx, "DELETE FROM idempotency")
        with pytest.raises(KeyReused):
            sms(anna, *to, text=text, key=key)


def test_how_many(anna: Window):
    ten = [f"+7956000{number:04}" for number in range(11)]
    with pytest.raises(InvalidRequest):
        sms(anna, *ten)
    with pytest.raises(InvalidRequest):
        sms(anna)
    assert len(sms(anna, *ten[:10]).recipients) == 10
    assert len(sms(anna, FRIEND, FRIEND).recipients) == 1


def test_fifty_a_day_of_the_accounts_zone(anna: Window, clock: Clock):
    assert anna.ask(Messages.terms, MAIN).left_today == 50
    ten = [f"+7956000{number:04}" for number in range(10)]
    for _ in range(4):
        sms(anna, *ten)
    mms(anna, *ten[:9])
    assert anna.ask(Messages.terms, MAIN).left_today == 1
    assert "На сегодня осталось 1 сообщение" in refused(anna, *ten[:2])
    sms(anna, ten[0])
    assert "На сегодня сообщений не осталось" in refused(anna, ten[0])
    assert anna.ask(Messages.terms, SECOND).left_today == 50
    tomorrow = NOW + timedelta(hours=3)  # 00:34 in Moscow.
    planned = [sms(anna, *ten, at=tomorrow) for _ in range(5)]
    assert "На этот день сообщений не осталось" in refused(anna, ten[0], at=tomorrow)
    anna.ask(Messages.cancel, MAIN, planned[0].id)
    sms(anna, ten[0], at=tomorrow)
    live(anna, clock, hours=2, minutes=27)  # 00:01 in Moscow.
    assert anna.ask(Messages.terms, MAIN).left_today == 9


def test_the_text(anna: Window):
    for empty in (" ", "\n\n", "\u200b"):
        assert "нет текста" in refused(anna, FRIEND, text=empty)
    for wrong in ("", "я" * 1001):
        with pytest.raises(InvalidRequest):
            sms(anna, FRIEND, text=wrong)
    assert sms(anna, FRIEND, text="я" * 1000).parts == 15
    assert sms(anna, FRIEND, text=" два\r\nслова\x1b \u202e").text == "два\nслова"


def test_a_moment_that_is_not_possible(anna: Window):
    assert "уже прошло" in refused(anna, FRIEND, at=NOW)
    assert "не больше чем на год" in refused(anna, FRIEND, at=NOW + timedelta(days=366))


def test_a_blocked_a_lost_and_a_city_number(anna: Window, clock: Clock):
    planned = sms(anna, FRIEND, at=LATER)
    anna.ask(Blocking.block, MAIN)
    assert "заблокирован" in refused(anna, FRIEND)
    assert "заблокирован" in anna.ask(Messages.terms, MAIN).refusal
    live(anna, clock, hours=3)
    (one,) = look(anna, planned).recipients
    assert (one.state, "заблокирован" in one.reason) == ("failed", True)
    anna.ask(Blocking.report_lost, SECOND)
    assert "утрачен" in refused(anna, FRIEND, account=SECOND)
    assert "городского номера" in refused(anna, FRIEND, account=CITY)


def test_somebody_elses(anna: Window):
    sent = sms(anna, FRIEND)
    for asked in (
        (Messages.terms, "anna-new"),
        (Messages.send, "anna-new", SmsOrder(to=[FRIEND], text="Привет")),
        (Messages.sending, SECOND, sent.id),
        (Messages.sending, MAIN, "нет такой"),
        (Messages.cancel, MAIN, "нет такой"),
        (Messages.picture, MAIN, sent.id),
        (Messages.threads, "anna-new"),
        (Messages.thread, "anna-new", FRIEND),
    ):
        with pytest.raises(NotFound):
            anna.ask(*asked)


# ------------------------------------------------------------------ what becomes of it


def test_each_recipient_has_a_state(anna: Window, clock: Clock):
    sent = sms(anna, FRIEND, NOBODY, STRANGER, RESTING, GONE, MISHA)
    assert states(anna, sent) == ["queued"] * 6
    live(anna, clock, seconds=2)
    assert states(anna, sent)[1:3] == ["failed"] * 2
    live(anna, clock, seconds=6)
    assert states(anna, sent) == ["delivered", "failed", "failed", "sent", "sent", "delivered"]
    assert "Номер не обслуживается" in look(anna, sent).recipients[1].reason
    live(anna, clock, hours=2)
    assert states(anna, sent)[3:5] == ["delivered", "sent"]
    live(anna, clock, days=3)
    found = look(anna, sent).recipients[4]
    assert (found.state, "выключен трое суток" in found.reason) == ("failed", True)
    check_books(anna.store)


def test_a_number_of_the_same_store_gets_it(anna: Window, clock: Clock):
    sms(anna, MISHA, ANNA_BELARUS, text="Обед на плите")
    live(anna, clock, seconds=10)
    for phone in (MISHA, ANNA_BELARUS):
        assert anna.sms(phone)[0] == "Обед на плите"
    (got,) = thread(anna, ANNA, "misha-moscow")
    assert (got.text, got.outgoing, got.state, got.sending) == (
        "Обед на плите",
        False,
        "delivered",
        None,
    )


def test_a_closed_number_gets_it_when_it_is_opened_again(anna: Window, clock: Clock):
    anna.ask(Blocking.block, SECOND)
    sent = sms(anna, ANNA_SECOND)
    live(anna, clock, minutes=10)
    assert states(anna, sent) == ["sent"]
    anna.sign_in()
    anna.ask(Blocking.unblock, SECOND)
    live(anna, clock, minutes=30)
    assert states(anna, sent) == ["delivered"]


def test_the_other_side_answers_now_and_then(anna: Window, clock: Clock):
    peers = [f"+7956000{number:04}" for number in range(10)]
    sms(anna, *peers, text="Ты скоро?")
    live(anna, clock, minutes=3)
    answers = [one for peer in peers for one in thread(anna, peer) if not one.outgoing]
    assert 0 < len(answers) < 10
    assert all(one.text for one in answers)
    unread = {one.peer: one.unread for one in anna.ask(Messages.threads, MAIN).items}
    assert sum(unread[peer] for peer in peers) == len(answers)


def test_own_states_are_told_by_events(anna: Window, clock: Clock):
    heard: list[str] = []
    sms(anna, FRIEND)
    anna.store.on_commit.append(lambda events: heard.extend(one.kind for one in events))
    live(anna, clock, seconds=2)
    assert "message" in heard


# ------------------------------------------------------------------ planned ones


def test_a_planned_one_goes_out_once_and_is_paid_then(anna: Window, clock: Clock):
    had = balance(anna)
    told = preview(anna, Messages.send, MAIN, SmsOrder(to=[FAR_FRIEND], text="Привет", at=LATER))
    assert told.answer.cost == rub(3_80)  # What it would cost now.
    assert told.changes == []
    planned = sms(anna, FAR_FRIEND, at=LATER)
    assert (planned.at, planned.ordered_at, planned.cost) == (LATER, NOW, rub(0))
    assert states(anna, planned) == ["scheduled"]
    assert balance(anna) == had
    assert [one.id for one in anna.ask(Messages.sendings, MAIN).items] == [planned.id]
    live(anna, clock, hours=2, minutes=59)
    assert states(anna, planned) == ["scheduled"]
    live(anna, clock, minutes=1)
    found = look(anna, planned)
    assert (found.cost, found.recipients[0].state) == (rub(3_80), "queued")
    live(anna, clock, minutes=5)
    assert states(anna, planned) == ["delivered"]
    assert balance(anna) == had - 3_80
    assert [one.outgoing for one in thread(anna, FAR_FRIEND)].count(True) == 1


def live_and_crash(store: Store) -> None:
    with store.write() as tx:
        pass_time(tx, MAIN)
        raise PowerCut


def test_a_planned_one_survives_a_crash(anna: Window, clock: Clock):
    planned = sms(anna, FAR_FRIEND, at=LATER)
    had = balance(anna)

    clock.move(hours=4)
    with pytest.raises(PowerCut):
        live_and_crash(anna.store)
    for _ in range(2):
        live(anna, clock, seconds=0)
    anna.sign_in()
    assert states(anna, planned) == ["delivered"]
    assert balance(anna) == had - 3_80


def test_two_processes_send_a_planned_one_once(anna: Window, stores, clock: Clock):
    planned = [sms(anna, FAR_FRIEND, at=LATER, text=f"Раз {number}") for number in range(5)]
    had = balance(anna)
    other = stores.again(anna.store)
    clock.move(hours=3, minutes=1)

    def work(store: Store) -> Callable[[], None]:
        job = due_job(store)

        def run() -> None:
            while job():
                pass

        return run

    assert at_once(work(anna.store), work(other)) == [None, None]
    anna.sign_in()
    assert [states(anna, one) for one in planned] == [["delivered"]] * 5
    sent = [one.text for one in thread(anna, FAR_FRIEND) if one.outgoing]
    assert sorted(sent) == [f"Раз {number}" for number in range(5)]
    assert had - balance(anna) == 5 * 3_80
    check_books(anna.store)


def test_a_planned_one_is_given_up(anna: Window, clock: Clock):
    planned, other = sms(anna, FRIEND, at=LATER), sms(anna, FRIEND)
    done = anna.ask(Messages.cancel, MAIN, planned.id)
    assert [one.state for one in done.recipients] == ["cancelled"]
    live(anna, clock, hours=5)
    assert states(anna, planned) == ["cancelled"]
    for one, told in ((planned, "уже отменена"), (other, "уже отправлено")):
        assert told in refusal(anna, MessageRefused, Messages.cancel, MAIN, one.id)


def test_planned_ones_stand_first_and_pages_go_on(anna: Window, clock: Clock):
    made = []
    for number in range(5):
        made.append(sms(anna, FRIEND, text=f"{number}"))
        clock.move(seconds=1)
    planned = sms(anna, FRIEND, at=LATER)
    found, cursor = [], None
    while True:
        page = anna.ask(Messages.sendings, MAIN, 2, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [one.id for one in found] == [planned.id, *(one.id for one in reversed(made))]
    assert anna.ask(Messages.sendings, MAIN, 2, "мусор").items == found[:2]


def test_a_hundred_planned_ones_are_enough(anna: Window):
    for day in range(100):
        sms(anna, FRIEND, at=LATER + timedelta(days=day))
    assert "Назначено уже 100 отправок" in refused(anna, FRIEND, at=LATER)


# ------------------------------------------------------------------ MMS


def test_a_picture_is_sent_and_kept(anna: Window, clock: Clock):
    had = balance(anna)
    stand_in = MmsOrder(to=[FRIEND, MISHA], picture=picture("GIF", (1, 1)))
    price = preview(anna, Messages.send_mms, MAIN, stand_in).answer.cost
    content = picture("JPEG", (640, 480))
    sent = mms(anna, FRIEND, MISHA, text="Смотри", content=content)
    assert (sent.kind, sent.parts, sent.picture, sent.text) == ("mms", 1, True, "Смотри")
    assert sent.cost == price
    assert had - balance(anna) == price.amount_minor == 2 * 6_50
    kept = anna.ask(Messages.picture, MAIN, sent.id)
    assert (kept.content, kept.media_type) == (content, "image/jpeg")
    live(anna, clock, seconds=10)
    assert states(anna, sent) == ["delivered", "delivered"]
    assert anna.sms(MISHA)[0] == "Картинка. Смотри"
    (mine,) = [one for one in thread(anna, MISHA) if one.outgoing]
    assert (mine.kind, mine.sending) == ("mms", sent.id)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"MZ\x90\0" * 100, "не картинка"),
        (picture("JPEG", (64, 64))[:300], "повреждена"),
        (bomb(), "мегапикселей"),
        (picture("BMP"), "не картинка"),
    ],
    ids=["a program", "truncated", "a bomb", "BMP"],
)
def test_what_is_no_picture_is_refused(anna: Window, content: bytes, told: str):
    order = MmsOrder(to=[FRIEND], picture=content)
    assert told in refusal(anna, MessageRefused, Messages.send_mms, MAIN, order)


def test_too_large_and_empty_ones_are_refused(anna: Window):
    for content in (b"", bytes(976 * 1024 + 1)):
        with pytest.raises(InvalidRequest):
            mms(anna, FRIEND, content=content)
