"""The benchmarks of the server: that each measures what it says, on a quick look."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from benchmarks.registry import BENCHMARKS, Options
from benchmarks.server import events, load, overload, strangers  # noqa: F401 - to be registered.
from benchmarks.server.database import Database, prepared
from benchmarks.server.figures import Figure, Sheet
from benchmarks.server.load import Answer, Load, percentile, spread
from benchmarks.server.operations import PAYMENT, paying
from benchmarks.server.rates import pgbench
from benchmarks.server.statements import noting, script, statements_of
from mts_tui.backend.store.postgres import PostgresStore
from tests.backend.network import running
from tests.backend.postgres import NoServerError
from tests.programs import missing

QUICK = Options(runs=1, quick=True)


@pytest.fixture(scope="module")
def database():
    try:
        with prepared(5) as made:
            yield made
    except NoServerError as error:
        missing(f"PostgreSQL cannot run here: {error}")


# ---------------------------------------------------------------------- what drives it


class Canned:
    """A server that answers every request the same, after a while."""

    def __init__(self, answer: bytes, delay: float = 0.0) -> None:
        self._answer, self._delay = answer, delay
        self.most = self.now = 0

    async def __aenter__(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        await asyncio.sleep(0.02)  # Those who serve see that nobody is there any more.

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()
                return
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(self._delay)
            self.now -= 1
            writer.write(self._answer)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 x\r\nRetry-After: 1\r\ncontent-length: 0\r\n\r\n"


def asked() -> bytes:
    return load.request("GET", "/")


async def test_a_closed_load_has_so_many_clients_and_no_more():
    server = Canned(OK, 0.02)
    async with server as port:
        found = await load.closed(port, asked, 3, 0.3)
    assert server.most == 3
    assert found.statuses() == {200: len(found.answers)}
    assert 15 < len(found.answers) <= 45
    assert 60 < found.rate() <= 150
    assert load.milliseconds(found.answers) >= 20


async def test_an_open_load_comes_whatever_is_answered():
    """Times count from when a request was due: a server that stalls cannot hide it."""
    server = Canned(OK, 0.2)
    async with server as port:
        found = await load.opened(port, asked, 100, 0.3, most=4)
    assert server.most == 4
    assert len(found.answers) == 30
    assert max(one.took for one in found.answers) > 1.0


async def test_a_refusal_is_counted_apart():
    async with Canned(BUSY) as port:
        found = await load.opened(port, asked, 50, 0.1)
    assert found.statuses() == {503: 5}
    assert found.rate() == 0
    assert all(one.waits for one in found.answers)


async def test_a_connection_that_breaks_is_an_answer_too():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            listening.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        found = await load.closed(listening.getsockname()[1], asked, 1, 0.2)
        thread.join()
    assert found.statuses() == {0: 1}


def test_only_what_came_in_time_counts_for_a_rate():
    answers = [Answer(0.5, 0.1, 200), Answer(0.9, 0.2, 200), Answer(0.1, 0.1, 503)]
    assert Load(answers, 0.0, 1.0).rate() == 1.0


def test_percentiles_and_spreads():
    assert percentile(range(100), 0.99) == 99
    assert percentile(range(100), 0.5) == 50
    assert percentile([7], 0.99) == 7
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00–3.00)"
    assert spread([]) == "–"


def test_a_figure_is_judged_by_its_median():
    assert Figure(label="", values=[0.4, 0.7, 0.6], least=0.6).met
    assert not Figure(label="", values=[0.4, 0.7, 0.5], least=0.6).met
    assert Figure(label="", values=[250.0], most=250.0).met
    assert Figure(label="", values=[1.0]).met is None
    sheet = Sheet([Figure(label="fast enough", values=[0.5], least=0.6, raw="from 1 and 2")])
    outcome = sheet.outcome()
    assert "| fast enough | ≥ 0.6 | 0.50 (0.50–0.50) | **not met** | from 1 and 2 |" in (
        outcome.markdown
    )
    assert outcome.measured
    assert not Sheet([Figure(label="", values=[])]).outcome().measured


# ---------------------------------------------------------------------- the same statements


def test_pgbench_gets_what_the_server_really_runs(database: Database):
    """Over HTTP, with everything around it, a payment runs the statements that were noted."""
    number = database.accounts[1]
    pay = paying([number])
    for step in PAYMENT:
        listed = statements_of(database.url, *step.of(number + 1), number=number + 1)
        store = PostgresStore(database.url)
        store.open()
        with noting() as ran, running(store) as server:
            ran.clear()
            found = asyncio.run(load.closed(server.port, pay, 1, 0.0))
            assert found.statuses() == {200: 1}
            seen = [one.sql for one in ran if "pg_current_snapshot" not in one.sql]
        assert seen == [one.sql for one in listed]


def test_a_script_is_as_long_as_what_it_stands_for(database: Database):
    number = database.accounts[3]
    noted = statements_of(database.url, *PAYMENT[0].of(number), number=number)
    text = script(noted, number, database.accounts)
    statements = [line for line in text.splitlines() if not line.startswith("\\")]
    assert len(statements) == len(noted)
    assert statements[0].startswith("BEGIN")
    assert statements[-1] == "COMMIT;"
    assert not any("--" in line for line in statements)
    assert f"'{number}'" not in text  # Whoever pays is drawn by chance.


def test_pgbench_says_when_a_statement_fails(database: Database, tmp_path):
    broken = tmp_path / "broken.sql"
    broken.write_text("SELECT nothing FROM nowhere;\n", "utf-8")
    with pytest.raises(RuntimeError, match="nowhere"):
        pgbench(database, [broken], 1)


# ---------------------------------------------------------------------- the benchmarks


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("server-reads", 2),
        ("server-payments", 1),
        ("server-events", 2),
        ("server-streams", 1),
        ("server-strangers", 2),
        ("server-overload", 3),
    ],
)
def test_a_quick_look_measures_something(database: Database, name: str, figures: int):
    """No figure is judged here: the machine of the tests is busy."""
    del database  # Where there is no PostgreSQL, there is nothing to measure.
    outcome = BENCHMARKS[name](QUICK)
    assert outcome.measured
    assert len(outcome.figures) == figures
    for found in outcome.figures.values():
        assert all(value >= 0 for value in found["values"])
