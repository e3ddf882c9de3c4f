"""«Переадресация»: four rules of an account, and where a call goes.

A forwarded call costs what an outgoing call to its target costs, from the package first (facts
1.7). Calls must arrive somewhere: a chain of rules among the operator's own numbers that comes
back to its beginning is refused, whichever rules it is made of.
"""

import re
from datetime import timedelta
from random import Random
from typing import Any

import msgspec

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import ForwardingRefused, UndoRefused
from mts_tui.backend.contract.forwarding import (
    ForwardingKind,
    ForwardingOrder,
    ForwardingPrice,
    ForwardingRule,
    TargetKind,
)
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.operator.rating import Usage, rate, route_of
from mts_tui.backend.store.transaction import Row, Transaction

from . import undo
from .billing import Book, tariff_of
from .caller import Caller, own_account
from .notifications import notify
from .standing import refuse_blocked

TITLES: dict[ForwardingKind, str] = {
    "all": "Все звонки",
    "busy": "Когда занято",
    "no_answer": "Когда не отвечаю",
    "unreachable": "Когда недоступен",
}
CODES: dict[ForwardingKind, str] = {
    "all": "21",
    "busy": "67",
    "no_answer": "61",
    "unreachable": "62",
}
"""Supplementary services of GSM (facts 1.7)."""
TALK = timedelta(seconds=65)
"""Of a call that is tried out: a minute and five seconds are two minutes."""
FORWARDED = "Переадресованный звонок"
_FORWARDED: dict[str, str] = {
    "all": FORWARDED,
    "busy": f"{FORWARDED}: занято",
    "no_answer": f"{FORWARDED}: нет ответа",
    "unreachable": f"{FORWARDED}: нет связи",
}
FORWARDED_CODES = {
    _FORWARDED["all"]: "cfu",
    _FORWARDED["busy"]: "cf busy",
    _FORWARDED["no_answer"]: "cf nrepl",
    _FORWARDED["unreachable"]: "cf nreach",
}
"""By the titles of such calls: what a statement calls them (facts 1.8)."""
_MINUTE = 60
_PREMIUM = re.compile(r"\+(7(803|809)|1900|979|870|88[1-3]|449)")
"""Numbers whose owner gets a part of the price, and satellites."""
_TOLL_FREE = "+7800"
_BLOCKED = (
    "Номер заблокирован, и звонки на него не приходят. Разблокируйте его в «Блокировке» и "
    "повторите."
)


class Diversion(msgspec.Struct, frozen=True):
    """A rule for all calls: where to, and since when (ms)."""

    own: str
    target: str
    since: int

    def leads(self, usage: Usage, at: int) -> bool:
        """Whether a usage is a call that goes on to the target."""
        return usage.kind == "call" and usage.direction == "in" and at >= self.since

    def onward(self, units: int) -> Usage:
        """The call as its owner pays for it."""
        return Usage("call", "out", self.target, "home", route_of(self.own, self.target), units)


def rules(tx: Transaction, caller: Caller, account: str) -> Page[ForwardingRule]:
    """See `contract.forwarding.Forwarding.rules`."""
    return Page(items=rules_of(tx, own_account(tx, caller, account)))


def price(tx: Transaction, caller: Caller, account: str, target: str) -> ForwardingPrice:
    """See `contract.forwarding.Forwarding.price`."""
    row = own_account(tx, caller, account)
    kind = kind_of(row, target)
    return ForwardingPrice(target_kind=kind, price=_minute(tx, row, target))


def set(  # noqa: A001 - the operation's own word
    tx: Transaction, caller: Caller, account: str, kind: str, order: ForwardingOrder
) -> ForwardingRule:
    """See `contract.forwarding.Forwarding.set`."""
    row = own_account(tx, caller, account)
    before = switch_on(tx, row, kind, order.target, order.seconds)
    _offer(tx, caller, account, "Переадресация включена", {kind: before})
    _tell(tx, caller, row, switched_on(kind, order.target))
    return rule_of(tx, row, kind)


def clear(tx: Transaction, caller: Caller, account: str, kind: str) -> ForwardingRule:
    """See `contract.forwarding.Forwarding.clear`."""
    row = own_account(tx, caller, account)
    _clear(tx, caller, row, (kind,))
    return rule_of(tx, row, kind)


def clear_all(tx: Transaction, caller: Caller, account: str) -> None:
    """See `contract.forwarding.Forwarding.clear_all`."""
    _clear(tx, caller, own_account(tx, caller, account), tuple(CODES))


