"""A real identity provider in a process of its own, and a person with a browser there."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from mts_tui.backend.connectors.oidc import OidcSettings
from tests.programs import TOOLS, node_tool

SECRET = "a secret of the tests"
CALLBACK = "http://127.0.0.1:45678/callback"


class Provider:
    """The provider that runs.

    Args:
        url: Where, which is its issuer.
        state: The file that it reads at every request.
    """

    def __init__(self, url: str, state: Path) -> None:
        self.url = url
        self._state = state
        self.claims: dict[str, dict[str, Any]] = {}

    def set(self, *, ahead: int = 0, slow: bool = False) -> None:
        """Move its clock, or let it ask to slow down."""
        told = {"ahead": ahead, "slow": slow, "claims": self.claims}
        self._state.write_text(json.dumps(told), "utf-8")

    def settings(self, **more: Any) -> OidcSettings:
        made = {"id": "corp", "title": "Вход сотрудника", "client_id": "cabinet", "secret": SECRET}
        return OidcSettings(**{**made, "issuer": self.url, **more})


@contextmanager
def running(folder: Path) -> Iterator[Provider]:
    """The provider in a process; its state lies in a folder."""
    script = node_tool("oidc") / "provider.mjs"
    shutil.copy(TOOLS / "oidc" / script.name, script)
    state = folder / "state.json"
    state.write_text('{"ahead": 0, "slow": false, "claims": {}}', "utf-8")
    with subprocess.Popen(
        ["node", script, state], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            assert port, "the provider did not start"
            yield Provider(f"http://127.0.0.1:{port}", state)
        finally:
            process.kill()


class Browser:
    """A person who signs in at the provider: fills its forms as a browser would."""

    def __init__(self) -> None:
        self._client = httpx.Client(trust_env=False)

    def close(self) -> None:
        self._client.close()

    def agree(self, address: str, login: str) -> str:
        """Go through every page; the address that leads back to the program, or empty."""
        return self._walk(address, {"login": login, "password": "x", "confirm": "yes"})

    def refuse_device(self, address: str) -> None:
        """Type the code and abort."""
        page = self._open(self._client.get(address))
        assert not isinstance(page, str)
        page = self._submit(page, {})
        assert not isinstance(page, str)
        self._submit(page, {"abort": "yes"})

    def _walk(self, address: str, typed: dict[str, str]) -> str:
        page = self._open(self._client.get(address))
        for _ in range(10):
            if isinstance(page, str):
                return page
            if "<form" not in page.text:
                return ""
            page = self._submit(page, typed)
        raise AssertionError("the pages lead nowhere")

    def _submit(self, page: httpx.Response, typed: dict[str, str]) -> httpx.Response | str:
        form = re.search(r"<form(.*?)>(.*?)</form>", page.text, re.DOTALL)
        assert form is not None, page.text
        action = re.search(r'action="([^"]+)"', form[1])
        assert action is not None
        fields = {
            name: unescape(value)
            for name, value in re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form[2])
        }
        wanted = {"login", "password"} if 'name="login"' in form[2] else set()
        if "deviceConfirmForm" in form[1]:
            wanted = {"abort"} if "abort" in typed else {"confirm"}
        fields |= {name: typed[name] for name in wanted if name in typed}
        there = urljoin(str(page.url), unescape(action[1]))
        return self._open(self._client.post(there, data=fields))

    def _open(self, page: httpx.Response) -> httpx.Response | str:
        """Follow redirects up to the one that leads out of the provider."""
        while page.is_redirect:
            there = urljoin(str(page.url), page.headers["location"])
            if there.startswith(CALLBACK):
                return there
            page = self._client.get(there)
        return page


def brought(address: str) -> dict[str, str]:
    """What a browser brings back."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
