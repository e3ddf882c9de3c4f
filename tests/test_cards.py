"""Cards as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui import cards
from mts_tui.backend.operator import bank

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("card", bank.TEST_CARDS, ids=lambda card: card.number[-4:])
def test_the_banks_cards_are_taken_and_their_brand_is_seen(card: bank.KnownCard):
    assert cards.parse(cards.as_typed(card.number)) == card.number
    assert cards.brand(card.number[:4]) == card.brand


@pytest.mark.parametrize(
    ("beginning", "brand"),
    [("2", ""), ("2200", "МИР"), ("2204", "МИР"), ("2205", ""), ("4", "Visa"), ("51", "Mastercard"),
     ("56", ""), ("2221", "Mastercard"), ("2720", "Mastercard"), ("2721", ""), ("62", "UnionPay")],
)  # fmt: skip
def test_brand(beginning: str, brand: str):
    assert cards.brand(beginning) == brand


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Введите номер карты"),
        ("2200 0000 0000 0005", "опечатка"),
        ("2200 0000", "короткий"),
        ("4111 1111 1111 1111 11111", "лишние цифры"),
        ("моя карта", "только цифры"),
        ("٤١١١111111111111", "только цифры"),
    ],
)
def test_number_is_refused(text: str, sentence: str):
    with pytest.raises(cards.CardError, match=sentence):
        cards.parse(text)


@pytest.mark.parametrize(
    ("text", "term"),
    [("12/29", (12, 2029)), ("1229", (12, 2029)), ("11/26", (11, 2026)), ("1/27", (1, 2027)),
     ("12.2029", (12, 2029)), (" 03 / 30 ", (3, 2030))],
)  # fmt: skip
def test_term(text: str, term: tuple[int, int]):
    assert cards.parse_term(text, TODAY) == term


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "месяц и год"), ("13/29", "Месяца 13"), ("00/29", "Месяца 00"), ("10/26", "истёк"),
     ("12/99", "Проверьте год"), ("1/2/3", "месяц и год"), ("декабрь", "месяц и год")],
)  # fmt: skip
def test_term_is_refused(text: str, sentence: str):
    with pytest.raises(cards.CardError, match=sentence):
        cards.parse_term(text, TODAY)


@pytest.mark.parametrize("text", ["", "12", "1234", "12а", "١٢٣"])
def test_cvv_is_refused(text: str):
    with pytest.raises(cards.CardError, match="три цифры"):
        cards.parse_cvv(text)


@given(st.text(max_size=30))
def test_masks_are_stable_and_keep_every_sign(text: str):
    for mask in (cards.as_typed, cards.term_as_typed):
        shown = mask(text)
        assert mask(shown) == shown
        digits = [sign for sign in text if sign.isdigit()]
        assert [sign for sign in shown if sign.isdigit()] == digits
