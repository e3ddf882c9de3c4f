"""«МТС Бонус» and «Акции» through every backend: the operator inside and a server answer alike."""

import pytest

from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.bonus import BasketLine, Exchange, Invite, PointsGift, RewardBasket
from mts_tui.backend.contract.errors import (
    BonusRefused,
    InvalidRequest,
    NotFound,
    PromoRefused,
    StepUpRequired,
)
from mts_tui.backend.contract.promos import PromoAnswers
from mts_tui.backend.store.transaction import new_key
from tests.backend.desk import ANNA_SECOND, MISHA, STRANGER, Clock
from tests.backend.network import sign_in
from tests.backend.offers import MAIN, MINSK, SECOND

from .conftest import KINDS, Backends
from .told import Told


async def walk(backend: Backend, clock: Clock) -> list[str]:
    """Everything that points and promotions offer, and what they refuse."""
    told = Told()
    cabinet = Cabinet(backend)
    bonus, promos = cabinet.bonus, cabinet.promos
    await sign_in(cabinet)
    for account in (MAIN, SECOND, MINSK):
        told.add(await bonus.state(account))
        told.add(await bonus.rewards(account))
        told.add(await bonus.discounts(account))
        told.add(await promos.offered(account))
    told.add(await bonus.entries(MAIN, 5))
    for asked in (bonus.state("nobody"), promos.offered("nobody"), bonus.orders("nobody")):
        await told.refused(NotFound, asked)
    await told.refused(InvalidRequest, bonus.entries(MAIN, 5, "место"))
    await told.refused(BonusRefused, bonus.join(MINSK))

    # A questionnaire gives points to spend.
    told.add(await promos.answer(MAIN, "survey", PromoAnswers(choices=[0, 1, 2, 3])))
    basket = RewardBasket(lines=[BasketLine(reward="money-30"), BasketLine(reward="minutes-60")])
    told.add(await cabinet.preview(bonus.order, MAIN, basket))
    told.add(await bonus.order(MAIN, basket))
    told.add(await bonus.orders(MAIN))
    much = RewardBasket(lines=[BasketLine(reward="books-500", count=10)])
    await told.refused(BonusRefused, bonus.order(MAIN, much))
    for wrong in ([], [BasketLine(reward="money-30", count=11)]):
        await told.refused(InvalidRequest, bonus.order(MAIN, RewardBasket(lines=wrong)))
    told.add(await cabinet.preview(bonus.exchange, MAIN, Exchange(points=100)))
    keyed = cabinet.keyed(key := new_key())
    told.add(await keyed.bonus.exchange(MAIN, Exchange(points=100)))
    told.add(await cabinet.keyed(key).bonus.exchange(MAIN, Exchange(points=100)))
    await told.refused(InvalidRequest, bonus.exchange(MAIN, Exchange(points=0)))
    (entry, *_) = (await cabinet.undo.pending()).items
    told.add(await cabinet.undo.take_back(entry.id))
    told.add(await bonus.state(MAIN))

    # Others.
    told.add(await bonus.give(MAIN, PointsGift(to=MISHA, points=20)))
    await told.refused(BonusRefused, bonus.give(MAIN, PointsGift(to=STRANGER, points=20)))
    clock.move(minutes=6)
    await told.refused(StepUpRequired, bonus.give(MAIN, PointsGift(to=MISHA, points=20)))
    told.add(await bonus.invite(MAIN, Invite(phone=ANNA_SECOND)))
    told.add(await bonus.join(SECOND))
    told.add(await bonus.invitations(MAIN))
    told.add(await bonus.entries(MAIN, 20))

    # Promotions.
    await told.refused(NotFound, promos.join(MAIN, "nothing"))
    await told.refused(PromoRefused, promos.join(MAIN, "autopay-10"))
    told.add(await cabinet.preview(promos.join, MAIN, "unlimited"))
    told.add(await promos.join(MAIN, "unlimited"))
    told.add(await promos.leave(MAIN, "unlimited"))
    await told.refused(PromoRefused, promos.leave(MAIN, "unlimited"))
    told.add(await promos.offered(MAIN))
    return told.lines


async def test_every_backend_tells_the_same(backends: Backends):
    found = []
    for kind in KINDS:
        clock = Clock()
        found.append(await walk(await backends.make(kind, clock), clock))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 40


@pytest.mark.parametrize("account", [MAIN, SECOND])
async def test_nobody_else_sees_the_points(cabinet: Cabinet, account: str):
    await sign_in(cabinet, MISHA)
    with pytest.raises(NotFound):
        await cabinet.bonus.state(account)
    with pytest.raises(NotFound):
        await cabinet.promos.join(account, "friends")
