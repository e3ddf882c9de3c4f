"""The people of the demo, and how they come into an empty store.

Every number is one that cannot belong to anybody (facts 4.6): gaps of the registry, and city and
Belarusian numbers that no plan allots. Names are invented.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from zoneinfo import ZoneInfo

import msgspec

from mts_tui import phones
from mts_tui.backend.services import options, points
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.subscriptions import Offer, subscribe
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Transaction, from_ms, to_ms

from . import catalogue
from .catalogue.rewards import rewards
from .life import live_until

HISTORY = timedelta(days=751)
"""Two years and three weeks: the packages are well used when the demo is shown."""


class Person(msgspec.Struct, frozen=True):
    """Somebody with a contract."""

    id: str
    name: str


class Line(msgspec.Struct, frozen=True):
    """A number of a person.

    Attributes:
        id: The account's id.
        person: Whose contract it is.
        phone: E.164.
        tariff: Tariff's id.
        profile: How it is used, see `traffic.PROFILES`.
        first_payment: What is paid in on the first day, minor units.
        cabinets: In which people's cabinets it is, as what, and under which name.
    """

    id: str
    person: str
    phone: str
    tariff: str
    profile: str
    first_payment: int
    cabinets: tuple[tuple[str, str, str], ...]


PEOPLE = (Person("anna", "Анна Ветрова"), Person("misha", "Миша Ветров"))
LINES = (
    Line(
        "anna-moscow", "anna", "+79853701234", "smart-nonstop", "adult", 700_00,
        (("anna", "own", "Основной"),),
    ),
    Line(
        "anna-petersburg", "anna", "+79810531122", "super-mts", "second", 300_00,
        (("anna", "own", "Для объявлений"),),
    ),
    Line(
        "anna-belarus", "anna", "+375330000001", "by-bezlimitishche-2", "belarus", 40_00,
        (("anna", "own", "Минск"),),
    ),
    Line(
        "misha-moscow", "misha", "+79853705678", "mts-junior", "child", 500_00,
        (("misha", "own", "Мой"), ("anna", "child", "Миша")),
    ),
    Line(
        "anna-city", "anna", "+74950001234", "gorodskoi-nomer", "city", 500_00,
        (("anna", "own", "Дом"),),
    ),
    Line("anna-new", "anna", "+79853709900", "posekundnyi", "second", 300_00, ()),
)  # fmt: skip
SUBSCRIPTIONS = (
    ("anna-moscow", 214, Offer("horoscope", "Гороскоп на день", "ООО «Звёзды, демо»", 3_00, "day")),
    ("anna-moscow", 25, Offer("films", "Кино без рекламы", "ООО «Экран, демо»", 199_00, "month")),
    ("anna-moscow", 4, Offer("lessons", "Английский за завтраком", "ООО «Школа, демо»", 49_00,
                             "week", trial_days=7)),
    ("misha-moscow", 120, Offer("games", "Игры без границ", "ООО «Кубик, демо»", 5_00, "day")),
)  # fmt: skip
"""Whose, how many days ago it began, and what."""
OPTIONS = (
    ("anna-moscow", 640, "missed-calls"),
    ("anna-moscow", 400, "incoming-russia"),
    ("anna-moscow", 6, "child-care"),
    ("anna-petersburg", 75, "zero-mts"),
    ("misha-moscow", 130, "content-ban"),
    ("misha-moscow", 129, "blacklist-child"),
)
"""Whose, how many days ago it was switched on, and which."""
BONUS_MEMBERS = ("anna-moscow", "misha-moscow")
"""Who takes part in «МТС Бонус» from the first day."""
TICKETS = (("anna-moscow", 228), ("anna-moscow", 41))
"""Who ordered a ticket for points, and how many days ago."""
MAIN_PHONE = LINES[0].phone


def put_catalogue(tx: Transaction, version: str) -> None:
    """Copy the catalogue's data files into the store, where the first screen finds them."""
    known = catalogue.load()
    tariffs: Sequence[catalogue.Tariff | catalogue.Option] = [*known.tariffs.values()]
    for offers, put in (
        (tariffs, tx.common.put_tariff),
        ([*known.options.values()], tx.common.put_option),
    ):
        put(
            [
                {
                    "id": offer.id,
                    "title": offer.title,
                    "country": offer.country,
                    "body": msgspec.json.encode(offer).decode(),
                    "position": position,
                }
                for position, offer in enumerate(offers)
            ]
        )
    tx.common.set_meta(name="catalogue", value=version)


