"""A program on a pseudo-terminal: what it wrote and when, and the keys sent to it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A terminal answers these at once, and a program may wait for it. The kitty keyboard query is left
# without an answer, as by a terminal that does not know it.
_QUERY = re.compile(
    rb"\x1b\[(?:(?P<attributes>0?c)|(?P<cursor>6n)|\?(?P<mode>2026|2048)\$p)"
    rb"|\x1b\](?P<colour>1[01]);\?(?:\x07|\x1b\\)"
)
_LONGEST_QUERY = 16
_MODES = {b"2026": b"2", b"2048": b"0"}  # Synchronised output: off but known. Resize events: no.
_COLOURS = {b"10": b"dddd/dddd/dddd", b"11": b"1111/1111/1111"}
_READ = 1 << 16


class Chunk(NamedTuple):
    """One read from the terminal.

    Args:
        at: Seconds since just before the program was started.
        data: The bytes.
    """

    at: float
    data: bytes


class Terminal:
    """A started program. Reading stores chunks; nothing is interpreted while it runs.

    The program leads a session of its own and gets the terminal as its controlling one.

    Args:
        command: The program and its arguments.
        environment: All of its environment.
        columns: Width of the terminal.
        rows: Height of the terminal.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], columns: int, rows: int
    ) -> None:
        self.chunks: list[Chunk] = []
        self.exit_code: int | None = None
        self.exited_at: float | None = None
        self.left_running: list[int] = []
        self._unanswered = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # A session leader that opens a terminal gets it as its controlling one, so no Python code
        # has to run between fork and exec.
        files = [
            (os.POSIX_SPAWN_OPEN, 0, os.ttyname(slave), os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ]
        self._started = time.perf_counter()
        try:
            self.pid = os.posix_spawnp(
                command[0],
                tuple(command),
                environment,
                file_actions=files,
                setsid=True,
                setsigdef=[signal.SIGPIPE],  # Ignored by this Python, and that is inherited.
            )
        except OSError:
            os.close(self._master)
            raise
        finally:
            os.close(slave)
        os.set_blocking(self._master, False)
        self._process = os.pidfd_open(self.pid)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        self._poll.register(self._process, select.POLLIN)

    def now(self) -> float:
        """Seconds since just before the program was started."""
        return time.perf_counter() - self._started

    @property
    def ended(self) -> bool:
        """Whether the program is over and all it wrote was read."""
        return self.exited_at is not None

    def written(self) -> int:
        """Bytes the program has written so far."""
        return sum(len(chunk.data) for chunk in self.chunks)

    def send(self, data: bytes) -> None:
        """Type something. A program that is already over does not hear it."""
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def read(self, timeout: float) -> bool:
        """Wait for output and store it.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether something came.
        """
        if self.ended:
            return False
        events = dict(self._poll.poll(max(0.0, timeout) * 1000))
        if self._master in events:
            return self._store()
        if self._process in events:
            self.exited_at = self.now()
        return False

    def read_until_silent(self, silence: float, limit: float) -> bool:
        """Store output until none came for a while.

        Args:
            silence: Seconds without output to wait for.
            limit: Seconds to wait at most.

        Returns:
            Whether the silence came (also when the program ended).
        """
        begun = heard = self.now()
        while not self.ended and (left := heard + silence - self.now()) > 0:
            if self.read(left):
                heard = self.now()
            if self.now() - begun > limit:
                return False
        return True

    def close(self, patience: float) -> None:
        """Wait for the end of the program, then make it and what it left behind end.

        Args:
            patience: Seconds it has to end by itself, and again after each signal.
        """
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number is not None and not self.ended:
                os.killpg(self.pid, number)
            deadline = self.now() + patience
            while not self.ended and (left := deadline - self.now()) > 0:
                self.read(left)
        # Until it is reaped its number, and so its session, cannot belong to anybody else.
        self.left_running = processes.in_session(self.pid)
        for pid in self.left_running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
        os.close(self._process)
        os.close(self._master)

    def _store(self) -> bool:
        try:
            data = os.read(self._master, _READ)
        except OSError:  # Nobody holds the other end any more.
            data = b""
        if not data:
            self._poll.unregister(self._master)
            return False
        self.chunks.append(Chunk(self.now(), data))
        self._answer(data)
        return True

    def _answer(self, data: bytes) -> None:
        seen = self._unanswered + data
        end = 0
        for query in _QUERY.finditer(seen):
            end = query.end()
            if query["attributes"]:
                self.send(b"\x1b[?62;22c")
            elif query["cursor"]:
                self.send(b"\x1b[1;1R")
            elif query["mode"]:
                self.send(b"\x1b[?%b;%b$y" % (query["mode"], _MODES[query["mode"]]))
            else:
                colour = query["colour"]
                self.send(b"\x1b]%b;rgb:%b\x1b\\" % (colour, _COLOURS[colour]))
        # A query may be cut by the end of a chunk.
        self._unanswered = seen[max(end, len(seen) - _LONGEST_QUERY) :]
