"""The way of services: the operator inside and a server answer alike, line by line."""

from datetime import timedelta

from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.access import CodeOrder, Confirmation, SignIn
from mts_tui.backend.contract.demo import ClockMove, Dial, IncomingCall
from mts_tui.backend.contract.errors import (
    AlreadyLinked,
    BlockingRefused,
    EntryClosed,
    ForwardingRefused,
    InvalidRequest,
    NotFound,
    NumbersRefused,
    OptionRefused,
    StepUpRequired,
    TariffRefused,
    TooManyCodes,
    UndoRefused,
    WrongCode,
)
from mts_tui.backend.contract.forwarding import ForwardingOrder
from mts_tui.backend.contract.numbers import LinkOrder, NumberChange, NumberPlace
from mts_tui.backend.contract.options import Basket
from mts_tui.backend.contract.tariffs import ChangeOrder
from mts_tui.backend.store import Store
from tests.backend.desk import ANNA, ANNA_SECOND, NOW, UNLINKED, Clock, other_than
from tests.backend.network import newest_code, sign_in
from tests.backend.offers import CHILD, CITY, MAIN, MINSK, SECOND, set_balance

from .conftest import KINDS, Backends
from .told import Told

FRIEND = "+79561234567"
KYIV, KYIV_PHONE = "anna-ukraine", "+380500000001"


def settle(store: Store) -> None:
    """Money for everything, and a number of Ukraine in Anna's cabinet."""
    set_balance(store, 20_000_00)
    with store.write() as tx:
        tx.accounts.add(
            id=KYIV, subscriber_id="anna", phone=KYIV_PHONE, kind="mobile", country="UA",
            currency="UAH", region="Украина", zone="Europe/Kyiv", profile="belarus",
            tariff_id="ua-demo", opened_at=tx.now_ms, fee_at=tx.now_ms + 60_000,
            fee_day=22, points_at=tx.now_ms,
        )  # fmt: skip
        tx.accounts.link(subscriber_id="anna", account_id=KYIV, name="Киев", role="own")
    set_balance(store, 250_00, KYIV)


async def take_back(cabinet: Cabinet, told: Told) -> None:
    """Take the last thing back, and then once more."""
    pending = (await cabinet.undo.pending()).items
    told.add(pending)
    told.add(await cabinet.undo.take_back(pending[0].id))
    await told.refused(UndoRefused, cabinet.undo.take_back(pending[0].id))


async def advance(cabinet: Cabinet, told: Told, **parts: float) -> None:
    seconds = int(timedelta(**parts).total_seconds())
    told.add(await cabinet.demo.advance(ClockMove(seconds=seconds)))


