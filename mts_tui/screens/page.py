"""A page of the cabinet: what every item of the menu has in common."""

from zoneinfo import ZoneInfo

from textual.containers import Vertical

from mts_tui.app import MtsApp
from mts_tui.backend.contract.events import Event

from .cabinet import CabinetScreen


class Page(Vertical):
    """A page. Subclasses load themselves and say what may be copied."""

    app: MtsApp
    action_places: tuple[str, ...] = ()
    """Places of `actions.ACTIONS` that the page brings along; its bindings are theirs."""
    subject = ""
    """Id of the thing that a person came for: a page that knows such things shows it at first."""

    @property
    def cabinet_screen(self) -> CabinetScreen:
        """The screen around."""
        assert isinstance(self.screen, CabinetScreen)
        return self.screen

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the number that is open; UTC until it is known."""
        return self.cabinet_screen.zone or ZoneInfo("UTC")

    def on_mount(self) -> None:
        """Load when first shown in an open cabinet."""
        if self.cabinet_screen.account:
            self.load()

    def load(self) -> object:
        """Ask the operator and show the answer."""

    def asked_anew(self) -> None:
        """The person wants to see it as it is now."""
        self.load()

    def happened(self, event: Event) -> None:
        """Something happened to one of the cabinet's accounts."""

    def numbers_came(self) -> None:
        """The screen's list of numbers was answered anew."""

    def take_focus(self) -> None:
        """Put the focus where a person would begin."""

    def text_to_copy(self) -> str:
        """What «Копировать» copies here; empty for the number."""
        return ""
