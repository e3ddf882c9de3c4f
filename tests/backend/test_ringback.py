"""«GOOD'OK»: bought, charged every 30 days, silent until paid, given, and taken back."""

from datetime import timedelta

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.demo import Demo, Dial, Reply, ShortMessage
from mts_tui.backend.contract.errors import (
    BudgetReached,
    InvalidRequest,
    NotEnoughMoney,
    NotFound,
    RingbackRefused,
    UndoRefused,
)
from mts_tui.backend.contract.ringback import (
    MELODY_BYTES,
    Gift,
    Heard,
    Melody,
    Ringback,
    RingbackState,
    RuleOrder,
    Upload,
)
from mts_tui.backend.contract.undo import Undo

from . import sounds
from .desk import ANNA, MISHA, NOW, STRANGER, Clock, Window, rows
from .paydesk import (
    CHILD,
    CITY,
    MAIN,
    MINSK,
    balance,
    give,
    history,
    let_time_pass,
    refusal,
    set_balance,
    spoil,
)

BOX, SURF, TRAIN, AUTUMN = "00000000", "10021001", "10021002", "10021004"
MONTH = timedelta(days=30)


@pytest.fixture
def rich(anna: Window) -> Window:
    set_balance(anna, 3_000_00)
    return anna


def state(window: Window, account: str = MAIN) -> RingbackState:
    return window.ask(Ringback.state, account)


def owned(window: Window) -> dict[str, Melody]:
    return {one.id: one for one in state(window).melodies if one.owned}


def buy(window: Window, melody: str = SURF) -> Melody:
    return window.ask(Ringback.buy, MAIN, melody)


def pass_days(window: Window, clock: Clock, days: float) -> None:
    clock.move(days=days)
    let_time_pass(window)
    window.sign_in()


def charges(window: Window) -> list[tuple[str, int]]:
    with window.store.read() as tx:
        found = rows(
            tx,
            "SELECT title, amount FROM operations WHERE account_id = ? AND rule LIKE ? ORDER BY seq",
            MAIN,
            "ringback%",
        )
    return [(row["title"], row["amount"]) for row in found]


def undo(window: Window, title: str) -> None:
    entry = next(one for one in window.ask(Undo.pending).items if one.title == title)
    window.ask(Undo.take_back, entry.id)


def heard(window: Window, phone: str = MISHA, **later: float) -> Heard:
    return window.ask(Ringback.heard, MAIN, phone, NOW + timedelta(**later))


# ------------------------------------------------------------------ on and off, the box


def test_switched_on_without_melodies_it_is_the_box(rich: Window):
    before = balance(rich)
    now = rich.ask(Ringback.switch_on, MAIN)
    assert (now.on, now.monthly.amount_minor) == (True, 49_90)
    assert [(one.id, one.next_at) for one in now.melodies] == [(BOX, NOW + MONTH)]
    assert [rule.applies for rule in now.rules] == ["everyone"]
    assert balance(rich) == before - 49_90
    assert "49,90\u00a0₽ за 30 дней, следующее списание 22.12.2026" in rich.sms(ANNA)[0]
    rich.ask(Ringback.switch_on, MAIN)  # It is on: nothing more is charged.
    assert charges(rich) == [("GOOD'OK «Музыкальная шкатулка»", -49_90)]


def test_the_price_is_told_before_anything_is_bought(rich: Window):
    before = balance(rich)
    told = rich.dispatcher.answer(
        Ringback.buy.endpoint.preview,
        {"account": MAIN, "melody": SURF},
        token=rich.token,
        key="",
    )
    assert told.answer.next_at == NOW + MONTH
    assert told.answer.price.amount_minor == 50_00
    assert [one.amount.amount_minor for one in told.changes[0].operations] == [-50_00]
    assert "следующее списание 22.12.2026" in told.messages[0]
    assert (balance(rich), state(rich).on) == (before, False)


def test_a_paid_melody_takes_the_place_of_the_box(rich: Window, clock: Clock):
    rich.ask(Ringback.switch_on, MAIN)
    bought = buy(rich)
    assert (bought.owned, bought.next_at) == (True, NOW + MONTH)
    assert set(owned(rich)) == {SURF}
    assert [rule.melody for rule in state(rich).rules] == [SURF]
    assert "«Музыкальная шкатулка» отключена" in rich.sms(ANNA)[0]
    assert "Сначала отключите" in refusal(rich, RingbackRefused, Ringback.buy, MAIN, BOX)
    pass_days(rich, clock, 31)
    assert [title for title, _amount in charges(rich)] == [
        "GOOD'OK «Музыкальная шкатулка»", "GOOD'OK «Шум прибоя»", "GOOD'OK «Шум прибоя»",
    ]  # fmt: skip


