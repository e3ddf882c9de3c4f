"""Schema versions: `0001_name.up.sql` makes version 1 from nothing, `.down.sql` goes back.

The number of the newest is a constant, so that an up-to-date store lists no files at its start.
"""

from collections.abc import Iterator
from importlib import resources

LATEST = 10


def script(version: int, direction: str) -> str:
    """The SQL that makes `version` from the one before ("up"), or undoes it ("down")."""
    for file in resources.files(__package__).iterdir():
        if file.name.startswith(f"{version:04}_") and file.name.endswith(f".{direction}.sql"):
            return file.read_text("utf-8")
    raise LookupError(f"no migration {version} {direction}")


def statements(sql: str) -> Iterator[str]:
    """The single statements of a script. A statement ends with `;` at the end of a line."""
    part: list[str] = []
    for line in sql.splitlines():
        if line.startswith("--") or not line.strip():
            continue
        part.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(part)
            part.clear()
