"""«GOOD'OK» from the phone itself: codes, the service's numbers, SMS (facts 1.9 and 1.14).

The price is told before anything is charged: `*111*28#` asks once more.
"""

import re
from collections.abc import Callable

from mts_tui import formatting
from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.services import collection, melodies, ringback, ringback_gifts
from mts_tui.backend.store.transaction import Row, Transaction

OFFER = "GOOD'OK. "
NUMBERS = frozenset({"0550", "9505"})
_CODE = re.compile(r"[0-9]{4}")
_END = re.compile(r"end ([0-9]{8})")
NO_GIFT = "Подарка с таким кодом нет, или он уже не ждёт."
NO_MELODY = "Мелодии с таким кодом у вас нет."


def offer(tx: Transaction, account: Row) -> str:
    """Whether it is on; where it is not, what switching it on costs, and a menu to do so."""
    ringback.refuse_others(account)
    if collection.is_on(tx, account["id"]):
        return "GOOD'OK включён. Отключить: *111*29#. Мелодии и правила: кабинет «МТС-Помощник»."
    known = [
        melodies.find(tx, account["id"], one.id)
        for one in collection.owned(tx, account["id"]).values()
        if not one.is_gift and one.paid_until <= tx.now_ms
    ]
    tunes = [tune for tune in known if tune is not None]
    if not collection.owned(tx, account["id"]):
        box = melodies.find(tx, account["id"], melodies.BOX)
        assert box is not None
        tunes = [box]
    price = formatting.money(sum(tune.price for tune in tunes))
    names = ", ".join(tune.quoted for tune in tunes)
    charged = f"{names}: {price} сейчас и каждые 30 дней" if tunes else "Сейчас ничего не спишется"
    return f"{OFFER}{charged}.\n1 Подключить"


def switch_on(tx: Transaction, account: Row) -> str:
    """Switch it on: the price was told."""
    ringback.turn_on(tx, account)
    return "Заявка принята. Результат придёт в SMS."


def switch_off(tx: Transaction, account: Row) -> str:
    """Switch it off."""
    if not collection.is_on(tx, account["id"]):
        return "GOOD'OK не подключён. Подключить: *111*28#"
    ringback.turn_off(tx, account)
    return "Заявка принята. Результат придёт в SMS."


def by_sms(to: str, word: str) -> Callable[[Transaction, Row], str] | None:
    """What answers an SMS to the service: a gift's code, or `END` and a melody's code.

    Args:
        to: The number it was sent to.
        word: Its text, in small letters.
    """
    if to not in NUMBERS:
        return None
    if _CODE.fullmatch(word):
        return lambda tx, account: _accept(tx, account, word)
    if found := _END.fullmatch(word):
        return lambda tx, account: _end(tx, account, found[1])
    return lambda _tx, _account: (
        "Команда не распознана. Отправьте код подарка или END и код мелодии."
    )


def _accept(tx: Transaction, account: Row, code: str) -> str:
    gift = ringback_gifts.by_code(tx, account, code)
    if gift is None:
        return NO_GIFT
    try:
        melody = ringback_gifts.accept(tx, account, gift)
    except NotFound:
        return NO_GIFT
    return f"Подарок принят: «{melody.title}»."


def _end(tx: Transaction, account: Row, code: str) -> str:
    tune = melodies.find(tx, account["id"], code)
    if tune is None:
        return NO_MELODY
    try:
        ringback.take_away(tx, account, tune)
    except NotFound:
        return NO_MELODY
    return f"Мелодия {tune.quoted} отключена, больше она не спишется."
