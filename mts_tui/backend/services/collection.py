"""The melodies that an account has in «GOOD'OK», and what is charged for them.

A melody is paid for 30 days ahead, and again until it is removed or the service goes off. One that
cannot be paid is silent, its owner is told once, and it is tried again the next day. A melody that
was given ends by itself and is never charged.
"""

import msgspec
from msgspec import structs

from mts_tui import formatting
from mts_tui.backend.contract.errors import BudgetReached, NotEnoughMoney
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Transaction, from_ms

from . import melodies
from .billing import Book, Due
from .melodies import BOX, Tune
from .ringback_rules import Rule

DAY = 86_400_000
PERIOD = 30 * DAY
"""Milliseconds for which a melody is paid (facts 1.9)."""
CONTRA = "revenue:ringback"


class Owned(msgspec.Struct):
    """A melody of the collection. Moments in ms; see migration 3."""

    account_id: str
    id: str
    since: int
    is_gift: int
    paid_until: int
    next_at: int | None
    told: int

    def sounds(self, at: int, now: int) -> bool:
        """Whether it will be heard at a moment, as things are now: charges to come are paid."""
        paid = self.paid_until > now
        return paid and (at < self.paid_until or self.next_at is not None)


def owned(tx: Transaction, account_id: str) -> dict[str, Owned]:
    """The collection, the oldest first."""
    return {row["id"]: Owned(**dict(row)) for row in tx.ringback.melodies(account_id=account_id)}


def rules_of(tx: Transaction, account_id: str) -> list[Rule]:
    """The account's rules, the oldest first."""
    return [
        msgspec.json.decode(row["body"], type=Rule)
        for row in tx.ringback.rules(account_id=account_id)
    ]


def put_rule(tx: Transaction, account_id: str, rule: Rule) -> None:
    """Keep a new rule."""
    tx.ringback.put_rule(
        account_id=account_id,
        id=rule.id,
        melody=rule.melody,
        body=msgspec.json.encode(rule).decode(),
    )


def is_on(tx: Transaction, account_id: str) -> bool:
    """Whether the service is on."""
    row = tx.ringback.service(account_id=account_id)
    return row is not None and bool(row["is_on"])


def title_of(tune: Tune) -> str:
    """What a charge for a melody is called."""
    return f"GOOD'OK {tune.quoted}"


def resume(book: Book, *, renew: bool) -> list[Tune]:
    """Switch the service on: what is paid goes on.

    Args:
        book: The account's.
        renew: Whether melodies whose time is over are paid for anew.

    Returns:
        What was paid for.

    Raises:
        NotEnoughMoney: There is not enough for it.
        BudgetReached: A hard budget forbids it.
    """
    tx = book.tx
    tx.ringback.switch(account_id=book.id, is_on=1)
    paid = []
    for one in owned(tx, book.id).values():
        tune = melodies.find(tx, book.id, one.id)
        if one.is_gift or tune is None:
            continue
        if one.paid_until > tx.now_ms:
            plan(book, one, one.paid_until)
        elif renew:
            buy(book, tune)
            paid.append(tune)
    return paid


def rest(book: Book) -> None:
    """Switch the service off: nothing is charged from now on."""
    book.tx.ringback.switch(account_id=book.id, is_on=0)
    for one in owned(book.tx, book.id).values():
        if one.next_at is not None:
            plan(book, one, None)


def buy(book: Book, tune: Tune) -> Owned:
    """Pay for a melody of one's choice, for 30 days from now.

    Raises:
        NotEnoughMoney: There is not enough.
        BudgetReached: A hard budget forbids it.
    """
    now = book.tx.now_ms
    spend(book, tune, title_of(tune))
    known = owned(book.tx, book.id).get(tune.id)
    since = now if known is None else known.since
    one = Owned(book.id, tune.id, since, 0, now + PERIOD, None, 0)
    plan(book, one, one.paid_until)
    return one


def spend(book: Book, tune: Tune, title: str) -> None:
    """Take a melody's price for something a person chose to do now.

    Raises:
        NotEnoughMoney: There is not enough.
        BudgetReached: A hard budget forbids it.
    """
    now = book.tx.now_ms
    if book.balance - tune.price < book.floor:
        raise NotEnoughMoney
    if not book.affords(tune.price, now):
        raise BudgetReached
    book.move(_charged(tune, title, now))


