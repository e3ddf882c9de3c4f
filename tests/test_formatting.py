"""What a Russian reader sees, and that nobody else's text can harm the terminal."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mts_tui import formatting as f

MINUTE, HOUR, DAY = 60, 3_600, 86_400
KB, MB, GB, TB = 1024, 1024**2, 1024**3, 1024**4

AT = datetime(2026, 11, 22, 9, 12, 44, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.fixture
def plain_signs():
    f.use_plain_signs()
    yield
    f.use_plain_signs(plain=False)


@pytest.fixture
def iso():
    f.use_iso()
    yield
    f.use_iso(iso=False)


@pytest.mark.parametrize(
    ("minor", "currency", "expected"),
    [
        (123_456, "RUB", "1\u00a0234,56\u00a0₽"),
        (0, "RUB", "0,00\u00a0₽"),
        (5, "RUB", "0,05\u00a0₽"),
        (-5, "RUB", "\u22120,05\u00a0₽"),
        (-62_340, "RUB", "\u2212623,40\u00a0₽"),
        (-100, "RUB", "\u22121,00\u00a0₽"),
        (123_456_789_012, "RUB", "1\u00a0234\u00a0567\u00a0890,12\u00a0₽"),
        (1_840, "BYN", "18,40\u00a0BYN"),
        (123_456, "UAH", "1\u00a0234,56\u00a0₴"),
        (100, "XXX", "1,00\u00a0XXX"),
    ],
)
def test_money(minor, currency, expected):
    assert f.money(minor, currency) == expected


@pytest.mark.parametrize(
    ("minor", "expected"),
    [(30_000, "+300,00\u00a0₽"), (-30_000, "\u2212300,00\u00a0₽"), (0, "0,00\u00a0₽")],
)
def test_money_with_its_sign(minor, expected):
    assert f.money(minor, sign=True) == expected


@pytest.mark.usefixtures("plain_signs")
def test_money_for_a_console_without_the_glyphs():
    assert f.money(100) == "1,00\u00a0руб."
    assert f.money(100, "UAH") == "1,00\u00a0грн"
    assert f.money(100, "BYN") == "1,00\u00a0BYN"


def test_the_signs_come_back():
    f.use_plain_signs()
    f.use_plain_signs(plain=False)
    assert f.money(100) == "1,00\u00a0₽"


def written() -> list[str]:
    """What there is of two writings, in the one of this thread."""
    day, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    texts = [
        f.money(123_456), f.amount(-5), f.number(1240.8), f.percent(12.5), f.traffic(34 * GB // 10),
        f.count(1.5, "минута", "минуты", "минут"), f.without_zeros(f.money(100_000)),
        f.without_zeros(f.money(100_050)), f.date_numeric(AT), f.date_long(AT), f.date_day(AT),
        f.date_short(AT), f.moment(AT), f.moment(AT, date(2026, 1, 1)),
        f.moment(AT, date(2027, 1, 1)), f.period(day, end), f.period(day, day.replace(day=2)),
    ]  # fmt: skip
    return [text.replace(f.NBSP, " ") for text in texts]


RUSSIAN = [
    "1 234,56 ₽", "−0,05", "1 240,8", "12,5 %", "3,4 ГБ", "1,5 минуты", "1 000 ₽", "1 000,50 ₽",
    "22.11.2026", "22 ноября 2026 г.", "22 ноября", "22 нояб.", "22 нояб. 09:12",
    "22 нояб. 09:12", "22 нояб. 2026 г. 09:12", "1–22 ноября 2026 г.", "1 ноября 2026 г.",
]  # fmt: skip
INTERNATIONAL = [
    "1 234.56 ₽", "−0.05", "1 240.8", "12.5 %", "3.4 ГБ", "1.5 минуты", "1 000 ₽", "1 000.50 ₽",
    "2026-11-22", "2026-11-22", "2026-11-22", "11-22", "11-22 09:12",
    "11-22 09:12", "2026-11-22 09:12", "2026-11-01 — 2026-11-22", "2026-11-01",
]  # fmt: skip


def test_days_and_numbers_are_russian_unless_told_otherwise():
    assert written() == RUSSIAN


@pytest.mark.usefixtures("iso")
def test_days_and_numbers_of_iso_8601():
    assert written() == INTERNATIONAL
    f.use_iso(iso=False)
    assert written() == RUSSIAN


@pytest.mark.usefixtures("iso")
def test_words_stay_russian():
    assert f.month_title(AT) == "Ноябрь 2026"
    assert f.duration(725) == "12\u00a0мин 05\u00a0с"
    assert f.clock(AT) == "09:12"


@pytest.mark.usefixtures("iso")
def test_a_choice_is_of_its_thread_only():
    with ThreadPoolExecutor(1) as others:
        assert others.submit(written).result() == RUSSIAN
        others.submit(f.use_iso).result()
        f.use_iso(iso=False)
        assert others.submit(written).result() == INTERNATIONAL
    assert written() == RUSSIAN


@pytest.mark.usefixtures("iso")
def test_as_the_operator_writes():
    with f.as_operator():
        assert written() == RUSSIAN
    assert written() == INTERNATIONAL
    with pytest.raises(ZeroDivisionError), f.as_operator():
        raise ZeroDivisionError
    assert written() == INTERNATIONAL


@given(st.integers(-(10**15), 10**15))
def test_money_loses_no_kopeck(minor):
    text = f.money(minor).replace("\u00a0", "").removesuffix("₽").replace("\u2212", "-")
    roubles, kopecks = text.removeprefix("-").split(",")
    assert (int(roubles) * 100 + int(kopecks)) * (-1 if text[0] == "-" else 1) == minor


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "минут"), (1, "минута"), (2, "минуты"), (4, "минуты"), (5, "минут"), (10, "минут"),
        (11, "минут"), (12, "минут"), (14, "минут"), (20, "минут"), (21, "минута"),
        (22, "минуты"), (25, "минут"), (100, "минут"), (101, "минута"), (111, "минут"),
        (112, "минут"), (121, "минута"), (1_011, "минут"), (-1, "минута"), (-12, "минут"),
        (1.5, "минуты"), (0.5, "минуты"), (11.5, "минуты"), (1.0, "минута"), (5.0, "минут"),
    ],
)  # fmt: skip
def test_plural(n, expected):
    assert f.plural(n, "минута", "минуты", "минут") == expected


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (5, "5\u00a0минут"),
        (1.5, "1,5\u00a0минуты"),
        (1_021, "1\u00a0021\u00a0минута"),
        (1.04, "1\u00a0минута"),
        (-2, "\u22122\u00a0минуты"),
    ],
)
def test_count_follows_the_figure_that_is_shown(n, expected):
    assert f.count(n, "минута", "минуты", "минут") == expected


def test_points():
    assert f.points(1_240) == "1\u00a0240\u00a0баллов"
    assert f.points(1) == "1\u00a0балл"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"), (999, "999"), (1_000, "1\u00a0000"), (1_234_567, "1\u00a0234\u00a0567"),
        (-1_000, "\u22121\u00a0000"), (8.9, "8,9"), (10.0, "10"), (1_234.56, "1\u00a0234,6"),
        (-0.04, "0"), (999.96, "1\u00a0000"), (2**63, "9\u00a0223\u00a0372\u00a0036\u00a0854\u00a0775\u00a0808"),
    ],
)  # fmt: skip
def test_number(value, expected):
    assert f.number(value) == expected


def test_number_of_decimals_is_chosen():
    assert f.number(1.239, 2) == "1,24"
    assert f.number(1.5, 0) == "2"


def test_percent():
    assert f.percent(12.5) == "12,5\u00a0%"
    assert f.percent(100) == "100\u00a0%"


def test_dates():
    day = date(2026, 11, 22)
    assert f.date_long(day) == "22 ноября 2026\u00a0г."
    assert f.date_day(day) == "22 ноября"
    assert f.date_short(day) == "22 нояб."
    assert f.date_numeric(day) == "22.11.2026"
    assert f.month_title(day) == "Ноябрь 2026"
    assert f.weekday_short(day) == "вс"
    assert f.weekday_short(date(2026, 11, 23)) == "пн"


@pytest.mark.parametrize(
    ("month", "title", "genitive", "short"),
    [
        (1, "Январь", "января", "янв."),
        (3, "Март", "марта", "марта"),
        (5, "Май", "мая", "мая"),
        (6, "Июнь", "июня", "июня"),
        (9, "Сентябрь", "сентября", "сент."),
        (12, "Декабрь", "декабря", "дек."),
    ],
)
def test_months(month, title, genitive, short):
    day = date(2026, month, 1)
    assert f.month_title(day) == f"{title} 2026"
    assert f.date_day(day) == f"1 {genitive}"
    assert f.date_short(day) == f"1 {short}"


def test_dates_and_clocks_keep_the_zone_they_come_in():
    assert f.clock(AT) == "09:12"
    assert f.clock_seconds(AT) == "09:12:44"
    assert f.date_long(AT) == "22 ноября 2026\u00a0г."
    assert f.clock(AT.astimezone(UTC)) == "06:12"


def test_moment_names_another_year():
    assert f.moment(AT, date(2026, 1, 1)) == "22 нояб. 09:12"
    assert f.moment(AT, AT) == "22 нояб. 09:12"
    assert f.moment(AT) == "22 нояб. 09:12"
    assert f.moment(AT, date(2027, 1, 1)) == "22 нояб. 2026\u00a0г. 09:12"


@pytest.mark.parametrize(
    ("seconds", "words", "table"),
    [
        (0, "0 с", "00:00"),
        (5, "5 с", "00:05"),
        (59.9, "59 с", "00:59"),
        (60, "1 мин 00 с", "01:00"),
        (725, "12 мин 05 с", "12:05"),
        (3_599, "59 мин 59 с", "59:59"),
        (3_600, "1 ч 00 мин", "1:00:00"),
        (3_725, "1 ч 02 мин", "1:02:05"),
        (90_000, "25 ч 00 мин", "25:00:00"),
        (-1, "0 с", "00:00"),
    ],
)
def test_durations(seconds, words, table):
    assert f.duration(seconds).replace("\u00a0", " ") == words
    assert f.duration_table(seconds) == table


def test_a_unit_stays_with_its_figure():
    assert f.duration(725) == "12\u00a0мин 05\u00a0с"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (600, "10:00"), (599.001, "10:00"), (599, "09:59"), (1, "00:01"), (0.001, "00:01"),
        (0, "00:00"), (-0.5, "00:00"), (-100, "00:00"), (3_600.5, "1:00:01"),
    ],
)  # fmt: skip
def test_countdown_ends_only_at_the_end(seconds, expected):
    assert f.countdown(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "только что"),
        (59, "только что"),
        (MINUTE, "1 минуту назад"),
        (2 * MINUTE + 59, "2 минуты назад"),
        (HOUR - 1, "59 минут назад"),
        (3 * HOUR, "3 часа назад"),
        (DAY, "1 день назад"),
        (5 * DAY, "5 дней назад"),
        (60 * DAY, "2 месяца назад"),
        (365 * DAY, "1 год назад"),
        (5 * 365 * DAY, "5 лет назад"),
    ],
)
def test_age(seconds, expected):
    assert f.age(seconds).replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 Б"),
        (1_023, "1 023 Б"),
        (KB, "1 КБ"),
        (1_536, "1,5 КБ"),
        (980 * KB, "980 КБ"),
        (512 * MB, "512 МБ"),
        (48 * MB + 300 * KB, "48 МБ"),
        (round(9.96 * MB), "10 МБ"),
        (GB - 1, "1 ГБ"),
        (round(3.4 * GB), "3,4 ГБ"),
        (round(10.5 * GB), "10,5 ГБ"),
        (round(100.5 * GB), "101 ГБ"),
        (round(99.97 * GB), "100 ГБ"),
        (5_000 * TB, "5 000 ТБ"),
        (-512 * MB, "\u2212512 МБ"),
    ],
)
def test_traffic(size, expected):
    assert f.traffic(size).replace("\u00a0", " ") == expected


@given(st.integers(0, 2**40))
def test_traffic_never_shows_a_full_step(size):
    figure = f.traffic(size).rpartition("\u00a0")[0].replace("\u00a0", "").replace(",", ".")
    assert float(figure) < f.TRAFFIC_STEP


def test_names_sort_as_in_a_telephone_book():
    names = ["яков", "Ёлкин", "Жуков", "Елисеев", "Ея", "ёжиков", "Алексеев", "Егоров"]
    assert sorted(names, key=f.sort_key) == [
        "Алексеев", "Егоров", "Елисеев", "Ея", "ёжиков", "Ёлкин", "Жуков", "яков",
    ]  # fmt: skip


def test_a_yo_of_two_characters_is_the_same_letter():
    assert f.sort_key("Е\u0308лкин") == f.sort_key("ёлкин")
    assert f.fold("Е\u0308ЛКА") == f.fold("Ёлка") == "елка"


@pytest.mark.parametrize(
    ("needle", "text"), [("елка", "ЁЛКА"), ("ПЛАТЕЖ", "Обещанный платёж"), ("мтс", "МТС Бонус")]
)
def test_fold_finds(needle, text):
    assert f.fold(needle) in f.fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Привет, мир!", "Привет, мир!"),
        ("\x1b[31mкрасный\x1b[0m", "[31mкрасный[0m"),
        ("\x1b]0;заголовок\x07", "]0;заголовок"),
        ("\x9b31mC1", "31mC1"),
        ("a\x00b\x08c\x7fd", "abcd"),
        ("сто\u202eлбур", "столбур"),
        ("\u2066изоляция\u2069", "изоляция"),
        ("п\u200bе\u200dр\ufeffо", "перо"),
        ("10\u202fг.", "10\u00a0г."),
        ("а\tб", "а б"),
        ("а\r\nб\n\n\nв", "а б в"),
        ("а\u2028б\x85в", "а б в"),
        ("a\ud800b", "ab"),
        ("❤\ufe0f", "❤"),
        ("[b]не разметка[/b]", "[b]не разметка[/b]"),
        ("", ""),
    ],
)
def test_clean(text, expected):
    assert f.clean(text) == expected


def test_clean_keeps_lines_when_asked():
    assert f.clean("а\r\nб\rв\u2028г\n\nд", keep_lines=True) == "а\nб\nв\nг\n\nд"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(20, "Обещанный платёж"), (16, "Обещанный платёж"), (12, "Обещанный п…"),
     (11, "Обещанный…"), (1, "…"), (0, "")],
)  # fmt: skip
def test_clean_cuts_at_the_limit(limit, expected):
    assert f.clean("Обещанный платёж", limit) == expected


any_text = st.text(st.characters(codec=None), max_size=200)
nasty_text = st.text(
    st.sampled_from("аб \n\r\t\x1b\x9b\x85\u2028\u2029\u202e\u202f\u200b\ufeff\ud800\U000e0041"),
    max_size=40,
)


@given(any_text | nasty_text, st.booleans(), st.none() | st.integers(0, 50))
def test_clean_lets_nothing_out(text, keep_lines, limit):
    result = f.clean(text, limit, keep_lines=keep_lines)
    allowed = {"\n"} if keep_lines else set()
    for char in set(result) - allowed:
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    result.encode()
    assert "\u202f" not in result
    assert f.clean(result, limit, keep_lines=keep_lines) == result
    assert limit is None or len(result) <= limit


@given(
    st.integers(-(10**12), 10**12),
    st.dates(date(1000, 1, 1)),
    st.floats(-1e9, 1e9),
)
def test_no_text_of_ours_has_a_narrow_space_or_a_hyphen_for_a_minus(n, day, seconds):
    for text in (
        f.money(n), f.number(n), f.number(seconds), f.percent(seconds), f.points(n), f.traffic(n),
        f.date_long(day), f.date_numeric(day), f.month_title(day), f.age(seconds),
        f.duration(seconds), f.countdown(seconds),
    ):  # fmt: skip
        assert "\u202f" not in text
        assert "-" not in text
