"""Support and notifications through every backend: all answer alike, line by line."""

from datetime import timedelta

from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.demo import ClockMove
from mts_tui.backend.contract.errors import InvalidRequest, NotFound, SupportRefused
from mts_tui.backend.contract.notifications import ReadNotifications
from mts_tui.backend.contract.support import (
    ATTACHMENT_BYTES,
    Attachment,
    CallBackOrder,
    ChatOrder,
    Rating,
)
from tests.backend.desk import ANNA, NOW, Clock
from tests.backend.network import sign_in
from tests.backend.offers import MAIN

from .conftest import KINDS, Backends
from .told import Told

OTHERS = "anna-new"
A_CALL = NOW.replace(hour=10, minute=0) + timedelta(days=1)


async def talk(cabinet: Cabinet, told: Told, clock: Clock) -> None:
    """A question that the help answers, a file, an agent, a rating."""
    support = cabinet.support
    ticket = await support.open(MAIN, ChatOrder(text="Сколько стоит блокировка? [b]ё[/b] 🎄"))
    told.add(ticket)
    told.add(await support.messages(MAIN, ticket.id))
    key = "0192f3c2-8a70-7c31-9d52-6f1b0a7e4c28"
    for _ in range(2):
        told.add(await cabinet.keyed(key).support.say(MAIN, ticket.id, ChatOrder(text="Спасибо")))
    told.add(await support.mark_read(MAIN, ticket.id))
    text = "\x1b[31m" + "я" * (ATTACHMENT_BYTES // 2 - 3)
    file = Attachment(name="журнал.txt", text=text)
    told.add(await support.say(MAIN, ticket.id, ChatOrder(text="Вот", attachment=file)))
    kept = await support.attachment(MAIN, ticket.id, 5)
    assert (kept.name, kept.text) == ("журнал.txt", text)
    escaped = Attachment(name="a", text="\x01" * ATTACHMENT_BYTES)
    told.add(await support.open(MAIN, ChatOrder(text="Знаки", attachment=escaped)))
    large = Attachment(name="a", text="я" * (ATTACHMENT_BYTES - 1))
    await told.refused(SupportRefused, support.open(MAIN, ChatOrder(text="Вот", attachment=large)))
    told.add(await support.hand_over(MAIN, ticket.id))
    told.add((await cabinet.demo.advance(ClockMove(seconds=180))).ahead_seconds)
    answered = await support.ticket(MAIN, ticket.id)
    assert answered.state == "answered"
    page = await support.messages(MAIN, ticket.id, 2)
    told.add([(one.id, one.author, one.name, one.text, one.page) for one in page.items])
    told.add((await support.messages(MAIN, ticket.id, 2, page.next_cursor)).items)
    clock.move(seconds=1)
    told.add(await support.close(MAIN, ticket.id, Rating(stars=5, text="Спасибо")))
    for refused in (
        support.say(MAIN, ticket.id, ChatOrder(text="Ещё")), support.hand_over(MAIN, ticket.id),
        support.open(MAIN, ChatOrder(text=" ")),
    ):  # fmt: skip
        await told.refused(SupportRefused, refused)
    for wrong in (
        support.open(MAIN, ChatOrder(text="")), support.open(MAIN, ChatOrder(text="я" * 2001)),
        support.close(MAIN, ticket.id, Rating(stars=6)),
        support.messages(MAIN, ticket.id, 0),
    ):  # fmt: skip
        await told.refused(InvalidRequest, wrong)
    for unknown in (
        support.tickets(OTHERS), support.ticket(MAIN, "нет"), support.messages(MAIN, "нет"),
        support.attachment(MAIN, ticket.id, 1), support.mark_read(MAIN, "нет"),
    ):  # fmt: skip
        await told.refused(NotFound, unknown)
    told.add([one.number for one in (await support.tickets(MAIN)).items])


async def call(cabinet: Cabinet, told: Told) -> None:
    """Calls ordered, refused, given up, called."""
    support = cabinet.support
    first = await support.order_call(
        MAIN, CallBackOrder(phone=ANNA, since=A_CALL, topic="Списание")
    )
    second = await support.order_call(
        MAIN, CallBackOrder(phone=ANNA, since=A_CALL + timedelta(hours=1))
    )
    told.add([first, second])
    for since in (NOW - timedelta(days=1), NOW + timedelta(days=8), A_CALL.replace(hour=1)):
        order = CallBackOrder(phone=ANNA, since=since)
        await told.refused(SupportRefused, support.order_call(MAIN, order))
    await told.refused(
        InvalidRequest, support.order_call(MAIN, CallBackOrder(phone="112", since=A_CALL))
    )
    told.add(await support.cancel_call(MAIN, second.id))
    await told.refused(SupportRefused, support.cancel_call(MAIN, second.id))
    await told.refused(NotFound, support.cancel_call(MAIN, "нет"))
    told.add((await cabinet.demo.advance(ClockMove(seconds=20 * 3600))).ahead_seconds)
    await sign_in(cabinet)
    told.add(sorted(one.state for one in (await support.call_backs(MAIN)).items))


async def read(cabinet: Cabinet, told: Told) -> None:
    """Notifications: what support wrote, and marking it."""
    notifications = cabinet.notifications
    kept = (await notifications.kept(MAIN)).items
    mine = sorted((one for one in kept if one.kind == "support"), key=lambda one: one.title)
    told.add([(one.title, one.text, one.place, bool(one.subject), one.read) for one in mine])
    assert [one.title for one in mine] == ["Звонок поддержки", "Ответ поддержки", "Ответ поддержки"]
    unread = (await notifications.inbox(MAIN)).unread
    assert unread == sum(not one.read for one in kept)
    order = ReadNotifications(ids=[one.id for one in mine])
    assert (await notifications.mark_read(MAIN, order)).unread == unread - len(mine)
    assert all(one.read for one in (await notifications.kept(MAIN)).items if one.kind == "support")
    await told.refused(InvalidRequest, notifications.mark_read(MAIN, ReadNotifications(ids=[])))
    for unknown in (
        notifications.kept(OTHERS), notifications.inbox(OTHERS),
        notifications.mark_read(OTHERS, order),
    ):  # fmt: skip
        await told.refused(NotFound, unknown)


async def walk(backend: Backend, clock: Clock) -> list[str]:
    """Everything about support and notifications, and everything they refuse."""
    told, cabinet = Told(), Cabinet(backend)
    await sign_in(cabinet)
    clock.move(seconds=1)
    await talk(cabinet, told, clock)
    await call(cabinet, told)
    await read(cabinet, told)
    return told.lines


async def test_support_goes_the_same_way_on_all_three(backends: Backends) -> None:
    told = {}
    for kind in KINDS:
        clock = Clock()
        told[kind] = await walk(await backends.make(kind, clock), clock)
    first = told[KINDS[0]]
    assert len(first) >= 35
    for kind in KINDS[1:]:
        for place, (expected, said) in enumerate(zip(first, told[kind], strict=True)):
            assert said == expected, (kind, place)
