"""An import through every backend: a whole file goes up batch by batch, and comes back as history."""

import hashlib

import pytest

from mts_tui.backend.contract import Backend, Cabinet
from mts_tui.backend.contract.account import BudgetOrder
from mts_tui.backend.contract.errors import ImportRefused, InvalidRequest, NoOperator, NotFound
from mts_tui.backend.contract.imports import BATCH_ROWS, Import, ImportBatch, ImportOrder
from mts_tui.backend.contract.model import Money
from tests.backend.imported import rows_of
from tests.backend.network import sign_in
from tests.imports.samples import EVERY_CODE, OWN, many, rubles, table


def order_of(content: bytes) -> ImportOrder:
    digest = hashlib.sha256(content).hexdigest()
    return ImportOrder(phone=OWN, file="detail.csv", format="csv", digest=digest)


async def bring_in(cabinet: Cabinet, content: bytes) -> Import:
    begun = await cabinet.imports.begin(order_of(content))
    records, unread = rows_of(content)
    for place in range(0, len(records), BATCH_ROWS):
        part = ImportBatch(records=records[place : place + BATCH_ROWS])
        begun = await cabinet.imports.add(begun.account, begun.id, part)
    begun = await cabinet.imports.add(begun.account, begun.id, ImportBatch(unread=unread))
    while not begun.complete:
        begun = await cabinet.imports.end(begun.account, begun.id)
    return begun


async def test_a_file_goes_up_and_is_looked_at(cabinet: Cabinet):
    await sign_in(cabinet)
    life = list(many(2500))
    made = await bring_in(cabinet, table(life).encode())
    assert (made.added, made.known, made.complete) == (2500, 0, True)
    number = next(one for one in (await cabinet.numbers.linked()).items if one.imported)
    assert (number.phone, number.balance.amount_minor) == (OWN, 0)
    totals = await cabinet.archive.totals(made.account)
    assert totals.count == 2500
    assert totals.spent.amount_minor - totals.received.amount_minor == (rubles(life) + 50) // 100
    page = await cabinet.archive.operations(made.account, 50, text="исходящее sms")
    shown = await cabinet.archive.operation(made.account, page.items[0].id)
    assert "импортированного документа" in shown.explanation
    await cabinet.account.set_budget(made.account, BudgetOrder(limit=Money(500_00, "RUB")))
    again = await cabinet.imports.begin(order_of(table(life).encode()))
    assert again.id == made.id
    assert [one.id for one in (await cabinet.imports.imported(made.account)).items] == [made.id]
    assert (await cabinet.imports.unread(made.account, made.id)).items == []
    with pytest.raises(NoOperator):
        await cabinet.blocking.block(made.account)
    await cabinet.imports.remove(made.account, made.id)
    with pytest.raises(NotFound):
        await cabinet.imports.imported(made.account)


async def test_a_batch_has_its_most_rows(cabinet: Cabinet):
    await sign_in(cabinet)
    begun = await cabinet.imports.begin(order_of(b"x"))
    (record,) = rows_of(table(EVERY_CODE[:1]).encode())[0]
    batch = ImportBatch(records=[record] * (BATCH_ROWS + 1))
    with pytest.raises(InvalidRequest):
        await cabinet.imports.add(begun.account, begun.id, batch)


async def test_files_without_a_sign_in_are_for_ones_own_machine(cabinet: Cabinet, backend: Backend):
    if "own" in backend.features:
        signed = await cabinet.imports.begin_own(order_of(b"x"))
        assert signed.session.phone == OWN
        return
    with pytest.raises(ImportRefused, match="сначала войдите"):
        await cabinet.imports.begin_own(order_of(b"x"))
    with pytest.raises(ImportRefused, match="сначала войдите"):
        await cabinet.imports.enter_own()
