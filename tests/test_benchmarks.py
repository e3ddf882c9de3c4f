"""The harness of the benchmarks, on programs whose figures are known beforehand."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager

import pyte
import pytest

from benchmarks import keys, session_bus
from benchmarks.environment import fixed
from benchmarks.harness import Run, Settings, measure
from benchmarks.programs import Program
from benchmarks.rounds import Results, alternate
from benchmarks.screen import Screen
from benchmarks.startup import TARGETS, judge

QUICK = Settings(silence=0.05, key_silence=0.1, idle=0.1, patience=0.5)
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?1003h"
LEAVE = "\x1b[?1003l\x1b[?25h\x1b[?1049l"
FRAME = "\x1b[2J\x1b[3;5Ha first frame of more than twenty letters"


def program(body: str, **fields) -> Program:
    """A Python program in raw mode: `say(text)` writes, `hear()` is a read of the keyboard."""
    source = f"""
import os, sys, tty
tty.setraw(0)
say = lambda text: os.write(1, text.encode())
hear = lambda: os.read(0, 100).decode()
ENTER, LEAVE, FRAME = {ENTER!r}, {LEAVE!r}, {FRAME!r}
{body}
"""
    command = (sys.executable, "-I", "-S", "-c", source)
    return Program(name=fields.pop("name", "probe"), command=command, **fields)


ECHO = """
say(ENTER + FRAME)
say("\\x1b[4;1Hrow 1")
while (key := hear()) != "\\x11":
    say("<" + key + ">")
say(LEAVE)
sys.exit(int(os.environ.get("CODE", "0")))
"""


def test_figures_of_a_program_that_echoes_keys(tmp_path):
    echo = program(ECHO, ready="row 1", keys=("a", "b", "ц"), environment={"CODE": "3"})
    run = measure(echo, tmp_path, QUICK)

    assert 0 < run.alternate <= run.first_frame <= run.ready <= run.quiet < 5_000
    assert run.bytes_quiet == len(ENTER + FRAME + "\x1b[4;1Hrow 1")
    assert run.bytes_first_frame == run.bytes_quiet
    assert run.keys_answered == 3
    assert run.key_bytes == 3  # The median of 3, 3 and 4.
    assert 0 < run.key_first <= run.key_last < 1_000
    assert run.cpu > 1
    assert run.peak > 1
    assert run.idle_bytes == 0
    assert run.exit_code == 3
    assert run.exit_time > 0
    assert run.restored
    assert not run.died
    assert run.left_running == 0
    assert "<a><b><ц>" in run.screen


def test_text_before_the_alternate_screen_is_no_frame(tmp_path):
    body = f"say('wait, this takes a moment ' * 3)\n{ECHO.replace('FRAME', 'FRAME[:20]')}"
    run = measure(program(body, settle=0.3), tmp_path, QUICK)

    assert run.alternate is not None
    assert run.first_frame is None


def test_a_program_that_fails_leaves_the_terminal_as_it_was(tmp_path):
    # The idle time ends with the program.
    failing = program("say(ENTER + FRAME)\nhear()\n1 / 0", keys=("x",))
    run = measure(failing, tmp_path, Settings(silence=0.05, idle=10.0))

    assert run.died
    assert run.exit_code == 1
    assert not run.restored
    assert "ZeroDivisionError" in run.screen


@pytest.mark.parametrize(
    ("parent", "code", "left"),
    [("while True: hear()", -9, 0), ("hear()\nsay(LEAVE)", 0, 1)],
    ids=["deaf", "careless"],
)
def test_what_does_not_leave_is_ended(tmp_path, parent, code, left):
    stubborn = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
if os.fork() == 0:
    say(ENTER + FRAME)
    while True: signal.pause()
{parent}
"""
    patience = 1.0 if left else 0.05
    settings = Settings(silence=0.05, idle=0.0, patience=patience)
    run = measure(program(stubborn), tmp_path, settings)

    assert run.exit_code == code
    assert run.restored == (code == 0)
    # A child that the same signal ended may still be on its way out.
    assert run.left_running >= left


