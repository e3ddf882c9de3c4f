"""Try any server of the API with Schemathesis, by the frozen document.

    MTS_TUI_TOKEN=… .venv/bin/python -m tools.conformance https://cabinet.example

The token is that of an open session of a test subscriber: commands are really sent. Left out are
the stream, health, the demo's area, what ends the session, and what no schema can say: that either
a code or a password is wanted. Any further arguments go to `schemathesis run`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, HookContext

from mts_tui.backend import wire
from mts_tui.backend.store.transaction import new_key

ROOT = Path(__file__).parents[1]
TOKEN = "MTS_TUI_TOKEN"  # noqa: S105 - a variable's name
LEFT_OUT = "^/(events|health/|demo/)"
NOT_SENT = ("access.sign_in", "access.confirm", "access.sign_out", "access.end_session")
LENIENT = ("/Traceparent", "/IfNoneMatch")
"""Headers that are ignored where they are bad, as W3C and HTTP want."""
RULES = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "423", "429"]
"""
"""A request of good form may still break a rule of the operator."""


@schemathesis.auth(refresh_interval=None)
class Session:
    """The session whose token is in the environment."""

    def get(self, _case: Case[Any], _context: Any) -> str:
        """The token."""
        return os.environ[TOKEN]

    def set(self, case: Case[Any], data: str, _context: Any) -> None:
        """Sign a request with it."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: Any) -> None:
    """Each command is a new one."""
    if wire.is_key(str(case.headers.get(wire.KEY_HEADER, ""))):
        case.headers[wire.KEY_HEADER] = new_key()


def document() -> dict[str, Any]:
    """The frozen document without what cannot be guessed or is not refused."""
    frozen: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    for path in frozen["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation["parameters"] = [
                    one
                    for one in operation.get("parameters", [])
                    if not one.get("$ref", "").endswith(LENIENT) and one.get("name") != "cursor"
                ]
    return frozen


def main() -> int:
    """Run; 0 where the server keeps what the document promises."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.conformance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("server", help="its address, without /v1")
    options, more = parser.parse_known_args()
    if not os.environ.get(TOKEN):
        parser.error(f"{TOKEN} is not set: sign in as a test subscriber first")
    with tempfile.TemporaryDirectory() as name:
        rules, wanted = Path(name) / "schemathesis.toml", Path(name) / "openapi.json"
        rules.write_text(RULES)
        wanted.write_text(json.dumps(document()))
        skipped = [part for one in NOT_SENT for part in ("--exclude-operation-id", one)]
        return subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(rules)),
                *("run", str(wanted), "--url", f"{options.server.rstrip('/')}{wire.BASE}"),
                *("--phases", "examples,coverage,fuzzing", "--checks", "all"),
                *("--exclude-path-regex", LEFT_OUT, *skipped),
                *("--generation-database", "none", "--suppress-health-check", "all", *more),
            ],
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tools.conformance",
                "PYTHONPATH": str(ROOT),
            },
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
