"""Support's chat and tickets in words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.support import Author, CallBackState, ChatMessage, Ticket, TicketState
from mts_tui.widgets.text import Part

STATES: dict[TicketState, tuple[str, str]] = {
    "open": ("отвечает помощник", "muted"),
    "with_agent": ("ждёт специалиста", "warn"),
    "answered": ("специалист ответил", "good"),
    "closed": ("закрыто", "muted"),
}
CALLS: dict[CallBackState, tuple[str, str]] = {
    "planned": ("ждём", "warn"),
    "called": ("позвонили", "good"),
    "missed": ("не дозвонились", "bad"),
    "cancelled": ("отменён", "muted"),
}
STYLES: dict[Author, str] = {
    "subscriber": "strong",
    "assistant": "key",
    "agent": "good",
    "system": "muted",
}
ROLES: dict[Author, str] = {"agent": ", специалист", "assistant": " (программа)"}
LONGEST = 4_000
NO_TICKET = "Новый вопрос"


def ticket_parts(ticket: Ticket | None) -> list[Part]:
    """A ticket in one line."""
    if ticket is None:
        return [(NO_TICKET, "strong")]
    word, style = STATES[ticket.state]
    parts: list[Part] = [
        (formatting.clean(ticket.number, 30), "strong"),
        ("  ", ""),
        (word, style),
    ]
    if ticket.stars:
        parts.append((f"  оценка {ticket.stars} из 5", "muted"))
    return [*parts, f"  {formatting.clean(ticket.title, 60)}"]


def chat_parts(messages: list[ChatMessage], zone: ZoneInfo, *, earlier: bool) -> list[Part]:
    """Messages, given the newest first, the newest last."""
    parts: list[Part] = [("B — показать, что было раньше\n\n", "muted")] if earlier else []
    day: date | None = None
    for one in reversed(messages):
        local = one.at.astimezone(zone)
        if local.date() != day:
            day = local.date()
            parts += [(f"— {formatting.date_day(day)} —", "muted"), "\n"]
        name = formatting.clean(one.name, 40) + ROLES.get(one.author, "")
        parts += [(formatting.clock(local), "muted"), " ", (name, STYLES[one.author]), "\n"]
        parts += [formatting.clean(one.text, LONGEST, keep_lines=True), "\n"]
        if one.attachment:
            size = formatting.traffic(one.attachment_size)
            parts += [(f"Файл: {formatting.clean(one.attachment, 80)}, {size}", "key"), "\n"]
        parts.append("\n")
    return parts[:-2]


def moment_of(at: datetime, zone: ZoneInfo) -> str:
    """A moment, short."""
    return formatting.moment(at.astimezone(zone))
