"""«Услуги» and «Подбор тарифа» as a person sees them."""

from textual.widgets import Static

from mts_tui.backend.contract.options import Option, Options
from mts_tui.screens.fitting import FittingDialog
from mts_tui.screens.fitting_detail import FitDialog
from mts_tui.screens.option_change import OptionChangeDialog
from mts_tui.screens.options import OptionsDialog
from mts_tui.screens.undo import UndoDialog
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.rows import Rows
from mts_tui.widgets.sections import Sections
from tests.backend.desk import change
from tests.backend.quiet import plain

from .pages import Person, settle, text_of
from .world import World

MAIN = "anna-moscow"


def rich(world: World, balance: int = 500_000) -> None:
    """Let Anna's main number have money, kopecks."""
    with world.store.write() as tx:
        change(tx, "UPDATE accounts SET balance = ? WHERE id = ?", balance, MAIN)


def blocked(world: World) -> None:
    with world.store.write() as tx:
        change(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)


def option(world: World, option_id: str) -> Option:
    """An option, as the operator tells it."""
    found = world.answer(Options.offered, MAIN).items
    return next(one for one in found if one.id == option_id)


class OptionsPages(Person):
    """The list, and what a basket would change."""

    def __init__(self, pilot) -> None:
        super().__init__(pilot)
        self.answers: list[bool | None] = []

    async def open(self) -> None:
        self.app.push_screen(OptionsDialog(MAIN), self.answers.append)
        await settle(self.pilot)

    @property
    def here(self) -> str:
        names = {OptionsDialog: "list", OptionChangeDialog: "change", UndoDialog: "undo"}
        return names.get(type(self.screen), type(self.screen).__name__)

    @property
    def table(self) -> Sections:
        return self.screen.query_one(Sections)

    @property
    def lines(self) -> list[list[str]]:
        """The lines, headings among them, cell by cell."""
        rows = self.table
        return [plain(rows.text_of(index)).split("\t") for index in range(rows.row_count)]

    @property
    def titles(self) -> list[str]:
        """The titles of the options that are shown."""
        return [one.title for one in self.screen._shown]

    @property
    def row(self) -> list[str]:
        """The line under the cursor."""
        return plain(self.table.text_of(self.table.cursor)).split("\t")

    async def go_to(self, title: str) -> None:
        """Put the cursor on an option."""
        self.table.focus()
        self.table.go_to_row(self.titles.index(title))
        await settle(self.pilot)

    async def mark(self, *titles: str) -> None:
        for title in titles:
            await self.go_to(title)
            await self.do("mark_option")

    def text(self, where: str) -> str:
        widget = self.screen.query_one(where)
        text = str(widget.content) if isinstance(widget, Static) else text_of(widget)
        return " ".join(plain(text).split())

    @property
    def detail(self) -> str:
        return self.text("#option-detail")

    @property
    def message(self) -> str:
        return self.text("#options-message")

    @property
    def changes(self) -> str:
        """What the preview says."""
        block = self.screen.query_one(PreviewBlock)
        return f"{self.text('#option-changes')} {' '.join(plain(text_of(block)).split())}"

    @property
    def refusal(self) -> str:
        return self.text("#change-message")


class FittingPages(Person):
    """The list of tariffs, and one of them in full."""

    def __init__(self, pilot) -> None:
        super().__init__(pilot)
        self.answers: list[bool | None] = []

    async def open(self) -> None:
        self.app.push_screen(FittingDialog(MAIN), self.answers.append)
        await settle(self.pilot)

    @property
    def here(self) -> str:
        names = {FittingDialog: "list", FitDialog: "tariff"}
        return names.get(type(self.screen), type(self.screen).__name__)

    @property
    def table(self) -> Rows:
        return self.screen.query_one(Rows)

    @property
    def lines(self) -> list[list[str]]:
        rows = self.table
        return [plain(rows.text_of(index)).split("\t") for index in range(rows.row_count)]

    @property
    def titles(self) -> list[str]:
        return [line[1] for line in self.lines]

    def text(self, where: str) -> str:
        return " ".join(plain(text_of(self.screen.query_one(where))).split())

    @property
    def progress(self) -> str:
        return self.text("#fitting-progress")
