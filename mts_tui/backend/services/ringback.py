"""«GOOD'OK»: the service, its melodies, its rules.

What is charged and when is `collection`'s; which rule decides, `ringback_rules`'; gifts are
`ringback_gifts`'. There is no trial: every price and the next charge are told before anything is
bought (a preview), and by SMS after it.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs

from mts_tui import formatting
from mts_tui.backend.contract.errors import NotFound, RingbackRefused, UndoRefused
from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.ringback import (
    Gift,
    GivenGift,
    Heard,
    Melody,
    RingbackRule,
    RingbackState,
    RuleOrder,
    Sample,
    Upload,
)
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from . import collection, ringback_gifts, ringback_rules, undo
from . import melodies as tunes
from .billing import Book, Due
from .caller import Caller, own_account
from .collection import Owned
from .melodies import BOX, Tune
from .ringback_rules import Rule

MOST_RULES = 50
MOST_MELODIES = 30
SILENT = "Звонящий услышит обычные гудки."


def state(tx: Transaction, caller: Caller, account: str) -> RingbackState:
    """See `contract.ringback.Ringback.state`."""
    row = own_account(tx, caller, account)
    return _state(tx, row)


def switch_on(tx: Transaction, caller: Caller, account: str) -> RingbackState:
    """See `contract.ringback.Ringback.switch_on`."""
    row = own_account(tx, caller, account)
    turn_on(tx, row)
    return _state(tx, row)


def turn_on(tx: Transaction, account: Row) -> None:
    """Switch the service on, for whoever may: the owner, or the phone itself.

    Raises:
        RingbackRefused: It cannot be had with this number.
        NotEnoughMoney: There is not enough for what has to be paid for anew.
        BudgetReached: A hard budget forbids that.
    """
    book = _book(tx, account)
    if collection.is_on(tx, book.id):
        return
    paid = collection.resume(book, renew=True)
    if not collection.owned(tx, book.id):
        box = tunes.find(tx, book.id, BOX)
        assert box is not None
        paid = [box]
        collection.buy(book, box)
        collection.for_everyone(book, box)
    told = [f"{tune.quoted}: {collection.told_price(book, tune)}" for tune in paid]
    _write(book, "GOOD'OK включён", " ".join(["GOOD'OK включён.", *told]))


def switch_off(tx: Transaction, caller: Caller, account: str) -> RingbackState:
    """See `contract.ringback.Ringback.switch_off`."""
    row = own_account(tx, caller, account)
    if collection.is_on(tx, account):
        charged = [one.id for one in collection.owned(tx, account).values() if one.next_at]
        undo.offer(tx, caller, account, "GOOD'OK отключён", "ringback.back_on", charged=charged)
        turn_off(tx, row)
    return _state(tx, row)


def turn_off(tx: Transaction, account: Row) -> None:
    """Switch the service off, for whoever may: the owner, or the phone itself."""
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    if collection.is_on(tx, book.id):
        collection.rest(book)
        text = "GOOD'OK отключён: больше ничего не спишется. Мелодии и правила сохранены."
        _write(book, "GOOD'OK отключён", text)
    else:
        book.write()


def back_on(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Undo `switch_off`: charges go on when they would have come."""
    del caller
    if collection.is_on(tx, account_id):
        raise UndoRefused(reason="GOOD'OK уже снова включён.")
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    tx.ringback.switch(account_id=account_id, is_on=1)
    known = collection.owned(tx, account_id)
    for melody in body["charged"]:
        if melody in known:
            collection.plan(book, known[melody], max(known[melody].paid_until, tx.now_ms))
    book.write()


def melodies(tx: Transaction, caller: Caller, account: str, text: str) -> Page[Melody]:
    """See `contract.ringback.Ringback.melodies`."""
    own_account(tx, caller, account)
    known = collection.owned(tx, account)
    found = tunes.sought(tunes.everything(tx, account), text)
    return Page(items=[ringback_gifts.melody_of(one, known.get(one.id)) for one in found])


def sample(tx: Transaction, caller: Caller, account: str, melody: str) -> Sample:
    """See `contract.ringback.Ringback.sample`."""
    own_account(tx, caller, account)
    return tunes.sample_of(tx, account, _tune(tx, account, melody))


