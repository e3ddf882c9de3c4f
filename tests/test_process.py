"""The program as a process on a terminal: it starts, leaves, breaks and comes back decently."""

import contextlib
import os
import select
import shlex
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import processes
from benchmarks.environment import fixed
from mts_tui.backend.store import SqliteStore

from .programs import need
from .terminal import LEAVING, NOBODY, PATIENCE, Cabinet, as_nobody, newest_code

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pidfd, /proc")

CANARY = "canary-secret"
CTRL_RUSSIAN_Q = b"\x1b[1081;5u"
"""Ctrl+Й, as a terminal with the kitty protocol sends it."""

Start = Callable[..., Cabinet]


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a demo that was opened once and left: the next start is quicker."""
    first = Cabinet(tmp_path_factory.mktemp("settled"))
    try:
        first.wait_for_sign_in()
        first.press("ctrl+q")
        first.leave()
    finally:
        first.end()
    return first.store


@pytest.fixture
def start(tmp_path: Path, settled: Path) -> Iterator[Start]:
    """Start the cabinet; whatever is left of it ends with the test.

    Its store is a copy of `settled`, unless there is one already or `fresh` is asked for.
    """
    started: list[Cabinet] = []

    def starting(*arguments: Any, fresh: bool = False, **options: Any) -> Cabinet:
        home = options.pop("home", tmp_path)
        store = home / "at" / "data" / "operator.db"
        if not fresh and not store.exists():
            store.parent.mkdir(parents=True)
            shutil.copyfile(settled, store)
        started.append(Cabinet(home, *arguments, **options))
        return started[-1]

    yield starting
    for cabinet in started:
        cabinet.end()


@pytest.fixture
def nobodys(tmp_path: Path) -> Iterator[Path]:
    """A folder of somebody without rights; not below root's own, as those of pytest are."""
    if os.geteuid() != 0:
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def run_python(source: str, *arguments: str) -> list[str]:
    """The command of a program that differs from ours by a few lines."""
    return [sys.executable, "-c", source, *arguments]


def assert_sound(store: Path) -> None:
    opened = SqliteStore(store)
    try:
        assert opened.sound() == []
    finally:
        opened.close()


# ---------------------------------------------------------------------- the way in and out


def test_ctrl_q_leaves_the_terminal_as_it_was(start: Start) -> None:
    cabinet = start(fresh=True)
    cabinet.wait_for_sign_in()
    assert cabinet.screen.alternate
    assert "\x1b[>" in cabinet.output  # The kitty keyboard was asked for, so it has to go again.

    cabinet.press("ctrl+q")
    cabinet.leave()

    assert cabinet.exit_code == 0
    assert cabinet.restored
    assert cabinet.left_running == []
    assert "Traceback" not in cabinet.output
    assert stat.S_IMODE(cabinet.store.stat().st_mode) == 0o600
    assert list(cabinet.store.parent.iterdir()) == [cabinet.store]  # No log is left to be merged.
    assert_sound(cabinet.store)


def test_ctrl_c_does_not_kill_and_ctrl_q_on_the_russian_layout_quits(start: Start) -> None:
    cabinet = start()
    cabinet.wait_for_sign_in()
    cabinet.press("ctrl+c")
    cabinet.wait("Чтобы закрыть программу, нажмите Ctrl+Q.")
    cabinet.send(CTRL_RUSSIAN_Q)
    cabinet.leave()
    assert (cabinet.exit_code, cabinet.restored) == (0, True)


