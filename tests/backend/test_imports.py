"""Import of a real detalization: rows once, in the order of time, to the kopeck; and who may not."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from mts_tui.backend import background
from mts_tui.backend.contract import endpoints
from mts_tui.backend.contract.access import Access, CodeOrder, NewPassword, SignIn
from mts_tui.backend.contract.account import Account, BudgetOrder
from mts_tui.backend.contract.archive import Archive, Operation
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.demo import Demo
from mts_tui.backend.contract.errors import (
    ImportRefused,
    NoOperator,
    NotFound,
    NotSignedIn,
    NumbersRefused,
    TariffRefused,
    WrongCode,
)
from mts_tui.backend.contract.imports import ImportBatch, ImportedRecord, Imports
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.notifications import Notifications
from mts_tui.backend.contract.numbers import LinkOrder, NumberChange, Numbers
from mts_tui.backend.contract.statements import StatementKind, StatementOrder, Statements
from mts_tui.backend.contract.tariffs import Tariffs
from mts_tui.backend.contract.transfers import TransferOrder, Transfers
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.operator.life import everybody_lives
from mts_tui.backend.services import imported_history
from mts_tui.backend.statements import make_one
from mts_tui.backend.store import Store
from mts_tui.formatting import NBSP
from tests.imports import samples
from tests.imports.samples import EVERY_CODE, OTHER, OWN, Printed, many, rubles

from .desk import ANNA, MISHA, Clock, Window, number, rows
from .imported import bring_in, csv_of, finish, order_of, rows_of, send

MAIN = "anna-moscow"
PLAIN = EVERY_CODE[1]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The history is written in parts of a few rows: what is between them is tried too."""
    monkeypatch.setattr(imported_history, "AT_ONCE", 7)


def history(window: Window, account: str, **asked: Any) -> list[Operation]:
    """The whole history, the oldest first."""
    found, cursor = [], None
    while True:
        page = window.ask(Archive.operations, account, 200, cursor, order="oldest", **asked)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def sound(store: Store) -> None:
    """The ledger's own audits find nothing."""
    with store.read() as tx:
        assert list(tx.ledger.audit()) == []
        assert list(tx.ledger.audit_labels()) == []
        assert list(tx.ledger.audit_buckets()) == []


def told(operations: list[Operation]) -> list[tuple[Any, ...]]:
    return [
        (one.at, one.kind, one.direction, one.peer, one.units, one.amount) for one in operations
    ]


def kopecks(cost: int) -> int:
    """1/10,000 of a rouble as kopecks, a half rounds up."""
    return (cost + 50) // 100


# ------------------------------------------------------------------ a file comes in


def test_a_file_becomes_a_number_with_its_history(anna: Window, demo: Store):
    content = csv_of(EVERY_CODE)
    made = bring_in(anna, content, batch=5)
    assert (made.phone, made.complete, made.added, made.known, made.unread) == (
        OWN, True, len(EVERY_CODE), 0, 0,
    )  # fmt: skip
    found = history(anna, made.account)
    assert [one.kind for one in found] == [row.kind for row in EVERY_CODE]
    assert [one.direction for one in found] == [row.direction for row in EVERY_CODE]
    assert [one.units for one in found] == [row.meant for row in EVERY_CODE]
    assert (made.since, made.until) == (found[0].at, found[-1].at)
    assert found[0].at == datetime(2016, 3, 14, 6, 12, 44, tzinfo=UTC)
    spent = -sum(one.amount.amount_minor for one in found)
    assert spent == kopecks(samples.rubles(EVERY_CODE))
    totals = anna.ask(Archive.totals, made.account)
    assert totals.count == len(EVERY_CODE)
    assert totals.spent.amount_minor - totals.received.amount_minor == spent
    sound(demo)


