"""A small town for tests of safety: few accounts, no history, everything about money in reach.

The settled demo has two years of history, which costs each check a second. Here a whole store is
compared in milliseconds, so that it can be done after every cut of the power.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from mts_tui import __version__
from mts_tui.backend.background import due_job
from mts_tui.backend.operator.people import put_catalogue
from mts_tui.backend.services.access import _token_hash
from mts_tui.backend.services.subscriptions import Offer, subscribe
from mts_tui.backend.store import SqliteStore, Store, Transaction
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms
from tests.backend.desk import NOW, Window, rows

ANNA, SECOND, BORIS = "anna", "second", "boris"
PHONES = {ANNA: "+79853701234", SECOND: "+79853709900", BORIS: "+79853705678"}
"""Anna has two numbers in her cabinet; Boris is a stranger."""
OTHER_NETWORK = "+79031234567"
TARIFF = "posekundnyi"
"""Without fees and packages: 5 kopecks a second."""
TOKEN = "token of a session that never tires"
FIRST_MONEY = 2_000_00
OPENED = NOW - timedelta(days=91)
_FAR = to_ms(datetime(2090, 1, 1, tzinfo=UTC))
SUBSCRIPTIONS = (
    Offer("horoscope", "Гороскоп", "ООО «Звёзды»", 3_00, "day"),
    Offer("films", "Кино", "ООО «Экран»", 199_00, "month", trial_days=2),
)
CATALOGUE = frozenset({"tariffs", "options", "meta"})
_CALLS_SPENT = 130_00
"""Enough a month for «На полном доверии»."""


def found(tx: Transaction) -> None:
    """Bring the people in, with a session of Anna's whose token is `TOKEN`."""
    put_catalogue(tx, __version__)
    tx.common.set_meta(name="seed", value="1")
    for name, person in ((ANNA, ANNA), (SECOND, ANNA), (BORIS, BORIS)):
        if name == person:
            tx.accounts.add_subscriber(id=person, name=person.title())
        _open(tx, name, person)
        tx.accounts.link(subscriber_id=person, account_id=name, name=name, role="own")
    for offer in SUBSCRIPTIONS:
        subscribe(tx, ANNA, offer, tx.now_ms)
    tx.access.open_session(
        account_id=ANNA,
        id="session",
        token_hash=_token_hash(TOKEN),
        way="code",
        device_hash="",
        device_name="",
        at=_FAR,
        proved_at=_FAR,
    )


def _open(tx: Transaction, name: str, person: str) -> None:
    opened = to_ms(OPENED)
    tx.accounts.add(
        id=name,
        subscriber_id=person,
        phone=PHONES[name],
        kind="mobile",
        country="RU",
        currency="RUB",
        region="Москва и Московская область",
        zone="Europe/Moscow",
        profile="second",
        tariff_id=TARIFF,
        opened_at=opened,
        fee_at=None,
        fee_day=1,
        points_at=to_ms(NOW + timedelta(days=28)),
    )
    entries = [_entry(opened, "top_up", 3 * _CALLS_SPENT + FIRST_MONEY, "cash:shop")]
    month = timedelta(days=30)
    entries += [
        _entry(to_ms(OPENED + month * number + timedelta(days=2)), "call", -_CALLS_SPENT, "revenue")
        for number in range(3)
    ]
    post(tx, name, entries)


def _entry(at: int, kind: str, amount: int, contra: str) -> Entry:
    return Entry(at=at, kind=kind, title=kind, amount=amount, contra=contra)


def window(store: Store) -> Window:
    """Anna's window to a store."""
    opened = Window(store)
    opened.token = TOKEN
    return opened


def live_one(store: Store) -> bool:
    """Let everything happen that has fallen due for one account; whether there was one."""
    return due_job(store)()


def live(store: Store) -> None:
    """The same for everybody."""
    while live_one(store):
        pass


