"""Social accounts: what is linked, who may come in by it, and what is asked of a provider when."""

from datetime import timedelta

import pytest

from mts_tui.backend.connectors.providers import Heard, Person, ProviderFailed, Started, Tickets
from mts_tui.backend.contract.access import Access, Confirmation, SignIn
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.demo import Demo, ProviderVisit
from mts_tui.backend.contract.errors import (
    EntryClosed,
    IdentityRefused,
    NotFound,
    NumberClosed,
    StepUpRequired,
    TooManyRequests,
    WrongCode,
)
from mts_tui.backend.contract.identities import (
    EntryAnswer,
    EntryProgress,
    Flow,
    FlowAnswer,
    FlowOrder,
    FlowProgress,
    Identities,
    Identity,
)
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.services.forgetting import forget
from mts_tui.backend.services.identities import LINKED_AT_MOST
from mts_tui.backend.services.proofs import FLOOD_FROM_ADDRESS
from mts_tui.backend.store import Store

from .desk import ANNA, ANNA_SECOND, MISHA, Clock, Window, at_once, number, other_than

DEMO = FlowOrder(provider="demo")
PLAYED = FlowOrder(provider="played")


class Played:
    """A provider whose answers a test says."""

    id = "played"
    title = "Игра"
    ways = ("device",)

    def __init__(self) -> None:
        self.answers: list[Heard] = []
        self.asked = 0

    def begin(self, tickets: Tickets, redirect: str) -> Started:
        return Started(
            address="https://played.example",
            lives=timedelta(minutes=10),
            user_code="AAAA",
            device_code="d",
        )

    def poll(self, device_code: str, nonce: str) -> Heard:
        self.asked += 1
        return self.answers.pop(0)

    def redeem(self, code: str, redirect: str, tickets: Tickets, issuer: str) -> Heard:
        raise AssertionError

    def says(self, subject: str, name: str = "") -> None:
        person = Person("https://played.example", subject, name)
        self.answers.append(Heard("known", person=person))


@pytest.fixture
def played() -> Played:
    return Played()


def window_with(demo: Store, played: Played) -> Window:
    made = Window(demo)
    made.dispatcher = Dispatcher(demo, providers=[played])
    return made


def visit(window: Window, code: str, person: str = "vera", *, agree: bool = True) -> None:
    window.ask(Demo.visit_provider, ProviderVisit(code=code, person=person, agree=agree))


def link(window: Window, person: str = "vera") -> FlowProgress:
    flow: Flow = window.ask(Identities.begin, DEMO)
    visit(window, flow.user_code, person)
    return window.ask(Identities.progress, FlowAnswer(id=flow.id))


def enter(window: Window, person: str = "vera", **more: str) -> EntryProgress:
    flow: Flow = window.ask(Identities.begin_entry, DEMO)
    visit(window, flow.user_code, person)
    return window.ask(Identities.entry, EntryAnswer(id=flow.id, **more))


def linked(window: Window) -> list[Identity]:
    return window.ask(Identities.linked).items


def test_linked_it_opens_the_account_it_was_linked_from(anna: Window, demo: Store):
    done = link(anna)
    assert done.state == "done"
    assert done.identity is not None
    assert (done.identity.title, done.identity.name) == ("Демо-ID", "Вера Придуманная")
    assert done.identity.phone == ANNA
    assert "Демо-ID (Вера Придуманная)" in anna.sms(ANNA)[0]
    guest = Window(demo)
    entered = enter(guest, device_name="Ноутбук")
    assert entered.signed_in is not None
    assert (entered.signed_in.session.phone, entered.signed_in.session.way) == (ANNA, "identity")
    assert "с устройства «Ноутбук»" in anna.sms(ANNA)[0]
    guest.token = entered.signed_in.token
    assert linked(guest)[0].used_at is not None


def test_signing_in_by_it_is_no_proof(anna: Window, demo: Store):
    link(anna)
    guest = Window(demo)
    entered = enter(guest, device="d" * 64)
    assert entered.signed_in is not None
    guest.token = entered.signed_in.token
    with pytest.raises(StepUpRequired):
        guest.ask(Identities.begin, DEMO)
    with pytest.raises(StepUpRequired):
        guest.ask(Identities.unlink, linked(guest)[0].id)
    assert guest.ask(Access.devices).items == []
    demo.clock.move(minutes=1)
    guest.ask(Access.confirm, Confirmation(code=guest.order_code(ANNA)))
    guest.ask(Identities.unlink, linked(guest)[0].id)
    assert linked(guest) == []
    assert enter(Window(demo)).state == "failed"


def test_nobody_comes_in_by_what_is_not_linked(demo: Store):
    refused = enter(Window(demo))
    assert (refused.state, refused.signed_in) == ("failed", None)
    assert "не привязан" in refused.reason


