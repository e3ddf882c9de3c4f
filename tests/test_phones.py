"""Numbers as people write them, as they are shown, and where they are from."""

import copy
import pickle
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mts_tui import phones
from mts_tui.phones import PhoneError, Region, as_typed, display, masked, parse, region

MOSCOW = Region("Москва и Московская область", "Europe/Moscow")
PETERSBURG = Region("Санкт-Петербург и Ленинградская область", "Europe/Moscow")

digits = st.text("0123456789", min_size=1, max_size=7)
russian = st.from_regex(r"\+79[0-9]{9}", fullmatch=True)
belarusian = st.from_regex(r"\+375(25|29|33|44)[0-9]{7}", fullmatch=True)
ukrainian = st.from_regex(r"\+380(39|50|63|66|67|68|73|75|9[1-9])[0-9]{7}", fullmatch=True)
mobile = russian | belarusian | ukrainian
anything = (
    st.text(st.characters(codec=None), max_size=100)
    | st.text("0123456789+-() \u00a0\u200b\u2013", max_size=80)
    | st.text("0123456789", max_size=16)
    | st.text("тel:.0123456789٠９²²½ﷺ+\ud800\u202a", max_size=30)
)


def refusal(text, **options):
    with pytest.raises(PhoneError) as caught:
        parse(text, **options)
    return caught.value


def answer(text):
    try:
        return parse(text), None
    except PhoneError as error:
        return None, error


@pytest.mark.parametrize(
    "text",
    [
        "+7 985 370-12-34", "8 (985) 370 12 34", "8(985)370-12-34", "9853701234", "79853701234",
        "7 985 370 12 34", "89853701234", "8-985-370-12-34", "+7(985)3701234", "985 370 12 34",
        "  +7 985 370-12-34\n", "+7\t985\t370\t12\t34", "+7\u00a0985\u202f370\u201112\u201134",
        "+7 985 370\u201312\u201334", "+7 985 370\u201412\u201534", "+7 985 370\u221212\u221234",
        "8.985.370.12.34", "tel:+79853701234", "TEL:+7-985-370-12-34", "Тел.: 8 985 370-12-34",
        "тел. 8 985 370-12-34", "\u202a+7 985 370-12-34\u202c", "\ufeff+79853701234",
        "+7\u200b985\u00ad3701234", "(+7) 985 370-12-34", "+ 7 985 370 12 34",
        "+7 ９８５ ３７０-１２-３４", "＋79853701234", "+8 985 370-12-34", "007 985 370 12 34",
        "8 10 7 985 370-12-34", "+79853701234.",
    ],
)  # fmt: skip
def test_russian_numbers_are_read(text):
    assert parse(text) == "+79853701234"


@pytest.mark.parametrize(
    "text",
    [
        "+375 29 123-45-67", "375291234567", "8 029 123-45-67", "80291234567", "8(029)1234567",
        "8 10 375 29 123-45-67", "00375291234567", "tel:+375291234567", "+375 (29) 123 45 67",
    ],
)  # fmt: skip
def test_belarusian_numbers_are_read(text):
    assert parse(text) == "+375291234567"


