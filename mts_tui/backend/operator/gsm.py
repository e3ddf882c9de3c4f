"""Forwarding by the phone's own codes: the supplementary services of GSM (facts 1.7 and 1.14).

`**21*number#` or `*21*number#` switches on, `##21#` or `#21#` off, `*#21#` asks; 61, 62 and 67 are
the conditional ones, 004 all of these, 002 all four. `**61*number**20#` tells the seconds; the
service that may stand before them (`*11*` for calls) makes no difference here.
"""

import re

from mts_tui import phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.services import forwarding
from mts_tui.backend.store.transaction import Row, Transaction

_CODE = re.compile(
    r"(?P<what>\*\*|\*\#|\#\#|\*|\#)(?P<service>21|61|62|67|002|004)"
    r"(?:\*(?P<number>\+?[0-9]{1,15})(?:\*(?P<kind>[0-9]{0,2})(?:\*(?P<seconds>[0-9]{1,2}))?)?)?\#"
)
_CONDITIONAL = ("busy", "no_answer", "unreachable")
_KINDS = {
    **{code: (kind,) for kind, code in forwarding.CODES.items()},
    "004": _CONDITIONAL,
    "002": ("all", *_CONDITIONAL),
}
_USUAL_SECONDS = 20
_SHORTEST, _LONGEST, _STEP = 5, 30, 5


def answer(tx: Transaction, account: Row, code: str) -> str | None:
    """What the network answers to a code of forwarding; None where it is no such code."""
    found = _CODE.fullmatch(code)
    if found is None:
        return None
    kinds = _KINDS[found["service"]]
    try:
        if found["what"] == "*#":
            return _told(tx, account, kinds)
        if found["what"] in {"##", "#"}:
            return _off(tx, account, kinds)
        return _on(tx, account, kinds, found["number"], found["seconds"])
    except (CabinetError, phones.PhoneError) as error:
        return str(error)


def _on(
    tx: Transaction, account: Row, kinds: tuple[str, ...], number: str | None, seconds: str | None
) -> str:
    if number is None:
        return "Укажите номер: **21*номер#."
    wait = int(seconds) if seconds else _USUAL_SECONDS
    if wait not in range(_SHORTEST, _LONGEST + 1, _STEP):
        return "Ждать ответа можно 5, 10, 15, 20, 25 или 30 секунд."
    target = phones.parse_anywhere(number)
    for kind in kinds:
        forwarding.switch_on(tx, account, kind, target, wait)
    told = " ".join(forwarding.switched_on(kind, target) for kind in kinds)
    forwarding.tell_owner(tx, account, told)
    return told


def _off(tx: Transaction, account: Row, kinds: tuple[str, ...]) -> str:
    gone = [kind for kind in kinds if forwarding.switch_off(tx, account, kind) is not None]
    if gone:
        forwarding.tell_owner(tx, account, "Переадресация отключена.")
    return "Переадресация отключена."


def _told(tx: Transaction, account: Row, kinds: tuple[str, ...]) -> str:
    lines = []
    for rule in forwarding.rules_of(tx, account):
        if rule.kind in kinds:
            where = "нет" if rule.target is None else phones.display(rule.target)
            wait = f", через {rule.seconds} с" if rule.seconds else ""
            lines.append(f"{rule.title}: {where}{wait}")
    return "\n".join(lines)
