"""«Блокировка» and «Аппарат утрачен».

A block is free for 14 days of 24 hours from the moment it was set; then each day that begins costs
1 ₽, taken in its first second (facts 1.11). A day for which there is no money is not taken, nor
owed. Meanwhile no fee is taken for tariff, options and subscriptions, nothing comes in or goes out
but calls to 0890 and 112, and the cabinet works; topping up and autopay go on. The month that is
paid for goes on too: who unblocks within it pays nothing, who unblocks later pays the fee at once.

«Аппарат утрачен» is set and cleared by a session of another number of the same person (facts
1.11, P). At once its sessions end, nobody signs in with it or gets a code, no network vouches for
it, its trusted devices are forgotten, payments that wait are cancelled, rules of autopay rest.
When the phone is back the rules go on, what they missed is not made up for; devices must be
trusted anew, cancelled payments stay cancelled.
"""

from datetime import timedelta

import msgspec

from mts_tui import formatting, phones
from mts_tui.backend.contract.blocking import BlockState
from mts_tui.backend.contract.errors import BlockingRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import paying
from .autopay_runs import come_into_force, rest, rule_of, rules_of
from .billing import Book, Due
from .caller import Caller, own_account
from .notifications import notify
from .proofs import require_proof

FREE_DAYS = 14
DAY = timedelta(days=1)
PRICES = {"RUB": 1_00, "BYN": 4, "UAH": 50}
"""Of a day from the 15th on, minor units; other than the rouble's are ours, of the same worth."""
TITLE = "Добровольная блокировка"
STOPS = (
    "исходящие и входящие звонки, SMS и MMS, интернет",
    "плата за тариф, услуги и подписки",
    "переводы и оплата со счёта",
    "смена тарифа, услуг и переадресации",
)
WORKS = (
    "кабинет, вход в него и коды по SMS",
    "пополнение счёта и автоплатёж",
    "архив операций, выписки, квитанции",
    "звонки на 0890 и 112",
    "номер, тариф, остатки и настройки остаются за вами",
)
WORKS_WHILE_LOST = (
    "пополнение счёта",
    "архив операций, выписки, квитанции: с другого вашего номера",
    "звонки на 112",
    "номер, тариф, остатки и настройки остаются за вами",
)
_DUE = "block"
_CITY = (
    "У городского номера нет SIM-карты, и блокировать нечего. Если он больше не нужен, позвоните "
    "на 0890."
)


def state(tx: Transaction, caller: Caller, account: str) -> BlockState:
    """See `contract.blocking.Blocking.state`."""
    return _view(tx, caller, own_account(tx, caller, account))


def block(tx: Transaction, caller: Caller, account: str) -> BlockState:
    """See `contract.blocking.Blocking.block`."""
    row = own_account(tx, caller, account)
    require_proof(tx, caller)
    set_block(tx, row)
    return _view(tx, caller, own_account(tx, caller, account))


def unblock(tx: Transaction, caller: Caller, account: str) -> BlockState:
    """See `contract.blocking.Blocking.unblock`."""
    row = own_account(tx, caller, account)
    require_proof(tx, caller)
    clear_block(tx, row)
    return _view(tx, caller, own_account(tx, caller, account))


def report_lost(tx: Transaction, caller: Caller, account: str) -> BlockState:
    """See `contract.blocking.Blocking.report_lost`."""
    row = _reportable(tx, caller, account)
    tx.access.hold(phone=row["phone"])  # Who signs in with it now is done, or comes after this.
    paying.hold(tx, account, caller.account_id)
    book = Book(tx, account)
    book.pass_time(tx.now_ms)
    if own_account(tx, caller, account)["lost_at"] is None:
        held = _put_autopay_to_rest(book)
        for payment in tx.blocking.unfinished_payments(account_id=account, now=tx.now_ms):
            book.drop_due(payment["id"])
            paying.end(tx, payment, "cancelled", reason="Аппарат утрачен: платёж отменён.")
        tx.blocking.set_lost(
            id=account, at=tx.now_ms, held_rules=msgspec.json.encode(held).decode()
        )
        tx.access.end_other_sessions(account_id=account, but="", at=tx.now_ms)
        tx.access.distrust_devices(account_id=account, but="")
        tx.accounts.vouch(phone=row["phone"], vouched=0)
        _tell(
            tx,
            caller.account_id,
            "Аппарат утрачен",
            f"Кабинет номера {phones.display(row['phone'])} закрыт: сеансы завершены, войти с ним "
            "нельзя, автоплатёж и переводы приостановлены. Если это не вы, позвоните на 0890.",
        )
        for kind in ("session", "account", "numbers"):
            tx.emit(account, kind)
    book.write()
    return _view(tx, caller, own_account(tx, caller, account))


def report_found(tx: Transaction, caller: Caller, account: str) -> BlockState:
    """See `contract.blocking.Blocking.report_found`."""
    row = _reportable(tx, caller, account)
    tx.access.hold(phone=row["phone"])
    paying.hold(tx, account, caller.account_id)
    book = Book(tx, account)
    book.pass_time(tx.now_ms)
    now = own_account(tx, caller, account)
    if now["lost_at"] is not None:
        tx.blocking.set_lost(id=account, at=None, held_rules="[]")
        for rule_id in msgspec.json.decode(now["held_rules"], type=list[str]):
            rule = rule_of(tx, account, rule_id)
            if rule is not None and rule.state == "paused":
                rule.state = "active"
                come_into_force(book, rule)
        for told in dict.fromkeys((account, caller.account_id)):
            _tell(
                tx,
                told,
                "Аппарат снова у вас",
                f"Кабинет номера {phones.display(row['phone'])} снова открыт, автоплатёж работает "
                "дальше. На всякий случай смените пароль. Если это не вы, позвоните на 0890.",
            )
        for kind in ("account", "numbers"):
            tx.emit(account, kind)
    book.write()
    return _view(tx, caller, own_account(tx, caller, account))


