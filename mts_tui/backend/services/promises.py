"""«Обещанный платёж»: to spend now what is not there yet, and to give it back in three days.

The floor is lowered by the sum for three days; then it comes back and a fee is taken, and what is
missing is a debt (facts 1.4). A top-up in between does not end it: the sum stays at hand to the
last day. It and «На полном доверии» exclude each other, and other currencies have neither.
"""

from datetime import timedelta
from typing import Any

from mts_tui import formatting
from mts_tui.backend.contract.errors import PromiseRefused, UndoRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import Condition, Promise, PromiseOffer, PromiseTerms
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import conditions
from .billing import PROMISE, Book, Due
from .caller import Caller

LASTS = timedelta(days=3)
REMINDED_BEFORE = timedelta(days=1)
FROM_BALANCE = -30_00
"""Kopecks; with less on the account nothing is promised (facts 1.4)."""
LEAST = 10_00
OFFERS = (50_00, 100_00, 200_00, 400_00, 800_00)
MOST = ((300_00, 200_00), (500_00, 400_00))
"""Who spent up to so much in a month may promise so much; who spent more, `OFFERS[-1]`."""
FEES = ((30_00, 0), (99_99, 7_00), (199_99, 10_00), (499_99, 25_00))
"""Up to so much costs so much; more costs `LARGEST_FEE` (facts 1.4)."""
LARGEST_FEE = 50_00
TARIFFS_WITHOUT = frozenset({"mts-connect-4", "umnoe-ustroistvo"})
"""Tariffs of things, which took the place of those of facts 1.4."""
_REMINDER = "promise-reminder"


def terms_of(tx: Transaction, account: Row) -> PromiseTerms:
    """The terms for an account; whose it is has been seen to."""
    currency = account["currency"]
    row = tx.payments.active_promise(account_id=account["id"])
    spent = conditions.spent_lately(tx, account)
    most = most_of(spent) if conditions.is_served(account) else 0
    return PromiseTerms(
        active=None if row is None else _promise_of(row, currency),
        days=LASTS.days,
        most=Money(amount_minor=most, currency=currency),
        spent=Money(amount_minor=spent, currency=currency),
        offers=[
            PromiseOffer(
                amount=Money(amount_minor=amount, currency=currency),
                fee=Money(amount_minor=fee_of(amount), currency=currency),
            )
            for amount in OFFERS
            if amount <= most
        ],
        conditions=_conditions(tx, account),
    )


def give(tx: Transaction, account: Row, amount: int) -> Promise:
    """Lower the account's floor by a promised sum, for three days.

    Args:
        tx: The transaction.
        account: The account.
        amount: Kopecks.

    Raises:
        PromiseRefused: With the first condition that is not met, or why the sum does not fit.
    """
    account = conditions.up_to_date(tx, account["id"])
    reason = conditions.refusal(_conditions(tx, account)) or _wrong_sum(tx, account, amount)
    if reason:
        raise PromiseRefused(reason=reason)
    fee, ends = fee_of(amount), tx.now + LASTS
    tx.payments.add_promise(
        account_id=account["id"],
        id=tx.new_id(),
        amount=amount,
        fee=fee,
        at=tx.now_ms,
        due_at=to_ms(ends),
    )
    book = Book(tx, account["id"])
    book.owe(Due(PROMISE, to_ms(ends), "promises.end", {"amount": amount, "fee": fee}))
    book.owe(Due(_REMINDER, to_ms(ends - REMINDED_BEFORE), "promises.remind"))
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
    return _promise_of(tx.payments.active_promise(account_id=account["id"]), account["currency"])


def remind(book: Book, due: Due) -> None:
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


def end(book: Book, due: Due) -> None:
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


def take_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
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


def most_of(spent: int) -> int:
    """How much may be promised by who spent so much on communication in 30 days, kopecks."""
    return next((most for up_to, most in MOST if spent <= up_to), OFFERS[-1])


def fee_of(amount: int) -> int:
    """What a promised payment costs, kopecks."""
    return next((fee for up_to, fee in FEES if amount <= up_to), LARGEST_FEE)


def _note(at: int, title: str, amount: int) -> Entry:
    """A line of the history that moves no money: the floor moved by `amount`."""
    return Entry(at=at, kind="promise", title=title, rule="promise", rate=amount, rated_units=1)


def _wrong_sum(tx: Transaction, account: Row, amount: int) -> str:
    most = most_of(conditions.spent_lately(tx, account))
    if amount > most:
        return (
            f"Сейчас можно получить не больше {formatting.money(most)}: сумма зависит от расходов "
            "на связь за последние 30 дней."
        )
    if amount < LEAST:
        return f"Обещанный платёж бывает от {formatting.money(LEAST)}."
    return "" if amount % 100 == 0 else "Обещанный платёж бывает на целое число рублей."


def _conditions(tx: Transaction, account: Row) -> list[Condition]:
    if not conditions.is_served(account):
        return [conditions.served_here("«Обещанный платёж»", met=False)]
    on_trust = bool(account["base_floor"])
    enough = account["balance"] >= FROM_BALANCE
    has = f"На счёте {formatting.money(account['balance'])}"
    least = formatting.money(FROM_BALANCE)
    return [
        conditions.served_here("«Обещанный платёж»", met=True),
        conditions.tariff_with(
            "«Обещанный платёж»", met=account["tariff_id"] not in TARIFFS_WITHOUT
        ),
        Condition(
            title="«На полном доверии» отключено",
            met=not on_trust,
            explanation="Обе услуги сразу не действуют. Отключите «На полном доверии» и повторите."
            if on_trust
            else "Эта услуга сейчас не подключена.",
        ),
        conditions.no_promise(tx, account, tx.payments.active_promise(account_id=account["id"])),
        Condition(
            title=f"Баланс не ниже {least}",
            met=enough,
            explanation=f"{has}." if enough else f"{has}, нужно не меньше {least}. Пополните счёт.",
        ),
    ]


def _promise_of(row: Row, currency: str) -> Promise:
    return Promise(
        amount=Money(amount_minor=row["amount"], currency=currency),
        fee=Money(amount_minor=row["fee"], currency=currency),
        at=from_ms(row["at"]),
        due_at=from_ms(row["due_at"]),
    )
