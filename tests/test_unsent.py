"""What is said of a command that was never sent: what, when, what came of it, and no secret."""

from datetime import UTC, datetime

import pytest

from mts_tui.backend.contract import endpoints
from mts_tui.backend.outbox import Letter, keeps
from mts_tui.unsent import NAMES, sentence

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def letter(operation: str, *, in_doubt: bool) -> Letter:
    body = '{"amount": "канарейка"}'
    return Letter("k", "anna", operation, "POST", "/v1/канарейка", body, AT, in_doubt=in_doubt)


@pytest.mark.parametrize("in_doubt", [True, False])
def test_a_sentence_for_each(*, in_doubt: bool) -> None:
    for operation in (*NAMES, "area.of_a_newer_version"):
        told = sentence(letter(operation, in_doubt=in_doubt))
        assert "20 ноября 2026" in told
        assert ("неизвестно, выполнено ли" in told) is in_doubt
        assert told.startswith("Не выполнено: ") is not in_doubt
        assert told.endswith(".")
        assert "канарейка" not in told
        assert operation not in told


def test_every_command_that_may_wait_has_a_name() -> None:
    """A new command needs a line in `unsent.NAMES`: what a person calls it."""
    missing = [one.id for one in endpoints() if keeps(one) and one.id not in NAMES]
    assert missing == []
