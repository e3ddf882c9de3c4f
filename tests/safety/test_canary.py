"""A card's number and CVV, typed through every way of paying, are nowhere afterwards."""

import contextlib
import logging
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from mts_tui.backend.contract import Cabinet, Endpoint
from mts_tui.backend.contract.autopay import AutopayOrder
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.payments import CardDetails, PaymentCode, TopUpOrder
from mts_tui.backend.operator import bank
from mts_tui.backend.services import paying
from mts_tui.backend.store import SqliteStore, Store
from mts_tui.backend.store.transaction import new_key
from tests.backend.desk import Clock, Window, other_than
from tests.backend.network import connected, running
from tests.backend.postgres import NoServerError, Server, programs
from tests.programs import missing

from . import town
from .canary import (
    BLOCKED,
    CVV,
    MISTYPED,
    NO_MONEY,
    NUMBERS,
    PAYS,
    UNKNOWN,
    cvv_in,
    teach_bank,
    traces,
    traces_below,
)
from .errands import payment_code, rub

ANNA = town.ANNA


@pytest.fixture(autouse=True)
def _bank(monkeypatch: pytest.MonkeyPatch) -> None:
    teach_bank(monkeypatch)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


class Person:
    """Pays by card, in each way that there is."""

    def __init__(self, cabinet: Cabinet, store: Store, cvv: str = CVV) -> None:
        self._cabinet, self._store, self._cvv = cabinet, store, cvv
        self.said: list[str] = []

    async def begin(self, kept: str | None = None) -> str:
        order = TopUpOrder(to=town.PHONES[ANNA], amount=rub(100_00), means="card", card=kept)
        return (await self._cabinet.payments.top_up(ANNA, order)).id

    async def give(self, payment: str, number: str, **how: Any) -> bool:
        """Whether the bank takes the card."""
        details = {"month": 12, "year": 2029, "cvv": self._cvv, **how}
        card = CardDetails(number=number, **details)
        return await self._ask(self._cabinet.payments.give_card(ANNA, payment, card))

    async def confirm(self, payment: str, *, right: bool = True) -> bool:
        code = payment_code(Window(self._store), town.PHONES[ANNA])
        proof = PaymentCode(code=code if right else other_than(code))
        return await self._ask(self._cabinet.payments.confirm(ANNA, payment, proof))

    async def _ask(self, question: Any) -> bool:
        try:
            self.said.append(repr(await question))
        except CabinetError as error:
            self.said.append(f"{error!r} {error} {error.details}")
            return False
        return True

    async def everything(self, crash: Callable[[], contextlib.AbstractContextManager[Any]]) -> None:
        """Every way, one after another."""
        kept = await self.begin()
        assert await self.give(kept, PAYS, keep=True)
        assert await self.confirm(kept)
        plain = await self.begin()
        assert await self.give(
            plain, f" {PAYS[:4]} {PAYS[4:8]}-{PAYS[8:12]}\u00a0{PAYS[12:]} ".strip()
        )
        assert await self.confirm(plain)
        cards = await self._cabinet.payments.cards(ANNA)
        again = await self.begin(cards.items[0].id)
        assert await self.confirm(again)
        assert not await self.give(await self.begin(), BLOCKED)
        poor = await self.begin()
        assert await self.give(poor, NO_MONEY)
        assert not await self.confirm(poor)
        wrong = await self.begin()
        assert not await self.give(wrong, MISTYPED)
        assert not await self.give(wrong, UNKNOWN)
        assert not await self.give(wrong, PAYS, year=2020)
        assert not await self.give(wrong, PAYS, cvv=f"{self._cvv}4")
        assert await self.give(wrong, PAYS, keep=True)
        for _ in range(3):
            assert not await self.confirm(wrong, right=False)
        given_up = await self.begin()
        assert await self.give(given_up, PAYS, keep=True)
        await self._cabinet.payments.cancel(ANNA, given_up)
        late = await self.begin()
        assert await self.give(late, PAYS)
        broken = await self.begin()
        with crash():
            assert not await self.give(broken, PAYS, keep=True)
        order = AutopayOrder(
            kind="threshold", amount=rub(50_00), card=cards.items[0].id, threshold=rub(10_000_00)
        )
        await self._cabinet.autopay.create(ANNA, order)


@contextlib.contextmanager
def broken_service() -> Iterator[None]:
    """The service breaks after it has read the card, with the card in its variables."""
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("the bank's line is dead")

        patch.setattr(paying, "send_code", fail)
        yield


def badly_formed(url: str) -> Iterator[str]:
    """Answers to requests that no client of ours would send."""
    body = {"number": PAYS, "month": 12, "year": 2029, "cvv": CVV}
    for wrong in (
        {**body, "number": int(PAYS)},
        {**body, "cvv": int(CVV)},
        {**body, "month": PAYS},
        {**body, "month": 13},
        {**body, "note": PAYS},
        {"card": body},
        [body],
        PAYS,
    ):
        answer = httpx.post(
            f"{url}/v1/accounts/{ANNA}/payments/none/card",
            json=wrong,
            headers={"Authorization": f"Bearer {town.TOKEN}", "Idempotency-Key": new_key()},
        )
        assert answer.status_code in {400, 404, 422}, answer.text
        yield answer.text


