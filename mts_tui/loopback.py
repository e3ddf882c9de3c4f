"""Where a browser of this machine brings its answer: one listener, one answer (RFC 8252, 7.3).

It is bound to 127.0.0.1 and nothing else. Whatever does not carry the right `state` is turned away
and the listener stays: another program of this machine can guess the port, but not that.
"""

import asyncio
import hmac
import os
import sys
from collections.abc import Mapping
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
PATH = "/callback"
LONGEST_REQUEST = 8 * 1024
READ_SECONDS = 10.0
_PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>МТС-Помощник</title>
<body style="font:18px/1.5 sans-serif;max-width:32em;margin:20vh auto;padding:0 1em">
<h1 style="font-size:24px">{title}</h1><p>{text}</p></body></html>"""
_DONE = _PAGE.format(title="Готово", text="Эту страницу можно закрыть: вернитесь в терминал.")
_LEFT = _PAGE.format(title="Вход отменён", text="Эту страницу можно закрыть: вернитесь в терминал.")
_WRONG = _PAGE.format(
    title="Это не тот ответ", text="Начните вход в терминале заново и пройдите по новой ссылке."
)


class Brought(NamedTuple):
    """What a browser has brought.

    Attributes:
        code: Empty where the person refused.
        state: As it was asked for.
        issuer: Who the browser says it comes from; may be empty.
    """

    code: str
    state: str
    issuer: str


def browser_at_hand(environment: Mapping[str, str]) -> bool:
    """Whether a browser opens before the person: not over SSH, not without a desktop.

    Args:
        environment: The process's.
    """
    if any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")):
        return False
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_browser(address: str) -> bool:
    """Show a page in the person's browser; blocks for a moment. Whether there was one."""
    import webbrowser

    if urlsplit(address).scheme not in {"http", "https"}:
        return False
    sys.stdout.flush()
    silent = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(2)
    try:  # What a browser writes on the terminal would lie over the screen.
        os.dup2(silent, 2)
        return webbrowser.open(address)
    except (OSError, webbrowser.Error):
        return False
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silent)


class Listener:
    """The listener: `redirect` while it is open, then `answer` to a `state`."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._state = ""
        self._brought: asyncio.Future[Brought] = asyncio.get_running_loop().create_future()
        self._port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, HOST, 0, limit=LONGEST_REQUEST, backlog=4
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._server is not None
        self._server.close()
        self._brought.cancel()

    @property
    def redirect(self) -> str:
        """Where the browser is to come."""
        return f"http://{HOST}:{self._port}{PATH}"

    async def answer(self, address: str) -> Brought:
        """Wait for what belongs to the sign-in at an address."""
        self._state = _one(parse_qs(urlsplit(address).query), "state")
        return await self._brought

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status, page = "400 Bad Request", _WRONG
        brought = None
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), READ_SECONDS)
            brought = self._read(head.decode("latin-1"))
            if brought is not None:
                status, page = "200 OK", _DONE if brought.code else _LEFT
            body = page.encode()
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n"
                "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
                "Connection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            brought = None
        finally:
            writer.close()
        if brought is not None and not self._brought.done():
            self._brought.set_result(brought)

    def _read(self, head: str) -> Brought | None:
        """What a request brings; None where it is not the one that is waited for."""
        first, *lines = head.split("\r\n")
        method, _space, rest = first.partition(" ")
        target = urlsplit(rest.partition(" ")[0])
        hosts = [line.partition(":")[2].strip() for line in lines if line[:5].lower() == "host:"]
        if method != "GET" or target.path != PATH or hosts != [f"{HOST}:{self._port}"]:
            return None
        given = parse_qs(target.query)
        state = _one(given, "state")
        if not self._state or not hmac.compare_digest(state.encode(), self._state.encode()):
            return None
        if _one(given, "error"):
            return Brought("", state, "")
        code = _one(given, "code")
        return Brought(code, state, _one(given, "iss")) if code else None


def _one(given: dict[str, list[str]], name: str) -> str:
    """A parameter that comes once; twice is none (RFC 6749, 3.1)."""
    values = given.get(name, [])
    return values[0] if len(values) == 1 else ""
