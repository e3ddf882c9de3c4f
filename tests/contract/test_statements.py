"""«Детализация»: the operator inside and a server answer alike, line by line."""

from datetime import timedelta

from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.demo import ClockMove
from mts_tui.backend.contract.errors import InvalidRequest, MailRefused, NotFound, StatementRefused
from mts_tui.backend.contract.receipts import MailOrder
from mts_tui.backend.contract.statements import KEPT_HOURS, StatementOrder
from mts_tui.backend.statements import forget_expired, make_one
from mts_tui.backend.store import Store
from mts_tui.backend.store.transaction import new_key
from mts_tui.documents.statement_file import in_this_process
from tests.backend.desk import ANNA, NOW, Clock
from tests.backend.network import sign_in

from .conftest import KINDS, Backends
from .told import Told

ALL = ["call_out", "call_in", "call_missed", "sms_out", "sms_in", "mms", "data", "periodic"]
WEEK = StatementOrder(since=NOW - timedelta(days=7), until=NOW, kinds=ALL, format="html")


async def order(cabinet: Cabinet, told: Told, main: str) -> None:
    """Orders, and what is refused."""
    statements = cabinet.statements
    told.add(await statements.ordered(main))
    for since, until in ((NOW, NOW), (NOW - timedelta(days=800), NOW), (NOW, NOW - NOW.resolution)):
        wrong = StatementOrder(since=since, until=until, kinds=["data"])
        await told.refused(StatementRefused, statements.order(main, wrong))
    nowhere = StatementOrder(since=WEEK.since, until=NOW, kinds=["data"], delivery="email")
    await told.refused(StatementRefused, statements.order(main, nowhere))
    somewhere = StatementOrder(
        since=WEEK.since, until=NOW, kinds=["data"], delivery="email", to="anna@example.com"
    )
    await told.refused(MailRefused, statements.order(main, somewhere))
    nothing = StatementOrder(since=WEEK.since, until=NOW, kinds=[])
    await told.refused(InvalidRequest, statements.order(main, nothing))
    key = new_key()
    first = await cabinet.keyed(key).statements.order(main, WEEK)
    told.add(first)
    assert await cabinet.keyed(key).statements.order(main, WEEK) == first
    for _ in range(2):
        told.add(await statements.order(main, WEEK))
    await told.refused(StatementRefused, statements.order(main, WEEK))
    told.add(await statements.cancel(main, first.id))
    told.add(await statements.statement(main, first.id))
    told.add(await statements.cancel(main, first.id))
    await told.refused(NotFound, statements.statement(main, first.id))
    await told.refused(NotFound, statements.cancel(main, first.id))
    await told.refused(NotFound, statements.ordered("nobody"))
    told.add(await cabinet.demo.messages(ANNA))


async def read(cabinet: Cabinet, told: Told, main: str, store: Store) -> None:
    """What was ordered is made, and read."""
    statements = cabinet.statements
    waiting, other = (await statements.ordered(main)).items
    await told.refused(NotFound, statements.rows(main, waiting.id))
    await told.refused(NotFound, statements.part(main, waiting.id, 0))
    while make_one(store, begin=in_this_process):
        pass
    one = await statements.statement(main, waiting.id)
    told.add(one)
    assert one.state == "ready"
    page = await statements.rows(main, one.id)
    told.add(page)
    told.add(await statements.rows(main, one.id, 5, page.next_cursor))
    told.add(await statements.rows(main, one.id, 200, order="newest"))
    told.add(await statements.rows(main, one.id, kinds="call_in,data", text="4G"))
    told.add(await statements.rows(main, one.id, text="985 37"))
    told.add(await statements.totals(main, one.id))
    told.add(await statements.totals(main, one.id, kinds="call_out", text="москва"))
    told.add(await statements.part(main, one.id, 0))
    await told.refused(NotFound, statements.part(main, one.id, 1))
    await told.refused(InvalidRequest, statements.part(main, one.id, -1))
    await told.refused(InvalidRequest, statements.rows(main, one.id, kinds="top_up"))
    await told.refused(InvalidRequest, statements.rows(main, one.id, cursor="?"))
    await told.refused(MailRefused, statements.send(main, one.id, MailOrder(to="anna@example.com")))
    await told.refused(InvalidRequest, statements.send(main, one.id, MailOrder(to="?")))
    told.add(await statements.cancel(main, other.id))
    told.add(await cabinet.demo.advance(ClockMove(seconds=KEPT_HOURS * 3600 - 1)))
    told.add(await statements.ordered(main))
    told.add(await cabinet.demo.advance(ClockMove(seconds=1)))
    await told.refused(NotFound, statements.rows(main, one.id))
    told.add(await statements.ordered(main))
    assert forget_expired(store)
    told.add(await cabinet.demo.messages(ANNA))


async def walk(backend: Backend, clock: Clock, store: Store) -> list[str]:
    told, cabinet = Told(), Cabinet(backend)
    main = (await sign_in(cabinet)).session.account
    clock.move(minutes=2)
    await order(cabinet, told, main)
    await read(cabinet, told, main, store)
    return told.lines


async def test_a_statement_goes_the_same_way_on_all_three(backends: Backends) -> None:
    told = {}
    for kind in KINDS:
        clock = Clock()
        backend = await backends.make(kind, clock)
        told[kind] = await walk(backend, clock, backends.store)
    first = told[KINDS[0]]
    assert len(first) > 35
    for kind in KINDS[1:]:
        for place, (expected, said) in enumerate(zip(first, told[kind], strict=True)):
            assert said == expected, (kind, place)
