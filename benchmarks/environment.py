"""The environment of everything that is measured: the same on every machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class PreparationError(Exception):
    """What a program needs around it could not be started."""


def fixed(home: Path) -> dict[str, str]:
    """Give the whole environment of a program.

    It is made from nothing, so a PYTHONDONTWRITEBYTECODE of the shell, which makes every start four
    times slower, does not reach the program, nor does a bus, a display or a colour setting.

    Args:
        home: A folder that becomes its home and holds its settings, data, caches and sockets.

    Returns:
        Variables for exec.
    """
    runtime = home / ".run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_RUNTIME_DIR": str(runtime),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "USER": "benchmark",
        "SHELL": "/bin/sh",
    }
