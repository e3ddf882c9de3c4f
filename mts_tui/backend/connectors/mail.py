"""Mail by SMTP: one letter, one connection, over TLS with the certificate checked.

Certificates are checked against those that the system trusts (`SSL_CERT_FILE` names others).
"""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Literal, get_args

import msgspec

TIMEOUT_SECONDS = 30.0
Security = Literal["starttls", "tls", "none"]
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_TOO_LARGE = 552
_FOR_GOOD = 500
"""Answers from here on will be the same next time (RFC 5321, 4.2.1)."""
PREFIX = "MTS_TUI_MAIL_"


class MailFailed(Exception):
    """A letter was not taken.

    Args:
        reason: A whole sentence for the person who sent it.
        again: Whether another try may help.
    """

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The server that takes letters, and who sends them.

    Attributes:
        host: Its name or address.
        sender: The address that letters come from.
        security: `starttls` (587), `tls` from the first byte (465), `none` (25).
        port: None for the usual one.
        user: Empty for no login.
        password: Never shown.

    Raises:
        ValueError: Something is missing, or a password would be sent in the clear. The sentence is
            for whoever keeps the settings.
    """

    host: str
    sender: str
    security: Security = "starttls"
    port: int | None = None
    user: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        if not self.host or "@" not in self.sender:
            raise ValueError("Для почты нужны имя сервера и адрес отправителя.")
        if self.security not in get_args(Security):
            raise ValueError("Защита почты бывает starttls, tls и none.")
        if not (self.user + self.password).isascii():  # `smtplib` can write no other ones.
            raise ValueError("В имени и пароле почты допустимы только латинские буквы и знаки.")
        if self.user and self.security == "none" and not _is_here(self.host):
            raise ValueError("Без шифрования пароль почты ушёл бы открытым: укажите tls.")

    def __repr__(self) -> str:
        return f"MailSettings({self.host}:{self.port}, {self.security}, {self.sender})"


def from_environment(environment: Mapping[str, str]) -> MailSettings | None:
    """Settings from `MTS_TUI_MAIL_HOST`, `_SENDER`, `_SECURITY`, `_PORT`, `_USER`, `_PASSWORD`.

    Returns:
        None where no host is named.

    Raises:
        ValueError: They cannot be right, see `MailSettings`.
    """
    given = {
        name: environment[f"{PREFIX}{name.upper()}"].strip()
        for name in MailSettings.__struct_fields__
        if environment.get(f"{PREFIX}{name.upper()}", "").strip()
    }
    if "host" not in given:
        return None
    try:
        return msgspec.convert({"sender": "", **given}, MailSettings, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"Настройки почты в {PREFIX}… не подходят: {error}") from None


def deliver(settings: MailSettings, letter: EmailMessage, to: str) -> None:
    """Hand one letter to the server; returns once the server has taken it.

    Args:
        settings: The server.
        letter: What is sent.
        to: The one address that gets it.

    Raises:
        MailFailed: It has not.
    """
    with _signed_in(settings) as server:
        server.send_message(letter, to_addrs=[to])


def knock(settings: MailSettings) -> None:
    """See that the server lets the sender in; nothing is sent.

    Raises:
        MailFailed: It does not.
    """
    with _signed_in(settings):
        pass


@contextmanager
def _signed_in(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A conversation with the server; what goes wrong in it is told in a sentence."""
    try:
        with _connect(settings) as server:
            if settings.user:
                server.login(settings.user, settings.password)
            yield server
    except smtplib.SMTPAuthenticationError:
        raise MailFailed(
            "Почтовый сервер не принял имя и пароль отправителя. Сообщите тому, кто ведёт кабинет.",
            again=True,
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        if max(code for code, _ in error.recipients.values()) < _FOR_GOOD:
            raise MailFailed(
                "Почтовый сервер пока не принимает письма на этот адрес.", again=True
            ) from None
        raise MailFailed(
            "Почтовый сервер не принял этот адрес. Проверьте его и отправьте письмо ещё раз.",
            again=False,
        ) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise MailFailed(
            "Почтовый сервер не умеет того, что нужно для этого письма: проверьте адрес и "
            "настройки почты.",
            again=False,
        ) from None
    except ssl.SSLError:
        raise MailFailed(
            "Сертификату почтового сервера нельзя верить, и письмо не отправлено. Сообщите тому, "
            "кто ведёт кабинет.",
            again=True,
        ) from None
    except (OSError, smtplib.SMTPException):
        raise MailFailed("Почтовый сервер не отвечает, письмо не отправлено.", again=True) from None


def _connect(settings: MailSettings) -> smtplib.SMTP:
    port = settings.port or _PORTS[settings.security]
    # What `socket.getfqdn` asks the network for takes seconds where nobody answers.
    here = "[127.0.0.1]"
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.host,
            port,
            here,
            timeout=TIMEOUT_SECONDS,
            context=ssl.create_default_context(),
        )
    server = smtplib.SMTP(settings.host, port, here, timeout=TIMEOUT_SECONDS)
    if settings.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _refused(code: int) -> MailFailed:
    if code == _TOO_LARGE:
        return MailFailed(
            "Письмо слишком велико для почтового сервера. Сохраните документ в файл.", again=False
        )
    if code < _FOR_GOOD:
        return MailFailed("Почтовый сервер пока не принимает писем.", again=True)
    return MailFailed("Почтовый сервер не принял письмо. Проверьте адрес.", again=False)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
