"""A row of a real detalization, as the store keeps it: what tells it from others, its name.

The operator's words for places become those of rating: at home, in the country, in another country.
"""

import hashlib
import re
from functools import lru_cache
from typing import Any

from mts_tui.backend.contract.errors import ImportRefused
from mts_tui.backend.contract.imports import COST_SCALE, ImportedRecord
from mts_tui.backend.operator.catalogue.countries import places
from mts_tui.backend.store.transaction import to_ms
from mts_tui.formatting import clean, fold

from .billing import USAGE_TITLES
from .forwarding import FORWARDED

UNKNOWN = "imported-"
"""What the id of a tariff begins with that nobody told."""
PLACE = 5
"""Hexadecimal digits of a print for the place among rows that are alike in everything."""
LAST_PLACE = 16**PLACE - 1
_MOMENT = 11
_CONTENT_BYTES = 8
MOST_COST = 10_000_000 * COST_SCALE
MOST_UNITS = 2**40
"""Sums of a million rows must stay what both engines can add."""
_UNFIT = (
    "В файле есть строка, которой не может быть: стоимость, объём или дата за пределами разумного."
)
SPECIAL = {
    **dict.fromkeys(("cfu", "cfac", "cf busy", "cf nrepl", "cf nreach", "cfa"), FORWARDED),
    "cw": "Звонок на второй линии",
    "ch": "Удержание звонка",
    "ct": "Перевод звонка",
    "mpty": "Конференция",
    "vam zvonili:": "SMS «Вам звонили»",
    "abonent v seti:": "SMS «Абонент в сети»",
}
"""Service codes that say more than the kind (facts 1.8)."""
_HOME = frozenset({"", "домашний"})
_MOSCOW = frozenset({"москва - область", "города подмосковья"})
_WORDS = re.compile(r"[^\W\d_]{4,}")
_USUAL = frozenset(
    {"область", "край", "республика", "автономный", "округ", "город", "города", "билайн", "мегафон"}
)


def prepared(record: ImportedRecord, region: str) -> dict[str, Any]:
    """A record as the store keeps it, its print without a place among those alike.

    Args:
        record: The record.
        region: The number's.

    Raises:
        ImportRefused: It is beyond reason.
    """
    at = to_ms(record.at)
    if not (0 <= at < 16**_MOMENT and abs(record.cost) <= MOST_COST and record.units <= MOST_UNITS):
        raise ImportRefused(reason=_UNFIT)
    texts = [_clean(text) for text in (record.peer, record.zone, record.peer_zone, record.service)]
    peer, zone, peer_zone, service = texts
    said = (record.kind, record.direction, record.units, record.cost, *texts)
    content = hashlib.blake2b(repr(said).encode(), digest_size=_CONTENT_BYTES).hexdigest()
    return {
        "print": f"{at:0{_MOMENT}x}{content}",
        "at": at,
        "kind": record.kind,
        "direction": record.direction,
        "title": title_of(record.kind, record.direction, service),
        "peer": peer,
        "area": area_of(zone, region),
        "zone": zone,
        "peer_zone": peer_zone,
        "service": service,
        "units": record.units,
        "cost": record.cost,
    }


def placed(content: str, place: int) -> str:
    """The print of a row, by its place among those alike."""
    return f"{content}{place:0{PLACE}x}"


def place_of(whole: str) -> int:
    """The place among those alike that a print tells."""
    return int(whole[-PLACE:], 16)


def moment_of(whole: str) -> int:
    """The moment that a print begins with, ms."""
    return int(whole[:_MOMENT], 16)


@lru_cache(4096)
def title_of(kind: str, direction: str, service: str) -> str:
    """What the operation is called."""
    special = SPECIAL.get(fold(service))
    if special is not None:
        return special
    if kind == "fee":
        return f"Плата: {service}" if service else "Плата по документу"
    return USAGE_TITLES.get((kind, "out" if direction == "none" else direction), "Услуга связи")


@lru_cache(4096)
def area_of(zone: str, region: str) -> str:
    """Where one was, as rating knows it: `home`, `country`, or `roaming:EG`.

    Args:
        zone: «Зона вызова» as printed: empty, «Домашний», «Египет: Etisalat», a region.
        region: The number's.
    """
    text, own = fold(zone), fold(region)
    if text in _HOME:
        return "home"
    if text in _MOSCOW:
        return "home" if "моск" in own else "country"
    code = _countries().get(text.partition(":")[0].strip())
    if code is not None:
        return f"roaming:{code}" if code != "RU" else "country"
    words, here = (set(_WORDS.findall(one)) - _USUAL for one in (text, own))
    return "home" if words & here else "country"


@lru_cache(1)
def _countries() -> dict[str, str]:
    found = {}
    for place in places().values():
        for name in (place.title, *place.also.split(",")):
            if name.strip():
                found[fold(name.strip())] = place.code
    return found


@lru_cache(16_384)
def _clean(text: str) -> str:
    return clean(text).strip()
