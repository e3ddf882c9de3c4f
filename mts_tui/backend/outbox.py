"""Commands on their way: written to disk before the first try, so that none is lost or doubled.

A command that carries a secret is never written; it is the person who repeats it.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from .contract.endpoint import Endpoint


class Letter(msgspec.Struct, frozen=True):
    """A command that waits for its answer.

    Attributes:
        key: Its idempotency key: however often it is sent, it happens once.
        owner: Account of the session it was asked in; it is sent in a session of the same.
        operation: `Endpoint.id`.
        path: Request path.
        body: Request body, JSON, or empty.
        at: When it was asked.
        in_doubt: Whether it may have reached the server, with the answer lost.
    """

    key: str
    owner: str
    operation: str
    method: str
    path: str
    body: str
    at: datetime
    in_doubt: bool = True


def keeps(endpoint: Endpoint) -> bool:
    """Whether a command may be written down: it changes something of value and has no secret.

    One whose answer is a secret is not: nobody would be there to take it.
    """
    secret = endpoint.answer_is_secret or any(one.is_secret for one in endpoint.parameters)
    return endpoint.changes and not endpoint.public and not secret and endpoint.area != "access"


class Outbox:
    """The folder of letters, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, letter: Letter) -> None:
        """Write a letter so that it survives a power cut; raises OSError where it cannot."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(letter.key)
        part = path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(letter))
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def mark(self, letter: Letter, *, in_doubt: bool) -> None:
        """Note whether a letter may have arrived; where that cannot be written, it may have."""
        with suppress(OSError):
            self.put(msgspec.structs.replace(letter, in_doubt=in_doubt))

    def drop(self, key: str) -> None:
        """Its answer is here: the letter is done."""
        self._path(key).unlink(missing_ok=True)

    def letters(self, owner: str) -> list[Letter]:
        """The letters of an account, the oldest first; a broken file is left alone."""
        found = []
        for path in self._folder.glob("*.json"):
            try:
                letter = msgspec.json.decode(path.read_bytes(), type=Letter)
            except (OSError, msgspec.DecodeError):
                continue
            if letter.owner == owner:
                found.append(letter)
        return sorted(found, key=lambda letter: (letter.at, letter.key))

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
