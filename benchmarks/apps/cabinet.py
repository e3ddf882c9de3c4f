"""The program on a folder that `benchmarks.seed --no-keyring` made, the password known to it.

Run as `python -m benchmarks.apps.cabinet FOLDER`: no bus and no keyring are needed.
"""

from __future__ import annotations

import sys

from benchmarks.seed import PASSWORD
from mts_tui import config
from mts_tui.app import MtsApp
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.people import MAIN_PHONE
from mts_tui.credentials import Result, Secret, State, Vault


class Known(Vault):
    """A keyring that has the password."""

    async def aread(self, account: str) -> Result:
        del account
        return Result(State.OK, Secret(password=PASSWORD, device="d" * 64))


def main(folder: str) -> None:
    """Run the program."""
    places = config.Places.find(folder)
    MtsApp(
        lambda: Embedded.at(places.data_dir, live=False),
        places,
        config.Settings(phone=MAIN_PHONE),
        vault=Known(),
    ).run()


if __name__ == "__main__":
    main(sys.argv[1])
