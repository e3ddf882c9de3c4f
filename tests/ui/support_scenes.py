"""Pictures of «Поддержка», «Уведомления» and the help."""

from datetime import timedelta

from textual.pilot import Pilot

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.support import Attachment, CallBackOrder, ChatOrder, Support
from mts_tui.backend.services.notifications import notify
from tests.backend.desk import ANNA, NOW

from .pages import Cabinet, settle
from .world import World

MAIN = "anna-moscow"


async def support(world: World, pilot: Pilot[None]) -> None:
    """A chat with the help's answer, a file and an agent."""
    ticket = world.answer(Support.open, MAIN, ChatOrder(text="Сколько стоит блокировка?"))
    file = Attachment(name="журнал.txt", text="строка\n" * 200)
    order = ChatOrder(text="Вот что было, посмотрите", attachment=file)
    world.answer(Support.say, MAIN, ticket.id, order)
    world.pass_time(timedelta(minutes=3).total_seconds())
    world.store.change(lambda tx: pass_time(tx, MAIN))
    await Cabinet(pilot).open("support")


async def support_new(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("support")
    await Cabinet(pilot).press("enter")


async def support_tickets(world: World, pilot: Pilot[None]) -> None:
    world.answer(Support.open, MAIN, ChatOrder(text="Позовите оператора, пожалуйста"))
    await support(world, pilot)
    await Cabinet(pilot).press("d")


async def support_close(world: World, pilot: Pilot[None]) -> None:
    await support(world, pilot)
    await Cabinet(pilot).press("x", "up", "up")


async def support_file(world: World, pilot: Pilot[None]) -> None:
    await support(world, pilot)
    await Cabinet(pilot).press("s", "enter")


async def support_call(world: World, pilot: Pilot[None]) -> None:
    since = NOW.replace(hour=7, minute=0) + timedelta(days=1)
    for hours, topic in ((0, "Списание за услугу"), (3, "")):
        order = CallBackOrder(phone=ANNA, since=since + timedelta(hours=hours), topic=topic)
        world.answer(Support.order_call, MAIN, order)
    await Cabinet(pilot).open("support")
    await Cabinet(pilot).press("h")


async def support_adviser(world: World, pilot: Pilot[None]) -> None:
    await Cabinet(pilot).open("support")
    await Cabinet(pilot).press("v", "down", "enter")


async def support_attach(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("support")
    await cabinet.press("e")
    await cabinet.paste("/нет/такого/журнала.txt")
    await cabinet.press("enter")


async def support_code(world: World, pilot: Pilot[None]) -> None:
    await support_adviser(world, pilot)
    await Cabinet(pilot).press("tab", "enter")


async def handbook(world: World, pilot: Pilot[None]) -> None:
    cabinet = Cabinet(pilot)
    await cabinet.open("support")
    await cabinet.press("slash", "slash")
    await cabinet.type("обещанный платёж")
    await cabinet.press("enter")


async def handbook_page(world: World, pilot: Pilot[None]) -> None:
    await handbook(world, pilot)
    await Cabinet(pilot).press("enter")


async def notifications(world: World, pilot: Pilot[None]) -> None:
    """Two days, read ones and new ones."""
    for kind, title, text in (
        ("payment", "Платёж получен", "Счёт пополнен на 300,00 ₽ через СБП."),
        ("statement", "Детализация готова", "Готова детализация: 1–22 ноября 2026 г."),
        ("support", "Ответ поддержки", "Специалист ответил в обращении МТС-2611-0001."),
    ):
        world.clock.move(minutes=1)
        _write(world, kind, title, text)
    await Cabinet(pilot).open("notifications")
    await Cabinet(pilot).press("down", "space", "down")
    await settle(pilot)


def _write(world: World, kind: str, title: str, text: str) -> None:
    world.store.change(lambda tx: notify(tx, MAIN, kind, title, text))  # type: ignore[arg-type]


SCENES = (
    support, support_new, support_tickets, support_close, support_file, support_call,
    support_adviser, support_attach, support_code, handbook, handbook_page, notifications,
)  # fmt: skip
