"""«Детализация»: ordered, made in the background by anybody, read, kept for three days."""

import asyncio
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from pypdf import PdfReader

from mts_tui.backend import office
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.access import CodeOrder, SignIn
from mts_tui.backend.contract.errors import (
    CabinetError,
    InvalidRequest,
    MailRefused,
    NotFound,
    StatementRefused,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.receipts import MailOrder
from mts_tui.backend.contract.statements import (
    KEPT_HOURS,
    Statement,
    StatementOrder,
    StatementRow,
    Statements,
)
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.rating import Usage, route_of
from mts_tui.backend.services import statements as service
from mts_tui.backend.services.billing import Book
from mts_tui.backend.statements import LEASE, MOST_TAKES, PAGE, forget_expired, make_one
from mts_tui.backend.store import SqliteStore, Store
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms
from mts_tui.documents.statement import Paper
from mts_tui.documents.statement_file import Begin, in_this_process
from mts_tui.documents.statement_sheets import StatementJson

from .conftest import Stores
from .desk import ANNA, NOW, Clock, Window, at_once, change, number, rows
from .paydesk import MAIN

ALL = ["call_out", "call_in", "call_missed", "sms_out", "sms_in", "mms", "data", "periodic"]
MONTH = NOW - timedelta(days=30)
sqlite_only = pytest.mark.parametrize("engine", ["sqlite"])

make = partial(make_one, begin=in_this_process)


def order(window: Window, **values: object) -> Statement:
    members = {"since": MONTH, "until": NOW, "kinds": ALL, "format": "json"}
    return window.ask(Statements.order, MAIN, StatementOrder(**{**members, **values}))


def look(window: Window, one: Statement) -> Statement:
    return window.ask(Statements.statement, MAIN, one.id)


def made(window: Window, **values: object) -> Statement:
    """A statement that is ready."""
    one = order(window, **values)
    assert make(window.store) is True
    ready = look(window, one)
    assert ready.state == "ready"
    return ready


def all_rows(window: Window, one: Statement, **filters: object) -> list[StatementRow]:
    found: list[StatementRow] = []
    cursor = None
    while True:
        page = window.ask(Statements.rows, MAIN, one.id, 70, cursor, **filters)
        assert len(page.items) == 70 or page.next_cursor is None
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def document(window: Window, one: Statement) -> bytes:
    parts, place, last = [], 0, False
    while not last:
        part = window.ask(Statements.part, MAIN, one.id, place)
        parts.append(part.content)
        last, place = part.last, place + 1
    with pytest.raises(NotFound):
        window.ask(Statements.part, MAIN, one.id, place)
    return b"".join(parts)


def use(store: Store, *usages: Usage) -> None:
    def work(tx):
        book = Book(tx, MAIN)
        for usage in usages:
            assert book.use(usage, tx.now_ms) is not None
        book.write()

    store.change(work)


def told(store: Store) -> list[str]:
    with store.read() as tx:
        return [
            row["title"]
            for row in rows(tx, "SELECT title FROM notifications WHERE kind = 'statement'")
        ]


# -------------------------------------------------------------------------------- the order


def test_from_the_order_to_the_document(anna: Window):
    begun = order(anna, format="pdf")
    assert (begun.state, begun.done, begun.size, begun.expires_at) == ("queued", 0, 0, None)
    assert "Заказана детализация: 23 октября — 22 ноября 2026" in anna.sms(ANNA)[0]
    with pytest.raises(NotFound):
        anna.ask(Statements.rows, MAIN, begun.id)
    with pytest.raises(NotFound):
        anna.ask(Statements.part, MAIN, begun.id, 0)
    assert make_one(anna.store) is True
    assert make_one(anna.store) is False
    ready = look(anna, begun)
    assert (ready.state, ready.ready_at, ready.reason) == ("ready", NOW, "")
    assert ready.expires_at == NOW + timedelta(hours=KEPT_HOURS)
    assert ready.done == ready.rows > 200
    found = all_rows(anna, ready)
    assert len(found) == ready.rows
    assert sum(row.cost.amount_minor for row in found) == ready.total.amount_minor > 0
    content = document(anna, ready)
    assert len(content) == ready.size
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert "Сетевой ресурс: 79853701234" in text
    assert text.count(":") > 2 * ready.rows
    assert told(anna.store).count("Детализация готова") == 1
    assert anna.ask(Statements.ordered, MAIN).items == [ready]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"since": NOW, "until": NOW + timedelta(days=1)}, "ещё не начался"),
        ({"since": NOW - timedelta(days=1), "until": NOW - timedelta(days=1)}, "ни одного дня"),
        ({"since": NOW - timedelta(days=1), "until": NOW - timedelta(days=2)}, "ни одного дня"),
        ({"since": NOW - timedelta(days=366, seconds=1)}, "не больше чем за год"),
        ({"since": datetime(2023, 1, 1, tzinfo=UTC), "until": datetime(2023, 2, 1, tzinfo=UTC)},
         "Номер обслуживается с"),
        ({"delivery": "email"}, "Укажите адрес"),
    ],
)  # fmt: skip
def test_what_cannot_be_ordered_is_told(anna: Window, values: dict[str, object], sentence: str):
    with pytest.raises(StatementRefused, match=sentence):
        order(anna, **values)
    assert anna.ask(Statements.ordered, MAIN).items == []


