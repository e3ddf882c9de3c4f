"""Proxy servers between the program and a cabinet's server: addresses, and which one is used.

Nothing here connects or imports an HTTP library: the first frame may come through it.
"""

import re
from typing import Any, AnyStr
from urllib.parse import unquote, urlsplit

import msgspec

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PORTS = {"http": 80, "https": 443}
ASKS_PASSWORD = 407
REFUSES = 400
SECONDS = 3.0
_HOST = r"([^\s/@?#\\:\[\]]+|\[[0-9A-Fa-f:.]+\])"
_PORT = (
    r"(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
)
PLACE = _HOST + _PORT
"""A host and perhaps a port, as they stand in an address."""
ADDRESS = rf"^(https?://([^\s/@:?#\\]+@)?{PLACE}/?)?\Z"
"""A proxy's address as it may be written down: with a user's name perhaps, without a password."""
_PASSWORD = re.compile(r"(://[^\s/@:\"']*):[^\s\"']*@")
HOW = "Нужен адрес вида http://прокси:3128, можно с именем: http://имя@прокси:3128."


class Proxy(msgspec.Struct, frozen=True):
    """A proxy server; its text form hides the password.

    Attributes:
        address: `http://host:port`, without a name.
        name: The user's name there, or empty.
        password: The password that goes with it; None where it is not known.
        of_system: Whether the system's settings name it, not the program's.
    """

    address: str
    name: str = ""
    password: str | None = None
    of_system: bool = False

    def __repr__(self) -> str:
        return f"Proxy({self.address})"

    def __rich_repr__(self) -> Any:
        # Textual and tracebacks print objects through Rich, which does not ask __repr__.
        yield self.address

    @property
    def place(self) -> str:
        """Host and port, as a person reads them."""
        return urlsplit(self.address).netloc

    @property
    def key(self) -> str:
        """The name of its entry in the keyring; no profile's is like it (`account_of`)."""
        return f"proxy {self.address}"


def flaw(text: str) -> str:
    """Why a text is not the address of a proxy, a sentence; empty where it is one."""
    if re.match(ADDRESS, text) and text:
        return ""
    if _PASSWORD.search(text):
        return (
            "Пароль прокси-сервера в адресе не пишут: его увидели бы другие. Уберите его оттуда, "
            "программа спросит его сама и может сохранить в хранилище паролей системы."
        )
    if text.lower().startswith("socks"):
        return f"Прокси-серверы SOCKS программа не поддерживает, только HTTP. {HOW}"
    return f"Такой адрес прокси-сервера не подходит. {HOW}"


def without_password(text: AnyStr) -> AnyStr:
    """A text in which the passwords of addresses are covered."""
    if isinstance(text, bytes):
        return _covered(text.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return _covered(text)


def _covered(text: str) -> str:
    return _PASSWORD.sub(r"\1:•••@", text)


def given(text: str) -> Proxy:
    """The proxy of an address that has no `flaw`."""
    return _read(text)


def of_system(server: str) -> Proxy | None:
    """The proxy by which the system's settings lead to a server; None where they lead straight.

    `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` (also in small letters), or the settings of
    macOS and Windows. This very machine is never asked for by a proxy.

    Raises:
        ValueError: They name something that is no HTTP proxy; the text is a sentence.
    """
    from urllib.request import getproxies, proxy_bypass

    there = urlsplit(server)
    if there.hostname is None or there.hostname in LOOPBACK:
        return None
    known = getproxies()
    address = known.get(there.scheme) or known.get("all") or ""
    if not address or proxy_bypass(there.netloc):
        return None
    found = _read(address if "://" in address else f"http://{address}")
    if fault := flaw(found.address):
        raise ValueError(fault)
    return msgspec.structs.replace(found, of_system=True)


def to(server: str, explicit: str = "") -> Proxy | None:
    """The proxy on the way to a server: the one that is given, or the system's.

    Raises:
        ValueError: See `of_system`.
    """
    return given(explicit) if explicit else of_system(server)


def _read(text: str) -> Proxy:
    # Not by a library: in an environment a password stands as it is, signs of an address and all.
    scheme, _, rest = text.partition("://")
    user, _, place = rest.rpartition("@")
    name, colon, password = user.partition(":")
    scheme, place = scheme.lower(), place.rstrip("/")
    if re.search(r":[0-9]+\Z", place) is None and scheme in PORTS:
        place = f"{place}:{PORTS[scheme]}"
    return Proxy(f"{scheme}://{place}", unquote(name), unquote(password) if colon else None)


def knock(proxy: Proxy, server: str) -> int:
    """Ask a proxy to lead to a server, and hear what it says; nothing is sent to the server.

    Returns:
        The HTTP status of its answer.

    Raises:
        OSError: It does not answer, or not by HTTP.
    """
    import http.client
    from base64 import b64encode

    there, here = urlsplit(server), urlsplit(proxy.address)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    assert here.hostname is not None
    connection = kinds[here.scheme](here.hostname, here.port, timeout=SECONDS)
    headers = {}
    if proxy.password is not None:
        secret = b64encode(f"{proxy.name}:{proxy.password}".encode()).decode()
        headers["Proxy-Authorization"] = f"Basic {secret}"
    try:
        place = f"{there.hostname}:{there.port or PORTS[there.scheme]}"
        connection.request("CONNECT", place, headers={"Host": place, **headers})
        return int(connection.getresponse().status)
    except (http.client.HTTPException, ValueError) as error:
        raise OSError from error
    finally:
        connection.close()
