"""Import of a real detalization: files become the history of a number without an operator.

The client reads a file and sends its rows. The number they tell of is added to the cabinet, marked
as imported: it is read only, no fee falls due, nobody signs in with it on a server.

Where the store is a person's own file, a cabinet of imported numbers needs no sign-in at all:
whoever has the file has everything in it.
"""

import json
from collections import Counter

import msgspec

from mts_tui import phones
from mts_tui.backend.contract.access import SignedIn
from mts_tui.backend.contract.errors import ImportRefused, NotFound
from mts_tui.backend.contract.imports import Import, ImportBatch, ImportOrder, Unread
from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.numbers import MOST_NUMBERS
from mts_tui.backend.operator.catalogue import CallRates, Rates, SmsRates, Tariff, TripRates
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import imported_history, imported_rows
from .access import open_own_session
from .caller import Caller, Guest, own_account

MOST_FILES = 200
MOST_RECORDS = 1_000_000
UNREAD_KEPT = 200
FLOOR = -(2**53)
"""Nothing is refused for want of money: there is no money."""
NEVER = 2**62
OWN = "own"
"""The person whose cabinet needs no sign-in."""
_FOREIGN = "Импортировать можно детализацию номера России, Беларуси или Украины. Проверьте номер."
_SERVED = (
    "Этот номер обслуживает здешний оператор, и вся его история уже у него. Добавьте номер в "
    "«Моих номерах»: импорт не нужен."
)
_FULL = f"В кабинете уже {MOST_NUMBERS} номеров, больше не помещается. Уберите лишний и повторите."
_FILES = f"У номера уже {MOST_FILES} файлов, больше не помещается. Удалите лишние и повторите."
_RECORDS = "У номера уже миллион строк, больше не помещается. Удалите лишние файлы и повторите."
_NO_TARIFF = "Такого тарифа в стране этого номера нет. Выберите другой или не указывайте его."
_NOT_OWN = (
    "Без входа файлы открываются только в программе на своём компьютере. Здесь сначала войдите в "
    "кабинет."
)
_NO_OWN = "Своих файлов здесь ещё нет. Откройте детализацию из файла."


# ------------------------------------------------------------------ files


def begin(tx: Transaction, caller: Caller, order: ImportOrder) -> Import:
    """See `contract.imports.Imports.begin`."""
    account = _account(tx, caller.subscriber_id, order)
    tx.emit(caller.account_id, "numbers")
    return _begun(tx, account, order)


def begin_own(tx: Transaction, guest: Guest, order: ImportOrder) -> SignedIn:
    """See `contract.imports.Imports.begin_own`."""
    del guest
    if not tx.personal:
        raise ImportRefused(reason=_NOT_OWN)
    tx.imports.own_cabinet(id=OWN, name="Вы")
    account = _account(tx, OWN, order)
    _begun(tx, account, order)
    return open_own_session(tx, account)


def enter_own(tx: Transaction, guest: Guest) -> SignedIn:
    """See `contract.imports.Imports.enter_own`."""
    del guest
    if not tx.personal:
        raise ImportRefused(reason=_NOT_OWN)
    account = tx.imports.first_linked(subscriber_id=OWN, but="")
    if account is None:
        raise ImportRefused(reason=_NO_OWN)
    return open_own_session(tx, account)


def add(
    tx: Transaction, caller: Caller, account: str, import_id: str, batch: ImportBatch
) -> Import:
    """See `contract.imports.Imports.add`."""
    row, file = _file(tx, caller, account, import_id)
    if file["state"] != "reading":  # All its rows are there.
        return _import(row, file)
    added, known = _add_records(tx, row, import_id, batch)
    room = max(0, UNREAD_KEPT - file["unread"])
    if room and batch.unread:
        tx.imports.add_unread(
            [
                {"account_id": account, "import_id": import_id, **msgspec.structs.asdict(one)}
                for one in batch.unread[:room]
            ]
        )
    counted = {
        "account_id": account,
        "id": import_id,
        "added": added,
        "known": known,
        "unread": len(batch.unread),
    }
    if not batch.records:
        return _import(row, tx.imports.count_more(**counted))
    moments = [to_ms(one.at) for one in batch.records]
    return _import(row, tx.imports.count_rows(**counted, since=min(moments), until=max(moments)))


def end(tx: Transaction, caller: Caller, account: str, import_id: str) -> Import:
    """See `contract.imports.Imports.end`."""
    row, file = _file(tx, caller, account, import_id)
    if file["state"] == "complete":
        return _import(row, file)
    if file["state"] == "reading":
        tx.imports.set_state(account_id=account, id=import_id, state="writing")
        first = tx.imports.first_of(account_id=account, import_id=import_id)
        if first is not None:
            imported_history.cut(tx, row, first)
            row = tx.ledger.hold(id=account)
    if not imported_history.write(tx, row):
        tx.imports.set_state(account_id=account, id=import_id, state="complete")
        tx.emit(account, "account")
        tx.emit(caller.account_id, "numbers")
    return _import(row, tx.imports.one(account_id=account, id=import_id))


