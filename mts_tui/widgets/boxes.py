"""Boxes to tick, in two columns: the arrows go from one to another."""

from collections.abc import Collection, Mapping
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid

from .check import Check

K = TypeVar("K", bound=str)
COLUMNS = 2


class Boxes(Grid, Generic[K]):
    """The boxes.

    Args:
        titles: Each name, and what it is called; a box has the id `kind-NAME`.
        ticked: The names that are ticked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", f"go({-COLUMNS})", show=False),
        Binding("down", f"go({COLUMNS})", show=False),
        Binding("left", "go(-1)", show=False),
        Binding("right", "go(1)", show=False),
    ]

    def __init__(self, titles: Mapping[K, str], ticked: Collection[K]) -> None:
        super().__init__(id="kinds")
        self._titles = titles
        self._ticked = ticked

    def compose(self) -> ComposeResult:
        """A box for each."""
        for name, title in self._titles.items():
            yield Check(title[:1].upper() + title[1:], name in self._ticked, id=f"kind-{name}")

    @property
    def ticked(self) -> tuple[K, ...]:
        """The names that are ticked now, in their order."""
        return tuple(name for name in self._titles if self.query_one(f"#kind-{name}", Check).value)

    def begin(self) -> None:
        """Go to the first box."""
        self.query(Check).first().focus()

    def action_go(self, step: int) -> None:
        """Go so many boxes on; at an edge, stay."""
        boxes = list(self.query(Check))
        place = next(place for place, box in enumerate(boxes) if box.has_focus) + step
        if 0 <= place < len(boxes):
            boxes[place].focus()
