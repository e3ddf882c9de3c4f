"""Money moves whole or not at all, never below the floor, and every kopeck can be found again."""

import random
import threading
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mts_tui import __version__
from mts_tui.backend.contract.errors import CabinetError, NotEnoughMoney
from mts_tui.backend.operator.people import put_catalogue
from mts_tui.backend.store import Store, Transaction
from mts_tui.backend.store.ledger import Entry, post

from .desk import NOW, change

FLOOR = -300_00
_numbers = count(1)


def entry(amount: int, title: str = "Проба") -> Entry:
    return Entry(at=0, kind="correction", title=title, amount=amount, contra="test")


def new_account(tx: Transaction, balance: int = 0, floor: int = 0) -> str:
    """An account of nobody's, with money on it."""
    number = next(_numbers)
    name = f"test-{number}"
    tx.accounts.add_subscriber(id=name, name="Проба Пробная")
    tx.accounts.add(
        id=name,
        subscriber_id=name,
        phone=f"+7985379{number:04}",
        kind="mobile",
        country="RU",
        currency="RUB",
        region="Москва и Московская область",
        zone="Europe/Moscow",
        profile="second",
        tariff_id="super-mts",
        opened_at=tx.now_ms,
        fee_at=None,
        fee_day=1,
        points_at=tx.now_ms,
    )
    tx.accounts.set_trust(id=name, floor=floor, state="active")
    if balance:
        post(tx, name, [entry(balance)])
    return name


@pytest.fixture
def bank(store: Store) -> Store:
    """A store with a catalogue and nobody in it."""
    with store.write() as tx:
        put_catalogue(tx, __version__)
    return store


def balance_of(tx: Transaction, name: str) -> int:
    return tx.accounts.by_id(id=name)["balance"]


def history(tx: Transaction, name: str) -> list[tuple[int, int, int]]:
    """Number, amount and running balance of each operation, the oldest first."""
    rows = tx.ledger.page(account_id=name, before=2**62, count=10**6)
    return [(row["seq"], row["amount"], row["balance"]) for row in reversed(rows)]


def test_operations_are_numbered_and_carry_the_running_balance(bank: Store):
    with bank.write() as tx:
        name = new_account(tx)
        assert post(tx, name, [entry(500), entry(-120), entry(0)]) == 380
        assert post(tx, name, [entry(-380)]) == 0
        assert history(tx, name) == [(1, 500, 500), (2, -120, 380), (3, 0, 380), (4, -380, 0)]
        assert tx.ledger.audit() == []


def test_money_ends_exactly_at_the_floor(bank: Store):
    with bank.write() as tx:
        name = new_account(tx, 100, FLOOR)
        with pytest.raises(NotEnoughMoney):
            post(tx, name, [entry(FLOOR - 101)])
        assert post(tx, name, [entry(FLOOR - 100)]) == FLOOR
        with pytest.raises(NotEnoughMoney):
            post(tx, name, [entry(-1)])
        assert post(tx, name, [entry(0)]) == FLOOR


def test_a_refused_post_leaves_nothing(bank: Store):
    with bank.write() as tx:
        name = new_account(tx, 100)
    with bank.write() as tx:
        before = history(tx, name), tx.common.events_after(account_id=name, seq=0, count=9)
        with pytest.raises(NotEnoughMoney):
            post(tx, name, [entry(50), entry(-151)])
        after = history(tx, name), tx.common.events_after(account_id=name, seq=0, count=9)
        assert list(map(list, before)) == list(map(list, after))
        assert tx.changes == []


def test_a_post_of_nothing_is_a_mistake(bank: Store):
    with bank.write() as tx, pytest.raises(ValueError, match="nothing"):
        post(tx, new_account(tx), [])


def test_the_store_itself_refuses_a_balance_below_the_floor(bank: Store):
    """Should a service forget the ledger, the schema still knows the floor."""
    with bank.write() as tx:
        name = new_account(tx, 100)
    with pytest.raises(CabinetError) as caught, bank.write() as tx:
        change(tx, "UPDATE accounts SET balance = -1 WHERE id = ?", name)
    assert "check constraint" in str(caught.value.__cause__).casefold()
    with bank.read() as tx:
        assert balance_of(tx, name) == 100


