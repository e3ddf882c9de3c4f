"""The doctor: one line for each thing, advice where it is needed, and not a byte changed."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.environment import fixed
from mts_tui import config, credentials, doctor
from mts_tui.backend.store import SqliteStore
from mts_tui.backend.store.migrations import LATEST
from mts_tui.doctor import Found, Mark

from .proxy import proxy_server
from .terminal import NOBODY, PATIENCE, Program, as_nobody

CHECKS = 14


@pytest.fixture
def places(tmp_path: Path) -> config.Places:
    return config.Places.find(tmp_path / "at", {})


@pytest.fixture(autouse=True)
def _good_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a good terminal, with a keyring that is switched off."""
    gone = ("NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "TZ", "MTS_TUI_THEME")
    for name in (*gone, "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setattr(os, "get_terminal_size", lambda _fd: os.terminal_size((100, 30)))


@pytest.fixture
def database(places: config.Places) -> Path:
    """A sound store with something in it."""
    path = places.data_dir / "operator.db"
    store = SqliteStore(path)
    store.open()
    with store.write() as tx:
        for number in range(3000):
            tx.common.set_meta(name=f"name {number}", value="x" * 50)
    store.close()
    return path


def contents(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    """Everything below a folder: bytes, and when they were written."""
    return {
        str(path.relative_to(folder)): (
            path.read_bytes() if path.is_file() else None,
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
    }


def run(
    *arguments: str,
    home: Path,
    prefix: list[str] | None = None,
    environment: dict[str, str] | None = None,
    **options,
) -> subprocess.CompletedProcess:
    """The doctor as a process; an empty variable is taken away."""
    variables = {**fixed(home), **(environment or {})}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        [*(prefix or []), sys.executable, "-m", "mts_tui", *arguments, "doctor"],
        env={name: value for name, value in variables.items() if value},
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
        **options,
    )


# ---------------------------------------------------------------------- the whole answer


def test_a_good_machine(places: config.Places, tmp_path: Path, database: Path, capsys) -> None:
    places.ensure()
    before = contents(tmp_path)
    assert doctor.main(places) == 0
    lines = capsys.readouterr().out.splitlines()
    checks = [line for line in lines if not line.startswith("  ")]
    assert len(checks) == CHECKS
    assert {line[0] for line in checks} <= {"✓", "▲"}
    assert [line for line in checks if line[0] == "▲" and "Хранилище" not in line] == []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line[0] in "▲✗":
            assert after.startswith("  "), f"no advice for {line}"
    assert contents(tmp_path) == before


def test_nothing_comes_into_being(places: config.Places, tmp_path: Path) -> None:
    assert doctor.main(places) == 0
    done = run("--at", str(tmp_path / "at"), home=tmp_path)
    assert done.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [".run"]  # Made by the test itself.


def test_one_broken_thing_is_the_exit_code(places, monkeypatch, capsys) -> None:
    monkeypatch.setattr(doctor, "ZONES", ("Europe/Moscow", "Europe/Nowhere"))
    assert doctor.main(places) == 1
    assert "✗ Часовые пояса: нет Europe/Nowhere\n  Поставьте" in capsys.readouterr().out


def test_a_check_that_fails_or_hangs_is_told_and_the_others_go_on(
    places, monkeypatch, capsys
) -> None:
    def program() -> Found:
        raise ZeroDivisionError("canary")

    def colours() -> Found:
        time.sleep(PATIENCE)
        raise AssertionError

    monkeypatch.setattr(doctor, "program", program)
    monkeypatch.setattr(doctor, "colours", colours)
    monkeypatch.setattr(doctor, "PATIENCE", 1.0)
    assert doctor.main(places) == 0
    said = capsys.readouterr().out
    assert "▲ Проверка program не удалась: ZeroDivisionError" in said
    assert "▲ Проверка colours не закончилась за 1 с" in said
    assert "✓ Часовые пояса" in said
    assert "canary" not in said


def test_textual_is_not_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from mts_tui.cli import main; main(['--at', sys.argv[1], 'doctor']); "
        "print({name.partition('.')[0] for name in sys.modules} & {'textual', 'httpx'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.skipif(sys.platform != "linux", reason="pidfd")
def test_on_a_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mts_tui", "--at", str(tmp_path / "at"), "doctor"]
    program = Program(command, fixed(tmp_path) | {"SSH_CONNECTION": "a b"}, 79, 30)
    program.leave(PATIENCE)
    assert program.exit_code == 0
    assert "▲ Терминал: xterm-256color, 79×30, SSH Увеличьте окно" in program.words
    assert "✓ Цвета: 16 млн" in program.words


# ---------------------------------------------------------------------- encodings, readers


@pytest.mark.parametrize(
    ("environment", "encoding", "sign", "said"),
    [
        ({"LANG": "C"}, "utf-8", "✓", "✓ Кодировка: UTF-8"),
        ({"LC_ALL": "C"}, "utf-8", "✓", "▲ Кодировка: ANSI_X3.4-1968, а нужна UTF-8"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "ascii", "+", "x ???"),
        ({"PYTHONIOENCODING": "koi8-r"}, "koi8-r", "+", "x Кодировка: koi8-r, а нужна UTF-8"),
        ({"PYTHONIOENCODING": "ascii"}, "ascii", "+", "x ?????????: ascii, ? ????? UTF-8"),
    ],
    ids=["lang", "lc-all", "no-utf-8-mode", "koi8-r", "ascii"],
)
def test_encodings(tmp_path: Path, environment, encoding: str, sign: str, said: str) -> None:
    done = run("--at", str(tmp_path / "жё"), home=tmp_path, environment=environment)
    shown = done.stdout.decode(encoding)
    assert shown.startswith(f"{sign} mts-tui ")
    assert said in shown
    assert done.returncode == int("x " in said)
    assert done.stderr == b""


def test_hostile_folder_names_do_not_steer_the_terminal(tmp_path: Path) -> None:
    done = run("--at", os.fsdecode(bytes(tmp_path) + b"/\x1b[31m\xff\n\xe2\x80\xae"), home=tmp_path)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert len([line for line in done.stdout.splitlines() if line[:1] != b" "]) == CHECKS


def test_nobody_reads_the_answer(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as closed:  # noqa: PTH123 - a descriptor
        done = run("--at", str(tmp_path), home=tmp_path, stdout=closed)
    assert (done.returncode, done.stderr) == (0, b"")
    with Path("/dev/full").open("wb") as full:
        done = run("--at", str(tmp_path), home=tmp_path, stdout=full)
    assert (done.returncode, done.stderr) == (0, b"")
    done = run("--at", str(tmp_path), home=tmp_path, prefix=["sh", "-c", 'exec "$@" >&-', "sh"])
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_in_an_encoding_without_russian(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mts_tui", "--help"],
        env=fixed(tmp_path) | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


# ---------------------------------------------------------------------- terminal and colours


def test_terminals(monkeypatch) -> None:
    assert doctor.terminal() == Found(Mark.WORKS, "Терминал: xterm-256color, 100×30")
    for variable in ("TMUX", "STY", "SSH_CONNECTION"):
        monkeypatch.setenv(variable, "1")
    assert doctor.terminal().what == "Терминал: xterm-256color, 100×30, tmux, screen, SSH"

    for size, mark in [((80, 24), Mark.WORKS), ((80, 23), Mark.LIMITED), ((0, 0), Mark.WORKS)]:
        monkeypatch.setattr(os, "get_terminal_size", lambda _fd, now=size: os.terminal_size(now))
        assert doctor.terminal().mark is mark

    monkeypatch.setenv("TERM", "dumb")
    assert doctor.terminal().mark is Mark.BROKEN
    monkeypatch.delenv("TERM")
    assert doctor.terminal().mark is Mark.BROKEN
    assert "TERM=не задан" in doctor.terminal().what

    def none(_fd: int) -> os.terminal_size:
        raise OSError

    monkeypatch.setattr(os, "get_terminal_size", none)
    assert doctor.terminal().mark is Mark.LIMITED


@pytest.mark.parametrize(
    ("environment", "mark", "what"),
    [
        ({}, Mark.WORKS, "Цвета: 16 млн"),
        ({"COLORTERM": ""}, Mark.WORKS, "Цвета: 256"),
        ({"COLORTERM": "", "TERM": "linux"}, Mark.LIMITED, "Цвета: 16"),
        ({"COLORTERM": "", "TERM": "dumb"}, Mark.LIMITED, "Цвета: нет"),
        ({"NO_COLOR": "1"}, Mark.WORKS, "Цвета: выключены переменной NO_COLOR"),
    ],
)
def test_colours(monkeypatch, environment: dict[str, str], mark: Mark, what: str) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = doctor.colours()
    assert found.mark is mark
    assert found.what.startswith(what)
    assert bool(found.advice) is (mark is not Mark.WORKS)


# ---------------------------------------------------------------------- the keyring


def test_no_keyring_is_a_limit() -> None:
    found = doctor.keyring()
    assert found.mark is Mark.LIMITED
    assert found.what == "Хранилище паролей: нет"
    assert found.advice == credentials.State.NO_KEYRING.value


def test_a_keyring_that_works_or_waits(monkeypatch) -> None:
    real, asked = credentials.Vault, []

    def vault(backend: object) -> Callable[[float], credentials.Vault]:
        def making(timeout: float) -> credentials.Vault:
            asked.append(timeout)
            return real(0.2, lambda: ("Secret Service", backend))

        return making

    works = SimpleNamespace(get_password=lambda *_: None)
    monkeypatch.setattr(credentials, "Vault", vault(works))
    assert doctor.keyring() == Found(Mark.WORKS, "Хранилище паролей: Secret Service")

    waits = SimpleNamespace(get_password=lambda *_: time.sleep(PATIENCE))
    monkeypatch.setattr(credentials, "Vault", vault(waits))
    found = doctor.keyring()
    assert found.mark is Mark.LIMITED
    assert found.what == "Хранилище паролей: Secret Service (Timeout)"
    assert found.advice == credentials.State.LOCKED.value
    assert max(asked) <= 5


# ---------------------------------------------------------------------- folders, settings


def test_folders(tmp_path: Path, monkeypatch) -> None:
    absent = tmp_path / "a" / "b"
    assert doctor.folder("данных", absent).what.endswith("появится при запуске")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    assert doctor.folder("данных", private) == Found(Mark.WORKS, f"Папка данных: {private}")
    private.chmod(0o755)
    found = doctor.folder("данных", private)
    assert (found.mark, "открыта другим" in found.what) == (Mark.LIMITED, True)

    in_the_way = tmp_path / "file"
    in_the_way.touch()
    for path in (in_the_way, in_the_way / "below"):
        assert doctor.folder("данных", path).mark is Mark.BROKEN

    for free, mark in [(50 << 20, Mark.LIMITED), ((50 << 20) - 1, Mark.LIMITED), (0, Mark.BROKEN)]:
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, now=usage: now)
        assert doctor.folder("данных", private).mark is mark
    private.chmod(0o700)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=50 << 20))
    assert doctor.folder("данных", private).mark is Mark.WORKS


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder that may be read and not written; not below pytest's, which are root's alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_folder(closed_folder: Path, tmp_path: Path) -> None:
    done = run("--at", str(closed_folder / "at"), home=tmp_path, prefix=as_nobody())
    said = done.stdout.decode()
    assert done.returncode == 1
    assert f"✗ Папка данных: {closed_folder}/at/data, писать нельзя\n  Разрешите" in said
    assert said.count("✗") == 4
    assert done.stderr == b""


def test_a_read_only_database(closed_folder: Path, database: Path, tmp_path: Path) -> None:
    closed_folder.chmod(0o755)
    copy = closed_folder / "at" / "data" / "operator.db"
    copy.parent.mkdir(parents=True)
    shutil.copyfile(database, copy)
    copy.chmod(0o444)
    done = run("--at", str(closed_folder / "at"), home=tmp_path, prefix=as_nobody())
    assert f"✗ Данные демо: {copy}, нет прав" in done.stdout.decode()
    assert done.returncode == 1


@pytest.mark.parametrize("home", ["", "/nonexistent"])
def test_no_home(tmp_path: Path, home: str) -> None:
    prefix = as_nobody()
    if not prefix and not home:
        pytest.skip("the user's own home would be found and used")
    environment = dict.fromkeys(fixed(tmp_path), "") | {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": home,
    }
    done = run(home=tmp_path, prefix=prefix, environment=environment)
    said = done.stdout.decode()
    assert done.returncode == 1
    assert said.count("✗") == 4
    assert "mts-tui --at ПАПКА" in said
    assert done.stderr == b""


def test_an_unknown_home_is_a_sentence(tmp_path: Path) -> None:
    unknown = ["setpriv", f"--reuid={NOBODY - 1000}"]
    prefix = as_nobody()
    if not prefix:
        pytest.skip("only root can become somebody who is not in the list of users")
    environment = dict.fromkeys(fixed(tmp_path), "") | {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
    }
    done = run(home=tmp_path, prefix=[*unknown, *prefix[2:]], environment=environment)
    assert done.returncode == 3
    assert done.stderr.decode().startswith("Домашняя папка не найдена")


def test_settings(places: config.Places, monkeypatch) -> None:
    assert doctor.settings(places).mark is Mark.WORKS
    places.ensure()
    places.settings_file.write_text('theme = "pink"\nwish = 1\n')
    found = doctor.settings(places)
    assert found.mark is Mark.LIMITED
    assert len(found.advice.splitlines()) == 2
    places.settings_file.write_text("= broken")
    assert "не по правилам TOML" in doctor.settings(places).advice
    places.settings_file.write_bytes(b"\xff\xfe")
    assert doctor.settings(places).mark is Mark.LIMITED
    places.settings_file.unlink()
    places.settings_file.mkdir()
    assert doctor.settings(places).mark is Mark.LIMITED
    places.settings_file.rmdir()
    monkeypatch.setenv("MTS_TUI_THEME", "\x1b[31m")
    assert "MTS_TUI_THEME" in doctor.settings(places).advice


# ---------------------------------------------------------------------- the demo's database


def test_no_database_is_fine(places: config.Places) -> None:
    assert doctor.database(places).mark is Mark.WORKS
    assert not places.data_dir.exists()


def test_a_sound_database(places: config.Places, database: Path) -> None:
    before = contents(database.parent)
    found = doctor.database(places)
    assert found.mark is Mark.WORKS
    assert str(database) in found.what
    assert f"схема {LATEST}, повреждений нет" in found.what
    assert contents(database.parent) == before


def test_a_database_in_use_or_left_by_a_killed_program(
    places: config.Places, database: Path
) -> None:
    store = SqliteStore(database)
    store.open()
    with store.write() as tx:
        tx.common.set_meta(name="new", value="x" * 50)
    before = contents(database.parent)
    assert set(before) == {"operator.db", "operator.db-wal", "operator.db-shm"}
    assert doctor.database(places).mark is Mark.WORKS
    after = contents(database.parent)
    assert {name: after[name] for name in before if name[-3:] != "shm"} == {
        name: before[name] for name in before if name[-3:] != "shm"
    }
    left = database.parent.parent / "left" / "data"
    shutil.copytree(database.parent, left)  # As it lies after kill -9.
    store.close()

    before = contents(left)
    assert doctor.database(config.Places.find(left.parent, {})).mark is Mark.WORKS
    after = contents(left)
    assert set(after) == set(before)
    for name in ("operator.db", "operator.db-wal"):
        assert after[name] == before[name]


def header(database: Path) -> None:
    database.write_bytes(b"no database at all" * 1000)


def page(database: Path) -> None:
    middle = database.stat().st_size // 2 // 4096 * 4096
    with database.open("r+b") as file:
        file.seek(middle)
        file.write(b"\xff" * 8192)


def half(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


def foreign(database: Path) -> None:
    database.unlink()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE recipes (title TEXT)")
        connection.execute("PRAGMA user_version = 1")


def orphan(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("INSERT INTO messages VALUES ('nobody', 1, 1, 0, '3339', 'text')")
        connection.commit()


@pytest.mark.parametrize("damage", [header, page, half, foreign, orphan])
def test_a_damaged_database(places, database: Path, damage: Callable[[Path], None]) -> None:
    damage(database)
    before = contents(database.parent)
    found = doctor.database(places)
    assert found.mark is Mark.BROKEN
    assert "demo --fresh" in found.advice
    assert contents(database.parent) == before


def test_a_newer_and_an_unfinished_database(places, database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = contents(database.parent)
    found = doctor.database(places)
    assert found.mark is Mark.BROKEN
    assert "более новой версией" in found.advice
    assert contents(database.parent) == before

    database.write_bytes(b"")
    assert doctor.database(places).what.endswith("обновится при запуске")
    assert database.read_bytes() == b""


def test_a_locked_database(places, database: Path, monkeypatch) -> None:
    monkeypatch.setattr("mts_tui.backend.store.sqlite.BUSY_SECONDS", 0.1)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO meta VALUES ('a', 'b')")
        found = doctor.database(places)
    assert found.mark is Mark.BROKEN
    assert "занят другой программой" in found.advice


# ---------------------------------------------------------------------- the clock


@pytest.mark.parametrize(
    ("zone", "mark"),
    [
        ("Europe/Moscow", Mark.WORKS),
        (":Europe/Moscow", Mark.WORKS),
        ("MSK-3", Mark.WORKS),
        ("<+03>-3", Mark.WORKS),
        ("", Mark.WORKS),
        ("UTC", Mark.WORKS),
        ("Mars/Olympus", Mark.LIMITED),
        ("../../etc/passwd", Mark.LIMITED),
        ("\x1b[31m", Mark.LIMITED),
    ],
)
def test_the_zone_of_this_computer(monkeypatch, zone: str, mark: Mark) -> None:
    monkeypatch.setenv("TZ", zone)
    found = doctor.clock()
    assert found.mark is mark
    assert found.what.startswith("Часы: ")


def test_a_clock_that_stands_in_the_past(monkeypatch) -> None:
    monkeypatch.setattr(doctor, "RELEASE_YEAR", 9999)
    assert doctor.clock().mark is Mark.BROKEN


def test_zones_of_the_accounts(monkeypatch) -> None:
    assert doctor.zones() == Found(Mark.WORKS, "Часовые пояса: есть")
    monkeypatch.setattr(doctor, "ZONES", ("Europe/Nowhere", "../x"))
    assert doctor.zones().mark is Mark.BROKEN


# ---------------------------------------------------------------------- proxies


def with_profile(places: config.Places, proxy: str = "", server: str = "https://a.example") -> None:
    places.ensure()
    config.keep_profile(places, "work", server=server, proxy=proxy)


def test_no_proxy(places, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://p.example:3128")
    assert doctor.proxy(places) == Found(Mark.WORKS, "Прокси-сервер: не используется")
    with_profile(places, server="http://127.0.0.1:8080")
    assert doctor.proxy(places).what == "Прокси-сервер: не используется"


@pytest.mark.parametrize(
    ("status", "mark", "told"),
    [
        (200, Mark.WORKS, "отвечает"),
        (407, Mark.WORKS, "отвечает, просит имя и пароль"),
        (403, Mark.BROKEN, "не пропускает к серверу, ответ 403"),
        (None, Mark.BROKEN, "не отвечает"),
    ],
)
def test_a_proxy_and_what_it_says(places, monkeypatch, status, mark, told) -> None:
    def knock(proxy, server) -> int:
        assert server == "https://a.example"
        if status is None:
            raise ConnectionRefusedError
        return status

    monkeypatch.setattr("mts_tui.proxies.knock", knock)
    with_profile(places, "http://anna@p.example:3128")
    found = doctor.proxy(places)
    assert found.mark is mark
    assert found.what == f"Прокси-сервер: p.example:3128 (из настроек, профиль «work») {told}"
    assert bool(found.advice) is (status != 200)


def test_a_proxy_of_the_system_shows_no_secret(places, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://anna:канарейка@p.example:3128")
    monkeypatch.setattr("mts_tui.proxies.knock", lambda _proxy, _server: 407)
    with_profile(places)
    found = doctor.proxy(places)
    assert found.mark is Mark.LIMITED
    assert "из системы" in found.what
    assert "канарейка" not in found.what + found.advice
    assert "anna" not in found.what
    monkeypatch.setenv("HTTPS_PROXY", "socks5://anna:канарейка@p.example:1080")
    found = doctor.proxy(places)
    assert found.mark is Mark.BROKEN
    assert "SOCKS" in found.advice
    assert "канарейка" not in found.what + found.advice


def test_a_real_proxy_is_asked_and_nothing_is_sent_on(places) -> None:
    with proxy_server() as server:
        with_profile(places, server.url)
        assert "просит имя и пароль" in doctor.proxy(places).what
        server.stop()
        assert "не отвечает" in doctor.proxy(places).what