def test_the_number_is_in_the_cabinet_and_has_no_balance(anna: Window):
    made = bring_in(anna, csv_of(EVERY_CODE))
    mine = {one.phone: one for one in anna.ask(Numbers.linked).items}[OWN]
    assert mine.imported
    assert mine.balance.amount_minor == 0
    assert mine.region == "Москва и Московская область"
    assert mine.tariff == "Тариф не указан"
    assert not any(one.imported for one in anna.ask(Numbers.linked).items if one.phone != OWN)
    overview = anna.ask(Account.overview, made.account)
    assert overview.available.amount_minor == 0
    assert (overview.trust_limit, overview.points, overview.next_fee) == (None, None, None)
    assert anna.ask(Account.charges, made.account).items == []
    assert all(one.balance is None for one in history(anna, made.account))
    assert anna.ask(Archive.operation, made.account, "1").operation.balance is None


def test_fractions_are_carried_and_printed_kopecks_stay(anna: Window):
    costs = ["1.0050", "0.0049", "0.0001", "0.3333", "0.3333", "0.3334", "12.0000", "-0.0050"]
    rows = [PLAIN._replace(time=f"10:00:{place:02}", cost=cost) for place, cost in enumerate(costs)]
    made = bring_in(anna, csv_of(rows))
    amounts = [-one.amount.amount_minor for one in history(anna, made.account)]
    running, before = 0, 0
    for cost, amount in zip(costs, amounts, strict=True):
        running += round(float(cost) * 10_000)
        assert amount == kopecks(running) - before
        before = kopecks(running)
    assert amounts[6] == 1200
    assert sum(amounts) == kopecks(sum(round(float(cost) * 10_000) for cost in costs))


def test_the_same_file_again_adds_nothing(anna: Window, demo: Store):
    content = csv_of(EVERY_CODE)
    first = bring_in(anna, content)
    before = told(history(anna, first.account))
    again = anna.ask(Imports.begin, order_of(content))
    assert again == anna.ask(Imports.imported, first.account).items[0]
    assert again.complete
    send(anna, content, again)
    assert told(history(anna, first.account)) == before
    # The same rows in another kind of file.
    as_page = bring_in(anna, samples.page(EVERY_CODE).encode())
    assert (as_page.added, as_page.known) == (0, len(EVERY_CODE))
    assert told(history(anna, first.account)) == before
    sound(demo)


def test_twins_of_one_file_stay_two(anna: Window):
    twins = csv_of([PLAIN, PLAIN, EVERY_CODE[0], PLAIN])
    made = bring_in(anna, twins, batch=1)
    assert made.added == 4
    one_more = bring_in(anna, csv_of([PLAIN, PLAIN, PLAIN, PLAIN]))
    assert (one_more.added, one_more.known) == (1, 3)
    assert len(history(anna, made.account)) == 5


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_files_that_overlap_make_the_same_history_in_any_order(
    anna: Window, demo: Store, order: tuple[int, ...]
):
    life = list(many(60))
    parts = [life[:30], life[20:50], life[40:]]
    made = [bring_in(anna, csv_of(parts[place]), batch=9) for place in order]
    assert sum(one.added for one in made) == 60
    assert sum(one.known for one in made) == 20
    account = made[0].account
    found = told(history(anna, account))
    whole = bring_in(anna, csv_of(life))
    assert (whole.added, whole.known) == (0, 60)
    assert told(history(anna, account)) == found
    assert [one[0] for one in found] == sorted(one[0] for one in found)
    assert -sum(one[5].amount_minor for one in found) == kopecks(samples.rubles(life))
    sound(demo)


def test_an_import_left_half_way_begins_anew(anna: Window, demo: Store):
    content = csv_of(EVERY_CODE)
    half = anna.ask(Imports.begin, order_of(content))
    records, _unread = rows_of(content)
    anna.ask(Imports.add, half.account, half.id, ImportBatch(records=records[:9]))
    assert history(anna, half.account) == []
    anew = anna.ask(Imports.begin, order_of(content))
    assert anew.id != half.id
    with pytest.raises(NotFound):
        anna.ask(Imports.add, half.account, half.id, ImportBatch(records=records[9:]))
    done = finish(anna, send(anna, content, anew))
    assert (done.added, done.known) == (len(records), 0)
    assert len(history(anna, done.account)) == len(records)
    sound(demo)


