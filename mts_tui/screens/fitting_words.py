"""«Подбор тарифа» in words: what it would have cost, by how much that differs, month by month."""

from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.archive import OperationKind
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.tariffs import Fit, FitMonth, Tariff
from mts_tui.widgets.rows import Cell, Column
from mts_tui.widgets.text import Part

from .tariff_words import title_of

COLUMNS = (
    Column(2),
    Column(0, title="Тариф"),
    Column(12, right=True, title="Всего"),
    Column(12, right=True, title="За месяц"),
    Column(23, title="Против «сейчас»"),
)
KINDS: dict[OperationKind, str] = {
    "fee": "Плата",
    "option": "Услуги",
    "call": "Звонки",
    "sms": "SMS",
    "mms": "MMS",
    "data": "Интернет",
}
NARROW = 70
"""Cells that a table has on the narrowest terminal."""
WHAT_COUNTS = (
    "Посчитано по тем же ценам, по которым списываются деньги: плата тарифа, звонки, SMS, MMS, "
    "интернет и услуги, с которыми связь дешевле; из тех, за которые платят по дням, взяты дни, "
    "когда они окупились бы. Услуги, от которых связь не дешевле, остаются как есть и нигде не "
    "посчитаны."
)


def months_of(count: int) -> str:
    """`1 месяц`, `3 месяца`."""
    return formatting.count(count, "месяц", "месяца", "месяцев")


def row(tariff: Tariff, fit: Fit | None, *, at_work: bool) -> tuple[Cell, ...]:
    """A line of the list."""
    mark = Cell("●", "good") if tariff.current else Cell("")
    name = Cell(title_of(tariff), "strong" if tariff.current else "")
    if fit is None:
        return mark, name, Cell(""), Cell(""), Cell("считаем…" if at_work else "", "muted")
    return mark, name, Cell(sum_of(fit.total)), Cell(_monthly(fit.total, fit)), _versus(fit)


def _versus(fit: Fit) -> Cell:
    saved = fit.actual.amount_minor - fit.total.amount_minor
    if not saved:
        return Cell("столько же", "muted")
    told = formatting.money(abs(saved), fit.total.currency)
    return Cell(f"дешевле на {told}", "good") if saved > 0 else Cell(f"дороже на {told}", "muted")


def now(title: str, fit: Fit | None) -> list[Part]:
    """What is paid now: with what all are compared."""
    parts: list[Part] = [("Сейчас", "strong"), f": {formatting.clean(title)}"]
    if fit is not None:
        parts += [", заплачено ", (sum_of(fit.actual), "strong")]
        parts.append(f" за {months_of(len(fit.months))}, {_monthly(fit.actual, fit)} в месяц")
    return parts


def verdict(fit: Fit) -> list[Part]:
    """What it would have cost, and what is saved or lost by that: whole sentences."""
    parts: list[Part] = [
        f"За {months_of(len(fit.months))} вышло бы ",
        (sum_of(fit.total), "strong"),
    ]
    saved = fit.actual.amount_minor - fit.total.amount_minor
    if not saved:
        return [*parts, ": столько же, сколько вы заплатили."]
    told = formatting.money(abs(saved), fit.total.currency)
    monthly = formatting.money(round(abs(saved) / len(fit.months)), fit.total.currency)
    if saved > 0:
        gain = f"на {told} меньше"
        return [*parts, ": ", (gain, "good"), f", чем вы заплатили. Экономия {monthly} в месяц."]
    return [*parts, ": ", (f"на {told} больше", "warn"), f", чем вы заплатили: {monthly} в месяц."]


def brief(fit: Fit) -> list[Part]:
    """A tariff below the list: the verdict, options, what one would miss."""
    parts: list[Part] = [(title_of(fit.tariff), "strong"), ". ", *verdict(fit)]
    if fit.options:
        parts += ["\n", ("С услугами: ", "muted"), _listed(fit.options)]
    if fit.lost:
        lost = formatting.count(len(fit.lost), "потеря", "потери", "потерь")
        parts += ["\n", (f"▲ {lost}", "warn"), ". "]
    else:
        parts += ["\n"]
    parts.append("Enter — по месяцам, и что изменится.")
    return parts


def arithmetic(fit: Fit, zone: ZoneInfo) -> list[Part]:
    """The costs, a line for each month, a column for each kind that there is."""
    found = {kind for month in fit.months for kind in _costs(month)}
    kinds = [kind for kind in KINDS if kind in found]
    lines = [["", *(KINDS[kind] for kind in kinds), "Всего"]]
    for month in fit.months:
        costs = _costs(month)
        name = formatting.month_title(month.month.astimezone(zone)).partition(" ")[0]
        figures = [_bare(costs.get(kind, 0)) for kind in kinds]
        lines.append([name, *figures, _bare(month.cost.amount_minor)])
    totals = [sum(_costs(month).get(kind, 0) for month in fit.months) for kind in kinds]
    lines.append(["Всего", *map(_bare, totals), _bare(fit.total.amount_minor)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    gap = " " if sum(widths) + 2 * len(kinds) > NARROW else "  "
    parts: list[Part] = []
    for place, line in enumerate(lines):
        first, *rest = line
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        text = gap.join([first.ljust(widths[0]), *cells])
        look = "muted" if not place else "strong" if place == len(lines) - 1 else ""
        parts += [(text, look), "\n"]
    return parts[:-1]


def around(fit: Fit) -> list[Part]:
    """What the sum is made of, and what one would do without."""
    parts: list[Part] = []
    if fit.options:
        parts += [("Услуги в расчёте", "strong"), "\n", f"{_listed(fit.options)}. "]
        parts.append("Их цена уже в сумме. Сами они не подключатся: это делают в «Услугах».\n\n")
    if fit.lost:
        parts += [("Чего не будет", "strong"), "\n"]
        for sentence in fit.lost:
            parts += [("▲ ", "warn"), formatting.clean(sentence), "\n"]
        parts.append("\n")
    records = formatting.count(fit.records, "запись", "записи", "записей")
    parts.append((f"{records} за {months_of(len(fit.months))}. {WHAT_COUNTS}", "muted"))
    return parts


def _monthly(money: Money, fit: Fit) -> str:
    return formatting.money(round(money.amount_minor / len(fit.months)), money.currency)


def _costs(month: FitMonth) -> dict[OperationKind, int]:
    return {part.kind: part.cost.amount_minor for part in month.parts}


def _bare(minor: int) -> str:
    """A sum without the sign of its currency, for a table."""
    return formatting.money(minor).rpartition(formatting.NBSP)[0] if minor else "–"


def _listed(titles: list[str]) -> str:
    return ", ".join(f"«{formatting.clean(title)}»" for title in titles)
