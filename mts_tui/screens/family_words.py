"""Children, their places and their guardians in words."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.family import Child, Consent, Guardian, Position, Zone
from mts_tui.formatting import NBSP
from mts_tui.widgets.text import Part

SERVICE = "3322"
LONGEST = 40
CONSENTS: dict[Consent, tuple[str, str]] = {
    "asked": ("ждём согласия", "warn"),
    "given": ("согласие есть", "good"),
    "refused": ("отказ", "bad"),
    "withdrawn": ("отозвано", "bad"),
}
NOBODY = (
    "Здесь видно, где телефон ребёнка, если ребёнок согласен: согласие спрашивают по SMS, а каждый "
    "ваш просмотр записан в журнал его телефона. Где он был, хранится только сутки."
)
WAITS = (
    f"На номер ушло SMS с вопросом. Пусть ребёнок ответит ДА на {SERVICE} или согласится в своём "
    "кабинете, в «Семье». До этого ничего не видно."
)
WITHOUT: dict[Consent, str] = {
    "asked": WAITS,
    "refused": "Ребёнок отказал: где телефон, не видно. Спросить снова можно через сутки.",
    "withdrawn": "Ребёнок отозвал согласие: где телефон, больше не видно, история удалена.",
}
LOGGED = "Просмотр записан в журнал ребёнка."
NOT_FOUND = "Телефон ещё не найден. Обновите через минуту."
COORDINATES = "Так место не пишут: нужны широта и долгота в градусах, например 55.7963, 37.7136."
_NUMBER = re.compile(r"[-+]?\d{1,3}(?:\.\d+)?")


def name_of(child: Child) -> str:
    """What a child is called."""
    return formatting.clean(child.name, LONGEST)


def metres(length: int) -> str:
    """Write `250 м`, `1,5 км`."""
    if length < 1000:  # noqa: PLR2004 - a kilometre
        return f"{length}{NBSP}м"
    return f"{formatting.number(length / 1000)}{NBSP}км"


def since_of(positions: Sequence[Position]) -> datetime:
    """Since when the phone has been where it is; the newest position comes first."""
    place, since = positions[0].place, positions[0].at
    for one in positions:
        if one.place != place:
            break
        since = one.at
    return since


def stays(positions: Sequence[Position]) -> list[tuple[Position, datetime]]:
    """Each place of the day once in a row, the newest first, and since when it was that one."""
    found: list[tuple[Position, datetime]] = []
    for one in positions:
        if found and found[-1][0].place == one.place:
            found[-1] = found[-1][0], one.at
        else:
            found.append((one, one.at))
    return found


def where_parts(child: Child, positions: Sequence[Position], zone: ZoneInfo) -> list[Part]:
    """Where a child is now: the place first, then how sure that is and how the phone is."""
    if not positions:
        return [(NOT_FOUND, "warn")]
    now = positions[0]
    parts: list[Part] = [
        ("Сейчас: ", "muted"), (formatting.clean(now.place, 60), "strong"),
        (f", точность {metres(now.accuracy_m)}, {_clock(now.at, zone)}", ""),
        "\n", (f"там с {_clock(since_of(positions), zone)}", "muted"),
    ]  # fmt: skip
    if child.battery_percent is not None:
        parts.append((f" · батарея {formatting.percent(child.battery_percent, 0)}", "muted"))
    if child.balance is not None:
        parts.append((f" · на счёте {sum_of(child.balance)}", "muted"))
    return parts


def seen_parts(guardians: Sequence[Guardian], key: str) -> list[Part]:
    """Who sees the open number, in one line; nothing where nobody does or asks to."""
    given = [one for one in guardians if one.consent == "given"]
    asked = [one for one in guardians if one.consent == "asked"]
    parts: list[Part] = []
    if asked:
        parts += [("Просит согласия: ", "warn"), _people(asked), ". "]
    if given:
        parts += [("Вас видит: ", "warn"), _people(given), ". "]
    if parts:
        parts.append((f"{key} — ответить или отозвать.", "muted"))
    return parts


def zone_words(zone: Zone) -> str:
    """What is told of a zone."""
    words = {"in": "приход", "out": "уход"}
    return " и ".join(words[move] for move in ("in", "out") if move in zone.told)


def guardian_name(one: Guardian) -> str:
    """A guardian's name and number."""
    return f"{formatting.clean(one.name, LONGEST)}, {phones.display(one.phone)}"


def coordinates(text: str) -> tuple[float, float] | None:
    """Latitude and longitude that somebody typed; None where it is no place on the earth."""
    typed = formatting.clean(text).replace(";", " ").strip()
    if typed.count(",") == 3:  # noqa: PLR2004 - «55,79, 37,71»: commas in both and between them
        first, second, third, fourth = typed.split(",")
        typed = f"{first}.{second.strip()} {third.strip()}.{fourth}"
    found = [one for one in re.split(r"[\s,]+", typed) if one]
    if len(found) != 2 or not all(_NUMBER.fullmatch(one) for one in found):  # noqa: PLR2004
        return None
    latitude, longitude = (float(one) for one in found)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004
        return None
    return latitude, longitude


def place_of(latitude: float, longitude: float) -> str:
    """Write `55.79630, 37.71360`: with points, as every map understands it."""
    return f"{latitude:.5f}, {longitude:.5f}"


def address_of(latitude: float, longitude: float) -> str:
    """The page of a public map that shows a place."""
    place = f"mlat={latitude:.5f}&mlon={longitude:.5f}"
    return f"https://www.openstreetmap.org/?{place}#map=16/{latitude:.5f}/{longitude:.5f}"


def _people(found: Sequence[Guardian]) -> str:
    return "; ".join(guardian_name(one) for one in found)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return formatting.clock(at.astimezone(zone))
