"""«Подбор тарифа»: what one's own usage would have cost on every tariff, one after another.

While it is counted each tariff keeps its place; once all have come, the cheapest stands first.
"""

import asyncio
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.tariffs import Fit, Tariff
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.headings import Headings
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.meter import bar
from mts_tui.widgets.rows import Cell, Rows
from mts_tui.widgets.text import Paragraph, Part, TextBlock

from .fitting_detail import FitDialog
from .fitting_words import COLUMNS, brief, months_of, now, row
from .tariff_words import title_of

MONTHS = 3
"""How many are looked at to begin with."""
MOST_MONTHS = 12
BAR = 20
NONE = "Выбирать не из чего: других тарифов для этого номера нет."


class Offers(Rows):
    """The list of tariffs; its arrows to the sides change the number of months."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("offers"))


class FittingDialog(ChangingDialog):
    """The list; answers True where the tariff was changed.

    Args:
        account: Whose.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("fitting"))
    action_places = ("fitting", "offers")

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._months = MONTHS
        self._zone = ZoneInfo("UTC")
        self._tariffs: list[Tariff] = []
        """In the catalogue's order."""
        self._shown: list[Tariff] = []
        self._fits: dict[str, Fit] = {}
        self._state: Literal["counting", "stopped", "ready"] = "counting"
        self._trouble = ""
        self._asked: asyncio.Task[Fit] | None = None

    def compose(self) -> ComposeResult:
        """For how long, what is paid now, how far it is, the list, a tariff of it."""
        rows = Offers(COLUMNS, NONE, id="fitting-list")
        with Vertical(id="dialog", classes="wide-dialog"):
            yield Static("Подбор тарифа", classes="title", markup=False)
            yield TextBlock(id="fitting-months")
            yield TextBlock(id="fitting-now")
            yield Paragraph(id="fitting-progress")
            yield Headings(rows)
            yield rows
            yield TextBlock(id="fitting-detail")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to count."""
        self.query_one(Offers).focus()
        self.begin()

    # ------------------------------------------------------------------ counting

    def begin(self) -> None:
        """Count what has not been counted yet."""
        self._state, self._trouble = "counting", ""
        self._show(self._tariffs)
        self.count()

    @work(exclusive=True, group="fit")
    async def count(self) -> None:
        """Ask for one tariff after another; what has come stays whatever happens."""
        try:
            if not self._tariffs:
                await self._load()
            for tariff in self._tariffs:
                if tariff.id not in self._fits:
                    fit = await self._ask(tariff.id)
                    if not alive(self):
                        return
                    self._fits[tariff.id] = fit
                    self._show(self._tariffs)
        except CabinetError as error:
            self._stop(str(error))
            return
        if alive(self):
            self._state = "ready"
            self._show(sorted(self._tariffs, key=self._total))

    async def _load(self) -> None:
        cabinet = self.app.cabinet
        overview, page = await asyncio.gather(
            cabinet.account.overview(self._account), cabinet.tariffs.offered(self._account)
        )
        self._zone = ZoneInfo(overview.number.zone)
        # An archived tariff is there only where it is one's own.
        self._tariffs = [one for one in page.items if one.fits]
        if alive(self):
            self._show(self._tariffs)

    async def _ask(self, tariff: str) -> Fit:
        """One question at a time: the one that nobody waits for any more comes to its end first."""
        if self._asked is not None:
            await asyncio.wait([self._asked])
        fit = self.app.cabinet.tariffs.fit(self._account, tariff, months=self._months)
        self._asked = asyncio.ensure_future(fit)
        self._asked.add_done_callback(_heard)
        return await asyncio.shield(self._asked)

    def _stop(self, trouble: str = "") -> None:
        if alive(self):
            self._state, self._trouble = "stopped", trouble
            self._show(self._tariffs)

    def action_close(self) -> None:
        """Stop counting; close, where nothing is counted."""
        if self._state == "counting":
            self.workers.cancel_group(self, "fit")
            self._stop()
        else:
            super().action_close()

    def action_count_on(self) -> None:
        """Go on with what is left; where nothing is, count anew."""
        if self._state == "counting":
            return
        if self._state == "ready":
            self._fits.clear()
            self._tariffs.clear()
        self.begin()

    def action_months(self, step: int) -> None:
        """Look at more months, or at fewer, and begin anew."""
        months = min(MOST_MONTHS, max(1, self._months + step))
        if months != self._months:
            self._months = months
            self._fits.clear()
            self.begin()

    # ------------------------------------------------------------------ what is shown

    @property
    def chosen(self) -> Tariff | None:
        """The tariff under the cursor."""
        place = self.query_one(Offers).cursor
        return self._shown[place] if place < len(self._shown) else None

    def _total(self, tariff: Tariff) -> int:
        return self._fits[tariff.id].total.amount_minor

    def _show(self, tariffs: list[Tariff]) -> None:
        """Show the tariffs in this order; a cursor at the first line stays there."""
        rows = self.query_one(Offers)
        chosen, self._shown = self.chosen, tariffs
        rows.show(len(tariffs), self._row, keep=True)
        if not tariffs and self._state == "counting":
            rows.say("Загружаем…")
        if rows.cursor and chosen in tariffs:
            rows.go_to(tariffs.index(chosen))
        self._show_progress()

    def _row(self, place: int) -> tuple[Cell, ...]:
        tariff = self._shown[place]
        at_work = self._state == "counting" and tariff is self._next
        return row(tariff, self._fits.get(tariff.id), at_work=at_work)

    @property
    def _next(self) -> Tariff | None:
        """The first one that has not come."""
        return next((one for one in self._tariffs if one.id not in self._fits), None)

    def _show_progress(self) -> None:
        any_fit = next(iter(self._fits.values()), None)
        current = next((one for one in self._tariffs if one.current), None)
        months: list[Part] = ["За последние ", (f"◂ {months_of(self._months)} ▸", "key")]
        if any_fit is not None and len(any_fit.months) < self._months:
            months.append(
                (f"  Полных у номера пока {len(any_fit.months)}, по ним и считаем.", "warn")
            )
        self.query_one("#fitting-months", TextBlock).show(*months)
        told = [] if current is None else now(title_of(current), any_fit)
        self.query_one("#fitting-now", TextBlock).show(*told)
        self.query_one("#fitting-progress", Paragraph).show(*self._progress())
        self._show_detail()

    def _progress(self) -> list[Part]:
        come, whole = len(self._fits), len(self._tariffs)
        if self._state == "ready":
            return [("✓ ", "good"), f"Посчитаны все тарифы, {whole}. Сначала выгодные."]
        if self._state == "stopped":
            why = self._trouble or "Остановлено."
            done = f" Посчитано {come} из {whole}." if whole else ""
            return [("▲ ", "warn"), f"{why}{done} F5 — досчитать."]
        if not whole:
            return [("Загружаем тарифы…", "muted")]
        full, empty = bar(come, whole, BAR)
        at = f", {title_of(self._next)}" if self._next is not None else ""
        return [(full, "meter"), (empty, "track"), f" {come} из {whole}{at}. Esc — остановить."]

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        tariff = self.chosen
        fit = self._fits.get(tariff.id) if tariff is not None else None
        told = brief(fit) if fit is not None else []
        self.query_one("#fitting-detail", TextBlock).show(*told)

    @on(Rows.Chosen)
    def _open(self) -> None:
        tariff = self.chosen
        if tariff is not None and tariff.id in self._fits:
            fit = self._fits[tariff.id]
            self.app.push_screen(FitDialog(self._account, fit, self._zone), self._came_back)

    def _came_back(self, changed: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
        if changed:
            self.dismiss(result=True)


def _heard(asked: "asyncio.Task[Fit]") -> None:
    """An error that nobody waits for any more is no news."""
    if not asked.cancelled():
        asked.exception()
