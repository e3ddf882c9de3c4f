"""Adding a number to the cabinet, and naming one."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.access import CodeOrder
from mts_tui.backend.contract.errors import CabinetError, TooManyCodes
from mts_tui.backend.contract.numbers import LinkOrder, Number, NumberChange
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field, code_of
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.phone_field import PhoneField

LONGEST_NAME = 40
WHAT = (
    "На мобильный номер придёт SMS с кодом, на городской позвонит робот и продиктует его. Код "
    "можно получить и с самого телефона: *111*828*1#."
)


class NewNumber(PhoneField):
    """A field for the number to add; a city number is fine."""

    @property
    def number(self) -> str:
        """The number, E.164; raises what `PhoneField.number` does."""
        return phones.parse(self.value, city=True)


class AddNumberDialog(Dialog[bool]):
    """The number, its code, a name; answers True where it was added."""

    def __init__(self) -> None:
        super().__init__()
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """Three fields, three buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Добавить номер", classes="title", markup=False)
            yield Static(WHAT, classes="hint", markup=False)
            yield NewNumber(id="new-number")
            with Horizontal(classes="fields"):
                yield Field("Код", longest=30, id="new-code")
                yield Field("Имя, если хотите", longest=LONGEST_NAME, id="new-name")
            yield Static("", id="add-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Получить код", variant="primary", id="send")
                yield Button("Добавить", id="add")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """The number comes first."""
        self.query_one("#new-number").focus()

    @on(Button.Pressed, "#send")
    @on(Input.Submitted, "#new-number")
    @work(group="save")
    @once("save")
    async def send(self) -> None:
        """Let a code come to the number."""
        field = self.query_one(NewNumber)
        try:
            phone = field.number
        except phones.PhoneError as error:
            self._say(str(error), field)
            return
        self.app.handset_phone = phone  # There the code comes; the demo shows it.
        try:
            sent = await self.app.cabinet.access.request_code(CodeOrder(phone=phone))
        except TooManyCodes as error:  # One is on its way, or came to the phone by its own code.
            self._say(str(error), self.query_one("#new-code", Field))
            return
        except CabinetError as error:
            self._say(str(error), field)
            return
        shown = phones.display(phone)
        told = f"Код отправлен на {shown} в SMS с номера {sent.sender}, если это номер абонента."
        if phones.is_city(phone):
            told = f"Робот звонит на {shown} и продиктует код, если это номер абонента."
        self._say(told, self.query_one("#new-code", Field), bad=False)

    @on(Button.Pressed, "#add")
    @on(Input.Submitted, "#new-code")
    @on(Input.Submitted, "#new-name")
    @work(group="save")
    @once("save")
    async def add(self) -> None:
        """Show the code, and have the number."""
        number, typed = self.query_one(NewNumber), self.query_one("#new-code", Field)
        try:
            phone = number.number
        except phones.PhoneError as error:
            self._say(str(error), number)
            return
        code = code_of(typed.value)
        if code is None:
            self._say("Введите код из шести цифр. Нет кода — «Получить код».", typed)
            return
        name = self.query_one("#new-name", Field).value.strip()
        order = LinkOrder(phone=phone, code=code, name=name)
        try:
            added = await self.app.cabinet.keyed(self._attempt.key(order)).numbers.link(order)
        except CabinetError as error:
            typed.value = ""
            self._say(str(error), typed)
            return
        self.app.say(f"{phones.display(added.phone)} теперь в «Моих номерах».")
        self.dismiss(result=True)

    def _say(self, text: str, field: Input, *, bad: bool = True) -> None:
        """Show a sentence, and go on in a field."""
        if alive(self):
            message = self.query_one("#add-message", Static)
            message.set_class(bad, "error")
            message.update(text)
            field.focus()


class RenameDialog(Dialog[bool]):
    """What the person calls a number; answers True where that was changed.

    Args:
        number: The number.
    """

    def __init__(self, number: Number) -> None:
        super().__init__()
        self._number = number

    def compose(self) -> ComposeResult:
        """A field, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            title = f"Имя номера {phones.display(self._number.phone)}"
            yield Static(title, classes="title", markup=False)
            yield Static("Его видно только в вашем кабинете.", classes="hint", markup=False)
            name = formatting.clean(self._number.name, LONGEST_NAME)
            yield Field("Имя", name, longest=LONGEST_NAME, id="name")
            yield Static("", id="rename-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="save")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """The name, ready to be changed."""
        self.query_one("#name").focus()

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    @work(group="save")
    @once("save")
    async def save(self) -> None:
        """Keep the name."""
        order = NumberChange(name=self.query_one("#name", Field).value.strip())
        try:
            await self.app.cabinet.numbers.rename(self._number.account, order)
        except CabinetError as error:
            if alive(self):
                self.query_one("#rename-message", Static).update(str(error))
            return
        self.dismiss(result=True)
