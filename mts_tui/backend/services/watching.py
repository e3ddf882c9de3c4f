"""A child's way through the day: positions every quarter of an hour, zones, who looked.

The next position is something that falls due for the guardian's account, so it comes by the same
way as fees do: once, in order, and a clock that jumps forward finds all that it passed over. What
is older than a day is not kept, so it is not caught up with either.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import FamilyRefused
from mts_tui.backend.contract.family import KEPT_HOURS, Position
from mts_tui.backend.operator.whereabouts import Seen, battery, metres_between, seen
from mts_tui.backend.store.transaction import Answer, Row, Transaction, from_ms, to_ms

from .billing import Book, Due

QUARTER_MS = 15 * 60 * 1000
KEPT = timedelta(hours=KEPT_HOURS)
MOST_POSITIONS = 100
LOOKS_KEPT = timedelta(days=183)
LOOKS_AT_MOST = 30
LOOKS_WITHIN = timedelta(minutes=10)


def follow(book: Book, due: Due) -> None:
    """Write where the child is at the due's moment, tell of zones, and look again later."""
    tx = book.tx
    row = tx.family.child(account_id=book.id, id=due.body["id"])
    child = None if row is None else tx.accounts.by_phone(phone=row["child_phone"])
    if row is None or child is None or row["consent"] != "given":
        return
    at = max(due.at, _quarter_after(to_ms(tx.now - KEPT)))
    found = _seen(tx, child, at)
    zones = list(tx.family.zones(account_id=book.id, guardianship_id=row["id"]))
    inside = [zone for zone in zones if _is_inside(zone, found)]
    tx.family.add_position(
        account_id=book.id,
        guardianship_id=row["id"],
        at=at,
        latitude=found.latitude,
        longitude=found.longitude,
        accuracy_m=found.accuracy_m,
        place=inside[0]["name"] if inside else found.place,
    )
    for zone in zones:
        _mind(book, row, zone, at, now_inside=zone in inside)
    book.owe(Due(due.id, _quarter_after(at), due.call, due.body))


def catch_up(tx: Transaction, account_id: str) -> None:
    """Let everything happen that has fallen due, positions among it."""
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    book.write()


def positions(tx: Transaction, guardianship: Row, count: int = MOST_POSITIONS) -> list[Position]:
    """Where the child was since the day before, the newest first."""
    rows = tx.family.positions(
        account_id=guardianship["account_id"],
        guardianship_id=guardianship["id"],
        after=to_ms(tx.now - KEPT),
        count=count,
    )
    return [
        Position(
            at=from_ms(row["at"]),
            latitude=row["latitude"],
            longitude=row["longitude"],
            accuracy_m=row["accuracy_m"],
            place=row["place"],
        )
        for row in rows
    ]


def write_look(tx: Transaction, guardian: Row, child: Row, what: str) -> None:
    """Write into the child's log that somebody looked.

    Args:
        tx: The transaction in which the look is answered.
        guardian: Who looks.
        child: The account that is looked for.
        what: At what, in words.

    Raises:
        FamilyRefused: There were too many looks.
    """
    since = to_ms(tx.now - LOOKS_WITHIN)
    looked = tx.family.looked_since(account_id=child["id"], by_phone=guardian["phone"], since=since)
    if looked >= LOOKS_AT_MOST:
        raise FamilyRefused(
            reason=f"Вы смотрели уже {LOOKS_AT_MOST} раз за 10 минут. Место обновляется раз в "
            "четверть часа: загляните немного позже."
        )
    tx.family.add_look(
        account_id=child["id"],
        id=tx.new_id(),
        at=tx.now_ms,
        by_phone=guardian["phone"],
        by_name=guardian["owner"],
        what=what,
    )


def battery_of(tx: Transaction, child: Row) -> int:
    """How full the battery of a child's phone is now, per cent."""
    return battery(_seed(tx), child["id"], tx.now.astimezone(ZoneInfo(child["zone"])))


def is_there(tx: Transaction, child: Row, zone: Row) -> bool:
    """Whether a child is in a zone now."""
    return _is_inside(zone, _seen(tx, child, tx.now_ms))


def forget_old(tx: Transaction, count: int) -> list[Answer]:
    """Delete some of what is kept no longer: positions of the day before, looks of months ago."""
    return [
        tx.soon.family.forget_positions(before=to_ms(tx.now - KEPT), count=count),
        tx.soon.family.forget_looks(before=to_ms(tx.now - LOOKS_KEPT), count=count),
    ]


def _seen(tx: Transaction, child: Row, at: int) -> Seen:
    local = from_ms(at).astimezone(ZoneInfo(child["zone"]))
    return seen(_seed(tx), child["id"], child["region"], local)


def _seed(tx: Transaction) -> int:
    return int(tx.common.get_meta(name="seed") or 0)


def _quarter_after(at: int) -> int:
    return (at // QUARTER_MS + 1) * QUARTER_MS


def _is_inside(zone: Row, found: Seen) -> bool:
    """Whether a place is in a zone; who was in it is, until it is certain that they left."""
    away: float = metres_between(
        (zone["latitude"], zone["longitude"]), (found.latitude, found.longitude)
    )
    margin = found.accuracy_m if zone["inside"] else 0
    return away <= int(zone["radius_m"]) + margin


def _mind(book: Book, row: Row, zone: Row, at: int, *, now_inside: bool) -> None:
    """Tell of a zone's border, once for each time it is crossed."""
    if now_inside == bool(zone["inside"]):
        return
    book.tx.family.cross_zone(account_id=book.id, id=zone["id"], inside=int(now_inside))
    if ("in" if now_inside else "out") not in zone["told"].split(","):
        return
    local = from_ms(at).astimezone(book.zone)
    when = formatting.moment(local, book.tx.now.astimezone(book.zone))
    move = "теперь в зоне" if now_inside else "больше не в зоне"
    book.notice(
        f"{row['name']}: {move} «{zone['name']}»",
        f"{row['name']}, {phones.display(row['child_phone'])}: {move} «{zone['name']}», {when}.",
        kind="family",
        sms=True,
        subject=row["id"],
    )
