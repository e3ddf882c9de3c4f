"""One option of an account: switched on and off, charged when its time comes.

An option that cannot be paid waits, with its packages, and is tried again each night and with each
payment; a blocked number pays nothing. What is paid for stays usable to its end after the option is
switched off, unless another one of its group took its place.
"""

from mts_tui import formatting
from mts_tui.backend.operator.catalogue import Option, Package
from mts_tui.backend.operator.rating import Charge, Usage
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import from_ms

from .billing import Book, Due
from .held import Held

DAY = 86_400_000
"""Milliseconds."""
REMINDED_BEFORE = 3 * DAY
"""How long before a trial ends its owner is told."""


def price_now(book: Book, option: Option, at: int) -> int:
    """What switching an option on takes at once, minor units."""
    if _is_paid(book, option, at):
        return 0
    return option.connect + (0 if _tries(book, option) else _first_fee(option))


def _is_paid(book: Book, option: Option, at: int) -> bool:
    """Whether it was switched off, and its time is not over: it goes on for nothing."""
    held = book.options.get(option.id)
    return held is not None and not held.on and held.paid_until > at and not option.once


def _tries(book: Book, option: Option) -> bool:
    """Whether switching it on begins its trial: there is only one."""
    held = book.options.get(option.id)
    return option.trial_days > 0 and (held is None or not held.trial_until)


def _first_fee(option: Option) -> int:
    return option.once or (0 if option.on_use else option.monthly or option.daily)


def switch_on(book: Book, option: Option, at: int) -> None:
    """Switch an option on, or order it again, and take what it costs at once.

    The caller has seen to it that it is possible, and that there is the money.
    """
    held = book.options.get(option.id)
    if held is not None and _is_paid(book, option, at):
        held.since, held.off_at = at, None
        _remind(book, held, at)
        _plan(book, option, held, at)
        return
    tries = _tries(book, option)
    known = 0 if held is None else held.trial_until
    lasting = held.paid_until if held is not None and held.on else at
    paying_from = at + option.trial_days * DAY if tries else at
    held = book.options[option.id] = Held(
        id=option.id,
        since=held.since if held is not None and held.on else at,
        off_at=None,
        trial_until=paying_from if tries else known,
        paid_until=0,
        day=1 if option.first_of_month else from_ms(paying_from).astimezone(book.zone).day,
        suspended=False,
    )
    if option.connect:
        _charge(book, f"Подключение: {option.title}", option.connect, "connect", at)
    if tries:
        held.paid_until = held.trial_until
        _remind(book, held, at)
    elif option.once:
        _charge(book, option.title, option.once, "once", at)
        # What is ordered again while it lasts is added, and the longer time holds for all of it.
        held.paid_until = max(lasting, at + option.days * DAY) if option.days else 0
    elif not option.on_use:
        _take_fee(book, option, held, at)
    _plan(book, option, held, at, added=True)


def give(book: Book, option: Option, at: int) -> None:
    """Let an option begin, or last longer, that its owner pays no money for.

    Args:
        book: The account.
        option: One that lasts some days.
        at: When, ms.
    """
    held = book.options.get(option.id)
    going_on = held is not None and held.on
    lasting = held.paid_until if held is not None and going_on else at
    held = book.options[option.id] = Held(
        id=option.id,
        since=held.since if held is not None and going_on else at,
        off_at=None,
        trial_until=0,
        paid_until=max(lasting, at + option.days * DAY),
        day=1,
        suspended=False,
    )
    _plan(book, option, held, at, added=True)
    book.services_changed()


def _remind(book: Book, held: Held, at: int) -> None:
    """Let the end of a trial be told of in time."""
    told_at = held.trial_until - REMINDED_BEFORE
    if held.paid_until == held.trial_until and told_at > at:
        due = Due(_reminder_id(held.id), told_at, "option_life.remind_trial", {"option": held.id})
        book.owe(due)


def drop(book: Book, option: Option, at: int) -> None:
    """Switch an option off at once: what is left of its packages is lost."""
    held = book.options[option.id]
    held.off_at, held.paid_until, held.suspended = at, min(held.paid_until, at), False
    for package in option.packages:
        book.packages.close(package.id, at)
    _forget_dues(book, option)


def switch_off(book: Book, option: Option, at: int) -> None:
    """Switch an option off; what is paid for can be used up to its end."""
    held = book.options[option.id]
    held.off_at, held.suspended = at, False
    book.drop_due(_reminder_id(option.id))
    if not any(package.id in book.packages for package in option.packages):
        book.drop_due(due_id(option.id))


def _take_fee(book: Book, option: Option, held: Held, at: int) -> None:
    """Take a month's or a day's fee; the caller has seen to it that there is the money."""
    fee = option.monthly or option.daily
    if not fee:
        return
    title = "Ежемесячная плата" if option.monthly else "Плата за день"
    how = "month" if option.monthly else "day"
    _charge(book, f"{title}: {option.title}", fee, how, at)
    held.paid_until = book.month_after(at, held.day) if option.monthly else book.night_after(at)


def _charge(book: Book, title: str, amount: int, how: str, at: int) -> None:
    book.move(
        Entry(
            at=at,
            kind="option",
            title=title,
            amount=-amount,
            contra="revenue:options",
            rule=f"option.{how}",
            rate=amount,
            rated_units=1,
        )
    )


