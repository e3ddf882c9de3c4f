"""A field for a sum of money, and the sums that are offered under it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style

from mts_tui import amounts, formatting
from mts_tui.backend.contract.model import Money

from .field import Field
from .looks import look
from .text import TextBlock

QUICK = (100_00, 300_00, 500_00, 1000_00)
LONGEST = 40


class AmountField(Field):
    """The field. Up and down go through the sums that are offered.

    Args:
        title: Its name.
        currency: ISO 4217 code of what is typed.
        amount: What stands in it at first, in minor units; 0 for nothing.
        quick: The sums offered, in minor units.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "offer(1)", show=False),
        Binding("down", "offer(-1)", show=False),
    ]

    def __init__(
        self,
        title: str = "Сумма",
        *,
        currency: str = "RUB",
        amount: int = 0,
        quick: tuple[int, ...] = QUICK,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(
            title, typed(amount), hint=f"например {typed(quick[0])}", longest=LONGEST, id=id
        )
        self.currency = currency
        self.quick = quick

    @property
    def currency(self) -> str:
        """ISO 4217 code of what is typed; another one brings other limits."""
        return self._currency

    @currency.setter
    def currency(self, currency: str) -> None:
        self._currency = currency
        self._limits: tuple[int, int] | None = None
        self.border_subtitle = Content(formatting.money(0, currency).split()[-1])

    def limit(self, least: Money, most: Money) -> None:
        """Let only sums from `least` to `most` pass; both are of the field's currency."""
        self._limits = (least.amount_minor, most.amount_minor)

    @property
    def amount(self) -> int | None:
        """The sum in minor units, above zero; None where there is a `problem`."""
        try:
            return self._read()
        except amounts.AmountError:
            return None

    @property
    def problem(self) -> str:
        """What is wrong with what was typed: a whole sentence, or empty."""
        try:
            self._read()
        except amounts.AmountError as error:
            return str(error)
        return ""

    def _read(self) -> int:
        amount = amounts.parse(self.value)
        return amounts.within(amount, *self._limits, self._currency) if self._limits else amount

    def put(self, minor: int) -> None:
        """Put a sum into the field."""
        self.value = typed(minor)
        self.cursor_position = len(self.value)

    def action_offer(self, direction: int) -> None:
        """Go to the next of the offered sums, or the one before."""
        try:
            now = amounts.parse(self.value)
        except amounts.AmountError:
            now = 0
        above = [one for one in self.quick if one > now]
        below = [one for one in self.quick if one < now]
        if direction > 0 and above:
            self.put(above[0])
        elif direction < 0 and below:
            self.put(below[-1])


class QuickAmounts(TextBlock):
    """The sums that an amount field offers: up and down in the field, or a click."""

    def __init__(self, field: AmountField) -> None:
        super().__init__()
        self._field = field

    def render(self) -> Content:
        """One line."""
        parts: list[Content | tuple[str, Style] | str] = [" "]
        for minor in self._field.quick:
            click = Style.from_meta({"@click": f"put({minor})"})
            text = typed(minor)
            parts += [(text, look(self, "key") + click), (" · ", look(self, "muted"))]
        return Content.assemble(*parts[:-1], ("   ↑ ↓ в поле суммы", look(self, "muted")))

    def action_put(self, minor: int) -> None:
        """Put a sum into the field."""
        self._field.put(minor)
        self._field.focus()


def typed(minor: int) -> str:
    """A sum as it is typed: `1 000` or `1 000,50`; empty for zero."""
    return " ".join(formatting.without_zeros(formatting.amount(minor)).split()) if minor else ""
