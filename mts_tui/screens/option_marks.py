"""What is marked to be switched on and off, and what that will bring with it."""

from collections.abc import Iterable

from mts_tui import formatting
from mts_tui.backend.contract.options import Basket, Option

OFFICE = "Эту услугу отключают только в офисе, с паспортом."


def name_of(option: Option) -> str:
    """An option's title in quotes."""
    return f"«{formatting.clean(option.title)}»"


class Marks:
    """The marks of a list of options; none that cannot be carried out by itself."""

    def __init__(self) -> None:
        self.known: dict[str, Option] = {}
        self._on: list[str] = []
        self._off: list[str] = []

    def renew(self, options: Iterable[Option]) -> None:
        """The options are as they are told now; marks that say nothing new any more go."""
        self.known = {one.id: one for one in options}
        self._on = [one for one in self._on if one in self.known and self._may_come(one)]
        self._off = [one for one in self._off if one in self.known and self._may_go(one)]

    def clear(self) -> None:
        """Take all marks away."""
        self._on, self._off = [], []

    @property
    def basket(self) -> Basket:
        """What is marked."""
        return Basket(on=list(self._on), off=list(self._off))

    def __len__(self) -> int:
        """How many are marked."""
        return len(self._on) + len(self._off)

    def sign(self, option: Option) -> str:
        """`+`, `−`, or empty where an option is not marked."""
        if option.id in self._on:
            return "+"
        return formatting.MINUS if option.id in self._off else ""

    def mark(self, option: Option) -> str:
        """Mark an option, or take its mark away.

        What is on and can be ordered again is marked for that first, then to be switched off.

        Returns:
            What there is to say about it, a whole sentence; mostly nothing.
        """
        if option.id in self._on:
            self._on.remove(option.id)
            if option.state == "on" and option.removable:
                self._off.append(option.id)
        elif option.id in self._off:
            self._off.remove(option.id)
        elif self._may_come(option.id):
            others = [one for one in self._on if self._excludes(self.known[one], option)]
            self._on = [*(one for one in self._on if one not in others), option.id]
            if others:
                other = name_of(self.known[others[0]])
                return f"Отметка с {other} снята: вместе с {name_of(option)} она не действует."
        elif self._may_go(option.id):
            self._off.append(option.id)
        else:
            return formatting.clean(option.refusal) or OFFICE
        return ""

    def advice(self, option: Option) -> list[str]:
        """What else would change with an option, and what it lacks: whole sentences."""
        if option.state == "on" and option.id not in self._on:
            lonely = [one for one in self._left_without(option) if one.id not in self._off]
            return [f"Без неё не работает {name_of(one)}: отключится и она." for one in lonely]
        if option.state == "unavailable":
            return []
        told = []
        for other in option.conflicts:
            if other in self.known and other not in self._off:
                name = name_of(self.known[other])
                told.append(f"Вместо неё отключится {name}: остаток её пакетов пропадёт.")
        if option.requires and not self._after & {*option.requires}:
            needed = [self.known[one] for one in option.requires if one in self.known]
            names = " или ".join(map(name_of, needed))
            if any(one.id in self._off for one in needed):
                told.append(f"Ей нужна {names}, а её вы отключаете.")
            else:
                told.append(f"Ей нужна {names}: отметьте и её." if names else "Её не с чем взять.")
        return told

    @property
    def _after(self) -> set[str]:
        """What would be on."""
        on = {one.id for one in self.known.values() if one.state == "on"}
        replaced = {other for one in self._on for other in self.known[one].conflicts}
        return (on - {*self._off} - replaced) | {*self._on}

    def _left_without(self, option: Option) -> list[Option]:
        """What is on, or marked to be, and needs an option, with nothing else in its place."""
        left = self._after - {option.id}
        return [
            one
            for one in self.known.values()
            if one.id in left and option.id in one.requires and not left & {*one.requires}
        ]

    @staticmethod
    def _excludes(one: Option, other: Option) -> bool:
        return bool(one.group) and one.group == other.group

    def _may_come(self, option_id: str) -> bool:
        option = self.known[option_id]
        return option.state == "off" or (option.state == "on" and option.repeatable)

    def _may_go(self, option_id: str) -> bool:
        option = self.known[option_id]
        return option.state == "on" and option.removable
