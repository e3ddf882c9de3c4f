"""«Клавиши»: every action with its keys; another key by pressing it, conflicts named."""

from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui.actions import ACTIONS, Action, bindings, conflicts
from mts_tui.keyboard import in_both_layouts, shown
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows

from .settings import change

COLUMNS = (Column(22), Column(16), Column(0))
NEVER = frozenset({"escape", "enter", "tab", "shift+tab", "ctrl+q", "ctrl+p", "ctrl+c", "f1"})
ALWAYS = frozenset({"quit", "interrupt", "help", "command_palette"})
"""Actions whose keys stay: nobody may lock themselves in."""
REMAPPED = tuple(one for one in ACTIONS if one.id not in ALWAYS)


class KeysDialog(ChangingDialog):
    """The list."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("key_map"))

    @property
    def action_places(self) -> tuple[str, ...]:
        """For help."""
        return ("key_map", "list")

    def compose(self) -> ComposeResult:
        """List, a line, buttons."""
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static("Клавиши", classes="title", markup=False)
            yield Static(
                "Enter — нажать новую клавишу, Del — вернуть прежнюю. Буквы работают в обеих "
                "раскладках.",
                classes="hint",
                markup=False,
            )
            yield Rows(COLUMNS, "", id="key-list")
            yield Static("", id="keys-message", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Вернуть все", id="reset")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the actions."""
        self._show()
        self.query_one(Rows).focus()

    def _show(self) -> None:
        self.query_one(Rows).show(len(REMAPPED), self._row, keep=True)

    def _row(self, index: int) -> tuple[Cell, ...]:
        action = REMAPPED[index]
        own = self.app.settings.keys.get(action.id)
        keys = ", ".join(_named(key) for key in (own or action.keys).split(",") if key)
        return (
            Cell(action.label, "strong"),
            Cell(keys or "—", "good" if own else "key"),
            Cell(action.help, "muted"),
        )

    @property
    def _action(self) -> Action:
        return REMAPPED[self.query_one(Rows).cursor]

    @on(Rows.Chosen)
    def _press(self) -> None:
        self.app.push_screen(PressDialog(self._action), self._pressed)

    def _pressed(self, key: str | None) -> None:
        if not key:
            return
        action = self._action
        others = conflicts(action, key, self.app.settings.keys)
        if others:
            named = ", ".join(f"«{one.label}»" for one in others)
            self._say(f"{_named(key)} занята: {named}. Выберите другую.", bad=True)
        else:
            self._keep({**self.app.settings.keys, action.id: key})
            self._say(f"«{action.label}» теперь по клавише {_named(key)}.")

    def action_reset_key(self) -> None:
        """Give an action its key back."""
        action, keys = self._action, dict(self.app.settings.keys)
        if keys.pop(action.id, None) is None:
            self._say(f"У «{action.label}» и так прежняя клавиша.")
            return
        others = [one for key in action.keys.split(",") for one in conflicts(action, key, keys)]
        if others:
            self._say(f"Прежнюю клавишу теперь занимает «{others[0].label}».", bad=True)
            return
        self._keep(keys)
        self._say(f"«{action.label}» снова по прежней клавише.")

    @on(Button.Pressed, "#reset")
    def _reset(self) -> None:
        self._keep({})
        self._say("Все клавиши снова прежние.")

    def _keep(self, keys: dict[str, str]) -> None:
        problem = change(self.app, keys=keys)
        self._changed = True
        self._show()
        if problem:
            self.app.say(problem, severity="warning")

    def _say(self, text: str, *, bad: bool = False) -> None:
        message = self.query_one("#keys-message", Static)
        message.set_class(bad, "error")
        message.update(Text(text))


class PressDialog(Dialog[str]):
    """Waits for a key; answers it.

    Args:
        action: For which.
    """

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, action: Action) -> None:
        super().__init__()
        self._action = action

    def compose(self) -> ComposeResult:
        """Words only."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(f"Клавиша для «{self._action.label}»", classes="title", markup=False)
            yield Static(self._action.help, classes="hint", markup=False)
            yield Static("Нажмите новую клавишу. Esc — оставить как есть.", markup=False)
            yield Static("", id="press-message", classes="error", markup=False)
        yield KeyBar()

    def on_key(self, event: events.Key) -> None:
        """Take the key, unless it always does something else."""
        event.stop()
        event.prevent_default()
        key = _plain(event)
        if key in NEVER:
            self.query_one("#press-message", Static).update(
                f"{_named(key)} всегда делает своё. Нажмите другую."
            )
        else:
            self.dismiss(key)


def _plain(event: events.Key) -> str:
    """The key as the settings write it: the Latin letter of its place."""
    names = in_both_layouts(event.key).split(",")
    latin = [name for name in names if name.isascii()]
    return latin[-1] if latin else event.key


def _named(key: str) -> str:
    return shown(in_both_layouts(key).split(",")[0], KeyBar.layout_name)
