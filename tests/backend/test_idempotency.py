"""A command sent twice with one key happens once and is answered alike."""

import threading

import pytest

from mts_tui.backend.contract.access import Access, CodeOrder, Confirmation, NewPassword
from mts_tui.backend.contract.demo import ClockMove, Demo, Dial, ShortMessage
from mts_tui.backend.contract.errors import (
    CabinetError,
    KeyReused,
    NotFound,
    NotSignedIn,
    NumberClosed,
    WrongCode,
)
from mts_tui.backend.contract.numbers import LinkOrder, Numbers
from mts_tui.backend.contract.trust import Trust
from mts_tui.backend.services.forgetting import forget
from mts_tui.backend.store import Store

from .desk import ANNA, LONG_PASSWORD, MISHA, UNLINKED, Clock, Window, change, other_than, rows

MAIN = "anna-moscow"


def records(store: Store) -> list[tuple[object, ...]]:
    with store.read() as tx:
        return [tuple(row.values()) for row in rows(tx, "SELECT * FROM idempotency")]


def failure(window: Window, *args: object, **kwargs: object) -> tuple[object, ...]:
    with pytest.raises(CabinetError) as caught:
        window.ask(*args, **kwargs)
    return type(caught.value), caught.value.details, str(caught.value)


def test_a_command_sent_twice_happens_once(window: Window, clock: Clock):
    order = CodeOrder(phone=ANNA)
    first = window.ask(Access.request_code, order, key="one")
    told = window.sms(ANNA)
    clock.move(seconds=30)
    assert window.ask(Access.request_code, order, key="one") == first
    clock.move(minutes=3)
    assert window.ask(Access.request_code, order, key="one") == first
    assert window.sms(ANNA) == told


def test_an_answer_without_a_body_is_repeated_too(window: Window):
    assert window.ask(Demo.send, ANNA, ShortMessage(to="111", text="привет"), key="k").text
    before = window.ask(Demo.messages, ANNA)
    window.ask(Demo.send, ANNA, ShortMessage(to="111", text="привет"), key="k")
    assert window.ask(Demo.messages, ANNA) == before


def test_the_clock_is_moved_once(window: Window):
    move = ClockMove(seconds=3600)
    first = window.ask(Demo.advance, move, key="k")
    assert window.ask(Demo.advance, move, key="k") == first
    assert window.ask(Demo.clock).ahead_seconds == 3600


def test_an_old_answer_is_given_even_when_the_world_has_changed(anna: Window):
    first = anna.ask(Trust.switch_on, MAIN, key="k")
    anna.ask(Trust.switch_off, MAIN)
    assert anna.ask(Trust.switch_on, MAIN, key="k") == first
    assert "не подключена" in anna.ask(Demo.dial, ANNA, Dial(code="*132#")).text


def test_another_body_under_the_same_key_is_refused(window: Window):
    window.ask(Demo.send, ANNA, ShortMessage(to="111", text="раз"), key="k")
    order = ShortMessage(to="111", text="два")
    assert failure(window, Demo.send, ANNA, order, key="k")[0] is KeyReused
    assert failure(window, Demo.send, MISHA, ShortMessage(to="111", text="раз"), key="k")[0] is (
        KeyReused
    )
    assert "два" not in [message.text for message in window.ask(Demo.messages, ANNA).items]


def test_keys_of_different_operations_and_people_are_apart(window: Window, clock: Clock):
    window.sign_in()
    window.ask(Trust.switch_on, MAIN, key="k")
    window.ask(Trust.switch_off, MAIN, key="k")
    misha = Window(window.store)
    misha.sign_in(MISHA)
    assert failure(misha, Trust.switch_on, MAIN, key="k")[0].__name__ == "NotFound"


