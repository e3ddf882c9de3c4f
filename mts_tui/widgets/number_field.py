"""A field for the number that gets money: any number, one's own ones by a key."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.backend.contract.numbers import Number

from .phone_field import PhoneField


class NumberField(PhoneField):
    """The field. City numbers are fine: nothing is sent to them but money.

    Args:
        phone: What stands in it at first, E.164.
        numbers: The numbers of the cabinet.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("number_field"))

    def __init__(self, phone: str, numbers: Sequence[Number], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(phone, id=id)
        self._numbers = numbers

    @property
    def number(self) -> str:
        """The number, E.164; raises what `PhoneField.number` does."""
        return phones.parse(self.value, city=True)

    @property
    def currency(self) -> str:
        """The money of the number's account; empty while there is no number."""
        try:
            return phones.currency(self.number) or ""
        except phones.PhoneError:
            return ""

    def on_mount(self) -> None:
        """Say whose number it is."""
        self._show_owner()

    @on(Input.Changed)
    def _show_owner(self) -> None:
        try:
            number = self.number
        except phones.PhoneError:
            self.border_subtitle = Content("F4 — ваши номера" if self._numbers else "")
            return
        own = next((one for one in self._numbers if one.phone == number), None)
        region = phones.region(number)
        name = own.name or own.owner if own else region.name if region else ""
        self.border_subtitle = Content(formatting.clean(name, 30))

    def action_own_number(self) -> None:
        """Put the next of the cabinet's numbers into the field."""
        if not self._numbers:
            return
        known = [one.phone for one in self._numbers]
        try:
            place = known.index(self.number)
        except ValueError:  # No number yet, or somebody else's.
            place = -1
        self.value = phones.display(known[(place + 1) % len(known)])
        self.cursor_position = len(self.value)