def test_rows_of_an_unfinished_file_are_not_in_the_history(anna: Window, demo: Store):
    life = list(many(40))
    begun = anna.ask(Imports.begin, order_of(csv_of(life[:20])))
    send(anna, csv_of(life[:20]), begun)
    other = bring_in(anna, csv_of(life[15:]))
    assert (other.added, other.known) == (20, 5)
    assert len(history(anna, other.account)) == 25
    finish(anna, begun)
    assert len(history(anna, other.account)) == 40
    sound(demo)


def test_an_answer_that_was_lost_is_asked_for_again(anna: Window):
    content = csv_of(EVERY_CODE)
    begun = anna.ask(Imports.begin, order_of(content), key="begin")
    assert anna.ask(Imports.begin, order_of(content), key="begin") == begun
    records, _unread = rows_of(content)
    batch = ImportBatch(records=records)
    first = anna.ask(Imports.add, begun.account, begun.id, batch, key="rows")
    assert anna.ask(Imports.add, begun.account, begun.id, batch, key="rows") == first
    assert finish(anna, begun).added == len(records)


def test_rows_that_could_not_be_read_are_kept(anna: Window):
    content = samples.DAMAGED.encode()
    made = bring_in(anna, content)
    assert (made.added, made.unread) == (2, samples.UNREADABLE)
    kept = anna.ask(Imports.unread, made.account, made.id).items
    assert len(kept) == samples.UNREADABLE
    assert kept[0].line == 4
    assert kept[0].reason == "Такой даты нет в календаре."
    with pytest.raises(NotFound):
        anna.ask(Imports.unread, made.account, "nothing")


def test_what_cannot_be_is_refused(anna: Window):
    begun = anna.ask(Imports.begin, order_of(b"x"))
    good = rows_of(csv_of([PLAIN]))[0][0]
    at = good.at
    for wrong in (
        ImportedRecord(at, "call", "out", "", "", "", "", 1, 2**53),
        ImportedRecord(at, "data", "none", "", "", "", "", 2**53, 0),
        ImportedRecord(datetime(1969, 12, 31, tzinfo=UTC), "call", "out", "", "", "", "", 1, 0),
    ):
        with pytest.raises(ImportRefused, match="не может быть"):
            anna.ask(Imports.add, begun.account, begun.id, ImportBatch(records=[good, wrong]))
    assert anna.ask(Imports.imported, begun.account).items[0].added == 0


# ------------------------------------------------------------------ files go


def test_a_removed_file_takes_its_own_rows_alone(anna: Window, demo: Store):
    life = list(many(60))
    early, late = bring_in(anna, csv_of(life[:40])), bring_in(anna, csv_of(life[20:]))
    anna.ask(Imports.remove, early.account, early.id)
    left = history(anna, late.account)
    assert len(left) == 40
    assert -sum(one.amount.amount_minor for one in left) == kopecks(samples.rubles(life[20:]))
    assert [one.id for one in anna.ask(Imports.imported, late.account).items] == [late.id]
    sound(demo)
    back = bring_in(anna, csv_of(life[:40]))
    assert (back.added, back.known) == (20, 20)
    assert len(history(anna, late.account)) == 60
    sound(demo)


