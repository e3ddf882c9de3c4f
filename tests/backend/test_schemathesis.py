"""The running server before Schemathesis, by the frozen document."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Files
from .desk import Clock
from .network import open_gate, running

ROOT = Path(__file__).parents[2]
EXAMPLES = os.environ.get("MTS_TUI_SCHEMATHESIS_EXAMPLES", "5")
RULES = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "423", "429"]
"""
"""A request of good form may still break a rule of the operator."""
FROZEN = ROOT / "docs" / "openapi.json"
SEED = os.environ.get("MTS_TUI_SCHEMATHESIS_SEED", "2026")


def without_lenient(document: dict[str, Any]) -> dict[str, Any]:
    """The document without two headers: bad ones are ignored, as W3C and HTTP want, not refused."""
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation["parameters"] = [
                    one
                    for one in operation.get("parameters", [])
                    if not one.get("$ref", "").endswith(("/Traceparent", "/IfNoneMatch"))
                ]
    return document


PARTS = {
    "even": ("examples,coverage,fuzzing", 0),
    "odd": ("examples,coverage,fuzzing", 1),
    "links": ("stateful", None),
}
"""By name, so that several workers share them: phases, and which of each two paths they are for."""


def part_of(document: dict[str, Any], which: int | None) -> dict[str, Any]:
    """The document with every other path; with all of them for None."""
    if which is None:
        return document
    return {**document, "paths": dict(sorted(document["paths"].items())[which::2])}


def test_the_parts_are_the_whole():
    whole = json.loads(FROZEN.read_text("utf-8"))
    even, odd = (part_of(whole, which)["paths"] for which in (0, 1))
    assert even | odd == whole["paths"]
    assert not even.keys() & odd.keys()
    assert {phase for phases, _ in PARTS.values() for phase in phases.split(",")} == {
        "examples",
        "coverage",
        "fuzzing",
        "stateful",
    }


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", PARTS)
def test_the_server_keeps_what_its_document_promises(tmp_path: Path, settled_file: Path, part: str):
    phases, which = PARTS[part]
    rules, document = tmp_path / "schemathesis.toml", tmp_path / "openapi.json"
    rules.write_text(RULES)
    whole = without_lenient(json.loads(FROZEN.read_text("utf-8")))
    document.write_text(json.dumps(part_of(whole, which)))
    files = Files(Clock(), tmp_path, settled_file)
    store = files.settled()
    with running(store, gate=open_gate()) as server:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(rules)),
                *("run", str(document)),
                *("--url", f"{server.url}/v1", "--phases", phases),
                *("--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES, "--workers", "1"),
                *("--generation-database", "none", "--request-timeout", "10", "--no-color"),
                *("--exclude-path-regex", "^/(events|health/)", "--suppress-health-check", "all"),
            ],
            cwd=ROOT,
            env={
                **{name: text for name, text in os.environ.items() if "proxy" not in name.lower()},
                "MTS_TUI_TEST_STORE": str(store.path),
                "SCHEMATHESIS_HOOKS": "tests.backend.schemathesis_hooks",
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    files.close()
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2000:]
