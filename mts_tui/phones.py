"""Phone numbers of Russia, Belarus and Ukraine: read, shown, masked, and the region of each.

Inside the program a number is E.164 with its plus: `+79853701234`. The region comes from the
numbering plan, so it tells who a number was given to first: people keep it when they move or
change the operator.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from mts_tui.formatting import clean, count

Country = Literal["RU", "BY", "UA"]
Currency = Literal["RUB", "BYN", "UAH"]
Code = Literal[
    "EMPTY",
    "LETTERS",
    "DIGITS",
    "SYMBOLS",
    "SHORT",
    "LONG",
    "FOREIGN",
    "CITY",
    "UNKNOWN_CODE",
    "SERVICE",
]


class PhoneError(ValueError):
    """A text is not a number that can be used here.

    Args:
        sentence: What is wrong and what to do, for the person; also `str()` of the error.
        code: The same for programs; never changes.
    """

    def __init__(self, sentence: str, code: Code) -> None:
        super().__init__(sentence, code)
        self.code: Code = code

    def __str__(self) -> str:
        return str(self.args[0])


class Region(NamedTuple):
    """Where a number is from: the name to show and the IANA time zone of its account."""

    name: str
    zone: str


class _Plan(NamedTuple):
    """How numbers of one country are built and written."""

    prefix: str
    groups: tuple[int, ...]
    separators: tuple[str, ...]
    mobile: re.Pattern[str]
    city: re.Pattern[str]
    currency: Currency
    genitive: str
    example: str

    @property
    def length(self) -> int:
        """How many digits follow the country code."""
        return sum(self.groups)


# Codes are those of the numbering plans (ITU-T E.164), whichever operator has them today.
_PLANS: dict[Country, _Plan] = {
    "RU": _Plan(
        prefix="+7",
        groups=(3, 3, 2, 2),
        separators=("", " ", "-", "-"),
        mobile=re.compile("9"),
        city=re.compile("[34]|8[1-7]"),
        currency="RUB",
        genitive="России",
        example="+7 985 370-12-34",
    ),
    "BY": _Plan(
        prefix="+375",
        groups=(2, 3, 2, 2),
        separators=("", " ", "-", "-"),
        mobile=re.compile("25|29|33|44"),
        city=re.compile("1[5-7]|2[1-3]"),
        currency="BYN",
        genitive="Беларуси",
        example="+375 33 000-00-01",
    ),
    "UA": _Plan(
        prefix="+380",
        groups=(2, 3, 4),
        separators=("", " ", " "),
        mobile=re.compile("39|50|6[3678]|7[1-357]|9[1-9]"),
        city=re.compile("3[1-8]|4[13-8]|5[1-7]|6[12459]"),
        currency="UAH",
        genitive="Украины",
        example="+380 50 000 0001",
    ),
}

_ZONES = {
    "Europe/Kaliningrad": "Калининградская область",
    "Europe/Kirov": "Кировская область",
    "Europe/Volgograd": "Волгоградская область",
    "Europe/Astrakhan": "Астраханская область",
    "Europe/Samara": "Самарская область;Удмуртская Республика",
    "Europe/Saratov": "Саратовская область",
    "Europe/Ulyanovsk": "Ульяновская область",
    "Asia/Yekaterinburg": "Республика Башкортостан;Свердловская область;Челябинская область;"
    "Пермский край;Оренбургская область;Тюменская область;Ханты-Мансийский АО;"
    "Ямало-Ненецкий автономный округ;Курганская область",
    "Asia/Omsk": "Омская область",
    "Asia/Novosibirsk": "Новосибирская область",
    "Asia/Tomsk": "Томская область",
    "Asia/Novokuznetsk": "Кемеровская область",
    "Asia/Barnaul": "Алтайский край;Республика Алтай",
    "Asia/Krasnoyarsk": "Красноярский край;Республика Тыва;Республика Хакасия",
    "Asia/Irkutsk": "Иркутская область;Республика Бурятия",
    "Asia/Chita": "Забайкальский край",
    "Asia/Yakutsk": "Амурская область;Республика Саха (Якутия)",
    "Asia/Vladivostok": "Приморский край;Хабаровский край;Еврейская автономная область",
    "Asia/Sakhalin": "Сахалинская область",
    "Asia/Magadan": "Магаданская область",
    "Asia/Kamchatka": "Камчатский край",
    "Asia/Anadyr": "Чукотский автономный округ",
}
"""Regions whose clocks are not Moscow's, or may part from them again: those have an own zone."""

