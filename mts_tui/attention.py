"""A bell and a notification of the desktop for news, where a person asked for them.

A terminal takes both as sequences: BEL, `OSC 9 ; text` (iTerm2, Windows Terminal, kitty) or
`OSC 777 ; notify ; title ; text` (urxvt, foot, Ghostty). One that knows neither shows nothing.
"""

from datetime import datetime, time
from typing import TYPE_CHECKING

from . import formatting
from .backend.contract.errors import CabinetError
from .backend.contract.events import Event
from .config import Settings

if TYPE_CHECKING:
    from .app import MtsApp

LONGEST = 200
TITLE = "МТС-Помощник"
MOST = 3
"""Notifications that are shown one by one."""


def wanted(settings: Settings) -> bool:
    """Whether a person asked for anything of the kind."""
    return settings.bell or settings.desktop_notices != "off"


def is_quiet(hours: str, now: datetime) -> bool:
    """Whether it is a time of rest.

    Args:
        hours: `22:00-08:00`, as the settings have it; over midnight too; empty for none.
        now: In the zone of this machine.
    """
    if not hours:
        return False
    since, until = (time.fromisoformat(part) for part in hours.split("-"))
    at = now.time()
    return since <= at < until if since <= until else at >= since or at < until


def sequence(way: str, text: str) -> str:
    """What lets a terminal show a notification; nothing of others gets out of the text."""
    text = formatting.clean(text, LONGEST)
    if way == "osc9":
        return f"\x1b]9;{TITLE}: {text}\x07"
    if way == "osc777":
        return f"\x1b]777;notify;{TITLE};{text.replace(';', ',')}\x07"
    return ""


async def announce(app: "MtsApp", event: Event) -> None:
    """Ring and show what has just been written, unless it is a time of rest."""
    settings = app.settings
    if not wanted(settings) or is_quiet(settings.quiet_hours, event.at.astimezone()):
        return
    try:
        kept = (await app.cabinet.notifications.kept(event.account)).items
    except CabinetError:
        return  # Nobody waits for it.
    # Reading one is told, too: what is new came with the event itself. Several that were written
    # at once have an event each.
    news = [
        one for one in kept if one.at == event.at and not one.read and one.id not in app.announced
    ]
    app.announced.update(one.id for one in news)
    titles = [one.title for one in news]
    if len(titles) > MOST:  # The demo's clock was moved, say: a pile would bury the desktop.
        titles = [formatting.count(len(titles), "уведомление", "уведомления", "уведомлений")]
    for title in titles:
        app.tell_terminal(sequence(settings.desktop_notices, title))
    if news and settings.bell:
        app.bell()
