"""«Услуги»: every option with its price and state; several are marked, then changed together."""

import asyncio
from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.options import BasketResult, Option
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.filter import Filter
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import key_of
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Rows
from mts_tui.widgets.sections import Sections
from mts_tui.widgets.text import Part, TextBlock

from .option_change import OptionChangeDialog, done
from .option_marks import Marks
from .option_words import COLUMNS, Words, searched

SOUGHT = "Название, описание, раздел или код: интернет, роуминг, *111…"
NONE = "Услуг для этого тарифа нет."
NOTHING = "Такой услуги нет. Esc — показать все."
NONE_MINE = "Ничего не подключено и не отмечено."
HINT = "Пробел — отметить, Enter — увидеть, что изменится, и подтвердить."


class OptionsDialog(ChangingDialog):
    """The list; answers True where something was changed.

    Args:
        account: Whose.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("options"))
    action_places = ("options",)

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._marks = Marks()
        self._shown: list[Option] = []
        self._only_mine = False
        self._words = Words(ZoneInfo("UTC"), datetime.now(UTC))
        self._warned = False

    def compose(self) -> ComposeResult:
        """What is on and what it costs, the list, the option under the cursor in full."""
        rows = Sections(COLUMNS, NONE, id="option-list")
        with Vertical(id="dialog", classes="options-dialog"):
            yield Static("Услуги", classes="title", markup=False)
            yield TextBlock(id="options-state")
            yield Filter(SOUGHT, rows, id="option-filter")
            yield rows
            yield TextBlock(id="option-detail")
            yield Static(HINT, id="options-message", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self._rows.focus()
        self.load()

    @property
    def _rows(self) -> Sections:
        return self.query_one(Sections)

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        cabinet = self.app.cabinet
        try:
            overview, page = await asyncio.gather(
                cabinet.account.overview(self._account), cabinet.options.offered(self._account)
            )
        except CabinetError as error:
            if alive(self):
                if self._marks.known:
                    self._say(str(error))
                else:
                    self._rows.say(str(error))
            return
        if alive(self):
            self._words = Words(ZoneInfo(overview.number.zone), overview.as_of)
            self._marks.renew(page.items)
            self._show()

    # ------------------------------------------------------------------ the list

    @property
    def chosen(self) -> Option | None:
        """The option under the cursor."""
        row = self._rows.row
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _show(self) -> None:
        """Show what is looked for, by sections; the cursor stays on its option."""
        chosen = self.chosen
        sought = formatting.fold(self.query_one(Filter).value.strip())
        self._shown = [
            one
            for one in self._marks.known.values()
            if sought in searched(one)
            and (not self._only_mine or one.state == "on" or self._marks.sign(one))
        ]
        counts: dict[str, int] = {}
        for one in self._shown:
            counts[one.category] = counts.get(one.category, 0) + 1
        # What stands in one section stands together, whatever the order of the answer.
        places = list(counts)
        self._shown.sort(key=lambda one: places.index(one.category))
        rows = self._rows
        rows.show_sections(
            [(formatting.clean(title), count) for title, count in counts.items()], self._row
        )
        if not self._shown and self._marks.known:
            rows.say(NOTHING if sought else NONE_MINE)
        ids = [one.id for one in self._shown]
        rows.go_to_row(ids.index(chosen.id) if chosen is not None and chosen.id in ids else 0)
        self.query_one("#options-state", TextBlock).show(*self._told())
        self._show_detail()

    def _row(self, place: int) -> tuple[Cell, ...]:
        return self._words.row(self._shown[place], self._marks)

    def _told(self) -> list[Part]:
        known = self._marks.known.values()
        mine = [one for one in known if one.state == "on"]
        parts: list[Part] = ["Подключено: ", (str(len(mine)), "strong"), f" из {len(known)}"]
        if self._only_mine:
            parts.append(". Показаны только они.")
        trials = [one for one in mine if one.trial_until is not None]
        waiting = [one for one in mine if one.suspended]
        if trials:
            parts += [" · ", (f"▲ на пробе: {len(trials)}", "warn")]
        if waiting:
            parts += [" · ", (f"▲ ждут денег: {len(waiting)}", "warn")]
        return parts

    @on(Rows.Moved)
    def _show_detail(self) -> None:
        one = self.chosen
        parts = [] if one is None else self._words.detail(one, self._marks)
        self.query_one("#option-detail", TextBlock).show(*parts)

    @on(Input.Changed, "#option-filter")
    def _filtered(self) -> None:
        self._show()

    def action_find_option(self) -> None:
        """Type what to look for."""
        self.query_one(Filter).open()

    def action_only_mine(self) -> None:
        """Show only what is on or marked; or everything again."""
        self._only_mine = not self._only_mine
        self._show()

    def action_close(self) -> None:
        """Leave the search first; close, once it is known that marks are lost."""
        filter_ = self.query_one(Filter)
        if filter_.has_focus or filter_.value:
            filter_.action_leave()
        elif len(self._marks) and not self._warned:
            self._warned = True
            self._say("Отмеченное ещё не изменено. Enter — что изменится, Esc — закрыть без этого.")
        else:
            super().action_close()

    # ------------------------------------------------------------------ what can be done

    def action_mark_option(self) -> None:
        """Mark the option under the cursor, or take its mark away."""
        one = self.chosen
        if one is None or not self._rows.has_focus:
            return
        self._warned = False
        said = self._marks.mark(one)
        self._rows.refresh()
        self._show_detail()
        self._say(said or self._marked())

    def _marked(self) -> str:
        basket = self._marks.basket
        told = [
            f"{what} {len(ids)}"
            for what, ids in (("подключить", basket.on), ("отключить", basket.off))
            if ids
        ]
        return f"Отмечено: {', '.join(told)}. Enter — что изменится." if told else HINT

    @on(Rows.Chosen)
    @work(group="save")
    @once("change")
    async def go_on(self) -> None:
        """Ask what the marks would change; where there are none, the option under the cursor."""
        one = self.chosen
        if not len(self._marks) and one is not None and (said := self._marks.mark(one)):
            self._say(said)
            return
        if not len(self._marks):
            return
        self._rows.refresh()
        self._say("Узнаём, что изменится…")
        cabinet, basket = self.app.cabinet, self._marks.basket
        try:
            preview = await cabinet.preview(cabinet.options.change, self._account, basket)
        except CabinetError as error:
            self._say(str(error), bad=True)
            return
        if alive(self):
            self._say(self._marked())
            known = self._marks.known
            self.app.push_screen(
                OptionChangeDialog(self._account, basket, preview, known, self._words),
                self._changed_by,
            )

    def _changed_by(self, result: BasketResult | None) -> None:
        if result is not None:
            self._changed = True
            self._marks.clear()
            self._say(f"{done(result)} Вернуть можно 10 минут: {key_of(self.app, 'undo_options')}.")
        self.load()

    def action_undo(self) -> None:
        """Take back what was done in the last ten minutes."""
        from .undo import UndoDialog

        self.app.push_screen(UndoDialog(self._words.zone), self._taken_back)

    def _taken_back(self, taken: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
        if taken:
            self._changed = True
            self._say(HINT)
            self.load()

    def _say(self, text: str, *, bad: bool = False) -> None:
        if alive(self):
            place = self.query_one("#options-message", Static)
            place.set_class(bad, "error")
            place.update(text)
