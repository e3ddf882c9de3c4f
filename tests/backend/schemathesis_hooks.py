"""What Schemathesis must know: it is signed in, and time goes in small steps."""

import os
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, HookContext

from mts_tui.backend.contract.access import Access
from mts_tui.backend.contract.demo import Demo, Vouching
from mts_tui.backend.contract.errors import NotSignedIn
from mts_tui.backend.store import SqliteStore
from tests.backend.desk import ANNA, Clock, Window

LONGEST_STEP = 60
_windows: list[Window] = []


def _window() -> Window:
    if not _windows:
        _windows.append(Window(SqliteStore(Path(os.environ["MTS_TUI_TEST_STORE"]), Clock())))
    return _windows[0]


@schemathesis.auth(refresh_interval=None)
class Session:
    """The token of a session that is open: some requests end it."""

    def get(self, _case: Case, _context: Any) -> str | None:
        window = _window()
        try:
            window.ask(Access.sessions)
        except NotSignedIn:
            window.ask(Demo.vouch, ANNA, Vouching(on=True))
            window.token = window.ask(Access.sign_in_by_line).token
        return window.token

    def set(self, case: Case, data: str, _context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_call(_context: HookContext, case: Case, _kwargs: Any) -> None:
    """A year of the demo's life takes a while: it is not what is tested here."""
    body = case.body
    if case.path == "/demo/clock" and isinstance(body, dict):
        seconds = body.get("seconds")
        if isinstance(seconds, int) and 0 < seconds <= 400 * 86_400:
            body["seconds"] = min(seconds, LONGEST_STEP)
