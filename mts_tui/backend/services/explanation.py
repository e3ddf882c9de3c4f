"""«Разобрать списание»: why an operation cost what it cost, in Russian sentences and arithmetic.

Everything is told from the operation's own row: the rule that decided, the rate, the units after
rounding, what the package had before. The tariff may have changed since; the row has not.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mts_tui.backend.contract.archive import Step
from mts_tui.backend.operator.catalogue.countries import places
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms
from mts_tui.formatting import clean, count, duration, money, number, traffic

from . import receipts
from .billing import USAGE_TITLES

USAGE = frozenset({"call", "sms", "mms", "data"})
TOGETHER = timedelta(seconds=15)
"""Money that moves within so much time belongs together: a compensation comes after nine seconds
(facts 1.2), a transfer's fee at once."""
LOOKED_AT = 200
RELATED = 50

# Which rule decided, by its last word (see `operator.rating.Charge.rule`): name and sentence.
HOW = {
    "missed": ("пропущенный вызов", "Пропущенные вызовы не оплачиваются."),
    "in": ("бесплатный входящий", "Входящие здесь бесплатны: пакет и деньги не тратятся."),
    "short": ("служебный номер", "Это служебный номер: связь с ним бесплатна."),
    "brief": ("короче трёх секунд", "Разговор короче трёх секунд не оплачивается."),
    "package": ("из пакета", "Всё взято из пакета, денег не потребовалось."),
    "mixed": (
        "пакет и деньги",
        "Пакета хватило только на часть; остальное оплачено деньгами по цене вне пакета.",
    ),
    "zero": ("бесплатно по тарифу", "По тарифу это стоит 0 рублей."),
    "rate": ("по цене вне пакета", "Пакета на это не было, поэтому оплачено деньгами."),
}
WHERE = {
    "home": ("домашний регион", "в домашнем регионе"),
    "country": ("поездка по стране", "в поездке по стране"),
    "roaming": ("за границей", "за границей"),
}
# Rules of what is not usage: name and sentence.
RULES = {
    "fee.month": (
        "ежемесячная плата",
        "Плата по тарифу за месяц вперёд. С этого момента пакеты тарифа обновлены.",
    ),
    "fee.day": (
        "плата за день",
        "Плата по тарифу за сутки вперёд: так её берёт этот тариф, или на месяц не хватало денег.",
    ),
    "tariff.change": ("смена тарифа", "Разовая плата за смену тарифа чаще раза в 30 дней."),
    "tariff.undo": (
        "отмена смены тарифа",
        "Смена тарифа отменена в течение десяти минут, и всё, что за неё взяли, возвращено.",
    ),
    "option.connect": ("подключение услуги", "Разовая плата за подключение услуги."),
    "option.month": ("услуга, месяц", "Плата за услугу за месяц вперёд."),
    "option.day": ("услуга, день", "Плата за услугу за сутки вперёд."),
    "option.use": (
        "услуга, день пользования",
        "Плата за сутки, в которые услугой пользовались: в другие дни она ничего не стоит.",
    ),
    "option.once": ("услуга, разовая плата", "Разовая плата за услугу на весь её срок."),
    "option.undo": (
        "отмена изменения услуг",
        "Изменение услуг отменено в течение десяти минут, и всё, что за него взяли, возвращено.",
    ),
    "block.day": (
        "день блокировки",
        "День добровольной блокировки: первые 14 дней бесплатны, дальше платный каждый день.",
    ),
    "subscription.day": ("подписка, день", "Плата за сутки платной подписки."),
    "subscription.week": ("подписка, неделя", "Плата за неделю платной подписки."),
    "subscription.month": ("подписка, месяц", "Плата за месяц платной подписки."),
    "ringback.month": (
        "мелодия, 30 дней",
        "Плата за 30 дней мелодии, которую слышат вместо гудков. Отключить её можно в «GOOD'OK».",
    ),
    "ringback.gift_back": ("возврат за подарок", "Подарок не приняли, и деньги вернулись."),
    "autopay": ("автоплатёж", "Счёт пополнен сам, по правилу автоплатежа, без комиссии."),
    "transfer.own": ("перевод абоненту", "Перевод между счетами номеров одной сети."),
    "transfer.other": ("перевод другому оператору", "Перевод на номер другого оператора."),
    "purchase": ("оплата со счёта", "Товар или услуга оплачены со счёта телефона."),
    "transfer.fee": ("комиссия за перевод", "Комиссия за перевод, который сделан в ту же минуту."),
    "purchase.fee": ("комиссия за оплату", "Комиссия за оплату, которая сделана в ту же минуту."),
    "promise": (
        "обещанный платёж",
        "Счёт может уйти ниже нуля на эту сумму, пока не придёт день возврата. Денег это не стоит.",
    ),
    "bonus.money": ("обмен баллов", "Баллы «МТС Бонус» обменяны на деньги: 10 баллов — это 3 ₽."),
    "bonus.reward": ("награда за баллы", "Деньги на счёт, заказанные за баллы «МТС Бонус»."),
    "bonus.undo": (
        "отмена обмена баллов",
        "Обмен баллов отменён в течение десяти минут: деньги ушли, баллы вернулись.",
    ),
    "promo.discount": (
        "скидка по акции",
        "Часть платы за тариф возвращена по акции, в которой участвует номер.",
    ),
    "promise.fee": ("плата за обещанный платёж", "Разовая плата за обещанный платёж."),
}
# What there is to say where no rule is named, by kind.
KINDS = {
    "call": "Звонок.",
    "sms": "SMS.",
    "mms": "MMS.",
    "data": "Мобильный интернет.",
    "fee": "Плата по тарифу.",
    "option": "Плата за услугу.",
    "subscription": "Плата за подписку. Отключить её можно в «Счете», в списке подписок.",
    "top_up": "Деньги поступили на счёт.",
    "compensation": "Оператор вернул комиссию, которую взял банк за пополнение.",
    "transfer": "Перевод между счетами.",
    "purchase": "Оплата товара или услуги со счёта телефона.",
    "promise": "Обещанный платёж.",
    "correction": "Перерасчёт: оператор исправил сумму на счёте.",
}
CONTRAS = {
    "bank:autopay": "банковская карта, автоплатёж",
    "bank:card": "банковская карта",
    "bank:sbp": "Система быстрых платежей",
    "cash:shop": "наличные в салоне",
    "revenue:usage": "оператор, услуги связи",
    "revenue:block": "оператор, плата за блокировку",
    "revenue:commission": "оператор, комиссия",
    "revenue:fees": "оператор, плата по тарифу",
    "revenue:options": "оператор, плата за услуги",
    "revenue:ringback": "оператор, GOOD'OK",
    "revenue:promise": "оператор, плата за обещанный платёж",
    "costs:commission": "оператор, возврат комиссии",
}
CONTRA_KINDS = {
    "account": "другой номер",
    "bank": "банк",
    "cash": "наличные",
    "costs": "оператор",
    "partners": "партнёр оператора",
    "network": "другой оператор",
    "provider": "получатель платежа",
    "revenue": "оператор",
}
_PER = {"call": "за минуту", "sms": "за SMS", "mms": "за MMS", "data": "за мегабайт"}
_MINUTE = 60
_HALF_MINUTE = 30