@pytest.mark.parametrize(("floor", "start"), [(0, 1_000_00), (FLOOR, 700_00)])
def test_the_floor_holds_while_thirty_two_spend_at_once(bank: Store, floor: int, start: int):
    with bank.write() as tx:
        name = new_account(tx, start, floor)
    spent: list[int] = []
    refused: list[int] = []
    lowest: list[int] = []
    begin = threading.Barrier(32)

    def spend(seed: int) -> None:
        rng = random.Random(seed)
        begin.wait()
        for _ in range(8):
            amount = rng.randrange(1, 15_000)
            try:
                with bank.write() as tx:
                    lowest.append(post(tx, name, [entry(-amount)]))
                spent.append(amount)
            except NotEnoughMoney:
                refused.append(amount)

    threads = [threading.Thread(target=spend, args=(seed,)) for seed in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(spent) + len(refused) == 32 * 8
    assert refused
    assert min(lowest) >= floor
    with bank.read() as tx:
        assert balance_of(tx, name) == start - sum(spent)
        assert min(row[2] for row in history(tx, name)) >= floor
        assert tx.ledger.audit() == []


SPOIL = {
    "balance": "UPDATE accounts SET balance = balance + 1 WHERE id = 'anna-moscow'",
    "amount": "UPDATE operations SET amount = amount - 1 WHERE account_id = 'anna-moscow' AND seq = 7",
    "row without money": "DELETE FROM operations WHERE account_id = 'anna-moscow' AND seq ="
    " (SELECT MIN(seq) FROM operations WHERE account_id = 'anna-moscow' AND amount = 0)",
    "row number": "UPDATE accounts SET operation_seq = operation_seq + 1 WHERE id = 'anna-moscow'",
    "running balance": "UPDATE operations SET balance = balance + 1 WHERE account_id = 'anna-moscow'"
    " AND seq = (SELECT MAX(seq) FROM operations WHERE account_id = 'anna-moscow')",
}


@pytest.mark.parametrize("what", SPOIL)
def test_the_audit_finds_what_was_broken_on_purpose(demo: Store, what: str):
    with demo.write() as tx:
        assert tx.ledger.audit() == []
        assert change(tx, SPOIL[what]) == 1
        assert [row["id"] for row in tx.ledger.audit()] == ["anna-moscow"]


def test_the_audit_finds_a_package_that_was_used_otherwise(demo: Store):
    with demo.write() as tx:
        assert tx.ledger.audit_buckets() == []
        change(
            tx,
            "UPDATE buckets SET used = used - 60 WHERE account_id = 'anna-moscow' AND id = 'call'"
            " AND ends_at > ?",
            tx.now_ms,
        )
        assert [(row["account_id"], row["id"]) for row in tx.ledger.audit_buckets()] == [
            ("anna-moscow", "call")
        ]


def test_an_account_without_history_passes_the_audit(bank: Store):
    with bank.write() as tx:
        new_account(tx)
        assert tx.ledger.audit() == []


amounts = st.integers(-400_00, 400_00)
moves = st.lists(st.lists(amounts, min_size=1, max_size=5), max_size=25)


@given(moves=moves, floor=st.sampled_from([0, FLOOR]))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_balance_is_the_sum_of_what_moved(bank: Store, moves: list[list[int]], floor: int):
    with bank.write() as tx:
        name = new_account(tx, floor=floor)
        done: list[int] = []
        for amounts in moves:
            allowed = sum(amounts) >= 0 or sum(done) + sum(amounts) >= floor
            try:
                balance = post(tx, name, [entry(amount) for amount in amounts])
            except NotEnoughMoney:
                assert not allowed
            else:
                assert allowed
                done += amounts
                assert balance == sum(done)
        assert balance_of(tx, name) == sum(done) >= floor
        told = history(tx, name)
        assert [seq for seq, _, _ in told] == list(range(1, len(done) + 1))
        assert [amount for _, amount, _ in told] == done
        assert [balance for _, _, balance in told] == [
            sum(done[: number + 1]) for number in range(len(done))
        ]
        assert tx.ledger.audit() == []


def test_moments_are_kept_to_the_millisecond(bank: Store):
    from mts_tui.backend.store.transaction import from_ms, to_ms

    moment = NOW + timedelta(milliseconds=123)
    assert from_ms(to_ms(moment)) == moment
    assert to_ms(moment - timedelta(days=30_000)) < 0