def upload(tx: Transaction, caller: Caller, account: str, melody: Upload) -> Melody:
    """See `contract.ringback.Ringback.upload`."""
    row = own_account(tx, caller, account)
    samples = tunes.checked(melody)  # Takes its time: before anything is locked.
    book = _book(tx, row)
    made = tunes.keep(tx, account, melody.title, samples)
    book.write()
    tx.emit(account, "account")
    return ringback_gifts.melody_of(made, None)


def buy(tx: Transaction, caller: Caller, account: str, melody: str) -> Melody:
    """See `contract.ringback.Ringback.buy`."""
    book = _book(tx, own_account(tx, caller, account))
    tune = _tune(tx, account, melody)
    known = collection.owned(tx, account)
    mine = known.get(melody)
    if mine is not None and mine.paid_until > tx.now_ms and not mine.is_gift:
        until = formatting.date_day(from_ms(mine.paid_until).astimezone(book.zone))
        raise RingbackRefused(
            reason=f"Мелодия {tune.quoted} у вас уже есть, она оплачена до {until}."
        )
    if melody == BOX and known.keys() - {BOX}:
        raise RingbackRefused(
            reason=f"{tune.quoted} играет, когда других мелодий нет. Сначала отключите их."
        )
    if len(known) >= MOST_MELODIES and mine is None:
        raise RingbackRefused(
            reason=f"Мелодий уже {MOST_MELODIES}, больше нельзя. Отключите ненужную."
        )
    box_goes = BOX in known and melody != BOX
    if not collection.is_on(tx, account):
        collection.resume(book, renew=False)
    bought = collection.buy(book, tune)
    collection.for_everyone(book, tune)
    text = f"Мелодия {tune.quoted} подключена: {collection.told_price(book, tune)}"
    if box_goes:
        text += " «Музыкальная шкатулка» отключена, остаток её месяца не возвращается."
    _write(book, "Мелодия подключена", text)
    return ringback_gifts.melody_of(tune, bought)


def remove(tx: Transaction, caller: Caller, account: str, melody: str) -> None:
    """See `contract.ringback.Ringback.remove`."""
    row = own_account(tx, caller, account)
    tune = _tune(tx, account, melody)
    mine, gone = take_away(tx, row, tune)
    what = "Мелодия" if mine is not None else "Файл мелодии"
    undo.offer(
        tx, caller, account, f"{what} {tune.quoted}: удаление", "ringback.give_back",
        melody=melody, owned=None if mine is None else structs.asdict(mine),
        rules=[structs.asdict(rule) for rule in gone],
    )  # fmt: skip


def take_away(tx: Transaction, account: Row, tune: Tune) -> tuple[Owned | None, list[Rule]]:
    """Do without a melody, for whoever may; answers what there was of it.

    Raises:
        NotFound: The account does not have it.
    """
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    mine = collection.owned(tx, book.id).get(tune.id)
    if mine is None and tune.source != "own":
        raise NotFound
    gone = [] if mine is None else collection.drop(book, mine)
    if mine is None:
        tx.ringback.drop_upload(account_id=book.id, id=tune.id, dropped_at=tx.now_ms)
        later = to_ms(tx.now + undo.HOLDS)
        book.owe(Due(f"upload:{tune.id}", later, "ringback.forget", {"id": tune.id}))
    book.write()
    tx.emit(book.id, "account")
    return mine, gone


def forget(book: Book, due: Due) -> None:
    """Delete a melody of one's own for good; called when its deletion can be undone no more."""
    book.tx.ringback.forget_upload(account_id=book.id, id=due.body["id"])


