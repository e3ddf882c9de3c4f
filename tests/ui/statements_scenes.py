"""Pictures of «Детализация»."""

from datetime import timedelta
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from mts_tui.backend.contract.statements import Statement, StatementOrder, Statements
from mts_tui.backend.statements import make_one
from mts_tui.backend.store.transaction import to_ms
from mts_tui.documents.statement_file import in_this_process
from mts_tui.screens.statement_words import ALL_KINDS, CALLS_AND_SMS
from tests.backend.desk import NOW, change

from .pages import Cabinet, settle
from .world import World

MAIN = "anna-moscow"
MONTH = NOW - timedelta(days=30)


def order(world: World, **values: Any) -> Statement:
    """Order one, of the last month."""
    members = {"since": MONTH, "until": NOW, "kinds": list(ALL_KINDS), "format": "json"}
    one: Statement = world.answer(Statements.order, MAIN, StatementOrder(**{**members, **values}))
    return one


def make(world: World) -> None:
    """Make the documents of all that are ordered."""
    while make_one(world.store, begin=in_this_process):
        pass


def half_made(world: World, statement: Statement, done: int, rows: int) -> None:
    """Let one be under way."""
    with world.store.write() as tx:
        change(
            tx,
            "UPDATE statements SET state = 'running', done = ?, row_count = ?, takes = 1, "
            "lease_until = ? WHERE id = ?",
            done,
            rows,
            to_ms(NOW + timedelta(minutes=1)),
            statement.id,
        )
        tx.emit(MAIN, "statement")


async def begin(world: World, pilot: Pilot[None]) -> Cabinet:
    """Some that are ready, one under way, one that waits, one given up."""
    order(world, kinds=list(CALLS_AND_SMS), since=NOW - timedelta(days=6))
    world.clock.move(seconds=60)
    order(world)
    make(world)
    world.clock.move(minutes=15)
    gone = order(world, since=NOW - timedelta(days=360), kinds=["data"], format="csv")
    world.answer(Statements.cancel, MAIN, gone.id)
    half_made(world, order(world, since=NOW - timedelta(days=200), format="pdf"), 2_930, 7_140)
    order(world, since=NOW - timedelta(days=1), format="xlsx")
    await settle(pilot)
    cabinet = Cabinet(pilot)
    await cabinet.open("statements")
    return cabinet


async def read(world: World, pilot: Pilot[None]) -> Cabinet:
    """The month is open."""
    order(world)
    make(world)
    await settle(pilot)
    cabinet = Cabinet(pilot)
    await cabinet.open("statements")
    await cabinet.press("enter")
    return cabinet


async def statements(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("down")


async def statements_ready(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("end")


async def statements_none(world: World, pilot: Pilot[None]) -> None:
    """What would be here, and how to get it."""
    await Cabinet(pilot).open("statements")


async def statements_period(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("statements")
    await cabinet.press("plus", *["down"] * 4, "enter")
    await cabinet.type("31 февраля")
    await cabinet.press("enter", "enter")


async def statements_kinds(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("statements")
    await cabinet.press("plus", "enter", "down", "down", "enter", "space")


async def statements_delivery(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("statements")
    await cabinet.press("plus", "down", "enter", "enter", "down", "enter")
    # Letters that are typed tell the keyboard's layout, which the menu behind may show or not yet.
    cabinet.screen.query_one("#address", Input).value = "anna@example.com"


async def statements_look(world: World, pilot: Pilot[None]) -> None:
    """The whole order in a sentence, refused: there is no mail here."""
    await statements_delivery(world, pilot)
    await Cabinet(pilot).press("enter", "enter", "enter")


async def statements_delete(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("end", "delete")


async def statement(world: World, pilot: Pilot[None]) -> None:
    cabinet = await read(world, pilot)
    await cabinet.press("end", "up", "up")


async def statement_wide(world: World, pilot: Pilot[None]) -> None:
    """The totals over the list, or put away."""
    cabinet = await read(world, pilot)
    await cabinet.press("i")


async def statement_phone(world: World, pilot: Pilot[None]) -> None:
    cabinet = await read(world, pilot)
    await cabinet.press("f2")


async def statement_search(world: World, pilot: Pilot[None]) -> None:
    cabinet = await read(world, pilot)
    await cabinet.press("t", "space", "enter", "slash")
    await cabinet.type("956")


async def statement_row(world: World, pilot: Pilot[None]) -> None:
    cabinet = await read(world, pilot)
    await cabinet.press("down", "enter")


async def statement_save(world: World, pilot: Pilot[None]) -> None:
    cabinet = await read(world, pilot)
    await cabinet.press("e", "up")
    path = "/home/anna/statement-79853701234-2026-10-23-2026-11-22.xlsx"
    cabinet.screen.query_one("#path", Input).value = path


SCENES = (
    statements, statements_ready, statements_none, statements_period, statements_kinds,
    statements_delivery, statements_look, statements_delete, statement, statement_wide,
    statement_phone, statement_search, statement_row, statement_save,
)  # fmt: skip
