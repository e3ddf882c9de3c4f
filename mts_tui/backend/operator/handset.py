"""What the network answers to a phone: USSD codes, short numbers, SMS commands (facts 1.14).

The phone's number is proof enough: whoever holds the SIM card asks. An unknown code is answered as
a real phone shows it.
"""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.demo import Reply
from mts_tui.backend.contract.errors import CabinetError, TooManyCodes
from mts_tui.backend.services import access, trust
from mts_tui.backend.services import account as account_service
from mts_tui.backend.services.billing import tariff_of
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

UNKNOWN = "Неполадки подключения или неверный код MMI."
NOT_DELIVERED = "Сообщение не отправлено: у этого номера нет такой услуги."
IMEI = "350000000000006"
LAST_PAID = 5
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
    if menu:
        return _menu(tx, account, menu, code)
    if code.startswith("#") and code != "#" and f"*{code[1:]}" in _CODES:
        return _latin(_run(_CODES[f"*{code[1:]}"], tx, account))
    answer = _CODES.get(code)
    return _run(answer, tx, account) if answer is not None else Reply(text=UNKNOWN)


def send(tx: Transaction, account: Row, to: str, text: str) -> Reply:
    """Take an SMS from the phone; short numbers answer."""
    to = formatting.clean(to).strip()
    tx.message(account["id"], to, formatting.clean(text), outgoing=True)
    word = " ".join(text.split()).casefold()
    answer = _COMMANDS.get((to, word))
    if answer is not None:
        reply = _run(answer, tx, account)
        if reply.text != _CODE_ON_ITS_WAY:  # The code itself comes as an SMS of its own.
            tx.message(account["id"], to, reply.text)
        return Reply(text="Сообщение отправлено.")
    if to in {number for number, _ in _COMMANDS}:
        tx.message(account["id"], to, "Команда не распознана. Проверьте текст сообщения.")
        return Reply(text="Сообщение отправлено.")
    return Reply(text=NOT_DELIVERED)


_CODE_ON_ITS_WAY = "Пароль отправлен вам в SMS."


def _run(answer: Callable[[Transaction, Row], str], tx: Transaction, account: Row) -> Reply:
    """A refusal is an answer too: the network tells it in words."""
    try:
        text = answer(tx, account)
    except CabinetError as error:
        text = str(error)
    menu = "111" if text.startswith("МТС. ") else ""
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
        access.send_code(tx, account["phone"])
    except TooManyCodes as error:
        seconds = int(error.details["seconds"] or 0)
        return (
            f"Пароль вам уже отправлен. Новый можно получить через {formatting.duration(seconds)}."
        )
    return _CODE_ON_ITS_WAY


def _trust_on(tx: Transaction, account: Row) -> str:
    trust.grant(tx, account)
    return "Заявка принята. Результат придёт в SMS."


def _trust_off(tx: Transaction, account: Row) -> str:
    trust.withdraw(tx, account)
    return "Заявка принята. Результат придёт в SMS."


def _limit(_tx: Transaction, account: Row) -> str:
    if not account["floor"]:
        return "Услуга «На полном доверии» не подключена. Подключить: *111*32#"
    return f"Ваш лимит: {formatting.money(account['floor'], account['currency'])}"


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


def _points(_tx: Transaction, account: Row) -> str:
    worth = formatting.money(
        account["points"] * account_service.POINT_WORTH_MINOR, account["currency"]
    )
    return f"{formatting.points(account['points'])}, это {worth}."


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


def _menu(tx: Transaction, account: Row, menu: str, choice: str) -> Reply:
    answer = _MENUS.get(menu, {}).get(choice)
    if answer is None:
        return Reply(text="Такого пункта нет. Наберите *111# ещё раз.")
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
    "*132#": _limit,
    "*152#": _last_paid,
    "*#06#": _imei,
}
_COMMANDS: dict[tuple[str, str], Callable[[Transaction, Row], str]] = {
    ("3339", "пароль"): _password,
    ("111", "2118"): _trust_on,
    ("111", "21180"): _trust_off,
}
_MENUS = {
    "111": {
        "1": _balance,
        "2": _rests(("call", "sms", "mms", "data")),
        "3": _password,
        "4": _tariff,
    }
}
