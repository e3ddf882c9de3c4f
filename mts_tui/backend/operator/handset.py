"""What the network answers to a phone: USSD codes, short numbers, SMS commands (facts 1.14).

The phone's number is proof enough: whoever holds the SIM card asks. An unknown code is answered as
a real phone shows it.
"""

import re
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.demo import Reply
from mts_tui.backend.contract.errors import CabinetError, TooManyCodes, WrongCode
from mts_tui.backend.contract.messages import SmsOrder
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.transfers import TransferOrder
from mts_tui.backend.operator.catalogue import Tariff
from mts_tui.backend.services import (
    membership,
    options,
    payments,
    promises,
    proofs,
    sending,
    tariffs,
    transfers,
    trust,
)
from mts_tui.backend.services.billing import Book, tariff_of, tariffs_of
from mts_tui.backend.services.held import options_of
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import care, family_phone, gsm, ringback_phone

UNKNOWN = "Неполадки подключения или неверный код MMI."
SENT = "Сообщение отправлено."
NOT_DELIVERED = "Сообщение не отправлено: у этого номера нет такой услуги."
IMEI = "350000000000006"
LAST_PAID = 5
SHORTEST_NUMBER = 10
"""Digits; what has fewer is a short number."""
_ACCEPTED = "Заявка принята. Результат придёт в SMS."
_PROMISE = "Обещанный платёж"
_TRANSFER_MENU = "transfer"
_TRANSFER = re.compile(r"\*112\*(?P<to>\+?[0-9]{5,15})\*(?P<roubles>[0-9]{1,9})#")
_TRANSFER_CODE = re.compile(r"\*112\*(?P<code>[0-9]{6})#")
_BUCKETS = {"call": "Минуты", "sms": "SMS", "mms": "MMS", "data": "Интернет"}
_LATIN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye", strict=True)),
        "ё": "yo", "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu",
        "я": "ya", "\N{NO-BREAK SPACE}": " ", "\N{MINUS SIGN}": "-", "₽": "rub.", "«": '"',
        "»": '"', "—": "-",
    }
)  # fmt: skip


def dial(tx: Transaction, account: Row, code: str, menu: str = "") -> Reply:
    """Answer a USSD code or a call to a short number."""
    code = re.sub(r"[\s()-]", "", code)
    answered = care.gate(account, code, menu) or care.answer(tx, account, code, menu)
    return answered or (_menu if menu else _code)(tx, account, code, menu)


def _code(tx: Transaction, account: Row, code: str, _menu: str) -> Reply:
    """The answer to what begins something."""
    if asked := _TRANSFER.fullmatch(code):
        return _begin_transfer(tx, account, asked["to"], int(asked["roubles"]))
    if shown := _TRANSFER_CODE.fullmatch(code):
        return _confirm_transfer(tx, account, shown["code"])
    answer = _CODES.get(code) or _of_catalogue(tx, account, code)
    forwarded = gsm.answer(tx, account, code) if answer is None else None
    if forwarded is not None:
        return Reply(text=forwarded)
    if code.startswith("#") and code != "#" and f"*{code[1:]}" in _CODES:
        return _latin(_run(_CODES[f"*{code[1:]}"], tx, account))
    return _run(answer, tx, account) if answer is not None else Reply(text=UNKNOWN)


def send(tx: Transaction, account: Row, to: str, text: str) -> Reply:
    """Take an SMS from the phone; short numbers answer, others get it."""
    to = formatting.clean(to).strip()
    closed = care.gate(account, to)
    if closed is not None:
        return closed
    if sum(sign.isdecimal() for sign in to) >= SHORTEST_NUMBER:
        return _send_to_number(tx, account, to, text)
    tx.message(account["id"], to, formatting.clean(text), outgoing=True)
    word = " ".join(text.split()).casefold()
    answer = _COMMANDS.get((to, word)) or ringback_phone.by_sms(to, word)
    if answer is not None:
        reply = _run(answer, tx, account)
        if reply.text != _CODE_ON_ITS_WAY:  # The code itself comes as an SMS of its own.
            tx.message(account["id"], to, reply.text)
        return Reply(text=SENT)
    if to in {number for number, _ in _COMMANDS}:
        tx.message(account["id"], to, "Команда не распознана. Проверьте текст сообщения.")
        return Reply(text=SENT)
    return Reply(text=NOT_DELIVERED)


