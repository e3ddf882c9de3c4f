"""What may leave an account, to whom, and how much of it today: rules of facts 1.5. Kopecks.

Only an account's own money is sent: not what trust or a promised payment lets it spend on
communication. Days and months are those of the account's zone.
"""

from zoneinfo import ZoneInfo

import msgspec

from mts_tui import amounts, formatting, phones
from mts_tui.backend.contract.errors import (
    BudgetReached,
    NotEnoughMoney,
    PaymentDeclined,
    PaymentRefused,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.transfers import TransferTerms
from mts_tui.backend.store.transaction import Row, Transaction

from . import paying
from .billing import Book
from .periods import day_start_ms, month_start_ms
from .standing import refuse_lost

OWN_LEAST, OWN_MOST = 1_00, 300_00
OWN_FEE = 7_00
OWN_REMAIN = 90_00
OWN_SENT_IN_A_DAY = 1_500_00
OWN_RECEIVED_IN_A_DAY = 3_000_00
OTHER_LEAST, OTHER_MOST = 10_00, 14_999_00
OTHER_PERMILLE = 104
OTHER_TIMES_IN_A_DAY = 5
OTHER_IN_A_DAY = 30_000_00
OTHER_IN_A_MONTH = 40_000_00
OWN, OTHER = "transfer.own", "transfer.other"
"""Rules of operations: by them the sums of days and months are found."""
RUB = "RUB"


class Charge(msgspec.Struct, frozen=True):
    """What leaves the account, kopecks, and what must stay there."""

    amount: int
    fee: int
    remain: int = 0

    @property
    def total(self) -> int:
        """What is taken."""
        return self.amount + self.fee


def terms_of(tx: Transaction, account: Row, to: str) -> TransferTerms:
    """Within which limits an account may send money to a number now.

    Raises:
        PaymentRefused: It may not at all; what is said follows from the number alone.
    """
    refuse_payer(account)
    if to == account["phone"]:
        raise PaymentRefused(reason="Это номер того же счёта. Укажите номер получателя.")
    if phones.country(to) != "RU" or not phones.is_mobile(to):
        raise PaymentRefused(reason="Переводить можно только на мобильные номера России.")
    if not paying.own_network(to):
        return _other_terms(tx, account)
    region = phones.region(to)
    if region is None or region.name != account["region"]:
        raise PaymentRefused(
            reason="Переводить можно только внутри одного региона, а этот номер — из другого. "
            "Пополните его картой или через СБП."
        )
    sent = _moved(tx, account, OWN, "out", day_start_ms(tx.now_ms, ZoneInfo(account["zone"])))
    left = max(0, min(OWN_MOST, OWN_SENT_IN_A_DAY - sent["amount"]))
    return TransferTerms(
        own_network=True,
        least=rub(OWN_LEAST),
        most=rub(left),
        fee=rub(OWN_FEE),
        fee_permille=0,
        remain=rub(OWN_REMAIN),
    )


def _other_terms(tx: Transaction, account: Row) -> TransferTerms:
    day = day_start_ms(tx.now_ms, ZoneInfo(account["zone"]))
    month = month_start_ms(tx.now_ms, ZoneInfo(account["zone"]))
    today = _moved(tx, account, OTHER, "out", day)
    this_month = _moved(tx, account, OTHER, "out", month)
    left = min(
        OTHER_MOST, OTHER_IN_A_DAY - today["amount"], OTHER_IN_A_MONTH - this_month["amount"]
    )
    if today["count"] >= OTHER_TIMES_IN_A_DAY:
        left = 0
    return TransferTerms(
        own_network=False,
        least=rub(OTHER_LEAST),
        most=rub(max(0, left)),
        fee=rub(0),
        fee_permille=OTHER_PERMILLE,
        remain=rub(0),
    )


def charge_of(limits: TransferTerms, amount: Money) -> Charge:
    """What a transfer takes.

    Raises:
        PaymentRefused: The amount is out of the limits, of one transfer or of what is left.
    """
    least, most = limits.least.amount_minor, limits.most.amount_minor
    usual = OWN_MOST if limits.own_network else OTHER_MOST
    paying.check_amount(amount, RUB, least, usual)
    if amount.amount_minor > most:
        left = f"Сейчас можно перевести не больше {formatting.money(most)}."
        if most < least:
            left = "Продолжить можно будет, когда начнётся новый день или новый месяц."
        raise PaymentRefused(reason=f"Лимит переводов исчерпан. {left}")
    fee = limits.fee.amount_minor + amounts.commission(amount.amount_minor, limits.fee_permille)
    return Charge(amount.amount_minor, fee, limits.remain.amount_minor)


def charge_now(tx: Transaction, account: Row, row: Row, receiver: Row | None) -> Charge:
    """What a payment takes by the rules of now.

    Raises:
        CabinetError: They forbid it.
    """
    if row["kind"] == "purchase":
        refuse_payer(account)
        return Charge(row["amount"], row["commission"])
    amount = Money(amount_minor=row["amount"], currency=row["currency"])
    charge = charge_of(terms_of(tx, account, row["receiver"]), amount)
    if receiver is not None and not tx.rehearsal:
        since = day_start_ms(tx.now_ms, ZoneInfo(receiver["zone"]))
        got = _moved(tx, receiver, OWN, "in", since)
        if got["amount"] + row["amount"] > OWN_RECEIVED_IN_A_DAY:
            most = formatting.money(OWN_RECEIVED_IN_A_DAY)
            raise PaymentDeclined(
                reason=f"Получатель за день может получить переводами не больше {most}. "
                "Повторите завтра или переведите меньше. Деньги не списаны."
            )
    return charge


def refuse_payer(account: Row) -> None:
    """Let an account through that may pay for something at all.

    Raises:
        PaymentRefused: It may not.
    """
    if account["currency"] != RUB:
        raise PaymentRefused(reason="Переводы и покупки есть только у счетов в российских рублях.")
    if account["state"] == "blocked":
        raise PaymentRefused(
            reason="Номер заблокирован, и платить с его счёта нельзя. Снимите блокировку и "
            "повторите."
        )
    refuse_lost(account, PaymentRefused)
    if account["suspended"]:
        raise PaymentRefused(
            reason="Тариф ждёт оплаты, и платить со счёта пока нельзя. Пополните его и повторите."
        )


def refuse_unpayable(book: Book, charge: Charge) -> None:
    """Let a charge through that the account's own money, its rest and its budget allow.

    Raises:
        NotEnoughMoney: There is less than it takes.
        PaymentRefused: Too little would remain.
        BudgetReached: The owner asked for a stop.
    """
    if book.balance < charge.total:
        raise NotEnoughMoney
    if book.balance - charge.total < charge.remain:
        rest = formatting.money(charge.remain)
        most = book.balance - charge.remain - charge.fee
        hint = f"Сейчас можно перевести не больше {formatting.money(most)}."
        if most < OWN_LEAST:
            hint = "Пополните счёт и повторите."
        raise PaymentRefused(
            reason=f"После перевода на счёте должно остаться не меньше {rest}. {hint}"
        )
    if not book.affords(charge.total, book.tx.now_ms):
        raise BudgetReached


def _moved(tx: Transaction, account: Row, rule: str, direction: str, since: int) -> Row:
    return tx.payments.moved(account_id=account["id"], rule=rule, direction=direction, since=since)


def rub(amount: int) -> Money:
    """Kopecks as money."""
    return Money(amount_minor=amount, currency=RUB)