def give_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Undo `remove`: the melody with its rules and its time."""
    del caller
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    melody = body["melody"]
    if melody in collection.owned(tx, account_id):
        raise UndoRefused(reason="Эта мелодия уже снова у вас.")
    if body["owned"] is None:
        tx.ringback.drop_upload(account_id=account_id, id=melody, dropped_at=None)
        book.drop_due(f"upload:{melody}")
    else:
        if tunes.find(tx, account_id, melody) is None:
            raise UndoRefused(reason="Файл этой мелодии тоже удалён. Сначала верните его.")
        mine = Owned(**body["owned"])
        if not collection.is_on(tx, account_id):
            mine.next_at = None
        collection.put_back(book, mine)
        for rule in body["rules"]:
            collection.put_rule(tx, account_id, _rule(rule))
    book.write()


def add_rule(tx: Transaction, caller: Caller, account: str, rule: RuleOrder) -> RingbackRule:
    """See `contract.ringback.Ringback.add_rule`."""
    own_account(tx, caller, account)
    tx.ledger.hold(id=account)
    tune = _tune(tx, account, rule.melody)
    if rule.melody not in collection.owned(tx, account):
        raise RingbackRefused(reason=f"Сначала купите мелодию {tune.quoted}.")
    known = collection.rules_of(tx, account)
    if len(known) >= MOST_RULES:
        raise RingbackRefused(reason=f"Правил уже {MOST_RULES}, больше нельзя. Удалите лишнее.")
    made = ringback_rules.ordered(tx.new_id(), rule)
    if any(structs.replace(one, id=made.id) == made for one in known):
        raise RingbackRefused(reason="Такое правило уже есть.")
    collection.put_rule(tx, account, made)
    tx.emit(account, "account")
    return ringback_rules.view(made, tune.title)


def remove_rule(tx: Transaction, caller: Caller, account: str, rule: str) -> None:
    """See `contract.ringback.Ringback.remove_rule`."""
    own_account(tx, caller, account)
    tx.ledger.hold(id=account)
    known = next((one for one in collection.rules_of(tx, account) if one.id == rule), None)
    if known is None:
        raise NotFound
    tx.ringback.drop_rule(account_id=account, id=rule)
    title = f"Правило «{known.told}» удалено"
    undo.offer(tx, caller, account, title, "ringback.rule_back", rule=structs.asdict(known))
    tx.emit(account, "account")


def rule_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Undo `remove_rule`."""
    del caller
    rule = _rule(body["rule"])
    if rule.melody not in collection.owned(tx, account_id):
        raise UndoRefused(reason="Мелодии этого правила у вас больше нет.")
    if len(collection.rules_of(tx, account_id)) >= MOST_RULES:
        raise UndoRefused(reason=f"Правил уже {MOST_RULES}, больше нельзя.")
    collection.put_rule(tx, account_id, rule)


def heard(tx: Transaction, caller: Caller, account: str, phone: str, at: datetime) -> Heard:
    """See `contract.ringback.Ringback.heard`."""
    row = own_account(tx, caller, account)
    if not collection.is_on(tx, account):
        return Heard(melodies=[], rules=[], explanation=f"GOOD'OK выключен. {SILENT}")
    known = collection.owned(tx, account)
    deciding, mute = _deciding(tx, row, phone, at)
    found = {rule.melody: _tune(tx, account, rule.melody) for rule in [*deciding, *mute]}
    told = [f"Мелодия {found[rule.melody].quoted} не оплачена и молчит." for rule in mute]
    if deciding:
        told.append(_why(deciding))
    else:
        told.append(f"Ни одно правило не подходит. {SILENT}" if not mute else SILENT)
    melodies_heard = dict.fromkeys(rule.melody for rule in deciding)
    return Heard(
        melodies=[ringback_gifts.melody_of(found[one], known[one]) for one in melodies_heard],
        rules=[rule.id for rule in deciding],
        explanation=" ".join(dict.fromkeys(told)),
    )


def copies(tx: Transaction, caller: Caller, account: str, phone: str) -> Page[Melody]:
    """See `contract.ringback.Ringback.copies`."""
    row = own_account(tx, caller, account)
    called = tx.accounts.by_phone(phone=phone)
    if called is None or called["state"] == "blocked" or not collection.is_on(tx, called["id"]):
        return Page(items=[])
    deciding, _mute = _deciding(tx, called, row["phone"], tx.now)
    known = collection.owned(tx, account)
    heard_now = dict.fromkeys(rule.melody for rule in deciding)
    found = [tunes.find(tx, account, one) for one in heard_now]
    return Page(
        items=[
            ringback_gifts.melody_of(tune, known.get(tune.id)) for tune in found if tune is not None
        ]
    )


