"""«Тарифы»: the tariff, what else is on offer, and the way from one to another.

A change is free once in 30 days; a sooner one costs what the tariff asks for, or 150 ₽ (facts 1.6,
the sum is the project's). The new tariff's first fee is taken at the change, what is left of the
old packages is lost, options that do not go with the new tariff fall off.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mts_tui import formatting
from mts_tui.backend.contract.account import Bucket
from mts_tui.backend.contract.errors import BudgetReached, NotFound, TariffRefused
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.tariffs import ChangeOrder, CurrentTariff, Fit, Price, TariffChange
from mts_tui.backend.contract.tariffs import Tariff as Offered
from mts_tui.backend.operator.catalogue import Option, Tariff
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import back, fitting, option_life, options, promises, trust, undo
from .account import bucket
from .billing import Book, Due, next_fee, tariff_of, tariffs_of
from .caller import Caller, own_account
from .standing import BLOCKED

FREE_AGAIN_AFTER = timedelta(days=30)
SOONER_COSTS = {"RUB": 150_00, "BYN": 5_00, "UAH": 60_00}
"""A change sooner than that, where the tariff names no price of its own (P), minor units."""
AHEAD_AT_MOST = timedelta(days=60)
CHANGES_SHOWN = 200
FAMILY_GROUP = "family-group"
PLANNED = "tariff"
"""The id under which a planned change falls due."""


# ------------------------------------------------------------------ what is asked


def current(tx: Transaction, caller: Caller, account: str) -> CurrentTariff:
    """See `contract.tariffs.Tariffs.current`."""
    row = own_account(tx, caller, account)
    planned = tx.services.planned_change(account_id=account)
    last = tx.services.last_change(account_id=account)
    return CurrentTariff(
        tariff=_offered(tx, row, tariff_of(tx, row["tariff_id"]), tx.now),
        since=from_ms(row["opened_at"] if last is None else last["at"]),
        next_fee_at=None if row["fee_at"] is None else from_ms(row["fee_at"]),
        planned=None if planned is None else _change(tx, planned, row["currency"]),
        free_change_from=_free_from(tx, account, row["opened_at"]),
    )


def offered(tx: Transaction, caller: Caller, account: str) -> Page[Offered]:
    """See `contract.tariffs.Tariffs.offered`."""
    row = own_account(tx, caller, account)
    known = tariffs_of(tx, row["country"])
    return Page(items=[_offered(tx, row, tariff, tx.now) for tariff in known])


def change(tx: Transaction, caller: Caller, account: str, order: ChangeOrder) -> TariffChange:
    """See `contract.tariffs.Tariffs.change`."""
    own_account(tx, caller, account)
    book = Book(tx, account)
    book.pass_time(tx.now_ms)
    tariff = known_tariff(tx, order.tariff)
    if order.at is not None:
        return _plan(book, tariff, order.at)
    before = book.standing()
    done = change_now(book, tariff)
    noted = back.note(tx, account, before, done.fee.amount_minor + done.first_payment.amount_minor)
    title = f"Тариф «{done.before}» сменён на «{done.after}»"
    undo.offer(tx, caller, account, title, "tariffs.put_back", change=done.id, **noted)
    return done


def changes(tx: Transaction, caller: Caller, account: str) -> Page[TariffChange]:
    """See `contract.tariffs.Tariffs.changes`."""
    row = own_account(tx, caller, account)
    found = tx.services.changes(account_id=account, count=CHANGES_SHOWN)
    return Page(items=[_change(tx, one, row["currency"]) for one in found])


def cancel(tx: Transaction, caller: Caller, account: str, change: str) -> TariffChange:
    """See `contract.tariffs.Tariffs.cancel`."""
    row = own_account(tx, caller, account)
    book = Book(tx, account)
    book.pass_time(tx.now_ms)
    found = tx.services.change(account_id=account, id=change)
    if found is None:
        raise NotFound
    if found["state"] != "planned":
        raise TariffRefused(reason="Эта смена тарифа уже не ждёт своего срока, отменять нечего.")
    book.drop_due(PLANNED)
    tx.services.end_change(account_id=account, id=change, state="cancelled")
    book.write()
    tx.emit(account, "account")
    return _change(tx, tx.services.change(account_id=account, id=change), row["currency"])


def fit(tx: Transaction, caller: Caller, account: str, tariff: str, months: int) -> Fit:
    """See `contract.tariffs.Tariffs.fit`."""
    row = own_account(tx, caller, account)
    asked = known_tariff(tx, tariff)
    if asked.country != row["country"]:
        raise TariffRefused(reason=_FOREIGN)
    shown = _offered(tx, row, asked, tx.now)
    return fitting.fit(tx, row, asked, shown, months)


# ------------------------------------------------------------------ a change


def change_now(book: Book, tariff: Tariff) -> TariffChange:
    """Change the tariff and write the book.

    Raises:
        TariffRefused: With a sentence; nothing was changed.
        BudgetReached: The owner asked for a stop.
    """
    tx = book.tx
    if tx.services.planned_change(account_id=book.id) is not None:
        raise TariffRefused(
            reason="Уже запланирована другая смена тарифа. Отмените её, и сменить можно будет "
            "сразу."
        )
    fee = _check(book, tariff, tx.now_ms)
    row = {"id": tx.new_id(), "ordered_at": tx.now_ms, **_carry_out(book, tariff, fee)}
    tx.services.add_change(account_id=book.id, new_tariff=tariff.id, **row)
    book.write()
    return _change(tx, tx.services.change(account_id=book.id, id=row["id"]), book.currency)


def apply(book: Book, due: Due) -> None:
    """Carry out a planned change, or tell why not; called when it falls due."""
    tx = book.tx
    planned = tx.services.change(account_id=book.id, id=due.body["change"])
    tariff = known_tariff(tx, planned["new_tariff"])
    try:
        fee = _check(book, tariff, due.at)
    except (TariffRefused, BudgetReached) as error:
        reason = str(error)
        done = {
            **{name: planned[name] for name in ("old_tariff", "fee", "first_payment")},
            "at": due.at,
            "burnt": "[]",
            "dropped": "[]",
            "state": "failed",
            "reason": reason,
        }
        book.notice(
            "Тариф не сменён",
            f"Тариф «{tariff.title}» не подключён, остался прежний. {reason}",
            kind="services",
            sms=True,
        )
    else:
        done = _carry_out(book, tariff, fee, due.at)
    tx.services.settle_change(account_id=book.id, id=planned["id"], **done)


def put_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take a change back. Raises `UndoRefused` where something was built on it."""
    del caller
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    changed = tx.services.change(account_id=account_id, id=body["change"])
    back.bring_back(book, body, "fee", "Возврат: смена тарифа отменена", "tariff.undo")
    tx.services.set_tariff(id=account_id, tariff_id=book.tariff.id)
    tx.services.end_change(account_id=account_id, id=changed["id"], state="undone")
    book.notice(
        "Смена тарифа отменена",
        f"Снова действует тариф «{book.tariff.title}», пакеты и услуги прежние, деньги возвращены.",
        kind="services",
        sms=True,
    )
    book.write()