_ELSEWHERE: dict[Country, Region] = {
    "BY": Region("Беларусь", "Europe/Minsk"),
    "UA": Region("Украина", "Europe/Kyiv"),
}

_EXAMPLE = _PLANS["RU"].example
# The longest way of writing a number that anyone uses is half of this.
_TEXT_LIMIT = 64
_LOCAL_LENGTH = _PLANS["RU"].length
# What E.164 allows. A field shows as many after the country code: a person sees what is too much.
_INTERNATIONAL_LIMIT = 15
# Shorter ones are the operator's own (111, 3339): nobody's secret.
_SERVICE_LIMIT = 6

# How a number begins, without separators; the first that fits wins. What the pattern takes is the
# prefix as it was written, then come the country, the prefix as a field shows it.
_WRITINGS: tuple[tuple[re.Pattern[str], Country | None, str], ...] = (
    (re.compile(r"(?:\+|00|810)?375"), "BY", "+375"),
    (re.compile(r"(?:\+|00|810)?380"), "UA", "+380"),
    (re.compile(r"(?:\+|00|810)7"), "RU", "+7"),
    (re.compile(r"\+8(?=9)"), "RU", "+7"),  # «+8 985 …»: no country has the code 89.
    (re.compile(r"\+|00(?=\d)|810(?=\d{9})"), None, "+"),
    # Central Asia and the Caucasus without the plus, not a Russian number with two more digits.
    (re.compile(r"(?=99\d{10}$)"), None, "+"),
    (re.compile(r"(?=(?:[34]\d|8[1-7])\d{8}$)"), "RU", "+7"),  # A city code: 495 370-12-34.
    (re.compile(r"80"), "BY", "8 0"),
    (re.compile(r"0"), "UA", "0"),
    (re.compile(r"7|8(?=[3489]|(?!10)\d{10}$)|(?=9)"), "RU", "+7"),
)

_LABEL = re.compile(r"\A(?:tel:|тел[.:]{1,2})\s*", re.IGNORECASE)
_PLAIN_SEPARATORS = frozenset("().\u2043\u2212")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_FROM_ABROAD = re.compile(r"(\+|00|810)(?P<digits>[1-9][0-9]{6,14})")


def parse(text: str, *, city: bool = False) -> str:
    """Read a mobile number of Russia, Belarus or Ukraine as people write it.

    Spaces, brackets, dots, dashes of every kind, invisible marks and `tel:` mean nothing;
    fullwidth digits are taken for digits. What the first digits mean:

    - `+7`, `+375`, `+380`, also without the plus, after `00` and after `8 10`: the country;
      `+7 6…` and `+7 7…` are Kazakhstan, which is not served.
    - `80…`: Belarus. `8 0XX` is its trunk prefix with a code, and no code of Russia starts
      with 0. Ukraine has left the same old prefix, so `8 050 …` is refused, not guessed.
    - other `8…`, `7…` and ten digits with `9`: Russia.
    - other `0…`: Ukraine, `050 123 4567`.

    Args:
        text: What was typed or pasted, of any length.
        city: Accept city numbers too, where a call and not an SMS goes there.

    Returns:
        The number in E.164: `+79853701234`.

    Raises:
        PhoneError: The text is not such a number.
    """
    compact = _compact(text)
    if compact in ("", "+"):
        raise PhoneError(f"Введите номер телефона, например {_EXAMPLE}.", "EMPTY")
    country, lead, national = _split(compact)
    if country is None:
        raise _stranger(lead, national)
    plan = _PLANS[country]
    if country == "RU" and national[:1] in ("6", "7"):
        raise _foreign()
    if len(national) < plan.length:
        missing = count(plan.length - len(national), "цифры", "цифр", "цифр")
        raise PhoneError(f"В номере не хватает {missing}. Нужно так: {plan.example}.", "SHORT")
    if len(national) > plan.length:
        extra = len(national) - plan.length
        extras = count(extra, "лишняя цифра", "лишние цифры", "лишних цифр")
        raise PhoneError(f"В номере {extras}. Нужно так: {plan.example}.", "LONG")
    is_a_city = plan.city.match(national) is not None
    if is_a_city and not city:
        raise PhoneError(
            "Это городской номер, SMS на него не придёт. "
            f"Введите мобильный номер, например {plan.example}.",
            "CITY",
        )
    if not is_a_city and not plan.mobile.match(national):
        code = national[: plan.groups[0]]
        hint = "Проверьте номер или введите другой, например " + plan.example
        if lead == "8 0":
            hint = "Номер Украины начните с +380"
        raise PhoneError(
            f"У мобильных номеров {plan.genitive} нет кода {code}. {hint}.", "UNKNOWN_CODE"
        )
    return plan.prefix + national


