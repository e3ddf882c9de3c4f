"""Work that nobody waits for goes on, whatever becomes of one piece of it."""

import logging
import threading

import pytest

from mts_tui.backend.background import Background
from mts_tui.backend.contract.errors import StoreLocked

PATIENCE = 10.0


@pytest.mark.parametrize("fault", [StoreLocked(path="x"), ZeroDivisionError("a secret of Anna's")])
def test_a_job_that_fails_ends_no_other(fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def fails() -> bool:
        raise fault

    def works() -> bool:
        done.set()
        return False

    background = Background("test", [fails, works])
    with caplog.at_level(logging.WARNING):
        background.begin()
        try:
            assert done.wait(PATIENCE)
        finally:
            background.end()
    assert "secret" not in caplog.text
    assert caplog.records
