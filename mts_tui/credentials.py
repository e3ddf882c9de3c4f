"""The permanent password in the operating system's keyring, and nowhere else.

A locked keyring may wait for a person without end, and an executor's thread would then keep the
program from leaving. So each call runs in a daemon thread of its own and is given up after a
timeout. Nothing of the keyring library is imported before the first call.
"""

import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from importlib import import_module
from typing import Any, Protocol

import msgspec

SERVICE = "mts-tui"

# What stores passwords encrypted by the system. The rest (files, chains of backends that end in
# files, stubs) is refused even where it is installed and preferred.
ACCEPTED = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "libsecret",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.macOS.Keyring": "связка ключей macOS",
    "keyring.backends.Windows.WinVaultKeyring": "диспетчер учётных данных Windows",
}
# The library's own way to say «no keyring, please».
SWITCHED_OFF = {"keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"}


class State(Enum):
    """How a call to the keyring ended; the value is what the person reads."""

    OK = "Хранилище паролей системы работает."
    NOTHING = (
        "Пароль для этого номера здесь не сохранён. "
        "Войдите по коду из SMS или введите пароль; сохранить его можно после входа."
    )
    NO_KEYRING = (
        "Хранилища паролей в системе нет, поэтому пароль не сохраняется. "
        "Входите по коду из SMS, вводите пароль каждый раз "
        "или установите GNOME Keyring либо KWallet."
    )
    LOCKED = (
        "Хранилище паролей системы закрыто или ждёт ответа в своём окне. "
        "Откройте его и повторите; войти можно и по коду из SMS."
    )
    REFUSED = (
        "Хранилище паролей системы отказало. "
        "Проверьте его в настройках системы; войти можно и по коду из SMS."
    )
    BROKEN = (
        "Хранилище паролей системы ответило непонятно. "
        "Войдите по коду из SMS и сохраните пароль заново."
    )


class Secret(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stored for one number, or for a proxy; its text form hides all of it.

    Args:
        password: The permanent password, or the proxy's.
        device: The token by which the operator knows this machine; see `new_device`.
        name: The user's name at the proxy.
    """

    password: str
    device: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __rich_repr__(self) -> Any:
        # Textual and tracebacks print objects through Rich, which does not ask __repr__.
        yield "•••"


class Result(msgspec.Struct, frozen=True):
    """The outcome of one call.

    Args:
        state: How it ended.
        secret: What was read, with `State.OK` of a read only.
        cause: The kind of the error for the diagnosis, never its text.
    """

    state: State
    secret: Secret | None = None
    cause: str = ""

    @property
    def sentence(self) -> str:
        """What happened and what to do, in Russian."""
        return self.state.value


class Probe(msgspec.Struct, frozen=True):
    """What the keyring of this machine is.

    Args:
        backend: Its name, empty when there is none.
        state: Whether it works.
        cause: The kind of the error for the diagnosis, never its text.
    """

    backend: str
    state: State
    cause: str = ""


class Backend(Protocol):
    """The part of a keyring backend that is used."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return what is stored, or None."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Store, replacing."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove."""


def account_of(profile: str, phone: str) -> str:
    """Name the keyring entry of a number in a profile; a proxy's is its `proxies.Proxy.key`."""
    return f"{profile}:{phone}"


def new_device() -> str:
    """Make the token of a trusted machine: 256 random bits."""
    return os.urandom(32).hex()


def open_backend() -> tuple[str, Backend] | None:
    """Find the system's keyring without the library's discovery, which loads every plugin.

    Returns:
        Its name for people and the backend itself; None where no accepted one works.
    """
    wished = os.environ.get("PYTHON_KEYRING_BACKEND", "")
    if wished in SWITCHED_OFF:
        return None
    if wished in ACCEPTED:
        paths = [wished]
    elif sys.platform in {"darwin", "win32"}:
        part = ".macOS." if sys.platform == "darwin" else ".Windows."
        paths = [path for path in ACCEPTED if part in path]
    else:
        paths = list(_LINUX)
        if "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"):
            paths.reverse()
    for path in paths:
        module, _, name = path.rpartition(".")
        # A backend that cannot even be asked is one more that is not there.
        with suppress(Exception):
            kind = getattr(import_module(module), name)
            if kind.viable:
                return ACCEPTED[path], kind()
    return None


