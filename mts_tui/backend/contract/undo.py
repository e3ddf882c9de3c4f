"""What can be taken back: for ten minutes after it was done."""

from .endpoint import Area, command, query
from .errors import NotFound, UndoRefused
from .model import AccountId, Id, Label, Model, Moment, Page


class Undoable(Model):
    """Something done that can be taken back."""

    id: Id
    account: AccountId
    at: Moment
    until: Moment
    title: Label
    """What was done, as a short phrase: `Автоплатёж удалён`."""


class Undo(Area):
    """Taking back."""

    @query("/undo")
    async def pending(self) -> Page[Undoable]:
        """What can be taken back now, the latest first."""

    @command("POST", "/undo/{entry}", errors=(NotFound, UndoRefused))
    async def take_back(self, entry: Id) -> Undoable:
        """Take one back. Refused when its ten minutes are over or others built on it."""