def test_the_second_melody_waits_for_a_rule(rich: Window):
    buy(rich)
    buy(rich, TRAIN)
    assert [rule.melody for rule in state(rich).rules] == [SURF]
    assert state(rich).monthly.amount_minor == 125_00
    assert "оплачена до 22 декабря." in refusal(rich, RingbackRefused, Ringback.buy, MAIN, SURF)


def test_off_nothing_is_charged_and_everything_stays(rich: Window, clock: Clock):
    buy(rich)
    now = rich.ask(Ringback.switch_off, MAIN)
    assert (now.on, now.monthly.amount_minor, len(now.rules)) == (False, 0, 1)
    assert heard(rich).explanation.startswith("GOOD'OK выключен")
    pass_days(rich, clock, 40)
    assert len(charges(rich)) == 1
    set_balance(rich, 1_000_00)
    again = rich.ask(Ringback.switch_on, MAIN)
    assert again.melodies[0].next_at == clock.now + MONTH
    assert len(charges(rich)) == 2


def test_on_again_within_the_month_costs_nothing(rich: Window, clock: Clock):
    buy(rich)
    rich.ask(Ringback.switch_off, MAIN)
    pass_days(rich, clock, 10)
    assert rich.ask(Ringback.switch_on, MAIN).melodies[0].next_at == NOW + MONTH
    assert len(charges(rich)) == 1


def test_switching_off_is_taken_back(rich: Window, clock: Clock):
    buy(rich)
    rich.ask(Ringback.switch_off, MAIN)
    undo(rich, "GOOD'OK отключён")
    assert (state(rich).on, owned(rich)[SURF].next_at) == (True, NOW + MONTH)
    pass_days(rich, clock, 31)
    assert len(charges(rich)) == 2


# ------------------------------------------------------------------ money


def test_no_money_no_melody(anna: Window):
    set_balance(anna, 49_99)
    with pytest.raises(NotEnoughMoney):
        buy(anna)
    assert (state(anna).on, state(anna).melodies, charges(anna)) == (False, [], [])


def test_a_hard_budget_stops_a_purchase(rich: Window):
    spoil(rich, "UPDATE accounts SET budget = 100, budget_hard = 1 WHERE id = ?", MAIN)
    with pytest.raises(BudgetReached):
        buy(rich)


def test_unpaid_it_is_silent_and_tried_the_next_day(rich: Window, clock: Clock):
    buy(rich)
    clock.move(days=29.9)
    let_time_pass(rich)
    set_balance(rich, 0)
    clock.move(days=0.2)
    let_time_pass(rich)
    rich.sign_in()
    one = owned(rich)[SURF]
    assert one.paid_until == NOW + MONTH < clock.now < one.next_at
    silent = rich.ask(Ringback.heard, MAIN, MISHA, clock.now)
    assert silent.melodies == []
    assert "не оплачена и молчит" in silent.explanation
    pass_days(rich, clock, 3)
    told = [text for text in rich.sms(ANNA) if "замолчала" in text]
    assert len(told) == 1  # Once, however often it is tried.
    set_balance(rich, 1_000_00)
    pass_days(rich, clock, 1)
    one = owned(rich)[SURF]
    assert one.paid_until > clock.now
    assert len(charges(rich)) == 2


def test_a_silent_one_can_be_paid_at_once(rich: Window, clock: Clock):
    buy(rich)
    set_balance(rich, 0)
    spoil(rich, "UPDATE accounts SET fee_at = NULL WHERE id = ?", MAIN)
    pass_days(rich, clock, 31)
    set_balance(rich, 1_000_00)
    assert buy(rich).next_at == clock.now + MONTH
    pass_days(rich, clock, 29)
    assert len(charges(rich)) == 2  # The try of the next day went with it.


