"""A file of many rows, written page by page while one goes about in the cabinet."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from mts_tui import files, formatting
from mts_tui.app import MtsApp  # noqa: TC001 - Textual resolves it
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.documents.forms import Whole
from mts_tui.turns import brief_turns
from mts_tui.widgets.alive import alive
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.text import TextBlock

R = TypeVar("R")
LONGEST_PATH = 1000
BUSY = "Сейчас записывается другой файл. Дождитесь его конца."
TOLD_EVERY = 0.25
"""Seconds between two looks of the line."""


class NotDone(Exception):
    """The file is there, and what was wanted of it failed; the text is a whole sentence."""


class Contents(NamedTuple, Generic[R]):
    """What is written.

    Attributes:
        pages: Page after page; raises what the operator answers.
        total: How much there will be; 0 where that is not known.
        measure: How much a page is.
        words: So much, in words: «5 операций».
    """

    pages: AsyncIterator[Sequence[R]]
    total: int
    measure: Callable[[Sequence[R]], int]
    words: Callable[[int], str]


class FileDialog(Dialog[Whole[R]], Generic[R]):
    """Asks for the form and the place; answers a file that is ready to be filled.

    Args:
        title: What is done.
        button: The same in a word.
        forms: Endings of files, and what each is.
        chosen: The ending that is offered first.
        path: The path that is offered, without an ending.
        begin: Begins a file; told whether it may replace one. Called in a thread.
    """

    def __init__(
        self,
        title: str,
        button: str,
        forms: dict[str, str],
        chosen: str,
        path: Path,
        begin: Callable[[Path, bool], Whole[R]],
    ) -> None:
        super().__init__()
        self._heading = title
        self._button = button
        self._forms = forms
        self._first = chosen
        self._offered = path
        self._begin = begin
        self._may_replace = ""

    def compose(self) -> ComposeResult:
        """Form and path."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._heading, classes="title", markup=False)
            yield Choice(id="form")
            yield Field("Файл", longest=LONGEST_PATH, id="path")
            yield Static("", id="export-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._button, variant="primary", id="export")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer a form and a name."""
        choice = self.query_one(Choice)
        choice.offer([[title] for title in self._forms.values()])
        choice.chosen = list(self._forms).index(self._first)
        choice.focus()
        self.query_one("#path", Input).value = f"{self._offered}{self._first}"

    @property
    def _suffix(self) -> str:
        return list(self._forms)[self.query_one(Choice).chosen]

    @on(Choice.Changed)
    def _other_form(self) -> None:
        field = self.query_one("#path", Input)
        path = Path(field.value)
        if path.suffix in self._forms:
            field.value = str(path.with_suffix(self._suffix))

    @on(Choice.Submitted)
    def _to_path(self) -> None:
        self.query_one("#path", Input).focus()

    @on(Input.Changed, "#path")
    def _other_path(self, changed: Input.Changed) -> None:
        if changed.value != self._may_replace:
            self._may_replace = ""

    @on(Button.Pressed, "#export")
    @on(Input.Submitted, "#path")
    @work(group="export")
    @once("export")
    async def export(self) -> None:
        """Begin the file, or say why that cannot be."""
        typed = self.query_one("#path", Input).value
        if not typed.strip():
            self._refuse("Введите путь к файлу.")
            return
        replace = self._may_replace == typed
        try:
            file = await asyncio.to_thread(self._begin, self._place(typed.strip()), replace)
        except FileExistsError as error:
            self._may_replace = typed
            self._refuse(files.refusal(error))
        except OSError as error:
            self._refuse(files.refusal(error))
        except ValueError:  # A null byte, say.
            self._refuse("Такого имени у файла быть не может.")
        else:
            if alive(self):
                self.dismiss(file)
            else:
                file.abandon()

    def _place(self, typed: str) -> Path:
        """The file that was meant; its ending tells what is in it."""
        path = files.at_home(Path(typed)).absolute()
        return path if path.suffix == self._suffix else path.with_name(path.name + self._suffix)

    def _refuse(self, text: str) -> None:
        if alive(self):
            self.query_one("#export-message", Static).update(text)
            self.query_one("#path").focus()


class Writing(TextBlock, Generic[R]):
    """The line that tells how far a file is. Subclasses say what it is called.

    Args:
        file: The file that was begun.
        contents: What is written to it.
    """

    app: "MtsApp"
    what: ClassVar[str]
    """What is done: «Выгружаем»."""
    undone: ClassVar[str]
    """What is told where it came to nothing: «Не выгружено»."""
    stopped: ClassVar[str]
    """What is told where it was left off, a sentence."""

    def __init__(self, file: Whole[R], contents: Contents[R]) -> None:
        super().__init__()
        self.file = file
        self._contents = contents
        self._count = 0
        self._since = 0.0
        """When the last page was written; 0 before."""
        self._cancelled = False

    def hint(self) -> str:
        """How it is left off."""
        raise NotImplementedError

    def done(self, written: str) -> str:
        """Do what the file is for, in a thread; what is told of it, a sentence.

        Args:
            written: How much stands in it, in words.

        Raises:
            NotDone: That failed.
        """
        return f"✓ {written} в файле {self.file.path}"

    def tidy(self) -> None:
        """However it ended, leave nothing behind but what was wanted."""

    def on_mount(self) -> None:
        """Begin, and tell how far it is."""
        self.set_interval(TOLD_EVERY, self.refresh)
        self.export()

    def render(self) -> Content:
        """One line."""
        if self._cancelled:
            return self.assemble((" Отменяем…", "strong"))
        begun, told = self._told()
        return self.assemble((f" {begun} ", "strong"), told, (f"   {self.hint()}", "muted"))

    def _told(self) -> tuple[str, str]:
        words, total = self._contents.words, self._contents.total
        if self._since:
            seconds = int(time.monotonic() - self._since)
            return "Дописываем файл", f"{words(self._count)} · {seconds}{formatting.NBSP}с"
        if not total:
            return self.what, words(self._count)
        share = formatting.percent(min(99, 100 * self._count // total))
        return self.what, f"{share} · {words(total)}"

    def cancel(self) -> None:
        """Leave off; nothing is left behind."""
        self._cancelled = True
        self.refresh()

    @work(group="export")
    async def export(self) -> None:
        """Write page after page, tell how it ended, and go."""
        try:
            with brief_turns():
                told = await self._write()
            self.app.say(told or self.stopped)
        except OSError as error:
            if self._cancelled:
                self.app.say(self.stopped)
            else:
                self.app.say(f"{self.undone}. {files.refusal(error)}", severity="error")
        except CabinetError as error:
            self.app.say(f"{self.undone}. {error}", severity="error")
        except NotDone as error:
            self.app.say(str(error), severity="error")
        finally:
            self.tidy()
            if self.is_attached:
                self.app.call_later(self.remove)

    async def _write(self) -> str:
        """Write all there is; what is told of it, empty where it was left off."""
        whole = False
        try:
            async for page in self._contents.pages:
                if self._cancelled:
                    break
                await asyncio.to_thread(self.file.add, page)
                self._count += self._contents.measure(page)
            for step in (self._finish, self.file.put):
                if self._cancelled:
                    return ""
                await asyncio.to_thread(step)
            whole = True
            return await asyncio.to_thread(self.done, self._contents.words(self._count))
        finally:
            if not whole:  # However it ended, the end of the program included.
                self.file.abandon()

    def _finish(self) -> None:
        self._since = time.monotonic()
        self.file.finish()
