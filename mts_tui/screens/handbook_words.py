"""Pages of the help as text in a terminal, with the keys that a person has now."""

from typing import TYPE_CHECKING

from mts_tui import actions, handbook
from mts_tui.keyboard import shown
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.text import Part

if TYPE_CHECKING:
    from mts_tui.app import MtsApp

POINT = "- "


def key_names(app: "MtsApp", action_id: str) -> list[str]:
    """How the keys of an action are called now, in the layout that was typed in last."""
    action = actions.BY_ID[action_id]
    keys = app.settings.keys.get(action.id, action.keys)
    return [shown(key, KeyBar.layout_name) for key in keys.split(",") if key]


def page_parts(app: "MtsApp", page: handbook.Page, *, brief: bool = False) -> list[Part]:
    """A page of the help.

    Args:
        app: The program: it knows the keys.
        page: The page.
        brief: Only its first section.
    """
    parts: list[Part] = []
    for section in page.sections[: 1 if brief else None]:
        if section.title:
            parts += [(section.title, "strong"), "\n"]
        parts += _blocks(app, section)
        parts.append("\n")
    return parts[:-1]


def _blocks(app: "MtsApp", section: handbook.Section) -> list[Part]:
    parts: list[Part] = []
    for block, after in zip(section.blocks, (*section.blocks[1:], ""), strict=True):
        text = handbook.with_keys(block, lambda name: "/".join(key_names(app, name)[:1]))
        if text.startswith(POINT):
            parts += [("• ", "key"), text.removeprefix(POINT), "\n"]
        else:
            parts += [text, "\n"]
            if not after.startswith(POINT) and after:
                parts.append("\n")
    return parts
