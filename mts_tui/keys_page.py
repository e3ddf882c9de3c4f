"""`docs/keys_ru.md`, made from the table of actions: `python -m mts_tui.keys_page`."""

from .actions import ACTIONS
from .keyboard import in_both_layouts, shown

PLACES = {
    "app": "Везде",
    "cabinet": "В кабинете",
    "list": "В списке",
    "handset": "В телефоне",
    "sign_in": "На экране входа",
}
HEAD = """# Клавиши

Буквы работают в обеих раскладках: клавиша — это место на клавиатуре. Любую клавишу можно сменить в
файле настроек, в разделе `[keys]`: слева имя действия, справа клавиша, например `lock = "f10"`.
Где лежит файл, скажет `mts-tui doctor`.
"""


def page() -> str:
    """The page, Markdown."""
    lines = [HEAD]
    for place, title in PLACES.items():
        lines += [f"## {title}", "", "| Клавиши | Действие | Имя |", "|---|---|---|"]
        for action in ACTIONS:
            if action.place == place:
                lines.append(f"| {_keys(action.keys)} | {action.help} | `{action.id}` |")
        lines.append("")
    return "\n".join(lines)


def _keys(keys: str) -> str:
    if not keys:
        return "Ctrl+P"
    names = []
    for key in keys.split(","):
        both = in_both_layouts(key).split(",")
        names.append(" / ".join(dict.fromkeys([shown(key, "ru"), shown(both[-1], "en")])))
    return ", ".join(names)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
