"""The place on a public map: opened only when the person says so, or shown to a phone as a code."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.backend.contract.family import Position
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.text import Paragraph, Part

from .family_words import address_of, metres, place_of
from .qr import CodeScreen

NOTE = "Карту показывает сайт OpenStreetMap: он узнает место, но не чей это телефон."


class MapLinkDialog(Dialog[None]):
    """Says what would be opened.

    Args:
        name: Of the child.
        position: Where it is.
    """

    def __init__(self, name: str, position: Position) -> None:
        super().__init__()
        self._child = name
        self._position = position

    @property
    def _address(self) -> str:
        return address_of(self._position.latitude, self._position.longitude)

    def compose(self) -> ComposeResult:
        """Place, address, buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Место на большой карте", classes="title", markup=False)
            yield Paragraph(id="link-words")
            with Horizontal(classes="buttons"):
                yield Button("Открыть", variant="primary", id="open-map")
                yield Button("QR-код", id="map-code")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in."""
        now = self._position
        self.query_one("#link-words", Paragraph).show(
            (self._child, "strong"), f": {formatting.clean(now.place, 60)}, "
            f"точность {metres(now.accuracy_m)}\n",
            f"{place_of(now.latitude, now.longitude)}\n\n", (self._address, "key"), "\n",
            (NOTE, "muted"),
        )  # fmt: skip
        self.query_one("#open-map").focus()

    @on(Button.Pressed, "#open-map")
    def open_map(self) -> None:
        """Open the page in the browser."""
        self.app.open_url(self._address)
        self.app.say("Ссылка передана браузеру. Если он не открылся, возьмите QR-код.")

    @on(Button.Pressed, "#map-code")
    def show_code(self) -> None:
        """Show the page's address to a phone."""
        self.app.push_screen(MapCodeScreen(self._child, self._address))


class MapCodeScreen(CodeScreen[None]):
    """The address as a code.

    Args:
        name: Of the child.
        address: Of the page.
    """

    def __init__(self, name: str, address: str) -> None:
        super().__init__()
        self._child = name
        self._address = address

    def title_text(self) -> str:
        """See `CodeScreen`."""
        return f"Где {self._child}"

    def forms(self) -> list[str | bytes]:
        """See `CodeScreen`."""
        return [self._address]

    def words(self) -> list[Part]:
        """See `CodeScreen`."""
        return ["Наведите камеру телефона.\n\n", (self._address, "key"), "\n\n", (NOTE, "muted")]
