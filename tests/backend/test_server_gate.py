"""Who may come in: rates of callers, work that waits, and what those are told who may not."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mts_tui.backend import wire
from mts_tui.backend.contract.errors import TooManyRequests, Unavailable
from mts_tui.backend.gate import AT_ONCE, REMEMBERED, WAITING_AT_MOST, WAITS_AT_MOST, Gate, Rate
from mts_tui.backend.server import Server
from mts_tui.backend.store import Store
from mts_tui.backend.store.transaction import new_key

from .conftest import Files
from .desk import ANNA, Clock, Window
from .network import Running, running

FAST = Rate(burst=10**6, a_second=10**6)


class Watch:
    """A clock of seconds that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def seconds(gate: Gate, token: str | None = None, address: str = "10.0.0.1") -> int:
    """After how many seconds a caller may come again; 0 where it is let in."""
    refusal = gate.refusal(token, address)
    if refusal is None:
        return 0
    assert type(refusal.error) is TooManyRequests
    return refusal.error.details["seconds"]


# ---------------------------------------------------------------------- rates


def test_an_address_has_its_burst_and_then_its_rate(watch: Watch):
    gate = Gate(address=Rate(burst=5, a_second=2), clock=watch)
    assert [seconds(gate) for _ in range(7)] == [0] * 5 + [1, 1]
    watch.now += 0.5
    assert [seconds(gate) for _ in range(2)] == [0, 1]
    watch.now += 2.5
    assert [seconds(gate) for _ in range(6)] == [0] * 5 + [1]
    assert seconds(gate, address="10.0.0.2") == 0


def test_a_rate_below_one_a_second_tells_how_long_to_wait(watch: Watch):
    gate = Gate(address=Rate(burst=1, a_second=0.1), clock=watch)
    assert [seconds(gate), seconds(gate)] == [0, 10]
    watch.now += 9.9
    assert seconds(gate) == 1
    watch.now += 0.1
    assert seconds(gate) == 0


def test_a_session_that_was_let_in_is_counted_by_itself(watch: Watch):
    gate = Gate(Rate(burst=3, a_second=1), Rate(burst=2, a_second=1), watch)
    assert seconds(gate, "good") == 0
    gate.let_in("good")
    gate.let_in("good")
    assert [seconds(gate, "good") for _ in range(3)] == [0, 0, 1]
    assert [seconds(gate, "other") for _ in range(2)] == [0, 1]


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ([b"1.1.1.1"], "1.1.1.1"),
        ([b"6.6.6.6, 1.1.1.1"], "1.1.1.1"),
        ([b"6.6.6.6", b"1.1.1.1"], "1.1.1.1"),
        ([b"6.6.6.6, 7.7.7.7", b"8.8.8.8,1.1.1.1"], "1.1.1.1"),
        ([], "10.0.0.9"),
    ],
)
def test_the_nearest_proxy_tells_the_address(store: Store, told: list[bytes], address: str):
    """A caller that brings the header along does not choose, in whichever way the proxy adds."""
    scope = {"headers": [(b"x-forwarded-for", one) for one in told], "client": ("10.0.0.9", 1)}
    assert Server(store, demo=False, trust_proxy=True)._address(scope) == address
    assert Server(store, demo=False)._address(scope) == "10.0.0.9"


def test_made_up_tokens_share_their_address(watch: Watch):
    gate = Gate(FAST, Rate(burst=4, a_second=1), watch)
    assert [seconds(gate, f"made up {number}") for number in range(6)] == [0] * 4 + [1, 1]


def test_the_policy_is_told_by_its_name(watch: Watch):
    gate = Gate(Rate(burst=1, a_second=0.5), Rate(burst=30, a_second=7), watch)
    gate.let_in("good")
    refusal = gate.refusal("good", "")
    assert refusal is not None
    assert refusal.policy == '"session";q=1;w=2'
    refused = [gate.refusal(None, "") for _ in range(31)][-1]
    assert refused is not None
    assert refused.policy == '"address";q=30;w=5'


def test_whoever_is_silent_is_forgotten(watch: Watch):
    gate = Gate(address=Rate(burst=2, a_second=1), clock=watch)
    for number in range(REMEMBERED):
        assert seconds(gate, address=str(number)) == 0
    watch.now += 10
    assert seconds(gate, address="one more") == 0
    assert len(gate._addresses._paid_at) == 1


# ---------------------------------------------------------------------- work


async def enter(gate: Gate, end: asyncio.Event) -> None:
    async with gate.work():
        await end.wait()


async def full(gate: Gate, waiting: int) -> tuple[asyncio.Event, list[asyncio.Task[None]]]:
    """Every thread has work, and so much waits."""
    end = asyncio.Event()
    tasks = [asyncio.ensure_future(enter(gate, end)) for _ in range(AT_ONCE + waiting)]
    await asyncio.sleep(0)
    return end, tasks


async def test_work_that_waits_too_long_sends_others_away(watch: Watch):
    gate = Gate(FAST, FAST, watch)
    end, tasks = await full(gate, 1)
    watch.now += WAITS_AT_MOST - 0.001
    assert gate.refusal(None, "") is None
    watch.now += 0.002
    refusal = gate.refusal(None, "")
    assert refusal is not None
    assert type(refusal.error) is Unavailable
    assert refusal.error.details == {"seconds": 1}
    with pytest.raises(Unavailable):
        await enter(gate, end)
    end.set()
    await asyncio.gather(*tasks)
    assert gate.refusal(None, "") is None


