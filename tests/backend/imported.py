"""Importing in tests: a file's rows, straight to the services."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mts_tui.backend.contract.imports import (
    BATCH_ROWS,
    Import,
    ImportBatch,
    ImportedRecord,
    ImportOrder,
    Imports,
    UnreadRow,
)
from mts_tui.imports.document import Document, Row
from tests.imports import samples

from .desk import Window


def rows_of(
    content: bytes, number: str = samples.OWN
) -> tuple[list[ImportedRecord], list[UnreadRow]]:
    """Records and unread rows of a file's content."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        rows = [row for row in Document(path).read() if isinstance(row, Row)]
    mine = [row for row in rows if row.number == number]
    return (
        [row.record for row in mine if row.record is not None],
        [row.unread for row in mine if row.unread is not None],
    )


def order_of(content: bytes, phone: str = samples.OWN, tariff: str | None = None) -> ImportOrder:
    return ImportOrder(
        phone=phone,
        file="detail.csv",
        format="csv",
        digest=hashlib.sha256(content).hexdigest(),
        tariff=tariff,
    )


def send(window: Window, content: bytes, begun: Import, batch: int = BATCH_ROWS) -> Import:
    """Send a file's rows in batches."""
    records, unread = rows_of(content, begun.phone)
    for place in range(0, max(len(records), 1), batch):
        part = ImportBatch(records=records[place : place + batch], unread=[])
        begun = window.ask(Imports.add, begun.account, begun.id, part)
    if unread:
        begun = window.ask(Imports.add, begun.account, begun.id, ImportBatch(unread=unread))
    return begun


def finish(window: Window, begun: Import) -> Import:
    while not (ended := window.ask(Imports.end, begun.account, begun.id)).complete:
        pass
    return ended


def bring_in(
    window: Window, content: bytes, phone: str = samples.OWN, *, tariff: str | None = None,
    batch: int = BATCH_ROWS,
) -> Import:  # fmt: skip
    """Import a file from its beginning to its end."""
    begun = window.ask(Imports.begin, order_of(content, phone, tariff))
    return finish(window, send(window, content, begun, batch))


def csv_of(rows: Sequence[samples.Printed], own: str = samples.OWN) -> bytes:
    return samples.table(rows, own=own).encode()