def parse_anywhere(text: str) -> str:
    """Read a number to call: of the three countries, city ones too, or `+` and any other country.

    Args:
        text: What was typed or pasted, of any length.

    Returns:
        The number in E.164.

    Raises:
        PhoneError: The text is not such a number; short ones of services are not.
    """
    compact = _compact(text)
    if 0 < len(compact.lstrip("+")) < _SERVICE_LIMIT:
        raise PhoneError(
            "Короткие номера и номера экстренных служб здесь не подходят. "
            f"Введите номер целиком, например {_EXAMPLE}.",
            "SERVICE",
        )
    try:
        return parse(text, city=True)
    except PhoneError as error:
        abroad = _FROM_ABROAD.fullmatch(compact)
        if error.code != "FOREIGN" or abroad is None:
            raise
        return f"+{abroad['digits']}"


def country(e164: str) -> Country | None:
    """Tell the country of a number in E.164; None for any other country or text."""
    for name, plan in _PLANS.items():
        national = e164.removeprefix(plan.prefix)
        if national != e164 and len(national) == plan.length and _are_digits(national):
            return None if name == "RU" and national[0] in "67" else name
    return None


def currency(e164: str) -> Currency | None:
    """Tell the currency of the account of a number in E.164; None where it has no account."""
    home = country(e164)
    return _PLANS[home].currency if home else None


def is_mobile(e164: str) -> bool:
    """Tell whether a number in E.164 is a mobile one of the three countries."""
    home = country(e164)
    if home is None:
        return False
    plan = _PLANS[home]
    return plan.mobile.match(e164, len(plan.prefix)) is not None


def is_city(e164: str) -> bool:
    """Tell whether a number in E.164 is a city (landline) one of the three countries."""
    home = country(e164)
    if home is None:
        return False
    plan = _PLANS[home]
    return plan.city.match(e164, len(plan.prefix)) is not None


def display(e164: str) -> str:
    """Write a number for reading: `+7 985 370-12-34`; what is no E.164 stays as it is."""
    home = country(e164)
    if home:
        prefix = _PLANS[home].prefix
        return _mask(home, prefix, e164.removeprefix(prefix))
    return _display_foreign(e164) if _E164.fullmatch(e164) else e164


def masked(number: str) -> str:
    """Hide a number for logs and pictures: `+7 985 ***-**-34`.

    Args:
        number: A number in E.164 or as a person wrote it. Other digits are hidden but for a few
            at the ends; short numbers of services and words stay as they are.

    Returns:
        The text with `*` for digits.
    """
    try:
        home, _, national = _split(_compact(number))
    except PhoneError:
        home, national = None, ""
    if home and len(national) == _PLANS[home].length:
        plan = _PLANS[home]
        shown = _mask(home, plan.prefix, national)
        open_until = len(plan.prefix) + 1 + plan.groups[0]
        return shown[:open_until] + re.sub("[0-9]", "*", shown[open_until:-2]) + shown[-2:]
    # \d also hides the digits of other scripts.
    places = [found.start() for found in re.finditer(r"\d", number)]
    if len(places) < _SERVICE_LIMIT:
        return number
    start = places[3] if len(places) >= _LOCAL_LENGTH else places[0]
    end = places[-2]
    return number[:start] + re.sub(r"\d", "*", number[start:end]) + number[end:]


def as_typed(text: str) -> str:
    """Write what a field shows while a number is typed or pasted.

    Only the separators needed so far are put in, so the last character is always one that was
    typed and can be deleted. `9` becomes `+7 9`, `7` becomes `+7`; the other national forms
    keep their digits: `8 029 123-45-67`, `050 123 4567`. What cannot be a number stays as it
    is, for `parse` to say what is wrong; digits that are too many stay in sight.

    Args:
        text: The whole text of the field.

    Returns:
        The text to show; the same text again gives itself.
    """
    shown = clean(text.lstrip()[:_TEXT_LIMIT]).lstrip()
    try:
        compact = _compact(shown)
    except PhoneError:
        return shown
    if compact == "+":
        return compact
    home, lead, national = _split(compact)
    # Cut after the split: the prefix may be shown longer or shorter than it was written.
    national = national[:_INTERNATIONAL_LIMIT]
    return _mask(home, lead, national) if home else lead + national


