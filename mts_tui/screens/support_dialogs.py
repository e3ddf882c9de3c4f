"""Dialogs of «Поддержка»: its tickets, files, and the end of a matter."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import files, formatting
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.support import (
    ATTACHMENT_BYTES,
    AttachedFile,
    Attachment,
    ChatMessage,
    Rating,
    Ticket,
)
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph

from .support_words import STATES, moment_of

TICKETS = (
    Column(3), Column(14), Column(0), Column(19, needs=60), Column(16, right=True, needs=84),
)  # fmt: skip
FILES = (Column(0), Column(10, right=True))
LONGEST_PATH = 1000
LONGEST_NAME = 120
STARS = ("5 — отлично", "4 — хорошо", "3 — сойдёт", "2 — плохо", "1 — очень плохо", "Без оценки")
NOT_TEXT = "Это не текстовый файл: приложить можно текст в UTF-8, до 64 КБ."
TOO_LARGE = f"Файл больше {ATTACHMENT_BYTES // 1024} КБ. Приложите ту часть, о которой спрашиваете."


class TicketsDialog(Dialog[Ticket]):
    """The tickets of an account; answers the one that was chosen.

    Args:
        account: Whose.
        zone: The account's.
    """

    action_places = ("list",)

    def __init__(self, account: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._zone = zone
        self._found: list[Ticket] = []

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Обращения", classes="title", markup=False)
            yield Rows(TICKETS, "Обращений ещё не было.", id="tickets")
            yield Static("", id="tickets-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the tickets."""
        try:
            found = (await self.app.cabinet.support.tickets(self._account)).items
        except CabinetError as error:
            if alive(self):
                self.query_one("#tickets-message", Static).update(str(error))
            return
        if alive(self):
            self._found = found
            self.query_one(Rows).show(len(found), self._row, keep=False)

    def _row(self, index: int) -> tuple[Cell, ...]:
        one = self._found[index]
        word, style = STATES[one.state]
        return (
            Cell(f"●{one.unread}" if one.unread else "", "key"),
            Cell(formatting.clean(one.number, 20), "strong"),
            Cell(formatting.clean(one.title, 100)),
            Cell(word, style),
            Cell(moment_of(one.changed_at, self._zone), "muted"),
        )

    @on(Rows.Chosen)
    def _choose(self, chosen: Rows.Chosen) -> None:
        self.dismiss(self._found[chosen.index])


class AttachDialog(Dialog[Attachment]):
    """Asks for a text file; answers it."""

    def compose(self) -> ComposeResult:
        """The path."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Приложить файл", classes="title", markup=False)
            yield Static(
                "Текстовый файл до 64 КБ: журнал, письмо, таблица CSV. Он уйдёт вместе с тем, что "
                "написано в строке сообщения.",
                classes="hint",
                markup=False,
            )
            yield Field("Файл", longest=LONGEST_PATH, id="path")
            yield Static("", id="attach-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Отправить", variant="primary", id="attach")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """The path comes first."""
        self.query_one("#path").focus()

    @on(Button.Pressed, "#attach")
    @on(Input.Submitted, "#path")
    @work(group="attach")
    @once("attach")
    async def attach(self) -> None:
        """Read the file, or say why that cannot be."""
        typed = self.query_one("#path", Input).value.strip().strip("'\"")
        if not typed:
            self._refuse("Введите путь к файлу.")
            return
        try:
            content = await asyncio.to_thread(files.read_small, Path(typed), ATTACHMENT_BYTES)
        except OSError as error:
            self._refuse(files.not_read(error))
            return
        except ValueError:  # A null byte, say.
            self._refuse("Такого имени у файла быть не может.")
            return
        if content is None:
            self._refuse(TOO_LARGE)
            return
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self._refuse(NOT_TEXT)
            return
        if "\0" in text:
            self._refuse(NOT_TEXT)
            return
        if alive(self):
            name = formatting.clean(Path(typed).name, LONGEST_NAME)
            self.dismiss(Attachment(name=name or "файл.txt", text=text))

    def _refuse(self, text: str) -> None:
        if alive(self):
            self.query_one("#attach-message", Static).update(text)
            self.query_one("#path").focus()


class ChatFilesDialog(Dialog[None]):
    """The files of a chat: read here, saved from here.

    Args:
        account: Whose.
        ticket: The ticket.
        messages: Those with a file, the newest first.
    """

    action_places = ("list",)

    def __init__(self, account: str, ticket: Ticket, messages: list[ChatMessage]) -> None:
        super().__init__()
        self._account = account
        self._ticket = ticket
        self._messages = messages

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(id="dialog"):
            yield Static("Файлы чата", classes="title", markup=False)
            yield Rows(FILES, "", id="chat-files")
            yield Static("", id="chat-files-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show them."""
        rows = self.query_one(Rows)
        rows.show(len(self._messages), self._row, keep=False)
        rows.focus()

    def _row(self, index: int) -> tuple[Cell, ...]:
        one = self._messages[index]
        return (
            Cell(formatting.clean(one.attachment, LONGEST_NAME)),
            Cell(formatting.traffic(one.attachment_size), "muted"),
        )

    @on(Rows.Chosen)
    @work(group="file")
    @once("file")
    async def look(self, chosen: Rows.Chosen) -> None:
        """Fetch one and show it."""
        number = self._messages[chosen.index].id
        try:
            file = await self.app.cabinet.support.attachment(self._account, self._ticket.id, number)
        except CabinetError as error:
            if alive(self):
                self.query_one("#chat-files-message", Static).update(str(error))
            return
        if alive(self):
            self.app.push_screen(ChatFileDialog(file))


