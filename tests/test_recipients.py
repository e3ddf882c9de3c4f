"""Whom a message goes to: numbers in any notation, contacts, groups, and what is none of these."""

import pytest

from mts_tui.backend.contract.messages import Contact
from mts_tui.recipients import read

KATYA = Contact(id="1", name="Катя Ёлкина", phone="+79561111111", groups=["Семья"])
OLEG = Contact(id="2", name="Олег", phone="+79562222222", groups=["Семья", "Дача"])
BOOK = [KATYA, OLEG]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" , ;\n", []),
        ("89561234567", ["+79561234567"]),
        ("+7 (956) 123-45-67; 8 956 123 45 67", ["+79561234567"]),
        ("8 956 123-45-67\n9561111111\n+375 33 000-00-01", ["+79561234567", "+79561111111", "+375330000001"]),
        ("89561234567 89561111111", ["+79561234567", "+79561111111"]),
        ("катя елкина, +447700900123", [KATYA.phone, "+447700900123"]),
        ("семья", [KATYA.phone, OLEG.phone]),
        ("Дача, Семья, Олег", [OLEG.phone, KATYA.phone]),
    ],
)  # fmt: skip
def test_recipients_are_read(text: str, expected: list[str]):
    assert read(text, BOOK) == (expected, [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Катя", "«Катя»: Такого контакта и такой группы нет."),
        ("112", "«112»: Короткие номера"),
        ("895612345", "«895612345»: В номере не хватает"),
        ("8956123456789", "лишние цифры"),
        ("89561234567 12", "лишние цифры"),
        ("!!", "лишние знаки"),
        ("8 495 123-45-67", "городской номер"),
    ],
)
def test_each_wrong_piece_has_a_sentence(text: str, told: str):
    found = read(f"{text}, 89561234567", BOOK)
    assert found.phones == ["+79561234567"]
    (wrong,) = found.wrong
    assert told in wrong.replace("\N{NO-BREAK SPACE}", " ")


def test_ones_own_number_and_too_many():
    found = read("89561234567, 89853701234", BOOK, own="+79853701234")
    assert found.phones == ["+79561234567"]
    assert "с которого вы отправляете" in found.wrong[0]
    many = ", ".join(f"8956000{number:04}" for number in range(11))
    assert "можно не больше 10" in read(many, BOOK).wrong[0]