def sentence(row: Row, currency: str, shares: Sequence[Row] = ()) -> str:
    """What it was and why it cost that, in a sentence or two.

    Args:
        row: The operation.
        currency: Of the account.
        shares: What the second and further packages gave.
    """
    kind, where, how = _rule(row)
    if how:
        place = WHERE[where][1]
        country = _country(row["zone"])
        if country:
            place += f" ({country})"
        what = USAGE_TITLES.get((kind, row["direction"]), "Мобильный интернет")
        told = [f"{what} {place}. {HOW[how][1]}"]
        if row["amount"]:
            price = _price(row, currency, shares)
            told.append(f"Списано {money(-row['amount'], currency)}: {price}.")
        return " ".join(told)
    if row["rule"] in RULES:
        return RULES[row["rule"]][1]
    return KINDS.get(row["kind"], "Операция по счёту.")


def steps(row: Row, currency: str, shares: Sequence[Row] = ()) -> list[Step]:
    """The arithmetic, line by line; the same arguments as `sentence`."""
    kind, where, how = _rule(row)
    found: list[tuple[str, str]] = []
    if how:
        country = _country(row["zone"])
        found.append(("Где", WHERE[where][0] + (f", {country}" if country else "")))
        found.append(("Правило", HOW[how][0]))
    elif row["rule"] in RULES:
        found.append(("Правило", RULES[row["rule"]][0]))
    if row["units"]:
        found.append(("Использовано", _exact(kind or row["kind"], row["units"])))
    if row["rated_units"] and row["rated_units"] != row["units"] and row["kind"] in USAGE:
        found.append(("Округлено до", _units(row["kind"], row["rated_units"])))
    found += _package(row)
    found += [("Взято из другого пакета", _units(row["kind"], share["units"])) for share in shares]
    if how and row["rate"] and row["amount"]:
        found.append(("Деньгами", _price(row, currency, shares)))
    if row["amount"]:
        title = "Списано" if row["amount"] < 0 else "Поступило"
        found.append((title, money(abs(row["amount"]), currency)))
        contra = _contra(row["contra"])
        if contra:
            found.append(("Куда" if row["amount"] < 0 else "Откуда", contra))
    found.append(("Баланс после", money(row["balance"], currency)))
    return [Step(title=title, value=clean(value, 200)) for title, value in found]


