"""What an account's owner has closed: by a block, or because the phone is lost.

Rules of other areas ask here before they change something; this module knows none of them.
"""

from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.store.transaction import Row

BLOCKED = (
    "Номер заблокирован. Разблокируйте его в «Блокировке» и повторите: пока он заблокирован, "
    "менять тариф и услуги нельзя."
)
LOST = (
    "Аппарат с этим номером утрачен, и платежи с него приостановлены. Когда он найдётся, "
    "отметьте это в «Блокировке» и повторите."
)


def refuse_blocked(account: Row, error: type[CabinetError], reason: str = BLOCKED) -> None:
    """Let an account through that is not blocked.

    Args:
        account: A row of `accounts`.
        error: What to raise; it takes a `reason`.
        reason: A whole sentence.

    Raises:
        CabinetError: The number is blocked.
    """
    if account["state"] == "blocked":
        raise error(reason=reason)


def refuse_lost(account: Row, error: type[CabinetError]) -> None:
    """Let an account through whose phone is not lost.

    Raises:
        CabinetError: It is; the error takes a `reason`.
    """
    if account["lost_at"] is not None:
        raise error(reason=LOST)
