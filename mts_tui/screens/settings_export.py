"""«Мои данные»: all that the cabinet knows, in one file; with progress, and it can be left off."""

import asyncio
from datetime import datetime
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import files, formatting
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.own_data import OwnData, Plan, write_all
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

LONGEST_PATH = 1000
WHAT = (
    "Ответы кабинета на все вопросы обо всех ваших номерах: счёт, операции, платежи, тарифы, "
    "сообщения и остальное, один архив ZIP с файлами JSON и оглавлением. Паролей и ключей там нет."
)


class OwnDataDialog(Dialog[Path]):
    """Where to, how far, done."""

    def __init__(self) -> None:
        super().__init__()
        self._may_replace = ""
        self._going = False
        self._cancelled = False

    def compose(self) -> ComposeResult:
        """The path and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Мои данные", classes="title", markup=False)
            yield Static(WHAT, classes="hint", markup=False)
            yield Field("Файл", longest=LONGEST_PATH, id="path")
            yield Static("", id="own-data-message", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Собрать", variant="primary", id="collect")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer the usual folder."""
        field = self.query_one("#path", Input)
        name = (
            f"mts-tui-{self.app.phone.removeprefix('+')}-{datetime.now().astimezone():%Y-%m-%d}.zip"
        )
        field.value = str(files.folder_for_downloads() / name)
        field.focus()

    def action_close(self) -> None:
        """Leave off, and then close: nothing is left behind."""
        if self._going:
            self._cancelled = True
            self._say("Отменяем…")
        else:
            self.dismiss(None)

    @on(Button.Pressed, "#leave")
    def _stop(self) -> None:
        self.action_close()

    @on(Input.Changed, "#path")
    def _other_path(self, changed: Input.Changed) -> None:
        if changed.value != self._may_replace:
            self._may_replace = ""

    @on(Button.Pressed, "#collect")
    @on(Input.Submitted, "#path")
    @work(group="export")
    @once("export")
    async def collect(self) -> None:
        """Ask for everything and write it, whole or not at all."""
        typed = self.query_one("#path", Input).value
        if not typed.strip():
            self._say("Введите путь к файлу.", bad=True)
            return
        self._going, self._cancelled = True, False
        self.query_one("#collect").display = False
        self.query_one("#leave").focus()
        try:
            path = await self._written(typed)
        except FileExistsError as error:
            self._may_replace = typed
            self._failed(files.refusal(error))
        except OSError as error:
            self._failed(files.refusal(error))
        except ValueError:
            self._failed("Такого имени у файла быть не может.")
        except CabinetError as error:
            self._failed(f"Не собрано. {error}")
        else:
            self._going = False
            told = f"✓ Ваши данные: {path}" if path is not None else "Отменено, файла нет."
            self.app.say(told)
            self.dismiss(path)

    async def _written(self, typed: str) -> Path | None:
        replace = self._may_replace == typed
        numbers = (await self.app.cabinet.numbers.linked()).items
        assert self.app.backend is not None
        plan = Plan(self.app.backend, numbers)
        file = await asyncio.to_thread(_begun, typed.strip(), replace=replace)

        def told(count: int) -> bool:
            share = formatting.percent(100 * count // len(plan))
            self._say(f"Собираем: {share}, вопрос {count} из {len(plan)}")
            return not self._cancelled

        done = await write_all(plan, file, datetime.now().astimezone(), told)
        return file.path if done else None

    def _failed(self, text: str) -> None:
        self._going = False
        if alive(self):
            self._say(text, bad=True)
            self.query_one("#collect").display = True
            self.query_one("#path").focus()

    def _say(self, text: str, *, bad: bool = False) -> None:
        if alive(self):
            message = self.query_one("#own-data-message", Static)
            message.set_class(bad, "error")
            message.update(text)


def _begun(typed: str, *, replace: bool) -> OwnData:
    return OwnData(files.at_home(Path(typed)).absolute(), replace=replace)
