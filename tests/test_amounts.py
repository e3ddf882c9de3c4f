"""Sums as people type them: read rightly or refused with a sentence, never guessed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui import amounts, formatting


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("300", 300_00),
        ("1000.50", 1000_50),
        ("1000,5", 1000_50),
        ("1 000,5", 1000_50),
        ("1 000,50", 1000_50),
        ("12 345 678,09", 12_345_678_09),
        ("  300 ₽ ", 300_00),
        ("300 руб.", 300_00),
        ("300 рублей", 300_00),
        ("5 р.", 5_00),
        ("10 BYN", 10_00),
        ("0,05", 5),
        ("300,", 300_00),
        ("007", 7_00),
    ],
)
def test_is_read(text: str, minor: int):
    assert amounts.parse(text) == minor


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Введите сумму"),
        ("   ", "Введите сумму"),
        ("₽", "Введите сумму"),
        ("0", "больше нуля"),
        ("0,00", "больше нуля"),
        ("-1", "больше нуля"),
        ("−1", "больше нуля"),
        ("–300,50", "больше нуля"),
        ("0,001", "не больше двух цифр"),
        ("1.000", "не больше двух цифр"),
        ("1e9", "цифрами"),
        ("сто", "цифрами"),
        ("NaN", "цифрами"),
        ("inf", "цифрами"),
        ("٣٠٠", "цифрами"),
        ("10²", "цифрами"),
        ("1000 50", "Непонятно"),
        ("1 00", "Непонятно"),
        ("1,000.50", "Непонятно"),
        ("1.2.3", "Непонятно"),
        ("+5", "Непонятно"),
        ("--", "Непонятно"),
        ("1" * 40, "слишком большая"),
    ],
)
def test_is_refused_with_a_sentence(text: str, sentence: str):
    with pytest.raises(amounts.AmountError, match=sentence) as refused:
        amounts.parse(text)
    assert str(refused.value).endswith(".")


@given(st.integers(1, 10**12))
def test_what_is_shown_can_be_typed(minor: int):
    assert amounts.parse(formatting.money(minor)) == minor
    formatting.use_iso()
    try:
        assert amounts.parse(formatting.money(minor)) == minor
    finally:
        formatting.use_iso(iso=False)


@given(st.text(max_size=60))
def test_anything_is_read_or_refused(text: str):
    with suppress(amounts.AmountError):
        assert amounts.parse(text) > 0


@pytest.mark.parametrize(
    ("minor", "good"),
    [(9_99, False), (10_00, True), (15_000_00, True), (15_000_01, False)],
)
def test_limits(*, minor: int, good: bool):
    if good:
        assert amounts.within(minor, 10_00, 15_000_00, "RUB") == minor
    else:
        with pytest.raises(amounts.AmountError, match=r"от 10,00.₽ до 15.000,00.₽"):
            amounts.within(minor, 10_00, 15_000_00, "RUB")


def test_a_limit_that_is_used_up_says_so():
    with pytest.raises(amounts.AmountError, match="исчерпан"):
        amounts.within(100, 100, 0, "RUB")


@pytest.mark.parametrize(
    ("minor", "permille", "fee"),
    [(300_00, 4, 1_20), (300_00, 10, 3_00), (1_25, 4, 1), (1_24, 4, 0), (10_00, 0, 0)],
)
def test_commission_is_rounded_half_up(minor: int, permille: int, fee: int):
    assert amounts.commission(minor, permille) == fee