def test_the_number_goes_with_its_last_file_and_leaves_nothing(anna: Window, demo: Store):
    made = bring_in(anna, csv_of(EVERY_CODE))
    other = bring_in(anna, samples.DAMAGED.replace("79853709911", "79853709922").encode(), OTHER)
    anna.ask(Account.set_budget, made.account, BudgetOrder(limit=Money(100_00, "RUB")))
    for file in anna.ask(Imports.imported, made.account).items:
        anna.ask(Imports.remove, made.account, file.id)
    assert OWN not in {one.phone for one in anna.ask(Numbers.linked).items}
    with pytest.raises(NotFound):
        anna.ask(Archive.operations, made.account)
    with demo.read() as tx:
        if hasattr(demo, "path"):
            tables = [
                row["name"]
                for row in rows(tx, "SELECT name FROM sqlite_master WHERE type = 'table'")
                if any(
                    column["name"] == "account_id"
                    for column in rows(tx, f"PRAGMA table_info({row['name']})")
                )
            ]
            assert len(tables) > 20
            for table in tables:
                statement = f"SELECT COUNT(*) FROM {table} WHERE account_id = ?"  # noqa: S608
                assert number(tx, statement, made.account) == 0, table
        assert number(tx, "SELECT COUNT(*) FROM accounts WHERE id = ?", made.account) == 0
    assert len(history(anna, other.account)) == 2
    again = bring_in(anna, csv_of(EVERY_CODE))
    assert again.added == len(EVERY_CODE)
    sound(demo)


def test_a_number_is_not_unlinked_but_its_files_are_removed(anna: Window):
    made = bring_in(anna, csv_of(EVERY_CODE))
    with pytest.raises(NumbersRefused, match="вместе с его файлами"):
        anna.ask(Numbers.unlink, made.account)
    renamed = anna.ask(Numbers.rename, made.account, NumberChange(name="Мой настоящий"))
    assert renamed.name == "Мой настоящий"


# ------------------------------------------------------------------ who may not


def test_a_number_that_the_operator_serves_is_refused(anna: Window):
    for phone in (ANNA, MISHA):
        with pytest.raises(ImportRefused, match="обслуживает здешний оператор"):
            anna.ask(Imports.begin, order_of(b"x", phone))
    with pytest.raises(ImportRefused, match="России, Беларуси или Украины"):
        anna.ask(Imports.begin, order_of(b"x", "+4915112345678"))
    with pytest.raises(ImportRefused, match="Такого тарифа"):
        anna.ask(Imports.begin, order_of(b"x", OWN, "by-bezlimitishche-2"))


def test_each_cabinet_has_its_own(anna: Window, demo: Store):
    made = bring_in(anna, csv_of(EVERY_CODE))
    misha = Window(demo)
    misha.sign_in(MISHA)
    with pytest.raises(NotFound):
        misha.ask(Imports.imported, made.account)
    with pytest.raises(NotFound):
        misha.ask(Imports.remove, made.account, made.id)
    own = bring_in(misha, csv_of(EVERY_CODE[:3]))
    assert own.account != made.account
    assert len(history(misha, own.account)) == 3
    assert len(history(anna, made.account)) == len(EVERY_CODE)


def test_imports_are_of_imported_numbers_alone(anna: Window):
    for ask in (Imports.end, Imports.remove):
        with pytest.raises(NotFound):
            anna.ask(ask, MAIN, "nothing")
    assert anna.ask(Imports.imported, MAIN).items == []


def test_nobody_signs_in_with_it(anna: Window, demo: Store):
    bring_in(anna, csv_of(EVERY_CODE))
    stranger = Window(demo)
    stranger.ask(Access.request_code, CodeOrder(phone=OWN))
    with pytest.raises(WrongCode):
        stranger.ask(Access.sign_in, SignIn(phone=OWN, code="123456"))
    with pytest.raises(WrongCode):
        anna.ask(Numbers.link, LinkOrder(phone=OWN, code="123456"))
    assert OWN not in {one.phone for one in anna.ask(Demo.sims).items}
    for operation, arguments in ((Imports.begin_own, (order_of(b"x"),)), (Imports.enter_own, ())):
        with pytest.raises(ImportRefused, match="сначала войдите"):
            stranger.ask(operation, *arguments)