def test_the_calendar_of_charges_knows_it(rich: Window):
    buy(rich)
    found = [one for one in rich.ask(Account.charges, MAIN).items if "GOOD'OK" in one.title]
    assert [(one.title, one.amount.amount_minor, one.at) for one in found] == [
        ("GOOD'OK «Шум прибоя»", -50_00, NOW + MONTH)
    ]


def test_the_history_explains_it(rich: Window):
    from mts_tui.backend.contract.archive import Archive

    buy(rich)
    (last,) = history(rich, count=1)
    detail = rich.ask(Archive.operation, MAIN, last.id)
    assert "30 дней мелодии" in detail.explanation


# ------------------------------------------------------------------ removing and rules


def test_a_removed_melody_takes_its_rules_and_comes_back_with_them(rich: Window, clock: Clock):
    buy(rich)
    rich.ask(Ringback.add_rule, MAIN, RuleOrder(melody=SURF, applies="caller", caller=MISHA))
    before = state(rich)
    rich.ask(Ringback.remove, MAIN, SURF)
    assert (state(rich).melodies, state(rich).rules) == ([], [])
    assert heard(rich).melodies == []
    undo(rich, "Мелодия «Шум прибоя»: удаление")
    assert state(rich) == before
    pass_days(rich, clock, 31)
    assert len(charges(rich)) == 2


def test_a_removed_melody_is_never_charged_again(rich: Window, clock: Clock):
    buy(rich)
    rich.ask(Ringback.remove, MAIN, SURF)
    pass_days(rich, clock, 61)
    assert len(charges(rich)) == 1
    with pytest.raises(NotFound):
        rich.ask(Ringback.remove, MAIN, SURF)
    with pytest.raises(NotFound):
        rich.ask(Ringback.remove, MAIN, "nothing")


def test_time_goes_before_a_caller_before_everyone(rich: Window):
    for melody in (SURF, TRAIN, AUTUMN):
        buy(rich, melody)
    for order in (
        RuleOrder(melody=TRAIN, applies="caller", caller=MISHA),
        RuleOrder(melody=AUTUMN, applies="time", weekdays=[1], from_hour=9, to_hour=18),
    ):
        rich.ask(Ringback.add_rule, MAIN, order)
    assert [one.id for one in heard(rich, ANNA).melodies] == [SURF]
    named = heard(rich)
    assert [one.id for one in named.melodies] == [TRAIN]
    assert "уступает правилам по времени" in named.explanation
    monday_noon = heard(rich, hours=14.5)  # 12:04 in Moscow.
    assert [one.id for one in monday_noon.melodies] == [AUTUMN]
    assert "«пн с 9:00 до 18:00»" in monday_noon.explanation


def test_equals_are_taken_by_chance(rich: Window):
    buy(rich)
    buy(rich, TRAIN)
    rich.ask(Ringback.add_rule, MAIN, RuleOrder(melody=TRAIN, applies="everyone"))
    both = heard(rich)
    assert [one.id for one in both.melodies] == [SURF, TRAIN]
    assert "случайно" in both.explanation
    assert "уже есть" in refusal(
        rich, RingbackRefused, Ringback.add_rule, MAIN,
        RuleOrder(melody=TRAIN, applies="everyone"),
    )  # fmt: skip


def test_a_rule_goes_and_comes_back(rich: Window):
    buy(rich)
    (rule,) = state(rich).rules
    rich.ask(Ringback.remove_rule, MAIN, rule.id)
    assert heard(rich).explanation == (
        "Ни одно правило не подходит. Звонящий услышит обычные гудки."
    )
    undo(rich, "Правило «для всех» удалено")
    assert state(rich).rules == [rule]
    with pytest.raises(NotFound):
        rich.ask(Ringback.remove_rule, MAIN, "nothing")


def test_a_rule_needs_a_melody_of_the_collection(rich: Window):
    order = RuleOrder(melody=SURF, applies="everyone")
    assert "Сначала купите" in refusal(rich, RingbackRefused, Ringback.add_rule, MAIN, order)
    with pytest.raises(NotFound):
        rich.ask(Ringback.add_rule, MAIN, RuleOrder(melody="nothing", applies="everyone"))


# ------------------------------------------------------------------ the catalogue and own ones


