"""Documents on paper: by `lp`, the print command of Linux and macOS."""

import shutil
import subprocess
from pathlib import Path

from . import formatting

COMMAND = "lp"
PATIENCE_SECONDS = 60


class NotPrinted(Exception):
    """The document was not taken; the text is a whole sentence."""


def can_print() -> bool:
    """Whether this machine has the command."""
    return shutil.which(COMMAND) is not None


def print_file(path: Path, title: str) -> None:
    """Hand a document to the system's own printer; it may be deleted afterwards.

    Args:
        path: The document, a PDF.
        title: What the queue calls it.

    Raises:
        NotPrinted: It was not taken.
    """
    command = shutil.which(COMMAND)
    if command is None:
        raise NotPrinted("На этом компьютере нет команды печати lp.")
    try:
        done = subprocess.run(  # noqa: S603 - a command of the system
            (command, "-t", title, "--", str(path)),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NotPrinted(
            "Система печати не отвечает. Проверьте принтер и попробуйте ещё раз."
        ) from None
    except OSError as error:
        raise NotPrinted(f"Команда печати lp не запустилась: {error.strerror}.") from None
    if done.returncode:
        answer = formatting.clean(done.stderr.decode(errors="replace").strip(), 200)
        told = f": «{answer}»" if answer else ""
        raise NotPrinted(
            f"Документ не напечатан, система печати его не приняла{told}. Проверьте принтер и "
            "попробуйте ещё раз."
        )
