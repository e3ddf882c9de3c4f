"""A picture of an MMS: shown in the terminal, made smaller where a person agrees."""

import asyncio

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Center, Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting, pictures
from mts_tui.backend.contract.messages import MMS_BYTES
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.picture import PictureView

LARGEST_FILE = 40 * 2**20
"""Bytes of a file that is read to be made smaller."""
AROUND = (8, 13)
"""Columns and lines of the dialog that are not the picture."""
CLOSE_AROUND = (8, 9)
"""The same of a short terminal, where nothing stands apart."""


class PictureDialog(Dialog[None]):
    """The picture, as large as the terminal is.

    Args:
        content: It.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content

    def compose(self) -> ComposeResult:
        """The picture, what it is, a button."""
        with VerticalScroll(id="dialog", can_focus=False, classes="picture-dialog"):
            yield Static("Картинка", classes="title", markup=False)
            with Center():
                yield PictureView(id="picture-view")
            yield Static("", id="picture-told", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", variant="primary", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Decode it."""
        self.query_one("#leave").focus()
        self.show_picture()

    def on_resize(self) -> None:
        """As large as fits."""
        self.show_picture()

    @work(exclusive=True, group="picture")
    async def show_picture(self) -> None:
        """Draw it in the cells that there are."""
        beside, above = CLOSE_AROUND if self.has_class("-short") else AROUND
        columns, lines = self.app.size.width - beside, self.app.size.height - above
        try:
            seen = await asyncio.to_thread(pictures.look_at, self._content)
            pixels = await asyncio.to_thread(pictures.in_cells, self._content, columns, lines)
        except pictures.PictureError as error:
            told = str(error)
        else:
            told = described(seen, len(self._content))
            if alive(self):
                self.query_one(PictureView).show_pixels(pixels)
        if alive(self):
            self.query_one("#picture-told", Static).update(told)


class ScaleDialog(Dialog[bytes]):
    """A picture that is too large for an MMS: what it would become; answers the smaller one.

    Args:
        content: The large one.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content
        self._smaller = b""

    def compose(self) -> ComposeResult:
        """What there is, what it would be, two buttons."""
        most = formatting.traffic(MMS_BYTES)
        size = formatting.traffic(len(self._content))
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Уменьшить картинку?", classes="title", markup=False)
            yield Static(
                f"В ней {size}, а MMS — не больше {most}. Уменьшенная станет JPEG; место и время "
                "съёмки в ней не остаются. Файл на диске не изменится.",
                classes="hint",
                markup=False,
            )
            yield Static("Уменьшаем…", id="scaled-told", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Уменьшить", variant="primary", id="agree")
                yield Button("Посмотреть", id="look")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Make it smaller, to say what it would be."""
        for name in ("#agree", "#look"):
            self.query_one(name).display = False
        self.query_one("#leave").focus()
        self.make()

    @work(exclusive=True, group="scale")
    async def make(self) -> None:
        """Make the smaller picture."""
        try:
            made = await asyncio.to_thread(pictures.scaled, self._content, MMS_BYTES)
            seen = pictures.look_at(made)
        except pictures.PictureError as error:
            if alive(self):
                self.query_one("#scaled-told", Static).update(str(error))
            return
        if alive(self):
            self._smaller = made
            told = f"Получится {described(seen, len(made))}."
            self.query_one("#scaled-told", Static).update(told)
            for name in ("#agree", "#look"):
                self.query_one(name).display = True
            self.query_one("#agree").focus()

    @on(Button.Pressed, "#agree")
    @once("agree")
    async def _agree(self) -> None:
        self.dismiss(self._smaller)

    @on(Button.Pressed, "#look")
    def _look(self) -> None:
        self.app.push_screen(PictureDialog(self._smaller))


def described(seen: pictures.Seen, size: int) -> str:
    """`JPEG, 640 × 480, 120 КБ`."""
    return f"{seen.kind}, {seen.width} × {seen.height}, {formatting.traffic(size)}"
