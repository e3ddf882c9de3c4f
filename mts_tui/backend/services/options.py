"""«Услуги»: options are switched on and off in baskets, and charged when their time comes.

Of one group only one is on: another takes its place, and what is left of its packages is lost.
Who switches an option off keeps what is paid for to the end of its time (facts 2.2).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from mts_tui import formatting
from mts_tui.backend.contract.errors import BudgetReached, NotFound, OptionRefused
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.options import Basket, BasketResult, OptionPeriod, OptionState
from mts_tui.backend.contract.options import Option as Offered
from mts_tui.backend.contract.tariffs import TariffPackage
from mts_tui.backend.operator.catalogue import CATEGORY_TITLES, Option, Package
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import back, undo
from .billing import Book, tariff_of
from .caller import Caller, own_account
from .held import Held, held_of, options_of
from .option_life import drop, due_id, price_now, switch_off, switch_on
from .standing import BLOCKED

DAYS_IN_A_MONTH = 30
"""In what options cost in a month, so that daily and monthly ones can be compared."""


# ------------------------------------------------------------------ what is asked


def offered(tx: Transaction, caller: Caller, account: str) -> Page[Offered]:
    """See `contract.options.Options.offered`."""
    row = own_account(tx, caller, account)
    tariff = tariff_of(tx, row["tariff_id"])
    held = {one["id"]: held_of(one) for one in tx.services.options(account_id=account)}
    on = {one.id for one in held.values() if one.on}
    dues = {one["id"]: one["at"] for one in tx.ledger.dues(account_id=account)}
    known = options_of(tx, row["country"])
    groups = {option.id: option.group for option in known if option.id in on and option.group}
    return Page(
        items=[
            _offered(
                option, row, held.get(option.id), groups, dues.get(due_id(option.id)), tx.now_ms
            )
            for option in known
            if option.id in on or (option.is_sold and option.fits(tariff))
        ]
    )


def change(tx: Transaction, caller: Caller, account: str, basket: Basket) -> BasketResult:
    """See `contract.options.Options.change`."""
    own_account(tx, caller, account)
    book = Book(tx, account)
    book.pass_time(tx.now_ms)
    before = book.standing()
    result = switch(book, basket.on, basket.off)
    book.write()
    titles = [*result.on, *result.off]
    done = "Услуги изменены"
    if len(titles) == 1:
        done = f"Услуга «{titles[0]}» {'подключена' if result.on else 'отключена'}"
    noted = back.note(tx, account, before, result.charged.amount_minor)
    undo.offer(tx, caller, account, done, "options.put_back", **noted)
    return result


def put_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take a basket back. Raises `UndoRefused` where something was built on it."""
    del caller
    book = Book(tx, account_id)
    book.pass_time(tx.now_ms)
    back.bring_back(book, body, "option", "Возврат: изменение услуг отменено", "option.undo")
    book.notice("Изменение услуг отменено", "Услуги возвращены, как были.", kind="services")
    book.write()


# ------------------------------------------------------------------ a basket


def switch(book: Book, on: Sequence[str], off: Sequence[str], *, told: bool = True) -> BasketResult:
    """Switch options on and off, all or none; the caller writes the book.

    Args:
        book: The account, brought up to now.
        on: Ids of those to switch on.
        off: Ids of those to switch off.
        told: Whether the owner is told.

    Raises:
        NotFound: There is no such option in the account's country.
        OptionRefused: With a sentence; nothing was changed.
        BudgetReached: The owner asked for a stop.
    """
    if book.state == "blocked":
        raise OptionRefused(reason=BLOCKED)
    wanted, unwanted = ([_known(book, one) for one in ids] for ids in (on, off))
    _check_basket(book, wanted, unwanted)
    held = {one.id: _known(book, one.id) for one in book.options.values() if one.on}
    replaced = _replaced(held, wanted, unwanted)
    gone = {option.id for option in [*unwanted, *replaced]}
    final = {one: option for one, option in held.items() if one not in gone}
    final |= {option.id: option for option in wanted}
    fallen = _fallen(book, final, wanted, gone)
    at = book.after_usage()
    book.pass_time(at)
    cost = sum(price_now(book, option, at) for option in wanted)
    _check_money(book, cost, at)
    for option in [*unwanted, *fallen]:
        switch_off(book, option, at)
    for option in replaced:
        drop(book, option, at)
    for option in wanted:
        switch_on(book, option, at)
    book.services_changed()
    result = BasketResult(
        on=[option.title for option in wanted],
        off=[option.title for option in [*unwanted, *replaced, *fallen]],
        charged=_money(book, cost),
        monthly_before=_money(book, sum(map(monthly, held.values()))),
        monthly_after=_money(book, sum(map(monthly, final.values()))),
    )
    if told:
        _tell(book, result)
    return result


