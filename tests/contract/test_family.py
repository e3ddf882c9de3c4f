"""«Родительский контроль» through every backend: the operator inside and a server answer alike."""

import pytest

from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.demo import ClockMove, ShortMessage
from mts_tui.backend.contract.errors import (
    FamilyRefused,
    InvalidRequest,
    NotFound,
    StepUpRequired,
    UndoRefused,
)
from mts_tui.backend.contract.family import ChildOrder, ZoneOrder
from tests.backend.desk import ANNA, ANNA_BELARUS, MISHA, Clock
from tests.backend.network import sign_in
from tests.backend.offers import CHILD, MAIN, MINSK

from .conftest import KINDS, Backends
from .told import Told

SCHOOL = ZoneOrder(
    name="Школа", latitude=55.7985, longitude=37.7235, radius_m=300, told=["in", "out"]
)


async def walk(backend: Backend, clock: Clock) -> list[str]:
    """Everything that the area offers, and what it refuses."""
    told = Told()
    cabinet = Cabinet(backend)
    family = cabinet.family
    await sign_in(cabinet)
    told.add(await family.children(MAIN))
    await told.refused(FamilyRefused, family.ask(MAIN, ChildOrder(phone=ANNA, name="Я")))
    await told.refused(FamilyRefused, family.ask(MAIN, ChildOrder(phone=ANNA_BELARUS, name="Я")))
    await told.refused(FamilyRefused, family.ask(MINSK, ChildOrder(phone=MISHA, name="Я")))
    await told.refused(InvalidRequest, family.ask(MAIN, ChildOrder(phone="112", name="Я")))
    child = await family.ask(MAIN, ChildOrder(phone=MISHA, name="Миша"))
    told.add(child)
    await told.refused(FamilyRefused, family.where(MAIN, child.id))
    await told.refused(FamilyRefused, family.consent(CHILD, child.id))
    told.add(await family.guardians(CHILD))
    told.add(await cabinet.demo.send(MISHA, ShortMessage(to="3322", text="ДА")))
    told.add(await cabinet.demo.messages(MISHA))
    told.add(await family.children(MAIN))

    # Looks and zones.
    told.add(await family.where(MAIN, child.id))
    told.add(await family.today(MAIN, child.id))
    told.add(await family.looks(CHILD))
    zone = await family.add_zone(MAIN, child.id, SCHOOL)
    told.add(zone)
    await told.refused(FamilyRefused, family.add_zone(MAIN, child.id, SCHOOL))
    for wrong in (99, 20_001):
        small = ZoneOrder(name="Я", latitude=0, longitude=0, radius_m=wrong, told=["in"])
        await told.refused(InvalidRequest, family.add_zone(MAIN, child.id, small))
    told.add(await family.zones(MAIN, child.id))
    await cabinet.demo.advance(ClockMove(seconds=15 * 3600))
    told.add(await family.today(MAIN, child.id))
    told.add(await family.where(MAIN, child.id))
    told.add([one.text for one in (await cabinet.demo.messages(ANNA)).items[:4]])
    told.add(await family.drop_zone(MAIN, child.id, zone.id))
    (entry, *_) = (await cabinet.undo.pending()).items
    told.add(await cabinet.undo.take_back(entry.id))
    await told.refused(UndoRefused, cabinet.undo.take_back(entry.id))
    told.add(await family.zones(MAIN, child.id))

    # The end.
    told.add(await family.withdraw(CHILD, child.id))
    await told.refused(FamilyRefused, family.today(MAIN, child.id))
    await told.refused(FamilyRefused, family.zones(MAIN, child.id))
    told.add(await family.drop(MAIN, child.id))
    told.add(await family.children(MAIN))
    for asked in (
        family.where(MAIN, child.id),
        family.drop(MAIN, child.id),
        family.children("nobody"),
        family.withdraw(CHILD, "nobody"),
    ):
        await told.refused(NotFound, asked)
    clock.move(minutes=6)
    await told.refused(StepUpRequired, family.ask(MAIN, ChildOrder(phone=MISHA, name="Миша")))
    return told.lines


async def test_every_backend_tells_the_same(backends: Backends):
    found = []
    for kind in KINDS:
        clock = Clock()
        found.append(await walk(await backends.make(kind, clock), clock))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 30


async def test_nobody_else_sees_the_child(cabinet: Cabinet):
    await sign_in(cabinet)
    child = await cabinet.family.ask(MAIN, ChildOrder(phone=MISHA, name="Миша"))
    await cabinet.demo.send(MISHA, ShortMessage(to="3322", text="ДА"))
    await sign_in(cabinet, MISHA)
    for asked in (
        cabinet.family.where(MAIN, child.id),
        cabinet.family.where(CHILD, child.id),
        cabinet.family.children(MAIN),
    ):
        with pytest.raises(NotFound):
            await asked