@pytest.mark.parametrize(
    "text",
    [
        "+380 50 123 4567", "380501234567", "050 123 4567", "0501234567", "(050) 123-45-67",
        "8 10 380 50 123 4567", "00380501234567",
    ],
)  # fmt: skip
def test_ukrainian_numbers_are_read(text):
    assert parse(text) == "+380501234567"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "EMPTY"), ("   ", "EMPTY"), ("+", "EMPTY"), ("()-", "EMPTY"), ("tel:", "EMPTY"),
        ("\u200b\u202e", "EMPTY"),
        ("Анна", "LETTERS"), ("8 985 37О-12-34", "LETTERS"), ("+7985370123x", "LETTERS"),
        ("+7 ٩٨٥ ٣٧٠ ١٢ ٣٤", "DIGITS"), ("९८५३७०१२३४", "DIGITS"),
        ("📱", "SYMBOLS"), ("+79853701234 😀", "SYMBOLS"), ("*100#", "SYMBOLS"),
        ("++79853701234", "SYMBOLS"), ("8+9853701234", "SYMBOLS"),
        ("9853701234, 9853701235", "SYMBOLS"), ("' OR 1=1", "LETTERS"), ("985tel:3701234", "LETTERS"),
        ("8", "SHORT"), ("+7", "SHORT"), ("+3", "SHORT"), ("37", "SHORT"), ("+38", "SHORT"),
        ("0", "SHORT"), ("80", "SHORT"), ("+7 985 370-12-3", "SHORT"), ("985370123", "SHORT"),
        ("8985370123", "SHORT"), ("+375 29 123-45-6", "SHORT"), ("8029123456", "SHORT"),
        ("050123456", "SHORT"), ("3339", "SHORT"), ("111", "SHORT"),
        ("+7 985 370-12-345", "LONG"), ("98537012345", "LONG"), ("802912345678", "LONG"),
        ("05012345678", "LONG"), ("89853701234 89853701235", "LONG"), ("1" * 16, "LONG"),
        ("+1 202 555 0123", "FOREIGN"), ("+998 90 123 45 67", "FOREIGN"),
        ("998901234567", "FOREIGN"), ("12025550123", "FOREIGN"), ("8 10 1 202 555 0123", "FOREIGN"),
        ("00 49 30 123456", "FOREIGN"), ("+7 701 123 45 67", "FOREIGN"),
        ("8 777 123 45 67", "FOREIGN"), ("+7 6", "FOREIGN"), ("77011234567", "FOREIGN"),
        ("+7 495 370-12-34", "CITY"), ("84953701234", "CITY"), ("4953701234", "CITY"),
        ("8123701234", "CITY"), ("8 (3412) 37-01-23", "CITY"), ("+375 17 123-45-67", "CITY"),
        ("8 017 123-45-67", "CITY"), ("+380 44 123 4567", "CITY"), ("044 123 4567", "CITY"),
        ("8 800 555-35-35", "UNKNOWN_CODE"), ("+7 200 123-45-67", "UNKNOWN_CODE"),
        ("2001234567", "UNKNOWN_CODE"), ("8 200 123-45-67", "UNKNOWN_CODE"), ("+375 99 123-45-67", "UNKNOWN_CODE"),
        ("8 050 123-45-67", "UNKNOWN_CODE"), ("+380 00 123 4567", "UNKNOWN_CODE"),
    ],
)  # fmt: skip
def test_what_is_refused(text, code):
    assert refusal(text).code == code


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Введите номер телефона, например +7 985 370-12-34."),
        ("985370123", "В номере не хватает 1 цифры. Нужно так: +7 985 370-12-34."),
        ("+375 29 1", "В номере не хватает 6 цифр. Нужно так: +375 33 000-00-01."),
        ("+380 50 123 45678", "В номере 1 лишняя цифра. Нужно так: +380 50 000 0001."),
        ("985370123456", "В номере 2 лишние цифры. Нужно так: +7 985 370-12-34."),
        (
            "+7 495 370-12-34",
            "Это городской номер, SMS на него не придёт. Введите мобильный номер, например +7 985 370-12-34.",
        ),
        (
            "8 050 123-45-67",
            "У мобильных номеров Беларуси нет кода 50. Номер Украины начните с +380.",
        ),
        (
            "+1 202 555 0123",
            "Номера этой страны не обслуживаются. Введите номер России (+7), Беларуси (+375) или Украины (+380).",
        ),
    ],
)
def test_the_refusal_says_what_to_do(text, sentence):
    assert str(refusal(text)).replace("\u00a0", " ") == sentence


@given(anything)
def test_every_text_is_a_number_or_a_sentence(text):
    number, error = answer(text)
    if error:
        assert str(error).endswith(".")
        assert error.code in phones.Code.__args__
    else:
        assert phones.is_mobile(number)
        assert parse(display(number)) == number


def test_the_error_survives_a_copy():
    error = refusal("")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301
        assert (str(twin), twin.code) == (str(error), "EMPTY")


