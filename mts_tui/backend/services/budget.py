"""The month's budget: how much of it is spent, warnings on the way, and a stop where it was asked.

The tariff's fee and subscriptions are taken whatever the budget says; the stop is for what people
decide themselves: usage beyond the packages, transfers, purchases.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.account import Budget, BudgetOrder
from mts_tui.backend.contract.errors import BudgetRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .periods import month_start

if TYPE_CHECKING:
    from .billing import Book

WARNINGS = (50, 75, 90, 100)
"""Per cent of the budget at which the owner is told."""
MOST = 10_000_000_00
"""Minor units; beyond it a budget is a slip of the finger."""
_MONTH_SHIFT = 1000
"""`budget_told` is the month's number times this, and the last warning in it."""
_FULL = 100


class BudgetWatch:
    """The budget of an account in hand.

    Args:
        tx: The transaction.
        row: The account, which has a budget.
    """

    def __init__(self, tx: Transaction, row: Row) -> None:
        self._tx = tx
        self._id: str = row["id"]
        self._zone = ZoneInfo(row["zone"])
        self._limit: int = row["budget"]
        self._hard = bool(row["budget_hard"])
        self._currency: str = row["currency"]
        self.told: int = row["budget_told"]
        self._month = 0
        self._ends = 0
        self._spent = 0

    def allows(self, amount: int, at: int, entries: Sequence[Entry]) -> bool:
        """Whether a charge by choice may be taken."""
        if not self._hard:
            return True
        self._turn_to(at, entries)
        return self._spent + amount <= self._limit

    def spend(self, entry: Entry, book: "Book") -> None:
        """Count a charge, and tell the owner where it passes a warning."""
        self._turn_to(entry.at, book.entries[:-1])
        self._spent -= entry.amount
        share = self._spent * _FULL // self._limit if self._limit else _FULL
        reached = max((one for one in WARNINGS if one <= share), default=0)
        if self._month * _MONTH_SHIFT + reached <= self.told or not reached:
            return
        self.told = self._month * _MONTH_SHIFT + reached
        spent = formatting.money(self._spent, self._currency)
        limit = formatting.money(self._limit, self._currency)
        if reached < _FULL:
            title = f"Потрачено {formatting.percent(reached)} бюджета"
            text = f"С начала месяца потрачено {spent} из {limit}."
        else:
            title = "Бюджет месяца исчерпан"
            text = f"С начала месяца потрачено {spent}, бюджет {limit}."
            if self._hard:
                text += " Платные звонки, переводы и покупки остановлены до конца месяца."
        book.notice(title, text, kind="budget", sms=reached == _FULL)

    def _turn_to(self, at: int, entries: Sequence[Entry]) -> None:
        """Take up the month of a moment."""
        if at < self._ends:
            return
        local = from_ms(at).astimezone(self._zone)
        starts = month_start(local)
        self._month = local.year * 12 + local.month
        self._ends = to_ms(month_start(starts + timedelta(days=32)))
        spent: int = self._tx.ledger.spent_since(account_id=self._id, since=to_ms(starts))
        in_hand = sum(-one.amount for one in entries if one.amount < 0 and one.at >= to_ms(starts))
        self._spent = spent + in_hand


def month_of(tx: Transaction, row: Row) -> datetime:
    """When the month began that an account tells of: the running one, or an imported one's last."""
    at = tx.now
    if row["imported"] and row["operation_seq"]:
        at = from_ms(tx.imports.moment_of(account_id=row["id"], seq=row["operation_seq"]))
    return month_start(at.astimezone(ZoneInfo(row["zone"])))


def budget_of(tx: Transaction, row: Row) -> Budget:
    """The contract's form of an account's budget."""
    since = month_of(tx, row)
    spent = tx.ledger.spent_since(account_id=row["id"], since=to_ms(since))
    currency = row["currency"]
    limit = row["budget"]
    return Budget(
        limit=None if limit is None else Money(amount_minor=limit, currency=currency),
        hard=bool(row["budget_hard"]),
        spent=Money(amount_minor=spent, currency=currency),
    )


def checked_limit(order: BudgetOrder, row: Row) -> int:
    """The limit of an order, minor units.

    Raises:
        BudgetRefused: It is in another currency, not positive, or beyond reason.
    """
    if order.limit.currency != row["currency"]:
        raise BudgetRefused(reason="Бюджет указывают в валюте счёта.")
    if order.limit.amount_minor <= 0:
        raise BudgetRefused(reason="Бюджет должен быть больше нуля. Без бюджета — «Снять бюджет».")
    if order.limit.amount_minor > MOST:
        raise BudgetRefused(reason="Такой большой бюджет ни от чего не убережёт. Укажите меньше.")
    return order.limit.amount_minor
