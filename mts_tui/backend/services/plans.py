"""By what an account's usage is rated, as its tariff, options and packages are now."""

from typing import TYPE_CHECKING

from msgspec import structs

from mts_tui.backend.operator.catalogue import Option, Tariff
from mts_tui.backend.operator.rating import Plan, effective

from .held import Held

if TYPE_CHECKING:
    from .billing import Book


class Plans:
    """The plans of an account in hand; each is made once.

    While the tariff's fee is not paid its packages wait, unlimited and unfinished ones too.

    Args:
        book: The account.
    """

    def __init__(self, book: "Book") -> None:
        self._book = book
        self._made: dict[tuple[object, ...], Plan] = {}
        self._now: Plan | None = None

    def forget(self) -> None:
        """The tariff, an option or a package has become another one."""
        self._now = None

    def now(self) -> Plan:
        """The plan that holds."""
        if self._now is None:
            self._now = self.having(None)
        return self._now

    def having(self, also: Option | None) -> Plan:
        """The plan as if an option were paid for as well, its packages full."""
        book = self._book
        order = tuple(one.id for one in book.packages.in_order_of_use())
        working = tuple(one.id for one in book.options.values() if self._works(one))
        added = None if also is None else also.id
        key = (book.tariff.id, book.suspended, order, working, added)
        if key not in self._made:
            self._made[key] = Plan(self._effective(order, working, also), order)
        return self._made[key]

    def _works(self, held: Held) -> bool:
        """Whether an option changes prices now."""
        if held.suspended or not held.on:
            return False
        return not self._book.option(held.id).on_use or held.paid_until > self._book.lived_until

    def _effective(
        self, order: tuple[str, ...], working: tuple[str, ...], also: Option | None
    ) -> Tariff:
        tariff = self._book.tariff
        opened = () if self._book.suspended else tariff.packages
        tariff = structs.replace(tariff, packages=tuple(one for one in opened if one.id in order))
        options = [] if also is None else [also]
        for option in map(self._book.option, self._book.options):
            if option is not also:
                packages = tuple(one for one in option.packages if one.id in order)
                changes = option.changes if option.id in working else None
                options.append(structs.replace(option, packages=packages, changes=changes))
        return effective(tariff, options)