def test_a_year_and_the_future_can_be_ordered(anna: Window):
    year = order(anna, since=NOW - timedelta(days=366), until=NOW + timedelta(days=5))
    assert year.until == NOW
    with pytest.raises(InvalidRequest):
        order(anna, kinds=[])


def test_a_year_of_days_may_have_an_hour_more(anna: Window):
    """Where summer time is kept: from the 25th of October 2025, the last day of it, 366 days on."""
    with anna.store.write() as tx:
        change(tx, "UPDATE accounts SET zone = 'Europe/Kyiv' WHERE id = ?", MAIN)
    since = datetime(2025, 10, 24, 21, tzinfo=UTC)
    until = datetime(2026, 10, 25, 22, tzinfo=UTC)
    assert until - since > timedelta(days=366)
    assert order(anna, since=since, until=until).state == "queued"


def test_without_mail_nothing_goes_by_mail(anna: Window):
    with pytest.raises(MailRefused, match="Почта здесь не настроена"):
        order(anna, delivery="email", to="anna@example.com")


def test_so_many_at_once_and_a_day(anna: Window, clock: Clock):
    for _ in range(service.AT_ONCE):
        order(anna)
    with pytest.raises(StatementRefused, match="готовятся уже 3"):
        order(anna)
    for one in anna.ask(Statements.ordered, MAIN).items:
        anna.ask(Statements.cancel, MAIN, one.id)  # Given up.
        anna.ask(Statements.cancel, MAIN, one.id)  # Deleted.
    assert anna.ask(Statements.ordered, MAIN).items == []
    for _ in range(service.IN_A_DAY - service.AT_ONCE):
        anna.ask(Statements.cancel, MAIN, order(anna).id)
    with pytest.raises(StatementRefused, match="За сутки заказано уже 20"):
        order(anna)
    with anna.store.read() as tx:
        assert number(tx, "SELECT COUNT(*) FROM statements") == service.IN_A_DAY
    clock.move(hours=24, milliseconds=1)
    anna.sign_in()
    assert order(anna).state == "queued"


def test_nobody_elses_statement_is_seen(anna: Window, open_window):
    one = made(anna)
    misha = open_window()
    misha.sign_in("+79853705678")
    for asked in (Statements.statement, Statements.rows, Statements.totals, Statements.cancel):
        with pytest.raises(NotFound):
            misha.ask(asked, MAIN, one.id)
    with pytest.raises(NotFound):
        misha.ask(Statements.part, MAIN, one.id, 0)


# -------------------------------------------------------------------------------- the rows


