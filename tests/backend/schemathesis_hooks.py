"""What Schemathesis must know: it is signed in, and time goes in small steps."""

import os
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis import Case, HookContext

from mts_tui.backend import wire
from mts_tui.backend.contract.access import Access
from mts_tui.backend.contract.demo import Demo, Vouching
from mts_tui.backend.contract.errors import NotSignedIn
from mts_tui.backend.store import SqliteStore
from mts_tui.backend.store.transaction import new_key
from tests.backend.desk import ANNA, Clock, Window

schemathesis.openapi.format("opaque", strategies.from_regex(r"[1-9][0-9]{0,8}", fullmatch=True))

LONGEST_STEP = 60
PROVED = {"/access/sessions", "/access/confirmations"}
"""Where either a code or a password is wanted, which the schema does not say."""
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
    """Each command is a new one, with one proof; and a year of the demo's life takes a while."""
    body = case.body
    headers = dict(case.headers or {})
    if wire.is_key(str(headers.get(wire.KEY_HEADER, ""))):
        case.headers = {**headers, wire.KEY_HEADER: new_key()}
    if case.path in PROVED and isinstance(body, dict):
        code, password = body.get("code"), body.get("password")
        if (code is None) == (password is None) or (code and password):
            body.pop("code", None)
            body["password"] = "три слова и ещё одно"
    if case.path == "/demo/clock" and isinstance(body, dict):
        seconds = body.get("seconds")
        if isinstance(seconds, int) and 0 < seconds <= 400 * 86_400:
            body["seconds"] = min(seconds, LONGEST_STEP)
