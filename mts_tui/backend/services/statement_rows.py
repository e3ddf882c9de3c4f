"""Rows of a statement: the operations of its period, as the real document prints them (facts 1.8).

Operations never change, so nothing is copied: a statement names the first operation that belongs to
it and the first that does not. What is counted together (one label, one direction, one zone) makes
a group; groups are few, each process remembers them, and a search looks among them alone.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from mts_tui import phones
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.statements import (
    PeerTotal,
    RowUnit,
    StatementKind,
    StatementKindTotal,
    StatementRow,
    StatementTotals,
)
from mts_tui.backend.operator.catalogue.countries import places
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from .forwarding import FORWARDED_CODES
from .labels import digits_of, has_number, parts_of, searched_form

REMEMBERED = 16
"""Statements whose groups a process remembers."""
SELECTIONS_REMEMBERED = 16
FEW = 1_000
"""Up to so many operations are found by their labels; more, by looking through the period."""
PEERS_TOLD = 50
HOME = "Домашний"
PERIODIC = "MTS numbers"
"""The service code of charges that come by themselves."""
MISSED = "Пропущ."
_CALL = "Телеф."
_DIRECTED = {"in": "i", "out": "o"}
_UNITS: dict[str, RowUnit] = {"call": "second", "data": "byte", "sms": "piece", "mms": "piece"}
_CALLS: dict[str, StatementKind] = {"in": "call_in", "missed": "call_missed"}
_COUNTRIES = {"RU": "Россия", "BY": "Беларусь", "UA": "Украина"}
_ROAMING = {
    "AE": "du",
    "BY": "MTS",
    "EG": "Etisalat",
    "GE": "Magti",
    "RS": "Telekom Srbija",
    "TR": "Turkcell",
    "UA": "MTS UKR",
}
"""Networks abroad in which the demo's people are guests; elsewhere the country alone is told."""
_SESSIONS = 900_000_000
_FIRST_SESSION = 100_000_000
MARK = b"1"


class Group(NamedTuple):
    """Operations of one label, direction and zone.

    Attributes:
        label: Its number.
        direction: As the operations have it.
        zone: As the operations have it.
        kind: What the rows are.
        peer: The other number, or what it is called.
        rows: How many operations.
        units: Seconds, bytes or pieces.
        cost: Minor units, positive for what was charged.
        searched: All that is printed of them, in the form in which it is searched.
        digits: Of the number.
    """

    label: int
    direction: str
    zone: str
    kind: StatementKind
    peer: str
    rows: int
    units: int
    cost: int
    searched: str
    digits: str

    @property
    def key(self) -> tuple[int, str, str]:
        """What tells it from other groups."""
        return self.label, self.direction, self.zone


class Chosen(NamedTuple):
    """Groups that were asked for, and how their operations are found.

    Attributes:
        groups: They.
        keys: Their keys.
        labels: Their labels, as JSON; empty where there are so many operations that a look through
            the period finds them sooner.
        marks: A byte for each label.
        whole: Whether every operation of these labels belongs to them.
    """

    groups: tuple[Group, ...]
    keys: frozenset[tuple[int, str, str]]
    labels: str
    marks: bytes
    whole: bool


class Groups:
    """All groups of a statement.

    Args:
        found: As the store gives them.
        account: Whose.
    """

    def __init__(self, found: Iterable[Row], account: Row) -> None:
        self._all = tuple(_group(row, account) for row in found)
        self._chosen: OrderedDict[tuple[str, str], Chosen] = OrderedDict()

    def matching(self, kinds: str, text: str) -> Chosen:
        """Those of some kinds that have every word and number of a text.

        Args:
            kinds: By commas.
            text: As it was typed.
        """
        known = self._chosen.get((kinds, text))
        if known is None:
            known = self._chosen[kinds, text] = self._choose(set(kinds.split(",")), text)
            if len(self._chosen) > SELECTIONS_REMEMBERED:
                self._chosen.popitem(last=False)
        return known

    def _choose(self, kinds: set[str], text: str) -> Chosen:
        words, numbers = parts_of(text)
        groups = tuple(
            one
            for one in self._all
            if one.kind in kinds
            and all(word in one.searched for word in words)
            and all(has_number(one.searched, one.digits, typed) for typed in numbers)
        )
        keys = frozenset(one.key for one in groups)
        of_labels = {one.label for one in groups}
        labels = sorted(of_labels)
        marks = bytearray(labels[-1] if labels else 0)
        for label in labels:
            marks[label - 1] = MARK[0]
        few = sum(one.rows for one in groups) <= FEW
        return Chosen(
            groups,
            keys,
            json.dumps(dict.fromkeys(labels, 0), separators=(",", ":")) if few else "",
            bytes(marks),
            all(one.key in keys for one in self._all if one.label in of_labels),
        )