def test_ctrl_c_before_the_cabinet_is_there_leaves_without_a_trace(tmp_path: Path) -> None:
    # A background job has Ctrl+C ignored, and hands that down to what it starts.
    waiting = """
import signal, time
from mts_tui import cli

signal.signal(signal.SIGINT, signal.default_int_handler)

def wait(*_):
    print("waiting", flush=True)
    time.sleep(60)

cli._app = wait
raise SystemExit(cli.main(["--at", "at"]))
"""
    with subprocess.Popen(
        run_python(waiting),
        cwd=tmp_path,
        env=fixed(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"waiting\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (130, b"")


@pytest.mark.parametrize("inside", [False, True], ids=["sign-in", "cabinet"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_calmly(start: Start, number: signal.Signals, *, inside: bool) -> None:
    cabinet = start()
    cabinet.sign_in() if inside else cabinet.wait_for_sign_in()

    cabinet.signal(number)
    cabinet.leave()

    assert (cabinet.exit_code, cabinet.restored, cabinet.left_running) == (0, True, [])
    assert "Traceback" not in cabinet.output
    assert_sound(cabinet.store)


# Only the process whose terminal it is gets the signal. Another one reads the end of its input,
# and reads it again, on a whole core, until somebody looks.
@pytest.mark.parametrize("wrapper", [[], ["setsid", "--wait"]], ids=["own", "borrowed"])
def test_a_terminal_that_is_gone_leaves_no_orphan(start: Start, tmp_path, wrapper) -> None:
    at = ["--at", str(tmp_path / "at"), "--still"]
    cabinet = start(command=[*wrapper, sys.executable, "-m", "mts_tui", *at])
    cabinet.sign_in() if not wrapper else cabinet.wait_for_sign_in()
    pid = processes.tree(cabinet.pid)[-1]
    process = os.pidfd_open(pid)
    try:
        cabinet.hang_up()
        assert select.select([process], [], [], LEAVING + 2)[0], "an orphan"
    finally:
        os.close(process)
    assert_sound(cabinet.store)
    assert list((cabinet.at / "state").iterdir()) == []  # It was no crash.


def test_a_kill_loses_nothing_and_the_next_start_works(start: Start) -> None:
    cabinet = start()
    cabinet.sign_in()
    cabinet.signal(signal.SIGKILL)
    cabinet.leave()
    with contextlib.closing(sqlite3.connect(cabinet.store)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM sessions").fetchone() == (1,)
    assert_sound(cabinet.store)

    again = start()
    again.wait_for_sign_in()
    again.press("ctrl+q")
    again.leave()
    assert (again.exit_code, again.restored) == (0, True)


# ---------------------------------------------------------------------- terminals


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_a_terminal_without_screens_gets_a_sentence(start: Start, kind: str) -> None:
    cabinet = start(environment={"TERM": kind})
    cabinet.wait_written("задайте TERM")
    cabinet.leave(PATIENCE)
    assert cabinet.exit_code == 3
    assert "Traceback" not in cabinet.output
    assert "\x1b" not in cabinet.output


def test_no_terminal_gets_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mts_tui", "--at", str(tmp_path / "at")],
        env=fixed(tmp_path), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("Кабинету нужен терминал")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"LANG": "C"}, "Получить код по SMS"),
        ({"LANG": "", "LC_ALL": "C"}, "Получить код по SMS"),
        # Nobody sets all three; then the letters come as numbers, but it stays alive.
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "\\u041f"),
    ],
    ids=["lang", "lc-all", "ascii"],
)
def test_the_locale_c(start: Start, environment: dict[str, str], shown: str) -> None:
    cabinet = start(environment=environment)
    cabinet.wait_written(shown)
    cabinet.press("ctrl+q")
    cabinet.leave()
    assert (cabinet.exit_code, cabinet.restored) == (0, True)


def test_any_size_and_any_change_of_it(start: Start) -> None:
    cabinet = start(columns=1, rows=1)
    cabinet.wait_written("\x1b[?1049h")
    sizes = [(20, 5), (3, 3), (200, 60), (80, 24), (2, 100), (300, 1), (100, 30)]
    for columns, rows in sizes:
        cabinet.resize(columns, rows)
        before = cabinet.written()
        while cabinet.written() == before:
            assert not cabinet.ended
            cabinet.read(0.05)
    cabinet.sign_in()
    for columns, rows in sizes:
        cabinet.resize(columns, rows)
    cabinet.wait("2 Счет", "Доступно")
    cabinet.press("ctrl+q")
    cabinet.leave()
    assert (cabinet.exit_code, cabinet.restored) == (0, True)
    assert "Traceback" not in cabinet.output


