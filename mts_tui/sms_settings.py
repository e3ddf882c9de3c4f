"""The SMS gateway of a server: switched on by whoever runs it, its key kept out of sight."""

import os
import sys
from getpass import getpass
from typing import TYPE_CHECKING

from .backend.connectors import exolve
from .credentials import Secret, State, Vault

if TYPE_CHECKING:
    from .backend.background import Background
    from .backend.store import Store

HERE = frozenset({"127.0.0.1", "::1", "localhost"})
EVERYBODY_SENDS = (
    "В демо войти может любой: коды видны в телефоне на экране. С настоящими SMS оно запускается "
    "только для этого же компьютера: --host 127.0.0.1."
)
PATIENCE_SECONDS = 60
"""How long a keyring may ask the person for its own password."""


def gateway(
    sender: str, *, demo: bool = False, host: str = "127.0.0.1"
) -> exolve.ExolveSettings | None:
    """The gateway, where one is switched on; its key is the environment's or the keyring's.

    Args:
        sender: What the command line says; empty for what the environment does.
        demo: Whether the server is a demo, into which anybody may sign in.
        host: Where it listens.

    Raises:
        ValueError: The settings cannot be right; a sentence for whoever keeps them.
    """
    kept = ""
    named = sender or os.environ.get(f"{exolve.PREFIX}SENDER", "").strip()
    if named and not os.environ.get(f"{exolve.PREFIX}KEY", "").strip():
        secret = Vault().read(exolve.KEYRING).secret
        kept = secret.password if secret is not None else ""
    found = exolve.from_environment(os.environ, sender, kept)
    if found is not None and demo and host not in HERE:
        raise ValueError(EVERYBODY_SENDS)
    return found


def messenger(store: "Store", settings: exolve.ExolveSettings) -> "Background":
    """The thread that hands SMS over; it has begun."""
    from functools import partial

    from .backend.background import Background
    from .backend.sms import carry_one

    made = Background("sms", [partial(carry_one, store, exolve.Exolve(settings))])
    made.begin()
    return made


def keep_key() -> int:
    """Ask for the gateway's key and put it into the keyring; the exit code."""
    key = (getpass("Ключ Exolve: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key:
        print("Ключ пуст, ничего не сохранено.", file=sys.stderr)  # noqa: T201
        return 3
    kept = Vault(timeout=PATIENCE_SECONDS).write(exolve.KEYRING, Secret(password=key))
    told = kept.sentence if kept.state is not State.OK else "Ключ сохранён в хранилище паролей."
    print(told, file=sys.stderr)  # noqa: T201
    return 0 if kept.state is State.OK else 3
