"""Words of messages: counters, prices, states, as every screen of the area writes them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mts_tui import formatting, phones, sms_text
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.messages import LONGEST, RecipientState, Sending

STATES: dict[RecipientState, tuple[str, str, str]] = {
    "scheduled": ("◷", "назначено", "warn"),
    "queued": ("…", "отправляется", "muted"),
    "sent": ("→", "отправлено", "muted"),
    "delivered": ("✓", "доставлено", "good"),
    "failed": ("✗", "не доставлено", "bad"),
    "cancelled": ("○", "отменено", "muted"),
}
"""A mark, a word and a look of each state."""
ALPHABETS = {"gsm7": "латиница", "ucs2": "кириллица"}
LONGEST_NAME = 40


def counted(text: str, recipients: int) -> str:
    """`2 SMS × 3 получателя, кириллица, осталось 14 знаков`."""
    sendable = sms_text.sendable(text)
    parts = sms_text.count(sendable)
    if not parts.parts:
        return "Введите текст"
    times = ""
    if recipients > 1:
        count = formatting.count(recipients, "получатель", "получателя", "получателей")
        times = f" × {count}"
    left = formatting.count(parts.left, "знак", "знака", "знаков")
    near_end = ""
    if len(sendable) > LONGEST - 100:
        rest = formatting.count(LONGEST - len(sendable), "знак", "знака", "знаков")
        near_end = f"; до конца {rest}"
    alphabet = ALPHABETS[parts.alphabet]
    return f"{parts.parts} SMS{times}, {alphabet}, осталось {left}{near_end}"


def price(sending: Sending) -> str:
    """`из пакета`, `3,80 ₽`, `3,80 ₽, ещё 2 из пакета`, `бесплатно`."""
    covered = f"{sending.covered} из пакета" if sending.covered else ""
    if not sending.cost:
        return "из пакета" if covered else "бесплатно"
    return f"{sum_of(sending.cost)}, ещё {covered}" if covered else sum_of(sending.cost)


def called(name: str, phone: str) -> str:
    """A contact's name, or the number."""
    return formatting.clean(name, LONGEST_NAME) or phones.display(formatting.clean(phone, 40))


def told_to(sending: Sending) -> str:
    """Whom a message went to, in one line."""
    first = sending.recipients[0]
    more = len(sending.recipients) - 1
    return called(first.name, first.phone) + (f" и ещё {more}" if more else "")


def gone_before(sending: Sending, zone: ZoneInfo) -> str:
    """What became of a draft that was tried before the program was closed."""
    local = sending.at.astimezone(zone)
    when = f"{formatting.date_day(local)} в {formatting.clock(local)}"
    states = {one.state for one in sending.recipients}
    said = f"Уже отправлено {when}"
    if "scheduled" in states:
        said = f"Уже назначено на {when}"
    elif states == {"cancelled"}:
        said = f"Было назначено на {when} и отменено"
    return f"{said}: {told_to(sending)}. Второй раз это сообщение не уйдёт."


def state_of(sending: Sending) -> tuple[str, str, str]:
    """What has become of a message as a whole: a mark, words, a look."""
    states = [one.state for one in sending.recipients]
    for state in ("scheduled", "queued", "sent"):
        if state in states:
            return STATES[state]
    failed = states.count("failed")
    if failed and failed < len(states):
        return "▲", f"не доставлено {failed} из {len(states)}", "warn"
    return STATES[states[0]]


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`22 нояб. 21:34`."""
    return formatting.moment(at.astimezone(zone))
