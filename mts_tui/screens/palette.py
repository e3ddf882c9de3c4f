"""What the palette finds: actions by their name, and a sentence where there is none."""

from textual.command import Hit, Hits
from textual.system_commands import SystemCommandsProvider

NOTHING = "Такого действия здесь нет"
WHAT_TO_DO = "Попробуйте другое слово или посмотрите список: сотрите набранное."


class Actions(SystemCommandsProvider):
    """The actions of the table that work here."""

    async def search(self, query: str) -> Hits:
        """What fits; Textual's own sentence for nothing is English."""
        found = False
        async for hit in super().search(query):
            found = True
            yield hit
        if not found:
            yield Hit(1, NOTHING, _nothing, help=WHAT_TO_DO)


def _nothing() -> None:
    """The sentence was chosen: there is nothing to do."""