class ChatFileDialog(Dialog[None]):
    """A text file, made harmless to be read; it is saved as it is.

    Args:
        file: The file.
    """

    def __init__(self, file: AttachedFile) -> None:
        super().__init__()
        self._file = file

    def compose(self) -> ComposeResult:
        """Its text."""
        name = formatting.clean(self._file.name, LONGEST_NAME)
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static(name, classes="title", markup=False)
            with VerticalScroll(id="file-scroll", can_focus=True):
                yield Paragraph(formatting.clean(self._file.text, keep_lines=True), id="file-text")
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="save-file")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """The text comes first."""
        self.query_one("#file-scroll").focus()

    @on(Button.Pressed, "#save-file")
    def save(self) -> None:
        """Ask where to save it."""
        from .save import SaveDialog

        name = safe_name(self._file.name)
        self.app.push_screen(
            SaveDialog("Сохранить файл", name, self._file.text.encode), self._saved
        )

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self.app.say(f"Сохранено в {path}.")


class CloseDialog(Dialog[bool]):
    """Settles a matter, with a rating where one is given; answers True where it was.

    Args:
        account: Whose.
        ticket: The ticket.
    """

    def __init__(self, account: str, ticket: Ticket) -> None:
        super().__init__()
        self._account = account
        self._ticket = ticket
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """Stars and words."""
        with VerticalScroll(id="dialog", can_focus=False):
            number = formatting.clean(self._ticket.number, 30)
            yield Static(f"Обращение {number} решено?", classes="title", markup=False)
            yield Choice(id="stars")
            yield Field("Что понравилось или нет, если хотите", longest=500, id="opinion")
            yield Static("", id="close-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Закрыть обращение", variant="primary", id="settle")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer the stars; no answer is chosen for anybody."""
        choice = self.query_one(Choice)
        choice.offer([[text] for text in STARS])
        choice.chosen = len(STARS) - 1
        choice.focus()

    @on(Choice.Submitted)
    @on(Input.Submitted, "#opinion")
    @on(Button.Pressed, "#settle")
    @work(group="close")
    @once("close")
    async def settle(self) -> None:
        """Close the ticket."""
        stars = len(STARS) - 1 - self.query_one(Choice).chosen
        rating = Rating(stars=stars, text=self.query_one("#opinion", Input).value.strip())
        cabinet = self.app.cabinet.keyed(self._attempt.key(rating))
        try:
            await cabinet.support.close(self._account, self._ticket.id, rating)
        except CabinetError as error:
            if alive(self):
                self.query_one("#close-message", Static).update(str(error))
            return
        if alive(self):
            self.dismiss(result=True)


def safe_name(name: str) -> str:
    """A file's name from others, without a folder in it and without a dot that hides it."""
    last = formatting.clean(name, LONGEST_NAME).replace("\\", "/").rsplit("/", 1)[-1]
    return last.strip(" .") or "файл.txt"
