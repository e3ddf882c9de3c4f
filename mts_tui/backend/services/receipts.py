"""Receipts of payments, on screen and by e-mail.

The demo's receipts have every field that a fiscal one has by law (facts 7.4), are marked as what
they are, and have zeros where a real one names a till: nobody can take them for real.
"""

from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.receipts import Mail, MailOrder, Receipt, ReceiptLine
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import letters
from .caller import Caller, own_account

KINDS = frozenset({"top_up", "compensation", "transfer", "purchase", "promise"})
"""Kinds of operations that there is a receipt of."""
MARK = "НЕФИСКАЛЬНЫЙ, ДЕМО"
SELLER = "Демо-оператор (вымышленный)"
TAXPAYER = "0000000000"
RECEIPT = "receipt"
_ZEROS = "0" * 16
_SIGN = "0" * 10
_MEANS = {
    "bank:card": "Банковская карта",
    "bank:sbp": "СБП",
    "bank:autopay": "Автоплатёж",
    "cash:shop": "Наличные",
    "costs:commission": "За счёт оператора",
}
"""By the other side of an operation; the rest are from the account of the phone."""
_SETTLED = {"cash:shop": "Наличными"}


def receipt(tx: Transaction, caller: Caller, account: str, operation: str) -> Receipt:
    """See `contract.receipts.Receipts.receipt`."""
    return receipt_of(tx, own_account(tx, caller, account), operation)


def receipt_of(tx: Transaction, account: Row, operation: str) -> Receipt:
    """The receipt of an operation of an account. A fee has that of its payment.

    Raises:
        NotFound: There is no such operation, or no receipt of it.
    """
    row = _operation(tx, account["id"], operation)
    payment = tx.payments.payment_of_operation(account_id=account["id"], operation=row["seq"])
    if payment is not None and payment["operation"] != row["seq"]:
        if row["rule"] != f"{payment['kind']}.fee":
            payment = None
        else:
            row = _operation(tx, account["id"], str(payment["operation"]))
    currency = account["currency"]

    def line(title: str, amount: int) -> ReceiptLine:
        return ReceiptLine(title=title, amount=Money(amount_minor=amount, currency=currency))

    commission = payment["commission"] if payment is not None else 0
    total = abs(row["amount"]) + commission
    lines = [line(_subject(row), abs(row["amount"]))]
    if commission:
        lines.append(line("Комиссия", commission))
    at = from_ms(row["at"])
    means = payment["means_title"] if payment is not None else ""
    return Receipt(
        id=str(row["seq"]),
        number=str(row["seq"]),
        mark=MARK,
        title="Кассовый чек",
        at=at,
        zone=account["zone"],
        phone=account["phone"],
        seller=SELLER,
        taxpayer=TAXPAYER,
        lines=lines,
        total=Money(amount_minor=total, currency=currency),
        means=means or _MEANS.get(row["contra"], "Счёт телефона"),
        fiscal=_fiscal(row, account),
        qr=(
            f"t={at.astimezone(ZoneInfo(account['zone'])):%Y%m%dT%H%M}"
            f"&s={total // 100}.{total % 100:02}&fn={_ZEROS}&i={row['seq']}&fp={_SIGN}&n=1"
        ),
    )


def send(tx: Transaction, caller: Caller, account: str, operation: str, order: MailOrder) -> Mail:
    """See `contract.receipts.Receipts.send`."""
    row = own_account(tx, caller, account)
    receipt_of(tx, row, operation)
    instead = "сохраните чек в файл"
    letters.refuse_without_mail(tx, instead)
    return letters.post(tx, account, order.to, RECEIPT, operation, instead=instead)


def mail(tx: Transaction, caller: Caller, account: str, mail: str) -> Mail:
    """See `contract.receipts.Receipts.mail`."""
    own_account(tx, caller, account)
    row = tx.payments.mail(account_id=account, id=mail)
    if row is None:
        raise NotFound
    return letters.mail_of(row)


def _operation(tx: Transaction, account_id: str, operation: str) -> Row:
    if not (operation.isascii() and operation.isdigit() and len(operation) < 19):  # noqa: PLR2004
        raise NotFound
    row = tx.archive.operation(account_id=account_id, seq=int(operation))
    if row is None or row["kind"] not in KINDS or not row["amount"]:
        raise NotFound
    return row


def _subject(row: Row) -> str:
    """What a receipt's first line says was paid for."""
    peer = phones.display(row["peer"]) if row["peer"] else ""
    title = formatting.clean(f"{row['title']}, {peer}" if peer else row["title"])
    return f"Услуги связи. {title}" if row["kind"] == "top_up" else title


def _fiscal(row: Row, account: Row) -> list[str]:
    """Further lines that the law asks for; zeros where a real till would have numbers."""
    return [
        f"Чек № {row['seq']}, смена 0",
        "Признак расчёта: приход",
        f"Форма расчёта: {_SETTLED.get(row['contra'], 'Безналичными')}",
        "Система налогообложения: ОСН",
        "НДС: не облагается (демо)",
        "Место расчётов: https://mts-tui.example",
        f"Покупатель: {phones.display(account['phone'])}",
        "Сайт ФНС: www.nalog.gov.ru",
        f"РН ККТ: {_ZEROS}",
        f"№ ФН: {_ZEROS}",
        f"ФД: {row['seq']}",
        f"ФПД: {_SIGN}",
    ]
