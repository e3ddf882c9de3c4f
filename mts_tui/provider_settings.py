"""The identity providers of a server: described in a TOML file, their secrets kept elsewhere.

    [corp]
    title = "Вход сотрудника"
    issuer = "https://id.example"
    client_id = "mts-cabinet"
    ways = ["device", "loopback"]

The secret of `corp` is `MTS_TUI_PROVIDER_CORP_SECRET`, or the keyring's; a public client has none.
"""

import re
import sys
import tomllib
from collections.abc import Mapping
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .backend.contract.identities import FlowWay
from .credentials import Secret, State, Vault

if TYPE_CHECKING:
    from .backend.connectors.oidc import Oidc

VARIABLE = "MTS_TUI_PROVIDERS"
"""Names the file, where the command line does not."""
PATIENCE_SECONDS = 60
"""How long a keyring may ask the person for its own password."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}")
_TAKEN = "demo"


class _Described(msgspec.Struct, forbid_unknown_fields=True):
    """A provider, as the file has it."""

    title: str
    issuer: str
    client_id: str
    ways: list[FlowWay] = msgspec.field(default_factory=lambda: ["device", "loopback"])
    scope: str = "openid profile"


def providers(
    file: str, environment: Mapping[str, str], vault: Vault | None = None
) -> "list[Oidc]":
    """The providers that a file describes.

    Args:
        file: Its path; empty for what the environment says, and then for none.
        environment: The process's.
        vault: The OS keyring.

    Raises:
        ValueError: The file cannot be right; a sentence for whoever keeps it.
    """
    file = file or environment.get(VARIABLE, "").strip()
    if not file:
        return []
    from .backend.connectors.oidc import Oidc, OidcSettings

    made = []
    for name, one in _described(file).items():
        made.append(
            Oidc(
                OidcSettings(
                    id=name,
                    title=one.title,
                    issuer=one.issuer,
                    client_id=one.client_id,
                    secret=_secret(name, environment, vault),
                    ways=tuple(one.ways),
                    scope=one.scope,
                )
            )
        )
    return made


def _described(file: str) -> dict[str, _Described]:
    try:
        found = tomllib.loads(Path(file).expanduser().read_text("utf-8"))
        described = msgspec.convert(found, dict[str, _Described])
    except OSError:
        raise ValueError(f"Файл с провайдерами входа не читается: {file}.") from None
    except ValueError as error:
        raise ValueError(f"В файле с провайдерами входа {file} ошибка: {error}.") from None
    for name in described:
        if not _NAME.fullmatch(name) or name == _TAKEN:
            raise ValueError(
                f"Провайдер входа не может называться «{name}»: нужны латинские буквы, цифры и _, "
                f"и не «{_TAKEN}»."
            )
    return described


def _secret(name: str, environment: Mapping[str, str], vault: Vault | None) -> str:
    given = environment.get(f"MTS_TUI_PROVIDER_{name.upper()}_SECRET", "").strip()
    if given:
        return given
    kept = (vault or Vault()).read(key_of(name)).secret
    return kept.password if kept is not None else ""


def key_of(name: str) -> str:
    """The name of a secret's entry in the keyring; no profile's is like it."""
    return f"provider {name}"


def keep_secret(name: str) -> int:
    """Ask for a provider's secret and put it into the keyring; the exit code."""
    if not _NAME.fullmatch(name):
        print("Так провайдер входа называться не может.", file=sys.stderr)  # noqa: T201
        return 3
    asked = getpass(f"Секрет «{name}»: ") if sys.stdin.isatty() else sys.stdin.readline()
    secret = asked.strip()
    if not secret:
        print("Секрет пуст, ничего не сохранено.", file=sys.stderr)  # noqa: T201
        return 3
    kept = Vault(timeout=PATIENCE_SECONDS).write(key_of(name), Secret(password=secret))
    told = kept.sentence if kept.state is not State.OK else "Секрет сохранён в хранилище паролей."
    print(told, file=sys.stderr)  # noqa: T201
    return 0 if kept.state is State.OK else 3