def put_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take a change back.

    Raises:
        UndoRefused: It was changed once more, or leads back here by now.
    """
    row = own_account(tx, caller, account_id)
    for kind, now in body["left"].items():
        if _target_now(tx, account_id, kind) != now:
            raise UndoRefused(reason="После этого переадресацию меняли ещё раз. Поправьте её сами.")
    for kind, before in body["before"].items():
        if before is None:
            switch_off(tx, row, kind)
            continue
        try:
            switch_on(tx, row, kind, before["target"], before["seconds"])
        except ForwardingRefused as error:
            raise UndoRefused(reason=str(error)) from None
    _tell(tx, caller, row, "Переадресация возвращена, как была.")


def switch_on(
    tx: Transaction, account: Row, kind: str, target: str, seconds: int
) -> dict[str, Any] | None:
    """Switch a rule on, from the cabinet or from the phone itself.

    Args:
        tx: The transaction.
        account: Whose.
        kind: Which.
        target: Where to, E.164.
        seconds: How long it rings first.

    Returns:
        What it was before; None where it was off.

    Raises:
        ForwardingRefused: With a whole sentence.
    """
    tx.common.hold_number(name="forwarding")  # Two rules set at once could close a ring.
    tx.ledger.hold(id=account["id"])
    account = tx.accounts.by_id(id=account["id"])
    refuse_blocked(account, ForwardingRefused, _BLOCKED)
    kind_of(account, target)
    if _leads_back(tx, account["phone"], target):
        raise ForwardingRefused(
            reason=f"С номера {phones.display(target)} звонки переадресуются обратно сюда: они "
            "ходили бы по кругу. Отключите ту переадресацию или укажите другой номер."
        )
    before = _found(tx, account["id"], kind)
    tx.blocking.put_forwarding(
        account_id=account["id"], kind=kind, target=target, seconds=seconds, since=tx.now_ms
    )
    tx.emit(account["id"], "account")
    return before


def switch_off(tx: Transaction, account: Row, kind: str) -> dict[str, Any] | None:
    """Switch a rule off; what it was, None where it was off already."""
    tx.ledger.hold(id=account["id"])
    before = _found(tx, account["id"], kind)
    if before is not None:
        tx.blocking.drop_forwarding(account_id=account["id"], kind=kind)
        tx.emit(account["id"], "account")
    return before


def rules_of(tx: Transaction, account: Row) -> list[ForwardingRule]:
    """The four rules."""
    on = {row["kind"]: row for row in tx.blocking.forwardings(account_id=account["id"])}
    return [_rule(tx, account, kind, on.get(kind)) for kind in TITLES]


def rule_of(tx: Transaction, account: Row, kind: str) -> ForwardingRule:
    """One of them."""
    return next(one for one in rules_of(tx, account) if one.kind == kind)


def kind_of(account: Row, target: str) -> TargetKind:
    """What a target is, seen from an account.

    Raises:
        ForwardingRefused: Nothing can be forwarded there.
    """
    if target == account["phone"]:
        raise ForwardingRefused(
            reason="Это тот же номер: переадресовать звонки на него самого нельзя."
        )
    if _PREMIUM.match(target) or target.startswith(_TOLL_FREE):
        raise ForwardingRefused(
            reason="На платные, спутниковые и бесплатные 8 800 номера переадресовать нельзя. "
            "Укажите мобильный или городской номер."
        )
    country = phones.country(target)
    known = phones.is_mobile(target) or phones.is_city(target)
    ours = target.startswith(("+7", "+375", "+380")) and target[:3] not in {"+76", "+77"}
    if ours and not known:
        raise ForwardingRefused(reason="Такого номера нет: проверьте код и сколько в нём цифр.")
    if country != account["country"]:
        return "abroad"
    return "mobile" if phones.is_mobile(target) else "city"


def unconditional(tx: Transaction, account: Row) -> Diversion | None:
    """The rule for all calls, if it is on."""
    row = tx.blocking.forwarding(account_id=account["id"], kind="all")
    if row is None:
        return None
    return Diversion(own=account["phone"], target=row["target"], since=row["since"])


def ring(tx: Transaction, account: Row, situation: str, peer: str) -> str:
    """Let somebody call a number, and tell what came of it.

    Args:
        tx: The transaction.
        account: Who is called.
        situation: `free`, `busy`, `no_answer` or `unreachable`.
        peer: Who calls.
    """
    if account["state"] == "blocked":
        return "Номер заблокирован: звонящий услышал, что абонент недоступен."
    rule, found = "all", _found(tx, account["id"], "all")
    if found is None:
        rule, found = situation, _found(tx, account["id"], situation)
    book = Book(tx, account["id"])
    seconds = int(TALK.total_seconds())
    if found is None:
        answered = situation == "free"
        route = route_of(account["phone"], peer)
        direction, units = ("in", seconds) if answered else ("missed", 0)
        book.use(Usage("call", direction, peer, "home", route, units), tx.now_ms)  # type: ignore[arg-type]
        text = "Вы поговорили 1 мин 05 с, это бесплатно." if answered else _UNANSWERED[situation]
    else:
        onward = Diversion(account["phone"], found["target"], 0).onward(seconds)
        charge = book.use(onward, tx.now_ms, title=_FORWARDED[rule])
        where = phones.display(found["target"])
        text = f"На переадресацию на {where} не хватило денег: звонок не состоялся."
        if charge is not None:
            cost = "взят из пакета"
            if charge.amount_minor or charge.bucket is None:
                cost = f"стоил {formatting.money(charge.amount_minor, book.currency)}"
            minutes = formatting.count(charge.rated_units // _MINUTE, "минута", "минуты", "минут")
            waited = f" через {found['seconds']} с" if situation == "no_answer" else ""
            text = f"Звонок ушёл{waited} на {where}: 1 мин 05 с, это {minutes}, и {cost}."
    book.write()
    return f"Вам позвонил {phones.display(peer)}. {text}"


def some_caller(random: Random) -> str:
    """A number that nobody has (facts 4.6)."""
    return f"+7956{random.randrange(10**7):07}"


_UNANSWERED = {
    "busy": "Было занято, переадресации нет: звонок пропущен.",
    "no_answer": "Никто не ответил, переадресации нет: звонок пропущен.",
    "unreachable": "Телефон был недоступен, переадресации нет: звонок пропущен.",
}


def tell_owner(tx: Transaction, account: Row, text: str, *, elsewhere: bool = False) -> None:
    """The SMS that every change of forwarding brings (facts 1.7).

    Args:
        tx: The transaction.
        account: Who is told.
        text: What was done, a sentence.
        elsewhere: Whether it was done to another number, which gets no SMS.
    """
    on = not elsewhere and list(tx.blocking.forwardings(account_id=account["id"]))
    notify(
        tx,
        account["id"],
        "account",
        "Переадресация",
        f"{text} Если это не вы, {'наберите ##002# и ' if on else ''}смените пароль.",
        sms=account["kind"] == "mobile",
        place="services",
    )


def switched_on(kind: str, target: str) -> str:
    """That a rule is on, as a sentence."""
    return f"Переадресация «{TITLES[kind]}» включена на {phones.display(target)}."  # type: ignore[index]


def _clear(tx: Transaction, caller: Caller, account: Row, kinds: tuple[str, ...]) -> None:
    before = {kind: switch_off(tx, account, kind) for kind in kinds}
    before = {kind: was for kind, was in before.items() if was is not None}
    if before:
        _offer(tx, caller, account["id"], "Переадресация отключена", before)
        names = ", ".join(f"«{TITLES[kind]}»" for kind in before)  # type: ignore[index]
        _tell(tx, caller, account, f"Переадресация отключена: {names}.")


def _tell(tx: Transaction, caller: Caller, account: Row, text: str) -> None:
    """Tell the owner; where the number gets no SMS, the number that signed in gets it."""
    tell_owner(tx, account, text)
    if account["kind"] != "mobile":
        number = phones.display(account["phone"])
        login = tx.accounts.by_id(id=caller.account_id)
        tell_owner(tx, login, f"{number}: {text}", elsewhere=True)


def _offer(
    tx: Transaction,
    caller: Caller,
    account_id: str,
    title: str,
    before: dict[str, dict[str, Any] | None],
) -> None:
    left = {kind: _target_now(tx, account_id, kind) for kind in before}
    undo.offer(
        tx, caller, account_id, title, "forwarding.put_back", before=before, left=left
    )  # fmt: skip


def _found(tx: Transaction, account_id: str, kind: str) -> dict[str, Any] | None:
    row = tx.blocking.forwarding(account_id=account_id, kind=kind)
    return None if row is None else {"target": row["target"], "seconds": row["seconds"]}


def _target_now(tx: Transaction, account_id: str, kind: str) -> list[Any] | None:
    """What tells whether a rule was changed since."""
    row = tx.blocking.forwarding(account_id=account_id, kind=kind)
    return None if row is None else [row["target"], row["seconds"], row["since"]]


def _leads_back(tx: Transaction, own: str, target: str) -> bool:
    """Whether a call that goes to a target may come back, by whichever rules it meets."""
    seen, here = {target}, {target}
    while here:
        asked = msgspec.json.encode(dict.fromkeys(here, 1)).decode()
        found = {row["target"] for row in tx.blocking.targets_of(phones=asked)}
        if own in found:
            return True
        here = found - seen
        seen |= here
    return False


def _minute(tx: Transaction, account: Row, target: str) -> Money:
    usage = Diversion(account["phone"], target, 0).onward(_MINUTE)
    tariff = msgspec.structs.replace(tariff_of(tx, account["tariff_id"]), packages=())
    charged = rate(usage, tariff, {})
    return Money(amount_minor=charged.amount_minor, currency=account["currency"])


def _rule(tx: Transaction, account: Row, kind: ForwardingKind, row: Row | None) -> ForwardingRule:
    code = f"**{CODES[kind]}*номер#"
    if kind == "no_answer":
        code = f"**{CODES[kind]}*номер**секунды#"
    return ForwardingRule(
        kind=kind,
        title=TITLES[kind],
        target=None if row is None else row["target"],
        target_kind=None if row is None else kind_of(account, row["target"]),
        seconds=row["seconds"] if row is not None and kind == "no_answer" else None,
        price=None if row is None else _minute(tx, account, row["target"]),
        code=code,
    )
