"""Messages through every backend: the operator inside and a server answer alike, line by line."""

from datetime import timedelta

import pytest

from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.demo import ClockMove
from mts_tui.backend.contract.errors import (
    CabinetError,
    InvalidRequest,
    MessageRefused,
    NotEnoughMoney,
    NotFound,
    TooLarge,
    UndoRefused,
)
from mts_tui.backend.contract.messages import (
    MMS_BYTES,
    ContactOrder,
    MmsOrder,
    ReadMark,
    SmsOrder,
    TemplateOrder,
)
from mts_tui.backend.store import Store
from mts_tui.backend.store.transaction import new_key
from tests.backend.desk import ANNA, ANNA_CITY, MISHA, NOW, Clock
from tests.backend.messages import FAR_FRIEND, FRIEND, NOBODY
from tests.backend.network import sign_in
from tests.backend.offers import MAIN, MINSK, SECOND, set_balance
from tests.pictures_made import bomb, photo, picture

from .conftest import KINDS, Backends
from .told import Told


async def pass_time(cabinet: Cabinet, told: Told, **parts: float) -> None:
    """Let everybody live; by chance an invented person answers, which is not told."""
    seconds = int(timedelta(**parts).total_seconds())
    told.add((await cabinet.demo.advance(ClockMove(seconds=seconds))).ahead_seconds)


async def write(cabinet: Cabinet, told: Told) -> None:
    """Sent, priced, refused; then what became of it."""
    messages = cabinet.messages
    told.add(await messages.terms(MAIN))
    order = SmsOrder(to=[FRIEND, FAR_FRIEND, NOBODY, MISHA], text="Привет [b]всем[/b] 🎄")
    told.add(await cabinet.preview(messages.send, MAIN, order))
    sent = await messages.send(MAIN, order)
    told.add(sent)
    for wrong in (
        SmsOrder(to=[ANNA], text="Привет"),
        SmsOrder(to=[ANNA_CITY], text="Привет"),
        SmsOrder(to=[FRIEND], text=" \n"),
        SmsOrder(to=[FRIEND], text="Поздно", at=NOW),
    ):
        await told.refused(MessageRefused, messages.send(MAIN, wrong))
        await told.refused(MessageRefused, cabinet.preview(messages.send, MAIN, wrong))
    for bad in (
        SmsOrder(to=[], text="Привет"),
        SmsOrder(to=["112"], text="Привет"),
        SmsOrder(to=[FRIEND] * 11, text="Привет"),
        SmsOrder(to=[FRIEND], text="я" * 1001),
    ):
        await told.refused(InvalidRequest, messages.send(MAIN, bad))
    await told.refused(NotFound, messages.send("anna-new", order))
    await told.refused(NotFound, messages.sending(MAIN, "нет такой"))
    key = new_key()
    await told.refused(NotFound, messages.sending(MAIN, key))
    for _ in range(2):  # Whoever lost the answer asks by the key, and may send again.
        once = await cabinet.keyed(key).messages.send(MAIN, order)
        assert once.id == key
        assert (await messages.sending(MAIN, key)).id == key
    told.add([one.text for one in (await messages.sendings(MAIN)).items])
    planned = await messages.send(
        MAIN, SmsOrder(to=[FAR_FRIEND], text="Потом", at=NOW + timedelta(hours=2))
    )
    await pass_time(cabinet, told, seconds=1)  # Of the same moment, either may be told first.
    other = await messages.send(
        MAIN, SmsOrder(to=[FRIEND], text="Никогда", at=NOW + timedelta(hours=2))
    )
    told.add(await messages.cancel(MAIN, other.id))
    await told.refused(MessageRefused, messages.cancel(MAIN, other.id))
    await pass_time(cabinet, told, seconds=10)
    told.add(await messages.sending(MAIN, sent.id))
    await pass_time(cabinet, told, hours=3)
    done = await messages.sending(MAIN, planned.id)
    told.add(done)
    assert [one.state for one in done.recipients] == ["delivered"]
    page = await messages.sendings(MAIN, 2)
    told.add([one.text for one in page.items])
    told.add([one.text for one in (await messages.sendings(MAIN, 2, page.next_cursor)).items])


