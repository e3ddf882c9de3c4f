"""«На полном доверии» and «Обещанный платёж»: to spend what is not there yet, on told conditions.

On trust the balance may go down to −300 ₽, for free (facts 1.3). A promised payment lowers the
floor by its sum for three days; then the floor comes back and a fee is taken, and what is missing
is a debt (facts 1.4). A top-up in between does not end it: the sum stays at hand to the last day.
The two exclude each other, and other currencies have neither.
"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.errors import PromiseRefused, TrustRefused, UndoRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import (
    Condition,
    Promise,
    PromiseOffer,
    PromiseOrder,
    PromiseTerms,
    TrustState,
    TrustTerms,
)
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import undo
from .billing import PROMISE, Book, Due
from .caller import Caller, own_account
from .notifications import notify

LIMIT = 300_00
"""Kopecks below zero on trust."""
MONTH = timedelta(days=30)
CLIENT_FOR = 3 * MONTH
SPENT_AT_LEAST = 125_00
"""Kopecks in each of the last three months."""
TARIFFS_WITHOUT = frozenset({"tvoya-strana", "mts-connect-4", "umnoe-ustroistvo"})

PROMISE_LASTS = timedelta(days=3)
PROMISE_REMINDER = timedelta(days=1)
PROMISE_FROM_BALANCE = -30_00
"""Kopecks; with less on the account nothing is promised (facts 1.4)."""
PROMISE_LEAST = 10_00
PROMISE_OFFERS = (50_00, 100_00, 200_00, 400_00, 800_00)
PROMISE_MOST = ((300_00, 200_00), (500_00, 400_00))
"""Who spent up to so much in a month may promise so much; who spent more, `PROMISE_OFFERS[-1]`."""
PROMISE_FEES = ((30_00, 0), (99_99, 7_00), (199_99, 10_00), (499_99, 25_00))
"""Up to so much costs so much; more costs `PROMISE_LARGEST_FEE` (facts 1.4)."""
PROMISE_LARGEST_FEE = 50_00
PROMISE_TARIFFS_WITHOUT = frozenset({"mts-connect-4", "umnoe-ustroistvo"})
"""Tariffs of things, which took the place of those of facts 1.4."""
_REMINDER = "promise-reminder"


# ------------------------------------------------------------------ «На полном доверии»


def terms(tx: Transaction, caller: Caller, account: str) -> TrustTerms:
    """See `contract.trust.Trust.terms`."""
    row = own_account(tx, caller, account)
    offered = LIMIT if _is_served(row) else 0
    return TrustTerms(
        state=_state(row),
        offered=Money(amount_minor=offered, currency=row["currency"]),
        conditions=_ways_off(row) if row["base_floor"] else _ways_on(tx, row),
    )


def switch_on(tx: Transaction, caller: Caller, account: str) -> TrustState:
    """See `contract.trust.Trust.switch_on`."""
    row = own_account(tx, caller, account)
    state = grant(tx, row)
    if not row["base_floor"]:
        undo.offer(tx, caller, account, "«На полном доверии» подключено", "trust.undo_switch_on")
    return state


def switch_off(tx: Transaction, caller: Caller, account: str) -> TrustState:
    """See `contract.trust.Trust.switch_off`."""
    row = own_account(tx, caller, account)
    state = withdraw(tx, row)
    if row["base_floor"]:
        undo.offer(tx, caller, account, "«На полном доверии» отключено", "trust.undo_switch_off")
    return state


def grant(tx: Transaction, account: Row) -> TrustState:
    """Lower the account's floor to −300 ₽.

    Raises:
        TrustRefused: With the first condition that is not met and what to do about it.
    """
    account = _up_to_date(tx, account["id"])
    if account["base_floor"]:
        return _state(account)
    reason = _refusal(_ways_on(tx, account))
    if reason:
        raise TrustRefused(reason=reason)
    return _stand_on(tx, account["id"], -LIMIT)


def withdraw(tx: Transaction, account: Row) -> TrustState:
    """Raise the account's floor to zero.

    Raises:
        TrustRefused: The balance is negative.
    """
    account = _up_to_date(tx, account["id"])
    if not account["base_floor"]:
        return _state(account)
    reason = _refusal(_ways_off(account))
    if reason:
        raise TrustRefused(reason=reason)
    return _stand_on(tx, account["id"], 0)


def undo_switch_on(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take a switching on back. Raises `UndoRefused` where it was spent on or switched off."""
    del caller, body
    account = _up_to_date(tx, account_id)
    if not account["base_floor"]:
        raise UndoRefused(reason="«На полном доверии» уже отключено, отменять нечего.")
    reason = _refusal(_ways_off(account))
    if reason:
        raise UndoRefused(reason=reason)
    _stand_on(tx, account_id, 0)


