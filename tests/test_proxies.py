"""Addresses of proxies: what is taken, what is refused and how, and which one is on the way."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rich.pretty import pretty_repr

from mts_tui.proxies import Proxy, flaw, given, knock, of_system, to, without_password

from .terminal import Cabinet as Terminal

CANARY = "канарейка"


@pytest.fixture(autouse=True)
def _no_system_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_the_module_brings_no_http_library() -> None:
    code = "import sys, mts_tui.proxies; print({'httpx', 'http', 'ssl', 'urllib.request'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("http://proxy:3128", "http://proxy:3128", ""),
        ("http://proxy.example.ru/", "http://proxy.example.ru:80", ""),
        ("https://proxy", "https://proxy:443", ""),
        ("http://anna@proxy:1", "http://proxy:1", "anna"),
        ("http://anna%40corp@10.0.0.1:65535", "http://10.0.0.1:65535", "anna@corp"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128", ""),
        ("http://[fd00::1]", "http://[fd00::1]:80", ""),
        ("http://прокси.рф:8080", "http://прокси.рф:8080", ""),
    ],
)
def test_good_addresses(text: str, address: str, name: str) -> None:
    assert flaw(text) == ""
    assert given(text) == Proxy(address, name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "не подходит"),
        ("proxy:3128", "не подходит"),
        ("ftp://proxy", "не подходит"),
        ("http://proxy:0", "не подходит"),
        ("http://proxy:65536", "не подходит"),
        ("http://proxy:", "не подходит"),
        ("http://proxy/path", "не подходит"),
        ("http://[::1", "не подходит"),
        ("http://a b", "не подходит"),
        ("http://proxy\n", "не подходит"),
        ("socks5://proxy:1080", "SOCKS"),
        ("SOCKS5h://proxy", "SOCKS"),
        (f"http://anna:{CANARY}@proxy:3128", "Пароль"),
        (f"http://anna:{CANARY}/@#@proxy:3128", "Пароль"),
        (f"http://:{CANARY}@proxy:3128", "Пароль"),
    ],
)
def test_other_addresses_are_refused_in_a_sentence(text: str, told: str) -> None:
    assert told in flaw(text)
    assert flaw(text).endswith(".")
    assert CANARY not in flaw(text) + without_password(text)


def test_a_password_is_covered_in_text_and_bytes() -> None:
    text = f'proxy = "http://anna:{CANARY}@p:1" # http://p:1 http://b@p:1'
    covered = 'proxy = "http://anna:•••@p:1" # http://p:1 http://b@p:1'
    assert without_password(text) == covered
    assert without_password(text.encode() + b"\xff") == covered.encode() + b"\xff"


def test_a_proxy_does_not_show_its_password() -> None:
    proxy = Proxy("http://p:1", "anna", CANARY)
    assert CANARY not in repr(proxy) + str(proxy) + pretty_repr(proxy)
    assert proxy.key == "proxy http://p:1"


@pytest.mark.parametrize(
    ("environment", "server", "address"),
    [
        ({}, "https://a.example", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://a.example", "http://p:1"),
        ({"https_proxy": "p:1"}, "https://a.example", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "https://a.example", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "HTTPS_PROXY": "http://q:2"}, "https://a.example", "http://q:2"),
        ({"HTTP_PROXY": "http://p:1"}, "https://a.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "b.example,.example"}, "https://a.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "https://a.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "b.example"}, "https://a.example", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"}, "http://127.0.0.1:8080", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://localhost", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://[::1]:8443", None),
    ],
)  # fmt: skip
def test_the_systems_proxy(environment, server, address, monkeypatch) -> None:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    found = of_system(server)
    assert (found.address if found else None) == address
    assert found is None or found.of_system
    assert to(server, "http://own:9") == Proxy("http://own:9")


def test_the_systems_password_is_read_as_it_stands(monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://an%40na:к@н:а/р%20#е@p:1")
    found = of_system("https://a.example")
    assert found == Proxy("http://p:1", "an@na", "к@н:а/р #е", of_system=True)


@pytest.mark.parametrize("text", ["socks5://u:канарейка@p:1", "http://u:канарейка@p:99999"])
def test_an_unfit_proxy_of_the_system_is_told_without_its_password(text, monkeypatch) -> None:
    monkeypatch.setenv("ALL_PROXY", text)
    with pytest.raises(ValueError, match=r"программа|подходит") as caught:
        of_system("https://a.example")
    assert CANARY not in str(caught.value)


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(OSError):  # noqa: PT011 - of any kind
        knock(Proxy(f"http://127.0.0.1:{port}"), "https://a.example")


def test_somebody_else_answers(monkeypatch) -> None:
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(OSError):  # noqa: PT011 - of any kind
            knock(Proxy(f"http://127.0.0.1:{server.getsockname()[1]}"), "https://a.example")
        thread.join()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("socks5://p.example:1080", "SOCKS"),
        (f"http://anna:{CANARY}@p.example:3128", "Пароль прокси-сервера в адресе не пишут"),
        ("p.example:3128", "Нужен адрес вида http://прокси:3128"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_the_command_line_refuses_in_a_sentence(tmp_path: Path, address: str, told: str) -> None:
    cabinet = Terminal(tmp_path, arguments=("--proxy", address))
    try:
        cabinet.wait_written(told)
        cabinet.leave()
        assert cabinet.exit_code == 3
        assert CANARY not in cabinet.output
    finally:
        cabinet.end()


def test_the_first_frame_needs_no_http_library() -> None:
    code = (
        "import sys, mts_tui.cli, mts_tui.app; "
        "print({'httpx', 'http.client', 'urllib.request', 'mts_tui.screens.proxy'} "
        "& set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
