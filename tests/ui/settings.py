"""«Настройки» and the way in through a service, as a person sees them."""

from textual.widgets import Static

from mts_tui.widgets.rows import Rows

from .pages import Cabinet, settle, text_of, tick, until

SECOND = 1
COLLECTING = 60.0
"""Seconds that a file of all there is may take."""


class Settings(Cabinet):
    """The page and its dialogs."""

    async def at(self, *keys: str) -> None:
        await self.open("settings")
        await self.press(*keys)

    @property
    def rows(self) -> list[str]:
        rows = self.screen.query_one(Rows)
        return [rows.text_of(index) for index in range(rows._count)]

    def message(self, name: str) -> str:
        return str(self.screen.query_one(name, Static).content)

    def text(self, name: str) -> str:
        return " ".join(text_of(self.screen.query_one(name)).split())

    async def second(self) -> None:
        """A second of the countdown of a sign-in at a provider."""
        await tick(self.pilot, self.screen, SECOND)

    async def collect(self) -> None:
        """Press Enter in the dialog of one's own data, and wait for the file."""
        dialog = self.screen
        self.app.simulate_key("enter")
        await until(self.pilot, lambda: self.screen is not dialog, COLLECTING)
        await settle(self.pilot)

    async def agree(self) -> None:
        """Go to the page of «Демо-ID» and agree there, as its first person."""
        await self.press("enter", "enter")
        await settle(self.pilot)
