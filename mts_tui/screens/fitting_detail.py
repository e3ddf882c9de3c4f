"""One tariff of «Подбор тарифа» in full: by month and by kind, what is lost, the way to it."""

from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.backend.contract.tariffs import Fit
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.text import Paragraph

from .fitting_words import arithmetic, around, verdict
from .tariff_words import title_of


class FitDialog(Dialog[bool]):
    """The arithmetic; answers True where the tariff was changed.

    Args:
        account: Whose.
        fit: What the account's usage would have cost.
        zone: In which months are counted.
    """

    def __init__(self, account: str, fit: Fit, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._fit = fit
        self._zone = zone

    def compose(self) -> ComposeResult:
        """The sentence, the table and the rest, which scroll, two buttons."""
        tariff = self._fit.tariff
        with Vertical(id="dialog", classes="wide-dialog fit-dialog"):
            yield Static(f"На тарифе «{title_of(tariff)}»", classes="title", markup=False)
            with VerticalScroll(id="fit-scroll"):
                yield Paragraph(id="fit-verdict")
                yield Paragraph(id="fit-months")
                yield Paragraph(id="fit-around")
            if not tariff.current:
                yield Static(formatting.clean(tariff.refusal), id="fit-refusal", markup=False)
            with Horizontal(classes="buttons"):
                if not tariff.current:
                    yield Button("Перейти на него", variant="primary", id="change")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the words."""
        for name, parts in (
            ("#fit-verdict", verdict(self._fit)),
            ("#fit-months", arithmetic(self._fit, self._zone)),
            ("#fit-around", around(self._fit)),
        ):
            self.query_one(name, Paragraph).show(*parts)
        self.query_one("#fit-scroll").focus()

    @on(Button.Pressed, "#change")
    def _change(self) -> None:
        from .tariff_change import TariffChangeDialog

        dialog = TariffChangeDialog(self._account, self._fit.tariff)
        self.app.push_screen(dialog, self._changed)

    def _changed(self, changed: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
        if changed:
            self.dismiss(result=True)
