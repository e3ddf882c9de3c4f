"""«Семья»: where a child is, on a map and in words; who sees oneself is a key away.

Every look is written into the child's log, so nothing looks by itself: once when the page is
opened or another child is chosen by Enter, and when the person asks anew. Where somebody was is
kept in this page alone and goes with it.
"""

from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.family import Child, Guardian, Position, Zone
from mts_tui.widgets.alive import alive
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.map import Map, Shown, Spot
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .family_words import (
    CONSENTS,
    LOGGED,
    NOBODY,
    WITHOUT,
    name_of,
    place_of,
    seen_parts,
    stays,
    where_parts,
)
from .page import Page

CHILDREN = (
    Column(0), Column(17, needs=56), Column(14), Column(6, right=True, needs=66),
    Column(12, right=True, needs=78),
)  # fmt: skip
DAY = (Column(13), Column(0))
NONE = "Пока никого: {key} — попросить согласие номера ребёнка."
FAILED = "Не загрузилось. F5 — попробовать ещё раз."
NO_DAY = "За сутки мест нет."
BOTH_FROM = 84
"""Cells from which on the list of the day stands beside the map."""


class FamilyPage(Page):
    """The page of the number that is open."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("family"), *bindings("map_zoom")]
    action_places = ("family", "map_zoom", "map", "list")

    def __init__(self) -> None:
        super().__init__(id="family")
        self._account = ""
        self._children: list[Child] = []
        self._guardians: list[Guardian] = []
        self._looked: dict[str, list[Position]] = {}
        self._refused: dict[str, str] = {}
        self._zones: list[Zone] = []
        self._shown = ""
        """Whose map is drawn."""
        self._asked = ""

    def compose(self) -> ComposeResult:
        """Children, the answer, who sees oneself, the day beside the map."""
        yield Static("Семья", classes="title", markup=False)
        yield Rows(CHILDREN, "", id="children")
        yield Paragraph(id="family-answer")
        yield Paragraph(id="family-seen")
        with Horizontal(id="family-below"):
            yield Rows(DAY, NO_DAY, id="family-day")
            yield Map(id="family-map")

    def take_focus(self) -> None:
        """The children."""
        self._rows.focus()

    @property
    def _rows(self) -> Rows:
        return self.query_one("#children", Rows)

    @property
    def _map(self) -> Map:
        return self.query_one(Map)

    @property
    def _current(self) -> Child | None:
        place = self._rows.cursor
        return self._children[place] if place < len(self._children) else None

    @property
    def _positions(self) -> list[Position]:
        child = self._current
        return self._looked.get(child.id, []) if child is not None else []

    # ------------------------------------------------------------------ asking

    @work(exclusive=True, group="family")
    async def load(self) -> None:
        """Ask who there is; look at the first child once, when the page is opened."""
        account, family = self.cabinet_screen.account, self.app.cabinet.family
        if account != self._account:
            self._account, self._children = account, []
            self._looked, self._refused, self._zones = {}, {}, []
        try:
            children = (await family.children(account)).items
            guardians = (await family.guardians(account)).items
        except CabinetError as error:
            self.app.explain(error)
            if alive(self) and not self._children:
                self._rows.say(FAILED)
            return
        if not alive(self) or account != self.cabinet_screen.account:
            return
        first = not self._children
        here = self._current.id if self._current is not None else ""
        self._children, self._guardians = children, guardians
        for one in children:
            if one.consent != "given":
                self._looked.pop(one.id, None)  # Taken back: it is not seen here any more, either.
        self._show_children()
        places = {one.id: place for place, one in enumerate(children)}
        given = next((place for place, one in enumerate(children) if one.consent == "given"), 0)
        self._rows.go_to(places.get(here, given))
        self._shown = self._current.id if self._current is not None else ""
        self._show()
        child = self._current
        if child is not None and child.consent == "given":
            if first and child.id not in self._looked:
                self._look(child)
            else:
                self._load_zones(child)

    def asked_anew(self) -> None:
        """The person wants it as it is now: that is a look."""
        child = self._current
        if child is not None:
            self._look(child)
        self.load()

    @work(group="look")
    @once("look")
    async def _look(self, child: Child) -> None:
        """Look where a child is and was: one line in its log."""
        account, family = self._account, self.app.cabinet.family
        if child.consent != "given":
            return
        try:
            positions = (await family.today(account, child.id)).items
            zones = (await family.zones(account, child.id)).items
        except CabinetError as error:
            if alive(self) and account == self._account:
                self._looked.pop(child.id, None)
                self._refused[child.id] = str(error)
                self._show()
            return
        if not alive(self) or account != self._account:
            return
        self._looked[child.id] = positions
        self._refused.pop(child.id, None)
        if self._current is not None and self._current.id == child.id:
            self._zones = zones
            self._show(follow=True)

    @work(exclusive=True, group="zones")
    async def _load_zones(self, child: Child) -> None:
        """Zones are the parent's own: to see them is no look."""
        try:
            zones = (await self.app.cabinet.family.zones(self._account, child.id)).items
        except CabinetError:
            zones = []
        if alive(self) and self._current is not None and self._current.id == child.id:
            self._zones = zones
            self._show()

    def happened(self, event: Event) -> None:
        """Consent, a zone, a new question: what there is, without a look."""
        if event.account == self._account and event.kind in {"account", "notice"}:
            self.load()

    def numbers_came(self) -> None:
        """The zone may be known only now."""
        if alive(self) and self._account:
            self._show()

    # ------------------------------------------------------------------ showing

    def _show_children(self) -> None:
        if not self._children:
            self._rows.show(0, lambda _place: (), keep=False)
            self._rows.say(NONE.format(key=key_of(self.app, "ask_child")))
            return
        self._rows.show(len(self._children), self._row, keep=True)

    def _row(self, place: int) -> tuple[Cell, ...]:
        one = self._children[place]
        battery = one.battery_percent
        return (
            Cell(name_of(one), "strong"),
            Cell(phones.display(one.phone), "muted"),
            Cell(*CONSENTS[one.consent]),
            Cell("" if battery is None else formatting.percent(battery, 0), "muted"),
            Cell("" if one.balance is None else sum_of(one.balance), "muted"),
        )

    def _show(self, *, follow: bool = False) -> None:
        child, positions = self._current, self._positions
        known = child is not None and child.id in self._looked
        self.query_one("#family-answer", Paragraph).show(*self._answer(child))
        key = key_of(self.app, "guardians")
        self.query_one("#family-seen", Paragraph).show(*seen_parts(self._guardians, key))
        self.query_one("#family-below").display = known and bool(positions)
        if not known or not positions or child is None:
            return
        day = stays(positions)
        self.query_one("#family-day", Rows).show(len(day), self._stay, keep=True)
        now = positions[0]
        self._map.show(
            Shown(
                Spot(now.latitude, now.longitude, now.accuracy_m, name_of(child)),
                tuple(Spot(one.latitude, one.longitude, 0, one.place) for one, _since in day),
                tuple(
                    Spot(one.latitude, one.longitude, one.radius_m, formatting.clean(one.name, 30))
                    for one in self._zones
                ),
            ),
            follow=follow,
        )

    def _answer(self, child: Child | None) -> list[Part]:
        if child is None:
            return [(NOBODY, "muted")] if self._account else []
        if child.consent != "given":
            return [(WITHOUT[child.consent], "muted")]
        if child.id in self._refused:
            return [(self._refused[child.id], "bad")]
        if child.id not in self._looked:
            text = f"Enter — посмотреть, где {name_of(child)}. Просмотр запишется в журнал ребёнка."
            return [(text, "muted")]
        parts = where_parts(child, self._looked[child.id], self.zone)
        return [*parts, (f" · {LOGGED} {key_of(self.app, 'refresh')} — обновить.", "muted")]

    def _stay(self, place: int) -> tuple[Cell, ...]:
        one, since = stays(self._positions)[place]
        clock = formatting.clock
        last, first = clock(one.at.astimezone(self.zone)), clock(since.astimezone(self.zone))
        when = f"{first}–{last}" if first != last else last
        return (
            Cell(when, "muted"),
            Cell(formatting.clean(one.place, 60), "" if place else "strong"),
        )

    def on_resize(self, event: events.Resize) -> None:
        """Where there is room, the list stands beside the map."""
        self.set_class(event.size.width >= BOTH_FROM, "-both")

    @on(Rows.Moved, "#children")
    def _moved(self) -> None:
        """Show what is known of the child under the cursor; that is no look."""
        child = self._current
        if child is None or child.id == self._shown:
            return
        self._shown, self._asked, self._zones = child.id, "", []
        self._show(follow=True)
        if child.id in self._looked:
            self._load_zones(child)

    @on(Rows.Moved, "#family-day")
    def _show_place(self) -> None:
        """Put the place under the cursor of the day into the middle of the map."""
        day, place = stays(self._positions), self.query_one("#family-day", Rows).cursor
        if self.app.focused is self.query_one("#family-day") and place < len(day):
            one = day[place][0]
            self._map.look_at(Spot(one.latitude, one.longitude))

    def text_to_copy(self) -> str:
        """Where the child is, with the coordinates."""
        if not self._positions:
            return ""
        now = self._positions[0]
        return f"{formatting.clean(now.place)}, {place_of(now.latitude, now.longitude)}"

    # ------------------------------------------------------------------ what a person does

    @on(Rows.Chosen, "#children")
    def _chosen(self) -> None:
        """Look where the child under the cursor is."""
        if self._current is not None:
            self._look(self._current)

    @on(Rows.Chosen, "#family-day")
    def _place_chosen(self) -> None:
        self._show_place()

    def action_zoom(self, step: int) -> None:
        """Bring the map nearer, or farther away."""
        self._map.action_zoom(step)

    def action_find_child(self) -> None:
        """Put the child into the middle of the map."""
        self._map.action_find_child()

    def action_family_day(self) -> None:
        """Show the list of the day in place of the map, or back; in a broad window go to it."""
        if not self.query_one("#family-below").display:
            return
        if not self.has_class("-both"):
            self.toggle_class("-day")
        shown = self.has_class("-day") or self.has_class("-both")
        day = self.query_one("#family-day")
        self.call_after_refresh(self._map.focus if not shown or day.has_focus else day.focus)

    def action_ask_child(self) -> None:
        """Ask a number for consent."""
        from .family_dialogs import AskChildDialog

        dialog = AskChildDialog(self._account, self.cabinet_screen.numbers)
        self.app.push_screen(dialog, self._came_back)

    @work(group="save")
    @once("save")
    async def action_drop_child(self) -> None:
        """Give up the child under the cursor; on the second press."""
        child = self._current
        if child is None:
            return
        if self._asked != child.id:
            self._asked = child.id
            self.app.say(
                f"Не видеть больше «{name_of(child)}»? История и зоны удалятся сразу. "
                "Нажмите ещё раз."
            )
            return
        try:
            await self.app.cabinet.family.drop(self._account, child.id)
        except CabinetError as error:
            self.app.explain(error)
            return
        self._asked = ""
        self.app.say(f"Готово: где «{name_of(child)}», больше не видно.")
        if alive(self):
            self._looked.pop(child.id, None)
            self.load()

    def action_family_zones(self) -> None:
        """The zones of the child under the cursor."""
        from .zones import ZonesDialog

        child = self._current
        if child is None or child.consent != "given":
            self.app.say("Зоны есть у ребёнка, который согласился.")
            return
        places = [one for one, _since in stays(self._positions)]
        dialog = ZonesDialog(self._account, child, places, self._map.centre)
        self.app.push_screen(dialog, self._came_back)

    def action_guardians(self) -> None:
        """Who sees the number that is open."""
        from .guardians import GuardiansDialog

        self.app.push_screen(GuardiansDialog(self._account, self.zone), self._came_back)

    def action_map_link(self) -> None:
        """Open the place on a public map, or show it to a phone as a code."""
        from .map_link import MapLinkDialog

        child = self._current
        if child is None or not self._positions:
            self.app.say("Сначала посмотрите, где ребёнок: открывать пока нечего.")
            return
        now = self._positions[0]
        self.app.push_screen(MapLinkDialog(name_of(child), now))

    def _came_back(self, changed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if changed and alive(self):
            self.load()
