"""Scenes of «Оплата» for the pictures: the hub, every step of a payment, codes, a receipt."""

from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from .pages import Cabinet, settle
from .paying import MISHA, NO_MONEY, Paying, let_pass
from .test_account_page import put
from .test_receipt import paid
from .world import World

Scene = Callable[[World, Pilot[None]], Awaitable[None]]


async def payments(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("payments")
    await Cabinet(pilot).press("down")


async def top_up_form(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open()
    await pay.type("1000,5")
    await pay.press("enter", "down")


async def top_up_wrong(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open()
    await pay.type("15000,01")
    await pay.press("enter")


async def top_up_card(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open()
    await pay.order("300")
    await pay.give_card(cvv="12")


async def top_up_code(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open()
    await pay.order("300")
    await pay.give_card()


async def top_up_done(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open()
    await pay.order("300")
    await pay.give_card()
    await pay.confirm()


async def top_up_declined(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open()
    await pay.order("300")
    await pay.give_card(NO_MONEY)
    await pay.confirm()


async def qr_link(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open()
    await pay.order("300", means=1)


async def qr_bill(world: World, pilot: Pilot[None]) -> None:
    await qr_link(world, pilot)
    await Paying(pilot).press("b")


async def transfer_preview(world: World, pilot: Pilot[None]) -> None:
    put(world, 500_00)
    pay = Paying(pilot)
    await pay.open("h")
    await pay.type(MISHA)
    await pay.press("enter")
    await pay.type("100")
    await pay.press("enter")


async def purchase_list(world: World, pilot: Pilot[None]) -> None:
    pay = Paying(pilot)
    await pay.open("e")
    await pay.press("enter", "down")


async def purchase_form(world: World, pilot: Pilot[None]) -> None:
    await purchase_list(world, pilot)
    await Paying(pilot).press("enter", "enter")


async def recent_payments(world: World, pilot: Pilot[None]) -> None:
    await top_up_done(world, pilot)
    pay = Paying(pilot)
    await pay.press("escape")
    world.pass_time(60)
    await pay.open()
    await pay.order("144,44", means=1)
    let_pass(world, 6)
    await settle(pilot)
    await pay.press("escape", "x")


async def receipt(world: World, pilot: Pilot[None]) -> None:
    await paid(Paying(pilot))


async def receipt_code(world: World, pilot: Pilot[None]) -> None:
    await receipt(world, pilot)
    await Paying(pilot).press("v")


async def receipt_save(world: World, pilot: Pilot[None]) -> None:
    await receipt(world, pilot)
    pay = Paying(pilot)
    await pay.press("p")
    pay.field("path").value = "/нет/такой/папки.pdf"
    await pay.press("enter")


SCENES: tuple[Scene, ...] = (
    payments, top_up_form, top_up_wrong, top_up_card, top_up_code, top_up_done, top_up_declined,
    qr_link, qr_bill, transfer_preview, purchase_list, purchase_form, recent_payments, receipt,
    receipt_code, receipt_save,
)  # fmt: skip
