"""Contacts of the account: found as one types, kept, changed, forgotten; picked for a message."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.messages import Contact, ContactOrder
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.phone_field import PhoneField
from mts_tui.widgets.rows import Cell, Column, Rows

from .kept import KeptDialog

COLUMNS = (Column(1), Column(24), Column(20), Column(0))
NONE = "Контактов пока нет. Новый — клавиша + или Insert."
NOTHING = "Такого контакта нет. Ищите по имени, номеру или группе."
LONGEST_NAME = 60
LONGEST_GROUPS = 200
PICKED = "✓"


class ContactsDialog(KeptDialog[list[str], Contact]):
    """The list; with `pick`, answers names for the field of recipients.

    Args:
        account: Whose.
        pick: Whether contacts are chosen for a message.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("contacts"))
    action_places = ("contacts", "list")
    noun = "Контакт"

    def __init__(self, account: str, *, pick: bool = False) -> None:
        super().__init__(account)
        self._pick = pick
        self._picked: dict[str, Contact] = {}

    def compose(self) -> ComposeResult:
        """A field to search in, the contacts, buttons."""
        title = "Кому отправить: Enter — отметить" if self._pick else "Контакты"
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static(title, classes="title", markup=False)
            yield Field("Найти", hint="имя, номер или группа", longest=100, id="sought")
            yield Rows(COLUMNS, NONE, id="contacts-list")
            yield Static("", id="kept-message", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                if self._pick:
                    yield Button("Готово", variant="primary", id="done")
                yield Button("Новый", id="new")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    @on(Input.Changed, "#sought")
    def _typed(self) -> None:
        self.load()

    @on(Input.Submitted, "#sought")
    def _to_list(self) -> None:
        self.query_one(Rows).focus()

    @property
    def _sought(self) -> str:
        return self.query_one("#sought", Input).value.strip()

    async def ask(self) -> list[Contact]:
        """The contacts with what is typed."""
        return (await self.app.cabinet.messages.contacts(self._account, self._sought)).items

    def shown(self) -> None:
        """Say why there is nothing."""
        if not self._found:
            self.query_one(Rows).say(NOTHING if self._sought else NONE)

    async def forget(self, one: Contact) -> None:
        """Forget a contact."""
        await self.app.cabinet.messages.drop_contact(self._account, one.id)
        self._picked.pop(one.id, None)

    def called(self, one: Contact) -> str:
        """Its name."""
        return formatting.clean(one.name, LONGEST_NAME)

    def row(self, one: Contact) -> tuple[Cell, ...]:
        """Whether it is picked, name, number, groups."""
        return (
            Cell(PICKED if one.id in self._picked else "", "good"),
            Cell(self.called(one), "strong"),
            Cell(phones.display(one.phone)),
            Cell(", ".join(formatting.clean(name, 40) for name in one.groups), "muted"),
        )

    def form(self, one: Contact | None) -> "ContactForm":
        """See `ContactForm`."""
        return ContactForm(self._account, one)

    @on(Rows.Chosen)
    def _chosen(self, chosen: Rows.Chosen) -> None:
        one = self._found[chosen.index]
        if not self._pick:
            self.app.push_screen(self.form(one), self.kept)
            return
        if self._picked.pop(one.id, None) is None:
            self._picked[one.id] = one
        count = formatting.count(len(self._picked), "контакт", "контакта", "контактов")
        self.say(f"Отмечено: {count}." if self._picked else "")
        self.query_one(Rows).refresh()

    @on(Button.Pressed, "#done")
    def _done(self) -> None:
        rows = self.query_one(Rows)
        if not self._picked and self._found:
            one = self._found[rows.cursor]
            self._picked[one.id] = one
        # A number is found whatever the contact is called by then.
        self.dismiss([phones.display(one.phone) for one in self._picked.values()])

    def action_new_contact(self) -> None:
        """Make one."""
        self.make_new()

    def action_drop_contact(self) -> None:
        """Forget the one under the cursor."""
        self.drop()


class ContactForm(Dialog[str]):
    """One contact; answers its name where it was kept.

    Args:
        account: Whose.
        contact: The one that is changed; None for a new one.
        phone: The number of a new one, E.164.
        name: What a new one is called.
    """

    def __init__(
        self, account: str, contact: Contact | None = None, *, phone: str = "", name: str = ""
    ) -> None:
        super().__init__()
        self._account = account
        self._contact = contact
        self._phone = phone if contact is None else contact.phone
        self._called = name if contact is None else contact.name
        self._groups = [] if contact is None else contact.groups
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """Name, number, groups, two buttons."""
        title = "Новый контакт" if self._contact is None else "Контакт"
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(title, classes="title", markup=False)
            yield Field("Имя", self._called, longest=LONGEST_NAME, id="contact-name")
            field = AnyPhoneField(self._phone, id="contact-phone")
            field.disabled = self._contact is not None
            yield field
            yield Field(
                "Группы", ", ".join(self._groups), hint="через запятую: семья, дача",
                longest=LONGEST_GROUPS, id="contact-groups",
            )  # fmt: skip
            yield Static("", id="contact-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="keep")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the name."""
        self.query_one("#contact-name").focus()

    @on(Input.Submitted)
    def _next(self, submitted: Input.Submitted) -> None:
        if submitted.input.id == "contact-groups":
            self.keep()
        else:
            self.screen.focus_next()

    @on(Button.Pressed, "#keep")
    def _pressed(self) -> None:
        self.keep()

    @work(group="save")
    @once("save")
    async def keep(self) -> None:
        """Keep it."""
        name = " ".join(formatting.clean(self.query_one("#contact-name", Input).value).split())
        if not name:
            self._say("Напишите имя.", "#contact-name")
            return
        try:
            phone = self._phone if self._contact else self.query_one(AnyPhoneField).number
        except phones.PhoneError as error:
            self._say(str(error), "#contact-phone")
            return
        pieces = self.query_one("#contact-groups", Input).value.split(",")
        groups = list(dict.fromkeys(piece.strip()[:40] for piece in pieces if piece.strip()))[:10]
        order = ContactOrder(name=name, phone=phone, groups=groups)
        keyed = self.app.cabinet.keyed(self._attempt.key(order)).messages
        try:
            kept = await keyed.keep_contact(self._account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        self.dismiss(formatting.clean(kept.name, LONGEST_NAME))

    def _say(self, text: str, field: str = "") -> None:
        if alive(self):
            self.query_one("#contact-message", Static).update(text)
            if field:
                self.query_one(field).focus()


class AnyPhoneField(PhoneField):
    """A number of any country."""

    @property
    def number(self) -> str:
        """The number, E.164; raises what `PhoneField.number` does."""
        return phones.parse_anywhere(self.value)