def _plan(book: Book, option: Option, held: Held, at: int, *, added: bool = False) -> None:
    """Open the packages that are paid for, and let the option fall due at the next end of any.

    Args:
        book: The account.
        option: The option.
        held: The account's.
        at: When, ms.
        added: Whether it was paid for anew: packages that are open grow.
    """
    ends = [held.paid_until] if held.paid_until else []
    for package in option.packages if held.paid_until > at else ():
        daily = package.period == "day"
        until = min(held.paid_until, book.night_after(at)) if daily else held.paid_until
        _fill(book, package, at, until, added=added)
        ends.append(until)
    if ends:
        book.owe(Due(due_id(option.id), min(ends), "option_life.fall_due", {"option": option.id}))


def _fill(book: Book, package: Package, at: int, until: int, *, added: bool) -> None:
    known = book.packages.get(package.id)
    if known is None:
        book.open_package(package, at, until)
    elif added:
        known.granted += package.amount
        known.ends_at = max(known.ends_at, until)
        book.packages.open(known)


# ------------------------------------------------------------------ what falls due


def fall_due(book: Book, due: Due) -> None:
    """An option's time, or that of a package of it, is over; called when it falls due."""
    option = book.option(due.body["option"])
    held = book.options[option.id]
    book.packages.end(due.at)
    if held.on:
        if option.once and held.paid_until <= due.at:
            _run_out(book, option, held, due.at)
        elif held.paid_until > due.at:
            _plan(book, option, held, due.at)
        elif not option.on_use:
            _pay(book, option, held, due.at)
    elif held.paid_until > due.at:  # A package for the day is over, what is paid for is not.
        book.owe(Due(due.id, held.paid_until, due.call, due.body))
    book.services_changed()


def pay_waiting(book: Book, at: int) -> None:
    """Money has come: pay for options that wait for it."""
    for held in sorted(book.options.values(), key=lambda one: (one.since, one.id)):
        if held.on and held.suspended:
            _pay(book, book.option(held.id), held, at)
    book.services_changed()


def remind_trial(book: Book, due: Due) -> None:
    """Three days before a trial ends: tell what it will cost and how to refuse."""
    option = book.option(due.body["option"])
    held = book.options[option.id]
    ends = formatting.moment(
        from_ms(held.trial_until).astimezone(book.zone), from_ms(due.at).astimezone(book.zone)
    )
    fee = formatting.money(option.monthly or option.daily, book.currency)
    per = "в месяц" if option.monthly else "в день"
    book.notice(
        "Пробный период заканчивается",
        f"Услуга «{option.title}» бесплатна до {ends}, потом {fee} {per}. Не нужна? Отключите её "
        "до этого времени: «Тарифы и услуги», «Услуги».",
        kind="services",
        sms=True,
    )


def begin_day(book: Book, usage: Usage, at: int, charge: Charge) -> Charge:
    """Let a usage begin the paid day of an option that makes it cheaper.

    Args:
        book: The account.
        usage: What happens.
        at: When, ms.
        charge: What it costs as things are.

    Returns:
        What it costs then.
    """
    for held in book.options.values():
        option = book.option(held.id)
        idle = held.on and option.on_use and held.paid_until <= at
        if not idle or not charge.amount_minor:
            continue
        full = {package.id: package.amount for package in option.packages}
        cheaper = book.plans.having(option).rate(usage, {**book.packages.left, **full}).amount_minor
        if cheaper < charge.amount_minor and book.affords(option.daily + cheaper, at):
            _charge(book, f"Плата за день: {option.title}", option.daily, "use", at)
            held.paid_until = book.night_after(at)
            _plan(book, option, held, at)
            book.services_changed()
            charge = book.plans.now().rate(usage, book.packages.left)
    return charge


def _pay(book: Book, option: Option, held: Held, at: int) -> None:
    """Take the fee of the next month or day, or wait for the money. A blocked number pays nothing.

    Nothing is told anew each night.
    """
    fee = option.monthly or option.daily
    if book.state == "blocked" or book.balance - fee < book.floor:
        if not held.suspended and book.state != "blocked":
            book.notice(
                f"Услуга «{option.title}» приостановлена",
                f"На плату за услугу «{option.title}» не хватило денег. Пополните счёт: плата "
                f"{formatting.money(fee, book.currency)} спишется сразу, и она снова заработает.",
                kind="services",
                sms=True,
            )
        held.suspended = True
        night = book.night_after(at)
        book.owe(Due(due_id(option.id), night, "option_life.fall_due", {"option": option.id}))
        return
    if held.suspended and not option.first_of_month:  # The month begins on the day it was paid.
        held.day = from_ms(at).astimezone(book.zone).day
    held.suspended = False
    _take_fee(book, option, held, at)
    _plan(book, option, held, at)


def _run_out(book: Book, option: Option, held: Held, at: int) -> None:
    held.off_at = at
    book.notice(
        f"Услуга «{option.title}» закончилась",
        f"Срок услуги «{option.title}» истёк. Если она ещё нужна, подключите её снова.",
        kind="services",
    )


def _forget_dues(book: Book, option: Option) -> None:
    book.drop_due(due_id(option.id))
    book.drop_due(_reminder_id(option.id))


def due_id(option: str) -> str:
    """Under which an option falls due."""
    return f"option:{option}"


def _reminder_id(option: str) -> str:
    return f"option-trial:{option}"
