"""A statement of 50,000 rows: time and memory of its document, and keys while it is made.

A document is made by a process that does nothing else, from the store and into it: rows a second
and its peak memory. Then the cabinet makes one while somebody moves in a list; that is timed from
outside, on a terminal, and compared with the same keys at rest. A month in HTML is compared with a
bare template that writes the same bytes from texts that are there already.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from benchmarks.archive import Seat, move, settled, sit_down
from benchmarks.history import ACCOUNT, STEP_MS, lengthen
from benchmarks.registry import Options, Outcome, benchmark
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.statements import (
    StatementKind,
    StatementKindTotal,
    StatementRow,
    StatementTotals,
)
from mts_tui.backend.store import SqliteStore
from mts_tui.backend.store.transaction import from_ms
from mts_tui.documents.statement import MARK, Paper, amount, line
from mts_tui.documents.statement_html import StatementHtml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mts_tui.backend.store import Transaction

MANY = 50_000
MONTH = 700
KINDS: list[StatementKind] = ["call_out", "call_in", "sms_in", "data"]
MEMORY_MIB = 250
PATIENCE = 300.0
MAKER = """
import re, sys, time
from pathlib import Path
from mts_tui.backend.statements import make_one
from mts_tui.backend.store import SqliteStore
from mts_tui.documents.statement_file import in_this_process

store = SqliteStore(Path(sys.argv[1]))
store.open()
begun = time.perf_counter()
assert make_one(store, begin=in_this_process)
seconds = time.perf_counter() - begun
# `ru_maxrss` would begin with what the benchmark holds: a child inherits it.
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(seconds, int(peak[1]) / 1024)
"""


@benchmark("statements")
def statements(options: Options) -> Outcome:
    """Measure; some minutes."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        home = settled(Path(folder) / "home")
        file = home / "cabinet" / "data" / "operator.db"
        lengthen(file, MANY)
        store = SqliteStore(file)
        store.open()
        for kind in ("pdf", "xlsx"):
            figures[kind] = _made(store, kind)
            figures[f"{kind}, keys"] = _keys(home, store, kind)
        figures["html"] = _html(Path(folder), max(5, 3 * options.runs))
        store.close()
    return Outcome(markdown=_table(figures), figures=figures)


def _order(store: SqliteStore, kind: str) -> str:
    """Order a statement of the long past; no service would, for it was before the account."""

    def add(tx: Transaction) -> str:
        first = tx.archive.operation(account_id=ACCOUNT, seq=1)["at"]
        statement_id = tx.new_id()
        tx.statements.add(
            account_id=ACCOUNT,
            id=statement_id,
            ordered_at=tx.now_ms,
            since=first,
            until=first + MANY * STEP_MS,
            made_until=MANY + 1,
            kinds=",".join(KINDS),
            format=kind,
            delivery="cabinet",
            recipient="",
        )
        return statement_id

    return store.change(add)


def _row(store: SqliteStore, statement_id: str) -> dict[str, Any]:
    def look(tx: Transaction) -> dict[str, Any]:
        return dict(tx.statements.one(account_id=ACCOUNT, id=statement_id, now=tx.now_ms))

    return store.look(look)


def _made(store: SqliteStore, kind: str) -> dict[str, float]:
    """A document by a process that does nothing else."""
    statement_id = _order(store, kind)
    done = subprocess.run(
        (sys.executable, "-c", MAKER, str(store.path)), check=True, capture_output=True, text=True
    )
    seconds, peak = map(float, done.stdout.split())
    row = _row(store, statement_id)
    return {
        "seconds": seconds, "rows": row["row_count"], "bytes": row["size"], "peak": peak
    }  # fmt: skip


def _keys(home: Path, store: SqliteStore, kind: str) -> dict[str, Any]:
    """Move in a list: at rest, and while the cabinet makes a document."""
    seat: Seat = sit_down(home)
    try:
        seat.until("6", r"операци\w* · потрачено")
        seat.rest()
        idle = [move(seat, place) for place in range(60)]
        statement_id = _order(store, kind)
        ends = time.monotonic() + PATIENCE
        while _row(store, statement_id)["state"] == "queued" and time.monotonic() < ends:
            seat.rest()
        begun, told = time.monotonic(), _told(store)
        busy: list[float] = []
        while _row(store, statement_id)["state"] == "running" and time.monotonic() < ends:
            busy += [move(seat, len(busy) + place) for place in range(3)]
        seconds = time.monotonic() - begun
        told = _told(store) - told
        state = _row(store, statement_id)["state"]
    finally:
        seat.leave()
    return {"idle": idle, "busy": busy, "seconds": seconds, "told": told, "state": state}