def charge(book: Book, due: Due) -> None:
    """Take the price of the next 30 days; called when it falls due."""
    one = owned(book.tx, book.id).get(due.body["id"])
    tune = melodies.find(book.tx, book.id, due.body["id"])
    if one is None or tune is None:
        return
    if book.state == "blocked":  # Then nothing is taken for services (facts 1.11).
        plan(book, one, due.at + DAY)
        return
    if book.balance - tune.price >= book.floor:
        book.move(_charged(tune, title_of(tune), due.at))
        plan(book, structs.replace(one, paid_until=due.at + PERIOD, told=0), due.at + PERIOD)
        return
    if not one.told:
        price = formatting.money(tune.price)
        book.notice(
            "Мелодия не оплачена",
            f"Мелодия {tune.quoted} замолчала: на счёте не хватает {price} за 30 дней. Пополните "
            "счёт, и завтра она заиграет снова; отключить её можно в «GOOD'OK».",
            kind="account",
            sms=True,
            place="services",
        )
    plan(book, structs.replace(one, told=1), due.at + DAY)


def end_gift(book: Book, due: Due) -> None:
    """A given melody's time is over; called when it falls due."""
    one = owned(book.tx, book.id).get(due.body["id"])
    tune = melodies.find(book.tx, book.id, due.body["id"])
    if one is None or tune is None or not one.is_gift:
        return
    drop(book, one)
    book.notice(
        "Подаренная мелодия отыграла",
        f"30 дней подаренной мелодии {tune.quoted} прошли. Ничего не списано. Чтобы оставить её, "
        f"купите её в «GOOD'OK»: {formatting.money(tune.price)} за 30 дней.",
        kind="account",
        sms=True,
        place="services",
    )


def accept(book: Book, tune: Tune) -> Owned:
    """Take a melody that somebody gave, for 30 days."""
    now = book.tx.now_ms
    one = Owned(book.id, tune.id, now, 1, now + PERIOD, None, 0)
    _keep(book.tx, one)
    book.owe(Due(_due_id(tune.id), one.paid_until, "collection.end_gift", {"id": tune.id}))
    return one


def plan(book: Book, one: Owned, next_at: int | None) -> None:
    """Keep a melody that is charged next at a moment, or not any more."""
    one.next_at = next_at
    _keep(book.tx, one)
    if next_at is None:
        book.drop_due(_due_id(one.id))
    else:
        book.owe(Due(_due_id(one.id), next_at, "collection.charge", {"id": one.id}))


def drop(book: Book, one: Owned) -> list[Rule]:
    """Do without a melody; its rules go with it, and are answered."""
    book.drop_due(_due_id(one.id))
    book.tx.ringback.drop_melody(account_id=book.id, id=one.id)
    gone = [rule for rule in rules_of(book.tx, book.id) if rule.melody == one.id]
    for rule in gone:
        book.tx.ringback.drop_rule(account_id=book.id, id=rule.id)
    return gone


def put_back(book: Book, one: Owned) -> None:
    """Have a dropped melody again; a charge that fell due meanwhile is taken now."""
    if one.is_gift:
        _keep(book.tx, one)
        book.owe(Due(_due_id(one.id), one.paid_until, "collection.end_gift", {"id": one.id}))
    else:
        plan(book, one, one.next_at)


def for_everyone(book: Book, tune: Tune) -> None:
    """Let everyone hear a new melody, where nothing is set for everyone.

    «Музыкальная шкатулка» makes way for a melody of choice (facts 1.9).
    """
    tx = book.tx
    box = owned(tx, book.id).get(BOX)
    if box is not None and tune.id != BOX:
        drop(book, box)
    if not any(rule.applies == "everyone" for rule in rules_of(tx, book.id)):
        put_rule(tx, book.id, Rule(tx.new_id(), tune.id, "everyone"))


def told_price(book: Book, tune: Tune) -> str:
    """What a melody costs now and when it is charged next: the end of a sentence."""
    local = from_ms(book.tx.now_ms + PERIOD).astimezone(book.zone)
    price = formatting.money(tune.price)
    return f"{price} за 30 дней, следующее списание {formatting.date_numeric(local)}."


def _keep(tx: Transaction, one: Owned) -> None:
    tx.ringback.put_melody(**structs.asdict(one))


def _charged(tune: Tune, title: str, at: int) -> Entry:
    return Entry(
        at=at,
        kind="option",
        title=title,
        amount=-tune.price,
        contra=CONTRA,
        rule="ringback.month",
        rate=tune.price,
        rated_units=1,
    )


def _due_id(melody: str) -> str:
    return f"ringback:{melody}"
