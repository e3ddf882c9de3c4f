"""One key for each content of a form: a second Enter, or a repetition, is the same command."""

from uuid import uuid4


class Attempt:
    """The key of what is asked for now."""

    def __init__(self) -> None:
        self._content: object = None
        self._key = ""

    def key(self, content: object) -> str:
        """The key of a content: the same until another one is asked for."""
        if not self._key or content != self._content:
            self._content, self._key = content, str(uuid4())
        return self._key
