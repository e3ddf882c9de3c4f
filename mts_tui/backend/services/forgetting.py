"""What nobody needs any more: deleted a little at a time, so that nobody waits for it."""

from datetime import timedelta

from mts_tui.backend.store.transaction import Transaction, to_ms

from . import access, identities, watching

AT_ONCE = 500
"""Rows of a kind that one transaction deletes."""
ANSWERS_KEPT = timedelta(hours=48)
"""Longer than a client goes on trying."""
EVENTS_KEPT = timedelta(days=3)
UNDOS_KEPT = timedelta(days=3)


def forget(tx: Transaction) -> bool:
    """Delete some of each kind; whether there may be more."""
    deleted = [
        *access.forget_old(tx, AT_ONCE),
        *identities.forget_flows(tx, AT_ONCE),
        *watching.forget_old(tx, AT_ONCE),
        tx.soon.common.forget_answers(before=to_ms(tx.now - ANSWERS_KEPT), count=AT_ONCE),
        tx.soon.common.forget_events(before=to_ms(tx.now - EVENTS_KEPT), count=AT_ONCE),
        tx.soon.notifications.forget(now=tx.now_ms, count=AT_ONCE),
        tx.soon.payments.forget_undos(before=to_ms(tx.now - UNDOS_KEPT), count=AT_ONCE),
    ]
    return any(len(rows()) == AT_ONCE for rows in deleted)