class Period(NamedTuple):
    """What of an account's history a statement tells of.

    Attributes:
        account: A row of `accounts`.
        low: The first operation's number.
        high: The first number beyond.
        groups: All there are.
    """

    account: Row
    low: int
    high: int
    groups: Groups

    @property
    def zone(self) -> ZoneInfo:
        """The account's zone."""
        return ZoneInfo(self.account["zone"])

    def rows(
        self, tx: Transaction, chosen: Chosen, place: int | None, count: int, *, newest: bool
    ) -> list[StatementRow]:
        """Rows after a place in the order asked for, as many as there are, `count` at most."""
        low, high = self.low, self.high
        if place is not None:
            low, high = (low, min(high, place)) if newest else (max(low, place + 1), high)
        found: list[StatementRow] = []
        while len(found) < count and low < high and chosen.keys:
            part = self._read(tx, chosen, low, high, count, newest=newest)
            found += [self._row(one) for one in part if self._belongs(chosen, one)]
            if len(part) < count:
                break
            last = part[-1]["seq"]
            low, high = (low, last) if newest else (last + 1, high)
        return found[:count]

    def _read(
        self, tx: Transaction, chosen: Chosen, low: int, high: int, count: int, *, newest: bool
    ) -> Sequence[Row]:
        place: dict[str, Any] = {"account_id": self.account["id"], "low": low, "high": high}
        if chosen.labels:
            by_labels = tx.statements.newest_of if newest else tx.statements.oldest_of
            return list(by_labels(**place, labels=chosen.labels, count=count))
        through = tx.statements.newest if newest else tx.statements.oldest
        return list(through(**place, marks=chosen.marks, mark=MARK, count=count))

    def _belongs(self, chosen: Chosen, one: Row) -> bool:
        return chosen.whole or (one["label"], one["direction"], one["zone"]) in chosen.keys

    def _row(self, one: Row) -> StatementRow:
        account = self.account
        kind = kind_of(one["kind"], one["direction"])
        peer, zone, peer_zone, service = printed(one, account)
        if kind == "data":
            peer_zone = _session(account["id"], one["seq"])
        return StatementRow(
            operation=str(one["seq"]),
            at=from_ms(one["at"]),
            kind=kind,
            direction=one["direction"],
            peer=peer,
            zone=zone,
            peer_zone=peer_zone,
            service=service,
            units=one["units"],
            unit=_UNITS.get(one["kind"], "none"),
            cost=Money(-one["amount"], account["currency"]),
        )


def period_of(tx: Transaction, account: Row, statement: Row) -> Period:
    """What a statement tells of; its groups are read once in a process."""
    high: int = statement["made_until"]
    low = tx.archive.first_since(account_id=account["id"], at=statement["since"]) or high
    kept: OrderedDict[tuple[str, int], Groups] = tx.memory.setdefault("statements", OrderedDict())
    known = kept.get((statement["id"], high))
    if known is None:
        found = tx.statements.groups(account_id=account["id"], low=low, high=high)
        known = kept[statement["id"], high] = Groups(found, account)
        if len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return Period(account, low, high, known)


