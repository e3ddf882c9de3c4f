"""«Аппарат утрачен»: the cabinet of a lost phone closes at once, and opens again as it was."""

import asyncio
import time
from typing import Any

import pytest

from mts_tui.backend.contract.access import Access, CodeOrder, SignIn
from mts_tui.backend.contract.autopay import Autopay
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.demo import Demo, Dial, ShortMessage, Vouching
from mts_tui.backend.contract.errors import (
    AutopayRefused,
    BlockingRefused,
    CabinetError,
    EntryClosed,
    LineUnknown,
    NotFound,
    NotSignedIn,
    PaymentOver,
    PaymentRefused,
    StepUpRequired,
    UndoRefused,
    WrongCode,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.numbers import LinkOrder, Numbers
from mts_tui.backend.contract.payments import PaymentCode, Payments, TopUpOrder
from mts_tui.backend.contract.transfers import TransferOrder, Transfers
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.hub import Hub
from mts_tui.backend.operator import bank
from mts_tui.backend.store import Store

from .desk import ANNA, ANNA_SECOND, LONG_PASSWORD, MISHA, Clock, Window, at_once, rows
from .test_autopay import monthly, weekly

MAIN, SECOND = "anna-moscow", "anna-petersburg"
DEVICE = "d" * 64


def refused(kind: type[CabinetError], window: Window, *args: Any) -> CabinetError:
    with pytest.raises(CabinetError) as caught:
        window.ask(*args)
    assert type(caught.value) is kind
    return caught.value


@pytest.fixture
def owner(demo: Store) -> Window:
    """Anna at her other number."""
    window = Window(demo)
    window.sign_in(ANNA_SECOND)
    return window


@pytest.fixture
def thief(demo: Store, clock: Clock) -> Window:
    """Whoever has the lost phone: signed in with it, on a trusted device, knowing the password."""
    window = Window(demo)
    window.sign_in(ANNA, code=window.order_code(ANNA), device=DEVICE)
    from mts_tui.backend.contract.access import NewPassword

    window.ask(Access.set_password, NewPassword(password=LONG_PASSWORD))
    clock.move(minutes=2)
    return window


def sms_count(window: Window, phone: str = ANNA) -> int:
    return len(window.sms(phone))


def test_its_sessions_end_at_once(owner: Window, thief: Window):
    other = Window(owner.store)
    other.sign_in(ANNA)
    began = time.monotonic()
    state = owner.ask(Blocking.report_lost, MAIN)
    refused(NotSignedIn, thief, Numbers.linked)
    assert time.monotonic() - began < 1
    refused(NotSignedIn, other, Access.sessions)
    assert (state.lost, state.lost_since is not None, state.lost_refusal) == (True, True, "")
    assert not any("вход" in one or "автоплат" in one or "0890" in one for one in state.works)
    assert {one.phone for one in owner.ask(Access.sessions).items} == {ANNA_SECOND}
    assert [one.phone for one in owner.ask(Numbers.linked).items if one.lost] == [ANNA]


async def test_its_streams_of_events_end(owner: Window, thief: Window):
    """Whoever follows with a session of the lost number hears the end within a second."""
    hub = Hub(owner.store)
    hub.begin()
    try:
        stream = hub.follow(thief.token, hub.places(thief.token), "", 60)
        await anext(stream)  # The place it begins at.
        rest = asyncio.ensure_future(_all(stream))
        await asyncio.sleep(0)
        await asyncio.to_thread(owner.ask, Blocking.report_lost, MAIN)
        await asyncio.wait_for(rest, 1)
    finally:
        hub.end()


async def _all(stream: Any) -> list[Any]:
    return [piece async for piece in stream]


def test_nobody_signs_in_with_it_in_any_way(owner: Window, thief: Window, clock: Clock):
    owner.ask(Demo.vouch, ANNA, Vouching(on=True))
    code = thief.order_code(ANNA)
    owner.ask(Blocking.report_lost, MAIN)
    clock.move(minutes=1)
    known = sms_count(owner)
    guest = Window(owner.store)
    for asked in (
        (Access.request_code, CodeOrder(phone=ANNA)),
        (Access.sign_in, SignIn(phone=ANNA, code=code)),
        (Access.sign_in, SignIn(phone=ANNA, password=LONG_PASSWORD)),
        (Access.sign_in, SignIn(phone=ANNA, password="не тот", device=DEVICE)),
        (Access.sign_in, SignIn(phone=ANNA, password=LONG_PASSWORD, device=DEVICE)),
    ):
        told = str(refused(EntryClosed, guest, *asked))
        assert "другим своим номером" in told
        assert "0890" in told
        assert not any(word in told for word in ("утрач", "потер", "парол", "код"))
    refused(LineUnknown, guest, Access.sign_in_by_line)
    assert guest.ask(Access.line).phone is None
    assert guest.ask(Demo.vouch, ANNA, Vouching(on=True)).vouched is False
    assert sms_count(owner) == known
    guest.sign_in(MISHA)  # Others are as they were.


def test_the_phone_itself_learns_nothing(owner: Window, thief: Window):
    owner.ask(Blocking.report_lost, MAIN)
    known = sms_count(owner)
    for code in ("*111*25#", "*100#", "0890", "*111*157#", "*112*89853705678*10#", "##002#"):
        told = thief.ask(Demo.dial, ANNA, Dial(code=code)).text
        assert told == str(EntryClosed())
    sent = thief.ask(Demo.send, ANNA, ShortMessage(to="3339", text="Пароль"))
    assert sent.text == str(EntryClosed())
    assert sms_count(owner) == known
    assert "Экстренные" in thief.ask(Demo.dial, ANNA, Dial(code="112")).text


def test_a_code_sent_before_adds_it_nowhere(owner: Window, thief: Window):
    """The thief's own cabinet does not get the number."""
    own = Window(owner.store)
    own.sign_in(MISHA)
    code = own.order_code(ANNA)
    owner.ask(Blocking.report_lost, MAIN)
    refused(WrongCode, own, Numbers.link, LinkOrder(phone=ANNA, code=code))


def test_devices_are_forgotten(owner: Window, thief: Window, clock: Clock):
    owner.ask(Blocking.report_lost, MAIN)
    with owner.store.read() as tx:
        assert rows(tx, "SELECT * FROM devices WHERE account_id = ?", MAIN) == []
    owner.ask(Blocking.report_found, MAIN)
    thief.sign_in(ANNA, password=LONG_PASSWORD)
    refused(NotSignedIn, Window(owner.store), Numbers.linked)


def test_only_another_number_of_the_same_person(owner: Window, thief: Window):
    told = str(refused(BlockingRefused, thief, Blocking.report_lost, MAIN))
    assert "с другим своим номером" in told
    told = str(refused(BlockingRefused, owner, Blocking.report_lost, "misha-moscow"))
    assert "на другого человека" in told
    assert "городской" in str(refused(BlockingRefused, owner, Blocking.report_lost, "anna-city"))
    refused(NotFound, owner, Blocking.report_lost, "anna-new")
    misha = Window(owner.store)
    misha.sign_in(MISHA)
    told = str(refused(BlockingRefused, misha, Blocking.report_lost, "misha-moscow"))
    assert "единственный" in told
    assert "0890" in told
    assert "паспорт" in told
    refused(NotFound, misha, Blocking.report_lost, MAIN)
    assert owner.ask(Blocking.state, MAIN).lost_refusal == ""
    assert "с другим своим" in thief.ask(Blocking.state, MAIN).lost_refusal


def test_a_fresh_proof_is_asked_for(owner: Window, clock: Clock):
    clock.move(minutes=6)
    refused(StepUpRequired, owner, Blocking.report_lost, MAIN)
    assert owner.ask(Blocking.state, MAIN).lost is False


def test_autopay_rests_and_goes_on(owner: Window, thief: Window, clock: Clock):
    with owner.store.write() as tx:
        tx.payments.keep_card(
            account_id=MAIN, id="pays", brand="МИР", last4="0004", month=12, year=2039,
            bank=bank.PAYS, added_at=tx.now_ms,
        )  # fmt: skip
    works = owner.ask(Autopay.create, MAIN, weekly())
    rests = owner.ask(Autopay.create, MAIN, monthly(3))
    owner.ask(Autopay.pause, MAIN, rests.id)
    gone = owner.ask(Autopay.create, MAIN, monthly(9))
    owner.ask(Autopay.remove, MAIN, gone.id)
    owner.ask(Blocking.report_lost, MAIN)
    assert {one.state for one in owner.ask(Autopay.rules, MAIN).items} == {"paused"}
    for asked in (
        (Autopay.resume, MAIN, works.id),
        (Autopay.create, MAIN, weekly()),
    ):
        assert "утрачен" in str(refused(AutopayRefused, owner, *asked))
    entry = owner.ask(Undo.pending).items[0]
    refused(UndoRefused, owner, Undo.take_back, entry.id)
    clock.move(minutes=2)
    owner.ask(Blocking.report_found, MAIN)
    states = {one.id: one.state for one in owner.ask(Autopay.rules, MAIN).items}
    assert states == {works.id: "active", rests.id: "paused"}
    again = next(one for one in owner.ask(Autopay.rules, MAIN).items if one.id == works.id)
    assert again.next_at == works.next_at


def test_what_waits_is_cancelled_and_transfers_are_refused(owner: Window, thief: Window):
    money = Money(amount_minor=10_00, currency="RUB")
    transfer = thief.ask(Transfers.transfer, MAIN, TransferOrder(to=MISHA, amount=money))
    code = next(text[:6] for text in thief.sms(ANNA) if "код для платежа" in text)
    bill = Money(amount_minor=100_00, currency="RUB")
    sbp = thief.ask(Payments.top_up, MAIN, TopUpOrder(to=ANNA, amount=bill, means="sbp"))
    owner.ask(Blocking.report_lost, MAIN)
    for one in (transfer, sbp):
        ended = owner.ask(Payments.payment, MAIN, one.id)
        assert (ended.state, ended.reason) == ("cancelled", "Аппарат утрачен: платёж отменён.")
    refused(PaymentOver, owner, Payments.confirm, MAIN, transfer.id, PaymentCode(code=code))
    told = refused(
        PaymentRefused, owner, Transfers.transfer, MAIN, TransferOrder(to=MISHA, amount=money)
    )
    assert "утрачен" in str(told)
    owner.ask(Payments.top_up, SECOND, TopUpOrder(to=ANNA, amount=bill, means="sbp"))
    owner.ask(Blocking.report_found, MAIN)
    assert owner.ask(Payments.payment, MAIN, sbp.id).state == "cancelled"
    owner.ask(Transfers.transfer, MAIN, TransferOrder(to=MISHA, amount=money))


def test_the_owner_is_told_where_the_thief_does_not_read(owner: Window, thief: Window):
    known = sms_count(owner)
    owner.ask(Blocking.report_lost, MAIN)
    assert sms_count(owner) == known
    assert "закрыт: сеансы завершены" in owner.sms(ANNA_SECOND)[0]
    again = owner.ask(Blocking.report_lost, MAIN)
    assert again.lost
    assert len([text for text in owner.sms(ANNA_SECOND) if "закрыт" in text]) == 1
    owner.ask(Blocking.report_found, MAIN)
    assert "снова открыт" in owner.sms(ANNA)[0]
    assert "снова открыт" in owner.sms(ANNA_SECOND)[0]
    owner.ask(Blocking.report_found, MAIN)
    assert len([text for text in owner.sms(ANNA) if "снова открыт" in text]) == 1


def test_found_opens_the_way_in_again(owner: Window, thief: Window, clock: Clock):
    owner.ask(Blocking.report_lost, MAIN)
    owner.ask(Blocking.report_found, MAIN)
    refused(NotSignedIn, thief, Numbers.linked)  # The old session stays at its end.
    clock.move(minutes=2)
    thief.sign_in(ANNA)
    assert thief.ask(Blocking.state, MAIN).lost is False


def test_two_lost_phones_of_one_person(owner: Window, thief: Window):
    """Who is reported first cannot report the other."""
    owner.ask(Blocking.report_lost, MAIN)
    refused(NotSignedIn, thief, Blocking.report_lost, SECOND)


def test_the_loss_and_the_block_are_two_things(owner: Window, thief: Window):
    owner.ask(Blocking.report_lost, MAIN)
    state = owner.ask(Blocking.block, MAIN)
    assert (state.lost, state.blocked) == (True, True)
    assert owner.ask(Blocking.report_found, MAIN).blocked is True


@pytest.mark.parametrize("tries", range(3))
def test_a_sign_in_at_the_same_moment_gets_no_lasting_session(
    stores: Any, demo: Store, clock: Clock, tries: int
):
    """Whichever comes first: once the loss is answered, no session of that number works."""
    owner, thief = Window(demo), Window(stores.again(demo))
    owner.sign_in(ANNA_SECOND)
    code = thief.order_code(ANNA)
    _, outcome = at_once(
        lambda: owner.ask(Blocking.report_lost, MAIN),
        lambda: thief.sign_in(ANNA, code=code),
    )
    assert not isinstance(outcome, Exception) or isinstance(outcome, EntryClosed), outcome
    assert owner.ask(Blocking.state, MAIN).lost is True
    refused(NotSignedIn, thief, Numbers.linked)
    owner.ask(Blocking.report_found, MAIN)
    refused(NotSignedIn, thief, Numbers.linked)
