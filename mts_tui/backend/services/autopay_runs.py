"""What rules of autopay do when their moment comes: pay, fail and try again, or pass over.

A schedule is a `Due` of the account's book at 10:00 of its zone. A threshold stands in the book as
`autopay_below`; a threshold that must wait (for another try, or for its limits to begin anew) is
out of it and has a `Due` too. Whoever lives the account runs what is due, in the transaction that
writes the top-up: once, however many live it.

A failed run is tried again after 1, 6 and 24 hours; then the rule is paused. All rules of an
account together take money three times a day at most (facts 1.5).
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from mts_tui import formatting
from mts_tui.backend.operator import bank
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import Row, Transaction, from_ms, to_ms

from .billing import Book, Due
from .payments import card_of
from .periods import day_start_ms, month_start_ms

RUN_AT = time(10)
"""When a schedule runs, by the account's zone."""
TRIED_AGAIN = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""After the first, the second and the third failure."""
RUNS_A_DAY = 3
_WEEKDAYS = (
    "По понедельникам",
    "По вторникам",
    "По средам",
    "По четвергам",
    "По пятницам",
    "По субботам",
    "По воскресеньям",
)


class Rule(msgspec.Struct, kw_only=True):
    """A row of `autopay_rules`; moments in ms, money in minor units.

    Attributes:
        next_at: When a schedule runs or is tried again; None for a threshold and while paused.
        failures: How often it failed in a row.
    """

    account_id: str
    id: str
    kind: Literal["threshold", "week", "month"]
    state: Literal["active", "paused"]
    amount: int
    card_id: str
    threshold: int | None
    weekday: int | None
    day: int | None
    day_limit: int | None
    month_limit: int | None
    created_at: int
    next_at: int | None = None
    failures: int = 0


def rules_of(tx: Transaction, account_id: str) -> list[Rule]:
    """The account's rules, the oldest first."""
    return [Rule(**dict(row)) for row in tx.payments.autopay_rules(account_id=account_id)]


def rule_of(tx: Transaction, account_id: str, rule_id: str) -> Rule | None:
    """One rule, or None where there is none."""
    row = tx.payments.autopay_rule(account_id=account_id, id=rule_id)
    return None if row is None else Rule(**dict(row))


def title_of(rule: Rule, currency: str) -> str:
    """A rule in words."""
    if rule.threshold is not None:
        return f"Когда на счёте меньше {formatting.money(rule.threshold, currency)}"
    if rule.weekday is not None:
        return _WEEKDAYS[rule.weekday - 1]
    return f"Каждый месяц {rule.day}-го числа"


def label_of(card: Row) -> str:
    """What people see of a card."""
    return card_of(card).label


def next_time(rule: Rule, after: int, zone: ZoneInfo) -> int | None:
    """When a schedule runs next.

    Args:
        rule: The rule.
        after: Later than this, ms.
        zone: The account's.

    Returns:
        The moment in ms; None for a threshold.
    """
    day = from_ms(after).astimezone(zone).date()
    if rule.weekday is not None:
        first = day + timedelta(days=(rule.weekday - day.isoweekday()) % 7)
        days = [first, first + timedelta(days=7)]
    elif rule.day is not None:
        next_month = day.replace(day=1) + timedelta(days=31)
        days = [_day_of_month(day, rule.day), _day_of_month(next_month, rule.day)]
    else:
        return None
    moments = (to_ms(datetime.combine(one, RUN_AT, tzinfo=zone)) for one in days)
    return next(moment for moment in moments if moment > after)


def come_into_force(book: Book, rule: Rule) -> None:
    """Plan a rule that is new, changed or resumed; what was due before is not made up for.

    A threshold that the balance is below already runs at once.
    """
    rule.failures = 0
    _plan(book, rule, next_time(rule, book.lived_until, book.zone))
    if rule.threshold is not None and book.balance < rule.threshold:
        run_low(book, book.lived_until)


def rest(book: Book, rule: Rule) -> None:
    """Keep a paused rule; nothing of it falls due."""
    rule.failures = 0
    _plan(book, rule, None)


def drop(book: Book, rule: Rule) -> None:
    """Remove a rule; what it did stays in the history."""
    book.tx.payments.drop_autopay_rule(account_id=book.id, id=rule.id)
    book.drop_due(_due_id(rule))
    _arm(book)


def run_due(book: Book, due: Due) -> None:
    """A schedule's time, another try, or the end of a threshold's wait."""
    rule = rule_of(book.tx, book.id, due.body["rule"])
    assert rule is not None  # Its due goes with it.
    if rule.threshold is None:
        _run(book, rule, due.at)
        return
    if book.balance >= rule.threshold:  # Somebody topped up meanwhile.
        rule.failures = 0
    _plan(book, rule, None)
    run_low(book, due.at)


def run_low(book: Book, at: int) -> None:
    """The balance is below a threshold: the highest first, each at most once."""
    ran: set[str] = set()
    while True:
        ready = [
            rule
            for rule in rules_of(book.tx, book.id)
            if _stands(book, rule) and rule.id not in ran and book.balance < (rule.threshold or 0)
        ]
        if not ready:
            return
        rule = max(ready, key=lambda one: one.threshold or 0)
        ran.add(rule.id)
        _run(book, rule, at)