@pytest.fixture
def seen(anna: Window, clock: Clock) -> Iterator[dict[str, StatementRow]]:
    """A row of each sort, by its service and direction."""
    near, far, abroad = "+79853711234", "+79820580000", "+447700900123"
    usages = []
    for kind, direction, peer, zone, units in (
        ("call", "out", near, "home", 187),
        ("call", "in", far, "home", 41),
        ("call", "missed", abroad, "home", 0),
        ("call", "out", "+79560000001", "roaming:EG", 61),
        ("sms", "out", near, "home", 2),
        ("sms", "in", "3339", "home", 1),
        ("mms", "out", near, "country", 1),
        ("mms", "in", near, "home", 1),
        ("data", "out", "internet.mts.ru", "home", 10_485_700),
        ("data", "out", "internet.mts.ru", "country", 1),
    ):
        usages.append(Usage(kind, direction, peer, zone, route_of(ANNA, peer), units))
    use(anna.store, *usages)
    clock.move(seconds=1)
    one = made(anna, since=clock.now - timedelta(seconds=1), until=clock.now)
    found = all_rows(anna, one)
    assert len(found) == len(usages)
    return {f"{row.service} {row.direction} {row.zone}": row for row in found}


def test_rows_are_those_of_the_real_document(seen: dict[str, StatementRow]):
    assert {
        key: (row.peer, row.peer_zone, row.units, row.unit)
        for key, row in seen.items()
        if row.kind != "data"
    } == {
        "Телеф. out Домашний": ("+79853711234", "МТС; Москва", 187, "second"),
        "Телеф. in Домашний": ("+79820580000", "МТС; Свердловская область", 41, "second"),
        "Пропущ. missed Домашний": ("+447700900123", "Великобритания", 0, "second"),
        "Телеф. out Египет: Etisalat": (
            "+79560000001", "Другой оператор; Россия", 61, "second",
        ),
        "sms o out Домашний": ("+79853711234", "МТС; Москва", 2, "piece"),
        "sms i in Домашний": ("3339", "", 1, "piece"),
        "mms o out Россия": ("+79853711234", "МТС; Москва", 1, "piece"),
        "mms i in Домашний": ("+79853711234", "МТС; Москва", 1, "piece"),
    }  # fmt: skip
    sessions = {row.service: row for row in seen.values() if row.kind == "data"}
    assert set(sessions) == {"4G", "HSDPA (3G)"}
    assert sessions["4G"].units == 10_485_700
    assert all(row.peer_zone.isdigit() and len(row.peer_zone) == 9 for row in sessions.values())
    assert len({row.peer_zone for row in sessions.values()}) == 2


@pytest.mark.parametrize(
    ("situation", "code"),
    [("busy", "cf busy"), ("no_answer", "cf nrepl"), ("unreachable", "cf nreach"), ("all", "cfu")],
)
@sqlite_only
def test_forwarded_calls_have_their_codes(anna: Window, clock: Clock, situation: str, code: str):
    from mts_tui.backend.contract.demo import Demo, IncomingCall
    from mts_tui.backend.contract.forwarding import Forwarding, ForwardingOrder

    anna.ask(Forwarding.set, MAIN, situation, ForwardingOrder(target="+79560000001", seconds=20))
    call = IncomingCall(situation="free" if situation == "all" else situation)
    anna.ask(Demo.receive, ANNA, call)
    clock.move(seconds=1)
    one = made(anna, since=NOW - timedelta(seconds=1), until=clock.now, kinds=["call_out"])
    assert [row.service for row in all_rows(anna, one)] == [code]


def test_periodic_rows_are_charges(anna: Window):
    one = made(anna, kinds=["periodic"])
    found = all_rows(anna, one)
    assert found
    assert {(row.service, row.zone, row.unit) for row in found} == {("MTS numbers", "", "none")}
    assert any("Ежемесячная плата" in row.peer for row in found)
    assert one.total.amount_minor == sum(row.cost.amount_minor for row in found) > 0


