"""«Счет»: the numbers agree with the history, pages are whole, packages are foretold."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.archive import Archive, Operation
from mts_tui.backend.contract.errors import CabinetError, InvalidRequest, NotFound, NotSignedIn
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.trust import Trust
from mts_tui.backend.services.account import forecast
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms

from .desk import MISHA, NOW, Clock, Window, change, rows

MAIN = "anna-moscow"
MOSCOW = ZoneInfo("Europe/Moscow")
STARTS = datetime(2026, 11, 1, tzinfo=UTC)
ENDS = datetime(2026, 12, 1, tzinfo=UTC)


def whole_history(window: Window, account: str, limit: int = 200) -> list[Operation]:
    found: list[Operation] = []
    cursor = None
    while True:
        page: Page[Operation] = window.ask(Archive.operations, account, limit=limit, cursor=cursor)
        found += page.items
        assert len(page.items) == limit or page.next_cursor is None
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def test_the_overview_agrees_with_the_history(anna: Window):
    seen = anna.ask(Account.overview, MAIN)
    history = whole_history(anna, MAIN)
    assert seen.number.balance == history[0].balance
    assert seen.available == seen.number.balance
    assert seen.trust_limit is None
    assert seen.as_of == NOW
    month = [one for one in history if f"{one.at.astimezone(MOSCOW):%Y-%m}" == "2026-11"]
    spent: dict[str, int] = {}
    for one in month:
        if one.amount.amount_minor < 0:
            spent[one.kind] = spent.get(one.kind, 0) - one.amount.amount_minor
    assert {part.kind: part.spent.amount_minor for part in seen.month} == spent
    assert "fee" in spent
    amounts = [part.spent.amount_minor for part in seen.month]
    assert amounts == sorted(amounts, reverse=True)


def test_the_month_begins_at_the_accounts_own_midnight(anna: Window):
    """21:00 UTC is midnight in Moscow: what was spent a second before is October's."""
    midnight = datetime(2026, 11, 1, tzinfo=MOSCOW)
    before = anna.ask(Account.overview, MAIN).month
    with anna.store.write() as tx:
        for at, amount in ((midnight - timedelta(seconds=1), 1), (midnight, 2)):
            entry = Entry(at=to_ms(at), kind="option", title="", amount=-amount, contra="test")
            post(tx, MAIN, [entry])
    after = [part for part in anna.ask(Account.overview, MAIN).month if part not in before]
    assert [(part.kind, part.spent.amount_minor) for part in after] == [("option", 2)]


def test_the_overview_names_what_is_in_the_packages(anna: Window):
    seen = anna.ask(Account.overview, MAIN)
    assert [(one.kind, one.unit, one.granted) for one in seen.buckets] == [
        ("call", "second", 400 * 60),
        ("data", "byte", 10 * 1024**3),
        ("sms", "piece", 400),
    ]
    used = {one.id: one.used for one in seen.buckets}
    with anna.store.read() as tx:
        found = rows(
            tx,
            "SELECT bucket, SUM(bucket_units) AS units FROM operations"
            " WHERE account_id = ? AND at >= ? AND bucket IS NOT NULL GROUP BY bucket",
            *(MAIN, to_ms(seen.buckets[0].starts_at)),
        )
        assert {row["bucket"]: row["units"] for row in found} == used
    assert seen.next_fee is not None
    assert seen.next_fee.amount == Money(amount_minor=500_00, currency="RUB")
    assert seen.next_fee.at == seen.buckets[0].ends_at
    assert seen.suspended is False


def test_points_show_their_value(anna: Window):
    points = anna.ask(Account.overview, MAIN).points
    assert points is not None
    assert points.worth == Money(amount_minor=points.amount * 30, currency="RUB")
    assert anna.ask(Account.overview, "anna-belarus").points is None
    assert anna.ask(Account.overview, "anna-city").points is None


def test_trust_adds_to_what_is_available(anna: Window):
    before = anna.ask(Account.overview, MAIN)
    anna.ask(Trust.switch_on, MAIN)
    after = anna.ask(Account.overview, MAIN)
    assert after.trust_limit == Money(amount_minor=300_00, currency="RUB")
    assert after.available.amount_minor == before.available.amount_minor + 300_00
    assert after.number.balance == before.number.balance


def test_other_countries_have_their_own_money(anna: Window):
    seen = anna.ask(Account.overview, "anna-belarus")
    assert seen.number.balance.currency == "BYN"
    assert {part.spent.currency for part in seen.month} == {"BYN"}
    unlimited = [one for one in seen.buckets if one.unlimited]
    assert [(one.kind, one.outlook) for one in unlimited] == [("data", "lasts")]
    assert unlimited[0].used > 0


def test_a_tariff_without_a_fee_names_none(anna: Window):
    assert anna.ask(Account.overview, "anna-petersburg").next_fee is None


