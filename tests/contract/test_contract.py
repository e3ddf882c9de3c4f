"""The foundation's way through the cabinet: the operator inside and a server answer alike."""

import asyncio

import pytest

from mts_tui.backend.contract import Backend, Cabinet, Event
from mts_tui.backend.contract.access import CodeOrder, Confirmation, NewPassword, SignIn
from mts_tui.backend.contract.demo import ClockMove, Dial, ShortMessage
from mts_tui.backend.contract.errors import (
    AlreadyLinked,
    InvalidRequest,
    KeyReused,
    LineUnknown,
    NotFound,
    NotSignedIn,
    NumberClosed,
    StepUpRequired,
    TooManyCodes,
    TrustRefused,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from mts_tui.backend.contract.numbers import LinkOrder
from mts_tui.backend.store.transaction import new_key
from tests.backend.desk import (
    ANNA,
    ANNA_BELARUS,
    LONG_PASSWORD,
    STRANGER,
    UNLINKED,
    Clock,
    other_than,
)
from tests.backend.network import newest_code, sign_in

from .conftest import KINDS, Backends
from .told import Told

PATIENCE = 10.0


async def walk(backend: Backend, clock: Clock) -> list[str]:  # noqa: PLR0915 - one long way
    """Everything that the foundation offers, and everything it refuses."""
    told = Told()
    cabinet = Cabinet(backend)
    access, account = cabinet.access, cabinet.account

    # Before sign-in.
    for asked in (access.sessions(), access.password(), cabinet.numbers.linked()):
        await told.refused(NotSignedIn, asked)
    told.add(await access.line())
    await told.refused(LineUnknown, access.sign_in_by_line())
    told.add(await cabinet.demo.sims())
    told.add(await access.request_code(CodeOrder(phone=ANNA)))
    await told.refused(TooManyCodes, access.request_code(CodeOrder(phone=ANNA)))
    told.add(await access.request_code(CodeOrder(phone=STRANGER)))
    code = await newest_code(cabinet, ANNA)
    wrong = SignIn(phone=ANNA, code=other_than(code))
    await told.refused(WrongCode, access.sign_in(wrong))
    await told.refused(WrongPassword, access.sign_in(SignIn(phone=ANNA, password="не тот пароль")))
    await told.refused(InvalidRequest, access.sign_in(SignIn(phone=ANNA)))
    for phone in ("89853701234", "", "+7985370\ud800", 7, None):
        await told.refused(InvalidRequest, access.request_code(CodeOrder(phone=phone)))
    await told.refused(InvalidRequest, cabinet.demo.messages("12"))
    await told.refused(NotFound, cabinet.demo.messages(STRANGER))
    signed = await access.sign_in(SignIn(phone=ANNA, code=code, device_name="Ноутбук «дом»"))
    told.add(signed)
    backend.token = signed.token

    # The session and the password.
    main = signed.session.account
    told.add(await access.sessions())
    told.add(await access.keep_alive())
    told.add(await access.password())
    await told.refused(WeakPassword, access.set_password(NewPassword(password="12345678")))
    told.add(await access.set_password(NewPassword(password=LONG_PASSWORD)))
    await told.refused(WeakPassword, access.set_password(NewPassword(password=LONG_PASSWORD)))
    clock.move(minutes=6)
    new = NewPassword(password="другая длинная фраза")
    await told.refused(StepUpRequired, access.set_password(new))
    await told.refused(WrongPassword, access.confirm(Confirmation(password="не тот")))
    told.add(await access.confirm(Confirmation(password=LONG_PASSWORD)))
    told.add(await access.set_password(new))
    await told.refused(NotFound, access.end_session("00000000-0000-7000-8000-000000000000"))

    # The numbers.
    told.add(await cabinet.numbers.linked())
    sims = (await cabinet.demo.sims()).items
    unlinked = next(one.account for one in sims if one.phone == UNLINKED)
    await told.refused(NotFound, account.overview(unlinked))
    await access.request_code(CodeOrder(phone=UNLINKED))
    code = await newest_code(cabinet, UNLINKED)
    bad = LinkOrder(phone=UNLINKED, code=other_than(code), name="Дача")
    await told.refused(WrongCode, cabinet.numbers.link(bad))
    told.add(await cabinet.numbers.link(LinkOrder(phone=UNLINKED, code=code, name="Дача")))
    clock.move(minutes=2)
    await access.request_code(CodeOrder(phone=UNLINKED))
    again = LinkOrder(phone=UNLINKED, code=await newest_code(cabinet, UNLINKED))
    await told.refused(AlreadyLinked, cabinet.numbers.link(again))

    # The account.
    told.add(await account.overview(main))
    first = await cabinet.archive.operations(main, limit=7)
    second = await cabinet.archive.operations(main, 7, first.next_cursor)
    longer = await cabinet.archive.operations(main, limit=14)
    assert [*first.items, *second.items] == longer.items
    for page in (first, second, await cabinet.archive.operations(main)):
        told.add(page)
    for limit in (0, 201, "x"):
        await told.refused(InvalidRequest, cabinet.archive.operations(main, limit=limit))
    await told.refused(InvalidRequest, cabinet.archive.operations(main, cursor="\0"))
    await told.refused(InvalidRequest, cabinet.archive.operations(main, cursor="\ud800"))
    for foreign in ("nobody", "current", "..", "a/b", "?", "ё"):
        await told.refused(NotFound, account.overview(foreign))
        await told.refused(NotFound, cabinet.archive.operations(foreign))
        await told.refused(NotFound, cabinet.trust.switch_on(foreign))
    for formless in ("", "\0"):
        await told.refused(InvalidRequest, account.overview(formless))
    await told.refused(InvalidRequest, account.overview("\0"))
    await told.refused(InvalidRequest, account.overview("x" * 65))

    # Trust, the phone, the clock.
    key = new_key()
    told.add(await cabinet.keyed(key).trust.switch_on(main))
    told.add(await cabinet.keyed(key).trust.switch_on(main))
    told.add(await account.overview(main))
    told.add(await cabinet.trust.switch_off(main))
    belarus = next(
        one.account for one in (await cabinet.numbers.linked()).items if one.phone == ANNA_BELARUS
    )
    await told.refused(TrustRefused, cabinet.trust.switch_on(belarus))
    for digits in ("*100#", "*111*2118#", "что-то", "*100*1#"):
        told.add(await cabinet.demo.dial(ANNA, Dial(code=digits)))
    told.add(await cabinet.demo.send(ANNA, ShortMessage(to="111", text="21")))
    dialled = cabinet.keyed(key).demo
    told.add(await dialled.dial(ANNA, Dial(code="*100#")))
    await told.refused(KeyReused, dialled.dial(ANNA, Dial(code="*101#")))
    told.add(await cabinet.demo.messages(ANNA))
    told.add(await cabinet.demo.clock())
    told.add(await cabinet.demo.advance(ClockMove(seconds=600)))
    told.add(await account.overview(main))

    # The end.
    told.add(await access.sign_out())
    await told.refused(NotSignedIn, access.sessions())
    await told.refused(NotSignedIn, cabinet.trust.switch_on(main))
    backend.token = None
    for kind in (WrongPassword, WrongPassword, NumberClosed, NumberClosed):
        await told.refused(kind, access.sign_in(SignIn(phone=ANNA, password="не тот пароль")))
    await told.refused(NumberClosed, access.request_code(CodeOrder(phone=ANNA)))
    return told.lines


async def test_the_whole_way_is_the_same_on_all_three(backends: Backends):
    told = {}
    for kind in KINDS:
        clock = Clock()
        told[kind] = await walk(await backends.make(kind, clock), clock)
    first = told[KINDS[0]]
    assert len(first) > 80
    for kind in KINDS[1:]:
        for place, (expected, said) in enumerate(zip(first, told[kind], strict=True)):
            assert said == expected, (kind, place)


async def test_events_come_in_commit_order_none_lost_or_repeated(
    backend: Backend, cabinet: Cabinet
):
    main = (await sign_in(cabinet)).session.account
    wanted = 8
    seen: list[Event] = []

    async def listen() -> None:
        async for event in backend.events():
            if event.kind != "connection" and event.account == main:
                seen.append(event)  # noqa: PERF401 - what is seen is looked at meanwhile

    listening = asyncio.ensure_future(listen())
    try:
        async with asyncio.timeout(PATIENCE):
            while not seen:  # From the first event on the stream is there.
                await cabinet.demo.send(ANNA, ShortMessage(to="111", text="?"))
                await asyncio.sleep(0.01)
            for _ in range(wanted):
                await cabinet.trust.switch_on(main)
                await cabinet.trust.switch_off(main)
            while sum(one.kind == "account" for one in seen) < 2 * wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        listening.cancel()
    sequence = [event.seq for event in seen]
    assert sequence == list(range(sequence[0], sequence[0] + len(sequence)))


async def test_a_session_ends_for_everybody_at_once(backend: Backend, cabinet: Cabinet):
    signed = await sign_in(cabinet)
    await cabinet.access.end_session(signed.session.id)
    with pytest.raises(NotSignedIn):
        await cabinet.access.sessions()


async def test_an_idle_session_ends_after_twenty_minutes(
    backend: Backend, cabinet: Cabinet, clock: Clock
):
    await sign_in(cabinet)
    clock.move(minutes=19, seconds=59)
    await cabinet.access.sessions()
    clock.move(seconds=1)
    with pytest.raises(NotSignedIn):
        await cabinet.access.sessions()
