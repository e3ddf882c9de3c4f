"""Getting in: codes, tries, sessions and the permanent password, to the second."""

import threading
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from mts_tui.backend.contract.access import (
    Access,
    CodeOrder,
    Confirmation,
    NewPassword,
    Session,
    SignIn,
)
from mts_tui.backend.contract.demo import Demo, Vouching
from mts_tui.backend.contract.errors import (
    CabinetError,
    CodeRequired,
    InvalidRequest,
    LineUnknown,
    NotFound,
    NotSignedIn,
    NumberClosed,
    StepUpRequired,
    TooManyCodes,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from mts_tui.backend.services import passwords
from mts_tui.backend.store import Store

from .conftest import Stores
from .desk import (
    ANNA,
    ANNA_BELARUS,
    ANNA_CITY,
    ANNA_SECOND,
    LONG_PASSWORD,
    MISHA,
    NOW,
    SHORT_PASSWORD,
    STRANGER,
    Clock,
    Window,
    change,
    number,
    other_than,
    rows,
)

DEVICE = "d" * 64
OTHER_DEVICE = "e" * 64
WRONG = {"code": "not-it", "password": "certainly not it"}
ERRORS = {"code": WrongCode, "password": WrongPassword}
TRIED = {"code": "000000", "password": "wrong wrong wrong"}


def refused(kind: type[CabinetError], window: Window, *args: object, **kwargs: object) -> dict:
    """The details of the refusal that asking meets."""
    with pytest.raises(CabinetError) as caught:
        window.ask(*args, **kwargs)
    assert type(caught.value) is kind
    return caught.value.details


def try_in(kind: type[CabinetError], window: Window, phone: str = ANNA, **secrets: str) -> dict:
    return refused(kind, window, Access.sign_in, SignIn(phone=phone, **secrets))


def close_number(window: Window, way: str, phone: str = ANNA) -> None:
    """Three wrong tries."""
    assert try_in(ERRORS[way], window, phone, **{way: WRONG[way]}) == {"left": 2}
    assert try_in(ERRORS[way], window, phone, **{way: WRONG[way]}) == {"left": 1}
    assert try_in(NumberClosed, window, phone, **{way: WRONG[way]}) == {"seconds": 600}


def set_password(window: Window, password: str) -> None:
    window.ask(Access.set_password, NewPassword(password=password))


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords that were looked at, hashed or not."""
    seen: list[str] = []
    fits = passwords.fits

    def counting(password: str, known_hash: str | None) -> bool:
        seen.append(password)
        return fits(password, known_hash)

    monkeypatch.setattr(passwords, "fits", counting)
    return seen


class Sevens(Random):
    """A random number generator that likes small numbers."""

    def randrange(self, *_args: int) -> int:
        return 7


def test_a_code_has_six_digits_even_when_it_is_small(window: Window):
    window.store.random = Sevens()
    assert window.order_code(ANNA) == "000007"
    assert window.sign_in(code="000007").session.way == "code"


def test_the_answer_says_where_the_code_comes_from_and_how_long_it_lives(window: Window):
    sent = window.ask(Access.request_code, CodeOrder(phone=ANNA))
    assert sent.sender == "3339"
    assert sent.expires_at == NOW + timedelta(minutes=5)
    assert sent.resend_at == NOW + timedelta(seconds=60)
    text = window.sms(ANNA)[0]
    assert "5 минут" in text
    assert "Никому" in text


def test_a_code_works_to_the_last_millisecond_of_five_minutes(window: Window, clock: Clock):
    code = window.order_code(ANNA)
    clock.move(minutes=5, milliseconds=-1)
    assert window.sign_in(code=code)


def test_a_code_is_dead_after_five_minutes(window: Window, clock: Clock):
    code = window.order_code(ANNA)
    clock.move(minutes=5)
    try_in(WrongCode, window, code=code)


def test_a_code_works_once(window: Window):
    code = window.order_code(ANNA)
    window.sign_in(code=code)
    try_in(WrongCode, window, code=code)


def test_a_wrong_try_does_not_use_the_code_up(window: Window):
    code = window.order_code(ANNA)
    try_in(WrongCode, window, code=other_than(code))
    assert window.sign_in(code=code)


def test_a_new_code_ends_the_one_before(window: Window, clock: Clock):
    old = window.order_code(ANNA)
    clock.move(seconds=60)
    new = window.order_code(ANNA)
    assert new != old
    try_in(WrongCode, window, code=old)
    assert window.sign_in(code=new)


def test_a_code_is_for_its_own_number(window: Window):
    code = window.order_code(ANNA)
    window.order_code(MISHA)
    try_in(WrongCode, window, MISHA, code=code)


def test_the_same_request_sent_again_is_the_same_use_of_a_code(window: Window):
    """The answer to a sign-in got lost: the client repeats it with its key."""
    order = SignIn(phone=ANNA, code=window.order_code(ANNA))
    first = window.ask(Access.sign_in, order, key="the-same")
    again = window.ask(Access.sign_in, order, key="the-same")
    assert again.session.account == first.session.account
    refused(WrongCode, window, Access.sign_in, order, key="another")


def test_a_repeat_of_a_sign_in_does_not_outlive_the_code(window: Window, clock: Clock):
    order = SignIn(phone=ANNA, code=window.order_code(ANNA))
    window.ask(Access.sign_in, order, key="the-same")
    clock.move(minutes=5)
    refused(WrongCode, window, Access.sign_in, order, key="the-same")


def test_a_new_code_is_given_after_sixty_seconds(window: Window, clock: Clock):
    window.order_code(ANNA)
    order = CodeOrder(phone=ANNA)
    assert refused(TooManyCodes, window, Access.request_code, order) == {"seconds": 60}
    clock.move(seconds=60, milliseconds=-1)
    assert refused(TooManyCodes, window, Access.request_code, order) == {"seconds": 1}
    clock.move(milliseconds=1)
    window.order_code(ANNA)


def test_five_codes_in_ten_minutes_and_no_more(window: Window, clock: Clock):
    for _ in range(5):
        window.order_code(ANNA)
        clock.move(seconds=60)
    order = CodeOrder(phone=ANNA)
    assert refused(TooManyCodes, window, Access.request_code, order) == {"seconds": 300}
    clock.move(minutes=5, milliseconds=-1)
    assert refused(TooManyCodes, window, Access.request_code, order) == {"seconds": 1}
    clock.move(milliseconds=1)
    window.order_code(ANNA)


def test_a_refused_code_leaves_the_last_one_alive(window: Window):
    code = window.order_code(ANNA)
    refused(TooManyCodes, window, Access.request_code, CodeOrder(phone=ANNA))
    assert window.sign_in(code=code)


def test_a_city_phone_gets_a_call_whose_code_opens_nothing(window: Window):
    code = window.order_code(ANNA_CITY)
    call = window.ask(Demo.messages, ANNA_CITY).items[0]
    assert (call.peer, call.outgoing) == ("Звонок робота", False)
    refused(WrongCode, window, Access.sign_in, SignIn(phone=ANNA_CITY, code=code))


def counted(store: Store, table: str) -> int:
    with store.read() as tx:
        return number(tx, f"SELECT COUNT(*) FROM {table}")  # noqa: S608


@pytest.mark.parametrize("way", ["code", "password"])
def test_three_wrong_tries_close_the_number_for_ten_minutes(window: Window, clock: Clock, way: str):
    set_up = window.sign_in()
    set_password(window, LONG_PASSWORD)
    assert set_up.session.current
    clock.move(minutes=2)
    close_number(window, way)
    clock.move(minutes=9, seconds=59)
    assert try_in(NumberClosed, window, password=LONG_PASSWORD) == {"seconds": 1}
    clock.move(milliseconds=999)
    assert try_in(NumberClosed, window, password=LONG_PASSWORD) == {"seconds": 1}
    clock.move(milliseconds=1)
    assert window.sign_in(password=LONG_PASSWORD).session.way == "password"


@pytest.mark.parametrize("way", ["code", "password"])
def test_after_ten_minutes_three_tries_are_given_anew(window: Window, clock: Clock, way: str):
    close_number(window, way)
    clock.move(minutes=10)
    close_number(window, way)


@pytest.mark.parametrize("way", ["code", "password"])
def test_a_closed_number_is_closed_to_every_way_in(window: Window, way: str):
    close_number(window, way)
    try_in(NumberClosed, window, code="123456")
    try_in(NumberClosed, window, password="whatever it was")
    refused(NumberClosed, window, Access.request_code, CodeOrder(phone=ANNA))


def test_a_closed_number_kills_the_code_that_was_guessed(window: Window, clock: Clock):
    code = window.order_code(ANNA)
    for _ in range(3):
        with pytest.raises(CabinetError):
            window.sign_in(code=other_than(code))
    clock.now = NOW + timedelta(minutes=4)
    with window.store.write() as tx:  # As though the ten minutes were over and the five not.
        tx.access.close_lane(phone=ANNA, lane="code", until=0)
    try_in(WrongCode, window, code=code)


def test_ways_are_counted_apart(window: Window):
    code = window.order_code(ANNA)
    try_in(WrongPassword, window, password=WRONG["password"])
    try_in(WrongPassword, window, password=WRONG["password"])
    assert try_in(WrongCode, window, code=other_than(code)) == {"left": 2}
    assert window.sign_in(code=code)


def test_getting_in_forgets_wrong_tries(window: Window):
    code = window.order_code(ANNA)
    try_in(WrongCode, window, code=other_than(code))
    try_in(WrongCode, window, code=other_than(code))
    window.sign_in(code=code)
    assert try_in(WrongCode, window, code=code) == {"left": 2}


def test_numbers_are_counted_apart(window: Window):
    close_number(window, "code")
    assert window.sign_in(MISHA)


def test_open_sessions_go_on_while_the_number_is_closed(anna: Window):
    close_number(Window(anna.store), "password")
    assert anna.ask(Access.keep_alive).phone == ANNA


def test_the_owner_hears_of_wrong_tries(window: Window):
    close_number(window, "password")
    message = window.ask(Demo.messages, ANNA).items[0]
    assert message.peer == "MTS"
    assert "три раза неверно" in message.text
    assert "21:34" in message.text
    assert WRONG["password"] not in message.text
    assert counted(window.store, "notifications") == 1


def test_a_trusted_device_gets_in_while_the_number_is_closed(window: Window, clock: Clock):
    window.sign_in(device=DEVICE)
    set_password(window, SHORT_PASSWORD)
    clock.move(minutes=1)
    close_number(Window(window.store), "password")
    assert window.sign_in(password=SHORT_PASSWORD, device=DEVICE)


def test_the_owner_coming_in_does_not_open_the_number_to_strangers(window: Window, clock: Clock):
    window.sign_in(device=DEVICE)
    set_password(window, SHORT_PASSWORD)
    clock.move(minutes=1)
    stranger = Window(window.store)
    close_number(stranger, "password")
    window.sign_in(password=SHORT_PASSWORD, device=DEVICE)
    try_in(NumberClosed, stranger, password=WRONG["password"])


def test_a_trusted_device_has_three_tries_of_its_own(window: Window, clock: Clock):
    window.sign_in(device=DEVICE)
    set_password(window, SHORT_PASSWORD)
    clock.move(minutes=1)
    wrong = {"password": WRONG["password"], "device": DEVICE}
    assert try_in(WrongPassword, window, **wrong) == {"left": 2}
    assert try_in(WrongPassword, window, **wrong) == {"left": 1}
    assert try_in(NumberClosed, window, **wrong) == {"seconds": 600}
    try_in(NumberClosed, window, password=SHORT_PASSWORD, device=DEVICE)
    try_in(CodeRequired, Window(window.store), password=SHORT_PASSWORD)


def test_an_unknown_device_is_a_stranger(window: Window):
    close_number(window, "code")
    try_in(NumberClosed, window, code="000000", device=OTHER_DEVICE)


def test_a_closed_number_costs_no_hashing(window: Window, clock: Clock, hashing: list[str]):
    window.sign_in()
    set_password(window, LONG_PASSWORD)
    clock.move(minutes=1)
    close_number(window, "password")
    hashing.clear()
    try_in(NumberClosed, window, password=LONG_PASSWORD)
    assert hashing == []


def test_fifty_guesses_at_once_are_three_guesses(window: Window, hashing: list[str]):
    window.sign_in()
    set_password(window, LONG_PASSWORD)
    hashing.clear()
    outcomes: list[CabinetError] = []
    start = threading.Barrier(50)

    def guess(number: int) -> None:
        start.wait()
        try:
            window.ask(Access.sign_in, SignIn(phone=ANNA, password=f"guess number {number}"))
        except CabinetError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = [type(error) for error in outcomes]
    assert len(hashing) == 3
    assert kinds.count(WrongPassword) == 2
    assert kinds.count(NumberClosed) == 48  # The third guess, and 47 that were not looked at.


def test_one_code_in_two_windows_lets_one_in(stores: Stores, demo: Store, clock: Clock):
    """Two processes have a store in common; here two stores stand for them."""
    windows = [Window(demo), Window(stores.again(demo))]
    for _ in range(5):
        code = windows[0].order_code(ANNA)
        start = threading.Barrier(2)
        outcomes: list[str] = []

        def enter(window: Window, code: str = code, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                window.sign_in(code=code)
                outcomes.append("in")  # noqa: B023 - the threads end before the next round
            except WrongCode:
                outcomes.append("wrong")  # noqa: B023

        threads = [threading.Thread(target=enter, args=(window,)) for window in windows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["in", "wrong"]
        clock.move(minutes=3)


def outcome(window: Window, *args: object) -> tuple[object, ...]:
    """Everything that an answer tells, to be compared with another."""
    try:
        return ("answer", window.ask(*args))
    except CabinetError as error:
        return (type(error), error.code, error.details, str(error))


@pytest.mark.parametrize("with_password", [False, True])
def test_a_strangers_number_looks_like_a_subscribers(
    window: Window, clock: Clock, hashing: list[str], *, with_password: bool
):
    if with_password:
        window.sign_in(MISHA)
        set_password(window, LONG_PASSWORD)
        window.token = None
        clock.move(minutes=11)
        with window.store.write() as tx:
            change(tx, "DELETE FROM codes")

    def story(phone: str) -> list[tuple[object, ...]]:
        hashing.clear()
        told = [
            outcome(window, Access.request_code, CodeOrder(phone=phone)),
            outcome(window, Access.request_code, CodeOrder(phone=phone)),
            outcome(window, Access.sign_in, SignIn(phone=phone, code="no")),
            outcome(window, Access.sign_in, SignIn(phone=phone, password="no")),
            outcome(window, Access.sign_in, SignIn(phone=phone, password="no", device=DEVICE)),
            outcome(window, Access.sign_in, SignIn(phone=phone)),
            outcome(window, Access.sign_in, SignIn(phone=phone, code="no", password="no")),
            outcome(window, Access.sign_in, SignIn(phone=phone, password="no")),
            outcome(window, Access.sign_in, SignIn(phone=phone, password="no")),
            outcome(window, Access.request_code, CodeOrder(phone=phone)),
        ]
        return [*told, ("hashed", len(hashing))]

    def records(phone: str) -> list[tuple[object, ...]]:
        with window.store.read() as tx:
            codes = rows(
                tx,
                "SELECT sent_at, expires_at, spent_at, spent_by, length(code_hash) FROM codes"
                " WHERE phone = ?",
                phone,
            )
            tries = rows(
                tx,
                "SELECT lane, wrong, closed_until FROM tries WHERE phone = ? ORDER BY lane",
                phone,
            )
        return [tuple(row.values()) for row in (*codes, *tries)]

    assert story(STRANGER) == story(MISHA)
    assert records(STRANGER) == records(MISHA)
    assert records(STRANGER)


@pytest.mark.parametrize(
    "code",
    ["١٢٣٤٥٦", "1" * 1000, "🔑", "12345б", " 123456 ", "-1", "1e5", "' OR 1=1 --"],
)
def test_an_odd_code_is_a_wrong_code(window: Window, code: str):
    window.order_code(ANNA)
    assert try_in(WrongCode, window, code=code) == {"left": 2}


@pytest.mark.parametrize("password", ["١٢٣٤٥٦٧٨", "п" * 1024, "🔑" * 30])
def test_an_odd_password_is_a_wrong_password(window: Window, password: str):
    assert try_in(WrongPassword, window, password=password) == {"left": 2}


def test_text_that_no_wire_can_carry_is_refused_in_words(window: Window):
    refused(InvalidRequest, window, Access.sign_in, SignIn(phone=ANNA, code="\ud800"))
    window.sign_in()
    refused(InvalidRequest, window, Access.end_session, "\udcff")


@pytest.mark.parametrize("phone", ["79853701234", "+7", "", "+7985370123a", "+٧٩٨٥٣٧٠١٢٣٤"])
def test_a_phone_that_is_none_is_refused(window: Window, phone: str):
    refused(InvalidRequest, window, Access.request_code, CodeOrder(phone=phone))


def test_a_code_over_the_longest_secret_is_refused(window: Window):
    refused(InvalidRequest, window, Access.sign_in, SignIn(phone=ANNA, code="1" * 1025))


def test_a_clock_set_back_does_not_lengthen_the_lock(window: Window, clock: Clock):
    close_number(window, "code")
    clock.move(days=-1)
    assert try_in(NumberClosed, window, code="000000") == {"seconds": 600}
    clock.move(minutes=9, seconds=59)
    assert try_in(NumberClosed, window, code="000000") == {"seconds": 1}
    clock.move(seconds=1)
    try_in(WrongCode, window, code="000000")


def test_a_clock_set_back_does_not_revive_a_used_code(window: Window, clock: Clock):
    code = window.order_code(ANNA)
    clock.move(minutes=1)
    window.sign_in(code=code)
    clock.move(minutes=-1)
    try_in(WrongCode, window, code=code)
    clock.move(days=-1)
    try_in(WrongCode, window, code=code)
    with window.store.write() as tx:
        tx.access.clear_lanes(phone=ANNA)
    new = window.order_code(ANNA)
    try_in(WrongCode, window, code=code)
    clock.move(minutes=1)
    assert window.sign_in(code=new)


def test_a_clock_set_back_does_not_end_codes_for_a_day(window: Window, clock: Clock):
    window.order_code(ANNA)
    clock.move(days=-1)
    assert window.sign_in(code=window.order_code(ANNA))


def test_a_clock_set_back_does_not_bring_an_old_password_back(window: Window, clock: Clock):
    window.sign_in()
    set_password(window, LONG_PASSWORD)
    clock.move(days=-1)
    window.sign_in()
    set_password(window, "зелёный трамвай в лесу")
    try_in(WrongPassword, window, password=LONG_PASSWORD)
    assert window.sign_in(password="зелёный трамвай в лесу")


def test_a_session_ends_after_twenty_idle_minutes(anna: Window, clock: Clock):
    clock.move(minutes=20, milliseconds=-1)
    assert anna.ask(Access.password).is_set is False
    clock.move(milliseconds=1)
    refused(NotSignedIn, anna, Access.password)
    refused(NotSignedIn, anna, Access.keep_alive)


def test_reading_does_not_keep_a_session_alive_but_a_person_does(anna: Window, clock: Clock):
    clock.move(minutes=19)
    session = anna.ask(Access.keep_alive)
    assert session.idle_until == clock.now + timedelta(minutes=20)
    clock.move(minutes=19)
    anna.ask(Access.sessions)
    clock.move(minutes=1)
    refused(NotSignedIn, anna, Access.sessions)


def test_no_session_is_older_than_a_day(anna: Window, clock: Clock):
    while clock.now + timedelta(minutes=19) < NOW + timedelta(hours=24):
        clock.move(minutes=19)
        anna.ask(Access.keep_alive)
    clock.now = NOW + timedelta(hours=24, milliseconds=-1)
    anna.ask(Access.keep_alive)
    clock.move(milliseconds=1)
    refused(NotSignedIn, anna, Access.keep_alive)


def test_signing_out_ends_the_session_at_once(anna: Window):
    anna.ask(Access.sign_out)
    refused(NotSignedIn, anna, Access.sessions)


@pytest.mark.parametrize("token", [None, "", "x", "0" * 64, "ключ", "\x00"])
def test_a_token_that_is_none_opens_nothing(window: Window, token: str | None):
    window.token = token
    refused(NotSignedIn, window, Access.sessions)


def test_sessions_of_a_person_are_listed_the_newest_first(
    open_window: Callable[[], Window], clock: Clock
):
    laptop, server = open_window(), open_window()
    first = laptop.sign_in(device=DEVICE, device_name="ноутбук").session
    clock.move(minutes=1)
    second = server.sign_in(ANNA_SECOND, device_name="сервер").session
    open_window().sign_in(MISHA)
    found = server.ask(Access.sessions).items
    assert [(one.id, one.current) for one in found] == [(second.id, True), (first.id, False)]
    assert [one.device_name for one in found] == ["сервер", "ноутбук"]
    assert {type(one) for one in found} == {Session}


def test_an_own_session_can_be_ended_from_another(open_window: Callable[[], Window]):
    lost, here = open_window(), open_window()
    lost_session = lost.sign_in().session
    here.sign_in(ANNA_SECOND)
    here.ask(Access.end_session, lost_session.id)
    refused(NotSignedIn, lost, Access.keep_alive)
    refused(NotFound, here, Access.end_session, lost_session.id)


def test_a_session_of_somebody_else_is_not_found(open_window: Callable[[], Window]):
    anna, misha = open_window(), open_window()
    theirs = misha.sign_in(MISHA).session
    anna.sign_in()
    refused(NotFound, anna, Access.end_session, theirs.id)
    refused(NotFound, anna, Access.end_session, "no-such-session")
    assert misha.ask(Access.keep_alive).id == theirs.id


def test_a_password_needs_a_proof_of_the_last_five_minutes(anna: Window, clock: Clock):
    clock.move(minutes=5)
    set_password(anna, LONG_PASSWORD)
    clock.move(milliseconds=1)
    refused(StepUpRequired, anna, Access.set_password, NewPassword(password=LONG_PASSWORD + "!"))


def test_a_proof_may_be_given_anew(anna: Window, clock: Clock):
    clock.move(minutes=10)
    refused(StepUpRequired, anna, Access.set_password, NewPassword(password=LONG_PASSWORD))
    anna.ask(Access.confirm, Confirmation(code=anna.order_code(ANNA)))
    set_password(anna, LONG_PASSWORD)
    clock.move(minutes=10)
    anna.ask(Access.confirm, Confirmation(password=LONG_PASSWORD))
    set_password(anna, "зелёный трамвай в лесу")


def test_wrong_proofs_close_this_session_only(anna: Window):
    proof = Confirmation(password=WRONG["password"])
    assert refused(WrongPassword, anna, Access.confirm, proof) == {"left": 2}
    assert refused(WrongPassword, anna, Access.confirm, proof) == {"left": 1}
    assert refused(NumberClosed, anna, Access.confirm, proof) == {"seconds": 600}
    refused(NumberClosed, anna, Access.confirm, proof)
    assert try_in(WrongPassword, anna, password=WRONG["password"]) == {"left": 2}


@pytest.mark.parametrize("proof", [Confirmation(), Confirmation(code="1", password="2")])
def test_a_proof_is_one_thing(anna: Window, proof: Confirmation):
    refused(InvalidRequest, anna, Access.confirm, proof)


@pytest.mark.parametrize(
    ("password", "part"),
    [
        ("тучка42", "короткий"),
        ("дом у леса " * 12, "длинный"),
        ("9853701234", "номер телефона"),
        ("+7 985 370-12-34 мой", "номер телефона"),
        ("89853701234", "номер телефона"),
        ("3701234кот", "номер телефона"),
        ("mts79853701234", "номер телефона"),
        ("аааааааааа", "одни и те же"),
        ("ababababab", "одни и те же"),
        ("МТС-2026!", "одним из первых"),
        ("мтспомощник", "одним из первых"),
        ("Пароль123", "одним из первых"),
        ("iloveyou", "самых частых"),
        ("Iloveyou2026!", "самых частых"),
        ("basketball", "самых частых"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(anna: Window, password: str, part: str):
    details = refused(WeakPassword, anna, Access.set_password, NewPassword(password=password))
    assert part in details["reason"]
    assert password not in details["reason"]
    assert anna.ask(Access.password).is_set is False


@pytest.mark.parametrize("written", ["+375330000001", "80330000001", "330000001", "8 033 0000001"])
def test_a_number_is_known_in_every_way_of_writing_it(written: str):
    reason = passwords.refusal(written, ANNA_BELARUS)
    assert reason is not None
    assert "номер телефона" in reason


@pytest.mark.parametrize(
    "password",
    [
        SHORT_PASSWORD,
        LONG_PASSWORD,
        "x7Qp2mZk",
        "correct horse battery staple",
        "кот и 128 знаков " * 7 + "и ещё 9!!",
        "🐈🐕🦊🐻🐼🐨🐯🦁",
    ],
)
def test_a_good_password_is_taken(anna: Window, password: str):
    assert 8 <= len(password) <= 128
    set_password(anna, password)
    assert anna.ask(Access.password).is_set is True


def test_lengths_are_exact():
    word = "".join(chr(ord("а") + number % 32) for number in range(128))
    assert passwords.refusal(word, ANNA) is None
    assert "длинный" in (passwords.refusal(word + "я", ANNA) or "")
    assert passwords.refusal("x7Qp2mZk", ANNA) is None
    assert "короткий" in (passwords.refusal("x7Qp2mZ", ANNA) or "")


def test_the_last_three_passwords_are_refused(anna: Window, clock: Clock):
    used = [f"синий трамвай у моря {word}" for word in ("утром", "днём", "вечером", "ночью")]
    for password in used:
        clock.move(seconds=1)
        set_password(anna, password)
    for password in used[1:]:
        details = refused(WeakPassword, anna, Access.set_password, NewPassword(password=password))
        assert "недавно" in details["reason"]
    set_password(anna, used[0])


def test_a_new_password_ends_other_sessions_and_the_trust_in_other_devices(
    open_window: Callable[[], Window], clock: Clock
):
    here, there = open_window(), open_window()
    there.sign_in(device=OTHER_DEVICE)
    clock.move(seconds=60)
    here.sign_in(device=DEVICE)
    set_password(here, SHORT_PASSWORD)
    refused(NotSignedIn, there, Access.sessions)
    assert [one.current for one in here.ask(Access.sessions).items] == [True]
    assert "Постоянный пароль" in here.sms(ANNA)[0]
    clock.move(minutes=2)
    assert open_window().sign_in(password=SHORT_PASSWORD, device=DEVICE)
    try_in(CodeRequired, there, password=SHORT_PASSWORD, device=OTHER_DEVICE)


def test_a_password_state_tells_its_age(anna: Window, clock: Clock):
    set_password(anna, LONG_PASSWORD)
    clock.move(days=180)
    anna.sign_in(password=LONG_PASSWORD)
    state = anna.ask(Access.password)
    assert (state.changed_at, state.is_old) == (NOW, False)
    clock.move(milliseconds=1)
    assert anna.ask(Access.password).is_old is True


def test_a_password_is_never_cut(anna: Window):
    password = "ю" * 40 + "щедрый" + "я" * 81
    set_password(anna, password + "А")
    try_in(WrongPassword, anna, password=password)
    try_in(WrongPassword, anna, password=password + "Б")
    assert anna.sign_in(password=password + "А")


def test_the_same_letters_composed_otherwise_are_the_same_password(anna: Window):
    password = "ёжик и чайник на майке"
    decomposed = unicodedata.normalize("NFD", password)
    assert decomposed != password
    set_password(anna, decomposed)
    assert anna.sign_in(password=password)


def test_a_short_password_on_a_new_device_needs_a_code_too(anna: Window, clock: Clock):
    set_password(anna, "четырнадцать14"[:14])
    clock.move(minutes=1)
    new = Window(anna.store)
    try_in(CodeRequired, new, password="четырнадцать14"[:14], device=DEVICE)
    assert new.token is None
    new.sign_in(code=new.sms_code(ANNA), device=DEVICE)
    assert Window(anna.store).sign_in(password="четырнадцать14"[:14], device=DEVICE)


def test_a_password_of_fifteen_stands_alone(anna: Window):
    set_password(anna, "пятнадцать-15-б")
    assert Window(anna.store).sign_in(password="пятнадцать-15-б", device=DEVICE)


def test_a_code_asked_for_by_the_second_step_counts_as_one(anna: Window, clock: Clock):
    set_password(anna, SHORT_PASSWORD)
    clock.move(minutes=1)
    try_in(CodeRequired, anna, password=SHORT_PASSWORD)
    try_in(TooManyCodes, anna, password=SHORT_PASSWORD)


def test_right_passwords_do_not_count_as_wrong_tries(anna: Window, clock: Clock):
    set_password(anna, SHORT_PASSWORD)
    for _ in range(4):
        clock.move(minutes=4)
        try_in(CodeRequired, anna, password=SHORT_PASSWORD)


def test_the_owner_hears_of_a_sign_in_from_a_new_device_only(window: Window, clock: Clock):
    window.sign_in(device=DEVICE, device_name="ноутбук\x1b[31m")
    assert "Вход в «МТС-Помощник»" in window.sms(ANNA)[0]
    assert "ноутбук" in window.sms(ANNA)[0]
    assert "\x1b" not in window.sms(ANNA)[0]
    clock.move(minutes=1)
    code = window.order_code(ANNA)
    window.sign_in(device=DEVICE, code=code)
    assert window.sms(ANNA)[0].startswith(code)


def test_a_line_is_unknown_unless_the_network_vouches(window: Window):
    assert window.ask(Access.line).phone is None
    refused(LineUnknown, window, Access.sign_in_by_line)


def test_a_vouched_line_signs_in_without_a_password(window: Window):
    assert window.ask(Demo.vouch, ANNA, Vouching(on=True)).vouched is True
    assert window.ask(Access.line).phone == ANNA
    signed = window.ask(Access.sign_in_by_line)
    assert (signed.session.phone, signed.session.way) == (ANNA, "line")
    window.ask(Demo.vouch, MISHA, Vouching(on=True))
    assert window.ask(Access.line).phone == MISHA
    window.ask(Demo.vouch, MISHA, Vouching(on=False))
    refused(LineUnknown, window, Access.sign_in_by_line)


def test_a_line_is_no_proof_of_the_person(window: Window):
    """Whoever shares the line's connection must not be able to set the password."""
    window.ask(Demo.vouch, ANNA, Vouching(on=True))
    window.token = window.ask(Access.sign_in_by_line).token
    refused(StepUpRequired, window, Access.set_password, NewPassword(password=LONG_PASSWORD))
    window.ask(Access.confirm, Confirmation(code=window.order_code(ANNA)))
    set_password(window, LONG_PASSWORD)


def test_old_codes_and_sessions_are_forgotten(anna: Window, clock: Clock):
    clock.move(hours=48, milliseconds=1)
    with anna.store.write() as tx:
        from mts_tui.backend.services.access import forget_old

        for deleted in forget_old(tx, 500):
            assert deleted() is not None
    assert counted(anna.store, "codes") == 0
    assert counted(anna.store, "sessions") == 0
