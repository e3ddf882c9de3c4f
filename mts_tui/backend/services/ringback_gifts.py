"""Gifts of «GOOD'OK»: paid for by the giver, heard when the receiver accepts.

Whether a number is a subscriber is not told: a gift to nobody waits like any other, and its money
comes back like that of one that was not accepted.
"""

from datetime import timedelta

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import NotFound, RingbackRefused
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.ringback import Gift, GivenGift, Melody, ReceivedGift
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import collection, melodies, paying
from .billing import Book, Due
from .collection import Owned
from .melodies import BOX, Tune

WAITS = timedelta(days=3)
MOST_IN_A_DAY = 5
SENDER = "0550"
"""The service's own number (facts 1.9)."""


def give(tx: Transaction, giver: Row, gift: Gift) -> GivenGift:
    """Order a gift and pay for it.

    Raises:
        NotFound: There is no such melody in the catalogue.
        RingbackRefused: This number cannot get it, or there were too many today.
        NotEnoughMoney: There is not enough.
        BudgetReached: A hard budget forbids it.
    """
    tune = melodies.find(tx, giver["id"], gift.melody)
    if tune is None:
        raise NotFound
    if tune.source == "own" or tune.id == BOX:
        raise RingbackRefused(reason="Подарить можно мелодию из каталога.")
    if gift.to == giver["phone"]:
        raise RingbackRefused(reason="Это ваш номер. Купите мелодию себе обычным путём.")
    if (
        phones.country(gift.to) != "RU"
        or not phones.region(gift.to)
        or not phones.is_mobile(gift.to)
    ):
        raise RingbackRefused(reason="Подарить мелодию можно только на мобильный номер МТС России.")
    receiver = tx.accounts.by_phone(phone=gift.to)
    paying.hold(tx, giver["id"], *([receiver["id"]] if receiver is not None else []))
    today = to_ms(tx.now + WAITS - timedelta(days=1))
    if tx.ringback.gifts_given(account_id=giver["id"], expire_after=today) >= MOST_IN_A_DAY:
        raise RingbackRefused(
            reason=f"За сутки можно подарить {MOST_IN_A_DAY} мелодий. Повторите завтра."
        )
    book = Book(tx, giver["id"])
    book.pass_time(tx.now_ms)
    collection.spend(book, tune, f"Мелодия в подарок {tune.quoted}")
    gift_id, code = tx.new_id(), f"{tx.random.randrange(10**4):04}"
    ends = tx.now + WAITS
    tx.ringback.add_gift(
        account_id=book.id,
        id=gift_id,
        receiver=gift.to,
        melody=tune.id,
        price=tune.price,
        code=code,
        expires_at=to_ms(ends),
    )
    book.owe(Due(f"gift:{gift_id}", to_ms(ends), "ringback_gifts.return_gift", {"id": gift_id}))
    book.write()
    if receiver is not None and receiver["kind"] == "mobile":
        tx.message(
            receiver["id"],
            SENDER,
            f"{phones.display(giver['phone'])} дарит вам мелодию {tune.quoted}: её услышат те, кто "
            f"вам звонит. 30 дней бесплатно, потом она отключится сама. Чтобы принять, отправьте "
            f"{code} на {SENDER} или откройте «GOOD'OK» в кабинете. Подарок ждёт три дня.",
        )
    return GivenGift(title=tune.title, to=gift.to, price=rub(tune.price), expires_at=ends)


def waiting_for(tx: Transaction, phone: str) -> list[ReceivedGift]:
    """Gifts that a number may accept."""
    found = []
    for row in tx.ringback.gifts_for(receiver=phone):
        tune = melodies.find(tx, row["account_id"], row["melody"])
        if row["expires_at"] > tx.now_ms and tune is not None:
            giver = tx.accounts.by_id(id=row["account_id"])["phone"]
            ends = from_ms(row["expires_at"])
            found.append(ReceivedGift(row["id"], tune.id, tune.title, giver, ends))
    return found