def test_two_are_linked_and_one_of_another_cabinet_is_not(anna: Window, demo: Store):
    link(anna)
    link(anna, "pavel")
    assert [one.name for one in linked(anna)] == ["Вера Придуманная", "Павел Вымышленный"]
    assert link(anna).identity == linked(anna)[0], "the same again changes nothing"
    misha = Window(demo)
    misha.sign_in(MISHA)
    refused = link(misha)
    assert (refused.state, refused.identity) == ("failed", None)
    assert "другому кабинету" in refused.reason
    with pytest.raises(NotFound):
        misha.ask(Identities.unlink, linked(anna)[0].id)


def test_refused_there(anna: Window):
    flow: Flow = anna.ask(Identities.begin, DEMO)
    visit(anna, flow.user_code.lower().replace("-", " "), agree=False)
    assert anna.ask(Identities.progress, FlowAnswer(id=flow.id)).state == "denied"
    with pytest.raises(NotFound):
        visit(anna, flow.user_code)


def test_too_late(anna: Window, clock: Clock):
    flow: Flow = anna.ask(Identities.begin, DEMO)
    clock.move(minutes=10)
    with pytest.raises(NotFound):
        visit(anna, flow.user_code)
    late = anna.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert (late.state, late.reason) == (
        "expired",
        "Время на вход у провайдера вышло. Начните заново.",
    )


def test_a_lost_phone_and_a_closed_number_refuse_as_ever(anna: Window, demo: Store, clock: Clock):
    link(anna)
    guest = Window(demo)
    clock.move(minutes=1)
    code = guest.order_code(ANNA)
    for _ in range(2):
        with pytest.raises(WrongCode):
            guest.ask(Access.sign_in, SignIn(phone=ANNA, code=other_than(code)))
    with pytest.raises(NumberClosed):
        guest.ask(Access.sign_in, SignIn(phone=ANNA, code=other_than(code)))
    with pytest.raises(NumberClosed):
        enter(guest)
    clock.move(minutes=10)
    assert enter(guest).signed_in is not None
    anna.sign_in(ANNA_SECOND)
    anna.ask(Blocking.report_lost, "anna-moscow")
    with pytest.raises(EntryClosed):
        enter(guest)


def test_a_refused_flow_is_over(anna: Window, demo: Store):
    link(anna)
    anna.sign_in(ANNA_SECOND)
    anna.ask(Blocking.report_lost, "anna-moscow")
    guest = Window(demo)
    flow: Flow = guest.ask(Identities.begin_entry, DEMO)
    visit(guest, flow.user_code)
    with pytest.raises(EntryClosed):
        guest.ask(Identities.entry, EntryAnswer(id=flow.id))
    assert guest.ask(Identities.entry, EntryAnswer(id=flow.id)).state == "failed"


def test_a_flow_opens_one_session_however_often_it_is_asked(anna: Window, demo: Store):
    link(anna)
    guest = Window(demo)
    flow: Flow = guest.ask(Identities.begin_entry, DEMO)
    visit(guest, flow.user_code)
    answer = EntryAnswer(id=flow.id)
    first = guest.ask(Identities.entry, answer, key="k1")
    again = guest.ask(Identities.entry, answer, key="k1")
    later = guest.ask(Identities.entry, answer, key="k2")
    assert first.signed_in is not None
    assert again.signed_in is not None
    assert (later.state, later.signed_in) == ("failed", None)


def test_of_many_who_ask_at_once_one_is_answered(demo: Store, anna: Window, played: Played):
    linking = window_with(demo, played)
    linking.token = anna.token
    flow: Flow = linking.ask(Identities.begin, PLAYED)
    played.says("one")
    answer = FlowAnswer(id=flow.id)
    answers = at_once(*[lambda: linking.ask(Identities.progress, answer)] * 4)
    assert played.asked == 1
    assert {one.state for one in answers} <= {"pending", "done"}
    assert linking.ask(Identities.progress, answer).state == "done"


def test_the_provider_is_asked_no_oftener_than_it_wants(
    demo: Store, anna: Window, played: Played, clock: Clock
):
    linking = window_with(demo, played)
    linking.token = anna.token
    flow: Flow = linking.ask(Identities.begin, PLAYED)
    played.answers = [
        Heard("pending"),
        Heard("slow_down"),
        Heard("silent", "Молчит."),
        Heard("failed", "Нет."),
    ]
    answer = FlowAnswer(id=flow.id)
    told = []
    for seconds in (0, 1, 4, 5, 5, 10, 20):
        clock.move(seconds=seconds)
        one = linking.ask(Identities.progress, answer)
        told.append((one.state, one.interval_seconds, played.asked))
    assert told == [
        ("pending", 5, 1), ("pending", 5, 1), ("pending", 10, 2), ("pending", 10, 2),
        ("pending", 20, 3), ("pending", 20, 3), ("failed", 20, 4),
    ]  # fmt: skip