def test_every_filter_finds_what_a_look_at_all_rows_finds(anna: Window):
    one = made(anna, kinds=[kind for kind in ALL if kind != "call_missed"])
    every = all_rows(anna, one)
    assert {row.kind for row in every} <= set(one.kinds)
    assert [row.operation for row in all_rows(anna, one, order="newest")] == [
        row.operation for row in reversed(every)
    ]
    peer = next(row.peer for row in every if row.kind == "call_out")
    digits = peer.removeprefix("+7")
    for filters, keep in (
        ({"kinds": "call_in,sms_in"}, lambda row: row.kind in {"call_in", "sms_in"}),
        ({"kinds": "call_missed"}, lambda row: False),
        ({"text": digits}, lambda row: digits in row.peer),
        ({"text": f"8 ({digits[:3]}) {digits[3:]}"}, lambda row: digits in row.peer),
        ({"text": "4g"}, lambda row: row.service == "4G"),
        ({"text": "МОСКВА звонок", "kinds": "call_out"},
         lambda row: row.kind == "call_out" and "Москва" in row.peer_zone),
        ({"text": "нет такого"}, lambda row: False),
    ):  # fmt: skip
        expected = [row for row in every if keep(row)]
        assert all_rows(anna, one, **filters) == expected, filters
        assert all_rows(anna, one, order="newest", **filters) == expected[::-1], filters
        totals = anna.ask(Statements.totals, MAIN, one.id, **filters)
        assert totals.count == len(expected)
        assert totals.cost.amount_minor == sum(row.cost.amount_minor for row in expected)
        by_kind = {kind.kind: (kind.count, kind.units) for kind in totals.kinds}
        for kind, (count, units) in by_kind.items():
            same = [row for row in expected if row.kind == kind]
            assert (count, units) == (len(same), sum(row.units for row in same))
    with pytest.raises(InvalidRequest):
        anna.ask(Statements.rows, MAIN, one.id, cursor="nowhere")
    with pytest.raises(InvalidRequest):
        anna.ask(Statements.rows, MAIN, one.id, kinds="top_up")


def test_totals_by_number(anna: Window):
    one = made(anna)
    every = [row for row in all_rows(anna, one) if row.kind not in {"data", "periodic"}]
    totals = anna.ask(Statements.totals, MAIN, one.id)
    for peer in totals.peers:
        same = [row for row in every if row.peer == peer.peer]
        assert peer.count == len(same)
        assert peer.seconds == sum(row.units for row in same if row.unit == "second")
        assert peer.messages == sum(row.units for row in same if row.unit == "piece")
        assert peer.cost.amount_minor == sum(row.cost.amount_minor for row in same)
    assert {peer.peer for peer in totals.peers} == {row.peer for row in every}
    costs = [peer.cost.amount_minor for peer in totals.peers]
    assert costs == sorted(costs, reverse=True)


def test_one_label_in_two_directions_and_zones_is_told_apart(anna: Window, clock: Clock):
    """As the history of another program may have it: a title says nothing of the direction."""
    entries = [
        Entry(at=to_ms(NOW), kind="sms", title="SMS", peer="+79853711234", units=1,
              direction="in" if place % 3 else "out", zone="home" if place % 2 else "roaming:TR")
        for place in range(40)
    ]  # fmt: skip
    anna.store.change(lambda tx: post(tx, MAIN, entries))
    clock.move(seconds=1)
    one = made(anna, since=NOW - timedelta(milliseconds=1), until=clock.now)
    assert len(all_rows(anna, one)) == 40
    ingoing = all_rows(anna, one, kinds="sms_in")
    assert len(ingoing) == 26
    turkish = all_rows(anna, one, kinds="sms_in", text="турция")
    assert turkish == [row for row in ingoing if row.zone == "Турция: Turkcell"]
    page = anna.ask(Statements.rows, MAIN, one.id, 5, kinds="sms_in", text="турция")
    assert len(page.items) == 5


