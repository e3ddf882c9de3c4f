"""Bonus points: a ledger of their own, with the guarantees of money.

Each entry is one row and a balanced double entry: `points` come to the account from `contra`, or go
to it when negative. The statement that changes the account's points refuses to let them fall below
zero. Points that come are a lot with an end of its own; those that go are taken from the lots that
end first. What is left in the lots is always what the account has.
"""

from msgspec import Struct

from mts_tui.backend.contract.errors import BonusRefused

from .transaction import Transaction


class PointsEntry(Struct, kw_only=True):
    """One movement of points. Moments in ms; `expires_at` is when points that come burn."""

    at: int
    kind: str
    title: str
    points: int
    contra: str
    expires_at: int | None = None


class Taken(Struct):
    """Points taken from a lot: its number, how many, when it burns (ms)."""

    seq: int
    points: int
    expires_at: int


def post(tx: Transaction, account_id: str, entry: PointsEntry) -> list[Taken]:
    """Write a movement; the caller has the account locked.

    Returns:
        What was taken from which lots, where points went.

    Raises:
        BonusRefused: There are fewer points than go. Nothing is written.
    """
    coming = entry.points > 0
    if not entry.points or coming != (entry.expires_at is not None):
        raise ValueError("points that come have an end, those that go have none")
    _write(tx, account_id, entry, unspent=max(0, entry.points))
    return [] if coming else _take(tx, account_id, -entry.points)


def give_back(tx: Transaction, account_id: str, entry: PointsEntry, taken: list[Taken]) -> None:
    """Put points back into the lots that they were taken from: they are no younger than before."""
    if entry.points != sum(one.points for one in taken):
        raise ValueError("what is put back is what was taken")
    _write(tx, account_id, entry, unspent=0)
    for one in taken:
        tx.bonus.take(account_id=account_id, seq=one.seq, points=-one.points)


def _write(tx: Transaction, account_id: str, entry: PointsEntry, unspent: int) -> None:
    moved = tx.bonus.move_points(id=account_id, points=entry.points)
    if moved is None:
        raise BonusRefused(reason="Баллов не хватает. Выберите что-нибудь поменьше.")
    tx.bonus.add_entry(
        account_id=account_id,
        seq=moved["points_seq"],
        at=entry.at,
        kind=entry.kind,
        title=entry.title,
        points=entry.points,
        balance=moved["points"],
        contra=entry.contra,
        unspent=unspent,
        expires_at=entry.expires_at,
    )
    tx.emit(account_id, "account")


def _take(tx: Transaction, account_id: str, points: int) -> list[Taken]:
    """Take points from the lots that end first."""
    taken = []
    for lot in list(tx.bonus.unspent(account_id=account_id)):
        part = min(points, lot["unspent"])
        tx.bonus.take(account_id=account_id, seq=lot["seq"], points=part)
        taken.append(Taken(lot["seq"], part, lot["expires_at"]))
        points -= part
        if not points:
            break
    return taken
