"""A session bus with an unlocked keyring, as a desktop offers it, for a measured program."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from benchmarks.environment import PreparationError, fixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon", "sh")
PATIENCE = 10.0
PASSWORD = b"benchmark\n"  # Of a keyring in a temporary folder that nothing of value enters.

# The first line of stdin is the keyring's password, and the end of stdin the end of it all: the
# shell leaves, dbus-run-session then ends its bus, and the keyring goes with the bus.
_WRAPPER = """
set -e
IFS= read -r password
printf %s "$password" | gnome-keyring-daemon --unlock --components=secrets >&2
printf '%s\\n' "$DBUS_SESSION_BUS_ADDRESS"
read -r _ || :
"""


def missing() -> str:
    """Say which of the needed programs are not installed, or nothing."""
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


@contextmanager
def unlocked_keyring(home: Path) -> Iterator[Mapping[str, str]]:
    """Run one bus and one unlocked keyring for as long as the block lasts.

    Args:
        home: The folder that holds the keyring's files.

    Yields:
        The variables by which a program finds the bus.

    Raises:
        PreparationError: The bus or the keyring did not start.
    """
    # A file and not a pipe: nobody reads it while the keyring runs, and a full pipe would stop it.
    with tempfile.TemporaryFile() as errors:
        wrapper = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", _WRAPPER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=fixed(home),
            cwd=home,
            start_new_session=True,
        )
        assert wrapper.stdin
        assert wrapper.stdout
        try:
            wrapper.stdin.write(PASSWORD)
            wrapper.stdin.flush()
            heard, _, _ = select.select([wrapper.stdout], [], [], PATIENCE)
            address = wrapper.stdout.readline().decode().strip() if heard else ""
            if not address:
                errors.seek(0)
                trouble = errors.read().decode(errors="replace").strip()
                raise PreparationError(f"the keyring did not start: {trouble}")
            yield {"DBUS_SESSION_BUS_ADDRESS": address}
        finally:
            with suppress(BrokenPipeError):
                wrapper.stdin.close()
            try:
                wrapper.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(wrapper.pid, signal.SIGKILL)  # Its own session: bus and keyring, too.
                wrapper.wait()
            wrapper.stdout.close()
