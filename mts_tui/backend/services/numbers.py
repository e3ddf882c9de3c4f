"""«Мои номера»: the numbers of a cabinet, and adding one."""

from mts_tui.backend.contract.errors import AlreadyLinked
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.numbers import LinkOrder, Number
from mts_tui.backend.store.transaction import Row, Transaction

from .access import prove_by_code
from .caller import Caller
from .notifications import notify


def linked(tx: Transaction, caller: Caller) -> Page[Number]:
    """See `contract.numbers.Numbers.linked`."""
    rows = tx.accounts.linked(subscriber_id=caller.subscriber_id)
    return Page(items=[number(row, row["tariff"], caller) for row in rows])


def link(tx: Transaction, caller: Caller, order: LinkOrder) -> Number:
    """See `contract.numbers.Numbers.link`."""
    account = prove_by_code(tx, order.phone, order.code)
    link = tx.accounts.link(
        subscriber_id=caller.subscriber_id,
        account_id=account["id"],
        name=order.name,
        role="own",
    )
    if link is None:
        raise AlreadyLinked
    tx.emit(caller.account_id, "numbers")
    notify(
        tx,
        account["id"],
        "numbers",
        "Номер добавлен в кабинет",
        "Ваш номер добавлен в «Мои номера» кабинета «МТС-Помощник». Если это не вы, "
        "позвоните на 0890.",
        sms=True,
    )
    for row in tx.accounts.linked(subscriber_id=caller.subscriber_id):
        if row["id"] == account["id"]:
            return number(row, row["tariff"], caller)
    raise AssertionError("a number linked in this transaction is linked")


def number(row: Row, tariff: str, caller: Caller) -> Number:
    """The contract's form of an account's row, joined with its link and owner."""
    return Number(
        account=row["id"],
        phone=row["phone"],
        name=row["name"],
        owner=row["owner"],
        kind=row["kind"],
        role=row["role"],
        country=row["country"],
        region=row["region"],
        zone=row["zone"],
        tariff=tariff,
        balance=Money(amount_minor=row["balance"], currency=row["currency"]),
        state=row["state"],
        login=row["id"] == caller.account_id,
    )
