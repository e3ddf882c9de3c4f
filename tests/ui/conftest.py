"""A world for each test: an operator of its own, a clock and a keyring that are set by hand."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any
from unittest.mock import patch

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet

from mts_tui import formatting
from mts_tui.backend.background import Background
from mts_tui.widgets.key_bar import KeyBar
from tests.backend.conftest import settled_file  # noqa: F401 - a fixture
from tests.backend.desk import LONG_PASSWORD

from .pages import drawn_when_quiet
from .world import DEVICE_NAME, World, file_with_password


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine is seen, nothing blinks, nobody lives unless told to."""
    monkeypatch.setattr("mts_tui.session.device_name", lambda: DEVICE_NAME)
    monkeypatch.setattr("mts_tui.screens.sign_in.device_name", lambda: DEVICE_NAME)
    monkeypatch.setattr("mts_tui.screens.identity.device_name", lambda: DEVICE_NAME)
    monkeypatch.setattr("textual.widgets.Input._toggle_cursor", lambda _input: None)
    monkeypatch.setattr(Compositor, "render_update", drawn_when_quiet)
    # A toast goes by the machine's clock: on a busy one it would be gone before it is read.
    monkeypatch.setattr("textual.notifications.Notification.time_left", 3600.0)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(KeyBar, "layout_name", "ru")
    monkeypatch.setattr(Background, "_run", lambda _background: None)


@pytest.fixture(autouse=True, scope="session")
def _styles_parsed_once() -> Iterator[None]:
    """Hundreds of programs read the same styles; reading them takes a tenth of their time."""
    known: dict[Any, Any] = {}
    parse = Stylesheet._parse_rules

    def parsed(sheet: Stylesheet, css: str, read_from: Any, *options: Any, **named: Any) -> Any:
        asked = (css, read_from, options, *named.items(), frozenset(sheet._variables.items()))
        if asked not in known:
            known[asked] = parse(sheet, css, read_from, *options, **named)
        return known[asked]

    with patch.object(Stylesheet, "_parse_rules", parsed):
        yield


@pytest.fixture(autouse=True)
def _russian_after() -> Iterator[None]:
    """The tests' own thread is the one of the screens: what was chosen there ends with the test."""
    yield
    formatting.use_iso(iso=False)
    formatting.use_plain_signs(plain=False)


@pytest.fixture(scope="session")
def file_of_anna(settled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """The settled demo where Anna has a password and this machine is trusted."""
    path = tmp_path_factory.mktemp("anna") / "operator.db"
    copyfile(settled_file, path)
    file_with_password(path, LONG_PASSWORD)
    return path


@pytest.fixture
def world(settled_file: Path, tmp_path: Path) -> World:  # noqa: F811
    """Nobody has signed in here yet."""
    return World(settled_file, tmp_path)


@pytest.fixture
def home(file_of_anna: Path, tmp_path: Path) -> World:
    """Anna's own machine: her number is remembered, her password is in the keyring."""
    made = World(file_of_anna, tmp_path)
    made.remember(LONG_PASSWORD)
    return made
