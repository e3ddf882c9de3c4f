"""Several processes on one port: `mts-tui serve --workers 2`, as people start it."""

import asyncio
import statistics
from pathlib import Path

from benchmarks.server.load import closed, request
from benchmarks.server.processes import served

HELD_BACK = 0.04
"""Seconds for which the other side's kernel keeps an acknowledgement back."""


def test_an_answer_is_sent_at_once(tmp_path: Path):
    with served(tmp_path, str(tmp_path / "server.db"), "--workers", "2") as (port, _pid):
        asked = request("GET", "/v1/meta")
        asyncio.run(closed(port, lambda: asked, 1, 0.0))  # The socket is there before they are.
        load = asyncio.run(closed(port, lambda: asked, 1, 1.0))
    assert statistics.median(one.took for one in load.good()) < HELD_BACK / 2
