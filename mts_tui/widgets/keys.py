"""Keys named inside a text, as the person would press them."""

from mts_tui.actions import BY_ID
from mts_tui.app import MtsApp
from mts_tui.keyboard import shown

from .key_bar import KeyBar


def key_of(app: MtsApp, action: str) -> str:
    """The first key of an action, by its id: as the settings have it, in the layout typed in."""
    keys = app.settings.keys.get(action, BY_ID[action].keys)
    return shown(keys.split(",")[0], KeyBar.layout_name)


def can_undo(app: MtsApp, what: str = "Отменить") -> str:
    """The sentence that says how something done is taken back."""
    return f"{what} можно 10 минут: {key_of(app, 'undo')} в кабинете."
