"""Pictures of «Отправка SMS/MMS»."""

from datetime import timedelta
from pathlib import Path

from textual.pilot import Pilot

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.messages import (
    ContactOrder,
    Messages,
    MmsOrder,
    SmsOrder,
    TemplateOrder,
)
from tests.backend.desk import MISHA, NOW
from tests.backend.messages import FAR_FRIEND, FRIEND, NOBODY
from tests.pictures_made import photo, picture

from .pages import Cabinet, Person, settle
from .world import World

MAIN = "anna-moscow"
OLEG = "+79562222222"
LONG = "Привет! Мы будем в субботу к обеду, привезём пирог и ёлку. Соль и гирлянда с вас, остальное есть."


def fill(world: World) -> None:
    """Contacts, templates, a talk, what was sent and what is planned."""
    for name, phone, groups in (
        ("Катя Ёлкина", FRIEND, ["Семья"]),
        ("Олег, дача", OLEG, ["Семья", "Дача"]),
        ("Тётя Люда", FAR_FRIEND, ["Семья"]),
    ):
        order = ContactOrder(name=name, phone=phone, groups=groups)
        world.answer(Messages.keep_contact, MAIN, order)
    for title, text in (
        ("Опаздываю", "Буду через 15 минут, начинайте без меня"),
        ("Перезвоню", "Сейчас не могу говорить, перезвоню вечером"),
    ):
        world.answer(Messages.keep_template, MAIN, TemplateOrder(title=title, text=text))
    world.answer(Messages.send, MAIN, SmsOrder(to=[FRIEND, OLEG, NOBODY, MISHA], text=LONG))
    small = MmsOrder(to=[FAR_FRIEND], picture=picture("JPEG", (64, 48)), text="Кот")
    world.answer(Messages.send_mms, MAIN, small)
    live(world, seconds=10)
    later = NOW + timedelta(hours=20)
    world.answer(Messages.send, MAIN, SmsOrder(to=[FRIEND], text="С днём рождения!", at=later))
    with world.store.write() as tx:
        tx.message(MAIN, FRIEND, "Ура, ждём! А дети?")
        tx.message(MAIN, FRIEND, "[b]И собака[/b] 🐕")
    live(world, seconds=2)


def live(world: World, **parts: float) -> None:
    """Let time pass for the number."""
    world.clock.move(**parts)
    with world.store.write() as tx:
        pass_time(tx, MAIN)


async def begin(world: World, pilot: Pilot[None]) -> Cabinet:
    fill(world)
    await settle(pilot)
    cabinet = Cabinet(pilot)
    await cabinet.open("messages")
    return cabinet


async def messages(world: World, pilot: Pilot[None]) -> None:
    """The threads, two messages unread."""
    await begin(world, pilot)


async def messages_search(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("slash")
    await cabinet.type("елк")


async def messages_thread(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("enter")


async def messages_new(world: World, pilot: Pilot[None]) -> None:
    """The price of an SMS to a group, told before it is sent."""
    cabinet = await begin(world, pilot)
    await cabinet.press("plus")
    await cabinet.type("семья, 8 956 333-22-11")
    await cabinet.press("tab")
    await cabinet.paste(LONG)
    await cabinet.press("f8")


async def messages_later(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("plus")
    await cabinet.type("Катя Ёлкина")
    await cabinet.press("tab")
    await cabinet.type("Hello {€}")
    await cabinet.press("tab")
    await cabinet.type("завтра 9:00")
    await cabinet.press("f8")


async def messages_wrong(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("plus")
    await cabinet.paste("89561234567\n112\nСосед\n8 495 123-45-67")
    await cabinet.press("f8")


async def messages_sent(world: World, pilot: Pilot[None]) -> None:
    """States of each recipient, and why one failed."""
    cabinet = await begin(world, pilot)
    await cabinet.press("d", "down", "down", "enter", "down", "down")


async def messages_list(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("d")


async def messages_planned(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("d", "enter")


async def messages_contacts(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("plus")
    await cabinet.click("#pick-contacts")
    await cabinet.press("enter", "down", "enter")


async def messages_templates(world: World, pilot: Pilot[None]) -> None:
    cabinet = await begin(world, pilot)
    await cabinet.press("t", "delete")


async def messages_mms(world: World, pilot: Pilot[None]) -> None:
    """A picture that is too large for an MMS."""
    await _give_picture(world, pilot, photo())
    await Person(pilot).press("f8")


async def messages_picture(world: World, pilot: Pilot[None]) -> None:
    """The picture in cells of the terminal."""
    await _give_picture(world, pilot, picture("PNG", (320, 200)))
    await Person(pilot).click("#look")


def write_picture(world: World, content: bytes) -> Path:
    path = world.places.data_dir / "кот.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


async def _give_picture(world: World, pilot: Pilot[None], content: bytes) -> None:
    path = write_picture(world, content)
    cabinet = await begin(world, pilot)
    await cabinet.press("m")
    await cabinet.type("Катя Ёлкина")
    cabinet.screen.query_one("#picture").value = str(path)
    await settle(pilot)


SCENES = (
    messages, messages_search, messages_thread, messages_new, messages_later, messages_wrong,
    messages_sent, messages_list, messages_planned, messages_contacts, messages_templates,
    messages_mms, messages_picture,
)  # fmt: skip
