"""How an SMS is counted: known answers of GSM 03.38, and what must hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui.sms_text import GSM_BASIC, GSM_EXTENSION, PART, Counted, count, sendable, split

EMOJI = "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Counted("gsm7", 0, 160)),
        ("a", Counted("gsm7", 1, 159)),
        ("a" * 160, Counted("gsm7", 1, 0)),
        ("a" * 161, Counted("gsm7", 2, 145)),
        ("a" * 306, Counted("gsm7", 2, 0)),
        ("a" * 307, Counted("gsm7", 3, 152)),
        ("€", Counted("gsm7", 1, 158)),
        ("{" * 80, Counted("gsm7", 1, 0)),
        ("{" * 80 + "a", Counted("gsm7", 2, 144)),
        ("ÄÖÑÜ§¿äöñüà", Counted("gsm7", 1, 149)),
        ("ç", Counted("ucs2", 1, 69)),  # Only the capital one is in the table.
        ("`", Counted("ucs2", 1, 69)),
        ("я" * 70, Counted("ucs2", 1, 0)),
        ("я" * 71, Counted("ucs2", 2, 63)),
        ("я" * 134, Counted("ucs2", 2, 0)),
        ("я" * 135, Counted("ucs2", 3, 66)),
        ("a" * 69 + "№", Counted("ucs2", 1, 0)),
        (EMOJI * 35, Counted("ucs2", 1, 0)),
        (EMOJI * 36, Counted("ucs2", 2, 61)),  # 33 pairs fill 66 of 67 places.
        ("я" * 1000, Counted("ucs2", 15, 5)),
        ("a" * 1000, Counted("gsm7", 7, 71)),
    ],
)
def test_known_answers(text: str, expected: Counted):
    assert count(text) == expected


def test_what_takes_two_places_is_not_divided():
    first, second = split("a" * 152 + "{" * 10)
    assert first == "a" * 152
    assert second == "{" * 10
    first, second = split("я" * 66 + EMOJI * 3)
    assert first == "я" * 66
    assert second == EMOJI * 3


@given(st.text(alphabet=st.sampled_from([*sorted(GSM_BASIC | GSM_EXTENSION), "я", EMOJI])))
def test_parts_make_the_text_and_each_has_room(text: str):
    counted, parts = count(text), split(text)
    assert "".join(parts) == text
    assert len(parts) == counted.parts
    assert counted.left >= 0
    wide = counted.alphabet == "ucs2"
    for part in parts:
        units = (
            len(part.encode("utf-16-le")) // 2
            if wide
            else len(part) + sum(map(part.count, GSM_EXTENSION))
        )
        assert units <= (PART if len(parts) > 1 else {"gsm7": 160, "ucs2": 70})[counted.alphabet]


def test_what_is_sent_is_harmless_and_without_edges():
    assert sendable(" \n Привет\r\nмир\x1b[31m\u202e \n") == "Привет\nмир[31m"
    assert sendable("\u200b \n\t") == ""
