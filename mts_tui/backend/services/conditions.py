"""On which conditions an account may spend what is not there: what trust and a promise both ask."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.trust import Condition
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .billing import Book

MONTH = timedelta(days=30)


def up_to_date(tx: Transaction, account_id: str) -> Row:
    """The account, locked, after everything that has fallen due."""
    book = Book(tx, account_id)
    changes = book.falls_due(tx.now_ms)
    book.pass_time(tx.now_ms)
    book.write()
    if changes:
        return tx.accounts.by_id(id=account_id)
    return {**dict(book.found), "lived_until": book.lived_until, "state": book.state}


def is_served(account: Row) -> bool:
    """Whether an account may have such services at all."""
    return bool(account["currency"] == "RUB" and account["kind"] == "mobile")


def served_here(service: str, *, met: bool) -> Condition:
    """The number is of those that have a service."""
    text = "Номер подходит." if met else f"{service} есть только для мобильных номеров России."
    return Condition(title="Мобильный номер России", met=met, explanation=text)


def tariff_with(service: str, *, met: bool) -> Condition:
    """The tariff is of those that have a service."""
    text = (
        "Тариф подходит."
        if met
        else f"На вашем тарифе услуги {service} нет. Её можно подключить на другом."
    )
    return Condition(title="Подходящий тариф", met=met, explanation=text)


def no_promise(tx: Transaction, account: Row, row: Row | None) -> Condition:
    """No promised payment is running; `row` is the one that is."""
    text = "Обещанного платежа сейчас нет."
    if row is not None:
        zone = ZoneInfo(account["zone"])
        ends = from_ms(row["due_at"]).astimezone(zone)
        text = (
            f"Обещанный платёж {formatting.money(row['amount'])} действует до "
            f"{formatting.moment(ends, tx.now.astimezone(zone))}. Дождитесь его конца и повторите."
        )
    return Condition(title="Нет обещанного платежа", met=row is None, explanation=text)


def spent_lately(tx: Transaction, account: Row) -> int:
    """Kopecks spent on communication in the last 30 days."""
    spent: int = tx.ledger.spent_between(**month_of(tx, account, 0))
    return spent


def month_of(tx: Transaction, account: Row, back: int) -> dict[str, Any]:
    """An account and its 30 days, some months of 30 days ago, as `spent_between` takes them."""
    until = tx.now - back * MONTH
    return {"account_id": account["id"], "since": to_ms(until - MONTH), "until": to_ms(until)}


def refusal(conditions: list[Condition]) -> str:
    """Why not: what the first condition that is not met says; empty where all are."""
    return next((one.explanation for one in conditions if not one.met), "")


def ended(text: str) -> str:
    """A sentence; «г.» at its end is its full stop as well."""
    return text if text.endswith(".") else f"{text}."