def test_the_catalogue_is_searched(anna: Window):
    def found(text: str) -> list[str]:
        return [one.title for one in anna.ask(Ringback.melodies, MAIN, text).items]

    assert len(found("")) >= 30
    assert found("ПОЕЗД") == ["Поезд на юг"]
    assert found("елка") == ["Ёлка в марте"]
    assert found("станция") == ["Поезд на юг", "Последняя электричка", "Мост через Каму"]
    assert found("10021006") == ["Утро программиста"]
    assert found("такой нет") == []


def test_a_sample_is_heard_before_it_is_bought(anna: Window):
    sample = anna.ask(Ringback.sample, MAIN, SURF)
    assert sample.content.startswith(b"RIFF")
    assert sample.seconds == 12
    assert max(sample.wave) == 100
    with pytest.raises(NotFound):
        anna.ask(Ringback.sample, MAIN, "nothing")


@pytest.mark.parametrize(
    "content", [sounds.wav(), sounds.ogg(), sounds.mp3()], ids=["wav", "ogg", "mp3"]
)
def test_ones_own_melody(rich: Window, content: bytes):
    made = rich.ask(Ringback.upload, MAIN, Upload(title="Кот\u202e поёт", content=content))
    assert (made.title, made.source, made.owned, made.code) == ("Кот поёт", "own", False, "")
    assert charges(rich) == []
    assert (made.seconds, made.price.amount_minor) == (2, 50_00)
    sample = rich.ask(Ringback.sample, MAIN, made.id)
    assert len(sample.content) == pytest.approx(44 + 24_000, abs=1600)
    buy(rich, made.id)
    assert [one.id for one in heard(rich).melodies] == [made.id]
    rich.ask(Ringback.remove, MAIN, made.id)  # Out of the collection; the file stays.
    assert not state(rich).melodies[0].owned
    rich.ask(Ringback.remove, MAIN, made.id)
    assert state(rich).melodies == []
    with pytest.raises(UndoRefused, match="Сначала верните"):
        undo(rich, "Мелодия «Кот поёт»: удаление")
    undo(rich, "Файл мелодии «Кот поёт»: удаление")
    assert not state(rich).melodies[0].owned
    undo(rich, "Мелодия «Кот поёт»: удаление")
    assert [one.id for one in heard(rich).melodies] == [made.id]


def test_a_deleted_own_melody_is_forgotten_for_good(rich: Window, clock: Clock):
    made = rich.ask(Ringback.upload, MAIN, Upload(title="Кот", content=sounds.wav()))
    rich.ask(Ringback.remove, MAIN, made.id)
    with pytest.raises(NotFound):
        rich.ask(Ringback.sample, MAIN, made.id)
    clock.move(minutes=11)
    let_time_pass(rich)
    with rich.store.read() as tx:
        assert rows(tx, "SELECT id FROM ringback_uploads") == []


def test_a_file_that_is_no_melody_changes_nothing(rich: Window):
    upload = Upload(title="Игра", content=b"MZ" + bytes(9000))
    assert "Это не звук" in refusal(rich, RingbackRefused, Ringback.upload, MAIN, upload)
    assert state(rich).melodies == []
    nameless = Upload(title="\u200b", content=sounds.wav())
    assert "Назовите" in refusal(rich, RingbackRefused, Ringback.upload, MAIN, nameless)
    with pytest.raises(InvalidRequest):
        rich.ask(Ringback.upload, MAIN, Upload(title="Много", content=bytes(MELODY_BYTES + 1)))


def test_there_may_be_ten_of_ones_own(rich: Window):
    order = Upload(title="Кот", content=sounds.wav())
    for _ in range(10):
        rich.ask(Ringback.upload, MAIN, order)
    assert "уже 10" in refusal(rich, RingbackRefused, Ringback.upload, MAIN, order)


def test_an_own_melody_is_nobody_elses(rich: Window):
    made = rich.ask(Ringback.upload, MAIN, Upload(title="Кот", content=sounds.wav()))
    with pytest.raises(NotFound):
        rich.ask(Ringback.sample, "anna-petersburg", made.id)


@pytest.mark.parametrize("account", [MINSK, CITY])
def test_only_russian_mobile_numbers_have_it(anna: Window, account: str):
    assert "только для мобильных номеров России" in state(anna, account).refusal
    for asked in ((Ringback.switch_on, account), (Ringback.buy, account, SURF)):
        assert "только для мобильных" in refusal(anna, RingbackRefused, *asked)


# ------------------------------------------------------------------ gifts