def test_idle_output_and_cpu_are_noticed(tmp_path):
    busy = """
import select, time
say(ENTER + FRAME)
hear()
while not select.select([0], [], [], 0.01)[0]:
    say("." * 10)
    until = time.process_time() + 0.005
    while time.process_time() < until: pass
say(LEAVE)
"""
    settings = Settings(silence=0.1, key_silence=0.1, key_limit=0.1, idle=0.3)
    run = measure(program(busy, keys=("x",)), tmp_path, settings)

    assert 20 < run.idle_bytes < 1_000
    assert 1 < run.idle_cpu < 100
    assert run.exit_code == 0


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("\x1b[c", "\x1b[?62;22c"),
        ("\x1b[6n", "\x1b[1;1R"),
        ("\x1b[?2026$p", "\x1b[?2026;2$y"),
        ("\x1b[?2048$p", "\x1b[?2048;0$y"),
        ("\x1b]11;?\x1b\\", "\x1b]11;rgb:1111/1111/1111\x1b\\"),
        ("\x1b[?u\x1b[c", "\x1b[?62;22c"),
    ],
)
def test_queries_of_a_program_are_answered(tmp_path, query, answer):
    # In two halves: a read may end in the middle of a query.
    ask = f"say({query[:3]!r})\nimport time\ntime.sleep(0.01)\nsay({query[3:]!r})"
    body = f"{ask}\nsay(ENTER + FRAME + repr(hear()))\nhear()\nsay(LEAVE)"
    run = measure(program(body), tmp_path, Settings(silence=0.05, idle=0.0))

    assert repr(answer) in run.screen