def _plan(book: Book, tariff: Tariff, at: datetime) -> TariffChange:
    """Write down a change to come."""
    tx = book.tx
    if not tx.now < at <= tx.now + AHEAD_AT_MOST:
        raise TariffRefused(
            reason="Сменить тариф позже можно в любой момент ближайших 60 дней. Укажите другой."
        )
    reason = _refusal(book, tariff)
    if not reason and tx.services.planned_change(account_id=book.id) is not None:
        reason = "Смена тарифа уже запланирована. Отмените её, чтобы запланировать другую."
    if reason:
        raise TariffRefused(reason=reason)
    change_id = tx.new_id()
    fee, first = fee_for(tx, book.id, tariff, at), next_fee(tariff, at.astimezone(book.zone))
    tx.services.add_change(
        account_id=book.id,
        id=change_id,
        ordered_at=tx.now_ms,
        at=to_ms(at),
        old_tariff=book.tariff.id,
        new_tariff=tariff.id,
        state="planned",
        fee=fee,
        first_payment=first,
        burnt="[]",
        dropped=_encoded([option.title for option in _dropped(book, tariff)]),
        reason="",
    )
    book.owe(Due(PLANNED, to_ms(at), "tariffs.apply", {"change": change_id}))
    when = formatting.moment(at.astimezone(book.zone), tx.now.astimezone(book.zone))
    needed = formatting.money(fee + first, book.currency)
    book.notice(
        "Смена тарифа запланирована",
        f"Тариф «{tariff.title}» подключится {when}. На счёте к этому времени должно быть "
        f"{needed}.",
        kind="services",
        sms=True,
    )
    book.write()
    tx.emit(book.id, "account")
    return _change(tx, tx.services.change(account_id=book.id, id=change_id), book.currency)


