"""A list of what a person keeps: shown, made, changed, forgotten by two presses."""

from typing import Generic, TypeVar

from textual import on, work
from textual.widgets import Button, Static

from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.messages import Contact, Template
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Rows

A = TypeVar("A")
K = TypeVar("K", Contact, Template)


class KeptDialog(Dialog[A], Generic[A, K]):
    """The list. Subclasses have a `Rows` and a `Static` with the id `kept-message`.

    Args:
        account: Whose.
    """

    noun = ""
    """What one is called, of masculine gender."""

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._found: list[K] = []
        self._asked = ""

    async def ask(self) -> list[K]:
        """What is kept, as the operator tells it."""
        raise NotImplementedError

    async def forget(self, one: K) -> None:
        """Let the operator forget one."""
        raise NotImplementedError

    def called(self, one: K) -> str:
        """Its name, safe to show."""
        raise NotImplementedError

    def row(self, one: K) -> tuple[Cell, ...]:
        """Its line."""
        raise NotImplementedError

    def form(self, one: K | None) -> Dialog[str]:
        """The form of one, or of a new one; answers what it is called where it was kept."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Show what is kept now."""
        try:
            found = await self.ask()
        except CabinetError as error:
            self.say(str(error))
            return
        if alive(self):
            self._found = found
            self.query_one(Rows).show(len(found), lambda index: self.row(found[index]), keep=True)
            self.shown()

    def shown(self) -> None:
        """The list is there."""

    @on(Button.Pressed, "#new")
    def make_new(self) -> None:
        """Make one."""
        self.app.push_screen(self.form(None), self.kept)

    @work(group="save")
    @once("save")
    async def drop(self) -> None:
        """Forget the one under the cursor; the second press does it."""
        rows = self.query_one(Rows)
        if not rows.has_focus or rows.cursor >= len(self._found):
            return
        one = self._found[rows.cursor]
        if self._asked != one.id:
            self._asked = one.id
            self.say(f"Удалить «{self.called(one)}»? Нажмите Delete ещё раз.")
            return
        self._asked = ""
        try:
            await self.forget(one)
        except CabinetError as error:
            self.say(str(error))
            return
        self.say(f"«{self.called(one)}» удалён. {can_undo(self.app, 'Вернуть')}")
        self.load()

    def kept(self, name: str | None) -> None:
        """A form was closed."""
        if name is not None and alive(self):
            self.say(f"{self.noun} «{name}» сохранён.")
            self.load()

    def say(self, text: str) -> None:
        """Say something below the list."""
        if alive(self):
            self.query_one("#kept-message", Static).update(text)
