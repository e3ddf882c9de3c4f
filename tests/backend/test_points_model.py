"""Points against a small model: lots of points, each with its end, the oldest spent first."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mts_tui import __version__
from mts_tui.backend.contract.errors import BonusRefused
from mts_tui.backend.operator.people import put_catalogue
from mts_tui.backend.services import points
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store import SqliteStore
from mts_tui.backend.store.points import PointsEntry, Taken, give_back

from .desk import Clock
from .test_ledger import new_account

HOUR = 3_600_000
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.integers(1, 400), st.integers(1, 60)),
        st.tuples(st.just("go"), st.integers(1, 600), st.just(0)),
        st.tuples(st.just("back"), st.just(0), st.just(0)),
        st.tuples(st.just("wait"), st.just(0), st.integers(1, 30)),
    ),
    max_size=25,
)


class Model:
    """What an account should have: `(end, number, points)`, sorted."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.count = 0

    @property
    def total(self) -> int:
        return sum(lot[2] for lot in self.lots)

    def come(self, count: int, end: int) -> None:
        self.count += 1
        self.lots.append([end, self.count, count])
        self.lots.sort()

    def go(self, count: int) -> None:
        for lot in self.lots:
            part = min(count, lot[2])
            lot[2] -= part
            count -= part
        assert not count

    def burn(self, now: int) -> None:
        for lot in self.lots:
            if lot[0] <= now:
                lot[2] = 0

    def left(self) -> list[tuple[int, int]]:
        return [(end, count) for end, _number, count in self.lots if count]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqliteStore, Clock]]:
    clock = Clock()
    store = SqliteStore(tmp_path_factory.mktemp("points") / "operator.db", clock, Random(1))
    store.open()
    with store.write() as tx:
        put_catalogue(tx, __version__)
    yield store, clock
    store.close()


@given(steps=STEPS)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_points_are_what_the_model_says(
    ledger: tuple[SqliteStore, Clock], steps: list[tuple[str, int, int]]
):
    store, clock = ledger
    model, spent = Model(), list[Taken]()
    with store.write() as tx:
        account = new_account(tx, 0)
        tx.ledger.settle(
            id=account, lived_until=tx.now_ms, fee_at=None, fee_day=1, points_at=2**60,
            suspended=0, state="active", autopay_below=None, budget_told=0, due_at=2**60,
        )  # fmt: skip
    for what, count, hours in steps:
        if what == "wait":
            clock.move(hours=hours)
        with store.write() as tx:
            book = Book(tx, account)
            book.pass_time(tx.now_ms)
            model.burn(tx.now_ms)
            if what == "come":
                end = tx.now_ms + hours * HOUR
                points.come(book, tx.now_ms, "earned", "Проба", count, "test", end)
                model.come(count, end)
            elif what == "go" and count > model.total:
                with pytest.raises(BonusRefused):
                    points.go(book, tx.now_ms, "reward", "Проба", count, "test")
            elif what == "go":
                spent = points.go(book, tx.now_ms, "reward", "Проба", count, "test")
                assert sum(one.points for one in spent) == count
                model.go(count)
            elif what == "back" and spent and min(one.expires_at for one in spent) > tx.now_ms:
                total = sum(one.points for one in spent)
                entry = PointsEntry(
                    at=tx.now_ms, kind="returned", title="Назад", points=total, contra="test"
                )
                give_back(tx, account, entry, spent)
                points.plan(book, tx.now_ms)
                for one in spent:
                    model.come(one.points, one.expires_at)
                spent = []
            book.write()
        with store.read() as tx:
            assert tx.bonus.audit() == []
            left: dict[int, int] = {}
            for lot in tx.bonus.unspent(account_id=account):
                left[lot["expires_at"]] = left.get(lot["expires_at"], 0) + lot["unspent"]
            wanted: dict[int, int] = {}
            for end, rest in model.left():
                wanted[end] = wanted.get(end, 0) + rest
            assert left == wanted
            assert tx.accounts.by_id(id=account)["points"] == model.total
            due = {row["id"]: row["at"] for row in tx.ledger.dues(account_id=account)}
            assert due.get(points.BURN) == min(wanted, default=None)