class Vault:
    """The passwords of this program in the system's keyring. No method raises for its sake.

    Args:
        timeout: Seconds to wait for an answer; a keyring that asks a person for its own password
            takes longer, and then the answer is `State.LOCKED`.
        opener: Finds the backend; called in the thread of each call.
    """

    def __init__(
        self, timeout: float = 5.0, opener: Callable[[], tuple[str, Backend] | None] = open_backend
    ) -> None:
        self.timeout = timeout
        self._opener = opener

    def read(self, account: str) -> Result:
        """Return what is stored for an account; see `account_of`."""
        return self._call(_read, account).wait(self.timeout)

    def write(self, account: str, secret: Secret) -> Result:
        """Store a secret, replacing. Given up, it is not stored later behind the person's back."""
        return self._call(_write, account, secret).wait(self.timeout)

    def delete(self, account: str) -> Result:
        """Remove what is stored; `State.NOTHING` where nothing was."""
        return self._call(_delete, account).wait(self.timeout)

    def probe(self) -> Probe:
        """Say which keyring there is and whether it answers. May bring up its unlock window."""
        call = self._call(_read, _NOBODY)
        return call.probe(call.wait(self.timeout))

    async def aread(self, account: str) -> Result:
        """Do `read` without holding the event loop."""
        return await self._call(_read, account).wait_async(self.timeout)

    async def awrite(self, account: str, secret: Secret) -> Result:
        """Do `write` without holding the event loop."""
        return await self._call(_write, account, secret).wait_async(self.timeout)

    async def adelete(self, account: str) -> Result:
        """Do `delete` without holding the event loop."""
        return await self._call(_delete, account).wait_async(self.timeout)

    async def aprobe(self) -> Probe:
        """Do `probe` without holding the event loop."""
        call = self._call(_read, _NOBODY)
        return call.probe(await call.wait_async(self.timeout))

    def _call(self, work: "_Work", *arguments: Any) -> "_Call":
        return _Call(self._opener, work, arguments)


class _Call:
    """One call in its own daemon thread, and the one who waits for it.

    Args:
        opener: Finds the backend.
        work: What to do with it.
        arguments: What `work` takes after the backend and this call.
    """

    def __init__(
        self,
        opener: Callable[[], tuple[str, Backend] | None],
        work: "_Work",
        arguments: tuple[Any, ...],
    ) -> None:
        self.given_up = False
        self._backend = ""
        self._opener = opener
        self._work = work
        self._arguments = arguments

    def wait(self, timeout: float) -> Result:
        """Run and block this thread until the answer or the timeout."""
        answers: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._start(answers.put)
        try:
            return answers.get(timeout=timeout)
        except queue.Empty:
            return _TOO_LATE
        finally:
            self.given_up = True

    async def wait_async(self, timeout: float) -> Result:  # noqa: ASYNC109
        """Run and let the event loop go on until the answer, the timeout or a cancellation."""
        import asyncio

        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()

        def settle(result: Result) -> None:
            if not answer.done():
                answer.set_result(result)

        def report(result: Result) -> None:
            # The loop may be closed by now: then nobody waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, result)

        self._start(report)
        try:
            return await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            return _TOO_LATE
        finally:
            self.given_up = True

    def probe(self, read: Result) -> Probe:
        """Turn the reading of an entry that never was into the state of the keyring."""
        state = State.OK if read.state is State.NOTHING else read.state
        return Probe(self._backend, state, read.cause)

    def _start(self, report: Callable[[Result], None]) -> None:
        try:
            threading.Thread(
                target=lambda: report(self._run()), name="keyring", daemon=True
            ).start()
        except RuntimeError as error:  # No more threads.
            report(_failed(error))

    def _run(self) -> Result:
        try:
            found = self._opener()
            if found is None:
                return Result(State.NO_KEYRING)
            self._backend, backend = found
            return self._work(self, backend, *self._arguments)
        except BaseException as error:  # noqa: BLE001
            # Even an exit inside a backend must not print a traceback over the screen.
            return _failed(error)


_Work = Callable[..., Result]
_NOBODY = "probe"  # No profile and no phone: never written.
_TOO_LATE = Result(State.LOCKED, cause="Timeout")
_LINUX = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
)
# By name, for the classes live in libraries that need not be there on this system.
_STATES = {
    "KeyringLocked": State.LOCKED,
    "LockedException": State.LOCKED,
    "PromptDismissedException": State.LOCKED,
    "TimeoutError": State.LOCKED,
    "NoKeyringError": State.NO_KEYRING,
    "SecretServiceNotAvailableException": State.NO_KEYRING,
    "KeyringError": State.REFUSED,
}


def _read(_: _Call, backend: Backend, account: str) -> Result:
    text = backend.get_password(SERVICE, account)
    if text is None:
        return Result(State.NOTHING)
    return Result(State.OK, msgspec.json.decode(text, type=Secret))


def _write(call: _Call, backend: Backend, account: str, secret: Secret) -> Result:
    text = msgspec.json.encode(secret).decode()
    # Reading first opens a locked keyring. Whoever opens it an hour later, having gone on without
    # it, does not expect the password to be stored then.
    backend.get_password(SERVICE, account)
    if call.given_up:
        return _TOO_LATE
    backend.set_password(SERVICE, account, text)
    # Some backends do not look at the answer of their service.
    if backend.get_password(SERVICE, account) != text:
        return Result(State.REFUSED, cause="NotStored")
    return Result(State.OK)


def _delete(call: _Call, backend: Backend, account: str) -> Result:
    # «Nothing to delete» and «may not delete» are one error in the library: look first.
    if backend.get_password(SERVICE, account) is None:
        return Result(State.NOTHING)
    if call.given_up:
        return _TOO_LATE
    backend.delete_password(SERVICE, account)
    return Result(State.OK)


def _failed(error: BaseException) -> Result:
    """Name the outcome by the deepest error that is known: the outer ones only wrap it."""
    state = State.BROKEN
    link: BaseException | None = error
    while link:
        for kind in type(link).__mro__:
            if kind.__name__ in _STATES:
                state = _STATES[kind.__name__]
                break
        link = link.__cause__ or link.__context__
    return Result(state, cause=type(error).__name__)