def has_receipt(row: Row) -> bool:
    """Whether it is a payment."""
    return row["kind"] in receipts.KINDS and bool(row["amount"])


def related(tx: Transaction, row: Row, account: Row) -> list[Row]:
    """Operations that help to understand this one, in order of time.

    Money that moved together (a payment and its compensation, a transfer and its fee); the same
    charge the time before; for a daily fee, what was used in its day.
    """
    if row["kind"] in USAGE:
        return []
    at = from_ms(row["at"])
    found = {
        one["seq"]: one
        for one in _between(tx, row, at - TOGETHER, at + TOGETHER)
        if one["kind"] not in USAGE
    }
    if row["kind"] in {"fee", "option", "subscription"}:
        for one in tx.archive.before_of_label(
            account_id=row["account_id"], label=row["label"], seq=row["seq"]
        ):
            found[one["seq"]] = one
    if row["rule"] == "fee.day":
        zone = ZoneInfo(account["zone"])
        tomorrow = at.astimezone(zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(), zone)
        used = [one for one in _between(tx, row, at, midnight) if one["kind"] in USAGE]
        found |= {one["seq"]: one for one in used[: RELATED - len(found)]}
    found.pop(row["seq"], None)
    return [found[seq] for seq in sorted(found)][:RELATED]


def _between(tx: Transaction, row: Row, since: datetime, until: datetime) -> list[Row]:
    rows: list[Row] = tx.archive.around(
        account_id=row["account_id"], since=to_ms(since), until=to_ms(until), count=LOOKED_AT
    )
    return rows


def _rule(row: Row) -> tuple[str, str, str]:
    """Kind, where and how of a rated usage; three empty texts for anything else."""
    kind, _dot, rest = row["rule"].partition(".")
    where, _dot, how = rest.partition(".")
    if kind in USAGE and where in WHERE and how in HOW:
        return kind, where, how
    return "", "", ""


def _country(zone: str) -> str:
    code = zone.partition(":")[2]
    place = places().get(code)
    return place.title if place is not None else code


def _contra(contra: str) -> str:
    return CONTRAS.get(contra) or CONTRA_KINDS.get(contra.partition(":")[0], "")


def _package(row: Row) -> list[tuple[str, str]]:
    """What the package had, gave, and has left."""
    if not row["bucket"] or not row["bucket_units"]:
        return []
    kind, before, taken = row["kind"], row["bucket_before"], row["bucket_units"]
    if before < taken:  # An unlimited one keeps no account.
        return [("Пакет", "без ограничения")]
    return [
        ("В пакете было", _units(kind, before)),
        ("Взято из пакета", _units(kind, taken)),
        ("В пакете осталось", _units(kind, before - taken)),
    ]


def _price(row: Row, currency: str, shares: Sequence[Row]) -> str:
    """The paid part and its price: `3 минуты по 2,00 ₽ за минуту`."""
    paid = row["rated_units"] - row["bucket_units"] - sum(share["units"] for share in shares)
    per = _PER[row["kind"]]
    # The row does not say whether a call's rate is for a minute or a second; its sum does.
    if row["kind"] == "call" and (row["rate"] * paid + _HALF_MINUTE) // _MINUTE != -row["amount"]:
        per = "за секунду"
        return (
            f"{count(paid, 'секунда', 'секунды', 'секунд')} по {money(row['rate'], currency)} {per}"
        )
    return f"{_units(row['kind'], paid)} по {money(row['rate'], currency)} {per}"


def _units(kind: str, units: int) -> str:
    """Units as people count them: whole minutes, megabytes, pieces."""
    if kind == "call":
        minutes, rest = divmod(units, _MINUTE)
        return duration(units) if rest else count(minutes, "минута", "минуты", "минут")
    return _exact(kind, units)


def _exact(kind: str, units: int) -> str:
    if kind == "call":
        return duration(units)
    if kind == "data":
        return traffic(units)
    return f"{number(units)} {kind.upper()}" if kind in USAGE else number(units)
