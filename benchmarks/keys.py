"""The bytes a terminal sends for a key."""

from __future__ import annotations

NAMED = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    "backspace": "\x7f",
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f10": "\x1b[21~",
}


def encode(key: str) -> bytes:
    """Turn a key into what an xterm sends for it.

    Args:
        key: A name ("down", "ctrl+q", "alt+x") or the text itself, typed at once: "79161234567".

    Returns:
        The bytes to write to the program's terminal.
    """
    if key in NAMED:
        return NAMED[key].encode()
    modifier, plus, letter = key.rpartition("+")
    if plus and len(letter) == 1 and modifier == "ctrl":
        return bytes([ord(letter.upper()) & 0x1F])
    if plus and letter and modifier == "alt":
        return b"\x1b" + encode(letter)
    return key.encode()
