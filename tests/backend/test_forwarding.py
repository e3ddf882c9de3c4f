"""«Переадресация»: four rules, their price, rings that are refused, the phone's own codes."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mts_tui.backend.contract.archive import Archive
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.demo import Demo, Dial, IncomingCall
from mts_tui.backend.contract.errors import ForwardingRefused, InvalidRequest, NotFound, UndoRefused
from mts_tui.backend.contract.forwarding import Forwarding, ForwardingOrder
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator.life import everybody_lives
from mts_tui.backend.services import forwarding
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store import Store
from mts_tui.backend.store.ledger import Entry

from .desk import ANNA, ANNA_BELARUS, ANNA_CITY, ANNA_SECOND, MISHA, Clock, Window, at_once, rows
from .quiet import plain
from .test_ledger import new_account

MAIN, SECOND, CITY = "anna-moscow", "anna-petersburg", "anna-city"
KINDS = ("all", "busy", "no_answer", "unreachable")
FRIEND = "+79561234567"


def to(target: str, **more: int) -> ForwardingOrder:
    return ForwardingOrder(target=target, **more)


def targets(window: Window, account: str = MAIN) -> dict[str, str | None]:
    return {one.kind: one.target for one in window.ask(Forwarding.rules, account).items}


def refusal(window: Window, *args: object) -> str:
    with pytest.raises(ForwardingRefused) as caught:
        window.ask(*args)
    return str(caught.value)


# ------------------------------------------------------------------ rules and prices


def test_four_rules_are_off_at_first(anna: Window):
    told = anna.ask(Forwarding.rules, MAIN).items
    assert tuple(one.kind for one in told) == KINDS
    assert [one.code for one in told] == [
        "**21*номер#",
        "**67*номер#",
        "**61*номер**секунды#",
        "**62*номер#",
    ]
    assert all((one.target, one.price, one.seconds) == (None, None, None) for one in told)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_goes_on_and_off_and_the_owner_is_told(anna: Window, kind: str):
    rule = anna.ask(Forwarding.set, MAIN, kind, to(FRIEND, seconds=15))
    assert (rule.target, rule.target_kind) == (FRIEND, "mobile")
    assert rule.seconds == (15 if kind == "no_answer" else None)
    assert targets(anna) == {one: FRIEND if one == kind else None for one in KINDS}
    assert "включена на +7 956 123-45-67" in anna.sms(ANNA)[0]
    changed = anna.ask(Forwarding.set, MAIN, kind, to(MISHA))
    assert changed.target == MISHA
    assert "+7 985 370-56-78" in anna.sms(ANNA)[0]
    assert anna.ask(Forwarding.clear, MAIN, kind).target is None
    assert "отключена" in anna.sms(ANNA)[0]
    known = len(anna.sms(ANNA))
    anna.ask(Forwarding.clear, MAIN, kind)
    assert len(anna.sms(ANNA)) == known


@pytest.mark.parametrize("seconds", [5, 10, 15, 20, 25, 30])
def test_it_rings_for_five_to_thirty_seconds(anna: Window, seconds: int):
    assert (
        anna.ask(Forwarding.set, MAIN, "no_answer", to(FRIEND, seconds=seconds)).seconds == seconds
    )


@pytest.mark.parametrize("seconds", [0, 4, 7, 31, 35, -5])
def test_other_times_are_out_of_form(anna: Window, seconds: int):
    with pytest.raises(InvalidRequest):
        anna.ask(Forwarding.set, MAIN, "no_answer", to(FRIEND, seconds=seconds))


@pytest.mark.parametrize(
    ("account", "target", "kind"),
    [
        (MAIN, FRIEND, "mobile"),
        (MAIN, ANNA_CITY, "city"),
        (MAIN, ANNA_BELARUS, "abroad"),
        (MAIN, "+77011234567", "abroad"),
        (MAIN, "+447700900123", "abroad"),
        (CITY, ANNA, "mobile"),
        ("anna-belarus", "+375291234567", "mobile"),
        ("anna-belarus", ANNA, "abroad"),
    ],
)
def test_the_price_is_that_of_an_outgoing_minute(
    anna: Window, account: str, target: str, kind: str
):
    told = anna.ask(Forwarding.price, account, target)
    assert told.target_kind == kind
    assert told.price.currency == ("BYN" if account == "anna-belarus" else "RUB")
    assert told.price.amount_minor >= 0
    assert anna.ask(Forwarding.set, account, "busy", to(target)).price == told.price


def test_abroad_costs_more(anna: Window):
    near = anna.ask(Forwarding.price, MAIN, FRIEND).price.amount_minor
    far = anna.ask(Forwarding.price, MAIN, "+447700900123").price.amount_minor
    assert 0 < near < far


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (ANNA, "тот же номер"),
        ("+78091234567", "платные"),
        ("+78031234567", "платные"),
        ("+78001234567", "8 800"),
        ("+19001234567", "платные"),
        ("+881612345678", "спутниковые"),
        ("+7112000000", "Такого номера нет"),
        ("+79853701", "Такого номера нет"),
        ("+375331", "Такого номера нет"),
        ("+71121234567", "Такого номера нет"),
    ],
)
def test_where_nothing_goes(anna: Window, target: str, words: str):
    if len(target) < 8:
        with pytest.raises(InvalidRequest):
            anna.ask(Forwarding.price, MAIN, target)
        return
    assert words in refusal(anna, Forwarding.price, MAIN, target)
    assert words in refusal(anna, Forwarding.set, MAIN, "all", to(target))
    assert targets(anna)["all"] is None


@pytest.mark.parametrize("target", ["112", "0890", "+112", "+7", "101"])
def test_short_numbers_are_no_targets(anna: Window, target: str):
    with pytest.raises(InvalidRequest):
        anna.ask(Forwarding.set, MAIN, "all", to(target))


def test_not_while_blocked(anna: Window):
    anna.ask(Forwarding.set, MAIN, "busy", to(FRIEND))
    anna.ask(Blocking.block, MAIN)
    assert "заблокирован" in refusal(anna, Forwarding.set, MAIN, "all", to(FRIEND))
    assert anna.ask(Forwarding.clear, MAIN, "busy").target is None


def test_others_accounts_are_not_found(window: Window):
    window.sign_in(MISHA)
    for operation, *args in (
        (Forwarding.rules, MAIN),
        (Forwarding.price, MAIN, FRIEND),
        (Forwarding.set, MAIN, "all", to(FRIEND)),
        (Forwarding.clear, MAIN, "all"),
        (Forwarding.clear_all, MAIN),
    ):
        with pytest.raises(NotFound):
            window.ask(operation, *args)


def test_a_city_number_forwards_to_a_mobile_one_and_back_is_refused(anna: Window):
    anna.ask(Forwarding.set, CITY, "no_answer", to(ANNA, seconds=30))
    told = plain(anna.sms(ANNA)[0])  # A city number gets no SMS.
    assert "+7 495 000-12-34" in told
    assert "##002#" not in told  # It would switch off one's own.
    assert "по кругу" in refusal(anna, Forwarding.set, MAIN, "unreachable", to(ANNA_CITY))


# ------------------------------------------------------------------ undo


def test_a_change_is_taken_back(anna: Window):
    anna.ask(Forwarding.set, MAIN, "no_answer", to(FRIEND, seconds=10))
    anna.ask(Forwarding.set, MAIN, "no_answer", to(MISHA, seconds=25))
    entry = anna.ask(Undo.pending).items[0]
    assert entry.title == "Переадресация включена"
    anna.ask(Undo.take_back, entry.id)
    rule = anna.ask(Forwarding.rules, MAIN).items[2]
    assert (rule.target, rule.seconds) == (FRIEND, 10)
    assert "как была" in anna.sms(ANNA)[0]


def test_all_off_is_taken_back_together(anna: Window, clock: Clock):
    anna.ask(Forwarding.set, MAIN, "busy", to(FRIEND))
    anna.ask(Forwarding.set, MAIN, "unreachable", to(MISHA))
    before = targets(anna)
    clock.move(seconds=1)
    anna.ask(Forwarding.clear_all, MAIN)
    assert set(targets(anna).values()) == {None}
    anna.ask(Undo.take_back, anna.ask(Undo.pending).items[0].id)
    assert targets(anna) == before
    anna.ask(Forwarding.clear_all, MAIN)
    anna.ask(Forwarding.clear_all, MAIN)
    titles = [one.title for one in anna.ask(Undo.pending).items]
    assert titles.count("Переадресация отключена") == 1


def test_what_was_changed_since_is_not_taken_back(anna: Window, clock: Clock):
    anna.ask(Forwarding.set, MAIN, "all", to(FRIEND))
    entry = anna.ask(Undo.pending).items[0]
    clock.move(seconds=1)
    anna.ask(Forwarding.set, MAIN, "all", to(MISHA))
    with pytest.raises(UndoRefused, match="ещё раз"):
        anna.ask(Undo.take_back, entry.id)
    assert targets(anna)["all"] == MISHA


def test_what_would_close_a_ring_by_now_is_not_taken_back(anna: Window):
    anna.ask(Forwarding.set, MAIN, "all", to(ANNA_SECOND))
    anna.ask(Forwarding.clear, MAIN, "all")
    entry = anna.ask(Undo.pending).items[0]
    anna.ask(Forwarding.set, SECOND, "busy", to(ANNA))
    with pytest.raises(UndoRefused, match="по кругу"):
        anna.ask(Undo.take_back, entry.id)


# ------------------------------------------------------------------ rings


def test_a_ring_of_two_is_refused_whichever_rules_it_is_of(anna: Window):
    anna.ask(Forwarding.set, MAIN, "unreachable", to(ANNA_SECOND))
    for kind in KINDS:
        assert "по кругу" in refusal(anna, Forwarding.set, SECOND, kind, to(ANNA))
    anna.ask(Forwarding.clear, MAIN, "unreachable")
    anna.ask(Forwarding.set, SECOND, "all", to(ANNA))


@pytest.mark.parametrize("length", [3, 7, 30])
def test_rings_of_any_length_are_refused(demo: Store, length: int):
    with demo.write() as tx:
        accounts = [tx.accounts.by_id(id=new_account(tx)) for _ in range(length)]
        for place, (here, there) in enumerate(itertools.pairwise(accounts)):
            forwarding.switch_on(tx, here, KINDS[place % 4], there["phone"], 20)
        with pytest.raises(ForwardingRefused, match="по кругу"):
            forwarding.switch_on(tx, accounts[-1], "busy", accounts[0]["phone"], 20)
        forwarding.switch_on(tx, accounts[-1], "busy", FRIEND, 20)


@pytest.mark.parametrize("tries", range(3))
def test_two_rules_set_at_once_close_no_ring(stores, demo: Store, tries: int):
    one, two = Window(demo), Window(stores.again(demo))
    one.sign_in(ANNA)
    two.token = one.token
    outcomes = at_once(
        lambda: one.ask(Forwarding.set, MAIN, "all", to(ANNA_SECOND)),
        lambda: two.ask(Forwarding.set, SECOND, "busy", to(ANNA)),
    )
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [ForwardingRefused]


moves = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(KINDS), st.one_of(st.none(), st.integers(0, 6))),
    max_size=25,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=moves)
def test_no_way_of_setting_rules_makes_a_ring(demo: Store, moves):
    """Whatever is asked for: what is refused would close a ring, and what stands has none."""
    with demo.write() as tx, tx.undone():
        accounts = [tx.accounts.by_id(id=new_account(tx)) for _ in range(6)]
        phones = [row["phone"] for row in accounts] + [FRIEND]
        edges: dict[tuple[int, str], int] = {}
        for here, kind, there in moves:
            if there is None:
                forwarding.switch_off(tx, accounts[here], kind)
                edges.pop((here, kind), None)
                continue
            wanted = {**edges, (here, kind): there}
            try:
                forwarding.switch_on(tx, accounts[here], kind, phones[there], 20)
            except ForwardingRefused:
                assert _has_ring(wanted)
            else:
                edges = wanted
                assert not _has_ring(edges)
        for place, row in enumerate(accounts):
            on = {one.kind: one.target for one in forwarding.rules_of(tx, row) if one.target}
            assert on == {kind: phones[edges[p, kind]] for p, kind in edges if p == place}


def _has_ring(edges: dict[tuple[int, str], int]) -> bool:
    """Whether somebody can be reached from himself; by trying every way."""
    ways = {(here, there) for (here, _kind), there in edges.items()}
    reach = set(ways)
    for _ in range(7):
        reach |= {(a, d) for a, b in reach for c, d in ways if b == c}
    return any(a == b for a, b in reach)


# ------------------------------------------------------------------ the phone's own codes


def dial(window: Window, code: str, phone: str = ANNA) -> str:
    return plain(window.ask(Demo.dial, phone, Dial(code=code)).text)


@pytest.mark.parametrize(
    ("code", "on"),
    [
        ("**21*89561234567#", {"all": 20}),
        ("*21*89561234567#", {"all": 20}),
        ("**21*+79561234567#", {"all": 20}),
        ("**21*9561234567*11#", {"all": 20}),
        ("**67*89561234567#", {"busy": 20}),
        ("*67*89561234567#", {"busy": 20}),
        ("**62*89561234567#", {"unreachable": 20}),
        ("*62*89561234567#", {"unreachable": 20}),
        ("**61*89561234567#", {"no_answer": 20}),
        ("**61*89561234567**5#", {"no_answer": 5}),
        ("**61*89561234567**30#", {"no_answer": 30}),
        ("*61*89561234567*11*15#", {"no_answer": 15}),
        ("**004*89561234567#", {"busy": 20, "no_answer": 20, "unreachable": 20}),
        ("**002*89561234567#", dict.fromkeys(KINDS, 20)),
        ("* * 21 * 8 (956) 123-45-67 #", {"all": 20}),
    ],
)
def test_codes_switch_on_what_the_cabinet_shows(anna: Window, code: str, on: dict[str, int]):
    answer = dial(anna, code)
    assert answer.count("включена на +7 956 123-45-67") == len(on)
    assert targets(anna) == {kind: FRIEND if kind in on else None for kind in KINDS}
    assert anna.ask(Forwarding.rules, MAIN).items[2].seconds == on.get("no_answer")
    assert plain(anna.sms(ANNA)[0]).startswith("Переадресация")


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("#21#", {"busy", "no_answer", "unreachable"}),
        ("##21#", {"busy", "no_answer", "unreachable"}),
        ("##67#", {"all", "no_answer", "unreachable"}),
        ("#61#", {"all", "busy", "unreachable"}),
        ("##61#", {"all", "busy", "unreachable"}),
        ("##62#", {"all", "busy", "no_answer"}),
        ("##004#", {"all"}),
        ("#004#", {"all"}),
        ("##002#", set()),
        ("#002#", set()),
    ],
)
def test_codes_switch_off(anna: Window, code: str, left: set[str]):
    dial(anna, "**002*89561234567#")
    assert dial(anna, code) == "Переадресация отключена."
    assert {kind for kind, target in targets(anna).items() if target} == left
    assert "отключена" in anna.sms(ANNA)[0]
    assert ("##002#" in anna.sms(ANNA)[0]) == bool(left)


def test_codes_ask(anna: Window):
    assert dial(anna, "*#21#") == "Все звонки: нет"
    dial(anna, "**61*89561234567**25#")
    assert dial(anna, "*#61#") == "Когда не отвечаю: +7 956 123-45-67, через 25 с"
    assert dial(anna, "*#002#").splitlines() == [
        "Все звонки: нет",
        "Когда занято: нет",
        "Когда не отвечаю: +7 956 123-45-67, через 25 с",
        "Когда недоступен: нет",
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("**21#", "Укажите номер"),
        ("*21#", "Укажите номер"),
        ("**21*112#", "экстренных"),
        ("**21*0890#", "Короткие"),
        ("**21*101#", "экстренных"),
        ("**61*89561234567**7#", "5, 10, 15"),
        ("**61*89561234567**45#", "5, 10, 15"),
        ("**21*89853701234#", "тот же номер"),
        ("**21*895612345#", "не хватает"),
        ("**21*88091234567#", "нет кода 809"),
        ("**21*+447700900123#", "включена на +44"),
        ("**21*810447700900123#", "включена на +44"),
        ("**21*375330000001#", "включена на +375"),
        ("**63*89561234567#", "неверный код"),
        ("**21*89561234567**5**5#", "неверный код"),
    ],
)
def test_codes_that_are_refused_say_why(anna: Window, code: str, words: str):
    assert words in dial(anna, code)
    assert (targets(anna)["all"] is not None) == ("включена" in words)


def test_a_code_closes_no_ring(anna: Window):
    dial(anna, f"**67*{ANNA_SECOND}#")
    assert "по кругу" in dial(anna, f"**21*{ANNA}#", ANNA_SECOND)


# ------------------------------------------------------------------ where calls go


def call(window: Window, situation: str, phone: str = ANNA) -> str:
    return plain(window.ask(Demo.receive, phone, IncomingCall(situation=situation)).text)


def newest(window: Window, account: str = MAIN):
    return window.ask(Archive.operations, account, 1).items[0]


@pytest.mark.parametrize(
    ("situation", "kind", "direction"),
    [
        ("free", "Входящий звонок", "in"),
        ("busy", "Пропущенный звонок", "missed"),
        ("no_answer", "Пропущенный звонок", "missed"),
        ("unreachable", "Пропущенный звонок", "missed"),
    ],
)
def test_without_rules_a_call_comes_in_or_is_missed(
    anna: Window, situation: str, kind: str, direction: str
):
    assert call(anna, situation).startswith("Вам позвонил +7 956")
    one = newest(anna)
    assert (one.title, one.direction, one.amount.amount_minor) == (kind, direction, 0)


@pytest.mark.parametrize("situation", ["busy", "no_answer", "unreachable"])
def test_a_rule_leads_its_own_calls_only(anna: Window, situation: str):
    anna.ask(Forwarding.set, MAIN, situation, to(ANNA_CITY))
    told = call(anna, situation)
    assert "Звонок ушёл" in told
    assert ("через 20 с" in told) == (situation == "no_answer")
    one = newest(anna)
    assert one.title.startswith("Переадресованный звонок")
    assert (one.direction, one.peer) == ("out", ANNA_CITY)
    other = next(one for one in ("busy", "no_answer") if one != situation)
    assert "переадресации нет" in call(anna, other)
    assert "поговорили" in call(anna, "free")


def test_all_calls_go_on_and_cost_their_minutes(anna: Window):
    with anna.store.write() as tx:  # The package is used up.
        tx._connection.execute(
            "UPDATE buckets SET used = granted WHERE kind = 'call' AND unlimited = 0"
        )
    anna.ask(Forwarding.set, MAIN, "all", to("+447700900123"))
    minute = anna.ask(Forwarding.price, MAIN, "+447700900123").price.amount_minor
    told = call(anna, "free")
    assert "это 2 минуты" in told
    assert newest(anna).amount == Money(amount_minor=-2 * minute, currency="RUB")


def test_without_money_it_does_not_happen(anna: Window):
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.move(
            Entry(at=tx.now_ms, kind="purchase", title="x", amount=-book.balance, contra="x:y")
        )
        book.write()
    anna.ask(Forwarding.set, MAIN, "all", to("+447700900123"))
    assert "не хватило денег" in call(anna, "free")
    assert newest(anna).title == "x"


def test_a_blocked_number_takes_no_calls(anna: Window):
    anna.ask(Forwarding.set, MAIN, "all", to(FRIEND))
    anna.ask(Blocking.block, MAIN)
    assert "заблокирован" in call(anna, "free")


def test_a_city_number_is_called_too(anna: Window):
    anna.ask(Forwarding.set, CITY, "no_answer", to(ANNA))
    assert "Звонок ушёл" in call(anna, "no_answer", ANNA_CITY)
    assert newest(anna, CITY).peer == ANNA


def test_the_demos_life_is_forwarded_from_now_on(anna: Window, clock: Clock):
    anna.ask(Forwarding.set, MAIN, "all", to(FRIEND))
    with anna.store.read() as tx:
        began = tx.now_ms
    clock.move(days=2)
    with anna.store.write() as tx:
        everybody_lives(tx, tx.now)
    with anna.store.read() as tx:
        found = rows(
            tx,
            "SELECT title, peer, direction FROM operations WHERE account_id = ? AND at > ? "
            "AND kind = 'call'",
            MAIN,
            began,
        )
    assert not [row for row in found if row["direction"] == "in"]
    gone = [row for row in found if row["title"] == "Переадресованный звонок"]
    assert gone
    assert {row["peer"] for row in gone} == {FRIEND}
