"""«GOOD'OK» through every backend: a file of megabytes goes up, a sample comes down."""

import pytest

from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.errors import CabinetError, InvalidRequest, RingbackRefused, TooLarge
from mts_tui.backend.contract.ringback import MELODY_BYTES, Upload
from mts_tui.backend.contract.roaming import RoamingCountry
from tests.backend import sounds
from tests.backend.desk import MISHA
from tests.backend.network import sign_in
from tests.backend.offers import CHILD, MAIN, set_balance

from .conftest import Backends


async def test_a_melody_goes_up_and_comes_back(cabinet: Cabinet):
    await sign_in(cabinet)
    content = sounds.wav(59, rate=40_000)
    assert MELODY_BYTES * 0.8 < len(content) < MELODY_BYTES
    made = await cabinet.ringback.upload(MAIN, Upload(title="Кот поёт", content=content))
    assert (made.title, made.seconds, made.owned) == ("Кот поёт", 59, False)
    sample = await cabinet.ringback.sample(MAIN, made.id)
    assert len(sample.content) > 900_000
    assert len(sample.wave) == 120


async def test_what_is_too_large_is_refused(cabinet: Cabinet):
    await sign_in(cabinet)
    for size in (MELODY_BYTES + 1, 2 * MELODY_BYTES):
        with pytest.raises(CabinetError) as refused:
            await cabinet.ringback.upload(MAIN, Upload(title="Много", content=bytes(size)))
        assert isinstance(refused.value, InvalidRequest | TooLarge)
    with pytest.raises(RingbackRefused, match="Это не звук"):
        await cabinet.ringback.upload(MAIN, Upload(title="Игра", content=b"MZ" + bytes(200_000)))


async def test_a_larger_body_is_that_operations_alone(cabinet: Cabinet):
    await sign_in(cabinet)
    found = await cabinet.roaming.countries(MAIN, "турц")
    assert found.items == [RoamingCountry("TR", "Турция", "Популярные страны")]


async def test_a_friends_melody_is_copied(backends: Backends, cabinet: Cabinet):
    await sign_in(cabinet)
    for account in (MAIN, CHILD):
        set_balance(backends.store, 500_00, account)
    assert (await cabinet.ringback.copies(MAIN, MISHA)).items == []
    await cabinet.ringback.buy(CHILD, "10021002")
    (found,) = (await cabinet.ringback.copies(MAIN, MISHA)).items
    assert (found.title, found.owned) == ("Поезд на юг", False)
    assert (await cabinet.ringback.buy(MAIN, found.id)).owned
    with pytest.raises(InvalidRequest):
        await cabinet.ringback.copies(MAIN, "112")