# ---------------------------------------------------------------------- homes


@pytest.mark.parametrize("home", ["", "/nonexistent"])
def test_without_a_home_it_says_what_to_do(tmp_path: Path, home: str) -> None:
    prefix = as_nobody()
    if not prefix and not home:
        pytest.skip("the user's own home would be found and used")
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "mts_tui"],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **({"HOME": home} if home else {})},
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 3
    assert "mts-tui --at ПАПКА" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_home_a_named_folder_does(start: Start, nobodys: Path) -> None:
    at = ["--at", str(nobodys / "at"), "--still", "demo"]
    cabinet = start(
        fresh=True,
        home=nobodys,
        command=[*as_nobody(), sys.executable, "-m", "mts_tui", *at],
        environment={"HOME": "/nonexistent", "XDG_RUNTIME_DIR": ""},
    )
    cabinet.wait_for_sign_in()
    cabinet.press("ctrl+q")
    cabinet.leave()
    assert (cabinet.exit_code, cabinet.restored) == (0, True)


# ---------------------------------------------------------------------- crashes

CRASH = """
import sys
from mts_tui import cli
from mts_tui.app import MtsApp

where, *arguments = sys.argv[1:]

def fail(*_):
    canary = "canary" + "-secret"
    raise RuntimeError(canary)

async def work(canary="canary" + "-secret"):
    fail()

if where == "outside":
    MtsApp.run = fail
elif where == "start":
    cli._backend = lambda *_, **__: fail
elif where == "key":
    MtsApp.action_help = fail
elif where == "worker":
    MtsApp.action_help = lambda app: app.run_worker(work())
sys.exit(cli.main(arguments))
"""


@pytest.mark.parametrize("where", ["outside", "start", "key", "worker"])
def test_a_crash_is_a_sentence_without_secrets(start: Start, tmp_path: Path, where: str) -> None:
    command = run_python(CRASH, where, "--at", str(tmp_path / "at"), "--still")
    cabinet = start(command=command)
    if where in {"key", "worker"}:
        cabinet.wait_for_sign_in()
        cabinet.press("f1")
    cabinet.leave(PATIENCE)

    assert cabinet.exit_code == 1
    assert cabinet.restored
    assert "МТС-Помощник остановился из-за ошибки в программе." in cabinet.words
    assert "Traceback" not in cabinet.output
    assert CANARY not in cabinet.output
    (log,) = (cabinet.at / "state").iterdir()
    assert log.name in "".join(cabinet.words.split())
    assert "builtins.RuntimeError" in log.read_text()
    assert "in fail" in log.read_text()
    assert CANARY not in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


# ---------------------------------------------------------------------- the store


def made(store: Path) -> None:
    """A store of the right schema, empty."""
    opened = SqliteStore(store)
    opened.open()
    opened.close()


def assert_says(cabinet: Cabinet, sentence: str) -> None:
    cabinet.wait(sentence, "Ctrl+Q закроет программу.")
    cabinet.press("ctrl+q")
    cabinet.leave()
    assert (cabinet.exit_code, cabinet.restored) == (0, True)
    assert "Traceback" not in cabinet.output


def test_a_damaged_store_is_told_and_left_alone(start: Start, tmp_path: Path) -> None:
    store = tmp_path / "at" / "data" / "operator.db"
    store.parent.mkdir(parents=True)
    store.write_bytes(b"no database at all" * 1000)
    assert_says(start(), "Файл с данными повреждён")
    assert store.read_bytes() == b"no database at all" * 1000

    fresh = start(["--still", "--fresh"])
    fresh.wait("Получить код по SMS", "Прежние данные демо отложены")
    fresh.press("ctrl+q")
    fresh.leave()
    assert (store.with_name("operator-1.db")).read_bytes() == b"no database at all" * 1000