def test_a_kept_refusal_is_repeated_and_counted_once(anna: Window):
    code = anna.order_code(UNLINKED)
    wrong = LinkOrder(phone=UNLINKED, code=other_than(code))
    first = failure(anna, Numbers.link, wrong, key="k")
    assert first[:2] == (WrongCode, {"left": 2})
    assert failure(anna, Numbers.link, wrong, key="k") == first
    assert failure(anna, Numbers.link, wrong, key="l")[1] == {"left": 1}
    closed = failure(anna, Numbers.link, wrong, key="m")
    assert closed[0] is NumberClosed
    assert failure(anna, Numbers.link, wrong, key="m") == closed


def test_a_refusal_that_left_nothing_may_be_tried_again(anna: Window, clock: Clock):
    order = CodeOrder(phone=UNLINKED)
    anna.ask(Access.request_code, order)
    assert failure(anna, Access.request_code, order, key="k")[1] == {"seconds": 60}
    clock.move(minutes=1)
    assert anna.ask(Access.request_code, order, key="k").resend_at > clock.now


def test_a_query_leaves_no_record(anna: Window):
    before = records(anna.store)
    anna.ask(Numbers.linked, key="k")
    anna.ask(Access.sessions, key="k")
    assert records(anna.store) == before


def test_a_sign_in_leaves_no_record(window: Window):
    window.order_code(ANNA)
    before = records(window.store)
    window.sign_in(code=window.sms_code(ANNA))
    assert records(window.store) == before


def test_a_record_tells_no_secret_and_no_hash_of_one(anna: Window, clock: Clock):
    """Two bodies that differ in a secret only have one hash: it cannot be guessed from it."""
    anna.ask(Access.set_password, NewPassword(password=LONG_PASSWORD), key="one")
    clock.move(seconds=1)
    anna.ask(Access.set_password, NewPassword(password=LONG_PASSWORD + "!"), key="two")
    anna.ask(Access.confirm, Confirmation(password=LONG_PASSWORD + "!"), key="three")
    found = [row for row in records(anna.store) if row[1] == "access.set_password"]
    assert len({row[3] for row in found}) == 1
    assert LONG_PASSWORD not in repr(records(anna.store))


def test_a_repeat_needs_the_session_as_the_first_did(anna: Window):
    anna.ask(Trust.switch_on, MAIN, key="k")
    anna.ask(Access.sign_out)
    assert failure(anna, Trust.switch_on, MAIN, key="k")[0] is NotSignedIn


def test_twenty_at_once_are_one(window: Window):
    answers: list[object] = []
    start = threading.Barrier(20)

    def send() -> None:
        start.wait()
        answers.append(window.ask(Demo.advance, ClockMove(seconds=60), key="k"))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert len(set(map(repr, answers))) == 1
    assert window.ask(Demo.clock).ahead_seconds == 60


def test_records_are_kept_for_two_days(window: Window, clock: Clock):
    window.ask(Demo.send, ANNA, ShortMessage(to="111", text="привет"), key="k")
    clock.move(hours=48)
    with window.store.write() as tx:
        forget(tx)
    assert len(records(window.store)) == 1
    clock.move(milliseconds=1)
    with window.store.write() as tx:
        forget(tx)
    assert records(window.store) == []


def test_what_went_along_with_a_claim_is_taken_back(anna: Window):
    """The claim may travel with what the service asks first: a repeat must not do it again."""
    first = anna.ask(Trust.switch_on, MAIN, key="k")
    anna.ask(Trust.switch_off, MAIN)

    def everything() -> list[object]:
        tables = ("accounts", "messages", "events", "notifications", "undos", "idempotency")
        with anna.store.read() as tx:
            return [rows(tx, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]  # noqa: S608

    before = everything()
    assert anna.ask(Trust.switch_on, MAIN, key="k") == first
    assert everything() == before


def test_a_repeat_is_answered_where_the_command_would_be_refused_by_now(anna: Window):
    """The claim is looked at before the service's refusal is told."""
    first = anna.ask(Trust.switch_on, MAIN, key="k")
    with anna.store.write() as tx:
        change(tx, "DELETE FROM linked_numbers WHERE account_id = ?", MAIN)
    assert anna.ask(Trust.switch_on, MAIN, key="k") == first
    assert failure(anna, Trust.switch_on, MAIN, key="other")[0] is NotFound
