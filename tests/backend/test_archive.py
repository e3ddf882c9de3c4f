"""«Архив операций»: what a selection finds is what a person would find by hand, and sums up to it."""

import gc
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mts_tui import __version__
from mts_tui.backend.contract.archive import Archive, Operation, OperationDetail, Totals
from mts_tui.backend.contract.errors import InvalidRequest, NotFound
from mts_tui.backend.operator.catalogue import load
from mts_tui.backend.operator.people import put_catalogue
from mts_tui.backend.operator.rating import Usage, rate
from mts_tui.backend.services import archive, explanation
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.caller import Caller
from mts_tui.backend.store import Store, Transaction, migrations
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import from_ms, to_ms

from .conftest import Stores
from .desk import ANNA, NOW, Clock, Window, change, number, rows
from .test_ledger import new_account

ANNA_MOSCOW = "anna-moscow"
BEGINNING = NOW - timedelta(days=400)
TITLES = {
    "call": ("Исходящий звонок", "Входящий звонок"),
    "sms": ("Исходящее SMS",),
    "data": ("Интернет",),
    "top_up": ("Регистрация платежа: СБП_Мой МТС", "Зачёт ПЛАТЕЖА"),
    "fee": ("Ежемесячная плата Smart Zabugorishche 5 ГБ", "Плата за день Ёлка"),
    "purchase": ("Оплата: [/b] =cmd|'/c calc'!A0", "Оплата: 50% скидка_"),
}
PEERS = ("+79853701234", "+79567654321", "+375330000001", "internet.mts.ru", "0890", "", "Ёж и Ко")
UNITS = {"call": 65, "sms": 1, "data": 3 << 20}