@pytest.mark.parametrize("char", ["9", "я", " ", "\u202e", "\U0001f600", "\n", "+", "９"])
def test_two_megabytes_are_answered_at_once(char):
    text = "8" + char * 2_000_000 + "8"
    start = time.perf_counter()
    _, error = answer(text)
    parsed = time.perf_counter()
    shown = as_typed(text)
    typed = time.perf_counter()
    assert error.code == "LONG"
    assert len(shown) < 100
    assert parsed - start < 0.05
    assert typed - parsed < 0.05


def test_city_numbers_are_read_where_they_are_of_use():
    assert parse("8 495 370-12-34", city=True) == "+74953701234"
    assert parse("8 017 123-45-67", city=True) == "+375171234567"
    assert parse("9853701234", city=True) == "+79853701234"
    assert refusal("8 800 555-35-35", city=True).code == "UNKNOWN_CODE"


@pytest.mark.parametrize(
    ("number", "country", "currency", "is_mobile", "is_city"),
    [
        ("+79853701234", "RU", "RUB", True, False),
        ("+74953701234", "RU", "RUB", False, True),
        ("+78005553535", "RU", "RUB", False, False),
        ("+375330000001", "BY", "BYN", True, False),
        ("+375171234567", "BY", "BYN", False, True),
        ("+380500000001", "UA", "UAH", True, False),
        ("+380441234567", "UA", "UAH", False, True),
        ("+77011234567", None, None, False, False),
        ("+12025550123", None, None, False, False),
        ("79853701234", None, None, False, False),
        ("+7985370123", None, None, False, False),
        ("+7985370123٤", None, None, False, False),
        ("+79853701234\n", None, None, False, False),
        ("3339", None, None, False, False),
        ("", None, None, False, False),
    ],
)
def test_what_a_number_is(number, country, currency, is_mobile, is_city):
    assert phones.country(number) == country
    assert phones.currency(number) == currency
    assert phones.is_mobile(number) is is_mobile
    assert phones.is_city(number) is is_city


@pytest.mark.parametrize("prefix", ["+375", "+380"])
def test_codes_agree_with_the_numbering_plan(prefix):
    kinds = phonenumbers.PhoneNumberType
    for code in range(10, 100):
        # Fails after an update of the package: then a plan has changed, and so must the table.
        found = {
            phonenumbers.number_type(phonenumbers.parse(f"{prefix}{code}{tail}{tail}34567"[:13]))
            for tail in range(10, 100)
        }
        number = f"{prefix}{code}1234567"
        assert phones.is_mobile(number) == (kinds.MOBILE in found), number
        assert phones.is_city(number) == (kinds.FIXED_LINE in found), number


@pytest.mark.parametrize(
    ("number", "shown", "hidden"),
    [
        ("+79853701234", "+7 985 370-12-34", "+7 985 ***-**-34"),
        ("+74953701234", "+7 495 370-12-34", "+7 495 ***-**-34"),
        ("+375291234567", "+375 29 123-45-67", "+375 29 ***-**-67"),
        ("+380501234567", "+380 50 123 4567", "+380 50 *** **67"),
        ("+998901234567", "+998 90 123 45 67", "+998*******67"),
        ("+77011234567", "+7 701 123 4567", "+7 701 ***-**-67"),
        ("+99999999", "+99999999", "+******99"),
        ("3339", "3339", "3339"),
        ("111", "111", "111"),
        ("Анна", "Анна", "Анна"),
        ("", "", ""),
        ("3701234", "3701234", "*****34"),
        ("40817810000000000012", "40817810000000000012", "408***************12"),
    ],
)
def test_shown_and_hidden(number, shown, hidden):
    assert display(number) == shown
    assert masked(number) == hidden


@pytest.mark.parametrize("text", ["8 985 370-12-34", "9853701234", "tel:+79853701234"])
def test_a_number_is_hidden_however_it_was_written(text):
    assert masked(text) == "+7 985 ***-**-34"


@given(st.text(max_size=60))
def test_hiding_leaves_few_digits(text):
    left = sum(char.isdecimal() for char in masked(text))
    assert left < 6 or left <= len("+380 50 67".replace(" ", ""))
    if sum(char.isdecimal() for char in text) >= 6:
        assert "*" in masked(text)