def set_block(tx: Transaction, account: Row) -> None:
    """Block a number, from the cabinet or from the phone itself.

    Raises:
        BlockingRefused: It has no SIM card.
    """
    if account["kind"] != "mobile":
        raise BlockingRefused(reason=_CITY)
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    if book.state != "blocked":
        paid_from = tx.now + FREE_DAYS * DAY
        book.block()
        book.owe(Due(_DUE, to_ms(paid_from), "blocking.charge"))
        tx.blocking.set_blocked(id=book.id, at=tx.now_ms)
        local = paid_from.astimezone(book.zone)
        book.notice(
            "Номер заблокирован",
            f"Номер заблокирован. {FREE_DAYS} дней бесплатно, с {formatting.moment(local)} — "
            f"{price_of(account)} в день. Разблокировать: кабинет или звонок на 0890.",
            kind="account",
            sms=True,
            place="blocking",
        )
        tx.emit(book.id, "account")
    book.write()


def clear_block(tx: Transaction, account: Row) -> None:
    """Unblock a number, from the cabinet or from the phone itself."""
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    if book.state == "blocked":
        book.drop_due(_DUE)
        tx.blocking.set_blocked(id=book.id, at=None)
        book.unblock()
        book.notice(
            "Номер разблокирован",
            "Номер снова работает. Если блокировку сняли не вы, позвоните на 0890.",
            kind="account",
            sms=True,
            place="blocking",
        )
        tx.emit(book.id, "account")
    book.write()


def price_of(account: Row) -> str:
    """What a paid day costs, in words."""
    return formatting.money(PRICES[account["currency"]], account["currency"])


def charge(book: Book, due: Due) -> None:
    """Take a day of the block; called in its first second."""
    price = PRICES[book.currency]
    if book.balance - price >= book.floor:
        book.move(
            Entry(
                at=due.at,
                kind="option",
                title=TITLE,
                amount=-price,
                contra="revenue:block",
                rule="block.day",
                rate=price,
                rated_units=1,
            )
        )
    book.owe(Due(_DUE, due.at + DAY // timedelta(milliseconds=1), "blocking.charge"))


def _reportable(tx: Transaction, caller: Caller, account: str) -> Row:
    """The account, if this session may say that its phone is lost or back.

    Raises:
        NotFound: It is not of the cabinet.
        BlockingRefused: With what to do instead.
        StepUpRequired: The person was not proved lately.
    """
    row = own_account(tx, caller, account)
    refusal = _lost_refusal(tx, caller, row)
    if refusal:
        raise BlockingRefused(reason=refusal)
    require_proof(tx, caller)
    return row


def _lost_refusal(tx: Transaction, caller: Caller, row: Row) -> str:
    if row["kind"] != "mobile":
        return "Это городской номер: потерять его вместе с телефоном нельзя."
    if row["subscriber_id"] != caller.subscriber_id:
        return (
            "Номер оформлен на другого человека. Отметить это может он сам, с другого своего "
            "номера, или сотрудник по телефону 0890."
        )
    if row["id"] != caller.account_id:
        return ""
    if tx.blocking.other_mobiles(subscriber_id=row["subscriber_id"], id=row["id"]):
        return (
            "Вы вошли с этим самым номером. Войдите с другим своим номером и откройте там "
            "«Блокировку» этого: иначе кабинет мог бы закрыть тот, у кого ваш телефон."
        )
    return (
        "Это ваш единственный номер, и отметить это не с чего. Позвоните на 0890 с любого "
        "телефона или придите в салон с паспортом: номер закроют и выдадут новую SIM-карту."
    )


def _put_autopay_to_rest(book: Book) -> list[str]:
    """Let active rules rest; their ids."""
    held = []
    for rule in rules_of(book.tx, book.id):
        if rule.state == "active":
            rule.state = "paused"
            rest(book, rule)
            held.append(rule.id)
    return held


def _tell(tx: Transaction, account_id: str, title: str, text: str) -> None:
    sms = tx.accounts.by_id(id=account_id)["kind"] == "mobile"
    notify(tx, account_id, "account", title, text, sms=sms, place="blocking")


def _view(tx: Transaction, caller: Caller, row: Row) -> BlockState:
    currency, since = row["currency"], row["blocked_at"]
    began = tx.now if since is None else from_ms(since)
    spent = tx.blocking.spent_on_block(account_id=row["id"], since=since) if since else 0
    return BlockState(
        blocked=row["state"] == "blocked",
        since=None if since is None else began,
        free_days=FREE_DAYS,
        paid_from=began + FREE_DAYS * DAY,
        price=Money(amount_minor=PRICES[currency], currency=currency),
        spent=Money(amount_minor=spent, currency=currency),
        stops=list(STOPS),
        works=list(WORKS if row["lost_at"] is None else WORKS_WHILE_LOST),
        refusal="" if row["kind"] == "mobile" else _CITY,
        lost=row["lost_at"] is not None,
        lost_since=None if row["lost_at"] is None else from_ms(row["lost_at"]),
        lost_refusal=_lost_refusal(tx, caller, row),
    )
