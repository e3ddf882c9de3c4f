"""A key is its place on the keyboard: П and G are one key, whatever the layout.

Terminals send the letter, not the place. Bindings therefore name both letters of a place, and what
arrives with Ctrl or Alt and a Russian letter (`ctrl+й`, from terminals with the kitty protocol) is
read as the Latin key of the same place.
"""

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_RUSSIAN = dict(zip(_LATIN, _RUSSIAN, strict=True))
_TO_LATIN = {russian: latin for latin, russian in _TO_RUSSIAN.items()}
_TO_LATIN |= {russian.upper(): latin.upper() for russian, latin in _TO_LATIN.items()}
# What the terminal library calls the keys that are not letters on one of the layouts.
_KEY_NAMES = {
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    ";": "semicolon",
    "'": "apostrophe",
    ",": "comma",
    ".": "full_stop",
    "`": "grave_accent",
    "+": "plus",
    "-": "minus",
    "=": "equals_sign",
    "?": "question_mark",
    "/": "slash",
}
_SHOWN = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Пробел",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "question_mark": "?",
    "slash": "/",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
}
_NAMED = {name: sign for sign, name in _KEY_NAMES.items()}


def in_both_layouts(keys: str) -> str:
    """Bindings for both layouts: `n,f2` becomes `n,т,f2`."""
    found: list[str] = []
    for key in keys.split(","):
        name = _KEY_NAMES.get(key, key)
        found.append(name)
        other = _other_layout(key)
        if other and other not in found:
            found.append(other)
    return ",".join(found)


def _other_layout(key: str) -> str:
    sign = _NAMED.get(key, key)
    if len(sign) != 1:
        return ""
    other = _TO_RUSSIAN.get(sign) or _TO_LATIN.get(sign) or ""
    return _KEY_NAMES.get(other, other)


def latin_chord(key: str) -> str | None:
    """The Latin key of a chord with a Russian letter: `ctrl+й` is `ctrl+q`; None for others."""
    *modifiers, last = key.split("+")
    latin = _TO_LATIN.get(last)
    if not modifiers or latin is None or not {"ctrl", "alt"} & set(modifiers):
        return None
    return "+".join([*modifiers, _KEY_NAMES.get(latin, latin)])


def layout_of(character: str | None) -> str | None:
    """Which layout a typed character speaks of: "ru", "en", or None when it does not tell."""
    if not character or len(character) != 1 or not character.isalpha():
        return None
    if character.lower() in _TO_LATIN:
        return "ru"
    return "en" if character.isascii() else None


def shown(key: str, layout: str) -> str:
    """A key as a person reads it: `F1`, `Ctrl+P`, `Т` or `N`."""
    *modifiers, last = key.split("+")
    last = _NAMED.get(last, last)
    if len(last) == 1 and last.isalpha() and not modifiers:
        others = _TO_RUSSIAN if layout == "ru" else _TO_LATIN
        return others.get(last, last).upper()
    names = [part.capitalize() for part in modifiers]
    return "+".join([*names, _SHOWN.get(last) or (last.upper() if len(last) <= 3 else last)])  # noqa: PLR2004 - F12
