"""The page of «Демо-ID», the provider that the demo plays: a code, somebody invented, yes or no."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui.backend.contract.demo import ProviderPerson, ProviderVisit
from mts_tui.backend.contract.errors import CabinetError, NotFound
from mts_tui.widgets.alive import alive
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

WHAT = (
    "Провайдер и люди выдуманы, всё остаётся внутри программы. У настоящего провайдера эта "
    "страница открылась бы в браузере и спросила бы его пароль."
)
WRONG = "Такого кода «Демо-ID» не ждёт: он неверен, использован или устарел."


class DemoIdDialog(Dialog[bool]):
    """The page; answers True where something was decided there.

    Args:
        code: The code of the address.
    """

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code
        self._people: list[ProviderPerson] = []

    def compose(self) -> ComposeResult:
        """Code, people, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Демо-ID: вход на другом устройстве", classes="title", markup=False)
            yield Static(WHAT, classes="hint", markup=False)
            yield Field("Код с устройства", self._code, longest=20, id="page-code")
            yield Choice(id="people")
            yield Static("", id="page-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Разрешить вход", variant="primary", id="allow")
                yield Button("Отклонить", id="refuse")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask who lives there."""
        self.query_one(Choice).focus()
        self.load()

    @work(group="load")
    async def load(self) -> None:
        """Show who has an account."""
        try:
            self._people = (await self.app.cabinet.demo.provider_people()).items
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self.query_one(Choice).offer([[one.name] for one in self._people])

    @on(Choice.Submitted)
    @on(Button.Pressed, "#allow")
    def _allow(self) -> None:
        self.decide(agree=True)

    @on(Button.Pressed, "#refuse")
    def _refuse(self) -> None:
        self.decide(agree=False)

    @work(group="decide")
    @once("decide")
    async def decide(self, *, agree: bool) -> None:
        """Let the cabinet know who it is, or not."""
        code = self.query_one("#page-code", Input).value.strip()
        if not code or not self._people:
            self._say("Введите код.")
            return
        person = self._people[self.query_one(Choice).chosen].id
        try:
            await self.app.cabinet.demo.visit_provider(
                ProviderVisit(code=code, person=person, agree=agree)
            )
        except NotFound:
            self._say(WRONG)
        except CabinetError as error:
            self._say(str(error))
        else:
            self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#page-message", Static).update(text)