def test_a_repeated_question_is_not_asked_again(
    demo: Store, anna: Window, played: Played, clock: Clock
):
    linking = window_with(demo, played)
    linking.token = anna.token
    flow: Flow = linking.ask(Identities.begin, PLAYED)
    played.answers = [Heard("pending")]
    answer = FlowAnswer(id=flow.id)
    assert linking.ask(Identities.progress, answer, key="same").state == "pending"
    clock.move(seconds=30)
    assert linking.ask(Identities.progress, answer, key="same").state == "pending"
    assert played.asked == 1


def test_a_name_of_others_is_cleaned(demo: Store, anna: Window, played: Played):
    linking = window_with(demo, played)
    linking.token = anna.token
    flow: Flow = linking.ask(Identities.begin, PLAYED)
    played.says("one", "Имя\x1b[31m\u202e" + "х" * 500)
    done = linking.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert done.identity.name.startswith("Имя")
    assert done.identity.name.isprintable()
    assert len(done.identity.name) <= 80


def test_there_is_an_end_to_linking(demo: Store, anna: Window, played: Played):
    linking = window_with(demo, played)
    linking.token = anna.token
    for subject in range(LINKED_AT_MOST):
        flow: Flow = linking.ask(Identities.begin, PLAYED)
        played.says(str(subject))
        linking.ask(Identities.progress, FlowAnswer(id=flow.id))
    with pytest.raises(IdentityRefused, match="уже 10 аккаунтов"):
        linking.ask(Identities.begin, PLAYED)


def test_what_cannot_begin(demo: Store, anna: Window, played: Played, clock: Clock):
    with pytest.raises(NotFound):
        anna.ask(Identities.begin, FlowOrder(provider="nobody"))
    browser = FlowOrder(provider="demo", loopback="http://127.0.0.1:45678/callback")
    with pytest.raises(IdentityRefused, match="другой способ"):
        anna.ask(Identities.begin, browser)

    def fails(tickets: Tickets, redirect: str) -> Started:
        raise ProviderFailed("Молчит.")

    played.begin = fails
    linking = window_with(demo, played)
    linking.token = anna.token
    with pytest.raises(IdentityRefused, match="Молчит"):
        linking.ask(Identities.begin, PLAYED)
    clock.move(minutes=6)
    with pytest.raises(StepUpRequired):
        anna.ask(Identities.begin, DEMO)


def test_entries_from_one_address_are_counted(demo: Store):
    guest = Window(demo)
    endpoint = Identities.begin_entry.endpoint

    def begin() -> None:
        guest.dispatcher.answer(
            endpoint, {"order": DEMO}, token=None, key="k", address="198.51.100.7"
        )

    for _ in range(FLOOD_FROM_ADDRESS):
        begin()
    with pytest.raises(TooManyRequests):
        begin()


def test_a_new_flow_ends_the_one_before_and_old_ones_are_forgotten(
    anna: Window, demo: Store, clock: Clock
):
    first: Flow = anna.ask(Identities.begin, DEMO)
    anna.ask(Identities.begin, DEMO)
    with pytest.raises(NotFound):
        anna.ask(Identities.progress, FlowAnswer(id=first.id))
    clock.move(days=2)
    with demo.write() as tx:
        forget(tx)
    with demo.read() as tx:
        assert number(tx, "SELECT COUNT(*) AS n FROM identity_flows") == 0
        assert number(tx, "SELECT COUNT(*) AS n FROM demo_logins") == 0


def test_a_device_is_trusted_no_more(demo: Store):
    first, second = Window(demo), Window(demo)
    first.sign_in(device="a" * 64, device_name="Ноутбук", code=first.order_code(ANNA))
    demo.clock.move(minutes=2)
    second.sign_in(device="b" * 64, device_name="Сервер", code=second.order_code(ANNA))
    known = second.ask(Access.devices).items
    assert [(one.name, one.phone, one.current) for one in known] == [
        ("Сервер", ANNA, True),
        ("Ноутбук", ANNA, False),
    ]
    misha = Window(demo)
    misha.sign_in(MISHA)
    with pytest.raises(NotFound):
        misha.ask(Access.distrust, known[1].id)
    second.ask(Access.distrust, known[1].id)
    assert [one.name for one in second.ask(Access.devices).items] == ["Сервер"]
    assert [one.device_name for one in second.ask(Access.sessions).items] == ["Сервер"]
    with pytest.raises(NotFound):
        second.ask(Access.distrust, known[1].id)


def test_a_flow_begun_at_one_process_ends_at_another(demo: Store, anna: Window, played: Played):
    """What a sign-in is at lies in the store: no process of a server knows anything by itself."""
    first, second = window_with(demo, played), window_with(demo, played)
    first.token = second.token = anna.token
    flow = first.ask(Identities.begin, PLAYED)
    played.says("a")
    told = second.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert told.state == "done"
    way = first.ask(Identities.begin_entry, PLAYED)
    played.says("a")
    assert second.ask(Identities.entry, EntryAnswer(id=way.id)).signed_in is not None