def test_what_comes_after_the_order_is_not_in_it(anna: Window, clock: Clock):
    one = order(anna, until=NOW + timedelta(days=1))
    use(anna.store, Usage("sms", "in", "+79853711234", "home", "own", 1))
    make(anna.store)
    before = look(anna, one).rows
    clock.move(seconds=1)
    assert made(anna, until=NOW + timedelta(days=1)).rows == before + 1


def test_a_period_without_anything_is_a_document_too(anna: Window, clock: Clock):
    clock.move(seconds=5)
    for kind in ("pdf", "html", "csv", "xlsx", "json"):
        one = made(anna, since=clock.now - timedelta(milliseconds=1), until=clock.now, format=kind)
        assert (one.rows, one.total) == (0, Money(amount_minor=0, currency="RUB"))
        assert document(anna, one)
        assert all_rows(anna, one) == []


# -------------------------------------------------------------------------------- its time


def test_it_is_gone_after_three_days_to_the_millisecond(anna: Window, clock: Clock):
    one = made(anna)
    assert one.expires_at is not None
    clock.now = one.expires_at - timedelta(milliseconds=1)
    anna.sign_in()
    assert look(anna, one) == one
    assert anna.ask(Statements.part, MAIN, one.id, 0).content
    assert forget_expired(anna.store) is False
    clock.move(milliseconds=1)
    for asked in (Statements.statement, Statements.rows, Statements.totals, Statements.cancel):
        with pytest.raises(NotFound):
            anna.ask(asked, MAIN, one.id)
    with pytest.raises(NotFound):
        anna.ask(Statements.part, MAIN, one.id, 0)
    with pytest.raises(NotFound):
        anna.ask(Statements.send, MAIN, one.id, MailOrder(to="anna@example.com"))
    assert anna.ask(Statements.ordered, MAIN).items == []
    assert forget_expired(anna.store) is True
    assert forget_expired(anna.store) is False
    with anna.store.read() as tx:
        assert number(tx, "SELECT COUNT(*) FROM statements") == 0
        assert number(tx, "SELECT COUNT(*) FROM statement_parts") == 0


# -------------------------------------------------------------------------------- the work


class Watched:
    """A form that tells of each page, before it is written."""

    def __init__(self, kind: str, path: Path, paper: Paper, page) -> None:
        self._form = StatementJson(path, paper)
        self._page = page
        self.close, self.abandon = self._form.close, self._form.abandon

    def add(self, rows: Sequence[StatementRow], /) -> None:
        self._page(rows)
        self._form.add(rows)


def watched(page) -> Begin:
    return lambda kind, path, paper: Watched(kind, path, paper, page)


class Killed(BaseException):
    """The process is no more."""


def test_cancelled_in_the_middle_it_stops_within_a_page(anna: Window):
    one = order(anna, since=NOW - timedelta(days=300))
    pages: list[int] = []

    def cancel(rows: Sequence[StatementRow]) -> None:
        pages.append(len(rows))
        if len(pages) == 2:
            anna.ask(Statements.cancel, MAIN, one.id)

    assert make_one(anna.store, begin=watched(cancel)) is True
    assert len(pages) == 2
    assert look(anna, one).state == "cancelled"
    with anna.store.read() as tx:
        assert number(tx, "SELECT COUNT(*) FROM statement_parts") == 0
    assert make(anna.store) is False
    assert "Детализация готова" not in told(anna.store)


def test_who_is_killed_in_the_middle_leaves_it_to_another(
    anna: Window, stores: Stores, clock: Clock
):
    one = order(anna)

    def die(_rows: Sequence[StatementRow]) -> None:
        raise Killed

    with pytest.raises(Killed):
        make_one(anna.store, begin=watched(die))
    assert look(anna, one).state == "running"
    other = stores.again(anna.store)
    clock.move(seconds=LEASE.total_seconds() - 0.001)
    assert make(other) is False
    clock.move(seconds=0.001)
    assert make(other) is True
    assert look(anna, one).state == "ready"
    assert told(anna.store).count("Детализация готова") == 1