def _carry_out(book: Book, tariff: Tariff, fee: int, at: int = 0) -> dict[str, Any]:
    """Go over to a tariff; what is to be written down of it."""
    at = max(at, book.after_usage())
    book.pass_time(at)
    before = book.tariff
    if fee:
        book.move(
            Entry(
                at=at,
                kind="fee",
                title=f"Смена тарифа на {tariff.title}",
                amount=-fee,
                contra="revenue:fees",
                rule="tariff.change",
                rate=fee,
                rated_units=1,
            )
        )
    dropped = _dropped(book, tariff)
    packages = [*before.packages, *(one for option in dropped for one in option.packages)]
    left = [book.packages.get(one.id) for one in packages]
    burnt = [
        bucket(msgspec.structs.asdict(one), book.tx.now)
        for one in left
        if one is not None and one.used < one.granted
    ]
    for package in before.packages:
        book.packages.close(package.id, at)
    for option in dropped:
        option_life.drop(book, option, at)
    book.tx.services.set_tariff(id=book.id, tariff_id=tariff.id)
    balance = book.balance
    book.switch_tariff(tariff, at)
    first = balance - book.balance
    text = f"Ваш тариф теперь «{tariff.title}»."
    if fee + first:
        text += f" Списано {formatting.money(fee + first, book.currency)}."
    if dropped:
        text += f" Отключены услуги: {', '.join(option.title for option in dropped)}."
    book.notice("Тариф сменён", text, kind="services", sms=True)
    return {
        "at": at,
        "old_tariff": before.id,
        "state": "done",
        "fee": fee,
        "first_payment": first,
        "burnt": _encoded(burnt),
        "dropped": _encoded([option.title for option in dropped]),
        "reason": "",
    }


def _dropped(book: Book, tariff: Tariff) -> list[Option]:
    """Options that do not go with a tariff, and those that need one of them."""
    on = [book.option(held.id) for held in book.options.values() if held.on]
    misfits = [option for option in on if not option.fits(tariff)]
    return misfits + options.without_requirements(one for one in on if one not in misfits)


def fee_for(tx: Transaction, account_id: str, tariff: Tariff, at: datetime) -> int:
    """What a change at a moment costs, minor units, besides the tariff's first fee."""
    last = tx.services.last_change(account_id=account_id)
    if last is None or from_ms(last["at"]) + FREE_AGAIN_AFTER <= at:
        return 0
    return tariff.switch_fee or SOONER_COSTS[tariff.currency]


def _free_from(tx: Transaction, account_id: str, opened_at: int) -> datetime:
    last = tx.services.last_change(account_id=account_id)
    return from_ms(opened_at) if last is None else from_ms(last["at"]) + FREE_AGAIN_AFTER


# ------------------------------------------------------------------ why not

_FOREIGN = "Этот тариф — для номеров другой страны."


def _check(book: Book, tariff: Tariff, at: int) -> int:
    """The fee of a change that is possible, minor units.

    Raises:
        TariffRefused: It is not.
        BudgetReached: The owner asked for a stop.
    """
    moment = from_ms(at)
    fee = fee_for(book.tx, book.id, tariff, moment)
    cost = fee + next_fee(tariff, moment.astimezone(book.zone))
    available = book.balance - book.floor
    reason = _refusal(book, tariff) or _too_little(cost, available, book.currency)
    if reason:
        raise TariffRefused(reason=reason)
    if cost and not book.affords(cost, at):
        raise BudgetReached
    return fee


def _refusal(book: Book, tariff: Tariff) -> str:
    row = dict(book.tx.accounts.by_id(id=book.id))
    return refusal(book.tx, {**row, "tariff_id": book.tariff.id, "state": book.state}, tariff)


def refusal(tx: Transaction, account: Any, tariff: Tariff) -> str:
    """Why an account cannot have a tariff, money aside: a sentence, or empty where it can."""
    if tariff.id == account["tariff_id"]:
        return "Этот тариф у вас уже подключён."
    if tariff.country != account["country"]:
        return _FOREIGN
    if tariff.archived:
        return "Тариф в архиве: он остаётся у тех, у кого подключён, а перейти на него нельзя."
    if account["state"] == "blocked":
        return BLOCKED
    return _wrong_audience(tx, account, tariff) or _without_trust(tx, account, tariff)


def _wrong_audience(tx: Transaction, account: Any, tariff: Tariff) -> str:
    audience = tariff.audience
    if (account["kind"] == "city") != (audience == "city"):
        kinds = ("городских", "мобильный") if audience == "city" else ("мобильных", "городской")
        return f"Этот тариф — для {kinds[0]} номеров, а ваш номер {kinds[1]}."
    if tariff_of(tx, account["tariff_id"]).audience == audience:
        return ""
    if audience == "business":
        return "Этот тариф — для организаций: его подключают в офисе по договору."
    if audience == "child" and not tx.services.has_role(account_id=account["id"], role="child"):
        return "Этот тариф — для номера ребёнка, который есть в кабинете родителя."
    held = tx.services.options(account_id=account["id"]) if audience == "family" else []
    if audience != "family" or any(
        one["id"] == FAMILY_GROUP and one["off_at"] is None for one in held
    ):
        return ""
    return "Этот тариф — только в группе «Семья». Подключите её в услугах и повторите."