@pytest.fixture
def misha(rich: Window) -> Window:
    window = Window(rich.store)
    window.sign_in(MISHA)
    return window


def code_of(window: Window) -> str:
    text = next(text for text in window.sms(MISHA) if "дарит вам" in text)
    return text.split("отправьте ")[1].split()[0]


def give_train(window: Window, to: str = MISHA) -> int:
    """What it cost."""
    before = balance(window)
    window.ask(Ringback.give, MAIN, Gift(melody=TRAIN, to=to))
    return before - balance(window)


def test_a_gift_plays_thirty_days_and_ends_by_itself(rich: Window, misha: Window, clock: Clock):
    assert give_train(rich) == 75_00
    (gift,) = state(misha, CHILD).gifts
    assert (gift.giver, gift.title, gift.expires_at) == (
        ANNA, "Поезд на юг", NOW + timedelta(days=3),
    )  # fmt: skip
    given = misha.ask(Ringback.accept, CHILD, gift.id)
    assert (given.gift, given.next_at, given.paid_until) == (True, None, NOW + MONTH)
    assert state(misha, CHILD).gifts == []
    now = misha.ask(Ringback.heard, CHILD, ANNA, NOW)
    assert [one.id for one in now.melodies] == [TRAIN]
    with pytest.raises(NotFound):
        misha.ask(Ringback.accept, CHILD, gift.id)
    clock.move(days=31)
    let_time_pass(rich)
    misha.sign_in(MISHA)
    assert state(misha, CHILD).melodies == []
    assert any("Ничего не списано" in text for text in misha.sms(MISHA))
    with rich.store.read() as tx:
        paid = rows(
            tx,
            "SELECT 1 AS x FROM operations WHERE account_id = ? AND title LIKE ?",
            CHILD,
            "GOOD%",
        )
    assert paid == []
    assert len(charges(rich)) == 1  # It did not come back to the giver either.


def test_a_gift_is_accepted_by_its_code(rich: Window, misha: Window):
    give_train(rich)
    write(misha, MISHA, "0550", f"{(int(code_of(rich)) + 1) % 10_000:04}")
    assert "кодом нет" in misha.sms(MISHA)[0]
    write(misha, MISHA, "0550", code_of(rich))
    assert misha.sms(MISHA)[0] == "Подарок принят: «Поезд на юг»."
    assert [one.id for one in state(misha, CHILD).melodies] == [TRAIN]


def test_a_declined_gift_is_paid_back(rich: Window, misha: Window):
    before = balance(rich)
    give_train(rich)
    (gift,) = state(misha, CHILD).gifts
    misha.ask(Ringback.decline, CHILD, gift.id)
    assert balance(rich) == before
    assert state(misha, CHILD).gifts == []
    with pytest.raises(NotFound):
        misha.ask(Ringback.accept, CHILD, gift.id)


@pytest.mark.parametrize("to", [MISHA, "+79853709998"], ids=["subscriber", "nobody"])
def test_a_gift_that_nobody_accepts_is_paid_back(rich: Window, clock: Clock, to: str):
    """Whether the number is a subscriber is not told by anything the giver sees."""
    assert give_train(rich, to) == 75_00
    clock.move(days=3)
    let_time_pass(rich)
    rich.sign_in()
    assert charges(rich) == [
        ("Мелодия в подарок «Поезд на юг»", -75_00), ("Возврат за подарок «Поезд на юг»", 75_00),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("melody", "to", "told"),
    [
        (BOX, MISHA, "из каталога"),
        (TRAIN, ANNA, "Это ваш номер"),
        (TRAIN, "+375330000001", "МТС России"),
        (TRAIN, "+79031234567", "МТС России"),
        (TRAIN, "+74950001234", "МТС России"),
    ],
)
def test_what_cannot_be_given(rich: Window, melody: str, to: str, told: str):
    gift = Gift(melody=melody, to=to)
    assert told in refusal(rich, RingbackRefused, Ringback.give, MAIN, gift)


def test_five_gifts_in_a_day(rich: Window, clock: Clock):
    for _ in range(5):
        give_train(rich)
    gift = Gift(melody=TRAIN, to=MISHA)
    assert "завтра" in refusal(rich, RingbackRefused, Ringback.give, MAIN, gift)
    pass_days(rich, clock, 1)
    give(rich.store, 500_00)
    rich.ask(Ringback.give, MAIN, gift)


