"""What the tests of messages share."""

from datetime import datetime
from typing import Any

from mts_tui.backend.contract.messages import (
    Contact,
    ContactOrder,
    Messages,
    MmsOrder,
    Sending,
    SmsOrder,
    ThreadMessage,
)
from mts_tui.backend.store import Store
from tests.pictures_made import picture

from .desk import Window, rows
from .paydesk import MAIN

FRIEND = "+79561234567"
"""Of another network at home; its people are invented, and have their phones on."""
FAR_FRIEND = "+79721234567"
"""In another region: no package covers it, an SMS costs 3,80."""
RESTING, GONE = "+79561234590", "+79561234594"
"""One's phone is off for a while, the other's for good."""
NOBODY = "+79031234567"
"""Not a number of the demo's."""


def sms(
    window: Window,
    *to: str,
    text: str = "Привет",
    at: datetime | None = None,
    account: str = MAIN,
    key: str = "",
) -> Sending:
    order = SmsOrder(to=list(to), text=text, at=at)
    return window.ask(Messages.send, account, order, key=key)


def mms(window: Window, *to: str, text: str = "", content: bytes | None = None) -> Sending:
    order = MmsOrder(to=list(to), picture=picture() if content is None else content, text=text)
    return window.ask(Messages.send_mms, MAIN, order)


def look(window: Window, sending: Sending, account: str = MAIN) -> Sending:
    if window.token is None:
        window.sign_in()
    return window.ask(Messages.sending, account, sending.id)


def states(window: Window, sending: Sending, account: str = MAIN) -> list[str]:
    return [one.state for one in look(window, sending, account).recipients]


def thread(window: Window, peer: str, account: str = MAIN) -> list[ThreadMessage]:
    return window.ask(Messages.thread, account, peer).items


def contact(window: Window, name: str, phone: str, *groups: str) -> Contact:
    order = ContactOrder(name=name, phone=phone, groups=list(groups))
    return window.ask(Messages.keep_contact, MAIN, order)


def sms_operations(store: Store, account: str = MAIN) -> list[dict[str, Any]]:
    with store.read() as tx:
        return rows(
            tx,
            "SELECT peer, units, amount, bucket, bucket_units FROM operations WHERE account_id = ?"
            " AND kind IN ('sms', 'mms') AND at >= ? AND direction = 'out' ORDER BY seq",
            *(account, tx.now_ms - 3600_000),
        )
