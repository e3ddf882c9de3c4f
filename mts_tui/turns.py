"""Threads that take short turns, so that the one that draws never waits for long."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

BRIEF = 0.0005
"""Seconds after which a thread lets another one run."""


@contextmanager
def brief_turns() -> Iterator[None]:
    """Threads take short turns meanwhile."""
    known = sys.getswitchinterval()
    sys.setswitchinterval(BRIEF)
    try:
        yield
    finally:
        sys.setswitchinterval(known)