def accept(tx: Transaction, account: Row, gift: str) -> Melody:
    """Accept a gift: the service goes on, and the melody is heard for 30 days.

    Raises:
        NotFound: There is no such gift for this number any more.
        RingbackRefused: The account has the melody already.
    """
    row = _held(tx, account, gift)
    tune = melodies.find(tx, row["account_id"], row["melody"])
    if tune is None:
        raise NotFound
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    if tune.id in collection.owned(tx, book.id):
        raise RingbackRefused(
            reason=f"Мелодия {tune.quoted} у вас уже есть. Откажитесь от подарка: его деньги "
            "вернутся дарителю."
        )
    if tx.ringback.end_gift(account_id=row["account_id"], id=gift, state="accepted") is None:
        raise NotFound
    if not collection.is_on(tx, book.id):
        collection.resume(book, renew=False)
    given = collection.accept(book, tune)
    collection.for_everyone(book, tune)
    until = formatting.date_day(from_ms(given.paid_until).astimezone(book.zone))
    book.notice(
        "Подарок принят",
        f"Мелодия {tune.quoted} играет до {until}. Потом она отключится сама, ничего не спишется.",
        kind="account",
        sms=True,
        place="services",
    )
    book.write()
    tx.emit(book.id, "account")
    return melody_of(tune, given)


def decline(tx: Transaction, account: Row, gift: str) -> None:
    """Do without a gift; its price goes back.

    Raises:
        NotFound: There is no such gift for this number any more.
    """
    row = _held(tx, account, gift)
    book = Book(tx, row["account_id"])
    book.pass_time(tx.now_ms)
    if not _give_back(book, row, tx.now_ms, "declined", "не приняли"):
        raise NotFound
    book.drop_due(f"gift:{gift}")
    book.write()
    tx.emit(account["id"], "account")


def return_gift(book: Book, due: Due) -> None:
    """Nobody accepted a gift: its price comes back; called when its time is over."""
    row = book.tx.ringback.gift(account_id=book.id, id=due.body["id"])
    _give_back(book, row, due.at, "returned", "никто не принял за три дня")


def by_code(tx: Transaction, account: Row, code: str) -> str | None:
    """The id of the gift that a code from an SMS means, or None."""
    rows = tx.ringback.gifts_for(receiver=account["phone"])
    return next((row["id"] for row in rows if row["code"] == code), None)


def melody_of(tune: Tune, mine: Owned | None) -> Melody:
    """A melody, as it is answered."""
    return Melody(
        id=tune.id,
        code=tune.id if tune.source == "catalogue" else "",
        title=tune.title,
        performer=tune.performer,
        seconds=tune.seconds,
        price=rub(tune.price),
        source=tune.source,
        owned=mine is not None,
        gift=mine is not None and bool(mine.is_gift),
        paid_until=None if mine is None else from_ms(mine.paid_until),
        next_at=None if mine is None or mine.next_at is None else from_ms(mine.next_at),
    )


def rub(kopecks: int) -> Money:
    """Roubles: the service is sold in nothing else."""
    return Money(amount_minor=kopecks, currency="RUB")


def _held(tx: Transaction, account: Row, gift: str) -> Row:
    """A gift that waits for an account, both accounts locked."""
    for row in tx.ringback.gifts_for(receiver=account["phone"]):
        if row["id"] == gift and row["expires_at"] > tx.now_ms:
            paying.hold(tx, account["id"], row["account_id"])
            return row
    raise NotFound


def _give_back(book: Book, row: Row, at: int, state: str, why: str) -> bool:
    """Return a gift's price, once; whether it was this time."""
    if book.tx.ringback.end_gift(account_id=book.id, id=row["id"], state=state) is None:
        return False
    tune = melodies.find(book.tx, book.id, row["melody"])
    title = tune.quoted if tune is not None else ""
    book.move(
        Entry(
            at=at,
            kind="correction",
            title=f"Возврат за подарок {title}",
            amount=row["price"],
            contra=collection.CONTRA,
            rule="ringback.gift_back",
        )
    )
    to = phones.display(row["receiver"])
    book.notice(
        "Подарок вернулся",
        f"Мелодию {title} для {to} {why}. {formatting.money(row['price'])} снова на вашем счёте.",
        kind="payment",
    )
    return True