async def change_tariff(cabinet: Cabinet, told: Told) -> None:
    """Now, taken back, later, cancelled, refused; and what else would have cost."""
    tariffs = cabinet.tariffs
    for account in (MAIN, MINSK, KYIV, CITY, CHILD):
        told.add(await tariffs.current(account))
        told.add(await tariffs.offered(account))
    for tariff, account in (
        ("smart-nonstop", MAIN),
        ("posekundnyi", MAIN),
        ("by-gostevoi", MAIN),
        ("gorodskoi-nomer", MAIN),
        ("smart", MINSK),
        ("by-umnyi-biznes-2", MINSK),
        ("smart", KYIV),
        ("ua-demo", KYIV),
        ("smart", CITY),
        ("mts-junior", CHILD),
    ):
        order = ChangeOrder(tariff=tariff)
        await told.refused(TariffRefused, tariffs.change(account, order))
        await told.refused(TariffRefused, cabinet.preview(tariffs.change, account, order))
    smart = ChangeOrder(tariff="smart")
    await told.refused(NotFound, tariffs.change(MAIN, ChangeOrder(tariff="нет такого")))
    await told.refused(NotFound, tariffs.change("nobody", smart))
    await told.refused(InvalidRequest, tariffs.change(MAIN, ChangeOrder(tariff="")))

    told.add(await cabinet.preview(tariffs.change, MAIN, smart))
    done = await tariffs.change(MAIN, smart)
    told.add(done)
    assert (done.state, done.first_payment.amount_minor) == ("done", 450_00)
    told.add(await tariffs.current(MAIN))
    await take_back(cabinet, told)
    assert (await tariffs.current(MAIN)).tariff.id == "smart-nonstop"

    for at in (NOW - timedelta(days=1), NOW + timedelta(days=61)):
        order = ChangeOrder(tariff="smart", at=at)
        await told.refused(TariffRefused, tariffs.change(MAIN, order))
    later = ChangeOrder(tariff="smart", at=NOW + timedelta(days=3))
    told.add(await cabinet.preview(tariffs.change, MAIN, later))
    planned = await tariffs.change(MAIN, later)
    told.add(planned)
    await told.refused(TariffRefused, tariffs.change(MAIN, ChangeOrder(tariff="ultra")))
    told.add(await tariffs.cancel(MAIN, planned.id))
    await told.refused(TariffRefused, tariffs.cancel(MAIN, planned.id))
    await told.refused(NotFound, tariffs.cancel(MAIN, "nothing"))
    told.add(await tariffs.change(MAIN, later))
    told.add(await tariffs.current(MAIN))
    told.add(await tariffs.changes(MAIN))

    for tariff in ("smart-nonstop", "ultra"):
        for months in (1, 3):
            told.add(await tariffs.fit(MAIN, tariff, months))
    await told.refused(TariffRefused, tariffs.fit(MAIN, "ua-demo"))
    await told.refused(NotFound, tariffs.fit(MAIN, "nothing"))
    for months in (0, 13):
        await told.refused(InvalidRequest, tariffs.fit(MAIN, "ultra", months))


async def switch_options(cabinet: Cabinet, told: Told, clock: Clock) -> None:
    """A basket, what excludes what, what needs what, back."""
    options = cabinet.options
    for account in (MAIN, MINSK, KYIV):
        told.add(await options.offered(account))

    async def refuse(*on: str, off: tuple[str, ...] = (), account: str = MAIN) -> None:
        basket = Basket(on=list(on), off=list(off))
        await told.refused(OptionRefused, options.change(account, basket))
        await told.refused(OptionRefused, cabinet.preview(options.change, account, basket))

    await refuse()
    await refuse("sms-100", "sms-100")
    await refuse("sms-100", "sms-300")
    await refuse("missed-calls")
    await refuse("unlimited-calls")
    await refuse("voicemail")
    await refuse(off=("sms-100",))
    await refuse(off=("content-ban",), account=CHILD)
    await told.refused(NotFound, options.change(MAIN, Basket(on=["нет такой"])))
    await told.refused(InvalidRequest, options.change(MAIN, Basket(on=["sms-100"] * 51)))

    async def switch(*on: str, off: tuple[str, ...] = ()) -> None:
        basket = Basket(on=list(on), off=list(off))
        told.add(await cabinet.preview(options.change, MAIN, basket))
        told.add(await options.change(MAIN, basket))
        clock.move(seconds=1)

    await switch("forwarding", "voicemail", "sms-100")
    await switch("sms-300")  # Takes the place of the other packet.
    await refuse("sms-pro", off=("voicemail",))  # Needs one that is not on.
    await refuse("voicemail", off=("forwarding",))
    await switch(off=("forwarding",))  # Takes along what needs it.
    await take_back(cabinet, told)
    on = {one.id for one in (await options.offered(MAIN)).items if one.state == "on"}
    assert {"forwarding", "voicemail", "sms-300"} <= on
    await switch("zero-abroad")
    told.add(await options.offered(MAIN))


