"""One run of a full-screen program on a pseudo-terminal, measured from outside.

Nothing of the program is imported and nothing is interpreted while it works: its output is stored
with arrival times, and only when it has been silent for a while is it turned into a screen. Every
time is counted from just before fork and exec, in milliseconds.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks import keys, processes
from benchmarks.environment import fixed
from benchmarks.screen import Screen
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.programs import Program

# Output with shorter pauses than this belongs to one frame.
FRAME_GAP = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to measure.

    Args:
        columns: Width of the terminal.
        rows: Height of the terminal.
        min_cells: Cells with content that make a first frame.
        silence: Seconds without output after which a started program counts as quiet.
        key_silence: Seconds without output after which a key counts as answered.
        key_limit: Seconds a key is followed at most.
        idle: Seconds the quiet program is watched.
        patience: Seconds it has to end after the keys for it.
    """

    columns: int = 100
    rows: int = 30
    min_cells: int = 20
    silence: float = 0.4
    key_silence: float = 0.15
    key_limit: float = 3.0
    idle: float = 2.0
    patience: float = 3.0


@dataclass(slots=True, kw_only=True)
class Run:
    """What one run showed. Times are milliseconds; nothing where it did not come to it.

    Args:
        alternate: The alternate screen was entered.
        first_frame: The alternate screen held enough cells with content.
        ready: The screen matched the program's regular expression.
        quiet: The last output before the first silence after all of these.
        cpu: CPU time of the process tree until quiet.
        bytes_first_frame: Output up to the end of the first frame.
        bytes_quiet: Output until quiet.
        key_first: From a key to the first byte of the answer; the median of the keys.
        key_last: From a key to its last byte.
        key_bytes: Bytes a key.
        key_cpu: CPU time a key.
        keys_answered: How many of the keys were answered by output.
        idle_bytes: Bytes a second while nothing happens.
        idle_cpu: CPU while nothing happens, in percent of one core.
        peak: Peak resident memory of the process tree, MiB.
        died: The program ended before it was asked to.
        exit_code: As the shell sees it, or the negative number of the signal.
        exit_time: From the first key that ends it.
        restored: The alternate screen, the mouse, pasting and focus reports are off, the cursor on.
        left_running: Processes of its session that outlived it.
        screen: The text on the screen before it was asked to end.
    """

    alternate: float | None = None
    first_frame: float | None = None
    ready: float | None = None
    quiet: float | None = None
    cpu: float | None = None
    bytes_first_frame: int | None = None
    bytes_quiet: int | None = None
    key_first: float | None = None
    key_last: float | None = None
    key_bytes: float | None = None
    key_cpu: float | None = None
    keys_answered: int = 0
    idle_bytes: float | None = None
    idle_cpu: float | None = None
    peak: float | None = None
    died: bool = False
    exit_code: int | None = None
    exit_time: float | None = None
    restored: bool = False
    left_running: int = 0
    screen: str = field(default="", repr=False)


# Modes a program may switch on and has to switch off: alternate screens, mouse, focus, pasting,
# resize events.
_BORROWED = {47, 1047, 1049, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2048}
_CURSOR = 25


class _Reading:
    """The interpretation of the stored output, caught up with when the program is silent."""

    def __init__(self, program: Program, settings: Settings, run: Run) -> None:
        self.screen = Screen(settings.columns, settings.rows)
        self._pattern = re.compile(program.ready) if program.ready else None
        self._min_cells = settings.min_cells
        self._run = run
        self._next = 0
        self._bytes = 0
        self._frame_ends: float | None = None

    def catch_up(self, terminal: Terminal, *, starting: bool = False) -> None:
        for at, data in terminal.chunks[self._next :]:
            self._frame(at, len(data))
            self.screen.feed(data)
            # What comes after the start, such as the report of a crash, is no first frame.
            if starting and self.screen.alternate:
                self._notice(at)
        self._next = len(terminal.chunks)

    @property
    def started(self) -> bool:
        run = self._run
        return run.first_frame is not None and (run.ready is not None or self._pattern is None)

    def _frame(self, at: float, size: int) -> None:
        if self._frame_ends is not None and at < self._frame_ends:
            self._run.bytes_first_frame = self._bytes + size
            self._frame_ends = at + FRAME_GAP
        self._bytes += size

    def _notice(self, at: float) -> None:
        run = self._run
        if run.alternate is None:
            run.alternate = at * 1000
        if run.first_frame is None and self.screen.filled() >= self._min_cells:
            run.first_frame = at * 1000
            run.bytes_first_frame = self._bytes
            self._frame_ends = at + FRAME_GAP
        if self._pattern and run.ready is None and self._pattern.search(self.screen.text()):
            run.ready = at * 1000


