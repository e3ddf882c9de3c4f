"""Plays a sound through a player of the system, where there is one and a person hears it."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

PLAYERS = (
    ("paplay",),
    ("pw-play",),
    ("afplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("mpv", "--no-video", "--really-quiet"),
    ("play", "-q"),
)
"""Commands that play a WAV file named as their last argument, the quickest to begin first."""
FAR_AWAY = "Программа работает на другом компьютере, поэтому звука нет: мелодия видна на картинке."
NO_PLAYER = (
    "Проигрывателя здесь не нашлось, поэтому звука нет: мелодия видна на картинке. Подойдёт "
    "любой из paplay, aplay, ffplay, mpv."
)
FAILED = "Проигрыватель {name} не смог сыграть: мелодия видна на картинке."


class Player:
    """One sound at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._file: Path | None = None
        self._name = ""

    def start(self, wav: bytes) -> str:
        """Begin to play; what was played before is stopped.

        Args:
            wav: A WAV file.

        Returns:
            Why there is no sound: a whole sentence; empty where there is.
        """
        self.stop()
        if os.environ.get("SSH_CONNECTION"):
            return FAR_AWAY
        command = next((one for one in PLAYERS if shutil.which(one[0])), None)
        if command is None:
            return NO_PLAYER
        self._name = command[0]
        try:
            with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as file:
                self._file = Path(file.name)
                file.write(wav)
            self._process = subprocess.Popen(  # noqa: S603 - a known program, our own file
                [*command, str(self._file)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            self.stop()
            return FAILED.format(name=self._name)
        return ""

    def trouble(self) -> str:
        """What went wrong meanwhile: a whole sentence; empty where nothing did."""
        if self._process is None or not self._process.poll():
            return ""
        return FAILED.format(name=self._name)

    def stop(self) -> None:
        """Be silent; nothing is left behind."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.unlink()