def imported(tx: Transaction, caller: Caller, account: str) -> Page[Import]:
    """See `contract.imports.Imports.imported`."""
    row = own_account(tx, caller, account)
    found = tx.imports.every(account_id=account, count=MOST_FILES)
    return Page(items=[_import(row, file) for file in found])


def unread(tx: Transaction, caller: Caller, account: str, import_id: str) -> Page[Unread]:
    """See `contract.imports.Imports.unread`."""
    own_account(tx, caller, account)
    if tx.imports.one(account_id=account, id=import_id) is None:
        raise NotFound
    found = tx.imports.unread(account_id=account, import_id=import_id, count=UNREAD_KEPT)
    return Page(items=[Unread(row["line"], row["text"], row["reason"]) for row in found])


def remove(tx: Transaction, caller: Caller, account: str, import_id: str) -> None:
    """See `contract.imports.Imports.remove`."""
    row, file = _file(tx, caller, account, import_id)
    first = tx.imports.first_of(account_id=account, import_id=import_id)
    _drop(tx, account, import_id)
    if not tx.imports.count_files(account_id=account):
        _forget(tx, caller, account)
        return
    if first is not None and file["state"] != "reading":
        imported_history.cut(tx, row, first)
        while imported_history.write(tx, tx.ledger.hold(id=account)):
            pass
    tx.emit(account, "account")
    tx.emit(caller.account_id, "numbers")


def _file(tx: Transaction, caller: Caller, account: str, import_id: str) -> tuple[Row, Row]:
    """An imported number, locked, and a file of it."""
    if not own_account(tx, caller, account)["imported"]:
        raise NotFound
    row = tx.ledger.hold(id=account)
    file = tx.imports.one(account_id=account, id=import_id)
    if row is None or file is None:
        raise NotFound
    return row, file


def _begun(tx: Transaction, account: Row, order: ImportOrder) -> Import:
    """The file, begun: one that was left half way begins anew, under another id.

    So a program that still sends rows of the half one is told that it is gone, and no row is
    counted twice.
    """
    account_id = account["id"]
    known = tx.imports.of_digest(account_id=account_id, digest=order.digest)
    if known is not None and known["state"] != "reading":
        return _import(account, known)
    if known is not None:
        _drop(tx, account_id, known["id"])
    if tx.imports.count_files(account_id=account_id) >= MOST_FILES:
        raise ImportRefused(reason=_FILES)
    import_id = tx.new_id()
    tx.imports.add(
        account_id=account_id,
        id=import_id,
        at=tx.now_ms,
        file=order.file,
        format=order.format,
        digest=order.digest,
    )
    return _import(account, tx.imports.one(account_id=account_id, id=import_id))


def _drop(tx: Transaction, account_id: str, import_id: str) -> None:
    """Forget a file, and its rows that no other file has."""
    tx.imports.drop_lonely(account_id=account_id, import_id=import_id)
    tx.imports.drop_rows(account_id=account_id, import_id=import_id)
    tx.imports.drop_unread(account_id=account_id, import_id=import_id)
    tx.imports.drop(account_id=account_id, id=import_id)


def _import(account: Row, file: Row) -> Import:
    return Import(
        id=file["id"],
        account=account["id"],
        phone=account["phone"],
        zone=account["zone"],
        file=file["file"],
        format=file["format"],
        at=from_ms(file["at"]),
        complete=file["state"] == "complete",
        added=file["added"],
        known=file["known"],
        unread=file["unread"],
        since=None if file["since"] is None else from_ms(file["since"]),
        until=None if file["until"] is None else from_ms(file["until"]),
    )


# ------------------------------------------------------------------ rows


def _add_records(
    tx: Transaction, account: Row, import_id: str, batch: ImportBatch
) -> tuple[int, int]:
    """Keep a batch's rows; how many are new, and how many were there.

    Rows of one file that are alike in everything stay as many as they are: each has its place
    among them. The same row of another file has the same place, and so is the same row.
    """
    if not batch.records:
        return 0, 0
    account_id = account["id"]
    rows = [imported_rows.prepared(one, account["region"]) for one in batch.records]
    places = _places(tx, account_id, import_id, {row["print"] for row in rows})
    for row in rows:
        content = row["print"]
        row["account_id"] = account_id
        row["print"] = imported_rows.placed(content, places[content])
        places[content] += 1
    prints = json.dumps(dict.fromkeys((row["print"] for row in rows), 0))
    known = {row["print"] for row in tx.imports.known(account_id=account_id, prints=prints)}
    new = [row for row in rows if row["print"] not in known]
    if new and tx.imports.count_records(account_id=account_id) + len(new) > MOST_RECORDS:
        raise ImportRefused(reason=_RECORDS)
    tx.imports.add_rows(
        [{"account_id": account_id, "print": row["print"], "import_id": import_id} for row in rows]
    )
    if new:
        tx.imports.add_records(new)
    return len(new), len(rows) - len(new)