def give(tx: Transaction, caller: Caller, account: str, gift: Gift) -> GivenGift:
    """See `contract.ringback.Ringback.give`."""
    row = own_account(tx, caller, account)
    refuse_others(row)
    return ringback_gifts.give(tx, row, gift)


def accept(tx: Transaction, caller: Caller, account: str, gift: str) -> Melody:
    """See `contract.ringback.Ringback.accept`."""
    row = own_account(tx, caller, account)
    return ringback_gifts.accept(tx, row, gift)


def decline(tx: Transaction, caller: Caller, account: str, gift: str) -> None:
    """See `contract.ringback.Ringback.decline`."""
    row = own_account(tx, caller, account)
    ringback_gifts.decline(tx, row, gift)


def refusal_of(account: Row) -> str:
    """Why an account cannot have the service: a sentence; empty where it can."""
    if account["currency"] != "RUB" or account["kind"] != "mobile":
        return "GOOD'OK есть только для мобильных номеров России."
    return ""


def refuse_others(account: Row) -> None:
    """Refuse accounts that cannot have the service.

    Raises:
        RingbackRefused: With the reason.
    """
    if reason := refusal_of(account):
        raise RingbackRefused(reason=reason)
    if account["state"] == "blocked":
        raise RingbackRefused(reason="Номер заблокирован. Снимите блокировку и повторите.")


def _book(tx: Transaction, account: Row) -> Book:
    """The account's book, after everything that has fallen due."""
    refuse_others(account)
    book = Book(tx, account["id"])
    book.pass_time(tx.now_ms)
    return book


def _write(book: Book, title: str, text: str) -> None:
    book.notice(title, text, kind="account", sms=True, place="services")
    book.write()
    book.tx.emit(book.id, "account")


def _state(tx: Transaction, account: Row) -> RingbackState:
    known = collection.owned(tx, account["id"])
    found = {one.id: one for one in tunes.everything(tx, account["id"])}
    mine = [one for one in found.values() if one.id in known or one.source == "own"]
    charged = [one for one in known.values() if one.next_at is not None]
    return RingbackState(
        on=collection.is_on(tx, account["id"]),
        refusal=refusal_of(account),
        monthly=ringback_gifts.rub(sum(found[one.id].price for one in charged)),
        melodies=[ringback_gifts.melody_of(one, known.get(one.id)) for one in mine],
        rules=[
            ringback_rules.view(rule, found[rule.melody].title)
            for rule in collection.rules_of(tx, account["id"])
        ],
        gifts=ringback_gifts.waiting_for(tx, account["phone"]),
    )


def _deciding(
    tx: Transaction, account: Row, phone: str, at: datetime
) -> tuple[list[Rule], list[Rule]]:
    """The rules that decide what a caller hears, and those that would but for a silent melody."""
    known = collection.owned(tx, account["id"])
    rules = collection.rules_of(tx, account["id"])
    loud = [rule for rule in rules if known[rule.melody].sounds(to_ms(at), tx.now_ms)]
    local = at.astimezone(ZoneInfo(account["zone"]))
    would = ringback_rules.deciding(rules, phone, local)
    mute = [rule for rule in would if rule not in loud]
    return ringback_rules.deciding(loud, phone, local), mute


def _tune(tx: Transaction, account_id: str, melody: str) -> Tune:
    tune = tunes.find(tx, account_id, melody)
    if tune is None:
        raise NotFound
    return tune


def _rule(body: dict[str, Any]) -> Rule:
    """A rule from what `structs.asdict` and JSON made of it."""
    lists = {name: tuple(body[name]) for name in ("callers", "weekdays")}
    return Rule(**{**body, **lists})


def _why(deciding: list[Rule]) -> str:
    rule = deciding[0]
    first = f"Решает правило «{rule.told}»."
    if len(deciding) > 1:
        others = len(deciding) - 1
        words = formatting.count(others, "такое же правило", "таких же правила", "таких же правил")
        first = f"Решает правило «{rule.told}» и ещё {words}: мелодия выбирается случайно."
    if rule.applies == "time":
        return f"{first} Правила по времени важнее правил для номеров, групп и для всех."
    if rule.applies == "everyone":
        return first
    return f"{first} Оно важнее правил для всех, но уступает правилам по времени."
