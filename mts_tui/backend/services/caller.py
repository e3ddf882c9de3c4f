"""Who calls: a person with a session, or somebody who has not signed in."""

from typing import NamedTuple

from msgspec import Struct

from mts_tui.backend.contract.errors import NoOperator, NotFound
from mts_tui.backend.store.transaction import Answer, Row, Transaction


class Guest(Struct, frozen=True):
    """Somebody without a session.

    Attributes:
        line: The number that the operator's network vouches for on this connection, if any.
        address: Where the request comes from; empty inside the process.
    """

    line: str | None = None
    address: str = ""


class Caller(Struct, frozen=True):
    """A person with an open session.

    Attributes:
        subscriber_id: The person; the cabinet's numbers are linked to them.
        account_id: The account whose number was the login.
        phone: That number.
        session_id: The session.
        device_hash: Hash of the device's token, empty where it has none.
        proved_at: When the person last showed a code or the password, ms.
        asks_operator: Whether what is asked for needs an operator behind the number.
    """

    subscriber_id: str
    account_id: str
    phone: str
    session_id: str
    device_hash: str
    proved_at: int
    asks_operator: bool = False


class Sought(NamedTuple):
    """What a request needs first, asked for when its transaction began.

    Attributes:
        session: The session of its token.
        account_id: The account that it is about; empty where there is none.
        account: That account, if it is one of the cabinet of the session's person.
    """

    session: Answer
    account_id: str
    account: Answer | None


def own_account(tx: Transaction, caller: Caller, account_id: str) -> Row:
    """The account, if it is one of the caller's cabinet.

    Raises:
        NotFound: It is not, or there is none: the answer does not tell which.
        NoOperator: It is an imported one, and what is asked for is not for these.
    """
    sought: Sought | None = tx.ahead
    if sought is not None and sought.account is not None and sought.account_id == account_id:
        tx.ahead = None  # Whoever asks again wants to see what has changed since.
        row = sought.account()
    else:
        row = tx.accounts.of_cabinet(subscriber_id=caller.subscriber_id, id=account_id)
    if row is None:
        raise NotFound
    if caller.asks_operator and row["imported"]:
        raise NoOperator
    return row