def test_who_comes_back_after_the_lease_changes_nothing(anna: Window, stores: Stores, clock: Clock):
    one = order(anna)
    other = stores.again(anna.store)

    def stall(_rows: Sequence[StatementRow]) -> None:
        clock.move(seconds=LEASE.total_seconds())
        assert make(other) is True

    assert make_one(anna.store, begin=watched(stall)) is True
    ready = look(anna, one)
    assert ready.state == "ready"
    assert len(document(anna, ready)) == ready.size
    assert told(anna.store).count("Детализация готова") == 1


def test_who_is_told_to_end_lays_it_down_at_once(anna: Window, stores: Stores):
    one = order(anna, since=NOW - timedelta(days=300))
    end = threading.Event()
    assert make_one(anna.store, end.is_set, begin=watched(lambda _rows: end.set())) is True
    assert look(anna, one).state == "queued"
    assert make(stores.again(anna.store)) is True
    assert look(anna, one).state == "ready"


def test_many_share_the_orders_and_make_each_once(anna: Window, stores: Stores):
    for _ in range(service.AT_ONCE):
        order(anna)
    written: list[int] = []

    def work(store: Store) -> None:
        while make_one(store, begin=watched(lambda rows: written.append(len(rows)))):
            pass

    others = [stores.again(anna.store) for _ in range(4)]
    for place, other in enumerate(others):
        other.random = Random(place)  # With a clock that stands, ids come from it alone.
    outcomes = at_once(*(partial(work, other) for other in others))
    assert outcomes == [None] * 4
    found = anna.ask(Statements.ordered, MAIN).items
    assert [one.state for one in found] == ["ready"] * 3
    assert sum(written) == sum(one.rows for one in found)
    assert told(anna.store).count("Детализация готова") == 3


def test_one_that_is_never_finished_is_given_up(anna: Window, clock: Clock):
    one = order(anna)

    def die(_rows: Sequence[StatementRow]) -> None:
        raise Killed

    for _ in range(MOST_TAKES):
        with pytest.raises(Killed):
            make_one(anna.store, begin=watched(die))
        clock.move(seconds=LEASE.total_seconds())
    assert make(anna.store) is True
    over = look(anna, one)
    assert over.state == "failed"
    assert "прерывалась" in over.reason
    assert told(anna.store)[-1] == "Детализация не составлена"


def test_a_full_disk_is_told(anna: Window):
    one = order(anna)

    def full(_rows: Sequence[StatementRow]) -> None:
        raise OSError(28, "No space left on device")

    assert make_one(anna.store, begin=watched(full)) is True
    over = look(anna, one)
    assert (over.state, "не хватило места" in over.reason) == ("failed", True)


def test_a_store_that_cannot_be_written_loses_nothing(anna: Window, clock: Clock):
    one = order(anna)

    def locked(_rows: Sequence[StatementRow]) -> None:
        raise CabinetError

    with pytest.raises(CabinetError):
        make_one(anna.store, begin=watched(locked))
    clock.move(seconds=LEASE.total_seconds())
    assert make(anna.store) is True
    assert look(anna, one).state == "ready"


def test_events_tell_of_it_without_a_flood(anna: Window):
    order(anna, since=NOW - timedelta(days=300))
    with anna.store.read() as tx:
        before = number(tx, "SELECT COUNT(*) FROM events WHERE kind = 'statement'")
    make(anna.store)
    with anna.store.read() as tx:
        after = number(tx, "SELECT COUNT(*) FROM events WHERE kind = 'statement'")
    assert 2 <= after - before <= 8, "at its beginning and its end, twice a second between"