def an_entry(place: int) -> Entry:
    """One of many operations, of every kind, other side and sum."""
    kind = tuple(TITLES)[place * 7 % len(TITLES)]
    return Entry(
        at=to_ms(BEGINNING + timedelta(hours=place * place % 3 + 17 * place // 3)),
        kind=kind,
        title=TITLES[kind][place // 6 % len(TITLES[kind])],
        peer=PEERS[place * place % len(PEERS)],
        amount=5_00 if kind == "top_up" else -(place % 4) * 1_11 if place % 3 else 0,
        units=UNITS.get(kind, 0),
        contra="test",
    )


class Desk:
    """An account with a history, and its owner's questions."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.write() as tx:
            put_catalogue(tx, __version__)
            self.account = new_account(tx, floor=-300_000_00)
            tx.accounts.link(
                subscriber_id=self.account, account_id=self.account, name="", role="own"
            )
            entries = [an_entry(place) for place in range(330)]
            for begin in range(0, len(entries), 70):
                post(tx, self.account, entries[begin : begin + 70])
        self.caller = Caller(self.account, self.account, "", "", "", 0)
        self.everything = self.page(limit=10**6)

    def page(self, limit: int = 200, **asked: object) -> list[Operation]:
        return self.ask(archive.operations, limit=limit, **{"cursor": None, **asked}).items

    def ask(self, service: object, **asked: object) -> object:
        defaults = {"since": None, "until": None, "kinds": "", "text": "", "least": 0}
        if service is archive.operations:
            defaults |= {"limit": 50, "cursor": None, "order": "newest"}
        with self.store.read() as tx:
            return service(tx, self.caller, self.account, **{**defaults, **asked})

    def whole(self, limit: int, cursor: str | None = None, **asked: object) -> list[Operation]:
        """All pages of a selection."""
        found: list[Operation] = []
        for _ in range(10_000):
            page = self.ask(archive.operations, limit=limit, cursor=cursor, **asked)
            assert len(page.items) <= limit
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found
        raise AssertionError("the pages do not end")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def plain(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return unicodedata.normalize("NFC", composed)


def fits(one: Operation, text: str) -> bool:
    """Whether a person who looks for a text would take an operation."""
    told = f"{plain(one.title)} {plain(one.peer)}"
    digits = re.sub(r"[^0-9]", "", one.peer)
    pieces = plain(text).split()
    place = 0
    while place < len(pieces):
        end = place
        while end < len(pieces) and re.fullmatch(r"[0-9()+–-]+", pieces[end]):
            end += 1
        if end == place:
            if pieces[place] not in told:
                return False
            place += 1
            continue
        typed = [piece for piece in pieces[place:end] if re.search("[0-9]", piece)]
        wanted = re.sub(r"[^0-9]", "", "".join(typed))
        seven = wanted[:1] == "8" and digits.startswith("7" + wanted[1:])
        if not (wanted in digits or seven or all(piece in told for piece in typed)):
            return False
        place = end
    return True


def by_hand(everything: list[Operation], **asked: object) -> list[Operation]:
    """The selection, operation by operation."""
    kinds = str(asked.get("kinds") or "")
    return [
        one
        for one in everything
        if (not asked.get("since") or one.at >= asked["since"])
        and (not asked.get("until") or one.at < asked["until"])
        and (not kinds or one.kind in kinds.split(","))
        and abs(one.amount.amount_minor) >= asked.get("least", 0)
        and fits(one, str(asked.get("text", "")))
    ]


MOMENTS = st.none() | st.integers(-30, 430).map(lambda days: BEGINNING + timedelta(days=days))
TEXTS = st.one_of(
    st.sampled_from(
        (
            "", "звонок", "ЗВОН", "елка", "Ёж", "985 370", "8 (985) 370", "8985370", "+7 985",
            "370-12-34", "исход 12", "интер мтс", "5 гб", "50%", "_", "%", "[/b]", "сбп мои",
            "сбп мой", "0890", "платеж", "-", "8", "ко еж", "|", "=cmd", "нет такого", "  звонок ",
        )
    ),
    st.text(max_size=3),
    st.text("0123456789 ()+-8", max_size=8),
)  # fmt: skip
KINDS = st.lists(st.sampled_from(tuple(TITLES)), max_size=3).map(",".join)
ASKED = st.fixed_dictionaries(
    {
        "since": MOMENTS,
        "until": MOMENTS,
        "kinds": KINDS,
        "text": TEXTS,
        "least": st.sampled_from((0, 0, 1, 1_11, 3_00, 5_00, 6_00)),
    }
)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    asked=ASKED,
    limit=st.integers(1, 40),
    stretch=st.sampled_from((3, 40, 20_000)),
    few=st.sampled_from((0, 500)),
)
@example({"since": None, "until": None, "kinds": "", "text": "", "least": 0}, 7, 3, 0)
def test_pages_and_totals_are_what_one_finds_by_hand(
    desk: Desk, asked: dict[str, object], limit: int, stretch: int, few: int
):
    """In any strategy: through the labels' index, or stretch by stretch; from either end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "STRETCH", stretch)
        patch.setattr(archive, "FEW_LABELS", few)
        found = desk.whole(limit, **asked)
        assert found == by_hand(desk.everything, **asked)
        assert desk.whole(limit, order="oldest", **asked) == found[::-1]
        totals = desk.ask(archive.totals, **asked)
    check_totals(totals, found)


def check_totals(totals: Totals, found: list[Operation]) -> None:
    amounts = [one.amount.amount_minor for one in found]
    assert totals.count == len(found)
    assert totals.spent.amount_minor == -sum(amount for amount in amounts if amount < 0)
    assert totals.received.amount_minor == sum(amount for amount in amounts if amount > 0)
    assert {part.kind for part in totals.kinds} == {one.kind for one in found}
    for part in totals.kinds:
        own = [one for one in found if one.kind == part.kind]
        assert part.count == len(own)
        assert part.units == sum(one.units for one in own)
        sums = [one.amount.amount_minor for one in own]
        assert part.spent.amount_minor == -sum(amount for amount in sums if amount < 0)
        assert part.received.amount_minor == sum(amount for amount in sums if amount > 0)


@pytest.mark.parametrize("asked", [{}, {"text": "звонок"}, {"kinds": "call,sms"}])
def test_pages_stay_put_when_something_happens(desk: Desk, asked: dict[str, str]):
    first = desk.ask(archive.operations, limit=20, **asked)
    with desk.store.write() as tx:
        later = to_ms(NOW)
        calls = [
            Entry(at=later, kind="call", title="Исходящий звонок", peer="+79850000001", units=3)
        ]
        post(tx, desk.account, calls * 5)
    second = desk.ask(archive.operations, limit=20, cursor=first.next_cursor, **asked)
    known = by_hand(desk.everything, **asked)
    assert first.items + second.items == known[:40]
    newest = desk.ask(archive.operations, limit=5, **asked).items
    assert [one.peer for one in newest] == ["+79850000001"] * 5
    # A new label is found at once, by a process that already knew the others.
    assert len(desk.whole(50, text="985 000 00 01")) == 5
    above = desk.whole(50, order="oldest", cursor=first.items[0].id, **asked)
    assert above == newest[::-1]


def test_a_list_goes_on_from_any_operation(desk: Desk):
    middle = desk.everything[100]
    assert desk.page(5, cursor=middle.id) == desk.everything[101:106]
    assert desk.page(5, cursor=middle.id, order="oldest") == desk.everything[95:100][::-1]


def test_two_stores_in_a_process_do_not_share_labels(stores: Stores):
    """Numbers of labels mean another thing in every store."""
    one, other = Desk(stores.empty()), Desk(stores.empty())
    with other.store.write() as tx:
        entry = Entry(at=to_ms(NOW), kind="sms", title="Другое", peer="+79851112233")
        post(tx, other.account, [entry])
    assert one.page(text="другое") == []
    assert len(other.page(text="другое")) == 1


def test_labels_that_were_written_anew_are_read_anew(desk: Desk):
    """A file put in the place of another, or a database brought back from a copy."""
    assert desk.page(text="ёлка")
    with desk.store.write() as tx:
        change(
            tx,
            "UPDATE labels SET title = 'Берёза' WHERE account_id = ? AND id = (SELECT label_seq"
            " FROM accounts WHERE id = ?)",
            desk.account,
            desk.account,
        )
    assert desk.page(text="берёза")


def test_only_the_own_history_is_told(desk: Desk):
    with desk.store.write() as tx:
        stranger = new_account(tx, 100_00)
    with desk.store.read() as tx, pytest.raises(NotFound):
        archive.totals(tx, desk.caller, stranger, None, None, "", "", 0)
    with desk.store.read() as tx, pytest.raises(NotFound):
        archive.operation(tx, desk.caller, stranger, "1")


@pytest.mark.parametrize("cursor", ["", "-1", "x", "١", "9" * 30, "1.5", " 1", "0x1", "\0"])
def test_an_absurd_place_is_refused(desk: Desk, cursor: str):
    with pytest.raises(InvalidRequest, match="место в списке"):
        desk.page(cursor=cursor)


@pytest.mark.parametrize("cursor", ["0", str(2**62)])
def test_a_place_beyond_the_ends_is_an_end(desk: Desk, cursor: str):
    for order in ("newest", "oldest"):
        beyond = (cursor == "0") == (order == "newest")
        assert bool(desk.page(cursor=cursor, order=order)) != beyond


def test_bad_questions_get_an_answer(anna: Window):
    def refused(**asked: object) -> None:
        with pytest.raises(InvalidRequest):
            anna.ask(Archive.operations, ANNA_MOSCOW, **asked)
        if not {"order", "limit"} & set(asked):
            with pytest.raises(InvalidRequest):
                anna.ask(Archive.totals, ANNA_MOSCOW, **asked)

    refused(least=-1)
    refused(least=2**53 + 1)
    refused(kinds="call;drop")
    refused(kinds="walk")
    refused(kinds=",")
    refused(text="я" * 101)
    refused(order="random")
    refused(limit=0)
    assert anna.ask(Archive.operations, ANNA_MOSCOW, since=NOW, until=BEGINNING).items == []
    assert anna.ask(Archive.totals, ANNA_MOSCOW, since=NOW, until=BEGINNING).count == 0
    for moment in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        anna.ask(Archive.totals, ANNA_MOSCOW, since=moment, until=moment)
    for operation in ("0", "-1", "x", "9" * 30, "١", str(2**62)):
        with pytest.raises(NotFound):
            anna.ask(Archive.operation, ANNA_MOSCOW, operation)


# ------------------------------------------------------------------ labels in the store


def test_labels_agree_with_the_operations(desk: Desk, demo: Store):
    for store in (desk.store, demo):
        with store.read() as tx:
            assert tx.ledger.audit_labels() == []
            assert number(tx, "SELECT COUNT(*) FROM labels") > 10


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE labels SET count = count + 1 WHERE id = 3",
        "UPDATE labels SET spent = spent + 1 WHERE id = 3",
        "UPDATE labels SET received = received - 1 WHERE id = 3",
        "UPDATE labels SET units = 0 WHERE units > 0",
        "UPDATE labels SET most = 1 WHERE most > 1",
        "UPDATE operations SET label = 10000 WHERE seq = 5",
        "UPDATE operations SET label = 1 WHERE label = 2",
        "DELETE FROM labels WHERE id = 2",
    ],
)
def test_the_audit_finds_labels_that_lie(desk: Desk, harm: str):
    with desk.store.write() as tx:
        assert change(tx, harm)
    with desk.store.read() as tx:
        assert tx.ledger.audit_labels()


def test_labels_come_to_a_filled_store_and_go_again(stores: Stores):
    """Version 1 knew no labels: they are made of the operations that are there."""
    desk = Desk(stores.empty())
    store = desk.store
    with store.read() as tx:
        before = _labels(tx)
    store.migrate(1)
    with store.read() as tx, pytest.raises(Exception, match="labels"):
        tx.archive.count_of(account_id="x", labels="{}")
    store.migrate(2)
    with store.read() as tx:
        assert tx.ledger.audit_labels() == []
        assert tx.ledger.audit() == []
        assert _labels(tx) == before
    with store.write() as tx:
        entry = Entry(at=to_ms(NOW), kind="sms", title="Новое", peer="", units=1)
        post(tx, desk.account, [entry])
    with store.read() as tx:
        assert tx.ledger.audit_labels() == []
    store.migrate(migrations.LATEST)
    assert [one.title for one in desk.page(text="новое")] == ["Новое"]


def _labels(tx: Transaction) -> list[tuple[object, ...]]:
    found = rows(tx, "SELECT * FROM labels ORDER BY account_id, kind, title, peer")
    return [tuple(value for name, value in row.items() if name != "id") for row in found]


# ------------------------------------------------------------------ «Разобрать списание»


def test_every_rule_of_rating_is_explained():
    """Whatever rule the rating can answer has its own name and sentence."""
    seen = set()
    tariffs = [tariff for country in ("RU", "BY", "UA") for tariff in load().tariffs_of(country)]
    for tariff, kind, direction, zone, route, left in product(
        tariffs,
        ("call", "sms", "mms", "data"),
        ("out", "in", "missed"),
        ("home", "country", "roaming:TR"),
        ("own", "other", "short", "world"),
        (0, 1, 10**12),
    ):
        packages = {package.id: left for package in tariff.packages}
        for units in (1, 61):
            usage = Usage(kind, direction, "+79567654321", zone, route, units)
            seen.add(rate(usage, tariff, packages).rule)
    hows = {rule.split(".")[2] for rule in seen}
    assert hows == set(explanation.HOW)
    assert {rule.split(".")[1] for rule in seen} == set(explanation.WHERE)
    for rule in seen:
        assert all(explanation._rule({"rule": rule})), rule


def test_every_rule_in_the_demo_has_a_sentence_and_its_arithmetic(demo: Store):
    with demo.read() as tx:
        everything = rows(tx, "SELECT * FROM operations")
    assert len(everything) > 10_000
    known = set()
    for row in everything:
        sentence = explanation.sentence(row, "RUB")
        steps = {step.title: step.value for step in explanation.steps(row, "RUB")}
        assert sentence.endswith(".")
        assert steps["Баланс после"]
        assert row["rule"] == "" or "Правило" in steps, row["rule"]
        if row["amount"]:
            assert "Куда" in steps or "Откуда" in steps, row["contra"]
        if row["bucket_units"] and "В пакете было" in steps:
            assert "В пакете осталось" in steps
        known.add(row["rule"])
    assert {"fee.month", "fee.day", "call.home.package", "call.home.rate",
            "data.home.package"} <= known  # fmt: skip


def detail(window: Window, where: str, account: str = ANNA_MOSCOW) -> OperationDetail:
    with window.store.read() as tx:
        statement = f"SELECT MAX(seq) FROM operations WHERE account_id = ? AND {where}"  # noqa: S608
        seq = number(tx, statement, account)
    return window.ask(Archive.operation, account, str(seq))


def told(one: OperationDetail) -> dict[str, str]:
    return {step.title: step.value.replace("\xa0", " ") for step in one.steps}


def test_a_call_beyond_the_package_is_taken_apart(anna: Window, clock: Clock):
    clock.move(seconds=1)
    with anna.store.write() as tx:
        book = Book(tx, ANNA_MOSCOW)
        book.move(
            Entry(at=tx.now_ms, kind="top_up", title="Проба", amount=500_00, contra="bank:sbp")
        )
        left = book.packages.left["call"]
        book.use(Usage("call", "out", "+79567654321", "home", "other", left + 61), tx.now_ms)
        book.write()
    one = detail(anna, "rule = 'call.home.mixed'")
    steps = told(one)
    minutes = left // 60
    assert steps["Где"] == "домашний регион"
    assert steps["В пакете было"].startswith(f"{minutes} минут")
    assert steps["Взято из пакета"] == steps["В пакете было"]
    assert steps["В пакете осталось"] == "0 минут"
    assert steps["Округлено до"].startswith(f"{minutes + 2} минут")
    assert steps["Деньгами"].startswith("2 минуты по ")
    assert steps["Деньгами"].endswith(" за минуту")
    assert "Пакета хватило только на часть" in one.explanation
    assert one.operation.bucket == "call"
    assert not one.receipt


def test_a_compensation_and_its_payment_know_each_other(anna: Window):
    back = detail(anna, "kind = 'compensation'")
    assert [one.kind for one in back.related] == ["top_up"]
    paid = anna.ask(Archive.operation, ANNA_MOSCOW, back.related[0].id)
    assert back.operation in paid.related
    assert paid.receipt
    assert told(paid)["Откуда"] == "Система быстрых платежей"


def test_a_fee_shows_the_one_before_and_a_days_fee_its_day(anna: Window, demo: Store):
    month = detail(anna, "rule = 'fee.month'")
    before = [one for one in month.related if one.kind == "fee"]
    assert [one.title for one in before] == [month.operation.title]
    assert before[0].at < month.operation.at
    assert "пакеты тарифа обновлены" in month.explanation
    with demo.read() as tx:
        account = rows(
            tx,
            "SELECT o.account_id FROM operations AS o JOIN linked_numbers AS l"
            " ON l.account_id = o.account_id AND l.subscriber_id = 'anna'"
            " WHERE o.rule = 'fee.day' LIMIT 1",
        )[0]["account_id"]
        seqs = rows(
            tx,
            "SELECT seq FROM operations WHERE account_id = ? AND rule = 'fee.day'"
            " ORDER BY seq DESC LIMIT 40",
            account,
        )
    used = 0
    for row in seqs:
        day = anna.ask(Archive.operation, account, str(row["seq"]))
        usage = [one for one in day.related if one.kind in explanation.USAGE]
        assert all(timedelta(0) <= one.at - day.operation.at < timedelta(days=1) for one in usage)
        used += len(usage)
    assert used


def test_seconds_and_minutes_of_a_rate_are_told_apart():
    row = {
        "kind": "call", "rule": "call.home.rate", "direction": "out", "zone": "home", "units": 90,
        "rated_units": 90, "rate": 3, "amount": -270, "bucket": None, "bucket_units": 0,
        "bucket_before": 0, "contra": "revenue:usage", "balance": 5,
    }  # fmt: skip
    assert "90 секунд по 0,03 ₽ за секунду" in explanation.sentence(row, "RUB").replace("\xa0", " ")
    row |= {"rated_units": 120, "rate": 300, "amount": -600}
    assert "2 минуты по 3,00 ₽ за минуту" in explanation.sentence(row, "RUB").replace("\xa0", " ")


def test_abroad_the_country_is_named_and_an_unknown_rule_still_told(anna: Window):
    row = {
        "kind": "call", "rule": "call.roaming.rate", "direction": "in", "zone": "roaming:RS",
        "units": 60, "rated_units": 60, "rate": 6500, "amount": -6500, "bucket": None,
        "bucket_units": 0, "bucket_before": 0, "contra": "revenue:usage", "balance": 5,
    }  # fmt: skip
    assert "Сербия" in explanation.sentence(row, "RUB")
    assert "ZZ" in explanation.sentence({**row, "zone": "roaming:ZZ"}, "RUB")
    for kind in archive.KINDS:
        strange = {**row, "kind": kind, "rule": "of.the.future", "contra": "who:knows"}
        assert explanation.sentence(strange, "RUB").endswith(".")
        assert explanation.steps(strange, "RUB")


def test_moments_are_the_operators_own(anna: Window):
    """What is listed carries the store's moment to the millisecond."""
    page = anna.ask(Archive.operations, ANNA_MOSCOW, 5)
    with anna.store.read() as tx:
        for one in page.items:
            at = number(
                tx,
                "SELECT at FROM operations WHERE account_id = ? AND seq = ?",
                ANNA_MOSCOW,
                int(one.id),
            )
            assert from_ms(at) == one.at
            assert to_ms(one.at) == at
    assert ANNA.endswith("1234")


def test_the_garbage_collector_need_not_know_of_operations(anna: Window):
    """A million of them would keep it at work, and the screen waiting, while they are exported."""
    for one in anna.ask(Archive.operations, "anna-moscow", 50).items:
        assert not any(map(gc.is_tracked, (one, one.amount, one.balance)))