def test_commands_that_need_an_operator_are_refused(anna: Window):
    account = bring_in(anna, csv_of(EVERY_CODE)).account
    order = TransferOrder(to=ANNA, amount=Money(100_00, "RUB"))
    for operation, arguments in (
        (Blocking.block, ()),
        (Transfers.transfer, (order,)),
        (Tariffs.cancel, ("nothing",)),
    ):
        with pytest.raises(NoOperator, match="нет оператора"):
            anna.ask(operation, account, *arguments)


def test_a_statement_tells_the_top_numbers(anna: Window, demo: Store):
    made = bring_in(anna, csv_of(EVERY_CODE))
    order = StatementOrder(
        since=datetime(2016, 3, 1, tzinfo=UTC), until=datetime(2016, 4, 1, tzinfo=UTC),
        kinds=[*get_args(StatementKind)],
    )  # fmt: skip
    ordered = anna.ask(Statements.order, made.account, order)
    while make_one(demo):
        pass
    ready = anna.ask(Statements.statement, made.account, ordered.id)
    assert (ready.state, ready.rows) == ("ready", len(EVERY_CODE))
    totals = anna.ask(Statements.totals, made.account, ordered.id)
    assert [one.peer for one in totals.peers][:2] == ["+79565550101", "+79565550303"]
    assert totals.cost.amount_minor == round(rubles(EVERY_CODE) / 100)
    assert anna.ask(Statements.part, made.account, ordered.id, 0).content
    assert not anna.ask(Notifications.kept, made.account).items, "nobody is there to be told"
    # Another file's rows come before these: the statement told of other operations.
    bring_in(anna, csv_of(list(many(20, begin="01.02.2016"))))
    assert anna.ask(Statements.ordered, made.account).items == []
    anna.ask(Statements.order, made.account, order)
    for file in anna.ask(Imports.imported, made.account).items:
        anna.ask(Imports.remove, made.account, file.id)
    sound(demo)


def test_only_these_commands_work_on_it():
    known = {
        one.id for one in endpoints() if one.changes and "{account}" in one.path
        and not one.needs_operator and one.area != "imports"
    }  # fmt: skip
    assert known == {
        "account.set_budget", "account.drop_budget", "numbers.rename", "numbers.unlink",
        "numbers.move", "statements.order", "statements.cancel", "statements.send",
    }  # fmt: skip


# ------------------------------------------------------------------ life goes by


def test_time_does_not_touch_it(anna: Window, demo: Store, clock: Clock):
    made = bring_in(anna, csv_of(EVERY_CODE))
    before = told(history(anna, made.account))
    clock.move(days=40)
    with demo.write() as tx:
        everybody_lives(tx, tx.now)
    job = background.due_job(demo)
    while job():
        pass
    with demo.write() as tx:
        assert tx.ledger.take_behind(before=2**61) != made.account
        assert tx.accounts.oldest_life() > 0
    anna.sign_in()
    assert told(history(anna, made.account)) == before
    sound(demo)


def test_search_finds_what_a_rebuilt_history_has(anna: Window):
    life = list(many(50))
    late = bring_in(anna, csv_of(life[25:]))
    peer = "+" + life[-1].number.removeprefix("<--") if life[-1].kind != "data" else "internet"
    assert history(anna, late.account, text=peer)
    bring_in(anna, csv_of([*life[:25], *EVERY_CODE]))
    assert len(history(anna, late.account, text="переадресованный")) == 5
    assert len(history(anna, late.account, text="вам звонили")) == 1
    found = history(anna, late.account, text=peer)
    assert found
    assert all(peer in one.peer for one in found)
    for file in anna.ask(Imports.imported, late.account).items[:1]:
        anna.ask(Imports.remove, late.account, file.id)
    assert history(anna, late.account, text="переадресованный") == []


