"""Where to save a document: a path that is offered, and never somebody's file replaced unasked."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import files
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

LONGEST_PATH = 1000


class SaveDialog(Dialog[Path]):
    """Asks where, writes, answers the path.

    Args:
        title: What is saved.
        name: The file's name that is offered.
        make: Makes its content; called in a thread.
    """

    def __init__(self, title: str, name: str, make: Callable[[], bytes]) -> None:
        super().__init__()
        self._heading = title
        self._file_name = name
        self._make = make
        self._may_replace = ""

    def compose(self) -> ComposeResult:
        """The path and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._heading, classes="title", markup=False)
            yield Field("Файл", longest=LONGEST_PATH, id="path")
            yield Static("", id="save-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Сохранить", variant="primary", id="save")
                yield Button("Отмена", id="cancel")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer the usual folder."""
        field = self.query_one("#path", Input)
        field.value = str(files.folder_for_downloads() / self._file_name)
        field.focus()

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    @on(Input.Changed, "#path")
    def _other_path(self, changed: Input.Changed) -> None:
        if changed.value != self._may_replace:
            self._may_replace = ""

    @on(Button.Pressed, "#save")
    @on(Input.Submitted, "#path")
    @work(group="save")
    @once("save")
    async def save(self) -> None:
        """Write the file; over one that is there only when asked twice."""
        typed = self.query_one("#path", Input).value
        if not typed.strip():
            self._say("Введите путь к файлу.")
            return
        replace = self._may_replace == typed
        try:
            path = await asyncio.to_thread(self._write, typed.strip(), replace=replace)
        except FileExistsError as error:
            self._may_replace = typed
            self._say(files.refusal(error))
        except OSError as error:
            self._say(files.refusal(error))
        except ValueError:  # A null byte, say.
            self._say("Такого имени у файла быть не может.")
        else:
            self.dismiss(path)

    def _write(self, typed: str, *, replace: bool) -> Path:
        path = files.at_home(Path(typed)).absolute()
        files.write_whole(path, self._make(), replace=replace)
        return path

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#save-message", Static).update(text)
