"""«Родительский контроль» from the child's phone: ДА, НЕТ, КТО and ИНФО to 3322 (facts 1.7)."""

from mts_tui import phones
from mts_tui.backend.services import consents
from mts_tui.backend.store.transaction import Row, Transaction

NO_QUESTION = "Вас сейчас никто не спрашивает. Кто вас видит: КТО на 3322."
NOBODY = "Никто не видит, где ваш телефон."


def agree(tx: Transaction, account: Row) -> str:
    """ДА: agree to the newest question."""
    asked = _with(tx, account, "asked")
    if not asked:
        return NO_QUESTION
    consents.give(tx, account, asked[0])
    more = f" Запросов ещё: {len(asked) - 1}." if len(asked) > 1 else ""
    return f"Согласие записано: {_name(asked[0])} видит, где ваш телефон. Отозвать: НЕТ.{more}"


def refuse(tx: Transaction, account: Row) -> str:
    """НЕТ: refuse every question and take back every consent."""
    open_ = [*_with(tx, account, "asked"), *_with(tx, account, "given")]
    for guardian in open_:
        consents.refuse(tx, account, guardian)
    if not open_:
        return NOBODY
    return f"{NOBODY} История и зоны удалены."


def who(tx: Transaction, account: Row) -> str:
    """КТО: who sees the phone, and who asks to."""
    lines = [f"Видит: {_name(one)}" for one in _with(tx, account, "given")]
    lines += [f"Просит согласия: {_name(one)}" for one in _with(tx, account, "asked")]
    return "\n".join(lines) or NOBODY


def info(_tx: Transaction, _account: Row) -> str:
    """ИНФО: what the number understands."""
    return "ДА — согласиться, чтобы вас видели. НЕТ — отказать или отозвать. КТО — кто вас видит."


def _with(tx: Transaction, account: Row, consent: str) -> list[Row]:
    return [one for one in consents.guardians_of(tx, account) if one["consent"] == consent]


def _name(guardian: Row) -> str:
    return f"{phones.display(guardian['guardian_phone'])} ({guardian['guardian_name']})"