def faults(store: Store) -> list[str]:
    """What is wrong with the money of a store; empty where nothing is."""
    with store.read() as tx:
        wrong = [*tx.ledger.audit(), *tx.ledger.audit_buckets(), *tx.ledger.audit_labels()]
        return [*(str(dict(row)) for row in wrong), *_unbalanced(tx), *_unpaid(tx)]


def _unbalanced(tx: Transaction) -> Iterable[str]:
    """What left an account for another, and did not come there."""
    moved: dict[tuple[str, str], int] = {}
    for row in rows(
        tx,
        "SELECT account_id, contra, CAST(SUM(amount) AS BIGINT) AS amount FROM operations"
        " WHERE contra LIKE ? GROUP BY account_id, contra",
        "account:%",
    ):
        moved[row["account_id"], row["contra"].removeprefix("account:")] = row["amount"]
    for (one, other), amount in moved.items():
        if moved.get((other, one), 0) != -amount:
            yield f"{one} and {other} differ over {amount}"


def _unpaid(tx: Transaction) -> Iterable[str]:
    """Payments that are done and whose money did not move, or moved without or twice."""
    done = rows(tx, "SELECT * FROM payments WHERE state = 'done' AND kind <> 'top_up'")
    for row in done:
        found_rows = rows(
            tx,
            "SELECT amount, peer FROM operations WHERE account_id = ? AND seq = ?",
            row["account_id"],
            row["operation"],
        )
        if [(one["amount"], one["peer"]) for one in found_rows] != [
            (-row["amount"], row["receiver"])
        ]:
            yield f"{row['id']} is done, its operation is {found_rows}"
    # Several done payments may not stand for one operation, nor an operation for none.
    for kind in ("transfer", "purchase"):
        paid = rows(
            tx,
            "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(amount + commission), 0) AS BIGINT)"
            " AS total FROM payments WHERE state = 'done' AND kind = ?",
            kind,
        )[0]["total"]
        taken = rows(
            tx,
            "SELECT CAST(COALESCE(-SUM(amount), 0) AS BIGINT) AS total FROM operations"
            " WHERE kind = ? AND direction = 'out'",
            kind,
        )[0]["total"]
        if paid != taken:
            yield f"{kind}: done for {paid}, taken {taken}"
    came = rows(
        tx,
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM operations"
        " WHERE contra IN ('bank:card', 'bank:sbp')",
    )[0]["total"]
    expected = rows(
        tx,
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM payments"
        " WHERE state = 'done' AND kind = 'top_up'",
    )[0]["total"]
    if came != expected - _on_the_way(tx):
        yield f"top-ups: done for {expected}, came {came}"
    autopaid = rows(
        tx,
        "SELECT (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM autopay_runs"
        " WHERE state = 'done') - (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT)"
        " FROM operations WHERE rule = 'autopay') AS lost",
    )[0]["lost"]
    if autopaid:
        yield f"autopay: {autopaid} between its runs and what came"


def _on_the_way(tx: Transaction) -> int:
    """What was paid by СБП for another account, and has not come yet."""
    bodies = [
        row["body"] for row in rows(tx, "SELECT body FROM due WHERE call = 'payments.arrive'")
    ]
    coming = {msgspec.json.decode(body)["payment"] for body in bodies}
    paid = rows(tx, "SELECT id, amount FROM payments WHERE state = 'done' AND means = 'sbp'")
    return sum(row["amount"] for row in paid if row["id"] in coming)


def content(store: SqliteStore) -> str:
    """A digest of every row but the catalogue's: two stores with the same one are alike."""
    with store.read() as tx:

        def ask(statement: str) -> list[tuple[Any, ...]]:
            cursor = tx._connection.cursor()
            cursor.row_factory = None
            return cursor.execute(statement).fetchall()

        digest = hashlib.sha256()
        tables = ask(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            " ORDER BY name"
        )
        for (table,) in tables:
            if table not in CATALOGUE:
                digest.update(repr(ask(f"SELECT * FROM {table} ORDER BY rowid")).encode())  # noqa: S608
        return digest.hexdigest()
