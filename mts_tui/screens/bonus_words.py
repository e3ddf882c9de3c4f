"""Points in words, the same on every screen of «МТС Бонус»."""

from typing import Final

from mts_tui import formatting
from mts_tui.backend.contract.bonus import (
    POINT_WORTH_MINOR,
    PointsKind,
    RewardCategory,
    RewardOrderState,
    Value,
)

CATEGORIES: Final[dict[RewardCategory, str]] = {
    "money": "Деньги на счёт",
    "minutes": "Минуты",
    "sms": "SMS",
    "internet": "Интернет",
    "services": "Услуги",
    "home": "Домашний интернет",
    "magazines": "Журналы",
    "partners": "Партнёры",
}
VERDICTS: Final[dict[Value, tuple[str, str]]] = {
    "good": ("▲ выгодно", "good"),
    "fair": ("  как обычно", "muted"),
    "poor": ("▼ невыгодно", "warn"),
}
"""What a point buys, and the look of it."""
STATES: Final[dict[RewardOrderState, tuple[str, str]]] = {
    "done": ("готово", "good"),
    "processing": ("оформляется", "warn"),
    "failed": ("не вышло", "bad"),
}


HIDDEN: Final = "••••-••••"
"""In place of a code that nobody has asked to see."""
HOW: Final[dict[PointsKind, str]] = {
    "earned": "1 балл за каждые 5 ₽ на связь; считается весь прошлый месяц.",
    "friend": "Друг, которого вы пригласили, вступил в «МТС Бонус».",
    "promo": "Баллы по акции.",
    "gift_in": "Подарок: баллы сгорят тогда же, когда сгорели бы у дарителя.",
    "gift_out": "Вы подарили эти баллы; потрачены те, что сгорели бы раньше других.",
    "reward": "Заказ награды; потрачены баллы, которые сгорели бы раньше других.",
    "exchange": "Баллы стали деньгами на счёте: 10 баллов — это 3 ₽.",
    "burnt": "Баллы живут 12 месяцев; эти потратить не успели.",
    "returned": "Обмен отменён: баллы вернулись с прежним сроком.",
}
"""Where points came from or went to."""


def in_words(points: int) -> str:
    """Points and what they are worth: `1 240 баллов ≈ 372,00 ₽`."""
    return f"{formatting.points(points)} ≈ {in_roubles(points)}"


def in_roubles(points: int) -> str:
    """What points are worth: `372,00 ₽`."""
    return formatting.money(points * POINT_WORTH_MINOR)


def signed(points: int) -> str:
    """A movement of points: `+120` or `−380`."""
    return f"{'+' if points > 0 else '−'}{formatting.number(abs(points))}"


def per_point(hundredths: int) -> str:
    """What a point buys: `0,31 ₽` of 1/100 of a kopeck."""
    return formatting.money(round(hundredths / 100))
