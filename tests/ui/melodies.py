"""«Роуминг» and «GOOD'OK» as a person sees them, and their pictures."""

from textual.pilot import Pilot
from textual.widgets import Button, Static

from mts_tui.backend.contract.ringback import Gift, Ringback
from mts_tui.screens.melody import MelodyDialog, MelodyGiftDialog
from mts_tui.screens.melody_rule import MelodyRuleDialog
from mts_tui.screens.melody_upload import UploadDialog
from mts_tui.screens.ringback import CatalogueDialog, RingbackDialog, SwitchOnDialog
from mts_tui.screens.roaming import RoamingTermsDialog
from mts_tui.screens.who_hears import HeardDialog
from mts_tui.widgets.rows import Rows
from mts_tui.widgets.waveform import Waveform
from tests.backend import sounds
from tests.backend.desk import MISHA
from tests.backend.paydesk import give
from tests.backend.quiet import plain

from .pages import Cabinet, Person, settle, text_of, until
from .world import World

MAIN = "anna-moscow"


class RoamingPages(Person):
    """The countries, and what awaits in one."""

    async def open(self) -> None:
        await Cabinet(self.pilot).open("services")
        await self.do("roaming")

    @property
    def countries(self) -> list[str]:
        rows = self.screen.query_one(Rows)
        return [rows.text_of(index).split("\t")[0] for index in range(rows.row_count)]

    @property
    def terms_are_open(self) -> bool:
        return isinstance(self.screen, RoamingTermsDialog)

    @property
    def terms(self) -> str:
        return plain(text_of(self.screen.query_one("#roaming-text")))


class MelodyPages(Person):
    """The service, the catalogue, a melody, its rules, a gift, a file."""

    def __init__(self, pilot: Pilot[None]) -> None:
        super().__init__(pilot)
        self.answers: list[bool | None] = []

    async def open(self) -> None:
        self.app.push_screen(RingbackDialog(MAIN), self.answers.append)
        await settle(self.pilot)

    async def choose(self, text: str) -> None:
        """Find a melody in the catalogue and open it."""
        await self.do("melody_catalogue")
        await self.type(text)
        await self.press("enter")

    def is_open(self, kind: type) -> bool:
        return isinstance(self.screen, kind)

    @property
    def here(self) -> str:
        names = {
            RingbackDialog: "service", CatalogueDialog: "catalogue", MelodyDialog: "melody",
            MelodyRuleDialog: "rule", MelodyGiftDialog: "gift", UploadDialog: "upload",
            HeardDialog: "heard", SwitchOnDialog: "switch",
        }  # fmt: skip
        return names.get(type(self.screen), type(self.screen).__name__)

    def text(self, where: str) -> str:
        widget = self.screen.query_one(where)
        return plain(str(widget.content) if isinstance(widget, Static) else text_of(widget))

    def table(self, which: str) -> list[str]:
        rows = self.screen.query_one(f"#{which}", Rows)
        return [plain(rows.text_of(index)) for index in range(rows.row_count)]

    @property
    def melodies(self) -> list[str]:
        return self.table("ringback-melodies")

    @property
    def rules(self) -> list[str]:
        return self.table("ringback-rules")

    @property
    def state(self) -> str:
        return self.text("#ringback-state")

    @property
    def message(self) -> str:
        return self.text("#ringback-message")

    @property
    def wave(self) -> str:
        return text_of(self.screen.query_one(Waveform))

    def button(self, name: str) -> str:
        """The label of a button; empty while it is not there."""
        button = self.screen.query_one(f"#{name}", Button)
        return plain(str(button.label)) if button.display else ""

    async def push(self, name: str) -> None:
        button = self.screen.query_one(f"#{name}", Button)
        await until(self.pilot, lambda: not button.has_class("-active"))  # Deaf for 0.2 s.
        button.focus()
        await self.press("enter")


# ------------------------------------------------------------------ pictures


async def roaming(world: World, pilot: Pilot[None]) -> None:
    pages = RoamingPages(pilot)
    await pages.open()
    await pages.type("тур")


async def roaming_terms(world: World, pilot: Pilot[None]) -> None:
    await roaming(world, pilot)
    await RoamingPages(pilot).press("enter", "enter")


async def ringback(world: World, pilot: Pilot[None]) -> None:
    """A melody, a rule by time, a gift that waits."""
    give(world.store, 900_00)
    window = world.window()
    window.sign_in(MISHA)
    _give_to_anna(window)
    pages = MelodyPages(pilot)
    await pages.open()
    await pages.choose("прибо")
    await pages.push("buy")
    await _night_rule(pages)
    await pages.press("escape", "escape")


async def melody_catalogue(world: World, pilot: Pilot[None]) -> None:
    pages = MelodyPages(pilot)
    await pages.open()
    await pages.do("melody_catalogue")


async def melody_copy(world: World, pilot: Pilot[None]) -> None:
    """What a friend's callers hear can be had too."""
    give(world.store, 500_00, "misha-moscow")
    friend = world.window()
    friend.sign_in(MISHA)
    friend.ask(Ringback.buy, "misha-moscow", "10021006")
    await melody_catalogue(world, pilot)
    await MelodyPages(pilot).type("+7 985 370-56-78")


async def melody(world: World, pilot: Pilot[None]) -> None:
    """Before it is bought: the picture, the price, what comes next."""
    give(world.store, 900_00)
    pages = MelodyPages(pilot)
    await pages.open()
    await pages.choose("поезд")


async def melody_rule(world: World, pilot: Pilot[None]) -> None:
    await melody(world, pilot)
    pages = MelodyPages(pilot)
    await pages.push("buy")
    await pages.push("rule")
    await pages.press("down", "down", "down")


async def melody_gift(world: World, pilot: Pilot[None]) -> None:
    await melody(world, pilot)
    pages = MelodyPages(pilot)
    await pages.push("gift")
    await pages.type("9853705678")
    await pages.press("enter")


async def melody_upload(world: World, pilot: Pilot[None]) -> None:
    """A program that calls itself a melody."""
    pages = MelodyPages(pilot)
    await pages.open()
    await pages.do("own_melody")
    path = world.path.parent / "песня.mp3"
    path.write_bytes(b"MZ" + bytes(1000))
    await pages.fill("#path", str(path))
    await pages.press("enter", "enter")
    pages.screen.query_one("#path").value = "~/песня.mp3"  # Wherever the test's folder lies.


async def who_hears(world: World, pilot: Pilot[None]) -> None:
    await ringback(world, pilot)
    pages = MelodyPages(pilot)
    await pages.do("who_hears")
    await pages.type("9853705678")
    await pages.press("enter")


async def _night_rule(pages: MelodyPages) -> None:
    await pages.push("rule")
    await pages.press("down", "down", "down")
    pages.screen.query_one("#day-5").focus()
    await pages.press("space")
    await pages.fill("#rule-from", "22")
    await pages.fill("#rule-to", "7:00")
    await pages.press("enter")
    pages.app.clear_notifications()


def _give_to_anna(window: object) -> None:
    give(window.store, 500_00, "misha-moscow")
    window.ask(Ringback.give, "misha-moscow", Gift(melody="10021004", to="+79853701234"))


SCENES = (
    roaming, roaming_terms, ringback, melody_catalogue, melody_copy, melody, melody_rule,
    melody_gift, melody_upload, who_hears,
)  # fmt: skip
"""In a world where Anna is at home."""

WAV = sounds.wav()
