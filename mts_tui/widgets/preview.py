"""What a command would change: balances before and after, told before it is carried out."""

from typing import Any

from mts_tui import formatting, phones
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.preview import AccountChange, Preview

from .text import Part, TextBlock

MOST_LINES = 4
STATES = {"active": "работает", "no_money": "ждёт денег", "blocked": "заблокирован"}


class PreviewBlock(TextBlock):
    """The changes; empty until there are any."""

    def show_preview(self, preview: Preview[Any]) -> None:
        """Show what would change on the accounts of this cabinet."""
        parts: list[Part] = []
        for change in preview.changes:
            if len(preview.changes) > 1:
                parts += [(phones.display(change.phone), "strong"), "\n"]
            parts += _changed(change)
        self.show(*parts[:-1])

    def clear(self) -> None:
        """Show nothing."""
        self.show()


def _changed(change: AccountChange) -> list[Part]:
    parts: list[Part] = []
    for one in reversed(change.operations[:MOST_LINES]):
        style = "good" if one.amount.amount_minor > 0 else ""
        amount = sum_of(one.amount, sign=True) if one.amount else ""
        parts += [f"{formatting.clean(one.title)}  ", (amount, style), "\n"]
    before, after = change.before, change.after
    if before.balance != after.balance:
        parts += _line("Баланс", sum_of(before.balance), sum_of(after.balance))
    if before.available != after.available:
        parts += _line("Можно потратить", sum_of(before.available), sum_of(after.available))
    if before.state != after.state:
        parts += _line("Номер", STATES[before.state], STATES[after.state])
    if before.tariff != after.tariff:
        parts += _line("Тариф", before.tariff, after.tariff)
    return parts


def _line(name: str, before: str, after: str) -> list[Part]:
    return [(f"{name}: ", "muted"), f"{before} → ", (after, "strong"), "\n"]