async def forward(cabinet: Cabinet, told: Told, clock: Clock) -> None:
    """By the cabinet and by the phone's own codes."""
    forwarding = cabinet.forwarding
    told.add(await forwarding.rules(MAIN))
    for target in (FRIEND, "+78123334455", "+447700900123", KYIV_PHONE):
        told.add(await forwarding.price(MAIN, target))
    told.add(await forwarding.price(MINSK, ANNA))
    told.add(await forwarding.set(MAIN, "no_answer", ForwardingOrder(target=FRIEND, seconds=5)))
    told.add(await forwarding.set(MAIN, "busy", ForwardingOrder(target=ANNA_SECOND)))
    for target in (ANNA, "+78001234567", "+78091234567", "+79", "112", "89561234567", ""):
        order = ForwardingOrder(target=target)
        kind = ForwardingRefused if len(target) > 10 and target[0] == "+" else InvalidRequest
        await told.refused(kind, forwarding.set(MAIN, "all", order))
        await told.refused(kind, forwarding.price(MAIN, target))
    ring = ForwardingOrder(target=ANNA)
    await told.refused(ForwardingRefused, forwarding.set(SECOND, "all", ring))
    for seconds in (0, 7, 35):
        order = ForwardingOrder(target=FRIEND, seconds=seconds)
        await told.refused(InvalidRequest, forwarding.set(MAIN, "no_answer", order))
    await told.refused(InvalidRequest, forwarding.set(MAIN, "иначе", ring))  # type: ignore[arg-type]
    await told.refused(NotFound, forwarding.set("nobody", "all", ring))
    clock.move(seconds=1)
    told.add(await forwarding.clear(MAIN, "busy"))
    await take_back(cabinet, told)
    told.add(await forwarding.clear(MAIN, "all"))  # Off already: nothing.
    told.add(await forwarding.set(SECOND, "all", ForwardingOrder(target=FRIEND)))
    for code in (
        "*#002#",
        "**21*89561234567#",
        "*#21#",
        "**61*89561234567**30#",
        "**61*89561234567**31#",
        "**21*112#",
        "**21*89853701234#",
        "**21*#",
        "##67#",
        "*#002#",
    ):
        told.add(await cabinet.demo.dial(ANNA, Dial(code=code)))
    told.add(await forwarding.rules(MAIN))
    for situation in ("free", "busy", "no_answer", "unreachable"):
        # Who calls is by chance: only what came of it is told.
        reply = await cabinet.demo.receive(ANNA, IncomingCall(situation=situation))
        told.add(reply.text.partition(". ")[2])
    told.add(await cabinet.demo.dial(ANNA, Dial(code="##002#")))
    assert {one.target for one in (await forwarding.rules(MAIN)).items} == {None}
    clock.move(seconds=1)
    told.add(await forwarding.clear_all(SECOND))
    await take_back(cabinet, told)
    told.add(await forwarding.rules(SECOND))


async def travel(cabinet: Cabinet, told: Told) -> None:
    """What awaits abroad."""
    roaming = cabinet.roaming
    for text in ("", "турц", "BY", "тур", "нет такой страны"):
        told.add(await roaming.countries(MAIN, text))
    for country in ("TR", "BY", "US", "KP"):
        told.add(await roaming.terms(MAIN, country))
    told.add(await roaming.terms(MINSK, "RU"))
    for country in ("RU", "ZZ"):
        await told.refused(NotFound, roaming.terms(MAIN, country))
    await told.refused(InvalidRequest, roaming.terms(MAIN, "Турция"))
    await told.refused(InvalidRequest, roaming.countries(MAIN, "а" * 61))