async def test_work_that_runs_long_sends_nobody_away(watch: Watch):
    gate = Gate(FAST, FAST, watch)
    end, tasks = await full(gate, 0)
    watch.now += 60
    assert gate.refusal(None, "") is None
    end.set()
    await asyncio.gather(*tasks)


async def test_so_much_waits_and_no_more(watch: Watch):
    gate = Gate(FAST, FAST, watch)
    end, tasks = await full(gate, WAITING_AT_MOST)
    assert gate.refusal(None, "") is not None
    end.set()
    await asyncio.gather(*tasks)


async def test_who_gives_up_waiting_is_no_longer_counted(watch: Watch):
    gate = Gate(FAST, FAST, watch)
    end, tasks = await full(gate, 3)
    for one in tasks[-3:]:
        one.cancel()
    await asyncio.gather(*tasks[-3:], return_exceptions=True)
    watch.now += 60
    assert gate.refusal(None, "") is None
    end.set()
    await asyncio.gather(*tasks[:-3])
    again, more = await full(gate, 0)
    again.set()
    await asyncio.gather(*more)


# ---------------------------------------------------------------------- over HTTP


@pytest.fixture
def store(tmp_path: Path, settled_file: Path) -> Iterator[Store]:
    files = Files(Clock(), tmp_path, settled_file)
    yield files.settled()
    files.close()


def problem(response: httpx.Response, status: int, code: str) -> None:
    """The problem document is whole, and says when to come again."""
    assert response.status_code == status
    assert response.headers["content-type"] == wire.PROBLEM_TYPE
    assert response.headers["cache-control"] == "no-store"
    assert int(response.headers["retry-after"]) >= 1
    document = response.json()
    assert document["code"] == code
    assert document["correlation_id"] == response.headers["traceparent"].split("-")[1]


def client(server: Running) -> httpx.Client:
    return httpx.Client(base_url=server.url, trust_env=False)


def test_too_many_requests_are_told_which_limit_and_when(store: Store):
    window = Window(store)
    window.sign_in(ANNA)
    session = {"Authorization": f"Bearer {window.token}"}
    gate = Gate(Rate(burst=3, a_second=0.01), Rate(burst=4, a_second=0.01))
    given = "4bf92f3577b34da6a3ce929d0e0e4736"
    with running(store, gate=gate) as server, client(server) as http:
        answers = [http.get("/v1/numbers", headers=session) for _ in range(5)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
        problem(answers[-1], 429, "TOO_MANY_REQUESTS")
        assert answers[-1].headers["ratelimit-policy"] == '"session";q=3;w=300'
        wait = answers[-1].headers["retry-after"]
        assert answers[-1].headers["ratelimit"] == f'"session";r=0;t={wait}'
        # The first request of the session, these three, and then no more from this address.
        for _ in range(3):
            assert http.get("/v1/nothing").status_code == 404
        trace = {"traceparent": f"00-{given}-00f067aa0ba902b7-01"}
        body = http.post("/v1/access/codes", json={"phone": ANNA}, headers=trace)
        problem(body, 429, "TOO_MANY_REQUESTS")
        assert body.json()["correlation_id"] == given
        assert body.headers["ratelimit-policy"].startswith('"address"')
        assert http.get("/health/live").status_code == 200
        assert http.get("/health/ready").status_code == 200


def test_behind_a_proxy_each_address_is_counted(store: Store):
    gate = Gate(address=Rate(burst=1, a_second=0.01))
    with running(store, gate=gate, trust_proxy=True) as server, client(server) as http:
        for number in range(3):
            told = {"X-Forwarded-For": f"spoofed, 10.0.0.{number}"}
            statuses = [http.get("/v1/access/line", headers=told).status_code for _ in range(2)]
            assert statuses == [200, 429]


def test_more_than_can_be_done_is_sent_away_at_once(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Threads all hang; whoever waits too long has the others told, and nobody is forgotten."""
    hangs, look = threading.Event(), store.look

    def slow(*work: object) -> object:
        hangs.wait(20)
        return look(*work)

    monkeypatch.setattr(store, "look", slow)
    asked, gate = AT_ONCE + 4, Gate()

    async def scenario(url: str) -> None:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http:
            first = [asyncio.ensure_future(http.get("/v1/access/line")) for _ in range(asked)]
            async with asyncio.timeout(20):
                while gate.refusal(None, "somewhere else") is None:  # noqa: ASYNC110 - unannounced
                    await asyncio.sleep(WAITS_AT_MOST / 4)
            refused = await http.get("/v1/access/line")
            problem(refused, 503, "UNAVAILABLE")
            key = {wire.KEY_HEADER: new_key()}
            refused = await http.post("/v1/access/codes", json={"phone": ANNA}, headers=key)
            problem(refused, 503, "UNAVAILABLE")
            assert (await http.get("/health/live")).status_code == 200
            hangs.set()
            assert {one.status_code for one in await asyncio.gather(*first)} == {200}
            assert (await http.get("/v1/access/line")).status_code == 200

    with running(store, gate=gate) as server:
        asyncio.run(scenario(server.url))
