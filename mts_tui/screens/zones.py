"""Zones of a child: the places whose coming and leaving is told."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.family import Child, Move, Position, Zone, ZoneOrder
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.check import Check
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows

from .family_words import COORDINATES, LONGEST, coordinates, metres, name_of, place_of, zone_words

COLUMNS = (Column(0), Column(9, right=True), Column(14), Column(22, needs=70))
NONE = "Зон пока нет."
LEAST_M, MOST_M, USUAL_M = 100, 20_000, 300
RADIUS = f"Радиус — целое число метров, от {LEAST_M} до {formatting.number(MOST_M)}."
MOST_PLACES = 5


class ZonesDialog(ChangingDialog):
    """The list; answers True where it was changed.

    Args:
        account: The parent's.
        child: Whose zones.
        places: Where the child was today, the newest first.
        centre: Latitude and longitude of the middle of the map.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("zones"))
    action_places = ("zones", "list")

    def __init__(
        self,
        account: str,
        child: Child,
        places: Sequence[Position],
        centre: tuple[float, float],
    ) -> None:
        super().__init__()
        self._account = account
        self._child = child
        self._places = places
        self._centre = centre
        self._found: list[Zone] = []

    def compose(self) -> ComposeResult:
        """The list and buttons."""
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static(f"Зоны: {name_of(self._child)}", classes="title", markup=False)
            yield Static(
                "О приходе в зону и уходе из неё приходят SMS и уведомление.",
                classes="hint",
                markup=False,
            )
            yield Rows(COLUMNS, NONE, id="zone-list")
            yield Static("", id="zones-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Новая зона", variant="primary", id="new-zone")
                yield Button("Удалить", id="drop-zone", disabled=True)
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(Rows).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the zones."""
        try:
            found = (await self.app.cabinet.family.zones(self._account, self._child.id)).items
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._found = found
            self.query_one(Rows).show(len(found), self._row, keep=True)
            self.query_one("#drop-zone").disabled = not found

    def _row(self, place: int) -> tuple[Cell, ...]:
        one = self._found[place]
        return (
            Cell(formatting.clean(one.name, LONGEST), "strong"),
            Cell(metres(one.radius_m)),
            Cell(zone_words(one)),
            Cell(place_of(one.latitude, one.longitude), "muted"),
        )

    @on(Button.Pressed, "#new-zone")
    def action_new_zone(self) -> None:
        """Watch one more place."""
        dialog = ZoneDialog(self._account, self._child, self._places, self._centre)
        self.app.push_screen(dialog, self._added)

    def _added(self, zone: Zone | None) -> None:
        if zone is not None:
            self._changed = True
            self._say("")
            self.load()

    @on(Button.Pressed, "#drop-zone")
    @work(group="save")
    @once("save")
    async def action_drop_zone(self) -> None:
        """Watch the zone under the cursor no more."""
        place = self.query_one(Rows).cursor
        if place >= len(self._found):
            return
        one = self._found[place]
        try:
            await self.app.cabinet.family.drop_zone(self._account, self._child.id, one.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self._changed = True
        name = formatting.clean(one.name, LONGEST)
        self.app.say(f"Зона «{name}» удалена. {can_undo(self.app, 'Вернуть')}")
        self.load()

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#zones-message", Static).update(text)


class ZoneDialog(Dialog[Zone]):
    """A new zone; answers it.

    Args:
        account: The parent's.
        child: Whose zone.
        places: Where the child was today, the newest first.
        centre: Latitude and longitude of the middle of the map.
    """

    def __init__(
        self,
        account: str,
        child: Child,
        places: Sequence[Position],
        centre: tuple[float, float],
    ) -> None:
        super().__init__()
        self._account = account
        self._child = child
        self._attempt = Attempt()
        known: dict[str, Position] = {}
        for one in places:
            known.setdefault(one.place, one)
        self._places = list(known.values())[:MOST_PLACES]
        self._centre = centre

    def compose(self) -> ComposeResult:
        """Where, how far around, the name, what is told."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Новая зона", classes="title", markup=False)
            yield Choice(id="zone-place")
            yield Field("Широта и долгота", hint="55.7963, 37.7136", longest=60, id="zone-at")
            with Horizontal(classes="fields"):
                yield Field("Название", longest=LONGEST, id="zone-name")
                yield Field("Радиус, м", str(USUAL_M), longest=12, id="zone-radius")
            with Horizontal(classes="fields"):
                yield Check("Сообщать о приходе", value=True, id="zone-in")
                yield Check("Сообщать об уходе", value=True, id="zone-out")
            yield Static("", id="zone-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Следить", variant="primary", id="add-zone")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer the places there are."""
        choice = self.query_one(Choice)
        lines: list[list[str | tuple[str, str]]] = [
            [formatting.clean(one.place, 50), ("" if place else "  (сейчас)", "muted")]
            for place, one in enumerate(self._places)
        ]
        lines += [
            ["Середина карты", (f"  {place_of(*self._centre)}", "muted")],
            ["Координаты"],
        ]
        choice.offer(lines)
        choice.focus()
        self._place_chosen()

    @on(Choice.Changed)
    def _place_chosen(self) -> None:
        """Fill in what follows from the place."""
        chosen = self.query_one(Choice).chosen
        at = self.query_one("#zone-at", Input)
        at.display = chosen > len(self._places)
        name = self.query_one("#zone-name", Input)
        own = {one.place[:LONGEST] for one in self._places} | {""}
        if name.value in own:
            chosen_name = self._places[chosen].place if chosen < len(self._places) else ""
            name.value = formatting.clean(chosen_name, LONGEST)

    @on(Choice.Submitted)
    def _place_taken(self) -> None:
        field = "#zone-at" if self.query_one("#zone-at").display else "#zone-name"
        self.query_one(field).focus()

    def _where(self) -> tuple[float, float] | None:
        chosen = self.query_one(Choice).chosen
        if chosen < len(self._places):
            return self._places[chosen].latitude, self._places[chosen].longitude
        if chosen == len(self._places):
            return self._centre
        return coordinates(self.query_one("#zone-at", Input).value)

    def _order(self) -> ZoneOrder | None:
        """What is typed; None where something is wrong, which is said."""
        where = self._where()
        if where is None:
            self._refuse(COORDINATES, "#zone-at")
            return None
        name = self.query_one("#zone-name", Input).value.strip()
        if not name:
            self._refuse("Назовите зону: это имя придёт в сообщениях.", "#zone-name")
            return None
        typed = "".join(self.query_one("#zone-radius", Input).value.split())
        radius = int(typed) if typed.isascii() and typed.isdigit() else 0
        if not LEAST_M <= radius <= MOST_M:
            self._refuse(RADIUS, "#zone-radius")
            return None
        moves: tuple[Move, ...] = ("in", "out")
        told = [move for move in moves if self.query_one(f"#zone-{move}", Check).value]
        if not told:
            self._refuse("Отметьте, о чём сообщать: о приходе, об уходе или о том и другом.",
                         "#zone-in")  # fmt: skip
            return None
        return ZoneOrder(
            name=name,
            latitude=round(where[0], 5),
            longitude=round(where[1], 5),
            radius_m=radius,
            told=told,
        )

    @on(Input.Submitted)
    @on(Button.Pressed, "#add-zone")
    @work(group="save")
    @once("add")
    async def add(self) -> None:
        """Watch it."""
        order = self._order()
        if order is None:
            return
        family = self.app.cabinet.keyed(self._attempt.key(order)).family
        try:
            zone = await family.add_zone(self._account, self._child.id, order)
        except CabinetError as error:
            self._refuse(str(error), "#zone-name")
            return
        if alive(self):
            self.dismiss(zone)

    def _refuse(self, text: str, field: str) -> None:
        if alive(self):
            self.query_one("#zone-message", Static).update(text)
            self.query_one(field).focus()
