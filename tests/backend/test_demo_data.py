"""The demo's life: repeatable, believable, and the same however it was lived."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from mts_tui import __version__
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.demo import ClockMove, Demo
from mts_tui.backend.contract.errors import InvalidRequest
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.life import live_until
from mts_tui.backend.operator.people import LINES, put_catalogue, settle
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store import SqliteStore, Store, Transaction
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import from_ms, to_ms

from .conftest import SEED, Stores
from .desk import ANNA, NOW, Clock, Window, number, rows
from .operator.test_traffic import belongs_to_nobody

MAIN = "anna-moscow"
MOSCOW = ZoneInfo("Europe/Moscow")
ALL = tuple(line.id for line in LINES)


def dump(tx: Transaction, *accounts: str) -> list[tuple[object, ...]]:
    """All that happened and where it led, for comparison."""
    tables = {
        "operations": "account_id, seq",
        "buckets": "account_id, id, starts_at",
    }
    told: list[tuple[object, ...]] = []
    for table, order in tables.items():
        found = rows(tx, f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608
        told += [tuple(row.values()) for row in found if row["account_id"] in (accounts or ALL)]
    found = rows(
        tx,
        "SELECT id, balance, operation_seq, points, fee_at, fee_day, points_at, suspended, state,"
        " lived_until FROM accounts ORDER BY id",
    )
    return told + [tuple(row.values()) for row in found if row["id"] in (accounts or ALL)]


def settled(store: Store, seed: int) -> list[tuple[object, ...]]:
    with store.write() as tx:
        put_catalogue(tx, __version__)
        settle(tx, seed)
    with store.read() as tx:
        return dump(tx)


def test_the_same_seed_and_moment_make_the_same_demo(
    demo: Store, store: Store, settled_file: Path, engine: str
):
    """In both engines, too."""
    started = time.process_time()  # Of this process: the machine may be busy.
    again = settled(store, SEED)
    assert time.process_time() - started < {"sqlite": 4, "postgres": 10}[engine]
    with demo.read() as tx:
        assert dump(tx) == again
    file = SqliteStore(settled_file, Clock())
    with file.read() as tx:
        assert dump(tx) == again
    file.close()


def test_another_seed_makes_another_demo(demo: Store, store: Store):
    other = settled(store, SEED + 1)
    with demo.read() as tx:
        assert dump(tx) != other


def test_every_account_is_sound(demo: Store):
    with demo.read() as tx:
        assert tx.ledger.audit() == []
        assert tx.ledger.audit_buckets() == []
        for line in LINES:
            row = tx.accounts.by_id(id=line.id)
            assert row["balance"] >= row["floor"] == 0
            assert (row["state"], row["suspended"]) == ("active", 0)
            assert row["lived_until"] == tx.now_ms
    assert demo.sound() == []


@pytest.mark.parametrize("kind", ["call", "sms", "data", "fee", "top_up"])
def test_two_years_hold_every_kind(demo: Store, kind: str):
    with demo.read() as tx:
        found = rows(
            tx,
            "SELECT at FROM operations WHERE account_id = ? AND kind = ? ORDER BY at",
            *(MAIN, kind),
        )
    months = {f"{from_ms(row['at']).astimezone(MOSCOW):%Y-%m}" for row in found}
    expected = {f"{2024 + month // 12}-{month % 12 + 1:02}" for month in range(10, 35)}
    assert months == expected
    assert from_ms(found[0]["at"]) < NOW - timedelta(days=730)
    assert from_ms(found[-1]["at"]) > NOW - timedelta(days=31)


def test_history_is_in_the_order_of_time(demo: Store):
    with demo.read() as tx:
        for line in LINES:
            moments = [
                row["at"]
                for row in rows(
                    tx, "SELECT at FROM operations WHERE account_id = ? ORDER BY seq", line.id
                )
            ]
            assert moments == sorted(moments)
            assert moments[-1] <= tx.now_ms


def test_no_number_of_the_demo_belongs_to_anybody(demo: Store):
    with demo.read() as tx:
        peers = {row["peer"] for row in rows(tx, "SELECT DISTINCT peer FROM operations")}
        texts = [row["text"] for row in rows(tx, "SELECT text FROM messages")]
    assert len(peers) > 50
    assert [peer for peer in peers - {""} if not belongs_to_nobody(peer)] == []
    assert texts == []
    mobiles = [line.phone for line in LINES if line.phone.startswith("+79")]
    assert [phone for phone in mobiles if not belongs_to_nobody(phone)] == []


def test_usage_always_says_where_it_was_and_what_paid(demo: Store):
    with demo.read() as tx:
        nowhere = (
            "SELECT COUNT(*) FROM operations WHERE kind IN ('call', 'sms', 'mms', 'data')"
            " AND (zone = '' OR rule = '' OR peer = '')"
        )
        unbalanced = "SELECT COUNT(*) FROM operations WHERE (amount <> 0) <> (contra <> '')"
        assert number(tx, nowhere) == number(tx, unbalanced) == 0


@pytest.mark.parametrize("line", [line.id for line in LINES])
def test_a_gap_is_lived_as_it_would_have_been_without_one(stores: Stores, clock: Clock, line: str):
    """In one go or in ten steps: the same history."""
    days, rng = 40, Random(line)
    demo, other = stores.settled(), stores.settled()
    moments = sorted(rng.randrange(days * 86_400_000) for _ in range(9))
    clock.move(days=days)
    with demo.write() as tx:
        live_until(tx, line, SEED, clock.now)
        in_one_go = dump(tx, line)
    for moment in [*moments, days * 86_400_000]:
        with other.write() as tx:
            live_until(tx, line, SEED, NOW + timedelta(milliseconds=moment))
    with other.read() as tx:
        assert dump(tx, line) == in_one_go
        assert tx.ledger.audit() == tx.ledger.audit_buckets() == []


def test_a_gap_may_end_at_the_moment_of_a_payment(stores: Stores, clock: Clock):
    """Stopping while a payment is being made must not lose what was used meanwhile."""
    demo, other = stores.settled(), stores.settled()
    clock.move(days=100)
    with demo.write() as tx:
        live_until(tx, MAIN, SEED, clock.now)
        in_one_go = dump(tx, MAIN)
        paid = [
            row["at"]
            for row in rows(
                tx,
                "SELECT at FROM operations WHERE account_id = ? AND kind = 'top_up' AND at > ?",
                *(MAIN, to_ms(NOW)),
            )
        ]
    assert len(paid) > 3
    for moment in paid:
        for seconds in (-1, 0, 1, 5, 9, 10):
            with other.write() as tx:
                until = from_ms(moment) + timedelta(seconds=seconds)
                live_until(tx, MAIN, SEED, until)
                assert tx.accounts.by_id(id=MAIN)["lived_until"] == to_ms(until)
    with other.write() as tx:
        live_until(tx, MAIN, SEED, clock.now)
        assert dump(tx, MAIN) == in_one_go


def test_living_twice_to_the_same_moment_changes_nothing(demo: Store, clock: Clock):
    clock.move(days=3)
    with demo.write() as tx:
        live_until(tx, MAIN, SEED, clock.now)
        before = dump(tx, MAIN)
    with demo.write() as tx:
        live_until(tx, MAIN, SEED, clock.now)
        assert dump(tx, MAIN) == before


def rows_since(store: Store, kind: str, account: str = MAIN) -> list[dict[str, object]]:
    with store.read() as tx:
        return rows(
            tx,
            "SELECT * FROM operations WHERE account_id = ? AND kind = ? AND at > ? ORDER BY seq",
            *(account, kind, to_ms(NOW)),
        )


def test_a_month_later_one_fee_was_taken_and_the_packages_are_new(anna: Window):
    before = anna.ask(Account.overview, MAIN)
    state = anna.ask(Demo.advance, ClockMove(seconds=30 * 86_400))
    assert state.now == NOW + timedelta(days=30)
    assert state.ahead_seconds == 30 * 86_400
    assert anna.ask(Demo.clock) == state
    anna.sign_in()
    after = anna.ask(Account.overview, MAIN)
    assert after.as_of == NOW + timedelta(days=30)
    fees = rows_since(anna.store, "fee")
    assert [(row["amount"], row["title"]) for row in fees] == [
        (-500_00, "Ежемесячная плата Smart Nonstop")
    ]
    assert before.next_fee is not None
    assert from_ms(fees[0]["at"]) == before.next_fee.at
    assert after.next_fee is not None
    assert (after.next_fee.at - before.next_fee.at) == timedelta(days=31)
    assert {bucket.starts_at for bucket in after.buckets} == {before.next_fee.at}
    assert [bucket.granted for bucket in after.buckets] == [
        bucket.granted for bucket in before.buckets
    ]
    with anna.store.read() as tx:
        assert tx.ledger.audit() == tx.ledger.audit_buckets() == []
        assert number(tx, "SELECT COUNT(*) FROM codes") == 1


def test_the_clock_moves_for_everybody_at_once(window: Window):
    window.ask(Demo.advance, ClockMove(seconds=3600))
    with window.store.read() as tx:
        moved = {row["lived_until"] for row in rows(tx, "SELECT * FROM accounts")}
        assert moved == {to_ms(NOW + timedelta(hours=1))} == {tx.now_ms}


@pytest.mark.parametrize("seconds", [0, -1, 400 * 86_400 + 1])
def test_the_clock_moves_forward_and_not_too_far(window: Window, seconds: int):
    with pytest.raises(InvalidRequest):
        window.ask(Demo.advance, ClockMove(seconds=seconds))
    assert window.ask(Demo.clock).now == NOW


def test_notices_are_gone_after_three_days(anna: Window):
    def notices() -> int:
        with anna.store.read() as tx:
            return number(tx, "SELECT COUNT(*) FROM notifications")

    assert notices() == 1
    anna.ask(Demo.advance, ClockMove(seconds=3 * 86_400 - 1))
    assert notices() == 1
    anna.ask(Demo.advance, ClockMove(seconds=1))
    assert notices() == 0


def drain(store: Store, clock: Clock, until: datetime, account: str = MAIN) -> None:
    """Live to a moment, and leave no money on the account."""
    clock.now = until
    with store.write() as tx:
        live_until(tx, account, SEED, until)
        book = Book(tx, account)
        gone = Entry(
            at=to_ms(until), kind="correction", title="", amount=-book.balance, contra="test"
        )
        book.move(gone)
        book.write()


EVE = datetime(2026, 11, 30, 21, 0, tzinfo=MOSCOW)
"""After the hour of payments, before the night of the fee."""


def test_without_money_the_packages_wait_until_it_is_paid_in(demo: Store, clock: Clock):
    drain(demo, clock, EVE)
    window = Window(demo)
    clock.now = datetime(2026, 12, 1, 12, 0, tzinfo=MOSCOW).astimezone(UTC)
    with demo.write() as tx:
        live_until(tx, MAIN, SEED, clock.now)
    window.sign_in()
    waiting = window.ask(Account.overview, MAIN)
    assert waiting.suspended is True
    assert waiting.number.state == "no_money"
    assert waiting.buckets == []
    assert waiting.next_fee is not None
    assert waiting.next_fee.at == datetime(2026, 12, 2, 0, 3, 9, tzinfo=UTC)
    assert rows_since(demo, "fee") == []
    with demo.read() as tx:
        notices = rows(tx, "SELECT title, text FROM notifications WHERE kind = 'fee'")
        assert [row["title"] for row in notices] == ["Пакеты тарифа приостановлены"]
    clock.now = datetime(2026, 12, 1, 18, 40, tzinfo=MOSCOW).astimezone(UTC)
    with demo.write() as tx:
        live_until(tx, MAIN, SEED, clock.now)
    window.sign_in()
    paid = window.ask(Account.overview, MAIN)
    assert paid.suspended is False
    assert paid.number.state == "active"
    assert [bucket.used for bucket in paid.buckets] == [0, 0, 0]
    fee = rows_since(demo, "fee")
    assert [row["amount"] for row in fee] == [-500_00]
    assert from_ms(fee[0]["at"]) == clock.now
    assert {bucket.starts_at for bucket in paid.buckets} == {clock.now}


@pytest.mark.parametrize(
    ("account", "eve"),
    [
        (MAIN, EVE),
        ("misha-moscow", EVE),
        ("anna-belarus", EVE),
        ("anna-belarus", EVE - timedelta(days=5)),  # A daily fee; the packages go on for days.
    ],
)
def test_no_package_covers_anything_while_the_fee_is_not_paid(
    demo: Store, clock: Clock, account: str, eve: datetime
):
    drain(demo, clock, eve, account)
    with demo.write() as tx:
        live_until(tx, account, SEED, eve + timedelta(hours=20))
        assert tx.accounts.by_id(id=account)["suspended"] == 1
        assert tx.ledger.audit_buckets() == []
        night = (eve + timedelta(days=1)).replace(hour=3, minute=40)
        found = rows(
            tx,
            "SELECT rule, bucket FROM operations WHERE account_id = ? AND at > ?",
            *(account, to_ms(night)),
        )
        assert found
        assert [row["rule"] for row in found if row["bucket"] or "package" in row["rule"]] == []


@pytest.mark.parametrize("account", [MAIN, "anna-belarus"])
def test_living_without_money_in_steps_or_in_one_go(stores: Stores, clock: Clock, account: str):
    demo, other = stores.settled(), stores.settled()
    drain(demo, clock, EVE, account)
    drain(other, clock, EVE, account)
    end = EVE + timedelta(days=2)
    with demo.write() as tx:
        live_until(tx, account, SEED, end)
        in_one_go = dump(tx, account)
    for hour in range(1, 49):
        with other.write() as tx:
            live_until(tx, account, SEED, EVE + timedelta(hours=hour))
    with other.read() as tx:
        assert dump(tx, account) == in_one_go
    other.close()


def test_points_come_on_the_twentieth_for_the_month_before(anna: Window):
    before = anna.ask(Account.overview, MAIN).points
    anna.ask(Demo.advance, ClockMove(seconds=27 * 86_400))
    anna.sign_in()
    assert anna.ask(Account.overview, MAIN).points == before
    with anna.store.read() as tx:
        spent = tx.ledger.spent_between(
            account_id=MAIN,
            since=to_ms(datetime(2026, 11, 1, tzinfo=MOSCOW)),
            until=to_ms(datetime(2026, 12, 1, tzinfo=MOSCOW)),
        )
    anna.ask(Demo.advance, ClockMove(seconds=86_400))
    anna.sign_in()
    after = anna.ask(Account.overview, MAIN).points
    assert after.amount - before.amount == spent // 500 > 50
    assert after.worth.amount_minor == after.amount * 30


async def test_the_operator_inside_catches_up_and_tells_of_it(demo_file: Path, clock: Clock):
    """With its own thread: a day passed while nobody looked."""
    clock.move(days=1)
    backend = Embedded(SqliteStore(demo_file, clock), live=False)
    heard = backend.events()
    first = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    await backend.open()
    event = await asyncio.wait_for(first, 20)
    assert event.kind == "account"
    await heard.aclose()
    await backend.close()
    store = SqliteStore(demo_file, clock)
    store.open()
    with store.read() as tx:
        assert tx.accounts.by_id(id=event.account)["lived_until"] == tx.now_ms
    store.close()


async def test_a_new_folder_is_settled_at_the_first_start(tmp_path: Path):
    backend = Embedded.at(tmp_path / "new", seed=5, live=False)
    await backend.open()
    sims = await Cabinet(backend).demo.sims()
    assert sims.items[0].phone == ANNA
    assert [sim.linked for sim in sims.items] == [*[True] * 5, False]
    await backend.close()


async def test_an_event_of_another_process_is_heard(
    embedded: Embedded, demo_file: Path, clock: Clock
):
    embedded._life._hear_others()
    other = SqliteStore(demo_file, clock)
    other.open()
    heard = embedded.events()
    first = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    with other.write() as tx:
        tx.emit(MAIN, "notice")
    other.close()
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, embedded._life._hear_others)
    event = await asyncio.wait_for(first, 20)
    assert (event.account, event.kind) == (MAIN, "notice")
    await loop.run_in_executor(None, embedded._life._hear_others)
    second = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    assert not second.done()
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    await heard.aclose()
