"""Which kinds of rows are shown: a box for each."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from mts_tui.widgets.boxes import Boxes
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar

K = TypeVar("K", bound=str)


class KindsDialog(Dialog[tuple[K, ...]], Generic[K]):
    """Asks for kinds; answers those that were ticked, none for all.

    Args:
        title: What is asked.
        titles: Each kind, and what it is called.
        chosen: The kinds of now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "show", "Показать", show=True, priority=True)
    ]

    def __init__(self, title: str, titles: Mapping[K, str], chosen: Sequence[K]) -> None:
        super().__init__()
        self._heading = title
        self._boxes = Boxes(titles, chosen)

    def compose(self) -> ComposeResult:
        """A box for each."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._heading, classes="title", markup=False)
            yield self._boxes
            yield Static(
                "Пробел — отметить, Enter — показать. Без отметок показано всё.", classes="hint"
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the first."""
        self._boxes.begin()

    def action_show(self) -> None:
        """Answer."""
        self.dismiss(self._boxes.ticked)
