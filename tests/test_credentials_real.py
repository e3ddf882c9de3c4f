"""The vault against a real gnome-keyring in a D-Bus session and a home folder of its own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .programs import need

CANARY = "Кенар-canary-58213"
TIMEOUT = 1.5
CALLS = ("probe", "write", "read", "aread", "delete")
SESSION = ("dbus-run-session", "--")

# Runs inside the session. It prints outcomes only: a secret in its output would be one more place.
SCRIPT = r"""
import asyncio, json, string, subprocess, sys, time
from mts_tui.credentials import Secret, State, Vault, account_of

mode, canary, timeout = sys.argv[1], sys.argv[2], float(sys.argv[3])
unlocked = mode in ("open", "again", "sweep")
if unlocked:
    subprocess.run(["gnome-keyring-daemon", "--unlock", "--components=secrets"],
                   input="login", text=True, check=True, capture_output=True)
elif mode != "nobody":
    subprocess.run(["gnome-keyring-daemon", "--start", "--components=secrets"],
                   check=True, capture_output=True)
if mode == "asked":  # A window nobody answers.
    from jeepney.bus_messages import message_bus
    from jeepney.io.blocking import open_dbus_connection
    connection = open_dbus_connection()
    connection.send_and_get_reply(message_bus.RequestName("org.gnome.keyring.SystemPrompter"))

vault, who, said = Vault(timeout), account_of("main", "+79853701234"), {}
stored = Secret(canary, canary)

def say(name, result, expected=None):
    assert expected is None or result.secret == expected, name
    said[name] = result.state.name

if mode == "sweep":
    hard = string.whitespace + string.punctuation
    texts = [canary, "", " ", hard, "'\"`\\", '{"password": "x"}', "\x00\x7f\x1b[31m", "\r\n\t",
             "זהכיף", "Съешьжеещёэтихмягкихфранцузскихбулок", "e\u0301 \u202e \U0001f511", "д" * 20_000]
    for number, text in enumerate(texts):
        # D-Bus ends the connection at a zero byte; the settings let none into a profile's name.
        for account in (f"p{number}:+7", text[:40].replace("\x00", "") + ":+7"):
            other, secret = account + "0", Secret(text, text[::-1])
            for step, result, expected in [
                ("nothing", vault.read(account), None),
                ("other", vault.write(other, Secret("o", "")), None),
                ("blank", vault.write(account, Secret("", "")), None),
                ("write", vault.write(account, secret), None),
                ("read", vault.read(account), secret),
                ("aread", asyncio.run(vault.aread(account)), secret),
                ("delete", vault.delete(account), None),
                ("again", vault.delete(account), None),
                ("kept", vault.read(other), Secret("o", "")),
                ("adelete", asyncio.run(vault.adelete(other)), None),
            ]:
                say(step, result, expected)
                good = State.NOTHING if step in ("nothing", "again") else State.OK
                assert result.state is good, (number, step, result)
else:
    longest = 0.0
    calls = {
        "probe": vault.probe,
        "write": lambda: vault.write(who, stored if mode == "open" else Secret("x", "x")),
        "read": lambda: vault.read(who),
        "aread": lambda: asyncio.run(vault.aread(who)),
        "delete": lambda: vault.delete(account_of("other", "+7") if unlocked else who),
    }
    if mode == "again":
        del calls["write"]
    for name, call in calls.items():
        started = time.perf_counter()
        result = call()
        longest = max(longest, time.perf_counter() - started)
        said[name] = result.state.name
        if result.state is State.OK and name.endswith("read"):
            assert result.secret == stored, name
    said |= {"backend": vault.probe().backend, "longest": longest}
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def programs() -> None:
    need("dbus-run-session")
    need("gnome-keyring-daemon")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("kr")  # Short: a socket's path may have a hundred bytes.
    (home / "run").mkdir(mode=0o700)
    return home


def run(
    home: Path, mode: str, session: tuple[str, ...] = SESSION, **more: str
) -> dict[str, object]:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONUTF8": "1",
        **more,
    }
    command = [*session, sys.executable, "-c", SCRIPT, mode, CANARY, str(TIMEOUT)]
    # A thread that keeps the interpreter from leaving would end here.
    done = subprocess.run(
        command,
        env=env,
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    return json.loads(done.stdout)


def assert_no_canary(home: Path) -> None:
    files = [path for path in home.rglob("*") if path.is_file()]
    for path in files:
        raw = path.read_bytes()
        for encoding in ("utf-8", "utf-16-le"):
            assert CANARY.encode(encoding) not in raw, path
    assert any(path.suffix == ".keyring" for path in files)


@pytest.mark.usefixtures("programs")
def test_open_then_locked_keyring(home: Path) -> None:
    said = run(home, "open")
    assert said.pop("longest") < TIMEOUT
    assert said == {**dict.fromkeys(CALLS, "OK"), "delete": "NOTHING", "backend": "Secret Service"}
    assert_no_canary(home)

    locked = dict.fromkeys(CALLS, "LOCKED")
    # No screen to ask on: the refusal comes at once.
    said = run(home, "locked")
    assert said.pop("longest") < TIMEOUT
    assert said == {**locked, "backend": "Secret Service"}
    # A screen with nobody at it: the daemon waits for ever, the vault does not.
    started = time.monotonic()
    said = run(home, "asked")
    assert time.monotonic() - started < (len(CALLS) + 1) * TIMEOUT + 10
    assert TIMEOUT <= said.pop("longest") < TIMEOUT + 1
    assert said == {**locked, "backend": "Secret Service"}

    # What the locked sessions tried to write and delete left no trace.
    assert run(home, "again")["read"] == "OK"
    assert_no_canary(home)


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("mode", ["locked", "nobody"])
def test_keyring_that_was_never_set_up(home: Path, mode: str) -> None:
    said = run(home, mode)
    assert {said[name] for name in CALLS} <= {
        "LOCKED",
        "NO_KEYRING",
        "REFUSED",
    }
    assert said["longest"] <= TIMEOUT


@pytest.mark.usefixtures("programs")
def test_difficult_passwords(home: Path) -> None:
    assert len(run(home, "sweep")) == 10
    assert_no_canary(home)


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
@pytest.mark.parametrize(
    "address", [None, "", "disabled:", "unix:path=/nonexistent/bus", "nonsense"]
)
def test_no_session_bus(home: Path, address: str | None) -> None:
    more = {} if address is None else {"DBUS_SESSION_BUS_ADDRESS": address}
    said = run(home, "nobody", (), **more)
    assert said.pop("longest") < TIMEOUT
    assert said == {
        **dict.fromkeys(CALLS, "NO_KEYRING"),
        "backend": "",
    }