def test_the_environment_is_the_same_everywhere(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("DISPLAY", ":0")
    body = """
size = os.get_terminal_size()
say(ENTER + FRAME)
for name in ("TERM", "COLORTERM", "LANG", "HOME", "XDG_DATA_HOME", "PYTHONDONTWRITEBYTECODE",
             "DISPLAY"):
    say("\\r\\n" + name + "=" + os.environ.get(name, "none"))
say(f"\\r\\n{size.columns}x{size.lines} {os.getsid(0) == os.getpid()} {os.path.exists('/dev/tty')}")
os.close(os.open("/dev/tty", os.O_RDWR))
hear()
say(LEAVE)
"""
    settings = Settings(columns=120, silence=0.05, idle=0.0)
    run = measure(program(body, ready="120x30 .* True"), tmp_path, settings)

    assert run.screen.splitlines()[3:11] == [
        "TERM=xterm-256color",
        "COLORTERM=truecolor",
        "LANG=C.UTF-8",
        f"HOME={tmp_path}",
        f"XDG_DATA_HOME={tmp_path}/.local/share",
        "PYTHONDONTWRITEBYTECODE=none",
        "DISPLAY=none",
        "120x30 True True",
    ]
    assert run.exit_code == 0


def test_rounds_prepare_once_and_leave_out_what_cannot_run(capsys):
    seen = []

    @contextmanager
    def prepare(home):
        seen.append("in")
        yield {"CODE": "4"}
        seen.append("out")

    programs = [
        program(ECHO, name="good", prepare=prepare),
        program(ECHO, name="absent", missing=lambda: "not written yet"),
        program("say('usage: none')\nsys.exit(2)", name="broken"),
    ]
    results = alternate(programs, 2, Settings(silence=0.03, idle=0.0))

    assert seen == ["in", "out"]
    assert [run.exit_code for run in results.runs["good"]] == [4, 4]
    assert results.runs.keys() == {"good"}
    assert results.skipped["absent"] == "not written yet"
    assert "exit code 2" in results.skipped["broken"]
    assert "usage: none" in results.skipped["broken"]
    assert "absent: skipped, not written yet" in capsys.readouterr().out


def test_ratios_are_of_rounds_and_decide_the_targets():
    slow_round = Run(first_frame=300, ready=600, key_last=10, idle_cpu=0.1, idle_bytes=0.0)
    results = Results(
        runs={
            "empty": [Run(first_frame=100), Run(first_frame=200), Run(first_frame=100)],
            "yardstick": [Run(ready=200, key_last=5)] * 3,
            "app": [
                Run(first_frame=130, ready=250, key_last=7, idle_cpu=0.1, idle_bytes=0.0),
                slow_round,
                Run(first_frame=139, ready=240, key_last=7, idle_cpu=0.9, idle_bytes=1.0),
            ],
        }
    )

    assert results.ratios("app", "empty", "first_frame") == [1.3, 1.5, 1.39]
    verdicts = {target.figure: verdict for target, _, verdict in judge(results, "app")}
    assert verdicts == {
        "first_frame": True,
        "ready": True,
        "key_first": None,
        "key_last": False,
        "idle_cpu": True,
        "idle_bytes": True,
    }
    idle_cpu = next(target for target in TARGETS if target.figure == "idle_cpu")
    assert not idle_cpu.met(0.5)


@pytest.mark.parametrize(
    "output",
    [
        "plain\r\ntwo\ttabs\r\nthree\b\bx",
        "\x1b[2;3Hat\x1b[Htop\x1b[99;99Hx",
        "a" * 25 + "\x1b[1;5H\x1b[K\x1b[2;3H\x1b[1K",
        "line\r\n" * 9 + "end",
        "abc\x1b[2Ddef\x1b[3Cg\x1b[2B\x1b[1Ah\x1b[5Gi\x1b[3dj\x1b[Ek\x1b[Fl",
        "one\r\ntwo\r\nthree\x1b[2;2H\x1b[J",
        "one\r\ntwo\r\nthree\x1b[2;2H\x1b[1J",
        "one\x1b[2Jtwo\x1b[1;2H\x1b[2X",
        "широко \x1b[38;2;1;2;3mцвет\x1b[0m 日本",
        "\x1b]0;title\x07shown\x1b(Bstill",
        "0123456789" * 2 + "\r\nnext",
    ],
)
def test_screen_shows_what_an_emulator_shows(output):
    reference = pyte.Screen(20, 6)
    pyte.ByteStream(reference).feed(output.encode())
    whole, split = Screen(20, 6), Screen(20, 6)
    whole.feed(output.encode())
    for byte in output.encode():
        split.feed(bytes([byte]))

    expected = "\n".join(line.rstrip() for line in reference.display)
    assert whole.text() == expected
    assert split.text() == expected


def test_borders_and_blocks_are_no_content():
    screen = Screen(20, 2)
    screen.feed("┌──┐█▀ ab\x1b[?1049hc".encode())

    assert screen.filled() == 1
    assert screen.alternate


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("down", b"\x1b[B"),
        ("ctrl+q", b"\x11"),
        ("alt+x", b"\x1bx"),
        ("alt+down", b"\x1b\x1b[B"),
        ("+", b"+"),
        ("+7916", b"+7916"),
        ("й", "й".encode()),
    ],
)
def test_keys_are_encoded_as_by_a_terminal(key, sent):
    assert keys.encode(key) == sent


@pytest.mark.skipif(bool(session_bus.missing()), reason=session_bus.missing())
def test_keyring_lives_as_long_as_the_block(tmp_path):
    source = (
        "import keyring as k; k.set_password('a', 'b', 'kept'); print(k.get_password('a', 'b'))"
    )
    with session_bus.unlocked_keyring(tmp_path) as variables, socket.socket(socket.AF_UNIX) as bus:
        environment = {**fixed(tmp_path), **variables}
        command = [sys.executable, "-c", source]
        assert subprocess.check_output(command, env=environment, text=True) == "kept\n"
        bus.settimeout(5)
        address = variables["DBUS_SESSION_BUS_ADDRESS"]
        bus.connect(address.removeprefix("unix:path=").partition(",")[0])
        beyond = bus.dup()
    with beyond:
        assert beyond.recv(1) == b""  # The bus hung up.
