"""Mail of the operator inside: settings from the file, the password from the OS keyring.

`mts-tui mail` asks for the password, tries it at the server and keeps it; nothing else writes it.
"""

import sys
from collections.abc import Callable
from getpass import getpass

import msgspec

from . import config
from .backend.connectors.mail import MailFailed, MailSettings, knock
from .credentials import Secret, State, Vault

HOW = (
    "Почта не настроена. Впишите её в файл настроек {file}:\n\n"
    '[mail]\nhost = "smtp.example"\nsender = "robot@example.com"\nuser = "robot"\n\n'
    "и запустите «mts-tui mail» ещё раз."
)
NOT_KEPT = (
    "Пароля почты нет в хранилище паролей системы, и письмо не отправлено. Сохраните его командой "
    "«mts-tui mail»."
)


def settings_of(mail: config.Mail) -> MailSettings | None:
    """The settings as the connector takes them, without a password; None where there are none.

    Raises:
        ValueError: They cannot be right; the text is a sentence.
    """
    if not mail.host:
        return None
    return MailSettings(
        host=mail.host,
        sender=mail.sender,
        security=mail.security,
        port=mail.port or None,
        user=mail.user,
    )


def key_of(settings: MailSettings) -> str:
    """The name of its entry in the keyring; no profile's is like it (`credentials.account_of`)."""
    return f"mail {settings.user}@{settings.host}"


def unlock_by(vault: Vault) -> Callable[[MailSettings], MailSettings]:
    """What completes settings by the password of the keyring; asked for it, and then known."""
    known: dict[str, MailSettings] = {}

    def unlock(settings: MailSettings) -> MailSettings:
        if not settings.user or settings.password:
            return settings
        key = key_of(settings)
        if key not in known:
            found = vault.read(key)
            if found.secret is None:
                locked = found.state is State.LOCKED
                raise MailFailed(found.sentence if locked else NOT_KEPT, again=True)
            known[key] = msgspec.structs.replace(settings, password=found.secret.password)
        return known[key]

    return unlock


def main(
    places: config.Places, vault: Vault | None = None, ask: Callable[[str], str] = getpass
) -> int:
    """`mts-tui mail`: keep the password, if the server takes it; the exit code.

    Args:
        places: Where the settings are.
        vault: The OS keyring.
        ask: Asks a person for a password.
    """
    written, notes = config.load(places, {})
    for note in notes:
        print(note, file=sys.stderr)  # noqa: T201
    try:
        settings = settings_of(written.mail)
        if settings is None:
            return _refused(HOW.format(file=places.settings_file))
        if settings.user:
            password = ask(f"Пароль {settings.user} на {settings.host}: ")
            settings = msgspec.structs.replace(settings, password=password)
        knock(settings)
    except ValueError as error:
        return _refused(str(error))
    except MailFailed as failure:
        return _refused(f"{failure.reason} Пароль не сохранён.")
    if not settings.user:
        print("Почтовый сервер отвечает. Имени и пароля он не просит.")  # noqa: T201
        return 0
    kept = (vault or Vault()).write(key_of(settings), Secret(password=settings.password))
    if kept.state is not State.OK:
        return _refused(kept.sentence)
    print("Почтовый сервер принял пароль, и он сохранён в хранилище паролей системы.")  # noqa: T201
    return 0


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return 3
