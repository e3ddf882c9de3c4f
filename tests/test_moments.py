"""A moment to come, as it is typed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mts_tui.moments import read

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 22, 21, 34, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21:35", (2026, 11, 22, 21, 35)),
        ("сегодня в 23:59", (2026, 11, 22, 23, 59)),
        (" Завтра  9:00", (2026, 11, 23, 9, 0)),
        ("послезавтра 9.05", (2026, 11, 24, 9, 5)),
        ("25.11 18:00", (2026, 11, 25, 18, 0)),
        ("1.1.27 0:00", (2027, 1, 1, 0, 0)),
        ("31.12.2026 10:00", (2026, 12, 31, 10, 0)),
        ("10.01 10:00", (2027, 1, 10, 10, 0)),
        ("2026-11-25 18:00", (2026, 11, 25, 18, 0)),
        ("2026-11-25 в 9:05", (2026, 11, 25, 9, 5)),
        ("2026-11-25T18:00", (2026, 11, 25, 18, 0)),
    ],
)
def test_moments(text: str, expected: tuple[int, ...]):
    assert read(text, NOW) == datetime(*expected, tzinfo=MOSCOW)


def test_nothing_is_now():
    assert read(" ", NOW) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("21:34", "уже прошло"),
        ("22.11.2025 10:00", "уже прошло"),
        ("вчера 10:00", "непонятно"),
        ("10", "непонятно"),
        ("31.02 10:00", "не бывает"),
        ("25:00", "не бывает"),
        ("завтра", "непонятно"),
    ],
)
def test_what_is_no_moment(text: str, told: str):
    with pytest.raises(ValueError, match=told):
        read(text, NOW)
