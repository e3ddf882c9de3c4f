"""An option of an account, and the catalogue's word about it."""

from functools import lru_cache
from typing import Any

import msgspec

from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.operator.catalogue import Option
from mts_tui.backend.store.transaction import Transaction


class Held(msgspec.Struct):
    """An option that an account has or had. Moments in ms.

    Attributes:
        id: The option's.
        since: When it was switched on.
        off_at: When it was switched off; None while it is on.
        trial_until: Until when it was or is tried out; 0 where it never was.
        paid_until: Until when it is paid for, or lasts; 0 where there is nothing to pay.
        day: Of the month, on which a monthly one is charged.
        suspended: Whether it waits for its fee.
    """

    id: str
    since: int
    off_at: int | None
    trial_until: int
    paid_until: int
    day: int
    suspended: bool

    @property
    def on(self) -> bool:
        """Whether it is switched on, be it paid or not."""
        return self.off_at is None


def held_of(row: Any) -> Held:
    """As the store has it."""
    return Held(**{**dict(row), "suspended": bool(row["suspended"])})


@lru_cache(maxsize=512)
def _decoded(body: str) -> Option:
    return msgspec.json.decode(body, type=Option)


def option_of(tx: Transaction, option_id: str) -> Option:
    """The option, as the store's catalogue has it.

    Raises:
        NotFound: There is none.
    """
    row = tx.common.option(id=option_id)
    if row is None:
        raise NotFound
    return _decoded(row["body"])


def options_of(tx: Transaction, country: str) -> list[Option]:
    """A country's options, in the catalogue's order."""
    return [_decoded(row["body"]) for row in tx.common.options(country=country)]