def _send_to_number(tx: Transaction, account: Row, to: str, text: str) -> Reply:
    """As from the cabinet: priced, delivered, answered now and then."""
    try:
        order = SmsOrder(to=[phones.parse_anywhere(to)], text=text)
        sending.send(tx, account, sending.sms_of(order))
    except (CabinetError, phones.PhoneError) as error:
        return Reply(text=str(error))
    return Reply(text=SENT)


_CODE_ON_ITS_WAY = "Пароль отправлен вам в SMS."


def _run(answer: Callable[[Transaction, Row], str], tx: Transaction, account: Row) -> Reply:
    """A refusal is an answer too: the network tells it in words."""
    try:
        text = answer(tx, account)
    except CabinetError as error:
        return Reply(text=str(error))
    menu = next((menu for menu, begins in _MENUS_BEGIN.items() if text.startswith(begins)), "")
    return Reply(text=text, menu=menu)


def _latin(reply: Reply) -> Reply:
    """The same in Latin letters, for phones without Russian ones."""
    text = "".join(
        letter.lower().translate(_LATIN).capitalize()
        if letter.isupper()
        else letter.translate(_LATIN)
        for letter in reply.text
    )
    return Reply(text=text, menu=reply.menu)


def _balance(_tx: Transaction, account: Row) -> str:
    text = f"Баланс: {formatting.money(account['balance'], account['currency'])}"
    if account["floor"]:
        limit = formatting.money(account["balance"] - account["floor"], account["currency"])
        text += f". Доступно с лимитом: {limit}"
    return f"{text}. Остатки пакетов: *100*1#"


def _rests(kinds: tuple[str, ...]) -> Callable[[Transaction, Row], str]:
    def answer(tx: Transaction, account: Row) -> str:
        lines = []
        for row in tx.ledger.buckets(account_id=account["id"], at=tx.now_ms):
            if row["kind"] in kinds:
                ends = from_ms(row["ends_at"]).astimezone(ZoneInfo(account["zone"]))
                rest = (
                    "безлимит"
                    if row["unlimited"]
                    else _amount(row["kind"], row["granted"] - row["used"])
                )
                lines.append(f"{_BUCKETS[row['kind']]}: {rest} до {formatting.date_numeric(ends)}")
        return "\n".join(lines) or "У вас нет действующих пакетов."

    return answer


