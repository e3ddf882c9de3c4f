"""Tariffs in words: what they cost and include, as every screen of theirs says it."""

from datetime import date

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.account import Bucket, BucketKind, Overview
from mts_tui.backend.contract.tariffs import Audience, Price, Tariff, TariffPackage

KINDS: dict[BucketKind, str] = {
    "call": "Минуты",
    "sms": "SMS",
    "mms": "MMS",
    "data": "Интернет",
}
AUDIENCES: dict[Audience, str] = {
    "all": "для всех",
    "family": "для семьи",
    "child": "для ребёнка",
    "city": "для города",
    "device": "для устройств",
    "business": "для организаций",
}
LATER = "Можно запланировать смену на другой день."
NO_FEE = "без платы"
UNLIMITED = "безлимит"
DAYS_IN_A_MONTH = 30
"""In what a month costs, so that daily and monthly fees can be compared."""
_PER = {"минута": "минуту", "секунда": "секунду"}
_SECONDS = 60


def title_of(tariff: Tariff) -> str:
    """Its name, harmless."""
    return formatting.clean(tariff.title, 40)


def month_cost(tariff: Tariff) -> int:
    """What 30 days of its fee come to, minor units."""
    return tariff.monthly.amount_minor or tariff.daily.amount_minor * DAYS_IN_A_MONTH


def fee_in_short(tariff: Tariff) -> str:
    """The fee for a narrow column: `500,00 ₽`, `12,50 ₽/день`, `без платы`."""
    if tariff.monthly:
        return sum_of(tariff.monthly)
    return f"{sum_of(tariff.daily)}/день" if tariff.daily else NO_FEE


def fee(tariff: Tariff) -> str:
    """The fee: `500,00 ₽ в месяц`."""
    if tariff.monthly:
        parts = ", по дням" if tariff.charging == "day" else ""
        return f"{sum_of(tariff.monthly)} в месяц{parts}"
    return f"{sum_of(tariff.daily)} в день" if tariff.daily else "без абонентской платы"


def state_of(tariff: Tariff) -> tuple[str, str]:
    """Whether one can change to it, and the look of the words."""
    if tariff.current:
        return "● ваш", "good"
    if tariff.archived:
        return "в архиве", "muted"
    if not tariff.fits:
        return "✗ не для вас", "muted"
    return ("▲ не сейчас", "warn") if tariff.refusal else ("✓ доступен", "good")


def only_money_lacks(tariff: Tariff, overview: Overview) -> bool:
    """Whether nothing but money is in the way of a change now: it may be planned, or paid for."""
    first = tariff.monthly.amount_minor or tariff.daily.amount_minor
    if tariff.charging == "day":
        first = first // DAYS_IN_A_MONTH
    return (
        bool(tariff.refusal)
        and tariff.fits
        and not tariff.current
        and overview.number.state != "blocked"
        and overview.available.amount_minor < first + tariff.switch_fee.amount_minor
    )


def included(tariff: Tariff, kind: BucketKind) -> TariffPackage | None:
    """The tariff's package of a kind."""
    return next((one for one in tariff.packages if one.kind == kind), None)


def amount_in_short(package: TariffPackage | None) -> str:
    """What a package holds, for a column under its kind: `400`, `10 ГБ`, `20/день`, `нет`."""
    if package is None:
        return "нет"
    text = UNLIMITED
    if not package.unlimited:
        text = _count(package.kind, package.amount)
    return f"{text}/день" if package.period == "day" and not package.unlimited else text


def left_of(buckets: list[Bucket]) -> str:
    """What is left of packages, one word for each kind: `254 минуты, 38 SMS, 1,1 ГБ`."""
    words = []
    for kind, title in KINDS.items():
        found = [one for one in buckets if one.kind == kind]
        if any(one.unlimited for one in found):
            name = title if title.isupper() else title.lower()
            words.append(f"{name} без ограничения")
        elif found:
            words.append(_left(kind, sum(one.granted - one.used for one in found)))
    return ", ".join(words)


def per(price: Price) -> str:
    """What a price is for: `за минуту`."""
    return f"за {_PER.get(price.unit, formatting.clean(price.unit, 20))}"


def days_until(day: date, today: date) -> str:
    """How far a day is: `сегодня`, `завтра`, `через 9 дней`."""
    days = (day - today).days
    if days <= 0:
        return "сегодня"
    return "завтра" if days == 1 else f"через {formatting.count(days, 'день', 'дня', 'дней')}"


def listed(titles: list[str]) -> str:
    """Titles of others, in quotes, by commas."""
    return ", ".join(f"«{formatting.clean(title, 60)}»" for title in titles)


def _count(kind: BucketKind, amount: int) -> str:
    if kind == "data":
        return formatting.traffic(amount)
    return formatting.number(amount // _SECONDS if kind == "call" else amount)


def _left(kind: BucketKind, left: int) -> str:
    if kind == "call":
        return formatting.count(left // _SECONDS, "минута", "минуты", "минут")
    return (
        formatting.traffic(left) if kind == "data" else f"{formatting.number(left)} {KINDS[kind]}"
    )