def _without_trust(tx: Transaction, account: Any, tariff: Tariff) -> str:
    if account["base_floor"] and tariff.id in trust.TARIFFS_WITHOUT:
        return "На этом тарифе нет «На полном доверии». Отключите эту услугу и повторите."
    promised = tx.payments.active_promise(account_id=account["id"]) is not None
    if promised and tariff.id in promises.TARIFFS_WITHOUT:
        return "На этом тарифе нет «Обещанного платежа». Дождитесь конца вашего и повторите."
    return ""


def _too_little(cost: int, available: int, currency: str) -> str:
    missing = cost - available
    if not cost or missing <= 0:
        return ""
    return (
        f"Для смены нужно {formatting.money(cost, currency)}, не хватает "
        f"{formatting.money(missing, currency)}. Пополните счёт и повторите."
    )


# ------------------------------------------------------------------ forms of the contract


def known_tariff(tx: Transaction, tariff_id: str) -> Tariff:
    """A tariff of any country.

    Raises:
        NotFound: There is none.
    """
    if tx.common.tariff(id=tariff_id) is None:
        raise NotFound
    return tariff_of(tx, tariff_id)


def _offered(tx: Transaction, account: Row, tariff: Tariff, now: datetime) -> Offered:
    currency = tariff.currency
    fee = fee_for(tx, account["id"], tariff, now)
    cost = fee + next_fee(tariff, now.astimezone(ZoneInfo(account["zone"])))
    available = account["balance"] - account["floor"]
    reason = refusal(tx, account, tariff)
    return Offered(
        id=tariff.id,
        title=tariff.title,
        description=tariff.description,
        monthly=Money(amount_minor=tariff.monthly, currency=currency),
        daily=Money(amount_minor=tariff.daily, currency=currency),
        charging=tariff.charging,
        switch_fee=Money(amount_minor=fee, currency=currency),
        audience=tariff.audience,
        packages=[options.package_of(one) for one in tariff.packages],
        prices=prices_of(tariff),
        archived=tariff.archived,
        current=tariff.id == account["tariff_id"],
        refusal=reason or _too_little(cost, available, currency),
        fits=tariff.id == account["tariff_id"]
        or not (tariff.archived or _wrong_audience(tx, account, tariff)),
    )


def prices_of(tariff: Tariff) -> list[Price]:
    """The prices outside the packages, as people read them."""
    rates, call = tariff.rates, tariff.rates.call
    calls = [
        ("Звонки на МТС, дома", call.own, "own"),
        ("Звонки на другие мобильные, дома", call.other, "other"),
        ("Звонки на городские, дома", call.city, "city"),
        ("Звонки на МТС в другие регионы", call.own_country, "own_country"),
        ("Звонки на другие сети в другие регионы", call.other_country, "other_country"),
        ("Звонки в СНГ", call.cis, "cis"),
        ("Звонки в Европу", call.europe, "europe"),
        ("Звонки в другие страны", call.world, "world"),
    ]
    found = [
        (title, price, "секунда" if route in call.per_second else "минута")
        for title, price, route in calls
    ]
    found += [
        ("SMS, дома", rates.sms.home, "SMS"),
        ("SMS в другие регионы", rates.sms.country, "SMS"),
        ("SMS за границу", rates.sms.abroad, "SMS"),
        ("MMS", rates.mms, "MMS"),
        ("Интернет", rates.data_mb, "МБ"),
    ]
    if rates.trip is not None:
        found += [
            ("Входящие в поездках по стране", rates.trip.call_in, "минута"),
            ("Исходящие в поездках по стране", rates.trip.call_out, "минута"),
            ("SMS в поездках по стране", rates.trip.sms, "SMS"),
            ("Интернет в поездках по стране", rates.trip.data_mb, "МБ"),
        ]
    if tariff.country == "UA":  # No brand of the operator there.
        found = [(title.replace("МТС", "свою сеть"), price, unit) for title, price, unit in found]
    return [
        Price(title=title, price=Money(amount_minor=price, currency=tariff.currency), unit=unit)
        for title, price, unit in found
    ]


def _change(tx: Transaction, row: Row, currency: str) -> TariffChange:
    return TariffChange(
        id=row["id"],
        at=from_ms(row["at"]),
        before=tariff_of(tx, row["old_tariff"]).title,
        after=tariff_of(tx, row["new_tariff"]).title,
        state=row["state"],
        fee=Money(amount_minor=row["fee"], currency=currency),
        first_payment=Money(amount_minor=row["first_payment"], currency=currency),
        burnt=msgspec.json.decode(row["burnt"], type=list[Bucket]),
        dropped=msgspec.json.decode(row["dropped"], type=list[str]),
        reason=row["reason"],
    )


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()
