"""Templates: texts that are often sent; kept, changed, forgotten, or put into a message."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, sms_text
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.messages import LONGEST, Template, TemplateOrder
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text_field import TextField

from .kept import KeptDialog

COLUMNS = (Column(24), Column(0))
NONE = "Шаблонов пока нет. Новый — клавиша + или Insert."
LONGEST_TITLE = 60


class TemplatesDialog(KeptDialog[str, Template]):
    """The list; with `pick`, answers the text of one.

    Args:
        account: Whose.
        pick: Whether one is chosen for a message.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("templates"))
    action_places = ("templates", "list")
    noun = "Шаблон"

    def __init__(self, account: str, *, pick: bool = False) -> None:
        super().__init__(account)
        self._pick = pick

    def compose(self) -> ComposeResult:
        """The templates and buttons."""
        title = "Шаблоны: Enter — вставить в текст" if self._pick else "Шаблоны"
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static(title, classes="title", markup=False)
            yield Rows(COLUMNS, NONE, id="templates-list")
            yield Static("", id="kept-message", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Новый", id="new")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    async def ask(self) -> list[Template]:
        """Every template."""
        return (await self.app.cabinet.messages.templates(self._account)).items

    async def forget(self, one: Template) -> None:
        """Forget a template."""
        await self.app.cabinet.messages.drop_template(self._account, one.id)

    def called(self, one: Template) -> str:
        """Its title."""
        return formatting.clean(one.title, LONGEST_TITLE)

    def row(self, one: Template) -> tuple[Cell, ...]:
        """Title and text."""
        text = " ".join(formatting.clean(one.text, 200).split())
        return Cell(self.called(one), "strong"), Cell(text, "muted")

    def form(self, one: Template | None) -> "TemplateForm":
        """See `TemplateForm`."""
        return TemplateForm(self._account, one)

    @on(Rows.Chosen)
    def _chosen(self, chosen: Rows.Chosen) -> None:
        one = self._found[chosen.index]
        if self._pick:
            self.dismiss(one.text)
        else:
            self.app.push_screen(self.form(one), self.kept)

    def action_new_template(self) -> None:
        """Make one."""
        self.make_new()

    def action_drop_template(self) -> None:
        """Forget the one under the cursor."""
        self.drop()


class TemplateForm(Dialog[str]):
    """One template; answers its title where it was kept.

    Args:
        account: Whose.
        template: The one that is changed; None for a new one. Its title stays: another title is
            another template.
    """

    def __init__(self, account: str, template: Template | None = None) -> None:
        super().__init__()
        self._account = account
        self._template = template
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """Title, text, two buttons."""
        one = self._template
        with VerticalScroll(id="dialog", can_focus=False, classes="message-dialog"):
            name = "Новый шаблон" if one is None else "Шаблон"
            yield Static(name, classes="title", markup=False)
            field = Field(
                "Название", one.title if one else "", longest=LONGEST_TITLE, id="template-title"
            )
            field.disabled = one is not None
            yield field
            yield TextField("Текст", one.text if one else "", longest=LONGEST, id="template-text")
            yield Static("", id="template-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="keep")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the title."""
        self.query_one("#template-title" if self._template is None else "#template-text").focus()

    @on(Input.Submitted)
    def _next(self) -> None:
        self.query_one("#template-text").focus()

    @on(Button.Pressed, "#keep")
    @work(group="save")
    @once("save")
    async def keep(self) -> None:
        """Keep it."""
        title = " ".join(formatting.clean(self.query_one("#template-title", Input).value).split())
        text = sms_text.sendable(self.query_one(TextField).text)
        if not title:
            self._say("Напишите название: по нему вы найдёте шаблон.", "#template-title")
            return
        if not text:
            self._say("Напишите текст шаблона.", "#template-text")
            return
        order = TemplateOrder(title=title, text=text)
        keyed = self.app.cabinet.keyed(self._attempt.key(order)).messages
        try:
            kept = await keyed.keep_template(self._account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        self.dismiss(formatting.clean(kept.title, LONGEST_TITLE))

    def _say(self, text: str, field: str = "") -> None:
        if alive(self):
            self.query_one("#template-message", Static).update(text)
            if field:
                self.query_one(field).focus()