def region(e164: str) -> Region | None:
    """Find the region and time zone of a number in E.164.

    Args:
        e164: The number.

    Returns:
        The region by the numbering plan; None for numbers of other operators of Russia, for
        unallocated ones and for other countries.
    """
    home = country(e164)
    if home is None:
        return None
    if home in _ELSEWHERE:
        return _ELSEWHERE[home]
    national = int(e164.removeprefix("+7"))
    starts, ranges = _ranges()
    place = bisect_right(starts, national) - 1
    if place < 0:
        return None
    _, last, found = ranges[place]
    return found if national <= last else None


def _compact(text: str) -> str:
    """Reduce a text to its digits and a leading plus, or say why it cannot be a number."""
    text = text.strip()
    if len(text) > _TEXT_LIMIT:
        raise PhoneError(
            f"Это слишком длинно для номера. Введите один номер, например {_EXAMPLE}.", "LONG"
        )
    text = _LABEL.sub("", unicodedata.normalize("NFKC", clean(text)).strip(), count=1)
    kept = [char for char in text if not _is_separator(char)]
    compact = "".join(kept)
    if re.fullmatch(r"\+?[0-9]*", compact):
        return compact
    if any(char.isalpha() for char in kept):
        raise PhoneError(f"В номере есть буквы. Введите цифры, например {_EXAMPLE}.", "LETTERS")
    if any(char.isnumeric() and not char.isascii() for char in kept):
        raise PhoneError("Наберите номер обычными цифрами, от 0 до 9.", "DIGITS")
    raise PhoneError(
        f"В номере есть лишние знаки. Введите один номер, например {_EXAMPLE}.", "SYMBOLS"
    )


def _split(compact: str) -> tuple[Country | None, str, str]:
    """Tell the country, how its prefix is shown, and the digits after it (see `parse`)."""
    for pattern, home, lead in _WRITINGS:
        if found := pattern.match(compact):
            return home, lead, compact[found.end() :]
    return None, "", compact


def _stranger(lead: str, digits: str) -> PhoneError:
    """Say what is wrong with digits that begin like no number of the three countries."""
    beginning = any(plan.prefix[1:].startswith(digits) for plan in _PLANS.values())
    if beginning or (not lead and len(digits) < _LOCAL_LENGTH):
        return PhoneError(f"Введите номер целиком, например {_EXAMPLE}.", "SHORT")
    if len(digits) > _INTERNATIONAL_LIMIT:
        return PhoneError(f"Для одного номера слишком много цифр. Нужно так: {_EXAMPLE}.", "LONG")
    if not lead and len(digits) == _LOCAL_LENGTH:
        return PhoneError(
            f"У мобильных номеров России нет кода {digits[:3]}. Нужно так: {_EXAMPLE}.",
            "UNKNOWN_CODE",
        )
    return _foreign()


def _foreign() -> PhoneError:
    return PhoneError(
        "Номера этой страны не обслуживаются. "
        "Введите номер России (+7), Беларуси (+375) или Украины (+380).",
        "FOREIGN",
    )


def _mask(home: Country, lead: str, national: str) -> str:
    """Put separators between the digits that are there; what is too much goes to the end."""
    plan = _PLANS[home]
    shown = lead + (" " if national and lead.startswith("+") else "")
    start = 0
    for size, separator in zip(plan.groups, plan.separators, strict=True):
        group = national[start : start + size]
        shown += separator + group if group else ""
        start += size
    return shown + national[start:]


@lru_cache(maxsize=1024)
def _display_foreign(e164: str) -> str:
    # Only here: the package takes longer to import than most screens to draw.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@cache
def _ranges() -> tuple[list[int], list[tuple[int, int, Region]]]:
    """Read the ranges of the operator: their starts, and (first, last, region), in order."""
    zones = {name: zone for zone, names in _ZONES.items() for name in names.split(";")}
    regions: dict[str, Region] = {}
    ranges: list[tuple[int, int, Region]] = []
    for table in ("number_ranges.csv", "demo_ranges.csv"):
        text = Path(__file__).with_name("data").joinpath(table).read_text(encoding="utf-8")
        for line in text.splitlines()[1:]:
            code, first, last, name = line.split(";")
            if name not in regions:
                regions[name] = Region(name, zones.get(name, "Europe/Moscow"))
            ranges.append((int(code + first), int(code + last), regions[name]))
    ranges.sort()
    return [first for first, _, _ in ranges], ranges


def _is_separator(char: str) -> bool:
    return char.isspace() or char in _PLAIN_SEPARATORS or unicodedata.category(char) == "Pd"


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
