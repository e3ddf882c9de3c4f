"""The vault against backends that answer, fail, block and lie."""

import asyncio
import importlib.metadata
import logging
import subprocess
import sys
import threading
from types import SimpleNamespace

import keyring.backend
import keyring.backends.kwallet
import keyring.backends.libsecret
import keyring.backends.SecretService
import pytest
from keyring import errors
from rich.console import Console
from rich.pretty import pretty_repr

from mts_tui import credentials
from mts_tui.credentials import Probe, Result, Secret, State, Vault, account_of, new_device

CANARY = "к@н@рейка-2719"
SECRET = Secret(CANARY, f"device-{CANARY}")
WHO = account_of("main", "+79853701234")


class Drawer:
    """A keyring in memory that can be told to misbehave."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.error: BaseException | None = None
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.forgets = False

    def open(self):
        return "ящик", self

    def get_password(self, service: str, username: str) -> str | None:
        self.entered.set()
        self.gate.wait()
        if self.error:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgets:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def drawer():
    drawer = Drawer()
    yield drawer
    drawer.gate.set()
    finish()


def finish() -> None:
    for thread in threading.enumerate():
        if thread.name == "keyring":
            assert thread.daemon
            thread.join(10)
            assert not thread.is_alive()


def vault(drawer: Drawer, timeout: float = 10) -> Vault:
    return Vault(timeout, drawer.open)


def wrapped(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


def named(name: str) -> Exception:
    return type(name, (Exception,), {})(CANARY)


def test_store_read_delete(drawer: Drawer) -> None:
    safe = vault(drawer)
    assert safe.read(WHO) == Result(State.NOTHING)
    assert safe.write(WHO, SECRET) == Result(State.OK)
    assert list(drawer.entries) == [("mts-tui", "main:+79853701234")]
    assert safe.read(WHO) == Result(State.OK, SECRET)
    assert safe.write(WHO, Secret("", "")) == Result(State.OK)
    assert safe.read(WHO) == Result(State.OK, Secret("", ""))
    assert safe.delete(WHO) == Result(State.OK)
    assert safe.delete(WHO) == Result(State.NOTHING)
    assert safe.probe() == Probe("ящик", State.OK)
    assert drawer.entries == {}


async def test_store_read_delete_from_a_loop(drawer: Drawer) -> None:
    safe = vault(drawer)
    assert await safe.awrite(WHO, SECRET) == Result(State.OK)
    assert await safe.aread(WHO) == Result(State.OK, SECRET)
    assert await safe.adelete(WHO) == Result(State.OK)
    assert await safe.aread(WHO) == Result(State.NOTHING)
    assert await safe.aprobe() == Probe("ящик", State.OK)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (errors.KeyringLocked(CANARY), State.LOCKED),
        (named("PromptDismissedException"), State.LOCKED),
        (named("LockedException"), State.LOCKED),
        (wrapped(errors.InitError(CANARY), named("PromptDismissedException")), State.LOCKED),
        (errors.InitError(CANARY), State.REFUSED),
        (errors.PasswordSetError(CANARY), State.REFUSED),
        (errors.PasswordDeleteError(CANARY), State.REFUSED),
        (errors.KeyringError(CANARY), State.REFUSED),
        (wrapped(errors.PasswordSetError(CANARY), OSError(CANARY)), State.REFUSED),
        (errors.NoKeyringError(CANARY), State.NO_KEYRING),
        (
            wrapped(errors.InitError(CANARY), named("SecretServiceNotAvailableException")),
            State.NO_KEYRING,
        ),
        (ValueError(CANARY), State.BROKEN),
        (MemoryError(), State.BROKEN),
        (SystemExit(CANARY), State.BROKEN),
        (KeyboardInterrupt(CANARY), State.BROKEN),
    ],
)
async def test_every_failure_is_an_outcome(drawer: Drawer, caplog, capfd, error, state) -> None:
    caplog.set_level(logging.DEBUG)
    drawer.error = error
    safe = vault(drawer)
    results = [safe.read(WHO), safe.write(WHO, SECRET), safe.delete(WHO)]
    results += [await safe.aread(WHO), await safe.awrite(WHO, SECRET), await safe.adelete(WHO)]
    assert {result.state for result in results} == {state}
    assert {result.cause for result in results} == {type(error).__name__}
    assert safe.probe() == await safe.aprobe() == Probe("ящик", state, type(error).__name__)
    out = capfd.readouterr()
    assert CANARY not in f"{results!r}{caplog.text}{out.out}{out.err}"


def test_every_outcome_has_its_own_sentence() -> None:
    assert len({Result(state).sentence for state in State}) == len(State) == 6
    assert all("SMS" in state.value for state in State if state is not State.OK)


@pytest.mark.parametrize("text", ["", "no json", "{}", '{"password":1,"device":""}', CANARY])
def test_entry_of_another_shape_is_broken(drawer: Drawer, text: str) -> None:
    drawer.entries["mts-tui", WHO] = text
    safe = vault(drawer)
    assert safe.read(WHO).state is State.BROKEN
    assert safe.write(WHO, SECRET).state is State.OK
    assert safe.read(WHO).secret == SECRET


def test_what_cannot_be_encoded_is_not_shown(drawer: Drawer) -> None:
    result = vault(drawer).write(WHO, Secret(f"{CANARY}\ud800", ""))
    assert result == Result(State.BROKEN, cause="UnicodeEncodeError")


def test_backend_that_forgets_is_not_believed(drawer: Drawer) -> None:
    drawer.forgets = True
    assert vault(drawer).write(WHO, SECRET) == Result(State.REFUSED, cause="NotStored")


def test_no_keyring() -> None:
    safe = Vault(opener=lambda: None)
    assert safe.read(WHO) == safe.write(WHO, SECRET) == Result(State.NO_KEYRING)
    assert safe.probe() == Probe("", State.NO_KEYRING)


def test_secret_hides_itself() -> None:
    result = Result(State.OK, SECRET)
    console = Console(record=True, width=200)
    with console.capture():
        console.print(result, [SECRET], {"a": SECRET})
    shown = f"{SECRET} {SECRET!r} {result} {pretty_repr(result)} {pretty_repr(SECRET)}"
    assert CANARY not in shown + console.export_text()
    assert "•••" in shown


def test_device_token_is_256_bits() -> None:
    assert len(bytes.fromhex(new_device())) == 32
    assert new_device() != new_device()


def test_blocked_call_is_given_up(drawer: Drawer) -> None:
    drawer.gate.clear()
    safe = vault(drawer, 0.01)
    late = Result(State.LOCKED, cause="Timeout")
    assert safe.read(WHO) == safe.delete(WHO) == late
    assert safe.probe().state is State.LOCKED


@pytest.mark.parametrize("how", ["write", "awrite", "cancel"])
async def test_given_up_write_does_not_happen_later(drawer: Drawer, how: str) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    drawer.gate.clear()
    if how == "write":
        assert vault(drawer, 0.01).write(WHO, SECRET).state is State.LOCKED
    elif how == "awrite":
        assert (await vault(drawer, 0.01).awrite(WHO, SECRET)).state is State.LOCKED
    else:
        task = asyncio.create_task(vault(drawer).awrite(WHO, SECRET))
        # The call is made in the task's first step; the blocked thread says when it is inside.
        await asyncio.get_running_loop().run_in_executor(None, drawer.entered.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    drawer.gate.set()
    finish()
    assert drawer.entries == {}
    # The late answer has reached the loop before this one does.
    assert (await vault(drawer).aread(WHO)).state is State.NOTHING
    assert complaints == []


def test_given_up_delete_does_not_happen_later(drawer: Drawer) -> None:
    vault(drawer).write(WHO, SECRET)
    drawer.gate.clear()
    assert vault(drawer, 0.01).delete(WHO).state is State.LOCKED
    drawer.gate.set()
    finish()
    assert len(drawer.entries) == 1


async def test_loop_goes_on_while_the_keyring_waits(drawer: Drawer) -> None:
    drawer.gate.clear()

    async def open_up() -> None:
        drawer.gate.set()

    result, _ = await asyncio.gather(vault(drawer).aread(WHO), open_up())
    assert result == Result(State.NOTHING)


def test_answer_after_the_loop_is_closed(drawer: Drawer) -> None:
    drawer.gate.clear()
    assert asyncio.run(vault(drawer, 0.01).aread(WHO)).state is State.LOCKED
    drawer.gate.set()
    finish()  # An exception in the thread would be a warning, and so an error here.


async def test_no_more_threads(drawer: Drawer, monkeypatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert vault(drawer).read(WHO) == Result(State.BROKEN, cause="RuntimeError")
    assert await vault(drawer).aread(WHO) == Result(State.BROKEN, cause="RuntimeError")


@pytest.mark.parametrize("call", ["vault.read('a')", "asyncio.run(vault.aread('a'))"])
def test_interpreter_leaves_while_the_keyring_blocks(call: str) -> None:
    code = (
        "import asyncio, threading; from mts_tui.credentials import Vault\n"
        f"vault = Vault(0.01, threading.Event().wait); print({call}.state.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert (done.stdout, done.stderr) == ("LOCKED\n", "")


def test_import_brings_no_keyring() -> None:
    code = "import sys, mts_tui.credentials; print({'keyring', 'asyncio', 'jeepney'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.fixture
def linux(monkeypatch):
    """Three Linux backends; the names put in `viable` work here."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("PYTHON_KEYRING_BACKEND", "XDG_CURRENT_DESKTOP"):
        monkeypatch.delenv(name, raising=False)
    viable: set[str] = set()

    class Viable:
        def __get__(self, _: object, owner) -> bool:
            return owner.__name__ in viable

    for module, name in (
        ("SecretService", "Keyring"),
        ("libsecret", "Keyring"),
        ("kwallet", "DBusKeyring"),
    ):
        fake = type(module, (), {"viable": Viable()})
        monkeypatch.setattr(sys.modules[f"keyring.backends.{module}"], name, fake)

    def scan(*_: object, **__: object) -> None:
        raise AssertionError("discovery")

    monkeypatch.setattr(importlib.metadata, "entry_points", scan)
    monkeypatch.setattr(keyring.backend, "get_all_keyring", scan)
    return SimpleNamespace(viable=viable, env=monkeypatch.setenv)