def _amount(kind: str, units: int) -> str:
    if kind == "data":
        return formatting.traffic(units)
    if kind == "call":
        return formatting.count(units // 60, "минута", "минуты", "минут")
    return f"{units}"


def _password(tx: Transaction, account: Row) -> str:
    try:
        proofs.send_code(tx, account["phone"])
    except TooManyCodes as error:
        seconds = int(error.details["seconds"] or 0)
        return (
            f"Пароль вам уже отправлен. Новый можно получить через {formatting.duration(seconds)}."
        )
    return _CODE_ON_ITS_WAY


def _trust_on(tx: Transaction, account: Row) -> str:
    trust.grant(tx, account)
    return _ACCEPTED


def _trust_off(tx: Transaction, account: Row) -> str:
    trust.withdraw(tx, account)
    return _ACCEPTED


def _limit(_tx: Transaction, account: Row) -> str:
    if not account["base_floor"]:
        return "Услуга «На полном доверии» не подключена. Подключить: *111*32#"
    return f"Ваш лимит: {formatting.money(account['base_floor'], account['currency'])}"


def _promises(tx: Transaction, account: Row) -> str:
    """The menu of sums, or why there is none."""
    terms = promises.terms_of(tx, account)
    for condition in terms.conditions:
        if not condition.met:
            return condition.explanation
    lines = [f"{_PROMISE} на {formatting.count(terms.days, 'день', 'дня', 'дней')}:"]
    for place, offer in enumerate(terms.offers, 1):
        money, fee = offer.amount, offer.fee.amount_minor
        price = f"комиссия {formatting.money(fee, money.currency)}" if fee else "без комиссии"
        lines.append(f"{place} {formatting.money(money.amount_minor, money.currency)}, {price}")
    return "\n".join(lines)


def _promised(place: int) -> Callable[[Transaction, Row], str]:
    def answer(tx: Transaction, account: Row) -> str:
        promises.give(tx, account, promises.OFFERS[place])
        return _ACCEPTED

    return answer


def _active_promise(tx: Transaction, account: Row) -> str:
    active = promises.terms_of(tx, account).active
    if active is None:
        return "Действующего обещанного платежа нет. Получить: *111*123#"
    ends = active.due_at.astimezone(ZoneInfo(account["zone"]))
    text = f"{_PROMISE}: {formatting.money(active.amount.amount_minor, active.amount.currency)}"
    text += f", до {formatting.moment(ends, tx.now.astimezone(ends.tzinfo))}"
    if active.fee:
        text += f". Комиссия {formatting.money(active.fee.amount_minor, active.fee.currency)}"
    return text


def _link(tx: Transaction, account: Row) -> str:
    cabinets = list(tx.accounts.cabinets_of(account_id=account["id"]))
    if cabinets:
        return "Номер уже добавлен в «Мои номера» кабинета «МТС-Помощник»."
    if _password(tx, account) != _CODE_ON_ITS_WAY:
        return "Код вам уже отправлен. Введите его в кабинете: «Мои номера», «Добавить номер»."
    return (
        "Код для добавления номера отправлен вам в SMS. Введите его в кабинете: «Мои номера», "
        "«Добавить номер»."
    )


def _tariff(tx: Transaction, account: Row) -> str:
    tariff = tariff_of(tx, account["tariff_id"])
    return f"Ваш тариф: {tariff.title}. {tariff.description}."


def _of_catalogue(
    tx: Transaction, account: Row, code: str
) -> Callable[[Transaction, Row], str] | None:
    """What a tariff's or an option's own code does, if it is one; forwarding has the network's."""
    if not code or code.startswith("##"):
        return None
    for tariff in tariffs_of(tx, account["country"]):
        if code == tariff.ussd:
            return partial(_change_tariff, tariff=tariff)
    for option in options_of(tx, account["country"]):
        if code in (option.ussd, option.ussd_off):
            return partial(_switch, option=option.id, on=code == option.ussd)
    return None


def _change_tariff(tx: Transaction, account: Row, tariff: Tariff) -> str:
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    tariffs.change_now(book, tariff)
    return _ACCEPTED


def _switch(tx: Transaction, account: Row, option: str, *, on: bool) -> str:
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    options.switch(book, [option] if on else [], [] if on else [option])
    book.write()
    return _ACCEPTED


def _points(_tx: Transaction, account: Row) -> str:
    return membership.told(account)


def _join_bonus(tx: Transaction, account: Row) -> str:
    membership.enrol(tx, account["id"])
    return _ACCEPTED


def _last_paid(tx: Transaction, account: Row) -> str:
    zone = ZoneInfo(account["zone"])
    lines = []
    for row in tx.ledger.last_paid(account_id=account["id"], count=LAST_PAID):
        at = from_ms(row["at"]).astimezone(zone)
        money = formatting.money(row["amount"], account["currency"])
        lines.append(f"{at:%d.%m %H:%M} {row['title']} {money}")
    return "\n".join(lines) or "Платных действий не было."


def _imei(_tx: Transaction, _account: Row) -> str:
    return f"IMEI {IMEI}"


def _greeting(_tx: Transaction, account: Row) -> str:
    number = phones.display(account["phone"])
    return f"МТС. Ваш номер {number}\n1 Баланс\n2 Остатки пакетов\n3 Пароль по SMS\n4 Мой тариф"


def _begin_transfer(tx: Transaction, account: Row, to: str, roubles: int) -> Reply:
    """«Прямая передача» (facts 1.5): the code comes by SMS and is asked for here."""
    try:
        order = TransferOrder(
            to=phones.parse(to), amount=Money(amount_minor=roubles * 100, currency="RUB")
        )
        begun = transfers.begin(tx, account, order, account["subscriber_id"], account["id"])
    except (CabinetError, phones.PhoneError) as error:
        return Reply(text=str(error))
    amount = formatting.money(begun.amount.amount_minor)
    fee = formatting.money(begun.commission.amount_minor)
    return Reply(
        text=f"Перевод {amount} на {begun.title}, комиссия {fee}. Введите код из SMS, он "
        "действует 5 минут. Или наберите *112*код#.",
        menu=_TRANSFER_MENU,
    )


def _confirm_transfer(tx: Transaction, account: Row, code: str) -> Reply:
    waiting = tx.payments.transfer_awaiting_code(account_id=account["id"], now=tx.now_ms)
    if waiting is None:
        return Reply(text="Нет перевода, который ждёт кода. Начните его: *112*номер*сумма#.")
    try:
        done = payments.confirm_by_code(tx, account, waiting["id"], code)
    except WrongCode as error:
        left = formatting.count(int(error.details["left"] or 0), "попытка", "попытки", "попыток")
        return Reply(text=f"Код не подошёл. Осталось: {left}.", menu=_TRANSFER_MENU)
    except CabinetError as error:
        return Reply(text=str(error))
    return Reply(text=f"Переведено {formatting.money(done.amount.amount_minor)} на {done.title}.")


def _menu(tx: Transaction, account: Row, choice: str, menu: str) -> Reply:
    if menu == _TRANSFER_MENU:
        return _confirm_transfer(tx, account, choice)
    answer = _MENUS.get(menu, {}).get(choice)
    if answer is None:
        again = _AGAIN.get(menu, "*111#")
        return Reply(text=f"Такого пункта нет. Наберите {again} ещё раз.")
    return Reply(text=_run(answer, tx, account).text)


_CODES: dict[str, Callable[[Transaction, Row], str]] = {
    "*100#": _balance,
    "*100*1#": _rests(("call", "sms", "mms", "data")),
    "*100*2#": _rests(("sms", "mms")),
    "*100*3#": _rests(("sms", "mms")),
    "*111#": _greeting,
    "111": _greeting,
    "*111*25#": _password,
    "1115": _password,
    "*111*32#": _trust_on,
    "*111*2118#": _trust_off,
    "*111*828*1#": _link,
    "*111*59#": _tariff,
    "*111*217#": _rests(("data",)),
    "*111*455*0#": _points,
    "*111*455*1#": _join_bonus,
    "*111*123#": _promises,
    "1113": _promises,
    "*111*1230#": _active_promise,
    "*132#": _limit,
    "*111*28#": ringback_phone.offer,
    "*111*29#": ringback_phone.switch_off,
    "0550": ringback_phone.offer,
    "9505": ringback_phone.offer,
    "*152#": _last_paid,
    "*#06#": _imei,
}
_COMMANDS: dict[tuple[str, str], Callable[[Transaction, Row], str]] = {
    ("3339", "пароль"): _password,
    ("111", "2118"): _trust_on,
    ("111", "21180"): _trust_off,
    ("3322", "да"): family_phone.agree,
    ("3322", "нет"): family_phone.refuse,
    ("3322", "кто"): family_phone.who,
    ("3322", "инфо"): family_phone.info,
}
_AGAIN = {"promise": "*111*123#", "ringback": "*111*28#"}
_MENUS: dict[str, dict[str, Callable[[Transaction, Row], str]]] = {
    "111": {
        "1": _balance,
        "2": _rests(("call", "sms", "mms", "data")),
        "3": _password,
        "4": _tariff,
    },
    "ringback": {"1": ringback_phone.switch_on},
    "promise": {str(place + 1): _promised(place) for place in range(len(promises.OFFERS))},
}
_MENUS_BEGIN = {
    "111": "МТС. ",
    "promise": f"{_PROMISE} на ",
    "ringback": ringback_phone.OFFER,
}
"""How the answer begins that opens a menu."""
