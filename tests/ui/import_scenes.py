"""Pictures of «Импорт»: asking, looking, telling what came of it, and the number afterwards."""

from pathlib import Path

from textual.pilot import Pilot

from tests.imports import samples

from .pages import Cabinet, SignIn
from .test_import import Importing
from .world import World


def _file(world: World, name: str, text: str) -> Path:
    path = world.path.with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


async def import_ask(world: World, pilot: Pilot[None]) -> None:
    dialog = Importing(pilot)
    await dialog.open()
    await dialog.press("enter")


async def import_known(world: World, pilot: Pilot[None]) -> None:
    """What is in a file, some rows of which are damaged."""
    text = samples.DAMAGED.rstrip() + "\r\n" + "\r\n".join(
        samples.table(samples.EVERY_CODE, own="").splitlines()[1:]
    )  # fmt: skip
    dialog = Importing(pilot)
    await dialog.open()
    await dialog.read(_file(world, "detalizaciya-03-2016.csv", text))


async def import_unread(world: World, pilot: Pilot[None]) -> None:
    await import_known(world, pilot)
    await Cabinet(pilot).click("#unread")
    await Cabinet(pilot).press("down", "down")


async def import_number(world: World, pilot: Pilot[None]) -> None:
    """A file that does not say whose it is."""
    text = samples.table(samples.EVERY_CODE, own="")
    dialog = Importing(pilot)
    await dialog.open()
    await dialog.read(_file(world, "detail.csv", text))
    await dialog.type("985370")
    await dialog.press("enter")


async def import_done(world: World, pilot: Pilot[None]) -> None:
    await import_known(world, pilot)
    await Cabinet(pilot).press("enter")


async def import_account(world: World, pilot: Pilot[None]) -> None:
    await import_done(world, pilot)
    await Cabinet(pilot).press("enter")


async def import_operation(world: World, pilot: Pilot[None]) -> None:
    await import_account(world, pilot)
    await Cabinet(pilot).press("down", "enter")


async def import_numbers(world: World, pilot: Pilot[None]) -> None:
    await import_account(world, pilot)
    await Cabinet(pilot).open("numbers")
    await Cabinet(pilot).press("end")


async def import_files(world: World, pilot: Pilot[None]) -> None:
    await import_numbers(world, pilot)
    await Cabinet(pilot).press("x")
    await Cabinet(pilot).click("#drop-file")


async def import_alone(world: World, pilot: Pilot[None]) -> None:
    """Without a sign-in: the tariff may be told at the end."""
    await SignIn(pilot).press("f4")
    dialog = Importing(pilot)
    await dialog.read(_file(world, "detail.csv", samples.table(samples.EVERY_CODE)))
    await dialog.press("enter")


BEFORE = (import_alone,)
SCENES = (
    import_ask, import_known, import_unread, import_number, import_done, import_account,
    import_operation, import_numbers, import_files,
)  # fmt: skip