def _run(book: Book, rule: Rule, at: int) -> None:
    """Run a rule once. What comes next is planned before the money moves.

    A top-up may bring on a fee that waited for it, and that a run of the next rule.
    """
    card = book.tx.payments.kept_card(account_id=book.id, id=rule.card_id)
    limit = _limit(book, rule, at)
    if limit is not None:
        _skip(book, rule, at, card, *limit)
        return
    reason = _declined(book, card, at)
    if reason is not None:
        _fail(book, rule, at, card, reason)
        return
    rule.failures = 0
    _note(book, rule, at, card, state="done")
    _plan(book, rule, next_time(rule, at, book.zone))
    amount = formatting.money(rule.amount, book.currency)
    text = f"Автоплатёж: счёт пополнен на {amount} с карты {label_of(card)}."
    book.notice("Автоплатёж выполнен", text, kind="autopay", sms=True)
    book.move(
        Entry(
            at=at,
            kind="top_up",
            title=f"Автоплатёж: {label_of(card)}",
            amount=rule.amount,
            contra="bank:autopay",
            direction="in",
            rule="autopay",
        )
    )


def _skip(book: Book, rule: Rule, at: int, card: Row, reason: str, until: int) -> None:
    """A limit forbids the run: a threshold waits for the limit's end, a schedule for its turn."""
    rule.failures = 0
    wake = until if rule.kind == "threshold" else next_time(rule, at, book.zone)
    _note(book, rule, at, card, state="skipped", reason=reason, next_try_at=wake)
    _plan(book, rule, wake)
    book.notice("Автоплатёж пропущен", reason, kind="autopay", sms=True)


def _fail(book: Book, rule: Rule, at: int, card: Row, reason: str) -> None:
    """The bank declined: try again later, or pause the rule where that was tried."""
    again = None
    if rule.failures < len(TRIED_AGAIN):
        again = to_ms(from_ms(at) + TRIED_AGAIN[rule.failures])
    else:
        rule.state = "paused"
    rule.failures += 1
    _note(book, rule, at, card, state="failed", reason=reason, next_try_at=again)
    _plan(book, rule, again)
    amount = formatting.money(rule.amount, book.currency)
    if again is not None:
        moment = formatting.moment(from_ms(again).astimezone(book.zone))
        title = "Автоплатёж не прошёл"
        text = f"Автоплатёж на {amount} не прошёл. {reason} Повторим {moment}."
    else:
        title = "Автоплатёж приостановлен"
        text = (
            f"Автоплатёж на {amount} не прошёл и после повторов, он приостановлен. {reason} "
            "Возобновить его можно в «Оплате»: «Автоплатёж»."
        )
    book.notice(title, text, kind="autopay", sms=True)


def _limit(book: Book, rule: Rule, at: int) -> tuple[str, int] | None:
    """Which limit forbids a run, in a sentence, and until when; None where none does."""
    today, month = day_start_ms(at, book.zone), month_start_ms(at, book.zone)
    count = book.tx.payments.autopay_count(account_id=book.id, since=today)
    if count >= RUNS_A_DAY:
        text = (
            f"Автоплатёж срабатывает не больше {RUNS_A_DAY} раз в день, сегодня это уже было. "
            "Пополнить счёт сейчас можно самому."
        )
        return text, day_start_ms(at, book.zone, 1)
    for limit, since, until, words in (
        (rule.day_limit, today, day_start_ms(at, book.zone, 1), "за день"),
        (rule.month_limit, month, month_start_ms(at, book.zone, 1), "за месяц"),
    ):
        if limit is None:
            continue
        spent = book.tx.payments.autopay_spent(account_id=book.id, rule_id=rule.id, since=since)
        if spent + rule.amount > limit:
            shown = formatting.money(limit, book.currency)
            text = (
                f"Автоплатёж на {formatting.money(rule.amount, book.currency)} пропущен: вышло бы "
                f"больше вашего предела {words}, {shown}. Пополнить счёт сейчас можно самому."
            )
            return text, until
    return None


def _declined(book: Book, card: Row, at: int) -> str | None:
    """Why the card does not pay; None where it does. A rehearsal asks no bank."""
    if bank.is_over(card["month"], card["year"], from_ms(at).astimezone(book.zone)):
        return f"Срок действия карты {label_of(card)} истёк. Выберите в правиле другую."
    return None if book.tx.rehearsal else bank.refusal(card["bank"], "unattended")


def _note(book: Book, rule: Rule, at: int, card: Row, *, state: str, **more: Any) -> None:
    """Write a run into the history of runs."""
    told = {"reason": "", "next_try_at": None, **more}
    book.tx.payments.add_autopay_run(
        account_id=book.id,
        rule_id=rule.id,
        at=at,
        state=state,
        title=title_of(rule, book.currency),
        means=label_of(card),
        amount=rule.amount,
        **told,
    )


def _plan(book: Book, rule: Rule, wake: int | None) -> None:
    """Keep a rule, with the moment when it wakes next; None where nothing of it falls due."""
    rule.next_at = None if rule.kind == "threshold" else wake
    book.tx.payments.put_autopay_rule(**structs.asdict(rule))
    if wake is None:
        book.drop_due(_due_id(rule))
    else:
        book.owe(Due(_due_id(rule), wake, "autopay_runs.run_due", {"rule": rule.id}))
    _arm(book)


def _arm(book: Book) -> None:
    """Let the book watch the highest threshold that stands."""
    standing = [one.threshold for one in rules_of(book.tx, book.id) if _stands(book, one)]
    book.autopay_below = max((one for one in standing if one is not None), default=None)


def _stands(book: Book, rule: Rule) -> bool:
    """Whether a threshold is watched: it is active and does not wait."""
    watched = rule.kind == "threshold" and rule.state == "active"
    return watched and _due_id(rule) not in book.dues


def _due_id(rule: Rule) -> str:
    return f"autopay:{rule.id}"


def _day_of_month(month: date, day: int) -> date:
    """The day of a month, or its last."""
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))
