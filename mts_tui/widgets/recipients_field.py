"""A field for whom a message goes to: numbers, contacts, groups; a pasted list fits in."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from mts_tui import formatting, phones, recipients
from mts_tui.actions import bindings
from mts_tui.backend.contract.messages import Contact
from mts_tui.backend.contract.numbers import Number

from .field import Field

LONGEST = 1_000


class RecipientsField(Field):
    """The field. `take` reads what stands in it."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("recipients"))

    def __init__(self, to: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            "Кому", to, hint="номера и имена через запятую; F4 — свои", longest=LONGEST, id=id
        )
        self._numbers: list[Number] = []
        self._contacts: list[Contact] = []
        self._own = ""

    def know(self, numbers: Sequence[Number], contacts: Sequence[Contact], own: str) -> None:
        """Tell the field whom it may find: own numbers, contacts, and the number that sends."""
        self._numbers = [one for one in numbers if one.kind == "mobile" and one.phone != own]
        self._contacts, self._own = list(contacts), own
        self._count()

    def take(self) -> recipients.Read:
        """Read what stands there."""
        return recipients.read(self.value, self._contacts, self._own)

    def add(self, pieces: Sequence[str]) -> None:
        """Put more behind what stands there."""
        known = [piece for piece in recipients.pieces_of(self.value) if piece not in pieces]
        self.value = ", ".join([*known, *pieces])
        self.cursor_position = len(self.value)

    def action_own_recipient(self) -> None:
        """Put the next of the cabinet's numbers behind what stands there."""
        taken = self.take().phones
        free = [one.phone for one in self._numbers if one.phone not in taken]
        if free:
            self.add([phones.display(free[0])])
        else:
            self.app.bell()

    def _on_paste(self, event: events.Paste) -> None:
        """A list of lines becomes one with commas."""
        event.stop()
        event.prevent_default()
        text = formatting.clean(event.text[: 4 * LONGEST], keep_lines=True)
        joined = ", ".join(piece.strip() for piece in text.splitlines() if piece.strip())
        start, end = sorted(self.selection)
        room = LONGEST - len(self.value) + end - start
        if len(joined) > room:
            self.app.bell()
        self.replace(joined[: max(0, room)], start, end)

    @on(Input.Changed)
    def _count(self) -> None:
        """Say how many are understood."""
        found = self.take()
        told = ""
        if found.phones:
            count = len(found.phones)
            told = formatting.count(count, "получатель", "получателя", "получателей")
            if count == 1:
                told = self._name_of(found.phones[0]) or told
        self.border_subtitle = Content(formatting.clean(told, 40))

    def _name_of(self, phone: str) -> str:
        for one in self._contacts:
            if one.phone == phone:
                return one.name
        return next((one.name or one.owner for one in self._numbers if one.phone == phone), "")