def test_a_budget_counts_its_month(anna: Window, clock: Clock):
    day = clock.now.strftime("%d.%m.%Y")
    today = [PLAIN._replace(date=day, time=f"10:0{place}:00", cost="10.0000") for place in range(3)]
    made = bring_in(anna, csv_of(today))
    budget = anna.ask(Account.set_budget, made.account, BudgetOrder(limit=Money(25_00, "RUB")))
    assert budget.spent.amount_minor == 30_00
    assert anna.ask(Account.overview, made.account).month[0].spent.amount_minor == 30_00


def test_a_budget_counts_the_month_that_is_shown(anna: Window):
    days = ("10.02.2016", "14.03.2016", "15.03.2016")
    made = bring_in(anna, csv_of([PLAIN._replace(date=day, cost="10.0000") for day in days]))
    anna.ask(Account.set_budget, made.account, BudgetOrder(limit=Money(25_00, "RUB")))
    overview = anna.ask(Account.overview, made.account)
    assert overview.budget is not None
    assert overview.budget.spent.amount_minor == 20_00
    assert overview.month[0].spent.amount_minor == 20_00


# ------------------------------------------------------------------ prices


def detail(window: Window, account: str, place: int) -> tuple[str, dict[str, str]]:
    """The explanation of an operation and its steps, with plain spaces."""
    found = history(window, account)[place]
    shown = window.ask(Archive.operation, account, found.id)
    steps = {step.title: step.value.replace(NBSP, " ") for step in shown.steps}
    return shown.explanation.replace(NBSP, " "), steps


def test_without_a_tariff_the_price_is_only_told(anna: Window):
    made = bring_in(anna, csv_of(EVERY_CODE))
    sentence, steps = detail(anna, made.account, 0)
    assert "Тариф того времени не указан" in sentence
    assert steps["Услуга в документе"] == "Телеф."
    assert steps["Зона направления"] == "Билайн; Свердловская область"
    assert steps["Цена в документе"] == "12,00 ₽"
    fee = next(place for place, row in enumerate(EVERY_CODE) if row.kind == "fee")
    sentence, steps = detail(anna, made.account, fee)
    assert steps["Цена в документе"] == "33,3333 ₽"
    assert "плата, которую взял оператор" in sentence


def call(clock: str, number: str, units: str, cost: str, day: str = "14.03.2016") -> Printed:
    return EVERY_CODE[0]._replace(date=day, time=clock, number=number, units=units, cost=cost)


def test_with_its_tariff_a_price_that_agrees_is_explained(anna: Window):
    # «Посекундный»: 5 kopecks for a second to one's own network at home (facts 2.1).
    rows = [
        call("10:00:00", "79856550101", "1:40", "5.0000"),
        call("10:10:00", "79856550101", "1:40", "4.2373"),  # Without VAT of 18 %.
        call("10:20:00", "79856550101", "1:40", "3.0000"),
    ]
    made = bring_in(anna, csv_of(rows), tariff="posekundnyi")
    assert {one.phone: one.tariff for one in anna.ask(Numbers.linked).items}[OWN] == "Посекундный"
    exact, taxed, other = (detail(anna, made.account, place)[0] for place in range(3))
    assert "Цена сходится с тарифом Посекундный." in exact
    assert "без НДС" not in exact
    assert "100 секунд по 0,05 ₽ за секунду" in exact
    assert "без НДС 18 %" in taxed
    assert "это стоило бы 5,00 ₽, а в документе 3,00 ₽" in other
    assert "Цена в документе другая" in other


def test_packages_of_the_month_are_counted(anna: Window):
    days = [
        call("10:00:00", "79565550101", "90:00", "0.0000", f"{day:02}.03.2016")
        for day in range(1, 11)
    ]
    made = bring_in(anna, csv_of(days), tariff="smart-nonstop")
    told_of = [detail(anna, made.account, place)[0] for place in range(len(days))]
    assert "Цена сходится" in told_of[0]
    assert "из пакета" in told_of[0]
    assert "Цена в документе другая" in told_of[-1]  # 400 minutes are used up by then.


