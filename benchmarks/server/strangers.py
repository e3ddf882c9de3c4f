"""`server-strangers`: whether the time of an answer tells if a number is a subscriber's.

Pairs of wrong sign-ins, one of a subscriber and one of nobody's number, in an order by chance. What
counts tries is emptied now and then, so that no number is closed: the answers measured are those of
the first wrong try.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.registry import Options, Outcome, benchmark

from .database import FIRST, Database, phone, prepared
from .figures import Figure, Sheet, numbers
from .load import connect, request
from .operations import key
from .processes import served

if TYPE_CHECKING:
    from .load import Answer

PAIRS = 2000
DIFFERENCE_MS = 5.0
STRANGERS = 90_000
"""Added to a subscriber's number: nobody has these."""
SECRETS = {"password": "not the password of anybody", "code": "000000"}


@benchmark("server-strangers")
def strangers(options: Options) -> Outcome:
    """Measure wrong sign-ins of subscribers and of nobody."""
    pairs = 30 if options.quick else PAIRS
    sheet = Sheet()
    with prepared(options.people) as database, tempfile.TemporaryDirectory() as home:
        at = Path(home) / "at"
        with served(at, database.url, "--proxied") as (port, _pid):
            for secret, text in SECRETS.items():
                known, nobody = asyncio.run(_pairs(database, port, secret, text, pairs))
                difference = abs(statistics.median(known) - statistics.median(nobody))
                sheet.figures.append(
                    Figure(
                        label=f"wrong {secret}, |Δ median| of {pairs} pairs, ms",
                        values=[difference],
                        most=DIFFERENCE_MS,
                        raw=f"{numbers('subscriber, ms', known, 1)},"
                        f" {numbers('nobody, ms', nobody, 1)}",
                    )
                )
    return sheet.outcome()


async def _pairs(
    database: Database, port: int, secret: str, text: str, pairs: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each answer: to subscribers' numbers, and to nobody's."""
    answers: asyncio.Queue[Answer] = asyncio.Queue()
    connection = await connect(port, lambda _connection, answer: answers.put_nowait(answer))
    loop = asyncio.get_running_loop()
    found: dict[bool, list[float]] = {True: [], False: []}
    rng = random.Random(1)
    for pair in range(pairs):
        number = pair % database.people
        if number == 0:
            database.run("DELETE FROM tries; DELETE FROM rates")
        order = [True, False]
        rng.shuffle(order)
        for known in order:
            tried = FIRST + number + (0 if known else STRANGERS - FIRST)
            body = f'{{"phone": "{phone(tried)}", "{secret}": "{text}"}}'.encode()
            # Each pair from an address of its own: the limit of one is soon reached.
            headers = {
                "idempotency-key": key(2 * pair + known),
                "x-forwarded-for": f"10.1.{pair // 250 % 250}.{pair % 250}",
            }
            asked = request("POST", "/v1/access/sessions", body, **headers)
            connection.send(asked, loop.time())
            answer = await answers.get()
            if answer.status != 401:
                raise RuntimeError(f"{answer.status}: {connection.body!r}")
            found[known].append(answer.took * 1000)
    connection.close()
    return found[True], found[False]