def opened() -> str:
    found = credentials.open_backend()
    return found[0] if found else ""


def test_first_backend_that_works_is_taken(linux) -> None:
    assert opened() == ""
    linux.viable.add("kwallet")
    assert opened() == "KWallet"
    linux.viable.add("libsecret")
    assert opened() == "libsecret"
    linux.viable.add("SecretService")
    assert opened() == "Secret Service"
    linux.env("XDG_CURRENT_DESKTOP", "X:KDE")
    assert opened() == "KWallet"


def test_wish_is_granted_for_an_accepted_backend(linux) -> None:
    linux.viable.update({"SecretService", "kwallet"})
    linux.env("PYTHON_KEYRING_BACKEND", "keyring.backends.kwallet.DBusKeyring")
    assert opened() == "KWallet"
    linux.viable.remove("kwallet")
    assert opened() == ""


@pytest.mark.parametrize(
    "name",
    [
        "keyring.backends.chainer.ChainerBackend",
        "keyrings.alt.file.PlaintextKeyring",
        "keyring.backends.SecretService.Other",
        "nonsense",
        "",
    ],
)
def test_wish_for_any_other_backend_is_ignored(linux, name: str) -> None:
    linux.env("PYTHON_KEYRING_BACKEND", name)
    assert opened() == ""
    linux.viable.add("SecretService")
    assert opened() == "Secret Service"


@pytest.mark.parametrize("name", ["null", "fail"])
def test_keyring_can_be_switched_off(linux, name: str) -> None:
    linux.viable.add("SecretService")
    linux.env("PYTHON_KEYRING_BACKEND", f"keyring.backends.{name}.Keyring")
    assert opened() == ""


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_another_system_has_its_own_backend_only(linux, monkeypatch, system: str) -> None:
    linux.viable.update({"SecretService", "libsecret", "kwallet"})
    monkeypatch.setattr(sys, "platform", system)
    asked: list[str] = []
    monkeypatch.setattr(
        credentials, "import_module", lambda name: asked.append(name) or SimpleNamespace()
    )
    assert opened() == ""
    assert len(asked) == 1
    assert asked[0].endswith({"darwin": "macOS", "win32": "Windows"}[system])