@given(mobile)
def test_what_is_shown_is_read_back(number):
    assert parse(display(number)) == number
    assert as_typed(number) == display(number)
    national = display(number)[1:]
    assert parse(national) == number


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("9853701234", ["+7 9", "+7 98", "+7 985", "+7 985 3", "+7 985 37", "+7 985 370", "+7 985 370-1", "+7 985 370-12", "+7 985 370-12-3", "+7 985 370-12-34"]),
        ("8985", ["8", "+7 9", "+7 98", "+7 985"]),
        ("+7985", ["+", "+7", "+7 9", "+7 98", "+7 985"]),
        ("79", ["+7", "+7 9"]),
        ("80291234567", ["8", "8 0", "8 02", "8 029", "8 029 1", "8 029 12", "8 029 123", "8 029 123-4", "8 029 123-45", "8 029 123-45-6", "8 029 123-45-67"]),
        ("37529123", ["3", "37", "+375", "+375 2", "+375 29", "+375 29 1", "+375 29 12", "+375 29 123"]),
        ("0501234567", ["0", "05", "050", "050 1", "050 12", "050 123", "050 123 4", "050 123 45", "050 123 456", "050 123 4567"]),
        ("+38050", ["+", "+3", "+38", "+380", "+380 5", "+380 50"]),
        ("3339", ["3", "33", "333", "3339"]),
        ("8 (9", ["8", "8", "8", "+7 9"]),
        ("Анна 7", ["А", "Ан", "Анн", "Анна", "Анна ", "Анна 7"]),
    ],
)  # fmt: skip
def test_typing_key_by_key(keys, seen):
    text, steps = "", []
    for key in keys:
        text = as_typed(text + key)
        steps.append(text)
    assert steps == seen


@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        ("8 (985) 370 12 34", "+7 985 370-12-34"),
        ("tel:+375291234567", "+375 29 123-45-67"),
        ("8123701234", "+7 812 370-12-34"),
        ("\u202a+79853701234\u202c\n", "+7 985 370-12-34"),
        ("9853701234567", "+7 985 370-12-34567"),
        ("+1 202 555 0123", "+12025550123"),
        ("\x1b[31m8985", "[31m8985"),
        ("Анна\nПетрова", "Анна Петрова"),
    ],
)
def test_pasting(pasted, shown):
    assert as_typed(pasted) == shown


@given(anything)
@example("\u200b 9")
@example("tel: tel:9")
def test_typing_is_idempotent_and_can_be_undone(text):
    shown = as_typed(text)
    assert as_typed(shown) == shown
    for _ in range(len(shown) + 3):
        if not shown:
            break
        shorter = as_typed(shown[:-1])
        # Some steps of a prefix show it differently, none brings back what was deleted.
        assert shorter != shown
        shown = shorter
    assert shown == ""


@given(mobile | st.sampled_from(["89853701234", "80291234567", "0501234567"]))
def test_deleting_takes_one_digit_at_a_time(number):
    shown = as_typed(number)
    while shown:
        shorter = as_typed(shown[:-1])
        assert shown.startswith(shorter)
        assert sum(map(str.isdigit, shorter)) in (sum(map(str.isdigit, shown)) - 1, 0)
        shown = shorter


@given(mobile, digits)
def test_what_is_too_much_stays_in_sight(number, more):
    assert refusal(as_typed(number + more)).code == "LONG"


