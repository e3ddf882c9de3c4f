"""The way of money: the operator inside and a server answer alike, line by line."""

from datetime import timedelta

from mts_tui import formatting
from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.account import BudgetOrder
from mts_tui.backend.contract.autopay import AutopayOrder
from mts_tui.backend.contract.demo import ClockMove
from mts_tui.backend.contract.errors import (
    AutopayRefused,
    BudgetRefused,
    InvalidRequest,
    MailRefused,
    NotFound,
    PaymentDeclined,
    PaymentOver,
    PaymentRefused,
    PromiseRefused,
    StepUpRequired,
    TrustRefused,
    UndoRefused,
    WrongCode,
)
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import CardDetails, PaymentCode, TopUpOrder
from mts_tui.backend.contract.receipts import MailOrder
from mts_tui.backend.contract.transfers import PurchaseOrder, SavedOrder, TransferOrder
from mts_tui.backend.contract.trust import PromiseOrder
from mts_tui.backend.store.transaction import new_key
from tests.backend.desk import ANNA, MISHA, NOW, Clock, other_than
from tests.backend.network import newest_code, sign_in

from .conftest import KINDS, Backends
from .told import Told

MIR = CardDetails(number="2200000000000004", month=12, year=2030, cvv="123", keep=True)


def rub(minor: int) -> Money:
    return Money(amount_minor=minor, currency="RUB")


async def pay(cabinet: Cabinet, told: Told, main: str) -> None:
    """Top-ups: by card and by СБП, refused, declined, given up, repeated."""
    payments = cabinet.payments
    told.add(await payments.terms(main))
    order = TopUpOrder(to=ANNA, amount=rub(500_00), means="card")
    for amount in (0, -1, 9_99, 15_000_01, 10**11):
        bad = TopUpOrder(to=ANNA, amount=rub(amount), means="card")
        await told.refused(PaymentRefused, payments.top_up(main, bad))
    dollars = Money(amount_minor=500_00, currency="USD")
    wrong_money = TopUpOrder(to=ANNA, amount=dollars, means="card")
    await told.refused(PaymentRefused, payments.top_up(main, wrong_money))
    key = new_key()
    begun = await cabinet.keyed(key).payments.top_up(main, order)
    told.add(begun)
    assert await cabinet.keyed(key).payments.top_up(main, order) == begun
    told.add(await payments.give_card(main, begun.id, MIR))
    code = await newest_code(cabinet, ANNA)
    wrong = PaymentCode(code=other_than(code))
    await told.refused(WrongCode, payments.confirm(main, begun.id, wrong))
    done = await payments.confirm(main, begun.id, PaymentCode(code=code))
    told.add(done)
    assert (done.state, done.operation is not None) == ("done", True)
    await told.refused(PaymentOver, payments.confirm(main, begun.id, PaymentCode(code=code)))
    await told.refused(PaymentOver, payments.cancel(main, begun.id))
    begun = await payments.top_up(main, order)
    for number, year in (
        ("4000000000000001", 2030),
        ("4242424242424242", 2030),
        (MIR.number, 2020),
    ):
        refused = CardDetails(number=number, month=1, year=year, cvv="123")
        await told.refused(PaymentRefused, payments.give_card(main, begun.id, refused))
    blocked = CardDetails(number="4000000000000002", month=12, year=2030, cvv="123")
    await told.refused(PaymentDeclined, payments.give_card(main, begun.id, blocked))
    told.add(await payments.cards(main))
    sbp = await payments.top_up(main, TopUpOrder(to=MISHA, amount=rub(100_00), means="sbp"))
    told.add(sbp)
    told.add(await cabinet.demo.advance(ClockMove(seconds=60)))
    assert (await payments.payment(main, sbp.id)).state == "done"
    sbp = await payments.top_up(main, TopUpOrder(to=ANNA, amount=rub(100_00), means="sbp"))
    told.add(await payments.cancel(main, sbp.id))
    told.add(await payments.recent(main))
    await told.refused(NotFound, payments.payment(main, "nothing"))
    await told.refused(NotFound, payments.recent("nobody"))


async def send(cabinet: Cabinet, told: Told, main: str) -> None:
    """Transfers, purchases, receipts."""
    transfers = cabinet.transfers
    told.add(await transfers.terms(main, MISHA))
    await told.refused(PaymentRefused, transfers.transfer(main, TransferOrder(ANNA, rub(10_00))))
    order = TransferOrder(to=MISHA, amount=rub(100_00))
    told.add(await cabinet.preview(transfers.transfer, main, order))
    begun = await transfers.transfer(main, order)
    told.add(begun)
    code = PaymentCode(code=await newest_code(cabinet, ANNA))
    done = await cabinet.payments.confirm(main, begun.id, code)
    told.add(done)
    providers = (await transfers.providers("")).items
    told.add(providers)
    told.add(await transfers.providers("ИНТЕРНЕТ"))
    first = providers[0]
    purchase = PurchaseOrder(provider=first.id, number=first.example, amount=first.least)
    told.add(await cabinet.preview(transfers.purchase, main, purchase))
    told.add(await transfers.purchase(main, purchase))
    bad = PurchaseOrder(provider=first.id, number="не номер", amount=first.least)
    await told.refused(PaymentRefused, transfers.purchase(main, bad))
    kept = SavedOrder(name="Дом", provider=first.id, number=first.example, amount=first.least)
    saved = await transfers.save(main, kept)
    told.add(saved)
    told.add(await transfers.forget(main, saved.id))
    (entry,) = (await cabinet.undo.pending()).items
    told.add(await cabinet.undo.take_back(entry.id))
    told.add(await transfers.saved(main))
    await told.refused(UndoRefused, cabinet.undo.take_back(entry.id))
    assert done.operation is not None
    told.add(await cabinet.receipts.receipt(main, done.operation))
    mail = MailOrder(to="anna@example.com")
    await told.refused(MailRefused, cabinet.receipts.send(main, done.operation, mail))
    await told.refused(InvalidRequest, cabinet.receipts.send(main, "1", MailOrder(to="не адрес")))


