"""Taking back a change of the tariff or of options: everything as it was, the money returned.

It is refused as soon as something was built on the change: another change, a fee, usage that the
new packages or prices had a part in.
"""

from typing import Any, Literal

import msgspec
from msgspec import structs

from mts_tui.backend.contract.errors import UndoRefused
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction

from .billing import Book, Standing

_FREE_ANYWHERE = (".missed", ".short", ".brief", ".home.in")
"""Endings of rules by which usage costs nothing whatever the tariff and the options."""


def note(tx: Transaction, account_id: str, before: Standing, charged: int) -> dict[str, Any]:
    """What an undo needs to know, once the book with the change is written.

    Args:
        tx: The transaction.
        account_id: The account.
        before: Its tariff and options before the change.
        charged: What the change has cost, minor units.
    """
    after = Book(tx, account_id).standing()
    return {
        "before": msgspec.to_builtins(before),
        "after": msgspec.to_builtins(after),
        "seq": tx.accounts.by_id(id=account_id)["operation_seq"],
        "charged": charged,
    }


def bring_back(
    book: Book, body: dict[str, Any], kind: Literal["fee", "option"], title: str, rule: str
) -> None:
    """Put the tariff and the options back and return the money; the caller writes the book.

    Args:
        book: The account, brought up to now.
        body: What `note` told.
        kind: Of the operation that returns the money.
        title: Of the same.
        rule: Of the same.

    Raises:
        UndoRefused: Something was built on the change.
    """
    before, after = (msgspec.convert(body[name], Standing) for name in ("before", "after"))
    if _without_use(book.standing()) != _without_use(after):
        raise UndoRefused(
            reason="С тех пор тариф или услуги изменились ещё раз или списана плата, и вернуть "
            "всё как было нельзя. Сделайте обратное обычным путём."
        )
    kept = {(one.id, one.starts_at): one for one in before.packages}
    new = {one.id for one in after.packages if (one.id, one.starts_at) not in kept}
    used = book.tx.services.used_since(account_id=book.id, seq=body["seq"])
    grown = [kept[key] for key in kept if _outgrown(book, *key, kept[key].granted)]
    if grown or any(_counts(row, new) for row in used):
        raise UndoRefused(
            reason="С тех пор вы уже пользовались связью на новых условиях, и отменить их нельзя. "
            "Сделайте обратное обычным путём."
        )
    book.put_back(before)
    if body["charged"]:
        book.move(
            Entry(
                at=book.tx.now_ms,
                kind=kind,
                title=title,
                amount=body["charged"],
                contra="revenue:fees" if kind == "fee" else "revenue:options",
                rule=rule,
                rate=body["charged"],
                rated_units=1,
            )
        )


def _without_use(standing: Standing) -> Standing:
    return structs.replace(
        standing, packages=[structs.replace(one, used=0) for one in standing.packages]
    )


def _outgrown(book: Book, package_id: str, starts_at: int, granted: int) -> bool:
    """Whether more was used of a package than it had before it was added to."""
    now = book.packages.get(package_id)
    return now is not None and now.starts_at == starts_at and now.used > granted


def _counts(usage: Row, new: set[str]) -> bool:
    """Whether the change had a part in what a usage cost."""
    if usage["bucket"] is not None and not usage["amount"]:
        return usage["bucket"] in new
    return not usage["rule"].endswith(_FREE_ANYWHERE)