def test_a_newer_store_is_told(start: Start, tmp_path: Path) -> None:
    store = tmp_path / "at" / "data" / "operator.db"
    made(store)
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 999")
    assert_says(start(), "записан более новой версией программы")


def test_a_locked_store_is_told(start: Start, tmp_path: Path) -> None:
    store = tmp_path / "at" / "data" / "operator.db"
    made(store)
    with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert_says(start(), "Файл с данными занят другой программой")


def test_a_full_disk_is_told(start: Start, tmp_path: Path) -> None:
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "sys.argv = ['mts-tui', *sys.argv[1:]]; runpy.run_module('mts_tui', run_name='__main__')"
    )
    command = run_python(limited, "--at", str(tmp_path / "at"), "--still", "demo")
    assert_says(start(command=command, fresh=True), "На диске кончилось место")


def test_a_store_deleted_meanwhile_is_back_after_the_next_action(start: Start) -> None:
    cabinet = start()
    cabinet.sign_in()
    for file in cabinet.store.parent.iterdir():
        file.unlink()
    cabinet.press("ctrl+l")
    cabinet.wait("Кабинет закрыт. Чтобы вернуться, войдите снова.")
    assert cabinet.store.exists()
    cabinet.press("ctrl+q")
    cabinet.leave()
    assert (cabinet.exit_code, cabinet.restored) == (0, True)
    assert_sound(cabinet.store)
    with contextlib.closing(sqlite3.connect(cabinet.store)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM accounts").fetchone()[0] > 3


def test_broken_settings_are_told_on_the_screen(start: Start, tmp_path: Path) -> None:
    settings = tmp_path / "at" / "config" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("theme = 'pink'\n")
    cabinet = start()
    cabinet.wait("Получить код по SMS", 'theme = "pink" не подходит')
    cabinet.press("ctrl+q")
    cabinet.leave()
    assert (cabinet.exit_code, cabinet.restored) == (0, True)


# ---------------------------------------------------------------------- tmux


class Tmux:
    """A tmux server of its own with one window.

    Args:
        home: Home folder and place of the socket.
        command: What to run in a shell, which says the exit code afterwards.
    """

    def __init__(self, home: Path, command: list[str]) -> None:
        self._run = ["tmux", "-u", "-L", "test", "-f", os.devnull]
        self._environment = fixed(home) | {"TMUX_TMPDIR": str(home / ".run")}
        shell = f"{shlex.join(command)}; echo exit code $?; read wait"
        self("new-session", "-d", "-x", "100", "-y", "30", shell)

    def __call__(self, *arguments: str) -> str:
        """Give tmux a command; what it answers."""
        done = subprocess.run(
            [*self._run, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        )
        return done.stdout

    def wait(self, *texts: str) -> None:
        """Wait until all the texts are in the window."""
        end = time.monotonic() + PATIENCE
        words = ""
        while not all(text in words for text in texts):
            assert time.monotonic() < end, words
            time.sleep(0.05)
            words = " ".join(self("capture-pane", "-p").split())


def test_the_main_path_in_tmux(tmp_path: Path) -> None:
    need("tmux")
    at = tmp_path / "at"
    tmux = Tmux(tmp_path, [sys.executable, "-m", "mts_tui", "--at", str(at), "--still", "demo"])
    try:
        tmux.wait("Это демо", "F3 Код по SMS")
        tmux("send-keys", "-l", "9853701234")
        tmux.wait("+7 985 370-12-34", "Москва и Московская область")
        tmux("send-keys", "F3")
        tmux.wait("придёт SMS", "6 цифр из SMS")
        tmux("send-keys", newest_code(at / "data" / "operator.db"), "Enter")
        tmux.wait("Придумайте постоянный пароль")
        tmux("send-keys", "Escape")
        tmux.wait("2 Счет", "Доступно", "● на связи")
        tmux("send-keys", "C-q")
        tmux.wait("exit code 0")
        modes = "#{alternate_on} #{mouse_any_flag} #{cursor_flag}"
        assert tmux("display-message", "-p", modes).strip() == "0 0 1"
    finally:
        tmux("kill-server")