def _places(tx: Transaction, account_id: str, import_id: str, contents: set[str]) -> Counter[str]:
    """How many rows of each content the file has already."""
    found: Counter[str] = Counter()
    firsts = json.dumps({imported_rows.placed(one, 0): 0 for one in contents})
    here = {"account_id": account_id, "import_id": import_id}
    for row in tx.imports.in_file(**here, prints=firsts):
        content = row["print"][: -imported_rows.PLACE]
        last = tx.imports.last_alike(
            **here, low=content, high=imported_rows.placed(content, imported_rows.LAST_PLACE)
        )
        found[content] = imported_rows.place_of(last) + 1
    return found


# ------------------------------------------------------------------ the number


def _account(tx: Transaction, subscriber_id: str, order: ImportOrder) -> Row:
    """The imported number of a cabinet, locked; made and linked where there is none.

    Raises:
        ImportRefused: The number cannot be one, or there is no room for it.
    """
    country = phones.country(order.phone)
    if country is None or not (phones.is_mobile(order.phone) or phones.is_city(order.phone)):
        raise ImportRefused(reason=_FOREIGN)
    if tx.accounts.by_phone(phone=order.phone) is not None:
        raise ImportRefused(reason=_SERVED)
    tx.blocking.hold_cabinet(subscriber_id=subscriber_id)
    known = tx.imports.account_of(subscriber_id=subscriber_id, phone=order.phone)
    account_id = known["id"] if known is not None else tx.new_id()
    if known is None:
        if len(list(tx.blocking.links(subscriber_id=subscriber_id))) >= MOST_NUMBERS:
            raise ImportRefused(reason=_FULL)
        place = phones.region(order.phone)
        tx.imports.add_account(
            id=account_id,
            subscriber_id=subscriber_id,
            phone=order.phone,
            kind="city" if phones.is_city(order.phone) else "mobile",
            country=country,
            currency=phones.currency(order.phone),
            region=place.name if place else "",
            zone=place.zone if place else "Europe/Moscow",
            tariff_id=_unknown_tariff(tx, country),
            floor=FLOOR,
            at=tx.now_ms,
            never=NEVER,
        )
        tx.accounts.link(subscriber_id=subscriber_id, account_id=account_id, name="", role="own")
    if order.tariff is not None:
        tariff = tx.common.tariff(id=order.tariff)
        if tariff is None or tariff["country"] != country:
            raise ImportRefused(reason=_NO_TARIFF)
        tx.services.set_tariff(id=account_id, tariff_id=order.tariff)
        tx.emit(account_id, "account")
    return tx.ledger.hold(id=account_id)


def _unknown_tariff(tx: Transaction, country: phones.Country) -> str:
    """The tariff of a number whose tariff nobody told: it has no prices and is in no list."""
    tariff_id = f"{imported_rows.UNKNOWN}{country.lower()}"
    currencies: dict[phones.Country, phones.Currency] = {"RU": "RUB", "BY": "BYN", "UA": "UAH"}
    tariff = Tariff(
        id=tariff_id,
        title="Тариф не указан",
        description="Тариф номера, история которого импортирована из файла.",
        country=country,
        currency=currencies[country],
        rates=Rates(
            call=CallRates(0, 0, 0, 0, 0, 0, 0, 0),
            sms=SmsRates(0, 0, 0),
            mms=0,
            data_mb=0,
            roaming=TripRates(0, 0, 0, 0, 0),
        ),
        archived=True,
    )
    body = msgspec.json.encode(tariff).decode()
    tx.imports.add_tariff(id=tariff_id, title=tariff.title, body=body)
    return tariff_id


def _forget(tx: Transaction, caller: Caller, account_id: str) -> None:
    """Take the number out of the cabinet and the store, with all that hangs on it.

    A session that was opened with it goes on with another number of the cabinet.
    """
    heir = tx.imports.first_linked(subscriber_id=caller.subscriber_id, but=account_id)
    told = caller.account_id
    if caller.account_id == account_id and heir is not None:
        tx.imports.carry_sessions(account_id=account_id, heir=heir["id"])
        told = heir["id"]
    imported_history.forget_statements(tx, account_id)
    tx.changes[:] = [change for change in tx.changes if change[0] != account_id]
    for forget in (
        tx.imports.forget_links,
        tx.imports.forget_operations,
        tx.imports.forget_labels,
        tx.imports.forget_events,
        tx.imports.forget_sessions,
        tx.imports.forget_notifications,
        tx.imports.forget_undos,
    ):
        forget(account_id=account_id)
    tx.imports.forget_account(id=account_id)
    if told != account_id:
        tx.emit(told, "numbers")