async def look(cabinet: Cabinet, told: Told, main: str) -> None:
    """The archive, the calendar, the budget."""
    archive, account = cabinet.archive, cabinet.account
    since, until = NOW - timedelta(days=20), NOW - timedelta(days=5)
    told.add(await archive.operations(main, 5, since=since, until=until))
    told.add(await archive.operations(main, 5, kinds="call,sms", text="985 37", least=100))
    told.add(await archive.totals(main, since=since))
    told.add(await archive.totals(main, text="ГОРОСКОП"))
    for one in (await archive.operations(main, 20)).items:
        told.add(await archive.operation(main, one.id))
    await told.refused(NotFound, archive.operation(main, "999999999"))
    await told.refused(InvalidRequest, archive.operations(main, least=-1))
    told.add(await account.charges(main))
    told.add(await account.subscriptions(main))
    told.add(await account.set_budget(main, BudgetOrder(limit=rub(5_000_00), hard=True)))
    await told.refused(BudgetRefused, account.set_budget(main, BudgetOrder(limit=rub(0))))
    told.add(await account.budget(main))
    told.add(await account.drop_budget(main))
    told.add(await account.unsubscribe(main, "horoscope"))


async def owe(cabinet: Cabinet, told: Told, clock: Clock, main: str) -> None:
    """Trust, promise, autopay."""
    trust, autopay = cabinet.trust, cabinet.autopay
    told.add(await trust.terms(main))
    told.add(await cabinet.preview(trust.switch_on, main))
    told.add(await trust.switch_on(main))
    told.add(await trust.promise_terms(main))
    await told.refused(PromiseRefused, trust.promise(main, PromiseOrder(amount=rub(100_00))))
    told.add(await trust.switch_off(main))
    order = PromiseOrder(amount=rub(100_00))
    told.add(await cabinet.preview(trust.promise, main, order))
    told.add(await trust.promise(main, order))
    await told.refused(TrustRefused, trust.switch_on(main))
    (card,) = (await cabinet.payments.cards(main)).items
    rule = AutopayOrder(kind="month", amount=rub(300_00), card=card.id, day=31)
    made = await autopay.create(main, rule)
    told.add(made)
    none = AutopayOrder(kind="month", amount=rub(300_00), card="nothing", day=31)
    await told.refused(AutopayRefused, autopay.create(main, none))
    told.add(await autopay.pause(main, made.id))
    told.add(await autopay.resume(main, made.id))
    await told.refused(PaymentRefused, cabinet.payments.forget_card(main, card.id))
    clock.move(minutes=6)
    await told.refused(StepUpRequired, autopay.create(main, rule))
    told.add(await cabinet.demo.advance(ClockMove(seconds=9 * 86_400)))
    told.add(await autopay.runs(main))
    told.add(await autopay.rules(main))
    told.add(await trust.promise_terms(main))
    told.add(await autopay.remove(main, made.id))
    told.add(await cabinet.undo.pending())
    told.add(await cabinet.payments.forget_card(main, card.id))
    told.add(await cabinet.demo.messages(ANNA))
    told.add(await cabinet.account.overview(main))


async def walk(backend: Backend, clock: Clock) -> list[str]:
    """Everything about money, and everything it refuses."""
    told, cabinet = Told(), Cabinet(backend)
    main = (await sign_in(cabinet)).session.account
    clock.move(minutes=2)
    await pay(cabinet, told, main)
    await send(cabinet, told, main)
    await look(cabinet, told, main)
    await owe(cabinet, told, clock, main)
    return told.lines


async def test_money_goes_the_same_way_on_all_three(backends: Backends) -> None:
    told = {}
    for kind in KINDS:
        clock = Clock()
        told[kind] = await walk(await backends.make(kind, clock), clock)
    first = told[KINDS[0]]
    assert len(first) > 90
    for kind in KINDS[1:]:
        for place, (expected, said) in enumerate(zip(first, told[kind], strict=True)):
            assert said == expected, (kind, place)


async def test_how_the_person_reads_does_not_reach_the_operator_inside(backends: Backends) -> None:
    clock = Clock()
    server = await walk(await backends.make("remote-sqlite", clock), clock)
    clock = Clock()
    inside = await backends.make("embedded", clock)
    formatting.use_iso()  # As the app does, in the thread that waits for the answers.
    try:
        told = await walk(inside, clock)
        assert formatting.money(303_00) == "303.00\N{NO-BREAK SPACE}₽"
    finally:
        formatting.use_iso(iso=False)
    for place, (expected, said) in enumerate(zip(server, told, strict=True)):
        assert said == expected, place
    assert any("код для платежа 505,00\N{NO-BREAK SPACE}₽" in line for line in told)
    assert any("действует до 25 нояб." in line for line in told)
