"""The program on a pseudo-terminal of its own: what it shows, keys, signals, and how it left."""

import contextlib
import fcntl
import os
import re
import signal
import sqlite3
import struct
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks import keys
from benchmarks.environment import fixed
from benchmarks.screen import ALTERNATE, CURSOR, WRAP, Screen
from benchmarks.terminal import Terminal

from .programs import need

PATIENCE = 20.0
"""Seconds to wait for what must come; how long it takes is measured elsewhere."""
LEAVING = 3.0
"""Seconds in which the program has to be gone."""
NOBODY = 65534
_READABLE = "+dac_read_search"
# What a program may switch on: the mouse, focus and size reports, pasting.
_BORROWED = ALTERNATE | {1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2048}
_COOKED = termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN


def as_nobody() -> list[str]:
    """The beginning of a command that runs without the rights of root.

    Reading stays allowed: the interpreter may lie in root's own folder.
    """
    if os.geteuid() != 0:
        return []
    need("setpriv")
    ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["setpriv", *ids, f"--inh-caps={_READABLE}", f"--ambient-caps={_READABLE}"]


def newest_code(store: Path) -> str:
    """The newest code that was sent to Anna. The screen speaks of it when it is there."""
    query = (
        "SELECT text FROM messages WHERE account_id = 'anna-moscow' AND peer = '3339' "
        "ORDER BY seq DESC LIMIT 1"
    )
    with contextlib.closing(sqlite3.connect(store)) as connection:
        (text,) = connection.execute(query).fetchone()
    return re.findall(r"\b\d{6}\b", text)[0]


class Program(Terminal):
    """A program on a terminal, and its screen.

    Args:
        command: The program and its arguments.
        environment: All of its environment.
        columns: Width of the terminal.
        rows: Height of the terminal.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        columns: int = 100,
        rows: int = 30,
    ) -> None:
        self.screen = Screen(columns, rows)
        self._fed = 0
        self._attributes: list = []
        super().__init__(command, environment, columns, rows)

    # ------------------------------------------------------------------ what it shows

    @property
    def output(self) -> str:
        """Everything it has written, as it was written."""
        return b"".join(chunk.data for chunk in self.chunks).decode(errors="replace")

    @property
    def words(self) -> str:
        """The screen as one line: a sentence is found wherever it was wrapped."""
        for chunk in self.chunks[self._fed :]:
            self.screen.feed(chunk.data)
        self._fed = len(self.chunks)
        return " ".join(self.screen.text().split())

    def wait(self, *texts: str, gone: str = "", limit: float = PATIENCE) -> None:
        """Wait until all the texts are on the screen, and another one is not."""
        end = self.now() + limit
        while not all(text in self.words for text in texts) or (gone and gone in self.words):
            if self.ended or self.now() > end:
                state = "left" if self.ended else "is silent"
                pytest.fail(f"it {state}, no {texts} in:\n{self.screen.text()}")
            self.read(0.05)

    def wait_written(self, text: str, limit: float = PATIENCE) -> None:
        """Wait until it has written something, wherever on the screen."""
        end = self.now() + limit
        while text not in self.output:
            assert not self.ended, self.output[-2000:]
            assert self.now() < end, self.output[-2000:]
            self.read(0.05)

    # ------------------------------------------------------------------ what is done to it

    def press(self, *names: str) -> None:
        """Press keys, or type a text."""
        for name in names:
            self.send(keys.encode(name))

    def resize(self, columns: int, rows: int) -> None:
        """Change the window. What was on the screen is unknown until it is painted anew."""
        _ = self.words
        modes = self.screen.modes
        self.screen = Screen(columns, rows)
        self.screen.modes = modes
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as a window that is closed or a line that breaks."""
        self._poll.unregister(self._master)
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDWR)

    # ------------------------------------------------------------------ how it leaves

    def leave(self, limit: float = LEAVING) -> float:
        """Wait until it is gone; how long that took."""
        begun = self.now()
        while not self.ended:
            assert self.now() - begun < limit, f"still there:\n{self.words}"
            self.read(0.05)
        _ = self.words
        with contextlib.suppress(termios.error):
            self._attributes = termios.tcgetattr(self._master)
        took = self.now() - begun
        self.close(0)
        return took

    def end(self) -> None:
        """Make it end, if it has not."""
        if self.exit_code is None:
            self.close(0)

    @property
    def restored(self) -> bool:
        """Whether the terminal is as it was before, for a shell to go on in it."""
        kitty = len(re.findall(r"\x1b\[>\d+u", self.output)) - self.output.count("\x1b[<u")
        cooked = self._attributes[3] & _COOKED == _COOKED
        modes = self.screen.modes
        return cooked and kitty == 0 and {CURSOR, WRAP} <= modes and not modes & _BORROWED


class Cabinet(Program):
    """The cabinet on the operator inside, its files in a folder of their own.

    Args:
        home: Its home folder; `--at` is a folder in it.
        arguments: What to put before the command `demo`.
        environment: Variables to change; an empty one is taken away.
        command: Another program instead.
        columns: Width of the terminal.
        rows: Height of the terminal.
    """

    def __init__(
        self,
        home: Path,
        arguments: Sequence[str] = ("--still",),
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
        columns: int = 100,
        rows: int = 30,
    ) -> None:
        self.at = home / "at"
        self.store = self.at / "data" / "operator.db"
        program = [sys.executable, "-m", "mts_tui", "--at", str(self.at), *arguments, "demo"]
        variables = {**fixed(home), **(environment or {})}
        variables = {name: value for name, value in variables.items() if value}
        super().__init__(command or program, variables, columns, rows)

    def wait_for_sign_in(self) -> None:
        """Wait for the sign-in screen, ready to be typed in."""
        self.wait("личный кабинет абонента", "Это демо", "F3 Код по SMS")

    def sign_in(self) -> None:
        """Sign in as a person does: the number, the code from the SMS, no password for now."""
        self.wait_for_sign_in()
        self.press("+7 985 370-12-34", "f3")
        self.wait("придёт SMS", "6 цифр из SMS")
        self.press(newest_code(self.store), "enter")
        self.wait("Придумайте постоянный пароль")
        self.press("escape")
        self.wait("2 Счет", "Доступно", "П Пополнить", gone="Придумайте")