async def block(cabinet: Cabinet, told: Told, clock: Clock) -> None:
    """A block, what it refuses, a lost phone, both with a proof."""
    blocking = cabinet.blocking
    for account in (MAIN, SECOND, MINSK, KYIV, CITY, CHILD):
        told.add(await blocking.state(account))
    clock.move(minutes=6)
    await told.refused(StepUpRequired, blocking.block(MAIN))
    await told.refused(StepUpRequired, blocking.report_lost(SECOND))
    told.add(await cabinet.preview(blocking.block, MAIN))
    await prove(cabinet, told)
    told.add(await blocking.block(MAIN))
    told.add(await blocking.block(MAIN))  # Blocked already: nothing.
    await told.refused(BlockingRefused, blocking.block(CITY))
    await told.refused(NotFound, blocking.block("nobody"))
    await told.refused(TariffRefused, cabinet.tariffs.change(MAIN, ChangeOrder(tariff="ultra")))
    await told.refused(OptionRefused, cabinet.options.change(MAIN, Basket(off=["sms-300"])))
    order = ForwardingOrder(target=FRIEND)
    await told.refused(ForwardingRefused, cabinet.forwarding.set(MAIN, "all", order))
    for code in ("*100#", "*111*25#", "0890", "112"):
        told.add(await cabinet.demo.dial(ANNA, Dial(code=code)))
    told.add(await cabinet.account.overview(MAIN))
    told.add(await cabinet.preview(blocking.unblock, MAIN))
    told.add(await blocking.unblock(MAIN))
    told.add(await blocking.unblock(MAIN))
    told.add(await cabinet.demo.messages(ANNA))

    for account in (MAIN, CITY, CHILD):
        await told.refused(BlockingRefused, blocking.report_lost(account))
        await told.refused(BlockingRefused, blocking.report_found(account))
    told.add(await blocking.report_lost(SECOND))
    for asked in (
        cabinet.access.request_code(CodeOrder(phone=ANNA_SECOND)),
        cabinet.access.sign_in(SignIn(phone=ANNA_SECOND, password="какой-нибудь пароль")),
    ):
        await told.refused(EntryClosed, asked)
    told.add(await cabinet.demo.dial(ANNA_SECOND, Dial(code="##002#")))
    told.add(await cabinet.numbers.linked())
    clock.move(minutes=6)
    await told.refused(StepUpRequired, blocking.report_found(SECOND))
    await prove(cabinet, told)
    told.add(await blocking.report_found(SECOND))
    told.add(await cabinet.demo.messages(ANNA_SECOND))


async def prove(cabinet: Cabinet, told: Told) -> None:
    """Prove presence by a code of the login."""
    told.add(await cabinet.access.request_code(CodeOrder(phone=ANNA)))
    code = await newest_code(cabinet, ANNA)
    wrong = Confirmation(code=other_than(code))
    await told.refused(WrongCode, cabinet.access.confirm(wrong))
    told.add(await cabinet.access.confirm(Confirmation(code=code)))


async def arrange_numbers(cabinet: Cabinet, told: Told, clock: Clock) -> None:
    """Added by the phone's own code, renamed, moved, removed; each in its own money."""
    numbers = cabinet.numbers
    linked = (await numbers.linked()).items
    told.add(linked)
    money = {one.account: one.balance.currency for one in linked}
    assert (money[MAIN], money[MINSK], money[KYIV]) == ("RUB", "BYN", "UAH")
    told.add(await cabinet.demo.dial(UNLINKED, Dial(code="*111*828*1#")))
    code = await newest_code(cabinet, UNLINKED)
    for bad, kind in (
        (LinkOrder(phone=UNLINKED, code=other_than(code)), WrongCode),
        (LinkOrder(phone="+7", code=code), InvalidRequest),
        (LinkOrder(phone=UNLINKED, code=code, name="я" * 41), InvalidRequest),
    ):
        await told.refused(kind, numbers.link(bad))
    new = await numbers.link(LinkOrder(phone=UNLINKED, code=code, name="Дача"))
    told.add(new)
    await told.refused(WrongCode, numbers.link(LinkOrder(phone=UNLINKED, code=code)))
    anew = CodeOrder(phone=UNLINKED)
    await told.refused(TooManyCodes, cabinet.access.request_code(anew))
    clock.move(minutes=2)
    told.add(await cabinet.access.request_code(anew))
    again = LinkOrder(phone=UNLINKED, code=await newest_code(cabinet, UNLINKED))
    await told.refused(AlreadyLinked, numbers.link(again))
    told.add(await numbers.rename(new.account, NumberChange(name="[b]Дача[/b] «у озера»")))
    told.add(await numbers.rename(MINSK, NumberChange(name="")))
    for place in (1, 3, 200):
        told.add(await numbers.move(new.account, NumberPlace(place=place)))
    for place in (0, 201):
        await told.refused(InvalidRequest, numbers.move(MAIN, NumberPlace(place=place)))
    await told.refused(NumbersRefused, numbers.unlink(MAIN))
    for asked in (
        numbers.unlink("nobody"),
        numbers.rename("nobody", NumberChange(name="Кто-то")),
        numbers.move("nobody", NumberPlace(place=1)),
    ):
        await told.refused(NotFound, asked)
    clock.move(seconds=1)
    told.add(await numbers.unlink(new.account))
    await told.refused(NotFound, cabinet.account.overview(new.account))
    await take_back(cabinet, told)
    told.add(await numbers.linked())
    for account in (MINSK, KYIV):
        told.add(await cabinet.account.overview(account))