@pytest.mark.parametrize(
    ("national", "name", "zone"),
    [
        ("9161234567", "Москва и Московская область", "Europe/Moscow"),
        ("9101234567", "Нижегородская область", "Europe/Moscow"),
        ("9121234567", "Республика Коми", "Europe/Moscow"),
        ("9131234567", "Кемеровская область", "Asia/Novokuznetsk"),
        ("9141234567", "Забайкальский край", "Asia/Chita"),
        ("9171234567", "Самарская область", "Europe/Samara"),
        ("9191234567", "Челябинская область", "Asia/Yekaterinburg"),
        ("9801234567", "Москва и Московская область", "Europe/Moscow"),
        ("9821234567", "Удмуртская Республика", "Europe/Samara"),
        ("9831234567", "Новосибирская область", "Asia/Novosibirsk"),
        ("9841234567", "Республика Саха (Якутия)", "Asia/Yakutsk"),
        ("9871234567", "Чувашская Республика", "Europe/Moscow"),
        ("9881234567", "Республика Ингушетия", "Europe/Moscow"),
        ("9891234567", "Краснодарский край", "Europe/Moscow"),
        ("9172223344", "Республика Татарстан", "Europe/Moscow"),
        ("9119990011", "Санкт-Петербург и Ленинградская область", "Europe/Moscow"),
        ("9180000001", "Краснодарский край", "Europe/Moscow"),
    ],
)
def test_region_of_a_number(national, name, zone):
    assert region("+7" + national) == Region(name, zone)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+79853700000", MOSCOW),
        ("+79853799999", MOSCOW),
        ("+79810530000", PETERSBURG),
        ("+79810776999", PETERSBURG),
        ("+79820600000", Region("Свердловская область", "Asia/Yekaterinburg")),
        ("+79830800000", Region("Новосибирская область", "Asia/Novosibirsk")),
        ("+79840500000", Region("Республика Саха (Якутия)", "Asia/Yakutsk")),
        ("+74950000001", MOSCOW),
        ("+74999999999", MOSCOW),
        ("+78120000001", PETERSBURG),
        ("+375330000001", Region("Беларусь", "Europe/Minsk")),
        ("+380500000001", Region("Украина", "Europe/Kyiv")),
    ],
)
def test_region_of_demo_and_other_numbers(number, expected):
    assert region(number) == expected


@pytest.mark.parametrize(
    "number",
    ["+79861234567", "+79561234567", "+79000000000", "+79999999999", "+73410000000",
     "+79810777000", "+77011234567", "+12025550123", "3339", ""],
)  # fmt: skip
def test_no_region_is_claimed_for_others(number):
    assert region(number) is None


def test_the_ranges_do_not_overlap():
    _, ranges = phones._ranges()
    assert len(ranges) > 900
    for (_, last, _), (first, _, _) in pairwise(ranges):
        assert last < first
    assert all(first <= last for first, last, _ in ranges)


def test_every_region_has_the_clock_of_the_law():
    hours = {
        2: "Калининградская",
        4: "Астраханская Самарская Саратовская Удмуртская Ульяновская",
        5: "Башкортостан Свердловская Челябинская Пермский Оренбургская Тюменская "
        "Ханты-Мансийский Ямало-Ненецкий Курганская",
        6: "Омская",
        7: "Новосибирская Томская Кемеровская Алтайский Алтай Тыва Хакасия Красноярский",
        8: "Иркутская Бурятия",
        9: "Забайкальский Амурская Якутия",
        10: "Приморский Хабаровский Еврейская",
        11: "Сахалинская Магаданская",
        12: "Камчатский Чукотский",
    }
    expected = {word: hour for hour, words in hours.items() for word in words.split()}
    now = datetime(2026, 11, 22, tzinfo=UTC)
    seen = set()
    for name, zone in {found for _, _, found in phones._ranges()[1]}:
        words = set(name.replace("(", "").replace(")", "").split()) & expected.keys()
        seen |= words
        hour = expected[words.pop()] if words else 3
        assert now.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() == hour * 3600, name
    assert seen == expected.keys()


def test_the_table_loads_within_five_milliseconds():
    took = []
    for _ in range(10):
        start = time.perf_counter()
        phones._ranges.__wrapped__()
        took.append(time.perf_counter() - start)
    assert min(took) < 0.005


def test_the_heavy_package_is_only_for_foreign_numbers():
    script = (
        "import sys; from mts_tui import phones as p; n = p.parse('89853701234');"
        "p.display(n); p.masked(n); p.region(n); p.as_typed('+1 2');"
        "assert 'phonenumbers' not in sys.modules; p.display('+12025550123');"
        "assert 'phonenumbers' in sys.modules;"
        "assert not {'phonenumbers.geocoder', 'phonenumbers.carrier'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