def totals_of(groups: Iterable[Group], currency: str) -> StatementTotals:
    """What groups come to: by kind, the dearest first, and by number."""
    kinds: dict[StatementKind, list[int]] = {}
    peers: dict[str, list[int]] = {}
    for one in groups:
        sums = kinds.setdefault(one.kind, [0, 0, 0])
        for place, value in enumerate((one.rows, one.units, one.cost)):
            sums[place] += value
        if one.kind in {"data", "periodic"}:
            continue
        is_call = one.kind.startswith("call")
        of_peer = peers.setdefault(one.peer, [0, 0, 0, 0])
        seconds, messages = (one.units, 0) if is_call else (0, one.units)
        for place, value in enumerate((one.rows, seconds, messages, one.cost)):
            of_peer[place] += value
    dearest = sorted(peers.items(), key=lambda one: (-one[1][3], -one[1][0], one[0]))
    return StatementTotals(
        count=sum(count for count, _units, _cost in kinds.values()),
        cost=Money(sum(cost for _count, _units, cost in kinds.values()), currency),
        kinds=[
            StatementKindTotal(kind, count, units, Money(cost, currency))
            for kind, (count, units, cost) in sorted(
                kinds.items(), key=lambda one: (-one[1][2], -one[1][0], one[0])
            )
        ],
        peers=[
            PeerTotal(peer, count, seconds, messages, Money(cost, currency))
            for peer, (count, seconds, messages, cost) in dearest[:PEERS_TOLD]
        ],
    )


def kind_of(kind: str, direction: str) -> StatementKind:
    """What an operation is called in a statement."""
    match kind:
        case "call":
            return _CALLS.get(direction, "call_out")
        case "sms":
            return "sms_in" if direction == "in" else "sms_out"
        case "mms":
            return "mms"
        case "data":
            return "data"
    return "periodic"


def printed(row: Row, account: Row) -> tuple[str, str, str, str]:
    """What is printed of an operation in words: number, zone, the other side's zone, service."""
    kind = row["kind"]
    if kind not in _UNITS:
        return row["title"], "", "", PERIODIC
    zone = zone_of(row["zone"], account["country"])
    peer_zone = "" if kind == "data" else zone_of_peer(row["peer"])
    return row["peer"], zone, peer_zone, _service(kind, row["direction"], row["title"], row["zone"])


def _service(kind: str, direction: str, title: str, zone: str) -> str:
    if kind == "data":
        return "4G" if zone == "home" else "HSDPA (3G)"
    if kind != "call":
        return f"{kind} {_DIRECTED.get(direction, 'o')}"
    if direction == "missed":
        return MISSED
    return FORWARDED_CODES.get(title, _CALL)


@lru_cache(maxsize=1024)
def zone_of(zone: str, country: str) -> str:
    """«Зона вызова»: where the owner was."""
    where, _colon, code = zone.partition(":")
    if where == "home":
        return HOME
    if where == "country":
        return _COUNTRIES.get(country, "")
    if where == "roaming":
        place = places().get(code)
        title = place.title if place is not None else code
        return f"{title}: {_ROAMING[code]}" if code in _ROAMING else title
    return zone  # Of an imported number, as its file has it.


@lru_cache(maxsize=8192)
def zone_of_peer(peer: str) -> str:
    """«Зона направления вызова»: whose network the other number is of, and where."""
    if not peer.startswith("+"):
        return ""  # A service of the operator's own, a name.
    country = phones.country(peer)
    if country is None:
        return _abroad(peer)
    region = phones.region(peer)
    if phones.is_city(peer):
        return f"Городские телефоны; {region.name if region else _COUNTRIES[country]}"
    if country != "RU":
        return _COUNTRIES[country]
    return f"МТС; {_short(region.name)}" if region else "Другой оператор; Россия"


def _short(region: str) -> str:
    """A region as the document prints it: `Москва`, not `Москва и Московская область`."""
    return region.partition(" и ")[0]


def _abroad(peer: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(peer)
    except phonenumbers.NumberParseException:
        return ""
    code = phonenumbers.region_code_for_number(parsed)
    # Of a number that nobody has, the country's code still tells the country.
    place = places().get(
        code or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    )
    return place.title if place is not None else ""


def _session(account_id: str, seq: int) -> str:
    """The number of a data session: the same for the same operation."""
    return str(_FIRST_SESSION + crc32(f"{account_id}:{seq}".encode()) % _SESSIONS)


def _group(row: Row, account: Row) -> Group:
    peer, zone, peer_zone, service = printed(row, account)
    return Group(
        label=row["label"],
        direction=row["direction"],
        zone=row["zone"],
        kind=kind_of(row["kind"], row["direction"]),
        peer=peer,
        rows=row["count"],
        units=row["units"],
        cost=-row["amount"],
        searched=searched_form(row["title"], peer, zone, peer_zone, service),
        digits=digits_of(peer),
    )