async def live_on(cabinet: Cabinet, told: Told) -> None:
    """Over the planned change of the tariff, and over a month's fee of it."""
    assert (await cabinet.tariffs.current(MAIN)).tariff.id == "smart-nonstop"
    await advance(cabinet, told, days=3)
    now = await cabinet.tariffs.current(MAIN)
    told.add(now)
    assert (now.tariff.id, now.planned) == ("smart", None)
    told.add(await cabinet.tariffs.changes(MAIN))
    told.add(await cabinet.tariffs.offered(MAIN))
    told.add(await cabinet.options.offered(MAIN))
    soon = ChangeOrder(tariff="smart-mini")  # Sooner than in a month: for a fee.
    costs = await cabinet.preview(cabinet.tariffs.change, MAIN, soon)
    told.add(costs)
    assert costs.answer.fee.amount_minor == 150_00
    assert now.next_fee_at is not None
    await advance(cabinet, told, days=31)
    later = await cabinet.tariffs.current(MAIN)
    told.add(later)
    assert later.next_fee_at is not None
    assert later.next_fee_at > now.next_fee_at
    fees = (await cabinet.archive.operations(MAIN, 200, kinds="fee,option")).items
    told.add(fees)
    since = await cabinet.archive.totals(MAIN, kinds="fee,option", since=NOW)
    told.add(since)
    for one in fees[:20]:
        told.add(await cabinet.archive.operation(MAIN, one.id))
    told.add(await cabinet.tariffs.fit(MAIN, "ultra", 1))
    for account in (MAIN, SECOND, MINSK, KYIV, CITY, CHILD):
        told.add(await cabinet.account.overview(account))
        told.add(await cabinet.account.charges(account))


async def walk(backend: Backend, store: Store, clock: Clock) -> list[str]:
    """Everything about services, and everything they refuse."""
    told, cabinet = Told(), Cabinet(backend)
    settle(store)
    await sign_in(cabinet)
    clock.move(minutes=2)
    await change_tariff(cabinet, told)
    await switch_options(cabinet, told, clock)
    await forward(cabinet, told, clock)
    await travel(cabinet, told)
    await block(cabinet, told, clock)
    await arrange_numbers(cabinet, told, clock)
    await live_on(cabinet, told)
    return told.lines


async def test_services_go_the_same_way_on_all_three(backends: Backends) -> None:
    told = {}
    for kind in KINDS:
        clock = Clock()
        told[kind] = await walk(await backends.make(kind, clock), backends.store, clock)
    first = told[KINDS[0]]
    assert len(first) > 240
    for kind in KINDS[1:]:
        for place, (expected, said) in enumerate(zip(first, told[kind], strict=True)):
            assert said == expected, (kind, place)
