"""Messages that were begun and not sent: kept on this computer, one file for each account.

What was typed must survive a crash, a lost line and Esc, so it is written half a second after the
last key: as a whole and brought to the disk, in a folder and a file that nobody else may read. It
stays on this machine: a server never sees what was not sent. It is plain text all the same, like
the messages of any phone, so that it can be there before anybody unlocks a keyring; what the file
holds is the text, the recipients, the time and the path of a picture, and never a code or a
password. A sent message takes its draft along; twenty are kept for an account, the oldest go.

With its first try a draft gets the idempotency key of the command: who was killed between the
answer and the end of the draft finds out by it whether the message went, and never sends it twice.

One thread writes all drafts, in the order in which they were handed over: a write that was slow
never brings back what was sent or erased meanwhile.
"""

import asyncio
import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec

MOST = 20
_LARGEST = 256 * 1024
_WRITER = ThreadPoolExecutor(1, "drafts")


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message that was begun, as it was typed.

    Attributes:
        to: The recipients.
        text: The words.
        when: When it is to go out.
        picture: The path of its picture.
        key: The idempotency key with which it was tried; with it, it is sent once.
        order: The `digest` of the command that was tried; another one takes another key.
    """

    to: str = ""
    text: str = ""
    when: str = ""
    picture: str = ""
    key: str = ""
    order: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not any(part.strip() for part in (self.to, self.text, self.when, self.picture))


def digest(order: msgspec.Struct) -> str:
    """SHA-256 of a command: the same words may mean another moment or another group tomorrow."""
    return hashlib.sha256(msgspec.json.encode(order)).hexdigest()


class Drafts:
    """The drafts of an account.

    Args:
        folder: Where the files lie; made when something is kept.
        profile: Of the settings: accounts of two servers may be called alike.
        account: Whose.
    """

    def __init__(self, folder: Path, profile: str, account: str) -> None:
        name = hashlib.sha256(f"{profile}\n{account}".encode()).hexdigest()[:32]
        self._path = folder / f"{name}.json"

    def find(self, key: str) -> Draft:
        """The draft of a message; an empty one where there is none, or it cannot be read."""
        return self._all().get(key, Draft())

    def keep(self, key: str, draft: Draft) -> None:
        """Keep a draft in place of the one before; an empty one is dropped.

        Raises:
            OSError: It could not be written; what was kept before is still there.
        """
        self._hand_over(key, draft).result()

    async def keep_aside(self, key: str, draft: Draft) -> None:
        """The same, away from the keyboard. Raises what `keep` does."""
        await asyncio.wrap_future(self._hand_over(key, draft))

    def drop(self, key: str) -> None:
        """The message was sent."""
        with suppress(OSError):
            self.keep(key, Draft())

    def _hand_over(self, key: str, draft: Draft) -> Future[None]:
        return _WRITER.submit(self._put, key, draft)

    def _put(self, key: str, draft: Draft) -> None:
        known = self._all()
        if known.get(key, Draft()) == draft:
            return
        known.pop(key, None)
        if not draft.is_empty:
            known[key] = draft
        while len(known) > MOST:
            known.pop(next(iter(known)))
        if known:
            self._write(msgspec.json.encode(known))
        else:
            self._path.unlink(missing_ok=True)

    def _all(self) -> dict[str, Draft]:
        try:
            if self._path.stat().st_size > _LARGEST:
                return {}
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Draft])
        except (OSError, msgspec.DecodeError):
            return {}

    def _write(self, content: bytes) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)
