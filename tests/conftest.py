"""How all tests are run: where their files lie, how many go at once."""

import gc
import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free there: each test has a copy of the demo's store while it runs."""

# Files in memory wait for no disk: an `fsync` takes milliseconds there, and tests write thousands of
# times. What a cut of the power loses is asked by tests/safety, of a disk that it makes up itself.
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


# Each program leaves tens of thousands of objects behind; with the usual thresholds a fifth of the
# time goes by in looking through what is there.
gc.set_threshold(50_000, 20, 50)

NAMED_AT_MOST = 60
"""Characters of a value that may stand in a test's name."""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What a test is called by a value: long ones and bytes by the argument's name.

    Bytes may hold the time at which they were made, as a ZIP does, and the processes that share
    the tests must come to the same names.
    """
    if isinstance(val, bytes) or (isinstance(val, str) and len(val) > NAMED_AT_MOST):
        return argname
    return None


def pytest_xdist_auto_num_workers() -> int:
    """Processes for `-n auto`: one and a half for a core, since tests also wait for each other.

    They wait for a screen to come to rest, for a server's answer, for a process to begin.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (cores or 1) * 3 // 2
