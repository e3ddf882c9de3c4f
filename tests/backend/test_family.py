"""«Родительский контроль»: consent, positions of a day, zones, the child's own log."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from mts_tui.backend.contract.demo import ClockMove, Demo, ShortMessage
from mts_tui.backend.contract.errors import FamilyRefused, NotFound, StepUpRequired, UndoRefused
from mts_tui.backend.contract.family import Child, ChildOrder, Family, ZoneOrder
from mts_tui.backend.contract.notifications import Notifications
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.life import everybody_lives
from mts_tui.backend.operator.whereabouts import MOSCOW
from mts_tui.backend.services.forgetting import forget
from mts_tui.backend.store import Store

from .conftest import Stores
from .desk import ANNA, ANNA_BELARUS, MISHA, STRANGER, Clock, Window, at_once, number

MAIN, CHILD, CITY = "anna-moscow", "misha-moscow", "anna-city"
SCHOOL = MOSCOW.ways["school"][-1]
HOME = MOSCOW.home


def order(phone: str = MISHA, name: str = "Миша") -> ChildOrder:
    return ChildOrder(phone=phone, name=name)


def zone(
    name: str = "Школа", spot: object = SCHOOL, radius: int = 300, **more: object
) -> ZoneOrder:
    return ZoneOrder(
        name=name,
        latitude=spot.latitude,
        longitude=spot.longitude,
        radius_m=radius,
        **{"told": ["in", "out"], **more},
    )


def answer(window: Window, text: str, phone: str = MISHA) -> str:
    """Send an SMS to the service from a phone; what it answers."""
    window.ask(Demo.send, phone, ShortMessage(to="3322", text=text))
    return window.sms(phone)[0]


def child_of(window: Window) -> Child:
    (child,) = window.ask(Family.children, MAIN).items
    return child


def live(store: Store) -> None:
    with store.write() as tx:
        everybody_lives(tx, tx.now)


def kept(store: Store, table: str) -> int:
    with store.write() as tx:
        return number(tx, f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - a table's own name


def alerts(window: Window) -> list[str]:
    return [text for text in window.sms(ANNA) if " в зоне «" in text]


@pytest.fixture
def agreed(anna: Window) -> Child:
    """A child that has agreed."""
    anna.ask(Family.ask, MAIN, order())
    answer(anna, "да")
    return child_of(anna)


@pytest.fixture
def misha(open_window: Callable[[], Window]) -> Window:
    """A window where the child is signed in with its own number."""
    window = open_window()
    window.sign_in(MISHA)
    return window


# ------------------------------------------------------------------ consent


def test_consent_is_asked_by_sms_and_kept_word_for_word(anna: Window):
    child = anna.ask(Family.ask, MAIN, order())
    assert (child.consent, child.battery_percent, child.balance) == ("asked", None, None)
    assert anna.sms(MISHA)[0].startswith(child.consent_text)
    assert "+7 985 370-12-34 (Анна Ветрова)" in child.consent_text
    assert "24 часа" in child.consent_text
    said = answer(anna, " Да ")
    assert said.startswith("Согласие записано: +7 985 370-12-34")
    now = child_of(anna)
    assert (now.consent, now.consent_text) == ("given", child.consent_text)
    assert now.balance is not None
    assert now.battery_percent is not None
    assert 0 < now.battery_percent <= 100
    assert "согласие дано" in anna.sms(ANNA)[0]


def test_nothing_is_answered_before_consent(anna: Window):
    child = anna.ask(Family.ask, MAIN, order()).id
    asked = (
        (Family.where, MAIN, child),
        (Family.today, MAIN, child),
        (Family.zones, MAIN, child),
        (Family.add_zone, MAIN, child, zone()),
    )
    for one in asked:
        with pytest.raises(FamilyRefused, match="ДА на 3322"):
            anna.ask(*one)
    answer(anna, "НЕТ")
    assert child_of(anna).consent == "refused"
    for one in asked:
        with pytest.raises(FamilyRefused, match="отказал"):
            anna.ask(*one)


def test_withdrawn_consent_holds_at_once_and_leaves_nothing(
    anna: Window, agreed: Child, demo: Store
):
    anna.ask(Family.add_zone, MAIN, agreed.id, zone())
    anna.ask(Family.where, MAIN, agreed.id)
    assert (kept(demo, "positions"), kept(demo, "zones")) == (1, 1)
    assert "История и зоны удалены" in answer(anna, "нет")
    assert (kept(demo, "positions"), kept(demo, "zones")) == (0, 0)
    with pytest.raises(FamilyRefused, match="отозвал"):
        anna.ask(Family.where, MAIN, agreed.id)
    now = child_of(anna)
    assert (now.consent, now.battery_percent, now.balance) == ("withdrawn", None, None)
    assert "больше не видно" in anna.sms(ANNA)[0]


def test_what_falls_due_after_withdrawal_writes_nothing(
    anna: Window, agreed: Child, demo: Store, clock: Clock
):
    answer(anna, "нет")
    clock.move(hours=3)
    live(demo)
    assert kept(demo, "positions") == 0


def test_a_child_agrees_and_withdraws_in_its_own_cabinet(anna: Window, misha: Window):
    anna.ask(Family.ask, MAIN, order())
    (guardian,) = misha.ask(Family.guardians, CHILD).items
    assert (guardian.phone, guardian.name, guardian.consent) == (ANNA, "Анна Ветрова", "asked")
    assert misha.ask(Family.consent, CHILD, guardian.id).consent == "given"
    assert misha.ask(Family.consent, CHILD, guardian.id).consent == "given"
    anna.ask(Family.where, MAIN, guardian.id)
    assert misha.ask(Family.withdraw, CHILD, guardian.id).consent == "withdrawn"
    with pytest.raises(FamilyRefused):
        anna.ask(Family.where, MAIN, guardian.id)
    with pytest.raises(FamilyRefused, match="Пусть спросят"):
        misha.ask(Family.consent, CHILD, guardian.id)


def test_nobody_agrees_for_the_child(anna: Window):
    child = anna.ask(Family.ask, MAIN, order()).id
    with pytest.raises(FamilyRefused, match="только сам телефон"):
        anna.ask(Family.consent, CHILD, child)  # The number is in Anna's cabinet, too.
    assert child_of(anna).consent == "asked"


def test_no_answers_everybody_and_yes_the_newest(anna: Window, clock: Clock):
    anna.ask(Family.ask, MAIN, order())
    clock.move(minutes=1)
    anna.ask(Family.ask, "anna-petersburg", order(name="Сын"))
    assert answer(anna, "да").endswith("Запросов ещё: 1.")
    consents = [
        anna.ask(Family.children, one).items[0].consent for one in (MAIN, "anna-petersburg")
    ]
    assert consents == ["asked", "given"]
    assert answer(anna, "кто").count("\n") == 1
    answer(anna, "нет")
    consents = [
        anna.ask(Family.children, one).items[0].consent for one in (MAIN, "anna-petersburg")
    ]
    assert consents == ["refused", "withdrawn"]
    assert answer(anna, "да").startswith("Вас сейчас никто не спрашивает")


def test_asking_needs_a_proof_of_who_is_there(anna: Window, clock: Clock):
    clock.move(minutes=6)
    with pytest.raises(StepUpRequired):
        anna.ask(Family.ask, MAIN, order())


def test_a_child_is_not_asked_again_and_again(anna: Window, clock: Clock):
    child = anna.ask(Family.ask, MAIN, order()).id
    with pytest.raises(FamilyRefused, match="уже спросили"):
        anna.ask(Family.ask, MAIN, order())
    answer(anna, "нет")
    with pytest.raises(FamilyRefused, match="через сутки"):
        anna.ask(Family.ask, MAIN, order())
    anna.ask(Family.drop, MAIN, child)
    with pytest.raises(FamilyRefused, match="через сутки"):
        anna.ask(Family.ask, MAIN, order())
    clock.move(days=1, minutes=1)
    anna.sign_in()
    assert anna.ask(Family.ask, MAIN, order()).id == child
    answer(anna, "да")
    with pytest.raises(FamilyRefused, match="уже есть"):
        anna.ask(Family.ask, MAIN, order())


def test_whether_a_number_is_a_subscriber_is_not_told(anna: Window):
    assert anna.ask(Family.ask, MAIN, order(STRANGER)).consent == "asked"


@pytest.mark.parametrize(
    ("account", "phone", "told"),
    [
        (MAIN, ANNA, "Это ваш номер"),
        (MAIN, ANNA_BELARUS, "мобильный номер МТС России"),
        (MAIN, "+74950001234", "мобильный номер МТС России"),
        (MAIN, "+14155550123", "мобильный номер МТС России"),
        (CITY, MISHA, "с мобильного номера"),
        ("anna-belarus", MISHA, "с мобильного номера"),
    ],
)
def test_numbers_that_cannot_be_looked_for_are_refused(
    anna: Window, account: str, phone: str, told: str
):
    with pytest.raises(FamilyRefused, match=told):
        anna.ask(Family.ask, account, order(phone))


def test_five_numbers_a_day_are_asked(anna: Window):
    for last in range(5):
        anna.ask(Family.ask, MAIN, order(f"+7985370000{last}"))
    with pytest.raises(FamilyRefused, match="5 номеров"):
        anna.ask(Family.ask, MAIN, order("+79853700009"))


def test_a_name_of_nothing_is_refused(anna: Window):
    with pytest.raises(FamilyRefused, match="как называть"):
        anna.ask(Family.ask, MAIN, order(name="  "))


def test_a_child_that_is_given_up_is_forgotten(
    anna: Window, agreed: Child, demo: Store, misha: Window
):
    anna.ask(Family.add_zone, MAIN, agreed.id, zone())
    anna.ask(Family.drop, MAIN, agreed.id)
    assert anna.ask(Family.children, MAIN).items == []
    assert misha.ask(Family.guardians, CHILD).items == []
    assert (kept(demo, "positions"), kept(demo, "zones")) == (0, 0)
    with pytest.raises(NotFound):
        anna.ask(Family.where, MAIN, agreed.id)


def test_consent_and_withdrawal_at_once_end_in_one_of_the_two(
    anna: Window, misha: Window, open_window: Callable[[], Window]
):
    anna.ask(Family.ask, MAIN, order())
    (guardian,) = misha.ask(Family.guardians, CHILD).items
    phone = open_window()
    at_once(
        lambda: misha.ask(Family.consent, CHILD, guardian.id),
        lambda: answer(phone, "нет"),
    )
    end = child_of(anna).consent
    assert end in ("refused", "withdrawn")


# ------------------------------------------------------------------ where


def test_positions_come_every_quarter_of_an_hour(
    anna: Window, agreed: Child, demo: Store, clock: Clock
):
    clock.move(hours=2)
    live(demo)
    anna.sign_in()
    places = anna.ask(Family.today, MAIN, agreed.id).items
    assert len(places) == 1 + 8
    gaps = {a.at - b.at for a, b in pairwise(places[:-1])}
    assert gaps == {timedelta(minutes=15)}
    assert places[0].at > places[-1].at
    assert {place.place for place in places} == {HOME.name}  # A Sunday evening.
    assert anna.ask(Family.where, MAIN, agreed.id).at == places[0].at


def test_nothing_of_before_the_consent_is_shown(anna: Window, agreed: Child, clock: Clock):
    (only,) = anna.ask(Family.today, MAIN, agreed.id).items
    assert only.at == clock.now


def test_history_of_a_day_and_then_really_deleted(
    anna: Window, agreed: Child, demo: Store, clock: Clock
):
    clock.move(days=30)
    live(demo)
    anna.sign_in()
    places = anna.ask(Family.today, MAIN, agreed.id).items
    assert len(places) == 96
    assert places[-1].at > clock.now - timedelta(hours=24)
    with demo.write() as tx:
        while forget(tx):
            pass
    assert kept(demo, "positions") == 96


def test_a_moved_clock_finds_the_child_where_a_running_one_does(
    anna: Window, agreed: Child, stores: Stores, clock: Clock, demo: Store
):
    steps: list[tuple[float, float]] = []
    for _ in range(12):
        clock.move(hours=1)
        live(demo)
    anna.sign_in()
    steps = [(one.latitude, one.longitude) for one in anna.ask(Family.today, MAIN, agreed.id).items]
    clock.move(hours=-12)
    other = Window(stores.settled())
    other.sign_in()
    other.ask(Family.ask, MAIN, order())
    answer(other, "да")
    clock.move(hours=12)
    live(other.store)
    other.sign_in()
    child = child_of(other)
    jumped = other.ask(Family.today, MAIN, child.id).items
    assert [(one.latitude, one.longitude) for one in jumped] == steps


def test_every_look_stands_in_the_childs_own_log(
    anna: Window, agreed: Child, misha: Window, clock: Clock
):
    assert misha.ask(Family.looks, CHILD).items == []
    anna.ask(Family.where, MAIN, agreed.id)
    clock.move(seconds=1)
    anna.ask(Family.today, MAIN, agreed.id)
    told = [(one.by, one.name, one.what) for one in misha.ask(Family.looks, CHILD).items]
    assert told == [
        (ANNA, "Анна Ветрова", "где был сегодня"),
        (ANNA, "Анна Ветрова", "где сейчас"),
    ]


def test_children_and_zones_are_no_looks(anna: Window, agreed: Child, misha: Window):
    anna.ask(Family.children, MAIN)
    anna.ask(Family.zones, MAIN, agreed.id)
    assert misha.ask(Family.looks, CHILD).items == []


def test_looks_come_at_a_sensible_rate(anna: Window, agreed: Child, clock: Clock, misha: Window):
    for _ in range(30):
        anna.ask(Family.where, MAIN, agreed.id)
    with pytest.raises(FamilyRefused, match="уже 30 раз"):
        anna.ask(Family.where, MAIN, agreed.id)
    assert len(misha.ask(Family.looks, CHILD).items) == 30
    clock.move(minutes=11)
    anna.ask(Family.where, MAIN, agreed.id)


def test_what_a_look_answers_is_kept_nowhere(anna: Window, agreed: Child, demo: Store):
    key = "a-look"
    anna.ask(Family.where, MAIN, agreed.id, key=key)
    with demo.write() as tx:
        kept_for = number(
            tx, "SELECT COUNT(*) FROM idempotency WHERE operation LIKE 'family.where'"
        )
    assert kept_for == 0


# ------------------------------------------------------------------ zones


def test_a_zone_tells_of_coming_and_leaving_once(
    anna: Window, agreed: Child, demo: Store, clock: Clock
):
    anna.ask(Family.add_zone, MAIN, agreed.id, zone())
    clock.move(hours=24)  # Over a Monday, up to its evening.
    live(demo)
    told = alerts(anna)
    assert len(told) == 2
    assert "больше не в зоне «Школа»" in told[0]
    assert "теперь в зоне «Школа»" in told[1]
    live(demo)
    assert len(alerts(anna)) == 2
    anna.sign_in()
    titles = [one.title for one in anna.ask(Notifications.kept, MAIN).items]
    assert "Миша: теперь в зоне «Школа»" in titles


def test_a_zone_where_the_child_is_tells_of_leaving_first(
    anna: Window, agreed: Child, demo: Store, clock: Clock
):
    anna.ask(Family.add_zone, MAIN, agreed.id, zone("Дом", HOME, 200))
    clock.move(hours=12)
    live(demo)
    (told,) = alerts(anna)
    assert "больше не в зоне «Дом»" in told


def test_only_what_is_asked_for_is_told(anna: Window, agreed: Child, demo: Store, clock: Clock):
    anna.ask(Family.add_zone, MAIN, agreed.id, zone(told=["in", "in"]))
    clock.move(hours=24)
    live(demo)
    (told,) = alerts(anna)
    assert "теперь в зоне" in told


def test_each_crossing_is_told_once_however_the_clock_goes(
    anna: Window, agreed: Child, demo: Store, clock: Clock
):
    anna.ask(Family.add_zone, MAIN, agreed.id, zone())
    for _ in range(96):
        clock.move(minutes=15)
        live(demo)
    assert len(alerts(anna)) == 2


def test_ten_zones_at_most_and_each_with_a_name_of_its_own(anna: Window, agreed: Child):
    for place in range(10):
        anna.ask(Family.add_zone, MAIN, agreed.id, zone(f"Зона {place}"))
    with pytest.raises(FamilyRefused, match="уже 10 зон"):
        anna.ask(Family.add_zone, MAIN, agreed.id, zone("Ещё"))
    with pytest.raises(FamilyRefused, match="уже есть"):
        anna.ask(Family.add_zone, MAIN, agreed.id, zone("ЗОНА 3"))


def test_a_zone_that_is_dropped_comes_back(anna: Window, agreed: Child):
    made = anna.ask(Family.add_zone, MAIN, agreed.id, zone())
    anna.ask(Family.drop_zone, MAIN, agreed.id, made.id)
    assert anna.ask(Family.zones, MAIN, agreed.id).items == []
    with pytest.raises(NotFound):
        anna.ask(Family.drop_zone, MAIN, agreed.id, made.id)
    entry = anna.ask(Undo.pending).items[0]
    assert entry.title == "Зона «Школа» удалена"
    anna.ask(Undo.take_back, entry.id)
    assert anna.ask(Family.zones, MAIN, agreed.id).items == [made]


def test_a_zone_does_not_come_back_without_consent(anna: Window, agreed: Child):
    made = anna.ask(Family.add_zone, MAIN, agreed.id, zone())
    anna.ask(Family.drop_zone, MAIN, agreed.id, made.id)
    answer(anna, "нет")
    with pytest.raises(UndoRefused, match="Согласия ребёнка больше нет"):
        anna.ask(Undo.take_back, anna.ask(Undo.pending).items[0].id)


def test_others_children_are_not_there(anna: Window, agreed: Child, misha: Window):
    for one in (Family.where, Family.today, Family.zones, Family.drop):
        with pytest.raises(NotFound):
            misha.ask(one, CHILD, agreed.id)
        with pytest.raises(NotFound):
            misha.ask(one, MAIN, agreed.id)
    for one in (Family.consent, Family.withdraw):
        with pytest.raises(NotFound):
            misha.ask(one, CHILD, "nobody")


def test_the_clock_of_the_demo_brings_alerts(anna: Window, agreed: Child):
    anna.ask(Family.add_zone, MAIN, agreed.id, zone())
    anna.ask(Demo.advance, ClockMove(seconds=24 * 3600))
    assert len(alerts(anna)) == 2