def monthly(option: Option) -> int:
    """What an option costs in 30 days, minor units, whatever is used."""
    return option.monthly + (0 if option.on_use else option.daily * DAYS_IN_A_MONTH)


def without_requirements(held: Iterable[Option]) -> list[Option]:
    """Options of a set that need another one, which is not in it; and what needs those."""
    left = {option.id: option for option in held}
    fallen: list[Option] = []
    while True:
        lonely = [
            one for one in left.values() if one.requires and not left.keys() & {*one.requires}
        ]
        if not lonely:
            return fallen
        fallen += lonely
        for option in lonely:
            del left[option.id]


def _check_basket(book: Book, wanted: list[Option], unwanted: list[Option]) -> None:
    ids = [option.id for option in [*wanted, *unwanted]]
    if not ids:
        raise OptionRefused(reason="Не выбрано ни одной услуги. Отметьте, что подключить.")
    twice = next((one for one in [*wanted, *unwanted] if ids.count(one.id) > 1), None)
    if twice is not None:
        raise OptionRefused(reason=f"Услуга «{twice.title}» выбрана дважды. Оставьте одно.")
    for option in wanted:
        held = book.options.get(option.id)
        reason = _why_not(option, book, on=held is not None and held.on)
        if reason:
            raise OptionRefused(reason=reason)
    for option in unwanted:
        held = book.options.get(option.id)
        if held is None or not held.on:
            raise OptionRefused(reason=f"Услуга «{option.title}» не подключена.")
        if not option.removable:
            raise OptionRefused(
                reason=f"Услугу «{option.title}» отключают только в офисе, с паспортом."
            )
    grouped: dict[str, Option] = {}
    for option in wanted:
        if option.group and option.group in grouped:
            raise OptionRefused(
                reason=f"«{grouped[option.group].title}» и «{option.title}» вместе не действуют. "
                "Выберите одну из этих услуг."
            )
        grouped[option.group] = option


def _why_not(option: Option, book: Book, *, on: bool) -> str:
    if not option.is_sold:
        return f"Услугу «{option.title}» за деньги не подключают: её дают «МТС Бонус» и акции."
    if not option.fits(book.tariff):
        return f"На тарифе {book.tariff.title} услугу «{option.title}» подключить нельзя."
    if on:
        again = option.repeatable
        return "" if again else f"Услуга «{option.title}» уже подключена."
    if option.archived:
        return f"Услуга «{option.title}» в архиве: подключить её больше нельзя."
    return ""


def _replaced(
    held: dict[str, Option], wanted: list[Option], unwanted: list[Option]
) -> list[Option]:
    """Options that give way to others of their groups."""
    groups = {option.group for option in wanted if option.group}
    named = {option.id for option in [*wanted, *unwanted]}
    return [one for one in held.values() if one.group in groups and one.id not in named]


