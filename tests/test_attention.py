"""The bell and the desktop: by choice, not in quiet hours, and nothing of others gets out."""

from datetime import datetime

import pytest

from mts_tui.attention import is_quiet, sequence, wanted
from mts_tui.config import Settings

HOSTILE = "Баланс\x07\x1b]0;заголовок\x1b\\;rm -rf\x9d\n[b]x"


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-22T{clock}").astimezone()


def test_nothing_is_done_unasked() -> None:
    assert not wanted(Settings())
    assert wanted(Settings(bell=True))
    assert wanted(Settings(desktop_notices="osc9"))


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        ("", "03:00", False),
        ("22:00-08:00", "21:59:59", False), ("22:00-08:00", "22:00", True),
        ("22:00-08:00", "00:00", True), ("22:00-08:00", "07:59:59", True),
        ("22:00-08:00", "08:00", False),
        ("13:00-14:30", "13:00", True), ("13:00-14:30", "14:30", False),
        ("13:00-14:30", "03:00", False), ("00:00-00:00", "12:00", False),
    ],
)  # fmt: skip
def test_hours_go_over_midnight(hours: str, clock: str, *, quiet: bool) -> None:
    assert is_quiet(hours, at(clock)) is quiet


@pytest.mark.parametrize(("way", "controls"), [("osc9", 2), ("osc777", 2)])
def test_a_text_stays_inside_its_sequence(way: str, controls: int) -> None:
    told = sequence(way, HOSTILE)
    assert told.startswith("\x1b]")
    assert told.endswith("\x07")
    assert sum(not sign.isprintable() for sign in told) == controls
    assert "Баланс" in told


def test_a_field_does_not_become_two() -> None:
    assert sequence("osc777", "a;b").count(";") == sequence("osc777", "a").count(";")
    assert sequence("off", HOSTILE) == ""
    assert len(sequence("osc9", "я" * 10_000)) < 300
