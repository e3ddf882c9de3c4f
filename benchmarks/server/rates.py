"""How many answers a second, next to whoever does the same with nothing around it.

`server-reads`: the account's page, against a bare Litestar route that runs the same statements on
the same database. `server-payments`: against pgbench with the same statements, eight clients each.
pgbench waits for each answer, where the server sends on what it needs no answer of.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.registry import Options, Outcome, benchmark
from tests.backend.postgres import programs

from .database import Database, prepared
from .figures import Figure, Sheet, numbers
from .load import closed, milliseconds
from .operations import READS, asking, bare_routes, paying, payment_scripts
from .processes import free_port, running, served

CLIENTS = 8
READS_LEAST = 0.5
PAYMENTS_LEAST = 0.6


def seconds(options: Options) -> float:
    """How long one measurement of a round lasts."""
    return 0.5 if options.quick else 3.0


@benchmark("server-reads")
def reads(options: Options) -> Outcome:
    """Measure reads by turns, here and at the bare route."""
    sheet = Sheet()
    port = free_port()
    with prepared(options.people) as database, tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        routes = bare_routes(database, folder)
        bare = [sys.executable, "-m", "benchmarks.server.bare", database.url, str(port)]
        with (
            served(folder / "at", database.url) as (own, _pid),
            running([*bare, str(routes)], port),
        ):
            for name, step in READS.items():
                ours, theirs = [], []
                for counted in range(options.runs + 1):  # The first warms both up.
                    mine = asking(step, database.accounts)
                    load = asyncio.run(closed(own, mine, CLIENTS, seconds(options)))
                    other = asking(step._replace(path=f"/{name}/{{account}}"), database.accounts)
                    base = asyncio.run(closed(port, other, CLIENTS, seconds(options)))
                    if counted:
                        ours.append(load.rate())
                        theirs.append(base.rate())
                sheet.figures.append(
                    Figure(
                        label=f"{name} ÷ bare route",
                        values=[one / other for one, other in zip(ours, theirs, strict=True)],
                        least=READS_LEAST,
                        raw=f"{numbers('server/s', ours)}, {numbers('bare/s', theirs)}",
                    )
                )
    return sheet.outcome()


@benchmark("server-payments")
def payments(options: Options) -> Outcome:
    """Measure payments by turns, here and with pgbench."""
    sheet = Sheet()
    ours, slow, theirs = [], [], []
    with prepared(options.people) as database, tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        scripts = payment_scripts(database, folder)
        pay = paying(database.accounts)
        with served(folder / "at", database.url) as (port, _pid):
            for counted in range(options.runs + 1):
                load = asyncio.run(closed(port, pay, CLIENTS, seconds(options)))
                rate = pgbench(database, scripts, max(1, round(seconds(options))))
                if not counted:
                    # Plans made when the table of keys was empty read the whole of it. Autovacuum
                    # ends that within a minute, and a measurement is over before.
                    database.run("ANALYZE")
                else:
                    ours.append(load.rate())
                    slow.append(milliseconds(load.good(), 0.99))
                    theirs.append(rate)
    sheet.figures.append(
        Figure(
            label="payments ÷ pgbench",
            values=[one / other for one, other in zip(ours, theirs, strict=True)],
            least=PAYMENTS_LEAST,
            raw=f"{numbers('server/s', ours)}, {numbers('pgbench/s', theirs)},"
            f" {numbers('server p99, ms', slow)}",
        )
    )
    return sheet.outcome()


def pgbench(database: Database, scripts: list[Path], lasts: int) -> float:
    """Transactions a second of pgbench with prepared statements.

    Raises:
        RuntimeError: It did not run to its end: a statement is not what the server ran.
    """
    files = [part for script in scripts for part in ("-f", str(script))]
    command = [
        *(str(programs() / "pgbench"), "--no-vacuum", "--protocol=prepared"),
        *(f"--client={CLIENTS}", "--jobs=2", f"--time={lasts}", *files, database.url),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", run.stdout)
    if run.returncode or found is None or "ERROR" in run.stderr:
        raise RuntimeError(run.stderr[-2000:])
    return float(found[1])
