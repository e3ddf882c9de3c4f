"""A command tried out changes nothing and tells exactly what it would change."""

from collections.abc import Callable

import pytest

from mts_tui.backend.contract import endpoints
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.endpoint import Endpoint, command
from mts_tui.backend.contract.errors import NotFound, NotSignedIn, TrustRefused
from mts_tui.backend.contract.model import AccountId, Money, Secret
from mts_tui.backend.contract.trust import Trust, TrustState
from mts_tui.backend.store import Store

from .desk import Clock, Window, rows

MAIN = "anna-moscow"
PREVIEWS = [one for one in endpoints() if one.rehearses is not None]


def preview(window: Window, operation: object, *args: object):
    endpoint: Endpoint = operation.endpoint.preview
    return window.dispatcher.answer(endpoint, endpoint.bind(args, {}), token=window.token, key="")


def everything(store: Store) -> dict[str, list[object]]:
    """All rows of all tables that a command writes."""
    tables = ("accounts", "operations", "buckets", "events", "messages", "notifications",
              "idempotency", "due", "undos", "payments", "promises", "labels")  # fmt: skip
    with store.read() as tx:
        return {
            table: sorted(
                map(repr, (tuple(row.values()) for row in rows(tx, f"SELECT * FROM {table}")))  # noqa: S608
            )
            for table in tables
        }


def test_it_tells_what_happens_and_changes_nothing(anna: Window):
    before = everything(anna.store)
    told = preview(anna, Trust.switch_on, MAIN)
    assert everything(anna.store) == before
    (change,) = told.changes
    assert change.after.available.amount_minor - change.before.available.amount_minor == 300_00
    assert change.after.balance == change.before.balance
    assert any("На полном доверии" in text for text in told.messages)
    assert told.answer == TrustState(on=True, limit=Money(amount_minor=300_00, currency="RUB"))
    assert anna.ask(Trust.switch_on, MAIN) == told.answer
    overview = anna.ask(Account.overview, MAIN)
    assert overview.available == change.after.available


def test_what_would_be_refused_is_refused(anna: Window):
    with anna.store.write() as tx:
        rows(tx, "UPDATE accounts SET opened_at = ? WHERE id = ?", tx.now_ms, MAIN)
    with pytest.raises(TrustRefused):
        preview(anna, Trust.switch_on, MAIN)


def test_events_of_a_preview_are_told_to_nobody(anna: Window):
    heard: list[object] = []
    anna.store.on_commit.append(heard.extend)
    preview(anna, Trust.switch_on, MAIN)
    assert heard == []
    anna.ask(Trust.switch_on, MAIN)
    assert heard


def test_a_preview_is_for_the_cabinet_only(anna: Window, open_window: Callable[[], Window]):
    with pytest.raises(NotFound):
        preview(anna, Trust.switch_on, "anna-new")
    with pytest.raises(NotSignedIn):
        preview(open_window(), Trust.switch_on, MAIN)


def test_no_preview_takes_a_secret():
    assert PREVIEWS
    assert not [one for one in PREVIEWS if any(part.is_secret for part in one.parameters)]

    async def tell(self: object, account: AccountId, code: Secret) -> None: ...

    with pytest.raises(TypeError, match="secret"):
        command("POST", "/x/{account}", previewed=True)(tell)


def test_a_proof_is_asked_for_the_deed_and_not_for_its_preview(anna: Window, clock: Clock):
    """The clock past the proof's five minutes: a rehearsal still answers."""
    clock.move(minutes=6)
    assert preview(anna, Trust.switch_on, MAIN).answer.on
