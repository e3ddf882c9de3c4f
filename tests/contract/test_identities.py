"""Social accounts through every backend: linked, a way in, unlinked."""

import pytest

from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.demo import ProviderVisit
from mts_tui.backend.contract.errors import IdentityRefused, NotFound
from mts_tui.backend.contract.identities import EntryAnswer, FlowAnswer, FlowOrder
from tests.backend.desk import ANNA, Clock
from tests.backend.network import sign_in

DEMO = FlowOrder(provider="demo")


async def agree(cabinet: Cabinet, code: str) -> None:
    person = (await cabinet.demo.provider_people()).items[0].id
    await cabinet.demo.visit_provider(ProviderVisit(code=code, person=person, agree=True))


async def test_from_the_first_link_to_the_last(cabinet: Cabinet, clock: Clock):
    (provider,) = (await cabinet.identities.providers()).items
    assert (provider.id, provider.title, provider.ways) == ("demo", "Демо-ID", ["device"])
    await sign_in(cabinet)
    flow = await cabinet.identities.begin(DEMO)
    await agree(cabinet, flow.user_code)
    done = await cabinet.identities.progress(FlowAnswer(id=flow.id))
    assert done.state == "done"
    await cabinet.access.sign_out()
    cabinet._channel.token = None
    flow = await cabinet.identities.begin_entry(DEMO)
    await agree(cabinet, flow.user_code)
    entered = await cabinet.identities.entry(EntryAnswer(id=flow.id, device_name="Проба"))
    assert entered.signed_in is not None
    assert (entered.signed_in.session.phone, entered.signed_in.session.way) == (ANNA, "identity")
    clock.move(minutes=1)
    await sign_in(cabinet)
    (known,) = (await cabinet.identities.linked()).items
    assert known.used_at is not None
    await cabinet.identities.unlink(known.id)
    assert (await cabinet.identities.linked()).items == []


async def test_what_is_refused(cabinet: Cabinet):
    with pytest.raises(NotFound):
        await cabinet.identities.entry(EntryAnswer(id="0" * 64))
    loopback = FlowOrder(provider="demo", loopback="http://127.0.0.1:45678/callback")
    with pytest.raises(IdentityRefused):
        await cabinet.identities.begin_entry(loopback)
    await sign_in(cabinet)
    with pytest.raises(NotFound):
        await cabinet.identities.unlink("0" * 32)


async def test_devices(cabinet: Cabinet):
    await sign_in(cabinet)
    assert (await cabinet.access.devices()).items == []
    with pytest.raises(NotFound):
        await cabinet.access.distrust("0" * 64)