def measure(
    program: Program, home: Path, settings: Settings, environment: Mapping[str, str] | None = None
) -> Run:
    """Run a program once, from its start to its end.

    Args:
        program: What to run and how to drive it.
        home: Its home folder.
        settings: How to measure.
        environment: Variables from its preparation.

    Returns:
        The figures.
    """
    run = Run()
    reading = _Reading(program, settings, run)
    command = [part.replace("{home}", str(home)) for part in program.command]
    variables = {**fixed(home), **program.environment, **(environment or {})}
    terminal = Terminal(command, variables, settings.columns, settings.rows)
    asked = None
    try:
        _start(terminal, reading, program, settings, run)
        if not terminal.ended and run.first_frame is not None:
            for key in program.setup:
                terminal.send(keys.encode(key))
                terminal.read_until_silent(settings.silence, program.settle)
            _press(terminal, program, settings, run)
            _idle(terminal, settings, run)
            run.peak = processes.peak_mib(terminal.pid)
        run.died = terminal.ended
        reading.catch_up(terminal)
        run.screen = reading.screen.text()
        asked = terminal.now()
        for key in program.quit:
            terminal.send(keys.encode(key))
            if key != program.quit[-1]:
                terminal.read_until_silent(settings.key_silence, settings.key_limit)
    finally:
        terminal.close(settings.patience if asked is not None else 0.0)
    reading.catch_up(terminal)
    modes = reading.screen.modes
    run.restored = _CURSOR in modes and not modes & _BORROWED
    run.exit_code = terminal.exit_code
    run.left_running = len(terminal.left_running)
    if terminal.exited_at is not None and not run.died:
        run.exit_time = (terminal.exited_at - asked) * 1000
    return run


def _start(
    terminal: Terminal, reading: _Reading, program: Program, settings: Settings, run: Run
) -> None:
    while not terminal.ended and (left := program.settle - terminal.now()) > 0:
        silent = terminal.read_until_silent(settings.silence, left)
        cpu = processes.cpu_ms(terminal.pid)
        size = terminal.written()
        reading.catch_up(terminal, starting=True)
        if reading.started:
            run.cpu, run.bytes_quiet = cpu, size
            # One that never falls silent is measured all the same, without this time.
            run.quiet = terminal.chunks[-1].at * 1000 if silent else None
            return


def _press(terminal: Terminal, program: Program, settings: Settings, run: Run) -> None:
    answers: list[tuple[float, float, float, float]] = []
    for key in program.keys:
        while terminal.read(0):
            pass
        before = len(terminal.chunks)
        cpu = processes.cpu_ms(terminal.pid)
        sent = terminal.now()
        terminal.send(keys.encode(key))
        terminal.read_until_silent(settings.key_silence, settings.key_limit)
        cpu = processes.cpu_ms(terminal.pid) - cpu
        if answer := terminal.chunks[before:]:
            size = sum(len(chunk.data) for chunk in answer)
            first, last = answer[0].at - sent, answer[-1].at - sent
            answers.append((first * 1000, last * 1000, size, cpu))
    run.keys_answered = len(answers)
    if answers:
        run.key_first, run.key_last, run.key_bytes, run.key_cpu = (
            statistics.median(values) for values in zip(*answers, strict=True)
        )


def _idle(terminal: Terminal, settings: Settings, run: Run) -> None:
    cpu, size, begun = processes.cpu_ms(terminal.pid), terminal.written(), terminal.now()
    while not terminal.ended and (left := begun + settings.idle - terminal.now()) > 0:
        terminal.read(left)
    span = terminal.now() - begun
    if span > 0:
        run.idle_bytes = (terminal.written() - size) / span
        run.idle_cpu = (processes.cpu_ms(terminal.pid) - cpu) / span / 10
