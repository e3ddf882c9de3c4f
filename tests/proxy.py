"""A real proxy server (proxy.py) in a process of its own, and a server with TLS behind it."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import trustme

HOST = "127.0.0.1"
NAME, PASSWORD = "анна", "к@н@рейка:3128"
STARTS_WITHIN = 20.0


class ProxyServer:
    """The proxy.

    Args:
        password: What it asks for from `NAME`; empty lets everybody through.
    """

    def __init__(self, password: str = PASSWORD) -> None:
        self.port = 0
        self._folder = Path(tempfile.mkdtemp(prefix="proxy-"))
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def place(self) -> str:
        return f"{HOST}:{self.port}"

    def start(self, password: str | None = None) -> None:
        """Run, on the same port as before."""
        self._password = self._password if password is None else password
        told = self._folder / "port"
        told.unlink(missing_ok=True)
        secret = ["--basic-auth", f"{NAME}:{self._password}"] if self._password else []
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "proxy", "--hostname", HOST, "--port", str(self.port)),
                *("--port-file", str(told), "--num-acceptors", "1", "--num-workers", "1"),
                # Idle connections end soon: a server with TLS waits for them when it stops.
                *("--timeout", "3", "--log-level", "e", "--threaded", *secret),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder), "LANG": "C.UTF-8"},
        )
        until = time.monotonic() + STARTS_WITHIN
        while not (told.exists() and told.read_text().strip()):
            assert time.monotonic() < until, "the proxy does not start"
            time.sleep(0.02)
        self.port = int(told.read_text())

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STARTS_WITHIN)
            self._process = None


@contextlib.contextmanager
def proxy_server(password: str = PASSWORD) -> Iterator[ProxyServer]:
    """A proxy for the time of a test."""
    made = ProxyServer(password)
    try:
        yield made
    finally:
        made.stop()


class Certificate:
    """A certificate for this machine from an authority that nobody knows."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert(HOST, "localhost")
        self.authority = folder / "authority.pem"
        self.chain = folder / "chain.pem"
        self.key = folder / "key.pem"
        authority.cert_pem.write_to_path(self.authority)
        issued.private_key_pem.write_to_path(self.key)
        for part in issued.cert_chain_pems:
            part.write_to_path(self.chain, append=True)
