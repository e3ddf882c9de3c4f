"""A melody of one's own, from a file of this machine."""

import asyncio
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import files, formatting
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.ringback import MELODY_BYTES, MELODY_SECONDS, Melody, Upload
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

LONGEST_PATH = 1000
LONGEST_TITLE = 60
MEGABYTE = 1024 * 1024
TERMS = (
    f"WAV, OGG или MP3, не длиннее {MELODY_SECONDS} секунд и не больше "
    f"{MELODY_BYTES // MEGABYTE} МБ. Загрузка бесплатна; цену покажем перед покупкой."
)


class UploadDialog(Dialog[Melody]):
    """Asks for a file and a name, sends it, answers the melody that came of it.

    Args:
        account: Whose.
    """

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """A path, a name, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Своя мелодия", classes="title", markup=False)
            yield Static(TERMS, classes="hint", markup=False)
            yield Field("Файл", hint="~/Музыка/мелодия.mp3", longest=LONGEST_PATH, id="path")
            yield Field("Название", hint="как в файле", longest=LONGEST_TITLE, id="melody-title")
            yield Static("", id="upload-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Загрузить", variant="primary", id="upload")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    @on(Input.Submitted, "#path")
    def _to_title(self) -> None:
        self.query_one("#melody-title").focus()

    @on(Button.Pressed, "#upload")
    @on(Input.Submitted, "#melody-title")
    @work
    @once("upload")
    async def upload(self) -> None:
        """Read the file and send it."""
        typed = self.query_one("#path", Input).value.strip().strip("'\"")
        if not typed:
            self._say("Введите путь к файлу.")
            return
        self._say("Загружаем…", bad=False)
        try:
            path = Path(typed)
            content = await asyncio.to_thread(files.read_small, path, MELODY_BYTES)
        except OSError as error:
            self._say(files.not_read(error))
            return
        except ValueError:  # A null byte, say.
            self._say("Такого имени у файла быть не может.")
            return
        if content is None:
            most = MELODY_BYTES // MEGABYTE
            self._say(f"Файл больше {most} МБ. Обрежьте мелодию или сохраните её как MP3.")
            return
        given = self.query_one("#melody-title", Input).value.strip()
        title = formatting.clean(given or path.stem, LONGEST_TITLE).strip() or "Моя мелодия"
        order = Upload(title=title, content=content)
        keyed = self.app.cabinet.keyed(self._attempt.key(order)).ringback
        try:
            made = await keyed.upload(self._account, order)
        except CabinetError as error:
            self._say(str(error))
            return
        self.dismiss(made)

    def _say(self, text: str, *, bad: bool = True) -> None:
        if alive(self):
            message = self.query_one("#upload-message", Static)
            message.set_class(bad, "error")
            message.set_class(not bad, "hint")
            message.update(text)