def undo_switch_off(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take a switching off back. Raises `UndoRefused` where something else came in between."""
    del caller, body
    account = _up_to_date(tx, account_id)
    if account["base_floor"]:
        raise UndoRefused(reason="«На полном доверии» уже подключено, отменять нечего.")
    promise_free = _no_promise(tx, account)
    if not promise_free.met:
        raise UndoRefused(reason=promise_free.explanation)
    _stand_on(tx, account_id, -LIMIT)


def _stand_on(tx: Transaction, account_id: str, floor: int) -> TrustState:
    """Put the floor where trust grants or withdraws it, and tell the owner."""
    tx.accounts.set_trust(id=account_id, floor=floor)
    Book(tx, account_id).write()  # The state of the account follows from the floor.
    tx.emit(account_id, "account")
    title, text = "«На полном доверии» отключено", "Услуга «На полном доверии» отключена."
    if floor:
        title = "«На полном доверии» подключено"
        text = (
            "Услуга «На полном доверии» подключена: можно быть на связи до −300 рублей. "
            "Это бесплатно. Отключить: *111*2118#."
        )
    notify(tx, account_id, "trust", title, text, sms=True)
    return _state(tx.accounts.by_id(id=account_id))


def _ways_on(tx: Transaction, account: Row) -> list[Condition]:
    """The conditions of switching it on; of numbers that have no such service, only that."""
    if not _is_served(account):
        return [_served_here("«На полном доверии»", met=False)]
    return [
        _served_here("«На полном доверии»", met=True),
        _tariff_with("«На полном доверии»", met=account["tariff_id"] not in TARIFFS_WITHOUT),
        _client_for_long(tx, account),
        _spends_enough(tx, account),
        _above_zero(account),
        _no_promise(tx, account),
    ]


def _ways_off(account: Row) -> list[Condition]:
    """What switching it off needs."""
    met = account["balance"] >= 0
    found = f"Баланс ниже нуля: {formatting.money(account['balance'])}. "
    return [
        Condition(
            title="Баланс не ниже нуля",
            met=met,
            explanation=f"На счёте {formatting.money(account['balance'])}."
            if met
            else f"{found}Пополните счёт, и услугу можно будет отключить.",
        )
    ]


def _client_for_long(tx: Transaction, account: Row) -> Condition:
    opened = from_ms(account["opened_at"])
    zone = ZoneInfo(account["zone"])
    since = formatting.date_long(opened.astimezone(zone))
    met = opened + CLIENT_FOR <= tx.now
    text = f"Вы с нами с {since}"
    if not met:
        ready = formatting.date_long((opened + CLIENT_FOR).astimezone(zone))
        text += f", а услуга — для тех, кто с нами три месяца и дольше. Попробуйте {ready}"
    return Condition(title="С нами от трёх месяцев", met=met, explanation=_ended(text))


def _spends_enough(tx: Transaction, account: Row) -> Condition:
    spent = [_spent(tx, account, month) for month in range(3)]
    met = min(spent) >= SPENT_AT_LEAST
    told = "; ".join(
        f"{when} потрачено {formatting.money(amount)} из {formatting.money(SPENT_AT_LEAST)}"
        for when, amount in zip(
            ("за последние 30 дней", "за 30 дней до них", "ещё за 30 дней раньше"),
            spent,
            strict=True,
        )
        if met or amount < SPENT_AT_LEAST
    )
    if met:
        text = f"Расходы на связь: {told}."
    else:
        text = (
            "Услуга доступна тем, кто тратит на связь от 125 рублей в месяц три месяца подряд: "
            f"{told}. Пользуйтесь связью как обычно и попробуйте через месяц."
        )
    return Condition(title="От 125 ₽ на связь в месяц", met=met, explanation=text)


def _above_zero(account: Row) -> Condition:
    met = account["balance"] > 0
    text = f"На счёте {formatting.money(account['balance'])}."
    if not met:
        text += " Для подключения баланс должен быть больше нуля: пополните счёт и повторите."
    return Condition(title="Баланс больше нуля", met=met, explanation=text)


def _state(account: Row) -> TrustState:
    limit = Money(amount_minor=-account["base_floor"], currency=account["currency"])
    return TrustState(on=bool(account["base_floor"]), limit=limit)


# ------------------------------------------------------------------ «Обещанный платёж»


def promise_terms(tx: Transaction, caller: Caller, account: str) -> PromiseTerms:
    """See `contract.trust.Trust.promise_terms`."""
    row = own_account(tx, caller, account)
    return promise_terms_of(tx, row)


def promise_terms_of(tx: Transaction, account: Row) -> PromiseTerms:
    """The terms for an account; whose it is has been seen to."""
    currency = account["currency"]
    row = tx.payments.active_promise(account_id=account["id"])
    spent = _spent(tx, account, 0)
    most = promise_most(spent) if _is_served(account) else 0
    return PromiseTerms(
        active=None if row is None else _promise(row, currency),
        days=PROMISE_LASTS.days,
        most=Money(amount_minor=most, currency=currency),
        spent=Money(amount_minor=spent, currency=currency),
        offers=[
            PromiseOffer(
                amount=Money(amount_minor=amount, currency=currency),
                fee=Money(amount_minor=promise_fee(amount), currency=currency),
            )
            for amount in PROMISE_OFFERS
            if amount <= most
        ],
        conditions=_ways_to_promise(tx, account),
    )


def promise(tx: Transaction, caller: Caller, account: str, order: PromiseOrder) -> Promise:
    """See `contract.trust.Trust.promise`."""
    row = own_account(tx, caller, account)
    if order.amount.currency != row["currency"]:
        raise PromiseRefused(reason="Сумму обещанного платежа указывают в валюте счёта.")
    given = give(tx, row, order.amount.amount_minor)
    known = tx.payments.active_promise(account_id=account)
    undo.offer(
        tx,
        caller,
        account,
        f"Обещанный платёж {formatting.money(order.amount.amount_minor)}",
        "trust.undo_promise",
        promise=known["id"],
        balance=tx.accounts.by_id(id=account)["balance"],
    )
    return given


def give(tx: Transaction, account: Row, amount: int) -> Promise:
    """Lower the account's floor by a promised sum, for three days.

    Args:
        tx: The transaction.
        account: The account.
        amount: Kopecks.

    Raises:
        PromiseRefused: With the first condition that is not met, or why the sum does not fit.
    """
    account = _up_to_date(tx, account["id"])
    reason = _refusal(_ways_to_promise(tx, account)) or _wrong_sum(tx, account, amount)
    if reason:
        raise PromiseRefused(reason=reason)
    fee, ends = promise_fee(amount), tx.now + PROMISE_LASTS
    tx.payments.add_promise(
        account_id=account["id"],
        id=tx.new_id(),
        amount=amount,
        fee=fee,
        at=tx.now_ms,
        due_at=to_ms(ends),
    )
    book = Book(tx, account["id"])
    book.owe(Due(PROMISE, to_ms(ends), "trust.return_promise", {"amount": amount, "fee": fee}))
    book.owe(Due(_REMINDER, to_ms(ends - PROMISE_REMINDER), "trust.remind_promise"))
    book.mind_floor()
    book.move(_note(book.tx.now_ms, f"Обещанный платёж {formatting.money(amount)}", amount))
    until = formatting.moment(ends.astimezone(book.zone), tx.now.astimezone(book.zone))
    price = f"комиссия {formatting.money(fee)} спишется тогда же" if fee else "без комиссии"
    book.notice(
        "Обещанный платёж получен",
        f"Обещанный платёж {formatting.money(amount)} действует до {until}, {price}. "
        "Пополните счёт к этому времени.",
        kind="trust",
        sms=True,
    )
    book.write()
    return _promise(tx.payments.active_promise(account_id=account["id"]), account["currency"])


def remind_promise(book: Book, due: Due) -> None:
    """A day before a promised payment ends: tell what will be needed then."""
    promised = book.dues[PROMISE]
    amount, fee = promised.body["amount"], promised.body["fee"]
    ends = formatting.moment(
        from_ms(promised.at).astimezone(book.zone), from_ms(due.at).astimezone(book.zone)
    )
    text = f"Обещанный платёж {formatting.money(amount)} закончится {ends}. "
    missing = fee - book.balance
    if missing > 0:
        needed = formatting.money(missing)
        text += f"Чтобы не осталось долга, пополните счёт не меньше чем на {needed}."
    elif fee:
        text += f"Денег на счёте хватает: спишется только комиссия {formatting.money(fee)}."
    else:
        text += "Денег на счёте хватает, и комиссии нет."
    book.notice("Обещанный платёж скоро закончится", text, kind="trust", sms=True)


def return_promise(book: Book, due: Due) -> None:
    """The term is over: the floor comes back, the fee is taken, what is missing is a debt."""
    amount, fee = due.body["amount"], due.body["fee"]
    book.tx.payments.return_promise(account_id=book.id, at=due.at)
    book.move(_note(due.at, f"Возврат обещанного платежа {formatting.money(amount)}", amount))
    text = f"Срок обещанного платежа {formatting.money(amount)} закончился."
    if fee:
        text += f" Комиссия {formatting.money(fee)} списана."
        book.take_back(
            Entry(
                at=due.at,
                kind="promise",
                title="Комиссия за «Обещанный платёж»",
                amount=-fee,
                contra="revenue:promise",
                rule="promise.fee",
                rate=fee,
                rated_units=1,
            )
        )
    book.mind_floor()
    if book.balance < 0:
        text += f" Долг {formatting.money(-book.balance)}: пополните счёт, чтобы быть на связи."
    book.notice("Обещанный платёж закончился", text, kind="trust", sms=True)


def undo_promise(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Give a promised payment back at once. Raises `UndoRefused` where its money is spent."""
    del caller
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    row = tx.payments.active_promise(account_id=account_id)
    if row is None or row["id"] != body["promise"]:
        raise UndoRefused(reason="Этот обещанный платёж уже закончился, отменять нечего.")
    if book.balance < min(book.base_floor, body["balance"]):
        ends = formatting.moment(from_ms(row["due_at"]).astimezone(book.zone), tx.now)
        raise UndoRefused(
            reason="Деньги обещанного платежа уже потрачены, и отменить его нельзя. "
            f"Он закончится {ends}."
        )
    book.drop_due(PROMISE)
    book.drop_due(_REMINDER)
    book.mind_floor()
    title = f"Отмена обещанного платежа {formatting.money(row['amount'])}"
    book.move(_note(tx.now_ms, title, row["amount"]))
    book.write()
    tx.payments.return_promise(account_id=account_id, at=tx.now_ms)


def promise_most(spent: int) -> int:
    """How much may be promised by who spent so much on communication in 30 days, kopecks."""
    return next((most for up_to, most in PROMISE_MOST if spent <= up_to), PROMISE_OFFERS[-1])


def promise_fee(amount: int) -> int:
    """What a promised payment costs, kopecks."""
    return next((fee for up_to, fee in PROMISE_FEES if amount <= up_to), PROMISE_LARGEST_FEE)


def _note(at: int, title: str, amount: int) -> Entry:
    """A line of the history that moves no money: the floor moved by `amount`."""
    return Entry(at=at, kind="promise", title=title, rule="promise", rate=amount, rated_units=1)


def _wrong_sum(tx: Transaction, account: Row, amount: int) -> str:
    most = promise_most(_spent(tx, account, 0))
    if amount > most:
        return (
            f"Сейчас можно получить не больше {formatting.money(most)}: сумма зависит от расходов "
            "на связь за последние 30 дней."
        )
    if amount < PROMISE_LEAST:
        return f"Обещанный платёж бывает от {formatting.money(PROMISE_LEAST)}."
    return "" if amount % 100 == 0 else "Обещанный платёж бывает на целое число рублей."


def _ways_to_promise(tx: Transaction, account: Row) -> list[Condition]:
    if not _is_served(account):
        return [_served_here("«Обещанный платёж»", met=False)]
    on_trust = bool(account["base_floor"])
    enough = account["balance"] >= PROMISE_FROM_BALANCE
    has = f"На счёте {formatting.money(account['balance'])}"
    least = formatting.money(PROMISE_FROM_BALANCE)
    return [
        _served_here("«Обещанный платёж»", met=True),
        _tariff_with("«Обещанный платёж»", met=account["tariff_id"] not in PROMISE_TARIFFS_WITHOUT),
        Condition(
            title="«На полном доверии» отключено",
            met=not on_trust,
            explanation="Обе услуги сразу не действуют. Отключите «На полном доверии» и повторите."
            if on_trust
            else "Эта услуга сейчас не подключена.",
        ),
        _no_promise(tx, account),
        Condition(
            title=f"Баланс не ниже {least}",
            met=enough,
            explanation=f"{has}." if enough else f"{has}, нужно не меньше {least}. Пополните счёт.",
        ),
    ]


def _promise(row: Row, currency: str) -> Promise:
    return Promise(
        amount=Money(amount_minor=row["amount"], currency=currency),
        fee=Money(amount_minor=row["fee"], currency=currency),
        at=from_ms(row["at"]),
        due_at=from_ms(row["due_at"]),
    )


# ------------------------------------------------------------------ what both ask for


def _up_to_date(tx: Transaction, account_id: str) -> Row:
    """The account, locked, after everything that has fallen due."""
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    book.write()
    return tx.accounts.by_id(id=account_id)


def _is_served(account: Row) -> bool:
    return bool(account["currency"] == "RUB" and account["kind"] == "mobile")


def _served_here(service: str, *, met: bool) -> Condition:
    text = "Номер подходит." if met else f"{service} есть только для мобильных номеров России."
    return Condition(title="Мобильный номер России", met=met, explanation=text)


def _tariff_with(service: str, *, met: bool) -> Condition:
    text = (
        "Тариф подходит."
        if met
        else f"На вашем тарифе услуги {service} нет. Её можно подключить на другом."
    )
    return Condition(title="Подходящий тариф", met=met, explanation=text)


def _no_promise(tx: Transaction, account: Row) -> Condition:
    row = tx.payments.active_promise(account_id=account["id"])
    text = "Обещанного платежа сейчас нет."
    if row is not None:
        zone = ZoneInfo(account["zone"])
        ends = from_ms(row["due_at"]).astimezone(zone)
        text = (
            f"Обещанный платёж {formatting.money(row['amount'])} действует до "
            f"{formatting.moment(ends, tx.now.astimezone(zone))}. Дождитесь его конца и повторите."
        )
    return Condition(title="Нет обещанного платежа", met=row is None, explanation=text)


def _spent(tx: Transaction, account: Row, month: int) -> int:
    """Kopecks spent on communication in 30 days, some months of 30 days ago."""
    spent: int = tx.ledger.spent_between(
        account_id=account["id"],
        since=to_ms(tx.now - (month + 1) * MONTH),
        until=to_ms(tx.now - month * MONTH),
    )
    return spent


def _refusal(conditions: list[Condition]) -> str:
    """Why not: what the first condition that is not met says; empty where all are."""
    return next((one.explanation for one in conditions if not one.met), "")


def _ended(text: str) -> str:
    """A sentence; «г.» at its end is its full stop as well."""
    return text if text.endswith(".") else f"{text}."