async def read(cabinet: Cabinet, told: Told) -> None:
    """Threads of the one who got a message."""
    messages = cabinet.messages
    found = (await messages.threads("misha-moscow")).items
    told.add([(one.peer, one.last, one.outgoing, one.unread, one.can_answer) for one in found])
    told.add([one.peer for one in (await messages.threads("misha-moscow", "ВСЕМ")).items])
    told.add(await messages.thread("misha-moscow", ANNA))
    told.add(await messages.mark_read("misha-moscow", ReadMark(peer=ANNA)))
    told.add((await messages.threads("misha-moscow", ANNA)).items[0].unread)
    told.add((await messages.thread(MAIN, MISHA)).items)
    told.add(await messages.thread(MAIN, "никто"))
    await told.refused(InvalidRequest, messages.thread(MAIN, ""))
    await told.refused(NotFound, messages.threads("anna-new"))


async def keep(cabinet: Cabinet, told: Told, clock: Clock) -> None:
    """Contacts and templates, and both taken back."""
    messages, undo = cabinet.messages, cabinet.undo
    katya = await messages.keep_contact(
        MAIN, ContactOrder(name="Катя Ёлкина", phone=FRIEND, groups=["Семья", "Дача"])
    )
    told.add(katya)
    for text in ("", "ёлк", "дача", "956", "никто"):
        told.add(await messages.contacts(MAIN, text))
    await told.refused(
        MessageRefused, messages.keep_contact(MAIN, ContactOrder(name=" ", phone=FRIEND))
    )
    clock.move(seconds=1)
    told.add(await messages.drop_contact(MAIN, katya.id))
    await told.refused(NotFound, messages.drop_contact(MAIN, katya.id))
    (last, *_) = (await undo.pending()).items
    told.add(await undo.take_back(last.id))
    await told.refused(UndoRefused, undo.take_back(last.id))
    told.add(await messages.contacts(MAIN))
    late = await messages.keep_template(MAIN, TemplateOrder(title="Опаздываю", text="15 минут"))
    told.add(late)
    told.add(await messages.keep_template(MAIN, TemplateOrder(title="опаздываю", text="Час")))
    told.add(await messages.templates(MAIN))
    clock.move(seconds=1)
    told.add(await messages.drop_template(MAIN, late.id))
    await told.refused(NotFound, messages.drop_template(MAIN, late.id))


async def send_pictures(cabinet: Cabinet, told: Told, store: Store) -> None:
    """An MMS of nearly a megabyte there and back; bad ones; no money."""
    messages = cabinet.messages
    content = photo((1150, 850))
    assert MMS_BYTES * 0.7 < len(content) < MMS_BYTES
    small = MmsOrder(to=[FRIEND], picture=picture("GIF", (1, 1)))
    told.add((await cabinet.preview(messages.send_mms, MAIN, small)).answer)
    sent = await messages.send_mms(MAIN, MmsOrder(to=[FRIEND], picture=content, text="Кот"))
    told.add(sent)
    kept = await messages.picture(MAIN, sent.id)
    assert (kept.content, kept.media_type) == (content, "image/jpeg")
    for bad in (b"MZ\x90\0" * 50, bomb(), picture("BMP")):
        order = MmsOrder(to=[FRIEND], picture=bad)
        await told.refused(MessageRefused, messages.send_mms(MAIN, order))
    await told.refused(InvalidRequest, messages.send_mms(MAIN, MmsOrder(to=[FRIEND], picture=b"")))
    for size in (MMS_BYTES + 1, 2 * MMS_BYTES):
        with pytest.raises(CabinetError) as refused:
            await messages.send_mms(MAIN, MmsOrder(to=[FRIEND], picture=bytes(size)))
        assert isinstance(refused.value, InvalidRequest | TooLarge)
    await told.refused(NotFound, messages.picture(MAIN, "нет такой"))
    set_balance(store, 0, SECOND)
    order = SmsOrder(to=[FAR_FRIEND], text="Привет")
    await told.refused(NotEnoughMoney, messages.send(SECOND, order))
    told.add((await messages.send(MINSK, SmsOrder(to=["+375330000010"], text="Hi"))).cost)


async def walk(backend: Backend, store: Store, clock: Clock) -> list[str]:
    """Everything about messages, and everything they refuse."""
    told, cabinet = Told(), Cabinet(backend)
    set_balance(store, 5_000_00)
    await sign_in(cabinet)
    clock.move(seconds=1)
    await write(cabinet, told)
    await read(cabinet, told)
    await keep(cabinet, told, clock)
    await send_pictures(cabinet, told, store)
    return told.lines


async def test_messages_go_the_same_way_on_all_three(backends: Backends) -> None:
    told = {}
    for kind in KINDS:
        clock = Clock()
        told[kind] = await walk(await backends.make(kind, clock), backends.store, clock)
    first = told[KINDS[0]]
    assert len(first) >= 60
    for kind in KINDS[1:]:
        for place, (expected, said) in enumerate(zip(first, told[kind], strict=True)):
            assert said == expected, (kind, place)