def _fallen(
    book: Book, final: dict[str, Option], wanted: list[Option], gone: set[str]
) -> list[Option]:
    """Options that lose what they need; they leave the final set.

    Raises:
        OptionRefused: One that is wanted lacks what it needs.
    """
    fallen = without_requirements(final.values())
    for option in fallen:
        del final[option.id]
        if option in wanted:
            leaving = [book.option(one).title for one in option.requires if one in gone]
            if leaving:
                raise OptionRefused(
                    reason=f"Услуге «{option.title}» нужна «{leaving[0]}», а её вы отключаете. "
                    "Оставьте обе или уберите обе."
                )
            needed = " или ".join(f"«{book.option(one).title}»" for one in option.requires)
            raise OptionRefused(
                reason=f"Для услуги «{option.title}» сначала подключите {needed}: их можно "
                "выбрать вместе."
            )
    return fallen


def _check_money(book: Book, cost: int, at: int) -> None:
    missing = cost - (book.balance - book.floor)
    if cost and missing > 0:
        raise OptionRefused(
            reason=f"Сейчас спишется {formatting.money(cost, book.currency)}, не хватает "
            f"{formatting.money(missing, book.currency)}. Пополните счёт и повторите."
        )
    if cost and not book.affords(cost, at):
        raise BudgetReached


def _tell(book: Book, result: BasketResult) -> None:
    told = [
        f"{done}: {', '.join(titles)}."
        for done, titles in (("Подключено", result.on), ("Отключено", result.off))
        if titles
    ]
    if result.charged:
        taken = formatting.money(result.charged.amount_minor, result.charged.currency)
        told.append(f"Списано {taken}.")
    book.notice("Услуги изменены", " ".join(told), kind="services", sms=True)


# ------------------------------------------------------------------ forms of the contract


def package_of(package: Package) -> TariffPackage:
    """The contract's form of what is included."""
    return TariffPackage(
        kind=package.kind,
        amount=package.amount,
        unlimited=package.unlimited,
        period=package.period,
    )


def _offered(
    option: Option,
    account: Row,
    held: Held | None,
    groups: dict[str, str],
    due: int | None,
    now: int,
) -> Offered:
    on = held is not None and held.on
    refusal = ""
    if not on and option.archived:
        refusal = "Услуга в архиве: подключить её больше нельзя."
    elif not on and account["state"] == "blocked":
        refusal = BLOCKED
    state: OptionState = "on" if on else "unavailable" if refusal else "off"
    running = held if on else None
    price, period = _price(option)
    charged = running is not None and period in ("day", "month")
    currency = account["currency"]
    return Offered(
        id=option.id,
        title=option.title,
        description=option.description,
        category=CATEGORY_TITLES[option.category],
        state=state,
        suspended=running is not None and running.suspended,
        price=Money(amount_minor=price, currency=currency),
        period=period,
        connect=Money(amount_minor=option.connect, currency=currency),
        days=option.days,
        trial_days=0 if held is not None and held.trial_until else option.trial_days,
        packages=[package_of(one) for one in option.packages],
        repeatable=option.repeatable,
        since=from_ms(running.since) if running is not None else None,
        next_at=from_ms(_next_at(running, due)) if charged and running is not None else None,
        trial_until=from_ms(running.trial_until)
        if running is not None and running.trial_until and running.paid_until == running.trial_until
        else None,
        ends_at=from_ms(held.paid_until)
        if held is not None and held.on == (period == "once") and held.paid_until > now
        else None,
        removable=option.removable,
        refusal=refusal,
        group=option.group,
        conflicts=[
            one for one, group in groups.items() if group == option.group and one != option.id
        ],
        requires=list(option.requires),
        code=option.ussd,
        code_off=option.ussd_off,
    )


def _next_at(held: Held, due: int | None) -> int:
    """When it is charged next: when its time ends, or on the night on which it is tried again."""
    return due if held.suspended and due is not None else held.paid_until


def _price(option: Option) -> tuple[int, OptionPeriod]:
    if option.once:
        return option.once, "once"
    if option.on_use:
        return option.daily, "use"
    if option.monthly:
        return option.monthly, "month"
    return (option.daily, "day") if option.daily else (0, "free")


def _known(book: Book, option_id: str) -> Option:
    option = book.option(option_id)
    if option.country != book.tariff.country:
        raise NotFound
    return option


def _money(book: Book, amount: int) -> Money:
    return Money(amount_minor=amount, currency=book.currency)
