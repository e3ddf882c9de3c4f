"""The servers that are measured: processes of their own, as people start them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .load import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

STARTS_WITHIN = 30.0
ENDS_WITHIN = 30.0


@contextmanager
def served(
    folder: Path,
    database: str,
    *options: str,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Iterator[tuple[int, int]]:
    """Run `mts-tui serve` while the block runs.

    Args:
        folder: Where it keeps its files.
        database: URL of its database.
        options: More of its options.
        port: Where it listens; 0 for a free port.
        environment: Variables besides the own ones.

    Yields:
        Its port, and the number of its process.
    """
    port = port or free_port()
    command = [
        *(sys.executable, "-m", "mts_tui", "--at", str(folder)),
        *("serve", "--database", database, "--port", str(port), *options),
    ]
    with running(command, port, environment) as pid:
        yield port, pid


@contextmanager
def running(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a process that listens; it is told to end after the block.

    Raises:
        RuntimeError: It does not come to listen.
    """
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stderr=subprocess.DEVNULL
    )
    try:
        _await(process, port)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.create_server((HOST, 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"it does not listen: {process.args!r}")
