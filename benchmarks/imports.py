"""Import of a real detalization: reading every kind of file, keeping the rows, keys meanwhile.

Reading is a ratio to what the same library needs to read the same file and throw it away: time of
the processor, within one run on one machine. Nothing that an earlier round has read is remembered.
The whole import is what a person waits for: a look at the file, another reading, rows sent to the
store on SQLite, and put into the history. Keys are timed on a terminal from
outside: a panel is opened and closed over the import's dialog, at rest and while it works.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import xlrd
from lxml import etree
from openpyxl import load_workbook

from benchmarks.archive import Seat, quantile, settled, sit_down
from benchmarks.registry import Options, Outcome, benchmark
from benchmarks.seed import PASSWORD
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.access import SignIn
from mts_tui.backend.contract.imports import BATCH_ROWS, ImportBatch, ImportOrder
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.people import MAIN_PHONE
from mts_tui.imports.document import Document, Row
from mts_tui.imports.summary import sum_up
from tests.imports import samples

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 50_000
BOOK_ROWS = 20_000
IMPORTED = 100_000
PRESSES = 40


@benchmark("import")
def imports(options: Options) -> Outcome:
    """Measure."""
    rounds = max(1, options.runs // 3)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        reading = _reading(folder, rounds)
        home = settled(folder / "home")
        keeping = asyncio.run(_keeping(home / "cabinet" / "data"))
        home = settled(folder / "seat")
        keys = _keys(home, folder)
    figures = {"reading": reading, "keeping": keeping, "keys": keys}
    return Outcome(markdown=_table(figures), figures=figures)


# ------------------------------------------------------------------ reading


def _bare_csv(content: bytes) -> None:
    for _row in csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";"):
        pass


def _bare_html(content: bytes) -> None:
    class Nothing:
        def start(self, tag: str, attributes: Any) -> None: ...
        def end(self, tag: str) -> None: ...
        def data(self, data: str) -> None: ...
        def close(self) -> None: ...

    parser: Any = etree.HTMLParser(target=Nothing(), encoding="utf-8")
    parser.feed(content)
    parser.close()


def _bare_xml(content: bytes) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _tag, _attributes: None
    parser.EndElementHandler = lambda _tag: None
    parser.Parse(content, True)  # noqa: FBT003 - as expat takes it


def _bare_xlsx(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content), read_only=True)
    for sheet in book.worksheets:
        for _row in sheet.iter_rows(values_only=True):
            pass


def _bare_xls(content: bytes) -> None:
    for sheet in xlrd.open_workbook(file_contents=content).sheets():
        for number in range(sheet.nrows):
            sheet.row_values(number)


def _reading(folder: Path, rounds: int) -> dict[str, dict[str, list[float]]]:
    life = list(samples.many(ROWS))
    kinds: dict[str, tuple[bytes, Callable[[bytes], None], int]] = {
        "CSV": (samples.table(life).encode(), _bare_csv, ROWS),
        "HTML": (samples.page(life).encode(), _bare_html, ROWS),
        "XML": (samples.xml(life).encode(), _bare_xml, ROWS),
        "XLSX": (samples.xlsx(life[:BOOK_ROWS]), _bare_xlsx, BOOK_ROWS),
        "XLS": (samples.xls(life[:BOOK_ROWS]), _bare_xls, BOOK_ROWS),
    }
    found: dict[str, dict[str, list[float]]] = {}
    for kind, (content, bare, count) in kinds.items():
        path = folder / kind
        path.write_bytes(content)
        found[kind] = {"rate": [], "ratio": []}
        for _ in range(rounds):
            begun, spent = time.perf_counter(), time.process_time()
            read = sum(isinstance(row, Row) for row in Document(path).read())
            found[kind]["rate"].append(read / (time.perf_counter() - begun))
            ours, spent = time.process_time() - spent, time.process_time()
            bare(content)
            found[kind]["ratio"].append(ours / (time.process_time() - spent))
            if read != count:
                raise RuntimeError(f"{read} rows of {count} in {kind}")
    return found


# ------------------------------------------------------------------ keeping


async def _keeping(folder: Path) -> dict[str, float]:
    """Rows a second into the store: sent, put into the history, and all that from the file."""
    content = samples.table(list(samples.many(IMPORTED))).encode()
    path = folder / "detail.csv"
    path.write_bytes(content)
    backend = Embedded.at(folder, live=False)
    await backend.open()
    cabinet = Cabinet(backend)
    signed = await cabinet.access.sign_in(SignIn(phone=MAIN_PHONE, password=PASSWORD))
    backend.token = signed.token
    digest = hashlib.sha256(content).hexdigest()
    order = ImportOrder(phone=samples.OWN, file="detail.csv", format="csv", digest=digest)
    opened = time.perf_counter()
    (summary,) = sum_up(Document(path).read())
    begun = await cabinet.imports.begin(order)
    rows = (row.record for row in Document(path).read() if isinstance(row, Row))
    records = [record for record in rows if record is not None]
    started = time.perf_counter()
    for place in range(0, len(records), BATCH_ROWS):
        batch = ImportBatch(records=records[place : place + BATCH_ROWS])
        begun = await cabinet.imports.add(begun.account, begun.id, batch)
    sent = time.perf_counter()
    while not begun.complete:
        begun = await cabinet.imports.end(begun.account, begun.id)
    ended = time.perf_counter()
    await backend.close()
    if not summary.count == begun.added == IMPORTED:
        raise RuntimeError(f"{begun.added} rows of {summary.count} were kept")
    return {
        "whole": IMPORTED / (ended - opened),
        "sent": IMPORTED / (sent - started),
        "written": IMPORTED / (ended - sent),
    }


# ------------------------------------------------------------------ keys


def _keys(home: Path, folder: Path) -> dict[str, Any]:
    """Milliseconds until a panel is there, or gone: at rest, and while a file is imported."""
    path = folder / "many.csv"
    path.write_bytes(samples.table(list(samples.many(IMPORTED)), own=samples.OTHER).encode())
    seat = sit_down(home)
    try:
        seat.until("1", "Мои номера")
        seat.rest()
        seat.until("i", "Импорт детализации")
        seat.rest()
        for letter in str(path):
            seat.press(letter)
        idle = [_panel(seat, place) for place in range(PRESSES)]
        busy = []
        begun = seat.terminal.now()
        seat.until("enter", "Читаем")
        busy += _while(seat, "Читаем")
        seat.wait("Импортировать")
        read = seat.terminal.now() - begun
        begun = seat.terminal.now()
        seat.until("enter", "Импортируем")
        busy += _while(seat, "Импортируем|Складываем")
        seat.wait("Добавлено")
        kept = seat.terminal.now() - begun
    finally:
        seat.leave()
    return {"idle": idle, "busy": busy, "read": read, "kept": kept}


def _while(seat: Seat, working: str) -> list[float]:
    found: list[float] = []
    while re.search(working, seat.text):
        found += [_panel(seat, 0), _panel(seat, 1)]
        seat.terminal.read(0.05)
    return found


def _panel(seat: Seat, place: int) -> float:
    key, gone = ("f1", False) if place % 2 == 0 else ("escape", True)
    taken = seat.until(key, "Вся справка", gone=gone)
    seat.terminal.read(0.02)
    return taken


# ------------------------------------------------------------------ the answer


def _table(figures: dict[str, Any]) -> str:
    rows = []
    for kind, found in figures["reading"].items():
        ratio, rate = (statistics.median(found[name]) for name in ("ratio", "rate"))
        least = "≥ 20,000" if kind == "CSV" else ""
        rows.append(f"| {kind}: reading : its library alone | {ratio:.2f} | ≤ 3 |")
        rows.append(f"| {kind}: rows in a second | {rate:,.0f} | {least} |")
    keeping, keys = figures["keeping"], figures["keys"]
    idle, busy = quantile(keys["idle"], 0.99), quantile(keys["busy"], 0.99)
    rows += [
        f"| CSV: the whole import, rows in a second | {keeping['whole']:,.0f} | ≥ 20,000 |",
        f"| rows sent in a second, inside | {keeping['sent']:,.0f} | |",
        f"| rows written into the history in a second | {keeping['written']:,.0f} | |",
        f"| importing {IMPORTED:,} rows, key → panel p99 : at rest | {busy / idle:.2f} | ≤ 5 |",
        f"| the same, ms (p50 {statistics.median(keys['busy']):.0f}) | {busy:.0f} | |",
    ]
    told = f"\n\n{IMPORTED:,} rows: read in {keys['read']:.1f} s, kept in {keys['kept']:.1f} s."
    return "\n".join(["| | now | target |", "|---|---|---|", *rows]) + told
