"""A server process of PostgreSQL is killed while money moves: the same promises."""

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import msgspec
import psycopg
import pytest

from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.payments import Payments
from mts_tui.backend.store.postgres import PostgresStore
from mts_tui.backend.store.transaction import new_key
from tests.backend.desk import Clock, Window, rows
from tests.backend.postgres import NoServerError, Server
from tests.programs import missing

from . import town
from .errands import Shopper, do
from .test_kills import ONE_PAYMENT, PATIENCE, SEED
from .victim import told_of

log = logging.getLogger(__name__)
KILLS = int(os.environ.get("SAFETY_SERVER_KILLS", "8"))


class Killer:
    """Kills a process of the server that works for the program."""

    def __init__(self, server: Server) -> None:
        # Made before the command begins: to connect takes longer than the command.
        self._connection = psycopg.connect(server.url(), autocommit=True)

    def kill(self, after: float) -> None:
        """Wait some seconds, precisely, and kill; whoever is busy first."""
        end = time.monotonic() + after
        while time.monotonic() < end:
            pass
        with self._connection:
            found = self._connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'mts-tui'"
                " ORDER BY (state = 'active') DESC, state_change DESC LIMIT 1"
            ).fetchone()
            assert found is not None
            os.kill(found[0], signal.SIGKILL)


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that may break, with nobody else's databases."""
    try:
        running = Server()
    except NoServerError as error:
        missing(f"PostgreSQL cannot run here: {error}")
    yield running
    running.remove()


class Insisting(Window):
    """A window that asks again, with the same key, until it is answered: as the outbox does."""

    silences = 0

    def ask(self, operation: Callable[..., Any], *args: Any, key: str = "", **kwargs: Any) -> Any:
        key = key or new_key()
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return super().ask(operation, *args, key=key, **kwargs)
            except Unavailable:
                self.silences += 1
                assert time.monotonic() < until
                time.sleep(0.02)


def test_a_server_process_is_killed_in_the_middle_of_payments(
    own_server: Server, clock: Clock
) -> None:
    rng = Random(f"{SEED}:server")
    store = PostgresStore(own_server.url(own_server.new_database()), clock, Random(1))
    store.open()
    with store.write() as tx:
        town.found(tx)
    window = Insisting(store)
    window.token = town.TOKEN
    shopper = Shopper(window, rng)
    paid: set[str] = set()
    killed = done = 0
    background = ThreadPoolExecutor(1)
    while killed < KILLS:
        errand, key = shopper.next(), f"key-{done}"
        done += 1
        clock.move(seconds=rng.choice((1, 5, 30)))
        killing = None
        if rng.random() < 0.3:
            killed += 1
            killing = background.submit(Killer(own_server).kill, rng.random() * 0.012)
        told = told_of(key, do(window, errand, key))
        if killing is not None:
            killing.result()
            assert told.error or told_of(key, do(window, errand, key)) == told, (SEED, key)
        if errand.endpoint.id in ONE_PAYMENT and not told.error:
            paid.add(msgspec.json.decode(told.answer)["id"])
    window.ask(Payments.recent, town.ANNA)  # The server may be on its way back.
    with store.read() as tx:
        found = {row["id"] for row in rows(tx, "SELECT id FROM payments")}
    assert found == paid
    assert town.faults(store) == []
    store.close()
    background.shutdown()
    log.info("%s kills, %s times no answer, %s commands", killed, window.silences, done)
    assert window.silences > 0