def test_a_tariff_may_be_told_later(anna: Window):
    content = csv_of(EVERY_CODE)
    made = bring_in(anna, content)
    again = anna.ask(Imports.begin, order_of(content, tariff="posekundnyi"))
    assert again.id == made.id
    assert "Посекундный" in detail(anna, made.account, 0)[0]


def test_fitting_works_on_its_own_months(anna: Window):
    month = [
        call("10:00:00", "79565550101", "2:00", "5.0000", f"{day:02}.{month:02}.2016")
        for month in (3, 4)
        for day in range(2, 30, 3)
    ]
    made = bring_in(anna, csv_of(month))
    fit = anna.ask(Tariffs.fit, made.account, "smart-nonstop", 3)
    assert len(fit.months) == 2
    assert fit.records == len(month)
    assert fit.actual.amount_minor == 5_00 * len(month)
    other = bring_in(anna, csv_of([EVERY_CODE[0]], OTHER), OTHER)
    with pytest.raises(TariffRefused, match="Импортируйте детализацию за весь месяц"):
        anna.ask(Tariffs.fit, other.account, "smart-nonstop", 3)
    # More files, more months: what was counted before is not remembered.
    earlier = [row._replace(date=row.date.replace("2016", "2015")) for row in month]
    bring_in(anna, csv_of(earlier))
    assert len(anna.ask(Tariffs.fit, made.account, "smart-nonstop", 12).months) == 12


# ------------------------------------------------------------------ a cabinet of one's own files


@pytest.fixture
def at_home(demo: Store) -> Window:
    """A window of the program on the person's own machine."""
    window = Window(demo)
    window.dispatcher = Dispatcher(demo, personal=True)
    return window


def test_a_person_without_an_operator_opens_files(at_home: Window, demo: Store):
    with pytest.raises(ImportRefused, match="ещё нет"):
        at_home.ask(Imports.enter_own)
    content = csv_of(EVERY_CODE)
    at_home.token = at_home.ask(Imports.begin_own, order_of(content)).token
    begun = at_home.ask(Imports.begin, order_of(content))
    made = finish(at_home, send(at_home, content, begun))
    mine = at_home.ask(Numbers.linked).items
    assert [(one.phone, one.imported, one.login) for one in mine] == [(OWN, True, True)]
    assert len(history(at_home, made.account)) == len(EVERY_CODE)
    with pytest.raises(NoOperator):
        at_home.ask(Access.set_password, NewPassword(password="синий трамвай у моря"))
    later = Window(demo)
    later.dispatcher = at_home.dispatcher
    signed = later.ask(Imports.enter_own)
    assert signed.session.phone == OWN
    later.token = signed.token
    assert len(history(later, made.account)) == len(EVERY_CODE)


def test_its_session_goes_on_with_another_number(at_home: Window, demo: Store):
    first, second = csv_of(EVERY_CODE), csv_of(EVERY_CODE, OTHER)
    at_home.token = at_home.ask(Imports.begin_own, order_of(first)).token
    mine = bring_in(at_home, first)
    others = bring_in(at_home, second, OTHER)
    at_home.ask(Imports.remove, mine.account, mine.id)
    assert [one.phone for one in at_home.ask(Numbers.linked).items] == [OTHER]
    at_home.ask(Imports.remove, others.account, others.id)
    with pytest.raises(NotSignedIn):
        at_home.ask(Numbers.linked)
    with pytest.raises(ImportRefused, match="ещё нет"):
        at_home.ask(Imports.enter_own)
    sound(demo)


def test_events_tell_of_it(anna: Window, demo: Store):
    heard: list[tuple[str, str]] = []
    demo.on_commit.append(lambda events: heard.extend((one.account, one.kind) for one in events))
    made = bring_in(anna, csv_of(EVERY_CODE))
    assert {(made.account, "account"), (MAIN, "numbers")} <= set(heard)
    heard.clear()
    anna.ask(Imports.remove, made.account, made.id)
    assert heard == [(MAIN, "numbers")]