def test_how_far_it_is_can_be_asked(anna: Window, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mts_tui.backend.statements.TOLD_SECONDS", 0.0)
    one = order(anna, since=NOW - timedelta(days=300))
    seen: list[tuple[int, int]] = []

    def ask(_rows: Sequence[StatementRow]) -> None:
        now = look(anna, one)
        assert now.state == "running"
        seen.append((now.done, now.rows))

    make_one(anna.store, begin=watched(ask))
    assert len(seen) > 5
    assert [done for done, _rows in seen] == [PAGE * place for place in range(len(seen))]
    assert {total for _done, total in seen} == {look(anna, one).rows}


async def test_the_operator_inside_makes_it_by_itself(
    demo_file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(office, "AFTER_SECONDS", 0.0)
    backend = Embedded(SqliteStore(demo_file, clock, Random(4)), live=False)
    await backend.open()
    try:
        cabinet = Cabinet(backend)
        await cabinet.access.request_code(CodeOrder(phone=ANNA))
        code = (await cabinet.demo.messages(ANNA)).items[0].text[:6]
        backend.token = (await cabinet.access.sign_in(SignIn(phone=ANNA, code=code))).token
        one = await cabinet.statements.order(
            MAIN, StatementOrder(since=MONTH, until=NOW, kinds=["data"])
        )
        async with asyncio.timeout(60):
            async for event in backend.events():
                if event.kind != "statement":
                    continue
                if (await cabinet.statements.statement(MAIN, one.id)).state == "ready":
                    break
        part = await cabinet.statements.part(MAIN, one.id, 0)
        assert part.content.startswith(b"%PDF")
    finally:
        await backend.close()


async def test_leaving_in_the_middle_leaves_the_work_to_the_next_start(
    demo_file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(office, "AFTER_SECONDS", 0.0)
    monkeypatch.setattr("mts_tui.backend.statements.PAGE", 1)
    store = SqliteStore(demo_file, clock, Random(4))
    backend = Embedded(store, live=False)
    await backend.open()
    cabinet = Cabinet(backend)
    await cabinet.access.request_code(CodeOrder(phone=ANNA))
    code = (await cabinet.demo.messages(ANNA)).items[0].text[:6]
    backend.token = (await cabinet.access.sign_in(SignIn(phone=ANNA, code=code))).token
    order = StatementOrder(since=NOW - timedelta(days=366), until=NOW, kinds=ALL)
    one = await cabinet.statements.order(MAIN, order)
    async with asyncio.timeout(60):
        async for event in backend.events():
            if event.kind == "statement":
                now = await cabinet.statements.statement(MAIN, one.id)
                if now.state == "running" and now.done:
                    break
    begun = time.monotonic()
    await backend.close()
    assert time.monotonic() - begun < 5
    store.open()
    with store.read() as tx:
        (row,) = rows(tx, "SELECT state, lease_until FROM statements")
    store.close()
    assert (row["state"], row["lease_until"]) == ("queued", 0)


# -------------------------------------------------------------------------------- many rows


def lengthen(store: Store, clock: Clock, count: int) -> datetime:
    """Let Anna use her phone every ten minutes from now on; the clock is at its end after it.

    Returns:
        When it began.
    """
    since = clock.now
    sorts = (
        ("call", "out", "Исходящий звонок", "+7985371{:04}", 65),
        ("call", "in", "Входящий звонок", "+7956371{:04}", 650),
        ("sms", "in", "Входящее SMS", "+7985371{:04}", 1),
        ("data", "out", "Интернет", "internet.mts.ru", 48 << 20),
        ("call", "missed", "Пропущенный звонок", "+7985371{:04}", 0),
    )
    entries = []
    for place in range(count):
        kind, direction, title, peer, units = sorts[place % len(sorts)]
        at = to_ms(since + timedelta(minutes=10 * (place + 1)))
        entries.append(
            Entry(at=at, kind=kind, title=title, direction=direction, zone="home", units=units,
                  peer=peer.format(place * place % 300))
        )  # fmt: skip
    for first in range(0, count, 5_000):
        store.change(lambda tx, at=first: post(tx, MAIN, entries[at : at + 5_000]))
    clock.move(minutes=10 * count + 1)
    return since


@pytest.mark.parametrize("count", [200, 5_000])
@pytest.mark.parametrize("kind", ["html", "pdf", "csv", "xlsx", "json"])
def test_every_row_is_written_and_read(anna: Window, clock: Clock, count: int, kind: str):
    since = lengthen(anna.store, clock, count)
    anna.sign_in()
    one = order(anna, since=since + timedelta(milliseconds=1), until=clock.now, format=kind)
    assert make_one(anna.store) is True
    ready = look(anna, one)
    assert (ready.state, ready.rows, ready.done) == ("ready", count, count)
    content = document(anna, ready)
    assert len(content) == ready.size
    totals = anna.ask(Statements.totals, MAIN, one.id)
    assert totals.count == count
    assert {kind.kind: kind.count for kind in totals.kinds} == dict.fromkeys(
        ("call_out", "call_in", "sms_in", "data", "call_missed"), count // 5
    )
    first = anna.ask(Statements.rows, MAIN, one.id, 1).items[0]
    last = anna.ask(Statements.rows, MAIN, one.id, 1, order="newest").items[0]
    assert int(last.operation) - int(first.operation) == count - 1


# -------------------------------------------------------------------------------- letters


@pytest.fixture
def mailing(anna: Window) -> Window:
    anna.dispatcher = Dispatcher(anna.store, mails=True)
    return anna


def test_what_goes_by_mail_is_written_down_with_the_document(mailing: Window):
    one = order(mailing, delivery="email", to="anna@example.com")
    assert (one.to, one.mail) == ("anna@example.com", None)
    make(mailing.store)
    letter = look(mailing, one).mail
    assert letter is not None
    assert (letter.to, letter.state) == ("anna@example.com", "queued")
    again = mailing.ask(Statements.send, MAIN, one.id, MailOrder(to="other@example.com"))
    assert look(mailing, one).mail == again


def test_a_document_too_large_for_a_letter_stays_in_the_cabinet(
    mailing: Window, monkeypatch: pytest.MonkeyPatch
):
    one = order(mailing, delivery="email", to="anna@example.com")
    monkeypatch.setattr("mts_tui.backend.statements.MAIL_BYTES", 100)
    monkeypatch.setattr("mts_tui.backend.services.statements.MAIL_BYTES", 100)
    make(mailing.store)
    ready = look(mailing, one)
    assert (ready.state, ready.mail is not None and ready.mail.state) == ("ready", "failed")
    assert ready.mail is not None
    assert "не больше 100" in ready.mail.reason
    assert "остался в кабинете" in ready.mail.reason
    assert document(mailing, ready)
    with pytest.raises(MailRefused, match="Сохраните детализацию в файл"):
        mailing.ask(Statements.send, MAIN, one.id, MailOrder(to="anna@example.com"))


@pytest.mark.parametrize("how", ["deleted", "expired"])
def test_a_letter_goes_with_its_document(mailing: Window, clock: Clock, how: str):
    one = order(mailing, delivery="email", to="anna@example.com")
    make(mailing.store)
    if how == "deleted":
        mailing.ask(Statements.cancel, MAIN, one.id)
    else:
        clock.move(hours=KEPT_HOURS)
        forget_expired(mailing.store)
    with mailing.store.read() as tx:
        (letter,) = rows(tx, "SELECT * FROM mails")
        assert number(tx, "SELECT COUNT(*) FROM statement_parts") == 0
    assert (letter["state"], letter["next_at"]) == ("failed", None)
    assert ("удалили" in letter["reason"]) is (how == "deleted")
    assert ("три дня" in letter["reason"]) is (how == "expired")


def test_parts_are_kept_as_they_are(anna: Window):
    one = made(anna, since=NOW - timedelta(days=365))
    assert one.size > 3 * 256 * 1024
    content = document(anna, one)
    with anna.store.read() as tx:
        kept = rows(tx, "SELECT content FROM statement_parts ORDER BY number")
    assert b"".join(b64decode(part["content"]) for part in kept) == content
    assert {len(b64decode(part["content"])) for part in kept[:-1]} == {256 * 1024}