def test_a_gift_of_what_one_has_is_left_to_decline(rich: Window, misha: Window):
    give(rich.store, 500_00, CHILD)
    misha.ask(Ringback.buy, CHILD, TRAIN)
    give_train(rich)
    (gift,) = state(misha, CHILD).gifts
    told = refusal(misha, RingbackRefused, Ringback.accept, CHILD, gift.id)
    assert "у вас уже есть" in told


# ------------------------------------------------------------------ a copy from a friend


def copies(window: Window, phone: str = ANNA, account: str = CHILD) -> list[tuple[str, bool]]:
    return [(one.id, one.owned) for one in window.ask(Ringback.copies, account, phone).items]


def test_what_is_heard_at_a_friends_can_be_bought(rich: Window, misha: Window):
    set_balance(misha, 500_00, CHILD)
    assert copies(misha) == []
    buy(rich)
    assert copies(misha) == [(SURF, False)]
    misha.ask(Ringback.buy, CHILD, SURF)
    assert copies(misha) == [(SURF, True)]


def test_a_copy_is_of_what_the_one_who_asks_would_hear(rich: Window, misha: Window, clock: Clock):
    buy(rich)
    buy(rich, TRAIN)
    for_misha = RuleOrder(melody=TRAIN, applies="caller", caller=MISHA)
    rich.ask(Ringback.add_rule, MAIN, for_misha)
    assert copies(misha) == [(TRAIN, False)]
    assert copies(rich, account="anna-petersburg") == [(SURF, False)]
    evening = RuleOrder(melody=SURF, applies="time", from_hour=20, to_hour=23)
    rich.ask(Ringback.add_rule, MAIN, evening)
    assert copies(misha) == [(SURF, False)]
    clock.move(hours=2)
    misha.sign_in(MISHA)
    assert copies(misha) == [(TRAIN, False)]


def test_nothing_is_told_where_the_usual_ringing_is_heard(rich: Window, misha: Window):
    made = rich.ask(Ringback.upload, MAIN, Upload(title="Кот", content=sounds.wav()))
    buy(rich, made.id)
    assert copies(misha) == []  # Their own, for nobody else.
    assert copies(misha, STRANGER) == copies(misha, "+74950001234") == []
    buy(rich)
    rich.ask(Ringback.switch_off, MAIN)
    assert copies(misha) == []
    rich.ask(Ringback.switch_on, MAIN)
    rich.ask(Ringback.add_rule, MAIN, RuleOrder(melody=SURF, applies="caller", caller=MISHA))
    assert copies(misha) == [(SURF, False)]
    rich.ask(Blocking.block, MAIN)
    assert copies(misha) == []
    with pytest.raises(NotFound):
        misha.ask(Ringback.copies, MAIN, MISHA)


# ------------------------------------------------------------------ from the phone


def dial(window: Window, phone: str, code: str, menu: str = "") -> Reply:
    return window.ask(Demo.dial, phone, Dial(code=code, menu=menu))


def write(window: Window, phone: str, to: str, text: str) -> None:
    window.ask(Demo.send, phone, ShortMessage(to=to, text=text))


def test_the_codes_tell_the_price_first(rich: Window):
    offer = dial(rich, ANNA, "*111*28#")
    assert "49,90\u00a0₽ сейчас и каждые 30 дней" in offer.text
    assert offer.menu == "ringback"
    assert not state(rich).on
    dial(rich, ANNA, "1", offer.menu)
    assert state(rich).on
    assert "включён" in dial(rich, ANNA, "*111*28#").text
    dial(rich, ANNA, "*111*29#")
    assert not state(rich).on
    assert "не подключён" in dial(rich, ANNA, "*111*29#").text
    assert "только для мобильных номеров России" in (dial(rich, "+375330000001", "*111*28#").text)


def test_end_by_sms_removes_one_melody(rich: Window):
    buy(rich)
    write(rich, ANNA, "9505", "END 10021002")
    assert "такой" not in rich.sms(ANNA)[0]
    assert "у вас нет" in rich.sms(ANNA)[0]
    write(rich, ANNA, "9505", "end 10021001")
    assert "больше она не спишется" in rich.sms(ANNA)[0]
    assert state(rich).melodies == []
