"""The path of a file, however it came: typed, quoted, dropped on the terminal."""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mts_tui import files

WINDOWS = os.name == "nt"
LONGEST = 1000
_ESCAPED = re.compile(r"\\(.)")


def path_of(typed: str, *, windows: bool = False) -> Path | None:
    """The path that a text means; None where it says nothing.

    Terminals write what is dropped on them in quotes, with backslashes before spaces, or as a
    `file://` address.

    Args:
        typed: The text.
        windows: Whether a backslash stands between folders.
    """
    text = typed.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].replace("'\\''", "'")
    elif text.lower().startswith("file://"):
        address = urlsplit(text)
        text = unquote(address.path)
        if windows:
            text = text.lstrip("/")
    elif not windows:
        text = _ESCAPED.sub(r"\1", text)
    return files.at_home(Path(text)) if text else None


def dropped(text: str) -> Path | None:
    """The file whose path is all that was pasted; None for any other text."""
    lines = text.strip().splitlines()
    path = path_of(lines[0][:LONGEST], windows=WINDOWS) if len(lines) == 1 else None
    try:
        return path if path is not None and path.is_absolute() and path.is_file() else None
    except OSError:  # No file may be called so.
        return None
