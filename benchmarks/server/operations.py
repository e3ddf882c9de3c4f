"""What subscribers do while the server is measured."""

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from .database import phone
from .load import request
from .statements import hash_of, placed, script, statements_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from .database import Database
    from .load import Request


class Step(NamedTuple):
    """One operation of one subscriber; `{account}` and `{phone}` are the subscriber's."""

    method: str
    path: str
    body: str = ""

    def of(self, number: int) -> Step:
        """The step as a subscriber does it."""
        path, body = (
            text.replace("{account}", str(number)).replace("{phone}", phone(number))
            for text in (self.path, self.body)
        )
        return Step(self.method, path, body)


READS = {
    "overview": Step("GET", "/v1/accounts/{account}"),
    "operations": Step("GET", "/v1/accounts/{account}/operations"),
}
"""The page of the account: what it asks for at once."""
PAYMENT = (
    Step("PUT", "/v1/accounts/{account}/trust"),
    Step("DELETE", "/v1/accounts/{account}/trust"),
)
"""What stands for a payment, by turns: `payments.top_up` leaves orders behind that wait for a bank
and make the next one slower, and these two leave nothing. Both take the account's lock, change it
under a check, and write an idempotency record, a notice, an SMS, three events and their answer in
one transaction: no payment writes less. Another choice needs no other change."""


def asking(step: Step, people: Iterable[int]) -> Callable[[], Request]:
    """Makes requests of subscribers in turn who all do the same; nothing is changed by them."""
    made = [
        request(*one[:2], one[2].encode(), authorization=f"Bearer {number}")
        for number in people
        for one in [step.of(number)]
    ]
    return itertools.cycle(made).__next__


def paying(people: Iterable[int], *, by_chance: bool = False) -> Callable[[], Request]:
    """Makes payments of subscribers in turn, each with a key of its own.

    Args:
        people: Their numbers.
        by_chance: Whether steps come by chance and not by turns. Half of them find their work done
            then, but no more where most are refused.
    """
    numbers = itertools.cycle(people)
    turns = dict.fromkeys(people, 0)
    rng = random.Random(1)
    keys = itertools.count(time.time_ns() % 2**44)

    def following() -> Request:
        number = next(numbers)
        turns[number] = rng.randrange(len(PAYMENT)) if by_chance else turns[number] + 1
        step = PAYMENT[(turns[number] - 1) % len(PAYMENT)].of(number)
        headers = {"authorization": f"Bearer {number}", "idempotency-key": key(next(keys))}
        return request(step.method, step.path, step.body.encode(), **headers)

    return following


def key(number: int) -> str:
    """An idempotency key."""
    return f"00000000-0000-7000-8000-{number:012x}"


def payment_scripts(database: Database, folder: Path) -> list[Path]:
    """Scripts for pgbench: the statements of each step of a payment."""
    number = database.accounts[0]
    made = []
    for place, step in enumerate(PAYMENT):
        noted = statements_of(database.url, *step.of(number), number=number)
        path = folder / f"payment-{place}.sql"
        path.write_text(script(noted, number, database.accounts), "utf-8")
        made.append(path)
    return made


def bare_routes(database: Database, folder: Path) -> Path:
    """The file of `bare`: the statements of each read, the subscriber's own values named."""
    number = database.accounts[0]
    own = {str(number): "account", hash_of(number): "token"}
    routes: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for name, step in READS.items():
        routes[name] = []
        for sql, given, _row in statements_of(database.url, *step.of(number), number=number):
            names = {parameter: own.get(value, parameter) for parameter, value in given.items()}
            text = placed(sql.replace("%", "%%"), lambda one, names=names: f"%({names[one]})s")
            routes[name].append((text, {names[one]: value for one, value in given.items()}))
    path = folder / "bare.msgpack"
    path.write_bytes(msgspec.msgpack.encode(routes))
    return path
