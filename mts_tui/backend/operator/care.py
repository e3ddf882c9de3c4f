"""The block by the phone itself: `*111*157#`, a call to 1116, and the menu of 0890.

A blocked phone reaches 0890 and 112 only; a lost one learns nothing even there: whoever has it is
not its owner.
"""

from mts_tui.backend.contract.demo import Reply
from mts_tui.backend.contract.errors import EntryClosed
from mts_tui.backend.services import blocking
from mts_tui.backend.store.transaction import Row, Transaction

BLOCK_CODES = frozenset({"*111*157#", "1116"})
CARE = "0890"
BLOCK_MENU, CARE_MENU = "block", CARE
_EMERGENCY = frozenset({"112", "101", "102", "103"})
_UNDER_WAY = "Заявка принята. Результат придёт в SMS."
_LOST_HELP = (
    "Войдите в кабинет с другого своего номера, откройте там «Блокировку» утраченного и отметьте "
    "«Аппарат утрачен». Нет другого номера — придите в салон с паспортом."
)


def gate(account: Row, code: str, menu: str = "") -> Reply | None:
    """What a phone hears that may not use the network now; None where it may."""
    if code in _EMERGENCY:
        return Reply(text="Экстренные службы: в демо вызов никуда не уходит.")
    if account["lost_at"] is not None:
        return Reply(text=str(EntryClosed()))
    if account["state"] == "blocked" and CARE not in (code, menu):
        return Reply(
            text="Номер заблокирован. Работают только 0890 и 112; разблокировать его можно там "
            "же, на 0890, или в кабинете."
        )
    return None


def answer(tx: Transaction, account: Row, code: str, menu: str) -> Reply | None:
    """The answer to a code, a number or a menu's digit; None where it is somebody else's."""
    if menu == BLOCK_MENU:
        return _change(tx, account, code == "1")
    if menu == CARE_MENU:
        if code == "1":
            return _change(tx, account, agreed=True)
        return Reply(text=_LOST_HELP if code == "2" else "До свидания.")
    if code in BLOCK_CODES:
        return Reply(text=_offer(account), menu=BLOCK_MENU)
    if code == CARE:
        first = "Разблокировать" if account["state"] == "blocked" else "Заблокировать"
        return Reply(text=f"Служба поддержки.\n1 {first} номер\n2 Телефон утрачен", menu=CARE_MENU)
    return None


def _offer(account: Row) -> str:
    price = blocking.price_of(account)
    return (
        f"Заблокировать номер? {blocking.FREE_DAYS} дней бесплатно, потом {price} в день. Звонки, "
        "SMS и интернет не будут работать.\n1 Да\n2 Нет"
    )


def _change(tx: Transaction, account: Row, agreed: bool) -> Reply:  # noqa: FBT001 - an answer
    if not agreed:
        return Reply(text="Ничего не изменилось.")
    if account["state"] == "blocked":
        blocking.clear_block(tx, account)
    else:
        blocking.set_block(tx, account)
    return Reply(text=_UNDER_WAY)
