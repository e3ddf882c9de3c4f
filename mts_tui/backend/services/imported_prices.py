"""«Разобрать списание» for an imported row: what the document says, and what the tariff says to it.

Where the person has told the tariff of that time, the month up to the row is rated anew, by the
rating that bills everybody, with packages full on its first day. If that comes to the printed
price, it is the explanation. If not, that is said as it is: the tariff may have been another one,
and options, discounts and packages of that time are not in the document.

The classical document prints prices without VAT (facts 1.8), so a price with it is looked at too.
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from mts_tui.backend.contract.archive import Step
from mts_tui.backend.contract.imports import COST_SCALE
from mts_tui.backend.operator.catalogue import Tariff
from mts_tui.backend.operator.rating import Charge, Plan, Usage, route_of
from mts_tui.backend.store.transaction import Row, Transaction, from_ms
from mts_tui.formatting import MINUS, NBSP, clean, duration, money, number, traffic

from . import explanation
from .billing import tariff_of
from .imported_rows import UNKNOWN
from .periods import month_start_ms

RULE = "import."
"""What the rule of an imported operation begins with; the row's print follows."""
VAT = ((date(2026, 1, 1), 22), (date(2019, 1, 1), 20), (date(2004, 1, 1), 18))
"""Per cent of the tax in Russia, from which day on."""
_CENTS = COST_SCALE // 100
_NOT_TOLD = (
    "Тариф того времени не указан, и почему цена такая, сказать нельзя. Откройте этот файл в "
    "«Импорте» ещё раз и укажите тариф."
)


def explained(tx: Transaction, account: Row, row: Row) -> tuple[str, list[Step]]:
    """A sentence or two, and the arithmetic line by line.

    Args:
        tx: The transaction.
        account: The imported number's.
        row: The operation.
    """
    currency = account["currency"]
    record = tx.imports.record(account_id=account["id"], print=row["rule"].removeprefix(RULE))
    told = [f"{row['title']}: строка импортированного документа."]
    steps = _printed(record, currency)
    if row["kind"] == "fee":
        told.append("Это плата, которую взял оператор; из чего она сложилась, документ не говорит.")
    elif account["tariff_id"].startswith(UNKNOWN):
        told.append(_NOT_TOLD)
    else:
        _compare(tx, account, row, record, told, steps)
    return " ".join(told), [Step(title=title, value=clean(value, 200)) for title, value in steps]


def _compare(
    tx: Transaction,
    account: Row,
    row: Row,
    record: Row,
    told: list[str],
    steps: list[tuple[str, str]],
) -> None:
    """Tell what the tariff says to a printed price."""
    currency = account["currency"]
    tariff = tariff_of(tx, account["tariff_id"])
    charge = _rated(tx, account, row, tariff)
    price = money(charge.amount_minor, currency)
    vat = _agrees(record["cost"], charge.amount_minor, _day(account, row))
    steps.append(("По тарифу", f"{price}, {tariff.title}"))
    if vat is None:
        told.append(
            f"По тарифу {tariff.title} это стоило бы {price}, а в документе "
            f"{_cost(record['cost'], currency)}. Цена в документе другая: тариф мог быть иным, а "
            "услуг, скидок и остатков пакетов того времени в документе нет."
        )
    else:
        as_billed: dict[str, Any] = {
            **dict(row), "rule": charge.rule, "rate": charge.rate_minor,
            "rated_units": charge.rated_units, "bucket": charge.bucket,
            "bucket_units": charge.bucket_units, "bucket_before": max(0, charge.before),
            "amount": -charge.amount_minor,
        }  # fmt: skip
        shares = [
            {"bucket": one.bucket, "units": one.units, "bucket_before": max(0, one.before)}
            for one in charge.more
        ]
        told += [f"Цена сходится с тарифом {tariff.title}.",
                 explanation.sentence(as_billed, currency, shares)]  # fmt: skip
        if vat:
            told.append(f"В документе она без НДС {vat}{NBSP}%.")
        known = {"Использовано", "Списано", "Куда", "Баланс после"}
        steps += [
            (step.title, step.value)
            for step in explanation.steps(as_billed, currency, shares)
            if step.title not in known
        ]


def _printed(record: Row, currency: str) -> list[tuple[str, str]]:
    """What stands in the document."""
    units = {
        "call": duration(record["units"]),
        "data": traffic(record["units"]),
        "sms": f"{number(record['units'])} SMS",
        "mms": f"{number(record['units'])} MMS",
        "fee": "",
    }[record["kind"]]
    found = [
        ("Услуга в документе", record["service"]),
        ("Зона вызова", record["zone"]),
        ("Зона направления", record["peer_zone"]),
        ("Использовано", units),
        ("Цена в документе", _cost(record["cost"], currency)),
    ]
    return [(title, value) for title, value in found if value]


def _rated(tx: Transaction, account: Row, row: Row, tariff: Tariff) -> Charge:
    """What the row would cost, after all that was used in its month before it."""
    zone = ZoneInfo(account["zone"])
    since = month_start_ms(row["at"], zone)
    daily = {one.id: one.amount for one in tariff.packages if one.period == "day"}
    left = {one.id: one.amount for one in tariff.packages if not one.unlimited}
    plan, today = Plan(tariff, list(daily)), None
    charge: Charge | None = None
    rows = tx.imports.usage_until(account_id=account["id"], since=since, seq=row["seq"])
    for used in rows:
        if daily:
            day = from_ms(used["at"]).astimezone(zone).date()
            if day != today:
                today = day
                left.update({name: left_of for name, left_of in daily.items() if name in left})
        charge = plan.rate(_usage(account["phone"], used), left)
        for bucket, units in (
            (charge.bucket, charge.bucket_units),
            *((one.bucket, one.units) for one in charge.more),
        ):
            if bucket in left:
                left[bucket] -= units
    assert charge is not None  # The row itself is the last of them.
    return charge


def _usage(phone: str, row: Row) -> Usage:
    if row["kind"] == "data":
        return Usage("data", "out", row["peer"], row["zone"], "internet", row["units"])
    route = route_of(phone, row["peer"])
    return Usage(row["kind"], row["direction"], row["peer"], row["zone"], route, row["units"])


def _agrees(cost: int, price: int, day: date) -> int | None:
    """Whether a printed price is that of the tariff: 0, or the tax that it lacks; None if not."""
    if cost == price * _CENTS:
        return 0
    vat = next((vat for since, vat in VAT if day >= since), 0)
    with_tax = cost * (100 + vat)
    return vat if abs(with_tax - price * _CENTS * 100) <= 100 * _CENTS // 2 and price else None


def _day(account: Row, row: Row) -> date:
    return from_ms(row["at"]).astimezone(ZoneInfo(account["zone"])).date()


def _cost(cost: int, currency: str) -> str:
    """A cost as the document prints it: four decimals where two do not tell it."""
    if cost % _CENTS == 0:
        return money(cost // _CENTS, currency)
    whole, decimals = divmod(abs(cost), COST_SCALE)
    sign = MINUS if cost < 0 else ""
    unit = money(0, currency).rpartition(NBSP)[2]
    return f"{sign}{number(whole)},{decimals:04}{NBSP}{unit}"