def _told(store: SqliteStore) -> int:
    """How often one was told so far how a statement gets on."""
    with closing(sqlite3.connect(f"file:{store.path}?mode=ro", uri=True)) as file:
        count: int
        (count,) = file.execute("SELECT COUNT(*) FROM events WHERE kind = 'statement'").fetchone()
    return count


def _html(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of a month in HTML, and of a template that writes the same bytes."""
    rows = [_a_row(place) for place in range(MONTH)]
    paper = _paper(MONTH)
    whole, bare = folder / "whole.html", folder / "bare.html"
    found: dict[str, list[float]] = {"statement": [], "bare": []}
    for _ in range(rounds):
        begun = time.perf_counter()
        form = StatementHtml(whole, paper)
        form.add(rows)
        form.close()
        found["statement"].append(time.perf_counter() - begun)
        text = whole.read_text("utf-8")
        cells = _cells(rows, paper)
        head, _body, tail = _apart(text)
        begun = time.perf_counter()
        with bare.open("w", encoding="utf-8") as file:
            file.write(head)
            file.write("".join(TEMPLATE.format(*row) for row in cells))
            file.write(tail)
        found["bare"].append(time.perf_counter() - begun)
        assert bare.read_text("utf-8") == text
    return found


TEMPLATE = '<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td class="r">{}<td class="r">{}\n'


def _apart(text: str) -> tuple[str, str, str]:
    head, body = text.split("<tbody>\n", 1)
    rows, tail = body.split("</tbody>", 1)
    return f"{head}<tbody>\n", rows, f"</tbody>{tail}"


def _cells(rows: Sequence[StatementRow], paper: Paper) -> list[tuple[str, ...]]:
    zone = ZoneInfo(paper.zone)
    made = [line(row, zone) for row in rows]
    return [(*(text.replace("<", "&lt;") for text in one[1:9]), amount(one.minor)) for one in made]


def _a_row(place: int) -> StatementRow:
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=60 * place)
    way = ("out", "in")[place % 2]
    kinds: tuple[StatementKind, StatementKind] = ("call_out", "call_in")
    return StatementRow(
        operation=str(place),
        at=at,
        kind=kinds[place % 2],
        direction="in" if way == "in" else "out",
        peer=f"+7916{place % 40:07}",
        zone="Домашний",
        peer_zone="МТС; Москва",
        service="Телеф.",
        units=61 + place,
        unit="second",
        cost=Money(200, "RUB"),
    )


def _paper(count: int) -> Paper:
    return Paper(
        mark=MARK,
        phone="+79853701234",
        owner="Анна Ветрова",
        tariff="Smart Nonstop",
        zone="Europe/Moscow",
        currency="RUB",
        since=from_ms(0),
        until=from_ms(1),
        made_at=from_ms(1),
        kinds=KINDS,
        totals=StatementTotals(
            count,
            Money(count * 200, "RUB"),
            [StatementKindTotal("call_out", count, count * 65, Money(count * 200, "RUB"))],
            [],
        ),
    )


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _table(figures: dict[str, Any]) -> str:
    rows = []
    for kind in ("pdf", "xlsx"):
        made, keys = figures[kind], figures[f"{kind}, keys"]
        speed = made["rows"] / made["seconds"]
        told = keys["told"] / keys["seconds"]
        name = kind.upper()
        rows += [
            f"| {name}, rows a second | {speed:.0f} | |",
            f"| {name}, told how far it is, a second | {told:.1f} | ≥ 2 |",
            f"| {name}, peak memory, MiB | {made['peak']:.0f} | < {MEMORY_MIB} |",
            (
                f"| {name}, key → paint p50 / p99 at rest, ms "
                f"| {_quantile(keys['idle'], 0.5):.0f} / {_quantile(keys['idle'], 0.99):.0f} | |"
            ),
            (
                f"| {name}, key → paint p50 / p99 while it is made, ms | "
                f"{_quantile(keys['busy'], 0.5):.0f} / {_quantile(keys['busy'], 0.99):.0f} | ≤ 50 |"
            ),
        ]
    html = figures["html"]
    ratio = statistics.median(html["statement"]) / statistics.median(html["bare"])
    rows.append(f"| a month in HTML : a bare template | {ratio:.2f} | ≤ 2 |")
    below = "\n\n" + " ".join(
        f"{kind.upper()}: {figures[kind]['rows']} rows, {figures[kind]['bytes'] / 2**20:.1f} MiB,"
        f" {figures[kind]['seconds']:.1f} s alone, {figures[f'{kind}, keys']['seconds']:.1f} s"
        f" beside the screen ({figures[f'{kind}, keys']['state']},"
        f" {len(figures[f'{kind}, keys']['busy'])} keys)."
        for kind in ("pdf", "xlsx")
    )
    return "| figure | reached | goal |\n|---|---|---|\n" + "\n".join(rows) + below
