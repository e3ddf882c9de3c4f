"""The cabinet of `benchmarks.apps.cabinet` with F10 for a dialog of «Тарифы и услуги».

Run as `python -m benchmarks.apps.services FOLDER options` or `… fitting`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from textual.binding import Binding

from benchmarks.apps.cabinet import Known
from mts_tui import app, config
from mts_tui.app import MtsApp
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.people import LINES, MAIN_PHONE

DIALOGS = {"options": ("options", "OptionsDialog"), "fitting": ("fitting", "FittingDialog")}


class Services(MtsApp):
    """The program, one key away from what is measured."""

    BINDINGS = [*MtsApp.BINDINGS, Binding("f10", "open_measured", priority=True)]  # noqa: RUF012
    CSS_PATH = str(Path(app.__file__).with_name("styles.tcss"))  # As it is, not as beside here.
    which = ""

    def action_open_measured(self) -> None:
        """Open it."""
        module, kind = DIALOGS[self.which]
        self.push_screen(getattr(import_module(f"mts_tui.screens.{module}"), kind)(LINES[0].id))


def main(folder: str, which: str) -> None:
    """Run the program."""
    places = config.Places.find(folder)
    program = Services(
        lambda: Embedded.at(places.data_dir, live=False),
        places,
        config.Settings(phone=MAIN_PHONE),
        vault=Known(),
    )
    program.which = which
    program.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