def settle(tx: Transaction, seed: int) -> None:
    """Bring the people in and let them live two years, up to the transaction's time."""
    tx.common.set_meta(name="seed", value=str(seed))
    for person in PEOPLE:
        tx.accounts.add_subscriber(id=person.id, name=person.name)
    for place, line in enumerate(LINES):
        opened = _open(tx, line, place)
        for cabinet, role, name in line.cabinets:
            tx.accounts.link(subscriber_id=cabinet, account_id=line.id, name=name, role=role)
        first: Entry | None = Entry(
            at=to_ms(opened),
            kind="top_up",
            title="Регистрация платежа: Наличные в салоне",
            amount=line.first_payment,
            contra="cash:shop",
        )
        for since, begin in sorted(_begun(tx, line.id), key=itemgetter(0)):
            live_until(tx, line.id, seed, from_ms(since), first)
            begin()
            first = None
        live_until(tx, line.id, seed, tx.now, first)


def _begun(tx: Transaction, line: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """When, ms, a line subscribed or switched an option on, and what does so."""
    for account, days, offer in SUBSCRIPTIONS:
        if account == line:
            since = to_ms(tx.now - timedelta(days=days, hours=5))
            yield since, partial(subscribe, tx, line, offer, since)
    for account, days, option in OPTIONS:
        if account == line:
            yield (
                to_ms(tx.now - timedelta(days=days, hours=7)),
                partial(_switch_on, tx, line, option),
            )
    for number, (account, days) in enumerate(TICKETS, 1):
        if account == line:
            since = to_ms(tx.now - timedelta(days=days, hours=3))
            yield since, partial(_order_ticket, tx, line, f"ДЕМО-КИНО-{number:04}")


def _order_ticket(tx: Transaction, line: str, code: str) -> None:
    """A reward ordered long ago: nobody is told of it today."""
    reward = rewards()["cinema"]
    book = Book(tx, line)
    at = book.lived_until
    points.go(book, at, "reward", reward.title, reward.points, "bonus:code")
    tx.bonus.add_order(
        account_id=line,
        id=tx.new_id(),
        at=at,
        reward=reward.id,
        title=reward.title,
        points=reward.points,
        state="done",
        code=code,
        until=at + reward.days * points.DAY,
    )
    book.write()


def _switch_on(tx: Transaction, line: str, option: str) -> None:
    book = Book(tx, line)
    options.switch(book, [option], [], told=False)
    book.write()


def _open(tx: Transaction, line: Line, order: int) -> datetime:
    """Write the account as it was on its first day; the moment, which keeps the lines' order."""
    place = phones.region(line.phone)
    assert place is not None, line.phone
    zone = ZoneInfo(place.zone)
    day = (tx.now - HISTORY).astimezone(zone).date()
    opened = datetime(day.year, day.month, day.day, 12, 5 + order, tzinfo=zone)
    tariff = catalogue.load().tariffs[line.tariff]
    renewing = tariff.monthly or tariff.daily or tariff.packages
    tx.accounts.add(
        id=line.id,
        subscriber_id=line.person,
        phone=line.phone,
        kind="city" if phones.is_city(line.phone) else "mobile",
        country=tariff.country,
        currency=tariff.currency,
        region=place.name,
        zone=place.zone,
        profile=line.profile,
        tariff_id=line.tariff,
        opened_at=to_ms(opened),
        fee_at=to_ms(opened + timedelta(minutes=1)) if renewing else None,
        fee_day=opened.day,
        points_at=to_ms(opened + timedelta(minutes=2)),
    )
    if line.id in BONUS_MEMBERS:
        tx.bonus.enrol(id=line.id, at=to_ms(opened))
    return opened
