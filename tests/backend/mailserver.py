"""A real mail server (aiosmtpd) in a thread of its own, over TLS by a certificate of the tests."""

import email.policy
import socket
import ssl
import threading
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

HOST = "127.0.0.1"
USER, PASSWORD = "robot", "canary-letters-7"
UNKNOWN = "nobody@example.com"
BUSY = "later@example.com"
LARGEST = 64 * 1024
"""Bytes that it takes, and says so."""


class Mailbox:
    """What has come, and who is refused; aiosmtpd calls it by these names."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.busy = False
        self.came = threading.Event()

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address == UNKNOWN:
            return "550 5.1.1 no such user here"
        if address == BUSY and self.busy:
            return "451 4.7.1 come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        self.envelopes.append(envelope)
        content = envelope.content or b""
        assert isinstance(content, bytes)
        made = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(made, EmailMessage)
        self.letters.append(made)
        self.came.set()
        return "250 OK"


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


class MailServer:
    """The server.

    Args:
        folder: Where it may write the certificate.
        security: As `MailSettings.security`.
    """

    def __init__(self, folder: Path, security: str = "starttls") -> None:
        self.mailbox = Mailbox()
        self.authority = folder / "authority.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(context)
        with socket.create_server((HOST, 0)) as free:
            self.port: int = free.getsockname()[1]
        options: dict[str, Any] = {"data_size_limit": LARGEST, "enable_SMTPUTF8": False}
        if security == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
            options |= {"authenticator": _knows, "auth_required": True}
        self._options = {**options, "ssl_context": context if security == "tls" else None}
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self.mailbox, HOST, self.port, **self._options)
        self._controller.start()

    def stop(self) -> None:
        assert self._controller is not None
        self._controller.stop()