@pytest.mark.parametrize(
    ("granted", "used", "days", "unlimited", "expected"),
    [
        (400, 0, 10, False, ("unused", None)),
        (0, 0, 10, True, ("unused", None)),
        (0, 5, 10, True, ("lasts", None)),
        (300, 100, 10, False, ("lasts", None)),  # Exactly to the end.
        (300, 101, 10, False, ("runs_out", None)),
        (300, 150, 10, False, ("runs_out", STARTS + timedelta(days=20))),
        (300, 200, 10, False, ("runs_out", STARTS + timedelta(days=15))),
        (300, 300, 10, False, ("runs_out", STARTS + timedelta(days=10))),
        (300, 1, 29.99, False, ("lasts", None)),
        (300, 299, 0.499, False, ("lasts", None)),  # Half a day says nothing.
        (300, 150, 0.5, False, ("runs_out", STARTS + timedelta(days=1))),
        (300, 300, 0.1, False, ("runs_out", STARTS + timedelta(days=0.1))),
    ],
)
def test_a_package_is_foretold(
    granted: int,
    used: int,
    days: float,
    expected: tuple[str, datetime | None],
    *,
    unlimited: bool,
):
    now = STARTS + timedelta(days=days)
    outlook, at = forecast(granted, used, STARTS, ENDS, now, unlimited=unlimited)
    assert outlook == expected[0]
    if expected[1] is not None:
        assert at == expected[1]
    else:
        assert (at is None) == (outlook != "runs_out")


@given(
    granted=st.integers(1, 10**12),
    share=st.floats(0, 1),
    elapsed=st.floats(0, 30),
)
def test_a_foretold_end_is_between_now_and_the_end(granted: int, share: float, elapsed: float):
    now = STARTS + timedelta(days=elapsed)
    used = int(granted * share)
    outlook, at = forecast(granted, used, STARTS, ENDS, now, unlimited=False)
    assert (at is not None) == (outlook == "runs_out")
    if at is not None:
        assert now <= at <= ENDS


def test_a_package_that_runs_out_says_when(anna: Window):
    with anna.store.write() as tx:
        change(
            tx,
            "UPDATE buckets SET used = granted - 60 WHERE account_id = ? AND id = 'call'"
            " AND ends_at > ?",
            *(MAIN, to_ms(NOW)),
        )
    call = anna.ask(Account.overview, MAIN).buckets[0]
    assert call.outlook == "runs_out"
    assert call.runs_out_at is not None
    assert NOW < call.runs_out_at < NOW + timedelta(hours=2)


@pytest.mark.parametrize("limit", [37, 200])
def test_pages_make_the_whole_history_without_overlap(anna: Window, limit: int):
    account = "anna-petersburg"
    found = whole_history(anna, account, limit)
    with anna.store.read() as tx:
        count = tx.accounts.by_id(id=account)["operation_seq"]
    assert [one.id for one in found] == [str(number) for number in range(count, 0, -1)]
    assert found == sorted(found, key=lambda one: (one.at, int(one.id)), reverse=True)
    total = sum(one.amount.amount_minor for one in found)
    assert total == found[0].balance.amount_minor


def test_a_page_stays_where_it_was_when_something_happens(anna: Window):
    first = anna.ask(Archive.operations, MAIN, limit=5)
    with anna.store.write() as tx:
        post(tx, MAIN, [Entry(at=tx.now_ms, kind="top_up", title="", amount=1, contra="test")])
    second = anna.ask(Archive.operations, MAIN, limit=5, cursor=first.next_cursor)
    ids = [int(one.id) for one in (*first.items, *second.items)]
    assert ids == list(range(ids[0], ids[0] - 10, -1))
    assert int(anna.ask(Archive.operations, MAIN, limit=1).items[0].id) == ids[0] + 1


def test_a_page_has_fifty_unless_told_otherwise(anna: Window):
    assert len(anna.ask(Archive.operations, MAIN).items) == 50


def test_the_last_page_has_no_next(anna: Window):
    page = anna.ask(Archive.operations, MAIN, limit=5, cursor="6")
    assert [one.id for one in page.items] == ["5", "4", "3", "2", "1"]
    assert page.next_cursor is None
    assert anna.ask(Archive.operations, MAIN, limit=5, cursor="1").items == []


def refused(kind: type[CabinetError], window: Window, *args: object, **kwargs: object) -> None:
    with pytest.raises(CabinetError) as caught:
        window.ask(*args, **kwargs)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "cursor", ["", "x", "-1", "1.5", "²", "١٢", " 5", "0x10", "9" * 200, "1" * 201, "\ud800", "1;"]
)
def test_a_wrong_cursor_is_refused(anna: Window, cursor: str):
    refused(InvalidRequest, anna, Archive.operations, MAIN, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 201, 10**30, "5", None])
def test_a_wrong_limit_is_refused(anna: Window, limit: object):
    refused(InvalidRequest, anna, Archive.operations, MAIN, limit=limit)


@pytest.mark.parametrize("account", ["anna-moscow", "anna-new", "nobody", "' OR 1=1 --"])
@pytest.mark.parametrize(
    "operation", [Account.overview, Archive.operations, Trust.switch_on, Trust.switch_off]
)
def test_an_account_of_somebody_else_is_not_found(window: Window, operation: object, account: str):
    window.sign_in(MISHA)
    refused(NotFound, window, operation, account)


@pytest.mark.parametrize("account", ["", "x" * 65])
def test_an_id_that_is_none_is_refused(anna: Window, account: str):
    refused(InvalidRequest, anna, Account.overview, account)


def test_without_a_session_there_is_no_account(window: Window):
    refused(NotSignedIn, window, Account.overview, MAIN)
    refused(NotSignedIn, window, Account.overview, "nobody")


def test_the_child_is_in_the_parents_cabinet_but_not_the_other_way(window: Window, clock: Clock):
    window.sign_in()
    assert window.ask(Account.overview, "misha-moscow").number.role == "child"
    clock.move(minutes=1)
    window.sign_in(MISHA)
    assert window.ask(Account.overview, "misha-moscow").number.role == "own"
    refused(NotFound, window, Account.overview, MAIN)