@contextlib.asynccontextmanager
async def remote_person(store: Store, folder: Path) -> AsyncIterator[tuple[Person, str]]:
    """Somebody with a cabinet by the network, and the server's address."""
    with running(store) as serving:
        async with connected(serving.url, folder / "outbox") as remote:
            remote.token = town.TOKEN
            yield Person(Cabinet(remote), store), serving.url


def assert_clean(person: Person, caplog: pytest.LogCaptureFixture, texts: list[str]) -> None:
    """Neither answers, errors nor logs of any library have a trace."""
    logged = [
        f"{record.getMessage()} {record.args!r} {record.exc_text or ''}"
        for record in caplog.records
    ]
    assert len(logged) > 100  # Somebody did log at DEBUG.
    for text in [*logged, *person.said, *texts, caplog.text]:
        assert traces(text) == [], text
    for text in [*logged, *person.said]:
        assert cvv_in(text) == [], text
    assert not any("cvv" in text.casefold() for text in logged)


async def test_sqlite_and_the_network_keep_nothing(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = SqliteStore(tmp_path / "store" / "operator.db", clock, Random(1))
    store.open()
    with store.write() as tx:
        town.found(tx)
    async with remote_person(store, tmp_path) as (person, url):
        await person.everything(broken_service)
        texts = list(badly_formed(url))
        assert (tmp_path / "store" / "operator.db-wal").stat().st_size > 0
        assert traces_below(tmp_path) == {}
    clock.move(minutes=30)
    town.live(store)
    store.close()
    assert_clean(person, caplog, texts)
    assert traces_below(tmp_path) == {}
    assert b"cvv" not in (tmp_path / "store" / "operator.db").read_bytes()


class Straight:
    """A channel to the services, with keys that are the same each time."""

    features = frozenset({"demo"})

    def __init__(self, store: Store) -> None:
        self._window = town.window(store)
        self._keys = count(1)

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], key: str | None) -> Any:
        return self._window.dispatcher.answer(
            endpoint, arguments, token=self._window.token, key=key or f"key-{next(self._keys)}"
        )


async def test_what_is_stored_does_not_depend_on_the_cvv(tmp_path: Path) -> None:
    """No trace in any form: another CVV leaves the same rows."""
    contents = set()
    for cvv in (CVV, "104"):
        store = SqliteStore(tmp_path / f"{cvv}.db", Clock(), Random(1))
        store.open()
        with store.write() as tx:
            town.found(tx)
        await Person(Cabinet(Straight(store)), store, cvv).everything(nothing_breaks)
        contents.add(town.content(store))
        store.close()
    assert len(contents) == 1


@contextlib.contextmanager
def nothing_breaks() -> Iterator[None]:
    """A card that the bank does not know, in place of a crash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank, "known", lambda _digits: None)
        yield


@pytest.fixture
def telling_server() -> Iterator[Server]:
    """A PostgreSQL that writes each statement into its log, with its values."""
    try:
        running_server = Server(
            log_statement="all",
            log_min_duration_statement="0",
            log_parameter_max_length="-1",
            log_parameter_max_length_on_error="-1",
            log_error_verbosity="verbose",
        )
    except NoServerError as error:
        missing(f"PostgreSQL cannot run here: {error}")
    yield running_server
    running_server.remove()


async def test_postgres_and_its_log_keep_nothing(
    telling_server: Server, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    from mts_tui.backend.store.postgres import PostgresStore

    caplog.set_level(logging.DEBUG)
    url = telling_server.url(telling_server.new_database())
    store = PostgresStore(url, clock, Random(1))
    store.open()
    with store.write() as tx:
        town.found(tx)
    async with remote_person(store, tmp_path) as (person, address):
        await person.everything(broken_service)
        texts = list(badly_formed(address))
    store.close()
    telling_server.ask("CHECKPOINT")
    dump = dump_of(url)
    assert "•••• " in dump  # The card is there, as people see it.
    assert (traces(dump), cvv_in(dump)) == ([], [])
    assert_clean(person, caplog, texts)
    log = (telling_server._folder / "log").read_text("utf-8", "replace")
    assert "INSERT INTO payments" in log
    assert traces(log) == []
    assert traces_below(telling_server._folder) == {}
    assert traces_below(tmp_path) == {}


def dump_of(url: str) -> str:
    """All rows of a database, as its own program writes them."""
    command = [programs() / "pg_dump", "--data-only", "--inserts", url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_search_finds_what_is_there() -> None:
    for number in NUMBERS:
        for text in (
            number,
            f"x{number[2:12]}y",
            f"{number[:4]} {number[4:8]}",
            number.encode().hex(),
        ):
            assert traces(text), text
        assert traces(f"Visa •••• {number[-4:]}") == []
    assert cvv_in(f'"code": "{CVV}"') != []
    assert cvv_in(f"1{CVV}") == []
